"""Pictures that people send are opened in a process of their own (images), with a budget of
pixels, memory and seconds; here they are handed over, and what is wrong gets its sentence."""

from dataclasses import dataclass

from flask_babel import gettext as _

from app.base.rules import RuleBroken
from app.workbench import workshop as workbench
from app.workbench.refusal import Refused

BUDGET = workbench.Budget(memory=512, seconds=25, cpu=15)
MOST_PIXELS = 16_000_000  # that are opened: 64 MB, several times that while they are converted


@dataclass(frozen=True)
class Use:
    """``box``: pixels it may fill. ``most``: bytes of a photo. ``is_ink``: on white paper,
    which may be cut away."""

    box: tuple[int, int]
    keeps_alpha: bool = True
    is_ink: bool = False
    most: int = 150 * 1024


@dataclass(frozen=True)
class Made:
    content: bytes
    content_type: str
    width: int
    height: int


def made_small(content: bytes, use: Use, *, cuts_paper: bool) -> Made:
    """Raises RuleBroken with a sentence when it is no picture that can be used."""
    given = (use.box, use.keeps_alpha, use.is_ink, use.most)
    try:
        with workbench.place(workbench.FILES):
            told, made = workbench.run(
                "app.files.images:opened_and_made",
                content,
                given,
                cuts_paper,
                MOST_PIXELS,
                budget=BUDGET,
            )
    except Refused as refusal:
        raise RuleBroken(sentence_for(str(refusal))) from refusal
    content_type, width, height = told
    return Made(made, str(content_type), int(width), int(height))


def sentence_for(refusal: str) -> str:
    sentences: dict[str, str] = {
        "pixels": _(
            "The picture has more than %(most)s million pixels. Make it smaller: 3500 along the "
            "longer side are enough for a whole sheet.",
            most=MOST_PIXELS // 1_000_000,
        ),
        "not a picture": _("This is not a picture we can read. Choose a PNG, JPEG or WebP file."),
        "broken": _(
            "The picture is damaged: the file breaks off or is wrong inside. Save it anew."
        ),
        "svg": _(
            "SVG is not taken: it may carry programs. Save the picture as PNG and choose that."
        ),
        "heic": _(
            "Phones save such photos for themselves. Save it as JPEG or PNG and choose that."
        ),
        "pdf": _("This is a PDF. Save the page as a picture, PNG or JPEG."),
        "blank": _(
            "Nothing is seen on this picture but white paper. Photograph it closer and darker."
        ),
    }
    return sentences[refusal]
