"""Headers, content security policy, rate limits."""

import logging
from wsgiref.headers import Headers

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from redis import RedisError
from werkzeug.middleware.proxy_fix import ProxyFix

log = logging.getLogger(__name__)
HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'self'",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Private links (tickets, log-in) must not travel to other sites.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

# Of those, what a style sheet, a script or a picture needs.
FOR_FILES = ("X-Content-Type-Options", "Referrer-Policy", "Content-Security-Policy")

# For a page that other sites show inside their own: nothing to press in it but links.
FOR_FRAMES = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors *",
    )
)

# For a page that shows papers it has fetched inside itself, before they are saved.
SHOWS_PAPERS = f"{HEADERS['Content-Security-Policy']}; frame-src 'self' blob:"


class SturdyLimiter(Limiter):
    """Counts in memory while Redis is away. Of several requests that find it away at once
    the library lets the first one through and fails the others: those ask again."""

    said_in_memory = False

    @property
    def is_in_memory(self) -> bool:
        """The counts of this process alone, though they should be everybody's."""
        return bool(self._storage_dead)

    def _check_request_limit(
        self, callable_name: str | None = None, in_middleware: bool = True
    ) -> None:
        try:
            super()._check_request_limit(callable_name, in_middleware)
        except RedisError:
            super()._check_request_limit(callable_name, in_middleware)
        if self.is_in_memory is not self.said_in_memory:
            self.said_in_memory = self.is_in_memory
            where = "in memory: Redis is away" if self.is_in_memory else "in Redis again"
            log.warning("limits of requests count %s", where)


limiter = SturdyLimiter(get_remote_address)


@limiter.request_filter
def asks_for_health() -> bool:
    """Not limited, and never the one request that looks whether Redis is back."""
    return request.endpoint in ("site.healthz", "site.readyz")


def let_frame(response: Response) -> Response:
    """Any site may show this page inside its own."""
    response.headers["Content-Security-Policy"] = FOR_FRAMES
    return response


def let_show_papers(response: Response) -> Response:
    """The page may show a PDF in a frame of its own."""
    response.headers["Content-Security-Policy"] = SHOWS_PAPERS
    return response


def headers_for_files(headers: Headers, _path: str, _url: str) -> None:
    """WhiteNoise answers before the application does: its files get what fits a file."""
    for name in FOR_FILES:
        headers[name] = HEADERS[name]


def set_headers(response: Response) -> Response:
    for name, value in HEADERS.items():  # a view may have set a stricter one
        response.headers.setdefault(name, value)
    if response.headers["Content-Security-Policy"] == FOR_FRAMES:
        del response.headers["X-Frame-Options"]  # knows no «everywhere»
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def init_app(app: Flask) -> None:
    if hops := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    limiter.init_app(app)
    app.after_request(set_headers)
