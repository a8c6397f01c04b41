"""Erasing: nothing tells any more who it was; seats move on; figures stay."""

import json
from datetime import date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Device, User
from app.audit.models import AuditEntry
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.certificates.issued.actions import issue_again, issue_due, revoke, tell_holders
from app.certificates.issued.models import Certificate
from app.certificates.issued.queries import due, valid_certificates
from app.notifications.models import Notification
from app.organizations.models import Membership, OrganizationKind, Role
from app.people.class_lists.models import ImportedRow, ImportState, ListImport, Outcome
from app.people.consents.actions import Giver, agree
from app.people.duplicates.models import Merge
from app.people.models import (
    Consent,
    ConsentChannel,
    ConsentKind,
    Guardianship,
    Invitation,
    InvitationPurpose,
    Person,
)
from app.privacy import acts
from app.privacy.erasing import erase
from app.privacy.models import ErasureAct, ErasureReason
from app.registrations.guardians.requests import Guardian, ask
from app.registrations.models import Channel, Registration, Status
from app.registrations.seats.seats import differences
from tests.browser import Browser
from tests.factories import (
    make_class,
    make_event,
    make_guardianship,
    make_member,
    make_organization,
    make_person,
    make_pupil,
    make_registration,
    make_school,
    make_user,
)
from tests.papers.people import came, pages

SECRETS = (
    "Ункурова", "Гиляна", "Цереновна", "ilyana@example.org", "mama-u@example.org",
    "905 111-22-33", "905 444-55-66", "2012-03-17", "Ункуров Церен", "Село Тайное",
)  # fmt: skip
BORN = date(2012, 3, 17)


def wish(person: Person) -> ErasureAct:
    return erase(person, reason=ErasureReason.REQUEST, done_by="законный представитель")


def told_anywhere() -> list[str]:
    """Every place of every table where one of the secrets still stands."""
    found = []
    for table in db.metadata.sorted_tables:
        for row in db.session.connection().execute(sa.select(table)).mappings():
            for column, value in row.items():
                text = json.dumps(value, ensure_ascii=False, default=str)
                found += [f"{table.name}.{column}: {one}" for one in SECRETS if one in text]
    return found


def everything_about_a_child() -> Person:
    """A pupil of whom every table tells something."""
    school = make_school()
    mother = make_user("Ункурова Саглара", email="mama-u@example.org")
    child = make_pupil(
        make_class(school), "Ункурова", first_name="Гиляна", patronymic="Цереновна",
        birth_date=BORN, phone="+7 905 111-22-33", email="gilyana@example.org", agreed=False,
    )  # fmt: skip
    child.school_name = "Село Тайное"
    make_guardianship(child, mother, name="Ункурова Саглара")
    make_guardianship(
        child, name="Ункуров Церен", phone="+7 905 444-55-66", email="papa-ilyana@example.org"
    )
    agree(
        child, ConsentKind.PERSONAL_DATA, channel=ConsentChannel.GUARDIAN_ACCOUNT, by=Giver(mother)
    )
    past = came(make_event(in_days_=-3).slots[0], child, phone="+7 905 111-22-33")
    issue_due(past.event)
    tell_holders(past.event)
    ask(past, [Guardian("mama-u@example.org", "Ункурова Саглара")])
    make_registration(
        make_event().slots[0], child, channel=Channel.GUARDIAN, by=mother,
        email="mama-u@example.org",
    )  # fmt: skip
    double = make_person(
        "Ункурова", "Гиляна", "", birth_date=BORN, email="gilyana@example.org", agreed=False
    )
    double.merged_into_id = child.id
    sheet = ListImport(school_id=school.id, filename="9А.xlsx", state=ImportState.DONE)
    db.session.add_all(
        [
            sheet,
            Merge(kept_id=child.id, other_id=double.id, moved={"email": "gilyana@example.org"}),
            Invitation(
                person_id=child.id, purpose=InvitationPurpose.GUARDIAN, code_hash="0" * 64,
                email="papa-ilyana@example.org", made_by_id=mother.id, expires_at=clock.now(),
            ),
        ]
    )  # fmt: skip
    db.session.flush()
    facts = {"last_name": "Ункурова", "first_name": "Гиляна", "birth_date": "2012-03-17"}
    for outcome, person_id in ((Outcome.SAME, child.id), (Outcome.REFUSED, None)):
        db.session.add(
            ImportedRow(
                import_id=sheet.id, number=1, facts=facts, outcome=outcome, person_id=person_id
            )
        )
    db.session.flush()
    return child


class TestRule:
    def test_no_table_tells_any_more_who_it_was(self) -> None:
        child = everything_about_a_child()
        assert len(told_anywhere()) > 20
        act = wish(child)
        left = [place for place in told_anywhere() if not place.startswith(("user.", "device."))]
        # The mother's own account stays; a certificate keeps the first name and the initial.
        assert sorted(left) == ["certificate.holder: Гиляна", "certificate.holder_in_short: Гиляна"]
        assert child.full_name == "Данные удалены"
        assert {"person": 2, "guardianship": 2, "imported_row": 2, "merge": 1}.items() <= (
            act.rows.items()
        )

    def test_what_the_plan_counts_stays(self) -> None:
        child = everything_about_a_child()
        school, year, category = child.school_id, child.first_year, child.category
        registrations = db.session.query(Registration).filter_by(person_id=child.id).count()
        wish(child)
        assert (child.school_id, child.first_year, child.category) == (school, year, category)
        assert (child.class_id, child.user_id, child.birth_date) == (None, None, None)
        assert db.session.query(Registration).filter_by(person_id=child.id).count() == registrations

    def test_coming_seats_go_to_those_who_wait(self) -> None:
        slot = make_event(capacity=1).slots[0]
        child = make_person()
        mine, waiting = make_registration(slot, child), make_registration(slot)
        assert waiting.is_waitlisted
        code = mine.code
        letters = db.session.query(Notification).count()
        act = wish(child)
        assert mine.status is Status.CANCELLED
        assert mine.code != code
        assert waiting.is_confirmed
        assert differences() == []
        assert act.rows["cancelled"] == 1
        assert db.session.query(Notification).count() == letters  # one gone, one for who waited

    def test_consents_stay_as_proof_without_names(self) -> None:
        child = everything_about_a_child()
        wish(child)
        consent = db.session.query(Consent).filter_by(person_id=child.id).one()
        assert consent.channel is ConsentChannel.GUARDIAN_ACCOUNT
        assert consent.text.sha256
        assert consent.withdrawn_at
        assert (consent.given_by_id, consent.given_by_name, consent.given_by_email) == (
            None,
            "",
            "",
        )

    def test_certificates_can_be_verified_and_not_printed(self, browser: Browser) -> None:
        event = make_event(in_days_=-1)
        registration = came(event.slots[0], make_person("Очиров", "Нарма", "Басангович"))
        [paper] = issue_due(event)
        wish(registration.person)
        assert paper.holder == paper.holder_in_short == "Нарма О."
        page = browser.open(f"/verify/{paper.code}")
        assert "Нарма О." in page.text()
        assert "Подлинный" in page.text()
        assert valid_certificates(event) == []
        here = f"/manage/events/{event.slug}/papers"
        browser.log_in(make_member(event.organization))
        assert browser.open(f"{here}/certificate-{registration.id}.pdf").status == 404
        assert browser.open(f"{here}/certificates.pdf").status == 404
        assert f"certificate-{registration.id}.pdf" not in browser.open(here).html
        assert browser.open(f"/registrations/{registration.code}/certificate.pdf").status == 404
        revoke(paper, reason="Ошибка")
        with pytest.raises(RuleBroken, match="удалены"):
            issue_again(paper)

    def test_nothing_is_issued_to_nobody(self) -> None:
        event = make_event(in_days_=-1)
        wish(came(event.slots[0]).person)
        assert due(event) == []

    def test_others_are_left_alone(self) -> None:
        """A brother with the same surname and the same mother's address keeps his letters."""
        mother = make_user(email="mama@example.org")
        slot = make_event().slots[0]
        for name in ("Очир", "Баатр"):
            child = make_person("Ункуров", name, email="mama@example.org")
            make_guardianship(child, mother)
            make_registration(slot, child, channel=Channel.GUARDIAN, by=mother)
        baatr = child
        ochir = db.session.query(Person).filter_by(first_name="Очир").one()
        wish(baatr)
        left = db.session.query(Notification).all()
        assert [one.context["person"] for one in left] == ["Ункуров Очир Эрдниевич"]
        assert db.session.query(Guardianship).one().child_id == ochir.id
        assert db.session.query(Registration).filter_by(person_id=ochir.id).one().is_confirmed

    def test_twice_is_refused(self) -> None:
        person = make_person()
        wish(person)
        with pytest.raises(RuleBroken, match="уже удалены"):
            wish(person)
        assert db.session.query(ErasureAct).count() == 1

    def test_the_same_human_may_come_again_as_somebody_new(self) -> None:
        slot = make_event().slots[0]
        born = date(2010, 5, 5)
        person = make_person(birth_date=born)
        make_registration(slot, person)
        wish(person)
        assert make_registration(slot, make_person(birth_date=born)).is_confirmed


class TestAccount:
    def test_ends_with_its_person(self) -> None:
        user = make_user("Ункурова Гиляна", email="gilyana@example.org")
        person = make_person("Ункурова", "Гиляна", "", user=user, email="gilyana@example.org")
        db.session.add(Device(user_id=user.id, token_hash="1" * 64))
        db.session.add(Notification(address=user.email, template="x", context={}, reference="r"))
        make_member(make_organization(), Role.ADMIN)
        db.session.add(
            Membership(
                user_id=user.id, organization_id=make_organization().id, role=Role.ORGANIZER
            )
        )  # fmt: skip
        db.session.flush()
        id_ = user.id
        act = wish(person)
        assert db.session.query(User).filter_by(id=id_).count() == 0
        assert db.session.query(Device).filter_by(user_id=id_).count() == 0
        assert db.session.query(Membership).filter_by(user_id=id_).count() == 0
        assert act.rows["user"] == 1
        assert told_anywhere() == []

    def test_the_last_admin_and_a_guardian_hand_over_first(self) -> None:
        college = make_organization(short_name="ЭПТК")
        admin = make_member(college, Role.ADMIN)
        person = make_person(grade=None, user=admin)
        with pytest.raises(RuleBroken, match="единственный администратор.*ЭПТК"):
            wish(person)
        db.session.add(
            Membership(user_id=make_user().id, organization_id=college.id, role=Role.ADMIN)
        )
        guardianship = make_guardianship(make_person("Очиров", "Нарма", ""), admin)
        with pytest.raises(RuleBroken, match="Очиров Нарма"):
            wish(person)
        db.session.delete(guardianship)
        db.session.flush()
        assert wish(person).rows["user"] == 1

    def test_after_a_withdrawal_it_goes_on_while_it_serves_others(self) -> None:
        teacher = make_member(make_school(), Role.TEACHER)
        pupil = make_user()
        for user in (teacher, pupil):
            person = make_person(grade=None, user=user)
            erase(person, reason=ErasureReason.WITHDRAWAL, done_by="задача")
            assert person.user_id is None
        assert set(db.session.scalars(sa.select(User.id))) == {teacher.id}


class TestAct:
    def test_says_what_the_order_demands_and_no_name(self, app: Flask) -> None:
        make_organization(
            OrganizationKind.MINISTRY, name="Министерство образования", address="Элиста, Ленина 1"
        )
        act = wish(everything_about_a_child())
        act.done_at = datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001 - as stored
        with app.test_request_context(headers={"Cookie": "language=en"}):
            paper, extract = pages(acts.act_of_erasure(act))
        for words in (
            f"Акт № {act.id}", "Министерство образования", "Элиста, Ленина 1",
            f"№ {act.subject}", "законный представитель", "фамилия, имя, отчество",
            "«Ориентир»", "требование", "24 ноября 2026 г., 12:30", "№ 179", "подпись",
        ):  # fmt: skip
            assert words in paper, words
        for words in ("Выгрузка из журнала", f"№ {act.subject}", "«Ориентир»", "24 ноября 2026"):
            assert words in extract, words
        assert not [one for one in SECRETS if one in paper + extract]
        entry = db.session.query(AuditEntry).filter_by(action="person.erased").one()
        assert entry.details == {"reason": "request", "act": act.id}
        assert db.session.query(Certificate).count() == 1
