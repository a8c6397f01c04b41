"""Small files that are large when they are opened, made when they are needed."""

import struct
import zlib
from io import BytesIO

from tests.people.class_lists.lists import repacked, xlsx


def png(side: int = 7000) -> bytes:
    """A black square in colour: 150 MB of pixels in 200 KB."""

    def part(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    packer = zlib.compressobj(9)
    line = b"\0" * (1 + 3 * side)
    pixels = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", pixels) + part(b"IEND", b"")


def overlapping_merges(number: int = 20_000) -> bytes:
    """A workbook in which as many merged cells lie over each other."""
    merges = "".join(f'<mergeCell ref="A{1 + n % 9}:A{5900 + n % 90}"/>' for n in range(number))
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>ФИО</t></is></c></row>'
        '<row r="5995"><c r="A5995" t="inlineStr"><is><t>Я</t></is></c></row></sheetData>'
        f'<mergeCells count="{number}">{merges}</mergeCells></worksheet>'
    )
    return repacked(xlsx(["ФИО"]), {"xl/worksheets/sheet1.xml": sheet.encode()})


def one_row(megabytes: int = 9) -> bytes:
    """A CSV whose first row never ends."""
    return "ФИО;".encode() + b"a;" * (megabytes * 2**19)


def large_cells(megabytes: int = 9) -> bytes:
    return "ФИО;Класс\n".encode() + b"\n".join([b"a" * 100_000 + b";9"] * (10 * megabytes))


def quotation_marks(megabytes: int = 9) -> bytes:
    """Each opens what none closes."""
    return "ФИО;Класс\n".encode() + b'"a' * (megabytes * 2**19)


def many_parts(number: int = 60_000) -> bytes:
    """A ZIP of nothing but names."""
    entry = struct.pack(
        "<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0
    )
    file = BytesIO(b"PK\x03\x04" + b"\0" * 26)
    file.seek(30)
    at = file.tell()
    for _ in range(number):
        file.write(entry + b"a")
    size = file.tell() - at
    file.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, number, number, size, at, 0))
    return file.getvalue()
