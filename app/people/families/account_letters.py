"""Letters about somebody's account: to the owner, and to whoever keeps the child it is of."""

from datetime import datetime

from app.accounts.models import User
from app.audit.actions import record
from app.notifications.actions import notify
from app.people.families.invitations import tell_guardians_of
from app.web.pages import outside


def write(user: User, letter: str, *, link: str, good_until: datetime | None = None) -> None:
    notify(
        user.email,
        letter,
        language=user.language,
        good_until=good_until,
        name=user.name,
        link=link,
    )


def tell_of_new_password(user: User, *, by: str) -> None:
    """The owner, and whoever keeps the child whose account it is."""
    record("account.password_changed", user, by=by)
    write(user, "password_changed", link=outside("accounts.reset_password"))
    tell_guardians_of(user, "child_password_changed")
