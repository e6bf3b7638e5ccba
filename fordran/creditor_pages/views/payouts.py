"""What is paid out to the creditor: the next day and sum, every payout down to each krona, and the orders that a person lets go.

In own collection the money is the creditor's from the start, so there are only refunds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from fordran.cases.office import Office, open_office
from fordran.core.money import money_in_words
from fordran.core.problems import Refused
from fordran.creditor_pages import words
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.sheets import KIND
from fordran.creditor_pages.tables import Sort, cut
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import language, t, tn
from fordran.creditors.models import PayoutAccount
from fordran.formats.pain import Payee, read_payee, shown
from fordran.payouts.again import is_owed, order_again
from fordran.payouts.models import PaymentOrder, Payout
from fordran.payouts.orders import is_approved, release, withdraw
from fordran.payouts.prepare import coming
from fordran.payouts.schedule import next_day
from fordran.payouts.statement import COSTS, Statement, statement_of
from fordran.payouts.statement_paper import render_statement, statement_workbook
from fordran.payouts.terms import plan_of, prices_of

NEWEST = Sort(F("day"), date.fromisoformat, down=True)


@creditor_page()
def payouts(request: PageRequest) -> HttpResponse:
    creditor = request.creditor
    office = open_office(creditor)
    found = cut(Payout.objects.filter(creditor=creditor).prefetch_related("orders"), NEWEST, request.GET.get("after", ""))
    for payout in found.rows:
        payout.order = max(payout.orders.all(), key=lambda o: o.number, default=None)
    agency = creditor.mode == "agency"
    return page(
        request, "payouts.html", found=found, agency=agency, coming=_coming(office, request.today) if agency else None,
        proposals=_proposals(office) if agency else [], **_orders(creditor),  # type: ignore[arg-type]
    )  # fmt: skip


def _coming(office: Office, today: date) -> dict[str, Any]:
    """The next payout day, and what has been collected for it so far."""
    plan = plan_of(office.creditor)
    on = next_day(plan.schedule, office.country, today)
    sums = [
        {"currency": c.currency, "minor": c.sums.amount, "collected": c.sums.collected, "taken": c.sums.earned + c.sums.vat,
         "too_little": c.sums.amount < plan.minimum(c.currency), "minimum": plan.minimum(c.currency)}
        for c in coming(office, today)
    ]  # fmt: skip
    return {"on": on, "sums": sums, "prices": prices_of(office.creditor).on(today)}


def _proposals(office: Office) -> list[str]:
    """Payout accounts that no second person has approved."""
    found = []
    for row in PayoutAccount.objects.filter(creditor=office.creditor, approved_on__isnull=True).order_by("id"):
        try:
            found.append(shown(read_payee(row.kind, row.number)))
        except Refused:
            found.append(row.number)
    return found


def _orders(creditor: Any) -> dict[str, list[PaymentOrder]]:
    """Orders that wait for a person, are under way, or came back and are owed still."""
    rows = PaymentOrder.objects.filter(creditor=creditor).exclude(state="paid").select_related("payout", "payment")
    orders = [dress(order) for order in rows.order_by("number")]
    last: dict[tuple[Any, Any], int] = {(o.payout_id, o.payment_id): o.number for o in orders}
    paid = set(PaymentOrder.objects.filter(creditor=creditor, state="paid", kind="payout").values_list("payout_id", flat=True))
    return {
        "waiting": [o for o in orders if o.state == "proposed"],
        "under_way": [o for o in orders if o.state in ("released", "sent", "accepted")],
        "came_back": [
            o for o in orders
            if o.state in ("rejected", "returned") and last[o.payout_id, o.payment_id] == o.number and o.payout_id not in paid
            and (o.payment is None or o.payment.refund_minor > 0)
        ],
    }  # fmt: skip


def dress(order: PaymentOrder) -> PaymentOrder:
    """With what a page shows of it."""
    order.account = shown(Payee(order.to_kind, order.to_number))  # type: ignore[attr-defined]
    order.account_kind = words.word(words.ACCOUNT_KINDS, order.to_kind)  # type: ignore[attr-defined]
    order.why = why_back(order)  # type: ignore[attr-defined]
    return order


def why_back(order: PaymentOrder) -> str:
    """Why the bank did not pay, in our words where the code is a common one, and the bank's own."""
    known = words.word(words.BANK_REASONS, order.reason_code) if order.reason_code in words.BANK_REASONS else order.reason_code
    return ": ".join(filter(None, [str(known), order.reason_text]))


# ---- one payout -------------------------------------------------------------------------------------------------


def _the_statement(request: PageRequest, number: str) -> Statement:
    payout = get_object_or_404(Payout, creditor=request.creditor, number=number)
    return statement_of(open_office(request.creditor), payout)


@creditor_page()
def payout(request: PageRequest, payout: str) -> HttpResponse:
    statement = _the_statement(request, payout)
    costs = [(kind, statement.total.costs[kind]) for kind in COSTS if statement.total.costs.get(kind)]
    orders = [dress(order) for order in statement.payout.orders.order_by("-number")]
    return page(
        request, "payout.html", payout=statement.payout, statement=statement, total=statement.total, costs=costs, orders=orders,
        order=orders[0] if orders else None, owed=is_owed(statement.payout),
    )  # fmt: skip


@creditor_page()
def statement(request: PageRequest, payout: str, form: str) -> HttpResponse:
    found = _the_statement(request, payout)
    if form == "json":
        answer: HttpResponse = JsonResponse(found.as_dict(), json_dumps_params={"ensure_ascii": False, "indent": 1})
    elif form == "pdf":
        answer = HttpResponse(render_statement(found, language()), content_type="application/pdf")
    elif form == "xlsx":
        answer = HttpResponse(statement_workbook(found, language()), content_type=KIND)
    else:
        raise Http404
    how = "inline" if form == "pdf" else "attachment"
    answer["Content-Disposition"] = f'{how}; filename="{found.payout.number}.{form}"'
    return answer


@creditor_page("work")
def again(request: PageRequest, payout: str) -> HttpResponse:
    """A payout that the bank did not pay is ordered once more; the page says to which account first."""
    found = get_object_or_404(Payout, creditor=request.creditor, number=payout)
    if request.method == "POST":
        try:
            order = order_again(found, by=request.user.get_username(), today=request.today)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, t("Order {n} väntar på att någon släpper den.", n=order.number))
        return redirect("payout", request.creditor.organisation_number, found.number)
    owed = is_owed(found)
    money = money_in_words(found.amount_minor, found.currency)
    lines = [
        t("En ny order på {sum} görs till kontot som är godkänt nu.", sum=money),
        t("Den går till banken först när någon har släppt den."),
    ]
    back = ("payout", found.number)
    if not owed:
        lines = [t("Utbetalningen är redan beställd eller betald, så det finns inget att göra om.")]
    return page(
        request, "payout_act.html", title=t("Beställ utbetalningen igen"), told=lines, button=t("Beställ igen") if owed else "",
        about=f"{found.number}, {money}", back=back, reason="",
    )  # fmt: skip


# ---- letting go -------------------------------------------------------------------------------------------------


def _chosen(request: PageRequest, given: Sequence[str]) -> list[PaymentOrder]:
    numbers = [int(n) for n in given if n.isdigit() and len(n) < 10]
    rows = PaymentOrder.objects.filter(creditor=request.creditor, state="proposed", number__in=numbers)
    return [dress(order) for order in rows.select_related("payout", "payment").order_by("number")]


@creditor_page("work")
def release_orders(request: PageRequest) -> HttpResponse:
    """What will be sent, to whom and how much in all, before anybody lets it go."""
    orders = _chosen(request, request.GET.getlist("order"))
    by = request.user.get_username()
    totals: dict[str, int] = {}
    for order in orders:
        totals[order.currency] = totals.get(order.currency, 0) + order.amount_minor
        order.own = order.account_by == by  # type: ignore[attr-defined]
        order.lost = (  # type: ignore[attr-defined]
            order.kind == "payout" and not is_approved(request.creditor, Payee(order.to_kind, order.to_number))
        )
    return page(
        request, "payout_release.html", orders=orders, totals=sorted(totals.items()), may_sign=request.role == "sign",
        stopped=any(order.own or order.lost for order in orders),  # type: ignore[attr-defined]
    )  # fmt: skip


@require_POST
@creditor_page("sign")
def released(request: PageRequest) -> HttpResponse:
    orders = _chosen(request, request.POST.getlist("order"))
    try:
        done = release(request.creditor, [order.number for order in orders], by=request.user.get_username(), today=request.today)
    except Refused as refused:
        for problem in refused.problems:
            messages.error(request, problem.message)
    else:
        n = len(done)
        messages.success(request, tn("{n} order är släppt.", "{n} order är släppta.", n))
    return redirect("payouts", request.creditor.organisation_number)


@creditor_page("work")
def withdraw_order(request: PageRequest, order: int) -> HttpResponse:
    found = dress(get_object_or_404(PaymentOrder, creditor=request.creditor, number=order))
    reason = request.POST.get("reason", "").strip()[:300]
    errors = []
    if request.method == "POST" and not reason:
        errors.append(("reason", t("Skriv ett skäl. Det är bra att ha om ett år.")))
    if request.method == "POST" and not errors:
        try:
            withdraw(found, reason=reason, by=request.user.get_username(), today=request.today)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, t("Order {n} är tillbakadragen.", n=found.number))
        return redirect("payouts", request.creditor.organisation_number)
    money = money_in_words(found.amount_minor, found.currency)
    may = found.state in ("proposed", "released")
    lines = [t("Ordern går inte till banken. {sum} väntar i stället på en ny order.", sum=money)]
    if not may:
        lines = [t("Ordern har redan gått till banken, så den kan inte dras tillbaka här.")]
    return page(
        request, "payout_act.html", 422 if errors else 200, title=t("Dra tillbaka order {n}", n=found.number), told=lines,
        button=t("Dra tillbaka ordern") if may else "", about=f"{found.to_name}, {money}", back=("payouts", None),
        reason="needed", errors=errors, error_of=dict(errors),
    )  # fmt: skip
