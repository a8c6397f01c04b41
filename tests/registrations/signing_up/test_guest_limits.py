"""What one client without an account may bring about: seats, and letters to a stranger.

The attack of once: 300 seats, and 300 letters to one mailbox, in less than a minute.
"""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts import mailboxes
from app.accounts.models import Mailbox
from app.base import clock
from app.base.db import db
from app.base.words.text import LATIN
from app.demo.time_travel import at
from app.events.editing.actions import call_off
from app.events.models import Event
from app.notifications.delivery import deliver_waiting, due_letters
from app.notifications.held import forget_unanswered
from app.notifications.letters import letter_of
from app.notifications.models import Notification
from app.people.models import Person
from app.registrations.models import Channel, Registration
from app.registrations.signing_up import actions
from app.web.budgets import (
    CHANGES_OF_TICKET,
    GUARDIAN_LETTERS,
    GUARDIAN_LETTERS_OF_MONTH,
    REPEATS_TO_MAILBOX_IN_MONTH,
    SEATS_OF_ACCOUNT,
    SEATS_OF_MAILBOX_IN_EVENT,
    SEATS_OF_NETWORK_IN_EVENT,
    SIGN_UPS_OF_MAILBOX,
    SIGN_UPS_OF_MAILBOX_IN_MONTH,
    SIGN_UPS_OF_NETWORK,
    Budget,
    Cost,
    charge,
    mailbox_of,
    network_of,
)
from tests.browser import Browser, Page
from tests.factories import (
    make_event,
    make_guardianship,
    make_person,
    make_registration,
    make_user,
)
from tests.registrations.signing_up.test_sign_up import ADULT, GUEST, letters

LETTERS_OF_NAMES = "абвгдежзик"
MAILBOX = ADULT["email"]


def named(number: int) -> str:
    """A name that nobody else has, in letters alone."""
    return "Имя" + "".join(LETTERS_OF_NAMES[int(digit)] for digit in str(number))


def sign_up(browser: Browser, event: Event, **told: str) -> Page:
    return browser.submit(f"/events/{event.slug}/sign-up", fields={**ADULT, **told})


def registered() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) or 0


def going_to(address: str) -> list[str]:
    """Which letters to this address the worker would send now."""
    query = sa.select(Notification.template).where(
        Notification.id.in_(due_letters()), Notification.address == address
    )
    return list(db.session.scalars(query.order_by(Notification.id)))


class TestAttack:
    def test_300_sign_ups_with_a_strangers_mailbox(self, browser: Browser) -> None:
        events = [make_event(capacity=400) for _ in range(3)]
        answers = [
            sign_up(browser, events[number % 3], first_name=named(number)) for number in range(300)
        ]
        assert registered() == SIGN_UPS_OF_MAILBOX.most
        assert going_to(MAILBOX) == ["registration_confirmed"]
        assert answers[-1].status == 422
        assert "На эту почту сегодня уже записано много людей. Снова можно" in answers[-1].text(
            "[role=alert]"
        )
        assert answers[-1].form("form.o-form")["first_name"] == named(299)

    def test_300_seats_with_300_mailboxes_in_one_event(self, browser: Browser) -> None:
        event = make_event(capacity=400, companions_max=2)
        for number in range(100):
            page = sign_up(
                browser, event, first_name=named(number), email=f"m{number}@example.org",
                companions="2",
            )  # fmt: skip
        assert db.session.get_one(Event, event.id).slots[0].seats_taken == (
            SEATS_OF_NETWORK_IN_EVENT.most
        )
        assert "Войдите или создайте учётную запись" in page.text("[role=alert]")

    def test_a_strangers_mailbox_as_that_of_a_parent(self, browser: Browser) -> None:
        event = make_event(capacity=400)
        for number in range(20):
            told = {"first_name": named(number), "email": f"m{number}@example.org"}
            page = browser.submit(f"/events/{event.slug}/sign-up", fields={**GUEST, **told})
        assert going_to("mother@example.org") == ["consent_asked"] * GUARDIAN_LETTERS.most
        assert registered() == GUARDIAN_LETTERS.most
        assert "Этому родителю сегодня отправлено много писем" in page.text("[role=alert]")

    @pytest.mark.parametrize(
        ("budget", "whose"),
        [
            (SIGN_UPS_OF_MAILBOX, MAILBOX),
            (SIGN_UPS_OF_MAILBOX_IN_MONTH, MAILBOX),
            (SIGN_UPS_OF_NETWORK, "127.0.0.1"),
            (GUARDIAN_LETTERS, "mother@example.org"),
            (GUARDIAN_LETTERS_OF_MONTH, "mother@example.org"),
        ],
        ids=lambda given: getattr(given, "name", ""),
    )
    def test_each_budget_holds_alone(self, browser: Browser, budget: Budget, whose: str) -> None:
        """Also the one of a month, which the budget of a day hides on a day."""
        charge(Cost(budget, mailbox_of(whose), budget.most))
        db.session.commit()
        child = GUEST | {"email": MAILBOX, "guardian_email": "mother@example.org"}
        page = sign_up(browser, make_event(), **child)
        assert page.status == 422
        assert str(budget.exhausted) in page.text(".o-summary")
        assert registered() == 0

    def test_one_mailbox_under_many_spellings(self, browser: Browser) -> None:
        event = make_event(capacity=400)
        for number in range(20):
            sign_up(browser, event, first_name=named(number), email=f"a+{number}@example.org")
        assert registered() == SEATS_OF_MAILBOX_IN_EVENT.most
        assert len(due_letters()) == 1

    def test_cancelling_and_coming_back_sends_no_letters(self, browser: Browser) -> None:
        event = make_event()
        for _ in range(5):
            sign_up(browser, event)
            code = db.session.scalars(sa.select(Registration.code)).one()
            browser.submit(f"/registrations/{code}/cancel")
        assert going_to(MAILBOX) == ["registration_confirmed"]

    def test_the_letter_to_a_parent_again_and_again(self, browser: Browser) -> None:
        event, victim = make_event(capacity=50), "victim@example.org"
        codes = [
            make_registration(
                event.slots[0], make_person(agreed=False), guardian_email=f"p{number}@example.org"
            ).code
            for number in range(9)
        ]
        for code in codes:
            browser.submit(f"/registrations/{code}/ask-guardian", guardian_email=victim)
        assert going_to(victim) == ["consent_asked"] * GUARDIAN_LETTERS.most

    def test_moving_to_and_fro(self, browser: Browser) -> None:
        event = make_event(slots=2)
        registration = make_registration(event.slots[0])
        for number in range(CHANGES_OF_TICKET.most + 3):
            slot = event.slots[(number + 1) % 2].id
            page = browser.submit(f"/registrations/{registration.code}/move", slot=str(slot))
        assert "меняли много раз" in page.text("#messages")

    def test_an_account_has_a_budget_of_its_own(self, browser: Browser) -> None:
        mother = make_user()
        children = [make_person(named(number)) for number in range(3)]
        for child in children:
            make_guardianship(child, mother)
        with_seats_gone = Cost(SEATS_OF_ACCOUNT, mother.id, SEATS_OF_ACCOUNT.most - 2)
        charge(with_seats_gone)
        url = f"/events/{make_event().slug}/sign-up"
        page = browser.log_in(mother).submit(url, person=[str(child.id) for child in children])
        assert "Ваша учётная запись сегодня заняла много мест" in page.text("[role=alert]")
        assert registered() == 0

    def test_companions_of_an_account_are_seats_too(self, browser: Browser) -> None:
        mother, child = make_user(), make_person()
        make_guardianship(child, mother)
        charge(Cost(SEATS_OF_ACCOUNT, mother.id, SEATS_OF_ACCOUNT.most - 2))
        url = f"/events/{make_event(companions_max=2).slug}/sign-up"
        told = {"person": str(child.id), "consent-personal-data": "y"}
        page = browser.log_in(mother).submit(url, fields={**told, "companions": "2"})
        assert "сегодня заняла много мест" in page.text("[role=alert]")
        browser.submit(url, fields={**told, "companions": "1"})
        assert registered() == 1


class TestSchool:
    """Many different people behind one address are no attack."""

    def test_a_hundred_and_twenty_pupils_from_one_room(self, browser: Browser) -> None:
        event = make_event(capacity=400)
        charge(Cost(SEATS_OF_NETWORK_IN_EVENT, (network_of("127.0.0.1"), event.id), 119))
        assert sign_up(browser, event).path.endswith("/sent")

    def test_whoever_has_an_account_does_not_count_for_the_network(self, browser: Browser) -> None:
        event = make_event()
        most = SEATS_OF_NETWORK_IN_EVENT.most
        charge(Cost(SEATS_OF_NETWORK_IN_EVENT, (network_of("127.0.0.1"), event.id), most))
        assert sign_up(browser, event).status == 422
        page = sign_up(browser.log_in(make_user()), event)
        assert page.path.startswith("/registrations/")


class TestMailbox:
    """One letter until somebody there opens a link; what follows waits, nothing is lost."""

    def three(self, browser: Browser, event: Event) -> list[Registration]:
        for name in ("Айса", "Баир", "Саглара"):
            sign_up(browser, event, first_name=name)
        return list(db.session.scalars(sa.select(Registration).order_by(Registration.id)))

    def test_a_mother_of_three_gets_all_tickets(self, browser: Browser) -> None:
        first, second, third = self.three(browser, make_event())
        assert going_to(MAILBOX) == ["registration_confirmed"]
        page = browser.open(self.link_in_the_letter(first))
        assert "Отправляем 2 письма" in page.text("#messages")
        assert "Место за вами" in page.text("#signup-panel")
        assert going_to(MAILBOX) == ["registration_confirmed"] * 3
        waiting = db.session.scalars(sa.select(Notification).order_by(Notification.id)).all()
        assert [one.context["code"] for one in waiting] == [first.code, second.code, third.code]

    def link_in_the_letter(self, registration: Registration) -> str:
        """As it stands in the letter that went."""
        row = db.session.scalars(sa.select(Notification).where(
            Notification.id.in_(due_letters()))).first()  # fmt: skip
        assert row is not None
        letter = letter_of(
            address=row.address, template=row.template, language="ru",
            reference=row.reference, context=row.context,
        )  # fmt: skip
        [line] = [line for line in letter.text.splitlines() if registration.code in line]
        return "/" + line.strip().split("/", 3)[3]

    def test_the_next_letter_to_a_mailbox_that_answered_goes_at_once(
        self, browser: Browser
    ) -> None:
        mailboxes.note_answer(MAILBOX)
        self.three(browser, make_event())
        assert going_to(MAILBOX) == ["registration_confirmed"] * 3

    def test_an_account_has_confirmed_its_mailbox(self, browser: Browser) -> None:
        make_user(email=MAILBOX, email_confirmed_at=clock.now())
        self.three(browser, make_event())
        assert going_to(MAILBOX) == ["registration_confirmed"] * 3

    def test_a_lost_first_letter_comes_again_once_a_day(self, app: Flask) -> None:
        """It lies among spam, and another browser types the same."""
        event = make_event()
        for _ in range(4):
            sign_up(Browser(app.test_client()), event)
        assert going_to(MAILBOX) == ["registration_confirmed", "registration_link"]
        again = db.session.scalars(sa.select(Notification).order_by(Notification.id)).all()[1]
        assert again.context["code"] == db.session.scalars(sa.select(Registration.code)).one()
        for days in range(1, 20):
            with at(clock.now() + timedelta(days=days)):
                sign_up(Browser(app.test_client()), make_event(in_days_=30))
                sign_up(Browser(app.test_client()), event)
        assert going_to(MAILBOX).count("registration_link") <= REPEATS_TO_MAILBOX_IN_MONTH.most

    def test_several_tickets_of_a_silent_mailbox_share_the_repeats(self, app: Flask) -> None:
        event = make_event()
        for name in ("Айса", "Баир") * 2:
            sign_up(Browser(app.test_client()), event, first_name=name)
        assert going_to(MAILBOX) == ["registration_confirmed", "registration_link"]

    def test_the_ticket_alone_does_not_confirm(self, browser: Browser) -> None:
        """Whoever signed up a stranger knows no proof, only the stranger's letters have it."""
        first, *_others = self.three(browser, make_event())
        for query in ("", "?mail=", "?mail=" + "0" * 24, "?mail=я"):
            browser.open(f"/registrations/{first.code}{query}")
        proof_of_another = mailboxes.proof_of("other@example.org")
        browser.open(f"/registrations/{first.code}?mail={proof_of_another}")
        assert going_to(MAILBOX) == ["registration_confirmed"]

    def test_a_second_opening_changes_nothing(self, browser: Browser) -> None:
        first, *_others = self.three(browser, make_event())
        link = self.link_in_the_letter(first)
        browser.open(link)
        assert "Спасибо" not in browser.open(link).text("#messages")

    def test_news_goes_to_everybody(self, browser: Browser) -> None:
        event = make_event()
        self.three(browser, event)
        call_off(db.session.get_one(Event, event.id), reason="Буран")
        actions.cancel_all(db.session.get_one(Event, event.id), reason="Буран")
        assert going_to(MAILBOX).count("event_called_off") == 3

    def test_a_seat_from_the_waitlist_is_news(self, browser: Browser) -> None:
        event = make_event(capacity=1)
        holder = make_registration(event.slots[0])
        self.three(browser, event)
        actions.cancel(db.session.get_one(Registration, holder.id))
        assert "registration_promoted" in going_to(MAILBOX)

    def test_staff_and_accounts_write_as_ever(self) -> None:
        event = make_event()
        for name in ("Айса", "Баир"):
            person = make_person(first_name=name, email=MAILBOX)
            make_registration(event.slots[0], person, channel=Channel.STAFF)
        assert going_to(MAILBOX) == ["registration_confirmed"] * 2

    def test_after_a_week_of_silence_one_more_letter_may_go(self, browser: Browser) -> None:
        event = make_event(in_days_=20)
        sign_up(browser, event)
        with at(clock.now() + mailboxes.SILENCE + timedelta(minutes=1)):
            self.three(browser, make_event(in_days_=30))
            assert len(going_to(MAILBOX)) == 2

    def test_letters_nobody_asked_for_are_swept(self, browser: Browser) -> None:
        self.three(browser, make_event())
        with at(clock.now() + timedelta(days=31)):
            forget_unanswered()
            mailboxes.forget_silent()
            assert len(db.session.scalars(sa.select(Notification)).all()) == 1
        with at(clock.now() + timedelta(days=40)):
            mailboxes.forget_silent()
        assert db.session.scalars(sa.select(Mailbox)).all() == []

    def test_no_address_stands_in_the_table(self, browser: Browser) -> None:
        self.three(browser, make_event())
        [row] = db.session.scalars(sa.select(Mailbox))
        assert "aisa" not in row.key
        assert row.key != mailboxes.proof_of(MAILBOX)


class TestNames:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"last_name": "Заберите приз на сайте"},
            {"first_name": "Заберите свой приз сейчас"},
            {"patronymic": "Заберите приз сейчас"},
            {"patronymic": "Заберите приз на сайте"},
            {"last_name": "А" * 60, "patronymic": "Б" * 60},
        ],
        ids=str,
    )
    def test_a_sentence_is_no_name(self, browser: Browser, wrong: dict[str, str]) -> None:
        assert sign_up(browser, make_event(), **wrong).status == 422
        assert registered() == 0

    @pytest.mark.parametrize(
        "right",
        [
            {"patronymic": "Али Гасан оглы"},
            {"patronymic": "Гасан кызы"},
            {"last_name": "ван дер Берг"},
            {"last_name": "О’Коннор-Манджиева (Очирова)"},
        ],
        ids=str,
    )
    def test_names_of_several_words_are(self, browser: Browser, right: dict[str, str]) -> None:
        sign_up(browser, make_event(), **right)
        assert registered() == 1

    def test_a_typed_parents_address_reads_no_whole_name(self, browser: Browser) -> None:
        told = {**GUEST, "last_name": "Заберитеприз", "patronymic": "Насайте"}
        browser.submit(f"/events/{make_event().slug}/sign-up", fields=told)
        [asked] = letters("consent_asked")
        assert asked.context["person"] == "Айса З."
        assert "Заберите" not in str(asked.context)

    def test_the_apostrophe_is_named(self, browser: Browser) -> None:
        page = sign_up(browser, make_event(), first_name="А1")
        assert "дефисы и апострофы" in page.text("#first_name-error")

    @pytest.mark.parametrize(
        "name",
        [
            "Заберите приз на evil.ru", "evil.ru", "www evil ru", "приз@evil", "Айса/Баир",
            "Айса: приз", "1.2.3.4", "О. Б.", "Заберите свой приз на нашем сайте",
        ],
    )  # fmt: skip
    def test_no_address_is_a_name(self, browser: Browser, name: str) -> None:
        page = sign_up(browser, make_event(), first_name=name)
        assert page.status == 422
        assert "только буквы" in page.text("#signup-panel")
        assert db.session.scalars(sa.select(Person)).all() == []

    def test_a_latin_letter_is_mended(self, browser: Browser) -> None:
        sign_up(browser, make_event(), last_name="Cёмин", first_name="Eлeна")
        person = db.session.scalars(sa.select(Person)).one()
        assert (person.last_name, person.first_name) == ("Сёмин", "Елена")
        assert not set(person.full_name.lower()) & set("".join(LATIN.values()))

    def test_what_cannot_be_mended_is_asked_about(self, browser: Browser) -> None:
        page = sign_up(browser, make_event(), last_name="Сёмиn")
        assert "В слове «Сёмиn» смешаны русские и латинские буквы" in page.text("#signup-panel")


def test_delivering_leaves_held_letters_alone(app: Flask, browser: Browser) -> None:
    event = make_event()
    for name in ("Айса", "Баир"):
        sign_up(browser, event, first_name=name)
    assert deliver_waiting() == {"sent": 1}
