"""What a creditor has agreed about its payouts: prices, days, minimum, the bank's dialect, the account that pays.

They stand in the settings file too, under [payouts], [[payouts.from]] and [[price]]; docs/how-to/pay-out.md has an example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from fordran.cases.office import Office
from fordran.core.money import parse_kronor
from fordran.core.problems import Problem, Refused
from fordran.creditors.apply import apply_profile
from fordran.creditors.models import Creditor, PayoutAccount
from fordran.creditors.settings_file import load_toml, profile_of
from fordran.formats.pain import DIALECTS, Payee, Payer, read_payee
from fordran.formats.pain.dialects import VERSIONS
from fordran.payouts.models import SCHEDULES, PayingAccount, PayoutPlan, PriceList
from fordran.payouts.price import KEEPABLE, Price, Prices
from fordran.payouts.schedule import Schedule
from fordran.payouts.sealed import approve, approved

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DEFAULT_MINIMUM_MINOR = 10_000
"""100 in any currency: what a transfer and its book-keeping are hardly worth below. Ours, not a law's."""


@dataclass(frozen=True, slots=True)
class Plan:
    """As stored, or what holds without a row. `minimums` are öre by currency."""

    schedule: Schedule
    minimums: Mapping[str, int]
    dialect: str = "common"
    version: str = "03"
    payer_id: str = ""
    ocr: str = ""

    def minimum(self, currency: str) -> int:
        return max(1, self.minimums.get(currency, DEFAULT_MINIMUM_MINOR))


def plan_of(creditor: Creditor) -> Plan:
    row = PayoutPlan.objects.filter(creditor=creditor).first()
    if row is None:
        return Plan(Schedule(), {})
    schedule = Schedule(row.schedule, row.weekday, row.month_day)
    return Plan(schedule, row.minimums, row.dialect, row.version, row.payer_id, row.ocr)


def prices_of(creditor: Creditor) -> Prices:
    rows = PriceList.objects.filter(creditor=creditor).order_by("from_on")
    return Prices([
        Price(r.from_on, r.commission_permille, frozenset(r.keeps), r.case_fee_minor, r.vat_percent, r.taxes_kept) for r in rows
    ])  # fmt: skip


def payer_of(office: Office, plan: Plan) -> Payer:
    """Who stands as payer in the bank's file: the office in agency mode, else the creditor itself."""
    profile = office.profile
    agency = profile.mode == "agency"
    name = profile.office_name or profile.name if agency else profile.name
    number = plan.payer_id or (profile.office_number or profile.number if agency else profile.number)
    accounts = [
        (row.currency, Payee(row.kind, row.number), row.bic)
        for row in PayingAccount.objects.filter(creditor=office.creditor).order_by("id")
    ]
    if not accounts:
        printed = (("iban", profile.iban), ("bankgiro", profile.bankgiro), ("plusgiro", profile.plusgiro))
        accounts = [(office.country.currency, Payee(kind, number), "") for kind, number in printed if number]
    sender = profile.addresses.get("sender")
    return Payer(name, number, tuple(accounts), town=sender.town if sender else "")


def approved_account(creditor: Creditor, currency: str, home: str) -> Payee | None:
    """Where the creditor's money may go: an account that a second person has approved, with its seal, the preferred one first.
    Money in another currency than the country's goes to an IBAN only."""
    for row in approved(creditor):
        if currency == home or row.kind == "iban":
            try:
                return read_payee(row.kind, row.number)
            except Refused:
                continue
    return None


@transaction.atomic
def approve_account(creditor: Creditor, number: str, *, by: str, today: date) -> PayoutAccount:
    """A second person has looked: payouts may go to this account (`sealed.approve`). Raises Refused."""
    compact = "".join(c for c in number if c.isalnum()).upper()
    found = [
        row
        for row in PayoutAccount.objects.select_for_update().filter(creditor=creditor).order_by("id")
        if "".join(c for c in row.number if c.isalnum()).upper() == compact
    ]
    if not found:
        raise Refused(f"{creditor.name} has no payout account {number}; it is proposed in the settings file", field="ACCOUNT")
    return approve(creditor, found[0].pk, by=by, today=today)


# ---- the settings file ------------------------------------------------------------------------------------------


@transaction.atomic
def apply_settings(text: str) -> Creditor:
    """The whole settings file, with what it says of payouts. What it does not name is as if it had never been set. Raises
    Refused."""
    data = load_toml(text)
    profile = profile_of(data)
    plan, froms, prices = read_terms(data)
    creditor = apply_profile(profile)
    PayoutPlan.objects.filter(creditor=creditor).delete()
    if plan:
        PayoutPlan.objects.create(creditor=creditor, **plan)
    for model, rows in ((PayingAccount, froms), (PriceList, prices)):
        model.objects.filter(creditor=creditor).delete()  # type: ignore[attr-defined]
        for values in rows:
            model.objects.create(creditor=creditor, **values)  # type: ignore[attr-defined]
    return creditor


Values = dict[str, Any]


def read_terms(data: Mapping[str, Any]) -> tuple[Values, list[Values], list[Values]]:
    """Plan, paying accounts and price lists of a settings file's tables. Raises Refused naming every key that is wrong."""
    reading = _Reading([])
    payouts = data.get("payouts", {})
    plan, froms = {}, []
    if not isinstance(payouts, dict):
        reading.bad("payouts", "", "this must be a table")
    else:
        plan = reading.table("payouts", {k: v for k, v in payouts.items() if k != "from"}, _PLAN)
        froms = [
            reading.table("payouts.from", row, _FROM, ("number",))
            for row in reading.rows("payouts.from", payouts.get("from", []))
        ]
    froms = [_account(reading, row) for row in froms if "number" in row]
    prices = [reading.table("price", row, _PRICE, ("from_on",)) for row in reading.rows("price", data.get("price", []))]
    days = [row.get("from_on") for row in prices]
    if len(set(days)) != len(days):
        reading.bad("price", "from", "two price lists begin on the same day")
    if reading.problems:
        raise Refused(reading.problems)
    return plan, froms, prices


def _account(reading: _Reading, row: Values) -> Values:
    kind = row.get("kind", "bankgiro")
    try:
        return {**row, "kind": kind, "number": read_payee(kind, row["number"]).number}
    except Refused as refused:
        reading.bad("payouts.from", "number", str(refused))
        return row


@dataclass(slots=True)
class _Reading:
    problems: list[Problem]

    def bad(self, table: str, key: str, message: str) -> None:
        self.problems.append(Problem(f"[{table}]", key, message))

    def rows(self, table: str, data: Any) -> list[Values]:
        if isinstance(data, list) and all(isinstance(row, dict) for row in data):
            return data
        self.bad(table, "", f"write [[{table}]] before each row")
        return []

    def table(self, table: str, data: Values, keys: Mapping[str, tuple[str, Reader]], needs: tuple[str, ...] = ()) -> Values:
        values: Values = {}
        for key, value in data.items():
            if key not in keys:
                self.bad(table, key, f"there is no setting {key!r} here; known are {', '.join(keys)}")
                continue
            name, read = keys[key]
            try:
                values[name] = read(value)
            except (ValueError, TypeError, InvalidOperation) as error:
                self.bad(table, key, str(error) or f"{value!r} cannot be read")
        for name in needs:
            if name not in values and not any(p.record == f"[{table}]" for p in self.problems):
                self.bad(table, next(key for key, (field, _) in keys.items() if field == name), "this setting is missing")
        return values


Reader = Callable[[Any], Any]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("write text in quotes")
    return value.strip()


def _one_of(words: tuple[str, ...]) -> Reader:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"write one of {', '.join(words)}, not {value!r}")
        return str(value)

    return read


def _weekday(value: Any) -> int:
    return WEEKDAYS.index(_one_of(WEEKDAYS)(value)) + 1


def _whole(least: int, most: int) -> Reader:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"write a whole number from {least} to {most}, not {value!r}")
        return value

    return read


def _minimums(value: Any) -> dict[str, int]:
    cards = value if isinstance(value, dict) else {"SEK": value}
    for currency in cards:
        if not (len(currency) == 3 and currency.isalpha() and currency.isupper()):
            raise ValueError("name each minimum by its currency in three capitals, for example { SEK = 100 }")
    return {currency: _amount(minor) for currency, minor in cards.items()}


def _amount(value: Any) -> int:
    minor = parse_kronor(str(value))
    if minor < 0:
        raise ValueError(f"{value!r} is less than nothing")
    return minor


def _percent(value: Any) -> Decimal:
    found = Decimal(str(value).replace(",", "."))
    if not found.is_finite() or not 0 <= found <= 100:
        raise ValueError(f"{value!r} is not a number of per cent from 0 to 100")
    return found


def _permille(value: Any) -> int:
    found = _percent(value) * 10
    if found != int(found):
        raise ValueError("write the commission in per cent with at most one decimal, for example 7.5")
    return int(found)


def _keeps(value: Any) -> list[str]:
    return [_one_of(KEEPABLE)(one) for one in ([value] if isinstance(value, str) else value)]


def _day(value: Any) -> date:
    if type(value) is not date:
        raise ValueError(f"{value!r} is not a day; write YYYY-MM-DD without quotes")
    return value


def _yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("write true or false")
    return value


def _currency(value: Any) -> str:
    if not (isinstance(value, str) and len(value) == 3 and value.isalpha() and value.isupper()):
        raise ValueError("write the currency in three capitals, for example SEK")
    return value


_PLAN: Mapping[str, tuple[str, Reader]] = {
    "schedule": ("schedule", _one_of(SCHEDULES)), "weekday": ("weekday", _weekday), "month_day": ("month_day", _whole(1, 31)),
    "minimum": ("minimums", _minimums), "dialect": ("dialect", _one_of(tuple(DIALECTS))),
    "version": ("version", _one_of(VERSIONS)), "customer_at_bank": ("payer_id", _text), "ocr": ("ocr", _text),
}  # fmt: skip
_FROM: Mapping[str, tuple[str, Reader]] = {
    "currency": ("currency", _currency), "kind": ("kind", _one_of(("bankgiro", "plusgiro", "account", "iban"))),
    "number": ("number", _text), "bic": ("bic", _text),
}  # fmt: skip
_PRICE: Mapping[str, tuple[str, Reader]] = {
    "from": ("from_on", _day), "commission": ("commission_permille", _permille), "office_keeps": ("keeps", _keeps),
    "case_fee": ("case_fee_minor", _amount), "vat": ("vat_percent", _percent), "vat_on_kept": ("taxes_kept", _yes),
}  # fmt: skip
