"""Hosts, cookies, headers, large bodies, proxies, files: what stands around every page."""

import logging
import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.base import config, jobs, own_files
from app.web import proxies, security
from tests.browser import Browser
from tests.factories import make_user

PLACE = {"SQLALCHEMY_DATABASE_URI": "sqlite://", "SQLALCHEMY_ENGINE_OPTIONS": {}, "DEBUG": True}


@pytest.fixture
def made(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """An application as an operator sets it up: https, behind one proxy."""
    monkeypatch.setenv("SITE_URL", "https://orientir.example")
    monkeypatch.setenv("TRUSTED_PROXIES", "1")
    yield create_app(PLACE)
    jobs.init_app(app)  # the last application made runs the jobs: give them back


@pytest.fixture
def client(made: Flask) -> FlaskClient:
    return made.test_client()


OUTSIDE = {"Host": "orientir.example", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto":
           "https", "X-Forwarded-Host": "orientir.example"}  # fmt: skip


class TestHosts:
    @pytest.mark.parametrize("host", ["orientir.example", "127.0.0.1:8000", "localhost"])
    def test_the_sites_own(self, client: FlaskClient, host: str) -> None:
        assert client.get("/healthz", headers={"Host": host}).status_code == 200

    @pytest.mark.parametrize("host", ["evil.example", "orientir.example.evil.example", "10.0.0.7"])
    def test_others_get_a_page_that_says_where(self, client: FlaskClient, host: str) -> None:
        for address in ("/healthz", "/privacy", "/log-in/link", "/nowhere"):
            answer = client.get(address, headers={"Host": host})
            assert answer.status_code == 400
            assert 'href="https://orientir.example"' in answer.text
            assert host not in answer.text

    def test_a_forwarded_one_counts(self, client: FlaskClient) -> None:
        headers = {**OUTSIDE, "X-Forwarded-Host": "evil.example"}
        assert client.get("/healthz", headers=headers).status_code == 400

    def test_a_balancer_may_ask_by_its_own(self) -> None:
        assert config.hosts_of("https://a.example:8443/x", "10.0.0.7, b.example") == [
            "a.example", "localhost", "127.0.0.1", "10.0.0.7", "b.example",
        ]  # fmt: skip


class TestCookies:
    def test_over_https_they_are_this_hosts_alone(self, client: FlaskClient) -> None:
        for address, data in (
            ("/language", {"language": "en"}),
            ("/low-vision", {"low_vision": "on"}),
        ):
            [cookie] = client.post(address, data=data, headers=OUTSIDE).headers.getlist(
                "Set-Cookie"
            )
            assert cookie.startswith("__Host-")
            for part in ("Secure", "Path=/", "HttpOnly", "SameSite=Lax"):
                assert part in cookie
            assert "Domain" not in cookie

    def test_so_is_the_session(self, made: Flask) -> None:
        assert made.config["SESSION_COOKIE_NAME"] == "__Host-orientir"
        assert made.config["SESSION_COOKIE_SECURE"]

    def test_what_was_chosen_is_read_again(self, browser: Browser) -> None:
        browser.client.post("/language", data={"language": "en"})
        browser.client.post("/low-vision", data={"low_vision": "on"})
        html = browser.open("/privacy").html
        assert '<html lang="en" class="low-vision">' in html
        browser.client.post("/low-vision", data={"low_vision": "off"})
        assert 'low-vision"' not in browser.open("/privacy").html.partition("<body")[0]


class TestHeaders:
    def test_static_files_are_what_they_say(self, monkeypatch: pytest.MonkeyPatch) -> None:
        served = create_app({**PLACE, "DEBUG": False})
        answer = served.test_client().get("/static/css/site.css")
        assert answer.status_code == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        for name in security.FOR_FILES:
            assert answer.headers[name] == security.HEADERS[name]
        assert "max-age" in answer.headers["Cache-Control"]


class TestLargeBodies:
    @pytest.fixture
    def somebody(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
        monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 2 * 1024 * 1024)
        return Browser(app.test_client()).log_in(make_user()).client

    def test_a_file_gets_the_page_with_the_limit(self, somebody: FlaskClient) -> None:
        data = {"file": (BytesIO(b"x" * 3 * 1024 * 1024), "9А.xlsx")}
        answer = somebody.post("/me/children/new", data=data)
        assert answer.status_code == 413
        assert "2 МБ" in answer.text
        assert "слишком большой" in answer.text

    def test_a_text_is_no_file(self, somebody: FlaskClient) -> None:
        answer = somebody.post(
            "/me/children/new",
            data={"last_name": "я" * 700_000},
            content_type="multipart/form-data",
        )
        assert answer.status_code == 413
        assert "Текст слишком длинный" in answer.text

    def test_in_a_panel_the_sentence_alone(self, somebody: FlaskClient) -> None:
        answer = somebody.post(
            "/me/children/new",
            data={"file": (BytesIO(b"x" * 3 * 1024 * 1024), "9А.xlsx")},
            headers={"HX-Request": "true"},
        )
        assert answer.status_code == 413
        assert "<html" not in answer.text
        assert "2 МБ" in answer.text


class TestProxies:
    @pytest.mark.parametrize(
        ("hops", "forwarded", "remote", "said"),
        [
            (0, None, "203.0.113.7", False),
            (0, "203.0.113.7", "127.0.0.1", True),  # there is one, and it is not counted
            (1, "203.0.113.7", "127.0.0.1", False),
            (1, None, "203.0.113.7", True),  # there is none
            (1, None, "127.0.0.1", False),  # a health check of this machine
            (1, "203.0.113.7, 10.0.0.2", "127.0.0.1", True),  # there are two
            (2, "203.0.113.7, 10.0.0.2", "127.0.0.1", False),
            (2, "203.0.113.7", "10.0.0.2", True),
        ],
    )
    def test_a_wrong_number_is_said_once(
        self,
        app: Flask,
        caplog: pytest.LogCaptureFixture,
        hops: int,
        forwarded: str | None,
        remote: str,
        *,
        said: bool,
    ) -> None:
        made = create_app({**PLACE, "TRUSTED_PROXIES": hops})
        jobs.init_app(app)
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        with caplog.at_level(logging.WARNING, logger=proxies.__name__):
            for _ in range(3):
                made.test_client().get(
                    "/healthz", headers=headers, environ_base={"REMOTE_ADDR": remote}
                )
        assert len(caplog.records) == int(said)
        with made.app_context():
            assert bool(proxies.doubts()) is said
        assert "203.0.113.7" not in caplog.text

    def test_https_without_a_proxy_is_told_by_the_doctor(self, made: Flask) -> None:
        assert proxies.in_settings(made) == []
        made.config["TRUSTED_PROXIES"] = 0
        assert "TRUSTED_PROXIES is 0" in proxies.in_settings(made)[0]


class TestFiles:
    @pytest.fixture
    def place(self, app: Flask, tmp_path: Path) -> Iterator[tuple[Flask, Path]]:
        names = ("papers", "files", "outbox")
        for name in names:
            (tmp_path / name).mkdir(mode=0o755)
        for name in ("site.sqlite", "site.sqlite-wal", "queue.sqlite", "key.pem"):
            (tmp_path / name).touch(mode=0o644)
            (tmp_path / name).chmod(0o644)
        settings: dict[str, object] = {
            **PLACE,
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'site.sqlite'}",
            "QUEUE_FILE": str(tmp_path / "queue.sqlite"),
            "SIGNING_KEY_FILE": str(tmp_path / "key.pem"),
            "PAPERS_FOLDER": str(tmp_path / "papers"),
            "FILES_FOLDER": str(tmp_path / "files"),
            "OUTBOX": str(tmp_path / "outbox"),
        }
        yield create_app(settings), tmp_path
        jobs.init_app(app)

    def test_what_stood_open_is_closed(self, place: tuple[Flask, Path]) -> None:
        made, folder = place
        modes = {one.name: one.stat().st_mode & 0o777 for one in folder.iterdir()}
        assert modes == {
            "papers": 0o700, "files": 0o700, "outbox": 0o700, "site.sqlite": 0o600,
            "site.sqlite-wal": 0o600, "queue.sqlite": 0o600, "key.pem": 0o600,
        }  # fmt: skip
        assert not [one for one in own_files.left_open(made) if one.is_relative_to(folder)]

    def test_the_doctor_says_what_cannot_be_closed(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(own_files, "left_open", lambda _app: [Path("/srv/site.sqlite")])
        answer = app.test_cli_runner().invoke(args=["doctor"])
        assert answer.exit_code == 1
        assert "chmod go= /srv/site.sqlite" in answer.output

    def test_new_files_are_born_closed(self, tmp_path: Path) -> None:
        before = os.umask(0o022)
        try:
            own_files.set_umask()
            (tmp_path / "new").touch()
            assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600
        finally:
            os.umask(before)
        assert "own_files.set_umask()" in (config.ROOT / "wsgi.py").read_text()
