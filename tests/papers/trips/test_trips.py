"""The school's papers of a trip, as printed."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from flask import Flask

from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Slot
from app.papers.trips import trips
from app.papers.trips.trips import Adult, Paper, Trip, Way
from app.people.consents.actions import agree
from app.people.models import ConsentChannel, ConsentKind
from app.registrations.groups.queries import members_of
from app.registrations.models import Group, Status
from tests.factories import make_class, make_event, make_guardianship, make_organization, make_pupil
from tests.papers.people import pages
from tests.registrations.groups.classes import ANNA, OLEG, School, make_school_class

pytestmark = pytest.mark.sqlite_alone
PHONE = "+7 961 000-10-01"
TRIP = Trip(
    number="214-ОД",
    dated=date(2026, 11, 27),
    head_name="О. Б. Манджиева",
    head_post="Директор",
    purpose="профессиональной ориентации обучающихся",
    basis="письма колледжа от 20.11.2026 № 145",
    adults=[Adult(**ANNA), Adult(**OLEG)],
    instructor="Очирова Г. С., завуч",
    bus="ПАЗ-4234, А 123 ВС 08",
    driver="Болдырев Б. Б.",
    seats=30,
    place="двор школы",
    route="школа — колледж — школа",
    leaves_on=date(2026, 12, 2),
    leaves_at=time(13, 10),
    returns_on=date(2026, 12, 2),
    returns_at=time(17, 0),
)


@pytest.fixture
def slot() -> Slot:
    college = make_organization(name="Колледж нефти и газа")
    return make_event(organization=college, title="Неделя «Билет в будущее»", capacity=80).slots[0]


@pytest.fixture
def school() -> School:
    """Аабаев with a parent's phone, Бабаев and Вабаев without; all agreed to data processing."""
    made = make_school_class(3)
    make_guardianship(made.pupils[0], name="Абаева Нюдля Саналовна", phone=PHONE)
    return made


def paper(app: Flask, group: Group, which: Paper, trip: Trip = TRIP, **given: Any) -> list[str]:
    with app.test_request_context(headers={"Cookie": "language=en"}):
        return pages(trips.printed(trips.crew_of(group), replace(trip, **given), which))


def photo_agreed(school: School) -> None:
    for pupil in school.pupils:
        agree(pupil, ConsentKind.PHOTO, channel=ConsentChannel.GUARDIAN_ACCOUNT)
    db.session.flush()


class TestOrder:
    def test_says_what_the_school_said(self, app: Flask, school: School, slot: Slot) -> None:
        school.organization.name = "МБОУ «Школа № 18»"
        order, annex = paper(app, school.sign_up(slot), Paper.ORDER)
        for said in (
            "МБОУ «Школа № 18»", "ПРИКАЗ", "27 ноября 2026 г.", "№ 214-ОД",
            "О направлении обучающихся 9А класса",
            "«Неделя „Билет в будущее“»", "Колледж нефти и газа",
            "на основании письма колледжа от 20.11.2026 № 145", "ПРИКАЗЫВАЮ:",
            "(3 чел., список в приложении)",
            "Лиджиева Анна Ивановна, тел. +7 961 123-45-67;", "Манджиев Олег.",
            "автобусом ПАЗ-4234, А 123 ВС 08, водитель Болдырев Б. Б.",
            "Отправление: 2 декабря 2026 г., 13:10, место: двор школы",
            "Маршрут: школа — колледж — школа", "Возвращение: 2 декабря 2026 г., 17:00",
            "Ответственный за инструктаж: Очирова Г. С., завуч", "Контроль", "Директор",
            "О. Б. Манджиева", "С приказом ознакомлены",
        ):  # fmt: skip
            assert said in order, said
        assert "ПРОЕКТ" not in order
        assert "к приказу от 27 ноября 2026 г. № 214-ОД" in annex
        assert [name in annex for name in ("1 Аабаев", "2 Бабаев", "3 Вабаев")] == [True] * 3

    def test_is_a_draft_until_it_has_a_number(self, app: Flask, school: School, slot: Slot) -> None:
        order = paper(app, school.sign_up(slot), Paper.ORDER, Trip(adults=TRIP.adults))[0]
        assert order.startswith("ПРОЕКТ")

    def test_the_police_is_told_of_eight_children_in_a_bus(self, app: Flask, slot: Slot) -> None:
        group = make_school_class(8).sign_up(slot)
        assert "Госавтоинспекцию" in paper(app, group, Paper.ORDER)[0]
        assert "Госавтоинспекцию" not in paper(app, group, Paper.ORDER, way=Way.FOOT)[0]

    def test_of_two_classes_names_both(self, app: Flask, school: School, slot: Slot) -> None:
        other = make_pupil(make_class(school.organization, letter="Б"), "Яшкаев")
        group = school.sign_up(slot, [*school.pupils, other])
        order, annex = paper(app, group, Paper.ORDER)
        assert "обучающихся 9А, 9Б классов" in order
        assert "Яшкаев Санджи Эрдниевич 9Б" in annex

    def test_long_names_stay_whole(self, app: Flask, school: School, slot: Slot) -> None:
        school.pupils[0].last_name = "Щ" * 90
        school.pupils[0].first_name = "Ъ" * 90
        adults = [Adult("Ж" * 100)]
        found = "".join(paper(app, school.sign_up(slot), Paper.ORDER, adults=adults))
        assert [found.count(letter) for letter in "ЩЪ"] == [90, 90]
        assert found.count("Ж") == 200  # responsible, and reads it


class TestListForTheEscort:
    def test_has_the_parents_phones_and_says_for_whom_it_is(
        self, app: Flask, school: School, slot: Slot
    ) -> None:
        [text] = paper(app, school.sign_up(slot), Paper.LIST)
        assert "Только для сопровождающего. После поездки уничтожить." in text
        born = school.pupils[0].birth_date
        assert born is not None
        assert f"9А {born:%d.%m.%Y} Абаева Нюдля Саналовна, {PHONE}" in text
        assert "тел. +7 961 123-45-67" in text

    def test_says_whom_not_to_photograph(self, app: Flask, school: School, slot: Slot) -> None:
        group = school.sign_up(slot)
        assert paper(app, group, Paper.LIST)[0].count("не снимать") == 3
        photo_agreed(school)
        assert "не снимать" not in paper(app, group, Paper.LIST)[0]

    def test_no_other_paper_has_the_phones(self, app: Flask, school: School, slot: Slot) -> None:
        group = school.sign_up(slot)
        for which in (
            Paper.ORDER, Paper.SEATS, Paper.INSTRUCTION, Paper.PHOTO_CONSENTS, Paper.APPLICATION,
        ):  # fmt: skip
            text = " ".join(paper(app, group, which))
            assert "Аабаев" in text
            assert PHONE not in text, which


class TestSeats:
    def test_shows_everybody(self, app: Flask, school: School, slot: Slot) -> None:
        [text] = paper(app, school.sign_up(slot), Paper.SEATS)
        for said in ("Водитель", "Дверь", "Лиджиева Анна Ивановна сопровождающий", "Бабаев Санджи"):
            assert said in text

    def test_too_small_a_bus_is_refused_and_the_folder_with_it(
        self, app: Flask, slot: Slot
    ) -> None:
        group = make_school_class(8).sign_up(slot)
        for which in (Paper.SEATS, Paper.FOLDER):
            with pytest.raises(RuleBroken, match="10"):
                paper(app, group, which, seats=9)
        assert paper(app, group, Paper.ORDER, seats=9)

    def test_there_are_none_for_a_walk(self, app: Flask, school: School, slot: Slot) -> None:
        group = school.sign_up(slot)
        with pytest.raises(RuleBroken, match="bus"):
            paper(app, group, Paper.SEATS, way=Way.FOOT)
        text = " ".join(paper(app, group, Paper.FOLDER, way=Way.FOOT))
        assert "Рассадка" not in text
        assert "Идём парами по тротуару" in text


class TestApplication:
    def test_has_year_of_birth_and_adults(self, app: Flask, school: School, slot: Slot) -> None:
        group = school.sign_up(slot, wishes="Нужен пандус")
        [text] = paper(app, group, Paper.APPLICATION)
        born = school.pupils[0].birth_date
        assert born is not None
        for said in (
            "Организатору мероприятия: Колледж нефти и газа", "ЗАЯВКА",
            f"Аабаев Санджи Эрдниевич 9А {born.year}", "тел. +7 961 123-45-67",
            "Пожелания: Нужен пандус", "есть у всех", "О. Б. Манджиева",
        ):  # fmt: skip
            assert said in text, said
        assert f"{born:%d.%m.%Y}" not in text


class TestFolder:
    def test_what_lacks_comes_first_and_the_forms_last(
        self, app: Flask, school: School, slot: Slot
    ) -> None:
        agree(school.pupils[0], ConsentKind.PHOTO, channel=ConsentChannel.GUARDIAN_ACCOUNT)
        without = make_pupil(make_class(school.organization, letter="В"), "Яшкаев", agreed=False)
        group = school.sign_up(slot, [*school.pupils, without])
        found = paper(app, group, Paper.FOLDER)
        titles = (
            "Не хватает согласий", "ПРИКАЗ", "к приказу", "Список группы", "Рассадка в автобусе",
            "Лист инструктажа", "Согласие на обработку персональных данных", "Согласие на фото-",
        )  # fmt: skip
        assert len(found) == 10  # three forms for photos
        assert [title in text for title, text in zip(titles, found, strict=False)] == [True] * 8
        missing = found[0]
        assert "1 Яшкаев Санджи Эрдниевич 9В нет нет" in missing
        assert "2 Бабаев Санджи Эрдниевич 9А есть нет" in missing
        assert "Аабаев Санджи" not in missing
        assert "Класс 9В" in found[6]  # each form has the pupil's own class

    def test_without_lacks_it_begins_with_the_order(
        self, app: Flask, school: School, slot: Slot
    ) -> None:
        photo_agreed(school)
        group = school.sign_up(slot)
        found = paper(app, group, Paper.FOLDER)
        assert "ПРИКАЗ" in found[0]
        assert "Согласие на" not in " ".join(found)
        with pytest.raises(RuleBroken, match="has this consent"):
            paper(app, group, Paper.PHOTO_CONSENTS)


class TestWhoIsOnThem:
    def test_only_those_with_a_seat(self, app: Flask, school: School) -> None:
        slot = make_event(capacity=3).slots[0]
        group = school.sign_up(slot, rest="waitlist")
        crew = trips.crew_of(group)
        assert [one.last_name for one in crew.people] == ["Аабаев", "Бабаев"]
        assert crew.without_seat == 1

    def test_an_empty_group_is_refused(self, app: Flask, school: School, slot: Slot) -> None:
        group = school.sign_up(slot, school.pupils[:1])
        [one] = members_of(group)
        one.status = Status.CANCELLED
        db.session.flush()
        for which in (Paper.FOLDER, Paper.ORDER):
            with pytest.raises(RuleBroken, match="Nobody"):
                paper(app, group, which)
