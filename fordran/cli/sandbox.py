"""`fordran sandbox`: simulators of outside systems, on this machine only."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from fordran.cli.options import DAY, json_option
from fordran.cli.output import answer, note, progress_bar
from fordran.core.problems import Refused

if TYPE_CHECKING:
    from fordran.sandbox.world import Company, World

COMPANY_KEYS = ("own", "agency", "agency-two")
NEW_KEYS = ("new", "new-sister")
"""Companies that collect by themselves; here only when they are asked for."""


@click.group()
def command() -> None:
    """Simulators of outside systems. They speak the real protocols and listen on 127.0.0.1."""


@command.group()
def mail() -> None:
    """The inbox of everybody: an SMTP server that keeps what it gets."""


def _inbox() -> Path:
    return Path(os.environ.get("FORDRAN_HOME", "var")) / "sandbox" / "mail"


def _dir_option() -> Callable[..., Any]:
    return click.option(
        "--dir", "folder", type=click.Path(path_type=Path), default=_inbox, help="Where messages lie [FORDRAN_HOME/sandbox/mail]."
    )


@mail.command("serve")
@_dir_option()
@click.option("--port", default=2525, show_default=True, help="0 = any free one.")
def serve_mail(folder: Path, port: int) -> None:
    """Take messages until Ctrl-C."""
    from fordran.sandbox.mail import MailServer

    with MailServer(folder, port) as server:
        click.echo(f"ready: smtp://127.0.0.1:{server.port}")
        threading.Event().wait()


@mail.command("list")
@_dir_option()
@json_option
def list_(folder: Path, as_json: bool) -> None:
    """The messages that have come, oldest first."""
    from fordran.sandbox.mail import list_mail

    rows = [
        {"number": m.number, "to": m.recipient, "subject": m.subject, "attachments": [name for name, _ in m.attachments]}
        for m in list_mail(folder)
    ]
    words = "\n".join(f"{row['number']:>6}  {row['to']}  {row['subject']}" for row in rows) or "the inbox is empty"
    answer({"messages": rows}, as_json, words)


@mail.command()
@click.argument("number", type=int)
@_dir_option()
@click.option("--save", type=click.Path(path_type=Path, file_okay=False), help="Save the attachments in this folder.")
@json_option
def show(number: int, folder: Path, save: Path | None, as_json: bool) -> None:
    """One message; its attachments on wish."""
    from fordran.sandbox.mail import read_mail

    found = read_mail(folder, number)
    if save:
        save.mkdir(parents=True, exist_ok=True)
        for name, content in found.attachments:
            (save / Path(name).name).write_bytes(content)
    data = {
        "number": found.number,
        "from": found.sender,
        "to": found.recipient,
        "subject": found.subject,
        "message_id": found.message_id,
        "text": found.text,
        "attachments": [name for name, _ in found.attachments],
    }
    answer(data, as_json, f"{found.sender} -> {found.recipient}\n{found.subject}\n\n{found.text}")


@command.command("bankid")
@click.option("--port", default=8766, show_default=True, help="Of the service, over TLS; 0 = any free one.")
@click.option("--phone-port", default=8767, show_default=True, help="Of the telephone, for a browser; 0 = any free one.")
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), help="[FORDRAN_HOME/sandbox/bankid]")
@click.option("--name", default="Fordran", show_default=True, help="Who asks, as the telephone shows it.")
@click.option("--organisation-number", "number", default="5599000006", show_default=True, help="Theirs, ten digits.")
@click.option("--clock", "clock_url", default="", help="Address of a served world, whose time is followed [the machine's time].")
def serve_bankid(port: int, phone_port: int, folder: Path | None, name: str, number: str, clock_url: str) -> None:
    """BankID and a telephone, until Ctrl-C. What a relying party needs is written to the folder at each start."""
    from fordran.sandbox.bankid.clock import FollowedClock, MachineClock
    from fordran.sandbox.bankid.server import BankIdServer

    folder = folder or _inbox().with_name("bankid")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = BankIdServer(FollowedClock(clock_url) if clock_url else MachineClock(), port=port, phone_port=phone_port)
    server.start()
    files = server.write_files(folder, name=name, organisation_number=number, passphrase="sandbox")
    stop = _told_to_stop()
    click.echo(f"ready: {server.url}")
    note(f"the telephone: {server.phone_url}")
    note(f"certificates in {folder}: {', '.join(files)}; the passphrase of client.p12 is sandbox")
    try:
        stop.wait()
    finally:
        server.stop()


# ---- the world -------------------------------------------------------------------------------------------------------

_FIRST_DAY = date(2026, 1, 7)


def _world_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--size", type=click.IntRange(1, 5000), default=6, show_default=True, help="Invoices a day and company."),
        click.option(
            "--company",
            "keys",
            type=click.Choice((*COMPANY_KEYS, *NEW_KEYS)),
            multiple=True,
            help="Which of them; may be repeated [all that Fordran lives with: own, agency, agency-two].",
        ),  # fmt: skip
        click.option("--seed", type=int, default=1, show_default=True, help="Names all chance: the same seed, the same world."),
    ):
        command = option(command)
    return command


def _companies(keys: Sequence[str], size: int) -> list[Company]:
    from fordran.sandbox.world import EVERY_COMPANY

    return [EVERY_COMPANY[key].of_size(size) for key in (*COMPANY_KEYS, *NEW_KEYS) if key in (keys or COMPANY_KEYS)]


@command.command()
@_world_options
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), help="[FORDRAN_HOME/sandbox/world]")
@click.option("--port", default=8765, show_default=True, help="0 = any free one.")
@click.option("--from", "first_day", type=DAY, default=_FIRST_DAY, show_default=True, help="The office's first day.")
@click.option("--days", type=click.IntRange(0, 3660), default=0, show_default=True, help="Live so many days before serving.")
@click.option("--page-size", type=click.IntRange(1, 10_000), default=500, show_default=True, help="The most an ERP's page holds.")
@click.option("--keep-files/--forget-files", default=True, help="Of what is attached in the ERP: the files, or their names only.")
@click.option("--while-input", is_flag=True, help="Stop when standard input ends, as it does when the caller does.")
def serve(
    seed: int, keys: Sequence[str], size: int, folder: Path | None, port: int, first_day: date, days: int, page_size: int,
    keep_files: bool, while_input: bool,
) -> None:  # fmt: skip
    """Companies with their ERPs, debtors and bank, until Ctrl-C. A world that lies in the folder is gone on with."""
    from datetime import timedelta

    from fordran.sandbox.visma_net.settings import Behaviours
    from fordran.sandbox.world.serve import WorldServer

    folder = folder or _inbox().with_name("world")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    alone = _alone_with(folder)  # the lock lasts as long as the process
    kept = folder / "world.jsonl"
    world = _open_world(kept, folder, seed, first_day, _companies(keys, size))
    if days:
        _live(world, (world.last_day or first_day - timedelta(days=1)) + timedelta(days=days))
        world.save(kept)
    try:
        behaviours = Behaviours(keeps_files=keep_files)
        server = WorldServer(world, port=port, max_page_size=page_size, save_to=kept, behaviours=behaviours)
        server.start()
    except OSError as error:
        raise Refused(f"port {port} is taken; choose another", field="--port") from error
    stop = _told_to_stop()
    click.echo(f"ready: {server.url}")
    for key, member in world.members.items():
        note(f"{key}: {member.company.name}, tenant {member.numbers.tenant}, files in {folder / key}")
    note(f"all about them: {server.url}/_world/")
    if while_input:
        threading.Thread(target=_at_the_end_of_input, args=[stop.set], daemon=True).start()
    try:
        stop.wait()
    finally:
        server.stop()
        world.save(kept)
        alone.close()


def _told_to_stop() -> threading.Event:
    """Set by SIGTERM. Made before it is said that all is ready: who is told so may end us at once."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    return stop


def _at_the_end_of_input(then: Callable[[], object]) -> None:
    sys.stdin.read()
    then()


LOCK_TRIES, LOCK_PAUSE_SECONDS = 50, 0.2
"""A process that was told to stop writes its world first."""


def _alone_with(folder: Path) -> IO[bytes]:
    """Two processes must not live the same world. Raises Refused."""
    lock = (folder / ".lock").open("wb")
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except OSError:
            time.sleep(LOCK_PAUSE_SECONDS)
    raise Refused(f"another process serves the world in {folder}; stop it, or choose another folder", field="--dir")


def _open_world(kept: Path, folder: Path, seed: int, first_day: date, companies: Sequence[Company]) -> World:
    from fordran.sandbox.world import World

    if not kept.exists():
        return World(seed, first_day, companies, folder)
    try:
        world = World.load(kept, companies, folder)
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"{kept} cannot be gone on with: {error}; choose another folder or take it away", field="--dir") from error
    if (world.seed, world.first_day) != (seed, first_day):
        note(f"going on with the world of seed {world.seed} from {world.first_day}, which lies in {folder}")
    return world


def _live(world: World, to: date) -> None:
    from datetime import timedelta

    day = world.last_day + timedelta(days=1) if world.last_day else world.first_day
    with progress_bar((to - day).days + 1, "living") as on:
        while day <= to:
            world.day(day)
            day += timedelta(days=1)
            on(1)


@command.command("world")
@_world_options
@click.option("--from", "first_day", type=DAY, default=_FIRST_DAY, show_default=True)
@click.option("--to", type=DAY, required=True)
@json_option
def play_world(seed: int, keys: Sequence[str], size: int, first_day: date, to: date, as_json: bool) -> None:
    """The market alone, with nobody who collects: what happened, as a table."""
    from fordran.sandbox.world import World

    if to < first_day:
        raise Refused("the last day lies before the first", field="--to")
    world = World(seed, first_day, _companies(keys, size))
    _live(world, to)
    report = world.report()
    answer(report, as_json, _table(report["companies"]))


def _table(companies: dict[str, Any]) -> str:
    """A line for each thing that can happen, a column for each company."""
    from fordran.core.money import kronor

    keys = list(companies)
    rows: list[tuple[str, ...]] = [("", *keys)]
    rows += [(what, *(str(companies[key][what]) for key in keys)) for what in ("customers", "invoices")]
    currencies = sorted({currency for key in keys for currency in companies[key]["billed"]})
    for currency in currencies:
        rows.append((f"billed {currency}", *(kronor(companies[key]["billed"].get(currency, 0)) for key in keys)))
        paid = [companies[key]["money"].get(currency, {}).get("paid", 0) for key in keys]
        rows.append((f"paid {currency}", *(kronor(one) for one in paid)))
    for what in sorted({what for key in keys for what in companies[key]["happened"]}):
        rows.append((what.replace("_", " "), *(str(companies[key]["happened"].get(what, 0)) for key in keys)))
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = []
    for first, *rest in rows:
        lines.append(
            f"{first:<{widths[0]}}  " + "  ".join(f"{one:>{width}}" for one, width in zip(rest, widths[1:], strict=True))
        )
    return "\n".join(lines)
