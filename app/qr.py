"""QR codes, for the screen and for paper."""

import segno

# Any of the eight masks is read by every scanner; trying all of them for the prettiest costs
# ten times the drawing (some 3 ms a code).
MASK = 3


def code_of(text: str) -> segno.QRCode:
    """The text as a QR code that survives the loss of a seventh of it."""
    return segno.make(text, error="m", micro=False, mask=MASK)
