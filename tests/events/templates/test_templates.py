"""Copies and templates: an event without its dates and people, and drafts made of it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.base import clock
from app.base.db import db
from app.events.editing import patterns
from app.events.meetings.actions import follow
from app.events.models import Admission, Event, EventStatus
from app.events.questions.actions import count_again
from app.events.questions.models import Question, QuestionKind
from app.events.questions.queries import questions_of
from app.events.seat_rules.queries import draw_of, quotas_of
from app.events.seat_rules.quota_models import Quota, QuotaKind
from app.events.slots import actions as slots
from app.events.templates import actions as event_templates
from app.events.templates.models import EventTemplate
from app.events.timetable.models import Meeting
from app.organizations.models import OrganizationKind, Role
from tests.browser import Browser, counted_queries
from tests.events.editing.test_edit import events
from tests.factories import (
    in_days,
    make_event,
    make_member,
    make_municipality,
    make_organization,
)


def make_whole_event() -> Event:
    """With a meeting, questions (one of them conditional, one retired) and a quota."""
    event = make_event(
        title="Курс", kind_code="staff_course", hours=36, stands=["Колледж"],
        admission=Admission.DRAW, reminders=[24], reconfirm_days=3,
    )  # fmt: skip
    slot = event.slots[0]
    db.session.add(
        Meeting(slot=slot, starts_at=slot.starts_at, ends_at=slot.ends_at, title="Первое")
    )
    first = Question(event=event, label="Питание?", kind=QuestionKind.YES_NO, position=1)
    db.session.add(first)
    db.session.flush()
    db.session.add_all(
        [
            Question(event=event, label="Какое?", kind=QuestionKind.CHOICE, choices=["А", "Б"],
                     position=2, shown_if=first, shown_if_values=[True], required=True),
            Question(event=event, label="Снятый", kind=QuestionKind.TEXT, position=0,
                     is_retired=True),
            Quota(event=event, kind=QuotaKind.KEPT, seats=2, municipality=make_municipality(),
                  until=in_days(5)),
        ]
    )  # fmt: skip
    count_again(event)
    follow(slot)
    return event


class TestRule:
    def test_a_copy_has_meetings_questions_quotas_and_rules(self) -> None:
        event = make_whole_event()
        twin = patterns.copy(event, first_day=clock.to_local(in_days(28)).date())
        shift = timedelta(days=21)
        meeting = db.session.scalars(sa.select(Meeting).filter_by(slot_id=twin.slots[0].id)).one()
        assert (meeting.title, meeting.starts_at) == ("Первое", event.slots[0].starts_at + shift)
        assert twin.slots[0].meeting_count == 1
        assert draw_of(twin)  # with a seed of its own
        first, second = questions_of(twin)
        assert (first.label, second.label, second.choices) == ("Питание?", "Какое?", ["А", "Б"])
        assert (second.shown_if, second.shown_if_values) == (first, [True])
        [quota] = quotas_of(twin)
        assert (quota.seats, quota.until) == (2, in_days(5) + shift)
        assert quota.municipality is not None
        assert (twin.hours, twin.stands) == (36, ["Колледж"])
        assert (twin.admission, twin.reminders, twin.reconfirm_days) == (Admission.DRAW, [24], 3)

    def test_a_time_that_was_called_off_is_not_copied(self) -> None:
        event = make_event(slots=2)
        slots.call_off(event.slots[0], reason="Заболел мастер")
        twin = patterns.copy(event, first_day=clock.to_local(in_days(28)).date())
        assert len(twin.slots) == 1
        assert not twin.slots[0].is_called_off

    @pytest.mark.figures
    def test_many_slots_cost_no_more_queries(self, app: Flask) -> None:
        few, many = make_event(slots=1), make_event(slots=8)
        with counted_queries(app) as for_few:
            patterns.pattern_of(few)
        with counted_queries(app) as for_many:
            patterns.pattern_of(many)
        assert len(for_many) == len(for_few)

    def test_a_template_is_independent_of_its_event(self) -> None:
        event = make_whole_event()
        template = event_templates.save(event, title="Курс для всех")
        event.title = "Другое"
        event.slots[0].capacity = 99
        day = clock.to_local(in_days(40)).date()
        begun = event_templates.begin(template, event.organization, first_day=day)
        assert (begun.title, begun.status, begun.slots[0].capacity) == (
            "Курс",
            EventStatus.DRAFT,
            10,
        )
        assert begun.slots[0].starts_at == in_days(40)
        assert len(questions_of(begun)) == 2

    def test_saved_again_under_its_name_it_is_replaced(self) -> None:
        event = make_event()
        first = event_templates.save(event, title="Ярмарка")
        assert event_templates.save(event, title="Ярмарка") is first

    def test_another_organization_holds_it_at_its_own_place(self) -> None:
        ministry = make_organization(OrganizationKind.MINISTRY)
        event = make_event(organization=ministry, venue="Министерство", contact="8 900")
        template = event_templates.save(event, title="Ярмарка")
        college = make_organization(address="ул. Ленина, 7", phone="9-11-22")
        begun = event_templates.begin(template, college, first_day=clock.today())
        assert (begun.organization, begun.venue, begun.contact) == (
            college, "ул. Ленина, 7", "9-11-22",
        )  # fmt: skip


class TestScreen:
    def test_from_an_event_to_the_next(self, browser: Browser) -> None:
        event = make_event(title="Ярмарка")
        browser.log_in(make_member(event.organization))
        page = browser.submit(f"/manage/events/{event.slug}/save-as-template", title="Наша ярмарка")
        assert page.texts(".o-card h3") == ["Наша ярмарка"]
        template = db.session.scalars(sa.select(EventTemplate)).one()
        url = f"/manage/templates/{template.id}/new"
        page = browser.submit(url, fields=browser.open(url).form("main form.o-form"))
        assert page.path.endswith("/edit")
        assert events() == 2
        browser.submit(f"/manage/templates/{template.id}/delete")
        assert "Шаблонов пока нет" in browser.open("/manage/templates").text("main")
        assert events() == 2

    def test_the_ministrys_are_offered_to_all_others_to_their_own(self, browser: Browser) -> None:
        ministry = make_organization(OrganizationKind.MINISTRY)
        false = make_organization(OrganizationKind.MINISTRY, approved=False)
        for organization, title in (
            (ministry, "Для всех"), (false, "Самозванец"), (make_organization(), "Чужой"),
        ):  # fmt: skip
            event_templates.save(make_event(organization=organization), title=title)
        browser.log_in(make_member(make_organization()))
        page = browser.open("/manage/templates")
        assert page.texts(".o-card h3") == ["Для всех"]
        assert "от министерства" in page.text(".o-card")
        found = {one.title: one.id for one in db.session.scalars(sa.select(EventTemplate))}
        for title, statuses in {"Для всех": (200, 404), "Самозванец": (404, 404),
                                "Чужой": (404, 404)}.items():  # fmt: skip
            use, delete = (
                f"/manage/templates/{found[title]}/new",
                f"/manage/templates/{found[title]}/delete",
            )
            assert (browser.open(use).status, browser.submit(delete).status) == statuses

    @pytest.mark.parametrize("day", ["", "1026-01-01", "вчера", "2020-01-01", "2999-01-01"])
    def test_bad_days(self, browser: Browser, day: str) -> None:
        event = make_event()
        template = event_templates.save(event, title="Ярмарка")
        browser.log_in(make_member(event.organization))
        page = browser.submit(f"/manage/templates/{template.id}/new", first_day=day)
        assert (page.status, events()) == (422, 1)
        assert page.text("#first_day-error")

    def test_only_for_ones_own_organization(self, browser: Browser) -> None:
        event = make_event()
        template = event_templates.save(event, title="Ярмарка")
        browser.log_in(make_member(event.organization, Role.ADMIN))
        page = browser.submit(
            f"/manage/templates/{template.id}/new",
            organization=str(make_organization().id),
            first_day=clock.today().isoformat(),
        )
        assert (page.status, events()) == (422, 1)
