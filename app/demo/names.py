"""Names of invented people, as they are met in the region."""

from dataclasses import dataclass
from random import Random


def words(text: str) -> list[str]:
    return text.split()


# Men's surnames that take «-а» for women: Kalmyk ones like Russian ones.
KALMYK = words(
    "Бадмаев Манджиев Очиров Эрдниев Санджиев Лиджиев Босхомджиев Мучкаев Убушаев Дорджиев "
    "Цеденов Басангов Бембеев Нимгиров Утнасунов Пюрвеев Шовгуров Хулхачиев Сангаджиев Горяев "
    "Буваев Мацаков Настаев Адьянов Хечиев Церенов Эльдяев Намруев Тюрбеев Инджиев Ользеев "
    "Сарангов Муниев Кекеев Кичиков Джальджиреев Боваев Ванькаев Менкенов Натыров Оконов "
    "Пашнанов Сусеев Улюмджиев Халгаев Чурюмов Шарманджиев Эрендженов Яшкулов Мушаев"
)
RUSSIAN = words(
    "Иванов Королёв Ковалёв Гончаров Мельников Попов Алексеев Фёдоров Семёнов Сидоров Кузнецов "
    "Соловьёв Дорошенков Магомедов Алиев Исаев Сулейменов Воробьёв Киселёв Медведев"
)
UNCHANGING = ("Шевченко", "Литвиненко", "Ткаченко", "Дьяченко", "Скиба", "Гуденко", "Цой")
DOUBLE = (
    ("Очир-Горяев", "Очир-Горяева"), ("Манджиев-Королёв", "Манджиева-Королёва"),
    ("Убуши-Манджиев", "Убуши-Манджиева"), ("Бадма-Халгаев", "Бадма-Халгаева"),
    ("Литвиненко", "Литвиненко-Санджиева"), ("Эренцен", "Эренцен-Попова"),
)  # fmt: skip
# In Kalmyk letters the surname stands in its own form, the same for men and women.
IN_KALMYK = ("Бадмин", "Манҗин", "Эрднин", "Санҗин", "Лиҗин", "Босхмҗин", "Әәдмин", "Өлзин",
             "Мөңкин", "Һәрән", "Үлмҗин", "Әрән")  # fmt: skip
MEN_IN_KALMYK = ("Санҗ", "Баатр", "Җаңһр", "Өлзәт", "Мөңкә", "Үлмҗ", "Һәрә", "Күкә", "Бәәһә")
WOMEN_IN_KALMYK = ("Әәлтә", "Герл", "Нарна", "Өлзә", "Сәәхлә", "Байрта", "Күкүш", "Цаһан", "Җирһл")

MEN = words(
    "Санджи Баатр Бадма Очир Мингиян Наран Эрдни Савр Церен Дорджи Араш Бембя Басан Алдар "
    "Джангар Арслан Чингис Тимур Николай Владимир Данир Санал Адьян Эренцен Хонгор Бата Батыр "
    "Давид Артём Максим Егор Иван Кирилл Семён Пётр Лиджи Намсыр Улан"
)
WOMEN = words(
    "Айса Кермен Байрта Герензел Саглара Гиляна Заяна Иляна Эльзята Делгир Баина Амуланга Баира "
    "Энкира Алтана Нарана Даяна Валерия Анна Мария Софья Виктория Алёна Алтн Элина Ногала Цагана "
    "Эвелина Дарина Ксения Полина Надежда Эльвира Инджира Герел Саяна"
)
# Patronymics as (man's, woman's).
FATHERS = [
    (f"{name}ич", f"{name}на")
    for name in words(
        "Санджиев Баатров Бадмаев Очиров Мингиянов Наранов Эрдниев Церенов Дорджиев Бембеев "
        "Басангов Владимиров Николаев Викторов Борисов Анатольев Сергеев Юрьев Васильев "
        "Александров Дмитриев Хонгоров Батаев Лиджиев Саналов Арсланов Тимуров Иванов Петров"
    )
]
SCHOOLS = (
    "Яшкульская многопрофильная гимназия", "Лаганская СОШ № 4", "Троицкая СОШ",
    "Садовская СОШ № 1", "Кетченеровская многопрофильная гимназия", "Приютненская гимназия",
    "Цаганаманская СОШ № 2", "Городовиковская СОШ № 1", "Ики-Бурульская СОШ",
    "Малодербетовская гимназия", "Яшалтинская СОШ", "Комсомольская гимназия",
    "Большецарынская СОШ № 1", "Аршанская СОШ", "Вознесеновская СОШ",
)  # fmt: skip


@dataclass(frozen=True)
class Name:
    last: str
    first: str
    patronymic: str


def woman(surname: str) -> str:
    return surname if surname in UNCHANGING else f"{surname}а"


def name(rng: Random) -> Name:
    """Somebody of the region: mostly Kalmyk names, one in eight without a patronymic."""
    is_woman = rng.random() < 0.54
    choice = rng.random()
    if choice < 0.05:
        return Name(
            rng.choice(IN_KALMYK), rng.choice(WOMEN_IN_KALMYK if is_woman else MEN_IN_KALMYK), ""
        )
    if choice < 0.09:
        last = rng.choice(DOUBLE)[is_woman]
    elif choice < 0.14:
        last = rng.choice(UNCHANGING)
    else:
        last = rng.choice(KALMYK if choice < 0.78 else RUSSIAN)
        last = woman(last) if is_woman else last
    patronymic = "" if rng.random() < 0.12 else rng.choice(FATHERS)[is_woman]
    return Name(last, rng.choice(WOMEN if is_woman else MEN), patronymic)
