"""Which organizations are called alike: told to the ministry before it approves."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.base.db import db
from app.notifications.letters import letter_of
from app.notifications.models import Notification
from app.organizations import actions
from app.organizations.likeness import resembling
from app.organizations.models import Organization, OrganizationKind
from app.people.queries import find_school
from tests.factories import make_ministry_admin, make_municipality, make_organization, make_user

SCHOOL, COLLEGE = OrganizationKind.SCHOOL, OrganizationKind.COLLEGE


def named(name: str, **given: Any) -> Organization:
    return make_organization(**{"name": name, "short_name": name, **given})


def are_alike(one: str, other: str, **given: Any) -> bool:
    known, new = named(one, **given), named(other, approved=False, **given)
    return [found.id for found in resembling([new])[new.id]] == [known.id]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Колледж искусств", "КОЛЛЕДЖ ИСКУССТВ!"),
        ("МБОУ «СОШ № 18» г. Элисты", "СОШ 18"),
        ("МБОУ «СОШ № 18»", "COШ № 18"),  # with Latin letters
        ("Лицей имени Мещерякова", "Лицей Мещерякова"),
        ("Берёзовский колледж", "Березовский колледж"),
    ],
)
def test_alike(one: str, other: str) -> None:
    assert are_alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Колледж искусств", "Колледж нефти и газа"),
        ("СОШ № 18", "СОШ № 1"),
        ("Лицей имени Мещерякова", "Лицей"),
        ("Степной сварщик", "Степной сапожник"),
    ],
)
def test_not_alike(one: str, other: str) -> None:
    assert not are_alike(one, other)


def test_schools_of_one_number_are_however_they_are_called() -> None:
    assert are_alike("СОШ № 18", "Средняя школа 18", kind=SCHOOL)


def test_but_not_of_two_districts() -> None:
    known = named("СОШ № 1", kind=SCHOOL, municipality_id=make_municipality().id)
    new = named("Школа 1", kind=SCHOOL, municipality_id=make_municipality().id)
    assert resembling([new]) == {new.id: []}
    assert resembling([known]) == {known.id: []}


def test_the_ministrys_letter_names_them(app: Flask) -> None:
    make_ministry_admin()
    named("Колледж искусств имени Хонинова")
    details = actions.Details(name="Колледж Хонинова", short_name="КИХ")
    actions.register(details, kind=COLLEGE, by=make_user())
    waiting = sa.select(Notification).filter_by(template="organization_waiting")
    [letter] = db.session.scalars(waiting)
    text = letter_of(
        address=letter.address, template=letter.template, language="ru", reference="1",
        context=letter.context,
    ).text  # fmt: skip
    assert "похожие названия: Колледж искусств имени Хонинова." in " ".join(text.split())


class TestShortForm:
    """What a guest types, for a school that is called longer."""

    @pytest.mark.parametrize(
        "typed",
        [
            "СОШ № 18", "сош 18", "СОШ №18", "Школа № 18", "средняя школа 18", "МБОУ СОШ № 18",
            "СОШ № 18 г. Элиста", "СОШ № 18 имени Городовикова", "COШ № 18", "СОШ18",
        ],
    )  # fmt: skip
    def test_finds_the_only_one(self, typed: str) -> None:
        school = named("СОШ № 18 им. Б.Б. Городовикова", kind=SCHOOL,
                       municipality=make_municipality(name="город Элиста"))  # fmt: skip
        for other in ("СОШ № 1", "СОШ № 118", "СОШ № 8 им. Н. Очирова", "Гимназия № 18"):
            named(other, kind=SCHOOL)
        named("СОШ № 18 (новая)", kind=SCHOOL, approved=False)
        assert find_school(typed) == school

    @pytest.mark.parametrize("typed", ["18", "школа", "Лицей № 18", "СОШ № 1", "им. Городовикова"])
    def test_too_little_or_another_kind_finds_nobody(self, typed: str) -> None:
        named("СОШ № 18 им. Б.Б. Городовикова", kind=SCHOOL)
        assert find_school(typed) is None

    def test_of_two_nobody_is_meant_unless_the_municipality_is_given(self) -> None:
        for place in ("Элиста", "Лагань"):
            named(f"СОШ № 1 имени героя {place}", kind=SCHOOL,
                  municipality=make_municipality(name=f"г. {place}"))  # fmt: skip
        assert find_school("СОШ № 1") is None
        found = find_school("СОШ № 1, Лагань")
        assert found is not None
        assert "Лагань" in found.name

    def test_the_whole_name_goes_first(self) -> None:
        named("СОШ № 18 (вечерняя)", kind=SCHOOL)
        school = named("СОШ № 18", kind=SCHOOL)
        assert find_school("сош № 18") == school
