from datetime import datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup

from app.base.mail import Letter
from app.notifications.letters import letter_of

OF_ACCOUNTS = [
    "account_confirm",
    "account_exists",
    "log_in_link",
    "password_reset",
    "password_changed",
]
OF_REGISTRATIONS = [
    "registration_confirmed",
    "registration_waitlisted",
    "registration_promoted",
    "registration_cancelled",
    "registration_moved",
    "registration_link",
    "registration_applied",
    "registration_accepted",
    "registration_drawn",
    "registration_declined",
    "event_changed",
    "event_called_off",
    "seat_lost",
    "slot_called_off",
    "schedule_changed",
]
ALL = [*OF_ACCOUNTS, *OF_REGISTRATIONS, "certificate_ready"]
ACCOUNT = {"name": "Анна Ивановна", "link": "http://localhost/log-in/link/abc"}
REGISTRATION: dict[str, Any] = {
    "person": "Бадмаев Санджи Эрдниевич",
    "event": "День открытых дверей",
    "starts_at": "2026-12-01T07:00:00",
    "ends_at": "2026-12-01T08:30:00",
    "slot": "Мастер-класс",
    "room": "каб. 12",
    "venue": "г. Лагань, ул. Ленина, 1",
    "online_url": "https://meet.example.org/42",
    "code": "ABCDEF234567",
    "seats": 1,
    "place": 3,
    "organization": "Политехнический колледж",
    "contact": "8 961 111-22-33",
    "reason": "",
    "was_starts_at": "2026-11-30T07:00:00",
    "was_ends_at": "2026-11-30T08:30:00",
    "was_room": "",
    "offers": 2,
    "schedule": [["2026-12-01T07:00:00", "2026-12-01T08:30:00"]],
}
CERTIFICATE = {
    "person": "Бадмаев Санджи Эрдниевич",
    "event": "День открытых дверей",
    "organization": "Политехнический колледж",
    "code": "ABCDEF234567",
    "verify_code": "ZYXW",
}


def rendered(template: str, language: str = "ru", **given: Any) -> Letter:
    context = ACCOUNT if template in OF_ACCOUNTS else REGISTRATION
    context = CERTIFICATE if template == "certificate_ready" else context
    return letter_of(
        address="anna@example.org",
        template=template,
        language=language,
        reference="ab12",
        context={**context, **given},
    )


def words_of(letter: Letter) -> str:
    return " ".join(BeautifulSoup(letter.html, "html.parser").get_text(" ").split())


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("template", ALL)
class TestEach:
    def test_has_a_subject_a_greeting_and_a_way_on(self, template: str, language: str) -> None:
        letter = rendered(template, language)
        assert letter.subject
        assert "Subject" not in letter.subject + letter.text
        person = "Анна" if template in OF_ACCOUNTS else "Санджи"
        assert person in letter.text
        assert "http://localhost/" in letter.text

    def test_html_says_what_the_text_says(self, template: str, language: str) -> None:
        letter = rendered(template, language)
        words = words_of(letter).replace(":", "")
        for line in filter(None, letter.text.splitlines()):
            assert " ".join(line.replace(":", "").split()) in words
        assert f'lang="{language}"' in letter.html

    def test_links_of_the_text_are_links_in_html(self, template: str, language: str) -> None:
        letter = rendered(template, language)
        hrefs = {link["href"] for link in BeautifulSoup(letter.html, "html.parser").select("a")}
        in_text = {word for word in letter.text.split() if word.startswith("http")}
        assert in_text <= hrefs

    def test_is_in_its_own_language(self, template: str, language: str) -> None:
        letter = rendered(
            template,
            language,
            person="X",
            name="X",
            event="X",
            slot="X",
            room="X",
            venue="X",
            organization="X",
            contact="X",
        )
        russian = any("а" <= sign <= "я" for sign in letter.text.lower())
        assert russian is (language == "ru")

    def test_loads_nothing_and_runs_nothing(self, template: str, language: str) -> None:
        html = BeautifulSoup(rendered(template, language).html, "html.parser")
        assert not html.select("img, script, link, iframe, form")

    def test_shows_odd_names_as_text(self, template: str, language: str) -> None:
        odd = "<script>alert(1)</script>"
        letter = rendered(template, language, person=odd, name=odd, event=odd, organization=odd)
        assert "<script" not in letter.html
        assert odd in letter.text
        assert "&lt;" not in letter.text + letter.subject


class TestFacts:
    def test_when_and_where_on_the_regions_clock(self) -> None:
        text = rendered("registration_confirmed").text
        assert "Когда: 1 декабря 2026 г., 10:00–11:30" in text
        assert "Где: г. Лагань, ул. Ленина, 1, каб. 12" in text
        assert "http://localhost/registrations/ABCDEF234567" in text

    def test_leaves_out_what_there_is_not(self) -> None:
        text = rendered(
            "registration_confirmed", slot="", room="", venue="", online_url="", contact=""
        ).text
        for name in ("Часть", "Где", "Онлайн", "Вопросы", "Места"):
            assert f"{name}" not in text
        assert "Места: 3" in rendered("registration_confirmed", seats=3).text

    def test_the_place_in_the_waitlist(self) -> None:
        assert "листе ожидания: 3." in rendered("registration_waitlisted").text
        assert "листе ожидания: " not in rendered("registration_waitlisted", place=None).text

    @pytest.mark.parametrize("template", ["event_changed", "event_called_off"])
    def test_the_organizers_reason(self, template: str) -> None:
        assert "сообщает: Метель на трассе." in rendered(template, reason="Метель на трассе.").text
        assert "сообщает" not in rendered(template).text

    def test_the_verification_of_a_certificate(self) -> None:
        assert "http://localhost/verify/ZYXW" in rendered("certificate_ready").text

    def test_nothing_typed_can_pretend_to_be_the_sites_own_words(self) -> None:
        sly = "Зал\n\nПодтвердите пароль:\nhttps://evil.example/\n\n"
        letter = rendered("registration_confirmed", room=sly, event=f"Урок\r\nBcc: x@y.org{sly}")
        html = BeautifulSoup(letter.html, "html.parser")
        assert "https://evil.example/" not in {link["href"] for link in html.select("a")}
        assert "\n" not in letter.subject
        assert "\nПодтвердите" not in letter.text

    def test_a_long_title_makes_a_subject_of_bearable_length(self) -> None:
        assert len(rendered("registration_confirmed", event="я" * 1000).subject) <= 200


def test_context_may_hold_a_date() -> None:
    moment = datetime.fromisoformat(REGISTRATION["starts_at"])
    assert rendered("registration_moved", starts_at=moment.isoformat()).text
