"""Headers and classes as schools write them."""

import pytest

from app.people.class_lists.sheets.classes import class_in_title, class_of
from app.people.class_lists.sheets.columns import Column, understood

pytestmark = pytest.mark.sqlite_alone  # the same on every database

HEADERS = {
    Column.FULL_NAME: (
        "ФИО|Ф.И.О.|Ф. И. О. обучающегося|ФИО ребёнка|Фамилия, имя, отчество|Фамилия Имя|Ученик"
        "|ФИО\nучащегося|Full name|Name|Список обучающихся|Фамилия и имя ребенка"
    ),
    Column.LAST_NAME: "Фамилия|ФАМИЛИЯ ученика|Last name|Surname",
    Column.FIRST_NAME: "Имя|имя ребёнка|First name|Имя, отчество",
    Column.PATRONYMIC: "Отчество|Отчество (при наличии)|Patronymic",
    Column.BIRTH_DATE: (
        "Дата рождения|Дата рожд.|Д.р.|Д/р|Год рождения|Г.р.|Дата\nрождения|Birth date"
        "|Дата рождения (число, месяц, год)|День рождения"
    ),
    Column.SCHOOL_CLASS: "Класс|класс|Class|Класс обучения",
    Column.GRADE: "Параллель|Grade",
    Column.LETTER: "Литера|Буква|Литера класса|Letter",
    Column.PHONE: "Телефон|Тел.|Моб. телефон|Сотовый|Phone|Контактный телефон ученика",
    Column.EMAIL: (
        "E-mail|Е-mail|email|Адрес эл. почты|Адрес электронной почты|Электронная почта|Эл.почта"
    ),
    Column.GUARDIAN_NAME: (
        "ФИО родителя (законного представителя)|Мать|ФИО матери|ФИО мамы|Родители|Родитель"
        "|Законный представитель|Фамилия матери|Мать/отец|Parent's name|Mother"
        "|Родители (ФИО, телефон)"
    ),
    Column.GUARDIAN_PHONE: (
        "Телефон родителя|Телефон матери|Тел. мамы|Контакты родителей|Parent phone"
        "|Контактный телефон законного представителя"
    ),
    Column.GUARDIAN_EMAIL: "e-mail родителей|Электронная почта матери|Parent's e-mail",
    Column.SECOND_GUARDIAN_NAME: "Отец|ФИО отца|Папа|Father|Родитель 2|Второй родитель",
    Column.SECOND_GUARDIAN_PHONE: "Телефон отца|тел. папы|Father's phone",
    Column.SECOND_GUARDIAN_EMAIL: "e-mail отца",
    Column.NUMBER: "№|№ п/п|п/п|N п/п|№ п.п.|№ по порядку|No",
    Column.FORBIDDEN: (
        "СНИЛС|СНИЛС ребёнка|Паспорт|Паспортные данные|Серия и номер паспорта матери"
        "|Свидетельство о рождении|№ свидетельства о рождении|Домашний адрес|Адрес"
        "|Адрес регистрации|Почтовый адрес|Место жительства|Адрес проживания родителей|Прописка"
        "|Национальность|Гражданство|Группа здоровья|Диагноз|Инвалидность|ОВЗ|Фото"
        "|Социальный статус|Статус семьи|Passport|Home address|Nationality"
    ),
    Column.LEFT_OUT: (
        "|Хобби|Кружки|Пол|Классный руководитель|ФИО учителя|Место работы матери|Место рождения"
        "|Подпись родителя|Согласие на фото|Должность отца|Дата рождения матери|Дата прибытия"
    ),
}


@pytest.mark.parametrize(
    ("header", "column"),
    [(header, column) for column, headers in HEADERS.items() for header in headers.split("|")],
)
def test_a_header_is_understood(header: str, column: Column) -> None:
    assert understood(header) is column
    assert understood(f"  {header.upper()} ") is column


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        *((text, (9, "А")) for text in ("9А", "9 «А»", "9-а", "9 A", "9a", "9–А класс", '9"А"')),
        *((text, (9, "")) for text in ("9", "9 класс", "9-й", "9.0", " 9 ")),
        ("10 ФМ", (10, "ФМ")),
        ("9B", (9, "В")),
        ("9b", (9, "Б")),
        ("7ә", (7, "Ә")),
        ("12Б", (12, "Б")),
        *((text, None) for text in ("", "А", "IX", "Лист1", "9D", "9АБВГ", "2026", "Sheet 9")),
    ],
)
def test_a_class(text: str, shown: tuple[int, str] | None) -> None:
    assert class_of(text) == shown


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Список обучающихся 8 «Б» класса на 01.09.2026 г.", (8, "Б")),
        ("9-А класс", (9, "А")),
        ("Класс: 7в", (7, "В")),
        ("10 а", (10, "А")),
        ("Список 9-го «А» класса 2026-2027 уч. год", (9, "А")),
        ("Список 9А", (9, "А")),
        ('МБОУ "СОШ № 4", 7 класс', (7, "")),
        ("СПИСОК УЧАЩИХСЯ 11-Б КЛАССА", (11, "Б")),
        ("9А класс, классный руководитель Иванова А. А.", (9, "А")),
        ("МБОУ «СОШ № 18 им. Б.Б. Городовикова»", None),
        ("Школа № 9 «Умка»", None),
        ("Списки 9А и 9Б классов", None),
        ("2026-2027 учебный год", None),
        ("12 «А» класс", None),
        ("Итого: 27 чел.", None),
    ],
)
def test_a_class_in_a_title(title: str, shown: tuple[int, str] | None) -> None:
    assert class_in_title(title) == shown
