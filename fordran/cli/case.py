"""`fordran case`: list and show cases, and tell what is to happen with them."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import BY, creditor_option, do, dry_option, find_case, in_words
from fordran.cli.options import DAY, json_option, lang_option, on_option
from fordran.cli.output import answer
from fordran.core.money import kronor


@click.group()
def command() -> None:
    """List and show cases; withdraw, write off, choose the next way, record proof."""


@command.command(name="list")
@creditor_option
@click.option("--stage", help="Only cases of this stage, such as reminded; `all` shows closed ones too.")
@json_option
def list_(creditor: str | None, stage: str | None, as_json: bool) -> None:
    """Cases, oldest first; the closed ones only when asked for."""
    ready("read")
    from fordran.cases.models import Case
    from fordran.creditors.apply import find_creditor

    cases = Case.objects.select_related("invoice", "customer", "creditor").order_by("creditor_id", "id")
    if creditor:
        cases = cases.filter(creditor=find_creditor(creditor))
    if stage != "all":
        cases = cases.filter(stage=stage) if stage else cases.exclude(stage="closed")
    rows = [case_as_data(case) for case in cases.iterator(chunk_size=2000)]
    answer(rows, as_json, "\n".join(_line(row) for row in rows) or "no case")


def case_as_data(case: Any) -> dict[str, Any]:
    """The row of `case list`. Costs are in SEK, capital and interest in `currency`."""
    return {
        "case": case.number, "creditor": case.creditor.organisation_number, "invoice": case.invoice.number,
        "customer": case.customer.name, "customer_id": case.customer.key, "stage": case.stage, "cause": case.closed_cause,
        "hold": case.held, "capital_minor": case.capital_minor, "interest_minor": case.interest_minor,
        "costs_minor": case.costs_minor, "currency": case.currency, "due_on": case.due_on, "opened_on": case.opened_on,
        "closed_on": case.closed_on, "next": {"kind": case.next_kind, "on": case.next_on}, "outcome": case.outcome,
        "reason": case.reason,
    }  # fmt: skip


def _line(row: dict[str, Any]) -> str:
    total = kronor(row["capital_minor"] + row["interest_minor"])
    state = row["cause"] or row["hold"] or row["reason"]
    return (
        f"{row['case']}  {row['invoice']:<12} {row['customer'][:28]:<28} {row['stage']:<18} {total:>14} {row['currency']}"
        f" + {kronor(row['costs_minor'])} SEK  {row['next']['kind']} {row['next']['on'] or ''}  {state}"
    ).rstrip()


@command.command()
@click.argument("case")
@creditor_option
@click.option(
    "--on", "on", type=DAY, help="Also how the claim stands that day, with interest counted to it, and what comes next."
)
@lang_option
@json_option
def show(case: str, creditor: str | None, on: date | None, lang: str, as_json: bool) -> None:
    """CASE (its number, or the invoice's): its sums, letters, costs and holds."""
    ready("read")
    found = find_case(case, creditor)
    data = case_as_data(found) | _parts(found)
    if on is not None:
        data |= _standing(found, on, lang)
    answer(data, as_json, _shown(data))


def _parts(case: Any) -> dict[str, Any]:
    from fordran.letters.models import Letter

    letters = Letter.objects.filter(cases__case_number=case.pk).order_by("id")
    return {
        "ocr": case.ocr,
        "letters": [
            {"letter": x.number, "kind": x.kind, "dated_on": x.dated_on, "sent_on": x.sent_on, "last_day": x.last_day,
             "state": x.state, "total_minor": x.total_minor, "currency": x.currency}
            for x in letters
        ],
        "charges": [
            {"kind": x.kind, "amount_minor": x.amount_minor, "waived_minor": x.waived_minor, "paid_minor": x.paid_minor,
             "currency": x.currency, "on": x.on, "act": x.act, "section": x.section}
            for x in case.charges.filter(voided_on__isnull=True).order_by("id")
        ],
        "holds": [
            {"kind": x.kind, "reason": x.reason, "since": x.since, "until": x.until, "lifted_on": x.lifted_on}
            for x in case.holds.order_by("id")
        ],
        "payments": [
            {"payment": x.payment.key, "via": x.payment.via, "on": x.on, "costs_minor": x.costs_minor,
             "interest_minor": x.interest_minor, "capital_minor": x.capital_minor, "waived_minor": x.waived_minor}
            for x in case.allocations.select_related("payment").order_by("id")
        ],
    }  # fmt: skip


def _standing(case: Any, on: date, lang: str) -> dict[str, Any]:
    from fordran.cases.office import open_office
    from fordran.cases.standing import ahead, standing

    office = open_office(case.creditor)
    now, coming = standing(case, on, office), ahead(case, on, office)
    return {
        "on": on,
        "owed": [{"currency": currency, "amount_minor": minor} for currency, minor in now.totals],
        "parts": [
            {"part": row.component, "claimed_minor": row.claimed_minor, "paid_minor": row.paid_minor,
             "waived_minor": row.waived_minor, "open_minor": row.open_minor, "currency": row.currency,
             "source": str(row.source) if row.source else ""}
            for row in now.rows
        ],
        "interest_per_day": str(now.interest_per_day) if now.interest_per_day is not None else None,
        "interest_known": now.interest_known,
        "ahead": {
            "kind": coming.kind, "on": coming.on, "outcome": coming.outcome,
            "costs": [{"kind": kind, "amount_minor": minor, "source": str(source or "")} for kind, minor, source in coming.costs],
            "because": [office.country.say(found, lang) for found in coming.findings],
        },
    }  # fmt: skip


def _shown(data: dict[str, Any]) -> str:
    lines = [_line(data), f"  ocr {data['ocr']}"]
    lines += [f"  {x['dated_on']}  {x['kind']:<12} {x['letter']}  {kronor(x['total_minor'])} {x['currency']}  pay by "
              f"{x['last_day'] or '-'}  {x['state']}" for x in data["letters"]]  # fmt: skip
    lines += [f"  {x['on']}  {x['kind']:<12} {kronor(x['amount_minor'])} {x['currency']}  {x['act']} {x['section']}"
              for x in data["charges"]]  # fmt: skip
    lines += [f"  {x['since']}  hold {x['kind']} until {x['until'] or '-'}  lifted {x['lifted_on'] or '-'}  {x['reason']}"
              for x in data["holds"]]  # fmt: skip
    if "owed" in data:
        lines += [f"  {x['part']:<14} {kronor(x['open_minor']):>12} {x['currency']}  {x['source']}" for x in data["parts"]]
        lines += [f"  owed on {data['on']}: {kronor(x['amount_minor'])} {x['currency']}" for x in data["owed"]]
        lines += [f"  {said}" for said in data["ahead"]["because"]]
    return "\n".join(lines)


@command.command()
@click.argument("case")
@click.argument("kind")
@on_option()
@click.option("--reason", default="", help="Why, in a few words.")
@creditor_option
@dry_option
@json_option
def instruct(case: str, kind: str, on: date, reason: str, creditor: str | None, dry_run: bool, as_json: bool) -> None:
    """Say what is to happen: withdraw, write-off, payment-order, surveillance, go-on, settled-at-creditor."""
    ready("batch")
    from fordran.cases import acts

    found = find_case(case, creditor)
    data = do(found, lambda: acts.instruct(found, kind=kind, by=BY, today=on, reason=reason), dry=dry_run)
    answer(data, as_json, in_words(data))


@command.command()
@click.argument("case")
@click.option("--kind", required=True, help="receipt, acknowledged or proceeding-ended")
@click.option("--happened", type=DAY, help="The day it happened; without it the day of --on.")
@click.option("--reason", required=True, help="What proves it, and where it lies.")
@on_option()
@creditor_option
@dry_option
@json_option
def proof(
    case: str, kind: str, happened: date | None, reason: str, on: date, creditor: str | None, dry_run: bool, as_json: bool
) -> None:
    """Record proof that broke the limitation period. What was only sent breaks nothing."""
    ready("batch")
    from fordran.cases import acts

    found = find_case(case, creditor)

    def act() -> None:
        acts.note_interruption(found, kind=kind, on=happened or on, proof=reason, by=BY, today=on)

    data = do(found, act, dry=dry_run)
    answer(data, as_json, in_words(data))
