"""The attendance sheet of a course: who was at which meeting."""

import re
from io import BytesIO

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from app.attendance import actions
from app.attendance.meetings import actions as meeting_actions
from app.attendance.models import Attendance, Correction, Method, Presence
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Slot
from app.events.timetable.models import Meeting
from app.events.timetable.queries import meetings_of
from app.organizations.models import Role
from app.papers.lists import meeting_sheets as sheets
from app.registrations.models import Channel, Registration
from tests.browser import Browser
from tests.factories import (
    in_days,
    make_event,
    make_meeting,
    make_member,
    make_person,
    make_registration,
    make_slot,
    make_user,
)


def course(people: int = 1) -> tuple[Slot, list[Meeting], list[Registration]]:
    """Two meetings that have been, one that is to come."""
    slot = make_slot(make_event(slots=0), starts_at=in_days(-7))
    for day in (-7, -1, 7):
        make_meeting(slot, starts_at=in_days(day))
    registrations = [
        make_registration(slot, make_person(f"Бадмаев{'а' * n}"), channel=Channel.STAFF)
        for n in range(people)
    ]
    db.session.flush()
    return slot, meetings_of([slot])[slot.id], registrations


def attendance() -> tuple[str, str] | None:
    kept = db.session.scalar(sa.select(Attendance))
    return (kept.presence.value, kept.method.value) if kept else None


class TestRule:
    def test_whoever_was_at_one_meeting_came(self) -> None:
        _slot, (first, second, _third), [one] = course()
        meeting_actions.mark(one, first, Presence.ABSENT, by=None)
        assert attendance() is None
        assert meeting_actions.mark(one, second, Presence.PRESENT, by=make_user())
        assert attendance() == ("present", "sheet")
        assert not meeting_actions.mark(one, second, Presence.PRESENT, by=None)
        meeting_actions.mark(one, second, Presence.EXCUSED, by=None)
        assert attendance() is None

    @pytest.mark.parametrize("by_hand", [Presence.PRESENT, Presence.ABSENT])
    def test_a_mark_made_by_hand_is_not_lost(self, by_hand: Presence) -> None:
        _slot, (first, *_), [one] = course()
        actions.mark(one, by_hand, method=Method.LIST, by=None)
        meeting_actions.mark(one, first, Presence.PRESENT, by=None)
        assert attendance() == (
            "present", "list" if by_hand is Presence.PRESENT else "sheet",
        )  # fmt: skip
        meeting_actions.mark(one, first, None, by=None)
        assert attendance() == (by_hand.value, "list")
        kept = db.session.scalar(sa.select(sa.func.count()).select_from(Correction))
        assert kept == (0 if by_hand is Presence.PRESENT else 2)

    def test_not_before_its_day_nor_without_a_seat(self) -> None:
        slot, (first, _second, third), [one] = course()
        with pytest.raises(RuleBroken, match="можно с"):
            meeting_actions.mark(one, third, Presence.PRESENT, by=None)
        elsewhere = make_registration(
            make_slot(slot.event, starts_at=in_days(-3)), channel=Channel.STAFF
        )
        with pytest.raises(RuleBroken, match="другое время"):
            meeting_actions.mark(elsewhere, first, Presence.PRESENT, by=None)

    def test_the_rest_were_there(self) -> None:
        _slot, (first, *_), people = course(3)
        meeting_actions.mark(people[0], first, Presence.ABSENT, by=None)
        assert meeting_actions.mark_rest(first, by=None) == 2
        assert meeting_actions.mark_rest(first, by=None) == 0
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Attendance)) == 2


class TestScreen:
    def test_one_meeting_at_a_time(self, browser: Browser) -> None:
        slot, (_first, second, _third), [one] = course()
        browser.log_in(make_member(slot.event.organization))
        url = f"/manage/events/{slot.event.slug}/attendance/sheet"
        page = browser.open(url)
        assert "Пришли 0 из 1" in page.text("main")
        cell = page.soup.select_one("[name=cell]")
        assert cell
        assert cell["value"] == f"{one.id}-{second.id}-present", "the last that has been"
        page = browser.submit(url, cell=str(cell["value"]), slot=str(slot.id))
        assert "Пришли 1 из 1" in page.text("main")
        assert page.soup.select("[name=cell][aria-pressed=true]")
        panel = browser.open(f"{url}?meeting={second.id}", panel="sheet-panel")
        assert panel.text("#sheet-panel").startswith("Вся ведомость")

    def test_a_cell_goes_round(self, browser: Browser) -> None:
        slot, (first, *_), [one] = course()
        browser.log_in(make_member(slot.event.organization))
        url = f"/manage/events/{slot.event.slug}/attendance/sheet"
        seen = []
        for _ in range(4):
            page = browser.open(f"{url}?grid=1&slot={slot.id}")
            cell = page.soup.select_one(f"[value^='{one.id}-{first.id}-']")
            assert cell
            seen.append(cell.get_text())
            browser.submit(url, cell=str(cell["value"]), slot=str(slot.id), grid="1")
        assert seen == ["·", "+", "н", "у"]
        assert len(page.soup.select("[name=cell]")) == 2, "what is to come cannot be marked"

    def test_nonsense_is_answered_in_words(self, browser: Browser) -> None:
        slot, *_ = course()
        browser.log_in(make_member(slot.event.organization))
        url = f"/manage/events/{slot.event.slug}/attendance/sheet"
        for cell in ("", "1-2-3", "9999999999-1-present"):
            assert browser.submit(url, follow=False, cell=cell).status == 303
        assert browser.submit(url, cell="1-999999-present").status == 404

    def test_door_staff_do_not_see_the_list(self, browser: Browser) -> None:
        slot, *_ = course()
        browser.log_in(make_member(slot.event.organization, Role.DOOR))
        assert browser.open(f"/manage/events/{slot.event.slug}/attendance/sheet").status == 404


class TestPaper:
    def test_the_table_has_a_column_for_each_meeting(self) -> None:
        slot, (first, *_), [one] = course()
        meeting_actions.mark(one, first, Presence.PRESENT, by=None)
        book = CalamineWorkbook.from_filelike(BytesIO(sheets.spreadsheet(slot.event, slot)))
        rows = book.get_sheet_by_index(0).to_python()
        head = next(row for row in rows if row[0] == "№")
        assert [bool(re.match(r"\d\d\.\d\d\.\d{4}", str(cell))) for cell in head].count(True) == 3
        body = rows[rows.index(head) + 1]
        assert (body[1], body[4], body[-1]) == (one.person.full_name, "+", 1)

    def test_many_meetings_go_on_on_the_next_page(self) -> None:
        _slot, meetings, _people = course()
        parts = sheets.parts_of(meetings * 11)
        assert [len(part.meetings) for part in parts] == [16, 16, 1]
        assert [part.is_last for part in parts] == [False, False, True]

    def test_is_printed(self, browser: Browser) -> None:
        slot, *_ = course(2)
        browser.log_in(make_member(slot.event.organization))
        url = f"/manage/events/{slot.event.slug}/papers/sheet-{slot.id}.pdf"
        assert browser.open(url).response.data.startswith(b"%PDF")
