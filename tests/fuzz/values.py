"""What nobody should send: values for fields, addresses, headers, files and JSON."""

import json
from io import BytesIO
from random import Random
from typing import Any

from werkzeug.datastructures import FileStorage

NUMBERS = (
    "²",
    "٣",
    "½",
    "-1",
    "0",
    "1_0",
    "1e999",
    "NaN",
    "Infinity",
    "9" * 400,
    "9" * 4400,
    "2147483648",
    "-2147483649",
    "9223372036854775808",
    "0x10",
    "1.5",
    "+7",
    "007",
)
DATES = (
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "2026-02-30",
    "3026-03-17T10:00",
    "2026-13-01",
    "2026-12-07T25:00",
    "0000-00-00",
    "1026-03-17",
    "2026-W53-7",
    "24:00",
    "-1:00",
    "99:99",
    "2026-03-17T10:00:00.000Z",
    "2026-03-17T10:00+99:99",
    "31.02.2026",
    "²026-01-01",
)
TEXTS = (
    "",
    " ",
    "\x00",
    "а\x00б",
    "\ud800",
    "Я" * 3_000,
    "А" * 70_000,
    "a\r\nSet-Cookie: x=y",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "%00",
    "%",
    "%s%n",
    "../../etc/passwd",
    "..\\..\\x",
    "{{ 7*7 }}",
    "{% raw %}",
    "{имя}",
    "{",
    "}",
    "{}{}{",
    "\u202eабв",
    "\u200d\ufeff",
    "é́́́",
    "🎓😀",
    "ё" * 200,
    "İ",
    "ß",
    "\x07\x1f",
    "\\",
    "~",
    "~" * 9,
    "(((((((((",
    "[" * 500,
    "*" * 3_000,
    "> " * 900,
    "[a](javascript:x)",
    "1-999999999",
    "1-5-9",
    "н н н",
    "12:12:12",
    ":",
    "::",
    "a:b:c",
    "-",
    "--",
    ",",
    ";" * 50,
)
LINKS = (
    "//evil.test",
    "https://evil.test",
    "javascript:x",
    "/\\evil.test",
    "/events\n",
    "mailto:a",
    "http://[::1",
    "http://a:99999/",
    "http://xn--/",
    "\\\\evil.test\\x",
)
MAILS = ("a@b", "@", "a@@b.ru", "а@почта.рф", "a" * 300 + "@b.ru", "a@b.ru\nBcc: c@d.ru", "a@[1.2]")
USUAL = (
    "1",
    "2",
    "y",
    "on",
    "on",
    "9",
    "anna@example.org",
    "Санджи",
    "2011-03-02",
    "10:00",
    "2026-12-07",
    "2026-12-07T10:00",
    "pupil",
    "present",
    "СОШ № 18",
    "confirmed",
)
KINDS = (NUMBERS, DATES, TEXTS, LINKS, MAILS, USUAL, USUAL)
FILES = (
    b"",
    b"\x00" * 64,
    b"PK\x03\x04",
    b"%PDF-1.7",
    b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
    b"GIF89a\xff\xff\xff\xff",
    "ФИО;Класс\nБадмаев Санджи;9А\n".encode("windows-1251"),
    "\ufeffФамилия,Имя\n\x00,²\n".encode("utf-16"),
    b"<table><tr><td>\xff",
    b"{",
    b"\xef\xbb\xbf",
    b"a;" * 5_000,
    b"\xff\xd8\xff\xe0" + b"\x00" * 30,
    b"RIFF\x00\x00\x00\x00WEBP",
)


def value(random: Random) -> str:
    text: str = random.choice(random.choice(KINDS))
    return text if random.random() < 0.9 else text + random.choice(TEXTS)


def word(random: Random) -> str:
    """A value short enough for an address."""
    return value(random)[:1500].replace("\ud800", "%ED%A0%80")


def file(random: Random) -> FileStorage:
    name = random.choice(
        ("a.xlsx", "a.csv", "a.xls", "a.ods", "a.png", "a.jpg", "a", "", "а\x00.csv")
    )
    return FileStorage(BytesIO(random.choice(FILES)), filename=name)


def nest(random: Random, names: list[str], depth: int = 0) -> Any:
    """Something that JSON can say."""
    kind = random.random()
    if depth > 3 or kind < 0.5:
        return random.choice((value(random), value(random), None, True, -1, 2**70, 1e308, 0.5))
    if kind < 0.75:
        return [nest(random, names, depth + 1) for _ in range(random.randrange(4))]
    chosen = random.sample(names, min(len(names), random.randrange(1, 6)))
    return {name: nest(random, names, depth + 1) for name in chosen}


def json_text(random: Random, names: list[str]) -> str:
    if random.random() < 0.1:
        return random.choice(("", "{", "[" * 100_000, "null", "1e999", "NaN", '"\\ud800"', "\x00"))
    return json.dumps(nest(random, names))
