"""flask commands."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from flask import Flask, current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from app.accounts.queries import user_by_email
from app.audit import guard_models
from app.audit.actions import record
from app.base import jobs, own_files
from app.base.config import ROOT
from app.base.db import db, transaction
from app.base.rules import RuleBroken
from app.certificates.issued import signing
from app.certificates.issued.signed_text import check
from app.certificates.verifying import words as verify_words
from app.files.json_files import FileWrong, Tally
from app.notifications.delivery import deliver_waiting
from app.organizations.actions import grant as give_role
from app.organizations.actions import withdraw
from app.organizations.models import Role
from app.organizations.queries import organization_by_slug
from app.organizations.region.actions import store_region
from app.organizations.region.files import read_region
from app.privacy import retention
from app.registrations.seats import seats
from app.roadmap.actions import store_plan
from app.roadmap.plan_files import read_plan
from app.sweeps import clocks, tombstones
from app.sweeps.queries import waiting_runs
from app.sweeps.wording import title_of
from app.web import proxies
from app.web.health import heartbeat

JSON_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("worker")
def worker() -> None:
    """Deliver messages and do other work in the background until stopped."""
    with suppress(Exception):  # a queue that is away comes back; the clock beats again
        heartbeat.beat()
    jobs.work()


@click.command("deliver-notifications")
def deliver_notifications() -> None:
    """Send the letters that are due now, without waiting for the worker."""
    outcomes = deliver_waiting()
    click.echo(
        f"sent {outcomes['sent']}, put off {outcomes['later']}, given up {outcomes['given_up']}"
    )


@click.command("import-plan")
@click.argument("file", type=JSON_FILE)
def import_plan(file: Path) -> None:
    """Load a plan of measures, or bring the loaded one up to date with its file."""
    with in_russian():
        load(lambda: store_plan(read_plan(file)))


@click.command("import-region")
@click.argument("file", type=JSON_FILE)
def import_region(file: Path) -> None:
    """Load municipalities and organizations, or bring them up to date with their file."""
    with in_russian():
        load(lambda: store_region(read_region(file)))


@click.command("demo")
@click.option("--if-empty", is_flag=True, help="Do nothing unless the database is empty.")
def demo(*, if_empty: bool) -> None:
    """Fill an empty database with an invented region to look around in."""
    # Loaded here: the demo's texts and people are no business of the web processes.
    from app.demo import state as demo_state
    from app.demo.accounts import PASSWORD, addresses
    from app.demo.build import build

    with in_russian():
        if if_empty and not demo_state.is_empty():
            return
        if demo_state.is_loaded():
            click.echo(_("The demo is loaded already."))
            return
        demo_state.refuse_real_data()
        with transaction():
            counts = build()
        clocks.believe()  # the invented rows tell of other days
        click.echo(
            _("Loaded: events %(event)s, people %(person)s, registrations %(registration)s.",
              **counts)
        )  # fmt: skip
        for address in addresses():
            click.echo(f"  {address}")
        click.echo(_("Password of all: %(password)s", password=PASSWORD))


def load(store: Callable[[], dict[str, Tally]]) -> None:
    """All of the file or nothing, and what became of its rows."""
    with transaction():
        tallies = store()
    for what, tally in tallies.items():
        click.echo(
            _(
                "%(what)s: %(new)s new, %(changed)s changed, %(same)s as before",
                what=what,
                new=tally.new,
                changed=tally.changed,
                same=tally.same,
            )
        )


@contextmanager
def in_russian() -> Iterator[None]:
    """Commands speak the language of the region; a refusal is one sentence and exit code 1."""
    with force_locale("ru"):
        try:
            yield
        except (FileWrong, RuleBroken) as refused:
            raise click.ClickException(str(refused)) from refused


@click.command("grant")
@click.argument("email")
@click.argument("organization")
@click.argument("role", type=click.Choice([role.value for role in Role]))
@click.option("--withdraw", "take_away", is_flag=True, help="Take the role away instead.")
def grant(email: str, organization: str, role: str, *, take_away: bool) -> None:
    """Give the account with this EMAIL a ROLE in the ORGANIZATION (its slug).

    The first administrator of the ministry begins so: the rest is done on the site.
    """
    with in_russian(), transaction():
        user = user_by_email(email)
        if user is None:
            raise RuleBroken(_("No account has the address %(email)s.", email=email))
        found = organization_by_slug(organization)
        if found is None:
            raise RuleBroken(_("No organization has the address “%(slug)s”.", slug=organization))
        act = withdraw if take_away else give_role
        if changed := act(user, found, Role(role)):
            record(
                "role.withdrawn" if take_away else "role.granted",
                user,
                organization_id=found.id,
                role=role,
            )
        click.echo(f"{user.email}: {role}, {found.short_name}" if changed else _("No change."))


@click.command("anonymize-expired")
@click.option("--dry-run", is_flag=True, help="Only say how many there are.")
def anonymize_expired(*, dry_run: bool) -> None:
    """Erase what is kept longer than the table of periods allows; the worker does it daily."""
    if dry_run:
        numbers = {kind: len(ids) for kind, ids in retention.expired().items()}
    else:
        numbers = retention.anonymize_expired()
    with in_russian():
        for kind, keeping in retention.RETENTION.items():
            click.echo(f"{keeping.what} ({keeping.how_long}): {numbers.get(kind, 0)}")
        for run in () if dry_run else waiting_runs():
            click.echo(_("Waits for the ministry: %(what)s", what=title_of(run)))


@click.command("after-restore")
def after_restore() -> None:
    """Erase and withdraw again what was erased and withdrawn since the backup was made that
    the database was restored from. A second time changes nothing."""
    from app.privacy.after_restore import apply_tombstones

    done = apply_tombstones()
    click.echo(
        f"tombstones new to the database: {done['known']}; erased again: {done['person']}; "
        f"withdrawn again: {done['consent']}; failed: {done['failed']}"
    )
    if done["failed"]:
        raise SystemExit(1)


@click.command("doctor")
def doctor() -> None:
    """Recount the seats from the registrations, look whether the log is guarded, files are
    closed to others, and a restored backup has brought back whom we erased; exit status 1 where
    something is wrong."""
    wrong = seats.differences()
    if stones := tombstones.unknown():
        click.echo(f"{len(stones)} erasures and withdrawals are unknown to the database. "
                   "It was restored from a backup: run «flask after-restore».")  # fmt: skip
    for slot, held in wrong:
        click.echo(
            f"slot {slot.id}: the counter says {slot.seats_taken}, registrations hold {held}"
        )
    complaints = list(not_guarded())
    for complaint in complaints:
        click.echo(complaint)
    for hint in proxies.in_settings(current_app):
        click.echo(hint)
    if wrong or complaints or stones:
        raise SystemExit(1)
    click.echo("Seats: every counter agrees with the registrations.")


def not_guarded() -> Iterator[str]:
    """What stands open, for the operator to mend."""
    own_files.close(current_app)
    for place in own_files.left_open(current_app):
        yield f"{place} can be read by other users of this machine: chmod go= {place}"
    if not guard_models.are_on(db.session.connection()):
        yield "the audit log can be changed: its triggers are gone, run «flask db upgrade»"


@click.command("verify")
@click.argument("text")
@click.option(
    "--key",
    "files",
    type=JSON_FILE,
    multiple=True,
    help="PEM or keys.json, for the database’s.",
)
def verify(text: str, files: tuple[Path, ...]) -> None:
    """Check the signature in TEXT, which stands in the QR code of a certificate («-»: read it
    from the input, so that it stays out of the shell's history).

    Exit status: 0 it is right, 1 it is not, 2 there is none to check.
    """
    with in_russian():
        try:
            keys = verify_words.keys_in(files) if files else signing.public_keys()
        except RuleBroken as broken:
            raise click.BadParameter(str(broken), param_hint="--key") from broken
        verdict = check(sys.stdin.read() if text == "-" else text, keys)
        for line in verify_words.in_words(verdict):
            click.echo(line)
    raise SystemExit(verify_words.EXIT_STATUS[verdict.answer])


def init_app(app: Flask) -> None:
    if "db" in sys.argv:  # Alembic takes 12 MB: only «flask db» carries it
        from flask_migrate import Migrate

        Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    for command in (
        *(worker, deliver_notifications, anonymize_expired, after_restore),
        *(import_plan, import_region, demo, grant, doctor, verify),
    ):
        app.cli.add_command(command)
