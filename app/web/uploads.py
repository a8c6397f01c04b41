"""Forms with large files: what is typed is read, and of each file no more than may be kept.

A browser shows an answer only when it has sent everything. A photo of 40 MB is therefore
taken to its end and forgotten on the way: whoever sent it reads a sentence in the form, with
all that was typed still there, instead of a page about bytes.
"""

from tempfile import SpooledTemporaryFile
from typing import Any

from flask import request
from flask_login import current_user
from werkzeug.formparser import FormDataParser

MOST = 8 * 1024 * 1024  # of one file
MOST_AT_ONCE = 80 * 1024 * 1024  # of the whole form; more is answered by the page of 413
IN_MEMORY = 512 * 1024


class Capped(SpooledTemporaryFile[bytes]):
    """A file that remembers that more was sent than it keeps."""

    is_too_large = False

    def write(self, content: Any) -> int:
        self.is_too_large = self.is_too_large or self.tell() + len(content) > MOST
        return len(content) if self.is_too_large else super().write(content)


class CappingParser(FormDataParser):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "stream_factory": capped})


def capped(*_args: Any, **_kwargs: Any) -> Capped:
    return Capped(max_size=IN_MEMORY, mode="rb+")


def take_large_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """For a blueprint's url_value_preprocessor: nothing may have read the form before."""
    if request.method == "POST" and current_user.is_authenticated:
        request.max_content_length = MOST_AT_ONCE
        request.form_data_parser_class = CappingParser


def is_too_large(stream: object) -> bool:
    return getattr(stream, "is_too_large", False)
