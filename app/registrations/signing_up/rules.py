"""Who may sign up, and when: each refusal is a sentence naming the rule."""

from collections.abc import Collection, Iterable

from flask_babel import gettext as _

from app.base.rules import RuleBroken
from app.events.models import Admission, Event, EventStatus, Slot
from app.events.seat_rules.queries import lots_are_drawn
from app.people.models import OWN_SIGN_UP_AGE, Category, Person
from app.registrations.models import Channel, Registration
from app.registrations.queries import beside, is_same_place
from app.web.filters import day, time


class KnownAlready(RuleBroken):
    """What the person has already stands in the way. Whoever is not known to be this person
    must not learn it from the answer: a letter about ``registration`` tells its owner."""

    letter = "sign_up_not_taken"

    def __init__(self, registration: Registration, words: str) -> None:
        self.registration, self.code = registration, registration.code
        super().__init__(words)


class AlreadySignedUp(KnownAlready):
    """The same person again; carries the registration they already have."""

    letter = "registration_link"

    def __init__(self, registration: Registration) -> None:
        super().__init__(
            registration,
            _("This person is already signed up for this event: one person, one registration."),
        )


def refuse_unless_admissible(
    person: Person, slot: Slot, *, channel: Channel, tickets: Collection[str]
) -> Registration | None:
    """Staff may sign up anybody at any time; nobody may be in two places at once.

    Gives the person's own cancelled registration in the event, to be revived.
    """
    if channel not in (Channel.STAFF, Channel.WALK_IN):
        refuse_unless_open(slot)
        if channel in (Channel.GUEST, Channel.ACCOUNT):
            refuse_too_young(person)
        refuse_unless_audience(person, slot.event)
    elif not slot.event.is_public or slot.event.is_called_off:
        raise RuleBroken(_("Publish the event first: people can be added to it then."))
    elif slot.is_called_off:
        raise RuleBroken(called_off_words(slot))
    others = beside(slot, person.identity)
    for other in others:
        if other.is_live and is_same_place(other, slot):
            raise AlreadySignedUp(other)
    if channel is not Channel.WALK_IN:  # who stands at the door is here, not elsewhere
        refuse_overlap(others, person, tickets=tickets)
    refuse_declined(others, slot, channel=channel)
    mine = [one for one in others if one.person_id == person.id and is_same_place(one, slot)]
    return mine[-1] if mine else None


def refuse_companions(event: Event, companions: int) -> None:
    if companions > event.companions_max:
        raise RuleBroken(
            _(
                "At most %(most)s companions can come with one participant here.",
                most=event.companions_max,
            )
        )


def refuse_declined(others: Iterable[Registration], slot: Slot, *, channel: Channel) -> None:
    """Whoever was not accepted cannot apply anew; the organizer may reopen the application."""
    if channel is Channel.STAFF:
        return
    declined = [one for one in others if one.is_declined and one.event_id == slot.event_id]
    if declined:
        raise KnownAlready(
            declined[0],
            _(
                "The organizer has not accepted this person’s application, so it cannot be sent "
                "again. If that is a mistake, write to the organizer: %(contact)s.",
                contact=slot.event.contact or slot.event.organization.short_name,
            ),
        )


def takes_applications(event: Event, channel: Channel) -> bool:
    """Whether signing up is only a request, decided later by the organizer or by lot. Whom
    staff add needs no approval; they take part in a draw that is still to come."""
    if event.admission is Admission.APPROVAL:
        return channel not in (Channel.STAFF, Channel.WALK_IN)
    if event.admission is Admission.DRAW:
        return channel is not Channel.WALK_IN and not lots_are_drawn(event)
    return False


def refuse_unless_open(slot: Slot) -> None:
    """The window of the event, and the beginning of the slot."""
    event = slot.event
    if event.status is EventStatus.CANCELLED:
        raise RuleBroken(_("The event has been called off, so nobody can sign up any more."))
    if event.status is EventStatus.DRAFT:
        raise RuleBroken(_("The event is not published yet."))
    if not event.organization.is_approved:
        raise RuleBroken(
            _("The ministry has suspended this organizer, so nobody can sign up here now.")
        )
    if event.signup_opens_later and event.signup_opens_at:
        raise RuleBroken(
            _(
                "Sign-up opens on %(day)s at %(time)s. Come back then.",
                day=day(event.signup_opens_at),
                time=time(event.signup_opens_at),
            )
        )
    refuse_once_begun(slot)
    if not event.signup_is_open and event.signup_closes_at:
        raise RuleBroken(
            _(
                "Sign-up closed on %(day)s at %(time)s.",
                day=day(event.signup_closes_at),
                time=time(event.signup_closes_at),
            )
        )


def refuse_once_begun(slot: Slot) -> None:
    if slot.is_called_off:
        raise RuleBroken(called_off_words(slot))
    if slot.event.is_over or slot.has_begun:
        raise RuleBroken(_("This time has already begun, so sign-up for it is closed."))


def called_off_words(slot: Slot) -> str:
    """«Время 24 ноября, 15:00 отменено: болеет мастер. Выберите другое время.»"""
    sentence: str = _(
        "The time of %(day)s, %(time)s has been called off: %(reason)s. Choose another time.",
        day=day(slot.starts_at),
        time=time(slot.starts_at),
        reason=slot.called_off_reason.rstrip("."),
    )
    return sentence


def refuse_too_young(person: Person) -> None:
    """Under 14 a guardian signs up: a transaction for them is the parents' (Civil Code
    art. 28), and so is the agreement."""
    if person.age is not None and person.age < OWN_SIGN_UP_AGE:
        raise RuleBroken(
            _(
                "Children under 14 are signed up by a parent: log in, add the child under "
                "“My children” and sign up from there. A class teacher can do it too."
            )
        )


def refuse_unless_audience(person: Person, event: Event) -> None:
    """Categories and grades the event is for. Any adult may come where parents may."""
    welcome = set(event.audience)
    if Category.PARENT in welcome:
        welcome.add(Category.ADULT)
    if welcome and person.category not in welcome:
        raise RuleBroken(
            _(
                "This event is for: %(audience)s. Another kind of participant cannot sign up.",
                audience=", ".join(str(audience_words(code)) for code in event.audience),
            )
        )
    if person.category is not Category.PUPIL:
        return
    lowest, highest = event.grade_from or 1, event.grade_to or 11
    if person.grade is None or not lowest <= person.grade <= highest:
        raise RuleBroken(
            _(
                "This event is for grades %(lowest)s–%(highest)s, the grade given is %(grade)s.",
                lowest=lowest,
                highest=highest,
                grade=person.grade or "—",
            )
        )


def audience_words(code: str) -> str:
    """«школьники», «родители» …"""
    words: dict[Category, str] = {
        Category.PUPIL: _("pupils"),
        Category.COLLEGE_STUDENT: _("college students"),
        Category.PARENT: _("parents"),
        Category.TEACHER: _("teachers"),
        Category.SPECIALIST: _("specialists"),
        Category.ADULT: _("adults"),
    }
    return words[Category(code)]


def refuse_overlap(
    others: Iterable[Registration], person: Person, *, tickets: Collection[str] = ()
) -> None:
    """Nobody is in two places at once. The other event is named to those who may know of
    it: the account of this person, or the browser that holds the other ticket."""
    other = next((one for one in others if one.is_live), None)
    if other is None:
        return
    if other.code in tickets or (person.user_id and other.person_id == person.id):
        raise KnownAlready(
            other,
            _(
                "At this time the person is already signed up for “%(event)s”, %(day)s, %(time)s. "
                "Cancel that registration or choose another time.",
                event=other.slot.event.title,
                day=day(other.slot.starts_at),
                time=time(other.slot.starts_at),
            ),
        )
    raise KnownAlready(
        other,
        _(
            "At this time the person is already signed up for another event. "
            "Cancel that registration or choose another time."
        ),
    )
