"""Passwords that are tried first."""

import sys

import pytest

from app.accounts.guards.guesses import commonest
from app.accounts.passwords import weakness

OWNER = ("badma.sandzhi@example.org", "sandzhi", "Санджи Бадмаев", "Гимназия «Туштан»")


def test_the_list_is_long_and_leaves_nothing_else_in_memory() -> None:
    assert len([password for password in commonest() if len(password) >= 8]) > 10_000
    assert not [name for name in sys.modules if name.partition(".")[0] == "zxcvbn"]


@pytest.mark.parametrize(
    "password",
    [
        "iloveyou2",
        "Password2026!",
        "ｐａｓｓｗｏｒｄ",  # full-width
        "пароль123",  # «gfhjkm» on the other layout
        "gfhjkm2024",
        "ghbdtn123",  # «привет»
        "Ориентир2026",
        "калмыкия-08",
        "rfkvsrbz",  # «калмыкия» on the other layout
        "dzhangar",
        "школаэлиста",
    ],
)
def test_common_ones_and_the_sites_own_words(password: str) -> None:
    assert "одним из первых" in weakness(password)


@pytest.mark.parametrize(
    "password",
    [
        "sandzhi2011",
        "Бадмаев.2011",
        "Sandzhi01.02.2011",
        ",flvftd2011",
        "бадмаевсанджи",
        "туштан2026",
        "badmaev-08",
    ],
)
def test_what_others_know_of_the_owner(password: str) -> None:
    assert "известны другим" in weakness(password, *OWNER)


@pytest.mark.parametrize(
    "password", ["степь тюльпан сайгак", "correct horse battery", "8Kz!pw_q", "мой кот Бадма ест"]
)
def test_others_are_taken(password: str) -> None:
    assert weakness(password, *OWNER) == ""
