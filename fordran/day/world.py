"""Where the outside world is plugged in: the channels letters leave by, a creditor's ERP, its bank, the time of day.

Channels and BankID are set by the environment; an ERP and a bank by the creditor's connection. FORDRAN_WORLD_CLOCK names the
address of a simulated world, whose time then holds instead of the machine's.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from pathlib import Path

from fordran.agreements.orders import Desk
from fordran.connectors import registry
from fordran.connectors.registry import letter_channel
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.db.connect import home
from fordran.erp.access import SharedToken, SharedTurnstile
from fordran.erp.connections import all_settings, bank_of, connection_of
from fordran.erp.models import Connection
from fordran.ports.bank import BankExchange
from fordran.ports.clock import Clock
from fordran.ports.erp import Erp
from fordran.ports.post import LetterChannel

_given: list[Clock] = []


def use_clock(given: Clock | None) -> None:
    """This process lives in a simulated world, whose clock this is; None = it no longer does."""
    _given[:] = [given] if given is not None else []


@cache
def _world_clock(url: str) -> Clock:
    from fordran.connectors.clock import WorldClock

    return WorldClock(url)


def clock() -> Clock:
    """The time that connectors wait by. Days never come from here."""
    if _given:
        return _given[0]
    from fordran.connectors.clock import SystemClock  # loads an HTTP client, which few commands need

    url = os.environ.get("FORDRAN_WORLD_CLOCK")
    return _world_clock(url) if url else SystemClock()


def erp_of(creditor: Creditor) -> Erp | None:
    """The creditor's ERP, as it is connected; None without one. Raises Refused when its settings are not whole."""
    known = connection_of(creditor)
    return plugged_in(known) if known is not None else None


def plugged_in(known: Connection, time: Clock | None = None) -> Erp:
    """The connector of this connection; it waits by `time`, else by everybody's clock. Raises Refused."""
    time = time or clock()
    return registry.erp(
        known.connector, all_settings(known), clock=time, tokens=SharedToken(known.creditor_id),
        turnstile=SharedTurnstile(known.creditor_id, time),
    )  # fmt: skip


def label_of(connector: str) -> str:
    """What people call the system behind a connector of an ERP; the connector's own name where there is none such."""
    entry = registry.ERPS.get(connector)
    return entry.label if entry is not None else connector


def erp_names() -> list[str]:
    """The ERPs that there are connectors for."""
    return list(registry.ERPS)


def exchange_of(creditor: Creditor) -> BankExchange | None:
    """Where the creditor's bank files are exchanged; None when a person reads them in. Raises Refused."""
    known = bank_of(creditor)
    return registry.bank_exchange(known.connector, all_settings(known)) if known is not None else None


def letter_channels(directory: str | None = None) -> dict[str, LetterChannel]:
    """The folder `HOME/letters` (or FORDRAN_LETTERS, or `directory`), and e-mail where FORDRAN_SMTP_HOST is set."""
    folder = directory or os.environ.get("FORDRAN_LETTERS") or str(home() / "letters")
    channels = {"folder": letter_channel("folder", {"directory": folder})}
    host = os.environ.get("FORDRAN_SMTP_HOST")
    if host:
        settings: dict[str, object] = {"host": host, "from_address": os.environ.get("FORDRAN_SMTP_FROM", "")}
        for name, key in (("port", "PORT"), ("security", "SECURITY"), ("username", "USER"), ("password", "PASSWORD")):
            value = os.environ.get(f"FORDRAN_SMTP_{key}")
            if value:
                settings[name] = int(value) if name == "port" else value
        channels["smtp"] = letter_channel("smtp", settings)
    return channels


BANKID = ("certificate", "server_root", "signature_root", "organisation_number", "key", "base_url")


def signing() -> Desk | None:
    """BankID for the pages; None where it is not set up. When its settings are not whole that is an error in the log, and the
    pages go on without it: people have other ways in."""
    try:
        return set_up_signing()
    except Refused as refused:
        logging.getLogger(__name__).error("BankID cannot be used: %s", refused)
        return None


def set_up_signing() -> Desk | None:
    """BankID as FORDRAN_BANKID_* say; None where it is not set up. Always by the machine's own time: people's telephones have
    that too. Raises Refused when the settings are not whole."""
    found = tuple((name, os.environ.get(f"FORDRAN_BANKID_{name.upper()}", "")) for name in BANKID)
    return _desk(found, os.environ.get("FORDRAN_BANKID_PASSPHRASE_FILE", "")) if found[0][1] else None


@cache
def _desk(found: tuple[tuple[str, str], ...], passphrase_file: str) -> Desk:
    from fordran.connectors.clock import SystemClock

    settings: dict[str, object] = {name: value for name, value in found if value}
    if passphrase_file:
        try:
            settings["passphrase"] = Path(passphrase_file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise Refused(f"cannot read {passphrase_file}: {error.strerror}", field="FORDRAN_BANKID_PASSPHRASE_FILE") from None
    time = SystemClock()
    return Desk(registry.signing("bankid", settings, clock=time), time)
