"""A certificate as a page: its words set in its layout, stamped on a page laid out once."""

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app, render_template

from app.base.db import db
from app.base.words.braces import filled
from app.base.words.text import clean
from app.certificates.design import colours as layout_colours
from app.certificates.design.layouts import LAYOUTS, Layout
from app.certificates.design.looks import Look
from app.certificates.design.models import Picture
from app.certificates.printing.typesetting import lines_of, paragraphs, set_in, style_of
from app.press import orders, printer
from app.press.millimetres import MM
from app.press.orders import Pages, Piece, QRCode, Stamp

EMBLEM = 22.5  # mm, with the gap below it
GAP_OF_HEAD = 3
LONG_NAME = 60  # letters
FRAME, PICTURE = "frame:", "picture:"  # addresses of images in the templates


@dataclass(frozen=True)
class Words:
    """What one certificate says. ``values`` stand where a design has words in braces."""

    holder: str
    number: str
    date: str
    number_and_date: str
    code: str
    qr: str
    organization: str
    values: Mapping[str, str]

    def into(self, text: str) -> str:
        """One line; blanks that may not break stay."""
        return re.sub(" +", " ", filled(clean(text), self.values)).strip()


@dataclass(frozen=True)
class Composition:
    """``context`` makes the template's page, the same for many; ``texts`` by their places."""

    layout: Layout
    context: Mapping[str, Any]
    texts: Mapping[str, str]
    qr: str


def composed(look: Look, words: Words, pictures: Mapping[int, str]) -> Composition:
    """``pictures``: addresses by id; what is not there any more leaves its place empty."""
    layout = LAYOUTS.get(look.layout, LAYOUTS["classic"])
    heading, subheading = words.into(look.heading), words.into(look.subheading)
    lead = words.into(look.lead)
    body = [
        (style_of(one, flat=layout.flat), text)
        for one in paragraphs(look.body)
        if (text := words.into(one))
    ]
    height = layout.height - head_of(layout, words.organization, look.emblem in pictures)
    setting = set_in(
        layout,
        heading=heading,
        subheading=subheading,
        lead=lead,
        holder=words.holder,
        body=body,
        height=height,
    )
    context = {
        "layout": layout,
        "look": look,
        "pictures": pictures,
        "accent": look.accent,
        "ink": layout_colours.for_words(look.accent),
        "organization": in_two(words.organization),
        "by_size": size_of_name(words.organization),
        "heading": heading,
        "subheading": subheading,
        "height": height,
        "setting": setting,
        "signatories": look.signatories,
        "has_seal": any(one.seal in pictures for one in look.signatories),
        "site": str(current_app.config["SITE_URL"]).partition("//")[2],
    }
    texts = {
        "lead": lead,
        "holder": words.holder,
        "number": words.number,
        "date": words.date,
        "number_and_date": words.number_and_date,
        "code": words.code,
        **{line.slot: line.text for line in setting.body},
    }
    return Composition(layout, context, texts, words.qr)


def head_of(layout: Layout, organization: str, has_emblem: bool) -> float:
    """How much of the height (mm) the organization's emblem and name take."""
    if not layout.head:
        return 0
    size = {"": 11.5, "long": 10, "longest": 8}[size_of_name(organization)]
    rows = sum(
        lines_of(line, size=size, width=layout.head, letter=0.56) for line in in_two(organization)
    )
    return rows * size * 1.3 / MM + (EMBLEM if has_emblem else 0) + GAP_OF_HEAD


def in_two(organization: str) -> list[str]:
    """Long names in two lines: the legal form, and the name itself from its quotation mark."""
    form, mark, name = organization.partition(" «")
    return [form, f"«{name}"] if mark and len(organization) > LONG_NAME else [organization]


def size_of_name(organization: str) -> str:
    """A class of the stylesheet: names of 400 letters have room too."""
    return "longest" if len(organization) > 220 else "long" if len(organization) > 110 else ""


def addresses_of(ids: Iterable[int]) -> dict[int, str]:
    """By id: named by their content, so that what was laid out with them can be kept."""
    if not (known := set(ids)):
        return {}
    query = sa.select(Picture.id, Picture.sha256).where(Picture.id.in_(known))
    return {one.id: PICTURE + one.sha256 for one in db.session.execute(query)}


def stamp(composition: Composition, pieces: dict[Hashable, Piece]) -> Stamp:
    """``pieces``: those of this document, by what is the same for many papers."""
    key = still(composition)
    if key not in pieces:
        pictures = drawn(sorted(addresses_in(composition)))
        pieces[key] = Piece(html_of(composition), tuple(pictures.items()))
    return Stamp(pieces[key], filled={**composition.texts, "qr": QRCode(composition.qr)})


def still(composition: Composition) -> Hashable:
    """What its page depends on: all but the words that are stamped."""
    context, setting = composition.context, composition.context["setting"]
    rooms = [line._replace(text="") for line in (setting.lead, setting.holder) if line]
    rooms += [line._replace(text="") for line in setting.body]
    same = ("look", "heading", "subheading", "height")
    names = tuple(context["organization"])
    return (*(context[one] for one in same), names, setting.size, setting.heading, *rooms)


def plainly(composition: Composition) -> bytes:
    """The same through WeasyPrint alone: what stamping is compared with."""
    address = f"qr:{composition.texts['code']}"
    pictures = {**drawn(addresses_in(composition)), address: QRCode(composition.qr)}
    html = html_of(composition, texts=composition.texts)
    return printer.fulfil(Pages([html], pictures))


def html_of(composition: Composition, texts: Mapping[str, str] | None = None) -> str:
    """Without ``texts``: with specimens in the places of the texts."""
    template = f"pdf/certificates/{composition.layout.template}.html"
    return render_template(template, **composition.context, texts=texts)


def addresses_in(composition: Composition) -> set[str]:
    layout, accent = composition.layout, composition.context["accent"]
    look, pictures = composition.context["look"], composition.context["pictures"]
    drawings = [layout.code] * layout.frame + ["lotus"] * layout.medal
    return {f"{FRAME}{one}:{accent}" for one in drawings} | {
        pictures[one] for one in look.pictures if one in pictures
    }


def drawn(addresses: Iterable[str]) -> dict[str, orders.Picture]:
    """Pictures by the addresses that the templates give for them."""
    found: dict[str, orders.Picture] = {}
    for address in addresses:
        kind, _, rest = address.partition(":")
        if f"{kind}:" == FRAME:
            code, _, accent = rest.partition(":")
            shades = layout_colours.shades(accent)
            found[address] = orders.Recoloured(
                f"img/certificates/{code}.svg", tuple(shades.items())
            )
        else:
            query = sa.select(Picture.content).where(Picture.sha256 == rest).limit(1)
            found[address] = orders.Photograph(rest, db.session.scalars(query).one())
    return found
