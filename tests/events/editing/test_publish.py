"""Publishing, hiding again, calling off: what is needed, who is told."""

import pytest

from app.base.rules import RuleBroken
from app.events.editing import actions
from app.events.editing.actions import missing_for_publishing
from app.events.models import Event, EventStatus, Format
from app.registrations.models import Status
from tests.browser import Browser
from tests.events.editing.test_edit import told
from tests.factories import in_days, make_event, make_member, make_organization, make_registration


def make_draft(**given: object) -> Event:
    return make_event(**{"status": EventStatus.DRAFT, "published_at": None, **given})  # type: ignore[arg-type]


class TestRule:
    def test_publishes_what_is_complete(self) -> None:
        event = make_draft()
        assert missing_for_publishing(event) == []
        actions.publish(event)
        assert event.status is EventStatus.PUBLISHED
        assert event.published_at

    @pytest.mark.parametrize(
        ("draft", "missing"),
        [
            ({"slots": 0}, "добавьте слот"),
            ({"in_days_": -1}, "добавьте слот"),
            ({"capacity": 0}, "добавьте слот"),
            ({"venue": ""}, "место проведения"),
            (
                {"format": Format.MIXED, "venue": "", "online_url": "https://a.ru"},
                "место проведения",
            ),
            ({"format": Format.ONLINE}, "ссылку"),
            ({"title": ""}, "название"),
            ({"signup_closes_at": in_days(30)}, "закройте запись"),
        ],
        ids=str,
    )
    def test_names_what_is_missing(self, draft: dict[str, object], missing: str) -> None:
        event = make_draft(**draft)
        with pytest.raises(RuleBroken, match=missing):
            actions.publish(event)
        assert event.status is EventStatus.DRAFT

    def test_names_everything_at_once(self) -> None:
        event = make_draft(slots=0, venue="", organization=make_organization(approved=False))
        with pytest.raises(RuleBroken) as broken:
            actions.publish(event)
        for words in ("место проведения", "слот", "министерство"):
            assert words in str(broken.value)

    def test_online_needs_no_venue(self) -> None:
        actions.publish(make_draft(format=Format.ONLINE, venue="", online_url="https://a.ru/b"))

    def test_only_approved_organizations_publish(self) -> None:
        with pytest.raises(RuleBroken, match="министерство подтвердит"):
            actions.publish(make_draft(organization=make_organization(approved=False)))

    def test_publishing_again_changes_nothing(self) -> None:
        event = make_event()
        before = event.published_at
        actions.publish(event)
        assert event.published_at == before

    def test_hides_an_event_nobody_is_signed_up_for(self) -> None:
        event = make_event()
        actions.unpublish(event, signed_up=0)
        assert event.status is EventStatus.DRAFT

    def test_does_not_hide_it_from_people(self) -> None:
        with pytest.raises(RuleBroken, match="Записаны 2 человека"):
            actions.unpublish(make_event(), signed_up=2)

    def test_calls_off_and_keeps_the_reason(self) -> None:
        event = make_event()
        actions.call_off(event, reason="В зале ремонт")
        assert (event.status, event.cancel_reason) == (EventStatus.CANCELLED, "В зале ремонт")

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"status": EventStatus.DRAFT}, "Черновик"),
            ({"status": EventStatus.CANCELLED}, "уже отменено"),
            ({"in_days_": -3}, "уже прошло"),
        ],
        ids=str,
    )
    def test_calls_off_only_what_is_to_come(self, given: dict[str, object], sentence: str) -> None:
        with pytest.raises(RuleBroken, match=sentence):
            actions.call_off(make_event(**given), reason="Ремонт")  # type: ignore[arg-type]

    def test_called_off_is_called_off(self) -> None:
        event = make_event(status=EventStatus.CANCELLED)
        for act in (actions.publish, lambda e: actions.unpublish(e, signed_up=0)):
            with pytest.raises(RuleBroken, match="отменено"):
                act(event)


class TestScreen:
    def test_publishes(self, browser: Browser) -> None:
        event = make_draft()
        browser.log_in(make_member(event.organization))
        page = browser.open(f"/manage/events/{event.slug}/edit")
        assert "Можно публиковать" in page.text("aside")
        page = browser.submit(f"/manage/events/{event.slug}/publish")
        assert "опубликовано" in page.text("#messages")
        assert event.is_public

    def test_lists_what_is_missing_instead_of_the_button(self, browser: Browser) -> None:
        event = make_draft(slots=0, venue="")
        browser.log_in(make_member(event.organization))
        for room in ("edit", "slots"):
            page = browser.open(f"/manage/events/{event.slug}/{room}")
            assert len(page.texts("aside .o-warn li")) == 2
            assert not page.soup.select("form[action$='/publish']")

    def test_says_what_is_missing_to_whoever_insists(self, browser: Browser) -> None:
        event = make_draft(venue="")
        browser.log_in(make_member(event.organization))
        page = browser.submit(f"/manage/events/{event.slug}/publish")
        assert "укажите место проведения" in page.text("#messages")
        assert not event.is_public

    def test_hides_again(self, browser: Browser) -> None:
        event = make_event()
        browser.log_in(make_member(event.organization))
        browser.submit(f"/manage/events/{event.slug}/unpublish")
        assert event.status is EventStatus.DRAFT

    def test_does_not_hide_what_people_count_on(self, browser: Browser) -> None:
        event = make_event(capacity=1)
        make_registration(event.slots[0])
        make_registration(event.slots[0])  # waits
        browser.log_in(make_member(event.organization))
        page = browser.submit(f"/manage/events/{event.slug}/unpublish")
        assert "Записаны 2 человека" in page.text("#messages")
        assert event.is_public

    def test_says_before_how_many_will_be_told(self, browser: Browser) -> None:
        event = make_event(capacity=1)
        make_registration(event.slots[0])
        make_registration(event.slots[0])
        browser.log_in(make_member(event.organization))
        page = browser.open(f"/manage/events/{event.slug}/call-off")
        assert "Записаны 2 человека" in page.text("main")

    def test_calls_off_and_tells_everybody(self, browser: Browser) -> None:
        event = make_event(capacity=1)
        people = [make_registration(event.slots[0]) for _ in range(2)]
        browser.log_in(make_member(event.organization))
        page = browser.submit(f"/manage/events/{event.slug}/call-off", reason="В зале ремонт")
        assert "Сообщим 2 записавшимся" in page.text("#messages")
        assert "В зале ремонт" in page.text("main")
        assert {one.status for one in people} == {Status.CANCELLED}
        assert told("event_called_off") == 2
        assert event.slots[0].seats_taken == 0

    def test_twice_is_told_once(self, browser: Browser) -> None:
        event = make_event()
        make_registration(event.slots[0])
        browser.log_in(make_member(event.organization))
        url = f"/manage/events/{event.slug}/call-off"
        browser.submit(url, reason="В зале ремонт")
        page = browser.submit(url, reason="И ещё раз")
        assert "уже отменено" in page.text(".o-summary")
        assert (event.cancel_reason, told("event_called_off")) == ("В зале ремонт", 1)

    @pytest.mark.parametrize(
        "reason", ["", "  ", "я" * 10_000, "<script>", "=cmd()", "а\x00"], ids=lambda r: r[:10]
    )
    def test_bad_reasons(self, browser: Browser, reason: str) -> None:
        event = make_event()
        browser.log_in(make_member(event.organization))
        page = browser.submit(f"/manage/events/{event.slug}/call-off", reason=reason)
        assert page.status == 422
        assert page.text("#reason-error")
        assert event.status is EventStatus.PUBLISHED

    def test_what_is_public_is_shown_to_all_and_a_draft_to_its_organizers(
        self, browser: Browser
    ) -> None:
        draft = make_draft()
        assert browser.open(f"/events/{draft.slug}").status == 404
        browser.log_in(make_member(draft.organization))
        assert browser.open(f"/events/{draft.slug}").status == 200
