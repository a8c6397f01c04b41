"""Carries out orders: the press's own process calls this, WeasyPrint is at home here."""

from collections.abc import Iterator, Mapping

from app.press import document as press_document
from app.press import html as pdf
from app.press import orders
from app.press import pictures as pdf_pictures
from app.press import pieces as press
from app.press import tables as press_tables
from app.press.tags import TaggedDocument


def fulfilled(order: orders.Order) -> tuple[None, bytes]:
    if isinstance(order, orders.Pages):
        return None, pages(order)
    if isinstance(order, orders.Lists):
        return None, press_tables.printed_lists(order)
    return None, leaves(order)


def pages(order: orders.Pages) -> bytes:
    pictures = drawn(order.pictures)
    with pdf.press_lock, pdf.without_collecting():
        for text in order.texts:
            document = pdf.laid_out(text, pictures)
            if len(document.pages) == 1:
                break
        return bytes(document.write_pdf(pdf_variant=pdf.ARCHIVE if order.archival else None))


def leaves(order: orders.Leaves) -> bytes:
    kind = TaggedDocument if order.tagged and not order.archival else press_document.Document
    return press_document.printed(
        laid_out(order), title=order.title, archival=order.archival, kind=kind
    )


def laid_out(order: orders.Leaves) -> Iterator[press.Leaf]:
    """With the pieces of this document, each looked for once."""
    pieces: dict[int, press.Piece] = {}
    for leaf in order.leaves:
        stamps = []
        for stamp in leaf.stamps:
            piece = pieces.get(id(stamp.piece))
            if piece is None:
                piece = pieces[id(stamp.piece)] = press.kept(stamp.piece)
            filled = {name: set_as(value) for name, value in stamp.filled.items()}
            stamps.append(press.Stamp(piece, stamp.x, stamp.y, filled, stamp.upside_down))
        first = stamps[0].piece
        yield press.Leaf(leaf.width or first.width, leaf.height or first.height, stamps)


def set_as(value: str | orders.QRCode) -> str | pdf_pictures.QRCode:
    return value if isinstance(value, str) else pdf_pictures.QRCode(value.text)


def drawn(pictures: Mapping[str, orders.Picture]) -> dict[str, object]:
    return {address: pdf_pictures.drawn(picture) for address, picture in pictures.items()}
