"""`fordran payouts`: what creditors are paid, the orders to the bank, and money that goes back to debtors."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import creditor_option
from fordran.cli.options import json_option, lang_option, on_option
from fordran.cli.output import answer
from fordran.core.money import money_in_words
from fordran.core.problems import Refused

if TYPE_CHECKING:
    from fordran.creditors.models import Creditor
    from fordran.payouts.models import PaymentOrder, Payout
    from fordran.payouts.refunds import WaitingRefund

by_option = click.option("--by", required=True, help="Who does it; kept. Two people are needed to send money.")


@click.group()
def command() -> None:
    """Payouts with their statements, payment orders, refunds. Nothing leaves before a person has released it."""


@command.command(name="list")
@creditor_option
@json_option
def list_(creditor: str | None, as_json: bool) -> None:
    """Payouts, newest first, and what each order came to; then what the next one would be."""
    ready("read")
    from fordran.creditors.apply import find_creditor
    from fordran.payouts.models import Payout

    payouts = Payout.objects.select_related("creditor").prefetch_related("orders").order_by("-day", "-id")
    if creditor:
        payouts = payouts.filter(creditor=find_creditor(creditor))
    rows = [_as_data(payout) for payout in payouts]
    answer({"payouts": rows}, as_json, "\n".join(map(_line, rows)) or "no payout yet")


def _as_data(payout: Payout) -> dict[str, Any]:
    order = max(payout.orders.all(), key=lambda o: o.number, default=None)
    return {
        "payout": payout.number, "creditor": payout.creditor.organisation_number, "currency": payout.currency,
        "day": payout.day, "collected_minor": payout.collected_minor, "earned_minor": payout.earned_minor,
        "vat_minor": payout.vat_minor, "amount_minor": payout.amount_minor, "order": order.number if order else None,
        "state": order.state if order else "", "reason": _reason(order) if order else "",
    }  # fmt: skip


def _reason(order: PaymentOrder) -> str:
    return " ".join(filter(None, [order.reason_code, order.reason_text]))


def _line(row: dict[str, Any]) -> str:
    money = money_in_words(row["amount_minor"], row["currency"])
    return f"{row['day']}  {row['payout']}  {row['creditor']}  {money:>18}  {row['state']:<9} {row['reason']}".rstrip()


@command.command()
@click.argument("payout", metavar="ID")
@creditor_option
@lang_option
@json_option
def show(payout: str, creditor: str | None, lang: str, as_json: bool) -> None:
    """The payout ID (such as U2026-000001), line by line."""
    ready("read")
    statement = _statement(payout, creditor)
    data = statement.as_dict()
    currency = data["currency"]
    lines = [f"{data['payout']}  {data['creditor']}  up to {data['day']}  {data['state']}"]
    for line in data["lines"]:
        sums = ", ".join(
            f"{name} {money_in_words(line[f'{name}_minor'], currency)}"
            for name in ("collected", "commission", "kept", "fee", "vat")
            if line[f"{name}_minor"]
        )
        lines.append(f"  {line['on']}  {line['case'] or '-':<12} {line['kind']:<10} {sums}")
    for name in ("collected", "earned", "vat", "amount"):
        lines.append(f"  {name:<10} {money_in_words(data[f'{name}_minor'], currency):>18}")
    answer(data, as_json, "\n".join(lines))


def _statement(number: str, creditor: str | None) -> Any:
    from fordran.cases.office import open_office
    from fordran.payouts.statement import statement_of

    payout = _payout(number, creditor)
    return statement_of(open_office(payout.creditor), payout)


def _payout(number: str, creditor: str | None) -> Payout:
    from fordran.creditors.apply import find_creditor
    from fordran.payouts.models import Payout

    payouts = Payout.objects.select_related("creditor").filter(number=number)
    if creditor:
        payouts = payouts.filter(creditor=find_creditor(creditor))
    found = list(payouts[:2])
    if not found:
        raise Refused(f"there is no payout {number}; `fordran payouts list` shows them", field="ID")
    if len(found) > 1:
        raise Refused(f"several creditors have a payout {number}: name the creditor with --creditor", field="ID")
    return found[0]


@command.command()
@click.argument("payout", metavar="ID")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write it as PDF here.")
@click.option("--xlsx", type=click.Path(path_type=Path, dir_okay=False), help="Write it as a workbook here.")
@creditor_option
@lang_option
@json_option
def statement(payout: str, pdf: Path | None, xlsx: Path | None, creditor: str | None, lang: str, as_json: bool) -> None:
    """The statement of payout ID: every payment and case, as PDF, XLSX or JSON."""
    ready("read")
    from fordran.payouts.statement_paper import render_statement, statement_workbook

    if not (pdf or xlsx or as_json):
        raise Refused("say in which form: --pdf FILE, --xlsx FILE or --json", field="--pdf")
    found = _statement(payout, creditor)
    written = []
    for path, make in ((pdf, render_statement), (xlsx, statement_workbook)):
        if path is not None:
            try:
                path.write_bytes(make(found, lang))
            except OSError as error:
                raise Refused(f"the file cannot be written: {error.strerror}", record=str(path)) from None
            written.append(str(path))
    answer(found.as_dict(), as_json, "\n".join(f"written: {path}" for path in written))


@command.command()
@on_option()
@creditor_option
@json_option
def prepare(on: date, creditor: str | None, as_json: bool) -> int:
    """Prepare the payouts and refunds of the day, as the day itself does. Their orders wait for release."""
    ready("batch")
    from fordran.cases.office import open_office
    from fordran.creditors.apply import find_creditor
    from fordran.creditors.models import Creditor
    from fordran.payouts.day import pay

    creditors = [find_creditor(creditor)] if creditor else list(Creditor.objects.order_by("id"))
    rows = [{"creditor": c.organisation_number, "name": c.name, **pay(open_office(c), on, None)} for c in creditors]
    words = [f"{r['name']}: {r.get('payouts', 0)} payouts, {r.get('refunds', 0)} refunds prepared" for r in rows]
    problems = [problem for row in rows for problem in row.get("problems", [])]
    answer({"on": on, "creditors": rows}, as_json, "\n".join([*words, *problems]))
    return 1 if problems else 0


# ---- orders -----------------------------------------------------------------------------------------------------


@command.command()
@creditor_option
@click.option("--all", "every", is_flag=True, help="Those that are paid too.")
@json_option
def orders(creditor: str | None, every: bool, as_json: bool) -> None:
    """Payment orders: those that wait for release, are at the bank, or came back."""
    ready("read")
    from fordran.creditors.apply import find_creditor
    from fordran.payouts.models import PaymentOrder

    found = PaymentOrder.objects.select_related("creditor", "payout", "file").order_by("creditor_id", "number")
    if creditor:
        found = found.filter(creditor=find_creditor(creditor))
    rows = [_order(order) for order in (found if every else found.exclude(state="paid"))]
    answer({"orders": rows}, as_json, "\n".join(map(_order_line, rows)) or "no order")


def _order(order: PaymentOrder) -> dict[str, Any]:
    from fordran.formats.pain import Payee, shown

    return {
        "order": order.number, "creditor": order.creditor.organisation_number, "kind": order.kind,
        "payout": order.payout.number if order.payout else None, "payment": order.payment_id, "to_kind": order.to_kind,
        "to_account": shown(Payee(order.to_kind, order.to_number)), "to_name": order.to_name,
        "amount_minor": order.amount_minor, "currency": order.currency, "state": order.state,
        "proposed_on": order.proposed_on, "account_by": order.account_by, "released_by": order.released_by,
        "file": order.file.message_id if order.file else "", "execute_on": order.execute_on, "paid_on": order.paid_on,
        "reason": _reason(order),
    }  # fmt: skip


def _order_line(row: dict[str, Any]) -> str:
    about = row["payout"] or f"payment {row['payment']}"
    to = f"{row['to_kind']} {row['to_account']}, {row['to_name']}"
    money = money_in_words(row["amount_minor"], row["currency"])
    return f"{row['creditor']}  {row['order']:>4}  {row['state']:<9} {money:>18}  {about}  to {to}  {row['reason']}".rstrip()


@command.command()
@click.argument("numbers", metavar="ORDER...", nargs=-1, required=True, type=int)
@by_option
@on_option()
@creditor_option
@json_option
def release(numbers: tuple[int, ...], by: str, on: date, creditor: str | None, as_json: bool) -> None:
    """Let the payment orders ORDER… go: they leave with the day's file. Not by the one who entered their account."""
    ready("batch")
    from fordran.creditors.apply import find_creditor
    from fordran.payouts.orders import release as let_go

    done = [_order(order) for order in let_go(find_creditor(creditor), numbers, by=by, today=on)]
    answer({"orders": done}, as_json, "\n".join(map(_order_line, done)))


def _the_order(number: int, creditor: str | None) -> PaymentOrder:
    from fordran.creditors.apply import find_creditor
    from fordran.payouts.models import PaymentOrder

    owner = find_creditor(creditor)
    found = PaymentOrder.objects.select_related("creditor", "payout", "file").filter(creditor=owner, number=number).first()
    if found is None:
        raise Refused(f"there is no order {number} of {owner.name}; `fordran payouts orders` lists them", field="ORDER")
    return found


@command.command()
@click.argument("number", metavar="ORDER", type=int)
@click.option("--reason", required=True, help="Why.")
@by_option
@on_option()
@creditor_option
@json_option
def withdraw(number: int, reason: str, by: str, on: date, creditor: str | None, as_json: bool) -> None:
    """Take ORDER back before it has left: its money is owed again."""
    ready("batch")
    from fordran.payouts.orders import withdraw as take_back

    take_back(_the_order(number, creditor), reason=reason, by=by, today=on)
    data = _order(_the_order(number, creditor))
    answer(data, as_json, _order_line(data))


@command.command()
@click.argument("payout", metavar="ID")
@by_option
@on_option()
@creditor_option
@json_option
def again(payout: str, by: str, on: date, creditor: str | None, as_json: bool) -> None:
    """Order payout ID once more, when the bank did not pay it, to the account that is approved now."""
    ready("batch")
    from fordran.payouts.again import order_again

    data = _order(order_again(_payout(payout, creditor), by=by, today=on))
    answer(data, as_json, _order_line(data))


@command.command()
@click.argument("file", metavar="FILE")
@click.option("--left/--not-left", required=True, help="Whether the bank has it.")
@by_option
@on_option()
@creditor_option
@json_option
def resolve(file: str, left: bool, by: str, on: date, creditor: str | None, as_json: bool) -> None:
    """Say whether the payment file FILE, of which we do not know it, has reached the bank. If not, it is given again."""
    ready("batch")
    from fordran.creditors.apply import find_creditor
    from fordran.payouts.hand_over import resolve as found_out

    done = found_out(find_creditor(creditor), file, left=left, by=by, today=on)
    answer({"file": done.message_id, "state": done.state}, as_json, f"{done.message_id}: {done.state}")


# ---- accounts and refunds ---------------------------------------------------------------------------------------


@command.command(name="approve-account")
@click.argument("account")
@by_option
@on_option()
@creditor_option
@json_option
def approve_account(account: str, by: str, on: date, creditor: str | None, as_json: bool) -> None:
    """A second person has checked the creditor's payout ACCOUNT: money may go there."""
    ready("batch")
    from fordran.creditors.apply import find_creditor
    from fordran.payouts.terms import approve_account as approve

    row = approve(find_creditor(creditor), account, by=by, today=on)
    data = {"kind": row.kind, "number": row.number, "approved_on": row.approved_on, "approved_by": row.approved_by}
    answer(data, as_json, f"{row.kind} {row.number}: approved {row.approved_on} by {row.approved_by}")


@command.command()
@creditor_option
@json_option
def refunds(creditor: str | None, as_json: bool) -> None:
    """Money to be paid back that has no order: it waits for an account."""
    ready("read")
    from fordran.creditors.apply import find_creditor
    from fordran.creditors.models import Creditor
    from fordran.payouts.refunds import waiting_refunds

    creditors = [find_creditor(creditor)] if creditor else list(Creditor.objects.order_by("id"))
    rows = [_refund(c, w) for c in creditors for w in waiting_refunds(c)]
    answer({"refunds": rows}, as_json, "\n".join(map(_refund_line, rows)) or "no refund waits")


def _refund(creditor: Creditor, waiting: WaitingRefund) -> dict[str, Any]:
    payment = waiting.payment
    return {
        "payment": payment.pk, "creditor": creditor.organisation_number, "on": payment.on, "name": waiting.name,
        "amount_minor": payment.refund_minor, "currency": payment.currency, "payer_account": payment.payer_account,
        "rejected": _reason(waiting.rejected) if waiting.rejected else "",
    }  # fmt: skip


def _refund_line(row: dict[str, Any]) -> str:
    money = money_in_words(row["amount_minor"], row["currency"])
    return f"{row['on']}  payment {row['payment']}  {money:>18}  {row['name']}  {row['rejected']}".rstrip()


@command.command(name="refund-account")
@click.argument("payment")
@click.option("--bankgiro", help="Pay it back to this bankgiro.")
@click.option("--plusgiro", help="Pay it back to this plusgiro.")
@click.option("--account", help="Pay it back to this bank account: clearing number, comma, account.")
@click.option("--iban", help="Pay it back to this IBAN.")
@click.option("--name", default="", help="The payee's name, when it is another than the payer's.")
@by_option
@on_option()
@creditor_option
@json_option
def refund_account(
    payment: str, bankgiro: str | None, plusgiro: str | None, account: str | None, iban: str | None, name: str, by: str, on: date,
    creditor: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Say where what PAYMENT was too much goes back to. An order is made; another person releases it."""
    given = [(k, v) for k, v in (("bankgiro", bankgiro), ("plusgiro", plusgiro), ("account", account), ("iban", iban)) if v]
    if len(given) != 1:
        raise Refused("name one account: --bankgiro, --plusgiro, --account or --iban", field="--bankgiro")
    from fordran.formats.pain import read_payee

    payee = read_payee(*given[0])
    ready("batch")
    from fordran.creditors.apply import find_creditor
    from fordran.payouts.refunds import refund_to
    from fordran.settlement.suspense import find_payment

    found = find_payment(payment, find_creditor(creditor) if creditor else None)
    data = _order(refund_to(found, payee, by=by, today=on, name=name))
    answer(data, as_json, _order_line(data))
