"""Invoices that have been reminded already: what the ERP says, and what a person marks, by row, by date or by a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fordran.access.once import once
from fordran.access.roles import who_can_give
from fordran.cases.already_reminded import (
    due_before,
    mark_reminded,
    match_list,
    may_be_marked,
    sum_of,
    take_back_marks,
)
from fordran.cases.filter_count import count_filter
from fordran.cases.office import Office, open_office
from fordran.core.problems import Refused
from fordran.creditor_pages.case_list import folded
from fordran.creditor_pages.fields import Wrong, read_day, read_limit
from fordran.creditor_pages.filter_rule import say_sums
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.reminded_list import SAID, dress, erp_name, found_by, without_case
from fordran.creditor_pages.setting_words import full_names
from fordran.creditor_pages.sheets import Column, sheet_answer
from fordran.creditor_pages.tables import by_day, cut
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import day, language, t, tn
from fordran.formats.listed import MOST_BYTES
from fordran.formats.reminder_list import ListedReminder, ReminderList, read_reminder_list
from fordran.invoices.reminded import Mark

SHOWN, MOST_SHOWN = 20, 100
WRONG = {
    "reminded_on": "Påminnelsen ska vara skickad efter förfallodagen och senast i dag. En avgift behöver sin dag.",
    "fee": "Avgiften kan inte vara negativ.",
}
"""Field of a mark that cannot be -> what to say."""


@creditor_page()
@require_GET
def reminded(request: PageRequest) -> HttpResponse:
    creditor, today = request.creditor, request.today
    said = request.GET.get("show") == "said"
    text = request.GET.get("q", "").strip()[:100]
    office = open_office(creditor)
    count = count_filter(office, today)
    everything = without_case(creditor)
    told = everything.filter(SAID)
    unsaid = everything.filter(pk__in=count.not_reminded)
    rows = found_by(told if said else unsaid, text, folded(text))
    if request.GET.get("as") == "xlsx":
        return _as_excel(request, office, rows)
    found = cut(rows.select_related("customer"), by_day("due_on"), request.GET.get("after", ""))
    names = full_names([row.marked_by for row in found.rows])
    for row in found.rows:
        dress(office, row)
        row.who = names.get(row.marked_by, row.marked_by)
    n = rows.count()
    return page(
        request, "reminded.html", found=found, said=said, words=text, n=n, unsaid_n=len(count.not_reminded), said_n=told.count(),
        erp=erp_name(office), any_mark=any(not row.by_erp for row in found.rows),
        can_give=", ".join(who_can_give(creditor, today)[:3]) if request.role == "read" else "",
    )  # fmt: skip


def _as_excel(request: PageRequest, office: Office, rows: Any) -> HttpResponse:
    """The list as one may fill it in and give it back."""
    columns = [
        Column(t("Faktura")), Column(t("Kund"), width=32), Column(t("Förföll"), "day", 12), Column(t("Öppet"), "money"),
        Column(t("Valuta"), width=8), Column(t("Påmind"), "day", 12), Column(t("Avgift"), "money", 12),
    ]  # fmt: skip
    about = [
        (t("Företag"), request.creditor.name),
        (t("Dag"), request.today),
        (t("Hämtad av"), request.user.get_full_name() or request.user.get_username()),
        (t("Så här"), t("Fyll i dag och avgift för dem som är påminda och lämna in listan igen. Tomma rader hoppas över.")),
    ]

    def lines() -> Any:
        for row in rows.select_related("customer").order_by("due_on", "id").iterator(chunk_size=1000):
            dress(office, row)
            fee = row.told_fee if row.told_on else None
            yield row.number, row.customer.name, row.due_on, row.open_minor, row.currency, row.told_on, fee

    return sheet_answer(name="redan-paminda", title=t("Redan påminda fakturor"), about=about, columns=columns, rows=lines())


# ---- by row and by date -------------------------------------------------------------------------------------------


@creditor_page("work")
def mark(request: PageRequest) -> HttpResponse:
    """First what it would be and what follows, with day and fee to fill in; the press marks."""
    if request.method != "POST":
        ids, before, errors = _meant(request, request.GET)
        return _confirm(request, ids, before, {}) if ids else _nothing(request, errors)
    address = reverse("reminded", args=[request.creditor.organisation_number])
    with once(request) as use:
        if use.answer:
            return redirect(use.answer)
        ids, before, errors = _meant(request, request.POST)
        if not ids:
            return _nothing(request, errors)
        values = {name: request.POST.get(name, "").strip() for name in ("reminded_on", "fee")}
        marks, errors = _marks(request, ids, values)
        if errors:
            return _confirm(request, ids, before, values, errors)
        _store(request, marks, "date" if before else "chosen")
        use.answer = address
    return redirect(address)


def _meant(request: PageRequest, given: Any) -> tuple[list[int], date | None, list[tuple[str, str]]]:
    """The invoices that were chosen, or all due before the day that was typed."""
    if given.get("by") != "date":
        return may_be_marked(request.creditor, _ids(given.getlist("invoice"))), None, []
    try:
        before = read_day(given.get("before", ""))
    except Wrong as wrong:
        return [], None, [("before", str(wrong))]
    return due_before(request.creditor, before, request.today), before, []


def _ids(texts: Sequence[str]) -> list[int]:
    return [int(text) for text in texts if text.isdecimal() and len(text) < 18]


def _nothing(request: PageRequest, errors: Sequence[tuple[str, str]]) -> HttpResponse:
    """Nothing was chosen, or all of it is marked or taken by now."""
    return page(request, "reminded_mark.html", 422 if errors else 200, n=0, errors=errors, error_of=dict(errors))


def _marks(request: PageRequest, ids: Sequence[int], values: dict[str, str]) -> tuple[list[Mark], list[tuple[str, str]]]:
    errors: list[tuple[str, str]] = []
    on: date | None = None
    fee: int | None = None
    try:
        on = read_day(values["reminded_on"]) if values["reminded_on"] else None
    except Wrong as wrong:
        errors.append(("reminded_on", str(wrong)))
    try:
        fee = read_limit(values["fee"])
    except Wrong as wrong:
        errors.append(("fee", str(wrong)))
    latest = sum_of(request.creditor, ids).latest_due
    if on is not None and on > request.today:
        errors.append(("reminded_on", str(t("Påminnelsen kan inte vara skickad senare än i dag."))))
    elif on is not None and latest is not None and on <= latest:
        errors.append(
            ("reminded_on", str(t("En av fakturorna förföll {day}. En påminnelse skickas efter förfallodagen.", day=day(latest))))
        )
    elif fee and on is None and not errors:
        errors.append(("reminded_on", str(t("Skriv dagen då påminnelsen skickades. En avgift behöver sin dag."))))
    return [Mark(pk, on, fee) for pk in ids], errors


def _confirm(
    request: PageRequest, ids: Sequence[int], before: date | None, values: dict[str, str], errors: Sequence[tuple[str, str]] = ()
) -> HttpResponse:
    total = sum_of(request.creditor, ids)
    rows = without_case(request.creditor).filter(pk__in=ids).select_related("customer").order_by("due_on", "id")[:SHOWN]
    return page(
        request, "reminded_mark.html", 422 if errors else 200, n=total.n, sum=say_sums(total.minor), rows=rows, before=before,
        ids=ids, more=total.n - len(rows), values=values, errors=errors, error_of=dict(errors),
    )  # fmt: skip


def _store(request: PageRequest, marks: Sequence[Mark], how: str) -> None:
    n = mark_reminded(request.creditor, marks, by=request.user.get_username(), today=request.today, how=how)
    messages.success(
        request,
        tn("{n} faktura är markerad som redan påmind. Den får ingen påminnelseavgift.",
           "{n} fakturor är markerade som redan påminda. De får ingen påminnelseavgift.", n),
    )  # fmt: skip


@creditor_page("work")
@require_POST
def take_back(request: PageRequest) -> HttpResponse:
    address = reverse("reminded", args=[request.creditor.organisation_number]) + "?show=said"
    with once(request) as use:
        if not use.answer:
            n = take_back_marks(
                request.creditor, _ids(request.POST.getlist("invoice")), by=request.user.get_username(), today=request.today
            )
            messages.success(request, tn("{n} markering är borttagen.", "{n} markeringar är borttagna.", n))
            use.answer = address
    return redirect(use.answer or address)


# ---- by a list ----------------------------------------------------------------------------------------------------


@creditor_page("work")
def upload(request: PageRequest) -> HttpResponse:
    """The file is read and shown; what is confirmed is read once more by the same hand."""
    if request.method != "POST":
        return page(request, "reminded_upload.html", errors=[])
    if "rows" in request.POST:
        return _upload_confirmed(request)
    given, pasted = request.FILES.get("file"), request.POST.get("pasted", "").strip()
    if given is not None and given.size is not None and given.size > MOST_BYTES:
        return _refused(request, str(t("Filen är större än {n} MB.", n=MOST_BYTES // 1_000_000)))
    content = given.read() if given is not None else pasted.encode()
    name = str(given.name or "")[-200:] if given is not None else str(t("det inklistrade"))
    if not content:
        return _refused(request, str(t("Välj en fil eller klistra in fakturanummer.")))
    try:
        listed = read_reminder_list(content, name, language())
    except Refused as refused:
        return _refused(request, refused.problems[0].message)
    if not listed.lines:
        return _refused(request, str(t("Vi hittade inga påminda fakturor i listan.")))
    return _upload_shown(request, listed, name)


def _refused(request: PageRequest, wrong: str) -> HttpResponse:
    return page(
        request, "reminded_upload.html", 422, errors=[("file", wrong)], wrong=wrong, pasted=request.POST.get("pasted", "")
    )


def _upload_shown(request: PageRequest, listed: ReminderList, name: str) -> HttpResponse:
    found = match_list(request.creditor, listed.lines, request.today)
    total = sum_of(request.creditor, [one.invoice_id for _, one in found.marks])
    wrong = [(line, line.problem or str(t(WRONG[field]))) for line, field in found.wrong]
    return page(
        request, "reminded_list.html", name=name, n=len(found.marks), sum=say_sums(total.minor), marks=found.marks[:SHOWN],
        more=max(0, len(found.marks) - SHOWN), rows=_written(found.marks), blank=listed.blank, wrong=wrong[:MOST_SHOWN],
        wrong_n=len(wrong), unknown=found.unknown[:MOST_SHOWN], unknown_n=len(found.unknown), has_case_n=len(found.has_case),
        said_in_ledger=len(found.said_in_ledger), errors=[],
    )  # fmt: skip


def _written(marks: Sequence[Any]) -> str:
    """The lines that hold, one a line: number, day and öre, parted by tabs."""
    return "\n".join(
        f"{line.number}\t{one.reminded_on or ''}\t{'' if one.fee_minor is None else one.fee_minor}" for line, one in marks
    )


def _upload_confirmed(request: PageRequest) -> HttpResponse:
    address = reverse("reminded", args=[request.creditor.organisation_number]) + "?show=said"
    with once(request) as use:
        if use.answer:
            return redirect(use.answer)
        found = match_list(request.creditor, _read_written(request.POST["rows"]), request.today)
        _store(request, [one for _, one in found.marks], "list")
        use.answer = address
    return redirect(address)


def _read_written(text: str) -> list[ListedReminder]:
    """What `_written` wrote; a line that somebody has tampered with is passed over."""
    found = []
    for row, line in enumerate(text.splitlines(), 1):
        parts = line.split("\t")
        try:
            number, on, fee = parts
            found.append(ListedReminder(row, number, date.fromisoformat(on) if on else None, int(fee) if fee else None))
        except ValueError:
            continue
    return found
