"""Short Russian and Kalmyk texts in few bytes, for QR codes: a byte for a letter, and one for
each of the syllables that are met most often. About 0.65 bytes a letter; UTF-8 takes two.

What is printed is read for decades: the table never changes. static/js/certificate-text.js has it
too.
"""

import re

END = 0  # stands after each text
ESCAPE = 1  # a letter that is not in the table follows, in UTF-8

# Chosen by what names of events, organizations and people in the region are made of.
SYLLABLES = (
    "на ", "вич ", "вна ", "ро", "ан", "ст", "ер", "ор", "но", "а ", "ль", "на", "ни", "я ",
    "ен", "и ", "ар", "го", "те", "ия", "от", "ка", "ли", "ри", "он", "е ", "ет", "ра", "ов",
    "ин", "то", "ал", "ел", "ти", "ла", "ди", "р ", ": ", " д", " п", " в ", "ый ", "кий ",
    "ский ", "ческий ", "ная ", "рофесси", "олледж", "технологи", "еспублик", "Калмы", "СОШ № ",
    "класс", "курс", " им. ", " имени ", "джи", "евич ", "евна ", "ович ", "овна ", "ент",
    "мастер", "ный ", "ик", " с", "ле", "ци", "редпри", "ес", "ит", "ас",
)  # fmt: skip
RUSSIAN = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя"
KALMYK = "ӘәҺһҖҗҢңӨөҮү"
SIGNS = "«»„“—–№…’"
ASCII = "".join(map(chr, range(0x20, 0x7F)))

# What each byte from 2 on means; those above ASCII follow the syllables below it.
TABLE: tuple[str, ...] = (
    *SYLLABLES[:30],
    *ASCII,
    *SYLLABLES[30:],
    *RUSSIAN,
    *KALMYK,
    *SIGNS,
)
BYTE_OF = {piece: place for place, piece in enumerate(TABLE, start=2)}
PIECE = re.compile(
    "|".join(re.escape(piece) for piece in sorted(TABLE, key=len, reverse=True)) + "|.", re.DOTALL
)


def encoded(text: str) -> bytes:
    """With END after it."""
    out = bytearray()
    for piece in PIECE.findall(text):
        byte = BYTE_OF.get(piece)
        out += bytes([byte]) if byte else bytes([ESCAPE]) + piece.encode()
    out.append(END)
    return bytes(out)


def decoded(content: bytes, place: int = 0) -> tuple[str, int]:
    """The text that begins at this place, and the place after its END. ValueError when it
    is no such text."""
    pieces: list[str] = []
    while True:
        if place >= len(content):
            raise ValueError("The text has no end.")
        byte = content[place]
        place += 1
        if byte == END:
            return "".join(pieces), place
        if byte == ESCAPE:
            length = length_in_utf8(content[place : place + 1])
            pieces.append(content[place : place + length].decode())
            place += length
        elif byte - 2 < len(TABLE):
            pieces.append(TABLE[byte - 2])
        else:
            raise ValueError("The table has no such letter.")


def length_in_utf8(first: bytes) -> int:
    """Of the letter that begins with this byte; one where none can, so that decoding fails."""
    byte = first[0] if first else 0xFF
    return 1 + (byte >= 0xC0) + (byte >= 0xE0) + (byte >= 0xF0)
