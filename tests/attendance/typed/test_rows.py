"""The filled printed list, typed in by its row numbers."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.attendance import actions
from app.attendance.models import Attendance, Method, Presence
from app.attendance.queries import sheet_of
from app.attendance.typed.rows import Understood, in_ranges, understand
from app.base import clock
from app.base.db import db
from app.events.models import Event
from app.organizations.models import Role
from app.papers.lists import pdf as list_papers
from app.papers.lists.choices import ListPaper, usual
from app.papers.lists.contents import found
from app.registrations.models import Channel, Status
from tests.attendance.door.door import door_of, event_today
from tests.factories import make_person, make_registration

NAMES = ("Эрдниева", "Бадмаев", "Ёлкин", "Авяш", "Очиров")  # alphabetically: 4, 2, 3, 5, 1


def listed(*names: str) -> Event:
    event = event_today(capacity=20)
    for name in names or NAMES:
        make_registration(event.slots[0], make_person(name), channel=Channel.STAFF)
    db.session.flush()
    return event


def marks() -> dict[str, str]:
    query = sa.select(Attendance).where(Attendance.method == Method.TYPED)
    return {
        one.registration.person.last_name: one.presence.value for one in db.session.scalars(query)
    }


class TestRule:
    @pytest.mark.parametrize(
        ("text", "present", "absent"),
        [
            ("1-14, 17, н 15", [*range(1, 15), 17], [15]),
            ("1–3 5;7\n9", [1, 2, 3, 5, 7, 9], []),
            ("Н15, h 16, H17, n18, н/я 19", [], [15, 16, 17, 18, 19]),
            ("н 2-4, 1", [1], [2, 3, 4]),
            ("1 - 3, 5..7", [1, 2, 3, 5, 6, 7], []),
        ],
    )
    def test_reads_both_alphabets_ranges_and_any_separator(
        self, text: str, present: list[int], absent: list[int]
    ) -> None:
        assert understand(text, size=20) == Understood(present, absent)

    def test_reversed_and_repeated_rows_are_read_and_said(self) -> None:
        found = understand("5-3, 4", size=20)
        assert (found.present, found.mistakes, len(found.notes)) == ([3, 4, 5], [], 2)

    @pytest.mark.parametrize(
        "text",
        ["21", "0", "1-99999999", "3, н 3", "н 1-5, 4", "много", "15н", "1-", "-", "1, x 2", ", ;"],
    )
    def test_what_cannot_be_meant_must_be_mended(self, text: str) -> None:
        assert understand(text, size=20).mistakes

    def test_numbers_are_said_in_ranges(self) -> None:
        assert in_ranges([*range(1, 15), 17]) == "1–14, 17"

    def test_the_numbers_are_those_of_the_printed_list(self, app: Flask) -> None:
        event = listed()
        [slot] = event.slots
        choice = usual(ListPaper.REGISTRATION, (slot.id,))
        [(printed, _context)] = list_papers.written(event, choice, found(event, choice)).parts
        shown = door_of(app, event, Role.ORGANIZER).open(
            f"/manage/events/{event.slug}/attendance/typed?rows=1-5"
        )
        names = [item.get_text(strip=True) for item in shown.soup.select(".o-typed li")]
        assert [f"{cells[1]}9" for cells, _heading in printed if cells[1]] == names


class TestScreen:
    def address(self, event: Event) -> str:
        return f"/manage/events/{event.slug}/attendance/typed"

    def test_shown_with_names_before_it_is_saved(self, app: Flask) -> None:
        event = listed()
        organizer = door_of(app, event, Role.ORGANIZER)
        shown = organizer.open(f"{self.address(event)}?rows=1-2, н 4")
        assert "Пришли: 1–2 (2 человека)" in shown.text("#understood")
        assert "Не пришли: 4 (1 человек)" in shown.text("#understood")
        assert "Очиров" in shown.text("#understood")
        assert marks() == {}
        saved = organizer.submit(self.address(event), fields=shown.form("#understood form"))
        assert "3 отметки" in saved.text("#messages")
        assert marks() == {"Авяш": "present", "Бадмаев": "present", "Очиров": "absent"}

    def test_the_others_did_not_come(self, app: Flask) -> None:
        event = listed("Авяш", "Бадмаев", "Очиров")
        organizer = door_of(app, event, Role.ORGANIZER)
        shown = organizer.open(f"{self.address(event)}?rows=2&rest=y")
        organizer.submit(self.address(event), fields=shown.form("#understood form"))
        assert marks() == {"Авяш": "absent", "Бадмаев": "present", "Очиров": "absent"}

    def test_a_mistake_is_explained_and_what_was_typed_stays(self, app: Flask) -> None:
        event = listed()
        shown = door_of(app, event, Role.ORGANIZER).open(f"{self.address(event)}?rows=1-9")
        assert "Строки 9 нет" in shown.text("#rows-error")
        assert (shown.text("#rows"), shown.soup.select("#understood")) == ("1-9", [])

    def test_a_list_that_changed_meanwhile_is_shown_again(self, app: Flask) -> None:
        event = listed()
        organizer = door_of(app, event, Role.ORGANIZER)
        form = organizer.open(f"{self.address(event)}?rows=1").form("#understood form")
        make_registration(event.slots[0], make_person("Абушинова"), channel=Channel.STAFF)
        again = organizer.submit(self.address(event), fields=form)
        assert (again.status, marks()) == (422, {})
        assert "Абушинова" in again.text("#understood")

    def test_says_who_came_into_the_list_after_it_was_printed(self, app: Flask) -> None:
        event = listed()
        organizer = door_of(app, event, Role.ORGANIZER)
        assert not organizer.open(self.address(event)).soup.select(".o-box.o-warn")
        from app.audit.models import AuditEntry

        db.session.add(AuditEntry(action="persons.exported", object_type="event",
                                  object_id=event.id, details={"paper": "list.pdf"}))  # fmt: skip
        db.session.flush()
        late = make_registration(event.slots[0], make_person("Абушинова"), channel=Channel.STAFF)
        late.signed_up_at = clock.now()
        db.session.flush()
        warned = organizer.open(self.address(event)).text(".o-box.o-warn")
        assert "Абушинова" in warned
        assert "Очиров" not in warned

    def test_another_mark_and_a_missing_agreement_are_shown(self, app: Flask) -> None:
        event = listed("Авяш", "Бадмаев")
        first, second = (row.registration for row in sheet_of(event.slots[0]))
        actions.mark(first, Presence.ABSENT, method=Method.LIST, by=None)
        second.status = Status.AWAITING_CONSENT
        db.session.flush()
        shown = door_of(app, event, Role.ORGANIZER).open(f"{self.address(event)}?rows=1-2")
        assert "стоит другая отметка" in shown.text("#understood")
        assert "нельзя отметить" in shown.text("#understood")
