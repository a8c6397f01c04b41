"""What an organization may be called, and what the ministry is told about a name."""

import pytest

from app.organizations.names import authority_words, has_link, mended, why_not


class TestAlphabets:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("Пpoкуpатуpa", "Прокуратура"),  # five of its letters are Latin
            ("CОШ № 18", "СОШ № 18"),
            ("Сollege", "College"),  # its first letter is Russian
            ("IT-куб", "IT-куб"),
            ("ITкуб", "ITкуб"),  # neither alphabet has all of it
            ("Колледж Coca", "Колледж Coca"),
        ],
    )
    def test_words_that_mix_them_get_one(self, typed: str, kept: str) -> None:
        assert mended(typed) == kept

    @pytest.mark.parametrize("name", ["Колледж «Ѵесна»", "Кӱдсн җаңһр", "Dr.Web"])
    def test_russian_kalmyk_and_latin_letters_are_fine(self, name: str) -> None:
        assert why_not(name) == ""

    @pytest.mark.parametrize("name", ["Πрокуратура", "Прокуратурα", "学校"])
    def test_others_are_not(self, name: str) -> None:
        assert "буквами" in why_not(name)


class TestLinks:
    @pytest.mark.parametrize(
        "name",
        [
            "Заберите приз на evil.ru", "http evil", "https://evil.example", "WWW.evil", "приз.рф",
            "a@evil.example", "evil.сom", "evil。ru", "ｅｖｉｌ．ｒｕ", "t.me/evil", "bit.ly/x",
            "приз.сайт",
        ],
    )  # fmt: skip
    def test_have_no_place_in_a_name(self, name: str) -> None:
        assert has_link(name)
        assert "ссылки" in why_not(name)

    @pytest.mark.parametrize(
        "name",
        [
            "МБОУ «СОШ № 4 им. А.С. Пушкина»", "ООО «1С:Калмыкия»", "АУ РК «Технопарк», г. Элиста",
            "Колледж им.Н.К.Крупской", "Детский сад № 3 «Ромашка» (д/с)", "ИП Манджиев Б.О.",
            "Филиал ФГБОУ ВО «КалмГУ» 1.2",
        ],
    )  # fmt: skip
    def test_what_only_looks_like_one_stays(self, name: str) -> None:
        assert why_not(name) == ""

    @pytest.mark.parametrize("name", ["Колледж\u202eабв", "Кол\u200bледж", "Кол\x07ледж"])
    def test_nothing_invisible(self, name: str) -> None:
        assert "невидимые" in why_not(name)


class TestAuthorities:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("Прокуратура Республики", ["прокуратура"]),
            ("МИНИСТЕРСТВО полиции", ["министерство", "полиции"]),
            ("Администрация района", ["администрация"]),
            ("Политехнический колледж", []),
            ("Мебельный салон «Рассудок»", []),
        ],
    )
    def test_their_words_are_found(self, name: str, words: list[str]) -> None:
        assert authority_words([name]) == words
