"""What is tried first when somebody guesses a password."""

import re
import sys
import unicodedata
from collections.abc import Collection, Iterable
from functools import cache
from importlib import import_module
from pathlib import Path

from app.base.words.text import slug

# What the site and its region are called.
NAMES = """
ориентир orientir калмыкия kalmykia kalmykiya kalmikia хальмг halmg элиста elista джангар
dzhangar jangar бумба bumba лагань lagan сайгак saigak степь лотос lotos школа shkola school
гимназия gimnaziya колледж kolledzh college класс klass профориентация proforientaciya
министерство minobr ученик uchenik учитель uchitel директор direktor
"""
OF_THE_SITE = frozenset(NAMES.split())
ON_THE_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`", "йцукенгшщзхъфывапролджэячсмитьбюё"
TO_RUSSIAN = str.maketrans(*ON_THE_KEYS)
TO_LATIN = str.maketrans(*reversed(ON_THE_KEYS))
AROUND = re.compile(r"^[\d\W_]{0,4}(.*?)[\d\W_]{0,6}$", re.DOTALL)
LEAST_OF_ONES_OWN = 5  # signs beside the words that others know
LONGEST_DATE = 10
SHORTEST_WORD = 3


def plain(password: str) -> str:
    """However it was typed: full-width signs, capitals, letters in two parts."""
    return unicodedata.normalize("NFKC", password).casefold()


@cache
def commonest() -> frozenset[str]:
    """Thirty thousand of leaked lists, from the package zxcvbn, and what our file adds of
    Russian ones. Read when somebody chooses a password; the package's other lists go again."""
    lists = import_module("zxcvbn.frequency_lists").FREQUENCY_LISTS
    leaked = frozenset(lists["passwords"])
    for name in [name for name in sys.modules if name.partition(".")[0] == "zxcvbn"]:
        del sys.modules[name]
    ours = (Path(__file__).parent.parent / "common_passwords.txt").read_text().split()
    return leaked | frozenset(ours)


def is_guessed_first(typed: str) -> bool:
    """A common password, also on the other layout («gfhjkm» is «пароль») and with a year or a
    few signs around; or nothing but names of the site and its region."""
    spellings = {typed, typed.translate(TO_RUSSIAN), typed.translate(TO_LATIN)}
    cores = {bare(spelling) for spelling in spellings} | {bare(typed).translate(TO_LATIN)}
    return not commonest().isdisjoint(spellings | cores) or is_made_of(typed, OF_THE_SITE)


def bare(text: str) -> str:
    """Without what is put around a word so that it counts as a password: «2026!»."""
    found = AROUND.match(text)
    return found[1] if found else text


def is_made_of(typed: str, words: Collection[str]) -> bool:
    """Little is left when these words are taken out."""
    for spelling in (typed, typed.translate(TO_RUSSIAN), typed.translate(TO_LATIN)):
        left = spelling
        for word in sorted(words, key=len, reverse=True):
            left = left.replace(word, "")
        is_a_date = len(left) <= LONGEST_DATE and not any(sign.isalpha() for sign in left)
        if left != spelling and (len(left) < LEAST_OF_ONES_OWN or is_a_date):
            return True
    return False


def words_in(known: Iterable[str]) -> set[str]:
    """Of an address, a login, a name: each word, in Russian and in Latin letters."""
    texts = {plain(text) for text in known}
    words = {word for text in texts for word in re.split(r"[\W_]+", text)} | texts
    latin = {slug(word, most=40).replace("-", "") for word in words}
    return {word for word in words | latin if len(word) >= SHORTEST_WORD}
