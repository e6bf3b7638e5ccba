"""`fordran demo`: two invented companies with some months of life behind them, and the pages to see them with."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fordran.cli.output import note
from fordran.core.problems import Refused

if TYPE_CHECKING:
    from fordran.cli.living.demonstration import Demonstration


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Default: the next free port from 8000.")
@click.option("--new", is_flag=True, help="Begin anew: this home's database and the sandbox's world are thrown away.")
@click.option("--build-only", is_flag=True, help="Build the world and stop.")
@click.option("--live-one-more-day", is_flag=True, hidden=True, help="What the button on the pages does.")
@click.option("--send", is_flag=True, hidden=True, help="Send what has been approved: what the approval on the pages does.")
def command(port: int | None, new: bool, build_only: bool, live_one_more_day: bool, send: bool) -> None:
    """Build the demonstration, unless it stands already, and serve it until Ctrl-C. The sandbox runs beside it."""
    os.environ["FORDRAN_DEMO"] = "1"
    from fordran.cli.django_ready import ready
    from fordran.db import connect

    was_running = _database_runs()
    if new:
        _throw_away()
    ready("batch")
    os.environ.pop("FORDRAN_SMTP_HOST", None)  # no letter of the demonstration leaves this machine
    folder = connect.home() / "sandbox" / "world"
    if live_one_more_day or send:
        _beside_the_pages(folder, send)
        return
    from fordran.cli.living import demonstration
    from fordran.cli.living.newcomers import erp_settings
    from fordran.cli.living.outside import sandbox

    demonstration.belongs_together(folder / "world.jsonl")
    seed, first_day, keys, size = demonstration.SEED, demonstration.FIRST_DAY, demonstration.WORLD_KEYS, demonstration.SIZE
    with sandbox(folder, seed=seed, first_day=first_day, keys=keys, size=size) as url:
        os.environ |= {"FORDRAN_WORLD_CLOCK": url, **erp_settings(url, demonstration.PAGE_SIZE)}
        _build(demonstration.Demonstration(url, folder))
        if not build_only:
            _serve(port, stop_database=not was_running)


def _beside_the_pages(folder: Path, send: bool) -> None:
    """In a process that the pages have started: the sandbox is the one that serves them."""
    from fordran.cli.living.demonstration import Demonstration

    url = os.environ.get("FORDRAN_WORLD_CLOCK")
    if not url:
        raise Refused("start the demonstration with `fordran demo`; its pages do this")
    one = Demonstration(url, folder)
    if send:
        one.send_approved_today()
    else:
        one.one_more_day()


def _build(one: Demonstration) -> None:
    from fordran.cli.living.demonstration import is_built

    one.move_in()
    if is_built():
        return
    note("building the demonstration: two invented companies and their life since August 2026, fetched over HTTP")
    bar = _Bar()
    one.build(bar.show)
    bar.end()
    for problem in one.problems:
        note(f"  {problem}")


def _database_runs() -> bool:
    """True when the database is somebody else's to stop."""
    from fordran.db import connect, embedded

    return bool(os.environ.get("DATABASE_URL")) or embedded.is_running(connect.home())


class _Bar:
    """One line that grows on a terminal; a line every tenth part in a log."""

    def __init__(self) -> None:
        self.started, self.shown, self.tty = time.monotonic(), -1, sys.stderr.isatty()

    def show(self, done: int, of: int) -> None:
        tenth = 10 * done // of
        if self.tty:
            filled = "#" * (40 * done // of)
            click.echo(f"\r  [{filled:<40}] day {done} of {of}", nl=False, err=True)
        elif tenth != self.shown:
            click.echo(f"  day {done} of {of}", err=True)
        self.shown = tenth

    def end(self) -> None:
        if self.tty:
            click.echo(err=True)
        note(f"built in {time.monotonic() - self.started:.0f} s; it is kept, so the next start takes seconds")


def _throw_away() -> None:
    """A fresh, migrated database in the place of the old one. The books refuse to be emptied, so the whole goes."""
    from psycopg import sql

    from fordran.db import connect, migrated, roles

    info = connect.ensure_server()
    name = connect.database_name(info)
    with info.connect("owner", "postgres") as owner:
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        roles.make_database(owner, name)
    with info.connect("owner") as owner:
        roles.prepare_database(owner)
    migrated.migrate(info)
    import shutil

    shutil.rmtree(connect.home() / "letters", ignore_errors=True)
    shutil.rmtree(connect.home() / "sandbox" / "world", ignore_errors=True)


def _serve(port: int | None, *, stop_database: bool) -> None:
    """The pages in a process of their own, as the role that row-level security holds for, until Ctrl-C or SIGTERM."""
    import signal
    import subprocess

    from django.db import connections

    from fordran.cli.living.door import connect_settings
    from fordran.cli.living.telephone import telephone
    from fordran.cli.web import choose_port
    from fordran.db import connect, embedded

    connections.close_all()
    bankid = ExitStack()
    env = dict(os.environ, FORDRAN_DEMO="1", FORDRAN_ROLE="app") | bankid.enter_context(
        telephone(connect.home() / "sandbox" / "bankid")
    )
    env |= connect_settings(os.environ["FORDRAN_WORLD_CLOCK"])
    command = [sys.executable, "-m", "fordran.cli.main", "web", "--port", str(choose_port(port))]
    pages = subprocess.Popen(command, env=env)
    signal.signal(signal.SIGTERM, lambda *_: pages.terminate())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends Ctrl-C to the pages too, which end by themselves
    try:
        pages.wait()
    finally:
        bankid.close()
        if stop_database:
            embedded.stop(connect.home())
