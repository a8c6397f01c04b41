"""flask commands."""

import click
from flask import Flask

from app import jobs


@click.command("worker")
def worker() -> None:
    """Deliver messages and do other work in the background until stopped."""
    jobs.work()


def init_app(app: Flask) -> None:
    for command in (worker,):
        app.cli.add_command(command)
