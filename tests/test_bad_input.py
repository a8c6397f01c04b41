"""Every form and every address, given what nobody should send: a sentence or a 404, never a 500."""

import re

import pytest
from flask import Flask

from app.organizations.models import Role
from tests.browser import Browser
from tests.conftest import POSTGRESQL
from tests.factories import make_event, make_member, make_organization, make_person
from tests.test_access import MATRIX, Scene, build

# What a database may stumble over: PostgreSQL is asked about these alone.
FOR_DATABASES = ["Я" * 10_000, "а\x00б", "99999999999999999999"]
NASTY = (
    FOR_DATABASES
    if POSTGRESQL
    else [
        "",
        *FOR_DATABASES,
        "=cmd|' /C calc'!A0 <script>alert(1)</script> ' OR 1=1 -- а\x07б\x1f 🎓😀",
        "3026-03-17T10:00",
        "1026-03-17",
        "-1",
    ]
)
ARGUMENTS = (
    *("q", "kind", "municipality", "organization", "grade", "field", "format", "from", "to"),
    *("free", "page", "view", "month", "slot", "status", "school", "sort", "time", "next", "ids"),
    *("code", "token", "person", "as", "archive", "left"),
)
PAGES = sorted(endpoint for endpoint in MATRIX if endpoint != "static")


@pytest.fixture
def scene() -> Scene:
    return build()


@pytest.fixture
def insider(app: Flask, scene: Scene) -> Browser:
    """Whoever reaches most: an administrator of the event's organization, with a person."""
    user = make_member(scene.event.organization, Role.ADMIN)
    make_person(user=user, school="СОШ № 4")
    return Browser(app.test_client()).log_in(user)


def address(app: Flask, scene: Scene, endpoint: str) -> str:
    with app.test_request_context():
        return scene.address(endpoint)


def methods(app: Flask, endpoint: str) -> set[str]:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint]
    return {method for rule in rules for method in rule.methods or ()}


@pytest.mark.parametrize("endpoint", PAGES)
def test_fields(app: Flask, request: pytest.FixtureRequest, endpoint: str) -> None:
    if "POST" not in methods(app, endpoint):
        return  # before the scene is built
    scene: Scene = request.getfixturevalue("scene")
    insider: Browser = request.getfixturevalue("insider")
    url = address(app, scene, endpoint)
    usual: dict[str, str] = {}
    if "GET" in methods(app, endpoint):
        page = insider.open(url)
        forms = page.soup.select("main form[method=post]")
        usual = page.form("main form[method=post]") if forms else {}
        names = {control["name"] for form in forms for control in form.select("[name]")}
    else:
        names = {"slot", "ids", "action", "presence", "reason", "first_day", "next", "language"}
    # Of fields that are numbered («signatories-0-name») the first stands for the others.
    alike = {re.sub(r"\d+", "#", str(name)): str(name) for name in sorted(names, reverse=True)}
    for name in sorted(set(alike.values()) - {"csrf_token"}):
        for value in NASTY:
            status = insider.submit(url, fields={**usual, name: value}, follow=False).status
            assert status < 500, f"{url} {name}={value[:30]!r}: {status}"


# They only read: some share a scene, which takes longer to build than to be asked.
@pytest.mark.parametrize("endpoints", [PAGES[place::24] for place in range(24)])
def test_arguments(app: Flask, scene: Scene, insider: Browser, endpoints: list[str]) -> None:
    for endpoint in endpoints:
        if "GET" not in methods(app, endpoint) or endpoint.startswith("documents."):
            continue
        url = address(app, scene, endpoint)
        for value in filter(None, NASTY):
            response = insider.client.get(url, query_string=dict.fromkeys(ARGUMENTS, value[:1500]))
            assert response.status_code < 500, f"{url} {value[:30]!r}: {response.status_code}"


@pytest.mark.parametrize("value", list(filter(None, NASTY)))
def test_addresses(app: Flask, value: str) -> None:
    """What stands in the path: slugs, codes, tokens, numbers of things that are not there."""
    make_event(organization=make_organization())
    client = app.test_client()
    for start in ("/events/", "/registrations/", "/verify/", "/organizations/", "/log-in/link/"):
        assert client.get(start + value[:1500]).status_code < 500, start


@pytest.mark.parametrize("kind", ["application/json", "application/problem+json"])
def test_json_where_a_form_is_expected(app: Flask, kind: str) -> None:
    """A list where pairs should stand: refused before anything reads it as a form."""
    for url in ("/log-in", "/sign-up", "/join"):
        answer = app.test_client().post(url, data="[1, [2], null]", content_type=kind)
        assert answer.status_code == 415, url
