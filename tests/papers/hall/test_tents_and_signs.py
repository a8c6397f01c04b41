"""Names on tables and signs at rooms."""

import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from flask import Flask
from PIL import Image, ImageChops
from pypdf import PdfReader

from app.base.db import db
from app.events.models import Event
from app.papers.hall.signs import Sign, printed_signs, programme, rooms_of, typed_sign
from app.papers.hall.tents import Tent, printed_tents, stands_of, typed_tent
from tests.browser import Browser
from tests.factories import in_days, make_event, make_member, make_slot
from tests.papers.people import pages

pytestmark = pytest.mark.sqlite_alone  # papers: the same on every database


@pytest.fixture
def fair() -> Event:
    event = make_event(
        slots=0, title="Ярмарка профессий", stands=["Почта России", "Технопарк «Кванториум»"]
    )
    for place, room in enumerate(["ауд. 214", "Актовый зал", "ауд. 214", ""]):
        starts_at = in_days(7, 6) + timedelta(hours=2 * place)
        make_slot(event, room=room, title=f"Поток {place + 1}", starts_at=starts_at)
    db.session.refresh(event)
    return event


def ask(app: Flask, event: Event, paper: str, **given: Any) -> Any:
    browser = Browser(app.test_client()).log_in(make_member(event.organization))
    return browser.submit(f"/manage/events/{event.slug}/papers/{paper}", **given)


class TestTents:
    def test_a_surname_has_a_line_of_its_own(self) -> None:
        assert typed_tent("Манджиева Айса Петровна; наставник") == Tent(
            "Манджиева\nАйса Петровна", "наставник"
        )
        assert typed_tent("Ли") == Tent("Ли")

    def test_exhibitors_stand_in_their_order(self, fair: Event) -> None:
        assert [one.large for one in stands_of(fair)] == fair.stands

    def test_both_sides_of_a_sheet_say_the_same(
        self, app: Flask, fair: Event, tmp_path: Path
    ) -> None:
        with app.test_request_context():
            content = printed_tents(fair, [Tent("Бадмаев\nСанджи", "мастер"), Tent("Ли")])
        first, second = pages(content)
        assert [first.count(word) for word in ("Бадмаев", "Санджи", "мастер")] == [2, 2, 2]
        assert "Ли" in second
        command = ["pdftoppm", "-r", "40", "-f", "1", "-gray", "-singlefile", "-png", "-"]
        subprocess.run([*command, str(tmp_path / "x")], input=content, check=True)
        sheet = Image.open(tmp_path / "x.png").convert("L")
        middle = sheet.height // 2
        lower = sheet.crop((0, middle + 5, sheet.width, sheet.height)).resize((30, 15))
        upper = sheet.crop((0, 0, sheet.width, middle - 5)).rotate(180).resize((30, 15))
        assert max(ImageChops.difference(lower, upper).tobytes()) < 60
        assert max(ImageChops.difference(lower, upper.rotate(180)).tobytes()) > 100

    def test_ticked_exhibitors_and_typed_names(self, app: Flask, fair: Event) -> None:
        answer = ask(app, fair, "tents", stands="1", typed="Бадмаев Санджи; мастер").response
        assert answer.mimetype == "application/pdf"
        assert "no-store" in answer.headers["Cache-Control"]
        first, second = pages(answer.data)
        assert "Кванториум" in first
        assert "Бадмаев" in second

    def test_with_nothing_chosen_there_is_a_sentence(self, app: Flask, fair: Event) -> None:
        page = ask(app, fair, "tents", typed="")
        assert page.status == 422
        assert "хотя бы одно имя" in page.text(".o-summary")
        assert ask(app, fair, "tents", stands="7").status == 422


class TestSigns:
    def test_each_room_once_with_what_takes_place_there(self, fair: Event) -> None:
        rooms = rooms_of(fair)
        assert list(rooms) == ["Актовый зал", "ауд. 214"]
        first, second = programme(rooms["ауд. 214"])
        assert first.endswith(", 09:00–10:00 · Поток 1")
        assert second.endswith(", 13:00–14:00 · Поток 3")

    def test_many_times_stand_by_day(self) -> None:
        event = make_event(slots=0)
        for hour in range(5, 12):
            make_slot(event, starts_at=in_days(7, hour))
        db.session.refresh(event)
        [line] = programme(event.slots)
        assert line.endswith(": 08:00, 09:00, 10:00, 11:00, 12:00, 13:00, 14:00")
        event = make_event(slots=0)
        for number in range(10):
            make_slot(event, starts_at=in_days(7 + number))
        db.session.refresh(event)
        [line] = programme(event.slots)
        assert "–" in line

    def test_a_called_off_time_is_not_announced(self, fair: Event) -> None:
        fair.slots[1].called_off_at = fair.created_at
        assert list(rooms_of(fair)) == ["ауд. 214"]

    def test_its_code_opens_the_page_of_the_event(
        self, app: Flask, fair: Event, tmp_path: Path
    ) -> None:
        with app.test_request_context():
            content = printed_signs(fair, ["ауд. 214"], arrow="left")
        [text] = pages(content)
        for words in ("ауд. 214", "Поток 1", "Поток 3", "Ярмарка профессий"):
            assert words in text
        command = ["pdftoppm", "-r", "100", "-gray", "-singlefile", "-png", "-"]
        subprocess.run([*command, str(tmp_path / "x")], input=content, check=True)
        [read] = zxingcpp.read_barcodes(Image.open(tmp_path / "x.png"))
        assert read.text.endswith(f"/events/{fair.slug}")

    def test_shape_and_arrow(self, app: Flask, fair: Event) -> None:
        long = typed_sign("Регистрация участников и выдача бейджей " * 5 + "; у входа")
        with app.test_request_context():
            papers = [
                printed_signs(fair, [], [long, Sign("Я")], arrow=arrow, landscape=landscape)
                for arrow, landscape in [("", True), ("up", False), ("right", True)]
            ]
        for paper, lies in zip(papers, (True, False, True), strict=True):
            first, second = PdfReader(BytesIO(paper)).pages
            assert (first.mediabox.width > first.mediabox.height) is lies
            said = "".join(first.extract_text().split())
            assert said.count("Регистрацияучастниковивыдачабейджей") == 5
            assert "Я" in second.extract_text()

    def test_ticked_rooms_and_typed_signs(self, app: Flask, fair: Event) -> None:
        chosen = {"rooms": "Актовый зал", "arrow": "right", "shape": "portrait"}
        answer = ask(app, fair, "signs", typed="Гардероб; 1-й этаж", **chosen).response
        first, second = pages(answer.data)
        assert "Актовый зал" in first
        assert "Поток 2" in first
        assert "Гардероб" in second
        assert "1-й этаж" in second

    def test_with_nothing_chosen_there_is_a_sentence(self, app: Flask, fair: Event) -> None:
        page = ask(app, fair, "signs", arrow="", shape="landscape")
        assert page.status == 422
        assert "Отметьте помещение" in page.text(".o-summary")

    def test_where_no_room_is_named_signs_are_typed(self, app: Flask) -> None:
        event = make_event()
        browser = Browser(app.test_client()).log_in(make_member(event.organization))
        page = browser.open(f"/manage/events/{event.slug}/papers/signs")
        assert "не указано помещение" in page.text("main")
        assert ask(app, event, "signs", arrow="", shape="landscape").status == 422
