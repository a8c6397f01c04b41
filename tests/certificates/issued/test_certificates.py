"""Certificates: who gets one, its number, its words, its page."""

from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import User
from app.attendance.models import Presence
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.base.words.text import quoted
from app.certificates.issued import actions
from app.certificates.issued import numbers as issuing
from app.certificates.issued.models import Certificate, CertificateBook
from app.certificates.issued.queries import due_count, valid_certificates
from app.certificates.printing import document as certificates
from app.events.models import Event
from app.notifications.models import Notification
from app.organizations.models import Role
from app.people.actions import Details, described
from app.registrations.models import Status
from tests.browser import Browser, counted_queries
from tests.factories import make_event, make_member, make_organization, make_person, make_user
from tests.papers.people import came, mark, pages, registration_of, signed_up

YEAR = clock.today().year


@pytest.fixture
def event() -> Event:
    organization = make_organization(
        name="Элистинский политехнический колледж", signatory_name="О. Б. Манджиева",
        signatory_post="Директор колледжа",
    )  # fmt: skip
    return make_event(
        organization=organization, title="Сварщик за один день", in_days_=-1,
        kind_code="trial", fields=["construction"],
    )  # fmt: skip


def numbers(event: Event) -> dict[str, int]:
    """By surname."""
    return {paper.holder.split()[0]: paper.number for paper in valid_certificates(event)}


def letters() -> list[Notification]:
    query = sa.select(Notification).filter_by(template="certificate_ready")
    return list(db.session.scalars(query))


class TestRule:
    def test_everybody_who_came_gets_a_number_in_russian_order(self, event: Event) -> None:
        for surname in ("Яковлев", "Ёлкин", "Үлмҗин", "Ельцин", "Бадмаев", "Елкин"):
            came(event.slots[0], surname)
        issued = actions.issue_due(event)
        assert len(issued) == 6
        assert numbers(event) == {
            "Бадмаев": 1, "Елкин": 2, "Ёлкин": 3, "Ельцин": 4, "Үлмҗин": 5, "Яковлев": 6,
        }  # fmt: skip
        assert issued[0].full_number == f"1/{YEAR}"

    def test_nobody_else_does(self, event: Event) -> None:
        slot = event.slots[0]
        came(slot, "Очиров")
        signed_up(slot, "Неотмеченный")
        mark(signed_up(slot, "Отсутствующий"), Presence.ABSENT)
        mark(signed_up(slot, "Болевший"), Presence.EXCUSED)
        mark(signed_up(slot, "Ждущий", status=Status.WAITLISTED), Presence.PRESENT)
        mark(signed_up(slot, "Ушедший", status=Status.CANCELLED), Presence.PRESENT)
        actions.issue_due(event)
        assert list(numbers(event)) == ["Очиров"]

    def test_issuing_again_gives_the_same_numbers_and_new_ones_to_the_late(
        self, event: Event
    ) -> None:
        came(event.slots[0], "Очиров")
        actions.issue_due(event)
        assert actions.issue_due(event) == []
        came(event.slots[0], "Авяшев")
        assert len(actions.issue_due(event)) == 1
        assert numbers(event) == {"Очиров": 1, "Авяшев": 2}

    def test_numbers_run_through_the_events_of_an_organization(self, event: Event) -> None:
        other = make_event(organization=event.organization, in_days_=-2)
        strange = make_event(in_days_=-2)
        for one in (event, other, strange):
            came(one.slots[0])
            actions.issue_due(one)
        assert [valid_certificates(one)[0].number for one in (event, other, strange)] == [1, 2, 1]

    def test_numbers_begin_anew_with_the_local_year(
        self, event: Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for surname, utc in (("Первый", "2026-12-31T20:59"), ("Второй", "2026-12-31T21:00")):
            monkeypatch.setattr(clock, "now", lambda utc=utc: datetime.fromisoformat(utc))
            came(event.slots[0], surname)
            actions.issue_due(event)
        assert [paper.full_number for paper in valid_certificates(event)] == ["1/2027", "1/2026"]

    def test_words_stay_as_they_were_issued(self, event: Event) -> None:
        registration = came(event.slots[0], make_person("Бадмаев", "Санджи", "Эрдниевич"))
        actions.issue_due(event)
        described(registration.person, Details("Иванов", "Пётр"))
        event.title, event.organization.name = "Другое", "Другой колледж"
        event.organization.signatory_name = "Другой директор"
        [paper] = valid_certificates(event)
        assert paper.holder == "Бадмаев Санджи Эрдниевич"
        assert paper.holder_in_short == "Санджи Эрдниевич Б."
        assert paper.event_title == "Сварщик за один день"
        assert paper.organization_name == "Элистинский политехнический колледж"
        assert paper.signatory_name == "О. Б. Манджиева"
        assert paper.event_kind == "Профессиональная проба"
        assert paper.professional_fields == "строительство"

    def test_letters_go_once_to_those_who_have_an_address(self, event: Event) -> None:
        with_address = came(event.slots[0], "Очиров")
        came(event.slots[0], make_person("Безпочтов", email=""))
        actions.issue_due(event)
        assert actions.tell_holders(event) == 1
        assert actions.tell_holders(event) == 0
        [letter] = letters()
        [paper] = [one for one in valid_certificates(event) if one.holder.startswith("Очиров")]
        assert letter.address == with_address.email
        assert letter.context == {
            "person": paper.holder, "event": event.title,
            "organization": event.organization.short_name,
            "code": with_address.code, "verify_code": paper.code,
        }  # fmt: skip

    def test_revoking_keeps_the_number(self, event: Event) -> None:
        came(event.slots[0], "Очиров")
        [paper] = actions.issue_due(event)
        actions.revoke(paper, reason="Ошибка в фамилии")
        assert (paper.number, paper.revoke_reason) == (1, "Ошибка в фамилии")
        assert valid_certificates(event) == []
        assert due_count(event) == 0
        came(event.slots[0], "Авяшев")
        assert actions.issue_due(event)[0].number == 2
        with pytest.raises(RuleBroken, match="уже отозван"):
            actions.revoke(paper, reason="ещё раз")

    def test_a_revoked_one_is_issued_again_only_when_asked_for(self, event: Event) -> None:
        registration = came(event.slots[0], make_person("Очиоров", "Нарма", ""))
        [wrong] = actions.issue_due(event)
        actions.revoke(wrong, reason="Опечатка")
        assert actions.issue(registration) is None
        described(registration.person, Details("Очиров", "Нарма"))
        right = actions.issue_again(wrong)
        assert (right.holder, right.number) == ("Очиров Нарма", 2)
        assert valid_certificates(event) == [right]
        with pytest.raises(RuleBroken, match="уже есть"):
            actions.issue_again(wrong)

    def test_who_did_not_come_after_all_gets_none_again(self, event: Event) -> None:
        registration = came(event.slots[0])
        [paper] = actions.issue_due(event)
        actions.revoke(paper, reason="Не был")
        mark(registration, Presence.ABSENT)
        with pytest.raises(RuleBroken, match="отсутствовал"):
            actions.issue_again(paper)

    def test_the_database_keeps_one_valid_paper_for_a_place(self, event: Event) -> None:
        came(event.slots[0])
        [paper] = actions.issue_due(event)
        book = db.session.scalars(sa.select(CertificateBook)).one()
        assert paper.look
        with pytest.raises(sa.exc.IntegrityError):
            issuing.number(
                book, event, paper.kind, paper.look, [issuing.Wish(registration_of(paper))]
            )


class TestPaper:
    def test_says_everything_and_its_text_can_be_copied(self, app: Flask, event: Event) -> None:
        came(event.slots[0], make_person("Цаңхаева", "Әәдмин", "Өлзәтә-Һаря"))
        with app.test_request_context():
            [paper] = actions.issue_due(event)
            [text] = pages(certificates.certificates([paper]))
        for words in (
            "Элистинский политехнический колледж", "СЕРТИФИКАТ", "участника",
            "Цаңхаева Әәдмин Өлзәтә-Һаря", "«Сварщик за один день»", "Профессиональная проба",
            "Директор колледжа", "О. Б. Манджиева",
            "М. П.", f"№ 1/{YEAR}", paper.code_in_groups, "localhost/verify",
        ):  # fmt: skip
            assert words in text

    def test_a_page_for_each(self, app: Flask, event: Event) -> None:
        for surname in ("Очиров", "Авяшев", "Бадмаев"):
            came(event.slots[0], surname)
        with app.test_request_context():
            actions.issue_due(event)
            texts = pages(certificates.certificates(valid_certificates(event)))
        assert [surname in text for surname, text in zip(
            ("Авяшев", "Бадмаев", "Очиров"), texts, strict=True
        )] == [True] * 3  # fmt: skip

    def test_the_longest_words_still_fit_on_one_page(self, app: Flask, event: Event) -> None:
        event.title = ("Республиканский фестиваль профессий «Моя профессия» " * 4)[:200]
        event.organization.name = ("Казённое профессиональное учреждение Калмыкии " * 9)[:400]
        event.organization.signatory_post = ("Исполняющий обязанности директора " * 6)[:200]
        event.fields = ["construction", "medicine", "it"]
        person = make_person("Бадмаева-Константинопольская", "Александра-Виктория", "Мингияновна")
        came(event.slots[0], person)
        with app.test_request_context():
            papers = actions.issue_due(event)
            [text] = pages(certificates.certificates(papers))
        assert "Мингияновна" in text
        assert f"№ 1/{YEAR}" in text

    def test_quotation_marks_inside_a_title_become_inner_ones(self) -> None:
        assert quoted("Проба «Повар»") == "«Проба „Повар“»"


class TestScreen:
    @pytest.fixture
    def organizer(self, browser: Browser, event: Event) -> Browser:
        return browser.log_in(make_member(event.organization))

    def test_papers_say_who_came_and_what_the_button_does(
        self, organizer: Browser, event: Event
    ) -> None:
        came(event.slots[0], "Очиров")
        came(event.slots[0], "Авяшев")
        signed_up(event.slots[0], "Яковлев")
        papers = organizer.open(f"/manage/events/{event.slug}/papers")
        assert "2 из 3" in papers.text()
        assert "2 человека пришли" in papers.text("#certificates-panel")
        assert "Выдать сертификаты (2)" in papers.texts("#certificates-panel button")
        addresses = [str(link["href"]) for link in papers.soup.select("main a[href]")]
        here = f"/manage/events/{event.slug}/papers"
        for name in (
            "list.pdf", "list.xlsx", f"list-{event.slots[0].id}.pdf",
            f"list-{event.slots[0].id}.xlsx",
        ):  # fmt: skip
            assert f"{here}/{name}" in addresses
        assert papers.soup.select(f"form[method=post][action='{here}/certificates.pdf']")

    def test_looking_numbers_nobody(self, organizer: Browser, event: Event) -> None:
        """A program that follows links, or looks ahead, gives out no numbers."""
        registration = came(event.slots[0], "Очиров")
        here = f"/manage/events/{event.slug}/papers"
        ticket = f"/registrations/{registration.code}"
        for address, back in (
            (f"{here}/certificates.pdf", here),
            (f"{here}/certificate-{registration.id}.pdf", here),
            (f"{ticket}/certificate.pdf", ticket),
        ):
            assert organizer.open(address, follow=False).response.location == back
        assert numbers(event) == {}
        assert organizer.submit(f"{ticket}/certificate.pdf").response.mimetype == "application/pdf"
        assert numbers(event) == {"Очиров": 1}
        for address in (f"{here}/certificates.pdf", f"{ticket}/certificate.pdf"):
            assert organizer.open(address).response.mimetype == "application/pdf"

    @pytest.mark.parametrize("panel", [None, "certificates-panel"])
    def test_issuing_numbers_and_writes_once(
        self, organizer: Browser, event: Event, panel: str | None
    ) -> None:
        came(event.slots[0], "Очиров")
        came(event.slots[0], "Авяшев")
        address = f"/manage/events/{event.slug}/papers/certificates"
        page = organizer.submit(address, panel=panel)
        assert "Выдано 2 сертификата" in page.text("#messages")
        assert page.texts("#issued tbody th") == [
            "Авяшев Санджи Эрдниевич", "Очиров Санджи Эрдниевич",
        ]  # fmt: skip
        organizer.submit(address, panel=panel)
        assert len(letters()) == 2
        assert numbers(event) == {"Авяшев": 1, "Очиров": 2}

    def test_the_pdf_of_all_numbers_who_is_missing_without_letters(
        self, organizer: Browser, event: Event
    ) -> None:
        came(event.slots[0], "Очиров")
        address = f"/manage/events/{event.slug}/papers/certificates.pdf"
        first = organizer.submit(address).response
        assert "inline" in first.headers["Content-Disposition"]
        assert "Сертификаты — Сварщик за один день.pdf" in unquote(
            first.headers["Content-Disposition"]
        )
        assert f"№ 1/{YEAR}" in pages(first.data)[0]
        assert pages(organizer.open(address).response.data) == pages(first.data)
        assert letters() == []
        page = organizer.open(f"/manage/events/{event.slug}/papers")
        assert "Отправить письма (1)" in page.texts("#certificates-panel button")

    def test_while_numbers_are_given_only_the_new_papers_are_printed(
        self, organizer: Browser, event: Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who gives numbers holds up others who do: all the rest is printed afterwards."""
        print_all, printed = certificates.certificates, []

        def counted(papers: Sequence[Certificate]) -> bytes:
            printed.append(len(papers))
            return print_all(papers)

        monkeypatch.setattr(certificates, "certificates", counted)
        address = f"/manage/events/{event.slug}/papers/certificates.pdf"
        for surname in ("Очиров", "Бадмаев"):
            came(event.slots[0], surname)
        organizer.submit(address)
        came(event.slots[0], "Авяшев")
        assert len(pages(organizer.submit(address).response.data)) == 3
        assert printed == [2, 1, 3]  # two of them once, from the shelf

    def test_nobody_came_so_there_is_no_paper(self, organizer: Browser, event: Event) -> None:
        registration = signed_up(event.slots[0], "Очиров")
        here = f"/manage/events/{event.slug}/papers"
        assert organizer.open(f"{here}/certificates.pdf").status == 404
        assert organizer.open(f"{here}/certificate-{registration.id}.pdf").status == 404
        assert "никто не отмечен" in organizer.open(here).text("#certificates-panel").lower()

    def test_one_by_its_registration(self, organizer: Browser, event: Event) -> None:
        one, another = came(event.slots[0], "Очиров"), came(event.slots[0], "Авяшев")
        stranger = came(make_event(in_days_=-1).slots[0], "Чужой")
        here = f"/manage/events/{event.slug}/papers"
        [text] = pages(organizer.submit(f"{here}/certificate-{one.id}.pdf").response.data)
        assert "Очиров" in text
        assert numbers(event) == {"Очиров": 1}
        organizer.submit(f"{here}/certificate-{another.id}.pdf")
        assert numbers(event) == {"Очиров": 1, "Авяшев": 2}
        assert organizer.open(f"{here}/certificate-{stranger.id}.pdf").status == 404

    @pytest.mark.parametrize("panel", [None, "certificates-panel"])
    def test_revoke_asks_why(self, organizer: Browser, event: Event, panel: str | None) -> None:
        registration = came(event.slots[0], "Очиров")
        [paper] = actions.issue_due(event)
        here = f"/manage/events/{event.slug}/papers"
        address = f"{here}/certificates/{paper.id}/revoke"
        assert "Очиров" in organizer.open(address, panel=panel).text("#certificates-panel")
        for reason in ("", " ", "я" * 301, "=cmd()", "<script>", "\x00\x07", "😀"):
            refused = organizer.submit(address, panel=panel, reason=reason)
            assert refused.status == 422, reason
            assert refused.text(".o-error")
        assert not db.session.get_one(Certificate, paper.id).is_revoked
        done = organizer.submit(address, panel=panel, reason="Ошибка в фамилии")
        assert "Отозван" in done.text("#certificates-panel")
        assert "Ошибка в фамилии" in done.text("#certificates-panel")
        assert organizer.submit(address, reason="снова").status == 422
        assert organizer.submit(f"{here}/certificate-{registration.id}.pdf").status == 404
        again = f"{here}/certificates/{paper.id}/issue-again"
        assert f"№ 2/{YEAR}" in organizer.submit(again, panel=panel).text("#messages")
        assert "уже есть" in organizer.submit(again).text(".o-summary")

    def test_a_certificate_of_another_event_is_not_found(
        self, organizer: Browser, event: Event
    ) -> None:
        other = make_event(in_days_=-1)
        came(other.slots[0])
        [paper] = actions.issue_due(other)
        here = f"/manage/events/{event.slug}/papers/certificates/{paper.id}"
        assert organizer.open(f"{here}/revoke").status == 404
        assert organizer.submit(f"{here}/revoke", reason="Чужой").status == 404
        assert organizer.submit(f"{here}/issue-again").status == 404
        assert not paper.is_revoked

    @pytest.mark.parametrize("number", ["0", "9" * 30])
    def test_numbers_that_name_nothing(self, organizer: Browser, event: Event, number: str) -> None:
        here = f"/manage/events/{event.slug}/papers"
        for address in (
            f"/list-{number}.pdf", f"/list-{number}.xlsx", f"/certificate-{number}.pdf",
            f"/certificates/{number}/revoke",
        ):  # fmt: skip
            assert organizer.open(here + address).status == 404, address
        assert organizer.open(f"{here}?page={number}").status == 200

    @pytest.mark.parametrize("who", ["stranger", "door", "nobody"])
    def test_strangers_and_the_door_see_nothing(
        self, browser: Browser, event: Event, who: str
    ) -> None:
        came(event.slots[0])
        [paper] = actions.issue_due(event)
        users: dict[str, Callable[[], User]] = {
            "stranger": lambda: make_member(make_organization(), Role.ADMIN),
            "door": lambda: make_member(event.organization, Role.DOOR),
            "nobody": make_user,
        }
        browser.log_in(users[who]())
        here = f"/manage/events/{event.slug}/papers"
        slot = event.slots[0].id
        for address in (
            "", "/list.pdf", "/list.xlsx", f"/list-{slot}.pdf", f"/list-{slot}.xlsx",
            "/certificates.pdf", f"/certificate-{paper.registration_id}.pdf",
            f"/certificates/{paper.id}/revoke",
        ):  # fmt: skip
            assert browser.open(here + address).status == 404, address
        for address in (
            "/certificates", f"/certificates/{paper.id}/revoke",
            f"/certificates/{paper.id}/issue-again",
        ):  # fmt: skip
            assert browser.submit(here + address, reason="Чужая рука").status == 404, address
        assert not db.session.get_one(Certificate, paper.id).is_revoked

    @pytest.mark.figures
    def test_queries_do_not_grow_with_certificates(
        self, app: Flask, organizer: Browser, event: Event
    ) -> None:
        address = f"/manage/events/{event.slug}/papers"
        counts = []
        for _ in range(2):
            for _ in range(5):
                came(event.slots[0])
            actions.issue_due(event)
            with counted_queries(app) as statements:
                organizer.open(address)
            counts.append(len(statements))
        assert counts[0] == counts[1] <= 11, statements


class TestMine:
    def test_shows_what_the_account_earned_and_gives_the_paper(
        self, browser: Browser, event: Event
    ) -> None:
        user = make_user()
        registration = came(event.slots[0], make_person("Очиров", user=user))
        came(event.slots[0], "Чужой")
        browser.log_in(user)
        page = browser.open("/me/certificates")
        assert page.texts(".o-card h3") == ["Сварщик за один день"]
        assert "Чужой" not in page.text()
        address = f"/registrations/{registration.code}/certificate.pdf"
        assert address in [form["action"] for form in page.soup.select(".o-card form")]
        [text] = pages(browser.submit(address).response.data)
        assert f"№ 1/{YEAR}" in text
        assert f"№ 1/{YEAR}" in browser.open("/me/certificates").text()

    def test_empty_says_what_to_do(self, browser: Browser) -> None:
        page = browser.log_in(make_user()).open("/me/certificates")
        assert "все, кто пришёл" in page.text(".o-empty")

    def test_by_the_ticket_only_for_who_came(self, browser: Browser, event: Event) -> None:
        registration = signed_up(event.slots[0], "Очиров")
        address = f"/registrations/{registration.code}/certificate.pdf"
        ticket = f"/registrations/{registration.code}"
        assert browser.open(address).status == 404
        assert address not in browser.open(ticket).html
        mark(registration, Presence.PRESENT)
        assert address in browser.open(ticket).html
        assert browser.submit(address).response.mimetype == "application/pdf"
        mark(registration, Presence.ABSENT)
        assert browser.open(address).status == 404
        assert browser.open("/registrations/NOSUCHCODE99/certificate.pdf").status == 404
