"""Check the ledger: how old what is open is, and what should be put right there before anybody is written to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from fordran.access.once import once
from fordran.core.problems import Refused
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.plots import Series, columns
from fordran.creditor_pages.sheets import Column, sheet_answer
from fordran.creditor_pages.tables import by_day, by_sum, cut
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import t
from fordran.invoices.models import Invoice
from fordran.onboarding.first_read import reading_of
from fordran.onboarding.ledger_check import (
    CHECKS,
    Age,
    Checked,
    ages,
    check_ledger,
    check_one,
    left_to_look_at,
    mark_looked,
    rows_of,
)
from fordran.onboarding.looks_paid import looks_paid

NAMES = {
    "looks-paid": "Troligen redan betalda",
    "negative": "Kunder som har pengar att få",
    "loose-credits": "Krediter som inte är avräknade",
    "reminded": "Redan påminda",
    "identity": "Personnummer eller organisationsnummer saknas",
    "address": "Adressen är inte hel",
    "kind": "Privatperson eller företag är inte känt",
    "protected": "Skyddade personuppgifter",
    "abroad": "Adress utomlands",
    "old": "Äldre än ett år",
}

WHY = {
    "looks-paid": "Öppna i reskontran, men banken har berättat om en betalning som ser ut att vara deras. Boka av dem först.",
    "negative": "Summan av kundens krediter är större än det som är öppet. Betala tillbaka eller boka av.",
    "loose-credits": "Kunden har en kredit utan faktura. Fakturor som krediten kan täcka lämnas tills ni har avräknat den.",
    "reminded": "En faktura får bara ha en påminnelse med avgift. De här får ett brev utan avgift.",
    "identity": "Påminnelsen skickas. Inkassokravet väntar tills numret finns.",
    "address": "Brevet kan inte skickas. Vi stannar och frågar er.",
    "kind": "Kunden behandlas som privatperson, med det skydd lagen ger.",
    "protected": "Vi skriver inget brev. En person hos er får ta över.",
    "abroad": "Inget inkassokrav skickas utomlands. Vi stannar och frågar er.",
    "old": "Stäm av att de verkligen är obetalda innan ni kräver dem.",
}

STATES = {"fine": "Bra", "look": "Titta på", "looked": "Sedd", "not_done": "Inte gjord"}
MARKS = {"fine": "check-circle-fill", "look": "exclamation-triangle-fill", "looked": "check2", "not_done": "circle"}

HOW = {
    "reference": "Betalningen har fakturans referens",
    "number": "Betalningen nämner fakturans nummer",
    "amount_and_payer": "Samma belopp, från kundens eget nummer",
}

SORTS = {"due": by_day("due_on"), "amount": by_sum(F("open_minor"))}


@creditor_page()
def ledger(request: PageRequest) -> HttpResponse:
    creditor, today = request.creditor, request.today
    found = ages(creditor, today)
    if request.GET.get("as") == "xlsx":
        return _ages_as_excel(request, found)
    checked = check_ledger(creditor, today)
    return page(
        request, "start_ledger.html", plot=_plot(found), checks=[_shown(one) for one in checked], left=left_to_look_at(checked),
        paid=next(one.n for one in checked if one.name == "looks-paid"), reading=reading_of(creditor),
        any=any(age.n for age in found),
    )  # fmt: skip


def _shown(one: Checked) -> dict[str, Any]:
    return {
        "checked": one, "name": t(NAMES[one.name]), "why": t(WHY[one.name]), "state": t(STATES[one.state]),
        "icon": MARKS[one.state],
    }  # fmt: skip


def _label(age: Age) -> str:
    if age.last == 0:
        return str(t("inte förfallet"))
    if age.last is None:
        return str(t("över ett år"))
    return str(t("{first}–{last} dagar", first=age.first, last=age.last))


def _plot(found: list[Age]) -> dict[str, Any]:
    names = [_label(age) for age in found]
    small = max((age.minor for age in found), default=0) < 2_000_000
    unit = t("Kronor.") if small else t("Tusen kronor.")
    series = [Series(str(t("öppet")), "2", [round(age.minor / (100 if small else 100_000)) for age in found])]
    label = t("Öppna fakturor efter dagar sedan förfallodagen. {unit}", unit=unit)
    short = ["0", "–6", "–30", "–60", "–90", "–180", "–365", "366–"]  # each is as old as its end
    late = sum(age.minor for age in found if age.first is not None)
    old = sum(age.minor for age in found if age.first is not None and age.first > 90)
    if not late:
        title = t("Inget är förfallet")
    else:
        title = t("{percent} procent av det förfallna är äldre än 90 dagar", percent=round(100 * old / late))
    return {
        "wide": columns(names=names, series=series, width=1240, label=label),
        "narrow": columns(names=short, series=series, width=326, label=label),
        "title": title, "unit": unit, "rows": [(name, age.n, age.minor) for name, age in zip(names, found, strict=True)],
    }  # fmt: skip


@creditor_page()
def check(request: PageRequest, name: str) -> HttpResponse:
    """The rows that one check found."""
    creditor, today = request.creditor, request.today
    if name not in CHECKS:
        raise Http404
    rows = rows_of(creditor, name, today)
    paid = looks_paid(creditor) if name == "looks-paid" else {}
    if request.GET.get("as") == "xlsx":
        return _rows_as_excel(request, name, rows, paid)
    sort = "amount" if request.GET.get("sort") == "amount" else "due"
    found = cut(rows, SORTS[sort], request.GET.get("after", ""))
    for row in found.rows:
        row.paid = paid.get(row.pk)
        row.how = t(HOW[row.paid.how]) if row.paid else ""
    shown = _shown(check_one(creditor, name, today))
    return page(request, "start_ledger_check.html", found=found, sort=sort, is_paid=name == "looks-paid", **shown)


@require_POST
@creditor_page("work")
def looked(request: PageRequest, name: str) -> HttpResponse:
    """A person has looked at what the check found."""
    creditor = request.creditor
    with once(request) as use:
        if use.answer:
            return redirect(use.answer)
        try:
            mark_looked(creditor, name, found=request.POST.get("found", ""), by=request.user.get_username(), today=request.today)
        except Refused:
            messages.warning(request, t("Reskontran har ändrats sedan sidan visades. Titta igen."))
            return redirect("check-ledger", creditor.organisation_number)
        use.answer = reverse("check-ledger", args=[creditor.organisation_number])
    return redirect(use.answer)


def _about(request: PageRequest) -> list[tuple[Any, Any]]:
    return [
        (t("Företag"), request.creditor.name),
        (t("Dag"), request.today),
        (t("Hämtad av"), request.user.get_full_name() or request.user.get_username()),
    ]


def _ages_as_excel(request: PageRequest, found: list[Age]) -> HttpResponse:
    columns_ = [Column(t("Dagar sedan förfallodagen"), width=26), Column(t("Fakturor"), "number"), Column(t("Öppet"), "money")]
    rows = [(_label(age), age.n, age.minor) for age in found]
    return sheet_answer(name="aldersanalys", title=t("Åldersanalys"), about=_about(request), columns=columns_, rows=rows)


def _rows_as_excel(request: PageRequest, name: str, rows: QuerySet[Invoice], paid: dict[int, Any]) -> HttpResponse:
    columns_ = [Column(t("Faktura")), Column(t("Kund"), width=32), Column(t("Kundnummer")), Column(t("Kundklass")),
                Column(t("Förföll"), "day", 12), Column(t("Valuta"), width=8), Column(t("Fakturabelopp"), "money"),
                Column(t("Öppet"), "money"), Column(t("Betald enligt banken"), "day", 20), Column(t("Betalt belopp"), "money"),
                Column(t("Varför"), width=44)]  # fmt: skip
    return sheet_answer(
        name=f"reskontra-{name}", title=t(NAMES[name]), about=_about(request), columns=columns_, rows=_sheet_rows(rows, paid)
    )


def _sheet_rows(rows: QuerySet[Invoice], paid: dict[int, Any]) -> Iterator[list[Any]]:
    for row in rows.order_by("due_on", "id").iterator(1000):
        one = paid.get(row.pk)
        yield [
            row.number, row.customer.name, row.customer.key, row.customer.class_key, row.due_on, row.currency, row.amount_minor,
            row.open_minor, one.on if one else None, one.amount_minor if one else None, t(HOW[one.how]) if one else "",
        ]  # fmt: skip
