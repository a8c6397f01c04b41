"""The whole first path, as people walk it: a college publishes, a pupil signs up on a phone,
the organizer prints and ticks, everybody who came holds a certificate that can be verified.

Once with scripts and once without, on a screen of 360 pixels.
"""

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.base import clock
from tests.e2e.conftest import Site, log_in, looks_right, saved

pytestmark = pytest.mark.e2e
MOTHER = "mother@example.org"


def publish_an_open_day(page: Page, site: Site, title: str, seats: int = 30) -> str:
    """A draft, a slot at two o'clock today, published. Gives the event's slug."""
    page.goto(f"{site.url}/manage/events/new")
    page.get_by_label("Вид").select_option("open_day")
    page.get_by_label("Название").first.fill(title)
    page.get_by_label("Место", exact=False).first.fill("г. Элиста, ул. Ленина, 1")
    expect(page.locator("#measure")).to_be_visible()
    page.get_by_role("button", name="Сохранить черновик").click()
    expect(page).to_have_url(re.compile(r"/manage/events/[^/]+/slots"))
    slug = page.url.rpartition("/manage/events/")[2].partition("/")[0]
    today = clock.today().isoformat()
    page.locator("[name=starts_at]").fill(f"{today}T14:00")
    page.locator("[name=ends_at]").fill(f"{today}T15:30")
    page.locator("[name=capacity]").fill(str(seats))
    page.get_by_role("button", name="Добавить", exact=True).click()
    expect(page.locator("main")).to_contain_text("14:00–15:30")
    page.get_by_role("button", name="Опубликовать").click()
    expect(page.locator("#messages")).to_contain_text("публик")
    return slug


def sign_up_as_a_guest(page: Page, site: Site, slug: str, first_name: str, *, scripts: bool) -> str:
    """From the home page to the ticket, by the letter. Gives the ticket's code."""
    address = "aisa@example.org" if scripts else "gerenzel@example.org"
    page.goto(site.url)
    looks_right(page, scripts)
    page.goto(f"{site.url}/events")
    looks_right(page, scripts)
    page.goto(f"{site.url}/events/{slug}")
    expect(page.locator("main")).to_contain_text("3.12")
    looks_right(page, scripts)
    page.get_by_role("link", name="Записаться").first.click()
    page.get_by_label("Фамилия").fill("  Әәдмин ")
    page.get_by_label("Имя").fill(first_name)
    page.get_by_label("Отчество").fill("Баатровна")
    page.get_by_label("Дата рождения").fill("2011-03-17")
    page.get_by_label("Класс или кто вы").select_option("9")
    page.get_by_label("Школа или организация").fill("СОШ № 18")
    page.get_by_label("Электронная почта", exact=True).fill(address)
    page.get_by_label("Электронная почта родителя").fill(MOTHER)
    looks_right(page, scripts)

    page.get_by_role("button", name="Записаться").click()  # forgotten: the agreement
    expect(page.locator("main")).to_contain_text("Без этого согласия")
    expect(page.get_by_label("Имя")).to_have_value(first_name)
    looks_right(page, scripts)

    page.get_by_label("Даю согласие на обработку персональных данных").check()
    page.get_by_role("button", name="Записаться").click()
    expect(page.locator("main")).to_contain_text("Проверьте почту")
    looks_right(page, scripts)
    code = site.letter("registration_awaiting_consent", address)["code"]
    page.goto(f"{site.url}/registrations/{code}")
    expect(page.locator("main")).to_contain_text("Нужно согласие родителя")
    looks_right(page, scripts)
    assert page.locator(".o-ticket .o-num").inner_text().replace(" ", "") == code
    a_parent_agrees(page, site, scripts=scripts)
    page.goto(f"{site.url}/registrations/{code}")
    expect(page.locator("main")).to_contain_text("Место за вами")
    looks_right(page, scripts)
    return code


def a_parent_agrees(page: Page, site: Site, *, scripts: bool) -> None:
    """By the link in the letter, without an account."""
    page.goto(site.here(site.letter("consent_asked", MOTHER)["link"]))
    looks_right(page, scripts)
    page.get_by_label("Ваши фамилия, имя, отчество").fill("Әәдмина Кермен Очировна")
    page.get_by_label("Я родитель или опекун").check()
    page.get_by_role("button", name="Даю согласие", exact=True).click()
    expect(page.locator("main")).to_contain_text("Вы дали согласие")
    looks_right(page, scripts)


def text_of(pdf: Path) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True, text=True
    ).stdout


def test_the_first_complete_path(
    site: Site, phone: BrowserContext, problems: list[str], scripts: bool, tmp_path: Path
) -> None:
    first_name = "Айса" if scripts else "Герензел"  # nobody is in two places at once
    pupil = f"Әәдмин {first_name} Баатровна"
    title = f"День открытых дверей, {'со скриптами' if scripts else 'без скриптов'}"
    page = phone.new_page()
    log_in(page, site, site.organizer)
    slug = publish_an_open_day(page, site, title)

    guest_context = page.context.browser
    assert guest_context is not None
    guests = guest_context.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=scripts
    )
    guest = guests.new_page()
    code = sign_up_as_a_guest(guest, site, slug, first_name, scripts=scripts)
    ticket = saved(guest, tmp_path, f"{site.url}/registrations/{code}/ticket.pdf")
    assert pupil in text_of(ticket)

    page.goto(f"{site.url}/manage/events/{slug}/papers")
    looks_right(page, scripts)
    link = page.locator("a[href*='/papers/list-'][href$='.pdf']").first.get_attribute("href")
    printed = text_of(saved(page, tmp_path, f"{site.url}{link}"))
    assert pupil in printed
    assert "СОШ № 18" in printed

    page.goto(f"{site.url}/manage/events/{slug}/registrations")
    expect(page.locator("main")).to_contain_text("Әәдмин")
    looks_right(page, scripts)
    page.goto(f"{site.url}/manage/events/{slug}/attendance")
    looks_right(page, scripts)
    page.locator("button[name=presence][value=present]").first.click()
    expect(page.locator("#tally-panel")).to_contain_text("1 из 1")

    page.goto(f"{site.url}/manage/events/{slug}/papers")
    page.get_by_role("button", name="Выдать сертификаты").click()
    expect(page.locator("#certificates-panel")).to_contain_text(pupil)
    looks_right(page, scripts)
    certificates = saved(page, tmp_path, f"{site.url}/manage/events/{slug}/papers/certificates.pdf")
    assert pupil in " ".join(text_of(certificates).split())

    address = page.get_by_role("link", name="Проверить", exact=True).first.get_attribute("href")
    guest.goto(f"{site.url}{address}")
    expect(guest.locator("main")).to_contain_text(f"{first_name} Баатровна Ә.")
    expect(guest.locator("main")).to_contain_text(title)
    looks_right(guest, scripts)
    guests.close()
    assert problems == []


def test_changes_in_place_need_no_new_page(site: Site, chromium: Browser) -> None:
    """With scripts the filters and the sign-up panel change in place: the page stays."""
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{site.url}/events")
    page.evaluate("window.stillHere = true")
    page.get_by_role("searchbox").first.fill("нет такого мероприятия нигде")
    expect(page.locator("#results-panel")).to_contain_text("ничего", ignore_case=True)
    assert page.evaluate("window.stillHere") is True
    assert "q=" in page.url
    context.close()


def test_the_first_view_weighs_at_most_100_kb(site: Site, chromium: Browser) -> None:
    """Everything the event page brings over the wire on a first visit, fonts included."""
    finding = chromium.new_context()
    page = finding.new_page()
    log_in(page, site, site.organizer)
    address = f"/events/{publish_an_open_day(page, site, 'День открытых дверей, взвешен')}"
    finding.close()

    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    session = context.new_cdp_session(page)
    received: list[float] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(f"{site.url}{address}", wait_until="networkidle")
    assert 20_000 < sum(received) <= 100 * 1024
    context.close()
