"""Handing letters over: claimed, rendered, sent, retried."""

from app import jobs


def deliver_waiting() -> None:
    """Send what is due."""


wake_delivery = jobs.job(deliver_waiting, every_minutes=1)
