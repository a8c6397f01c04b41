"""A stranger who calls themselves a school gets nothing: powers follow approval, a typed name
is no relation, and no account changes hands by the way."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import User
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.organizations.approval import states
from app.organizations.models import Organization, Role
from app.people.actions import Details, add_person, correct
from app.people.classes import claims
from app.people.classes.pupils import leave, move, on_receipt, receipt
from app.people.duplicates.queries import possible_duplicates, recent_merges
from app.people.families.children import add_child, correct_child
from app.people.families.invitations import make_codes, print_codes, renew_password
from app.people.families.queries import invitation_by
from app.people.models import InvitationPurpose, Person
from app.people.queries import find_school, schools
from app.registrations.groups.actions import sign_up_class
from app.registrations.merging.actions import undo
from app.registrations.merging.by_school import merge_at_school
from tests.browser import Browser
from tests.factories import (
    make_class,
    make_event,
    make_guardianship,
    make_member,
    make_ministry_admin,
    make_person,
    make_pupil,
    make_registration,
    make_school,
    make_user,
)
from tests.people.families.family import make_guardian

BORN = date(2011, 3, 17)
NAME = "МБОУ «СОШ № 21»"
CHILD = {
    "last_name": "Очирова",
    "first_name": "Айса",
    "patronymic": "Баатровна",
    "birth_date": BORN.isoformat(),
    "email": "aisa@example.org",
    "phone": "+7 961 123-45-67",
    "grade": "9",
    "guardian_email": "mother@example.org",
    "consent-personal-data": "y",
}
SCHOOL = {
    "kind": "school", "name": NAME, "short_name": "СОШ № 21", "municipality": "", "address": "",
    "site": "", "phone": "", "email": "", "about": "", "signatory_name": "", "signatory_post": "",
}  # fmt: skip
ROOMS = ("", "/classes", "/classes/new", "/imports/new", "/coverage", "/groups", "/duplicates",
         "/requests")  # fmt: skip
OWN = InvitationPurpose.OWN_ACCOUNT


def coordinator(school: Organization) -> User:
    return make_member(school, Role.ADMIN)


def guest_of(school: Organization, last_name: str = "Бадмаев", **given: Any) -> Person:
    """Somebody who has typed the school's name in a form."""
    return make_person(last_name, school=school.name, **{"birth_date": BORN, **given})


def used_account(**given: Any) -> User:
    return make_user(**{"email_confirmed_at": clock.now(), **given})


def own_person(user: User, **given: Any) -> Person:
    """An account that says of itself who it is."""
    told = {"birth_date": BORN, "grade": 9, **given}
    return add_person(Details("Бадмаев", "Санджи", "Эрдниевич", **told), user=user)


class TestAttack:
    def test_a_stranger_who_registers_a_school_gets_nothing(
        self, app: Flask, browser: Browser
    ) -> None:
        """The whole attack: register, wait for children who type the name, open their cards."""
        ministry = make_ministry_admin()
        event = make_event()
        browser.log_in(make_user())
        assert browser.submit("/organizations/new", fields=SCHOOL).status == 200
        school = db.session.scalars(sa.select(Organization).filter_by(name=NAME)).one()
        form = f"/events/{event.slug}/sign-up"
        child = Browser(app.test_client())
        assert NAME not in child.open(form).html
        child.submit(form, fields={**CHILD, "school": "сош № 21"})
        person = db.session.scalars(sa.select(Person)).one()
        assert (person.school_id, person.school_name) == (None, "сош № 21")
        for room in ROOMS:
            assert browser.open(f"/school{room}").status == 404, room

        approved = Browser(app.test_client()).log_in(ministry)
        act = f"/administration/organizations/{school.id}/approve"
        approved.submit(act, fields=approved.open(act).form("main form[method=post]"))
        assert browser.open("/school").status == 200
        page = browser.open("/school/requests")
        assert "Запросов нет" in page.text("main")  # nobody was tied meanwhile

        child.submit(form, fields={**CHILD, "last_name": "Очирова-Манджиева", "school": NAME})
        page = browser.open("/school/requests")
        assert "Айса О., 9" in page.text("tbody")
        for secret in ("Очирова", "Баатровна", "aisa@", "mother@", "961", "17 марта", "2011"):
            assert secret not in page.text("main"), secret
        assert "Дублей нет" in browser.open("/school/duplicates").text("main")

    def test_its_classes_are_closed_while_it_waits(self, browser: Browser) -> None:
        """Also those made before: classes, pupils, printed log-ins, groups, lists."""
        school = make_school(approved=False)
        class_ = make_class(school)
        pupil = make_pupil(class_)
        browser.log_in(coordinator(school))
        for path in ("", "/consents.pdf", f"/pupils/{pupil.id}", "/pupils/new", "/paper-consents"):
            assert browser.open(f"/school/classes/{class_.id}{path}").status == 404, path
        assert browser.submit(f"/school/classes/{class_.id}/slips.pdf").status == 404
        assert browser.submit("/school/duplicates/merge").status == 404
        assert browser.submit("/school/requests/accept", ids=[str(pupil.id)]).status == 404


class TestName:
    def test_of_an_unapproved_school_is_offered_nowhere_and_found_by_nobody(self) -> None:
        school = make_school(approved=False)
        assert (schools(), find_school(school.name)) == ([], None)
        states.approve(school)
        assert (schools(), find_school(school.name)) == ([school], school)

    def test_of_an_account_ties_nobody_either(self) -> None:
        school = make_school(approved=False)
        adult = own_person(used_account(), grade=None, birth_date=date(1985, 5, 5), school=NAME)
        child = add_child(make_guardian(), Details(
            "Бадмаев", "Баир", birth_date=date(2014, 3, 17), grade=6, school=school.name
        ))  # fmt: skip
        assert (adult.school_id, child.school_id) == (None, None)


class TestRelation:
    """Who says that somebody belongs to a school."""

    def test_a_form_does_not(self) -> None:
        school = make_school()
        guest = guest_of(school)
        assert guest.school_id == school.id  # it counts in figures
        assert not guest.belongs_to_school(school.id)
        assert guest.own_school_id is None

    def test_the_schools_list_does(self) -> None:
        school = make_school()
        pupil = make_pupil(make_class(school))
        assert pupil.belongs_to_school(school.id)
        assert not pupil.belongs_to_school(make_school().id)
        assert not make_person(school="").belongs_to_school(None)

    def test_a_guardian_does(self) -> None:
        school = make_school()
        told = Details("Бадмаев", "Баир", birth_date=date(2014, 3, 17), grade=6, school=school.name)
        assert add_child(make_guardian(), told).belongs_to_school(school.id)

    def test_a_guardian_who_corrects_a_claim_does(self) -> None:
        school = make_school()
        guest = guest_of(school)
        told = Details("Бадмаев", "Санджи", birth_date=BORN, grade=9, school=school.name)
        correct_child(guest, told)
        assert guest.belongs_to_school(school.id)

    @pytest.mark.parametrize(
        ("born", "grade", "belongs"), [(date(1985, 5, 5), None, True), (BORN, 9, False)]
    )
    def test_an_adults_own_account_does_and_a_minors_does_not(
        self, born: date, grade: int | None, belongs: bool
    ) -> None:
        school = make_school()
        person = own_person(used_account(), birth_date=born, grade=grade, school=school.name)
        assert person.belongs_to_school(school.id) is belongs
        told = Details("Бадмаев", "Санджи", birth_date=born, grade=grade, school=school.name)
        correct(person, told)
        assert person.belongs_to_school(school.id) is belongs

    def test_another_school_typed_by_a_minor_is_a_claim_again(self) -> None:
        school, other = make_school(), make_school("СОШ № 4")
        person = own_person(used_account(), school=school.name)
        claims.accept([person], school)
        correct(person, Details("Бадмаев", "Санджи", birth_date=BORN, grade=9, school=other.name))
        assert not person.belongs_to_school(other.id)
        assert not person.belongs_to_school(school.id)

    def test_whoever_stands_in_a_class_does_not_leave_it_by_a_form(self) -> None:
        school, other = make_school(), make_school("СОШ № 4")
        pupil = make_pupil(make_class(school), user=used_account())
        correct(pupil, Details("Бадмаев", "Санджи", birth_date=BORN, grade=5, school=other.name))
        assert pupil.belongs_to_school(school.id)
        assert pupil.class_title == "9А"

    def test_a_claim_opens_nothing_to_the_school(self) -> None:
        """Groups, moves, what undoes a leaving: each asks for the relation."""
        school = make_school()
        class_, slot = make_class(school), make_event().slots[0]
        guest = guest_of(school)
        companions = [{"name": "Очиров Бата", "phone": ""}]
        with pytest.raises(RuleBroken, match="своей школы"):
            sign_up_class(slot, school, "9А", [guest], companions=companions, by=None)
        with pytest.raises(RuleBroken, match="той же школы"):
            move([guest], class_)
        leave([guest], class_)
        assert on_receipt(class_, receipt([guest], class_)) == []
        with pytest.raises(RuleBroken, match="своей школы"):
            print_codes(class_, [guest], by=coordinator(school))


class TestRequest:
    def test_accepted_the_relation_holds(self, browser: Browser) -> None:
        school = make_school()
        guest = guest_of(school)
        browser.log_in(coordinator(school))
        assert "1 человек вписал вашу школу" in browser.open("/school").text("main")
        page = browser.submit("/school/requests/accept", ids=[str(guest.id)])
        assert "1 человек теперь в вашей школе" in page.text("#messages")
        assert guest.belongs_to_school(school.id)
        assert guest.class_id is None
        assert claims.number_of_claims(school) == 0

    def test_rejected_it_is_a_name_and_no_more(self, browser: Browser) -> None:
        school = make_school()
        guest = guest_of(school)
        browser.log_in(coordinator(school)).submit("/school/requests/reject", ids=[str(guest.id)])
        assert (guest.school_id, guest.school_title) == (None, school.short_name)
        assert claims.number_of_claims(school) == 0

    def test_a_namesake_in_a_class_is_pointed_out_without_a_date(self, browser: Browser) -> None:
        school = make_school()
        make_pupil(make_class(school), birth_date=BORN)
        guest_of(school)
        page = browser.log_in(coordinator(school)).open("/school/requests")
        assert "такой ученик есть в 9А" in page.text("tbody")
        assert "2011" not in page.text("main")

    @pytest.mark.parametrize("ids", [[], ["0"], ["99999999999999999"], ["x"]])
    def test_odd_choices_change_nothing(self, browser: Browser, ids: list[str]) -> None:
        school = make_school()
        guest_of(school)
        page = browser.log_in(coordinator(school)).submit("/school/requests/accept", ids=ids)
        assert page.status in (200, 422)
        assert claims.number_of_claims(school) == 1

    def test_of_another_school_is_not_answered(self, browser: Browser) -> None:
        guest = guest_of(make_school())
        own = make_school("СОШ № 4")
        browser.log_in(coordinator(own)).submit("/school/requests/accept", ids=[str(guest.id)])
        assert guest.own_school_id is None

    def test_teachers_do_not_answer(self, browser: Browser) -> None:
        school = make_school()
        browser.log_in(make_member(school, Role.TEACHER))
        assert browser.open("/school/requests").status == 404


class TestMerging:
    def test_of_a_claim_is_not_offered_and_refused(self) -> None:
        school = make_school()
        pupil, guest = make_pupil(make_class(school), birth_date=BORN), guest_of(school)
        assert possible_duplicates(school) == []
        for kept, other in ((pupil, guest), (guest, pupil)):
            with pytest.raises(RuleBroken, match="примите запрос"):
                merge_at_school(school, kept, other, by=coordinator(school))
        claims.accept([guest], school)
        assert possible_duplicates(school) == [(pupil.id, guest.id)]
        merge_at_school(school, pupil, guest, by=coordinator(school))
        [done] = recent_merges(school)
        undo(done, by=None)
        assert guest.merged_into_id is None
        assert guest.belongs_to_school(school.id)

    def test_hands_no_account_in_use_to_another_card(self, browser: Browser) -> None:
        school = make_school()
        pupil = make_pupil(make_class(school), birth_date=BORN)
        account = used_account()
        person = own_person(account, school=school.name)
        claims.accept([person], school)
        page = browser.log_in(coordinator(school)).submit(
            "/school/duplicates/merge", kept=pupil.id, other=person.id
        )
        assert page.status == 422
        assert "Напечатайте код для карточки в классе" in page.text("#messages")
        assert (pupil.user_id, person.user_id) == (None, account.id)

    def test_its_owner_joins_the_two_by_the_code(self, app: Flask) -> None:
        school = make_school()
        class_ = make_class(school)
        pupil = make_pupil(class_, birth_date=BORN)
        account = used_account()
        person = own_person(account, school=school.name)
        code = print_codes(class_, [pupil], by=coordinator(school))[pupil.id]
        page = Browser(app.test_client()).log_in(account).submit(f"/join/{code}")
        assert page.path == "/me"
        assert (pupil.user_id, person.merged_into_id) == (account.id, pupil.id)

    def test_brings_no_guardian_to_an_account_in_use(self) -> None:
        """Whoever is a guardian may renew the password."""
        school = make_school()
        pupil = make_pupil(make_class(school), birth_date=BORN, user=used_account())
        guest = guest_of(school)
        make_guardianship(guest, make_guardian())
        claims.accept([guest], school)
        with pytest.raises(RuleBroken, match="код на странице ребёнка"):
            merge_at_school(school, pupil, guest, by=coordinator(school))

    def test_of_a_guest_into_an_account_in_use_stays_possible(self) -> None:
        school = make_school()
        pupil = make_pupil(make_class(school), birth_date=BORN, user=used_account())
        guest = guest_of(school)
        registration = make_registration(make_event().slots[0], guest)
        claims.accept([guest], school)
        merge_at_school(school, pupil, guest, by=coordinator(school))
        assert registration.person is pupil


class TestSlips:
    @pytest.mark.parametrize("password", [None, "chosen"])
    def test_for_an_account_in_use_are_refused(
        self, browser: Browser, password: str | None
    ) -> None:
        school = make_school()
        class_ = make_class(school)
        account = make_user(email="", login="sandzhi", password_hash=password)
        if password is None:  # but logged in once
            Browser(browser.client).log_in(account)
        pupil, other = make_pupil(class_, user=account), make_pupil(class_, "Манджиев")
        browser.log_in(coordinator(school))
        page = browser.submit(
            f"/school/classes/{class_.id}/slips.pdf", ids=[str(pupil.id), str(other.id)]
        )
        assert page.response.mimetype == "text/html"
        assert "Санджи Б., 9А" in page.text("#messages")
        assert "код на странице ребёнка" in page.text("#messages")

    def test_printed_before_give_no_password_later(self, browser: Browser) -> None:
        """The pupil has made an account by other means, and then the slip is found."""
        school = make_school()
        class_ = make_class(school)
        pupil = make_pupil(class_)
        code = print_codes(class_, [pupil], by=coordinator(school))[pupil.id]
        pupil.user_id = make_user(email="", login="sandzhi", password_hash="chosen").id
        db.session.flush()
        assert browser.open(f"/join/{code}").status == 410
        invitation = invitation_by(code, OWN)
        assert invitation
        with pytest.raises(RuleBroken):
            renew_password(invitation, "other")
        assert pupil.user
        assert pupil.user.password_hash == "chosen"

    def test_a_guardians_code_does(self) -> None:
        mother = make_guardian()
        account = make_user(email="", login="sandzhi", password_hash="chosen")
        pupil = make_pupil(make_class(), user=account)
        make_guardianship(pupil, mother)
        invitation = invitation_by(make_codes([pupil], by=mother)[pupil.id], OWN)
        assert invitation
        assert renew_password(invitation, "other") is account
