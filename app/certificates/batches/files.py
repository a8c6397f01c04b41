"""The files of batches: a PDF for each chunk, and in the end one file of all of them."""

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_STORED, ZipFile

from app.certificates.batches import queries as batch_queries
from app.certificates.issued.batch_models import BatchForm, PaperBatch
from app.files import stored as files

CHUNK = 400  # papers made in one transaction: a second or two
Renew = Callable[[], None]
Span = tuple[int, int]  # the first and the last position of a chunk
# What a page keeps of its document when it becomes a document of its own: language, colours
# and statement of PDF/A.
OF_THE_DOCUMENT = ("/Lang", "/Metadata", "/OutputIntents", "/ViewerPreferences")
PLACE_IN_THE_FILE = {"/Parent", "/StructParent", "/StructParents", "/Length"}


def prefix(batch: PaperBatch) -> str:
    return f"batch-{batch.code}"


def finished(batch: PaperBatch) -> str:
    """The name of the file of the whole batch."""
    return f"{prefix(batch)}.{batch.form.value}"


def is_there(batch: PaperBatch) -> bool:
    """It was made, and is not deleted yet."""
    return batch.file_size is not None and files.exists(finished(batch))


def chunk(batch: PaperBatch, first: int, last: int) -> str:
    return f"{prefix(batch)}-{first:06}-{last:06}.pdf"


def chunks(batch: PaperBatch) -> Iterator[Span]:
    """First and last position of each chunk that is done."""
    for first in range(1, batch.done + 1, CHUNK):
        yield first, min(first + CHUNK - 1, batch.done)


def delete_all(batch: PaperBatch) -> None:
    for name in files.names(prefix(batch)):
        files.delete(name)


def delete_chunks(batch: PaperBatch) -> None:
    for name in files.names(f"{prefix(batch)}-"):
        files.delete(name)


def bind(batch: PaperBatch, spans: list[Span], renew: Renew) -> int | None:
    """One file of these chunks. Its size; None when there is no paper at all."""
    if not spans:
        return None
    with files.writing(finished(batch)) as file:
        if batch.form is BatchForm.ZIP:
            zip_up(batch, spans, file, renew)
        else:
            parts = [files.path(chunk(batch, *span)) for span in spans]
            merge(parts, file, renew)
    return files.path(finished(batch)).stat().st_size


def merge(parts: list[Path], file: BinaryIO, renew: Renew) -> None:
    """The pages of all, in order. The first gives what belongs to the document. None has tags:
    those of a chunk would tell a wrong order of the whole."""
    import pikepdf  # a web process that never binds a batch does without it

    if len(parts) == 1:
        with parts[0].open("rb") as only:
            shutil.copyfileobj(only, file)
        return
    with ExitStack() as open_files:
        whole = open_files.enter_context(pikepdf.open(parts[0]))
        seen: dict[bytes, Any] = {}
        share(whole, 0, seen)
        for part in parts[1:]:
            renew()
            already = len(whole.pages)
            whole.pages.extend(open_files.enter_context(pikepdf.open(part)).pages)
            share(whole, already, seen)
        whole.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def share(whole: Any, first: int, seen: dict[bytes, Any]) -> None:
    """Pictures and forms that are the same in several chunks are kept once."""
    digests: dict[tuple[int, int], bytes] = {}
    done: set[tuple[int, int]] = set()
    for page in whole.pages[first:]:
        resources = page.obj.get("/Resources")
        if resources is None or (resources.is_indirect and resources.objgen in done):
            continue
        done.add(resources.objgen)
        pictures = resources.get("/XObject")
        for name in list(pictures.keys()) if pictures is not None else ():
            if pictures[name].is_indirect:
                digest = digest_of(pictures[name], digests)
                pictures[name] = seen.setdefault(digest, pictures[name])


def digest_of(thing: Any, known: dict[tuple[int, int], bytes]) -> bytes:
    """The same for things that are the same, whatever their numbers in the file."""
    if not getattr(thing, "is_indirect", False):
        return hashed(thing, known)
    number = thing.objgen
    if number not in known:
        known[number] = b"met inside itself"
        known[number] = hashed(thing, known)
    return known[number]


def hashed(thing: Any, known: dict[tuple[int, int], bytes]) -> bytes:
    digest = hashlib.sha256(type(thing).__name__.encode())
    for part in parts_of(thing, known):
        digest.update(part)
    return digest.digest()


def parts_of(thing: Any, known: dict[tuple[int, int], bytes]) -> Iterator[bytes]:
    import pikepdf

    if isinstance(thing, pikepdf.Array):
        yield from (digest_of(one, known) for one in thing)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        for name in sorted(set(thing.keys()) - PLACE_IN_THE_FILE):
            yield name.encode()
            yield digest_of(thing[name], known)
        if isinstance(thing, pikepdf.Stream):
            yield thing.read_raw_bytes()
    else:
        yield repr(thing).encode()


def zip_up(batch: PaperBatch, spans: list[Span], file: BinaryIO, renew: Renew) -> None:
    """A file for each holder: «0017 Очирова Баирта.pdf»."""
    taken: set[str] = set()
    with ZipFile(file, "w", ZIP_STORED) as archive:  # they are compressed already
        for span in spans:
            renew()
            pages = batch_queries.names_of_pages(batch, *span)
            names = [name_of(*page, taken=taken) for page in pages]
            for name, content in zip(names, pages_of(files.path(chunk(batch, *span))), strict=True):
                archive.writestr(name, content)


def pages_of(part: Path) -> Iterator[bytes]:
    """Each page as a document of its own."""
    import pikepdf

    with pikepdf.open(part) as whole:
        whole.remove_unreferenced_resources()
        for name in OF_THE_DOCUMENT:
            if name in whole.Root:
                whole.Root[name] = whole.make_indirect(whole.Root[name])
        for page in whole.pages:
            with pikepdf.new() as one:
                one.pages.append(page)
                for name in OF_THE_DOCUMENT:
                    if name in whole.Root:
                        one.Root[name] = one.copy_foreign(whole.Root[name])
                if "/Info" in whole.trailer:
                    one.trailer.Info = one.copy_foreign(whole.trailer.Info)
                content = BytesIO()
                one.save(content, object_stream_mode=pikepdf.ObjectStreamMode.generate)
            yield content.getvalue()


def name_of(year: int, number: int, holder: str, *, taken: set[str]) -> str:
    words = re.sub(r"[^\w \-.,№«»()’]", "", holder).strip(" .")[:80].strip()
    name = f"{number:04} {words}".strip()
    if name in taken:  # a batch may see the New Year in: numbers begin anew
        name = f"{number:04}-{year} {words}".strip()
    taken.add(name)
    return f"{name}.pdf"
