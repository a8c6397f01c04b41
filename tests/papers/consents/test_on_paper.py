"""Consents on paper: printed for a class, entered with number and date, taken back."""

from datetime import date, timedelta
from io import BytesIO
from itertools import islice
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from pypdf import PdfReader

from app.accounts.models import User
from app.audit.models import AuditEntry
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.base.words.text import clean
from app.organizations.models import Role
from app.people.consents.actions import agree, end, publish_text
from app.people.consents.queries import in_force
from app.people.models import (
    Consent,
    ConsentChannel,
    ConsentKind,
    Person,
    SchoolClass,
)
from app.people.queries import has_agreed
from app.registrations.consents.on_paper import Entered, enter, following
from app.registrations.guardians.requests import Guardian, ask
from app.registrations.models import Answer, Channel, Registration, Status
from tests.browser import Browser, Page, counted_queries
from tests.factories import (
    make_class,
    make_event,
    make_guardianship,
    make_member,
    make_organization,
    make_pupil,
    make_registration,
    make_school,
    make_user,
)

DATA, PHOTO = ConsentKind.PERSONAL_DATA, ConsentKind.PHOTO
TODAY = clock.today()
LONG = "**Оператор**, цели, перечень данных, действия, срок, отзыв. " * 150


def pupil(class_: SchoolClass, last_name: str = "Бадмаев", **given: Any) -> Person:
    return make_pupil(class_, last_name, **{"agreed": False, **given})


def entered(class_: SchoolClass, *pupils: Person, number: str = "12", **given: Any) -> Entered:
    with_defaults: dict[str, Any] = {"signed_on": TODAY, "by": make_user(), **given}
    kind = with_defaults.pop("kind", DATA)
    return enter(class_, pupils, kind, number=number, **with_defaults)


def kept() -> list[Consent]:
    return list(db.session.scalars(sa.select(Consent).order_by(Consent.id)))


class TestRule:
    @pytest.mark.parametrize(
        ("first", "all_"),
        [
            ("12", ["12", "13", "14"]),
            ("С-099", ["С-099", "С-100", "С-101"]),
            ("2026/9", ["2026/9", "2026/10", "2026/11"]),
            ("12/а", ["12/а", "12/а", "12/а"]),
            ("б/н", ["б/н", "б/н", "б/н"]),
        ],
    )
    def test_numbers_count_up(self, first: str, all_: list[str]) -> None:
        assert list(islice(following(first), 3)) == all_

    def test_it_is_paper_and_says_who_entered_it(self) -> None:
        class_ = make_class()
        teacher = make_user()
        day = TODAY - timedelta(days=3)
        one, two = pupil(class_, "Агаев"), pupil(class_, "Бадмаев")
        entered(class_, one, two, number="12", signed_on=day, by=teacher)
        assert [
            (c.person_id, c.channel, c.paper_number, c.paper_date, c.entered_by_id) for c in kept()
        ] == [
            (one.id, ConsentChannel.PAPER, "12", day, teacher.id),
            (two.id, ConsentChannel.PAPER, "13", day, teacher.id),
        ]
        assert has_agreed(one, DATA)
        entry = db.session.scalars(sa.select(AuditEntry)).one()
        assert (entry.action, entry.organization_id, entry.object_id) == (
            "paper_consents.entered",
            class_.school_id,
            class_.id,
        )
        assert entry.details == {"kind": "personal_data", "number": 2}

    def test_who_has_one_keeps_it_and_takes_no_number(self) -> None:
        class_ = make_class()
        has = make_pupil(class_, "Агаев", agreed=True)
        one, two = pupil(class_), pupil(class_, "Власов")
        outcome = entered(class_, one, has, two)
        assert (outcome.people, outcome.numbers, outcome.had_one) == (
            [one, two],
            ["12", "13"],
            [has],
        )
        again = entered(class_, one, has, two)
        assert (again.people, len(kept())) == ([], 3)

    def test_each_kind_is_its_own_paper(self) -> None:
        class_ = make_class()
        one = pupil(class_)
        entered(class_, one, kind=PHOTO)
        assert (has_agreed(one, PHOTO), has_agreed(one, DATA)) == (True, False)

    def test_seats_held_are_theirs_at_once(self) -> None:
        class_, event = make_class(), make_event(capacity=5)
        one, other = pupil(class_), pupil(class_, "Власов")
        held = [
            make_registration(
                event.slots[0], p, channel=Channel.ACCOUNT, guardian_email="parent@example.org"
            )
            for p in (one, other)
        ]
        [asked] = ask(held[0], [Guardian("parent@example.org")])
        assert {r.status for r in held} == {Status.AWAITING_CONSENT}
        assert entered(class_, one).confirmed == 1
        assert [r.status for r in held] == [Status.CONFIRMED, Status.AWAITING_CONSENT]
        db.session.refresh(asked)
        assert asked.answer is Answer.GIVEN  # nobody is reminded any more

    def test_photos_confirm_nothing(self) -> None:
        class_ = make_class()
        one = pupil(class_)
        held = make_registration(
            make_event().slots[0], one, channel=Channel.ACCOUNT, guardian_email="parent@example.org"
        )
        entered(class_, one, kind=PHOTO)
        assert held.status is Status.AWAITING_CONSENT

    def test_an_old_paper_does_not_bring_back_what_was_withdrawn(self) -> None:
        class_ = make_class()
        one = make_pupil(class_, agreed=True)
        end(one, DATA, by_name="Мать")
        assert entered(class_, one, signed_on=TODAY - timedelta(days=1)).withdrawn == [one]
        assert not has_agreed(one, DATA)
        assert entered(class_, one, signed_on=TODAY).people == [one]
        assert one.erase_on is None

    def test_it_belongs_to_the_words_on_the_paper(self) -> None:
        class_ = make_class()
        one, two = pupil(class_), pupil(class_, "Власов")
        publish_text(DATA, LONG)
        entered(class_, one, version=1)
        entered(class_, two)
        assert [consent.text.version for consent in kept()] == [1, 2]
        with pytest.raises(RuleBroken, match="3"):
            entered(class_, pupil(class_), version=3)

    def test_twenty_five_at_once_need_few_queries(self, app: Flask) -> None:
        class_, event = make_class(), make_event(capacity=30)
        pupils = [pupil(class_, first_name="Санджи" + "а" * n) for n in range(25)]
        for one in pupils[:5]:
            make_registration(
                event.slots[0], one, channel=Channel.ACCOUNT, guardian_email="parent@example.org"
            )
        teacher = make_user()
        db.session.flush()
        with counted_queries(app) as queries:
            assert entered(class_, *pupils, by=teacher).confirmed == 5
            db.session.flush()
        assert len(queries) <= 65, len(queries)


class Scene:
    def __init__(self, browser: Browser, role: Role = Role.TEACHER) -> None:
        self.school = make_school(address="г. Элиста, ул. Ленина, 5")
        self.teacher: User = make_member(self.school, role)
        self.class_ = make_class(self.school, teacher=self.teacher)
        self.url = f"/school/classes/{self.class_.id}"
        self.enter = f"{self.url}/paper-consents"
        self.browser = browser.log_in(self.teacher)

    def send(self, *pupils: Person, **fields: str) -> Page:
        said: dict[str, Any] = {
            "kind": "personal_data",
            "date": TODAY.isoformat(),
            "number": "12",
            "ids": [str(one.id) for one in pupils],
            **fields,
        }
        return self.browser.submit(self.enter, fields=said)

    def pdf(self, address: str = "consents.pdf", **fields: Any) -> list[str]:
        url = f"{self.url}/{address}"
        page = self.browser.submit(url, fields=fields) if fields else self.browser.open(url)
        return pages_of(page)


def pages_of(page: Page) -> list[str]:
    assert page.response.mimetype == "application/pdf"
    assert "no-store" in page.response.headers["Cache-Control"]
    return [clean(sheet.extract_text()) for sheet in PdfReader(BytesIO(page.response.data)).pages]


class TestForms:
    def test_a_page_for_each_filled_in_with_what_is_known(self, browser: Browser) -> None:
        scene = Scene(browser)
        child = pupil(scene.class_, "Бадмаев", birth_date=date(2011, 3, 2))
        make_guardianship(child, name="Бадмаева Галина Очировна")
        pupil(scene.class_, "Власов", patronymic="")
        make_pupil(scene.class_, "Гаряев", agreed=True)
        first, second = scene.pdf()
        for words in (
            "Бадмаев Санджи Эрдниевич",
            "2 марта 2011 г.",
            scene.class_.title,
            scene.school.name,
            "Бадмаева Галина Очировна",
            "Версия 1",
            in_force(DATA).fingerprint,
            "Перечень данных",
            "Подпись",
        ):
            assert words in first, words
        assert "Власов Санджи" in second
        assert "Бадмаев" not in second

    def test_the_ticked_ones_by_get_and_by_post(self, browser: Browser) -> None:
        scene = Scene(browser)
        one, two, three = (pupil(scene.class_, name) for name in ("Агаев", "Бадмаев", "Власов"))
        ids = [str(one.id), str(three.id)]
        for pages in (
            scene.pdf(f"consents.pdf?ids={one.id}&ids={three.id}"),
            scene.pdf(ids=ids),
        ):
            assert ["Агаев" in pages[0], "Власов" in pages[1], len(pages)] == [True, True, 2]
        assert two.last_name not in "".join(pages)

    def test_photos_have_a_form_of_their_own(self, browser: Browser) -> None:
        scene = Scene(browser)
        make_pupil(scene.class_, agreed=True)
        [page] = scene.pdf("consents.pdf?kind=photo")
        assert "публикацию снимков" in page
        assert in_force(PHOTO).fingerprint in page

    def test_of_two_guardians_nobody_is_chosen(self, browser: Browser) -> None:
        scene = Scene(browser)
        child = pupil(scene.class_)
        make_guardianship(child, name="Бадмаева Галина")
        make_guardianship(child, name="Бадмаев Очир")
        [page] = scene.pdf()
        assert "Галина" not in page
        assert "законный представитель" in page

    def test_an_adult_pupil_signs_alone(self, browser: Browser) -> None:
        scene = Scene(browser)
        pupil(scene.class_, birth_date=date(TODAY.year - 19, 1, 1))
        [page] = scene.pdf()
        assert "Родитель (законный представитель)" not in page

    def test_a_long_text_goes_on_on_a_second_page_and_says_its_version(
        self, browser: Browser
    ) -> None:
        scene = Scene(browser)
        pupil(scene.class_)
        publish_text(DATA, LONG)
        pages = scene.pdf()
        assert len(pages) > 1
        assert all("Версия 2" in page for page in pages)

    def test_nobody_lacks_it(self, browser: Browser) -> None:
        scene = Scene(browser)
        make_pupil(scene.class_, agreed=True)
        page = scene.browser.open(f"{scene.url}/consents.pdf")
        assert page.path == scene.enter
        assert "печатать нечего" in page.text("#messages")

    def test_pupils_of_another_class_are_not_printed(self, browser: Browser) -> None:
        scene = Scene(browser)
        pupil(scene.class_)
        stranger = pupil(make_class(), "Чужинов")
        assert "Чужинов" not in "".join(scene.pdf(f"consents.pdf?ids={stranger.id}"))

    def test_the_organizers_blank_form(self, browser: Browser) -> None:
        college = make_organization()
        event = make_event(organization=college)
        browser.log_in(make_member(college, Role.DOOR))
        url = f"/manage/events/{event.slug}/papers/consent.pdf"
        assert url in browser.open(f"/manage/events/{event.slug}/attendance/walk-in").html
        [page] = pages_of(browser.open(url))
        for words in (event.title, college.name, "Версия 1", in_force(DATA).fingerprint):
            assert words in page
        [photo] = pages_of(browser.open(f"{url}?kind=photo"))
        assert "публикацию снимков" in photo

    def test_the_organizer_finds_it_among_the_papers(self, browser: Browser) -> None:
        college = make_organization()
        event = make_event(organization=college)
        browser.log_in(make_member(college))
        html = browser.open(f"/manage/events/{event.slug}/papers").html
        assert f"/manage/events/{event.slug}/papers/consent.pdf?kind=photo" in html


class TestScreen:
    def test_ticks_come_along_by_address_and_by_form(self, browser: Browser) -> None:
        scene = Scene(browser)
        one, two = pupil(scene.class_, "Агаев"), pupil(scene.class_, "Бадмаев")
        by_get = scene.browser.open(f"{scene.enter}?ids={two.id}&kind=photo")
        by_post = scene.browser.submit(scene.enter, ids=str(two.id), kind="photo")
        for page in (by_get, by_post):
            assert page.status == 200
            form = page.form("main form")
            assert (form["ids"], form["kind"]) == (str(two.id), "photo")
            assert form["date"] == TODAY.isoformat()
        assert kept() == []
        assert one.full_name in by_get.text("table")

    def test_entered_in_the_order_of_the_list(self, browser: Browser) -> None:
        scene = Scene(browser)
        late, early = pupil(scene.class_, "Яшкулов"), pupil(scene.class_, "Агаев")
        held = make_registration(
            make_event().slots[0],
            late,
            channel=Channel.ACCOUNT,
            guardian_email="parent@example.org",
        )
        page = scene.send(late, early)
        assert page.path == scene.enter
        assert "Внесено 2 согласия: № 12 – 13." in page.text("#messages")
        assert "Подтверждено 1 место" in page.text("#messages")
        assert [(c.person_id, c.paper_number) for c in kept()] == [
            (early.id, "12"),
            (late.id, "13"),
        ]
        assert [c.entered_by_id for c in kept()] == [scene.teacher.id] * 2
        assert "№ 12" in page.text("table")
        assert db.session.get_one(Registration, held.id).is_confirmed

    def test_who_has_one_is_named(self, browser: Browser) -> None:
        scene = Scene(browser)
        has = make_pupil(scene.class_, "Агаев", agreed=True)
        page = scene.send(has, pupil(scene.class_))
        assert "Согласие уже было: Агаев" in page.text("#messages")
        assert "Внесено 1 согласие: № 12." in page.text("#messages")

    def test_it_is_never_entered_as_if_given_online(self, browser: Browser) -> None:
        scene = Scene(browser)
        one = pupil(scene.class_)
        forged = {
            "channel": "guardian_account",
            "given_by_id": "1",
            "given_by_name": "Мать",
            "given_at": "2020-01-01",
            "entered_by_id": "",
            "paper_number": "",
        }
        scene.send(one, **forged)
        [consent] = kept()
        assert consent.channel is ConsentChannel.PAPER
        assert (consent.given_by_id, consent.given_by_name) == (None, "")
        assert (consent.paper_number, consent.entered_by_id) == ("12", scene.teacher.id)
        assert consent.given_at.date() >= TODAY - timedelta(days=1)

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"date": ""}, "Укажите дату"),
            ({"date": "32.13.2026"}, ""),
            ({"date": (TODAY + timedelta(days=1)).isoformat()}, "ещё не наступил"),
            ({"date": (TODAY - timedelta(days=5 * 366 + 1)).isoformat()}, "старше пяти лет"),
            ({"number": ""}, "Укажите номер"),
            ({"number": "=cmd()"}, "формулу"),
            ({"number": "9" * 26}, "не больше 25"),
            ({"number": "<b>"}, "< и >"),
            ({"kind": "passport"}, ""),
            ({"version": "7"}, "Версии 7 у этого текста нет"),
            ({"version": "много"}, ""),
            ({"version": "-1"}, "внизу бланка"),
        ],
    )
    def test_bad_input_changes_nothing(
        self, browser: Browser, wrong: dict[str, str], words: str
    ) -> None:
        scene = Scene(browser)
        one = pupil(scene.class_)
        publish_text(DATA, LONG)
        page = scene.send(one, **wrong)
        assert page.status == 422
        assert words in page.text("main")
        assert page.text(".o-error, [role=alert]")
        assert kept() == []
        assert page.form("main form")["ids"] == str(one.id)
        if "number" in wrong:
            assert page.form("main form")["number"] == wrong["number"]

    def test_nobody_is_ticked(self, browser: Browser) -> None:
        scene = Scene(browser)
        pupil(scene.class_)
        page = scene.send()
        assert page.status == 422
        assert "Отметьте учеников" in page.text("[role=alert]")

    @pytest.mark.parametrize("ids", ["0", "-5", "9" * 30, "x", "²", "\x00"])
    def test_forged_ticks_name_nobody(self, browser: Browser, ids: str) -> None:
        scene = Scene(browser)
        pupil(scene.class_)
        assert scene.send(ids=ids).status == 422

    def test_pupils_of_another_class_are_out_of_reach(self, browser: Browser) -> None:
        scene = Scene(browser)
        pupil(scene.class_)
        stranger = pupil(make_class())
        assert scene.send(stranger).status == 422
        assert scene.browser.open(f"{scene.enter}/{stranger.id}/withdraw").status == 404

    def test_another_teachers_class_is_hidden(self, browser: Browser) -> None:
        scene = Scene(browser)
        other = make_class(scene.school, letter="Б", teacher=make_user())
        url = f"/school/classes/{other.id}"
        assert scene.browser.open(f"{url}/paper-consents").status == 404
        assert scene.browser.open(f"{url}/consents.pdf").status == 404

    def test_the_number_of_queries_does_not_grow(self, app: Flask, browser: Browser) -> None:
        scene = Scene(browser)
        for _ in range(12):
            make_pupil(scene.class_, agreed=True)
        with counted_queries(app) as queries:
            scene.browser.open(scene.enter)
        assert len(queries) <= 9, queries

    def test_an_empty_class_says_what_to_do(self, browser: Browser) -> None:
        scene = Scene(browser)
        assert "загрузите список" in scene.browser.open(scene.enter).text(".o-empty")


class TestWithdrawal:
    def test_it_says_what_follows_and_counts_like_pressing_the_button(
        self, browser: Browser
    ) -> None:
        scene = Scene(browser)
        one = pupil(scene.class_)
        entered(scene.class_, one)
        registration = make_registration(
            make_event().slots[0], one, channel=Channel.ACCOUNT, guardian_email="parent@example.org"
        )
        url = f"{scene.enter}/{one.id}/withdraw"
        assert url in scene.browser.open(scene.enter).html
        page = scene.browser.open(url)
        assert registration.event.title in page.text("main")
        page = scene.browser.submit(url, name="Бадмаева Галина Очировна")
        assert "Отзыв внесён" in page.text("#messages")
        [consent] = kept()
        assert (consent.is_in_force, consent.withdrawn_by_name) == (
            False,
            "Бадмаева Галина Очировна",
        )
        assert registration.status is Status.CANCELLED
        assert one.erase_on
        actions = db.session.execute(
            sa.select(AuditEntry.action, AuditEntry.organization_id).order_by(AuditEntry.id)
        ).all()
        assert ("paper_consents.withdrawn", scene.school.id) in actions

    def test_photos_cancel_nothing(self, browser: Browser) -> None:
        scene = Scene(browser)
        one = make_pupil(scene.class_, agreed=True)
        agree(one, PHOTO, channel=ConsentChannel.PAPER)
        registration = make_registration(make_event().slots[0], one)
        url = f"{scene.enter}/{one.id}/withdraw?kind=photo"
        scene.browser.submit(url, name="Мать")
        assert (has_agreed(one, PHOTO), has_agreed(one, DATA)) == (False, True)
        assert registration.is_confirmed

    def test_without_a_name_nothing_happens(self, browser: Browser) -> None:
        scene = Scene(browser)
        one = make_pupil(scene.class_, agreed=True)
        page = scene.browser.submit(f"{scene.enter}/{one.id}/withdraw", name=" ")
        assert page.status == 422
        assert "Укажите, кто подписал" in page.text("main")
        assert has_agreed(one, DATA)

    def test_there_is_nothing_to_withdraw(self, browser: Browser) -> None:
        scene = Scene(browser)
        url = f"{scene.enter}/{pupil(scene.class_).id}/withdraw"
        assert "нет" in scene.browser.open(url).text(".o-box").lower()
        assert scene.browser.submit(url, name="Мать").status == 422
