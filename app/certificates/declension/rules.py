"""Russian names in the dative and the accusative.

The endings come from pytrovich; this says where they can be trusted. What cannot be declined
with confidence stays as it is, and is said to be uncertain: a name in the nominative is a
smaller slip on a paper than a wrong one.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from os.path import commonprefix
from typing import NamedTuple

from pytrovich.enums import Case, Gender, NamePart
from pytrovich.maker import PetrovichDeclinationMaker

from app.certificates.declension import words
from app.certificates.kinds import NameCase

CASES = {NameCase.DATIVE: Case.DATIVE, NameCase.ACCUSATIVE: Case.ACCUSATIVE}
MALE, FEMALE = Gender.MALE, Gender.FEMALE
REMEMBERED = 8192  # words, not persons: the surnames and first names of a few schools

RUSSIAN = re.compile("[а-яё]+")
WITH_KALMYK = re.compile("[а-яёәһҗңөү]+")
KALMYK = re.compile("[әһҗңөүӘҺҖҢӨҮ]")
INITIAL = re.compile(r"(?:[^\W\d_]\.)+")
APART = re.compile("([ ‐-]+)")
APOSTROPHE = re.compile("^(.{1,2}['’])(.{3,})$")
VOWELS = "аеёиоуыэюяәөү"
HER_OV = re.compile("(?:ов|ев|ёв|ин|ын)а$")
HIS_OV = re.compile("(?:ов|ев|ёв|ин|ын)$")
HER_SKY = re.compile(f"(?:[{VOWELS}].*)(?:ая|яя)$")
HIS_SKY = re.compile(f"(?:[{VOWELS}].*(?:ый|ой)|.[сц]кий)$")
RUNAWAY = re.compile("(?:ец|яц|ок|ек|ёк|ел|ёл|ол|ёр|ень|оть|[бв]ей|иной)$")  # «Кравец», «Воробей»
HIS_PATRONYMIC = re.compile("..(?:ович|евич|ич)$")
HER_PATRONYMIC = re.compile(".(?:овна|евна|ична|инична)$")


class Declined(NamedTuple):
    text: str
    is_certain: bool


Rule = Callable[[str, Gender, Case], Declined]
Parts = Sequence[tuple[Rule, str]]


def decline(last: str, first: str, patronymic: str, case: NameCase) -> Declined:
    """«Очировой Баирте Санджиевне», in the order of lists. Never raises."""
    if not patronymic and (parted := first.rsplit(" ", 1))[1:] and gender_of_patronymic(parted[1]):
        first, patronymic = parted
    return in_order([(surname, last), (first_name, first), (patronymic_in, patronymic)], case)


def in_order(parts: Parts, case: NameCase) -> Declined:
    said = [(rule, text) for rule, text in parts if text]
    if case is NameCase.NOMINATIVE:
        return Declined(" ".join(text for _rule, text in said), True)
    named = dict(parts)
    genders = genders_of(*(named.get(rule, "") for rule in (surname, first_name, patronymic_in)))
    done = [agreed(rule, text, genders, CASES[case]) for rule, text in said]
    return Declined(" ".join(one.text for one in done), all(one.is_certain for one in done))


def agreed(rule: Rule, text: str, genders: tuple[Gender, ...], case: Case) -> Declined:
    """What is the same for a man and a woman needs no knowing which of them it is."""
    found = {rule(text, gender, case) for gender in genders}
    return found.pop() if len(found) == 1 else Declined(text, False)


# Whose name it is


def genders_of(last: str, first: str, patronymic: str) -> tuple[Gender, ...]:
    """One, or both when nothing tells or when the parts contradict each other."""
    if by_patronymic := gender_of_patronymic(patronymic):
        return (by_patronymic,)
    by_surname = gender_of_surname(last)
    if last.lower().endswith("ин") and KALMYK.search(last + first):
        by_surname = None  # «Манҗин Җирһл»: in Kalmyk it is the form of men and women
    votes = {gender_of_first_name(first), by_surname} - {None}
    return tuple(vote for vote in votes if vote) if len(votes) == 1 else (MALE, FEMALE)


def gender_of_patronymic(text: str) -> Gender | None:
    word = text.lower()
    ending = APART.split(word)[-1]
    if HIS_PATRONYMIC.search(word) or ending in words.SON_OF:
        return MALE
    if HER_PATRONYMIC.search(word) or ending in words.DAUGHTER_OF:
        return FEMALE
    return None


def gender_of_first_name(text: str) -> Gender | None:
    word = APART.split(text.lower())[-1]
    is_his, is_hers = word in words.MEN, word in words.WOMEN
    return None if is_his == is_hers else MALE if is_his else FEMALE


def gender_of_surname(text: str) -> Gender | None:
    """Only what endings tell beyond doubt: «-ов», «-ская»; «Ким» and «Сова» tell nothing."""
    word = APART.split(text.lower())[-1]
    if word in words.UNSURE_SURNAMES or syllables(word) < 2:
        return None
    if (HER_OV.search(word) and len(word) > 4) or HER_SKY.search(word):
        return FEMALE
    return MALE if HIS_OV.search(word) or HIS_SKY.search(word) else None


# The parts of a name


def surname(text: str, gender: Gender, case: Case) -> Declined:
    """Also of several words: «Очирова-Бадмаева», «де Голль»."""
    pieces = APART.split(text)
    if len(pieces) == 1:
        return surname_word(text, gender, case)
    names = [one for one in pieces[::2] if one and one not in words.PARTICLES]
    if len(names) > 1 and any(" " in between for between in pieces[1::2]):
        return Declined(text, False)  # «Нгуен Ван Тхо»: who knows which of them declines
    heads = [one for one in names[:-1] if one.lower() in words.HEADS]  # «Очир-Горяеву»
    kept = [*heads, *(one for one in pieces if one not in names)]
    done = [
        Declined(one, True) if one in kept else surname_word(one, gender, case) for one in pieces
    ]
    # Of «Ким-Очиров» the first word may be no surname of its own: «Бонч-Бруевич».
    is_clear = all(one in heads or is_surname_itself(one, gender) for one in names[:-1])
    if not (names and is_clear and all(one.is_certain for one in done)):
        return Declined(text, False)
    return Declined("".join(one.text for one in done), True)


def is_surname_itself(word: str, gender: Gender) -> bool:
    if gender_of_surname(word) is gender:
        return True
    ending = word.lower()[-1]
    return ending not in "ая" and (gender is FEMALE or ending in VOWELS)


@lru_cache(maxsize=REMEMBERED)
def surname_word(text: str, gender: Gender, case: Case) -> Declined:
    if INITIAL.fullmatch(text):
        return Declined(text, True)
    if cut := APOSTROPHE.match(text):  # «д’Артаньян», «О’Нил»
        rest = surname_word(cut[2], gender, case)
        return Declined(cut[1] + rest.text, rest.is_certain)
    word = text.lower()
    whose = gender_of_surname(word)
    alphabet = WITH_KALMYK if whose else RUSSIAN  # «Өлзәев» has a Russian ending
    if not alphabet.fullmatch(word) or len(word) == 1 or word in words.UNSURE_SURNAMES:
        return Declined(text, False)
    if whose and whose is not gender:
        return Declined(text, False)  # «Очиров» with a woman's patronymic: somebody mistyped
    if whose is FEMALE:
        # «Чужая» is «Чужой» or «Чужей» by its stress.
        return Declined(text, False) if word[-3] in "жчшщ" else by_library(
            text, NamePart.LASTNAME, gender, case
        )  # fmt: skip
    if word[-1] in "ая":
        return surname_in_a(text, word, case)
    if word[-1] in VOWELS or gender is FEMALE:
        return Declined(text, True)  # «Шевченко», «Ким Баирте»
    return surname_of_man(text, word, case)


def surname_in_a(text: str, word: str, case: Case) -> Declined:
    """A noun, which a man and a woman bear alike: «Глинка», «Бадма»."""
    if word in words.FRENCH or (word[-1] == "а" and word[-2] in VOWELS):
        return Declined(text, True)
    if len(word) < 3 or HER_OV.search(word) or word.endswith("ая"):  # «Сова», «Зина», «Гая»
        return Declined(text, False)
    return by_library(text, NamePart.LASTNAME, MALE, case)


def surname_of_man(text: str, word: str, case: Case) -> Declined:
    if word.endswith(("ых", "ких", "гих", "ших", "щих", "жих", "чих", "хих")):
        return Declined(text, True)  # «Черных», «Долгих»
    doubtful = (
        RUNAWAY.search(word)
        or (word.endswith("их") and not word.endswith("рих"))
        or (word.endswith("ий") and not word.endswith(("кий", "рий", "лий", "дий")))
        or (word.endswith("ой") and syllables(word) == 1 and word not in ("цой", "сой", "хой"))
        or word[-1] == "ъ"
    )
    if doubtful:
        return Declined(text, False)
    return by_library(text, NamePart.LASTNAME, MALE, case)


def first_name(text: str, gender: Gender, case: Case) -> Declined:
    pieces = APART.split(text)
    if len(pieces) == 1:
        return first_name_word(text, gender, case)
    if gender is MALE and any(one[-1:].lower() not in VOWELS for one in pieces[:-1:2]):
        return Declined(text, False)  # «Жан-Поль», «Жана-Поля» or «Жан-Поля»
    done = [
        first_name_word(one, gender, case) if place % 2 == 0 else Declined(one, True)
        for place, one in enumerate(pieces)
    ]
    if all(one.is_certain for one in done):
        return Declined("".join(one.text for one in done), True)
    return Declined(text, False)


@lru_cache(maxsize=REMEMBERED)
def first_name_word(text: str, gender: Gender, case: Case) -> Declined:
    if INITIAL.fullmatch(text):
        return Declined(text, True)
    word = text.lower()
    if not RUSSIAN.fullmatch(word) or len(word) == 1 or word in words.OLD_MEN:
        return Declined(text, False)
    if word[-1] in "ая":
        return first_name_in_a(text, word, gender, case)
    if word[-1] in VOWELS:
        return Declined(text, True)  # «Санджи», «Эрдни»
    if gender_of_first_name(word) not in (None, gender):
        return Declined(text, False)  # «Баатр Санджиевна»
    return (first_name_of_man if gender is MALE else first_name_of_woman)(text, word, case)


def first_name_of_man(text: str, word: str, case: Case) -> Declined:
    is_known = word in words.MEN or word.endswith("бек")
    if word[-1] == "ъ" or (RUNAWAY.search(word) and not is_known):
        return Declined(text, False)
    return by_library(text, NamePart.FIRSTNAME, MALE, case)


def first_name_of_woman(text: str, word: str, case: Case) -> Declined:
    if word[-1] not in "ьъ":
        return Declined(text, True)  # «Кермен», «Герел»
    if word not in words.SOFT_WOMEN:
        return Declined(text, False)
    return Declined(text, True) if case is Case.ACCUSATIVE else like(text, word[:-1] + "и")


def first_name_in_a(text: str, word: str, gender: Gender, case: Case) -> Declined:
    is_vague = (word[-1] == "а" and word[-2] in VOWELS) or (
        word.endswith("ия") and word not in words.IN_IYA | words.IN_IYA_STRESSED
    )
    if is_vague or word == "шота":
        return Declined(text, False)
    if word in words.IN_IYA:
        gender = FEMALE  # «Валерия»: the library has men of some of them
    return by_library(text, NamePart.FIRSTNAME, gender, case)


def patronymic_in(text: str, gender: Gender, case: Case) -> Declined:
    if APART.split(text.lower())[-1] in words.SON_OF | words.DAUGHTER_OF or INITIAL.fullmatch(text):
        return Declined(text, True)
    if gender_of_patronymic(text) is None or not WITH_KALMYK.fullmatch(text.lower()):
        return Declined(text, False)
    return by_library(text, NamePart.MIDDLENAME, gender, case)


# The library


@cache
def library() -> PetrovichDeclinationMaker:
    return PetrovichDeclinationMaker()


def by_library(text: str, part: NamePart, gender: Gender, case: Case) -> Declined:
    word = text.lower()
    found = library().make(part, gender, case, word)
    return like(text, found) if found != word else Declined(text, False)


def like(text: str, declined: str) -> Declined:
    """In the capitals of the text: «ОЧИРОВОЙ», «МакДональду»."""
    if text.isupper():
        return Declined(declined.upper(), True)
    same = len(commonprefix([text.lower(), declined]))
    return Declined(text[:same] + declined[same:], True)


def syllables(word: str) -> int:
    return sum(letter in VOWELS for letter in word)
