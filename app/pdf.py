"""HTML to PDF by WeasyPrint: fonts embedded, nothing fetched from outside."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from threading import RLock
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from flask import render_template
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from app.config import ROOT

STATIC = (ROOT / "static").resolve()
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


def render(
    template: str,
    *,
    pictures: Mapping[str, object] | None = None,
    archival: bool = False,
    **context: Any,
) -> bytes:
    """The template as a PDF document; ``archival``: as PDF/A-2b. ``pictures`` (see
    pdf_pictures) are drawn by us, not fetched: by the address that the template or the style
    gives for them."""
    text = render_template(template, **context)
    with press_lock, without_collecting():
        variant = ARCHIVE if archival else None
        return bytes(laid_out(text, pictures).write_pdf(pdf_variant=variant))


def render_one_page(
    template: str, *, sizes: Sequence[str], pictures: Mapping[str, object], **context: Any
) -> bytes:
    """The same in the first ``size`` of these in which all stands on one page; else the last."""
    texts = [render_template(template, size=size, **context) for size in sizes]
    with press_lock, without_collecting():
        for text in texts:
            document = laid_out(text, pictures)
            if len(document.pages) == 1:
                break
        return bytes(document.write_pdf())


def laid_out(text: str, pictures: Mapping[str, object] | None) -> Document:
    faces, sheets = fonts()
    html = HTML(string=text, base_url=STATIC.as_uri() + "/", url_fetcher=OnlyOurs())
    return html.render(stylesheets=sheets, font_config=faces, cache=dict(pictures or {}))
