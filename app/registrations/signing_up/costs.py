"""What signing up takes out of the budgets (app/web/budgets.py), whether or not it is taken.

The same for a person who is signed up already: nobody learns that from what is left.
"""

from collections.abc import Iterator

from app.accounts.models import User
from app.events.models import Event
from app.registrations.models import Registration
from app.web.budgets import (
    GUARDIAN_LETTERS,
    GUARDIAN_LETTERS_OF_MONTH,
    REMINDERS_OF_MONTH,
    REMINDERS_OF_TICKET,
    REPEATS_TO_MAILBOX,
    REPEATS_TO_MAILBOX_IN_MONTH,
    SEATS_OF_ACCOUNT,
    SEATS_OF_MAILBOX_IN_EVENT,
    SEATS_OF_NETWORK_IN_EVENT,
    SIGN_UPS_OF_MAILBOX,
    SIGN_UPS_OF_MAILBOX_IN_MONTH,
    SIGN_UPS_OF_NETWORK,
    Cost,
    mailbox_of,
    network_of,
)


def of_guest(
    event: Event, *, email: str, guardian_email: str, address: str | None, seats: int
) -> list[Cost]:
    """Of one person without an account. ``address``: where the form came from."""
    mailbox, network = mailbox_of(email), network_of(address)
    allowed = 1 + event.companions_max  # the organizer lets so many come with one sign-up
    costs = [
        Cost(SEATS_OF_MAILBOX_IN_EVENT, (mailbox, event.id), seats, at_least=allowed),
        Cost(SIGN_UPS_OF_MAILBOX, mailbox),
        Cost(SIGN_UPS_OF_MAILBOX_IN_MONTH, mailbox),
    ]
    if network:
        costs += [
            Cost(SEATS_OF_NETWORK_IN_EVENT, (network, event.id), seats, at_least=allowed),
            Cost(SIGN_UPS_OF_NETWORK, network),
        ]
    return [*costs, *of_guardian(guardian_email)]


def of_account(
    event: Event, account: User, *, people: int, companions: int, guardian_email: str
) -> list[Cost]:
    seats = people * (1 + companions)
    allowed = people * (1 + event.companions_max)
    return [
        Cost(SEATS_OF_ACCOUNT, account.id, seats, at_least=allowed),
        *of_guardian(guardian_email),
    ]


def of_guardian(email: str) -> Iterator[Cost]:
    """A letter to a parent's address that somebody typed."""
    if mailbox := mailbox_of(email):
        yield Cost(GUARDIAN_LETTERS, mailbox)
        yield Cost(GUARDIAN_LETTERS_OF_MONTH, mailbox)


def of_reminder(registration: Registration) -> list[Cost]:
    """A letter about a registration there is, because somebody typed the person again."""
    whose = registration.id
    return [Cost(REMINDERS_OF_TICKET, whose), Cost(REMINDERS_OF_MONTH, whose)]


def of_repeat(email: str) -> list[Cost]:
    """The same to a mailbox that may never have answered."""
    mailbox = mailbox_of(email)
    return [Cost(REPEATS_TO_MAILBOX, mailbox), Cost(REPEATS_TO_MAILBOX_IN_MONTH, mailbox)]
