"""`fordran payments suspense|match|unmatch|refund|set-off`: money that waits for a person."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import BY, creditor_option, do, dry_option, find_case, in_words
from fordran.cli.options import KRONOR, json_option, lang_option, on_option
from fordran.cli.output import answer
from fordran.core.money import money_in_words
from fordran.core.problems import Refused

if TYPE_CHECKING:
    from fordran.cases.office import Office
    from fordran.settlement.candidates import Waiting
    from fordran.settlement.models import Payment


def _payment(text: str, creditor: str | None) -> Payment:
    from fordran.creditors.apply import find_creditor
    from fordran.settlement.suspense import find_payment

    return find_payment(text, find_creditor(creditor) if creditor else None)


@click.command()
@click.option("--after", type=int, default=0, help="Only payments numbered higher: the next page.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@creditor_option
@lang_option
@json_option
def suspense(after: int, limit: int, creditor: str | None, lang: str, as_json: bool) -> None:
    """List money that waits for a person, with the claims it may be for, the likeliest first, and why."""
    ready("batch")
    from fordran.cases.office import open_office
    from fordran.creditors.apply import find_creditor
    from fordran.settlement.candidates import work_list

    office = open_office(find_creditor(creditor))
    data = [_as_told(office, waiting, lang) for waiting in work_list(office, after=after, limit=limit)]
    answer(data, as_json, "\n\n".join(map(_lines, data)) or ("Inget väntar." if lang == "sv" else "Nothing waits."))


def _as_told(office: Office, waiting: Waiting, lang: str) -> dict[str, Any]:
    p = waiting.payment
    return {
        "payment": p.pk, "kind": p.kind, "on": p.on, "amount_minor": p.amount_minor * p.direction, "waits_minor": p.held_minor,
        "currency": p.currency, "reference": p.reference, "references": p.references, "payer": p.payer, "texts": p.texts,
        "reason": str(waiting.because.reason) if waiting.because else "",
        "because": office.country.say(waiting.because, lang) if waiting.because else "", "suggested": waiting.suggested,
        "candidates": [
            {"case": c.number, "invoice": c.invoice, "customer": c.customer, "stage": c.stage, "owed_minor": c.owed_minor,
             "score": c.score, "because": c.say(lang)}
            for c in waiting.candidates
        ],
    }  # fmt: skip


def _lines(row: dict[str, Any]) -> str:
    what = " · ".join(t for t in (row["payer"], row["reference"], *row["texts"]) if t)
    lines = [f"{row['payment']}  {row['on']}  {money_in_words(row['waits_minor'], row['currency'])}  {what}".rstrip()]
    lines.append(f"    {row['because']}")
    for c in row["candidates"]:
        owed = money_in_words(c["owed_minor"], row["currency"])
        lines.append(f"    {c['score']:>3}  {c['case']}  {c['invoice']}  {c['customer']}  {owed}: {c['because']}")
    return "\n".join(lines)


@click.command()
@click.argument("payment")
@click.argument("case", metavar="CASE|PAYMENT")
@click.option("--amount", type=KRONOR, help="Only so much of it; the rest goes on waiting.")
@click.option("--reason", default="", help="Why, for the log.")
@on_option()
@creditor_option
@dry_option
@json_option
def match(
    payment: str, case: str, amount: int | None, reason: str, on: date, creditor: str | None, dry_run: bool, as_json: bool
) -> None:
    """Set PAYMENT against CASE; or a deduction or reversal against the PAYMENT that it lowers or takes back."""
    ready("batch")
    from fordran.settlement.suspense import find_payment, match_by_hand, match_entry

    found = _payment(payment, creditor)
    if found.kind != "payment":
        other = find_payment(case, found.creditor)
        match_entry(found, other, by=BY, today=on)
        other.refresh_from_db()
        data = {"payment": other.pk, "state": other.state, "waits_minor": other.held_minor, "taken_minor": other.taken_minor}
        answer(data, as_json, f"{found.kind} {found.pk}: {other.pk} is now {other.state}")
        return
    target = find_case(case, creditor)
    data = do(target, lambda: match_by_hand(found, target, by=BY, today=on, amount_minor=amount, reason=reason), dry=dry_run)
    answer(_with_payment(data, found), as_json, in_words(data))


def _with_payment(data: dict[str, Any], payment: Payment) -> dict[str, Any]:
    payment.refresh_from_db()
    return data | {
        "payment": payment.pk, "state": payment.state, "waits_minor": payment.held_minor, "refund_minor": payment.refund_minor
    }  # fmt: skip


@click.command()
@click.argument("payment")
@click.option("--reason", required=True, help="Why.")
@on_option()
@creditor_option
@json_option
def unmatch(payment: str, reason: str, on: date, creditor: str | None, as_json: bool) -> None:
    """Take PAYMENT off its cases: the claims come back and wait anew, the money waits for a person."""
    ready("batch")
    from fordran.settlement.undo import unmatch as take_off

    found = _payment(payment, creditor)
    take_off(found, reason=reason, by=BY, today=on)
    data = _with_payment({}, found)
    answer(data, as_json, f"{found.pk}: {money_in_words(found.held_minor, found.currency)} waits")


@click.command()
@click.argument("payment")
@click.option("--reason", default="", help="Why, for the log.")
@on_option()
@creditor_option
@json_option
def refund(payment: str, reason: str, on: date, creditor: str | None, as_json: bool) -> None:
    """What of PAYMENT waits, all or the rest of it, is to be paid back to the payer."""
    ready("batch")
    from fordran.settlement.suspense import refund as pay_back

    found = _payment(payment, creditor)
    minor = pay_back(found, by=BY, today=on, reason=reason)
    answer(
        _with_payment({"moved_minor": minor}, found), as_json, f"{found.pk}: {money_in_words(minor, found.currency)} to pay back"
    )


@click.command(name="pass-on")
@click.argument("payment")
@click.option("--reason", required=True, help="Why it is the creditor's own money.")
@on_option()
@creditor_option
@json_option
def pass_on(payment: str, reason: str, on: date, creditor: str | None, as_json: bool) -> None:
    """What of PAYMENT waits is the creditor's own: for an invoice settled in another way, or for something else."""
    ready("batch")
    from fordran.settlement.suspense import pass_on as hand_over

    found = _payment(payment, creditor)
    minor = hand_over(found, reason=reason, by=BY, today=on)
    words = f"{found.pk}: {money_in_words(minor, found.currency)} is the creditor's"
    answer(_with_payment({"moved_minor": minor}, found), as_json, words)


@click.command(name="set-off")
@click.argument("payment")
@click.argument("case")
@click.option("--told", required=True, help="How and when the payer was told.")
@on_option()
@creditor_option
@dry_option
@json_option
def set_off(payment: str, case: str, told: str, on: date, creditor: str | None, dry_run: bool, as_json: bool) -> None:
    """Set what PAYMENT was too much against another due CASE of the same debtor, instead of paying it back."""
    ready("batch")
    from fordran.settlement.suspense import set_off as against

    found, target = _payment(payment, creditor), find_case(case, creditor)
    data = do(target, lambda: against(found, target, told=told, by=BY, today=on), dry=dry_run)
    answer(_with_payment(data, found), as_json, in_words(data))


@click.command()
@click.argument("payment")
@creditor_option
@lang_option
@json_option
def show(payment: str, creditor: str | None, lang: str, as_json: bool) -> None:
    """Show PAYMENT: where it came from, how it found its cases, what each part paid."""
    ready("batch")
    from fordran.cases.office import open_office
    from fordran.settlement.candidates import because_of_payment

    found = _payment(payment, creditor)
    office = open_office(found.creditor)
    because = because_of_payment(found)
    if because is None and not found.allocations.exists():
        raise Refused(f"nothing is known of payment {found.pk} yet", field="PAYMENT")
    data: dict[str, Any] = {
        "payment": found.pk, "key": found.key, "kind": found.kind, "via": found.via, "on": found.on, "learnt_on": found.learnt_on,
        "amount_minor": found.amount_minor * found.direction, "currency": found.currency, "reference": found.reference,
        "payer": found.payer, "texts": found.texts, "state": found.state, "matched_by": found.matched_by,
        "confidence": found.confidence, "because": office.country.say(because, lang) if because else "",
        "waits_minor": found.held_minor, "refund_minor": found.refund_minor, "taken_minor": found.taken_minor,
        "file": found.deposit.file.name if found.deposit else "", "record": found.record,
        "allocations": [
            {"case": a.case.number, "costs_minor": a.costs_minor, "interest_minor": a.interest_minor,
             "capital_minor": a.capital_minor, "waived_minor": a.waived_minor, "order": a.act,
             "reversed": a.reverses_id is not None}
            for a in found.allocations.select_related("case").order_by("id")
        ],
    }  # fmt: skip
    lines = [
        f"{found.pk}  {found.on}  {money_in_words(found.amount_minor, found.currency)}  {found.state}",
        f"    {data['because']}",
    ]
    for a in data["allocations"]:
        parts = ", ".join(f"{n} {money_in_words(a[f'{n}_minor'], found.currency)}" for n in ("costs", "interest", "capital"))
        lines.append(f"    {a['case']}: {parts}")
    answer(data, as_json, "\n".join(lines))
