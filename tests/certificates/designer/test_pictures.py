"""Pictures for certificates: whatever is sent becomes small and harmless, or a sentence."""

import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image, ImageCms, ImageDraw

from app.base.rules import RuleBroken
from app.certificates.design.pictures import Use, made_of
from app.files import image_use
from app.files.image_use import Made
from app.workbench import workshop as workbench
from tests.certificates.designer.drawings import (
    INK,
    SVG,
    emblem,
    on_grey_paper,
    sent,
    signature,
    written,
)
from tests.load import bombs

pytestmark = pytest.mark.sqlite_alone


def made(content: bytes, use: Use = Use.EMBLEM, *, cuts_paper: bool = True) -> Made:
    return made_of(sent(content), use, cuts_paper=cuts_paper)


def image(of: Made) -> Image.Image:
    return Image.open(BytesIO(of.content))


def refusal(content: bytes, use: Use = Use.EMBLEM) -> str:
    with pytest.raises(RuleBroken) as refused:
        made(content, use)
    return str(refused.value)


@pytest.fixture(autouse=True)
def _in_russian(app: Any) -> Any:
    with app.test_request_context():
        yield


class TestHowLarge:
    """As many pixels as 300 dots to the inch need."""

    @pytest.mark.parametrize(
        ("use", "most"),
        [
            (Use.EMBLEM, (472, 472)),
            (Use.BACKGROUND, (3508, 2480)),
            (Use.SIGNATURE, (709, 295)),
            (Use.SEAL, (531, 531)),
        ],
    )
    def test_no_larger_than_paper_needs(self, use: Use, most: tuple[int, int]) -> None:
        found = made(written(on_grey_paper((4000, 3000)), "JPEG"), use)
        assert (found.width, found.height) <= most
        assert found.height <= most[1]

    def test_one_at_a_time_is_open(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        """A large one takes 300 MB for a moment; a web process has four threads."""
        ask, now, most = workbench.Process.ask, [], []

        def watched(*given: Any) -> workbench.Answer:
            now.append(1)
            most.append(len(now))
            time.sleep(0.05)
            now.pop()
            return ask(*given)

        def send(_number: int) -> Made:
            with app.test_request_context():
                return made(emblem())

        monkeypatch.setattr(workbench.Process, "ask", watched)
        monkeypatch.setitem(app.config, "HEAVY_AT_ONCE", 4)
        monkeypatch.setitem(app.config, "HEAVY_AT_ONCE_OF_A_KIND", 4)
        with ThreadPoolExecutor(4) as threads:
            assert len(list(threads.map(send, range(4)))) == 4
        assert max(most) == 1

    def test_a_small_one_is_not_blown_up(self) -> None:
        assert made(emblem()).width == 40

    def test_a_background_lies_as_its_picture_lies(self) -> None:
        found = made(written(Image.new("RGB", (3000, 4200), "white"), "JPEG"), Use.BACKGROUND)
        assert (found.width, found.height) == (2480, 3472)

    def test_a_restless_background_stays_light(self) -> None:
        noise = Image.effect_noise((2400, 1700), 120)
        found = made(written(Image.merge("RGB", [noise] * 3), "JPEG"), Use.BACKGROUND)
        assert len(found.content) <= 600 * 1024
        assert found.content_type == "image/jpeg"

    def test_a_seal_on_rough_paper_weighs_little(self) -> None:
        paper = Image.effect_noise((1200, 1200), 16).point(lambda value: value + 80)
        seal = Image.merge("RGB", [paper] * 3)
        ImageDraw.Draw(seal).ellipse((100, 100, 1100, 1100), outline=INK, width=30)
        found = made(written(seal), Use.SEAL)
        assert (found.width, found.height) == (531, 531)
        assert len(found.content) < 60 * 1024


class TestColours:
    def test_cmyk_is_printed_in_the_colour_it_shows(self) -> None:
        found = image(made(written(Image.new("CMYK", (60, 60), (0, 255, 255, 0)), "JPEG")))
        assert found.mode == "RGB"
        red, green, blue = found.getpixel((30, 30))  # type: ignore[misc]
        assert red > 200
        assert green < 80
        assert blue < 80

    def test_a_profile_is_applied_and_dropped(self) -> None:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        found = image(made(written(Image.new("RGB", (50, 50), "#1d6fa5"), icc_profile=profile)))
        assert found.getpixel((5, 5)) == (29, 111, 165)
        assert "icc_profile" not in found.info

    def test_a_broken_profile_is_no_matter(self) -> None:
        broken = written(Image.new("RGB", (50, 50), "#1d6fa5"), icc_profile=b"no profile")
        assert image(made(broken)).getpixel((5, 5)) == (29, 111, 165)

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGBA"])
    def test_every_kind_of_png(self, mode: str) -> None:
        assert image(made(written(Image.new(mode, (30, 30))))).mode in ("RGB", "RGBA")


class TestCameras:
    def test_turned_as_it_was_held_and_nothing_of_the_camera_kept(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6  # held upright
        exif[0x010F] = "Elista Phone"
        found = made(written(Image.new("RGB", (300, 200), "blue"), "JPEG", exif=exif))
        assert (found.width, found.height) == (200, 300)
        assert not image(found).getexif()
        assert b"Elista" not in found.content


class TestPaperCutAway:
    def test_ink_stays_and_grey_paper_becomes_clear(self) -> None:
        found = image(made(signature(), Use.SIGNATURE))
        alpha = found.getchannel("A")
        assert alpha.getpixel((2, 2)) == 0
        assert alpha.getextrema()[1] == 255
        assert sum(alpha.histogram()[:16]) > found.width * found.height / 2

    def test_empty_margins_are_cut_off(self) -> None:
        """So that a signature in the middle of a sheet does not come out tiny."""
        found = made(signature(), Use.SIGNATURE)
        assert found.width / found.height > 2  # the stroke is 300 × 100 of 900 × 600

    def test_not_when_it_is_not_wanted(self) -> None:
        found = image(made(signature(), Use.SIGNATURE, cuts_paper=False))
        assert found.mode == "RGB"

    def test_one_that_is_cut_out_already_keeps_its_edges(self) -> None:
        mine = Image.new("RGBA", (100, 100), "#0000")
        mine.paste("#f5f5f5", (20, 20, 80, 80))  # pale, and meant so
        found = image(made(written(mine), Use.SEAL))
        assert found.getpixel((30, 30)) == (245, 245, 245)

    def test_white_paper_alone(self) -> None:
        blank = written(Image.new("RGB", (400, 300), "white"), "JPEG")
        assert "только белая бумага" in refusal(blank, Use.SEAL)

    def test_an_emblem_keeps_its_white(self) -> None:
        found = image(made(written(Image.new("RGB", (30, 30), "white"))))
        assert found.getpixel((3, 3)) == (255, 255, 255)


class TestRefused:
    @pytest.mark.parametrize("content", [SVG, b"<svg onload='x'/>", b"\xef\xbb\xbf  " + SVG])
    def test_svg_whatever_its_name(self, content: bytes) -> None:
        assert "SVG не подходит" in refusal(content)

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "Файл пустой"),
            (b"Hello", "не картинка"),
            (b"%PDF-1.7 ...", "Это PDF"),
            (b"\0\0\0\x18ftypheic" + b"\0" * 40, "HEIC"),
            (b"GIF89a" + b"\0" * 40, "не картинка"),
            (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "не картинка"),
        ],
    )
    def test_what_is_no_picture(self, content: bytes, words: str) -> None:
        assert words in refusal(content)

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_a_file_that_breaks_off(self, kind: str) -> None:
        from app.press import html as pdf  # noqa: F401 - WeasyPrint tells Pillow to be content with half

        whole = written(Image.effect_noise((300, 300), 90).convert("RGB"), kind)
        sentence = refusal(whole[: len(whole) // 2])
        assert "повреждена" in sentence or "не картинка" in sentence

    @pytest.mark.parametrize("side", [8_000, 20_000])
    def test_a_small_file_that_unfolds_to_a_huge_picture(self, side: int) -> None:
        bomb = written(Image.new("1", (side, side)))
        assert len(bomb) < 100_000
        assert "больше 16 миллионов точек" in refusal(bomb)

    def test_it_is_refused_before_a_pixel_is_unpacked(self, monkeypatch: Any) -> None:
        """The process would not even have the memory for it."""
        small = workbench.Budget(memory=160, seconds=60)
        monkeypatch.setattr(image_use, "BUDGET", small)
        bomb = bombs.png(7000)
        assert len(bomb) < 300_000
        assert "больше 16 миллионов точек" in refusal(bomb)

    def test_the_largest_that_is_taken_fits_into_the_budget(self) -> None:
        for use in Use:
            kept = made(written(on_grey_paper((4000, 4000)).convert("RGBA")), use)
            assert max(kept.width, kept.height) <= 3508

    def test_a_photo_of_a_good_camera_is_read_smaller(self) -> None:
        """24 and 50 million points: JPEG can be unpacked in a half of its size."""
        for size in ((6000, 4000), (8160, 6120)):
            photo = written(on_grey_paper((600, 400)).resize(size), "JPEG")
            assert made(photo, Use.BACKGROUND).content_type == "image/jpeg"

    def test_more_memory_than_a_picture_may_take(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(image_use, "BUDGET", workbench.Budget(memory=160, seconds=60))
        photo = written(Image.new("RGB", (3900, 3900), "navy"))
        assert "слишком сложный" in refusal(photo)
