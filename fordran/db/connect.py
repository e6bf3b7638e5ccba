"""Which database a process talks to, and as which role.

`FORDRAN_HOME` (default `var`) holds all state. `DATABASE_URL` names a server of the operator's instead of the one that
comes along; the roles' passwords then lie in `HOME/database.json` (written by `fordran db init`) or in
FORDRAN_DB_PASSWORD_OWNER, _APP, _BATCH and _READ.
"""

from __future__ import annotations

import json
import os
import secrets
import urllib.parse
from pathlib import Path
from typing import Any

import psycopg

from fordran.core.problems import Refused
from fordran.db import embedded, roles
from fordran.db.embedded import ConnectionInfo


def home() -> Path:
    """Where all state lives."""
    return Path(os.environ.get("FORDRAN_HOME") or "var").resolve()


def role() -> str:
    """owner, app, batch or read: set by the command before Django starts."""
    return os.environ.get("FORDRAN_ROLE", "batch")


def use_role(name: str) -> None:
    """Choose the role of this process; only before Django is set up."""
    if name not in roles.LOGIN_ROLES:
        raise ValueError(f"no such role: {name}")
    os.environ["FORDRAN_ROLE"] = name


def database_name(info: ConnectionInfo) -> str:
    """The database in use: a scratch copy while a story is played, else the one of the installation."""
    return os.environ.get("FORDRAN_DATABASE") or info.database


def use_database(name: str | None) -> None:
    """Turn this process, and those it starts, to another database of the same server; None turns it back."""
    if name is None:
        os.environ.pop("FORDRAN_DATABASE", None)
    else:
        os.environ["FORDRAN_DATABASE"] = name
    from django.conf import settings

    if settings.configured:
        from django.db import connection

        connection.close()
        if connection.settings_dict.get("OPTIONS", {}).get("pool"):
            getattr(connection, "close_pool")()  # noqa: B009  (only PostgreSQL's wrapper has it)
        info = server()
        if info is not None:
            connection.settings_dict["NAME"] = name or info.database


def ensure_server() -> ConnectionInfo:
    """The server to use, started when it is the one that comes along. Raises Refused with what to do."""
    if os.environ.get("DATABASE_URL"):
        info = _external()
        if not info.passwords:
            initialise_external()
            info = _external()
        return info
    return embedded.ensure_running(home())


def server() -> ConnectionInfo | None:
    """The server to use, whether it runs or not; None when nothing has been set up yet."""
    return _external() if os.environ.get("DATABASE_URL") else embedded.known(home())


def _external() -> ConnectionInfo:
    parts = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
    name = urllib.parse.unquote(parts.path.lstrip("/"))
    options = {key: values[-1] for key, values in urllib.parse.parse_qs(parts.query).items()}
    host = options.pop("host", None) or urllib.parse.unquote(parts.hostname or "")
    if parts.scheme not in ("postgres", "postgresql") or not name or not host:
        raise Refused("DATABASE_URL must look like postgresql://USER:PASSWORD@HOST:PORT/DATABASE", field="DATABASE_URL")
    port = int(options.pop("port", None) or parts.port or 5432)
    return ConnectionInfo(host, port, name, _external_passwords(host, port), options, embedded=False)


def _external_passwords(host: str, port: int) -> dict[str, str]:
    known: dict[str, str] = {}
    path = home() / "database.json"
    if path.exists():
        known.update(json.loads(path.read_text()).get(f"{host}:{port}", {}))
    for short in roles.LOGIN_ROLES:
        value = os.environ.get(f"FORDRAN_DB_PASSWORD_{short.upper()}")
        if value:
            known[short] = value
    return known


def initialise_external(*, new_passwords: bool = False) -> None:
    """Roles, database and rights on the server of DATABASE_URL, whose user must be a superuser for this once.

    Raises Refused when it may not, or when the roles exist and their passwords are not known here.
    """
    info = _external()
    url = urllib.parse.urlsplit(os.environ["DATABASE_URL"])
    try:
        admin = psycopg.connect(urllib.parse.urlunsplit(url._replace(path="/postgres")), autocommit=True)
    except psycopg.OperationalError as error:
        raise Refused(f"the server of DATABASE_URL does not answer: {str(error).strip()}", field="DATABASE_URL") from None
    with admin:
        row = admin.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
        if not row or not row[0]:
            raise Refused("`fordran db init` needs a DATABASE_URL whose user is a superuser, this once", field="DATABASE_URL")
        if roles.OWNER in roles.existing(admin) and not info.passwords and not new_passwords:
            raise Refused("this server has Fordran's roles already: copy database.json from the home of the installation that "
                          "made them, or give them new passwords with `fordran db init --new-passwords`")  # fmt: skip
        passwords = {short: info.passwords.get(short) or secrets.token_urlsafe(24) for short in roles.LOGIN_ROLES}
        roles.make_roles(admin, passwords)
    _remember_external(info, passwords)
    info = _external()
    with info.connect("owner", "postgres") as owner:
        created = roles.make_database(owner, info.database)
    if not created:
        # The operator made it: hand it over.
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
            name = psycopg.sql.Identifier(info.database)
            admin.execute(psycopg.sql.SQL("ALTER DATABASE {} OWNER TO fordran_owner").format(name))
    with info.connect("owner") as owner:
        roles.prepare_database(owner)


def _remember_external(info: ConnectionInfo, passwords: dict[str, str]) -> None:
    home().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home() / "database.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    known[f"{info.host}:{info.port}"] = passwords
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        json.dump(known, handle, indent=1)


def django_database() -> dict[str, Any]:
    """The entry for Django's DATABASES. Before anything was set up it leads nowhere, and says so on first use."""
    entry: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "ATOMIC_REQUESTS": True, "CONN_HEALTH_CHECKS": True}
    info = server()
    if info is None or role() not in info.passwords:
        return entry | {"NAME": "not-set-up", "HOST": str(home() / "pg"), "USER": roles.LOGIN_ROLES[role()]}
    parameters = info.parameters(role(), database_name(info))
    entry |= {"NAME": parameters.pop("dbname"), "HOST": parameters.pop("host"), "PORT": parameters.pop("port"),
              "USER": parameters.pop("user"), "PASSWORD": parameters.pop("password"),
              "OPTIONS": dict(parameters)}  # fmt: skip
    if role() == "app":
        entry["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 12, "timeout": 10}
        entry.pop("CONN_HEALTH_CHECKS")
    else:
        entry["CONN_MAX_AGE"] = None
    return entry
