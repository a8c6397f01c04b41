"""The organizer sees a class as one line, opens it, and finds its pupils by name."""

from io import BytesIO

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from app.base.db import db
from app.events.models import Event
from app.papers.lists import spreadsheet as list_tables
from app.registrations.desk import actions as staff
from app.registrations.groups.queries import members_of
from app.registrations.models import Group
from app.registrations.seats import seats
from app.registrations.signing_up import actions
from tests.browser import Browser, Page, counted_queries
from tests.factories import make_event, make_member, make_person, make_registration
from tests.registrations.groups.classes import ANNA, OLEG, School, make_school_class, statuses


@pytest.fixture
def school() -> School:
    return make_school_class(3)


@pytest.fixture
def event() -> Event:
    return make_event(capacity=20)


@pytest.fixture
def group(school: School, event: Event) -> Group:
    return school.sign_up(event.slots[0], companions=[ANNA, OLEG], wishes="Нужен пандус")


@pytest.fixture
def organizer(browser: Browser, event: Event) -> Browser:
    return browser.log_in(make_member(event.organization))


def table(event: Event) -> str:
    return f"/manage/events/{event.slug}/registrations"


def names(page: Page) -> list[str]:
    return [one.split()[0] for one in page.texts("th[id^=who-]")]


@pytest.mark.parametrize("panel", [None, "registrations-panel"], ids=["page", "htmx"])
class TestTable:
    def test_a_class_is_one_line(
        self, organizer: Browser, event: Event, school: School, group: Group, panel: str | None
    ) -> None:
        make_registration(event.slots[0], make_person("Очиров"))
        page = organizer.open(table(event), panel=panel)
        assert names(page) == ["Очиров"]
        row = page.text("table:first-of-type tbody tr")
        assert row.startswith("9А, СОШ № 18: 3 + 2 5 мест")
        assert school.teacher.name in row
        assert "Нужен пандус" in row
        assert ANNA["name"] in row
        link = page.soup.select_one(f"a[href$='group={group.code}']")
        assert link is not None

    def test_its_pupils_are_found_as_before(
        self, organizer: Browser, event: Event, school: School, group: Group, panel: str | None
    ) -> None:
        make_registration(event.slots[0], make_person("Очиров"))
        pupils = [one.last_name for one in school.pupils]
        for asked, found in {
            f"q={pupils[1]}": [pupils[1]],
            "status=confirmed": [*pupils, "Очиров"],
            f"school={school.organization.id}": pupils,
            f"slot={event.slots[0].id}": [*pupils, "Очиров"],
            "group=everybody": [*pupils, "Очиров"],
            f"group={group.code}": pupils,
            "group=unknown": ["Очиров"],
        }.items():
            page = organizer.open(f"{table(event)}?{asked}", panel=panel)
            assert names(page) == found, asked
        page = organizer.open(f"{table(event)}?group={group.code}", panel=panel)
        assert "9А, СОШ № 18: 3 + 2" in page.text(".o-box h2")

    def test_only_classes(
        self, organizer: Browser, event: Event, group: Group, panel: str | None
    ) -> None:
        page = organizer.open(table(event), panel=panel)
        assert "Без класса никто не записался" in page.text("#registrations-panel")
        assert "Никого не нашли" not in page.text()


class TestAct:
    def test_everybody_found_is_the_group_and_undoing_brings_it_back(
        self, organizer: Browser, event: Event, group: Group
    ) -> None:
        alone = make_registration(event.slots[0], make_person("Очиров"))
        page = organizer.submit(f"{table(event)}/act?action=cancel", everyone="1", group=group.code)
        assert statuses(group) == ["cancelled"] * 3
        assert alone.is_confirmed
        assert event.slots[0].seats_taken == 1
        restored = page.form("form:has(button[value=restore])")
        ids = [str(one.id) for one in members_of(group)]
        organizer.submit(f"{table(event)}/act", action="restore", group=restored["group"], ids=ids)
        assert statuses(group) == ["confirmed"] * 3
        assert (event.slots[0].seats_taken, seats.differences()) == (6, [])

    def test_everybody_found_without_a_filter_leaves_folded_classes_alone(
        self, organizer: Browser, event: Event, group: Group
    ) -> None:
        alone = make_registration(event.slots[0], make_person("Очиров"))
        organizer.submit(f"{table(event)}/act", action="cancel", everyone="1")
        db.session.refresh(alone)
        assert not alone.is_live
        assert statuses(group) == ["confirmed"] * 3

    def test_confirming_one_who_waits_brings_the_adults(self, school: School) -> None:
        slot = make_event(capacity=2).slots[0]
        group = school.sign_up(slot, companions=[ANNA, OLEG], rest="waitlist")
        last = members_of(group)[-1]
        outcome = staff.confirm_many([last])
        assert outcome.refused == 1
        slot.capacity = 3
        db.session.flush()
        staff.confirm_many([last])
        assert last.is_confirmed
        assert group.companion_seats == 2
        assert seats.differences() == []


class TestSpreadsheet:
    def test_groups_stand_together_in_a_column(
        self, app: Flask, event: Event, school: School, group: Group
    ) -> None:
        make_registration(event.slots[0], make_person("Вёлков"))
        with app.test_request_context():
            content = list_tables.table_with_contacts(event, event.slots)
        rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
        head = next(n for n, row in enumerate(rows) if "ФИО" in row or "Группа" in row)
        place = rows[head].index("Группа")
        found = [(str(row[1]).split()[0], row[place]) for row in rows[head + 1 :]]
        titled = [(one.last_name, "9А, СОШ № 18") for one in school.pupils]
        assert found == [("Вёлков", ""), *titled]

    def test_without_groups_there_is_no_such_column(self, app: Flask, event: Event) -> None:
        make_registration(event.slots[0])
        with app.test_request_context():
            content = list_tables.table_with_contacts(event, event.slots)
        rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
        assert not any("Группа" in row for row in rows)


@pytest.mark.figures
def test_many_groups_take_as_many_queries_as_one(
    app: Flask, organizer: Browser, event: Event, group: Group
) -> None:
    organizer.open(table(event))
    with counted_queries(app) as one:
        organizer.open(table(event))
    for _ in range(4):
        make_school_class(3).sign_up(event.slots[0], rest="waitlist")
    with counted_queries(app) as many:
        page = organizer.open(table(event))
    assert len(page.soup.select("table:first-of-type tbody tr")) == 5
    assert len(many) <= len(one) + 1  # the first page with somebody who waits
    actions.cancel(members_of(group)[0])
