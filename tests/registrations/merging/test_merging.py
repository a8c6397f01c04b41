"""Two persons found to be one: everything moves, and goes back when that was wrong."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.attendance.models import Attendance, Method, Presence
from app.audit.models import AuditEntry
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.certificates.issued.actions import issue_due
from app.certificates.issued.queries import earned_by
from app.events.models import Event, Slot
from app.people.actions import Details, guest_person
from app.people.consents import actions as consents
from app.people.models import Category, ConsentKind, Guardianship, Person
from app.people.queries import children_of, consents_of, has_agreed, person_of
from app.registrations.guardians.requests import requests_about
from app.registrations.merging.actions import merge, undo
from app.registrations.models import Channel, Registration, Status
from app.registrations.queries import registration_by_code
from app.registrations.seats.seats import differences
from app.registrations.signing_up.actions import cancel, sign_up
from tests.browser import Browser
from tests.factories import (
    make_class,
    make_event,
    make_guardianship,
    make_person,
    make_pupil,
    make_registration,
    make_school,
    make_slot,
    make_user,
)

BORN = date(2011, 3, 17)


def two() -> tuple[Person, Person]:
    """A pupil whom the school keeps, and the same one signed up before by themselves."""
    return make_pupil(make_class(), birth_date=BORN), make_person(birth_date=BORN)


def over(event: Event) -> Event:
    """The event is past: all its slots were a month ago."""
    for slot in event.slots:
        slot.starts_at -= timedelta(days=30)
        slot.ends_at -= timedelta(days=30)
    db.session.flush()
    return event


def came(registration: Registration) -> Attendance:
    mark = Attendance(registration=registration, presence=Presence.PRESENT, method=Method.LIST)
    db.session.add(mark)
    db.session.flush()
    return mark


def owner(registration: Registration) -> int:
    db.session.refresh(registration)
    return registration.person_id


class TestRule:
    def test_registrations_attendance_and_certificates_move(self) -> None:
        kept, other = two()
        event = make_event()
        registration = make_registration(event.slots[0], other)
        came(registration)
        [certificate] = issue_due(over(event))
        account = make_user()
        other.user_id = account.id
        merge(kept, other, by=None)
        assert owner(registration) == kept.id
        assert [one.certificate for one in earned_by(account)] == [certificate]

    def test_consents_move(self) -> None:
        kept = make_pupil(make_class(), birth_date=BORN, agreed=False)
        other = make_person(birth_date=BORN)
        merge(kept, other, by=None)
        assert has_agreed(kept, ConsentKind.PERSONAL_DATA)
        assert not consents_of([other])[other.id]

    def test_a_seat_held_for_want_of_an_agreement_is_theirs_with_it(self) -> None:
        kept = make_pupil(make_class(), birth_date=BORN, agreed=False)
        make_guardianship(kept, email="mother@example.org")
        registration = make_registration(make_event().slots[0], kept)
        assert registration.is_awaiting_consent
        done = merge(kept, make_person(birth_date=BORN), by=None)
        assert registration.is_confirmed
        undo(done, by=None)
        assert registration.is_awaiting_consent
        assert registration.hold_until
        assert not differences()

    def test_guardians_move_and_the_same_guardian_stays_one(self) -> None:
        kept, other = two()
        mother, father = make_user(), make_user()
        make_guardianship(kept, mother)
        make_guardianship(other, mother)
        make_guardianship(other, father)
        make_guardianship(other, name="Бадмаева Герел", phone="+7 961 111-22-33")
        merge(kept, other, by=None)
        assert children_of(mother) == [kept]
        assert children_of(father) == [kept]
        assert (
            len(db.session.scalars(sa.select(Guardianship).filter_by(child_id=kept.id)).all()) == 3
        )

    def test_the_account_moves(self) -> None:
        kept, other = two()
        account = make_user()
        other.user_id = account.id
        merge(kept, other, by=None)
        assert person_of(account) == kept

    def test_the_class_moves(self) -> None:
        pupil, guest = two()
        class_ = pupil.school_class
        merge(guest, pupil, by=None)
        assert guest.school_class == class_
        assert (guest.school, guest.class_title) == (class_ and class_.school, "9А")
        assert pupil.class_id is None

    def test_contacts_move_where_there_were_none(self) -> None:
        kept, other = two()
        kept.email, other.phone = "", "+7 961 111-22-33"
        merge(kept, other, by=None)
        assert (kept.email, kept.phone) == (other.email, "+7 961 111-22-33")

    def test_contacts_that_are_there_stay(self) -> None:
        kept, other = two()
        mine = kept.email
        merge(kept, other, by=None)
        assert kept.email == mine

    def test_a_birth_date_that_was_missing_is_known_then(self) -> None:
        kept = make_pupil(make_class(), birth_date=None, birth_year=2011)
        other = make_person(birth_date=BORN)
        merge(kept, other, by=None)
        assert (kept.birth_date, kept.birth_year) == (BORN, None)
        assert kept.identity == other.identity

    def test_the_spelling_that_was_chosen_stays(self) -> None:
        kept = make_pupil(make_class(), "Семёнов", birth_date=BORN)
        other = make_person("Семенов", birth_date=BORN)
        done = merge(kept, other, by=None, named=other)
        assert kept.full_name == "Семенов Санджи Эрдниевич"
        undo(done, by=None)
        assert kept.full_name == "Семёнов Санджи Эрдниевич"

    def test_the_guest_is_recognised_later(self) -> None:
        details = Details("Бадмаев", "Санджи", "Эрдниевич", BORN, email="sandzhi@example.org")
        guest = guest_person(details)
        kept = make_pupil(make_class(), birth_date=BORN)
        done = merge(kept, guest, by=None)
        assert guest_person(details) == kept
        undo(done, by=None)
        assert guest_person(details) == guest

    def test_an_open_ticket_keeps_working(self) -> None:
        kept, other = two()
        code = make_registration(make_event().slots[0], other).code
        merge(kept, other, by=None)
        found = registration_by_code(code)
        assert found is not None
        assert found.person == kept

    def test_seats_stay_as_they_were(self, app: Flask) -> None:
        kept, other = two()
        slot = make_event().slots[0]
        make_registration(slot, other)
        done = merge(kept, other, by=None)
        assert "agrees" in app.test_cli_runner().invoke(args=["doctor"]).output
        undo(done, by=None)
        assert "agrees" in app.test_cli_runner().invoke(args=["doctor"]).output
        assert not differences()

    def test_the_log_says_how_much_moved_and_no_names(self) -> None:
        kept, other = two()
        make_registration(make_event().slots[0], other)
        merge(kept, other, by=None)
        entry = db.session.scalars(sa.select(AuditEntry).filter_by(action="persons.merged")).one()
        assert entry.details == {"registration": 1, "consent": 1}
        assert entry.organization_id == kept.school_id

    def test_of_a_past_event_each_keeps_a_registration(self) -> None:
        kept, other = two()
        other.birth_date, other.identity = None, "another"
        event = make_event()
        mine, theirs = (make_registration(event.slots[0], one) for one in (kept, other))
        over(event)
        done = merge(kept, other, by=None)
        assert (owner(mine), owner(theirs)) == (kept.id, other.id)
        assert done.moved["left"] == [theirs.id]


class TestUndo:
    def test_everything_goes_back(self) -> None:
        kept, other = two()
        account, father = make_user(), make_user()
        other.user_id, other.phone = account.id, "+7 961 111-22-33"
        make_guardianship(other, father)
        registration = make_registration(make_event().slots[0], other)
        earlier = (kept.full_name, kept.phone, kept.identity, kept.class_id)
        undo(merge(kept, other, by=None), by=None)
        assert owner(registration) == other.id
        assert person_of(account) == other
        assert children_of(father) == [other]
        assert has_agreed(other, ConsentKind.PERSONAL_DATA)
        assert other.merged_into_id is None
        assert (kept.full_name, kept.phone, kept.identity, kept.class_id) == earlier

    def test_the_class_goes_back(self) -> None:
        pupil, guest = two()
        class_ = pupil.school_class
        guest.category = Category.ADULT
        undo(merge(guest, pupil, by=None), by=None)
        assert (guest.school_class, guest.school, guest.first_year) == (
            None,
            None,
            pupil.first_year,
        )
        assert guest.category is Category.ADULT
        assert pupil.school_class == class_

    def test_what_the_kept_person_got_since_stays(self) -> None:
        kept, other = two()
        done = merge(kept, other, by=None)
        registration = make_registration(make_event().slots[0], kept)
        kept.phone = "+7 961 000-00-00"
        undo(done, by=None)
        assert owner(registration) == kept.id
        assert kept.phone == "+7 961 000-00-00"

    def test_a_seat_got_through_the_other_s_agreement_is_held_again(self) -> None:
        kept = make_pupil(make_class(), birth_date=BORN, agreed=False)
        make_guardianship(kept, email="mother@example.org")
        done = merge(kept, make_person(birth_date=BORN), by=None)
        registration = make_registration(make_event().slots[0], kept)
        assert registration.is_confirmed
        undo(done, by=None)
        assert registration.is_awaiting_consent
        [asked] = requests_about(registration)
        assert asked.email == "mother@example.org"
        assert not differences()

    def test_an_agreement_taken_back_meanwhile_erases_both(self) -> None:
        """Nobody can tell of which of them it was: the other is not kept for ever."""
        kept, other = two()
        done = merge(kept, other, by=None)
        consents.end(kept, ConsentKind.PERSONAL_DATA, by_name="Мама")
        assert kept.erase_on
        undo(done, by=None)
        assert other.erase_on == kept.erase_on

    def test_once(self) -> None:
        done = merge(*two(), by=None)
        undo(done, by=None)
        with pytest.raises(RuleBroken, match="уже отменено"):
            undo(done, by=None)

    def test_three_in_one_are_parted_from_the_last(self) -> None:
        kept, other = two()
        third = make_person(birth_date=BORN)
        first = merge(other, third, by=None)
        second = merge(kept, other, by=None)
        assert third.merged_into_id == kept.id
        with pytest.raises(RuleBroken, match="Сначала отмените то объединение"):
            undo(first, by=None)
        undo(second, by=None)
        assert third.merged_into_id == other.id
        undo(first, by=None)
        assert third.merged_into_id is None


class TestRefusal:
    def refused(self, kept: Person, other: Person, because: str) -> None:
        with pytest.raises(RuleBroken, match=because):
            merge(kept, other, by=None)
        assert other.merged_into_id is None or other.merged_into_id != kept.id

    def test_the_same_person(self) -> None:
        kept, _other = two()
        self.refused(kept, kept, "один и тот же")

    def test_merged_already(self) -> None:
        kept, other = two()
        merge(kept, other, by=None)
        self.refused(make_person(), other, "уже объединены")
        self.refused(other, make_person(), "уже объединены")

    def test_two_accounts(self) -> None:
        kept, other = two()
        kept.user_id, other.user_id = make_user().id, make_user().id
        self.refused(kept, other, "двум не стать одной")

    def test_an_account_that_is_the_guardian_of_the_other(self) -> None:
        kept, other = two()
        account = make_user()
        other.user_id = account.id
        make_guardianship(kept, account)
        self.refused(kept, other, "сам себе")

    def test_classes_of_two_schools(self) -> None:
        kept = make_pupil(make_class(make_school("СОШ № 3")))
        other = make_pupil(make_class(make_school("СОШ № 4")))
        self.refused(kept, other, "9А, СОШ № 3, и 9А, СОШ № 4")

    def test_two_classes_of_one_school_become_the_kept_ones(self) -> None:
        school = make_school()
        kept, other = (make_pupil(make_class(school, letter=letter)) for letter in "АБ")
        done = merge(kept, other, by=None)
        assert kept.class_title == "9А"
        assert other.class_id is None
        undo(done, by=None)
        assert other.class_title == "9Б"
        assert other.school_class

    def test_both_signed_up_for_one_event_to_come(self) -> None:
        kept, other = make_pupil(make_class()), make_person()
        event = make_event(title="День открытых дверей")
        for person in (kept, other):
            make_registration(event.slots[0], person)
        self.refused(kept, other, "записаны оба на «День открытых дверей»")
        cancel(sign_up_of(other))
        merge(kept, other, by=None)
        assert [one.status for one in all_of(kept)] == [Status.CONFIRMED, Status.CANCELLED]

    def test_signed_up_for_two_events_at_the_same_time(self) -> None:
        kept, other = make_pupil(make_class()), make_person()
        for person, title in ((kept, "Экскурсия"), (other, "Проба")):
            make_registration(make_event(title=title).slots[0], person)
        self.refused(kept, other, "в одно и то же время на «Экскурсия» и «Проба»")

    def test_an_agreement_taken_back(self) -> None:
        kept, other = two()
        other.erase_on = clock.today()
        self.refused(kept, other, "отозвано")

    def test_erased(self) -> None:
        kept, other = two()
        other.anonymized_at = clock.now()
        self.refused(kept, other, "удалены")


class TestAfterwards:
    def test_one_person_gets_one_place(self) -> None:
        """Signing the guest up again finds what the kept person has."""
        kept, other = two()
        slot: Slot = make_event().slots[0]
        make_registration(slot, other)
        merge(kept, other, by=None)
        with pytest.raises(RuleBroken, match="уже записан"):
            sign_up(slot, kept, channel=Channel.STAFF)

    def test_a_cancelled_place_is_revived(self) -> None:
        kept, other = two()
        event = make_event()
        later = make_slot(event, capacity=3)
        cancel(make_registration(event.slots[0], other))
        done = merge(kept, other, by=None)
        revived = make_registration(later, kept)
        assert all_of(kept) == [revived]
        undo(done, by=None)
        assert not differences()

    def test_the_ticket_page_shows_the_kept_name(self, browser: Browser) -> None:
        kept = make_pupil(make_class(), "Семёнов", birth_date=BORN)
        other = make_person("Семенов", birth_date=BORN)
        code = make_registration(make_event().slots[0], other).code
        merge(kept, other, by=None)
        assert "Семёнов" in browser.open(f"/registrations/{code}").html


def sign_up_of(person: Person) -> Registration:
    return all_of(person)[0]


def all_of(person: Person) -> list[Registration]:
    query = sa.select(Registration).filter_by(person_id=person.id).order_by(Registration.id)
    return list(db.session.scalars(query))
