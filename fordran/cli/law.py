"""`fordran law ...`: what the law says. Needs no database, touches no FORDRAN_HOME, answers within a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from fordran.cli.options import DAY, KRONOR, json_option, lang_option
from fordran.cli.output import answer, note
from fordran.core.law import LawError, Source
from fordran.core.money import money_in_words, round_half_up
from fordran.core.problems import Refused
from fordran.countries.se import allocation, fees, limitation, rates, words
from fordran.countries.se.calendar import move_due
from fordran.countries.se.country import COUNTRY, Sweden, with_added_rates
from fordran.countries.se.interest import DAY_COUNT, interest_between
from fordran.countries.se.sources import cite
from fordran.process.facts import DebtorKind, Interruption, InterruptionKind


class Percent(click.ParamType):  # type: ignore[type-arg]  # generic only in newer versions of click
    """A rate in percent a year, point or comma."""

    name = "PERCENT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        if isinstance(value, Decimal):
            return value
        try:
            rate = Decimal(value.strip().replace(",", "."))
        except InvalidOperation:
            rate = Decimal("NaN")
        exponent = rate.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -4 or abs(rate) > 1000:
            self.fail(f"{value!r} is not a rate; write for example 11.5", param, ctx)
        return rate


class Interrupted(click.ParamType):  # type: ignore[type-arg]
    """A day, and after a colon what broke the period (receipt if nothing is said)."""

    name = "D[:receipt|acknowledged|proceeding-ended]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Interruption:
        if isinstance(value, Interruption):
            return value
        day, _, kind = value.partition(":")
        try:
            what = InterruptionKind(kind or "receipt")
        except ValueError:
            self.fail(f"{kind!r} breaks no period; write receipt, acknowledged or proceeding-ended", param, ctx)
        return Interruption(what, DAY.convert(day, param, ctx))


PERCENT = Percent()

added_option = click.option(
    "--with-added", is_flag=True, help="Also use reference rates an operator has added (asks the database)."
)


@contextmanager
def _known(option: str) -> Iterator[None]:
    """A day the book has no value for is a refusal that names the option."""
    try:
        yield
    except LawError as error:
        raise Refused(f"{error}.", option) from error


def _country(with_added: bool) -> Sweden:
    return with_added_rates(COUNTRY, _added_rates()) if with_added else COUNTRY


def _added_rates() -> list[tuple[date, Decimal, str]]:
    """What an operator has entered; the one thing here that asks the database."""
    from fordran.cli.django_ready import ready

    ready("batch")
    from fordran.creditors.rates import added_rates

    return added_rates()


def _percent(rate: Decimal) -> str:
    """Two decimals, more only where the rate has them."""
    shown = f"{rate:.2f}"
    return shown if Decimal(shown) == rate else str(rate.normalize())


def _cited(source: Source) -> str:
    return f"{cite(source)}, {rates.ADDED_NOTE}" if source.note == rates.ADDED_NOTE else cite(source)


@click.group("law", help="What the law of Sweden says, each answer with its source.")
def command() -> None:
    pass


@command.command("interest", help="Default interest, day by day: --from carries the first day's interest, --to the last.")
@click.option("--principal", type=KRONOR, required=True, help="Capital in kronor.")
@click.option("--from", "first", type=DAY, required=True)
@click.option("--to", "last", type=DAY, required=True)
@click.option("--rate", type=PERCENT, help="An agreed rate, percent a year.")
@click.option("--over-reference", type=PERCENT, help="Points above the reference rate (8 if nothing is said).")
@added_option
@json_option
def interest(
    principal: int, first: date, last: date, rate: Decimal | None, over_reference: Decimal | None, with_added: bool, as_json: bool
) -> None:
    if principal < 0:
        raise Refused("The capital cannot be less than nothing.", "--principal")
    if last < first:
        raise Refused(f"The last day, {last}, lies before the first, {first}.", "--to")
    if rate is not None and over_reference is not None:
        raise Refused("Give --rate or --over-reference, not both.", "--rate")
    for given, option in ((rate, "--rate"), (over_reference, "--over-reference")):
        if given is not None and given != round(given, 2):
            raise Refused("A rate has at most two decimals.", option)
    if rate is not None and rate < 0:
        raise Refused("An agreed rate cannot be less than nothing.", "--rate")
    reference = _country(with_added).reference_rate
    if rate is None:
        with _known("--from"):
            reference.on(min(first, reference.known_until or first))
        with _known("--to"):
            reference.on(last)
    found = interest_between(principal, (), first, last, reference=reference, rate_percent=rate, over_reference=over_reference)
    total = round_half_up(found.exact)
    periods = [
        {
            "from": p.first,
            "to": p.last,
            "days": p.days,
            "rate_percent": _percent(p.rate_percent),
            "exact": f"{p.exact.numerator}/{p.exact.denominator}",
        }
        for p in found.periods
    ]
    sources = list(dict.fromkeys(_cited(source) for source in (*found.sources, DAY_COUNT)))
    lines = [f"{p['from']} - {p['to']}  {p['days']} days  {p['rate_percent']} %" for p in periods]
    shown = "\n".join([*lines, f"Interest: {money_in_words(total)}", *(f"  {s}" for s in sources)])
    answer({"interest_minor": total, "periods": periods, "sources": sources}, as_json, shown)


@command.command("fee", help="The most that a cost may be on a day.")
@click.argument("kind", type=click.Choice(list(fees.FEES)))
@click.option("--on", "on", type=DAY, required=True)
@json_option
def fee(kind: str, on: date, as_json: bool) -> None:
    with _known("--on"):
        entry = fees.FEES[kind].since(on)
    data = {
        "amount_minor": entry.value,
        "currency": "SEK",
        "act": entry.source.act,
        "section": entry.source.section,
        "in_force_since": entry.in_force,
        "source": entry.source.url,
        "note": entry.source.note,
    }
    answer(data, as_json, f"{money_in_words(entry.value)} since {entry.in_force}: {cite(entry.source)}")


@command.command("due", help="The day a due or last day moves to.")
@click.option("--on", "on", type=DAY, required=True)
@lang_option
@json_option
def due(on: date, lang: str, as_json: bool) -> None:
    moved = move_due(on)
    because = words.day_names(moved.because, lang)
    data = {"date": moved.date, "moved_because": because, "days_passed": [d for d in moved.because.split(", ") if d]}
    answer(data, as_json, f"{moved.date}" + (f" (moved: {because})" if because else ""))


@command.command("limitation", help="The last day a claim lives; --from is the earliest of contract, delivery and invoice day.")
@click.option("--debtor", type=click.Choice([kind.value for kind in DebtorKind]), required=True)
@click.option("--from", "start", type=DAY, required=True)
@click.option("--interrupted", "interruptions", type=Interrupted(), multiple=True)
@json_option
def limitation_(debtor: str, start: date, interruptions: tuple[Interruption, ...], as_json: bool) -> None:
    with _known("--from"):
        years = limitation.years_for(DebtorKind(debtor), start)
    breaks = limitation.counted(start, years, interruptions, max([start, *(i.on for i in interruptions)]))
    period = limitation.period(start, years, breaks)
    data = {
        "alive_until": period.alive_until,
        "barred_on": period.barred_on,
        "years": years,
        "counted_from": period.counted_from,
        "last_posting_day": period.last_posting_day,
        "watch_days": list(period.watch_days),
        "interruptions": [
            {"on": i.on, "kind": i.kind, "counts": i in breaks} for i in sorted(interruptions, key=lambda i: (i.on, i.kind))
        ],
        "source": cite(limitation.length_for(DebtorKind(debtor)).since(start).source),
    }
    answer(data, as_json, f"Alive to {period.alive_until}, barred from {period.barred_on} ({data['source']})")


@command.command("allocate", help="How a payment divides between costs, interest and capital.")
@click.option("--capital", type=KRONOR, required=True)
@click.option("--interest", "interest_", type=KRONOR, required=True)
@click.option("--costs", type=KRONOR, required=True)
@click.option("--payment", type=KRONOR, required=True)
@click.option("--on", "on", type=DAY, help="Day of the payment; else the order now in force.")
@json_option
def allocate(capital: int, interest_: int, costs: int, payment: int, on: date | None, as_json: bool) -> None:
    for name, amount in (("--capital", capital), ("--interest", interest_), ("--costs", costs), ("--payment", payment)):
        if amount < 0:
            raise Refused("An amount cannot be less than nothing.", name)
    with _known("--on"):
        parts = allocation.allocate(costs, interest_, capital, payment, on)
    data = {
        "costs_minor": parts.costs_minor,
        "interest_minor": parts.interest_minor,
        "capital_minor": parts.capital_minor,
        "left_over_minor": parts.left_over_minor,
        "order": list(parts.order),
        "source": cite(parts.source),
    }
    shown = ", ".join(f"{part} {money_in_words(data[part + '_minor'])}" for part in (*parts.order, "left_over"))  # type: ignore[arg-type]
    answer(data, as_json, f"{shown.replace('left_over', 'left over')} ({data['source']})")


def _print(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(f"Cannot write {out}: {error.strerror}.", "--out") from error
    note(f"written: {out}")


out_option = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")


@command.command("book", help="The whole law book as Markdown, what is unsure first.")
@out_option
@added_option
def book(out: Path | None, with_added: bool) -> None:
    from fordran.countries.se.lawbook import law_book

    _print(law_book(_country(with_added)), out)


@command.command("procedure", help="The table of steps and its diagram as Markdown.")
@out_option
def procedure(out: Path | None) -> None:
    from fordran.countries.se.lawbook import procedure_page

    _print(procedure_page(), out)


@command.group("rate", help="Reference rates for the coming half-year.")
def rate() -> None:
    pass


@rate.command("add", help="Enter the rate that the Riksbank has published for the coming half-year. Stored in the database.")
@click.option("--from", "starts_on", type=DAY, required=True, help="First day of the half-year.")
@click.option("--percent", type=PERCENT, required=True)
@click.option("--source", "source_url", required=True, help="Address of the page where the rate stands.")
@json_option
def rate_add(starts_on: date, percent: Decimal, source_url: str, as_json: bool) -> None:
    known = with_added_rates(COUNTRY, _added_rates()).reference_rate
    rates.check_added_rate(known, starts_on, percent, source_url)
    from fordran.creditors.rates import add_rate

    add_rate(starts_on, percent, source_url)
    data = {"from": starts_on, "rate_percent": _percent(percent), "source": source_url, "note": rates.ADDED_NOTE}
    answer(data, as_json, f"Reference rate {_percent(percent)} % from {starts_on}, {rates.ADDED_NOTE}: {source_url}")


@rate.command("list", help="Every reference rate of the book, and with --with-added those an operator has entered.")
@added_option
@json_option
def rate_list(with_added: bool, as_json: bool) -> None:
    reference = _country(with_added).reference_rate
    rows = [
        {"from": e.in_force, "rate_percent": _percent(e.value), "source": e.source.url, "note": e.source.note} for e in reference
    ]
    lines = [f"{row['from']}  {row['rate_percent']:>6} %  {row['note']}" for row in rows]
    answer(
        {"rates": rows, "known_until": reference.known_until},
        as_json,
        "\n".join([*lines, f"known until {reference.known_until}"]),
    )
