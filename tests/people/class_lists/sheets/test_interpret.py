"""Lists of pupils understood: each as its teacher meant it, or refused in words."""

from datetime import date, datetime

import pytest

from app.people.class_lists.sheets.columns import Column
from app.people.class_lists.sheets.files import Cell, Table, read_tables, text_of
from app.people.class_lists.sheets.interpret import (
    ClassList,
    HeaderUnknown,
    ListedGuardian,
    interpret,
    without_forbidden,
)
from tests.people.class_lists.lists import GIVEN, OLD_EXCEL, TODAY, listed, one, shown

HEAD: list[Cell] = ["ФИО", "Дата рождения"]
BADMAEV: list[Cell] = ["Бадмаев Санджи", "24.06.2012"]
OCHIROV: list[Cell] = ["Очиров Бата", "01.02.2012"]


def of_file(name: str) -> ClassList:
    return interpret(read_tables((GIVEN / name).read_bytes(), name), today=TODAY)


class TestGivenFiles:
    def test_9a_simple(self) -> None:
        found = of_file("9a_simple.xlsx")
        names = shown(found.rows)
        assert len(found.rows) == len(names) == 24
        assert names[0] == "Болдырева Баина Очировна, 9А"
        assert names[-1] == "Шарапова Мария Санджиевна, 9А"
        assert [row.birth_date for row in (found.rows[0], found.rows[-1])] == [
            date(2011, 4, 12),
            date(2011, 9, 5),
        ]
        assert [row.number for row in found.rows] == list(range(2, 26))
        assert (found.left_out, found.forbidden, found.notes) == ([], [], [])

    def test_8b_with_titles(self) -> None:
        found = of_file("8b_with_titles.xlsx")
        names = shown(found.rows)
        assert len(found.rows) == len(names) == 27
        assert names[0] == "Эрдниев Дольган Андреевич, 8Б"
        assert names[-1] == "Кузнецова Цагана Андреевна, 8Б"
        assert (found.rows[0].number, found.rows[0].birth_date) == (5, date(2012, 6, 24))
        assert (found.rows[-1].number, found.rows[-1].birth_date) == (31, date(2012, 9, 3))
        assert all(len(row.guardians) == 1 and not row.phone for row in found.rows)
        assert found.rows[0].guardians == (
            ListedGuardian("Эрдниев Цагана Андреевна", "+7 (937) 214-54-59", ""),
        )
        assert found.rows[-1].guardians == (
            ListedGuardian("Кузнецова Мария Баторовна", "+7 (927) 583-76-03", ""),
        )
        assert (found.left_out, found.forbidden, found.notes) == ([], [], [])

    def test_10a_excel_export(self) -> None:
        found = of_file("10a_excel_export_cp1251.csv")
        names = shown(found.rows)
        assert len(found.rows) == len(names) == 19
        assert names[0] == "Нимгиров Александр Викторович, 10А"
        assert names[-1] == "Шарапов Эренцен Баторович, 10А"
        assert found.rows[0].birth_date == date(2010, 2, 11)
        assert found.rows[-1].birth_date == date(2010, 12, 13)

    def test_9b_with_errors(self) -> None:
        found = of_file("9b_with_errors.xlsx")
        assert {row.number: row.refusal for row in found.rows} == {
            2: "",
            3: "Здесь только одно слово: «Бадмаев». Напишите фамилию и имя.",
            4: "Такой даты нет: «31.02.2011».",
            5: "Этот ученик уже есть в строке 2.",
            6: "Класса 12 нет: бывают с 1 по 11.",
            7: "",
            9: "Дата рождения ещё не наступила. Проверьте год.",
        }
        assert shown(found.rows) == ["Манджиева Айса Санджиевна, 9Б", "Иванов Максим, 9Б"]

    def test_old_excel(self) -> None:
        found = interpret(read_tables(OLD_EXCEL.read_bytes()), today=TODAY)
        assert shown(found.rows) == ["Бадмаев Санджи Эрдниевич, 7В", "Өлзәтә Айс, 7В"]
        assert found.rows[0].guardians == (ListedGuardian("", "89612141234", ""),)


class TestNames:
    @pytest.mark.parametrize(
        ("written", "name"),
        [
            ("БАДМАЕВ САНДЖИ ЭРДНИЕВИЧ", "Бадмаев Санджи Эрдниевич"),
            ("бадмаев санджи", "Бадмаев Санджи"),
            ("МАК-ДОНАЛД АННА", "Мак-Доналд Анна"),
            ("Бадмаева - Очирова  Айса", "Бадмаева-Очирова Айса"),
            ("О'БРАЙЕН ПЁТР", "О'Брайен Пётр"),
            ("Мамедов Руслан Гасан оглы", "Мамедов Руслан Гасан оглы"),
            ("МАМЕДОВ РУСЛАН ГАСАН ОГЛЫ", "Мамедов Руслан Гасан оглы"),
            ("1. Бадмаев Санджи", "Бадмаев Санджи"),
            ("Бадмаев, Санджи Эрдниевич", "Бадмаев Санджи Эрдниевич"),
            ("Өлзәтә Җирһл", "Өлзәтә Җирһл"),
            ("Ли Ян", "Ли Ян"),
            ("Бадмаев\nСанджи\u00a0Эрдниевич\u200b", "Бадмаев Санджи Эрдниевич"),
            ("Oчиров Бaта", "Очиров Бата"),  # the Latin O and a
            ("Бадмаев Санджи -", "Бадмаев Санджи"),
            ("Ю Марина Алексеевна", "Ю Марина Алексеевна"),
            ("О Сергей", "О Сергей"),
            ("Иванова (Петрова) Анна", "Иванова (Петрова) Анна"),
            ("Бадма\u0301ев Санджи", "Бадмаев Санджи"),
            ("Сидоров Иван Петрович-", "Сидоров Иван Петрович"),
        ],
    )
    def test_taken(self, written: str, name: str) -> None:
        row = one(written, "24.06.2012")
        assert (row.refusal, shown([row])) == ("", [f"{name}, 9А"])

    @pytest.mark.parametrize(
        ("written", "words"),
        [
            ("Бадмаев", "только одно слово"),
            ("Бадмаев С. Э.", "а не инициалами"),
            ("Бадмаев С.Э.", "а не инициалами"),
            ("Бадмаев С", "а не инициалами"),
            ("Бадмаев Санджи Э.", "а не инициалами"),
            ("Бадмаев Санджи2", "только буквы"),
            ("Бадмаев evil.ru", "только буквы"),
            ("Бадмаeв Sanжи", "«Sanжи» смешаны"),
            ("=cmd|'/c calc'!A1 Санджи", "только буквы"),
            ("=HYPERLINK(1) Санджи", "только буквы"),
            ("Бадмаев 🙂", "только буквы"),
            ("Бад\x07маев Санджи", "только буквы"),
            ("<b>Бадмаев</b> Санджи", "только буквы"),
            ("Я" * 101 + " Санджи", "длиннее 100"),
            ("Бадмаев " + "я" * 20_000, "длиннее 100"),
        ],
    )
    def test_refused(self, written: str, words: str) -> None:
        row = one(written, "24.06.2012")
        assert words in row.refusal
        assert len(row.refusal) < 200

    def test_three_columns(self) -> None:
        header: list[Cell] = ["Фамилия", "Имя", "Отчество"]
        assert shown([one("Бадмаев", "Санджи", None, header=header)]) == ["Бадмаев Санджи, 9А"]
        assert "только одно слово" in one("Бадмаев", None, None, header=header).refusal
        assert "Нет фамилии" in one(None, "Санджи", "Эрдниевич", header=header).refusal

    def test_two_columns(self) -> None:
        header: list[Cell] = ["Фамилия", "Имя, отчество"]
        row = one("Бадмаев", "Санджи Эрдниевич", header=header)
        assert (row.last_name, row.first_name, row.patronymic) == (
            "Бадмаев",
            "Санджи",
            "Эрдниевич",
        )
        row = one("Бадмаев Санджи", "Эрдниевич", header=["Фамилия, имя", "Отчество"])
        assert row.patronymic == "Эрдниевич"

    def test_the_whole_name_in_the_first_of_three_columns(self) -> None:
        header: list[Cell] = ["Фамилия", "Имя", "Отчество"]
        row = one("Бадмаев Санджи Эрдниевич", None, None, header=header)
        assert shown([row]) == ["Бадмаев Санджи Эрдниевич, 9А"]


class TestBirthDates:
    @pytest.mark.parametrize(
        "cell",
        [
            date(2012, 6, 24),
            datetime.fromisoformat("2012-06-24"),
            41084,
            41084.0,
            "41084",
            "24.06.2012",
            "24.06.2012 г.",
            "24.06.2012г.р.",
            "24/06/2012",
            "24-6-2012",
            "24,06,2012",
            "24.06.12",
            "2012-06-24",
            "2012-06-24 00:00:00",
            "24 июня 2012",
            "«24» июня 2012 г.",
            "24 ИЮН 2012 года",
            "24062012",
            24062012,
        ],
    )
    def test_as_lists_have_them(self, cell: Cell) -> None:
        row = one("Бадмаев Санджи", cell)
        assert (row.birth_date, row.birth_year, row.refusal) == (date(2012, 6, 24), None, "")

    @pytest.mark.parametrize("cell", ["2012", 2012, "2012 г.р.", "2012г.", "2012 год"])
    def test_the_year_alone(self, cell: Cell) -> None:
        row = one("Бадмаев Санджи", cell)
        assert (row.birth_date, row.birth_year, row.refusal) == (None, 2012, "")

    @pytest.mark.parametrize("cell", [None, "", " - "])
    def test_none(self, cell: Cell) -> None:
        row = one("Бадмаев Санджи", cell)
        assert (row.birth_date, row.birth_year, row.refusal) == (None, None, "")

    @pytest.mark.parametrize(
        ("cell", "words"),
        [
            ("31.02.2011", "Такой даты нет"),
            ("00.00.2011", "Такой даты нет"),
            ("24 брюмера 2012", "Такой даты нет"),
            ("0000-00-00", "Такой даты нет"),
            ("06/24/2012", "Такой даты нет"),
            ("летом", "непонятна"),
            (True, ""),
            (3, "непонятна"),
            (float("inf"), "непонятна"),
            (float("nan"), "непонятна"),
            (1e300, "непонятна"),
            ("24.06.2031", "не наступила"),
            (date(2026, 11, 25), "не наступила"),
            ("2031", "не наступила"),
            ("24.06.1985", "возраст — 41"),
            ("24.06.24", "возраст — 2"),
            ("1985", "возраст — 41"),
        ],
    )
    def test_refused(self, cell: Cell, words: str) -> None:
        assert words in one("Бадмаев Санджи", cell).refusal

    def test_two_digits_are_never_a_year_to_come(self) -> None:
        assert one("Бадмаев Санджи", "11.02.10").birth_date == date(2010, 2, 11)
        assert "возраст — 49" in one("Бадмаев Санджи", "11.02.77").refusal


class TestClasses:
    def test_from_the_title(self) -> None:
        found = listed(["Список обучающихся 8 «Б» класса"], [], HEAD, BADMAEV)
        assert shown(found.rows) == ["Бадмаев Санджи, 8Б"]

    def test_from_two_cells_of_the_title(self) -> None:
        assert shown(listed(["Класс:", "8б"], HEAD, BADMAEV).rows) == ["Бадмаев Санджи, 8Б"]

    def test_from_the_sheet(self) -> None:
        assert shown(listed(HEAD, BADMAEV, sheet="9-а").rows) == ["Бадмаев Санджи, 9А"]

    def test_from_the_column_before_all_others(self) -> None:
        found = listed(
            ["8Б класс"], ["ФИО", "Класс"], ["Бадмаев Санджи", "7в"], ["Очиров Бата"], sheet="9А"
        )
        assert shown(found.rows) == ["Бадмаев Санджи, 7В", "Очиров Бата, 8Б"]

    def test_grade_and_letter_in_two_columns(self) -> None:
        header: list[Cell] = ["ФИО", "Параллель", "Литера"]
        found = listed(header, ["Бадмаев Санджи", 9, "а"], ["Очиров Бата", "9", None])
        assert shown(found.rows) == ["Бадмаев Санджи, 9А", "Очиров Бата, 9"]

    def test_a_village_school_has_no_letters(self) -> None:
        assert shown(listed(["ФИО", "Класс"], ["Бадмаев Санджи", 9]).rows) == ["Бадмаев Санджи, 9"]

    def test_the_chosen_class_when_the_list_tells_none(self) -> None:
        assert shown(listed(HEAD, BADMAEV, class_title="9 «А»").rows) == ["Бадмаев Санджи, 9А"]
        assert shown(listed(HEAD, BADMAEV, class_title="9А", sheet="2").rows)[0].endswith("9А")
        assert shown(listed(HEAD, BADMAEV, sheet="9").rows) == ["Бадмаев Санджи, 9"]

    @pytest.mark.parametrize(
        ("cell", "words"),
        [
            (None, "Не указан класс"),
            ("12Б", "Класса 12 нет"),
            (0, "Класса 0 нет"),
            ("девятый", "Класс «девятый» непонятен"),
            ("9D", "непонятен"),
            (date(2026, 9, 1), "непонятен"),
        ],
    )
    def test_refused(self, cell: Cell, words: str) -> None:
        header: list[Cell] = ["ФИО", "Класс"]
        assert words in one("Бадмаев Санджи", cell, header=header, class_title="").refusal

    def test_several_classes_with_headers_of_their_own(self) -> None:
        found = listed(
            ["9А класс"],
            HEAD,
            BADMAEV,
            ["Итого: 1"],
            [],
            ["МБОУ СОШ № 18"],
            ["Список 9 «Б» класса"],
            ["Д.р.", "Фамилия, имя"],
            ["01.02.2012", "Очиров Бата"],
        )
        assert shown(found.rows) == ["Бадмаев Санджи, 9А", "Очиров Бата, 9Б"]
        assert len(found.rows) == 2

    def test_several_classes_with_titles_between_the_rows(self) -> None:
        found = listed(HEAD, ["9А"], BADMAEV, ["9 «Б» класс"], OCHIROV)
        assert shown(found.rows) == ["Бадмаев Санджи, 9А", "Очиров Бата, 9Б"]

    def test_a_title_that_is_not_understood_ends_the_class(self) -> None:
        found = listed(["9А класс"], HEAD, BADMAEV, ["Список класса коррекции"], HEAD, OCHIROV)
        assert "Не указан класс" in found.rows[1].refusal

    def test_several_sheets(self) -> None:
        tables = [Table("9А", [HEAD, BADMAEV]), Table("9Б", [HEAD, OCHIROV, BADMAEV])]
        found = interpret(tables, today=TODAY)
        assert shown(found.rows) == ["Бадмаев Санджи, 9А", "Очиров Бата, 9Б"]
        assert found.rows[2].refusal == "Этот ученик уже есть в строке 2 («9А»)."

    def test_a_sheet_without_pupils_is_named(self) -> None:
        tables = [Table("9А", [HEAD, BADMAEV]), Table("План", [["Мероприятие"]]), Table("2", [])]
        (note,) = interpret(tables, today=TODAY).notes
        assert note.startswith("Лист «План» не прочитан")


class TestRowsThatAreNoPupils:
    @pytest.mark.parametrize(
        "row",
        [
            [],
            [None, " "],
            ["Итого: 27 чел."],
            ["Всего", 27],
            ["Мальчиков: 12"],
            ["девочек — 15"],
            ["Классный руководитель ____________ / Иванова А. А."],
            ["Кл. руководитель: Иванова Анна Андреевна"],
            ["Директор школы", "Петров П. П."],
            ["Подпись"],
            ["", "______________"],
            ["Учитель:", "______________"],
            [1, 2],
            HEAD,
        ],
    )
    def test_skipped(self, row: list[Cell]) -> None:
        found = listed(["9А"], HEAD, BADMAEV, row, OCHIROV)
        assert [r.refusal for r in found.rows] == ["", ""]
        assert found.notes == []

    @pytest.mark.parametrize("surname", ["Мальчиков", "Девочкин", "Датаев", "Итогов", "Директоров"])
    def test_surnames_that_look_like_totals(self, surname: str) -> None:
        assert not one(f"{surname} Пётр", "24.06.2012").refusal

    def test_a_line_left_to_fill_in_hides_no_pupil(self) -> None:
        assert not one("Бадмаев Санджи", "8-9___", header=["ФИО", "Телефон"]).refusal

    def test_pupils_above_the_header_are_not_lost_in_silence(self) -> None:
        found = listed(BADMAEV, ["Список класса", "на 1 сентября"], HEAD, OCHIROV, class_title="9")
        assert shown(found.rows) == ["Очиров Бата, 9"]
        assert found.notes == ["Строки над заголовком таблицы не прочитаны. Строки: 1."]

    def test_numbers_printed_in_advance(self) -> None:
        found = listed(["№", *HEAD], [1, *BADMAEV], [2], ["3."], ["4", *OCHIROV], class_title="9")
        assert [row.number for row in found.rows] == [2, 5]

    def test_the_same_pupil_twice(self) -> None:
        capitals: list[Cell] = ["БАДМАЕВ САНДЖИ", date(2012, 6, 24)]
        namesake: list[Cell] = ["Бадмаев Санджи", "25.06.2012"]
        found = listed(HEAD, BADMAEV, OCHIROV, capitals, namesake, class_title="9А")
        assert [row.refusal for row in found.rows] == [
            "",
            "",
            "Этот ученик уже есть в строке 2.",
            "",
        ]


class TestContacts:
    def guardians(self, header: list[Cell], *cells: Cell) -> list[tuple[str, str, str]]:
        row = one("Бадмаев Санджи", *cells, header=["ФИО", *header])
        assert (row.phone, row.email) == ("", "")
        return [(one.name, one.phone, one.email) for one in row.guardians]

    def test_mother_and_father(self) -> None:
        header: list[Cell] = ["Отец", "Тел. отца", "ФИО матери", "Телефон матери", "e-mail мамы"]
        assert self.guardians(
            header, "Бадмаев Эрдни", 89610000001, "ОЧИРОВА КЕРМЕН", "8 961 000-00-02", "k@mail.ru"
        ) == [
            ("Очирова Кермен", "8 961 000-00-02", "k@mail.ru"),
            ("Бадмаев Эрдни", "89610000001", ""),
        ]

    def test_a_father_alone(self) -> None:
        assert self.guardians(["Отец"], "Бадмаев Эрдни") == [("Бадмаев Эрдни", "", "")]

    def test_a_phone_after_the_parent_s_name_is_the_parent_s(self) -> None:
        assert self.guardians(["ФИО родителя", "Телефон"], "Очирова К. С.", "89610000001") == [
            ("Очирова К. С.", "89610000001", "")
        ]

    def test_name_and_phone_in_one_cell(self) -> None:
        assert self.guardians(["Родители (ФИО, телефон)"], "Очирова Кермен, 8-961-000-00-01") == [
            ("Очирова Кермен", "8-961-000-00-01", "")
        ]

    def test_both_parents_in_one_cell(self) -> None:
        header: list[Cell] = ["ФИО родителей", "Телефоны родителей"]
        assert self.guardians(
            header, "Очирова Кермен\nБадмаев Эрдни", "89610000001, 89610000002"
        ) == [("Очирова Кермен", "89610000001", ""), ("Бадмаев Эрдни", "89610000002", "")]

    def test_the_parent_s_name_in_three_columns(self) -> None:
        header: list[Cell] = ["Фамилия матери", "Имя матери", "Отчество матери"]
        assert self.guardians(header, "Очирова", "Кермен", "Саналовна") == [
            ("Очирова Кермен Саналовна", "", "")
        ]

    def test_a_header_of_two_rows(self) -> None:
        found = listed(
            ["ФИО", "Мать", None, "Отец", None],
            [None, "ФИО", "телефон", "ФИО", "телефон"],
            ["Бадмаев Санджи", "Очирова К.", "89610000001", "Бадмаев Э.", "89610000002"],
            class_title="9А",
        )
        assert shown(found.rows) == ["Бадмаев Санджи, 9А"]
        assert found.rows[0].guardians == (
            ListedGuardian("Очирова К.", "89610000001", ""),
            ListedGuardian("Бадмаев Э.", "89610000002", ""),
        )

    def test_the_pupil_s_own(self) -> None:
        row = one(
            "Бадмаев Санджи", "8 (961) 000-00-01", "s@mail.ru", header=["ФИО", "Тел.", "E-mail"]
        )
        assert (row.phone, row.email, row.guardians) == ("8 (961) 000-00-01", "s@mail.ru", ())

    def test_what_is_wrong_is_left_out_and_said(self) -> None:
        header: list[Cell] = ["ФИО", "Тел. матери", "e-mail матери", "Мать"]
        bad: list[Cell] = ["Бадмаев Санджи", "звонить", "мама@", "??"]
        found = listed(header, bad, ["Очиров Бата", "123-456-789 01"], class_title="9А")
        assert [row.refusal for row in found.rows] == ["", ""]
        assert [row.guardians for row in found.rows] == [(), ()]
        assert "Телефон родителя непонятен и пропущен. Строки: 2, 3." in found.notes
        assert "Электронная почта родителя непонятна и пропущена. Строки: 2." in found.notes
        assert "Имя родителя непонятно и пропущено. Строки: 2." in found.notes

    def test_a_row_with_a_parent_only(self) -> None:
        found = listed(["ФИО", "Мать"], ["Бадмаев Санджи"], [None, "Очирова К."], class_title="9")
        assert len(found.rows) == 1
        assert found.notes == ["Контакты без имени ученика пропущены. Строки: 3."]


class TestColumnsNotRead:
    def test_unknown_and_forbidden_are_named(self) -> None:
        found = listed(
            ["ФИО", "СНИЛС", "Хобби", "Домашний адрес", "Кружки", "№"],
            ["Бадмаев Санджи", "123-456-789 01", "шахматы", "ул. Ленина, 5", "хор", 1],
            class_title="9А",
        )
        assert found.left_out == ["Хобби", "Кружки"]
        assert found.forbidden == ["СНИЛС", "Домашний адрес"]
        assert "Ленина" not in repr(found)
        assert "123-456" not in repr(found)

    def test_of_two_names_the_first_counts(self) -> None:
        found = listed(["ФИО", "ФИО"], ["Бадмаев Санджи", "Очиров Бата"], class_title="9А")
        assert shown(found.rows) == ["Бадмаев Санджи, 9А"]
        assert found.left_out == ["ФИО"]


class TestHeaderUnknown:
    ROWS: list[list[Cell]] = [
        ["Нерн", "Төрсн өдр", "СНИЛС", "Кеннь"],
        ["Бадмаев Санджи", date(2012, 6, 24), 12345678901, "9А"],
        ["Очиров Бата", "01.02.2012", "123-456-789 01", "9А"],
        ["Итого: 2"],
    ]
    MAPPING = {0: Column.FULL_NAME, 1: Column.BIRTH_DATE, 3: Column.SCHOOL_CLASS}

    def test_the_first_rows_are_shown_for_choosing(self) -> None:
        with pytest.raises(HeaderUnknown) as unknown:
            listed([], *self.ROWS, *self.ROWS, *self.ROWS)
        assert unknown.value.width == 4
        assert len(unknown.value.table.rows) == 8
        assert unknown.value.table.rows[:3] == [
            ["Нерн", "Төрсн өдр", "СНИЛС", "Кеннь"],
            ["Бадмаев Санджи", "24.06.2012", "", "9А"],
            ["Очиров Бата", "01.02.2012", "", "9А"],
        ]

    def test_with_the_columns_chosen_the_list_is_read(self) -> None:
        found = listed(*self.ROWS, mapping=self.MAPPING)
        assert shown(found.rows) == ["Бадмаев Санджи, 9А", "Очиров Бата, 9А"]
        assert [row.number for row in found.rows] == [2, 3]
        assert found.forbidden == ["СНИЛС"]

    def test_titles_are_no_pupils(self) -> None:
        title: list[Cell] = ["МБОУ «СОШ № 18»"]
        found = listed(title, ["9А класс"], BADMAEV, ["Очиров", "2012"], mapping=self.MAPPING)
        assert shown(found.rows) == ["Бадмаев Санджи, 9А"]
        assert "только одно слово" in found.rows[1].refusal

    def test_no_header_at_all(self) -> None:
        found = listed(BADMAEV, OCHIROV, mapping=self.MAPPING, class_title="9А")
        assert len(shown(found.rows)) == 2

    def test_a_mapping_beyond_the_table(self) -> None:
        assert listed(BADMAEV, mapping={250: Column.FULL_NAME}).rows == []
        assert listed(BADMAEV, mapping={}).rows == []

    def test_nothing_at_all(self) -> None:
        with pytest.raises(HeaderUnknown):
            interpret([], today=TODAY)


class TestWithoutForbidden:
    def test_what_stands_under_a_forbidden_header_is_blank(self) -> None:
        rows: list[list[Cell]] = [["ФИО", "Паспорт", "Прочее"], ["Бадмаев Санджи", "AB", "хор"]]
        (table,) = without_forbidden([Table("9А", rows)])
        assert table.rows == [["ФИО", "Паспорт", "Прочее"], ["Бадмаев Санджи", None, "хор"]]

    @pytest.mark.parametrize(
        "value",
        [
            "123-456-789 01",
            "СНИЛС: 123-456-789-01",
            "8512 123456",
            "85 12 № 123456",
            "паспорт 8512 123456",
        ]
        + ["II-ДУ № 123456", "г. Элиста, ул. Ленина, д. 5"],
    )
    def test_values_that_tell_what_they_are(self, value: str) -> None:
        (table,) = without_forbidden([Table("", [["а", "б"], ["Бадмаев Санджи", value]])])
        assert table.rows[1] == ["Бадмаев Санджи", None]

    @pytest.mark.parametrize(
        "value",
        ["8 961 123-45-67", "+7 (961) 123-45-67", "89611234567", "24.06.2012", "Бадмаев Санджи"]
        + ["8 (84722) 4-12-34", "9А", "Кулаев Пётр"],
    )
    def test_values_that_stay(self, value: str) -> None:
        (table,) = without_forbidden([Table("", [["а"], [value]])])
        assert text_of(table.rows[1][0]) == value
