"""What a person does with one payment: back to the payer, to the creditor, off its cases, against another debt.

As with a case, the consequence comes first: the deed itself, run and taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from fordran.cases.consequences import consequence_of
from fordran.cases.models import Case
from fordran.core.money import money_in_words
from fordran.core.problems import Refused
from fordran.creditor_pages import payment_list
from fordran.creditor_pages.case_list import OPEN_SUM
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.told import told
from fordran.creditor_pages.views.payments import the_payment
from fordran.creditor_pages.words import t, tn
from fordran.settlement import suspense as deeds
from fordran.settlement.models import Payment
from fordran.settlement.undo import unmatch as take_off

SHOWN_AT_MOST = 20


# ---- back to the payer, off its cases ---------------------------------------------------------------------------


@creditor_page("work")
def refund(request: PageRequest, payment_id: int) -> HttpResponse:
    payment = the_payment(request, payment_id)
    if request.method == "POST":
        return _do(
            request, payment, lambda by: deeds.refund(payment, by=by, today=request.today, reason=_reason(request)),
            t("Pengarna ska betalas tillbaka."),
        )  # fmt: skip
    waits = money_in_words(max(payment.held_minor, 0), payment.currency)
    lines = [
        t("{sum} bokförs som en skuld till den som betalade.", sum=waits),
        t("Inget ärende ändras. Skulden hos den som ska betala står kvar."),
        t("Kontot anges under Utbetalningar, och en annan person släpper pengarna."),
    ]
    return _act(request, payment, t("Betala tillbaka"), lines, t("Betala tillbaka {sum}", sum=waits), reason="optional")


@creditor_page("work")
def pass_on(request: PageRequest, payment_id: int) -> HttpResponse:
    """The money is the creditor's own and no claim's: for an invoice that was settled in another way, or for something else."""
    payment, reason = the_payment(request, payment_id), _reason(request)
    if request.method == "POST" and reason:
        return _do(
            request, payment, lambda by: deeds.pass_on(payment, reason=reason, by=by, today=request.today),
            t("Pengarna är bokförda som era egna."),
        )  # fmt: skip
    waits = money_in_words(max(payment.held_minor, 0), payment.currency)
    lines = [
        t("{sum} bokförs som era pengar, utan att någon skuld här ändras.", sum=waits),
        t("Använd det när betalningen gäller en faktura som är reglerad på annat sätt, eller något annat än en faktura."),
    ]
    wrong = _NO_REASON if request.method == "POST" else ""
    title, button = t("Pengarna är era egna"), t("Bokför {sum} som era egna", sum=waits)
    return _act(request, payment, title, lines, button, reason="needed", wrong=wrong, status=422 if wrong else 200)


@creditor_page("work")
def unmatch(request: PageRequest, payment_id: int) -> HttpResponse:
    """The payment is taken off its cases. The reason is asked for first; then what will happen is shown."""
    payment, title = the_payment(request, payment_id), t("Ta loss betalningen")
    reason, by = _reason(request), request.user.get_username()

    def deed() -> object:
        return take_off(payment, reason=reason, by=by, today=request.today)

    if request.method != "POST":
        lines = [
            t("Skulden kommer tillbaka i de ärenden som betalningen räknades av i."),
            t("Väntan inför nästa steg börjar om. Inga nya kostnader läggs på för att betalningen tas loss."),
            t("Pengarna väntar sedan på att någon säger vad de gäller."),
        ]
        return _act(request, payment, title, lines, t("Visa vad som händer"), reason="needed")
    if not reason:
        return _act(request, payment, title, [], t("Visa vad som händer"), reason="needed", wrong=_NO_REASON, status=422)
    if request.POST.get("confirm") == "yes":
        return _do(request, payment, lambda _by: deed(), t("Betalningen är lossad och väntar."))
    try:
        will_happen = _told_unmatch(payment, deed)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("payment", request.creditor.organisation_number, payment.pk)
    return page(
        request, "payment_confirm.html", payment=payment, title=title, about=payment.title, told=will_happen, button=title,
        hidden=[("reason", reason)],
        back=reverse("payment-unmatch", args=[request.creditor.organisation_number, payment.pk]),
    )  # fmt: skip


_NO_REASON = "Skriv ett skäl. Det är bra att ha om ett år."
SHOWN_CASES = 5


def _told_unmatch(payment: Any, deed: Callable[[], object]) -> list[str]:
    """Case by case, for the first of them; one run of the deed for each."""
    cases = Case.objects.select_related("customer").in_bulk([case.pk for case in payment.paid[:SHOWN_CASES]])
    lines: list[str] = []
    for case in cases.values():
        after = consequence_of(case, deed)
        if after.before.stage == "closed" and after.after.stage != "closed":
            lines.append(str(t("Ärende {number} öppnas igen.", number=case.number)))
        lines += [f"{case.number}: {line}" if len(cases) > 1 else line for line in told(after, "unmatch", case)]
    if len(payment.paid) > SHOWN_CASES:
        more = len(payment.paid) - SHOWN_CASES
        lines.append(str(tn("Och likadant i {n} ärende till.", "Och likadant i {n} ärenden till.", more)))
    back = payment.amount_minor - payment.taken_minor
    lines.append(str(t("{sum} väntar på att någon säger vad de gäller.", sum=money_in_words(back, payment.currency))))
    return lines


# ---- what the bank took back, and what the payer drew off --------------------------------------------------------


@creditor_page("work")
def entry(request: PageRequest, payment_id: int) -> HttpResponse:
    """A person says which payment a deduction lowers or a reversal takes back."""
    found = the_payment(request, payment_id)
    creditor = request.creditor
    if request.method == "POST":
        other: Any = get_object_or_404(Payment, creditor=creditor, pk=payment_list.row_number(request.POST.get("payment", "")))
        if request.POST.get("confirm") == "yes":
            return _do(
                request, found, lambda by: deeds.match_entry(found, other, by=by, today=request.today),
                t("Posten är lagd på betalningen."),
            )  # fmt: skip
        payment_list.dress(creditor, [other])
        return page(
            request, "payment_confirm.html", payment=found, title=_entry_title(found), about=other.title,
            told=_told_entry(found, other), button=_entry_title(found), hidden=[("payment", str(other.pk))],
            back=reverse("payment-entry", args=[creditor.organisation_number, found.pk]),
        )  # fmt: skip
    rows: list[Any] = list(_may_be(found)[:SHOWN_AT_MOST])
    payment_list.dress(creditor, rows)
    return page(request, "payment_entry.html", payment=found, rows=rows, title=_entry_title(found))


def _entry_title(found: Any) -> str:
    return str(t("Säg vilken betalning som togs tillbaka") if found.kind == "reversal" else t("Säg vad avdraget gäller"))


def _may_be(found: Any) -> Any:
    """Payments that the entry can be about: the same amount for what the bank took back, enough money for a deduction."""
    rows = Payment.objects.filter(
        creditor=found.creditor_id, currency=found.currency, kind="payment", direction=1, via="bank", on__lte=found.on
    )
    if found.kind == "reversal":
        rows = rows.filter(amount_minor=found.amount_minor, taken_minor=0, reversed_on=None).exclude(state="own")
    else:
        rows = rows.filter(held_minor__gte=found.amount_minor).exclude(state="matched")
    return rows.order_by("-on", "-id")


def _told_entry(found: Any, other: Any) -> list[str]:
    minor = money_in_words(found.amount_minor, found.currency)
    if found.kind == "reversal":
        lines = [t("Betalningen på {sum} gäller inte längre. Skulden kommer tillbaka och väntan börjar om.", sum=minor)]
        lines += [t("Ärende {number} bedöms på nytt.", number=case.number) for case in other.paid[:SHOWN_CASES]]
        return [str(line) for line in lines]
    left = money_in_words(other.held_minor - found.amount_minor, found.currency)
    return [str(t("{sum} dras av från betalningen. {left} av den väntar kvar.", sum=minor, left=left))]


# ---- an overpayment to another debt -----------------------------------------------------------------------------


@creditor_page("work")
def set_off(request: PageRequest, payment_id: int) -> HttpResponse:
    """What was paid too much goes to another due case of the same debtor, once the payer has been told by letter."""
    payment, creditor, today = the_payment(request, payment_id), request.creditor, request.today
    customers = {case.customer_id for case in payment.paid}
    rows = Case.objects.filter(creditor=creditor, customer__in=customers, currency=payment.currency, due_on__lt=today)
    rows = rows.exclude(stage="closed").annotate(open_sum=OPEN_SUM).select_related("customer", "invoice", "creditor")
    number, how = request.POST.get("case", ""), request.POST.get("told", "").strip()[:300]
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        case = rows.filter(number=number).first()
        if case is None:
            errors.append(("case", t("Välj ett ärende.")))
        if not how:
            errors.append(("told", t("Skriv hur och när den som betalade fick veta det.")))
        if case is not None and not errors:
            return _set_off(request, payment, case, how)
    context = {"cases": rows.order_by("due_on", "id")[:SHOWN_AT_MOST], "number": number, "how": how}
    return page(
        request, "payment_set_off.html", 422 if errors else 200, payment=payment, errors=errors, error_of=dict(errors), **context
    )


def _set_off(request: PageRequest, payment: Any, case: Case, how: str) -> HttpResponse:
    by, today = request.user.get_username(), request.today

    def deed() -> object:
        return deeds.set_off(payment, case, told=how, by=by, today=today)

    if request.POST.get("confirm") == "yes":
        return _do(request, payment, lambda _by: deed(), t("Överskottet är avräknat i ärende {number}.", number=case.number))
    try:
        lines = told(consequence_of(case, deed), "set-off", case)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("payment", request.creditor.organisation_number, payment.pk)
    return page(
        request, "payment_confirm.html", payment=payment, title=t("Räkna av överskottet i ett annat ärende"),
        about=f"{case.customer.name}, {case.number}", told=lines, button=t("Räkna av överskottet"),
        hidden=[("case", case.number), ("told", how)],
        back=reverse("payment-set-off", args=[request.creditor.organisation_number, payment.pk]),
    )  # fmt: skip


# ---- shared -----------------------------------------------------------------------------------------------------


def _reason(request: PageRequest) -> str:
    return request.POST.get("reason", "").strip()[:300]


def _act(
    request: PageRequest, payment: Any, title: str, lines: Sequence[str], button: str, *, reason: str, wrong: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    """A page with what will happen, a field for the reason, and the button."""
    errors = [("reason", t(wrong))] if wrong else []
    return page(
        request, "payment_act.html", status, payment=payment, title=title, told=lines, button=button, reason=reason,
        errors=errors, error_of=dict(errors),
    )  # fmt: skip


def _do(request: PageRequest, payment: Any, deed: Callable[[str], object], done: str) -> HttpResponse:
    try:
        deed(request.user.get_username())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("payment", request.creditor.organisation_number, payment.pk)
    messages.success(request, done)
    return redirect("payment", request.creditor.organisation_number, payment.pk)
