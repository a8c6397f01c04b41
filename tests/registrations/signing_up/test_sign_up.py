"""Signing up: who gets a seat, who waits, who is refused and in which words."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.mailboxes import proof_of
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import EventStatus
from app.notifications.models import Notification
from app.people.models import Category, Consent, Person
from app.registrations.models import Channel, Registration, Status
from app.registrations.queries import place_in_line
from app.registrations.signing_up import actions
from app.registrations.signing_up.rules import AlreadySignedUp
from tests.browser import Browser, counted_queries
from tests.factories import (
    make_event,
    make_organization,
    make_person,
    make_registration,
    make_slot,
    make_user,
)

GUEST = {
    "last_name": "Очирова",
    "first_name": "Айса",
    "patronymic": "Баатровна",
    "birth_date": "2011-03-17",
    "email": "aisa@example.org",
    "phone": "+7 961 123-45-67",
    "school": "СОШ № 18",
    "grade": "9",
    "guardian_email": "mother@example.org",
    "consent-personal-data": "y",
}
ADULT = {**GUEST, "birth_date": "1984-03-17", "grade": "adult", "guardian_email": ""}


def letters(template: str) -> list[Notification]:
    return list(db.session.scalars(sa.select(Notification).filter_by(template=template)))


def registered() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) or 0


class TestRule:
    def test_takes_a_seat_and_writes_a_letter(self) -> None:
        slot = make_event(capacity=2).slots[0]
        registration = make_registration(slot)
        assert registration.status is Status.CONFIRMED
        assert slot.seats_left == 1
        assert letters("registration_confirmed")[0].context["code"] == registration.code

    def test_a_full_slot_puts_on_the_waitlist_and_tells_the_place(self) -> None:
        slot = make_event(capacity=1).slots[0]
        make_registration(slot)
        waiting = [make_registration(slot) for _ in range(2)]
        assert [one.status for one in waiting] == [Status.WAITLISTED] * 2
        assert [place_in_line(one) for one in waiting] == [1, 2]
        assert [letter.context["place"] for letter in letters("registration_waitlisted")] == [1, 2]

    def test_companions_take_seats_too(self) -> None:
        slot = make_event(capacity=3, companions_max=2).slots[0]
        make_registration(slot, companions=2)
        assert slot.is_full

    def test_more_companions_than_allowed_are_refused(self) -> None:
        slot = make_event(companions_max=1).slots[0]
        with pytest.raises(RuleBroken, match="не больше 1"):
            make_registration(slot, companions=2)

    def test_newcomers_do_not_overtake_those_who_wait_for_two_seats(self) -> None:
        slot = make_event(capacity=2, companions_max=1).slots[0]
        make_registration(slot)
        pair = make_registration(slot, companions=1)
        assert pair.status is Status.WAITLISTED
        assert make_registration(slot).status is Status.WAITLISTED
        assert slot.seats_left == 1

    def test_nobody_twice_whatever_the_case_the_yo_or_the_dash(self) -> None:
        event = make_event()
        born = date(2010, 5, 5)
        make_registration(event.slots[0], make_person("Королёва", birth_date=born))
        with pytest.raises(AlreadySignedUp, match="уже записан"):
            make_registration(event.slots[0], make_person("КОРОЛЕВА", birth_date=born))

    def test_the_same_form_again_gives_the_same_registration(self) -> None:
        slot = make_event().slots[0]
        person = make_person()
        first = make_registration(slot, person, form_key="one")
        assert make_registration(slot, person, form_key="one") is first
        assert len(letters("registration_confirmed")) == 1

    def test_can_come_back_after_cancelling_with_a_new_code(self) -> None:
        slot, person = make_event().slots[0], make_person()
        registration = make_registration(slot, person)
        code = registration.code
        actions.cancel(registration)
        again = make_registration(slot, person)
        assert (again.id, again.status) == (registration.id, Status.CONFIRMED)
        assert again.code != code

    def test_not_after_the_deadline(self) -> None:
        event = make_event(signup_closes_at=clock.now() - timedelta(hours=1))
        with pytest.raises(RuleBroken, match="Запись закрылась"):
            make_registration(event.slots[0])

    def test_not_before_the_opening(self) -> None:
        event = make_event(signup_opens_at=clock.now() + timedelta(days=1))
        with pytest.raises(RuleBroken, match="Запись откроется"):
            make_registration(event.slots[0])

    def test_not_when_it_has_begun(self) -> None:
        event = make_event(in_days_=-1)
        make_slot(event)
        with pytest.raises(RuleBroken, match="уже началось"):
            make_registration(event.slots[0])

    @pytest.mark.parametrize(
        ("status", "words"),
        [(EventStatus.DRAFT, "не опубликовано"), (EventStatus.CANCELLED, "отменено")],
    )
    def test_only_for_published_events(self, status: EventStatus, words: str) -> None:
        with pytest.raises(RuleBroken, match=words):
            make_registration(make_event(status=status).slots[0])

    def test_wrong_grade_names_both_grades(self) -> None:
        event = make_event(grade_from=8, grade_to=11)
        with pytest.raises(RuleBroken, match="для 8–11 классов, а указан класс: 5"):
            make_registration(event.slots[0], make_person(grade=5))

    def test_wrong_category_names_the_audience(self) -> None:
        event = make_event(audience=["teacher", "specialist"])
        with pytest.raises(RuleBroken, match="педагоги, специалисты"):
            make_registration(event.slots[0])

    def test_any_adult_may_come_where_parents_may(self) -> None:
        event = make_event(audience=["pupil", "parent"])
        adult = make_person(grade=None, category=Category.ADULT)
        assert make_registration(event.slots[0], adult).is_confirmed

    def test_two_places_at_once_are_refused_naming_the_other_event_to_its_holder(self) -> None:
        person = make_person()
        first = make_registration(make_event(title="Ярмарка").slots[0], person)
        other = make_event().slots[0]
        with pytest.raises(RuleBroken, match="на другое мероприятие"):
            make_registration(other, person)
        with pytest.raises(RuleBroken, match="«Ярмарка»"):
            make_registration(other, person, tickets=[first.code])

    def test_one_after_the_other_is_no_overlap(self) -> None:
        person = make_person()
        slot = make_event().slots[0]
        make_registration(slot, person)
        event = make_event()
        next_slot = make_slot(event, starts_at=slot.ends_at)
        assert make_registration(next_slot, person).is_confirmed

    def test_staff_may_add_after_the_deadline_but_not_twice(self) -> None:
        event = make_event(signup_closes_at=clock.now() - timedelta(hours=1), grade_from=10)
        person = make_person(grade=5)
        make_registration(event.slots[0], person, channel=Channel.STAFF)
        with pytest.raises(AlreadySignedUp):
            make_registration(event.slots[0], person, channel=Channel.STAFF)


@pytest.mark.parametrize("panel", [None, "signup-panel"], ids=["page", "htmx"])
class TestScreen:
    def test_a_guest_signs_up_and_the_ticket_comes_by_letter(
        self, browser: Browser, panel: str | None
    ) -> None:
        event = make_event()
        page = browser.submit(f"/events/{event.slug}/sign-up", panel=panel, fields=ADULT)
        registration = db.session.scalars(sa.select(Registration)).one()
        assert page.status == 200
        assert page.path == f"/events/{event.slug}/sign-up/sent"
        assert "Айса" in page.text("#signup-panel")
        assert "aisa@example.org" in page.text("#signup-panel")
        assert ("<html" in page.html) is (panel is None)
        assert [one.context["code"] for one in letters("registration_confirmed")] == [
            registration.code
        ]

    def test_the_link_in_the_letter_opens_the_ticket(
        self, browser: Browser, panel: str | None
    ) -> None:
        registration = make_registration(
            make_event().slots[0], make_person("Очирова", "Айса", "Баатровна")
        )
        link = f"/registrations/{registration.code}?mail={proof_of(registration.email)}"
        page = browser.open(link, panel=panel)
        assert (page.path, page.response.request.query_string) == (
            f"/registrations/{registration.code}", b""
        )  # fmt: skip
        assert "Место за вами" in page.text("#signup-panel")
        assert "Очирова Айса Баатровна" in page.text("#signup-panel")
        assert page.soup.select_one("#signup-panel svg.o-qr")
        assert ("<html" in page.html) is (panel is None)

    def test_a_guest_is_kept_as_told(self, browser: Browser, panel: str | None) -> None:
        make_organization(name="Средняя школа № 18", short_name="СОШ № 18")
        event = make_event()
        browser.submit(
            f"/events/{event.slug}/sign-up",
            panel=panel,
            fields={
                **ADULT,
                "last_name": "  Әәдмин-Өлзәева ",
                "patronymic": "",
                "school": "сош № 18",
            },
        )
        person = db.session.scalars(sa.select(Person)).one()
        assert (person.last_name, person.patronymic) == ("Әәдмин-Өлзәева", "")
        assert (person.category, person.school_title) == ("adult", "СОШ № 18")
        consent = db.session.scalars(sa.select(Consent)).one()
        assert (consent.text.version, consent.channel) == (1, "guest_form")

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"last_name": ""}, "Напишите фамилию"),
            ({"last_name": "Я" * 10_000}, "не больше 100"),
            ({"last_name": "<script>alert(1)</script>"}, "только буквы"),
            ({"first_name": "=cmd()"}, "только буквы"),
            ({"first_name": "Айса😀"}, "только буквы"),
            ({"first_name": "Ай\x07са"}, "только буквы"),
            ({"birth_date": "1026-03-17"}, "Проверьте год"),
            ({"birth_date": "3026-03-17"}, "Проверьте год"),
            ({"birth_date": "вчера"}, "дат"),
            ({"birth_date": ""}, "Дата рождения Напишите дату рождения"),
            ({"birth_date": "1970-03-17"}, "у школьника"),
            ({"grade": "99"}, "Выберите класс"),
            ({"school": ""}, "Напишите школу"),
            ({"school": "=1+1"}, "похоже на формулу"),
            ({"email": "айса"}, "не похоже на адрес"),
            ({"phone": "позвоните мне"}, "телефон цифрами"),
            ({"slot": "999999"}, "Выберите время"),
            ({"slot": "abc"}, "Выберите время"),
            ({"companions": "5"}, "не больше 0"),
            ({"companions": "-5"}, "Сопровождающие"),
            ({"consent-personal-data": ""}, "Без этого согласия"),
        ],
    )
    def test_bad_input_gets_a_sentence_and_stores_nothing(
        self, browser: Browser, panel: str | None, wrong: dict[str, str], words: str
    ) -> None:
        event = make_event()
        fields = {**GUEST, **wrong}
        page = browser.submit(f"/events/{event.slug}/sign-up", panel=panel, fields=fields)
        assert page.status == 422
        assert words in page.text("#signup-panel")
        assert (
            page.form("form.o-form")["first_name"] == fields["first_name"].strip()
            or "first_name" in wrong
        )
        assert registered() == 0
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0

    def test_a_slot_of_another_event_is_refused(self, browser: Browser, panel: str | None) -> None:
        event, other = make_event(), make_event()
        fields = {**GUEST, "slot": str(other.slots[0].id)}
        page = browser.submit(f"/events/{event.slug}/sign-up", panel=panel, fields=fields)
        assert page.status == 422
        assert registered() == 0

    def test_a_rule_is_explained_and_what_was_typed_stays(
        self, browser: Browser, panel: str | None
    ) -> None:
        event = make_event(grade_from=10, grade_to=11)
        page = browser.submit(f"/events/{event.slug}/sign-up", panel=panel, fields=GUEST)
        assert page.status == 422
        assert "для 10–11 классов" in page.text("#signup-panel [role=alert]")
        assert page.form("form.o-form")["last_name"] == "Очирова"
        assert registered() == 0

    def test_a_reload_of_the_same_form_makes_one(self, browser: Browser, panel: str | None) -> None:
        event = make_event()
        url = f"/events/{event.slug}/sign-up"
        form = {**browser.open(url).form("form.o-form"), **GUEST}
        first = browser.submit(url, panel=panel, fields=form)
        second = browser.submit(url, panel=panel, fields=form)
        assert (first.status, second.status) == (200, 200)
        assert first.path == second.path
        assert registered() == 1

    def test_the_same_person_in_a_new_form_is_told_by_letter_once(
        self, browser: Browser, panel: str | None
    ) -> None:
        event = make_event()
        url = f"/events/{event.slug}/sign-up"
        browser.submit(url, panel=panel, fields=GUEST)
        for number in range(3):
            fields = {**GUEST, "email": f"other{number}@example.org"}
            page = browser.submit(url, panel=panel, fields=fields)
            assert (page.status, page.path) == (200, f"{url}/sent")
        assert registered() == 1
        assert [letter.address for letter in letters("registration_link")] == ["aisa@example.org"]

    def test_whoever_opened_the_ticket_in_this_browser_is_told_at_once(
        self, browser: Browser, panel: str | None
    ) -> None:
        event = make_event()
        url = f"/events/{event.slug}/sign-up"
        browser.submit(url, panel=panel, fields=GUEST)
        browser.open(f"/registrations/{db.session.scalars(sa.select(Registration.code)).one()}")
        page = browser.submit(url, panel=panel, fields=GUEST)
        assert page.status == 422
        assert "уже записан" in page.text("[role=alert]")
        assert registered() == 1

    def test_an_account_tells_once_who_it_is(self, browser: Browser, panel: str | None) -> None:
        user = make_user(email="aisa@example.org")
        url = f"/events/{make_event().slug}/sign-up"
        browser.log_in(user).submit(url, panel=panel, fields=ADULT)
        second = f"/events/{make_event(in_days_=9).slug}/sign-up"
        form = browser.open(second).form("form.o-form")
        assert "last_name" not in form
        page = browser.submit(second, panel=panel, fields=form)
        assert "Место за вами" in page.text("#signup-panel")
        assert {one.channel for one in db.session.scalars(sa.select(Registration))} == {
            Channel.ACCOUNT
        }

    def test_a_forged_person_is_refused(self, browser: Browser, panel: str | None) -> None:
        user = make_user()
        make_person(user=user)
        stranger = make_person("Лиджиев")
        url = f"/events/{make_event().slug}/sign-up"
        fields = {"person": str(stranger.id), "consent-personal-data": "y"}
        page = browser.log_in(user).submit(url, panel=panel, fields=fields)
        assert page.status == 422
        assert registered() == 0


class TestClosed:
    """Nobody fills in a form that cannot be accepted."""

    @pytest.mark.parametrize("guest", [True, False])
    def test_says_why_instead_of_the_form(self, browser: Browser, guest: bool) -> None:
        event = make_event(in_days_=-3)
        visitor = browser if guest else browser.log_in(make_user())
        page = visitor.open(f"/events/{event.slug}/sign-up")
        assert page.status == 200
        assert "Мероприятие прошло" in page.text("#signup-panel [role=status]")
        assert page.texts("#signup-panel form") == []

    def test_what_was_typed_into_a_form_that_closed_meanwhile_stays(self, browser: Browser) -> None:
        event = make_event()
        url = f"/events/{event.slug}/sign-up"
        form = {**browser.open(url).form("form.o-form"), **GUEST}
        event.signup_closes_at = clock.now() - timedelta(minutes=1)
        db.session.commit()
        page = browser.submit(url, fields=form)
        assert page.status == 422
        assert page.form("form.o-form")["last_name"] == "Очирова"


class TestTicketAfterwards:
    def test_does_not_invite_to_the_entrance_any_more(self, browser: Browser) -> None:
        registration = make_registration(make_event().slots[0])
        registration.slot.starts_at = clock.now() - timedelta(hours=3)
        registration.slot.ends_at = clock.now() - timedelta(hours=1)
        db.session.commit()
        ticket = browser.open(f"/registrations/{registration.code}").text("main")
        assert "Мероприятие прошло." in ticket
        assert "Покажите код" not in ticket


class TestKeptForm:
    """The form is drawn once for everybody; what is one's own is not."""

    def test_two_guests_get_forms_with_keys_and_tokens_of_their_own(self, app: Flask) -> None:
        url = f"/events/{make_event().slug}/sign-up"
        app.config["WTF_CSRF_ENABLED"] = True
        try:
            forms = [Browser(app.test_client()).open(url).form("form.o-form") for _ in range(3)]
        finally:
            app.config["WTF_CSRF_ENABLED"] = False
        for name in ("form_key", "csrf_token"):
            own = [form[name] for form in forms]
            assert all(own)
            assert len(set(own)) == 3

    def test_a_change_of_the_event_shows_at_once(self, app: Flask, browser: Browser) -> None:
        event = make_event(capacity=1)
        url = f"/events/{event.slug}/sign-up"
        assert "лист ожидания" not in browser.open(url).text("#signup-panel")
        make_registration(event.slots[0])
        assert "лист ожидания" in browser.open(url).text("#signup-panel")

    def test_the_panel_alone_is_kept_beside_the_page(self, browser: Browser) -> None:
        url = f"/events/{make_event().slug}/sign-up"
        assert "<html" in browser.open(url).html
        assert "<html" not in browser.open(url, panel="signup-panel").html


class TestLimits:
    def test_a_draft_is_hidden(self, browser: Browser) -> None:
        event = make_event(status=EventStatus.DRAFT)
        assert browser.open(f"/events/{event.slug}/sign-up").status == 404

    def test_a_whole_sign_up_needs_at_most_20_queries(self, app: Flask, browser: Browser) -> None:
        event = make_event(slots=12)
        slot: int = event.slots[0].id
        url = f"/events/{event.slug}/sign-up?slot={slot}"
        with counted_queries(app) as queries:
            form = browser.open(url).form("form.o-form")
            page = browser.submit(url, fields={**form, **GUEST, "slot": str(slot)})
        assert page.path.endswith("/sign-up/sent")
        assert len(queries) <= 20, queries

    def test_without_a_token_nothing_is_stored(self, app: Flask) -> None:
        event = make_event()
        app.config["WTF_CSRF_ENABLED"] = True
        try:
            answer = app.test_client().post(f"/events/{event.slug}/sign-up", data=GUEST)
        finally:
            app.config["WTF_CSRF_ENABLED"] = False
        assert answer.status_code == 400
        assert "устарела" in answer.text
        assert registered() == 0
