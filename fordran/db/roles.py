"""The database's roles, and making them.

| Role | Who uses it | What it may do |
|---|---|---|
| `fordran_owner` | migrations | owns the tables, makes scratch databases; never serves a page or a day |
| `fordran_app` | web and API | reads and writes what row-level security shows it |
| `fordran_batch` | the day, imports, stories, the command line | the same for every creditor (BYPASSRLS), no DDL |
| `fordran_read` | `verify`, checkers, backups | SELECT only, every creditor |
| `fordran_search` | nobody (NOLOGIN) | owns the one search function |

On append-only tables nobody but the owner has UPDATE, DELETE or TRUNCATE, and a trigger refuses even the owner.
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql

OWNER, APP, BATCH, READ, SEARCH = "fordran_owner", "fordran_app", "fordran_batch", "fordran_read", "fordran_search"
LOGIN_ROLES = {"owner": OWNER, "app": APP, "batch": BATCH, "read": READ}

_ATTRIBUTES = {
    OWNER: "LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS",
    APP: "LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS",
    BATCH: "LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE BYPASSRLS",
    READ: "LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE BYPASSRLS",
    SEARCH: "NOLOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE BYPASSRLS",
}
_SETTINGS = {
    OWNER: {"lock_timeout": "30s"},
    APP: {"statement_timeout": "60s", "idle_in_transaction_session_timeout": "120s"},
    READ: {"default_transaction_read_only": "on"},
}
_EXTENSIONS = ("pg_trgm", "unaccent")


def existing(admin: psycopg.Connection) -> set[str]:
    """Which of our roles this server has."""
    rows = admin.execute("select rolname from pg_roles where rolname = any(%s)", [list(_ATTRIBUTES)])
    return {row[0] for row in rows}


def make_roles(admin: psycopg.Connection, passwords: Mapping[str, str]) -> None:
    """Create or correct the roles. `passwords` by short name (owner, app, batch, read); `admin` is in autocommit."""
    there = existing(admin)
    for role, attributes in _ATTRIBUTES.items():
        verb = "ALTER" if role in there else "CREATE"
        admin.execute(sql.SQL("{} ROLE {} {}").format(sql.SQL(verb), sql.Identifier(role), sql.SQL(attributes)))
        for name, value in _SETTINGS.get(role, {}).items():
            admin.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(sql.Identifier(role), sql.Identifier(name), value))
    for short, password in passwords.items():
        admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(LOGIN_ROLES[short]), password))
    # The owner hands the search function over to its role, and may do so only as a member of it.
    admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(SEARCH), sql.Identifier(OWNER)))


def make_database(owner: psycopg.Connection, name: str, template: str | None = None) -> bool:
    """Create the database when it is missing, with who may connect; `owner` is in autocommit. True when created."""
    if owner.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
        return False
    copy = sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template)) if template else sql.SQL("")
    owner.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER)) + copy)
    owner.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    owner.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}, {}").format(*map(sql.Identifier, (name, APP, BATCH))))
    owner.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(READ)))
    return True


def prepare_database(owner: psycopg.Connection) -> None:
    """Inside a new database, as its owner: extensions where the server has them, and what each role gets on new tables."""
    for extension in _EXTENSIONS:
        if owner.execute("select 1 from pg_available_extensions where name = %s", [extension]).fetchone():
            owner.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
    owner.execute(
        """
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
        GRANT ALL ON SCHEMA public TO fordran_owner;
        GRANT USAGE ON SCHEMA public TO fordran_app, fordran_batch, fordran_read, fordran_search;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public
            GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO fordran_app, fordran_batch;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO fordran_read, fordran_search;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO fordran_app, fordran_batch;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO fordran_read;
        """
    )


def is_powerful(connection: psycopg.Connection) -> bool:
    """True when row-level security does not hold for the connected role."""
    row = connection.execute("select rolsuper or rolbypassrls from pg_roles where rolname = current_user").fetchone()
    return bool(row and row[0])
