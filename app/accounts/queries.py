"""Reading accounts."""

from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.accounts.models import Device, User
from app.db import db


def hashed(token: str) -> str:
    """Tokens are random: a plain hash keeps them useless to whoever reads the database."""
    return sha256(token.encode()).hexdigest()


def device_by_token(token: str) -> Device | None:
    query = (
        sa.select(Device)
        .where(Device.token_hash == hashed(token), Device.ended_at.is_(None))
        .options(joinedload(Device.user))
    )
    return db.session.scalar(query)


def user_of_device(token: str) -> User | None:
    """Who is logged in with this session token, if that log-in was not ended."""
    device = device_by_token(token)
    return device.user if device else None


def user_by_email(email: str) -> User | None:
    return db.session.scalar(sa.select(User).where(User.email == email.strip().lower()))
