"""Certificates are signed: what the QR code says can be checked without the site."""

import json
import multiprocessing
import stat
from base64 import b64decode
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.base import signing_keys
from app.base.config import ROOT
from app.base.db import db
from app.base.rules import RuleBroken
from app.base.words import dense_text
from app.certificates.issued import actions, signing
from app.certificates.issued.key_models import SigningKey
from app.certificates.issued.models import Certificate
from app.certificates.issued.signed_text import (
    MOST,
    Answer,
    Said,
    as_digits,
    check,
    cut,
    message,
    short_name,
)
from app.certificates.kinds import CertificateKind
from tests.factories import make_event, make_organization, make_person
from tests.papers.people import came

SAID = Said(
    kind=CertificateKind.DIPLOMA, number=1417, year=2026, issued_on=date(2026, 5, 4), hours=16,
    organization="Элистинский политехнический колледж", event="Сварщик за один день",
    holder="Өлзәтә Эрдниевич Б.", result="I место",
)  # fmt: skip
EXAMPLES = json.loads((ROOT / "tests" / "vectors" / "certificate_texts.json").read_text())
COLLEGE = (
    "Бюджетное профессиональное образовательное учреждение Республики Калмыкия "
    "«Элистинский политехнический колледж» имени И.Н. Эльвартынова"
)
LETTERS = st.text(
    st.one_of(
        st.sampled_from(dense_text.RUSSIAN + dense_text.KALMYK + dense_text.SIGNS + " ."),
        st.characters(exclude_categories=["Cs"]),
    )
)


@pytest.fixture
def paper() -> Certificate:
    organization = make_organization(name=COLLEGE)
    event = make_event(organization=organization, title="Сварщик за один день", in_days_=-1)
    came(event.slots[0], make_person("Бадмаев", "Санджи", "Эрдниевич"))
    return actions.issue_due(event)[0]


def answer_to(text: str, keys: dict[str, bytes] | None = None) -> Answer:
    return check(text, signing.public_keys() if keys is None else keys).answer


class TestDenseText:
    pytestmark = pytest.mark.sqlite_alone

    @given(LETTERS)
    def test_any_text_comes_back(self, text: str) -> None:
        content = dense_text.encoded(text)
        assert dense_text.decoded(content) == (text, len(content))

    @given(st.binary(max_size=80))
    def test_other_bytes_are_refused_in_one_way(self, content: bytes) -> None:
        with suppress(ValueError):
            dense_text.decoded(content)

    def test_a_letter_takes_a_byte_at_most_and_mostly_less(self) -> None:
        for text in (dense_text.RUSSIAN, dense_text.KALMYK, dense_text.SIGNS, dense_text.ASCII):
            assert len(dense_text.encoded(text)) <= len(text) + 1
        usual = SAID.organization + SAID.event + SAID.holder
        assert len(dense_text.encoded(usual)) < 0.75 * len(usual)


class TestExamples:
    """The examples that the script of the pages is held to as well: tests/scripts/."""

    pytestmark = pytest.mark.sqlite_alone

    @pytest.mark.parametrize("example", EXAMPLES["examples"], ids=lambda example: example["about"])
    def test_python_reads_it_so(self, example: dict[str, Any]) -> None:
        keys = {id_: b64decode(key) for id_, key in EXAMPLES["keys"].items()}
        verdict = check(example["text"], keys)
        assert verdict.answer.value == example["answer"]
        if said := example.get("said"):
            assert verdict.said
            assert as_example(verdict.said) == said


def as_example(said: Said) -> dict[str, str]:
    return {
        "kind": said.kind.value,
        "number": said.full_number,
        "issued": said.issued_on.isoformat(),
        "hours": str(said.hours or ""),
        "organization": said.organization,
        "event": said.event,
        "holder": said.holder,
        "result": said.result,
    }


class TestPayload:
    pytestmark = pytest.mark.sqlite_alone

    @given(
        st.builds(
            Said, kind=st.sampled_from(CertificateKind), number=st.integers(1, 10**9),
            year=st.integers(2026, 2200), issued_on=st.dates(date(2026, 1, 1), date(2190, 1, 1)),
            hours=st.integers(0, 10_000), organization=LETTERS, event=LETTERS, holder=LETTERS,
            result=LETTERS,
        )
    )  # fmt: skip
    def test_what_is_said_comes_back_cut(self, said: Said) -> None:
        payload = said.to_bytes("0a0b0c0d")
        texts: dict[str, Any] = {
            field: cut(getattr(said, field), most) for field, most in MOST.items()
        }
        assert Said.from_bytes(payload) == ("0a0b0c0d", replace(said, **texts))
        assert len(payload) <= 19 + sum(MOST.values()) + len(MOST)

    @given(st.binary(max_size=300))
    def test_other_bytes_are_refused_in_one_way(self, content: bytes) -> None:
        with suppress(ValueError):
            Said.from_bytes(content)

    def test_format_1_stays_what_it_is(self) -> None:
        """Papers were printed with it: a change here makes all of them forgeries."""
        key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        key_id = signing_keys.key_id_of(signing_keys.public_bytes(key))
        payload = SAID.to_bytes(key_id)
        assert payload.hex() == (
            "1256475aa71a090b890b10c718071f8cdad91814e00e8dd59000bbcc12e4a120d20bd984d88710e7"
            "00f3d6d2ecddec20c7dbce0e9aaa2e004920d7a67f00"
        )
        assert key.sign(message("ABCDEFGHJKLM", payload)).hex() == (
            "128193b3ec86aa09cc7cce9cf1857f96d5da719b754974829008e1716317390cc404634cd9cbcc37"
            "e2e226b6ebc911b4bef13bfd7b4b12c79d09b7eedc22d907"
        )

    @pytest.mark.parametrize(
        ("name", "short"),
        [
            (COLLEGE, "Элистинский политехнический колледж"),
            ("ФГБОУ ВО «Калмыцкий университет»", "Калмыцкий университет"),
            ("БПОУ РК «Колледж «Степь»»", "Колледж «Степь»"),
            ("СОШ № 4", "СОШ № 4"),
            ("Дом „Новый» и", "Дом „Новый» и"),
        ],
    )
    def test_an_organization_goes_by_its_own_name(self, name: str, short: str) -> None:
        assert short_name(name) == short

    def test_long_texts_are_cut_and_those_of_rare_letters_sooner(self) -> None:
        assert cut("Сварщик  за\nдень", 48) == "Сварщик за день"
        assert cut("а" * 50, 48) == "а" * 47 + "…"
        assert cut("😀" * 50, 48) == "😀" * 9 + "…"


class TestSignature:
    def test_is_there_once_a_certificate_is_issued(self, paper: Certificate) -> None:
        text = signing.qr_text(paper)
        assert text.startswith(f"http://localhost/verify/{paper.code}#")
        verdict = check(text, signing.public_keys())
        assert (verdict.answer, verdict.code) == (Answer.RIGHT, paper.code)
        assert verdict.said == Said(
            kind=CertificateKind.PARTICIPANT, number=paper.number, year=paper.year,
            issued_on=signing.said_by(paper).issued_on, hours=0,
            organization="Элистинский политехнический колледж", event="Сварщик за один день",
            holder="Санджи Эрдниевич Б.", result="",
        )  # fmt: skip

    def test_stays_right_when_the_event_and_the_organization_change(
        self, paper: Certificate
    ) -> None:
        before = signing.qr_text(paper)
        paper.event.title = paper.organization.name = paper.organization.short_name = "Другое"
        db.session.flush()
        db.session.expire_all()
        assert signing.qr_text(paper) == before

    def test_a_changed_byte_anywhere_makes_it_wrong(self, paper: Certificate) -> None:
        address, _, digits = signing.qr_text(paper).partition("#")
        content = int(digits).to_bytes((int(digits).bit_length() + 7) // 8, "big")
        keys = signing.public_keys()
        for place in range(len(content)):
            changed = bytearray(content)
            changed[place] ^= 1 << place % 8
            assert answer_to(f"{address}#{as_digits(bytes(changed))}", keys) is not Answer.RIGHT, (
                place
            )

    def test_a_changed_digit_anywhere_makes_it_wrong(self, paper: Certificate) -> None:
        text = signing.qr_text(paper)
        start, keys = text.index("#") + 1, signing.public_keys()
        for place in range(start, len(text)):
            other = "7" if text[place] != "7" else "3"
            changed = text[:place] + other + text[place + 1 :]
            assert answer_to(changed, keys) is not Answer.RIGHT, place

    def test_belongs_to_its_code(self, paper: Certificate) -> None:
        assert answer_to(signing.qr_text(paper).replace(paper.code, "ABCDEFGHJKLM")) is Answer.WRONG

    def test_is_unknown_to_another_installation(self, paper: Certificate) -> None:
        others = signing_keys.public_bytes(Ed25519PrivateKey.generate())
        keys = {signing_keys.key_id_of(others): others}
        verdict = check(signing.qr_text(paper), keys)
        assert (verdict.answer, verdict.key_id) == (Answer.UNKNOWN_KEY, paper.key_id)
        under_our_name = {paper.key_id: others}
        assert check(signing.qr_text(paper), under_our_name).answer is Answer.WRONG

    def test_outlives_its_key(self, app: Flask, paper: Certificate) -> None:
        old = signing.qr_text(paper)
        kept = app.extensions[signing_keys.EXTENSION]
        try:
            app.extensions[signing_keys.EXTENSION] = Ed25519PrivateKey.generate()
            came(paper.event.slots[0], "Очиров")
            [newer] = actions.issue_due(paper.event)
        finally:
            app.extensions[signing_keys.EXTENSION] = kept
        assert newer.key_id != paper.key_id
        assert [answer_to(one) for one in (old, signing.qr_text(newer))] == [Answer.RIGHT] * 2
        assert [key.key_id for key in signing.all_keys()] == [newer.key_id, paper.key_id]

    def test_a_key_is_published_once(self, paper: Certificate) -> None:
        came(paper.event.slots[0], "Очиров")
        actions.issue_due(paper.event)
        assert db.session.query(SigningKey).count() == 1

    def test_goes_with_the_name_when_data_is_erased(self, paper: Certificate) -> None:
        """A signature over a name lets whoever guesses names check the guesses."""
        from app.privacy.erasing import shorten_certificates

        assert paper.registration
        shorten_certificates([paper.registration])
        assert paper.signature == ""

    def test_certificates_from_before_say_their_address(self, paper: Certificate) -> None:
        paper.signature = paper.key_id = ""
        assert signing.qr_text(paper) == f"http://localhost/verify/{paper.code}"
        assert answer_to(signing.qr_text(paper)) is Answer.UNSIGNED

    def test_without_a_key_nothing_is_issued(
        self, app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delitem(app.extensions, signing_keys.EXTENSION, raising=False)
        monkeypatch.setitem(app.config, "SIGNING_KEY", "")
        monkeypatch.setitem(app.config, "SIGNING_KEY_FILE", str(tmp_path))  # a folder
        event = make_event(in_days_=-1)
        came(event.slots[0])
        with pytest.raises(RuleBroken, match="ключ сервера не читается"):
            actions.issue_due(event)

    @pytest.mark.parametrize(
        "text",
        ["", "x", "https://example.org/", "/verify/#1", "/verify/A#x", "/verify/ABCD#12",
         "/verify/ABCD#0123", "/verify/ABCD#" + "9" * 2001, "/verify/ABCD#" + "9" * 300,
         "/verify/Ж%00#1", "/verify/A#１２"],
    )  # fmt: skip
    def test_other_texts_are_unreadable(self, text: str) -> None:
        assert answer_to(text) is Answer.UNREADABLE

    def test_a_pasted_text_may_be_broken_into_lines(self, paper: Certificate) -> None:
        text = signing.qr_text(paper)
        broken = "\n".join(text[place : place + 40] for place in range(0, len(text), 40))
        assert answer_to(f"  {broken}\r\n") is Answer.RIGHT
        assert answer_to(text.replace(paper.code, paper.code_in_groups.lower())) is Answer.RIGHT


def id_of_kept_key(file: str) -> str:
    return signing_keys.key_id_of(signing_keys.public_bytes(signing_keys.kept_key(Path(file))))


class TestKey:
    pytestmark = pytest.mark.sqlite_alone

    def test_is_made_once_by_eight_processes_at_once(self, tmp_path: Path) -> None:
        file = tmp_path / "instance" / "key.pem"
        with multiprocessing.get_context("fork").Pool(8) as pool:
            ids = pool.map(id_of_kept_key, [str(file)] * 64, chunksize=1)
        assert len(set(ids)) == 1
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert list(file.parent.iterdir()) == [file]

    def test_may_stand_in_the_environment(self) -> None:
        for given_ in (
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            " AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
        ):
            key = signing_keys.key_from_seed(given_)
            assert key.private_bytes_raw() == bytes(range(32))

    @pytest.mark.parametrize("given_", ["x", "AAEC", "ключ", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX#"])
    def test_another_text_there_is_refused(self, given_: str) -> None:
        with pytest.raises(signing_keys.KeyUnusable, match="32 bytes in base64"):
            signing_keys.key_from_seed(given_)

    @pytest.mark.parametrize("content", [b"", b"x", b"-----BEGIN PRIVATE KEY-----\nAA\n"])
    def test_a_broken_file_is_refused_and_left_alone(self, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "key.pem"
        file.write_bytes(content)
        with pytest.raises(signing_keys.KeyUnusable, match=r"key\.pem"):
            signing_keys.kept_key(file)
        assert file.read_bytes() == content


class TestCommand:
    def run(self, app: Flask, *arguments: str, given: str = "") -> tuple[int, str]:
        result = app.test_cli_runner().invoke(args=["verify", *arguments], input=given)
        return result.exit_code, result.output

    def test_says_what_is_signed(self, app: Flask, paper: Certificate) -> None:
        for arguments, typed in (
            ([signing.qr_text(paper)], ""), (["-"], signing.qr_text(paper) + "\n"),
        ):  # fmt: skip
            status, output = self.run(app, *arguments, given=typed)
            assert status == 0
            assert "Подпись на бумаге верна" in output
            assert f"Сертификат № {paper.full_number}" in output
            assert "Санджи Эрдниевич Б." in output

    def test_says_no_by_its_exit_status(self, app: Flask, paper: Certificate) -> None:
        text = signing.qr_text(paper)
        assert self.run(app, text.replace(paper.code, "ABCDEFGHJKLM"))[0] == 1
        status, output = self.run(app, f"http://localhost/verify/{paper.code}")
        assert (status, "нет подписи" in output) == (2, True)
        assert self.run(app, "x")[0] == 2

    def test_takes_keys_from_files(self, app: Flask, paper: Certificate, tmp_path: Path) -> None:
        client, pem, ring = app.test_client(), tmp_path / "key.pem", tmp_path / "keys.json"
        pem.write_bytes(client.get(f"/verify/key-{paper.key_id}.pem").data)
        ring.write_bytes(client.get("/verify/keys.json").data)
        text = signing.qr_text(paper)
        db.session.query(SigningKey).delete()
        assert self.run(app, text)[0] == 1  # the database knows no key any more
        assert self.run(app, text, "--key", str(pem))[0] == 0
        assert self.run(app, text, "--key", str(ring))[0] == 0
        for content in (b"x", b"{}", json.dumps({"keys": [{"public_key": "AA=="}]}).encode()):
            pem.write_bytes(content)
            status, output = self.run(app, text, "--key", str(pem))
            assert (status, "не открытый ключ" in output) == (2, True)
