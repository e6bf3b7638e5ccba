"""Bringing the database to the tables of this code, and copies of an empty, migrated database.

A database knows which migrations it has by a hash over the migration files, so that a start costs one query.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

import fordran
from fordran.core.problems import Refused
from fordran.db import roles
from fordran.db.embedded import ConnectionInfo

_LOCK = 0x464F5244  # any number, the same in every process


def code_state() -> str:
    """A hash over all migration files, and the versions of Django and of the queue, which bring tables of their own."""
    import django
    import procrastinate

    digest = hashlib.sha256(f"{django.get_version()} {procrastinate.__version__}".encode())
    root = Path(fordran.__file__).parent
    for path in sorted(root.glob("*/migrations/*.py")):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def database_state(connection: psycopg.Connection) -> str:
    """The hash stored in the database; empty before the first migration."""
    try:
        row = connection.execute("select value from fordran_state where key = 'migrations'").fetchone()
    except psycopg.errors.UndefinedTable:
        return ""
    return str(row[0]) if row else ""


def migrate(info: ConnectionInfo, database: str | None = None, *, force: bool = False) -> bool:
    """Run what is missing, as owner, one process at a time. True when something ran; raises Refused when it failed."""
    wanted = code_state()
    with info.connect("owner", database) as owner:
        if database_state(owner) == wanted and not force:
            return False
        owner.execute("set lock_timeout = 0")
        owner.execute("select pg_advisory_lock(%s)", [_LOCK])
        try:
            if database_state(owner) == wanted and not force:
                return False
            _run_django_migrate(database or info.database)
            owner.execute(
                "insert into fordran_state (key, value) values ('migrations', %s) "
                "on conflict (key) do update set value = excluded.value",
                [wanted],
            )
        finally:
            owner.execute("select pg_advisory_unlock(%s)", [_LOCK])
    return True


def _run_django_migrate(database: str) -> None:
    # A process of its own: Django in this one may already be set up, as another role.
    env = dict(os.environ, FORDRAN_ROLE="owner", FORDRAN_DATABASE=database, DJANGO_SETTINGS_MODULE="fordran.config.settings")
    done = subprocess.run([sys.executable, "-m", "django", "migrate", "--skip-checks", "--verbosity", "0", "--no-input"], env=env,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)  # fmt: skip
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        if os.environ.get("FORDRAN_DEBUG"):
            sys.stderr.write(done.stderr)
        raise Refused("the tables could not be brought up to date: " + (said[-1] if said else "no reason was given"))


def template(info: ConnectionInfo) -> str:
    """The name of an empty, migrated database for this code; made once, older ones are dropped."""
    name = f"fordran_tpl_{code_state()[:12]}"
    with info.connect("owner", "postgres") as owner:
        if _exists(owner, name):
            return name
        owner.execute("set lock_timeout = 0")  # who comes second waits for all the migrations
        owner.execute("select pg_advisory_lock(%s)", [_LOCK + 1])
        if _exists(owner, name):
            return name
        for row in owner.execute("select datname from pg_database where datname like 'fordran\\_tpl\\_%'").fetchall():
            drop(owner, row[0])
        making = f"{name}_making"
        drop(owner, making)
        roles.make_database(owner, making)
        with info.connect("owner", making) as inside:
            roles.prepare_database(inside)
        migrate(info, making)
        owner.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(name)))
    return name


@contextmanager
def scratch_database(info: ConnectionInfo) -> Iterator[str]:
    """An empty, migrated database for as long as the block lasts; yields its name."""
    source = template(info)
    name = f"fordran_scratch_{os.getpid()}_{secrets.token_hex(4)}"
    with info.connect("owner", "postgres") as owner:
        _sweep(owner, info)
        roles.make_database(owner, name, source)
    try:
        yield name
    finally:
        with info.connect("owner", "postgres") as owner:
            drop(owner, name)


def _exists(owner: psycopg.Connection, name: str) -> bool:
    return owner.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is not None


def drop(owner: psycopg.Connection, name: str) -> None:
    """Drop a database with whoever is in it; `owner` is in autocommit."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    for _ in range(50):
        try:
            owner.execute(statement)
            return
        except psycopg.errors.InsufficientPrivilege:
            time.sleep(0.2)  # the server's own clean-up is at work in it, which only a superuser may send away; it ends soon
    owner.execute(statement)


def _sweep(owner: psycopg.Connection, info: ConnectionInfo) -> None:
    """Drop copies left by processes that were killed; only where those processes are on this machine."""
    if not info.embedded:
        return
    for (name,) in owner.execute("select datname from pg_database where datname like 'fordran\\_scratch\\_%'").fetchall():
        pid = name.split("_")[2]
        if pid.isdigit() and not _lives(int(pid)):
            drop(owner, name)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
