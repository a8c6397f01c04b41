"""What is a person's name: one rule for forms, accounts, children and class lists.

Letters of any alphabet, apostrophes, hyphens, a former surname in brackets. No digits, no
signs, no dots but those of initials where a list has them: so no address and no link is one.
"""

import re
import unicodedata

from app.base.words.text import clean

# Latin letters that look like Russian and Kalmyk ones: a keyboard left in English.
LOOKALIKES = str.maketrans("ABCEHKMOPTXYËaceopxyëhəƏɵƟ", "АВСЕНКМОРТХУЁасеорхуёһәӘөӨ")
# Invisible signs that come with copied text: soft hyphens, marks of direction.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
CYRILLIC = re.compile("[\u0400-\u052f]")
LATIN = re.compile("[a-z\u00c0-\u024f\u0259\u018f\u0275]", re.IGNORECASE)
LETTERS = r"[^\W\d_]+"
WORD = re.compile(rf"{LETTERS}(?:['’ʼ‘`´‐-]{LETTERS})*")
INITIALS = re.compile(
    r"(?:[^\W\d_]\.-?){1,3}(?:[А-ЯЁӘҺҖҢӨҮ][а-яёәһҗңөү]+(?:-[А-ЯЁӘҺҖҢӨҮ][а-яёәһҗңөү]+)*)?"
)
OF_ADDRESSES = {"http", "https", "www"}
MOST_WORDS, MOST_WORDS_OF_ALL = 3, 8  # «ван дер Берг»; last, first name and patronymic
MOST_WORDS_OF_PATRONYMIC = 2  # besides a word that says whose child: «Али Гасан оглы»
MOST_LETTERS_OF_ALL = 120  # the three together: what is longer is a sentence
CHILD_OF = {"оглы", "оглу", "кызы", "гызы", "улы", "уулу", "угли"}


def mended(text: str | None) -> str:
    """As it is kept: one line, composed, without invisible signs and accents for reading;
    Latin letters in a Russian word become the Russian ones they look like."""
    composed = clean(INVISIBLE.sub("", text or ""))
    plain = "".join(sign for sign in composed if unicodedata.category(sign) != "Mn")
    words = (mended_word(word.strip("‐-")) or word for word in plain.split())
    return " ".join(words)


def mended_word(word: str) -> str:
    """«Cёмин» with a Latin C → «Сёмин»; what cannot be mended whole stays as it is."""
    if not is_mixed(word):
        return word
    russian = word.translate(LOOKALIKES)
    return word if LATIN.search(russian) else russian


def is_mixed(word: str) -> bool:
    return bool(CYRILLIC.search(word) and LATIN.search(word))


def mixed_words(text: str) -> list[str]:
    """Words of two alphabets, once they are mended: which letters were meant nobody knows."""
    return [word for word in text.split() if is_mixed(word)]


def is_patronymic(text: str) -> bool:
    """Not a sentence: free words in a name would go to whose address was typed."""
    words = [word for word in text.split() if word.casefold() not in CHILD_OF]
    return is_name(text) and len(words) <= MOST_WORDS_OF_PATRONYMIC


def is_name(text: str, *, most_words: int = MOST_WORDS, initials: bool = False) -> bool:
    """Whether each word is one of a name. ``initials``: «О. Б. Манджиева» is one too."""
    words = text.split()
    return 0 < len(words) <= most_words and all(
        word.lower() not in OF_ADDRESSES
        and (WORD.fullmatch(bare(word)) or (initials and INITIALS.fullmatch(word)))
        for word in words
    )


def bare(word: str) -> str:
    """Without the brackets around a former surname."""
    return word[1:-1] if word.startswith("(") and word.endswith(")") else word
