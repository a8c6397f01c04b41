"""What an organization may be called: names stand in letters, lists and on papers, so they
carry no links, and nobody passes for another by letters that look alike."""

import re
import unicodedata
from collections.abc import Iterable

from flask_babel import gettext as _

from app.base.words.text import searchable

# Latin letters that look like Russian ones.
LATIN, RUSSIAN = "ABCEHKMOPTXYaceopxy", "АВСЕНКМОРТХУасеорху"
IN_RUSSIAN, IN_LATIN = str.maketrans(LATIN, RUSSIAN), str.maketrans(RUSSIAN, LATIN)
HAS_RUSSIAN, HAS_LATIN = re.compile("[\u0400-\u04ff]"), re.compile("[A-Za-z]")
WORD = re.compile(r"[^\W\d_]+")
# Domains that readers and mail programs turn into links, with or without «http».
DOMAINS = "ru|su|com|net|org|info|biz|io|me|cc|co|tk|top|xyz|site|online|shop|club|pro|link|app"
LINK = re.compile(
    rf"://|@|\bwww\.|\bhttps?\b|[\w-]\.(?:{DOMAINS}|рф|рус|дети|москва|онлайн|сайт|xn--\w+)\b"
    r"|[\w-]\.[a-z]{2,}/",
    re.IGNORECASE,
)
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Words of authorities: no reason to refuse, a reason to look twice.
AUTHORITY = re.compile(
    r"прокурат|министерств|минпросвещ|минобр|полици|\bмвд\b|\bфсб\b|\bмчс\b|администраци"
    r"|правительств|следственн|\bсуд\b|судебн|\bглава\b|департамент|комитет|управлени|инспекци"
    r"|росгвард|рособр|роскомнадзор|госуслуг|приставов|налогов|\bбанк|президент|губернатор|хурал",
)


def mended(name: str) -> str:
    """Words that mix the alphabets get the letters of one, where they look the same in both:
    «Прокуратуpa» is «Прокуратура». Other words stay as they are."""
    return WORD.sub(lambda word: in_one_alphabet(word.group()), name)


def in_one_alphabet(word: str) -> str:
    """In Russian letters if that can be, else in Latin ones; «ITкуб» remains what it is."""
    if not mixes_alphabets(word):
        return word
    russian, latin = word.translate(IN_RUSSIAN), word.translate(IN_LATIN)
    return next((tried for tried in (russian, latin) if not mixes_alphabets(tried)), word)


def mixes_alphabets(word: str) -> bool:
    return bool(HAS_RUSSIAN.search(word) and HAS_LATIN.search(word))


def has_link(text: str) -> bool:
    """Whether a mail program or a reader would see an address in it."""
    plain = unicodedata.normalize("NFKC", text).replace("。", ".")
    latin = WORD.sub(lambda word: latin_if_mixed(word.group()), plain)
    return any(LINK.search(one) for one in (plain, mended(plain), latin))


def latin_if_mixed(word: str) -> str:
    """The end of «evil.сom», of which one letter is Russian."""
    return word.translate(IN_LATIN) if mixes_alphabets(word) else word


def why_not(name: str) -> str:
    """Why nothing may be called so, as a sentence; empty when it may."""
    if any(unicodedata.category(sign) in INVISIBLE for sign in name):
        return str(_("Remove the invisible control characters."))
    if has_link(name):
        return str(_("A name has no links or addresses in it. The site has its own field."))
    if any(sign.isalpha() and not is_of_ours(sign) for sign in name):
        return str(_("Write the name in Russian, Kalmyk or Latin letters."))
    return ""


def is_of_ours(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("CYRILLIC", "LATIN"))


def authority_words(names: Iterable[str]) -> list[str]:
    """The words in these names that sound like an authority, as they are written."""
    words = re.findall(r"[\w-]+", searchable(*names))
    return list(dict.fromkeys(word for word in words if AUTHORITY.search(word)))
