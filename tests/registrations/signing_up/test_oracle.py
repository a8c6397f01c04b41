"""A form without a log-in tells nobody whether a named person is signed up."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.base import clock
from app.base.db import db
from app.events.models import Admission, Event
from app.notifications.models import Notification
from app.people.models import Person
from app.registrations.models import Channel, Registration, Status
from app.web.budgets import (
    REMINDERS_OF_MONTH,
    REMINDERS_OF_TICKET,
    REPEATS_TO_MAILBOX,
    REPEATS_TO_MAILBOX_IN_MONTH,
    STRANGERS_TOLD,
    BudgetSpent,
)
from tests.browser import Browser, counted_queries
from tests.factories import (
    make_event,
    make_guardianship,
    make_person,
    make_registration,
    make_user,
)
from tests.registrations.signing_up.test_sign_up import GUEST, letters, registered

CHILD: dict[str, Any] = {
    "last_name": GUEST["last_name"],
    "first_name": GUEST["first_name"],
    "patronymic": GUEST["patronymic"],
    "birth_date": date(2011, 3, 17),
    "email": "family@example.org",
}
ASKER = {**GUEST, "email": "asker@example.org", "guardian_email": "second@example.org"}


def the_same(event: Event) -> Registration:
    return make_registration(event.slots[0], make_person(**CHILD))


def the_same_mailbox(event: Event) -> Registration:
    child = make_person(**{**CHILD, "email": ASKER["email"]})
    return make_registration(event.slots[0], child)


def at_the_same_time(_event: Event) -> Registration:
    return make_registration(make_event(title="Ярмарка").slots[0], make_person(**CHILD))


def declined(event: Event) -> Registration:
    registration = make_registration(event.slots[0], make_person(**CHILD))
    registration.status, registration.decided_at = Status.DECLINED, clock.now()
    db.session.flush()
    return registration


KNOWN = [the_same, the_same_mailbox, at_the_same_time, declined]


def answer(app: Flask, event: Event, *, panel: str | None = None, **told: str) -> tuple[Any, ...]:
    """All that the asker gets to see, without what is drawn by lot and the event's address."""
    browser = Browser(app.test_client())
    url = f"/events/{event.slug}/sign-up"
    form = browser.open(url).form("form.o-form")
    posted = browser.submit(url, panel=panel, follow=False, fields={**form, **ASKER, **told})
    with browser.client.session_transaction() as session:
        kept = {name: value for name, value in session.items() if "csrf" not in name}
    page = browser.open(posted.response.location, panel=panel)
    headers = sorted(
        (name, value)
        for name, value in posted.response.headers
        if name not in ("Set-Cookie", "Content-Length")
    )
    seen = (posted.status, headers, posted.html, kept, page.status, page.html)
    return tuple(re.sub("den-otkrytyh-dverej-[0-9]+", "…", str(one)) for one in seen)


def spent() -> Counter[tuple[int, int]]:
    return Counter((row.spent, row.most) for row in db.session.scalars(sa.select(BudgetSpent)))


class TestGuest:
    @pytest.mark.parametrize("panel", [None, "signup-panel"], ids=["page", "htmx"])
    @pytest.mark.parametrize("known", KNOWN)
    def test_the_answer_is_the_same_to_the_byte(
        self, app: Flask, known: Callable[[Event], Registration], panel: str | None
    ) -> None:
        event, other = make_event(title="Одно и то же"), make_event(title="Одно и то же")
        known(event)
        assert answer(app, event, panel=panel) == answer(
            app, other, panel=panel, birth_date="2011-03-18"
        )

    @pytest.mark.parametrize("known", KNOWN)
    def test_so_is_what_is_left_of_the_budgets(
        self, app: Flask, known: Callable[[Event], Registration]
    ) -> None:
        event, other = make_event(), make_event()
        known(event)
        answer(app, event)
        budgets = (REMINDERS_OF_TICKET, REMINDERS_OF_MONTH, REPEATS_TO_MAILBOX,
                   REPEATS_TO_MAILBOX_IN_MONTH)  # fmt: skip
        of_reminder = Counter((1, budget.most) for budget in budgets)
        for_known = spent() - of_reminder
        db.session.execute(sa.delete(BudgetSpent))
        answer(app, other, birth_date="2011-03-18")
        assert for_known == spent()

    @pytest.mark.parametrize("known", KNOWN)
    def test_the_truth_goes_once_to_the_address_that_is_known(
        self, app: Flask, known: Callable[[Event], Registration]
    ) -> None:
        event = make_event()
        registration = known(event)
        before = len(db.session.scalars(sa.select(Notification)).all())
        for _ in range(3):
            answer(app, event)
        later = db.session.scalars(sa.select(Notification).order_by(Notification.id)).all()
        [told] = later[before:]
        assert told.address == registration.email
        assert told.context["code"] == db.session.get_one(Registration, registration.id).code
        assert told.template == (
            "registration_link" if known in (the_same, the_same_mailbox) else "sign_up_not_taken"
        )
        assert registered() == 1

    def test_nothing_typed_about_a_known_person_stays(self, app: Flask) -> None:
        event = make_event()
        the_same(event)
        answer(app, event)
        assert len(db.session.scalars(sa.select(Person)).all()) == 1

    def test_a_wrong_number_of_companions_is_refused_whoever_it_is(self, browser: Browser) -> None:
        event = make_event(companions_max=1)
        url = f"/events/{event.slug}/sign-up"
        fields = {**ASKER, "companions": "2"}
        fresh = browser.submit(url, fields=fields)
        the_same(event)
        known = browser.submit(url, fields=fields)
        assert (fresh.status, known.status) == (422, 422)
        assert fresh.text("[role=alert]") == known.text("[role=alert]") != ""

    def test_it_costs_the_database_about_as_much(self, app: Flask) -> None:
        event, other = make_event(), make_event(in_days_=9)
        the_same(other)
        db.session.commit()
        with counted_queries(app) as fresh:
            answer(app, event)
        with counted_queries(app) as known:
            answer(app, other)
        assert len(known) <= len(fresh) + 7

    def test_what_was_typed_is_shown_once(self, browser: Browser) -> None:
        """The next at this computer is somebody else."""
        url = f"/events/{make_event().slug}/sign-up"
        assert "asker@example.org" in browser.submit(url, fields=ASKER).html
        assert "asker@example.org" not in browser.open(f"{url}/sent").html

    def test_the_page_of_a_draft_is_hidden(self, browser: Browser) -> None:
        assert browser.open("/events/no-such-event/sign-up/sent").status == 404


class TestHeading:
    def test_a_page_has_one_first_heading(self, browser: Browser) -> None:
        """Swapped into another page, the panel has a second one."""
        url = f"/events/{make_event().slug}/sign-up/sent"
        assert browser.open(url).texts("h1") == ["Проверьте почту"]
        panel = browser.open(url, panel="signup-panel")
        assert (panel.texts("h1"), panel.texts("h2")) == ([], ["Проверьте почту"])


class TestWhoeverIsThePerson:
    def test_the_browser_that_opened_the_ticket_is_told(self, browser: Browser) -> None:
        event = make_event()
        registration = the_same(event)
        browser.open(f"/registrations/{registration.code}")
        page = browser.submit(f"/events/{event.slug}/sign-up", fields=ASKER)
        assert page.status == 422
        assert "уже записан" in page.text("[role=alert]")
        assert page.soup.select_one(f"[role=alert] a[href='/registrations/{registration.code}']")

    def test_it_is_told_which_other_event(self, browser: Browser) -> None:
        event = make_event()
        registration = at_the_same_time(event)
        browser.open(f"/registrations/{registration.code}")
        page = browser.submit(f"/events/{event.slug}/sign-up", fields=ASKER)
        assert "«Ярмарка»" in page.text("[role=alert]")

    def test_an_account_is_told_of_its_own_people(self, browser: Browser) -> None:
        mother, child = make_user(), make_person(**CHILD)
        make_guardianship(child, mother)
        event = make_event()
        make_registration(event.slots[0], child, channel=Channel.GUARDIAN)
        url = f"/events/{event.slug}/sign-up"
        page = browser.log_in(mother).submit(url, person=str(child.id))
        assert "уже записан" in page.text("[role=alert]")


class TestAccount:
    def test_an_account_cannot_ask_about_one_stranger_after_the_other(
        self, browser: Browser
    ) -> None:
        event = make_event(capacity=50)
        children = [make_person(name, "Айса", "", email=f"{n}@example.org")
                    for n, name in enumerate(("Баатрова", "Басанова", "Бембеева", "Горяева",
                                              "Дорджиева", "Иджилова", "Кекеева"))]  # fmt: skip
        for child in children:
            make_registration(event.slots[0], child)
        browser.log_in(make_user())
        said = []
        for child in children:
            born = str(child.birth_date)
            told = {"last_name": child.last_name, "patronymic": "", "birth_date": born}
            page = browser.submit(f"/events/{event.slug}/sign-up", fields={**GUEST, **told})
            said.append("уже записан:" in page.text("[role=alert]") or "человек уже" in page.html)
        assert said[: STRANGERS_TOLD.most] == [True] * STRANGERS_TOLD.most
        assert "пыталась записать несколько человек" in page.text("[role=alert]")
        assert len(letters("registration_link")) == STRANGERS_TOLD.most

    def test_the_admission_by_approval_is_no_exception(self, app: Flask) -> None:
        event = make_event(admission=Admission.APPROVAL)
        the_same(event)
        status, *_rest = answer(app, event)
        assert status == "303"
