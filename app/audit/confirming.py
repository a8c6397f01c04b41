"""Dangerous acts ask again who sits there: a computer may have been left open.

A view under ``@confirmed_again`` answers a form with a page that asks for the password, or for
a code sent to the account's address. What was typed waits on that page; with the right answer
it goes where it was going, and for ten minutes this log-in is not asked again.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

import sqlalchemy as sa
from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.guards import attempts
from app.accounts.models import Device, User
from app.accounts.queries import device_in_use
from app.audit.actions import record_now
from app.audit.log_ins import refuse_wrong_password
from app.base import clock
from app.base.codes import keyed_hash
from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.notifications.actions import notify
from app.web.pages import here_or, page, private

View = Callable[..., ResponseReturnValue]
GOOD_FOR = timedelta(minutes=10)
CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5  # at one code
PASSWORD, CODE, SEND = "again_password", "again_code", "again_send"
BACK = "again_back"
OURS = {PASSWORD, CODE, SEND, BACK, "csrf_token"}


def confirmed_again(view: View) -> View:
    """The view acts only after its visitor has just proved who they are."""
    return asking(view, lambda _user: True)


def confirmed_by_mail(view: View) -> View:
    """For acts whose own form asks for the password: of accounts that have none."""
    return asking(view, lambda user: user.password_hash is None)


def asking(view: View, concerns: Callable[[User], bool]) -> View:
    @wraps(view)
    def asked(**values: Any) -> ResponseReturnValue:
        is_act = request.method == "POST" and current_user.is_authenticated
        if not is_act or not concerns(current_user) or is_fresh(device_in_use()):
            return view(**values)
        device = device_in_use()
        refusal = answer(device) if device else _("Log in again.")
        return question(device, refusal) if refusal is not None else view(**values)

    return asked


def is_fresh(device: Device | None) -> bool:
    """This log-in proved a short while ago whose it is."""
    proved = device.confirmed_at if device else None
    return proved is not None and proved > clock.now() - GOOD_FOR


def answer(device: Device) -> str | None:
    """None when the right answer came along; else what to say, if anything."""
    if request.form.get(SEND):
        return send_code(device)
    try:
        if code := request.form.get(CODE):
            refuse_wrong_code(device, code)
        elif password := request.form.get(PASSWORD):
            refuse_wrong_password(password[:1000])
        else:
            return ""
    except RuleBroken as broken:
        return str(broken)
    with transaction():
        device.confirmed_at, device.code_hash = clock.now(), None
    return None


def question(device: Device | None, refusal: str) -> ResponseReturnValue:
    """The page that asks, with all that was typed on the page before."""
    typed = [pair for pair in request.form.items(multi=True) if pair[0] not in OURS]
    code_until = device.code_until if device and device.code_hash else None
    answered = page(
        "accounts/confirm_again.html",
        status=422,
        act=request.full_path.rstrip("?"),
        typed=typed,
        refusal=refusal,
        has_code=code_until is not None and code_until > clock.now(),
        address=masked(current_user.email),
        back=back(),
    )
    # In place of a panel, the whole page: it is about something else than the panel was.
    for instruction in ("HX-Retarget", "HX-Reselect"):
        answered.headers[instruction] = "#main"
    answered.headers["HX-Reswap"] = "outerHTML"
    return private(answered)


def back() -> str:
    """Where the form stood; after a wrong answer, the page that the form said."""
    here = request.form.get(BACK) or (request.referrer or "").removeprefix(
        request.host_url.rstrip("/")
    )
    return here_or("/", here)


# The code


def send_code(device: Device) -> str:
    if not current_user.email:
        return ""
    code = f"{secrets.randbelow(10**6):06}"
    with transaction():
        if not attempts.may_write_to(current_user.email):
            return _("Too many letters to this address. Try again in an hour.")
        device.code_hash = hash_of(device, code)
        device.code_until, device.code_tries = clock.now() + CODE_LASTS, 0
        notify(
            current_user.email,
            "confirm_code",
            language=current_user.language,
            name=current_user.name,
            code=f"{code[:3]} {code[3:]}",
        )
    return ""


def refuse_wrong_code(device: Device, typed: str) -> None:
    """Counted before it is compared: many tries at once are no way around."""
    with transaction():
        counted = db.session.connection().execute(
            sa.update(Device)
            .where(
                Device.id == device.id,
                Device.code_hash.is_not(None),
                Device.code_until > clock.now(),
                Device.code_tries < MOST_TRIES,
            )
            .values(code_tries=Device.code_tries + 1)
        )
    if counted.rowcount != 1:
        raise RuleBroken(_("This code does not work any more. Ask for another one."))
    digits = "".join(sign for sign in typed[:40] if sign in "0123456789")
    if not hmac.compare_digest(device.code_hash or "", hash_of(device, digits)):
        record_now("account.log_in_failed", current_user, by="code")
        raise RuleBroken(_("The code is wrong. Compare it with the letter, digit by digit."))


def hash_of(device: Device, code: str) -> str:
    """Six digits are guessed in no time: the site's secret keeps them."""
    return keyed_hash(f"confirm:{device.id}:{code}")


def masked(email: str) -> str:
    """«a…@example.org»: whoever sits there need not learn the address."""
    name, at, host = email.partition("@")
    return f"{name[:1]}…{at}{host}" if at else ""
