"""HTML to PDF by WeasyPrint: fonts embedded, nothing fetched from outside."""

from functools import cache
from pathlib import Path
from typing import Any

from flask import render_template
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from app.config import ROOT

STATIC = ROOT / "static"


class OnlyOurs(URLFetcher):
    """Papers use files of ``static/`` and data: URLs; nothing else is ever read."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if url.startswith("data:"):
            return super().fetch(url, headers)
        path = Path(url.removeprefix("file://")).resolve()
        if not path.is_relative_to(STATIC):
            raise ValueError(f"A paper may not read {url}")
        return super().fetch(url, headers)


@cache
def fonts() -> tuple[FontConfiguration, CSS]:
    """Read once for each process: the faces and the style all papers share."""
    faces = FontConfiguration()
    sheet = CSS(
        filename=str(STATIC / "css" / "paper.css"), font_config=faces, url_fetcher=OnlyOurs()
    )
    return faces, sheet


def render(template: str, **context: Any) -> bytes:
    """The template as a PDF document."""
    faces, sheet = fonts()
    html = HTML(
        string=render_template(template, **context),
        base_url=STATIC.as_uri() + "/",
        url_fetcher=OnlyOurs(),
    )
    result = html.write_pdf(stylesheets=[sheet], font_config=faces)
    assert result is not None
    return result
