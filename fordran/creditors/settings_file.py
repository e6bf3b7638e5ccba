"""A creditor's settings as a TOML file. Pure: preview and stories read the same tables without a database.

Unknown keys are refused by name. The keys are listed in docs/how-to/write-a-settings-file.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from fordran.core.checkdigits import luhn_holds
from fordran.core.findings import Level
from fordran.core.money import parse_kronor
from fordran.core.problems import Problem, Refused
from fordran.process.facts import ClaimKind
from fordran.process.policy import Layer, Limits, Rests
from fordran.process.profile import CreditorProfile, ExclusionRow, PostalAddress


class _Bad(ValueError):
    """One value is not what the key asks for; the message says what to write."""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Bad('write text in quotes, for example "Granholms Bygg AB"')
    return value.strip()


def _digits(length: range, what: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        digits = _text(str(value) if isinstance(value, int) else value).replace("-", "").replace(" ", "")
        if digits and (not digits.isdigit() or len(digits) not in length or not luhn_holds(digits)):
            raise _Bad(f"{value!r} is not a {what}: the last digit is a check digit; check every digit")
        return digits

    return read


def _iban(value: Any) -> str:
    text = _text(value).replace(" ", "").upper()
    if not text:
        return ""
    turned = text[4:] + text[:4]
    if (
        not (15 <= len(text) <= 34 and text.isalnum() and text[:2].isalpha())
        or int("".join(str(int(c, 36)) for c in turned)) % 97 != 1
    ):
        raise _Bad(f"{value!r} is not an IBAN; check every character")
    return text


def _swish(value: Any) -> str:
    digits = _text(str(value) if isinstance(value, int) else value).replace(" ", "")
    if digits and (not digits.isdigit() or len(digits) != 10 or not digits.startswith("123")):
        raise _Bad(f"{value!r} is not a Swish number for companies: ten digits that begin with 123")
    return digits


def _yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Bad("write true or false")
    return value


def _day(value: Any) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else _no_day(value)
    except ValueError:
        return _no_day(value)


def _no_day(value: Any) -> date:
    raise _Bad(f"{value!r} is not a day; write YYYY-MM-DD")


def _number(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise _Bad(f"write a whole number from {least} to {most}, not {value!r}")
        return value

    return read


def _percent(value: Any) -> Decimal:
    try:
        rate = Decimal(str(value).replace(",", "."))
    except InvalidOperation:
        rate = Decimal(-1)
    if not 0 <= rate <= 100:
        raise _Bad(f"{value!r} is not a yearly rate in percent from 0 to 100")
    return rate


def _amount(value: Any) -> int:
    try:
        return parse_kronor(str(value))
    except ValueError as error:
        raise _Bad(str(error)) from None


def _one_of(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise _Bad(f"write one of {', '.join(words)}, not {value!r}")
        return str(value)

    return read


def _kinds(value: Any) -> tuple[ClaimKind, ...]:
    values = [value] if isinstance(value, str) else value
    try:
        return tuple(ClaimKind(v) for v in values)
    except (ValueError, TypeError):
        raise _Bad(f"write a list of {', '.join(ClaimKind)}") from None


def _organisation_number(value: Any) -> str:
    digits = _text(str(value) if isinstance(value, int) else value).replace("-", "").replace(" ", "")
    if len(digits) == 12 and digits.startswith("16"):
        digits = digits[2:]
    if len(digits) == 12 and digits[:2] in {"19", "20"}:  # a sole trader's own number
        digits = digits[2:]
    if len(digits) != 10 or not luhn_holds(digits):
        raise _Bad(f"the organisation number {value!r} is not valid; check the digits")
    return digits


def _accounts(value: Any) -> tuple[str, ...]:
    """An IBAN, or the digits of a giro or bank account."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list):
        raise _Bad('write a list of accounts in quotes, for example ["SE35 5000 0000 0549 1000 0003"]')
    found = []
    for one in values:
        text = _text(one).replace(" ", "").replace("-", "").upper()
        if not text.isdigit():
            text = _iban(text)
        if text:
            found.append(text)
    return tuple(found)


_Reader = Callable[[Any], Any]
_CREDITOR: Mapping[str, tuple[str, _Reader]] = {
    "name": ("name", _text), "organisation_number": ("number", _organisation_number), "mode": ("mode", _one_of("own", "agency")),
    "permit": ("permit", _text), "permit_until": ("permit_until", _day), "debt_description": ("debt_description", _text),
    "claim_kinds": ("claim_kinds", _kinds), "terms_agreed_from": ("terms_agreed_from", _day), "due_agreed": ("due_agreed", _yes),
    "interest_text": ("interest_text", _yes), "interest_rate": ("interest_rate", _percent), "active": ("active", _yes),
    "is_business": ("is_business", _yes), "office_name": ("office_name", _text),
    "office_number": ("office_number", _organisation_number), "email_letters": ("email_letters", _yes),
    "confirms_payments": ("confirms_payments", _yes),
}  # fmt: skip
_ACCOUNT: Mapping[str, tuple[str, _Reader]] = {
    "bankgiro": ("bankgiro", _digits(range(7, 9), "bankgiro number")),
    "plusgiro": ("plusgiro", _digits(range(2, 9), "plusgiro number")),
    "iban": ("iban", _iban), "swish": ("swish", _swish), "more": ("more_accounts", _accounts),
    "expects_file": ("expects_bank_file", _yes),
}  # fmt: skip
_FILTER: Mapping[str, tuple[str, _Reader]] = {
    "days": ("days", _number(0, 3650)), "import_from": ("import_from", _day), "friendly_notice": ("friendly_notice", _yes),
    "notice_days": ("notice_days", _number(7, 365)), "pay_days": ("pay_days", _number(10, 365)),
    "demand_wait": ("demand_wait", _number(3, 365)), "demand_days": ("demand_days", _number(8, 365)),
    "choice_wait": ("choice_wait", _number(4, 365)), "late_payment_compensation": ("late_payment_compensation", _yes),
    "after_own_reminder": ("after_own_reminder", _one_of("reminder", "demand")),
    "terms_agreed_from": ("terms_agreed_from", _day), "due_agreed": ("due_agreed", _yes),
    "interest_text": ("interest_text", _yes), "interest_rate": ("interest_rate", _percent),
}  # fmt: skip
_ADDRESS: Mapping[str, tuple[str, _Reader]] = {k: (k, _text) for k in ("name", "street", "postcode", "town", "country")}
_CONTACT: Mapping[str, tuple[str, _Reader]] = {"email": ("contact_email", _text), "phone": ("contact_phone", _text)}

TABLES = ("creditor", "account", "payout", "address", "contact", "filter", "class", "customer", "exclude", "rests")
TABLES_OF_OTHERS = ("payouts", "price")
"""Read by another room (`payouts.terms`)."""


class _Reading:
    """Collects every problem of the file before it is refused, so that one reading names them all."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def table(
        self, data: Any, keys: Mapping[str, tuple[str, _Reader]], where: str, ignored: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if not isinstance(data, dict):
            self.bad(where, "", "this must be a table")
            return values
        for key, value in data.items():
            if key in ignored:
                continue
            if key not in keys:
                self.bad(where, key, f"there is no setting {key!r} here; known are {', '.join([*keys, *ignored])}")
                continue
            name, read = keys[key]
            try:
                values[name] = read(value)
            except _Bad as error:
                self.bad(where, key, str(error))
        return values

    def bad(self, record: str, field: str, message: str) -> None:
        self.problems.append(Problem(f"[{record}]" if record else "", field, message))

    def rows(self, data: Any, where: str) -> list[dict[str, Any]]:
        if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
            self.bad(where, "", f"write [[{where}]] before each row")
            return []
        return data

    def layer(self, data: Mapping[str, Any], where: str, ignored: tuple[str, ...] = ()) -> Layer:
        values = self.table(data, _FILTER, where, ("limits", *ignored))
        return Layer(limits=self.limits(data.get("limits", {}), where), **values)

    def limits(self, data: Any, where: str) -> dict[str, Limits]:
        cards: dict[str, Limits] = {}
        for currency, card in data.items() if isinstance(data, dict) else ():
            place = f"{where}.limits.{currency}"
            if not (len(currency) == 3 and currency.isupper() and currency.isalpha()):
                self.bad(place, "", "name the card by its currency in three capitals, for example SEK")
            ends = self.table(card, {"min": ("min_minor", _amount), "max": ("max_minor", _amount)}, place)
            low, high = ends.get("min_minor"), ends.get("max_minor")
            if low is not None and high is not None and low > high:
                self.bad(place, "min", "the lowest amount is above the highest")
            cards[currency] = Limits(low, high)
        return cards

    def layers(self, data: Any, where: str) -> dict[str, Layer]:
        found: dict[str, Layer] = {}
        for row in self.rows(data, where):
            key = row.get("key")
            if not isinstance(key, str) or not key:
                self.bad(where, "key", "name the class or the customer number in quotes")
            elif key in found:
                self.bad(where, "key", f"{key!r} stands here twice")
            else:
                found[key] = self.layer(row, where, ("key",))
        return found

    def exclusions(self, data: Any) -> tuple[ExclusionRow, ...]:
        found = []
        keys = {"customer": ("customer", _text), "class": ("class", _text), "reason": ("reason", _text), "until": ("until", _day)}
        for row in self.rows(data, "exclude"):
            values = self.table(row, keys, "exclude")
            if ("customer" in values) == ("class" in values):
                self.bad("exclude", "customer", "name either a customer or a class")
                continue
            level = Level.CUSTOMER if "customer" in values else Level.CLASS
            found.append(ExclusionRow(level, values[level], values.get("reason", ""), values.get("until")))
        return tuple(found)

    def payouts(self, data: Any) -> tuple[tuple[str, str, bool], ...]:
        readers: Mapping[str, _Reader] = {
            "bankgiro": _ACCOUNT["bankgiro"][1], "plusgiro": _ACCOUNT["plusgiro"][1], "iban": _iban, "account": _text,
        }  # fmt: skip
        found = []
        for row in self.rows(data, "payout"):
            keys = {"kind": ("kind", _one_of(*readers)), "number": ("number", lambda v: v), "preferred": ("preferred", _yes)}
            values = self.table(row, keys, "payout")
            if "kind" not in values or not values.get("number"):
                self.bad("payout", "number", "name the kind of account and its number")
                continue
            try:
                found.append((values["kind"], readers[values["kind"]](values["number"]), values.get("preferred", False)))
            except _Bad as error:
                self.bad("payout", "number", str(error))
        if sum(preferred for _, _, preferred in found) > 1:
            self.bad("payout", "preferred", "only one account can be the preferred one")
        return tuple(found)


def read_settings(text: str, extra_tables: tuple[str, ...] = ()) -> CreditorProfile:
    """The profile that a settings file describes. Raises Refused naming every table and key that is wrong."""
    return profile_of(load_toml(text), extra_tables)


def load_toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"this is not a TOML file: {error}", record="file") from None


def profile_of(data: Mapping[str, Any], extra_tables: tuple[str, ...] = ()) -> CreditorProfile:
    """As `read_settings`, from tables already loaded; `extra_tables` are read by somebody else (a story's events)."""
    reading = _Reading()
    for name in data:
        if name not in TABLES and name not in TABLES_OF_OTHERS and name not in extra_tables:
            known = ", ".join((*TABLES, *TABLES_OF_OTHERS, *extra_tables))
            reading.bad("", name, f"there is no table {name!r}; known are {known}")
    creditor = dict(data.get("creditor", {})) if isinstance(data.get("creditor", {}), dict) else {}
    ours = {k: creditor.pop(k) for k in ("late_payment_compensation", "after_own_reminder") if k in creditor}
    values = reading.table(creditor, _CREDITOR, "creditor")
    values |= reading.table(data.get("account", {}), _ACCOUNT, "account")
    values |= reading.table(data.get("contact", {}), _CONTACT, "contact")
    addresses = {}
    for kind, table in (data.get("address", {}) or {}).items():
        if kind not in ("sender", "invoice", "agreement"):
            reading.bad("address", kind, "known addresses are sender, invoice and agreement")
        else:
            addresses[kind] = PostalAddress(**reading.table(table, _ADDRESS, f"address.{kind}"))
    generic = reading.layer({**ours, **data.get("filter", {})}, "filter")
    rests = {}
    for currency, table in (data.get("rests", {}) or {}).items():
        rests[currency] = Rests(
            **reading.table(table, {"tiny": ("tiny_minor", _amount), "costs": ("costs_minor", _amount)}, f"rests.{currency}")
        )
    values.setdefault("name", "")
    values.setdefault("number", "")
    profile = CreditorProfile(
        **values, addresses=addresses, payouts=reading.payouts(data.get("payout", [])), generic=generic,
        classes=reading.layers(data.get("class", []), "class"), customers=reading.layers(data.get("customer", []), "customer"),
        exclusions=reading.exclusions(data.get("exclude", [])), rests=rests,
    )  # fmt: skip
    if reading.problems:
        raise Refused(reading.problems)
    return profile


LAYER_FIELDS = tuple(f.name for f in fields(Layer) if f.name != "limits")
