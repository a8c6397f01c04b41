"""Names in the cases on papers: by the library, corrected by hand, remembered for the person."""

import pytest
from flask import Flask

from app.accounts.models import User
from app.audit.models import AuditEntry
from app.base import clock
from app.base.db import db
from app.certificates.declension.cases import in_case
from app.certificates.declension.models import NameForm
from app.certificates.design.frozen import frozen
from app.certificates.design.looks import STANDARD
from app.certificates.issued.numbers import Wish, hold_book, number
from app.certificates.issued.queries import due
from app.certificates.kinds import CertificateKind, NameCase
from app.certificates.names.holders import correct, holders_of
from app.events.models import Event
from app.organizations.models import Role
from app.people.models import Person
from app.privacy import erasing, own_data
from app.privacy.models import ErasureReason
from tests.browser import Browser, Page, counted_queries
from tests.factories import make_event, make_member, make_person, make_user
from tests.papers.people import came, signed_up

DATIVE, ACCUSATIVE = NameCase.DATIVE, NameCase.ACCUSATIVE


@pytest.fixture
def event() -> Event:
    return make_event(in_days_=-1)


@pytest.fixture
def ajgul(event: Event) -> Person:
    """The library is not sure how «Айгуль» declines."""
    person = make_person("Валиева", "Айгуль", "Рустамовна")
    came(event.slots[0], person)
    return person


def by_hand(person: Person, dative: str, event: Event, accusative: str = "") -> None:
    [holder] = [one for one in holders_of(event) if one.person.id == person.id]
    correct([(holder, {DATIVE: dative, ACCUSATIVE: accusative})], by=None)


def dative(person: Person) -> str:
    return in_case([person], DATIVE)[person.id]


class TestRule:
    def test_names_in_each_case(self) -> None:
        sanji = make_person("Бадмаев", "Санджи", "Эрдниевич")
        bairta = make_person("Очирова", "Баирта", "")
        people = [sanji, bairta]
        assert in_case(people, DATIVE) == {
            sanji.id: "Бадмаеву Санджи Эрдниевичу", bairta.id: "Очировой Баирте",
        }  # fmt: skip
        assert in_case(people, ACCUSATIVE)[sanji.id] == "Бадмаева Санджи Эрдниевича"
        assert in_case(people, NameCase.NOMINATIVE)[sanji.id] == "Бадмаев Санджи Эрдниевич"
        assert in_case([], DATIVE) == {}

    def test_a_correction_goes_before_the_library_at_every_event(
        self, event: Event, ajgul: Person
    ) -> None:
        assert dative(ajgul) == "Валиевой Айгуль Рустамовне"
        by_hand(ajgul, "Валиевой Айгули Рустамовне", event)
        assert dative(ajgul) == "Валиевой Айгули Рустамовне"
        assert in_case([ajgul], ACCUSATIVE)[ajgul.id] == "Валиеву Айгуль Рустамовну"
        other = make_event(in_days_=-3)
        came(other.slots[0], ajgul)
        assert holders_of(other)[0].by_hand == {DATIVE: "Валиевой Айгули Рустамовне"}

    def test_it_is_not_used_when_the_name_changes(self, event: Event, ajgul: Person) -> None:
        by_hand(ajgul, "Валиевой Айгули Рустамовне", event)
        ajgul.last_name = "Очирова"
        db.session.flush()
        assert dative(ajgul) == "Очировой Айгуль Рустамовне"
        by_hand(ajgul, "Очировой Айгули Рустамовне", event)
        assert dative(ajgul) == "Очировой Айгули Рустамовне"
        assert db.session.query(NameForm).one().full_name == "Очирова Айгуль Рустамовна"

    def test_an_empty_form_is_again_as_the_library_says(self, event: Event, ajgul: Person) -> None:
        by_hand(ajgul, "Валиевой Айгули Рустамовне", event)
        by_hand(ajgul, "", event)
        assert dative(ajgul) == "Валиевой Айгуль Рустамовне"
        assert db.session.query(NameForm).count() == 0

    def test_what_the_library_is_sure_of_is_no_correction(self, event: Event) -> None:
        sanji = came(event.slots[0], make_person("Бадмаев", "Санджи", "")).person
        by_hand(sanji, "Бадмаеву Санджи", event)
        assert db.session.query(NameForm).count() == 0

    def test_an_uncertain_form_can_be_said_to_be_right(self, event: Event, ajgul: Person) -> None:
        assert holders_of(event)[0].needs_a_look
        by_hand(ajgul, "Валиевой Айгуль Рустамовне", event, "Валиеву Айгуль Рустамовну")
        assert not holders_of(event)[0].needs_a_look

    def test_those_who_came_stand_once_the_uncertain_ones_first(
        self, event: Event, ajgul: Person
    ) -> None:
        slot = event.slots[0]
        sanji = came(slot, "Бадмаев").person
        came(make_event(in_days_=-2).slots[0], "Чужой")
        signed_up(slot, "Неявившийся")
        nameless = came(slot, "Стёртый").person
        erasing.erase(nameless, reason=ErasureReason.RETENTION, done_by="")
        assert [one.person for one in holders_of(event)] == [ajgul, sanji]

    def test_papers_are_issued_in_the_case_of_their_look_and_stay_as_they_were(
        self, event: Event, ajgul: Person
    ) -> None:
        came(event.slots[0], make_person("Бадмаев", "Санджи", ""))
        by_hand(ajgul, "Валиевой Айгули Рустамовне", event)
        kind = CertificateKind.THANKS  # in the dative
        wishes = [Wish(one) for one in due(event, kind)] + [Wish(holder="Анна Ким")]
        look = frozen(STANDARD[kind])
        book = hold_book(event.organization, clock.today().year)
        papers = number(book, event, kind, look, wishes)
        assert [(one.holder, one.holder_declined) for one in papers] == [
            ("Бадмаев Санджи", "Бадмаеву Санджи"),
            ("Валиева Айгуль Рустамовна", "Валиевой Айгули Рустамовне"),
            ("Анна Ким", "Анне Ким"),
        ]
        by_hand(ajgul, "", event)
        assert papers[1].holder_declined == "Валиевой Айгули Рустамовне"

    def test_it_goes_with_the_person_and_is_told_to_them(self, event: Event, ajgul: Person) -> None:
        by_hand(ajgul, "Валиевой Айгули Рустамовне", event)
        told = own_data.everything(ajgul, asked_by=make_user())
        [form] = told["name_in_cases"]
        assert (form["case"], form["form"]) == ("dative", "Валиевой Айгули Рустамовне")
        act = erasing.erase(ajgul, reason=ErasureReason.RETENTION, done_by="")
        assert db.session.query(NameForm).count() == 0
        assert act.rows["name_form"] == 1


@pytest.fixture
def organizer(event: Event) -> User:
    return make_member(event.organization, Role.ORGANIZER)


def url(event: Event) -> str:
    return f"/manage/events/{event.slug}/papers/names"


def field(person: Person, case: NameCase) -> str:
    return f"name-{person.id}-{case.value}"


class TestScreen:
    @pytest.fixture
    def desk(self, browser: Browser, organizer: User) -> Browser:
        return browser.log_in(organizer)

    @pytest.mark.parametrize("panel", [None, "names-panel"])
    def test_a_page_of_names_is_corrected_at_once(
        self, desk: Browser, event: Event, ajgul: Person, panel: str | None
    ) -> None:
        sanji = came(event.slots[0], make_person("Бадмаев", "Санджи", "")).person
        page = desk.open(url(event), panel=panel)
        assert page.texts("tbody th")[0].startswith("Валиева Айгуль Рустамовна")
        assert "1 имя не удаётся просклонять уверенно" in page.text(".o-warn")
        assert "Бадмаеву Санджи" in page.text("tbody tr:nth-child(2)")
        typed = {
            **page.form("form[action$='names?page=1']"),
            field(ajgul, DATIVE): "  Валиевой Айгули Рустамовне ",
            field(ajgul, ACCUSATIVE): "Валиеву Айгуль Рустамовну",
            field(sanji, DATIVE): "Бадмаеву Санджи",
        }
        typed["person"] = [str(ajgul.id), str(sanji.id)]  # type: ignore[assignment]
        page = desk.submit(url(event), fields=typed, panel=panel)
        assert page.status == 200
        assert "1 имя изменено" in page.text("#messages")
        assert "Исправлено" in page.texts("tbody th")[0]
        assert not page.texts(".o-warn")
        assert dative(ajgul) == "Валиевой Айгули Рустамовне"
        entry = db.session.query(AuditEntry).filter_by(action="names.corrected").one()
        assert (entry.object_type, entry.object_id, entry.details) == ("person", ajgul.id, {})

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ("Валиевой Айгули 7", "бывают только буквы, пробелы, дефисы"),
            ("Очировой Айгуль Рустамовне", "не похоже на имя «Валиева Айгуль Рустамовна»"),
            ("Валиевой", "столько же слов"),
            ("Валиевой Айгуль Рустамовне 🎓", "бывают только буквы, пробелы, дефисы"),
            ("Валиевой Айгуль " + "Р" * 400, "не больше 320"),
            ("В А Р\x00", "бывают только буквы"),
        ],
    )
    def test_what_is_no_form_of_this_name_is_refused(
        self, desk: Browser, event: Event, ajgul: Person, typed: str, sentence: str
    ) -> None:
        page = self.sent(desk, event, ajgul, typed)
        assert page.status == 422
        assert sentence in page.text("tbody")
        assert page.form("main form[method=post]")[field(ajgul, DATIVE)] == typed
        assert page.soup.select_one(".o-summary a")["href"] == f"#{field(ajgul, DATIVE)}"  # type: ignore[index]
        assert db.session.query(NameForm).count() == 0

    def test_a_name_in_other_letters_may_get_russian_ones(
        self, desk: Browser, event: Event
    ) -> None:
        smith = came(event.slots[0], make_person("Smith", "Anna", "")).person
        assert self.sent(desk, event, smith, "Смит Анне").status == 200
        assert dative(smith) == "Смит Анне"

    def sent(self, desk: Browser, event: Event, person: Person, typed: str, **more: str) -> Page:
        shown = desk.open(url(event)).form("main form[method=post]")
        return desk.submit(
            url(event),
            fields={**shown, "person": str(person.id), field(person, DATIVE): typed, **more},
        )

    def test_a_name_that_changed_meanwhile_is_looked_at_again(
        self, desk: Browser, event: Event, ajgul: Person
    ) -> None:
        seen = f"name-{ajgul.id}-seen"
        page = self.sent(
            desk, event, ajgul, "Валиевой Айгули Рустамовне", **{seen: "Валиева Айгуль"}
        )
        assert page.status == 422
        assert "Тем временем имя изменили на «Валиева Айгуль Рустамовна»" in page.text("tbody")
        assert page.form("main form[method=post]")[seen] == "Валиева Айгуль Рустамовна"

    def test_people_of_other_events_are_left_alone(
        self, desk: Browser, event: Event, ajgul: Person
    ) -> None:
        strange = came(make_event(in_days_=-2).slots[0], make_person("Ким", "Айгуль", "")).person
        page = desk.submit(
            url(event),
            fields={
                "person": str(strange.id), field(strange, DATIVE): "Ким Айгули",
                f"name-{strange.id}-seen": "Ким Айгуль",
            },
        )  # fmt: skip
        assert page.status == 200
        assert db.session.query(NameForm).count() == 0

    def test_twenty_five_on_a_page_in_as_many_queries_as_one(
        self, app: Flask, desk: Browser, event: Event, ajgul: Person
    ) -> None:
        with counted_queries(app) as few:
            desk.open(url(event))
        for place in range(30):
            came(event.slots[0], make_person("Бадмаев", "Санджи", "", email=f"{place}@a.ru"))
        with counted_queries(app) as many:
            page = desk.open(url(event))
        assert len(page.soup.select("tbody tr")) == 25
        assert len(many) == len(few) <= 9
        page = desk.open(url(event) + "?page=2")
        assert len(page.soup.select("tbody tr")) == 6
        assert desk.open(url(event) + "?page=99").texts("tbody tr") == page.texts("tbody tr")

    def test_nobody_came_yet(self, desk: Browser, event: Event) -> None:
        assert "Пока никто не отмечен" in desk.open(url(event)).text("#names-panel")
        assert desk.submit(url(event)).status == 200

    def test_others_do_not_get_in(self, browser: Browser, event: Event, ajgul: Person) -> None:
        stranger = make_member(make_event().organization, Role.ADMIN)
        at_the_door = make_member(event.organization, Role.DOOR)
        for user in (stranger, at_the_door):
            assert browser.log_in(user).open(url(event)).status == 404
            assert browser.submit(url(event), person=str(ajgul.id)).status == 404
