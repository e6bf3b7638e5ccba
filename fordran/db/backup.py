"""The database into a file and out of it again, by PostgreSQL's own programs.

A backup is taken as the role that only reads, while everybody works: it is the database as it stood in one moment. It is put
back into a database made anew, which takes the place of the present one only when it is whole; the present one is kept beside
under another name. Sealed identity numbers stay sealed: their keys (`HOME/keys.json`) are never in the file.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from fordran.core.problems import Refused
from fordran.db import connect, embedded, migrated, roles
from fordran.db.embedded import ConnectionInfo


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup that was read back: `tables` whose rows are in it."""

    path: Path
    size: int  # bytes
    tables: int


@dataclass(frozen=True, slots=True)
class Restored:
    """`before`: where the database that was there is kept; empty when there was none with anything in it."""

    database: str
    before: str


def back_up(info: ConnectionInfo, path: Path) -> Kept:
    """Write the database into `path` (mode 0600), which is only there once it is whole. Raises Refused."""
    if path.exists():
        raise Refused(f"{path} exists: give a file that is not there yet", field="FILE")
    if not path.parent.is_dir():
        raise Refused(f"there is no folder {path.parent}", field="FILE")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        _run(info, "pg_dump", "read", connect.database_name(info), "--format=custom", f"--file={part}")
        tables = _tables_in(part, info)
        with open(part, "rb") as handle:
            os.fsync(handle.fileno())
        os.link(part, path)  # unlike a rename it never replaces what somebody else has put there meanwhile
    except FileExistsError:
        raise Refused(f"{path} exists: give a file that is not there yet", field="FILE") from None
    finally:
        part.unlink(missing_ok=True)
    return Kept(path, path.stat().st_size, tables)


def restore(info: ConnectionInfo, path: Path, *, replace: bool) -> Restored:
    """Put a backup in the place of the present database, which is kept under another name. `replace` = although it holds
    something. Nobody may be connected to it. Raises Refused, and then everything is as it was before."""
    if not path.is_file():
        raise Refused(f"there is no file {path}", field="FILE")
    _tables_in(path, info)
    name = connect.database_name(info)
    full = _holds_something(info, name)
    if full and not replace:
        raise Refused(f"the database {name} holds something: say --replace to put the backup in its place; it is kept under "
                      "another name", field="--replace")  # fmt: skip
    mark = secrets.token_hex(3)
    making, before = f"{name}_restoring_{mark}", f"{name}_before_{mark}"
    with info.connect("owner", "postgres") as owner:
        roles.make_database(owner, making)
        try:
            _run(info, "pg_restore", "owner", making, "--exit-on-error", "--single-transaction", str(path))
            _change_places(owner, name, making, before)
        except BaseException:
            migrated.drop(owner, making)
            raise
        if not full:
            migrated.drop(owner, before)
    return Restored(name, before if full else "")


def _change_places(owner: psycopg.Connection, name: str, making: str, before: str) -> None:
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    old, new, kept = map(sql.Identifier, (name, making, before))
    try:
        owner.execute(rename.format(old, kept))
    except psycopg.errors.ObjectInUse:
        raise Refused(f"somebody is connected to the database {name}: stop web, workers and timers first") from None
    try:
        owner.execute(rename.format(new, old))
    except psycopg.Error:
        owner.execute(rename.format(kept, old))
        raise


def _holds_something(info: ConnectionInfo, name: str) -> bool:
    with info.connect("owner", name) as owner:
        try:
            row = owner.execute("SELECT EXISTS (SELECT 1 FROM creditors_creditor)").fetchone()
        except psycopg.errors.UndefinedTable:
            return False
    return bool(row and row[0])


def _tables_in(path: Path, info: ConnectionInfo) -> int:
    """How many tables have their rows in it. Raises Refused for a file that is no backup of ours, or cut off."""
    done = subprocess.run([_program(info, "pg_restore"), "--list", str(path)], capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise Refused(f"{path} is no backup, or not whole: {_last_words(done.stderr)}", field="FILE")
    found = re.findall(r" TABLE DATA public (\w+) ", done.stdout)
    if "creditors_creditor" not in found:
        raise Refused(f"{path} is a backup of something else", field="FILE")
    return len(found)


def _run(info: ConnectionInfo, program: str, role: str, database: str, *arguments: str) -> None:
    parameters = info.parameters(role, database)
    options = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "connect_timeout": "PGCONNECT_TIMEOUT"}
    env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "PGHOST": parameters["host"],
           "PGPORT": parameters["port"], "PGUSER": parameters["user"], "PGPASSWORD": parameters["password"],
           **{options[name]: value for name, value in parameters.items() if name in options}}  # fmt: skip
    command = [_program(info, program), "--no-password", "--dbname", database, *arguments]
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"{program} could not do it: {_last_words(done.stderr)}")


def _program(info: ConnectionInfo, name: str) -> str:
    """The server's own version of it where the server is ours; else what the machine has, which must not be older than the
    server."""
    if info.embedded:
        return str(embedded.programs(connect.home()) / name)
    found = shutil.which(name)
    if found is None:
        raise Refused(f"{name} is not installed here (on Debian: apt-get install postgresql-client)")
    return found


def _last_words(text: str) -> str:
    """The end of what a program said, without details that may quote a row."""
    said = [line for line in text.strip().splitlines() if "DETAIL" not in line and "CONTEXT" not in line]
    return said[-1] if said else "no reason was given"
