"""The creditor's book-keeping: whether the ledgers agree, vouchers and their file, and where each kind of money goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from fordran.books.entries import Kind
from fordran.books.make import make_vouchers
from fordran.books.models import Reconciliation, Voucher, VoucherLine
from fordran.books.plan import Role
from fordran.books.plans import plan_of
from fordran.books.reconcile import keep, reconcile
from fordran.books.sie_file import export, financial_year, plan_in_words
from fordran.books.words import KINDS, ROLES, UNEXPLAINED, because, money_rows
from fordran.cases.models import Case
from fordran.cases.office import open_office
from fordran.core.problems import Refused
from fordran.creditor_pages.fields import Wrong, read_day
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.sheets import Column, sheet_answer
from fordran.creditor_pages.tables import by_sum, cut
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import language, t, tn

SHOWN = 200
"""Differences on the page; the workbook has all that were kept."""


@creditor_page()
def agreement(request: PageRequest) -> HttpResponse:
    """The last proof."""
    last = Reconciliation.objects.filter(creditor=request.creditor).order_by("-id").first()
    if last is None:
        return page(request, "books.html", last=None)
    rows = [_dressed(row) for row in last.report["differences"]]
    if request.GET.get("as") == "xlsx":
        return _as_excel(request, last, rows)
    _link(request, rows[:SHOWN])
    return page(
        request,
        "books.html",
        last=last,
        rows=rows[:SHOWN],
        more=last.differences - min(len(rows), SHOWN),
        sides=_sides(last.report),
        money=[(proof["currency"], money_rows(proof, language()), proof["ok"]) for proof in last.report["money"]],
        last_read=_day(last.report["last_read_on"]),
    )


@creditor_page("work")
@require_POST
def agree_now(request: PageRequest) -> HttpResponse:
    """Made from what was last read: a page never waits for the ERP."""
    office = open_office(request.creditor)
    make_vouchers(office, request.today)
    kept = keep(request.creditor, reconcile(office, request.today), by=request.user.get_username())
    if kept.unexplained:
        messages.warning(request, tn("{n} skillnad är oförklarad.", "{n} skillnader är oförklarade.", kept.unexplained))
    else:
        messages.success(request, t("Avstämt. Allt går ihop eller har en förklaring."))
    return redirect("books", organisation_number=request.creditor.organisation_number)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _sides(report: dict[str, Any]) -> list[tuple[str, int, int, int]]:
    theirs, ours = report["theirs_minor"], report["ours_minor"]
    return [(c, theirs.get(c, 0), ours.get(c, 0), theirs.get(c, 0) - ours.get(c, 0)) for c in sorted({*theirs, *ours}) or ["SEK"]]


def _dressed(row: dict[str, Any]) -> dict[str, Any]:
    lang = language()
    causes = [(minor, because(why, about, lang)) for why, minor, about in row["because"]]
    if row["unexplained_minor"]:
        causes.append((row["unexplained_minor"], UNEXPLAINED[0 if lang == "sv" else 1]))
    return {**row, "causes": causes, "difference": row["theirs_minor"] - row["ours_minor"], "customer": ""}


def _link(request: PageRequest, rows: list[dict[str, Any]]) -> None:
    """Whose case it is, in one query."""
    cases = Case.objects.filter(creditor=request.creditor, number__in=[row["case"] for row in rows if row["case"]])
    names = dict(cases.values_list("number", "customer__name"))
    for row in rows:
        row["customer"] = names.get(row["case"], "")


def _as_excel(request: PageRequest, last: Reconciliation, rows: list[dict[str, Any]]) -> HttpResponse:
    columns = [
        Column(t("Faktura"), width=16), Column(t("Ärende"), width=16), Column(t("Valuta"), width=8),
        Column(t("Er reskontra"), "money"), Column("Fordran", "money"), Column(t("Skillnad"), "money"),
        Column(t("Därav"), "money"), Column(t("Varför"), width=80),
    ]  # fmt: skip
    about = [
        (t("Företag"), request.creditor.name), (t("Dag"), last.on), (t("Jämförda poster"), str(last.compared)),
        (t("Oförklarade"), str(last.unexplained)),
    ]  # fmt: skip
    lines = (
        [row["number"], row["case"], row["currency"], row["theirs_minor"], row["ours_minor"], row["difference"], minor, words]
        for row in rows
        for minor, words in row["causes"]
    )
    return sheet_answer(name="avstamning", title=t("Avstämning"), about=about, columns=columns, rows=lines)


# ---- vouchers -----------------------------------------------------------------------------------------------------

NEWEST = by_sum(F("number"))


@creditor_page()
def vouchers(request: PageRequest) -> HttpResponse:
    """The list, as a workbook, and as a file for the book-keeping program."""
    creditor, plan = request.creditor, plan_of(request.creditor)
    year = financial_year(request.today, plan.year_starts)
    values = {"from": request.GET.get("from", str(year[0])), "to": request.GET.get("to", str(min(year[1], request.today)))}
    error = ""
    if request.GET.get("as") == "sie":
        try:
            since, until = read_day(values["from"]), read_day(values["to"])
            made = export(creditor, since, until, today=request.today, currency=request.GET.get("currency", "SEK"))
        except Wrong as wrong:
            error = str(wrong)
        except Refused:
            error = str(t("Perioden har ingen verifikation, eller går över ett årsskifte. En fil gäller ett räkenskapsår."))
        else:
            return _download(made.content, f"fordran-{since:%Y%m%d}-{until:%Y%m%d}.si")
    rows = Voucher.objects.filter(creditor=creditor)
    if request.GET.get("as") == "xlsx":
        return _vouchers_as_excel(request)
    found = cut(rows, NEWEST, request.GET.get("after", ""))
    for voucher in found.rows:
        voucher.kind_words = _kind(voucher.kind)
    return page(request, "books_vouchers.html", found=found, values=values, error=error)


def _kind(kind: str) -> str:
    return KINDS[Kind(kind)][0 if language() == "sv" else 1]


def _download(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _vouchers_as_excel(request: PageRequest) -> HttpResponse:
    columns = [
        Column(t("Verifikation"), width=14), Column(t("Dag"), "day", 12), Column(t("Slag"), width=24),
        Column(t("Konto"), width=10), Column(t("Valuta"), width=8), Column(t("Debet"), "money"), Column(t("Kredit"), "money"),
        Column(t("Betalning"), "number"), Column(t("Ärende"), width=16),
    ]  # fmt: skip
    about = [(t("Företag"), request.creditor.name), (t("Dag"), request.today)]
    return sheet_answer(name="verifikationer", title=t("Verifikationer"), about=about, columns=columns, rows=_every_line(request))


def _every_line(request: PageRequest) -> Iterator[list[Any]]:
    numbers = dict(Case.objects.filter(creditor=request.creditor).values_list("id", "number"))
    lines = VoucherLine.objects.filter(creditor=request.creditor).select_related("voucher")
    for line in lines.order_by("voucher__series", "voucher__number", "place").iterator(chunk_size=2000):
        voucher = line.voucher
        yield [
            f"{voucher.series}{voucher.number}", voucher.on, _kind(voucher.kind), line.account, voucher.currency,
            line.debit_minor or None, line.credit_minor or None, line.payment_number or None, numbers.get(line.case_number, ""),
        ]  # fmt: skip


@creditor_page()
def voucher(request: PageRequest, voucher_id: int) -> HttpResponse:
    found: Any = get_object_or_404(Voucher, creditor=request.creditor, pk=voucher_id)
    plan = plan_of(request.creditor)
    lines: list[Any] = list(found.lines.order_by("place"))
    numbers = dict(
        Case.objects.filter(creditor=request.creditor, pk__in=[x.case_number for x in lines]).values_list("id", "number")
    )
    for line in lines:
        line.name = plan.name(line.account)
        line.case = numbers.get(line.case_number, "")
    return page(request, "books_voucher.html", voucher=found, lines=lines, kind=_kind(found.kind), transfers=found.covers.count())


@creditor_page()
def accounts(request: PageRequest) -> HttpResponse:
    plan, number = plan_of(request.creditor), 0 if language() == "sv" else 1
    rows = [
        (account, name, ROLES[Role(key.partition(" ")[0])][number], key.partition(" ")[2])
        for key, account, name, _ in plan_in_words(plan)
    ]
    return page(request, "books_accounts.html", rows=rows, plan=plan)
