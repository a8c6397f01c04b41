"""A backup is played back: whom we erased is erased again, what was withdrawn is withdrawn again,
and nothing else is changed."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.base.db import db, transaction
from app.certificates.issued.actions import issue_due
from app.certificates.issued.models import Certificate
from app.people.consents.actions import Giver, agree, end
from app.people.models import Consent, ConsentChannel, ConsentKind, Person
from app.privacy.after_restore import apply_tombstones
from app.privacy.erasing import erase
from app.privacy.models import ErasureReason
from app.registrations.consents.actions import withdraw
from app.registrations.models import Registration
from app.registrations.signing_up.actions import cancel
from app.sweeps import tombstones
from app.sweeps.models import Tombstone, TombstoneKind
from app.web.health import heartbeat
from tests.factories import make_event, make_person, make_registration
from tests.papers.people import came

AGREED = {"channel": ConsentChannel.PAPER, "by": Giver(name="Анна")}
NOT_COMPARED = {"tombstone", "audit_entry", "erasure_act", "sweep_run"}  # what tells of it
Rows = dict[str, list[tuple[Any, ...]]]


def everything() -> Rows:
    db.session.expire_all()
    return {
        name: [tuple(row) for row in db.session.execute(sa.select(table).order_by(table.c[0]))]
        for name, table in db.metadata.tables.items()
        if name not in NOT_COMPARED
    }


@pytest.fixture
def stones(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "tombstones.jsonl"
    monkeypatch.setitem(app.config, "TOMBSTONES_FILE", str(file))
    return file


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Flask]:
    """On a file of SQLite that can be copied away and put back."""
    site = create_app(
        {
            "SECRET_KEY": "for tests",
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'site.sqlite'}",
            "SQLALCHEMY_ENGINE_OPTIONS": {},
            "FILES_FOLDER": str(tmp_path / "files"),
            "PAPERS_FOLDER": str(tmp_path / "papers"),
            "TOMBSTONES_FILE": str(tmp_path / "tombstones.jsonl"),
        }
    )
    with site.app_context():
        db.create_all()
        yield site
        db.session.remove()
        db.engine.dispose()


def copy(site: Flask, source: str, target: str) -> None:
    db.session.remove()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.engine.dispose()
    folder = Path(site.config["TOMBSTONES_FILE"]).parent
    for name in ("site.sqlite-wal", "site.sqlite-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copyfile(folder / source, folder / target)


@pytest.mark.sqlite_alone
class TestRestore:
    @pytest.fixture
    def people(self, site: Flask) -> dict[str, int]:
        """Three who came and have a paper, three who are coming."""
        with transaction():
            past, coming = make_event(in_days_=-2).slots[0], make_event().slots[0]
            found: dict[str, int] = {}
            for name in ("erased", "withdrawn", "cancelled"):
                person = make_person()
                came(past, person)
                make_registration(coming, person)
                found[name] = person.id
            issue_due(past.event)
        return found

    def acts(self, people: dict[str, int]) -> None:
        one = {name: db.session.get_one(Person, id_) for name, id_ in people.items()}
        with transaction():
            erase(one["erased"], reason=ErasureReason.REQUEST, done_by="somebody")
        with transaction():
            withdraw(one["withdrawn"], ConsentKind.PERSONAL_DATA, by_name="Анна")
        with transaction():
            cancel(coming_of(one["cancelled"]))

    def test_brings_back_the_erasure_and_the_withdrawal_alone(
        self, site: Flask, people: dict[str, int]
    ) -> None:
        copy(site, "site.sqlite", "copy.sqlite")
        self.acts(people)
        withdrawn_at = db.session.scalar(sa.select(sa.func.max(Consent.withdrawn_at)))
        copy(site, "copy.sqlite", "site.sqlite")
        before = everything()
        assert tombstones.is_behind()
        done = apply_tombstones()
        assert (done["known"], done["person"], done["consent"], done["failed"]) == (2, 1, 1, 0)

        erased = db.session.get_one(Person, people["erased"])
        assert (erased.last_name, erased.birth_date) == ("", None)
        assert erased.anonymized_at
        paper = db.session.scalars(
            sa.select(Certificate).join(Registration).filter_by(person_id=erased.id)
        ).one()
        assert paper.holder == paper.holder_in_short
        assert paper.signature == ""
        person = db.session.get_one(Person, people["withdrawn"])
        consent = db.session.scalars(sa.select(Consent).filter_by(person_id=person.id)).one()
        assert consent.withdrawn_at == withdrawn_at
        assert person.erase_on
        assert not coming_of(person).is_live
        # Cancelled is no secret of anybody: as the backup has it, like all the rest.
        other = db.session.get_one(Person, people["cancelled"])
        assert coming_of(other).is_live
        assert other_rows(everything(), people) == other_rows(before, people)

    def test_a_second_time_changes_nothing(self, site: Flask, people: dict[str, int]) -> None:
        copy(site, "site.sqlite", "copy.sqlite")
        self.acts(people)
        copy(site, "copy.sqlite", "site.sqlite")
        apply_tombstones()
        after, lines = everything(), Path(site.config["TOMBSTONES_FILE"]).read_text()
        done = apply_tombstones()
        assert not any(done.values())
        assert everything() == after
        # The erasing of this run has stones of its own; nothing is told twice for ever.
        assert Path(site.config["TOMBSTONES_FILE"]).read_text() == lines

    def test_doctor_and_readyz_say_when_it_was_skipped(
        self, site: Flask, people: dict[str, int]
    ) -> None:
        copy(site, "site.sqlite", "copy.sqlite")
        self.acts(people)
        heartbeat.beat()  # the worker is well
        assert site.test_client().get("/readyz").json["warnings"] == []  # type: ignore[index]
        copy(site, "copy.sqlite", "site.sqlite")
        told = site.test_client().get("/readyz").json
        assert told
        assert told["warnings"] == ["tombstones"]
        doctor = site.test_cli_runner().invoke(args=["doctor"])
        assert doctor.exit_code == 1
        assert "after-restore" in doctor.output
        assert site.test_cli_runner().invoke(args=["after-restore"]).exit_code == 0
        assert "after-restore" not in site.test_cli_runner().invoke(args=["doctor"]).output

    def test_a_number_given_out_anew_is_somebody_else(
        self, site: Flask, people: dict[str, int]
    ) -> None:
        copy(site, "site.sqlite", "copy.sqlite")
        with transaction():
            late = make_person()
        with transaction():
            erase(late, reason=ErasureReason.REQUEST, done_by="somebody")
        number = late.id
        copy(site, "copy.sqlite", "site.sqlite")
        with transaction():
            new = make_person()
        assert new.id == number
        assert apply_tombstones()["person"] == 0
        assert new.anonymized_at is None


def coming_of(person: Person) -> Registration:
    query = sa.select(Registration).filter_by(person_id=person.id).order_by(Registration.id.desc())
    return db.session.scalars(query).first() or pytest.fail("no registration")


def other_rows(rows: Rows, people: dict[str, int]) -> list[tuple[Any, ...]]:
    """Persons, registrations and agreements of those to whom nothing happened."""
    touched = {people["erased"], people["withdrawn"]}
    numbers = {name: db.metadata.tables[name] for name in ("registration", "consent")}
    found = [row for row in rows["person"] if row[0] not in touched]
    for name, table in numbers.items():
        place = list(table.c).index(table.c.person_id)
        found += [row for row in rows[name] if row[place] not in touched]
    return found


class TestFile:
    def test_names_nobody(self, stones: Path) -> None:
        person = make_person(last_name="Бадмаева")
        with transaction():
            erase(person, reason=ErasureReason.REQUEST, done_by="somebody")
        (line,) = stones.read_text().splitlines()
        told = json.loads(line)
        assert set(told) == {"mark", "kind", "subject", "known_by", "reason", "at"}
        assert (told["kind"], told["subject"]) == ("person", person.id)
        assert "Бадм" not in line
        assert stones.stat().st_mode & 0o077 == 0

    def test_is_only_added_to(self, stones: Path) -> None:
        for _ in range(2):
            with transaction():
                erase(make_person(), reason=ErasureReason.REQUEST, done_by="somebody")
        assert len(stones.read_text().splitlines()) == 2

    def test_what_was_undone_is_not_written(self, stones: Path) -> None:
        def act() -> None:
            with transaction():
                erase(make_person(), reason=ErasureReason.REQUEST, done_by="somebody")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            act()
        assert not stones.exists()

    def test_who_was_killed_before_the_file_is_made_good_by_the_worker(
        self, stones: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_lines: list[str]) -> None:
            raise OSError

        with monkeypatch.context() as disk:
            disk.setattr(tombstones, "append", full)
            with transaction():
                erase(make_person(), reason=ErasureReason.REQUEST, done_by="somebody")
        assert not stones.exists()
        assert tombstones.file_new() == 1
        assert tombstones.file_new() == 0
        assert len(stones.read_text().splitlines()) == 1

    def test_a_torn_line_is_passed_over(self, stones: Path) -> None:
        with transaction():
            erase(make_person(), reason=ErasureReason.REQUEST, done_by="somebody")
        stones.write_text(stones.read_text() + '{"mark": "torn')
        assert len(list(tombstones.lines())) == 1
        with transaction():  # and the next one does not stick to it
            erase(make_person(), reason=ErasureReason.REQUEST, done_by="somebody")
        assert len(list(tombstones.lines())) == 2


class TestAgreedAgain:
    def test_whoever_agreed_after_the_withdrawal_is_not_erased_for_it(self, stones: Path) -> None:
        person = make_person()
        db.session.commit()
        with transaction():
            end(person, ConsentKind.PERSONAL_DATA, by_name="Анна")
        with transaction():
            agree(person, ConsentKind.PERSONAL_DATA, **AGREED)  # type: ignore[arg-type]
        kinds = [line.kind for line in tombstones.lines()]
        assert kinds == [TombstoneKind.CONSENT, TombstoneKind.AGREED]
        # As the backup had it: the first agreement in force, the second not given yet.
        first, second = db.session.scalars(sa.select(Consent).order_by(Consent.id))
        db.session.delete(second)
        first.withdrawn_at = None
        db.session.execute(sa.delete(Tombstone))
        db.session.commit()
        assert apply_tombstones()["consent"] == 1
        assert first.withdrawn_at
        assert person.erase_on is None
