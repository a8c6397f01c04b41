"""A minor's seat is held until a guardian agrees: asked, answered, refused, lapsed, withdrawn."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.notifications.models import Notification
from app.people.consents.actions import Giver, agree, end, publish_text
from app.people.models import Consent, ConsentChannel, ConsentKind, Person
from app.people.queries import consents_of, has_agreed
from app.registrations.consents import actions as consents
from app.registrations.guardians.requests import request_of, token_of
from app.registrations.guardians.states import State, consent_states
from app.registrations.models import Channel, ConsentRequest, Registration, Status
from app.registrations.seats import seats
from app.registrations.signing_up import actions
from tests.browser import Browser
from tests.factories import (
    make_event,
    make_guardianship,
    make_member,
    make_person,
    make_registration,
    make_user,
)
from tests.registrations.signing_up.test_sign_up import GUEST

PERSONAL_DATA, PHOTO = ConsentKind.PERSONAL_DATA, ConsentKind.PHOTO
MOTHER = "mother@example.org"


def alone(capacity: int = 1, *, event_in_days: float = 7) -> Registration:
    """A pupil of 15 or 16 signed up without an agreement; the mother is asked."""
    slot = make_event(capacity=capacity, in_days_=event_in_days).slots[0]
    return make_registration(slot, make_person(agreed=False), guardian_email=MOTHER)


def asked(registration: Registration) -> ConsentRequest:
    query = sa.select(ConsentRequest).filter_by(registration_id=registration.id)
    return db.session.scalars(query.order_by(ConsentRequest.id.desc())).first()  # type: ignore[return-value]


def letters(template: str) -> list[Notification]:
    return list(db.session.scalars(sa.select(Notification).filter_by(template=template)))


def later(monkeypatch: pytest.MonkeyPatch, **passed: float) -> None:
    moment = clock.now() + timedelta(**passed)
    monkeypatch.setattr(clock, "now", lambda: moment)


class TestRule:
    def test_the_seat_is_held_and_the_parent_asked(self) -> None:
        registration = alone()
        assert registration.status is Status.AWAITING_CONSENT
        assert registration.slot.is_full
        [letter] = letters("consent_asked")
        assert letter.address == MOTHER
        assert letter.context["link"].endswith(f"/consents/{token_of(asked(registration))}")
        [own] = letters("registration_awaiting_consent")
        assert own.address == registration.email

    def test_held_for_72_hours_and_never_past_the_event(self) -> None:
        week, tomorrow = alone(), alone(event_in_days=1)
        assert week.hold_until is not None
        assert timedelta(hours=71) < week.hold_until - clock.now() <= timedelta(hours=72)
        assert tomorrow.hold_until == tomorrow.slot.starts_at

    def test_without_an_address_of_a_parent_it_is_refused(self) -> None:
        with pytest.raises(RuleBroken, match="почту родителя"):
            make_registration(make_event().slots[0], make_person(agreed=False))

    def test_a_known_guardian_is_asked_without_typing(self) -> None:
        child = make_person(agreed=False)
        make_guardianship(child, make_user(email="father@example.org"))
        make_guardianship(child, email="granny@example.org")
        make_registration(make_event().slots[0], child)
        addresses = {letter.address for letter in letters("consent_asked")}
        assert addresses == {"father@example.org", "granny@example.org"}

    def test_under_14_nobody_signs_up_alone(self) -> None:
        child = make_person(grade=6, birth_date=clock.today() - timedelta(days=13 * 365))
        for channel in (Channel.GUEST, Channel.ACCOUNT):
            with pytest.raises(RuleBroken, match="до 14 лет записывает родитель"):
                make_registration(make_event().slots[0], child, channel=channel)
        parents = make_registration(make_event().slots[0], child, channel=Channel.GUARDIAN)
        assert parents.is_confirmed

    def test_the_parent_agrees_and_the_seat_is_theirs(self) -> None:
        registration = alone()
        consents.give(asked(registration), name="Бадмаева Кермен", photo=False)
        assert registration.status is Status.CONFIRMED
        consent = db.session.scalars(sa.select(Consent)).one()
        assert (consent.channel, consent.given_by_name, consent.given_by_email) == (
            ConsentChannel.GUARDIAN_LINK, "Бадмаева Кермен", MOTHER,
        )  # fmt: skip
        assert len(letters("registration_confirmed")) == 1

    def test_an_agreement_serves_the_next_event_too(self) -> None:
        registration = alone()
        consents.give(asked(registration), name="Бадмаева Кермен", photo=False)
        again = make_registration(make_event(in_days_=9).slots[0], registration.person)
        assert again.is_confirmed

    def test_the_parent_refuses_and_whoever_waits_gets_the_seat(self) -> None:
        registration = alone()
        waiting = make_registration(registration.slot)
        consents.refuse(asked(registration))
        assert (registration.status, waiting.status) == (Status.CANCELLED, Status.CONFIRMED)
        assert not has_agreed(registration.person, PERSONAL_DATA)
        assert len(letters("consent_refused")) == 1

    def test_a_letter_is_answered_once(self) -> None:
        registration = alone()
        consents.give(asked(registration), name="Бадмаева Кермен", photo=False)
        with pytest.raises(RuleBroken, match="уже ответили"):
            consents.refuse(asked(registration))
        assert registration.is_confirmed

    def test_half_time_brings_one_reminder(self, monkeypatch: pytest.MonkeyPatch) -> None:
        alone()
        consents.look_after_holds()
        assert letters("consent_reminder") == []
        later(monkeypatch, hours=37)
        consents.look_after_holds()
        consents.look_after_holds()
        assert [letter.address for letter in letters("consent_reminder")] == [MOTHER]

    def test_no_answer_frees_the_seat_for_whoever_waits(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        registration = alone()
        waiting = make_registration(registration.slot)
        later(monkeypatch, hours=71)
        consents.look_after_holds()
        assert registration.is_awaiting_consent
        later(monkeypatch, hours=2)
        consents.look_after_holds()
        assert (registration.status, waiting.status) == (Status.EXPIRED, Status.CONFIRMED)
        assert seats.differences() == []
        with pytest.raises(RuleBroken, match="Время для ответа вышло"):
            consents.give(asked(registration), name="Бадмаева Кермен", photo=False)

    def test_a_lapsed_registration_can_be_made_anew(self, monkeypatch: pytest.MonkeyPatch) -> None:
        registration = alone()
        later(monkeypatch, hours=73)
        consents.look_after_holds()
        again = make_registration(registration.slot, registration.person, guardian_email=MOTHER)
        assert (again.id, again.status) == (registration.id, Status.AWAITING_CONSENT)

    def test_who_is_promoted_without_an_agreement_is_held_and_asked_again(self) -> None:
        slot = make_event(capacity=1).slots[0]
        first = make_registration(slot)
        waiting = make_registration(slot, make_person(agreed=False), guardian_email=MOTHER)
        assert (waiting.status, len(letters("consent_asked"))) == (Status.WAITLISTED, 1)
        actions.cancel(first)
        assert waiting.is_awaiting_consent
        assert [letter.address for letter in letters("consent_asked")] == [MOTHER, MOTHER]

    def test_who_waits_with_an_agreement_is_promoted_at_once(self) -> None:
        slot = make_event(capacity=1).slots[0]
        first = make_registration(slot)
        waiting = make_registration(slot, make_person(agreed=False), guardian_email=MOTHER)
        consents.give(asked(waiting), name="Бадмаева Кермен", photo=False)
        assert waiting.is_waitlisted
        actions.cancel(first)
        assert waiting.is_confirmed

    def test_another_time_keeps_waiting_for_the_parent(self) -> None:
        event = make_event(slots=2)
        registration = make_registration(
            event.slots[0], make_person(agreed=False), guardian_email=MOTHER
        )
        actions.move(registration, event.slots[1])
        assert registration.is_awaiting_consent
        assert (event.slots[0].seats_taken, event.slots[1].seats_taken) == (0, 1)

    def test_a_minor_cannot_agree_alone_nor_staff_online_for_them(self) -> None:
        child = make_person(agreed=False)
        for channel in (ConsentChannel.OWN_ACCOUNT, ConsentChannel.GUEST_FORM):
            with pytest.raises(RuleBroken, match="согласие даёт родитель"):
                agree(child, PERSONAL_DATA, channel=channel)

    def test_what_a_child_agreed_to_is_no_agreement(self) -> None:
        """A consent stored when the rules were different does not count for a minor."""
        grown = make_person(grade=None, birth_date=clock.today() - timedelta(days=40 * 365))
        assert has_agreed(grown, PERSONAL_DATA)
        grown.birth_date = clock.today() - timedelta(days=15 * 365)
        assert not has_agreed(grown, PERSONAL_DATA)

    def test_withdrawing_cancels_what_is_to_come_and_orders_the_erasure(self) -> None:
        child = make_person()
        soon = make_registration(make_event(capacity=1).slots[0], child)
        waiting = make_registration(soon.slot)
        cancelled = consents.withdraw(child, PERSONAL_DATA, by_name="Бадмаева Кермен")
        assert cancelled == [soon]
        assert (soon.status, waiting.status) == (Status.CANCELLED, Status.CONFIRMED)
        assert child.erase_on == clock.today() + timedelta(days=30)
        assert consents_of([child])[child.id] == {}

    def test_agreeing_again_calls_the_erasure_off(self) -> None:
        child = make_person()
        end(child, PERSONAL_DATA, by_name="")
        agree(child, PERSONAL_DATA, channel=ConsentChannel.PAPER)
        assert child.erase_on is None

    def test_withdrawing_the_one_for_photos_changes_nothing_else(self) -> None:
        child = make_person()
        agree(child, PHOTO, channel=ConsentChannel.GUARDIAN_ACCOUNT)
        registration = make_registration(make_event().slots[0], child)
        assert consents.withdraw(child, PHOTO, by_name="") == []
        assert registration.is_confirmed
        assert set(consents_of([child])[child.id]) == {PERSONAL_DATA}

    def test_nothing_to_withdraw_is_said(self) -> None:
        with pytest.raises(RuleBroken, match="действующего согласия нет"):
            consents.withdraw(make_person(agreed=False), PERSONAL_DATA, by_name="")

    def test_a_consent_keeps_the_words_it_was_given_to(self) -> None:
        child = make_person()
        first = consents_of([child])[child.id][PERSONAL_DATA].text
        second = publish_text(PERSONAL_DATA, "Новый текст согласия.")
        assert (first.version, second.version) == (1, 2)
        assert has_agreed(child, PERSONAL_DATA)
        agree(child, PERSONAL_DATA, channel=ConsentChannel.PAPER)
        db.session.flush()
        assert consents_of([child])[child.id][PERSONAL_DATA].text is second

    def test_organizers_see_yes_no_or_waiting(self) -> None:
        held = alone(capacity=5)
        agreed = make_registration(held.slot)
        states = consent_states([held, agreed])
        assert states[held.id] == (State.WAITING, State.WAITING)
        assert states[agreed.id] == (State.YES, State.NO)


class TestGuest:
    """The form of one aged 14–17."""

    def test_a_parents_address_may_be_the_only_one(self, browser: Browser) -> None:
        """A mother signs up two teenagers with her one mailbox."""
        url = f"/events/{make_event(capacity=5).slug}/sign-up"
        for name in ("Айса", "Баир"):
            page = browser.submit(url, fields={**GUEST, "email": "", "first_name": name})
            assert MOTHER in page.text("#signup-panel")
        registrations = list(db.session.scalars(sa.select(Registration)))
        assert [one.email for one in registrations] == [MOTHER] * 2
        assert [one.person.email for one in registrations] == [""] * 2
        assert all(one.is_awaiting_consent for one in registrations)
        asked = sa.select(ConsentRequest.email)
        assert list(db.session.scalars(asked)) == [MOTHER] * 2
        code = registrations[0].code
        page = browser.submit(f"/registrations/{code}/ask-guardian", guardian_email=MOTHER)
        assert len(list(db.session.scalars(asked))) == 3

    def test_the_address_is_not_called_optional(self, browser: Browser) -> None:
        page = browser.open(f"/events/{make_event().slug}/sign-up")
        assert page.text("label[for=email]") == "Электронная почта"

    def test_whoever_knows_the_birth_date_does_not_share_the_agreement(
        self, browser: Browser
    ) -> None:
        told = {**GUEST, "email": ""}
        browser.submit(f"/events/{make_event().slug}/sign-up", fields=told)
        first = db.session.scalars(sa.select(Registration)).one()
        agree(first.person, PERSONAL_DATA, channel=ConsentChannel.GUARDIAN_LINK)
        db.session.flush()
        other = {**told, "guardian_email": "stranger@example.org"}
        browser.submit(f"/events/{make_event(in_days_=20).slug}/sign-up", fields=other)
        latest = sa.select(Registration).order_by(Registration.id.desc())
        second = db.session.scalars(latest).first()
        assert second is not None
        assert second.person_id != first.person_id
        assert second.is_awaiting_consent

    def test_the_same_address_twice_is_told_what_to_do(self, browser: Browser) -> None:
        url = f"/events/{make_event().slug}/sign-up"
        page = browser.submit(url, fields={**GUEST, "email": MOTHER})
        assert "Оставьте почту участника пустой" in page.text("#guardian_email-error")
        page = browser.submit(url, fields={**GUEST, "email": MOTHER, "guardian_email": ""})
        assert "Перенесите её сюда" in page.text("#guardian_email-error")
        assert "Создайте учётную запись, чтобы записать ребёнка" in page.text("main")

    @pytest.mark.parametrize("told", [{"guardian_email": ""}, {"birth_date": "1984-03-17"}])
    def test_nobody_else_leaves_the_address_out(
        self, browser: Browser, told: dict[str, str]
    ) -> None:
        url = f"/events/{make_event().slug}/sign-up"
        page = browser.submit(
            url, fields={**GUEST, "grade": "college_student", "email": "", **told}
        )
        assert "придёт билет" in page.text("#email-error")
        assert db.session.scalars(sa.select(Registration)).all() == []

    @pytest.mark.parametrize("panel", [None, "signup-panel"], ids=["page", "htmx"])
    def test_asks_for_a_parent_and_says_what_comes_next(
        self, browser: Browser, panel: str | None
    ) -> None:
        event = make_event()
        page = browser.submit(f"/events/{event.slug}/sign-up", panel=panel, fields=GUEST)
        assert "Родителю тоже уходит письмо" in page.text("#signup-panel")
        registration = db.session.scalars(sa.select(Registration)).one()
        assert registration.is_awaiting_consent
        page = browser.open(f"/registrations/{registration.code}", panel=panel)
        assert "Нужно согласие родителя" in page.text("#signup-panel")
        assert MOTHER in page.text("#signup-panel")
        assert db.session.scalars(sa.select(Consent)).all() == []

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"guardian_email": ""}, "нужна почта родителя"),
            ({"guardian_email": "мама"}, "не похоже на адрес"),
            ({"guardian_email": "AISA@example.org"}, "адрес родителя, а не самого участника"),
            ({"birth_date": "2014-03-17", "grade": "6"}, "до 14 лет записывает родитель"),
        ],
    )
    def test_bad_input_stores_nothing(
        self, browser: Browser, wrong: dict[str, str], words: str
    ) -> None:
        event = make_event()
        page = browser.submit(f"/events/{event.slug}/sign-up", fields={**GUEST, **wrong})
        assert page.status == 422
        assert words in page.text("#signup-panel")
        assert db.session.scalars(sa.select(Person)).all() == []
        assert db.session.scalars(sa.select(Notification)).all() == []

    def test_a_wrong_address_of_the_parent_can_be_corrected(self, browser: Browser) -> None:
        registration = alone()
        url = f"/registrations/{registration.code}"
        page = browser.submit(f"{url}/ask-guardian", guardian_email="dad@example.org")
        assert "Письмо родителю отправлено" in page.text("#messages")
        assert [one.address for one in letters("consent_asked")] == [MOTHER, "dad@example.org"]

    def test_the_participants_own_address_is_no_parent(self, browser: Browser) -> None:
        registration = alone()
        url = f"/registrations/{registration.code}/ask-guardian"
        page = browser.submit(url, guardian_email=registration.email.upper())
        assert "а не самого участника" in page.text("#messages")
        assert len(letters("consent_asked")) == 1

    def test_letters_to_parents_have_an_end(self, browser: Browser) -> None:
        registration = alone()
        url = f"/registrations/{registration.code}/ask-guardian"
        for _ in range(8):
            page = browser.submit(url, guardian_email="dad@example.org")
        assert "слишком много писем" in page.text("#messages")
        assert len(letters("consent_asked")) == 6


class TestAnswer:
    """The page behind the link in the letter."""

    @pytest.mark.parametrize("panel", [None, "answer-panel"], ids=["page", "htmx"])
    def test_a_parent_agrees(self, browser: Browser, panel: str | None) -> None:
        registration = alone()
        url = f"/consents/{token_of(asked(registration))}"
        assert "Бадмаев Санджи Эрдниевич" in browser.open(url).text("main")
        page = browser.submit(
            url,
            panel=panel,
            name="Бадмаева Кермен Очировна",
            fields={"consent-personal-data": "y", "consent-photo": "y"},
        )
        assert "Вы дали согласие. Спасибо!" in page.text("#answer-panel")
        db.session.refresh(registration)
        assert registration.is_confirmed
        assert set(consents_of([registration.person])[registration.person_id]) == set(ConsentKind)

    def test_opening_the_link_changes_nothing(self, browser: Browser) -> None:
        registration = alone()
        url = f"/consents/{token_of(asked(registration))}"
        for _ in range(3):
            assert browser.open(url).status == 200
            browser.client.head(url)
        db.session.refresh(registration)
        assert registration.is_awaiting_consent

    def test_a_parent_refuses(self, browser: Browser) -> None:
        registration = alone()
        page = browser.submit(f"/consents/{token_of(asked(registration))}", answer="refuse")
        assert "Вы не дали согласия, запись отменена" in page.text("#answer-panel")
        db.session.refresh(registration)
        assert registration.status is Status.CANCELLED

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"consent-personal-data": "y"}, "Напишите своё имя"),
            ({"name": "Бадмаева Кермен"}, "Поставьте галочку"),
            ({"name": "=cmd()", "consent-personal-data": "y"}, "только буквы"),
        ],
    )
    def test_what_is_missing_is_said(
        self, browser: Browser, given: dict[str, str], words: str
    ) -> None:
        registration = alone()
        page = browser.submit(f"/consents/{token_of(asked(registration))}", fields=given)
        assert page.status == 422
        assert words in page.text("#answer-panel")
        db.session.refresh(registration)
        assert registration.is_awaiting_consent

    def test_a_tampered_link_names_nothing(self, browser: Browser) -> None:
        token = token_of(asked(alone()))
        # The last sign of a token has bits that say nothing: the one before has none.
        other = "A" if token[-2] != "A" else "B"
        for wrong in (token[:-2] + other + token[-1], "x", token[1:], "." + token):
            assert request_of(wrong) is None
            assert browser.open(f"/consents/{wrong}").status == 404

    def test_a_used_link_tells_and_offers_to_withdraw(self, browser: Browser) -> None:
        registration = alone()
        token = token_of(asked(registration))
        consents.give(asked(registration), name="Бадмаева Кермен", photo=False)
        page = browser.open(f"/consents/{token}")
        assert page.soup.select_one(f"a[href='/consents/{token}/withdraw']")
        again = browser.submit(f"/consents/{token}", answer="refuse")
        assert again.status == 422
        db.session.refresh(registration)
        assert registration.is_confirmed

    def test_a_lapsed_link_says_so(self, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        registration = alone()
        token = token_of(asked(registration))
        later(monkeypatch, hours=73)
        assert "Время для ответа вышло" in browser.open(f"/consents/{token}").text("main")

    def test_withdrawn_by_the_same_link_after_saying_what_follows(self, browser: Browser) -> None:
        registration = alone()
        token = token_of(asked(registration))
        consents.give(asked(registration), name="Бадмаева Кермен", photo=False)
        page = browser.open(f"/consents/{token}/withdraw")
        assert registration.event.title in page.text("main")
        assert "В течение 30 дней имя и контакты будут удалены" in page.text("main")
        page = browser.submit(f"/consents/{token}/withdraw")
        assert "Отменена 1 запись" in page.text("#messages")
        assert "отозвано" in page.text("#answer-panel")
        db.session.refresh(registration)
        assert registration.status is Status.CANCELLED


class TestOwnConsents:
    def test_a_parent_sees_and_withdraws_for_a_child_and_not_for_a_stranger(
        self, browser: Browser
    ) -> None:
        mother, child, stranger = make_user(), make_person("Лиджиев"), make_person("Чужой")
        make_guardianship(child, mother)
        browser.log_in(mother)
        page = browser.open("/me/consents")
        assert "Лиджиев" in page.text("main")
        assert "Чужой" not in page.text("main")
        assert browser.open(f"/me/consents/{stranger.id}/withdraw").status == 404
        assert browser.submit(f"/me/consents/{stranger.id}/withdraw").status == 404
        page = browser.submit(f"/me/consents/{child.id}/withdraw")
        assert "Согласие отозвано" in page.text("#messages")
        assert not has_agreed(child, PERSONAL_DATA)
        assert has_agreed(stranger, PERSONAL_DATA)


class TestParentSignsUp:
    """An account with children ticks who takes part."""

    def test_three_children_in_one_act_with_one_agreement(self, browser: Browser) -> None:
        mother = make_user()
        children = [make_person(name, grade=5 + n, agreed=False,
                                birth_date=clock.today() - timedelta(days=(11 + n) * 366))
                    for n, name in enumerate(("Эрдниева", "Очирова", "Манджиева"))]  # fmt: skip
        for child in children:
            make_guardianship(child, mother)
        event = make_event(capacity=3)
        page = browser.log_in(mother).submit(
            f"/events/{event.slug}/sign-up",
            person=[str(child.id) for child in children],
            fields={"consent-personal-data": "y"},
        )
        assert "Записаны" in page.text("#messages")
        registrations = db.session.scalars(sa.select(Registration)).all()
        assert [(one.status, one.channel) for one in registrations] == [
            (Status.CONFIRMED, Channel.GUARDIAN)
        ] * 3
        channels = db.session.scalars(sa.select(Consent.channel)).all()
        assert channels == [ConsentChannel.GUARDIAN_ACCOUNT] * 3

    def test_a_parent_is_not_asked_for_a_parents_address(self, browser: Browser) -> None:
        mother, child = make_user(), make_person(user=make_user())
        make_guardianship(child, mother)
        url = f"/events/{make_event().slug}/sign-up"
        assert "guardian_email" not in browser.log_in(mother).open(url).form("form.o-form")

    def test_without_the_agreement_nobody_is_signed_up(self, browser: Browser) -> None:
        mother, child = make_user(), make_person(agreed=False)
        make_guardianship(child, mother)
        event = make_event()
        page = browser.log_in(mother).submit(f"/events/{event.slug}/sign-up", person=str(child.id))
        assert page.status == 422
        assert "Без этого согласия" in page.text("#signup-panel")
        assert db.session.scalars(sa.select(Registration)).all() == []

    def test_all_or_none_and_the_child_who_cannot_is_named(self, browser: Browser) -> None:
        mother, one, other = make_user(), make_person("Эрдниева"), make_person("Очирова")
        for child in (one, other):
            make_guardianship(child, mother)
        event = make_event()
        make_registration(make_event().slots[0], other, channel=Channel.GUARDIAN)
        page = browser.log_in(mother).submit(
            f"/events/{event.slug}/sign-up", person=[str(one.id), str(other.id)]
        )
        assert page.status == 422
        assert "Очирова" in page.text("[role=alert]")
        assert len(db.session.scalars(sa.select(Registration)).all()) == 1

    def test_the_account_of_a_pupil_asks_the_parent_it_knows(self, browser: Browser) -> None:
        pupil = make_user(email="pupil@example.org")
        person = make_person(user=pupil, agreed=False)
        make_guardianship(person, email=MOTHER)
        event = make_event()
        page = browser.log_in(pupil).submit(
            f"/events/{event.slug}/sign-up",
            person=str(person.id),
            fields={"consent-personal-data": "y"},
        )
        assert "Нужно согласие родителя" in page.text("#signup-panel")
        assert [letter.address for letter in letters("consent_asked")] == [MOTHER]


class TestPaper:
    def test_a_paper_brought_to_the_organizer_confirms_the_seat(self, browser: Browser) -> None:
        registration = alone()
        organizer = make_member(registration.event.organization)
        url = (
            f"/manage/events/{registration.event.slug}/registrations/"
            f"{registration.id}/paper-consent"
        )
        page = browser.log_in(organizer).submit(
            url,
            signed_by="Бадмаева Кермен Очировна",
            consent_number="12",
            consent_date=clock.today().isoformat(),
            channel="guardian_link",  # forged: what staff enter is paper
        )
        assert "Бумажное согласие внесено" in page.text("#messages")
        db.session.refresh(registration)
        assert registration.is_confirmed
        consent = db.session.scalars(sa.select(Consent)).one()
        assert (consent.channel, consent.paper_number, consent.paper_date) == (
            ConsentChannel.PAPER, "12", clock.today(),
        )  # fmt: skip
        assert consent.entered_by_id == organizer.id

    def test_a_date_of_tomorrow_or_none_is_refused(self, browser: Browser) -> None:
        registration = alone()
        url = (
            f"/manage/events/{registration.event.slug}/registrations/"
            f"{registration.id}/paper-consent"
        )
        browser.log_in(make_member(registration.event.organization))
        for wrong in ("", "3026-01-01", "вчера"):
            page = browser.submit(url, signed_by="Бадмаева Кермен", consent_date=wrong)
            assert page.status == 422
            assert page.form("form.o-form")["signed_by"] == "Бадмаева Кермен"
        assert db.session.scalars(sa.select(Consent)).all() == []


def test_a_giver_is_an_account_or_a_name() -> None:
    person, mother = make_person(agreed=False), make_user("Кермен", email=MOTHER)
    consent = agree(
        person, PERSONAL_DATA, channel=ConsentChannel.GUARDIAN_ACCOUNT, by=Giver(mother)
    )
    assert (consent.given_by_name, consent.given_by_email) == ("Кермен", MOTHER)
