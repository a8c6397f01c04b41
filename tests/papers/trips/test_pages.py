"""The page of a trip's papers: what lacks, what is typed, who may see it."""

from datetime import timedelta
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.base import clock
from app.base.db import db
from app.events.models import Slot
from app.organizations.models import Role
from app.people.consents.actions import agree
from app.people.models import ConsentChannel, ConsentKind
from app.registrations.groups.queries import members_of
from app.registrations.models import Group, Status
from tests.browser import Browser
from tests.factories import (
    make_class,
    make_event,
    make_guardianship,
    make_member,
    make_organization,
    make_pupil,
    make_school,
)
from tests.papers.people import pages
from tests.registrations.groups.classes import ANNA, OLEG, School, make_school_class
from tests.test_bad_input import NASTY

pytestmark = pytest.mark.sqlite_alone
PHONE = "+7 961 000-10-01"


@pytest.fixture
def slot() -> Slot:
    return make_event(organization=make_organization(), capacity=80).slots[0]


@pytest.fixture
def school() -> School:
    return make_school_class(3)


@pytest.fixture
def group(school: School, slot: Slot) -> Group:
    make_guardianship(school.pupils[0], name="Нюдля Саналовна", phone=PHONE)
    return school.sign_up(slot, companions=[ANNA, OLEG])


@pytest.fixture
def teacher(browser: Browser, school: School) -> Browser:
    return browser.log_in(school.teacher)


def url_of(group: Group) -> str:
    return f"/school/groups/{group.code}/papers"


def typed(teacher: Browser, group: Group) -> dict[str, str]:
    return teacher.open(url_of(group)).form("#trip-form")


class TestPage:
    def test_is_found_from_the_group(self, teacher: Browser, group: Group) -> None:
        page = teacher.open(f"/school/groups/{group.code}")
        assert page.soup.select_one(f"main a[href='{url_of(group)}']")

    def test_what_lacks_comes_first_by_name(
        self, teacher: Browser, school: School, group: Group, slot: Slot
    ) -> None:
        agree(school.pupils[0], ConsentKind.PHOTO, channel=ConsentChannel.GUARDIAN_ACCOUNT)
        other = make_class(school.organization, letter="Б")
        school.sign_up(slot, [make_pupil(other, "Яшкаев", agreed=False)])
        [late] = members_of(db.session.query(Group).order_by(Group.id.desc()).first() or group)
        late.group_id = group.id
        page = teacher.open(url_of(group))
        data, photo, phones = page.texts("#lacks ~ .o-box")
        assert data.startswith("1 ученик без согласия на обработку данных Яшкаев")
        assert photo.startswith("3 ученика без согласия на съёмку Бабаев")
        assert "Аабаев" not in photo + phones
        assert "Бабаев" in phones
        assert page.html.index("Чего не хватает") < page.html.index("О выезде")
        entering = [a["href"] for a in page.soup.select("a[href*=paper-consents]")]
        own = f"/school/classes/{school.class_.id}/paper-consents"
        # The other class has no teacher: open to every teacher of the school.
        assert entering == [
            f"/school/classes/{other.id}/paper-consents?kind=personal_data",
            f"{own}?kind=photo",
            f"/school/classes/{other.id}/paper-consents?kind=photo",
        ]

    def test_nothing_lacks(self, teacher: Browser, school: School, group: Group) -> None:
        for pupil in school.pupils:
            agree(pupil, ConsentKind.PHOTO, channel=ConsentChannel.GUARDIAN_ACCOUNT)
            make_guardianship(pupil, phone=PHONE)
        page = teacher.open(url_of(group))
        assert "Всё на месте" in page.text(".o-good")

    def test_proposes_what_is_known(self, teacher: Browser, group: Group) -> None:
        group.school.signatory_name, group.school.address = "О. Б. Манджиева", "Элиста, Ленина, 1"
        form = typed(teacher, group)
        assert form["head_name"] == "О. Б. Манджиева"
        assert form["place"] == "Элиста, Ленина, 1"
        assert (form["adult_1"], form["phone_1"]) == (ANNA["name"], ANNA["phone"])
        assert form["instructor"] == ANNA["name"]
        assert form["seats"] == "18"
        assert form["leaves_on"] == f"{clock.to_local(group.slot.starts_at):%Y-%m-%d}"

    def test_of_an_empty_group_says_so(self, teacher: Browser, group: Group) -> None:
        for one in members_of(group):
            one.status = Status.CANCELLED
        page = teacher.open(url_of(group))
        assert "Ни у кого в группе нет места" in page.text("main")
        assert not page.soup.select("#trip-form")
        assert teacher.submit(url_of(group), paper="folder", adult_1="Анна").status == 422


class TestPrinting:
    def test_a_paper_opens_as_the_answer_and_is_noted(self, teacher: Browser, group: Group) -> None:
        fields = {**typed(teacher, group), "number": "214-ОД", "dated": f"{clock.today()}"}
        response = teacher.submit(url_of(group), fields={**fields, "paper": "order"}).response
        assert response.mimetype == "application/pdf"
        assert "Приказ — 9А.pdf" in unquote(response.headers["Content-Disposition"])
        assert response.cache_control.no_store
        assert response.headers["X-Robots-Tag"] == "noindex"
        text = " ".join(pages(response.data))
        assert "№ 214-ОД" in text
        assert PHONE not in text
        entry = db.session.scalars(sa.select(AuditEntry).filter_by(action="persons.exported")).one()
        assert (entry.object_type, entry.object_id) == ("group", group.id)
        assert entry.organization_id == group.school_id
        assert entry.details == {"paper": "trip-order.pdf"}

    def test_the_whole_folder(self, teacher: Browser, group: Group) -> None:
        fields = {**typed(teacher, group), "paper": "folder"}
        found = pages(teacher.submit(url_of(group), fields=fields).response.data)
        assert found[0].startswith("Не хватает согласий")
        assert PHONE in " ".join(found)

    def test_what_was_typed_comes_back_with_an_error(self, teacher: Browser, group: Group) -> None:
        begins = clock.to_local(group.slot.starts_at)
        wrong = {
            "number": "7", "route": "школа — колледж", "adult_1": ANNA["name"],
            "leaves_on": f"{begins + timedelta(days=1):%Y-%m-%d}", "leaves_at": "09:00",
            "returns_on": f"{begins:%Y-%m-%d}", "returns_at": "08:00", "paper": "order",
        }  # fmt: skip
        page = teacher.submit(url_of(group), fields={**typed(teacher, group), **wrong})
        assert page.status == 422
        said = page.text("#trip-form")
        assert "У приказа с номером есть дата" in said
        assert "отправление должно быть раньше" in said
        assert "Возвращение не позже отправления" in said
        form = page.form("#trip-form")
        assert {name: form[name] for name in wrong if name != "paper"} == {
            name: value for name, value in wrong.items() if name != "paper"
        }

    def test_an_order_after_the_departure_is_refused(self, teacher: Browser, group: Group) -> None:
        dated = clock.to_local(group.slot.starts_at) + timedelta(days=2)
        fields = {**typed(teacher, group), "number": "7", "dated": f"{dated:%Y-%m-%d}"}
        page = teacher.submit(url_of(group), fields={**fields, "paper": "order"})
        assert "Приказ получается позже отправления" in page.text("#dated-error")

    def test_a_class_does_not_go_alone(self, teacher: Browser, group: Group) -> None:
        fields = {**typed(teacher, group), "adult_1": "", "phone_1": "", "adult_2": ""}
        page = teacher.submit(url_of(group), fields={**fields, "paper": "order"})
        assert page.status == 422
        assert "хотя бы одного взрослого" in page.text("#trip-form")

    def test_too_small_a_bus_is_said_in_a_sentence(
        self, teacher: Browser, school: School, slot: Slot
    ) -> None:
        more = [make_pupil(school.class_, f"Ч{letter}ев") for letter in "абвгде"]
        group = school.sign_up(slot, [*school.pupils, *more], companions=[ANNA])
        fields = {**typed(teacher, group), "seats": "9", "paper": "seats"}
        page = teacher.submit(url_of(group), fields=fields)
        assert page.status == 422
        assert "Едут 10 чел., а мест 9." in page.text(".o-summary")

    def test_nasty_input_gets_a_sentence(self, teacher: Browser, group: Group) -> None:
        usual = {**typed(teacher, group), "paper": "no such paper"}
        for names in (list(usual), ["seats"], ["dated"], ["leaves_at"], ["way"]):
            for value in NASTY:
                nasty = dict.fromkeys(names, value)
                answer = teacher.submit(url_of(group), fields={**usual, **nasty})
                assert answer.status == 422, f"{names}={value[:30]!r}"
                assert answer.text(".o-summary"), f"{names}={value[:30]!r}"


class TestKept:
    """Nobody types an order twice: not after lunch, not for the second paper, not a colleague."""

    ORDER = {"number": "214-ОД", "driver": "Басангов П. У., +7 961 000-00-00", "way": "public"}

    def keep(self, teacher: Browser, group: Group, **typed_: str) -> dict[str, str]:
        fields = {**typed(teacher, group), "dated": f"{clock.today()}", **self.ORDER, **typed_}
        page = teacher.submit(url_of(group), fields={"paper": "keep", **fields})
        assert "Сведения о выезде сохранены" in page.text()
        return {name: value for name, value in fields.items() if name != "csrf_token"}

    def test_by_the_button_that_prints_nothing(self, teacher: Browser, group: Group) -> None:
        fields = self.keep(teacher, group)
        form = typed(teacher, group)
        assert {name: form[name] for name in fields} == fields
        assert not db.session.scalars(
            sa.select(AuditEntry).filter_by(action="persons.exported")
        ).all()

    def test_with_every_paper_for_the_next_who_opens_the_page(
        self, teacher: Browser, group: Group
    ) -> None:
        for number in ("1-ОД", "2-ОД"):
            fields = {**typed(teacher, group), "number": number, "dated": f"{clock.today()}"}
            assert teacher.submit(url_of(group), fields={**fields, "paper": "order"}).status == 200
        teacher.log_in(make_member(group.school, Role.ORGANIZER))
        assert typed(teacher, group)["number"] == "2-ОД"

    def test_nothing_that_is_wrong(self, teacher: Browser, group: Group) -> None:
        fields = {**typed(teacher, group), "number": "7", "dated": "", "paper": "keep"}
        page = teacher.submit(url_of(group), fields=fields)
        assert page.status == 422
        assert page.form("#trip-form")["number"] == "7"
        assert typed(teacher, group)["number"] == ""

    def test_a_mistake_is_told_once(self, teacher: Browser, group: Group) -> None:
        fields = {**typed(teacher, group), "adult_11": "Одиннадцатый", "paper": "keep"}
        page = teacher.submit(url_of(group), fields=fields)
        assert page.status == 422
        assert page.html.count("Не больше 10 взрослых") == 1

    def test_the_group_knows_better_who_comes_along(self, teacher: Browser, group: Group) -> None:
        self.keep(teacher, group, adult_1="Другая Анна")
        assert typed(teacher, group)["adult_1"] == "Другая Анна"
        group.companions = [OLEG]
        form = typed(teacher, group)
        assert (form["adult_1"], form["adult_2"]) == (OLEG["name"], "")
        assert form["number"] == "214-ОД"

    def test_the_slot_knows_better_when(self, teacher: Browser, group: Group) -> None:
        self.keep(teacher, group, leaves_at="07:30")
        group.slot.starts_at += timedelta(days=7)
        group.slot.ends_at += timedelta(days=7)
        form = typed(teacher, group)
        assert form["leaves_on"] == f"{clock.to_local(group.slot.starts_at):%Y-%m-%d}"
        assert form["leaves_at"] == "07:30"

    def test_enter_keeps_and_prints_no_forms(self, teacher: Browser, group: Group) -> None:
        """A browser presses the first button of the form, wherever it stands."""
        page = teacher.open(url_of(group))
        first = page.soup.select("#trip-form button, button[form=trip-form]")[0]
        assert first["value"] == "keep"


class TestWhoMaySee:
    def test_nobody_but_the_school(self, browser: Browser, group: Group) -> None:
        event = group.event
        strangers = [
            make_member(event.organization, Role.ADMIN),  # the organizer: no parents' phones
            make_member(event.organization, Role.ORGANIZER),
            make_member(make_school(), Role.ADMIN),
            make_member(make_school(), Role.TEACHER),
        ]
        for user in strangers:
            browser.log_in(user)
            assert browser.open(url_of(group)).status == 404
            for paper in ("list", "folder"):
                assert browser.submit(url_of(group), paper=paper, adult_1="Анна").status == 404

    def test_the_schools_coordinator_does(self, browser: Browser, group: Group) -> None:
        browser.log_in(make_member(group.school, Role.ORGANIZER))
        assert browser.open(url_of(group)).status == 200

    def test_an_unknown_group_is_not_found(self, teacher: Browser) -> None:
        assert teacher.open("/school/groups/AAAAAAAAAAAA/papers").status == 404
