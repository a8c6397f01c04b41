"""`flask import-plan FILE`: the plan of measures comes from a file, later plans too."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app.base import clock
from app.base.config import ROOT
from app.base.db import db
from app.files.json_files import FileWrong
from app.roadmap.actions import store_plan
from app.roadmap.models import Measure, Plan, Section
from app.roadmap.plan_files import read_plan
from app.roadmap.queries import current_plan, measure_by_code, measures_of

PLAN = ROOT / "data" / "roadmap_2021_2024.json"


@pytest.fixture
def content() -> Any:
    return json.loads(PLAN.read_text(encoding="utf-8"))


@pytest.fixture
def saved(tmp_path: Path) -> Any:
    def save(content: object) -> Path:
        file = tmp_path / "plan.json"
        file.write_text(
            content if isinstance(content, str) else json.dumps(content), encoding="utf-8"
        )
        return file

    return save


def run(app: Flask, file: Path) -> Result:
    return app.test_cli_runner().invoke(args=["import-plan", str(file)])


def plan_of(years: str, content: Any) -> Any:
    first, last = years.split("–")
    return {
        **content,
        "order": f"Приказ о плане {years}",
        "title": f"План на {years} годы",
        "stages": [{"stage": 1, "year": int(first)}, {"stage": 2, "year": int(last)}],
        "measures": content["measures"][:3],
    }


class TestRule:
    def test_the_plan_of_the_ministry_is_stored_whole(self) -> None:
        store_plan(read_plan(PLAN))
        plan = current_plan()
        assert plan is not None
        assert (plan.first_year, plan.last_year) == (2021, 2024)
        measures = measures_of(plan)
        assert len(measures) == 32
        assert len({measure.section_id for measure in measures}) == 5
        assert [m.code for m in measures if m.section.number == 4][-2:] == ["4.9", "4.10"]
        open_days = measure_by_code("3.12")
        assert open_days is not None
        assert open_days.counting["event_kinds"] == ["fair", "open_day", "excursion"]
        assert open_days.section.number == 3

    def test_loading_again_changes_nothing(self) -> None:
        store_plan(read_plan(PLAN))
        again = store_plan(read_plan(PLAN))
        assert [(tally.new, tally.changed) for tally in again.values()] == [(0, 0)] * 3

    def test_a_corrected_file_updates_the_measure_in_place(self, content: Any, saved: Any) -> None:
        store_plan(read_plan(PLAN))
        before = measure_by_code("3.12")
        assert before is not None
        next(m for m in content["measures"] if m["code"] == "3.12")["term"] = "Раз в полгода"
        content["measures"].append(dict(content["measures"][-1], code="5.4"))
        tallies = list(store_plan(read_plan(saved(content))).values())
        after = measure_by_code("3.12")
        assert after is not None
        assert (after.id, after.term) == (before.id, "Раз в полгода")
        assert (tallies[2].new, tallies[2].changed, tallies[2].same) == (1, 1, 31)

    def test_a_later_plan_is_a_new_file(
        self, content: Any, saved: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store_plan(read_plan(PLAN))
        store_plan(read_plan(saved(plan_of("2025–2030", content))))
        assert db.session.scalar(sa.select(sa.func.count(Plan.id))) == 2
        monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 23))
        plan = current_plan()
        assert plan is not None
        assert plan.first_year == 2025
        assert measure_by_code("3.12") is None  # the new plan has three measures only
        monkeypatch.setattr(clock, "today", lambda: date(2024, 11, 23))
        plan = current_plan()
        assert plan is not None
        assert plan.first_year == 2021

    def test_a_plan_that_has_not_begun_is_shown_when_there_is_no_other(
        self, content: Any, saved: Any
    ) -> None:
        assert current_plan() is None
        store_plan(read_plan(saved(plan_of("2098–2099", content))))
        plan = current_plan()
        assert plan is not None
        assert plan.last_year == 2099

    def test_a_plan_without_stages_has_its_years_in_the_title(
        self, content: Any, saved: Any
    ) -> None:
        del content["stages"]
        assert read_plan(saved(content)).facts["first_year"] == 2021
        content["title"] = "План"
        with pytest.raises(FileWrong, match="^stages: "):
            read_plan(saved(content))

    def test_a_measure_is_never_removed(self, content: Any, saved: Any) -> None:
        store_plan(read_plan(PLAN))
        del content["measures"][4]
        with pytest.raises(FileWrong, match="2.4"):
            store_plan(read_plan(saved(content)))


class TestScreen:
    """The command line."""

    def test_it_reports_what_it_did(self, app: Flask) -> None:
        first, second = run(app, PLAN), run(app, PLAN)
        assert first.exit_code == second.exit_code == 0
        assert "Меры: новых — 32" in first.output
        assert "Меры: новых — 0, изменено — 0, без изменений — 32" in second.output

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (lambda c: c["measures"][3].pop("indicator"), "measures[3].indicator: "),
            (lambda c: c["measures"][3].update(title="  "), "measures[3].title: "),
            (lambda c: c["measures"][3].update(title="я" * 5001), "не более 5000 знаков"),
            (lambda c: c["measures"][5].update(code="1.1"), "measures[5].code: "),
            (lambda c: c["measures"][5].update(section=9), "measures[5].section: "),
            (lambda c: c["measures"][5].update(section="3"), "measures[5].section: "),
            (lambda c: c["measures"][5].update(responsible="все"), "measures[5].responsible: "),
            (lambda c: c["measures"][5].update(responsible=[1]), "measures[5].responsible[0]: "),
            (lambda c: c["measures"][5].update(counting=None), "measures[5].counting: "),
            (lambda c: c["measures"].insert(2, "мера"), "measures[2]: "),
            (lambda c: c["sections"][1].update(number=1), "sections[1].number: "),
            (lambda c: c["stages"][0].update(year=1026), "stages[0].year: "),
            (lambda c: c.update(measures=[]), "measures: "),
            (lambda c: c.pop("order"), "order: "),
        ],
    )
    def test_a_wrong_file_is_refused_by_its_key(
        self, app: Flask, content: Any, saved: Any, change: Any, told: str
    ) -> None:
        change(content)
        result = run(app, saved(content))
        assert result.exit_code == 1
        assert told in result.output
        assert db.session.scalar(sa.select(sa.func.count(Measure.id))) == 0
        assert db.session.scalar(sa.select(sa.func.count(Section.id))) == 0

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ('{\n "title": "План",\n "order" "№ 1"\n}', "plan.json, строка 3, столбец 10"),
            ("", "plan.json, строка 1"),
            ("[]", "здесь нужен объект"),
            ('{"order": "1", "order": "2"}', "«order»"),
            ("[" * 100_000, "plan.json"),
        ],
    )
    def test_a_broken_file_is_refused_by_its_line(
        self, app: Flask, saved: Any, text: str, told: str
    ) -> None:
        result = run(app, saved(text))
        assert result.exit_code == 1
        assert told in result.output

    def test_a_file_in_another_encoding_is_refused_by_its_line(
        self, app: Flask, tmp_path: Path
    ) -> None:
        file = tmp_path / "plan.json"
        file.write_bytes('{\n"title": "План"}'.encode("cp1251"))
        result = run(app, file)
        assert result.exit_code == 1
        assert "plan.json, строка 2: это не UTF-8" in result.output

    def test_a_missing_file_is_said(self, app: Flask, tmp_path: Path) -> None:
        assert run(app, tmp_path / "none.json").exit_code != 0
