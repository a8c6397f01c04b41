"""Log-ins: begun, seen, ended."""

import re
import secrets
from datetime import timedelta

import sqlalchemy as sa

from app.accounts.models import Device, User
from app.accounts.queries import hashed
from app.base import clock
from app.base.db import db

SEEN_EVERY = timedelta(minutes=10)
# The first that matches: most browsers also claim to be those further down.
BROWSERS = {
    "YaBrowser": "Yandex Browser",
    "YaApp_": "Yandex",
    "Edg[A-Z]*/": "Edge",
    "OPR/|Opera": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "MiuiBrowser": "Mi Browser",
    "HuaweiBrowser": "Huawei Browser",
    "Vivaldi": "Vivaldi",
    "UCBrowser": "UC Browser",
    "Firefox|FxiOS": "Firefox",
    "Chrome|Chromium|CriOS": "Chrome",
    "Safari": "Safari",
    "Trident|MSIE": "Internet Explorer",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "HarmonyOS": "HarmonyOS",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS X|Macintosh": "macOS",
    "Linux|X11": "Linux",
}


def begin(user: User, *, browser: str, is_shared: bool = False) -> str:
    """A new log-in of the user; its token, which only the session will know.

    Whoever has just logged in has proved who they are; not so where the next one sits down
    at the same keyboard.
    """
    token = secrets.token_urlsafe(32)
    db.session.add(
        Device(
            user_id=user.id,
            token_hash=hashed(token),
            browser=in_plain_words(browser),
            is_shared=is_shared,
            confirmed_at=None if is_shared else clock.now(),
        )
    )
    db.session.flush()
    return token


def end(device: Device) -> None:
    device.ended_at = device.ended_at or clock.now()
    db.session.flush()


def end_others(user: User, *, but: Device | None = None) -> int:
    """End every log-in of the user except this one; how many there were."""
    others = sa.update(Device).where(Device.user_id == user.id, Device.ended_at.is_(None))
    if but:
        others = others.where(Device.id != but.id)
    ended = db.session.connection().execute(others.values(ended_at=clock.now()))
    return ended.rowcount


def is_to_be_noted(device: Device) -> bool:
    return device.seen_at < clock.now() - SEEN_EVERY


def note_seen(device: Device) -> None:
    device.seen_at = clock.now()
    db.session.flush()


def in_plain_words(user_agent: str) -> str:
    """«Chrome, Android» out of what a browser says about itself; empty when unknown."""
    return ", ".join(filter(None, (first(BROWSERS, user_agent), first(SYSTEMS, user_agent))))


def first(patterns: dict[str, str], text: str) -> str:
    return next((word for pattern, word in patterns.items() if re.search(pattern, text)), "")
