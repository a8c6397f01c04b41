"""The public halves of the keys that sign certificates."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.base import clock
from app.base.db import Model


class SigningKey(Model):
    """A key that signed certificates, now or earlier: papers outlive keys. The private half
    never stands in the database."""

    key_id: Mapped[str] = mapped_column(sa.String(16), unique=True)  # beginning of its SHA-256
    public_key: Mapped[str] = mapped_column(sa.String(64))  # 32 bytes, base64url
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
