"""flask grant: how the first administrator begins."""

import pytest
from flask import Flask

from app.organizations.queries import memberships_of
from tests.factories import make_organization, make_user


class TestCommand:
    def test_gives_a_role_once_and_takes_it_away(self, app: Flask) -> None:
        user, college = make_user(), make_organization()
        run = app.test_cli_runner().invoke
        words = ["grant", user.email.upper(), college.slug, "organizer"]
        assert run(args=words).exit_code == 0
        assert "Без изменений" in run(args=words).output
        assert [m.role.value for m in memberships_of(user)] == ["organizer"]
        assert run(args=[*words, "--withdraw"]).exit_code == 0
        assert memberships_of(user) == []

    @pytest.mark.parametrize(
        ("email", "slug", "words"),
        [("nobody@example.org", "eptk", "nobody@example.org"), ("", "nowhere", "nowhere")],
    )
    def test_says_what_is_unknown(self, app: Flask, email: str, slug: str, words: str) -> None:
        make_organization(slug="eptk")
        answer = app.test_cli_runner().invoke(
            args=["grant", email or make_user().email, slug, "admin"]
        )
        assert answer.exit_code == 1
        assert words in answer.output
