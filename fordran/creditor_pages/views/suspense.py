"""Money that waits for a person: the work list beside its candidates, and the deeds that clear it.

As with a case, the consequence comes first: the deed itself, run and taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from fordran.cases.consequences import consequence_of
from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.core.money import money_in_words
from fordran.core.problems import Refused
from fordran.creditor_pages import payment_list
from fordran.creditor_pages.case_list import OPEN_SUM, folded
from fordran.creditor_pages.fields import Wrong, read_sum
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.told import told
from fordran.creditor_pages.views.payments import the_payment
from fordran.creditor_pages.words import language, t, tn
from fordran.settlement import suspense as deeds
from fordran.settlement.candidates import Candidate, Waiting, candidates, count_waiting, work_list
from fordran.settlement.models import Payment
from fordran.settlement.undo import unmatch as take_off

AT_A_TIME = 20
FOUND_AT_MOST = 10
LIKELY, POSSIBLE = 70, 40
"""Scores of candidates from which the words are stronger."""


@dataclass(slots=True)
class Suggestion:
    """A candidate in the visitor's words."""

    candidate: Candidate
    why: str
    how_likely: str


def suggestions(found: Sequence[Candidate]) -> list[Suggestion]:
    def likely(score: int) -> str:
        return t("Troligt") if score >= LIKELY else t("Möjligt") if score >= POSSIBLE else t("Osäkert")

    return [Suggestion(c, c.say(language()), str(likely(c.score))) for c in found if c.stage != "closed"]


@dataclass(slots=True)
class Row:
    """A payment of the work list with its suggestions beside it."""

    payment: Any
    why: str
    suggested: str
    suggestions: list[Suggestion]
    closed: Candidate | None  # the closed case it seems to be for


def _row(office: Office, waiting: Waiting) -> Row:
    why = office.country.say(waiting.because, language()) if waiting.because else ""
    closed = next((c for c in waiting.candidates if c.stage == "closed"), None)
    return Row(waiting.payment, why, waiting.suggested, suggestions(waiting.candidates), closed)


@creditor_page()
def waiting(request: PageRequest) -> HttpResponse:
    """What waits for somebody to say what it is for, oldest first."""
    creditor = request.creditor
    office = open_office(creditor)
    after = payment_list.row_number(request.GET.get("after", ""))
    found = work_list(office, after=after, limit=AT_A_TIME + 1)
    rows = [_row(office, w) for w in found[:AT_A_TIME]]
    payment_list.dress(creditor, [row.payment for row in rows])
    counts = count_waiting(creditor.pk)
    return page(
        request,
        "payments.html",
        rows=rows,
        next=rows[-1].payment.pk if len(found) > AT_A_TIME else "",
        is_first=not after,
        waiting=counts["suspense"],
        for_a_case=counts["waiting"],
        unsettled=Payment.objects.filter(creditor=creditor, state__in=["new", "found"]).count(),
    )


# ---- against a case ---------------------------------------------------------------------------------------------


@creditor_page("work")
def match(request: PageRequest, payment_id: int) -> HttpResponse:
    """GET: the payment beside what it may be for, and a search. POST: what will happen, then the deed."""
    payment = the_payment(request, payment_id)
    if request.method == "POST" and (answer := _match(request, payment)) is not None:
        return answer
    office, text = open_office(request.creditor), request.GET.get("q", "").strip()[:100]
    found = candidates(office, [payment]).get(payment.pk, ()) if payment.held_minor > 0 else ()
    return page(
        request,
        "payment_match.html",
        payment=payment,
        suggestions=suggestions(found),
        words=text,
        cases=_search(request.creditor, payment, text) if text else [],
        searched=bool(text),
    )


def _search(creditor: Any, payment: Any, text: str) -> list[Any]:
    """Running cases in the payment's currency: by number, OCR or invoice, by the debtor's name or customer number."""
    digits = "".join(text.split())
    rows = Case.objects.filter(creditor=creditor, currency=payment.currency).exclude(stage="closed")
    rows = rows.filter(
        Q(number__startswith=digits) | Q(ocr=digits) | Q(invoice__number__startswith=text) | Q(invoice__reference=digits)
        | Q(customer__key=text) | Q(customer__search_text__contains=folded(text))
    )  # fmt: skip
    return list(rows.annotate(open_sum=OPEN_SUM).select_related("customer", "invoice").order_by("due_on", "id")[:FOUND_AT_MOST])


def _match(request: PageRequest, payment: Any) -> HttpResponse | None:
    """None when nothing came of it, and a message says why."""
    creditor, today, by = request.creditor, request.today, request.user.get_username()
    rows = Case.objects.select_related("customer", "invoice", "creditor")
    case = get_object_or_404(rows, creditor=creditor, number=request.POST.get("case", "")[:20])
    typed = request.POST.get("amount", "").strip()
    try:
        minor = read_sum(typed) if typed else payment.held_minor
        if minor > payment.held_minor:
            waits = money_in_words(payment.held_minor, payment.currency)
            raise Wrong(t("Bara {sum} väntar. Skriv högst så mycket.", sum=waits))
        outcomes: list[Any] = []

        def deed() -> None:
            outcomes.append(deeds.match_by_hand(payment, case, by=by, today=today, amount_minor=minor))

        if request.POST.get("confirm") == "yes":
            deed()
            messages.success(request, t("Betalningen är ställd mot ärende {number}.", number=case.number))
            return _onward(request)
        lines = _told_match(consequence_of(case, deed), case, payment, minor, outcomes[0])
    except Wrong as wrong:
        messages.error(request, str(wrong))
        return None
    except Refused as refused:
        messages.error(request, str(refused))
        return None
    return page(
        request,
        "payment_confirm.html",
        payment=payment,
        title=t("Ställ betalningen mot ärendet"),
        about=f"{case.customer.name}, {case.number}",
        told=lines,
        button=t("Ställ betalningen mot ärendet"),
        hidden=[("case", case.number)],
        amount=typed,
        part=True,
        back=reverse("payment-match", args=[creditor.organisation_number, payment.pk]),
    )


def _told_match(consequence: Any, case: Case, payment: Any, minor: int, outcome: Any) -> list[str]:
    lines = told(consequence, "match", case)
    if outcome.refund_minor:
        sum_ = money_in_words(outcome.refund_minor, payment.currency)
        lines.append(str(t("{sum} är mer än skulden. Det ska betalas tillbaka till den som betalade.", sum=sum_)))
    if payment.held_minor > minor:
        rest = money_in_words(payment.held_minor - minor, payment.currency)
        lines.append(str(t("{sum} av betalningen väntar kvar.", sum=rest)))
    return lines


def _onward(request: PageRequest) -> HttpResponse:
    """Back to the work list, where the next one is."""
    return redirect("payments", request.creditor.organisation_number)


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
        t("Själva utbetalningen gör ni i banken."),
    ]
    return _act(request, payment, t("Betala tillbaka"), lines, t("Betala tillbaka {sum}", sum=waits), reason="optional")


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
    rows: list[Any] = list(_may_be(found)[:AT_A_TIME])
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
    context = {"cases": rows.order_by("due_on", "id")[:AT_A_TIME], "number": number, "how": how}
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
