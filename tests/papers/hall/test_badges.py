"""Badges: for whom, in which order, eight on a sheet, with the code that the door reads."""

import subprocess
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import zxingcpp
from flask import Flask
from PIL import Image
from pypdf import PdfReader

from app.attendance.door.queries import code_in
from app.audit.models import AuditEntry
from app.base import clock
from app.base.db import db
from app.events.models import Event
from app.events.staff import actions as staff
from app.events.staff.models import StaffRole
from app.organizations.models import Membership, Role
from app.papers.hall import holders as badge_queries
from app.papers.hall.badges import (
    ROLES,
    Badge,
    in_order,
    parts_of,
    printed_badges,
    sheets,
    typed_badge,
)
from app.registrations.models import Status
from tests.browser import Browser, Page, counted_queries
from tests.counting import grows_no_faster_than_its_input
from tests.factories import make_event, make_member, make_person, make_slot, make_user
from tests.papers.people import pages, signed_up
from tests.registrations.groups.classes import ANNA, OLEG, make_school_class

pytestmark = pytest.mark.sqlite_alone  # papers: the same on every database

SURNAMES = ["Авяшев", "Әәдмин", "Бадмаев", "Елкин", "Ёлкин", "Ельцин", "Җиргалов", "Яковлев"]


@pytest.fixture
def event() -> Event:
    return make_event(title="Ярмарка профессий", slug="yarmarka")


def organizer(app: Flask, event: Event) -> Browser:
    return Browser(app.test_client()).log_in(make_member(event.organization))


def badges_url(event: Event) -> str:
    return f"/manage/events/{event.slug}/papers/badges"


def ask(browser: Browser, event: Event, **given: Any) -> Page:
    fields = {"who": [], "slot": "", "role": "expert", "blank_role": "guest", **given}
    return browser.submit(badges_url(event), **fields)


def printed(app: Flask, event: Event, badges: Sequence[Badge], **given: Any) -> list[str]:
    with app.test_request_context():
        return pages(printed_badges(event, badges, **given))


def surnames(badges: Sequence[Badge]) -> list[str]:
    return [one.last_name for one in badges]


def of_guests(number: int) -> list[Badge]:
    return [Badge(ROLES["guest"], f"Гость{place:02}") for place in range(number)]


class TestWho:
    def test_participants_hold_a_seat_and_have_school_class_and_code(self, event: Event) -> None:
        pupil = make_person("Манджиева", "Айса", "", grade=9, class_letter="Б", school="СОШ № 18")
        seated = signed_up(event.slots[0], pupil)
        signed_up(event.slots[0], "Ждунов", status=Status.WAITLISTED)
        signed_up(event.slots[0], "Ушедшев", status=Status.CANCELLED)
        [badge] = badge_queries.participants(event, event.slots).badges
        assert (badge.large, badge.patronymic) == ("Манджиева\nАйса", "")
        assert badge.place == "СОШ № 18, 9Б"
        assert badge.code == seated.code
        assert badge_queries.participants_count(event.slots) == 1

    def test_where_there_are_several_slots_each_says_which(self, event: Event) -> None:
        make_slot(event, title="Второй поток", starts_at=event.slots[0].ends_at)
        db.session.refresh(event)
        signed_up(event.slots[0], make_person("Бадмаев", school="СОШ № 4"))
        signed_up(event.slots[1], "Очиров")
        first, second = badge_queries.participants(event, event.slots).badges
        assert first.place.startswith("СОШ № 4, 9\n")
        assert first.place.endswith(", 15:00")
        assert second.place.endswith(", 16:00 · Второй поток")
        only = badge_queries.participants(event, event.slots[1:]).badges
        assert surnames(only) == ["Очиров"]

    def test_nobody_whose_data_is_erased_gets_one(self, event: Event) -> None:
        signed_up(event.slots[0]).person.anonymized_at = clock.now()
        found = badge_queries.participants(event, event.slots)
        assert (found.badges, found.nameless) == ([], 1)

    def test_companions_of_classes_with_seats_have_no_code(self) -> None:
        event = make_event(capacity=30)
        make_school_class(2).sign_up(event.slots[0], companions=[OLEG, ANNA])
        first, second = badge_queries.companions(event.slots).badges
        assert first.large == "Лиджиева\nАнна"
        assert first.patronymic == "Ивановна"
        assert second.large == "Манджиев\nОлег"
        assert {one.place for one in (first, second)} == {"9А, СОШ № 18"}
        assert {one.code for one in (first, second)} == {""}

    def test_helpers_have_the_role_that_they_were_given(self, event: Event) -> None:
        colleague = make_user("Басангова Булгун", email_confirmed_at=clock.now())
        staff.add(event, colleague.email, StaffRole.ORGANIZER, by=None)
        doorkeeper = make_user("Аюшева Саглара", email_confirmed_at=clock.now())
        staff.add(event, doorkeeper.email, StaffRole.DOOR, by=None)
        staff.add(event, "nobody-yet@example.org", StaffRole.DOOR, by=None)
        found = badge_queries.helpers(event)
        assert [(one.last_name, one.role.code) for one in found.badges] == [
            ("Басангова", "organizer"),
            ("Аюшева", "volunteer"),
        ]
        assert found.nameless == 1

    def test_members_of_the_organization_get_one_each(self, event: Event) -> None:
        user = make_member(event.organization, Role.EXPERT)
        for role in (Role.ADMIN, Role.TEACHER):
            db.session.add(Membership(user=user, organization=event.organization, role=role))
        make_member(event.organization, Role.VIEWER)
        [badge] = badge_queries.members(event).badges
        assert badge.role.code == "organizer"
        assert badge.place == event.organization.short_name

    def test_a_typed_line_is_a_name_and_a_place(self) -> None:
        badge = typed_badge(ROLES["expert"], " Манджиева  Айса Петровна ; Технопарк; наставник ")
        assert (badge.large, badge.patronymic) == ("Манджиева\nАйса", "Петровна")
        assert badge.place == "Технопарк; наставник"
        assert typed_badge(ROLES["expert"], "Я").large == "Я"

    @pytest.mark.parametrize(
        ("name", "parts"),
        [
            ("Бадмаев Санджи Эрдниевич", ("Бадмаев", "Санджи", "Эрдниевич")),
            ("Санджи Эрдниевич Бадмаев", ("Бадмаев", "Санджи", "Эрдниевич")),
            ("Абрамович Илья Ильич", ("Абрамович", "Илья", "Ильич")),
            ("Алиев Мамед Гасан оглы", ("Алиев", "Мамед", "Гасан оглы")),
            ("Анна Ивановна", ("Анна", "Ивановна", "")),
            ("Ли", ("Ли", "", "")),
        ],
    )
    def test_a_name_is_understood_in_both_usual_orders(
        self, name: str, parts: tuple[str, str, str]
    ) -> None:
        assert parts_of(name) == parts


class TestOrder:
    def test_by_role_and_as_russians_sort_the_blank_ones_last(self) -> None:
        guests = [Badge(ROLES["guest"]), Badge(ROLES["guest"], "Абаев")]
        mixed = [*guests, *(Badge(ROLES["participant"], name) for name in reversed(SURNAMES))]
        assert surnames(in_order(mixed)) == [*SURNAMES, "Абаев", ""]

    def test_eight_stand_on_a_sheet(self) -> None:
        badges = of_guests(17)
        assert [len(sheet) for sheet in sheets(badges, stacked=False)] == [8, 8, 1]
        assert [one for sheet in sheets(badges, stacked=False) for one in sheet] == badges

    @pytest.mark.parametrize("number", [0, 1, 8, 9, 17, 40, 41])
    def test_a_pile_that_is_cut_stays_sorted(self, number: int) -> None:
        badges = of_guests(number)
        stack = sheets(badges, stacked=True)
        assert len(stack) == -(-number // 8)
        piles = [[sheet[place] for sheet in stack if place < len(sheet)] for place in range(8)]
        assert [one for pile in piles for one in pile] == badges


class TestPaper:
    def test_what_stands_on_it(self, app: Flask, event: Event) -> None:
        badges = [
            Badge(ROLES["participant"], "Бадмаев", "Санджи", "Эрдниевич", "СОШ № 4, 9А", "A" * 12),
            Badge(ROLES["companion"], "Һаряева", "Җиргал", "Өлзәтиновна"),
            Badge(ROLES["organizer"], "O’Neill", "Anna-Maria"),
            Badge(ROLES["jury"], "Я"),
            Badge(ROLES["press"], "محمد", "علي"),
            Badge(ROLES["guest"]),
        ]
        [text] = printed(app, event, badges)
        for badge in badges:
            assert str(badge.role.title) in text or badge.is_blank
            if badge.role.code != "press":
                for word in (badge.last_name, badge.first_name, badge.patronymic, badge.place):
                    assert word in text
        assert text.count("Ярмарка профессий") == 6
        assert "фамилия" in text

    def test_a_name_of_ninety_letters_is_printed_whole(self, app: Flask, event: Event) -> None:
        long = Badge(ROLES["expert"], "Ы" * 90, "Константинопольский-" * 4 + "Я")
        [text] = printed(app, event, [long])
        assert text.count("Ы") == 90
        assert text.replace(" ", "").count("Константинопольский-") == 4

    def test_the_door_reads_its_code(self, app: Flask, event: Event, tmp_path: Path) -> None:
        coming = [signed_up(event.slots[0], name) for name in ("Бадмаев", "Очиров")]
        with app.test_request_context():
            found = badge_queries.participants(event, event.slots).badges
            content = printed_badges(event, [*found, Badge(ROLES["guest"])])
        command = ["pdftoppm", "-r", "150", "-gray", "-png", "-singlefile", "-"]
        subprocess.run([*command, str(tmp_path / "x")], input=content, check=True)
        read = zxingcpp.read_barcodes(Image.open(tmp_path / "x.png"))
        assert {code_in(one.text) for one in read} == {one.code for one in coming}
        [page] = PdfReader(BytesIO(content)).pages
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)

    def test_a_thousand_take_a_thousand_times_one(self, app: Flask, event: Event) -> None:
        badges = [
            Badge(ROLES["participant"], f"Бадмаев{n}", "Санджи", "Эрдниевич", "9А", f"A{n:011}")
            for n in range(1000)
        ]
        assert len(printed(app, event, badges, stacked=True)) == 125
        assert grows_no_faster_than_its_input(
            lambda number: printed(app, event, badges[:number], stacked=True), 16
        )


class TestPages:
    def test_the_room_with_the_papers_leads_there(self, app: Flask, event: Event) -> None:
        page = organizer(app, event).open(f"/manage/events/{event.slug}/papers")
        assert page.soup.select_one(f'a[href="{badges_url(event)}"]')

    def test_known_people_typed_names_and_blank_badges_come_in_one_paper(
        self, app: Flask, event: Event
    ) -> None:
        signed_up(event.slots[0], "Бадмаев")
        answer = ask(
            organizer(app, event), event,
            who=["participants", "members"], typed="Манджиева Айса; Технопарк", blanks="2",
        ).response  # fmt: skip
        assert answer.status_code == 200
        assert answer.mimetype == "application/pdf"
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Robots-Tag"] == "noindex"
        [text] = pages(answer.data)
        assert text.index("Бадмаев") < text.index("Анна") < text.index("Манджиева")
        assert text.count("Гость") == 2
        assert "Manjieva" not in answer.request.url
        assert answer.request.query_string == b""

    def test_it_is_written_down_that_known_people_were_printed(
        self, app: Flask, event: Event
    ) -> None:
        browser = organizer(app, event)
        ask(browser, event, typed="Манджиева Айса")
        noted = sa.select(AuditEntry).filter_by(action="persons.exported")
        assert db.session.scalars(noted).all() == []
        ask(browser, event, who="members")
        [entry] = db.session.scalars(noted)
        assert entry.details["paper"] == "badges.pdf"
        assert entry.details["number"] == 1

    def test_whoever_helps_and_works_there_gets_one_badge(self, app: Flask, event: Event) -> None:
        user = make_member(event.organization, Role.EXPERT)
        user.name, user.email_confirmed_at = "Очирова Кермен", clock.now()
        staff.add(event, user.email, StaffRole.DOOR, by=None)
        answer = ask(organizer(app, event), event, who=["helpers", "members"])
        [text] = pages(answer.response.data)
        assert text.count("Очирова") == 1
        assert "Волонтёр" in text

    def test_without_anybody_there_is_a_sentence(self, app: Flask, event: Event) -> None:
        browser = organizer(app, event)
        page = ask(browser, event, who="participants")
        assert page.status == 422
        assert "Печатать некому" in page.text(".o-summary")
        assert "Отметьте, чьи бейджи печатать" in ask(browser, event).text(".o-summary")

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("Бадмаев\n<b>Очиров</b>", "Строка 2, «<b>Очиров</b>»: Напишите"),
            ("; Технопарк", "перед точкой с запятой"),
            ("Ы" * 300, "не больше 250"),
            ("Бадмаев 😀", "эмодзи"),
            ("Б\n" * 301, "Не больше 300 строк"),
        ],
    )
    def test_a_wrong_line_is_named_and_stays(
        self, app: Flask, event: Event, typed: str, said: str
    ) -> None:
        page = ask(organizer(app, event), event, typed=typed)
        assert page.status == 422
        assert said.casefold() in page.text("#typed-error").casefold()
        assert page.form("main form")["typed"].strip() == typed.strip()

    @pytest.mark.parametrize("blanks", ["-1", "401", "много"])
    def test_the_number_of_blank_ones_has_an_end(
        self, app: Flask, event: Event, blanks: str
    ) -> None:
        page = ask(organizer(app, event), event, blanks=blanks)
        assert page.status == 422
        assert page.text("#blanks-error")

    def test_a_slot_of_another_event_is_none_of_the_choices(self, app: Flask, event: Event) -> None:
        page = ask(organizer(app, event), event, slot=str(make_event().slots[0].id))
        assert page.status == 422

    @pytest.mark.parametrize("paper", ["badges", "tents", "signs"])
    def test_a_stranger_finds_nothing(self, app: Flask, event: Event, paper: str) -> None:
        stranger = organizer(app, make_event())
        url = f"/manage/events/{event.slug}/papers/{paper}"
        assert stranger.open(url).status == 404
        assert stranger.submit(url, typed="Бадмаев").status == 404

    def test_the_page_asks_as_much_for_many_as_for_few(self, app: Flask) -> None:
        event = make_event(capacity=30)
        browser = organizer(app, event)
        asked = []
        for number in (1, 9):
            for _one in range(number):
                signed_up(event.slots[0], "Бадмаев")
            with counted_queries(app) as queries:
                assert ask(browser, event, who="participants").status == 200
            asked.append(len(queries))
        assert asked[0] == asked[1]
