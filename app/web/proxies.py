"""Whether TRUSTED_PROXIES fits what stands before the site: asked of each request, said once.

Set too low, everybody seems to come from the proxy, and one guesser slows all down; set too
high, a visitor may pretend to come from anywhere.
"""

import logging
from ipaddress import ip_address

from flask import Flask, current_app, request

log = logging.getLogger(__name__)
EXTENSION = "orientir-proxy-doubts"
TOO_LOW = (
    "requests come with X-Forwarded-For, but TRUSTED_PROXIES is {hops}: if a proxy of yours "
    "stands before the site, set it to the number of proxies"
)
TOO_HIGH = (
    "requests come without the addresses of {hops} proxies, but TRUSTED_PROXIES is {hops}: "
    "lower it, or let the proxy set X-Forwarded-For"
)


def doubts() -> list[str]:
    """What this process has noticed since it began, in words for the operator."""
    found: dict[str, str] = current_app.extensions.setdefault(EXTENSION, {})
    return list(found.values())


def has_doubts() -> bool:
    return bool(doubts())


def look() -> None:
    hops = int(current_app.config["TRUSTED_PROXIES"])
    said = [part for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if hops == 0 and said:
        note(TOO_LOW, hops)
    elif hops and len(said) > hops and is_inside(request.remote_addr):
        note(TOO_LOW, hops)  # the outermost proxy seems to be the visitor
    elif len(said) < hops and not is_asked_by_this_machine():
        note(TOO_HIGH, hops)


def is_asked_by_this_machine() -> bool:
    """A health check goes round the proxies."""
    return address_is(request.remote_addr, "is_loopback")


def is_inside(address: str | None) -> bool:
    return address_is(address, "is_private")


def address_is(address: str | None, quality: str) -> bool:
    try:
        return bool(getattr(ip_address(address or ""), quality))
    except ValueError:
        return False


def note(doubt: str, hops: int) -> None:
    found: dict[str, str] = current_app.extensions.setdefault(EXTENSION, {})
    if doubt not in found:
        found[doubt] = doubt.format(hops=hops)
        log.warning("%s", found[doubt])


def in_settings(app: Flask) -> list[str]:
    """What the settings alone tell: for ``flask doctor``, which sees no request."""
    is_https = str(app.config["SITE_URL"]).startswith("https://")
    if is_https and not app.config["TRUSTED_PROXIES"]:
        return ["SITE_URL is https, but TRUSTED_PROXIES is 0: the proxy that ends https counts"]
    return []


def init_app(app: Flask) -> None:
    app.before_request(look)
