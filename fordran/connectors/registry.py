"""Which connectors there are, by port. A new one is a folder and a line here; a module is loaded when first used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import cast

from fordran.core.problems import Problem, Refused
from fordran.ports.bank import BankExchange
from fordran.ports.clock import Clock
from fordran.ports.erp import Erp, SignIn, TokenStore, Turnstile
from fordran.ports.post import LetterChannel
from fordran.ports.signing import Signing


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    module: str
    connector: str
    settings: str


LETTER_CHANNELS: Mapping[str, Entry] = {
    "folder": Entry("PDF files in a folder", "fordran.connectors.folder.channel", "FolderChannel", "FolderSettings"),
    "smtp": Entry("e-mail", "fordran.connectors.smtp.channel", "SmtpChannel", "SmtpSettings"),
}


BANKS: Mapping[str, Entry] = {
    "folder": Entry("files in folders", "fordran.connectors.bank_folder.exchange", "BankFolder", "BankFolderSettings"),
}


ERPS: Mapping[str, Entry] = {
    "visma_net": Entry("Visma.net ERP", "fordran.connectors.visma_net.connector", "VismaNet", "VismaNetSettings"),
    "fortnox": Entry("Fortnox", "fordran.connectors.fortnox.connector", "Fortnox", "FortnoxSettings"),
}


def erp(name: str, settings: Mapping[str, object], *, clock: Clock, tokens: TokenStore, turnstile: Turnstile) -> Erp:
    """The ERP `name` of one creditor. Raises Refused for an unknown ERP, an unknown, a missing or an impossible setting."""
    return cast(Erp, _plugged(ERPS, "ERP", "erp", name, settings, clock=clock, tokens=tokens, turnstile=turnstile))


ERP_SIGN_INS: Mapping[str, Entry] = {
    "visma_net": Entry("Visma.net ERP", "fordran.connectors.visma_net.sign_in", "VismaConnect", "VismaNetSettings"),
    "fortnox": Entry("Fortnox", "fordran.connectors.fortnox.sign_in", "FortnoxSignIn", "FortnoxSettings"),
}


def erp_sign_in(name: str, settings: Mapping[str, object], *, clock: Clock) -> SignIn:
    """Where a person consents that we reach their ERP. Raises Refused for an ERP without such a sign-in, and as `erp`."""
    return cast(SignIn, _plugged(ERP_SIGN_INS, "sign-in to an ERP", "erp", name, settings, clock=clock))


INSTALLED: Mapping[str, str] = {"visma_net": "fordran.connectors.visma_net.installation"}
"""Where this installation may have one client for all companies of an ERP, told by the environment."""


def installed(name: str, environment: Mapping[str, str], tenant: str) -> tuple[dict[str, object], dict[str, str]] | None:
    """Settings and secrets that reach the company `tenant` of the ERP `name` by the installation's own client; None where it
    has none. Raises Refused for a setting that cannot be."""
    if name not in INSTALLED:
        return None
    module = importlib.import_module(INSTALLED[name])
    return cast("tuple[dict[str, object], dict[str, str]] | None", module.installed(environment, tenant))


SIGNING: Mapping[str, Entry] = {
    "bankid": Entry("BankID", "fordran.connectors.bankid.client", "BankId", "BankIdSettings"),
}


def signing(name: str, settings: Mapping[str, object], *, clock: Clock) -> Signing:
    """The way to sign `name`. Raises Refused for an unknown one, an unknown, a missing or an impossible setting."""
    return cast(Signing, _plugged(SIGNING, "way to sign", "signing", name, settings, clock=clock))


def bank_exchange(name: str, settings: Mapping[str, object]) -> BankExchange:
    """The exchange `name` with its settings. Raises Refused for an unknown exchange, an unknown or a missing setting."""
    return cast(BankExchange, _plugged(BANKS, "way to exchange files with a bank", "bank", name, settings))


def letter_channel(name: str, settings: Mapping[str, object]) -> LetterChannel:
    """The channel `name` with its settings. Raises Refused for an unknown channel, an unknown or a missing setting."""
    return cast(LetterChannel, _plugged(LETTER_CHANNELS, "letter channel", "channel", name, settings))


def _plugged(
    entries: Mapping[str, Entry], what: str, field: str, name: str, settings: Mapping[str, object], **surroundings: object
) -> object:
    entry = entries.get(name)
    if entry is None:
        raise Refused(f"there is no {what} {name!r}; there are {', '.join(entries)}", field=field)
    module = importlib.import_module(entry.module)
    shape = getattr(module, entry.settings)
    known = {f.name: f for f in fields(shape)}
    problems = [Problem(name, key, f"unknown setting; known are {', '.join(known)}") for key in settings if key not in known]
    problems += [
        Problem(name, key, "this setting is missing")
        for key, f in known.items()
        if f.default is MISSING and f.default_factory is MISSING and key not in settings
    ]
    if problems:
        raise Refused(problems)
    made: object = getattr(module, entry.connector)(shape(**settings), **surroundings)
    return made
