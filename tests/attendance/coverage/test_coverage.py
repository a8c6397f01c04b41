"""Coverage: where the pupils of a school have been in a school year, and who nowhere."""

from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from python_calamine import CalamineWorkbook

from app.attendance.coverage.figures import (
    Count,
    Share,
    by_field,
    by_kind,
    classes_in,
    shares_of,
    sizes_of,
    title_in,
    uncovered,
    visits_in,
)
from app.attendance.models import Presence
from app.audit.models import AuditEntry
from app.base.db import db
from app.organizations.models import Role
from app.people.models import SchoolClass
from app.registrations.merging.actions import merge
from tests.attendance.people import THIS_YEAR, held
from tests.browser import Browser, counted_queries
from tests.factories import (
    make_class,
    make_event,
    make_guardianship,
    make_member,
    make_person,
    make_pupil,
    make_school,
)

PAGE = "/school/coverage"
INVITE = f"{PAGE}/invite"


def share_of(class_: SchoolClass, year: int = THIS_YEAR) -> Share:
    visits = visits_in(year, classes=[class_])
    return shares_of([class_], sizes_of([class_]), visits)[class_.id]


class TestRule:
    def test_unique_pupils_and_visits_are_counted_apart(self) -> None:
        class_ = make_class()
        one, another, _third = (make_pupil(class_, name) for name in ("Аваев", "Баев", "Ваев"))
        held(one, another)
        held(one)
        assert share_of(class_) == Share(pupils=3, covered=2, visits=3)
        assert share_of(class_).nowhere == 1
        assert share_of(class_).percent == 66

    @pytest.mark.parametrize("presence", [Presence.ABSENT, Presence.EXCUSED])
    def test_who_did_not_come_was_nowhere(self, presence: Presence) -> None:
        class_ = make_class()
        held(make_pupil(class_), presence=presence)
        assert share_of(class_).covered == 0

    @pytest.mark.parametrize(
        ("on", "counts"),
        [
            (f"{THIS_YEAR}-08-31 20:59", False),  # 23:59 on the region's clock
            (f"{THIS_YEAR}-08-31 21:00", True),
            (f"{THIS_YEAR + 1}-08-31 20:59", True),
            (f"{THIS_YEAR + 1}-08-31 21:00", False),
        ],
    )
    def test_the_school_year_runs_from_september_to_august(self, on: str, *, counts: bool) -> None:
        class_ = make_class()
        held(make_pupil(class_), on=on)
        assert share_of(class_).covered == int(counts)

    def test_by_kind_and_by_field(self) -> None:
        class_ = make_class()
        one, another = make_pupil(class_, "Аваев"), make_pupil(class_, "Баев")
        held(one, another, kind_code="excursion", fields=["it"])
        held(one, kind_code="excursion", fields=["it", "media"])
        held(one, kind_code="trial", fields=[])
        visits = visits_in(THIS_YEAR, classes=[class_])
        assert by_kind(visits) == {"excursion": Count(2, 3), "trial": Count(1, 1)}
        assert by_field(visits) == {"it": Count(2, 3), "media": Count(1, 1)}

    def test_a_class_is_called_as_it_was_in_that_year(self) -> None:
        school = make_school()
        class_ = make_class(school, grade=9)
        make_class(school, grade=12)
        first = make_class(school, grade=1)
        assert classes_in([school], THIS_YEAR) == [first, class_]
        assert [title_in(one, THIS_YEAR - 1) for one in classes_in([school], THIS_YEAR - 1)] == [
            "8А",
            "11А",
        ]

    def test_what_stayed_with_a_merged_card_counts_once(self) -> None:
        class_ = make_class()
        pupil = make_pupil(class_)
        guest = make_person()
        held(pupil, guest)
        merge(pupil, guest, by=None)
        assert share_of(class_) == Share(pupils=1, covered=1, visits=1)

    def test_only_the_merged_card_was_there(self) -> None:
        class_ = make_class()
        pupil, guest = make_pupil(class_), make_person()
        held(guest)
        merge(pupil, guest, by=None)
        assert share_of(class_).covered == 1

    def test_whom_to_invite(self) -> None:
        class_, other = make_class(), make_class()
        been, stayed = make_pupil(class_, "Аваев"), make_pupil(class_, "Баев")
        held(been, make_pupil(other))
        mother = make_guardianship(stayed, name="Баева Герел")
        [found] = uncovered([class_, other], THIS_YEAR)
        assert found.school_class == class_
        assert found.pupils == [stayed]
        assert found.guardians[stayed.id] == [mother]


class TestScreen:
    @pytest.fixture
    def class_(self) -> SchoolClass:
        return make_class()

    @pytest.fixture
    def school(self, class_: SchoolClass, browser: Browser) -> Browser:
        """The school's coordinator, logged in."""
        return browser.log_in(make_member(class_.school, Role.ORGANIZER))

    def test_a_class_and_its_figures(self, school: Browser, class_: SchoolClass) -> None:
        held(make_pupil(class_, "Аваев"), kind_code="excursion", fields=["it"])
        make_pupil(class_, "Баев")
        screen = school.open(PAGE)
        assert screen.texts("tbody tr")[0] == "9А 2 1 из 2 · 50 % 1 1"
        assert "Экскурсия 1 из 2 · 50 % 1" in screen.texts("tbody tr")
        assert "Информационные технологии 1 из 2 · 50 % 1" in screen.texts("tbody tr")
        assert screen.soup.select("svg .fill")

    def test_each_pupil_of_a_class(self, school: Browser, class_: SchoolClass) -> None:
        held(make_pupil(class_, "Аваев"), title="Завод", kind_code="excursion", fields=["it"])
        make_pupil(class_, "Баев")
        screen = school.open(f"{PAGE}?class={class_.id}")
        first, second = screen.texts("tbody tr")[:2]
        assert first.startswith("1 Аваев Санджи Эрдниевич Завод 2 сентября")
        assert first.endswith("Экскурсия · информационные технологии")
        assert second.endswith("нигде не был")

    def test_only_who_was_nowhere(self, school: Browser, class_: SchoolClass) -> None:
        held(make_pupil(class_, "Аваев"))
        make_pupil(class_, "Баев")
        screen = school.open(f"{PAGE}?class={class_.id}&nowhere=1")
        assert "Баев" in screen.text()
        assert "Аваев" not in screen.text()

    def test_another_year(self, school: Browser, class_: SchoolClass) -> None:
        held(make_pupil(class_), on=f"{THIS_YEAR - 1}-10-01 09:00")
        screen = school.open(f"{PAGE}?year={THIS_YEAR - 1}")
        assert screen.texts("tbody tr")[0] == "8А 1 1 из 1 · 100 % 0 1"

    @pytest.mark.parametrize("year", ["", "x", "1026", "9" * 30, "-1"])
    def test_no_such_year_is_this_year(
        self, school: Browser, class_: SchoolClass, year: str
    ) -> None:
        make_pupil(class_)
        assert school.open(f"{PAGE}?year={year}").texts("tbody tr")[0].startswith("9А 1")

    @pytest.mark.parametrize("wanted", ["class=x", "class=", "class=" + "9" * 30, "school=no"])
    def test_no_such_class_or_school(
        self, school: Browser, class_: SchoolClass, wanted: str
    ) -> None:
        assert school.open(f"{PAGE}?{wanted}").status == 404

    def test_the_list_to_invite(self, school: Browser, class_: SchoolClass) -> None:
        held(make_pupil(class_, "Аваев"))
        stayed = make_pupil(class_, "Баев")
        make_guardianship(stayed, name="Баева Герел", phone="+7 961 111-22-33")
        make_event(title="Проба для девятых", grade_from=9, grade_to=9)
        make_event(title="Проба для пятых", grade_from=5, grade_to=5)
        make_event(title="Для учителей", audience=["teacher"])
        screen = school.open(f"{INVITE}?class={class_.id}")
        assert screen.texts("tbody tr") == ["1 Баев Санджи Эрдниевич Баева Герел, +7 961 111-22-33"]
        assert screen.texts(".o-card h3") == ["Проба для девятых"]
        assert f"Кого пригласить: 9А, {class_.school.short_name}" in screen.text("h1")
        entry = db.session.scalars(sa.select(AuditEntry)).one()
        assert (entry.action, entry.details) == ("contacts.seen", {"number": 1})
        assert entry.organization_id == class_.school_id

    def test_the_list_as_a_table(self, school: Browser, class_: SchoolClass) -> None:
        stayed = make_pupil(class_, "Баев")
        make_guardianship(stayed, name="Баева Герел", email="mother@example.org")
        response = school.open(f"{INVITE}.xlsx").response
        sheet = CalamineWorkbook.from_filelike(BytesIO(response.data)).get_sheet_by_index(0)
        rows = sheet.to_python()
        assert rows[-1] == [1, "9А", "Баев Санджи Эрдниевич", "Баева Герел, mother@example.org"]
        assert response.cache_control.no_store
        assert db.session.scalars(sa.select(AuditEntry.action)).all() == ["persons.exported"]

    def test_nobody_to_invite(self, school: Browser, class_: SchoolClass) -> None:
        held(make_pupil(class_))
        assert "Все хотя бы раз где-то были" in school.open(INVITE).text()
        assert not db.session.scalars(sa.select(AuditEntry)).all()

    def test_a_school_without_classes(self, browser: Browser) -> None:
        browser.log_in(make_member(make_school(), Role.TEACHER))
        assert "классов нет" in browser.open(PAGE).text()

    def test_a_teacher_sees_their_own_class_alone(self, browser: Browser) -> None:
        school = make_school()
        teacher = make_member(school, Role.TEACHER)
        make_class(school, 9, "А", teacher=teacher)
        foreign = make_class(school, 9, "Б", teacher=make_member(school, Role.TEACHER))
        make_pupil(foreign)
        browser.log_in(teacher)
        assert [row[:2] for row in browser.open(PAGE).texts("tbody tr")] == ["9А"]
        for path in (PAGE, INVITE, f"{INVITE}.xlsx"):
            assert browser.open(f"{path}?class={foreign.id}").status == 404

    @pytest.mark.parametrize("address", [PAGE, f"{PAGE}?class={{}}", INVITE, f"{INVITE}.xlsx"])
    def test_as_many_queries_for_many_pupils(
        self, app: Flask, school: Browser, class_: SchoolClass, address: str
    ) -> None:
        pupils = [make_pupil(class_, f"Бадма{letter}ев") for letter in "абвгдежзик"]
        held(*pupils[:5])
        for pupil in pupils:
            make_guardianship(pupil, name="Мама")
        with counted_queries(app) as queries:
            assert school.open(address.format(class_.id)).status == 200
        assert len(queries) <= 12
