"""The page Borgenär as a form: what is read from it, refused, and stored, all in one press."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F

from fordran.core.problems import Problem, Refused
from fordran.creditors import accounts, origins
from fordran.creditors.history import record_change
from fordran.creditors.models import Creditor, PayoutAccount

DEBT = "creditor.debt_description"
LONGEST_DEBT = 80
LONGEST = {"name": 100, "street": 100, "postcode": 20, "town": 60, "country": 2, "email": 254, "phone": 40}

NO_DEBT = "write what the debts concern"
TOO_LONG = "the text is too long"
POSTCODE = "a Swedish postcode has five digits, for example 111 22"
EMAIL = "this is not an e-mail address"
PHONE = "a telephone number has at least six digits"
NAME_IN_NUMBER = "a telephone number holds digits, spaces, hyphens, brackets and a plus sign"


class Changed(Exception):  # noqa: N818 (an answer, not a fault)
    """Somebody else has changed the creditor since the person saw it. `creditor` is as it stands now."""

    def __init__(self, creditor: Creditor) -> None:
        super().__init__("the creditor was changed meanwhile")
        self.creditor = creditor


@dataclass(slots=True)
class Read:
    """What a form said, understood: values by field, and accounts by kind."""

    values: dict[str, str]
    accounts: dict[str, str]
    preferred: str = ""


@dataclass(slots=True)
class Saved:
    """What one press did. `kept`: kinds of account that were emptied and stay until another is approved."""

    changed: list[str] = field(default_factory=list)
    proposed: list[PayoutAccount] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def text_fields(creditor: Creditor) -> tuple[str, ...]:
    """The fields that a person may type, as in a settings file. In agency mode the sender is the office, and its own."""
    kinds = [kind for kind in origins.ADDRESSES if kind != "sender" or creditor.mode == "own"]
    addresses = [
        f"address.{kind}.{part}" for kind in kinds for part in origins.PARTS
        if part != "country" and not (kind == "sender" and part == "name")
    ]  # fmt: skip
    return (DEBT, *addresses, "contact.name", "contact.email", "contact.phone")


def account_kinds(creditor: Creditor) -> tuple[str, ...]:
    """A letter's slip has no place for a clearing number: in own collection a bank account is given as its IBAN."""
    return accounts.PRINTED if creditor.mode == "own" else accounts.KINDS


def stored(creditor: Creditor) -> dict[str, str]:
    """Every text field as it holds now."""
    values = origins.stored_values(creditor) | {DEBT: creditor.debt_description}
    return {name: values[name] for name in text_fields(creditor)}


def read(creditor: Creditor, typed: Mapping[str, str]) -> Read:
    """Understand what was typed: text by its field, accounts under `account.KIND`, `preferred`. Raises Refused naming every
    field that is wrong."""
    problems: list[Problem] = []
    values = {}
    countries = origins.stored_values(creditor)
    for name in text_fields(creditor):
        try:
            values[name] = _read(name, typed.get(name, ""), countries.get(f"{name.rpartition('.')[0]}.country") or "SE")
        except Refused as refused:
            problems += refused.problems
    found: dict[str, str] = {}
    try:
        found = accounts.read_accounts({kind: typed.get(f"account.{kind}", "") for kind in account_kinds(creditor)})
    except Refused as refused:
        problems += refused.problems
    if problems:
        raise Refused(problems)
    preferred = typed.get("preferred", "")
    return Read(values, found, preferred if preferred in found else "")


def _read(name: str, text: str, country: str) -> str:
    clean = " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())
    part = name.rpartition(".")[2]
    most = LONGEST_DEBT if name == DEBT else LONGEST[part]
    if len(clean) > most:
        raise Refused(TOO_LONG, name, str(most))
    if name == DEBT and not clean:
        raise Refused(NO_DEBT, name)
    if not clean:
        return ""
    if part == "postcode" and country == "SE":
        digits = re.sub(r"(?i)^SE?-|[\s-]", "", clean)
        if not re.fullmatch(r"[0-9]{5}", digits):
            raise Refused(POSTCODE, name)
        return f"{digits[:3]} {digits[3:]}"
    if part == "email":
        clean = clean.replace(" ", "")
        try:
            validate_email(clean)
        except ValidationError:
            raise Refused(EMAIL, name) from None
    if part == "phone":
        if not re.fullmatch(r"[0-9 +()/-]+", clean):
            raise Refused(NAME_IN_NUMBER, name)
        if sum(c.isdigit() for c in clean) < 6:
            raise Refused(PHONE, name)
    return clean


def hold(creditor: Creditor, version: int) -> Creditor:
    """The creditor, nobody else's until the end of the transaction. Raises Changed when it is another version by now."""
    row = Creditor.objects.select_for_update(no_key=True).get(pk=creditor.pk)
    if row.version != version:
        raise Changed(row)
    return row


def save(creditor: Creditor, form: Read, *, version: int, by: str, today: date) -> Saved:
    """Store the whole page. Inside a transaction. Raises Changed, and Refused when an account is another creditor's; neither
    stores anything. What changes nothing is no change: the version stays."""
    row = hold(creditor, version)
    before = stored(row)
    saved = Saved(changed=[name for name, value in form.values.items() if value != before[name]])
    before_accounts = accounts.standings(row)
    saved.proposed = accounts.save_accounts(row, form.accounts, preferred=form.preferred, by=by, today=today)
    after_accounts = accounts.standings(row)
    saved.kept = [kind for kind, one in after_accounts.items() if one.now and kind not in form.accounts]
    saved.changed += [f"account.{kind}" for kind in after_accounts if _differs(before_accounts[kind], after_accounts[kind])]
    if not saved.changed:
        return saved
    origins.store_values(row, {name: form.values[name] for name in saved.changed if name in form.values and name != DEBT})
    if DEBT in saved.changed:
        Creditor.objects.filter(pk=row.pk).update(debt_description=form.values[DEBT])
    _remember(row, saved.changed, form.values, by, today)
    changes: dict[str, tuple[object, object]] = {n: (before[n], form.values[n]) for n in saved.changed if n in form.values}
    record_change(row, today, by, "creditor", changes, unsaid=unsaid(row, changes))
    Creditor.objects.filter(pk=row.pk).update(version=F("version") + 1)
    return saved


def _differs(one: accounts.Standing, other: accounts.Standing) -> bool:
    return (one.wished, one.now, one.preferred) != (other.wished, other.now, other.preferred)


def _remember(creditor: Creditor, changed: Collection[str], values: Mapping[str, str], by: str, today: date) -> None:
    """A value that was typed as the ERP has it is the ERP's again."""
    known = origins.origins(creditor)
    theirs = [n for n in changed if n in values and n in known and values[n] and known[n].fetched == values[n]]
    origins.remember(creditor, theirs, origin=origins.ERP, by=by, on=today)
    origins.remember(creditor, [n for n in changed if n not in theirs], origin=origins.TYPED, by=by, on=today)


def unsaid(creditor: Creditor, fields: Collection[str]) -> list[str]:
    """Fields whose values stand in no event: a contact is a person; so is a sole trader with all it has."""
    return [name for name in fields if name.startswith("contact.") or (name != DEBT and accounts.unsaid(creditor))]


def fetch(
    creditor: Creditor, company: origins.ErpCompany, *, by: str, today: date, kinds: Collection[str]
) -> dict[str, tuple[str, str]]:
    """Take over what the ERP says of these addresses (and, with the first of them, the contact). Inside a transaction."""
    row = Creditor.objects.select_for_update(no_key=True).get(pk=creditor.pk)
    kinds = [kind for kind in kinds if kind != "sender" or row.mode == "own"]
    changes = origins.take_fetched(row, company, by=by, today=today, kinds=kinds, contact=row.mode == "own")
    if changes:
        record_change(row, today, by, "creditor", dict(changes), unsaid=unsaid(row, changes))
        Creditor.objects.filter(pk=row.pk).update(version=F("version") + 1)
    return changes
