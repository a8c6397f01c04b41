"""What a column holds, told by its header as schools write it."""

import enum
import re

from app.base.words.text import searchable

LONGEST = 120  # letters of a header


class Column(enum.StrEnum):
    LAST_NAME = "last_name"
    FIRST_NAME = "first_name"
    PATRONYMIC = "patronymic"
    FULL_NAME = "full_name"
    BIRTH_DATE = "birth_date"
    SCHOOL_CLASS = "school_class"
    GRADE = "grade"
    LETTER = "letter"
    PHONE = "phone"
    EMAIL = "email"
    GUARDIAN_NAME = "guardian_name"
    GUARDIAN_PHONE = "guardian_phone"
    GUARDIAN_EMAIL = "guardian_email"
    SECOND_GUARDIAN_NAME = "second_guardian_name"
    SECOND_GUARDIAN_PHONE = "second_guardian_phone"
    SECOND_GUARDIAN_EMAIL = "second_guardian_email"
    NUMBER = "number"  # № п/п, skipped without a word
    LEFT_OUT = "left_out"
    FORBIDDEN = "forbidden"  # what we never keep


NAMES = {Column.LAST_NAME, Column.FULL_NAME}
GIVEN_NAMES = {Column.FIRST_NAME, Column.PATRONYMIC}
GUARDIAN = (Column.GUARDIAN_NAME, Column.GUARDIAN_PHONE, Column.GUARDIAN_EMAIL)
SECOND_GUARDIAN = (
    Column.SECOND_GUARDIAN_NAME,
    Column.SECOND_GUARDIAN_PHONE,
    Column.SECOND_GUARDIAN_EMAIL,
)

# Spellings that are made one before anything is compared.
SAME = [
    (re.compile(pattern), written)
    for pattern, written in (
        (r"[^\w@№#]+|_", " "),
        (r"\bф и о\b", "фио"),
        (r"\bд р\b", "др"),
        (r"\bг р\b", "год рождения"),
        (r"\b[eе] mail\b|\b[eе]mail\b|\bимейл\b|\bемейл\b", "email"),
        (r"\b(?:эл\w*|электр\w*) ?(?:почт\w*|адрес\w*)|\bадрес\w* эл\w* почт\w*", "email"),
        (r"\bп п\b", "пп"),
    )
]

SECOND = re.compile(
    r"\b(?:отец|отца|отцу|отцов\w*|папа|папы|папин\w*|father\w*|dad"
    r"|(?:втор\w+|2 й|2 го) (?:родител|представител)\w*"
    r"|(?:родител\w*|представител\w*|parent|guardian) 2)\b"
)
FIRST = re.compile(
    r"\b(?:мать|матери|матерью|мама|мамы|мамин\w*|mother\w*|mom|mum|родител\w*|представител\w*"
    r"|опекун\w*|попечител\w*|parents?|guardians?)\b"
)
FORBIDDEN = re.compile(
    r"снилс|snils|паспорт|passport|свидетельств|документ|\bсерия\b|\bполис|\bинн\b"
    r"|\bадрес|\baddress\b|прописк|проживан|жительств|регистраци[ия]\b(?! в )"
    r"|национальност|nationality|гражданств|citizenship"
    r"|здоров|health|диагноз|diagnos|инвалид|disab|\bовз\b|заболеван|медицин|\bмед\b"
    r"|\bфото\b|фотограф|photo|социальн\w* (?:статус|положен|категор)|\bсоц\w* статус"
    r"|social status|статус семьи|категори\w* семьи|малоимущ|многодетн|малообеспечен"
)
EMAIL = re.compile(r"email|\bпочт(?:а|ы|овый ящик)\b|\bmail\b")
NOT_OURS = re.compile(
    r"согласи|подпис|руководител|учител|педагог|директор|место рожд|место работ|работ|должност"
    r"|образовани|тьютор|consent|signature|teacher"
)
PHONE = re.compile(r"\bтел\b|телефон|\bмоб\b|мобильн|сотов|контакт|whatsapp|phone|\btel\b|mobile")
BIRTH = re.compile(r"рожд|\bдр\b|birth|\bdob\b")
NUMBER = re.compile(r"(?:[№#n]|no|nr|номер|number)(?: ?пп| по порядку)?|пп|порядковый номер")
LAST = re.compile(r"\bфамили|\blast name\b|\bsurname\b|\bfamily name\b")
GIVEN = re.compile(r"\bимя\b|\bимени\b|\bfirst name\b|\bgiven names?\b")
PATRONYMIC = re.compile(r"\bотчеств|\bpatronymic\b|\bmiddle name\b")
WHO = r"(?:обучающ\w+|учащ\w+|учени\w+|реб[её]н\w+|дет\w+|школьник\w*|воспитанник\w*|класса)"
FULL = re.compile(
    rf"\bфио\b|full name|name|(?:список )?{WHO}|(?:pupils?|students?|child)(?: name)?|имена"
)
LETTER = re.compile(r"\b(?:литер\w*|буква|letter)\b")
GRADE = re.compile(r"\b(?:параллель|grade|ступень)\b|год обучения")
CLASS = re.compile(rf"класс(?: {WHO}| обучения)?|кл|класс литера?|class|school class|группа класс")
# What may stand in the header of guardians' names besides who they are.
FILLER = re.compile(
    r"\b(?:законн\w+|или|и|лицо|лица|заменяющ\w+|опекун\w*|его|ее|обучающ\w+|учащ\w+|учени\w+"
    r"|реб[её]н\w+|полностью|полные|данные|сведения о|о|of|the|s|or|legal|full|and|\d)\b"
)


def understood(header: str) -> Column:
    """«Ф.И.О. обучающегося» → FULL_NAME. What is not understood is LEFT_OUT."""
    text = plain(header)
    if not text or len(text) > LONGEST:
        return Column.LEFT_OUT
    if FORBIDDEN.search(text) and "согласи" not in text:
        return Column.FORBIDDEN
    if NOT_OURS.search(text):
        return Column.LEFT_OUT
    if SECOND.search(text) and not FIRST.search(SECOND.sub("", text)):
        return of_guardian(SECOND.sub("", text), SECOND_GUARDIAN)
    if FIRST.search(text):
        return of_guardian(SECOND.sub("", FIRST.sub("", text)), GUARDIAN)
    return of_pupil(text)


def plain(header: str) -> str:
    text = searchable(header)
    for pattern, written in SAME:
        text = pattern.sub(written, text).strip()
    return text


def of_guardian(text: str, columns: tuple[Column, Column, Column]) -> Column:
    name, phone, email = columns
    if EMAIL.search(text):
        return email
    if PHONE.search(text) and not is_full_name(text):
        return phone
    bare = FILLER.sub("", text).strip()
    named = is_full_name(text) or LAST.search(text) or GIVEN.search(text) or bare == "name"
    return name if named or PATRONYMIC.search(text) or not bare else Column.LEFT_OUT


def is_full_name(text: str) -> bool:
    return bool(re.search(r"\bфио\b", text) or LAST.search(text) and GIVEN.search(text))


def of_pupil(text: str) -> Column:
    if NUMBER.fullmatch(text):
        return Column.NUMBER
    for column, search in (
        (Column.EMAIL, EMAIL.search),
        (Column.BIRTH_DATE, BIRTH.search),
    ):
        if search(text):
            return column
    return of_name(text) or of_class(text) or Column.LEFT_OUT


def of_name(text: str) -> Column | None:
    if is_full_name(text):
        return Column.FULL_NAME
    for column, search in (
        (Column.PHONE, PHONE.search),
        (Column.LAST_NAME, LAST.search),
        (Column.FIRST_NAME, GIVEN.search),
        (Column.PATRONYMIC, PATRONYMIC.search),
        (Column.FULL_NAME, FULL.fullmatch),
    ):
        if search(text):
            return column
    return None


def of_class(text: str) -> Column | None:
    for column, search in (
        (Column.LETTER, LETTER.search),
        (Column.GRADE, GRADE.search),
        (Column.SCHOOL_CLASS, CLASS.fullmatch),
    ):
        if search(text):
            return Column.SCHOOL_CLASS if text == "класс литера" else column
    return None
