"""`fordran doctor`: is this installation sound? Each finding is a sentence, and a bad one says what to do."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import psycopg
from django.conf import settings

from fordran.config.health import own_connection, readiness
from fordran.core.problems import Refused
from fordran.countries.se.rates import REFERENCE_RATE, with_rates
from fordran.creditors.models import Creditor
from fordran.creditors.rates import added_rates
from fordran.day import world
from fordran.db import connect
from fordran.letters.render import FONTS, WEIGHTS
from fordran.ports.errors import PortError

MOST_SECONDS_APART = 5
LEAST_FREE_BYTES = 1_000_000_000
WARN_DAYS_BEFORE = 60
PATIENCE_SECONDS = 5.0


class Found(NamedTuple):
    """`what` was looked at; `ok` False = something has to be done, and `words` say what."""

    what: str
    ok: bool
    words: str


def examine(today: date) -> Iterator[Found]:
    """Everything, cheapest first; what needs the database is left out while it is away. As the batch role, after `ready`."""
    yield _place()
    yield from _files()
    yield _space("letters", letters_folder())
    yield _space("state", connect.home())
    database = list(_database(today))
    yield from database
    if all(found.ok for found in database):
        yield _clocks()
        yield _rates(today)
        yield from _outside()
    yield from _bankid()
    yield from _mail()


def letters_folder() -> Path:
    return Path(os.environ.get("FORDRAN_LETTERS") or connect.home() / "letters")


def _place() -> Found:
    home = connect.home()
    if not os.access(home, os.W_OK | os.X_OK):
        return Found("state", False, f"{home} cannot be written: it must belong to the user that runs Fordran")
    if home.stat().st_mode & 0o077:
        return Found("state", False, f"{home} holds keys and may be read by others on this machine: chmod 700 {home}")
    if not (home / "keys.json").exists():
        return Found("state", True, f"{home} is ours alone; no identity number has been sealed yet")
    return Found("state", True, f"{home} is ours alone; keep a copy of its keys.json elsewhere, apart from the backups")


def _files() -> Iterator[Found]:
    missing = [weight for weight in WEIGHTS if not any(FONTS.glob(f"*-{weight}.ttf"))]
    words = "letters have their fonts" if not missing else f"fonts are missing ({', '.join(missing)}): install Fordran again"
    yield Found("fonts", not missing, words)
    if not (Path(settings.STATICFILES_DIRS[0]) / "vendor/bootstrap/bootstrap.min.css").exists():
        yield Found("page files", False, "the files of the pages are missing: install Fordran again, or run `make setup`")
    elif settings.WHITENOISE_USE_FINDERS:
        yield Found("page files", True, "pages are served straight from the package; `fordran web` needs no more")
    else:
        yield Found("page files", True, f"pages are served from {settings.STATIC_ROOT}")


def _space(what: str, folder: Path) -> Found:
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if not os.access(there, os.W_OK):
        return Found(what, False, f"{folder} cannot be written: give it to the user that runs Fordran")
    free = shutil.disk_usage(there).free
    words = f"{free / 1e9:.1f} GB are free for {folder}"
    return Found(what, free >= LEAST_FREE_BYTES, words if free >= LEAST_FREE_BYTES else f"only {words}: make room")


def _database(today: date) -> Iterator[Found]:
    """For each role whose password is known here."""
    info = connect.server()
    for role in ("batch", "app", "read"):
        if info is not None and role not in info.passwords:
            yield Found(f"role {role}", True, "its password is not known on this machine, so it was not tried")
            continue
        found = readiness(role, lambda: today)
        for reason in found.reasons:
            yield Found(f"role {role}", False, reason.words)
        if not found.reasons:
            yield Found(f"role {role}", True, "reaches the database, whose tables are those of this code")


def _clocks() -> Found:
    """Leases end by the database's clock, tokens by this machine's."""
    try:
        with own_connection("batch") as connection:
            row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    except psycopg.Error as error:
        return Found("clocks", False, f"the database's clock could not be read ({type(error).__name__})")
    apart = abs(float(row[0] if row else 0) - world.clock().now())
    if apart > MOST_SECONDS_APART:
        return Found("clocks", False, f"this machine and the database differ by {apart:.0f} seconds: set both by NTP")
    return Found("clocks", True, "this machine and the database agree on the time")


def _rates(today: date) -> Found:
    until = with_rates(REFERENCE_RATE, added_rates()).known_until
    if until is None:
        return Found("law", True, "the reference rate has no end")
    if today > until:
        words = f"the reference rate is known to {until} only, so no interest can be counted: update Fordran"
        return Found("law", False, f"{words}, or `fordran law rate add`")
    near = today > until - timedelta(days=WARN_DAYS_BEFORE)
    more = "; the next half-year's is due soon: update Fordran, or `fordran law rate add`" if near else ""
    return Found("law", True, f"the reference rate is known to {until}{more}")


def _outside() -> Iterator[Found]:
    """Each creditor's ERP and bank, asked once. Creditors by number, as in the logs."""
    for creditor in Creditor.objects.order_by("id"):
        try:
            erp = world.erp_of(creditor)
            if erp is not None:
                erp.company()
                yield Found(f"ERP of creditor {creditor.pk}", True, "answers and lets us in")
        except (PortError, Refused) as error:
            yield Found(f"ERP of creditor {creditor.pk}", False, f"{error}")
        try:
            bank = world.exchange_of(creditor)
            if bank is not None:
                waiting = len(bank.waiting())
                yield Found(f"bank of creditor {creditor.pk}", True, f"can be reached; {waiting} files wait")
        except (PortError, Refused) as error:
            yield Found(f"bank of creditor {creditor.pk}", False, f"{error}")


def _bankid() -> Iterator[Found]:
    """Only where it is set up. Nobody is asked: a certificate that BankID does not accept shows at the first order."""
    try:
        if world.set_up_signing() is not None:
            yield Found("BankID", True, "its certificate and roots can be read")
    except Refused as refused:
        yield Found("BankID", False, f"{refused}; look at FORDRAN_BANKID_* (docs/how-to/connect-bankid.md)")


def _mail() -> Iterator[Found]:
    try:
        channels = world.letter_channels()
    except (PortError, Refused, ValueError) as error:
        yield Found("e-mail", False, f"its settings cannot be used: {error}")
        return
    if "smtp" not in channels:
        return
    host, port = os.environ["FORDRAN_SMTP_HOST"], int(os.environ.get("FORDRAN_SMTP_PORT") or 587)
    try:
        socket.create_connection((host, port), timeout=PATIENCE_SECONDS).close()
    except OSError as error:
        why = f"{host} does not answer on port {port} ({error.strerror or type(error).__name__})"
        yield Found("e-mail", False, f"{why}: see FORDRAN_SMTP_HOST and FORDRAN_SMTP_PORT")
        return
    yield Found("e-mail", True, f"{host} answers on port {port}")
