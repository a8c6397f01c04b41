"""«Мой путь»: what a pupil has tried, by school year and professional field."""

from app.attendance.models import Presence
from app.base.db import db
from app.certificates.issued.actions import issue_due, revoke
from app.certificates.issued.queries import certificates_by_name
from app.certificates.mine.paths import path_of
from app.registrations.merging.actions import merge
from tests.attendance.people import THIS_YEAR, held
from tests.browser import Browser
from tests.factories import make_event, make_guardianship, make_person, make_user

PATH = "/me/path"


class TestRule:
    def test_by_school_year_and_field(self) -> None:
        person = make_person()
        earlier = held(person, on=f"{THIS_YEAR - 1}-10-01 09:00", fields=["it"])
        first = held(person, fields=["it", "media"])
        second = held(person, on=f"{THIS_YEAR}-09-03 09:00", fields=["it"])
        this, last = path_of(person)
        assert (this.year, last.year) == (THIS_YEAR, THIS_YEAR - 1)
        assert [step.registration.event for step in this.steps] == [second, first]
        assert [step.registration.event for step in last.steps] == [earlier]
        assert this.by_field == {"it": 2, "media": 1}

    def test_who_did_not_come_has_tried_nothing(self) -> None:
        person = make_person()
        held(person, presence=Presence.ABSENT)
        assert path_of(person) == []

    def test_what_stayed_with_a_merged_card_is_there_once(self) -> None:
        kept, other = make_person(), make_person()
        held(kept, other)
        merge(kept, other, by=None)
        [year] = path_of(kept)
        assert len(year.steps) == 1


class TestScreen:
    def test_shows_what_was_tried(self, browser: Browser) -> None:
        user = make_user()
        person = make_person(user=user)
        event = held(person, title="День колледжа", kind_code="trial", fields=["it"])
        issue_due(event)
        screen = browser.log_in(user).open(PATH)
        assert f"{THIS_YEAR}/{(THIS_YEAR + 1) % 100} учебный год" in screen.text()
        assert "1 профессиональная сфера из" in screen.text()
        assert "День колледжа" in screen.text(".o-card")
        [link] = screen.soup.select("a[href$='certificate.pdf']")
        assert browser.open(str(link["href"])).status == 200

    def test_a_revoked_certificate_says_so(self, browser: Browser) -> None:
        user = make_user()
        event = held(make_person(user=user))
        issue_due(event)
        [certificate] = db.session.scalars(certificates_by_name(event))
        revoke(certificate, reason="Ошибка")
        assert "Сертификат отозван" in browser.log_in(user).open(PATH).text()

    def test_an_empty_path_is_friendly(self, browser: Browser) -> None:
        user = make_user()
        make_person(user=user, grade=9)
        make_event(title="Проба для девятых", grade_from=9, grade_to=9)
        make_event(title="Проба для пятых", grade_from=5, grade_to=5)
        screen = browser.log_in(user).open(PATH)
        assert "Путь начинается с первого мероприятия" in screen.text()
        assert screen.texts(".o-card h3") == ["Проба для девятых"]

    def test_who_has_told_nothing_yet(self, browser: Browser) -> None:
        screen = browser.log_in(make_user()).open(PATH)
        assert "Путь начинается с первого мероприятия" in screen.text()

    def test_of_one_s_children(self, browser: Browser) -> None:
        mother = make_user()
        make_person("Бадмаева", "Герел", "", grade=None, user=mother)
        son = make_person()
        make_guardianship(son, mother)
        held(son, title="День колледжа")
        browser.log_in(mother)
        screen = browser.open(PATH)
        assert screen.texts("nav[aria-label='Чей путь'] li") == [
            "Бадмаева Герел",
            "Санджи Эрдниевич",
        ]
        assert "День колледжа" not in screen.text()
        assert "День колледжа" in browser.open(f"{PATH}?person={son.id}").text()

    def test_nobody_else_s(self, browser: Browser) -> None:
        stranger = make_person()
        user = make_user()
        make_person(user=user)
        browser.log_in(user)
        for wanted, status in ((str(stranger.id), 404), ("9" * 30, 200), ("0", 200)):
            assert browser.open(f"{PATH}?person={wanted}").status == status
