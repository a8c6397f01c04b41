"""Counts notice what explodes; otherwise the tests that use them prove nothing."""

from app.base.words.text import same_name
from tests.counting import calls_in, grows_no_faster_than_its_input


def each_with_each(size: int) -> None:
    names = ["Бадмаев"] * size
    for name in names:
        for other in names:
            same_name(name, other)


def each_alone(size: int) -> None:
    for _number in range(size):
        same_name("Бадмаев")


def test_calls_of_this_project_are_counted() -> None:
    assert calls_in(lambda: each_alone(10)) >= 10
    assert calls_in(lambda: sorted(range(10))) == 0


def test_what_compares_each_with_each_is_noticed() -> None:
    assert grows_no_faster_than_its_input(each_alone, 20)
    assert not grows_no_faster_than_its_input(each_with_each, 20)
