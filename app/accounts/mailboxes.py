"""Which mailboxes have answered: somebody opened a link that was sent there.

To one that has not, what strangers' forms bring about goes once (``may_be_written``); what
follows is kept until the owner answers. A link's proof stands in letters alone, is the same
for every letter to a mailbox, and is computed when the letter is rendered: nothing is stored.
"""

import hmac
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.accounts.models import Mailbox
from app.accounts.queries import user_by_email
from app.base import clock
from app.base.db import db
from app.web.budgets import keyed, mailbox_of

SILENCE = timedelta(days=7)  # after so long without an answer one more letter may go


def key_of(address: str) -> str:
    return keyed("mailbox", mailbox_of(address))


def proof_of(address: str) -> str:
    """What only a reader of this mailbox knows."""
    return keyed("read in the mailbox", mailbox_of(address))[:24]


def is_proof(address: str, given: str) -> bool:
    return bool(address) and hmac.compare_digest(proof_of(address).encode(), given.encode())


def may_be_written(address: str) -> bool:
    """Whether the letter may go now: the mailbox has answered, or this is the one letter it
    gets until then. One statement, so that two at once do not both find it unwritten."""
    now, table = clock.now(), Mailbox.__table__
    connection = db.session.connection()
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    statement = (
        insert(table)
        .values(key=key_of(address), written_at=now)
        .on_conflict_do_update(
            index_elements=[table.c.key],
            set_={"written_at": now},
            where=sa.or_(table.c.answered_at.is_not(None), table.c.written_at < now - SILENCE),
        )
    )
    if connection.execute(statement.returning(table.c.id)).first():
        return True
    user = user_by_email(address)
    return bool(user and user.email_confirmed_at)


def has_answered(address: str) -> bool:
    query = sa.select(Mailbox.id).where(
        Mailbox.key == key_of(address), Mailbox.answered_at.is_not(None)
    )
    return db.session.scalar(query) is not None


def note_answer(address: str) -> None:
    """Somebody has opened a link that was sent there."""
    now, table = clock.now(), Mailbox.__table__
    connection = db.session.connection()
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    values = {"key": key_of(address), "written_at": now, "answered_at": now}
    connection.execute(
        insert(table)
        .values(values)
        .on_conflict_do_update(
            index_elements=[table.c.key],
            set_={"answered_at": now},
            where=table.c.answered_at.is_(None),
        )
    )


def forget_silent() -> None:
    """Delete what holds no letter up any more; an answer is known for a year."""
    now = clock.now()
    is_silent = sa.and_(Mailbox.written_at < now - 5 * SILENCE, Mailbox.answered_at.is_(None))
    is_old = Mailbox.written_at < now - timedelta(days=365)
    db.session.execute(sa.delete(Mailbox).where(sa.or_(is_silent, is_old)))
