"""The designer of certificates: who designs, what is saved, what is refused and never lost."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.certificates.design import pictures
from app.certificates.design import queries as design_queries
from app.certificates.design.frozen import frozen
from app.certificates.design.looks import STANDARD, Look, Signatory
from app.certificates.design.models import CertificateDesign, Picture
from app.certificates.designer import actions as design_actions
from app.certificates.designer.forms import full_hex
from app.certificates.issued.models import Certificate
from app.certificates.kinds import CertificateKind, NameCase
from app.organizations.models import Organization, Role
from app.web import uploads
from tests.browser import Browser, Page
from tests.certificates.designer.drawings import SVG, emblem, sent, signature
from tests.factories import make_event, make_member, make_organization
from tests.papers.people import came, pages

pytestmark = pytest.mark.sqlite_alone  # papers: the same on every database

PARTICIPANT = CertificateKind.PARTICIPANT
LOOK = STANDARD[PARTICIPANT]


@pytest.fixture
def college() -> Organization:
    return make_organization()


@pytest.fixture
def desk(app: Flask, college: Organization) -> Browser:
    return Browser(app.test_client()).log_in(make_member(college, Role.ORGANIZER))


def room(organization: Organization, more: str = "") -> str:
    return f"/manage/organization/{organization.slug}/certificates{more}"


def typed(desk: Browser, organization: Organization, **more: Any) -> dict[str, Any]:
    """The form as the designer offers it for a certificate, with these fields changed."""
    page = desk.open(room(organization, "/new?kind=participant&layout=classic"))
    return {**page.form("form.o-designer"), **more}


def save(desk: Browser, organization: Organization, **more: Any) -> Page:
    fields = typed(desk, organization, **{name.replace("__", "-"): v for name, v in more.items()})
    return desk.submit(room(organization, "/new"), fields=fields)


def the_design() -> CertificateDesign:
    return db.session.scalars(sa.select(CertificateDesign)).one()


def look_of(design: CertificateDesign) -> Look:
    return Look.from_json(design.content)


def make_design(
    organization: Organization, look: Look = LOOK, title: str = "Наш", kind: Any = PARTICIPANT
) -> CertificateDesign:
    return design_actions.make(organization, kind, title, look)


def make_picture(organization: Organization, content: bytes | None = None) -> Picture:
    made = pictures.made_of(sent(content or emblem()), pictures.Use.EMBLEM, cuts_paper=False)
    return pictures.stored(organization, made)


class TestWhichLook:
    """look_for(): what a certificate looks like when nobody chooses."""

    def test_the_usual_one_signed_by_the_head(self, college: Organization) -> None:
        found = design_queries.look_for(college, PARTICIPANT)
        assert found.heading == "Сертификат"
        assert found.signatories == (Signatory("О. Б. Манджиева", "Директор"),)

    def test_the_newest_design_of_the_kind(self, college: Organization) -> None:
        make_design(college, replace(LOOK, heading="Первый"))
        make_design(college, replace(LOOK, heading="Второй"))
        make_design(college, replace(LOOK, heading="Диплом"), kind=CertificateKind.DIPLOMA)
        make_design(make_organization(), replace(LOOK, heading="Чужой"))
        assert design_queries.look_for(college, PARTICIPANT).heading == "Второй"

    def test_one_that_is_put_away_is_not_used(self, college: Organization) -> None:
        design = make_design(college, replace(LOOK, heading="Первый"))
        design_actions.archive(design)
        assert design_queries.look_for(college, PARTICIPANT).heading == "Сертификат"
        design_actions.restore(design)
        assert design_queries.look_for(college, PARTICIPANT).heading == "Первый"

    def test_a_look_is_frozen_once(self) -> None:
        first = frozen(LOOK)
        assert frozen(replace(LOOK)).id == first.id
        assert frozen(replace(LOOK, heading="Иной")).id != first.id
        assert Look.from_json(first.content) == LOOK


class TestSaving:
    def test_from_the_choice_to_the_list(self, desk: Browser, college: Organization) -> None:
        choice = desk.open(room(college, "/new"))
        assert len(choice.soup.select("input[name=layout]")) >= 8
        page = save(desk, college, title="Сертификат-2026", heading="Свидетельство")
        assert page.text("#messages") == "Оформление сохранено. Его предложат при выдаче."
        assert page.path == room(college, f"/{the_design().id}")
        assert desk.open(room(college)).texts(".o-designs h2") == ["Сертификат-2026"]

    def test_everything_typed_is_in_the_look(self, desk: Browser, college: Organization) -> None:
        save(
            desk, college,
            title="Наш", kind="thanks", layout="sky", case="dative", heading=" Спасибо ",
            subheading="большое", lead="Благодарим", body="за помощь\r\nв {мероприятие}",
            swatch="own", own_colour="#A3261D", is_archival="y",
            post_1="Директор", name_1="О. Б. Манджиева", post_2="", name_2="И. И. Иванов",
        )  # fmt: skip
        assert the_design().kind is CertificateKind.THANKS
        assert look_of(the_design()) == Look(
            layout="sky",
            case=NameCase.DATIVE,
            heading="Спасибо",
            subheading="большое",
            lead="Благодарим",
            body="за помощь\nв {мероприятие}",
            accent="#a3261d",
            signatories=(
                Signatory("О. Б. Манджиева", "Директор"),
                Signatory("И. И. Иванов"),
            ),
            is_archival=True,
        )

    def test_a_layout_brings_its_own_colour(self, desk: Browser, college: Organization) -> None:
        page = desk.open(room(college, "/new?kind=diploma&layout=steppe"))
        form = page.form("form.o-designer")
        assert (form["heading"], form["swatch"]) == ("Диплом", "#17693f")

    def test_changed(self, desk: Browser, college: Organization) -> None:
        design = make_design(college)
        url = room(college, f"/{design.id}")
        form = desk.open(url).form("form.o-designer")
        page = desk.submit(url, fields={**form, "heading": "Свидетельство"})
        assert page.text("#messages") == "Сохранено. Выданное раньше не изменится."
        assert look_of(the_design()).heading == "Свидетельство"

    def test_two_who_change_it_at_once(self, desk: Browser, college: Organization) -> None:
        design = make_design(college)
        url = room(college, f"/{design.id}")
        mine = theirs = desk.open(url).form("form.o-designer")
        desk.submit(url, fields={**theirs, "heading": "Их"})
        page = desk.submit(url, fields={**mine, "heading": "Мой"})
        assert page.status == 422
        assert "сохранил кто-то другой" in page.text(".o-summary")
        form = page.form("form.o-designer")
        assert form["heading"] == "Мой"
        desk.submit(url, fields=form)  # now they know
        assert look_of(the_design()).heading == "Мой"

    def test_copied(self, desk: Browser, college: Organization) -> None:
        picture = make_picture(college)
        design = make_design(college, replace(LOOK, emblem=picture.id), title="Я" * 100)
        page = desk.submit(room(college, f"/{design.id}/copy"))
        copy = design_queries.designs_of(college)[0]
        assert page.path == room(college, f"/{copy.id}")
        assert copy.title == "Я" * 92 + " (копия)"
        assert look_of(copy).emblem == picture.id

    def test_put_away_and_brought_back(self, desk: Browser, college: Organization) -> None:
        design = make_design(college, title="Старый")
        page = desk.submit(room(college, f"/{design.id}/archive"))
        assert not page.soup.select(".o-designs")
        assert "Старый" in page.text("details")
        page = desk.submit(room(college, f"/{design.id}/restore"))
        assert page.texts(".o-designs h2") == ["Старый"]


class TestRefused:
    """422 and a sentence at the field; everything typed is still there."""

    @pytest.mark.parametrize("field", ["heading", "subheading", "lead", "body"])
    def test_a_placeholder_nobody_knows(
        self, desk: Browser, college: Organization, field: str
    ) -> None:
        page = save(desk, college, **{field: "Вот {Фамилие} и {дата}"}, name_1="О. Манджиева")
        assert page.status == 422
        sentence = page.text(f"#{field}-error")
        assert sentence.startswith("Нет такой подстановки: {Фамилие}. Есть: {мероприятие}, {вид}")
        form = page.form("form.o-designer")
        assert (form[field], form["name_1"]) == ("Вот {Фамилие} и {дата}", "О. Манджиева")

    def test_a_brace_without_the_other(self, desk: Browser, college: Organization) -> None:
        page = save(desk, college, body="участие {дата")
        assert "без пары" in page.text("#body-error")

    @pytest.mark.parametrize(
        ("fields", "where", "words"),
        [
            ({"title": ""}, "title", "Дайте оформлению название"),
            ({"heading": "Я" * 61}, "heading", "Сократите"),
            ({"body": "<b>жирно</b>"}, "body", "HTML"),
            ({"lead": "Ура 🎉"}, "lead", "эмодзи"),
            ({"kind": "medal"}, "kind", "Выберите, что выдаётся."),
            ({"case": "vocative"}, "case", "Выберите вопрос"),
            ({"swatch": "#ffffff"}, "swatch", "Выберите цвет."),
            ({"swatch": "own", "own_colour": "синий"}, "own_colour", "шесть знаков"),
            ({"swatch": "own", "own_colour": ""}, "own_colour", "шесть знаков"),
            ({"swatch": "own", "own_colour": "#f0b429"}, "own_colour", "Слишком светлый"),
        ],
    )
    def test_at_its_field(
        self, desk: Browser, college: Organization, fields: dict[str, str], where: str, words: str
    ) -> None:
        page = save(desk, college, **fields)
        assert page.status == 422
        assert words in page.text(f"#{where}-error")
        assert not design_queries.designs_of(college)

    def test_a_layout_that_is_none(self, desk: Browser, college: Organization) -> None:
        page = save(desk, college, layout="baroque")
        assert "Выберите макет из списка." in page.text("#layout")

    @pytest.mark.parametrize(
        ("text", "colour"),
        [("#1D6FA5", "#1d6fa5"), ("1d6fa5", "#1d6fa5"), ("#abc", "#aabbcc"), ("#12345", "")],
    )
    def test_colours_as_people_write_them(self, text: str, colour: str) -> None:
        assert full_hex(text) == colour


class TestPictures:
    def test_sent_with_the_form(self, desk: Browser, college: Organization) -> None:
        save(
            desk,
            college,
            emblem=sent(emblem()),
            signature_1=sent(signature()),
            signature_1__cut="1",
        )
        look = look_of(the_design())
        assert look.emblem
        signed = db.session.get(Picture, look.signatories[0].signature)
        assert signed is not None
        assert signed.content_type == "image/png"  # cut out

    def test_kept_when_the_rest_is_wrong(self, desk: Browser, college: Organization) -> None:
        page = save(desk, college, title="", emblem=sent(emblem()))
        assert page.status == 422
        form = page.form("form.o-designer")
        assert page.soup.select_one("[data-picture=emblem] img[src]")
        desk.submit(room(college, "/new"), fields={**form, "title": "Наш"})
        assert look_of(the_design()).emblem == int(form["emblem-id"])

    def test_the_same_picture_twice_is_one(self, desk: Browser, college: Organization) -> None:
        save(desk, college, title="А", emblem=sent(emblem()))
        save(desk, college, title="Б", emblem=sent(emblem()))
        assert db.session.scalar(sa.select(sa.func.count(Picture.id))) == 1

    def test_taken_away(self, desk: Browser, college: Organization) -> None:
        design = make_design(college, replace(LOOK, emblem=make_picture(college).id))
        url = room(college, f"/{design.id}")
        form = desk.open(url).form("form.o-designer")
        desk.submit(url, fields={**form, "emblem-none": "1"})
        assert look_of(the_design()).emblem is None

    def test_a_photo_of_40_mb_is_a_sentence(self, desk: Browser, college: Organization) -> None:
        huge = sent(b"\xff\xd8\xff" + bytes(40 * 1024 * 1024), "photo.jpg", "image/jpeg")
        page = save(desk, college, heading="Набрано", seal_1=huge)
        assert page.status == 422
        assert page.text("#seal_1-error").startswith("Файл больше 8 МБ.")
        assert page.form("form.o-designer")["heading"] == "Набрано"

    def test_more_than_all_pictures_together_has_words_too(
        self, desk: Browser, college: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(uploads, "MOST_AT_ONCE", 1024)
        page = desk.submit(room(college, "/new"), fields={"emblem": sent(bytes(2048))})
        assert page.status == 413
        assert "слишком большой" in page.text("h1")

    def test_an_svg_with_a_script_called_png(self, desk: Browser, college: Organization) -> None:
        page = save(desk, college, emblem=sent(SVG, "emblem.png", "image/png"))
        assert page.text("#emblem-error").startswith("SVG не подходит")
        assert "<script>alert" not in page.html

    def test_a_picture_of_another_organization(self, desk: Browser, college: Organization) -> None:
        seal = make_picture(make_organization())
        page = save(desk, college, name_1="И. Иванов", seal_1__id=str(seal.id))
        assert page.status == 422
        assert page.text("#seal_1-error") == "Этой картинки больше нет. Выберите её заново."
        assert page.form("form.o-designer")["seal_1-id"] == ""
        with pytest.raises(RuleBroken):  # nor past the form
            make_design(college, replace(LOOK, emblem=seal.id))

    def test_a_signature_needs_a_name(self, desk: Browser, college: Organization) -> None:
        page = save(desk, college, name_2="", post_2="", signature_2=sent(signature()))
        assert page.text("#name_2-error") == "Напишите, чья это подпись и печать."


class TestPictureByItself:
    """The script sends each file as soon as it is chosen."""

    def test_stored_and_shown(self, desk: Browser, college: Organization) -> None:
        answer = desk.submit(room(college, "/pictures"), use="emblem", file=sent(emblem()))
        said = answer.response.json
        assert said is not None
        shown = desk.open(said["url"]).response
        assert (shown.status_code, shown.mimetype) == (200, "image/png")
        assert "no-store" in shown.headers["Cache-Control"]

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"use": "seal", "file": sent(SVG)}, "SVG не подходит"),
            ({"use": "seal"}, "Выберите файл."),
            ({"use": "tattoo", "file": sent(emblem())}, "Скажите, для чего картинка."),
        ],
    )
    def test_refused(
        self, desk: Browser, college: Organization, fields: dict[str, Any], sentence: str
    ) -> None:
        answer = desk.submit(room(college, "/pictures"), fields=fields)
        assert answer.status == 422
        assert (answer.response.json or {})["sentence"].startswith(sentence)

    @pytest.mark.parametrize("role", [Role.DOOR, Role.VIEWER, Role.EXPERT])
    def test_hidden_from_others(self, app: Flask, college: Organization, role: Role) -> None:
        picture = make_picture(college)
        url = room(college, f"/pictures/{picture.id}")
        colleague = Browser(app.test_client()).log_in(make_member(college, role))
        assert colleague.open(url).status == 404
        other = make_organization()
        stranger = Browser(app.test_client()).log_in(make_member(other, Role.ADMIN))
        assert stranger.open(url).status == 404
        assert stranger.open(room(other, f"/pictures/{picture.id}")).status == 404


class TestForgotten:
    """Pictures of forms that were never saved go; those of issued papers stay."""

    def test_when_the_next_design_is_saved(self, college: Organization) -> None:
        unused = make_picture(college, emblem("#111111"))
        fresh = make_picture(college, emblem("#222222"))
        shown = make_picture(college, emblem("#333333"))
        issued = make_picture(college, emblem("#444444"))
        for one in (unused, shown, issued):
            one.made_at = clock.now() - timedelta(days=3)
        make_issued(college, replace(LOOK, background=issued.id))
        make_design(college, replace(LOOK, emblem=shown.id))
        left = set(db.session.scalars(sa.select(Picture.id)))
        assert left == {fresh.id, shown.id, issued.id}


def make_issued(college: Organization, look: Look) -> Certificate:
    """A certificate of a design that is gone."""
    registration = came(make_event(organization=college).slots[0])
    paper = Certificate(
        event=registration.event, registration=registration, organization=college, year=2026,
        number=1, look=frozen(look), holder="Бадмаев", holder_in_short="Б.",
        organization_name=college.name, event_title="День", event_kind="День",
        held_on=clock.now(), held_until=clock.now(), signatory_name="", signatory_post="",
    )  # fmt: skip
    db.session.add(paper)
    db.session.flush()
    return paper


class TestPreview:
    def test_is_the_paper_itself(self, desk: Browser, college: Organization) -> None:
        fields = typed(desk, college, heading="Свидетельство", specimen="kalmyk", title="")
        answer = desk.submit(room(college, "/preview.pdf"), fields=fields)
        assert answer.response.mimetype == "application/pdf"
        assert "no-store" in answer.response.headers["Cache-Control"]
        [text] = pages(answer.response.data)
        assert "Үнтәһин Җаңһр Өлзәтин" in text
        assert "свидетельство" in text.lower()
        assert not design_queries.designs_of(college)  # nothing is saved

    def test_in_the_case_of_the_design(self, desk: Browser, college: Organization) -> None:
        fields = typed(desk, college, case="accusative")
        answer = desk.submit(room(college, "/preview.pdf"), fields=fields)
        assert "Манджиеву Айсу Бадмаевну" in pages(answer.response.data)[0]

    def test_says_what_is_wrong(self, desk: Browser, college: Organization) -> None:
        page = desk.submit(
            room(college, "/preview.pdf"), fields=typed(desk, college, body="{имя}", title="")
        )
        assert page.status == 422
        [problem] = page.texts("#problems li")
        assert problem.startswith("Под именем: Нет такой подстановки: {имя}.")

    def test_of_strangers_is_hidden(self, desk: Browser, college: Organization) -> None:
        fields = typed(desk, college)
        other = make_organization()
        assert desk.submit(room(other, "/preview.pdf"), fields=fields).status == 404

    def test_of_what_is_saved_and_of_the_usual_ones(
        self, desk: Browser, college: Organization
    ) -> None:
        design = make_design(college)
        for address in (f"/{design.id}/preview.pdf", "/standard-diploma.pdf"):
            assert desk.open(room(college, address)).response.mimetype == "application/pdf"
        assert desk.open(room(college, "/standard-medal.pdf")).status == 404

    def test_without_scripts_a_button_shows_it_in_a_window(
        self, desk: Browser, college: Organization
    ) -> None:
        page = desk.open(room(college, "/new?kind=hours&layout=reference"))
        button = page.soup.select_one("button[formaction]")
        assert button is not None
        assert button["formaction"] == room(college, "/preview.pdf")
        assert button["formtarget"] == "_blank"

    def test_the_page_may_frame_what_it_fetched_and_nothing_else(
        self, desk: Browser, college: Organization
    ) -> None:
        url = room(college, "/new?kind=hours&layout=reference")
        policy = desk.open(url).response.headers["Content-Security-Policy"]
        assert "frame-src 'self' blob:" in policy
        assert "frame-ancestors 'none'" in policy
        assert "blob:" not in desk.open("/").response.headers["Content-Security-Policy"]


class TestWhoDesigns:
    @pytest.mark.parametrize(
        ("role", "status"),
        [(Role.ADMIN, 200), (Role.ORGANIZER, 200), (Role.DOOR, 404), (Role.VIEWER, 404)],
    )
    def test_roles(self, app: Flask, college: Organization, role: Role, status: int) -> None:
        member = Browser(app.test_client()).log_in(make_member(college, role))
        assert member.open(room(college)).status == status

    def test_a_design_of_others_has_no_address_here(
        self, desk: Browser, college: Organization
    ) -> None:
        theirs = make_design(make_organization())
        assert desk.open(room(college, f"/{theirs.id}")).status == 404
        assert desk.submit(room(college, f"/{theirs.id}/copy")).status == 404

    def test_found_from_the_papers_of_an_event(self, desk: Browser, college: Organization) -> None:
        event = make_event(organization=college)
        page = desk.open(f"/manage/events/{event.slug}/papers")
        assert page.soup.select_one(f'a[href="{room(college)}"]')
