"""Money that goes back to those who paid too much: the list of what waits for an account, and where one enters it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from fordran.core.problems import Refused
from fordran.creditor_pages import words
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.views.payouts import dress, why_back
from fordran.creditor_pages.words import t
from fordran.formats.pain import read_payee
from fordran.payouts.models import PaymentOrder
from fordran.payouts.refunds import refund_to, waiting_refunds
from fordran.settlement.models import Payment

SHOWN = 200


@creditor_page()
def refunds(request: PageRequest) -> HttpResponse:
    creditor = request.creditor
    waiting = waiting_refunds(creditor)
    rows = [{"refund": one, "why": why_back(one.rejected) if one.rejected else ""} for one in waiting[:SHOWN]]
    orders = PaymentOrder.objects.filter(creditor=creditor, kind="refund").exclude(state__in=["rejected", "returned"])
    return page(
        request, "refunds.html", rows=rows, more=len(waiting) - len(rows),
        orders=[dress(order) for order in orders.select_related("payment").order_by("-number")[:SHOWN]],
    )  # fmt: skip


@creditor_page("work")
def account(request: PageRequest, payment_id: int) -> HttpResponse:
    """Where the money goes back to. An order is made of it, which another person releases."""
    payment = get_object_or_404(Payment, creditor=request.creditor, pk=payment_id)
    known = next((one for one in waiting_refunds(request.creditor) if one.payment.pk == payment.pk), None)
    given = {name: request.POST.get(name, "").strip()[:100] for name in ("kind", "number", "name")}
    errors: list[tuple[str, Any]] = []
    if request.method == "POST":
        try:
            payee = read_payee(given["kind"] or "bankgiro", given["number"])
            order = refund_to(payment, payee, by=request.user.get_username(), today=request.today, name=given["name"])
        except Refused as refused:
            errors.append(("number", t(_WRONG.get(given["kind"], "")) if refused.problems[0].field in _FIELDS else str(refused)))
        else:
            messages.success(request, t("Order {n} väntar på att någon annan än du släpper den.", n=order.number))
            return redirect("refunds", request.creditor.organisation_number)
    return page(
        request, "refund_account.html", 422 if errors else 200, payment=payment, known=known, given=given, errors=errors,
        error_of=dict(errors), kinds=[(name, t(said)) for name, said in words.ACCOUNT_KINDS.items()],
    )  # fmt: skip


_FIELDS = ("bankgiro", "plusgiro", "account", "iban", "kind")
_WRONG = {
    "bankgiro": "Bankgironumret stämmer inte. Sista siffran är en kontrollsiffra; kontrollera att alla siffror är rätt.",
    "plusgiro": "Plusgironumret stämmer inte. Sista siffran är en kontrollsiffra; kontrollera att alla siffror är rätt.",
    "account": "Skriv clearingnumret, ett komma och kontot, till exempel 6112, 123 456 789.",
    "iban": "Ibannumret stämmer inte. Kontrollera varje tecken.",
    "": "Välj sorts konto.",
}
