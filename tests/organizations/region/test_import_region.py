"""`flask import-region FILE`: municipalities and organizations come from a file."""

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app.base.config import ROOT
from app.base.db import db
from app.files.json_files import FileWrong
from app.organizations.models import Municipality, Organization, OrganizationKind
from app.organizations.region.actions import store_region
from app.organizations.region.files import read_region
from tests.factories import make_organization

REGION = ROOT / "data" / "region_kalmykia.json"
NOTHING_DONE = [(0, 0), (0, 0)]


@pytest.fixture
def content() -> Any:
    return json.loads(REGION.read_text(encoding="utf-8"))


@pytest.fixture
def saved(tmp_path: Path) -> Any:
    def save(content: object) -> Path:
        file = tmp_path / "region.json"
        file.write_text(json.dumps(content), encoding="utf-8")
        return file

    return save


def run(app: Flask, file: Path) -> Result:
    return app.test_cli_runner().invoke(args=["import-region", str(file)])


def load(file: Path = REGION) -> list[tuple[int, int]]:
    return [(tally.new, tally.changed) for tally in store_region(read_region(file)).values()]


def organization(short_name: str) -> Organization:
    return db.session.scalars(
        sa.select(Organization).where(Organization.short_name == short_name)
    ).one()


class TestRule:
    def test_the_region_is_stored_whole(self) -> None:
        assert load() == [(14, 0), (34, 0)]
        elista = db.session.scalars(sa.select(Municipality).filter_by(oktmo="85701000")).one()
        assert "п Аршан" in elista.settlements
        college = organization("ЭПТК")
        assert college.municipality == elista
        assert college.slug == "eptk"
        assert college.is_approved
        assert college.is_verified
        assert "политехнический" in college.search_text
        assert college.title == "«Элистинский политехнический колледж» имени И.Н. Эльвартынова"
        assert not organization("ПТ").is_verified

    def test_an_organization_stands_in_the_municipality_of_its_city(self) -> None:
        load()
        assert organization("Казачий кадетский корпус").municipality.oktmo == "85605000"  # type: ignore[union-attr]
        assert organization("ПТ").municipality.oktmo == "85615000"  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("short_name", "kind"),
        [
            ("Министерство образования и науки Республики Калмыкия", OrganizationKind.MINISTRY),
            ("КалмГУ", OrganizationKind.UNIVERSITY),
            ("СОШ № 4", OrganizationKind.SCHOOL),
            ("КРИПКРО", OrganizationKind.TEACHER_TRAINING),
            ("Центры занятости Республики Калмыкия", OrganizationKind.EMPLOYMENT_CENTRE),
            ("Детский технопарк «Кванториум»", OrganizationKind.TECHNOPARK),
            ("ЦОПП", OrganizationKind.ADDITIONAL_EDUCATION),
            ("ЦОКО", OrganizationKind.PUBLIC_ORGANIZATION),
        ],
    )
    def test_kinds(self, short_name: str, kind: OrganizationKind) -> None:
        load()
        assert organization(short_name).kind is kind

    def test_only_the_authority_of_the_region_administers(self) -> None:
        load()
        ministries = sa.select(Organization).filter_by(kind=OrganizationKind.MINISTRY)
        assert len(db.session.scalars(ministries).all()) == 1

    def test_school_4_stands_before_school_10(self) -> None:
        load()
        assert organization("СОШ № 4").sort_key < organization("СОШ № 10").sort_key

    def test_loading_again_changes_nothing(self) -> None:
        load()
        assert load() == NOTHING_DONE

    def test_a_corrected_file_updates_in_place(self, content: Any, saved: Any) -> None:
        load()
        before = organization("КМК").id
        content["colleges"][1]["name"] = "Калмыцкий медицинский колледж имени Т. Хахлыновой"
        content["colleges"][1]["site"] = "https://kmk.example.org"
        content["municipalities"][0]["settlements"].append("п Новый Городок")
        assert load(saved(content)) == [(0, 1), (0, 1)]
        college = organization("КМК")
        assert (college.id, college.slug) == (before, "kmk")
        assert college.name.endswith("имени Т. Хахлыновой")
        assert college.site == "https://kmk.example.org"

    def test_what_an_organization_changed_itself_stays(self, content: Any, saved: Any) -> None:
        load()
        college = organization("ЭПТК")
        college.short_name, college.phone = "Политех", "8 (84722) 3-00-00"
        assert load() == NOTHING_DONE
        content["colleges"][0]["name"] = "Элистинский политехнический колледж"
        assert load(saved(content))[1] == (0, 1)
        assert college.name == "Элистинский политехнический колледж"
        assert (college.short_name, college.phone) == ("Политех", "8 (84722) 3-00-00")

    def test_schools_of_one_number_in_two_towns_are_told_apart(
        self, content: Any, saved: Any
    ) -> None:
        content["schools"].append({"name": "СОШ № 4", "city": "Лагань", "verified": False})
        load(saved(content))
        names = sa.select(Organization.name, Organization.slug).filter_by(short_name="СОШ № 4")
        assert sorted(map(tuple, db.session.execute(names))) == [
            ("СОШ № 4 (Лагань)", "sosh-4-lagan"),
            ("СОШ № 4 (Элиста)", "sosh-4"),
        ]
        assert load(saved(content)) == NOTHING_DONE

    def test_what_somebody_registered_by_hand_is_not_taken_over(self) -> None:
        make_organization(OrganizationKind.SCHOOL, name="СОШ № 21", approved=False)
        with pytest.raises(FileWrong, match="СОШ № 21"):
            load()


class TestScreen:
    """The command line."""

    def test_it_reports_what_it_did(self, app: Flask) -> None:
        first, second = run(app, REGION), run(app, REGION)
        assert first.exit_code == second.exit_code == 0
        assert "Организации: новых — 34" in first.output
        assert "Организации: новых — 0, изменено — 0, без изменений — 34" in second.output

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (lambda c: c["municipalities"][2].pop("oktmo"), "municipalities[2].oktmo: "),
            (lambda c: c["municipalities"][2].update(oktmo="85а"), "municipalities[2].oktmo: "),
            (
                lambda c: c["municipalities"][2].update(oktmo="85605000"),
                "municipalities[2].oktmo: ",
            ),
            (
                lambda c: c["municipalities"][2]["settlements"].append(""),
                "municipalities[2].settlements[6]: ",
            ),
            (lambda c: c["colleges"][3].update(city="Москва"), "colleges[3].city: "),
            (lambda c: c["colleges"][3].update(verified="да"), "colleges[3].verified: "),
            (lambda c: c["colleges"][3].update(name="я" * 401), "colleges[3].name: "),
            (lambda c: c["colleges"][3].update(short="ЭПТК"), "«ЭПТК, Элиста»"),
            (lambda c: c["schools"].append(7), "schools[12]: "),
            (lambda c: c["region"].pop("authority"), "region.authority: "),
            (lambda c: c.update(colleges={}), "colleges: "),
        ],
    )
    def test_a_wrong_file_is_refused_by_its_key(
        self, app: Flask, content: Any, saved: Any, change: Any, told: str
    ) -> None:
        change(content)
        result = run(app, saved(content))
        assert result.exit_code == 1
        assert told in result.output
        assert db.session.scalar(sa.select(sa.func.count(Organization.id))) == 0
        assert db.session.scalar(sa.select(sa.func.count(Municipality.id))) == 0
