"""A drawing in another colour: the frames are drawn in shades of sky blue, each of which stands
for a shade of the accent."""

from functools import lru_cache

from app.certificates.design.looks import SKY

Colour = tuple[int, int, int]
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
# What the drawings of static/img/certificates use, and how much of the accent is in it.
SHADES = {"#8eb7d2": 0.5, "#dcebf5": 0.16, "#eaf3f9": 0.09, "#eef5fa": 0.075}
LEAST_CONTRAST = 4.5  # of words on white: WCAG AA


def parsed(colour: str) -> Colour:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return red, green, blue


def mixed(one: Colour, other: Colour, part: float) -> Colour:
    """``part`` of one, the rest of the other."""
    red, green, blue = (
        round(mine * part + theirs * (1 - part)) for mine, theirs in zip(one, other, strict=True)
    )
    return red, green, blue


def written(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def contrast_with_white(colour: Colour) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    ]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


@lru_cache(maxsize=256)
def for_words(accent: str) -> str:
    """The accent, darkened until a heading in it can be read, also printed in grey."""
    colour = parsed(accent)
    while contrast_with_white(colour) < LEAST_CONTRAST:
        colour = mixed(colour, BLACK, 0.93)
    return written(colour)


@lru_cache(maxsize=256)
def shades(accent: str) -> dict[str, str]:
    """What replaces each colour of a drawing."""
    if accent.lower() == SKY:
        return {}
    colour = parsed(accent)
    paler = {shade: written(mixed(colour, WHITE, part)) for shade, part in SHADES.items()}
    return {SKY: written(colour), **paler}
