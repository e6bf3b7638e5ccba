"""A story as a TOML file: the tables of a settings file, and what happens on which day. Pure: nothing is played here.

The format is described in docs/how-to/write-a-story.md. Every problem of the file is named at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from fordran.core.money import parse_kronor
from fordran.core.problems import Problem, Refused
from fordran.creditors.settings_file import profile_of
from fordran.formats.open_items.codes import NO, YES
from fordran.process.facts import CostKind, HoldKind, InstructionKind, InterruptionKind
from fordran.process.policy import Limits
from fordran.process.profile import CreditorProfile, PostalAddress


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is learnt on a day. `values` are read: days, öre, true or false, text."""

    on: date
    do: str
    values: Mapping[str, Any]
    number: int  # as counted in the file, from 1

    def get(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def record(self) -> str:
        return f"[[event]] {self.number} ({self.do} {self.on})"


@dataclass(frozen=True, slots=True)
class Story:
    name: str
    about: str
    language: str  # sv or en
    first: date
    last: date | None  # None = until nothing more happens by itself
    profile: CreditorProfile
    events: tuple[Event, ...]  # in the order they are learnt


# ---- the words of an event ----------------------------------------------------------------------------------------


class _Bad(ValueError):
    """The message says what to write."""


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _Bad('write text in quotes, for example "1001"')
    return str(value).strip()


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _Bad(f"{value!r} is not a day; write YYYY-MM-DD")


def _amount(value: Any) -> int:
    if isinstance(value, bool):
        raise _Bad("write an amount, for example 1000 or 1000.50")
    try:
        amount = parse_kronor(str(value))
    except ValueError as error:
        raise _Bad(str(error)) from None
    if amount < 0:
        raise _Bad(f'{value} is less than nothing; a credit is told by do = "credit"')
    return amount


def _yes(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    if word in YES or word in NO:
        return word in YES
    raise _Bad(f"write true or false, not {value!r}")


def _percent(value: Any) -> Decimal:
    try:
        rate = Decimal(str(value).replace(",", "."))
    except InvalidOperation:
        rate = Decimal(-1)
    if not 0 <= rate <= 100:
        raise _Bad(f"{value!r} is not a yearly rate in percent from 0 to 100")
    return rate


def _one_of(words: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise _Bad(f"write one of {', '.join(words)}, not {value!r}")
        return str(value)

    return read


_Reader = Callable[[Any], Any]
_PERSON: dict[str, _Reader] = {
    "customer": _text, "customer_id": _text, "class": _text, "identity": _text,
    "debtor": _one_of(("consumer", "business", "public")), "street": _text, "street2": _text, "postcode": _text, "town": _text,
    "country": lambda v: _text(v).upper(), "email": _text, "phone": _text, "language": lambda v: _text(v).lower(),
}  # fmt: skip
_TERMS: dict[str, _Reader] = {
    "terms_agreed": _day, "due_agreed": _yes, "interest_text": _yes, "interest_rate": _percent, "reminded": _day,
    "reminded_fee": _amount,
}  # fmt: skip
_CLAIM: dict[str, _Reader] = {
    "invoice": _text, "due": _day, "open": _amount, "amount": _amount, "issued": _day, "arose": _day,
    "currency": lambda v: _text(v).upper(), "text": _text, "reference": _text, "credits": _text,
    "kind": _one_of(("invoice", "credit")), "claim": _one_of(("goods_services", "rent", "electricity", "credit", "other")),
}  # fmt: skip
_LEDGER = _CLAIM | _PERSON | _TERMS
_MONEY: dict[str, _Reader] = {
    "invoice": _text, "reference": _text, "amount": _amount, "currency": lambda v: _text(v).upper(), "booked": _day,
    "text": _text,
}  # fmt: skip
_ENTRY: dict[str, _Reader] = {
    "invoice": _text, "reference": _text, "amount": _amount, "currency": lambda v: _text(v).upper(), "payer": _text,
    "text": _text, "kind": _one_of(("payment", "deduction", "reversal")),
}  # fmt: skip


def _entries(value: Any) -> list[dict[str, Any]]:
    """The payments of a bank's file, each a table."""
    if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
        raise _Bad('write the payments as a list of tables, for example [{invoice = "1001", amount = 1000}]')
    return [_entry(row) for row in value]


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    unknown = [name for name in row if name not in _ENTRY]
    if unknown or "amount" not in row:
        raise _Bad(f"a payment has an amount and may have {', '.join(_ENTRY)}; not {', '.join(unknown) or 'without amount'}")
    return {name: _ENTRY[name](value) for name, value in row.items()}


_HOLD: dict[str, _Reader] = {"invoice": _text, "kind": _one_of(tuple(HoldKind)), "reason": _text, "text": _text, "until": _day}

KINDS: dict[str, dict[str, _Reader]] = {
    "invoice": _LEDGER,
    "credit": _LEDGER,
    "payment": _MONEY | {"payer": _text},
    "bank_file": {"payments": _entries, "booked": _day, "again": _text, "format": _one_of(("bgmax", "camt.054", "camt.053"))},
    "match": {"payment": _text, "invoice": _text, "amount": _amount, "reason": _text},
    "unmatch": {"payment": _text, "invoice": _text, "reason": _text},
    "refund": {"payment": _text, "reason": _text},
    "set_off": {"payment": _text, "invoice": _text, "reason": _text},
    "direct": _MONEY,
    "reverse": {"invoice": _text, "reference": _text, "payment": _text, "reason": _text, "text": _text},
    "hold": _HOLD,
    "lift": {"invoice": _text, "kind": _one_of(tuple(HoldKind)), "reason": _text, "text": _text},
    "dispute": _HOLD,
    "instruct": {"invoice": _text, "kind": _one_of(tuple(InstructionKind)), "reason": _text, "text": _text},
    "terms": {"invoice": _text, "customer": _text, "customer_id": _text, **_TERMS},
    "address": {"invoice": _text, "protected": _yes, **_PERSON},
    "exclude": {"customer": _text, "customer_id": _text, "class": _text, "reason": _text, "until": _day},
    "waive": {"invoice": _text, "kind": _one_of(tuple(CostKind)), "reason": _text, "text": _text},
    "proof": {"invoice": _text, "kind": _one_of(tuple(InterruptionKind)), "reason": _text, "text": _text},
}
"""What may happen, and the fields of each."""

_NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "invoice": (("invoice",), ("due",), ("open", "amount"), ("customer", "customer_id")),
    "credit": (("invoice", "credits"), ("open", "amount")),
    "payment": (("invoice", "reference"), ("amount",)),
    "bank_file": (("payments", "again"),),
    "match": (("payment",), ("invoice",)),
    "unmatch": (("payment", "invoice"),),
    "refund": (("payment",),),
    "set_off": (("payment",), ("invoice",), ("reason",)),
    "direct": (("invoice",), ("amount",)),
    "reverse": (("invoice", "reference", "payment"),),
    "hold": (("invoice",),),
    "lift": (("invoice",),),
    "dispute": (("invoice",),),
    "instruct": (("invoice",), ("kind",)),
    "address": (("customer", "customer_id", "invoice"),),
    "exclude": (("customer", "customer_id", "class"),),
    "waive": (("invoice",), ("kind",)),
    "proof": (("invoice",), ("kind",)),
}
"""Each group: at least one of these. An invoice told of once more needs only what changed."""


def read_story(text: str) -> Story:
    """Raises Refused naming every table, key and event that is wrong."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"this is not a TOML file: {error}", record="file") from None
    problems: list[Problem] = []
    head = _head(data.pop("story", {}), problems)
    events = _events(data.pop("event", []), problems)
    try:
        profile = profile_of(data)
    except Refused as refused:
        raise Refused([*refused.problems, *problems]) from None
    if not events and not problems:
        problems.append(Problem("[[event]]", "on", "nothing happens in this story: write at least one [[event]]"))
    if problems:
        raise Refused(problems)
    first = head.get("from") or events[0].on
    last = head.get("to")
    if last is not None and last < events[-1].on:
        raise Refused(f"the story ends on {last}, before its last event on {events[-1].on}", field="to", record="[story]")
    if first > events[0].on:
        raise Refused(f"the story begins on {first}, after its first event on {events[0].on}", field="from", record="[story]")
    return Story(
        head.get("name", ""), head.get("about", ""), head.get("language", "sv"), first, last,
        with_samples(profile, {e.get("currency") or "SEK" for e in events if e.do in ("invoice", "credit")}, data), events,
    )  # fmt: skip


def _head(data: Any, problems: list[Problem]) -> dict[str, Any]:
    readers = {"name": _text, "about": _text, "from": _day, "to": _day, "language": _one_of(("sv", "en"))}
    return _values(data, readers, "[story]", problems)


def _values(data: Any, readers: Mapping[str, _Reader], record: str, problems: list[Problem]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if not isinstance(data, dict):
        problems.append(Problem(record, "", "this must be a table"))
        return values
    for key, value in data.items():
        if key not in readers:
            problems.append(Problem(record, key, f"there is no {key!r} here; known are {', '.join(readers)}"))
            continue
        try:
            values[key] = readers[key](value)
        except _Bad as error:
            problems.append(Problem(record, key, str(error)))
    return values


def _events(data: Any, problems: list[Problem]) -> tuple[Event, ...]:
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        problems.append(Problem("event", "", "write [[event]] before each event"))
        return ()
    events: list[Event] = []
    told: set[str] = set()
    for number, row in sorted(enumerate(data, 1), key=lambda pair: _sort_day(pair[1].get("on"))):
        event = _event(row, number, told, problems)
        if event is not None:
            events.append(event)
            if event.do == "invoice":
                told.add(event.values.get("invoice", ""))
    return tuple(events)


def _sort_day(value: Any) -> str:
    return str(value)[:10]


def _event(row: dict[str, Any], number: int, told: set[str], problems: list[Problem]) -> Event | None:
    row = dict(row)
    on, do = row.pop("on", None), row.pop("do", None)
    record = f"[[event]] {number}"
    if do not in KINDS:
        problems.append(Problem(record, "do", f"write one of {', '.join(KINDS)}, not {do!r}"))
        return None
    record = f"{record} ({do} {on})"
    before = len(problems)
    values = _values(row, KINDS[do], record, problems)
    try:
        day = _day(on)
    except _Bad as error:
        problems.append(Problem(record, "on", str(error)))
        return None
    if do == "invoice" and values.get("kind") == "credit":
        do = "credit"
    if not (do == "invoice" and values.get("invoice") in told):
        for group in _NEEDS.get(do, ()):
            if not any(name in row for name in group):
                problems.append(Problem(record, group[0], f"write {' or '.join(group)}"))
    if values.get("booked", day) > day:
        problems.append(Problem(record, "booked", "a payment cannot be learnt of before it was booked"))
    return Event(day, do, values, number) if len(problems) == before else None


# ---- what a story may leave out -----------------------------------------------------------------------------------

SAMPLE = CreditorProfile(
    name="Exempelbolaget AB", number="5599000006", debt_description="Varor och tjänster", bankgiro="99123457",
    contact_email="kontakt@example.com", active=True,
    addresses={"sender": PostalAddress("Exempelbolaget AB", "Exempelgatan 1", "111 11", "Exempelstad")},
)  # fmt: skip
"""Stands in for what a story does not say of its creditor, so that a few lines are enough. Made up, all of it."""


def with_samples(profile: CreditorProfile, currencies: set[str], data: Mapping[str, Any]) -> CreditorProfile:
    """What the file leaves out: name, number, debt description, account, sender address and contact come from SAMPLE; the
    creditor is active; and with no currency card anywhere every currency of the story is taken without limits."""
    given = data.get("creditor", {})
    values: dict[str, Any] = {n: getattr(SAMPLE, n) for n in ("name", "number", "debt_description") if not getattr(profile, n)}
    if not (profile.bankgiro or profile.plusgiro or profile.iban):
        values["bankgiro"] = SAMPLE.bankgiro
    if not (profile.contact_email or profile.contact_phone):
        values["contact_email"] = SAMPLE.contact_email
    if not profile.addresses.get("sender", PostalAddress()).complete and "sender" not in data.get("address", {}):
        values["addresses"] = {**profile.addresses, "sender": SAMPLE.addresses["sender"]}
    if "active" not in given:
        values["active"] = True
    layers = (profile.generic, *profile.classes.values(), *profile.customers.values())
    if not any(layer.limits for layer in layers):
        values["generic"] = replace(profile.generic, limits={currency: Limits() for currency in sorted(currencies)})
    if profile.mode == "agency" and not profile.payouts:
        values["payouts"] = (("bankgiro", profile.bankgiro or SAMPLE.bankgiro, True),)
    return replace(profile, **values)
