"""The pages of batches: asking, watching, taking away; the register; a new one in place."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from python_calamine import CalamineWorkbook

from app.accounts.models import User
from app.attendance.models import Presence
from app.audit.models import AuditEntry
from app.base import clock
from app.base.db import db
from app.certificates.batches import actions as batches
from app.certificates.batches import files as batch_files
from app.certificates.batches import queries as batch_queries
from app.certificates.batches import work as batch_work
from app.certificates.design.looks import STANDARD, Look
from app.certificates.design.models import CertificateDesign
from app.certificates.issued import actions
from app.certificates.issued.batch_models import BatchStatus, PaperBatch
from app.certificates.issued.models import Certificate
from app.certificates.kinds import CertificateKind
from app.events.models import Event
from app.notifications.models import Notification
from app.organizations.models import Role
from app.web.budgets import BATCHES_OF_ACCOUNT, Cost, charge
from tests.browser import Browser, Page
from tests.factories import make_event, make_member, make_organization, make_person, make_user
from tests.papers.people import came, mark, pages

pytestmark = pytest.mark.sqlite_alone
YEAR = clock.today().year


@pytest.fixture
def event() -> Event:
    event = make_event(title="Сварщик за один день", in_days_=-1)
    for surname in ("Авяшев", "Очиров"):
        came(event.slots[0], surname)
    return event


@pytest.fixture
def clerk(browser: Browser, event: Event) -> Browser:
    return browser.log_in(make_member(event.organization))


def here(event: Event) -> str:
    return f"/manage/events/{event.slug}/papers"


def ask(clerk: Browser, event: Event, kind: str = "participant", **typed: str) -> Page:
    address = f"{here(event)}/certificates/new?kind={kind}"
    usual = clerk.open(address).form("form.o-form")
    return clerk.submit(address, fields={**usual, **typed})


def waiting(event: Event, number: int = 2) -> PaperBatch:
    kind = CertificateKind.THANKS
    asked: list[batches.Asked] = [(None, f"Учитель № {place}", "") for place in range(number)]
    return batches.begin(event, kind, STANDARD[kind], asked)


class TestAsked:
    def test_a_small_batch_is_there_at_once(self, clerk: Browser, event: Event) -> None:
        page = ask(clerk, event)
        assert "Готово 2 из 2" in page.text("#batch-panel")
        assert page.soup.select_one("#batch-panel[hx-trigger]") is None
        [link] = [a for a in page.soup.select("#batch-panel a") if "file" in str(a["href"])]
        response = clerk.open(str(link["href"])).response
        assert response.mimetype == "application/pdf"
        assert response.cache_control.no_store
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert [f"№ {number}/{YEAR}" in text for number, text in enumerate(pages(response.data), 1)]
        assert db.session.query(Notification).count() == 0
        assert "Скачать" in clerk.open(here(event)).text("#batches")
        actions_written = set(db.session.scalars(sa.select(AuditEntry.action)))
        assert actions_written == {"certificates.batch_begun", "certificates.printed"}

    def test_not_without_end(self, clerk: Browser, event: Event) -> None:
        member = db.session.scalars(sa.select(User)).one()
        charge(Cost(BATCHES_OF_ACCOUNT, member.id, BATCHES_OF_ACCOUNT.most))
        page = ask(clerk, event)
        assert page.status == 422
        assert "много партий" in page.text(".o-summary")
        assert db.session.query(PaperBatch).count() == 0

    def test_a_large_one_waits_for_the_worker(
        self, clerk: Browser, event: Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(batches, "AT_ONCE", 1)
        page = ask(clerk, event, tells_holders="y", form="zip", is_archival="y")
        panel = page.soup.select_one("#batch-panel")
        assert panel
        assert panel["hx-trigger"] == "every 1s"
        assert "Готово 0 из 2" in page.text("#batch-panel")
        assert "В очереди" in page.text("#batch-panel")
        assert "Обновить" in page.text("#batch-panel")
        batch = db.session.scalars(sa.select(PaperBatch)).one()
        assert (batch.tells_holders, batch.is_archival, batch.form) == (True, True, "zip")
        again = clerk.open(f"{here(event)}/batches/{batch.id}", panel="batch-panel")
        assert "Готово 0 из 2" in again.text("#batch-panel")
        assert "<html" not in again.html

    def test_a_small_one_waits_for_the_worker_when_the_press_is_busy(
        self, app: Flask, clerk: Browser, event: Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The worker is never turned away, though its templates want a request."""
        monkeypatch.setitem(app.config, "HEAVY_AT_ONCE", 0)
        page = ask(clerk, event)
        assert page.status == 200
        batch = db.session.scalars(sa.select(PaperBatch)).one()
        assert (batch.status, batch.done, batch.claimed_by) == (BatchStatus.RUNNING, 0, "")
        batch_work.work_on_batches()
        db.session.refresh(batch)
        assert (batch.status, batch.done) == (BatchStatus.DONE, 2)

    def test_diplomas_with_a_result_for_each(self, clerk: Browser, event: Event) -> None:
        first, second = batch_queries.due_ids(event, CertificateKind.DIPLOMA)
        refused = ask(clerk, event, "diploma", whom="chosen")
        assert refused.status == 422
        assert "Отметьте ниже хотя бы одного" in refused.text("main")
        refused = ask(
            clerk, event, "diploma", whom="chosen", chosen=str(first),
            **{f"result-{second}": "I место"},
        )  # fmt: skip
        assert refused.status == 422
        assert "Впишите результат" in refused.text(f"#wrong-{first}")
        typed = refused.form("form.o-form")  # nothing typed is lost
        assert (typed["chosen"], typed[f"result-{second}"]) == (str(first), "I место")
        ask(
            clerk, event, "diploma", whom="chosen", chosen=str(second),
            **{f"result-{second}": "I место"},
        )  # fmt: skip
        paper = db.session.scalars(sa.select(Certificate)).one()
        assert (paper.registration_id, paper.result, paper.kind) == (second, "I место", "diploma")

    def test_thanks_to_typed_names(self, clerk: Browser, event: Event) -> None:
        names = "Манджиева Ольга Борисовна\r\n\r\n  ООО «Степь» \r\nООО «Степь»"
        page = ask(clerk, event, "thanks", names=names)
        assert "Готово 2 из 2" in page.text("#batch-panel")
        assert "Манджиева Ольга Борисовна" in clerk.open(here(event)).text("#issued")

    @pytest.mark.parametrize(
        ("names", "said"),
        [
            ("", "Впишите хотя бы одно имя"),
            ("Иванов\n<b>Пётр</b>", "без знаков"),
            ("=cmd()", "похоже на формулу"),
            ("Я" * 151, "слишком длинно"),
            ("\n".join(f"Имя {n}" for n in range(501)), "Не больше 500"),
        ],
    )
    def test_names_that_cannot_be_printed(
        self, clerk: Browser, event: Event, names: str, said: str
    ) -> None:
        refused = ask(clerk, event, "thanks", names=names)
        assert refused.status == 422
        assert said in refused.text("#names-error")
        assert refused.form("form.o-form")["names"].split() == names.split()
        assert db.session.query(PaperBatch).count() == 0

    def test_the_organizations_own_design(self, clerk: Browser, event: Event) -> None:
        look = Look(heading="Свидетельство", body="за {мероприятие}")
        design = CertificateDesign(
            organization=event.organization, title="Наш", kind=CertificateKind.PARTICIPANT,
            content=look.to_json(),
        )  # fmt: skip
        strange = CertificateDesign(
            organization=make_organization(), title="Чужой", kind=CertificateKind.PARTICIPANT,
            content=Look(heading="Чужое").to_json(),
        )  # fmt: skip
        db.session.add_all([design, strange])
        db.session.flush()
        assert ask(clerk, event, design=str(strange.id)).status == 422
        ask(clerk, event, design=str(design.id))
        paper = db.session.scalars(sa.select(Certificate)).first()
        assert paper
        assert paper.look
        frozen = Look.from_json(paper.look.content)
        [head] = frozen.signatories  # the design names nobody
        assert head.name == event.organization.signatory_name
        assert replace(frozen, signatories=()) == look

    def test_nobody_is_left(self, clerk: Browser, event: Event) -> None:
        ask(clerk, event)
        refused = ask(clerk, event)
        assert refused.status == 422
        assert "Выдавать некому" in refused.text("main")

    def test_hours_without_hours(self, clerk: Browser, event: Event) -> None:
        address = f"{here(event)}/certificates/new?kind=hours"
        assert "не указано, сколько" in clerk.open(address).text("main")
        assert ask(clerk, event, "hours").status == 422


class TestWatched:
    def test_cancel_go_on_delete_print_again(self, clerk: Browser, event: Event) -> None:
        batch = waiting(event)
        address = f"{here(event)}/batches/{batch.id}"
        assert clerk.open(f"{address}/file").path == address  # not yet: said on its page
        assert "Отменено" in clerk.submit(f"{address}/cancel").text("#batch-panel")
        assert "уже завершён" in clerk.submit(f"{address}/cancel").text("#messages")
        page = clerk.submit(f"{address}/go-on", panel="batch-panel")
        assert "Готово 2 из 2" in page.text("#batch-panel")
        clerk.submit(f"{address}/go-on")  # pressed twice
        assert "Файл удалён" in clerk.submit(f"{address}/delete-file").text("#messages")
        assert not batch_files.is_there(batch)
        assert "Напечатать снова" in clerk.open(address).text("#batch-panel")
        assert "Скачать" in clerk.submit(f"{address}/print-again").text("#batch-panel")
        assert db.session.query(Certificate).count() == 2

    def test_a_failure_says_why(self, clerk: Browser, event: Event) -> None:
        batch = waiting(event)
        batch.status, batch.error = BatchStatus.FAILED, "На сервере кончилось место."
        page = clerk.open(f"{here(event)}/batches/{batch.id}")
        assert "кончилось место" in page.text(".o-box.o-bad")
        assert "Продолжить" in page.texts("#batch-panel button")

    @pytest.mark.parametrize("who", ["stranger", "door", "nobody"])
    def test_strangers_see_nothing(self, browser: Browser, event: Event, who: str) -> None:
        batch = waiting(event)
        users: dict[str, Callable[[], User]] = {
            "stranger": lambda: make_member(make_organization(), Role.ADMIN),
            "door": lambda: make_member(event.organization, Role.DOOR),
            "nobody": make_user,
        }
        browser.log_in(users[who]())
        address = f"{here(event)}/batches/{batch.id}"
        for one in (address, f"{address}/file", f"{here(event)}/certificates/new",
                    f"{here(event)}/certificates.xlsx"):  # fmt: skip
            assert browser.open(one).status == 404, one
        for act in ("cancel", "go-on", "print-again", "delete-file"):
            assert browser.submit(f"{address}/{act}").status == 404, act
        assert browser.submit(f"{here(event)}/certificates/new").status == 404

    def test_of_another_event_is_not_found(self, clerk: Browser, event: Event) -> None:
        batch = waiting(make_event(organization=make_organization(), in_days_=-1))
        assert clerk.open(f"{here(event)}/batches/{batch.id}").status == 404
        assert clerk.open(f"{here(event)}/batches/{'9' * 30}").status == 404


class TestAgain:
    def test_a_valid_one_is_replaced_with_a_reason(self, clerk: Browser, event: Event) -> None:
        ask(clerk, event, "thanks", names="Манжиева Ольга Борисовна")
        [old] = db.session.scalars(sa.select(Certificate))
        address = f"{here(event)}/certificates/{old.id}/issue-again"
        assert clerk.submit(address, holder="Манджиева Ольга Борисовна").status == 422  # why?
        page = clerk.submit(address, holder="Манджиева Ольга Борисовна", note="Опечатка в фамилии")
        assert f"№ 2/{YEAR}" in page.text("#messages")
        new = db.session.scalars(sa.select(Certificate).filter_by(number=2)).one()
        assert (new.holder, new.replaces_id, new.note) == (
            "Манджиева Ольга Борисовна", old.id, "Опечатка в фамилии",
        )  # fmt: skip
        db.session.refresh(old)
        assert (old.is_revoked, old.revoke_reason) == (True, "Опечатка в фамилии")
        assert f"Вместо него выдан № 2/{YEAR}" in clerk.open(f"/verify/{old.code}").text()
        [text] = pages(clerk.open(f"{here(event)}/certificates/{new.id}.pdf").response.data)
        assert "Манджиева" in text
        assert clerk.open(f"{here(event)}/certificates/{old.id}.pdf").status == 404


class TestRegister:
    def rows(self, page: Page) -> list[list[Any]]:
        book = CalamineWorkbook.from_filelike(BytesIO(page.response.data))
        return book.get_sheet_by_index(0).to_python()

    def test_every_number_in_order_with_its_state(self, clerk: Browser, event: Event) -> None:
        absent = came(event.slots[0], "Яковлев")
        ask(clerk, event)
        ask(clerk, event, "thanks", names="ООО «Степь»")
        mark(absent, Presence.ABSENT)
        first = db.session.scalars(sa.select(Certificate).filter_by(number=1)).one()
        actions.replace(first, note="Опечатка")
        table = self.rows(clerk.open(f"{here(event)}/certificates.xlsx"))
        head = next(place for place, row in enumerate(table) if row[0] == "№")
        body = table[head + 1 :]
        assert [row[0] for row in body] == [f"{number}/{YEAR}" for number in range(1, 6)]
        assert [str(row[8]).split(";")[-1].strip() for row in body] == [
            f"заменён сертификатом № 5/{YEAR}", "действителен",
            "недействителен: отмечен(а) отсутствие", "действителен", "действителен",
        ]  # fmt: skip
        assert [row[2] for row in body][3] == "Благодарственное письмо"
        assert [row[3] for row in body][3] == "ООО «Степь»"
        assert body[4][9] == f"1/{YEAR}"
        designs = clerk.open(f"/manage/organization/{event.organization.slug}/certificates")
        [of_the_year] = designs.soup.select("a[href*='register.xlsx']")
        whole = self.rows(clerk.open(str(of_the_year["href"])))
        assert [row[0] for row in whole[-5:]] == [row[0] for row in body]

    def test_of_ones_own_organization_alone(self, clerk: Browser, event: Event) -> None:
        other = make_organization()
        address = "/manage/organization/certificates/register.xlsx"
        assert clerk.open(f"{address}?organization={other.slug}").status == 404
        assert clerk.open(f"{address}?year=3000").status == 200
        assert clerk.open(f"{address}?year=x").status == 200


class TestMine:
    def test_every_kind_has_its_own_download(self, browser: Browser, event: Event) -> None:
        user = make_user()
        registration = came(event.slots[0], make_person("Яковлев", user=user))
        kind = CertificateKind.DIPLOMA
        asked: list[batches.Asked] = [(registration.id, "", "I место")]
        batch = batches.begin(event, kind, STANDARD[kind], asked)
        db.session.commit()
        browser.log_in(user)
        address = f"/registrations/{registration.code}/certificate.pdf"
        assert browser.open(f"{address}?kind=diploma").status == 404  # not issued yet
        browser.log_in(make_member(event.organization)).submit(
            f"{here(event)}/batches/{batch.id}/cancel"
        )
        browser.submit(f"{here(event)}/batches/{batch.id}/go-on")
        browser.log_in(user)
        mine = browser.open("/me/certificates")
        [to_press] = mine.soup.select(".o-card-foot form")
        [to_open] = mine.soup.select(".o-card-foot a.btn")
        assert (to_press["action"], to_open["href"]) == (address, f"{address}?kind=diploma")
        assert "I место" in mine.text(".o-grid")
        [text] = pages(browser.open(f"{address}?kind=diploma").response.data)
        assert "I место" in text
        [text] = pages(browser.submit(address).response.data)
        assert f"№ 2/{YEAR}" in text
