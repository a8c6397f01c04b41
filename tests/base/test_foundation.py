"""Text, dates: what every domain stands on."""

from app.base.words.text import same_name, searchable, sort_key


def test_search_knows_no_case_and_no_yo() -> None:
    assert searchable("  Королёва  Алёна ") == "королева алена"


def test_dashes_do_not_tell_people_apart() -> None:
    assert same_name("Иванова–Петрова") == same_name("иванова-петрова")


def test_russian_order_puts_yo_beside_e_and_kalmyk_letters_in_their_places() -> None:
    words = [
        "Яковлев",
        "Ельцин",
        "Ёлкин",
        "Елкин",
        "Егоров",
        "Әәдмин",
        "Бадмаев",
        "Өлзәев",
        "Очиров",
        "Авяш",
    ]
    assert sorted(words, key=sort_key) == [
        "Авяш",
        "Әәдмин",
        "Бадмаев",
        "Егоров",
        "Елкин",
        "Ёлкин",
        "Ельцин",
        "Очиров",
        "Өлзәев",
        "Яковлев",
    ]


def test_a_shorter_surname_stands_before_a_longer_one() -> None:
    people = [("Ивановский", "Адьян"), ("Иванов", "Яшкул"), ("Иванова", "Анна")]
    assert [p[0] for p in sorted(people, key=lambda p: sort_key(*p))] == [
        "Иванов",
        "Иванова",
        "Ивановский",
    ]
