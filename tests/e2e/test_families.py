"""A teacher brings a class, parents answer or do not; a mother signs up three children.

On a phone of 360 pixels, with scripts and without.
"""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.base import clock
from app.files.spreadsheets import workbook
from tests.e2e.conftest import PASSWORD, Site, log_in, looks_right
from tests.e2e.test_whole_path import publish_an_open_day

pytestmark = pytest.mark.e2e
PUPILS = ("Бадмаева", "Очирова", "Эрдниева", "Манджиева")


def class_list(folder: Path, letter: str) -> Path:
    """As a school sends it: a title, ФИО in one column, parents with their addresses."""
    born = f"17.03.{clock.today().year - 15}"
    rows = [
        (number, f"{name} {first_name(letter)} Баатровна", born, f"9-{letter}",
         f"{name} Кермен Очировна", mother(name, letter), "123-456-789 01")
        for number, name in enumerate(PUPILS, start=1)
    ]  # fmt: skip
    columns = [(heading, 20) for heading in (
        "№ п/п", "Ф.И.О. обучающегося", "Дата рождения", "Класс", "ФИО родителя",
        "E-mail родителя", "СНИЛС",
    )]  # fmt: skip
    file = folder / f"9{letter}.xlsx"
    file.write_bytes(workbook("9", columns, rows, above=[f"Список 9 «{letter}» класса"]))
    return file


def first_name(letter: str) -> str:
    """Two classes, no pupil of one in the other."""
    return "Айса" if letter == "А" else "Герел"


def mother(name: str, letter: str) -> str:
    latin = dict(zip(PUPILS, ("badmaeva", "ochirova", "erdnieva", "mandzhieva"), strict=True))
    return f"{latin[name]}.{'a' if letter == 'А' else 'b'}@example.org"


def four_seats(page: Page, site: Site, title: str) -> str:
    """An open day with four seats, published by the college. Gives its slug."""
    log_in(page, site, site.organizer)
    slug = publish_an_open_day(page, site, title, seats=4)
    page.context.clear_cookies()
    return slug


def answer(page: Page, site: Site, address: str) -> None:
    page.goto(site.here(site.letter("consent_asked", address)["link"]))
    page.get_by_label("Ваши фамилия, имя, отчество").fill("Кермен Очировна")
    page.get_by_label("Я родитель или опекун").check()
    page.get_by_role("button", name="Даю согласие", exact=True).click()
    expect(page.locator("main")).to_contain_text("Вы дали согласие")


def test_a_teacher_brings_a_class(
    site: Site, phone: BrowserContext, problems: list[str], scripts: bool, tmp_path: Path
) -> None:
    letter = "А" if scripts else "Б"
    page = phone.new_page()
    slug = four_seats(page, site, f"Экскурсия 9{letter}")
    log_in(page, site, site.teacher)

    page.goto(f"{site.url}/school/classes")
    looks_right(page, scripts)
    page.locator("input[name=file]").set_input_files(class_list(tmp_path, letter))
    page.get_by_role("button", name="Посмотреть список").click()
    expect(page.locator("main")).to_contain_text("СНИЛС")
    looks_right(page, scripts)
    page.get_by_role("button", name="Загрузить").click()
    expect(page.locator("main")).to_contain_text("Отменить")
    looks_right(page, scripts)
    page.goto(f"{site.url}/school/classes")
    page.get_by_role("link", name=f"9{letter}", exact=True).click()
    expect(page.locator("main")).to_contain_text(f"Бадмаева {first_name(letter)} Баатровна")
    looks_right(page, scripts)

    page.goto(f"{site.url}/events/{slug}")
    page.get_by_role("link", name="Записать класс").first.click()
    if page.locator("select#class").count():  # else there is nothing to choose from
        page.locator("select#class").select_option(label=f"9{letter}")
        page.locator("[name=slot]").first.check()
        page.get_by_role("button", name="Выбрать учеников").click()
    expect(page.locator("main")).to_contain_text("напишем родителю")
    for box in page.locator("[name=ids]").all():
        box.check()
    page.locator("[name=adult_1]").fill("Бадмаева Нюдля Саналовна")
    page.locator("[name=phone_1]").fill("+7 961 000-10-10")
    looks_right(page, scripts)
    page.get_by_role("button", name="Записать класс").click()
    expect(page.locator("main")).to_contain_text("Места есть не на всех")  # four and an adult
    page.locator("[name=rest][value=waitlist]").check()
    looks_right(page, scripts)
    page.locator("section[aria-labelledby=shortage] button:not([name])").click()
    expect(page.locator("main")).to_contain_text("Бадмаева Нюдля Саналовна")
    looks_right(page, scripts)
    group = page.url

    parent = phone.new_page()
    answer(parent, site, mother("Бадмаева", letter))  # one parent agrees,
    site.look_after_holds(lapsed="Манджиева")  # one does not answer in time:
    page.goto(group)
    expect(page.locator("main")).to_contain_text("Ответ не пришёл вовремя")
    answer(parent, site, mother("Эрдниева", letter))  # ... and who waited has the seat
    page.goto(group)
    expect(page.locator("main")).not_to_contain_text("В листе ожидания")
    looks_right(page, scripts)

    page.context.clear_cookies()
    log_in(page, site, site.organizer)
    page.goto(f"{site.url}/manage/events/{slug}/registrations")
    expect(page.locator("main")).to_contain_text(f"9{letter}, СОШ № 18: 3 + 1")
    looks_right(page, scripts)
    assert not [one for one in problems if "422" not in one]  # the question about the rest


def test_a_mother_of_three(
    site: Site, phone: BrowserContext, problems: list[str], scripts: bool
) -> None:
    page = phone.new_page()
    family = "Лиджиев" if scripts else "Хонгоров"
    slug = four_seats(page, site, f"Ярмарка, {family}ы")
    log_in(page, site, site.parent)
    year = clock.today().year
    for name, born, grade in (
        ("Баир", year - 15, 9),
        ("Санал", year - 13, 8),
        ("Очир", year - 16, 10),
    ):
        page.goto(f"{site.url}/me/children/new")
        page.get_by_label("Фамилия").fill(family)
        page.get_by_label("Имя", exact=True).fill(name)
        page.get_by_label("Дата рождения").fill(f"{born}-03-17")
        page.get_by_label("Класс").select_option(str(grade))
        page.get_by_label("Школа").fill("СОШ № 18")
        looks_right(page, scripts)
        # With the keyboard: a click may be spent on closing the suggestions of the school.
        page.locator("main form.o-form button[type=submit]").press("Enter")
        expect(page.locator("main")).to_contain_text(name)
    page.goto(f"{site.url}/me/children")
    looks_right(page, scripts)

    page.goto(f"{site.url}/events/{slug}/sign-up")
    for name in ("Баир", "Санал", "Очир"):
        page.get_by_label(f"{family} {name}").check()
    page.get_by_label("Даю согласие на обработку персональных данных").check()
    looks_right(page, scripts)
    page.get_by_role("button", name="Записаться").click()
    expect(page.locator("#messages")).to_contain_text("Все билеты — в «Моих записях»")
    page.goto(f"{site.url}/me")
    expect(page.locator("main")).to_contain_text(f"{family} Санал")
    looks_right(page, scripts)
    page.goto(f"{site.url}/me/consents")
    expect(page.locator("main")).to_contain_text("родитель через учётную запись")
    looks_right(page, scripts)
    page.goto(f"{site.url}/me/data")
    looks_right(page, scripts)
    page.get_by_role("link", name=f"Удалить данные: {family} Очир").click()
    looks_right(page, scripts)
    page.locator("[name=confirmation]").fill("УДАЛИТЬ")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Удалить навсегда").click()
    page.goto(f"{site.url}/me/children")
    expect(page.locator("main")).to_contain_text("Санал")
    expect(page.locator("main")).not_to_contain_text("Очир")
    assert problems == []
