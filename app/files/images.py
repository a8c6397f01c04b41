"""Pictures that people send, made small and harmless: no larger than paper needs, in sRGB,
without what cameras write into them. Read by their content, whatever their name says. Done in a
process of its own (image_use), which may be killed."""

import re
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageChops, ImageCms, ImageFile, ImageFilter, ImageMath, ImageOps

from app.workbench.refusal import Refused

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_PIXELS_OF_JPEG = 64_000_000  # it is read smaller at once
WORKING_SIDE = 2000  # pixels of a photo while a signature is cut out of it
GRAIN = 1.2  # of paper and of cameras: smoothed before ink is looked for
QUALITY = 85
# Paper (its brightness measured around the place) becomes clear, ink stays.
PAPER, INK = 226, 150
HEAVY_PNG = 30 * 1024
FEW_COLOURS = 64


class Use(NamedTuple):
    """As image_use.Use says it."""

    box: tuple[int, int]
    keeps_alpha: bool
    is_ink: bool
    most: int


class Made(NamedTuple):
    content: bytes
    content_type: str
    width: int
    height: int


def opened_and_made(
    content: bytes,
    use: tuple[tuple[int, int], bool, bool, int],
    cuts_paper: bool,
    most_pixels: int,
) -> tuple[tuple[str, int, int], bytes]:
    """Raises Refused when it is no picture that can be used."""
    wanted = Use(*use)
    image = opened(content, wanted, most_pixels)
    made = made_from(image, content, wanted, cuts_paper=cuts_paper)
    return (made.content_type, made.width, made.height), made.content


def made_from(image: Image.Image, content: bytes, use: Use, *, cuts_paper: bool) -> Made:
    if use.is_ink and cuts_paper and not is_cut_out(image):
        image = without_paper(image)
    if use.is_ink:
        image = cropped(image)
    image.thumbnail(box_of(image, use.box), Image.Resampling.LANCZOS, reducing_gap=3)
    if image.mode == "RGBA" and (not use.keeps_alpha or is_opaque(image)):
        image = on_white(image)
    if image.mode == "RGBA" or not use.keeps_alpha or is_jpeg(content):
        return as_png(image) if image.mode == "RGBA" else as_jpeg(image, use.most)
    return as_png(image)


# Reading


def opened(content: bytes, use: Use, most_pixels: int) -> Image.Image:
    """Its size is known from its first bytes, before a pixel is unpacked."""
    refuse_other_kinds(content)
    try:
        image: Image.Image = Image.open(BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError as bomb:
        raise Refused("pixels") from bomb
    except Exception as broken:  # Pillow's readers raise whatever a broken file leads to
        raise Refused("not a picture") from broken
    if image.width * image.height > MOST_PIXELS_OF_JPEG:
        raise Refused("pixels")
    longest = max(WORKING_SIDE if use.is_ink else 0, *use.box)
    image.draft(None, drafted(image, longest, most_pixels))
    if image.width * image.height > most_pixels:
        raise Refused("pixels")
    # A picture that breaks off is none, whatever other libraries told Pillow.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        image.load()
        return in_srgb(ImageOps.exif_transpose(image))
    except MemoryError:
        raise
    except Exception as broken:
        raise Refused("broken") from broken


def drafted(image: Image.Image, longest: int, most_pixels: int) -> tuple[int, int]:
    """A JPEG is read in a half, a quarter or an eighth of its size: as large as it is needed,
    smaller where it would be too large."""
    divisor = next(one for one in (8, 4, 2, 1) if one == 1 or max(image.size) // one >= longest)
    while divisor < 8 and image.width * image.height > most_pixels * divisor**2:
        divisor *= 2
    return image.width // divisor, image.height // divisor


def refuse_other_kinds(content: bytes) -> None:
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if re.search(rb"<svg[\s>]|<!doctype svg", start) or start.startswith(b"<?xml"):
        raise Refused("svg")
    if content[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        raise Refused("heic")
    if start.startswith(b"%pdf"):
        raise Refused("pdf")


def is_jpeg(content: bytes) -> bool:
    return content.startswith(b"\xff\xd8")


def in_srgb(image: Image.Image) -> Image.Image:
    """RGB or RGBA with the colours meant: profiles of printers, cameras, phones applied."""
    profile = image.info.get("icc_profile")
    image.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
    if image.mode.startswith("I"):  # 16 bits of grey
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            given = ImageCms.ImageCmsProfile(BytesIO(profile))
            managed = ImageCms.profileToProfile(
                image, given, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError):
            managed = None  # a broken profile: the colours as they stand
        if managed is not None:
            managed.info = {}
            return managed
    has_alpha = "A" in image.mode or "a" in image.mode or "transparency" in image.info
    converted = image.convert("RGBA" if has_alpha else "RGB")
    converted.info = {}
    return converted


# Cutting out


def is_opaque(image: Image.Image) -> bool:
    return image.mode != "RGBA" or image.getchannel("A").getextrema()[0] == 255


def is_cut_out(image: Image.Image) -> bool:
    """A tenth of it is clear already: somebody has cut it out better than we could."""
    if image.mode != "RGBA":
        return False
    clear = sum(image.getchannel("A").histogram()[:32])
    return clear * 10 > image.width * image.height


def without_paper(image: Image.Image) -> Image.Image:
    """The ink alone. How bright paper is, is measured around each place: photos have shadows."""
    image = on_white(image)
    image.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.LANCZOS, reducing_gap=3)
    small = image.copy()
    small.thumbnail((128, 128), Image.Resampling.BOX)
    around = small.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.GaussianBlur(6))
    paper = around.resize(image.size, Image.Resampling.BILINEAR)
    even = Image.merge(
        "RGB", [evened(one, other) for one, other in zip(image.split(), paper.split(), strict=True)]
    )
    red, green, blue = even.split()
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)  # pale blue ink is ink
    alpha = darkest.filter(ImageFilter.GaussianBlur(GRAIN)).point(
        [opacity(value) for value in range(256)]
    )
    if not alpha.getbbox() or sum(alpha.histogram()[128:]) * 2000 < image.width * image.height:
        raise Refused("blank")
    even.putalpha(alpha)
    return even


def evened(channel: Image.Image, paper: Image.Image) -> Image.Image:
    """As if the paper had been white everywhere."""
    even: Image.Image = ImageMath.lambda_eval(
        lambda given: given["convert"](
            given["min"](given["seen"] * 255 / given["max"](given["paper"], 1), 255), "L"
        ),
        seen=channel,
        paper=paper,
    )
    return even


def opacity(brightness: int) -> int:
    share = (PAPER - brightness) / (PAPER - INK)
    return round(255 * min(1.0, max(0.0, share)))


def cropped(image: Image.Image) -> Image.Image:
    """Without the clear margins, so that the ink fills its place on paper."""
    if image.mode != "RGBA":
        return image
    seen = image.getchannel("A").point(lambda value: 255 if value > 96 else 0)
    box = seen.filter(ImageFilter.MedianFilter(3)).getbbox() or seen.getbbox()  # dust aside
    return image.crop(box) if box else image


# Writing


def box_of(image: Image.Image, box: tuple[int, int]) -> tuple[int, int]:
    """A sheet lies as its picture lies."""
    longer, shorter = max(box), min(box)
    return (longer, shorter) if image.width >= image.height else (shorter, longer)


def on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def as_png(image: Image.Image) -> Made:
    if image.mode == "RGBA":  # colours that nobody sees weigh as much as others
        alpha = image.getchannel("A")
        image = Image.composite(image, Image.new("RGBA", image.size, "#fff0"), seen_of(alpha))
    content = saved(image, "PNG", optimize=True)
    if len(content) > HEAVY_PNG:
        method, dither = Image.Quantize.FASTOCTREE, Image.Dither.NONE
        few = image.quantize(FEW_COLOURS, method=method, dither=dither)
        content = saved(few.convert(image.mode), "PNG", optimize=True)
    return Made(content, "image/png", *image.size)


def as_jpeg(image: Image.Image, most: int) -> Made:
    """As good as fits: a restless photo loses detail before it makes each paper heavy."""
    while True:
        for quality in (QUALITY, 75, 65):
            content = saved(image, "JPEG", quality=quality, optimize=True, progressive=True)
            if len(content) <= most:
                return Made(content, "image/jpeg", *image.size)
        image = image.resize((max(1, image.width * 4 // 5), max(1, image.height * 4 // 5)))


def seen_of(alpha: Image.Image) -> Image.Image:
    return alpha.point([0 if value < 8 else 255 for value in range(256)])


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
