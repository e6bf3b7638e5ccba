"""The bank's files: those that were read, one of them, and reading another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, F, Sum
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from fordran.audit.models import Event
from fordran.audit.record import record_event
from fordran.bank.models import BankFile, Deposit, NoFileToday
from fordran.cases.office import open_office
from fordran.core.problems import Problem
from fordran.creditor_pages import payment_list, uploads, words
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.payment_list import PaymentFilter, dress
from fordran.creditor_pages.sheets import Column, sheet_answer
from fordran.creditor_pages.tables import Sort, cut
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import language, t, tn
from fordran.creditors.load import load_profile
from fordran.day.warnings import bank_file_missing
from fordran.formats.bank import Reading
from fordran.settlement.models import Payment
from fordran.settlement.take_in import FileRefused, take_in

NEWEST = Sort(F("on"), date.fromisoformat, down=True)
REFUSED = "bank file refused"
SHOWN_REFUSED, SHOWN_DEPOSITS = 5, 100


@creditor_page()
def files(request: PageRequest) -> HttpResponse:
    creditor, today = request.creditor, request.today
    rows = BankFile.objects.filter(creditor=creditor)
    if request.GET.get("as") == "xlsx":
        return _as_excel(request, rows)
    found = cut(rows, NEWEST, request.GET.get("after", ""))
    _count(creditor, found.rows)
    office = open_office(creditor)
    return page(
        request,
        "bank_files.html",
        found=found,
        refused=_refused(creditor),
        missing=bank_file_missing(office, today),
        expected=office.profile.expects_bank_file,
    )


def _count(creditor: Any, shown: Sequence[Any]) -> None:
    """What became of each file's payments. One query for all of them."""
    by_file: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Payment.objects.filter(creditor=creditor, deposit__file__in=list(shown)).values("deposit__file", "state")
    for row in rows.annotate(n=Count("id")):
        by_file[row["deposit__file"]][row["state"]] = row["n"]
    for file in shown:
        counts = by_file[file.pk]
        file.matched = counts.get("matched", 0)
        file.suspense = counts.get("suspense", 0)
        file.new = counts.get("new", 0) + counts.get("found", 0)
        file.other = sum(counts.values()) - file.matched - file.suspense - file.new
        file.sums = sorted(file.totals.items(), key=lambda pair: (pair[0] != "SEK", pair[0]))
        file.format_words = words.word(words.PAYMENT_FORMATS, file.format)


def _refused(creditor: Any) -> list[dict[str, Any]]:
    """The latest files that were not taken in: what is kept of them is their name and what was wrong."""
    rows = Event.objects.filter(creditor_id=creditor.pk, verb=REFUSED).order_by("-id")[:SHOWN_REFUSED]
    return [
        {"on": row.on, "by": row.actor, "name": row.data.get("name", ""), "problems": row.data.get("problems", []),
         "language": row.data.get("language", "sv")}
        for row in rows
    ]  # fmt: skip


def _as_excel(request: PageRequest, rows: Any) -> HttpResponse:
    columns = [
        Column(t("Fil"), width=40),
        Column(t("Läst"), "day", 12),
        Column(t("Format"), width=12),
        Column(t("Version"), width=10),
        Column(t("Insättningar"), "number", 12),
        Column(t("Betalningar"), "number", 12),
        Column(t("Redan kända"), "number", 12),
        Column(t("Avräknade"), "number", 12),
        Column(t("Väntar på dig"), "number", 14),
        Column(t("Valuta"), width=8),
        Column(t("Summa"), "money"),
    ]
    about = [
        (t("Företag"), request.creditor.name),
        (t("Dag"), request.today),
        (t("Hämtad av"), request.user.get_full_name() or request.user.get_username()),
    ]
    shown = list(rows.order_by("-on", "id"))
    _count(request.creditor, shown)
    lines = [
        (f.name, f.on, f.format_words, f.version, f.deposits, f.payments, f.known, f.matched, f.suspense, currency, total)
        for f in shown
        for currency, total in f.sums or [("", None)]
    ]
    return sheet_answer(name="bankfiler", title=t("Bankfiler"), about=about, columns=columns, rows=lines)


@creditor_page()
def one_file(request: PageRequest, file_id: int) -> HttpResponse:
    creditor = request.creditor
    file = get_object_or_404(BankFile, creditor=creditor, pk=file_id)
    _count(creditor, [file])
    deposits = list(Deposit.objects.filter(creditor=creditor, file=file).order_by("number")[:SHOWN_DEPOSITS])
    wanted = PaymentFilter.read(request.GET)
    wanted.file = file.pk
    rows = wanted.rows(creditor)
    found = cut(rows, wanted.order, wanted.after)
    dress(creditor, found.rows)
    how = Payment.objects.filter(creditor=creditor, deposit__file=file).exclude(matched_by="").values("matched_by")
    return page(
        request,
        "bank_file.html",
        file=file,
        deposits=deposits,
        more_deposits=file.deposits - len(deposits),
        how=[(words.word(words.PAYMENT_MATCHED_BY, row["matched_by"]), row["n"], row["total"])
             for row in how.annotate(n=Count("id"), total=Sum("amount_minor")).order_by("-n")],
        wanted=wanted,
        found=found,
        totals=payment_list.totals(rows),
    )  # fmt: skip


# ---- reading a file ---------------------------------------------------------------------------------------------


@creditor_page("work")
def add(request: PageRequest) -> HttpResponse:
    """The form; and what was sent with it. A file is taken in whole, or nothing of it is kept."""
    if request.method != "POST":
        return _form(request)
    given = request.FILES.get("file")
    if int(request.META.get("CONTENT_LENGTH") or 0) > uploads.MOST_BYTES + uploads.FORM_BYTES:
        return _form(request, t("Filen är större än 25 MB. Dela den, eller läs in den med fordran payments import."), 413)
    if given is None:
        return _form(request, t("Välj en fil först."), 422)
    name, stream = str(given.name or "")[-200:], _seekable(given)
    reading = Reading(stream, language())
    try:
        taken = take_in(
            reading, name=name, on=request.today, by=request.user.get_username(), lang=language(),
            creditors=[request.creditor.pk], settle_at_most=uploads.SETTLED_AT_ONCE,
        )  # fmt: skip
    except FileRefused as refused:
        return _refuse(request, stream, name, reading.sha256, refused.problems)
    return _welcome(request, taken.files, taken.known, taken.payments - taken.known_payments, taken.known_payments)


def _seekable(given: Any) -> Any:
    """The upload as the plain file that it lies in, in memory or on disk."""
    return given.file


def _welcome(request: PageRequest, files_taken: Sequence[int], known: bool, new: int, known_payments: int) -> HttpResponse:
    org = request.creditor.organisation_number
    if not files_taken:
        messages.warning(request, t("Filen har inga insättningar. Det finns inget att läsa in."))
        return _go(request, reverse("bank-files", args=[org]))
    if known:
        messages.success(request, t("Filen är redan inläst. Ingen betalning har bokförts två gånger."))
    elif known_payments:
        said = tn("{n} ny betalning är inläst.", "{n} nya betalningar är inlästa.", new)
        also = tn("{n} fanns redan från en annan fil.", "{n} fanns redan från en annan fil.", known_payments)
        messages.success(request, f"{said} {also}")
    else:
        messages.success(request, tn("{n} betalning är inläst.", "{n} betalningar är inlästa.", new))
    return _go(request, reverse("bank-file", args=[org, files_taken[0]]))


def _go(request: PageRequest, address: str) -> HttpResponse:
    """A script that shows progress is told where to go; a browser without it is sent there."""
    return JsonResponse({"go": address}) if request.headers.get("X-Upload") else redirect(address)


def _refuse(request: PageRequest, stream: Any, name: str, sha256: str, problems: Sequence[Problem]) -> HttpResponse:
    record_event(
        request.creditor.pk, request.today, request.user.get_username(), REFUSED, sha256[:16], name=name, language=language(),
        problems=uploads.without_values(problems),
    )  # fmt: skip
    return page(request, "bank_file_add.html", 422, refused=uploads.read_refused(stream, name, problems, language()))


def _form(request: PageRequest, wrong: str = "", status: int = 200) -> HttpResponse:
    profile = load_profile(request.creditor)
    printed = (profile.bankgiro, profile.plusgiro, profile.iban, profile.swish)
    accounts = [number for number in (*printed, *profile.more_accounts) if number]
    errors = [("file", wrong)] if wrong else []
    return page(request, "bank_file_add.html", status, errors=errors, wrong=wrong, accounts=accounts)


@creditor_page()
def practice(request: PageRequest) -> HttpResponse:
    """In the demonstration: a file to try this with, or one whose sum is wrong."""
    from fordran.day.practice_file import practice_file

    if not settings.DEMO:
        raise Http404
    broken = bool(request.GET.get("broken"))
    response = HttpResponse(
        practice_file(request.creditor, request.today, broken=broken), content_type="text/plain; charset=iso-8859-1"
    )
    name = f"{'trasig' if broken else 'bgmax'}-{request.today}-prov.txt"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@creditor_page("work")
def none_today(request: PageRequest) -> HttpResponse:
    """A person says that the bank sends no file today, so that letters need not wait for it."""
    NoFileToday.objects.get_or_create(creditor=request.creditor, on=request.today, defaults={"by": request.user.get_username()})
    record_event(request.creditor.pk, request.today, request.user.get_username(), "no bank file today")
    messages.success(request, t("Antecknat: ingen bankfil kommer i dag. Breven väntar inte på den."))
    return redirect("bank-files", request.creditor.organisation_number)
