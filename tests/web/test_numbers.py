"""Numbers that people type or an address carries: read in one place, and never longer than a
column of the database holds."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Form

from app.base.words.text import LARGEST, whole, whole_or_nothing
from app.web.fields import whole_number
from app.web.pages import MOST_PAGES, page_asked
from tests.browser import Browser
from tests.factories import make_event, make_member, make_organization, make_user

ODD = [
    "²",
    "٣",
    "1_0",
    "+1",
    "1.0",
    "1e3",
    "",
    " ",
    "-1",
    "9" * 400,
    str(LARGEST + 1),
    "½",
    "0x1",
    "1 2",
]


class Seats(Form):
    seats = whole_number("Seats", -5, 100)
    needed = whole_number("Needed", 1, 100, required="Write how many.")


def filled(seats: str, needed: str = "1") -> Seats:
    form = Seats(MultiDict({"seats": seats, "needed": needed}))
    form.validate()
    return form


class TestRule:
    @pytest.mark.parametrize("text", ODD)
    def test_what_int_alone_would_take_is_no_number(self, text: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - callers catch just this
            whole(text)
        assert whole_or_nothing(text) is None

    def test_numbers_up_to_what_a_column_holds(self) -> None:
        assert [whole(text) for text in ("0", " 7 ", "007", str(LARGEST))] == [0, 7, 7, LARGEST]
        assert whole(12) == 12

    @pytest.mark.parametrize("text", ["²", "9" * 400, "12345678901", "две", "1_0"])
    def test_a_field_has_no_value_before_a_validator_asks(self, app: Flask, text: str) -> None:
        with app.test_request_context():
            form = filled(text)
            assert form.seats.data is None
            assert form.errors == {
                "seats": ["Напишите целое число цифрами, не длиннее десяти знаков."]
            }
            assert form.seats._value() == text  # what was typed stays in the field

    def test_bounds_and_none(self, app: Flask) -> None:
        with app.test_request_context():
            assert filled("-5").seats.data == -5
            assert not filled("").errors
            assert filled("101").errors == {"seats": ["Напишите число от -5 до 100."]}
            assert filled("1", needed="").errors == {"needed": ["Write how many."]}


@pytest.mark.parametrize(
    ("typed", "number"),
    [("", 1), ("7", 7), ("0", 1), ("-1", 1), ("²", 1), ("9" * 5000, MOST_PAGES)],
    ids=["none", "one", "zero", "negative", "raised", "five thousand digits"],
)
def test_the_number_of_a_page(app: Flask, typed: str, number: int) -> None:
    with app.test_request_context(query_string={"page": typed}):
        assert page_asked() == number


@pytest.mark.parametrize("number", [str(LARGEST + 1), "9" * 20])
def test_a_number_in_an_address_that_no_column_holds_names_nothing(
    browser: Browser, number: str
) -> None:
    assert browser.log_in(make_user()).open(f"/me/children/{number}").status == 404


def test_a_word_in_an_address_with_a_sign_that_no_database_looks_for(app: Flask) -> None:
    assert app.test_client().get("/log-in/link/a%00b").status_code == 404


class TestScreen:
    def test_a_validator_does_not_trust_the_field_beside_it(self, browser: Browser) -> None:
        """The first grade is nonsense, the last one is not: a sentence, not a failure."""
        browser.log_in(make_member(make_organization()))
        page = browser.submit("/manage/events/new", grade_from="present", grade_to="9")
        assert page.status == 422

    def test_json_that_is_nested_without_end(self, browser: Browser) -> None:
        event = make_event(in_days_=0)
        browser.log_in(make_member(event.organization))
        answer = browser.client.post(
            f"/manage/events/{event.slug}/check-in/marks",
            data="[" * 100_000,
            content_type="application/json",
        )
        assert answer.status_code == 422
