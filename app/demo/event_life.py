"""One event from its publication to its certificates."""

from datetime import datetime, timedelta
from functools import partial
from random import Random

import sqlalchemy as sa

from app.accounts.models import User
from app.attendance import actions as attendance
from app.attendance.models import Method, Presence
from app.base import clock
from app.base.db import db
from app.base.rules import RuleBroken
from app.certificates.issued.actions import issue_due, tell_holders
from app.demo.people import Crowd
from app.demo.scenes import Scene
from app.demo.time_travel import Act, Timeline
from app.events.editing import actions as events
from app.events.kinds import KINDS
from app.events.meetings.actions import add_meetings
from app.events.models import Admission, Event, Format, Slot
from app.events.seat_rules.actions import choose
from app.events.slots import actions as slots
from app.events.timetable.rooms import Spot
from app.organizations.models import Municipality, Organization
from app.people.models import Person
from app.registrations.desk.actions import walk_in
from app.registrations.models import Channel, Registration, Status
from app.registrations.signing_up import actions as registrations
from app.roadmap.queries import measure_by_code

TRIES = 6  # of people, when somebody is already in or busy at that time
CANCELLING = 0.07
ADDED_BY_STAFF = 0.08
COMING_BY_CHANCE = 0.4  # to how many slots somebody comes who did not sign up
WITHOUT_PAPERS = {"fair", "parents_meeting"}
JUST_HELD = timedelta(hours=40)  # waits for its organizer to mark who came
PAPERS_AFTER = timedelta(hours=20)
DRAWN_BEFORE = timedelta(days=2)


class EventLife:
    """Plans what happens to the event of a scene into the timeline."""

    def __init__(
        self,
        scene: Scene,
        organization: Organization,
        rng: Random,
        crowd: Crowd,
        timeline: Timeline,
        now: datetime,
    ) -> None:
        self.scene, self.organization = scene, organization
        self.rng, self.crowd, self.timeline, self.now = rng, crowd, timeline, now
        self.times = scene.times()
        usual = self.times[0][0] - timedelta(days=rng.randint(17, 26), hours=rng.randint(0, 5))
        lately = now - timedelta(days=rng.randint(1, 6), hours=rng.randint(1, 5))
        self.published_at = min(usual, lately)
        self.event: Event

    def unfold(self, *, by: User | None) -> None:
        self.by = by
        self.timeline.plan(self.published_at, self.publish)
        if self.scene.state == "called off":
            self.timeline.plan(self.now - timedelta(hours=20), self.call_off)
        if self.scene.kind not in WITHOUT_PAPERS:
            last_end = max(ends_at for _starts_at, ends_at, _title in self.times)
            if last_end + JUST_HELD < self.now:
                self.timeline.plan(last_end + PAPERS_AFTER, self.issue_papers)

    def publish(self) -> None:
        scene, kind = self.scene, KINDS[self.scene.kind]
        first, last = scene.grades or kind.grades or (None, None)
        self.event = events.draft(
            self.organization,
            events.Details(
                title=scene.title,
                kind=kind,
                summary=scene.summary,
                description=scene.description,
                programme=scene.programme,
                venue=scene.venue,
                municipality=self.municipality(),
                format=Format(scene.format),
                online_url=scene.online_url,
                audience=list(kind.audience),
                grade_from=first,
                grade_to=last,
                fields=list(scene.fields),
                measure=measure_by_code(kind.measure),
                companions_max=scene.companions,
                contact=self.contact(),
                signup_opens_at=self.opening(),
            ),
        )
        self.event.created_at = clock.now()
        for starts_at, ends_at, title in self.times:
            slot = slots.add(
                self.event, starts_at=starts_at, ends_at=ends_at,
                capacity=scene.capacity, title=title,
            )  # fmt: skip
            if scene.weeks:
                self.meet_weekly(slot)
            if scene.state != "draft":
                self.plan_people(slot)
        self.choose_admission()
        if scene.state != "draft":
            events.publish(self.event)

    def choose_admission(self) -> None:
        admission = Admission(self.scene.admission)
        if admission is not Admission.FIRST_COME:
            closes_at = self.times[0][0] - DRAWN_BEFORE if admission is Admission.DRAW else None
            choose(self.event, admission, closes_at=closes_at, signed_up=0, applied=0)

    def meet_weekly(self, slot: Slot) -> None:
        weeks = [timedelta(weeks=week) for week in range(self.scene.weeks)]
        spots = [Spot(slot.starts_at + week, slot.ends_at + week, slot.room) for week in weeks]
        add_meetings(slot, spots)

    def municipality(self) -> Municipality | None:
        query = sa.select(Municipality).filter_by(oktmo=self.scene.municipality)
        return (
            db.session.scalar(query) if self.scene.municipality else self.organization.municipality
        )

    def contact(self) -> str:
        return self.organization.phone

    def opening(self) -> datetime | None:
        days = self.scene.opens_in_days
        return (
            self.now.replace(minute=0, second=0, microsecond=0) + timedelta(days=days)
            if days
            else None
        )

    def plan_people(self, slot: Slot) -> None:
        """Sign-ups until the slot begins, those who come without one, and the marks."""
        last = min(slot.starts_at - timedelta(hours=3), self.now - timedelta(hours=1))
        span = (last - self.published_at).total_seconds()
        if span > 0 and not self.scene.opens_in_days:
            for _place in range(round(slot.capacity * self.scene.fill)):
                moment = self.published_at + timedelta(seconds=self.rng.uniform(0, span))
                self.timeline.plan(moment, partial(self.sign_up, slot))
        if self.rng.random() < COMING_BY_CHANCE:
            self.timeline.plan(slot.starts_at + timedelta(minutes=10), partial(self.walk_in, slot))
        if slot.ends_at + JUST_HELD < self.now:
            self.timeline.plan(slot.ends_at + timedelta(hours=1), partial(self.mark, slot))

    def sign_up(self, slot: Slot) -> None:
        if self.event.is_called_off:
            return
        for _try in range(TRIES):
            person = self.crowd.somebody(self.event)
            by_staff = self.rng.random() < ADDED_BY_STAFF
            try:
                registration = registrations.sign_up(
                    slot,
                    person,
                    channel=Channel.STAFF if by_staff else Channel.GUEST,
                    email="" if by_staff else person.email,
                    phone=person.phone,
                    companions=self.rng.randint(0, self.event.companions_max),
                    by=self.by if by_staff else None,
                )
            except RuleBroken:  # is in already, or somewhere else at that time
                continue
            if self.rng.random() < CANCELLING:
                last = min(slot.starts_at, self.now)
                later = (last - clock.now()) * self.rng.random()
                self.timeline.plan(clock.now() + later, partial(registrations.cancel, registration))
            return

    def own_sign_up(self, person: Person, place: int, user: User) -> Act:
        """Sign up a person with an account; done when its moment comes."""
        return lambda: registrations.sign_up(
            self.event.slots[place], person, channel=Channel.ACCOUNT, email=user.email, by=user
        )

    def walk_in(self, slot: Slot) -> None:
        if slot.is_full or self.event.is_called_off:
            return
        try:
            came = walk_in(slot, self.crowd.somebody(self.event), by=self.by)
        except RuleBroken:  # is in already
            return
        attendance.mark(came, Presence.PRESENT, method=Method.WALK_IN, by=self.by)

    def mark(self, slot: Slot) -> None:
        """The organizer ticks the list: most came."""
        query = sa.select(Registration).filter_by(slot_id=slot.id, status=Status.CONFIRMED)
        for registration in db.session.scalars(query.order_by(Registration.id)).all():
            choices = [Presence.PRESENT, Presence.ABSENT, Presence.EXCUSED]
            [presence] = self.rng.choices(choices, [86, 9, 5])
            if registration.channel is Channel.WALK_IN:
                continue  # is marked already
            if registration.channel is Channel.ACCOUNT:
                presence = Presence.PRESENT
            attendance.mark(registration, presence, method=Method.LIST, by=self.by)

    def issue_papers(self) -> None:
        for certificate in issue_due(self.event):
            certificate.issued_at = clock.now()
        tell_holders(self.event)

    def call_off(self) -> None:
        events.call_off(self.event, reason=self.scene.reason)
        registrations.cancel_all(self.event, reason=self.scene.reason)
