"""A class is signed up in one go: pupils, the adults with them, and what if not all fit."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.events.models import Event, Slot
from app.organizations.models import Membership, Role
from app.people.models import Consent
from app.registrations.groups.places import NotAllFit
from app.registrations.groups.queries import candidates
from app.registrations.models import Channel, ConsentRequest, Group, Registration
from app.registrations.queries import first_in_line
from app.registrations.seats import seats
from app.registrations.signing_up import actions
from app.web.budgets import SEATS_OF_CLASSES, Cost, charge
from tests.browser import Browser, Page, counted_queries
from tests.factories import (
    make_class,
    make_event,
    make_guardianship,
    make_member,
    make_person,
    make_pupil,
    make_registration,
    make_school,
    make_user,
)
from tests.registrations.groups.classes import (
    ANNA,
    OLEG,
    School,
    letters,
    make_school_class,
    statuses,
)
from tests.test_bad_input import NASTY


def slot_of(capacity: int, **event: Any) -> Slot:
    return make_event(capacity=capacity, **event).slots[0]


def taken(slot: Slot) -> int:
    db.session.refresh(slot)
    assert seats.differences() == []
    return slot.seats_taken


class TestRule:
    def test_pupils_and_adults_get_seats_together(self) -> None:
        school, slot = make_school_class(3), slot_of(5)
        group = school.sign_up(slot, companions=[ANNA, OLEG], wishes="Нужен пандус")
        assert statuses(group) == ["confirmed"] * 3
        assert (group.title, group.companion_seats, group.wishes) == ("9А", 2, "Нужен пандус")
        assert taken(slot) == 5
        registration = db.session.scalars(sa.select(Registration)).first()
        assert registration is not None
        assert registration.channel is Channel.GROUP
        assert registration.signed_up_by_id == school.teacher.id
        assert registration.email == ""

    def test_without_a_consent_the_seat_is_held_and_the_known_parents_are_asked(self) -> None:
        school, slot = make_school_class(2, agreed=False), slot_of(10)
        make_guardianship(school.pupils[0], email="mother@example.org", name="Мама")
        make_guardianship(school.pupils[0], make_user(email="father@example.org"))
        group = school.sign_up(slot)
        assert statuses(group) == ["awaiting_consent"] * 2
        assert taken(slot) == 3
        asked = {one.address for one in letters("consent_asked")}
        assert asked == {"mother@example.org", "father@example.org"}
        assert len(db.session.scalars(sa.select(ConsentRequest)).all()) == 2
        [letter] = letters("group_signed_up")
        assert letter.context["held"] == [one.full_name for one in school.pupils]
        assert letter.context["to_ask"] == [school.pupils[1].full_name]

    def test_the_teacher_gets_one_letter_and_pupils_with_an_account_their_ticket(self) -> None:
        school, slot = make_school_class(3), slot_of(10)
        school.pupils[1].user = make_user(email="pupil@example.org")
        group = school.sign_up(slot)
        [letter] = letters("group_signed_up")
        assert letter.address == school.teacher.email
        assert letter.context["page"].endswith(f"/school/groups/{group.code}")
        assert [one.address for one in letters("registration_confirmed")] == ["pupil@example.org"]

    def test_ten_adults_come_along_and_no_more(self) -> None:
        school, slot = make_school_class(1), slot_of(30)
        with pytest.raises(RuleBroken, match="Не больше 10"):
            school.sign_up(slot, companions=[ANNA] * 11)
        assert taken(slot) == 0
        school.sign_up(slot, companions=[ANNA] * 10)
        assert taken(slot) == 11

    def test_too_few_seats_and_nothing_is_done(self) -> None:
        school, slot = make_school_class(3), slot_of(3)
        with pytest.raises(NotAllFit) as broken:
            school.sign_up(slot)
        assert (broken.value.free, broken.value.fit) == (3, 2)
        assert taken(slot) == 0
        assert db.session.scalars(sa.select(Group)).all() == []

    def test_the_rest_on_the_waitlist(self) -> None:
        school, slot = make_school_class(4), slot_of(3)
        group = school.sign_up(slot, rest="waitlist")
        assert statuses(group) == ["confirmed", "confirmed", "waitlisted", "waitlisted"]
        assert taken(slot) == 3

    def test_the_teacher_chooses_who_gets_the_seats(self) -> None:
        school, slot = make_school_class(4), slot_of(3)
        chosen = [school.pupils[1].id, school.pupils[3].id]
        group = school.sign_up(slot, rest="waitlist", seated=chosen)
        assert statuses(group) == ["waitlisted", "confirmed", "waitlisted", "confirmed"]
        first = first_in_line(slot)
        assert first is not None
        assert first.person is school.pupils[0]

    def test_the_rest_left_out(self) -> None:
        school, slot = make_school_class(4), slot_of(3)
        group = school.sign_up(slot, rest="leave_out", seated=[school.pupils[2].id])
        assert statuses(group) == ["confirmed"]
        assert taken(slot) == 2

    def test_more_chosen_than_there_are_seats(self) -> None:
        school, slot = make_school_class(4), slot_of(3)
        with pytest.raises(NotAllFit):
            school.sign_up(slot, rest="leave_out", seated=[one.id for one in school.pupils])
        assert taken(slot) == 0

    def test_not_even_one_pupil_fits_so_the_whole_class_waits(self) -> None:
        school, slot = make_school_class(2), slot_of(2)
        group = school.sign_up(slot, companions=[ANNA, OLEG], rest="waitlist")
        assert statuses(group) == ["waitlisted"] * 2
        assert (group.companion_seats, group.seats_to_come, taken(slot)) == (0, 2, 0)
        slot.capacity = 4
        actions.promote(slot)
        assert statuses(group) == ["confirmed"] * 2
        assert (group.companion_seats, taken(slot)) == (2, 4)

    def test_nobody_who_waits_is_overtaken(self) -> None:
        school, slot = make_school_class(2), slot_of(5, companions_max=2)
        for _ in range(4):
            make_registration(slot)
        make_registration(slot, make_person(), channel=Channel.STAFF, companions=2)
        with pytest.raises(NotAllFit) as broken:
            school.sign_up(slot, [school.pupils[0]], companions=[ANNA])
        assert (broken.value.waiting, broken.value.fit) == (1, 0)
        with pytest.raises(NotAllFit):
            school.sign_up(slot, rest="leave_out")
        group = school.sign_up(slot, rest="waitlist")
        assert statuses(group) == ["waitlisted"] * 2

    def test_an_ended_registration_is_revived(self) -> None:
        school, slot = make_school_class(2), slot_of(10)
        ended = make_registration(slot, school.pupils[0])
        code = ended.code
        actions.cancel(ended)
        group = school.sign_up(slot)
        assert ended.group is group
        assert ended.code != code
        assert statuses(group) == ["confirmed"] * 2

    def test_what_stands_against_a_pupil_is_known_before(self) -> None:
        school, event = make_school_class(5), make_event(grade_from=9, grade_to=9)
        slot = event.slots[0]
        seated, busy, namesake, young, free = school.pupils
        make_registration(slot, seated)
        other = make_event(title="Ярмарка профессий", in_days_=7)
        make_registration(other.slots[0], busy)
        twin = make_person(
            namesake.last_name, namesake.first_name, namesake.patronymic,
            birth_date=namesake.birth_date,
        )  # fmt: skip
        make_registration(slot, twin)  # the same person, written down by somebody else
        young.first_year = (young.first_year or 0) + 2
        before = {one.person.id: one.obstacle for one in candidates(slot, school.pupils)}
        assert before[seated.id] == "уже есть место на этом мероприятии"
        assert before[busy.id] == "в это время записан(а) на «Ярмарка профессий»"
        assert before[namesake.id] == "уже есть место на этом мероприятии"
        assert "для 9–9 классов" in before[young.id]
        assert before[free.id] == ""
        with pytest.raises(RuleBroken, match="Не всех"):
            school.sign_up(slot)
        assert taken(slot) == 2

    @pytest.mark.parametrize("adults", [0, 11, 50])
    def test_one_adult_at_least_and_ten_at_most(self, adults: int) -> None:
        school, slot = make_school_class(1), slot_of(100)
        with pytest.raises(RuleBroken):
            school.sign_up(slot, companions=[ANNA] * adults)

    def test_only_pupils_of_the_school_and_at_least_one(self) -> None:
        school, slot = make_school_class(1), slot_of(100)
        with pytest.raises(RuleBroken, match="своей школы"):
            school.sign_up(slot, [make_pupil(make_class())])
        with pytest.raises(RuleBroken, match="хотя бы одного"):
            school.sign_up(slot, [])

    def test_the_last_pupil_takes_the_adults_seats_along(self) -> None:
        school, slot = make_school_class(2), slot_of(4)
        group = school.sign_up(slot, companions=[ANNA, OLEG])
        first, second = db.session.scalars(sa.select(Registration)).all()
        actions.cancel(first)
        assert (taken(slot), group.companion_seats) == (3, 2)
        actions.cancel(second)
        assert (taken(slot), group.companion_seats) == (0, 0)

    @pytest.mark.figures
    def test_a_class_of_25_takes_at_most_25_queries(self, app: Flask) -> None:
        school, slot = make_school_class(25, agreed=False), slot_of(40)
        for pupil in school.pupils:
            make_guardianship(pupil, email=f"parent{pupil.id}@example.org")
        db.session.commit()
        with counted_queries(app) as queries, transaction():
            school.sign_up(slot, companions=[ANNA, OLEG])
        assert len(queries) <= 25
        assert taken(slot) == 27


ADULT = {"adult_1": ANNA["name"], "phone_1": ANNA["phone"]}


@pytest.fixture
def school() -> School:
    return make_school_class(3)


@pytest.fixture
def event() -> Event:
    return make_event(capacity=10, slots=2)


@pytest.fixture
def teacher(browser: Browser, school: School) -> Browser:
    return browser.log_in(school.teacher)


def send(
    browser: Browser, event: Event, school: School, panel: str | None = None, **given: object
) -> Page:
    """As the form sends it: the class, the first time, all pupils, one adult."""
    fields: dict[str, Any] = {
        "class": school.class_.id,
        "slot": event.slots[0].id,
        "ids": [str(one.id) for one in school.pupils],
        **ADULT,
        **given,
    }
    return browser.submit(f"/events/{event.slug}/group", panel=panel, fields=fields)


def test_a_teacher_signs_up_very_many_and_not_without_end(
    teacher: Browser, event: Event, school: School
) -> None:
    """Three pupils and an adult are four seats: one too many, then exactly enough."""
    charge(Cost(SEATS_OF_CLASSES, school.teacher.id, SEATS_OF_CLASSES.most - 3))
    page = send(teacher, event, school)
    assert page.status == 422
    assert "очень много" in page.text("main")
    assert db.session.scalars(sa.select(Group)).all() == []
    fewer = [str(one.id) for one in school.pupils[:2]]
    assert send(teacher, event, school, ids=fewer).path.startswith("/school/groups/")


@pytest.mark.parametrize("panel", [None, "group-panel"], ids=["page", "htmx"])
class TestScreen:
    def test_from_the_event_page_to_the_group(
        self, teacher: Browser, event: Event, school: School, panel: str | None
    ) -> None:
        page = teacher.open(f"/events/{event.slug}")
        assert "Записать класс" in page.text("#signup-panel")
        url = f"/events/{event.slug}/group"
        page = teacher.open(url, panel=panel)
        assert ("<html" in page.html) is (panel is None)
        assert page.texts("#class option") == ["Выберите…", "9А"]
        page = teacher.open(f"{url}?class={school.class_.id}&slot={event.slots[0].id}", panel=panel)
        assert len(page.soup.select("[name=ids][checked]")) == 3
        page = send(teacher, event, school, panel)
        assert page.path.startswith("/school/groups/")
        assert "9А, СОШ № 18: 3 + 1" in page.text("h1")
        assert "Класс записан" in page.text("#messages")

    def test_the_state_of_each_pupil_is_shown_before(
        self, teacher: Browser, event: Event, school: School, panel: str | None
    ) -> None:
        seated, unasked, asked = school.pupils
        make_registration(event.slots[1], seated)
        ids = [unasked.id, asked.id]
        db.session.execute(sa.delete(Consent).where(Consent.person_id.in_(ids)))
        make_guardianship(asked, email="mother@example.org")
        page = teacher.open(
            f"/events/{event.slug}/group?class={school.class_.id}&slot={event.slots[0].id}",
            panel=panel,
        )
        rows = page.texts("tbody tr")
        assert "уже есть место на этом мероприятии" in rows[0]
        assert "принесите подписанную бумагу" in rows[1]
        assert "напишем родителю" in rows[2]
        boxes = page.soup.select("[name=ids]")
        assert [box.has_attr("disabled") for box in boxes] == [True, False, False]

    def test_not_all_fit_and_the_teacher_chooses(
        self, teacher: Browser, school: School, panel: str | None
    ) -> None:
        event = make_event(capacity=3, slots=1)
        page = send(teacher, event, school, panel)
        assert page.status == 422
        assert "Нужно 4 места на учеников и взрослых" in page.text(".o-warn")
        assert "Свободно 3 места" in page.text(".o-warn")
        ticked = [str(box["value"]) for box in page.soup.select("[name=seated][checked]")]
        assert ticked == [str(one.id) for one in school.pupils[:2]]
        assert page.form("#group-panel form[method=post]")["adult_1"] == ANNA["name"]

        page = send(teacher, event, school, panel, asked="1", seated=ticked)
        assert page.status == 422
        assert "Выберите, что делать" in page.text("#rest-error")

        page = send(
            teacher, event, school, panel, asked="1", rest="leave_out",
            seated=[str(one.id) for one in school.pupils],
        )  # fmt: skip
        assert page.status == 422
        assert "не больше 2 учеников" in page.text("#seated-error")

        page = send(
            teacher, event, school, panel, asked="1", rest="waitlist",
            seated=[str(school.pupils[2].id), str(school.pupils[0].id)],
        )  # fmt: skip
        assert page.path.startswith("/school/groups/")
        rows = page.texts("form tbody tr")
        assert "Есть место" in rows[0]
        assert "Лист ожидания" in rows[1]
        assert "Есть место" in rows[2]

    def test_another_time_with_enough_seats_is_one_button(
        self, teacher: Browser, event: Event, school: School, panel: str | None
    ) -> None:
        event.slots[0].capacity = 1
        page = send(teacher, event, school, panel)
        [button] = page.soup.select("button[name=other]")
        assert "Записать на" in button.get_text()
        page = send(teacher, event, school, panel, other=button["value"])
        assert page.path.startswith("/school/groups/")
        assert taken(event.slots[1]) == 4

    def test_someone_waits_so_the_whole_class_waits(
        self, teacher: Browser, school: School, panel: str | None
    ) -> None:
        event = make_event(capacity=1)
        for _ in range(2):
            make_registration(event.slots[0])
        page = send(teacher, event, school, panel)
        assert "1 человек уже ждёт" in page.text(".o-warn")
        assert not page.soup.select("[name=seated], #rest-leave_out")
        page = send(teacher, event, school, panel, asked="1", rest="waitlist")
        assert "3 ученика в листе ожидания" in page.text(".o-facts")


class TestBadInput:
    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"ids": []}, "Отметьте хотя бы одного ученика"),
            ({"ids": ["999999"]}, "Выбирайте учеников только этого класса"),
            ({"ids": ["x", "²", "9" * 30]}, "Выбирайте учеников только этого класса"),
            ({"adult_1": "", "phone_1": ""}, "назовите хотя бы одного взрослого"),
            ({"adult_1": "Анна 😀"}, "только буквы"),
            ({"phone_1": ""}, "телефон хотя бы одного взрослого"),
            ({"phone_1": "звоните"}, "цифрами"),
            ({"phone_2": "+79611234567"}, "Напишите имя этого взрослого"),
            ({f"adult_{n}": "Анна" for n in range(1, 51)}, "Не больше 10 взрослых"),
            ({"wishes": "щ" * 1001}, "Сократите"),
            ({"slot": "999999"}, "Выберите класс и время"),
            ({"class": "999999"}, "Выберите класс и время"),
            ({"class": "²"}, "Выберите класс и время"),
            ({"other": "-1"}, "Выберите класс и время"),
        ],
    )
    def test_is_answered_with_a_sentence(
        self, teacher: Browser, event: Event, school: School, given: dict[str, Any],
        sentence: str,
    ) -> None:  # fmt: skip
        page = send(teacher, event, school, **given)
        assert page.status == 422
        assert sentence in page.text()
        assert db.session.scalars(sa.select(Registration)).all() == []

    def test_a_slot_of_another_event_and_pupils_of_another_class(
        self, teacher: Browser, event: Event, school: School
    ) -> None:
        other = make_event()
        assert send(teacher, event, school, slot=other.slots[0].id).status == 422
        stranger = make_pupil(make_class(school.organization, letter="Б"))
        page = send(teacher, event, school, ids=[str(stranger.id)])
        assert page.status == 422
        assert taken(event.slots[0]) == 0

    def test_what_was_typed_stays(self, teacher: Browser, event: Event, school: School) -> None:
        page = send(teacher, event, school, adult_2="Олег 1", wishes="Автобус в 16:00")
        form = page.form("#group-panel form[method=post]")
        assert (form["adult_2"], form["wishes"]) == ("Олег 1", "Автобус в 16:00")

    def test_a_typo_does_not_lose_the_question_about_the_rest(
        self, teacher: Browser, school: School
    ) -> None:
        event = make_event(capacity=3)
        page = send(teacher, event, school, asked="1", rest="waitlist", phone_1="нет")
        assert page.status == 422
        form = page.form("#group-panel form[method=post]")
        assert form["asked"] == ""
        page = send(teacher, event, school, asked=form["asked"])
        assert len(page.soup.select("[name=seated][checked]")) == 2

    @pytest.mark.parametrize("value", NASTY)
    def test_nothing_breaks(
        self, teacher: Browser, event: Event, school: School, value: str
    ) -> None:
        group = school.sign_up(event.slots[0], school.pupils[:1])
        for name in ("class", "slot", "other", "ids", "adult_1", "phone_1", "wishes", "rest"):
            assert send(teacher, event, school, **{name: value}).status < 500, name
        seated = {"asked": value, "seated": value, "rest": "waitlist", "adult_²": value}
        assert send(teacher, event, school, **seated).status < 500
        url = f"/school/groups/{group.code}"
        for path, names in (
            ("swap", ("leaves", "comes")),
            ("remove", ("ids",)),
            ("add", ("ids",)),
            ("companions", ("adult_1", "phone_2", "wishes")),
        ):
            for name in names:
                assert teacher.submit(f"{url}/{path}", fields={name: value}).status < 500, path
        query = {"class": value[:1500], "slot": value[:1500], "confirm": value[:1500]}
        for address in (f"/events/{event.slug}/group", url, "/school/groups"):
            assert teacher.client.get(address, query_string=query).status_code < 500

    def test_a_closed_event_says_so(self, teacher: Browser, school: School) -> None:
        event = make_event(in_days_=-1)
        page = send(teacher, event, school)
        assert page.status == 422
        assert "Мероприятие прошло" in page.text("#group-panel")


@pytest.mark.figures
def test_the_pages_ask_as_little_for_25_as_for_3(
    app: Flask, teacher: Browser, school: School
) -> None:
    big = make_school_class(25)
    event = make_event(capacity=100)
    url, slot_id = f"/events/{event.slug}/group", event.slots[0].id
    act, pages = [], []
    for one in (school, big):
        browser = Browser(app.test_client()).log_in(one.teacher)
        ids = [str(pupil.id) for pupil in one.pupils]
        fields: dict[str, Any] = {"class": one.class_.id, "slot": slot_id, "ids": ids, **ADULT}
        with counted_queries(app) as queries:
            answer = browser.submit(url, fields=fields, follow=False)
        act.append(len(queries))
        group = str(answer.response.location)
        with counted_queries(app) as queries:
            browser.open(url)
            browser.open(group)
        pages.append(len(queries))
    assert act[0] == act[1] <= 60
    assert pages[0] == pages[1] <= 40


class TestWho:
    def test_only_teachers_see_the_link_and_the_page(self, app: Flask, event: Event) -> None:
        organizer = Browser(app.test_client()).log_in(make_member(event.organization))
        guest = Browser(app.test_client())
        for one in (organizer, guest):
            assert "Записать класс" not in one.open(f"/events/{event.slug}").text()
        assert organizer.open(f"/events/{event.slug}/group").status == 404
        answer = guest.open(f"/events/{event.slug}/group", follow=False)
        assert answer.status == 303

    def test_the_maker_coordinators_and_the_class_teacher_see_the_group(
        self, app: Flask, event: Event, school: School
    ) -> None:
        group = school.sign_up(event.slots[0])
        coordinator = make_member(school.organization, Role.ORGANIZER)
        group.made_by = coordinator
        colleague = make_member(school.organization, Role.TEACHER)
        stranger = make_member(make_school("Гимназия"), Role.ADMIN)
        seen = {
            user.id: Browser(app.test_client()).log_in(user).open(path).status
            for user in (coordinator, school.teacher, colleague, stranger)
            for path in (f"/school/groups/{group.code}",)
        }
        assert list(seen.values()) == [200, 200, 404, 404]
        for user, found in ((school.teacher, 1), (colleague, 0), (coordinator, 1), (stranger, 0)):
            page = Browser(app.test_client()).log_in(user).open("/school/groups")
            assert len(page.soup.select("tbody tr")) == found
        db.session.execute(sa.delete(Membership).filter_by(user_id=coordinator.id))
        gone = Browser(app.test_client()).log_in(coordinator)
        assert gone.open(f"/school/groups/{group.code}").status == 404
