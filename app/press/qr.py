"""QR codes, for the screen and for paper."""

from dataclasses import dataclass

import segno

# Any of the eight masks is read by every scanner; trying all of them for the prettiest costs
# ten times the drawing (some 3 ms a code).
MASK = 3
# On 27 mm of paper: 65 modules of 0.4 mm each. With more of them a worn printer loses single
# ones sooner than the better correction would mend them.
MOST_MODULES = 65


def code_of(text: str) -> segno.QRCode:
    """For the screen: a code that survives the loss of a seventh of it."""
    return segno.make(text, error="m", micro=False, mask=MASK)


@dataclass(frozen=True)
class Modules:
    """A square of modules: a bit for each, dark is 0, rows begin at whole bytes."""

    side: int
    content: bytes


def modules_of(text: str) -> Modules:
    """For paper. The loss of a seventh is mended, of a fourteenth when the text is long."""
    import zxingcpp  # four times as fast as segno; only a process that prints loads it

    for level in ("M", "L"):
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
        drawn = code.to_image(scale=1, add_quiet_zones=False)  # a byte for each: 0 or 255
        side = drawn.shape[0]
        if side <= MOST_MODULES:
            break
    pixels = bytes(drawn)  # type: ignore[call-overload] # a buffer, which its stub conceals
    signs = pixels.replace(b"\0", b"0").replace(b"\xff", b"1")
    width = -(-side // 8) * 8
    rows = (signs[start : start + side].ljust(width, b"1") for start in range(0, side**2, side))
    return Modules(side, b"".join(int(row, 2).to_bytes(width // 8, "big") for row in rows))
