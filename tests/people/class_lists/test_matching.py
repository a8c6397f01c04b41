"""What a row of a class list is, and what applying and undoing it does."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import User
from app.audit.models import AuditEntry
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.organizations.models import Organization, Role
from app.people.class_lists import actions as list_imports
from app.people.class_lists import batches as list_batches
from app.people.class_lists import undo as list_undo
from app.people.class_lists.models import ImportedRow, ImportState, ListImport, Outcome
from app.people.class_lists.reading import Reading, ReadRow, facts
from app.people.class_lists.wording import changes_of
from app.people.classes.actions import first_year_of
from app.people.models import Guardianship, Person, SchoolClass
from app.registrations.models import Channel
from tests.browser import counted_queries
from tests.factories import (
    make_class,
    make_event,
    make_guardianship,
    make_member,
    make_pupil,
    make_registration,
    make_school,
    make_user,
)

MOTHER = {"name": "Бадмаева Кермен Очировна", "phone": "+7 (937) 214-54-59", "email": ""}


def row(last_name: str = "Бадмаев", *, grade: int = 9, letter: str = "А", **told: Any) -> ReadRow:
    given = {"first_name": "Санджи", "patronymic": "Эрдниевич", "birth_date": "2011-03-17"}
    return ReadRow(
        0, facts(last_name, first_year=first_year_of(grade), letter=letter, **{**given, **told})
    )


def sent(*rows: ReadRow, school: Organization, by: User | None = None) -> ListImport:
    for number, one in enumerate(rows, start=2):
        one.number = number
    by = by or make_member(school, Role.ORGANIZER)
    return list_imports.receive(Reading(list(rows)), "9А.xlsx", school=school, by=by)


def loaded(*rows: ReadRow, school: Organization, by: User | None = None) -> ListImport:
    import_ = sent(*rows, school=school, by=by)
    assert list_imports.start(import_)
    assert import_.state is ImportState.DONE
    db.session.expire_all()
    return import_


def rows_of(import_: ListImport) -> list[ImportedRow]:
    query = sa.select(ImportedRow).filter_by(import_id=import_.id).order_by(ImportedRow.id)
    return list(db.session.scalars(query))


def outcomes(import_: ListImport) -> list[str]:
    return [one.outcome.value for one in rows_of(import_)]


def words(import_: ListImport) -> list[str]:
    return [word for one in rows_of(import_) for word in [one.reason, *changes_of(one)] if word]


def pupils() -> list[Person]:
    return list(db.session.scalars(sa.select(Person).order_by(Person.sort_key)))


def cards() -> list[tuple[str, str]]:
    return [(one.name, one.phone) for one in db.session.scalars(sa.select(Guardianship))]


class TestRule:
    def test_a_pupil_nobody_knows_is_new_and_nothing_is_stored_before_loading(self) -> None:
        import_ = sent(row(), school=make_school())
        assert outcomes(import_) == ["new"]
        assert (pupils(), import_.state) == ([], ImportState.PREVIEW)

    def test_loading_makes_the_class_the_pupil_and_the_parents_card(self) -> None:
        school = make_school()
        loaded(row(guardians=[MOTHER], phone="+7 961 000-00-01"), school=school)
        [pupil] = pupils()
        assert (pupil.full_name, pupil.class_title) == ("Бадмаев Санджи Эрдниевич", "9А")
        assert (pupil.school, pupil.birth_date) == (school, date(2011, 3, 17))
        assert pupil.school_class == db.session.scalar(sa.select(SchoolClass))
        assert pupil.phone == "+7 961 000-00-01"
        assert cards() == [(MOTHER["name"], MOTHER["phone"])]
        assert "" not in (pupil.identity, pupil.search_name, pupil.sort_key)

    def test_the_same_list_again_changes_nothing(self) -> None:
        school = make_school()
        rows = (row(guardians=[MOTHER]), row("Очиров", birth_date=None, birth_year=2011))
        loaded(*rows, school=school)
        again = sent(*rows, school=school)
        assert outcomes(again) == ["same", "same"]
        with pytest.raises(RuleBroken):
            list_imports.start(again)

    @pytest.mark.parametrize(
        ("told", "change"),
        [
            ({"grade": 9, "letter": "Б"}, "класс 9А → 9Б"),
            ({"phone": "8 961 000-00-02"}, "добавится телефон: 8 961 000-00-02"),
            ({"guardians": [MOTHER]}, "добавится родитель: Бадмаева Кермен Очировна"),
        ],
    )
    def test_what_changes_is_said(self, told: dict[str, Any], change: str) -> None:
        class_ = make_class()
        make_pupil(class_, birth_date=date(2011, 3, 17), email="")
        import_ = sent(row(**told), school=class_.school)
        assert (outcomes(import_), words(import_)) == (["changed"], [change])

    def test_a_patronymic_is_added_and_one_that_is_missing_is_no_change(self) -> None:
        class_ = make_class()
        make_pupil(class_, patronymic="", birth_date=date(2011, 3, 17))
        make_pupil(class_, "Очиров", birth_date=date(2011, 3, 17))
        import_ = loaded(row(), row("Очиров", patronymic=""), school=class_.school)
        assert outcomes(import_) == ["changed", "same"]
        assert [one.patronymic for one in pupils()] == ["Эрдниевич", "Эрдниевич"]

    def test_a_birth_date_is_added_where_the_year_agrees(self) -> None:
        class_ = make_class()
        make_pupil(class_, birth_date=None, birth_year=2011)
        make_pupil(class_, "Очиров", birth_date=None, birth_year=2010)
        import_ = loaded(row(), row("Очиров"), school=class_.school)
        assert outcomes(import_) == ["changed", "new"]  # another Очиров

    def test_a_list_with_years_alone_does_not_take_the_date_away(self) -> None:
        class_ = make_class()
        make_pupil(class_, birth_date=date(2011, 3, 17))
        import_ = sent(row(birth_date=None, birth_year=2011), school=class_.school)
        assert outcomes(import_) == ["same"]

    def test_namesakes_who_cannot_be_told_apart_are_refused(self) -> None:
        class_ = make_class()
        make_pupil(class_, birth_date=date(2011, 3, 17))
        make_pupil(class_, birth_date=date(2011, 3, 18))
        import_ = sent(row(birth_date=None), school=class_.school)
        assert words(import_) == [
            "В этом классе несколько учеников с таким именем. Укажите дату рождения."
        ]

    def test_a_row_twice_in_the_list_is_refused(self) -> None:
        import_ = sent(row(), row(), row(letter="Б"), school=make_school())
        assert outcomes(import_) == ["new", "refused", "refused"]
        assert words(import_) == ["Тот же ученик, что в строке 2."] * 2

    def test_the_same_row_of_two_sheets_is_no_other_pupil(self) -> None:
        first, second = row(), row(patronymic="")
        import_ = list_imports.receive(
            Reading([replace(first, number=2, sheet="9А"), replace(second, number=2, sheet="Все")]),
            "9А.xlsx",
            school=make_school(),
            by=make_user(),
        )
        assert words(import_) == ["Тот же ученик, что в строке 2 («9А»)."]

    def test_another_school_knows_nothing_of_this_one(self) -> None:
        make_pupil(make_class(), birth_date=date(2011, 3, 17))
        assert outcomes(sent(row(), school=make_school())) == ["new"]

    def test_merged_and_erased_persons_are_not_matched(self) -> None:
        class_ = make_class()
        one = make_pupil(class_, birth_date=date(2011, 3, 17))
        one.merged_into_id = make_pupil(class_, "Очиров").id
        make_pupil(class_, birth_date=date(2011, 3, 17)).anonymized_at = clock.now()
        db.session.flush()
        assert outcomes(sent(row(), school=class_.school)) == ["new"]

    def test_the_class_of_another_teacher_is_refused(self) -> None:
        school = make_school()
        class_ = make_class(school, teacher=make_user())
        make_pupil(class_, "Очиров", birth_date=date(2011, 3, 17))
        teacher = make_member(school, Role.TEACHER)
        import_ = sent(row(), row("Очиров", letter="Б"), row(letter="В"), school=school, by=teacher)
        assert outcomes(import_) == ["refused", "refused", "new"]
        reason = "У класса 9А другой учитель. Обратитесь к координатору школы."
        assert words(import_) == [reason, reason]

    def test_an_own_account_says_itself_who_it_is(self) -> None:
        class_ = make_class()
        make_pupil(class_, birth_date=date(2011, 3, 17), user=make_user())
        assert outcomes(sent(row(phone="8 961 000-00-02"), school=class_.school)) == ["same"]


class TestGuardians:
    def test_the_same_phone_or_name_is_the_same_card(self) -> None:
        class_ = make_class()
        pupil = make_pupil(class_, birth_date=date(2011, 3, 17))
        make_guardianship(pupil, name="Бадмаева К. О.", phone="89372145459")
        make_guardianship(pupil, name="Бадмаев Эрдни")
        father = {"name": "бадмаев  эрдни", "phone": "8 937 000-00-00", "email": ""}
        import_ = loaded(row(guardians=[MOTHER, father]), school=class_.school)
        assert words(import_) == ["добавится телефон родителя: 8 937 000-00-00"]
        assert cards() == [("Бадмаева К. О.", "89372145459"), ("Бадмаев Эрдни", "8 937 000-00-00")]

    def test_an_account_is_never_changed(self) -> None:
        class_ = make_class()
        pupil = make_pupil(class_, birth_date=date(2011, 3, 17))
        make_guardianship(pupil, make_user(), name=MOTHER["name"])
        assert outcomes(sent(row(guardians=[MOTHER]), school=class_.school)) == ["same"]


class TestEditedInBetween:
    def test_what_was_edited_on_the_site_stays_when_the_same_list_comes_again(self) -> None:
        school = make_school()
        told = row(guardians=[MOTHER], phone="8 961 000-00-01")
        loaded(told, school=school)
        [pupil] = pupils()
        pupil.phone = "8 961 000-00-09"
        card = db.session.scalars(sa.select(Guardianship)).one()
        card.phone = "8 937 000-00-00"
        db.session.flush()
        again = sent(told, school=school)
        assert outcomes(again) == ["same"]
        assert words(again) == ["изменено на сайте после прошлого списка: останется так"]

    def test_who_was_renamed_or_has_left_the_class_is_no_new_pupil(self) -> None:
        school = make_school()
        rows = (row(), row("Очиров"), row("Убушаев", birth_date=None))
        loaded(*rows, school=school)
        badmaev, ochirov, ubushaev = pupils()
        badmaev.last_name, badmaev.birth_date = "Бадмаева", date(2011, 3, 18)
        ochirov.class_id = ubushaev.class_id = None
        db.session.flush()
        again = sent(*rows, school=school)
        assert outcomes(again) == ["same"] * 3
        assert words(again) == ["изменено на сайте после прошлого списка: останется так"] * 3

    def test_a_list_that_says_less_does_not_make_the_one_before_new_again(self) -> None:
        school = make_school()
        full, short = row(phone="8 961 000-00-01", guardians=[MOTHER]), row()
        loaded(full, school=school)
        loaded(short, row("Очиров"), school=school)
        badmaev, _ochirov = pupils()
        badmaev.phone = ""
        db.session.flush()
        assert outcomes(sent(full, school=school)) == ["same"]

    def test_what_changed_after_the_preview_is_not_overwritten(self) -> None:
        class_ = make_class()
        pupil = make_pupil(class_, birth_date=date(2011, 3, 17))
        import_ = sent(row(letter="Б"), row("Очиров"), school=class_.school)
        pupil.school_class = make_class(class_.school, letter="В")
        make_pupil(class_, "Очиров", birth_date=date(2011, 3, 17))
        db.session.flush()
        list_imports.start(import_)
        assert outcomes(import_) == ["refused", "same"]
        assert words(import_) == ["Изменено на сайте после просмотра. Отправьте список ещё раз."]
        assert len(pupils()) == 2


class TestUndo:
    def test_new_pupils_their_cards_and_their_class_go(self) -> None:
        import_ = loaded(row(guardians=[MOTHER]), row("Очиров"), school=make_school())
        assert list_imports.undo(import_)
        assert (import_.state, pupils(), cards()) == (ImportState.UNDONE, [], [])
        assert db.session.scalar(sa.select(sa.func.count(SchoolClass.id))) == 0
        assert list_imports.taken_back(import_) == {"new_gone": 2}

    def test_whoever_has_signed_up_or_has_an_account_stays(self) -> None:
        import_ = loaded(row(), row("Очиров"), row("Убушаев"), school=make_school())
        badmaev, ochirov, _ubushaev = pupils()
        make_registration(make_event().slots[0], badmaev, channel=Channel.STAFF)
        ochirov.user_id = make_user().id
        db.session.flush()
        list_imports.undo(import_)
        assert [one.last_name for one in pupils()] == ["Бадмаев", "Очиров"]
        assert list_imports.taken_back(import_) == {"new_gone": 1, "new_stay": 2}
        assert db.session.scalar(sa.select(sa.func.count(SchoolClass.id))) == 1

    def test_changed_pupils_get_back_what_was_before(self) -> None:
        class_ = make_class()
        pupil = make_pupil(class_, patronymic="", birth_date=date(2011, 3, 17))
        make_guardianship(pupil, name=MOTHER["name"])
        identity = pupil.identity
        father = {"name": "Бадмаев Эрдни", "phone": "", "email": ""}
        import_ = loaded(row(letter="Б", guardians=[MOTHER, father]), school=class_.school)
        [pupil] = pupils()
        assert (pupil.class_title, pupil.patronymic) == ("9Б", "Эрдниевич")
        assert cards() == [(MOTHER["name"], MOTHER["phone"]), ("Бадмаев Эрдни", "")]
        list_imports.undo(import_)
        db.session.expire_all()
        [pupil] = pupils()
        assert (pupil.class_title, pupil.patronymic, pupil.identity) == ("9А", "", identity)
        assert cards() == [(MOTHER["name"], "")]
        assert [one.title for one in db.session.scalars(sa.select(SchoolClass))] == ["9А"]

    def test_what_was_edited_since_stays(self) -> None:
        class_ = make_class()
        make_pupil(class_, birth_date=date(2011, 3, 17), phone="")
        import_ = loaded(row(phone="8 961 000-00-01"), school=class_.school)
        [pupil] = pupils()
        pupil.phone = "8 961 000-00-09"
        db.session.flush()
        list_imports.undo(import_)
        assert pupils()[0].phone == "8 961 000-00-09"
        assert list_imports.taken_back(import_) == {"changed_stay": 1}

    def test_after_undoing_the_same_list_can_be_loaded_again(self) -> None:
        school = make_school()
        list_imports.undo(loaded(row(), school=school))
        assert outcomes(loaded(row(), school=school)) == ["new"]
        assert len(pupils()) == 1

    def test_the_log_tells_who_did_it_without_names(self) -> None:
        import_ = loaded(row(), school=make_school())
        list_imports.undo(import_)
        entries = list(db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)))
        assert [(one.action, one.details) for one in entries] == [
            ("class_list.imported", {"new": 1, "changed": 0, "same": 0, "refused": 0}),
            ("class_list.undone", {"rows": 1}),
        ]


class TestBackground:
    """Long lists are the worker’s: batch after batch."""

    @pytest.fixture(autouse=True)
    def small_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(list_imports, "AT_ONCE", 0)
        monkeypatch.setattr(list_batches, "BATCH", 2)
        monkeypatch.setattr(list_undo, "BATCH", 2)

    def names(self, number: int) -> list[ReadRow]:
        return [row("Бадмаев" + letter) for letter in "абвгд"[:number]]

    def test_the_worker_goes_on_where_the_killed_one_stopped(self) -> None:
        import_ = sent(*self.names(5), school=make_school())
        list_imports.start(import_)
        assert (import_.state, import_.total) == (ImportState.APPLYING, 5)
        db.session.commit()
        assert list_imports.next_batch(import_.id)  # … and killed here
        assert (import_.done, len(pupils())) == (2, 2)
        list_imports.work_on_lists()
        assert (import_.state, import_.done, len(pupils())) == (ImportState.DONE, 5, 5)
        list_imports.undo(import_)
        assert list_imports.next_batch(import_.id)
        list_imports.work_on_lists()
        assert (import_.state, pupils()) == (ImportState.UNDONE, [])

    def test_the_second_of_two_presses_does_nothing(self) -> None:
        import_ = sent(*self.names(3), school=make_school())
        assert list_imports.start(import_)
        assert not list_imports.start(import_)
        list_imports.work_on_lists()
        assert not list_imports.start(import_)
        assert list_imports.undo(import_)
        assert not list_imports.undo(import_)
        assert db.session.scalar(sa.select(sa.func.count(AuditEntry.id))) == 2

    def test_a_list_that_fails_holds_nobody_up(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        broken, sound = (sent(*self.names(2), school=make_school()) for _ in range(2))
        list_imports.start(broken)
        list_imports.start(sound)
        db.session.commit()  # what the worker undoes is its own work alone
        apply_batch = list_batches.apply_batch

        def fail(import_: ListImport) -> bool:
            if import_ is broken:
                raise ValueError("Бадмаев")
            return apply_batch(import_)

        monkeypatch.setattr(list_imports, "apply_batch", fail)
        list_imports.work_on_lists()
        assert (broken.state, sound.state) == (ImportState.APPLYING, ImportState.DONE)
        assert "Бадмаев" not in caplog.text

    def test_queries_do_not_grow_with_the_rows(self, app: Flask, monkeypatch: Any) -> None:
        monkeypatch.setattr(list_batches, "BATCH", 500)
        monkeypatch.setattr(list_undo, "BATCH", 500)

        def queries(number: int) -> int:
            school = make_school()
            by = make_member(school, Role.ORGANIZER)
            told = [row(f"Бадмаев{'а' * n}", guardians=[MOTHER]) for n in range(number)]
            with counted_queries(app) as found:
                import_ = sent(*told, school=school, by=by)
                list_imports.start(import_)
                list_imports.work_on_lists()
                list_imports.undo(import_)
                list_imports.work_on_lists()
            assert import_.state is ImportState.UNDONE
            return len(found)

        assert queries(60) <= queries(3)


class TestForgetting:
    def test_rows_go_after_30_days_and_what_was_only_looked_at_after_7(self) -> None:
        school = make_school()
        old, looked_at, fresh = (
            loaded(row(), school=school),
            sent(row("Очиров"), school=school),
            sent(row("Убушаев"), school=school),
        )
        old.created_at -= list_imports.KEPT * 1.01
        looked_at.created_at -= list_imports.LOOKED_AT * 1.01
        db.session.flush()
        list_imports.forget_old_rows()
        db.session.expire_all()
        assert set(db.session.scalars(sa.select(ListImport.id))) == {old.id, fresh.id}
        assert [len(rows_of(one)) for one in (old, fresh)] == [0, 1]
        with pytest.raises(RuleBroken):
            list_imports.undo(old)

    def test_outcomes_are_counted(self) -> None:
        import_ = sent(row(), row(), school=make_school())
        assert list_imports.outcomes_of(import_) == {Outcome.NEW: 1, Outcome.REFUSED: 1}
