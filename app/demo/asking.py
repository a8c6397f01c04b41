"""Questions of an open day in the demo, and what people answered to them."""

from random import Random

import sqlalchemy as sa

from app.base.db import db
from app.events.models import Event
from app.events.questions import actions as questions
from app.events.questions.actions import Condition, Wording
from app.events.questions.models import QuestionKind
from app.registrations.models import Channel, Registration

WORKSHOPS = ["Сварка", "Автомастерская", "Электромонтаж", "Поварское дело"]
TO_THE_MASTERS = (
    "Сколько зарабатывает сварщик?",
    "Берут ли после девятого без экзаменов?",
    "Можно ли потрогать станки?",
)
ANSWERING = 0.85  # the others leave what need not be answered


def ask_and_answer(event: Event, rng: Random) -> None:
    """Nothing but the stop of the bus has to be answered, and that only by who needs it."""
    shops = questions.add(
        event,
        Wording(
            "Какие мастерские хотите увидеть?",
            QuestionKind.CHOICES,
            help="Можно отметить несколько.",
            choices=WORKSHOPS,
        ),
    )
    bus = questions.add(event, Wording("Нужен автобус?", QuestionKind.YES_NO))
    stop = questions.add(
        event,
        Wording(
            "Откуда вас забрать?",
            QuestionKind.CHOICE,
            choices=["Центральный рынок", "3-й микрорайон", "Аршан"],
            required=True,
            condition=Condition(bus, [True]),
        ),
    )
    to_masters = questions.add(event, Wording("О чём спросить мастеров?", QuestionKind.TEXT))
    query = sa.select(Registration).where(
        Registration.event_id == event.id, Registration.channel != Channel.GROUP
    )
    for registration in db.session.scalars(query.order_by(Registration.id)):
        if rng.random() > ANSWERING:
            continue
        wanted = rng.sample(WORKSHOPS, rng.randint(1, 3))
        needs_bus = rng.random() < 0.4
        said = {
            str(shops.id): [shop for shop in WORKSHOPS if shop in wanted],
            str(bus.id): needs_bus,
        }
        if needs_bus:
            said[str(stop.id)] = rng.choice(stop.choices)
        if rng.random() < 0.3:
            said[str(to_masters.id)] = rng.choice(TO_THE_MASTERS)
        registration.answers = said
    db.session.flush()
