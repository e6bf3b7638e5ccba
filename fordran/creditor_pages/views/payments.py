"""Every payment, and one payment: how it found its case, and what it paid of it by the law's order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from fordran.cases.models import Case
from fordran.creditor_pages import payment_list, words
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.payment_list import PaymentFilter, dress
from fordran.creditor_pages.sheets import Column, sheet_answer
from fordran.creditor_pages.tables import cut
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import t
from fordran.settlement.models import Allocation, Payment


@creditor_page()
def every_payment(request: PageRequest) -> HttpResponse:
    creditor = request.creditor
    wanted = PaymentFilter.read(request.GET)
    rows = wanted.rows(creditor)
    if request.GET.get("as") == "xlsx":
        return as_excel(request, wanted, rows)
    counts = payment_list.state_counts(creditor)
    found = cut(rows, wanted.order, wanted.after)
    dress(creditor, found.rows)
    return page(
        request,
        "payments_all.html",
        wanted=wanted,
        found=found,
        totals=payment_list.totals(rows),
        all=sum(counts.values()),
        states=[(name, t(said), counts[name]) for name, (said, _) in words.PAYMENT_STATES.items() if counts.get(name)],
        vias=[(name, t(said)) for name, said in words.PAYMENT_VIAS.items()],
    )


def as_excel(request: PageRequest, wanted: PaymentFilter, rows: QuerySet[Payment]) -> HttpResponse:
    columns = [
        Column(t("Bokförd"), "day", 12),
        Column(t("Läst"), "day", 12),
        Column(t("Betalare"), width=32),
        Column(t("Referens"), width=22),
        Column(t("Slag"), width=14),
        Column(t("Hur pengarna kom"), width=22),
        Column(t("Tillstånd"), width=18),
        Column(t("Hittad på"), width=20),
        Column(t("Säkerhet"), "number", 10),
        Column(t("Varför"), width=60),
        Column(t("Ärende"), width=30),
        Column(t("Valuta"), width=8),
        Column(t("Belopp"), "money"),
        Column(t("Väntar"), "money"),
        Column(t("Betalas tillbaka"), "money"),
    ]
    about = [
        (t("Företag"), request.creditor.name),
        (t("Dag"), request.today),
        (t("Hämtad av"), request.user.get_full_name() or request.user.get_username()),
        (t("Sökning"), wanted.words or "–"),
        (t("Tillstånd"), words.word(_STATES, wanted.state) if wanted.state else "–"),
        (t("Period"), f"{wanted.since or '…'} – {wanted.until or '…'}"),
        (t("Antal betalningar"), str(sum(row["n"] for row in payment_list.totals(rows)))),
    ]
    return sheet_answer(
        name="inbetalningar", title=t("Inbetalningar"), about=about, columns=columns, rows=_sheet_rows(request.creditor, rows)
    )


_STATES = {name: said for name, (said, _) in words.PAYMENT_STATES.items()}
ROWS_AT_ONCE = 1000


def _sheet_rows(creditor: Any, rows: QuerySet[Payment]) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for payment in rows.order_by("-on", "id").iterator(chunk_size=ROWS_AT_ONCE):
        batch.append(payment)
        if len(batch) == ROWS_AT_ONCE:
            yield from _lines(creditor, batch)
            batch = []
    yield from _lines(creditor, batch)


def _lines(creditor: Any, batch: list[Any]) -> Iterator[list[Any]]:
    dress(creditor, batch)
    for payment in batch:
        yield [
            payment.on,
            payment.learnt_on,
            payment.who,
            payment.reference,
            words.word(words.PAYMENT_KINDS, payment.kind),
            words.word(words.PAYMENT_VIAS, payment.via),
            words.word(_STATES, payment.state),
            words.word(words.PAYMENT_MATCHED_BY, payment.matched_by) if payment.matched_by else "",
            payment.confidence or None,
            payment.why,
            ", ".join(case.number for case in payment.paid),
            payment.currency,
            payment.signed_minor,
            payment.held_minor or None,
            payment.refund_minor or None,
        ]


def the_payment(request: PageRequest, payment_id: int) -> Any:
    """With what its line shows."""
    rows = Payment.objects.select_related("deposit__file", "takes_from")
    payment = get_object_or_404(rows, creditor=request.creditor, pk=payment_id)
    dress(request.creditor, [payment])
    return payment


@creditor_page()
def payment_page(request: PageRequest, payment_id: int) -> HttpResponse:
    creditor, payment = request.creditor, the_payment(request, payment_id)
    rows = Allocation.objects.filter(creditor=creditor, payment=payment).select_related("case__customer", "case__invoice")
    allocations: list[Any] = list(rows.order_by("id"))
    turned = {row.reverses_id for row in allocations if row.reverses_id}
    live = [row for row in allocations if row.reverses_id is None and row.pk not in turned]
    for row in live:
        row.sum_minor = row.costs_minor + row.interest_minor + row.capital_minor
    taken: list[Any] = list(Payment.objects.filter(creditor=creditor, takes_from=payment).order_by("id"))
    return page(
        request,
        "payment.html",
        payment=payment,
        live=live,
        sums=_sums(live),
        law=next((row.act for row in live if row.act), ""),
        undone=[row for row in allocations if row.pk in turned],
        taken=taken,
        about=_about(payment, creditor),
        by_person=payment.matched_by == "person",
        acts=acts_for(payment, bool(live)),
    )


def _about(payment: Any, creditor: Any) -> Case | None:
    """The case that a payment without one seems to concern."""
    if not payment.about_case or payment.paid:
        return None
    return Case.objects.filter(creditor=creditor, pk=payment.about_case).select_related("customer", "invoice").first()


def _sums(live: list[Any]) -> dict[str, int]:
    parts = ("costs_minor", "interest_minor", "capital_minor", "waived_minor", "sum_minor")
    return {part: sum(getattr(row, part) for row in live) for part in parts}


def acts_for(payment: Any, is_set: bool) -> list[str]:
    """What a person may do with it now. The deeds themselves have the last word."""
    if payment.via != "bank":
        return []
    found = []
    if payment.direction > 0 and payment.kind == "payment" and payment.held_minor > 0:
        found += ["match", "refund", "pass-on"]
    if payment.direction < 0 and payment.state == "suspense":
        found.append("entry")
    if payment.direction > 0 and (is_set or payment.state in ("refunded", "own") or payment.refund_minor):
        found.append("unmatch")
    if payment.refund_minor and payment.paid:
        found.append("set-off")
    return found
