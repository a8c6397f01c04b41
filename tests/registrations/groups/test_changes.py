"""A class that is signed up changes until sign-up closes: swap, remove, add, adults, cancel."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.events.models import Slot
from app.notifications.letters import letter_of
from app.organizations.models import Membership
from app.people.models import Person
from app.registrations.consents import actions as consents
from app.registrations.groups import changes as group_changes
from app.registrations.groups.queries import members_of
from app.registrations.models import Channel, Group, Registration, Status
from app.registrations.seats import seats
from app.registrations.signing_up import actions
from app.web.budgets import SEATS_OF_CLASSES, Cost, charge
from tests.browser import Browser
from tests.factories import (
    make_class,
    make_event,
    make_guardianship,
    make_person,
    make_pupil,
    make_registration,
)
from tests.registrations.groups.classes import (
    ANNA,
    OLEG,
    School,
    letters,
    make_school_class,
    statuses,
)


def taken(slot: Slot) -> int:
    db.session.refresh(slot)
    assert seats.differences() == []
    return slot.seats_taken


def of(group: Group, person: Person) -> Registration:
    return next(one for one in members_of(group) if one.person is person)


@pytest.fixture
def school() -> School:
    return make_school_class(3)


@pytest.fixture
def slot() -> Slot:
    """For three pupils and one adult, and no more."""
    return make_event(capacity=4).slots[0]


@pytest.fixture
def group(school: School, slot: Slot) -> Group:
    return school.sign_up(slot)


@pytest.fixture
def newcomer(school: School) -> Person:
    return make_pupil(school.class_, "Яшкулов")


class TestSwap:
    def test_keeps_the_seat_and_promotes_nobody(
        self, school: School, slot: Slot, group: Group, newcomer: Person
    ) -> None:
        waiting = make_registration(slot)
        ill = of(group, school.pupils[0])
        new = group_changes.swap(group, ill, newcomer, by=school.teacher)
        assert (ill.status, new.status) == (Status.CANCELLED, Status.CONFIRMED)
        assert new.channel is Channel.GROUP
        assert waiting.is_waitlisted
        assert taken(slot) == 4

    def test_the_newcomers_consent_decides_whether_the_seat_is_held(
        self, school: School, group: Group
    ) -> None:
        newcomer = make_pupil(school.class_, "Яшкулов", agreed=False)
        make_guardianship(newcomer, email="mother@example.org")
        new = group_changes.swap(group, of(group, school.pupils[0]), newcomer, by=school.teacher)
        assert new.is_awaiting_consent
        assert new.hold_until is not None
        assert [one.address for one in letters("consent_asked")] == ["mother@example.org"]

    def test_who_waits_hands_over_the_place_in_line(self, school: School) -> None:
        slot = make_event(capacity=2).slots[0]
        group = school.sign_up(slot, rest="waitlist")
        behind = make_registration(slot)
        newcomer = make_pupil(school.class_, "Яшкулов")
        ill = of(group, school.pupils[1])
        new = group_changes.swap(group, ill, newcomer, by=school.teacher)
        assert new.is_waitlisted
        assert new.signed_up_at == ill.signed_up_at
        assert new.signed_up_at < behind.signed_up_at

    def test_only_for_a_pupil_of_the_school_who_can_come(
        self, school: School, group: Group, newcomer: Person
    ) -> None:
        ill = of(group, school.pupils[0])
        with pytest.raises(RuleBroken, match="своей школы"):
            group_changes.swap(group, ill, make_pupil(make_class()), by=None)
        with pytest.raises(RuleBroken, match="уже есть место"):
            group_changes.swap(group, ill, school.pupils[1], by=None)
        make_registration(make_event(title="Ярмарка").slots[0], newcomer)
        with pytest.raises(RuleBroken, match="Ярмарка"):
            group_changes.swap(group, ill, newcomer, by=None)
        actions.cancel(ill)
        with pytest.raises(RuleBroken, match="уже нет в группе"):
            group_changes.swap(group, ill, make_pupil(school.class_), by=None)

    def test_back_again(self, school: School, group: Group, newcomer: Person) -> None:
        first = of(group, school.pupils[0])
        new = group_changes.swap(group, first, newcomer, by=None)
        again = group_changes.swap(group, new, school.pupils[0], by=None)
        assert again is first
        assert first.is_confirmed
        assert taken(group.slot) == 4


class TestRemoveAndCancel:
    def test_the_seat_goes_to_who_waits(self, school: School, slot: Slot, group: Group) -> None:
        waiting = make_registration(slot)
        group_changes.remove(group, [of(group, school.pupils[0])])
        assert waiting.is_confirmed
        assert taken(slot) == 4
        assert group.companion_seats == 1

    def test_the_whole_group_gives_everything_back(self, slot: Slot, group: Group) -> None:
        waiting = [make_registration(slot) for _ in range(4)]
        group_changes.cancel_group(group)
        assert set(statuses(group)) == {"cancelled"}
        assert all(one.is_confirmed for one in waiting)
        assert (group.companion_seats, taken(slot)) == (0, 4)

    def test_not_once_it_has_begun(
        self, group: Group, school: School, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        moment = group.slot.starts_at + timedelta(minutes=1)
        monkeypatch.setattr(clock, "now", lambda: moment)
        with pytest.raises(RuleBroken, match="уже началось"):
            group_changes.cancel_group(group)
        with pytest.raises(RuleBroken):
            group_changes.swap(
                group, of(group, school.pupils[0]), make_pupil(school.class_), by=None
            )

    def test_after_sign_up_has_closed_only_leaving_is_possible(
        self, school: School, slot: Slot, group: Group, newcomer: Person
    ) -> None:
        slot.event.signup_closes_at = clock.now() - timedelta(hours=1)
        db.session.flush()
        for act in (
            lambda: group_changes.swap(group, of(group, school.pupils[0]), newcomer, by=None),
            lambda: group_changes.add(group, [newcomer], by=None),
            lambda: group_changes.change_companions(group, [OLEG]),
        ):
            with pytest.raises(RuleBroken, match="Запись закрылась"):
                act()
        assert group_changes.remove(group, [of(group, school.pupils[0])])

    def test_the_adults_leave_with_the_last_pupil_whose_hold_lapses(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        school, slot = make_school_class(2, agreed=False), make_event(capacity=4).slots[0]
        group = school.sign_up(slot, companions=[ANNA, OLEG])
        db.session.commit()
        moment = clock.now() + timedelta(hours=73)
        monkeypatch.setattr(clock, "now", lambda: moment)
        assert consents.end_holds() == 2
        assert statuses(group) == ["expired"] * 2
        assert (group.companion_seats, taken(slot)) == (0, 0)


class TestAdd:
    def test_a_seat_while_there_are_any_else_the_waitlist(self, school: School) -> None:
        slot = make_event(capacity=5).slots[0]
        group = school.sign_up(slot)
        placed = group_changes.add(
            group, [make_pupil(school.class_, name) for name in ("Эдигов", "Яшкулов")],
            by=school.teacher,
        )  # fmt: skip
        assert (len(placed.seated), len(placed.waiting)) == (1, 1)
        assert taken(slot) == 5

    def test_the_first_pupil_of_an_emptied_group_brings_the_adults_back(
        self, school: School, slot: Slot, group: Group
    ) -> None:
        group_changes.cancel_group(group)
        group_changes.add(group, school.pupils[:2], by=None)
        assert (group.companion_seats, taken(slot)) == (1, 3)


class TestAdults:
    def test_more_need_seats(self, slot: Slot, group: Group) -> None:
        with pytest.raises(RuleBroken, match="ещё для 1 взрослого"):
            group_changes.change_companions(group, [ANNA, OLEG])
        slot.capacity = 5
        group_changes.change_companions(group, [ANNA, OLEG])
        assert (group.companion_seats, taken(slot)) == (2, 5)

    def test_fewer_give_theirs_to_who_waits(self, school: School) -> None:
        slot = make_event(capacity=5).slots[0]
        group = school.sign_up(slot, companions=[ANNA, OLEG])
        waiting = make_registration(slot)
        group_changes.change_companions(group, [OLEG], wishes="Автобус")
        assert waiting.is_confirmed
        assert (group.companions, group.wishes, taken(slot)) == ([OLEG], "Автобус", 5)

    def test_a_smaller_group_that_waits_may_fit(self, school: School) -> None:
        slot = make_event(capacity=2).slots[0]
        group = school.sign_up(slot, companions=[ANNA, OLEG], rest="waitlist")
        assert statuses(group) == ["waitlisted"] * 3
        group_changes.change_companions(group, [ANNA])
        assert statuses(group) == ["confirmed", "waitlisted", "waitlisted"]
        assert taken(slot) == 2

    def test_never_none(self, group: Group) -> None:
        with pytest.raises(RuleBroken, match="хотя бы одного"):
            group_changes.change_companions(group, [])


@pytest.mark.parametrize("panel", [None, "group-panel"], ids=["page", "htmx"])
class TestScreen:
    @pytest.fixture
    def teacher(self, browser: Browser, school: School) -> Browser:
        return browser.log_in(school.teacher)

    def test_shows_who_comes_and_what_parents_said(
        self, teacher: Browser, school: School, panel: str | None
    ) -> None:
        school.pupils += [make_pupil(school.class_, "Яшкулов", agreed=False)]
        group = school.sign_up(make_event(capacity=4).slots[0], rest="waitlist")
        page = teacher.open(f"/school/groups/{group.code}", panel=panel)
        assert ("<html" in page.html) is (panel is None)
        assert "9А, СОШ № 18: 4 + 1" in page.text("h1")
        rows = page.texts("form tbody tr")
        assert "Есть место" in rows[0]
        assert "данные: да" in rows[0]
        assert "Лист ожидания" in rows[3]
        assert "данные: нет" in rows[3]

    def test_swap(
        self, teacher: Browser, school: School, group: Group, newcomer: Person, panel: str | None
    ) -> None:
        url = f"/school/groups/{group.code}"
        ill = of(group, school.pupils[0])
        page = teacher.submit(f"{url}/swap", panel=panel, leaves=ill.id, comes=newcomer.id)
        assert page.path == url
        assert newcomer.full_name in page.text("form tbody")
        assert ill.person.full_name not in page.text("form tbody")
        for leaves, comes in ((ill.id, newcomer.id), ("", ""), (ill.id, make_person().id)):
            page = teacher.submit(f"{url}/swap", panel=panel, leaves=leaves, comes=comes)
            assert page.status == 422
            assert page.text(".alert-danger")

    def test_to_and_fro_has_an_end(
        self, teacher: Browser, school: School, group: Group, newcomer: Person, panel: str | None
    ) -> None:
        """Each newcomer's parents get a letter."""
        charge(Cost(SEATS_OF_CLASSES, school.teacher.id, SEATS_OF_CLASSES.most))
        url, ill = f"/school/groups/{group.code}", of(group, school.pupils[0])
        page = teacher.submit(f"{url}/swap", panel=panel, leaves=ill.id, comes=newcomer.id)
        assert (page.status, "очень много" in page.text(".alert-danger")) == (422, True)
        teacher.submit(f"{url}/remove", panel=panel, ids=[str(ill.id)])
        page = teacher.submit(f"{url}/add", panel=panel, ids=[str(newcomer.id)])
        assert (page.status, "очень много" in page.text(".alert-danger")) == (422, True)
        assert newcomer not in [one.person for one in members_of(group)]

    def test_remove_add_and_cancel(
        self, teacher: Browser, school: School, slot: Slot, group: Group, newcomer: Person,
        panel: str | None,
    ) -> None:  # fmt: skip
        url = f"/school/groups/{group.code}"
        gone = of(group, school.pupils[0])
        page = teacher.submit(f"{url}/remove", panel=panel, ids=[str(gone.id)])
        assert "1 ученик убран" in page.text("#messages")
        page = teacher.submit(f"{url}/add", panel=panel, ids=[str(newcomer.id)])
        assert "1 ученик получил место" in page.text("#messages")
        for path in ("remove", "add"):
            assert teacher.submit(f"{url}/{path}", panel=panel).status == 422
        page = teacher.open(f"{url}?confirm=cancel", panel=panel)
        assert "3 ученика класса 9А потеряют запись" in page.text(".o-warn")
        assert "4 места освободятся" in page.text(".o-warn")
        page = teacher.submit(f"{url}/cancel", panel=panel)
        assert "Запись группы отменена: 3 ученика" in page.text("#messages")
        assert taken(slot) == 0

    def test_adults(self, teacher: Browser, group: Group, panel: str | None) -> None:
        url = f"/school/groups/{group.code}"
        page = teacher.open(url, panel=panel)
        form = page.form("form[action$=companions]")
        assert (form["adult_1"], form["phone_1"]) == (ANNA["name"], ANNA["phone"])
        page = teacher.submit(
            f"{url}/companions", panel=panel, fields={**form, "adult_2": "Олег", "wishes": "Ж"}
        )
        assert page.status == 422
        assert "Нет свободного места" in page.text(".alert-danger")
        assert page.form("form[action$=companions]")["adult_2"] == "Олег"
        page = teacher.submit(f"{url}/companions", panel=panel, fields={**form, "wishes": "Ж"})
        assert "сохранены" in page.text("#messages")
        page = teacher.submit(f"{url}/companions", panel=panel, fields={"adult_1": ""})
        assert page.status == 422

    def test_called_off(
        self, teacher: Browser, slot: Slot, group: Group, panel: str | None
    ) -> None:
        actions.cancel_all(slot.event, reason="Карантин")
        slot.event.status = type(slot.event.status).CANCELLED
        slot.event.cancel_reason = "Карантин"
        page = teacher.open(f"/school/groups/{group.code}", panel=panel)
        assert "Карантин" in page.text("#group-panel")
        assert not page.soup.select("form[action*=swap], form[action*=add]")


class TestDoctor:
    def test_counts_the_adults(self, app: Flask, slot: Slot, group: Group) -> None:
        doctor = app.test_cli_runner()
        assert "agrees" in doctor.invoke(args=["doctor"]).output
        db.session.execute(sa.update(Group).values(companion_seats=2))
        assert doctor.invoke(args=["doctor"]).exit_code == 1


def test_who_goes_another_time_goes_alone(school: School) -> None:
    event = make_event(capacity=4, slots=2)
    group = school.sign_up(event.slots[0])
    registration = of(group, school.pupils[0])
    actions.move(registration, event.slots[1])
    assert registration.group is None
    assert statuses(group) == ["confirmed"] * 2
    assert (taken(event.slots[0]), taken(event.slots[1])) == (3, 1)


class TestNews:
    """What happens to a group without the teacher is told in one letter."""

    def test_lapsed_holds_of_a_class_are_one_letter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        school, slot = make_school_class(3, agreed=False), make_event(capacity=4).slots[0]
        school.sign_up(slot)
        db.session.commit()
        moment = clock.now() + timedelta(hours=73)
        monkeypatch.setattr(clock, "now", lambda: moment)
        consents.end_holds()
        [letter] = letters("group_news")
        assert letter.address == school.teacher.email
        names = [one.full_name for one in school.pupils]
        assert sorted(letter.context["registration_expired"]) == names
        assert letter.send_after > clock.now()

    def test_a_letter_that_is_being_sent_is_left_alone(
        self, group: Group, school: School, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        actions.cancel(of(group, school.pupils[0]))
        db.session.info.pop("group_news")
        moment = clock.now() + timedelta(minutes=11)
        monkeypatch.setattr(clock, "now", lambda: moment)
        actions.cancel(of(group, school.pupils[1]))
        assert len(letters("group_news")) == 2

    def test_the_teachers_own_acts_are_no_news(self, group: Group) -> None:
        group_changes.cancel_group(group)
        assert letters("group_news") == []

    def test_who_has_left_the_school_is_not_told(self, group: Group, school: School) -> None:
        db.session.execute(sa.delete(Membership).filter_by(user_id=school.teacher.id))
        actions.cancel(of(group, school.pupils[0]))
        assert letters("group_news") == []

    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_the_letters_can_be_read(
        self, app: Flask, school: School, slot: Slot, group: Group, language: str
    ) -> None:
        actions.cancel(of(group, school.pupils[0]))
        actions.cancel_all(slot.event, reason="Карантин")
        for template in ("group_signed_up", "group_news"):
            [one] = letters(template)
            letter = letter_of(
                address=one.address, template=template, language=language,
                reference=one.reference, context=one.context,
            )  # fmt: skip
            assert school.pupils[0].full_name in letter.text
            assert f"/school/groups/{group.code}" in letter.text
            assert "9А" in letter.subject
        assert "Карантин" in letter.text
