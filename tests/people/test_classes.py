"""A school's classes: made once, filled with pupils, given a teacher."""

from flask import Flask

from app.people.classes import class_of, first_year_of, put_in_class
from tests.browser import counted_queries
from tests.factories import make_class, make_person, make_school


class TestRule:
    def test_a_class_is_found_or_made_once(self) -> None:
        school = make_school()
        known = make_class(school, 9, "А")
        assert class_of(school, first_year_of(9), "А") is known
        new = class_of(school, first_year_of(9), "Б")
        assert (new.title, new.school_id) == ("9Б", school.id)
        assert class_of(school, first_year_of(9), "Б") is new
        assert class_of(make_school(), first_year_of(9), "А") is not known

    def test_a_class_without_a_letter(self) -> None:
        school = make_school()
        alone = class_of(school, first_year_of(4), "")
        assert alone.title == "4"
        assert class_of(school, first_year_of(4), "") is alone

    def test_what_a_person_says_about_their_class_becomes_the_schools(self, app: Flask) -> None:
        class_ = make_class(grade=9, letter="Б")
        person = make_person(grade=7, school="Школа у озера")
        with counted_queries(app) as queries:
            put_in_class(person, class_)
        assert not queries
        assert person.class_id == class_.id
        assert person.school_class is class_
        assert (person.school_id, person.school_name) == (class_.school_id, "")
        assert person.class_title == "9Б"
