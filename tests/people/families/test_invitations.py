"""A guardian invites another: the link in a letter, once, for 14 days."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.accounts.models import User
from app.base.db import db
from app.base.rules import RuleBroken
from app.notifications.delivery import deliver_waiting
from app.people.families.children import add_child, stop
from app.people.families.invitations import OWN_ACCOUNT, accept, invite, join, make_codes
from app.people.families.queries import invitation_by
from app.people.families.retention import forget_lapsed
from app.people.models import Invitation, InvitationPurpose, Person
from app.web.budgets import INVITATIONS_OF_ACCOUNT, Cost, charge
from tests.accounts.letters import link_in
from tests.browser import Browser
from tests.factories import make_class, make_guardianship, make_person, make_pupil, make_user
from tests.people.families.family import details, guardians, later, letters, make_guardian, noted

GUARDIAN, HAND_OVER = InvitationPurpose.GUARDIAN, InvitationPurpose.HAND_OVER
FATHER = "father@example.org"


def family() -> tuple[User, Person]:
    mother = make_guardian("Анна Бадмаева")
    return mother, add_child(mother, details())


def invited(
    purpose: InvitationPurpose = GUARDIAN, email: str = FATHER
) -> tuple[User, Person, Invitation]:
    mother, child = family()
    return mother, child, invite(child, email, purpose, by=mother)


class TestRule:
    def test_a_second_guardian(self) -> None:
        mother, child, invitation = invited()
        father = make_guardian("Пётр Бадмаев")
        accept(invitation, father)
        assert guardians(child) == {mother.id, father.id}
        assert len(noted("guardianship.added")) == 2

    def test_the_letter_names_no_more_than_needed(self) -> None:
        invited()
        [letter] = letters("guardian_invitation")
        assert letter.address == FATHER
        assert "Бадмаев " not in str(letter.context["child"])
        assert letter.context["child"] == "Санджи Б., 6"

    def test_handed_over(self) -> None:
        mother, child, invitation = invited(HAND_OVER)
        assert guardians(child) == {mother.id}  # nothing happens before it is accepted
        father = make_guardian()
        accept(invitation, father)
        assert guardians(child) == {father.id}
        assert [entry.object_id for entry in noted("guardianship.handed_over")] == [child.id]

    def test_handed_over_to_who_is_a_guardian_already(self) -> None:
        mother, child, invitation = invited(HAND_OVER)
        father = make_guardian()
        make_guardianship(child, father)
        accept(invitation, father)
        assert guardians(child) == {father.id}

    def test_nobody_hands_over_to_oneself(self) -> None:
        mother, child, invitation = invited(HAND_OVER)
        with pytest.raises(RuleBroken, match="уже есть в вашем списке"):
            accept(invitation, mother)

    def test_the_others_are_told(self) -> None:
        mother, _child, invitation = invited(HAND_OVER)
        accept(invitation, make_guardian("Пётр Бадмаев"))
        [letter] = letters("guardian_joined")
        assert letter.address == mother.email
        assert letter.context["guardian"] == "Пётр Бадмаев"

    def test_what_the_school_wrote_down_is_taken_over(self) -> None:
        mother = make_guardian()
        pupil = make_pupil(make_class())
        make_guardianship(pupil, mother)
        written = make_guardianship(pupil, name="Бадмаев П. С.", phone="123-45", email=FATHER)
        invitation = invite(pupil, FATHER, GUARDIAN, by=mother)
        father = make_guardian(email="other@example.org")
        accept(invitation, father)
        assert guardians(pupil) == {mother.id, father.id}
        assert (written.user_id, written.phone) == (father.id, "123-45")

    def test_works_once(self) -> None:
        _mother, child, invitation = invited()
        accept(invitation, make_guardian())
        with pytest.raises(RuleBroken, match="уже использовано"):
            accept(invitation, make_guardian())
        assert len(guardians(child)) == 2

    def test_lapses_after_14_days(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _mother, _child, invitation = invited()
        later(monkeypatch, days=14, seconds=1)
        with pytest.raises(RuleBroken, match="срок прошёл"):
            accept(invitation, make_guardian())

    def test_forgotten_a_month_later(self, monkeypatch: pytest.MonkeyPatch) -> None:
        invited()
        later(monkeypatch, days=43)
        forget_lapsed()
        assert db.session.scalar(sa.select(Invitation.email)) == FATHER
        later(monkeypatch, days=2)
        forget_lapsed()
        assert db.session.scalar(sa.select(Invitation.email)) is None

    def test_ends_with_the_guardianship_of_who_sent_it(self) -> None:
        mother, child, invitation = invited()
        make_guardianship(child, make_guardian())
        stop(child, mother)
        db.session.refresh(invitation)
        assert not invitation.is_usable
        with pytest.raises(RuleBroken, match="больше не ведёт"):
            accept(invitation, make_guardian())

    def test_ones_own_address(self) -> None:
        mother, child = family()
        with pytest.raises(RuleBroken, match="ваш собственный адрес"):
            invite(child, mother.email.upper(), GUARDIAN, by=mother)

    def test_a_guardian_already(self) -> None:
        mother, child = family()
        father = make_guardian(email=FATHER)
        make_guardianship(child, father)
        with pytest.raises(RuleBroken, match="уже ведёт"):
            invite(child, FATHER, GUARDIAN, by=mother)

    def test_not_too_many_letters_to_one_address(self) -> None:
        mother, child = family()
        for _ in range(5):
            invite(child, FATHER, GUARDIAN, by=mother)
        with pytest.raises(RuleBroken, match="сегодня отправлено несколько приглашений"):
            invite(child, FATHER, GUARDIAN, by=mother)

    def test_nor_to_many_addresses(self) -> None:
        mother, child = family()
        charge(Cost(INVITATIONS_OF_ACCOUNT, mother.id, INVITATIONS_OF_ACCOUNT.most - 1))
        invite(child, FATHER, GUARDIAN, by=mother)
        with pytest.raises(RuleBroken, match="много приглашений"):
            invite(child, "another@example.org", GUARDIAN, by=mother)

    def test_the_young_accept_nothing(self) -> None:
        _mother, child, invitation = invited()
        friend = make_user()
        make_person(user=friend)
        with pytest.raises(RuleBroken, match="только взрослый"):
            accept(invitation, friend)


class TestScreen:
    def send(self, browser: Browser, **fields: Any) -> tuple[User, Person, str]:
        mother, child = family()
        page = browser.log_in(mother).submit(
            f"/me/children/{child.id}/invite",
            fields={"guardian_email": FATHER, "purpose": "guardian", **fields},
        )
        assert f"отправлено на {FATHER}" in page.text("#messages")
        assert FATHER in page.text("main")
        return mother, child, link_in(letters("guardian_invitation")[0])

    def test_from_the_letter_to_the_list(self, browser: Browser, app: Any) -> None:
        mother, child, link = self.send(browser)
        other = Browser(app.test_client())
        assert (
            other.open(link, follow=False).response.headers["Location"].startswith("/log-in?next=")
        )
        father = make_guardian("Пётр")
        page = other.log_in(father).open(link)
        assert "Анна Бадмаева приглашает вас вести ребёнка: Санджи Б., 6" in page.text("main")
        assert "Бадмаев Санджи" not in page.html
        assert guardians(child) == {mother.id}  # opening changes nothing
        assert page.response.headers["X-Robots-Tag"] == "noindex"
        page = other.submit(link)
        assert page.path == "/me/children"
        assert "Бадмаев Санджи Эрдниевич" in page.text("main")
        assert guardians(child) == {mother.id, father.id}

    def test_used(self, browser: Browser) -> None:
        _mother, child, link = self.send(browser)
        browser.log_in(make_guardian()).submit(link)
        for page in (browser.open(link), browser.submit(link)):
            assert page.status == 410
            assert "уже использовано" in page.text("main")
        assert len(guardians(child)) == 2

    def test_lapsed(self, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        _mother, child, link = self.send(browser)
        later(monkeypatch, days=15)
        browser.log_in(make_guardian())
        for page in (browser.open(link), browser.submit(link)):
            assert page.status == 410
            assert "срок прошёл" in page.text("main")
        assert len(guardians(child)) == 1

    @pytest.mark.parametrize("change", ["x", "%00", "/../", "'--"])
    def test_tampered(self, browser: Browser, change: str) -> None:
        _mother, child, link = self.send(browser)
        page = browser.log_in(make_guardian()).submit(link + change)
        assert page.status == 404
        assert len(guardians(child)) == 1

    def test_cut_short_says_so(self, browser: Browser) -> None:
        _mother, _child, link = self.send(browser)
        page = browser.open(link[:-1])
        assert page.status == 404
        assert "ссылка в письме обрезана" in page.text("main")

    def test_taken_back(self, browser: Browser) -> None:
        _mother, child, link = self.send(browser, purpose="hand_over")
        page = browser.open(f"/me/children/{child.id}")
        assert "вместо вас" in page.text("#guardians-panel")
        form = page.soup.select_one("form[action$='/take-back']")
        assert form
        page = browser.submit(str(form["action"]))
        assert "отозвано" in page.text("#messages")
        assert browser.log_in(make_guardian()).open(link).status == 410

    def test_anothers_invitation_cannot_be_taken_back(self, browser: Browser) -> None:
        _mother, _child, invitation = invited()
        mine = add_child(mother := make_guardian(), details(first_name="Церен"))
        url = f"/me/children/{mine.id}/invitations/{invitation.id}/take-back"
        assert browser.log_in(mother).submit(url).status == 404

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"guardian_email": ""}, "Введите адрес электронной почты"),
            ({"guardian_email": "отец"}, "не похоже на адрес"),
            ({"guardian_email": "a" * 300 + "@example.org"}, "не больше 254"),
            ({"purpose": "own_account"}, "Выберите один"),
            ({"purpose": ""}, "Выберите один"),
        ],
    )
    @pytest.mark.parametrize("panel", [None, "guardians-panel"])
    def test_bad_input(
        self, browser: Browser, wrong: dict[str, str], words: str, panel: str | None
    ) -> None:
        mother, child = family()
        page = browser.log_in(mother).submit(
            f"/me/children/{child.id}/invite",
            panel=panel,
            fields={"guardian_email": FATHER, "purpose": "guardian", **wrong},
        )
        assert page.status == 422
        assert words in page.text("#guardians-panel")
        assert bool(page.soup.select_one("h1")) is not bool(panel)
        assert letters("guardian_invitation") == []
        if not panel:  # the other form of the page keeps what is known
            assert page.form("form.o-form")["last_name"] == "Бадмаев"


class TestLetter:
    @pytest.mark.parametrize(
        ("purpose", "words"), [(GUARDIAN, "вместе: Санджи Б., 6"), (HAND_OVER, "вместо себя")]
    )
    def test_says_who_invites_and_forgets_the_link(
        self, outbox: Path, purpose: InvitationPurpose, words: str
    ) -> None:
        invited(purpose)
        link = str(letters("guardian_invitation")[0].context["link"])
        deliver_waiting()
        [letter] = outbox.glob("*.eml")
        text = message_from_bytes(letter.read_bytes(), policy=default).get_body(("plain",))
        assert text
        assert words in text.get_content()
        assert link in text.get_content()
        assert "link" not in letters("guardian_invitation")[0].context

    def test_that_somebody_joined(self, outbox: Path) -> None:
        _mother, child, invitation = invited()
        accept(invitation, make_guardian("Пётр Бадмаев"))
        code = make_codes([child], by=make_user())[child.id]
        found = invitation_by(code, OWN_ACCOUNT)
        assert found
        join(found, make_user(email="", login="sandzhi"))
        deliver_waiting()
        assert len(list(outbox.glob("*.eml"))) == 4
