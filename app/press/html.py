"""HTML to PDF by WeasyPrint: fonts embedded, nothing fetched from outside. At home in the
press's own process (press_orders); pages ask for papers at app.press.printer."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from threading import RLock
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from app.press.orders import STATIC

ARCHIVE = "pdf/a-2b"  # the first part knows no transparency, the third adds files inside
# Pango's font map, which FontConfiguration wraps, is not safe to use from several threads.
# One paper at a time costs little: laying out is Python, so threads would take turns anyway.
press_lock = RLock()


class OnlyOurs(URLFetcher):
    """Papers use files of ``static/`` and data: URLs; nothing else is ever read."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if url.startswith("data:"):
            return super().fetch(url, headers)
        file = self.file_of(url)
        kind = guess_type(file.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": kind})

    @staticmethod
    def file_of(url: str) -> Path:
        """The file that is going to be read: decoded first, checked afterwards."""
        parts = urlsplit(url)
        file = Path(url2pathname(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not file.is_relative_to(STATIC):
            raise ValueError(f"A paper may not read {url}")
        return file


@cache
def fonts() -> tuple[FontConfiguration, list[CSS]]:
    """Read once for each process: the faces and the styles of all papers."""
    faces = FontConfiguration()
    sheets = [
        CSS(filename=str(STATIC / "css" / name), font_config=faces, url_fetcher=OnlyOurs())
        for name in ("paper.css", "certificates.css")
    ]
    return faces, sheets


@contextmanager
def without_collecting() -> Iterator[None]:
    """A long list makes a million objects that all live until it is printed: looking for
    garbage among them takes a third of the time and finds none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()  # the next collection of young objects takes the whole document


def laid_out(text: str, pictures: Mapping[str, object] | None) -> Document:
    faces, sheets = fonts()
    html = HTML(string=text, base_url=STATIC.as_uri() + "/", url_fetcher=OnlyOurs())
    return html.render(stylesheets=sheets, font_config=faces, cache=dict(pictures or {}))
