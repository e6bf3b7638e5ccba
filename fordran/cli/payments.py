"""`fordran payments`: bank files, money that waits, money that went straight to the creditor, credits, and taking it back."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from fordran.cli import payments_import, payments_work
from fordran.cli.django_ready import ready
from fordran.cli.named import BY, creditor_option, do, dry_option, find_case, in_words
from fordran.cli.options import DAY, KRONOR, json_option, on_option
from fordran.cli.output import answer
from fordran.cli.payments_read import read
from fordran.core.problems import Refused


@click.group()
def command() -> None:
    """Read and take in bank files; work off money that waits; register what was paid to the creditor or credited."""


for part in (read, payments_import.import_, payments_import.none, payments_work.suspense, payments_work.show, payments_work.match,
             payments_work.unmatch, payments_work.refund, payments_work.pass_on, payments_work.set_off):  # fmt: skip
    command.add_command(part)


def _register(
    case: str, amount: int, on: date, booked: date | None, creditor: str | None, dry: bool, kind: str
) -> dict[str, Any]:
    from fordran.settlement import pay

    found = find_case(case, creditor)
    register = pay.register_direct if kind == "direct" else pay.register_credit
    return do(found, lambda: register(found, amount_minor=amount, on=booked or on, by=BY, today=on), dry=dry)


@command.command()
@click.argument("case")
@click.option("--amount", type=KRONOR, required=True, help="Kronor, in the claim's currency.")
@on_option("The day it is registered, and was paid unless --paid says otherwise (compulsory).")
@click.option("--paid", "booked", type=DAY, help="The day it was paid, if earlier.")
@creditor_option
@dry_option
@json_option
def direct(case: str, amount: int, on: date, booked: date | None, creditor: str | None, dry_run: bool, as_json: bool) -> None:
    """A payment that went straight to the creditor."""
    ready("batch")
    data = _register(case, amount, on, booked, creditor, dry_run, "direct")
    answer(data, as_json, in_words(data))


@command.command()
@click.argument("case")
@click.option("--amount", type=KRONOR, required=True, help="Kronor, in the claim's currency.")
@on_option()
@creditor_option
@dry_option
@json_option
def credit(case: str, amount: int, on: date, creditor: str | None, dry_run: bool, as_json: bool) -> None:
    """A credit note on the invoice: the part was never owed. One of the whole takes interest and costs with it."""
    ready("batch")
    data = _register(case, amount, on, None, creditor, dry_run, "credit")
    answer(data, as_json, in_words(data))


@command.command()
@click.argument("case")
@click.option("--payment", help="Its key, as `case show` tells it; without it the latest one.")
@on_option()
@creditor_option
@dry_option
@json_option
def reverse(case: str, payment: str | None, on: date, creditor: str | None, dry_run: bool, as_json: bool) -> None:
    """Take a payment or credit back: the case comes back where it was, without new costs."""
    ready("batch")
    from fordran.settlement.models import Payment
    from fordran.settlement.pay import reverse_payment

    found = find_case(case, creditor)
    payments = Payment.objects.filter(allocations__case=found, reversed_on__isnull=True).order_by("-id")
    chosen = payments.filter(key=payment).first() if payment else payments.first()
    if chosen is None:
        raise Refused(f"case {found.number} has no such payment", field="--payment")
    data = do(found, lambda: reverse_payment(Payment.objects.get(pk=chosen.pk), by=BY, today=on), dry=dry_run)
    answer(data, as_json, in_words(data))
