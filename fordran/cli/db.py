"""`fordran db`: the database that comes along, and what an operator does on a server of his own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from fordran.cli.options import json_option
from fordran.cli.output import answer, note


@click.group()
def command() -> None:
    """The database: start, stop, status, migrate, backup, restore, shell; init for a server of your own."""


@command.command()
@json_option
def start(as_json: bool) -> None:
    """Start the server, make what is missing, bring the tables up to date."""
    from fordran.db import connect, migrated

    info = connect.ensure_server()
    ran = migrated.migrate(info)
    answer({"running": True, "host": info.host, "database": info.database, "migrated": ran}, as_json,
           f"running: database {info.database} at {info.host}")  # fmt: skip


@command.command()
@json_option
def stop(as_json: bool) -> None:
    """Stop the server under FORDRAN_HOME; running transactions are rolled back."""
    from fordran.db import connect, embedded

    if os.environ.get("DATABASE_URL"):
        note("DATABASE_URL is set: that server is yours, and is left alone")
        answer({"stopped": False}, as_json, "")
        return
    stopped = embedded.stop(connect.home())
    answer({"stopped": stopped}, as_json, "stopped" if stopped else "it was not running")


@command.command()
@json_option
def status(as_json: bool) -> None:
    """Whether the server runs and its tables are those of this code. Starts nothing."""
    from fordran.db import connect, embedded, migrated

    info = connect.server()
    running = info is not None and (not info.embedded or embedded.is_running(connect.home()))
    data: dict[str, Any] = {"running": running, "home": str(connect.home())}
    words = f"not running ({connect.home()})"
    if info is not None and running:
        with info.connect("owner") as owner:
            current = migrated.database_state(owner) == migrated.code_state()
        data |= {"host": info.host, "database": info.database, "up_to_date": current}
        words = f"running: database {info.database} at {info.host}; tables " + (
            "up to date" if current else "need `fordran db migrate`"
        )
    answer(data, as_json, words)


@command.command()
@json_option
def migrate(as_json: bool) -> None:
    """Bring the tables up to date, as their owner."""
    from fordran.db import connect, migrated

    migrated.migrate(connect.ensure_server(), force=True)
    answer({"migrated": True}, as_json, "the tables are up to date")


@command.command()
@click.option(
    "--new-passwords",
    is_flag=True,
    help="Give roles that exist already new passwords; other installations on that server lose theirs.",
)
@json_option
def init(new_passwords: bool, as_json: bool) -> None:
    """Make roles, database and rights on the server of DATABASE_URL, whose user must be a superuser this once."""
    from fordran.core.problems import Refused
    from fordran.db import connect, migrated

    if not os.environ.get("DATABASE_URL"):
        raise Refused(
            "set DATABASE_URL to the server to use; without it the database that comes along needs no init", field="DATABASE_URL"
        )
    connect.initialise_external(new_passwords=new_passwords)
    migrated.migrate(connect.ensure_server())
    where = connect.home() / "database.json"
    answer({"initialised": True, "passwords": str(where)}, as_json, f"ready; the roles' passwords are in {where}")


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def backup(file: Path, as_json: bool) -> None:
    """Write the database into FILE, while everybody works. Keys and letters are not in it."""
    from fordran.db import backup, connect

    kept = backup.back_up(connect.ensure_server(), file.absolute())
    note(
        f"not in it: {connect.home() / 'keys.json'}, without which identity numbers stay sealed for ever, and the letters' folder"
    )
    answer({"file": str(kept.path), "bytes": kept.size, "tables": kept.tables}, as_json,
           f"{kept.path}: {kept.size / 1e6:.1f} MB, {kept.tables} tables, read back")  # fmt: skip


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Although the present database holds something; it is kept under another name.")
@json_option
def restore(file: Path, replace: bool, as_json: bool) -> None:
    """Put the backup FILE in the place of the database, and bring its tables up to date. Stop web and workers first."""
    from fordran.db import backup, connect, migrated

    info = connect.ensure_server()
    put = backup.restore(info, file.absolute(), replace=replace)
    ran = migrated.migrate(info, put.database)
    words = f"{put.database} is as it was in {file}" + ("; its tables were brought up to date" if ran else "")
    if put.before:
        words += f"; what was there is kept as {put.before}, until you drop it"
    note("now run `fordran verify` and `fordran doctor`; keys.json must be the one of that time or later")
    answer({"database": put.database, "before": put.before, "migrated": ran}, as_json, words)


@command.command()
@click.option("--role", type=click.Choice(["owner", "app", "batch", "read"]), default="read", show_default=True)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def shell(role: str, arguments: tuple[str, ...]) -> None:
    """psql, as one of the roles; what follows `--` is handed to psql."""
    import shutil

    from fordran.core.problems import Refused
    from fordran.db import connect, embedded

    info = connect.ensure_server()
    psql = str(embedded.programs(connect.home()) / "psql") if info.embedded else shutil.which("psql")
    if not psql:
        raise Refused("psql is not installed here (on Debian: apt-get install postgresql-client)")
    parameters = info.parameters(role, connect.database_name(info))
    env = dict(os.environ, PGHOST=parameters["host"], PGPORT=parameters["port"], PGUSER=parameters["user"],
               PGPASSWORD=parameters["password"], PGDATABASE=parameters["dbname"])  # fmt: skip
    os.execve(psql, [psql, *arguments], env)
