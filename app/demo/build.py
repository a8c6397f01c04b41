"""The demo, built: region and plan from their files, then months of life in them."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa

from app.accounts.models import User
from app.base import clock
from app.base.config import ROOT
from app.base.db import db
from app.demo.accounts import COLLEGE, SCHOOL, addresses, open_accounts, person_behind
from app.demo.asking import ask_and_answer
from app.demo.event_life import EventLife
from app.demo.papers import design_papers, honour
from app.demo.people import Crowd
from app.demo.scenes import scenes, self_portraits
from app.demo.school import bring_a_class, coming_with_room, fill_school
from app.demo.time_travel import Timeline
from app.events.models import Event
from app.notifications.models import Notification
from app.organizations import actions as organizations
from app.organizations.models import Organization, OrganizationKind
from app.organizations.region.actions import store_region
from app.organizations.region.files import read_region
from app.people.models import Person
from app.registrations.models import Registration
from app.roadmap.actions import store_plan
from app.roadmap.plan_files import read_plan

SEED = 2026
CLASS_TRIP = "Как нефть доходит до бензоколонки"  # where class 9А goes
CONTEST = "Конкурс «Проба сил» для восьмых и девятых классов"  # has winners and a jury
ASKING = "День открытых дверей: мастерские без стекла"  # has questions in its form
LETTERS_LEFT = 8  # for the demo accounts, so that delivery can be watched
# Whom the accounts' own persons sign up for what: title, which slot, how long after
# publishing (None: just now).
OWN = {
    "pupil@demo.test": (
        ("Сварка: первый ровный шов", 0, timedelta(hours=3)),
        ("Первая помощь: руки помнят", 0, timedelta(hours=5)),
        ("День открытых дверей: мастерские без стекла", 0, timedelta(hours=4)),
        ("Ярмарка профессий «Степной маршрут»", 1, timedelta(hours=20)),
        ("Соберите квартирный щиток", 0, None),  # full by now: the waitlist
    ),
    "parent@demo.test": (
        ("Как говорить с подростком о работе", 0, timedelta(hours=6)),
        ("Девятый класс: колледж или десятый?", 0, timedelta(hours=2)),
        ("Белый халат на один день", 0, timedelta(hours=30)),
    ),
}  # fmt: skip


def build() -> Counter[str]:
    """Fill an empty database, in the caller's transaction. What there is, counted."""
    now = clock.now().replace(minute=0, second=0, microsecond=0)  # the same all the hour
    rng = Random(SEED)
    store_plan(read_plan(ROOT / "data" / "roadmap_2021_2024.json"))
    store_region(read_region(ROOT / "data" / "region_kalmykia.json"))
    by_name = organizations_by_name()
    introduce_themselves(by_name)
    design_papers(by_name[COLLEGE])
    users = open_accounts(by_name)
    pupil = person_behind(users["pupil@demo.test"])
    fill_school(by_name[SCHOOL], users, pupil, rng)

    timeline = Timeline()
    crowd = Crowd(rng, list(by_name.values()))
    lives = {
        scene.title: EventLife(scene, by_name[scene.organization], rng, crowd, timeline, now)
        for scene in scenes()
    }
    organizer = users["college@demo.test"]
    for life in lives.values():
        life.unfold(by=organizer if life.organization.short_name == COLLEGE else None)
    sign_up_accounts(lives, users, timeline, now)
    timeline.plan(now - timedelta(days=2, hours=3), somebody_registers)
    timeline.live_until(now)
    if slot := coming_with_room(lives[CLASS_TRIP].event.slots):
        bring_a_class(slot, by_name[SCHOOL], users["teacher@demo.test"])
    honour(lives[CONTEST].event, by=organizer)
    ask_and_answer(lives[ASKING].event, Random(SEED))
    settle_letters(now)
    db.session.flush()
    return Counter(
        {
            model.__tablename__: db.session.scalar(sa.select(sa.func.count(model.id))) or 0
            for model in (Organization, Event, Person, Registration)
        }
    )


def organizations_by_name() -> dict[str, Organization]:
    """By short name; the ministry also under its kind."""
    found = list(db.session.scalars(sa.select(Organization).order_by(Organization.id)))
    ministries = {one.kind.value: one for one in found if one.kind is OrganizationKind.MINISTRY}
    return {one.short_name: one for one in found} | ministries


def introduce_themselves(by_name: dict[str, Organization]) -> None:
    for name, said in self_portraits().items():
        organization = by_name[name]
        details = organizations.Details(
            name=organization.name,
            short_name=name,
            municipality_id=organization.municipality_id,
            **said,
        )
        organizations.edit(organization, details)


def sign_up_accounts(
    lives: dict[str, EventLife], users: dict[str, User], timeline: Timeline, now: datetime
) -> None:
    for email, wishes in OWN.items():
        user = users[email]
        person = person_behind(user)
        for title, place, later in wishes:
            life = lives[title]
            moment = now if later is None else min(life.published_at + later, now)
            timeline.plan(moment, life.own_sign_up(person, place, user))


def somebody_registers() -> None:
    """An employer waits for the ministry's approval."""
    user = User(
        email="svarka@employers.demo.test", name="Очир Горяев", language="ru",
        email_confirmed_at=clock.now(),
    )  # fmt: skip
    db.session.add(user)
    organizations.register(
        organizations.Details(
            name="Общество с ограниченной ответственностью «Степной сварщик»",
            short_name="Степной сварщик",
            address="г. Элиста, Северная промзона, 4",
            about="Металлоконструкции и ограды. Возьмём школьников на экскурсию по цеху.",
            signatory_name="О. Н. Горяев",
            signatory_post="Директор",
        ),
        kind=OrganizationKind.EMPLOYER,
        by=user,
    )


def settle_letters(now: datetime) -> None:
    """Letters of the invented past count as sent, except the last few to the accounts."""
    last = (
        sa.select(Notification.id)
        .where(Notification.address.in_(addresses()))
        .order_by(Notification.id.desc())
        .limit(LETTERS_LEFT)
    )
    left = list(db.session.scalars(last))
    db.session.execute(
        sa.update(Notification)
        .where(Notification.id.not_in(left))
        .values(sent_at=now, attempts=1)
        .execution_options(synchronize_session=False)
    )
