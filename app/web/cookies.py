"""Cookies of ours beside the session's: none of them lets anybody in.

Over https their names begin with «__Host-»: a browser takes such a cookie from this very site
alone, so neither a neighbouring subdomain nor a plain-http page can plant one.
"""

from flask import Response, current_app, request

DAY = 24 * 3600


def name_of(name: str) -> str:
    return f"__Host-{name}" if current_app.config["SESSION_COOKIE_SECURE"] else name


def read(name: str) -> str:
    return request.cookies.get(name_of(name), "")


def keep(response: Response, name: str, value: str, *, days: int = 365) -> None:
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(
        name_of(name), value, max_age=days * DAY, path="/", secure=secure, httponly=True,
        samesite="Lax",
    )  # fmt: skip


def drop(response: Response, name: str) -> None:
    """Browsers forget a «__Host-» cookie only when told with what it was set with."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.delete_cookie(name_of(name), path="/", secure=secure, httponly=True, samesite="Lax")
