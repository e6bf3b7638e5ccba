"""The ledger as a file: send it, say which column is what, take it in. Again and again, each time as the picture of the day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from fordran.access.once import once
from fordran.core.problems import Problem, Refused
from fordran.creditor_pages import uploads
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import language, t, tn
from fordran.formats.open_items import COMPULSORY, FIELDS
from fordran.onboarding import by_file
from fordran.onboarding.by_file import NO_ROWS, TOO_MANY, Looked

FIELD_WORDS = {
    "invoice": "Fakturanummer", "due": "Förfallodag", "open": "Kvar att betala", "amount": "Hela beloppet",
    "customer": "Kundens namn", "customer_id": "Kundnummer", "class": "Kundklass", "issued": "Fakturadatum",
    "arose": "Dag då skulden uppstod", "currency": "Valuta", "text": "Fakturatext", "reference": "OCR",
    "credits": "Krediterar faktura", "kind": "Faktura eller kredit", "identity": "Person- eller organisationsnummer",
    "debtor": "Privatperson eller företag", "claim": "Slag av fordran", "street": "Adress", "street2": "Adress, rad 2",
    "postcode": "Postnummer", "town": "Ort", "country": "Land", "email": "E-post", "phone": "Telefon", "language": "Språk",
    "due_agreed": "Förfallodag avtalad i förväg", "interest_text": "Ränta står på fakturan", "interest_rate": "Avtalad räntesats",
    "terms_agreed": "Avgifter avtalade från", "reminded": "Senast påmind", "reminded_fee": "Påminnelseavgift",
}  # fmt: skip
"""Field of an open-items file -> its name for people."""

DATES = {"": "Som i filen", "ymd": "År, månad, dag", "dmy": "Dag, månad, år", "mdy": "Månad, dag, år"}
SHOWN_REFUSED = 50

_ON_A_PAGE = (
    (re.compile(r" med --dates dmy eller --dates mdy"), " under Datum skrivs"),
    (re.compile(r" with --dates dmy or --dates mdy"), " under Dates are written"),
    (re.compile(r" Peka ut (den|en) med --map \S+=RUBRIK\."), " Välj kolumnen i listan."),
    (re.compile(r" Point (it|one) out with --map \S+=HEADER\."), " Choose the column in the list."),
)

Errors = list[tuple[str, str]]


@creditor_page("work")
def ledger_file(request: PageRequest) -> HttpResponse:
    """The form; and what was sent with it."""
    if request.method != "POST":
        return _form(request)
    given = request.FILES.get("file")
    if int(request.META.get("CONTENT_LENGTH") or 0) > by_file.MOST_BYTES + uploads.FORM_BYTES:
        return _form(request, t("Filen är större än 25 MB. Dela den, eller läs in den med fordran ledger import."), 413)
    if given is None:
        return _form(request, t("Välj en fil först."), 422)
    name, content = str(given.name or "")[-200:], given.read()
    try:
        by_file.keep(request.creditor, name, content, by=request.user.get_username(), today=request.today, lang=language())
    except Refused as refused:
        return _form(request, " ".join(_for_page(one.message) for one in refused.problems), 422)
    return _go(request, reverse("ledger-columns", args=[request.creditor.organisation_number]))


@creditor_page("work")
def ledger_columns(request: PageRequest) -> HttpResponse:
    """Which column is what, what the rows say then, and Ok."""
    upload = by_file.kept(request.creditor)
    org = request.creditor.organisation_number
    if request.method != "POST":
        if upload is None:
            return redirect("ledger-file", org)
        return _columns(request, by_file.look(upload, None, lang=language()))
    with once(request) as use:
        if use.answer:
            return redirect(use.answer)
        if upload is None:
            return redirect("ledger-file", org)
        if request.POST.get("act") == "forget":
            by_file.forget(request.creditor)
            use.answer = reverse("ledger-file", args=[org])
            return redirect(use.answer)
        looked = by_file.look(
            upload, _chosen(request, by_file.look(upload, None, lang=language())), dates=_dates(request), lang=language()
        )
        if request.POST.get("act") == "look":
            return _columns(request, looked, chosen=_posted(request), status=200 if looked.ledger else 422)
        if looked.ledger is None:
            return _columns(request, looked, chosen=_posted(request), status=422)
        shrunk = request.POST.get("accept_shrunk") == "1"
        try:
            received = by_file.take_in(
                request.creditor, upload, looked, accept_shrunk=shrunk, by=request.user.get_username(), today=request.today
            )
        except Refused as refused:
            return _columns(request, looked, chosen=_posted(request), errors=_said(refused.problems), refused=True, status=422)
        if received.known_already:
            messages.success(request, t("Filen är redan inläst i dag. Inget är ändrat."))
        else:
            messages.success(request, _taken(received.new, received.changed, received.missing))
        use.answer = reverse("overview" if request.creditor.active else "start", args=[org])
    return redirect(use.answer)


def _taken(new: int, changed: int, missing: int) -> str:
    said = [tn("{n} ny post är inläst.", "{n} nya poster är inlästa.", new)]
    if changed:
        said.append(tn("{n} är ändrad.", "{n} är ändrade.", changed))
    if missing:
        said.append(tn("{n} finns inte längre i filen.", "{n} finns inte längre i filen.", missing))
    return " ".join(said)


def _go(request: PageRequest, address: str) -> HttpResponse:
    """A script that shows progress is told where to go; a browser without it is sent there."""
    return JsonResponse({"go": address}) if request.headers.get("X-Upload") else redirect(address)


def _form(request: PageRequest, wrong: str = "", status: int = 200) -> HttpResponse:
    errors = [("file", wrong)] if wrong else []
    return page(request, "by_file.html", status, errors=errors, wrong=wrong, kept=by_file.kept(request.creditor))


def _posted(request: PageRequest) -> dict[int, str]:
    """Place of the column -> field."""
    found = {}
    for key, value in request.POST.items():
        if key.startswith("column-") and key[7:].isdecimal() and len(key) < 12 and value in ("", *FIELDS):
            found[int(key[7:])] = str(value)
    return found


def _chosen(request: PageRequest, looked: Looked) -> dict[str, str]:
    headers = looked.sample.headers
    return {headers[number]: field for number, field in _posted(request).items() if number < len(headers)}


def _dates(request: PageRequest) -> str:
    dates = request.POST.get("dates", "")
    return dates if dates in DATES else ""


def _columns(
    request: PageRequest, looked: Looked, *, chosen: dict[int, str] | None = None, errors: Errors | None = None,
    refused: bool = False, status: int = 200,
) -> HttpResponse:  # fmt: skip
    errors = (errors or []) + _said(looked.problems)
    ledger, sample = looked.ledger, looked.sample
    named = dict(ledger.mapping) if ledger else sample.guess
    field_of = {header: field for field, header in named.items()}
    rows = [
        {
            "number": number, "header": header,
            "values": [row[number] for row in sample.rows if number < len(row) and row[number]],
            "field": chosen.get(number, "") if chosen is not None else field_of.get(header, ""),
        }
        for number, header in enumerate(sample.headers) if header
    ]  # fmt: skip
    context: dict[str, Any] = {
        "looked": looked, "ledger": ledger, "rows": rows, "errors": errors, "dates": request.POST.get("dates", ""),
        "fields": [(field, t(FIELD_WORDS[field]), field in COMPULSORY) for field in FIELDS],
        "orders": [(key, t(said)) for key, said in DATES.items()], "may_accept": refused,
        "wrong_rows": _wrong_rows(ledger.refused[:SHOWN_REFUSED]) if ledger else [],
        "more_wrong": max(0, len(ledger.refused) - SHOWN_REFUSED) if ledger else 0,
        "notes": ledger.notes if ledger else (),
    }  # fmt: skip
    return page(request, "by_file_columns.html", status, **context)


def _for_page(said: str) -> str:
    """The reader's sentences name options of the command line; here they are fields of the page."""
    for pattern, words in _ON_A_PAGE:
        said = pattern.sub(words, said)
    return said


def _wrong_rows(problems: Sequence[Any]) -> list[tuple[int, str, str]]:
    return [(one.row, t(FIELD_WORDS[one.field]) if one.field in FIELD_WORDS else "", _for_page(one.message)) for one in problems]


def _said(problems: Sequence[Problem]) -> Errors:
    """A problem with a column is told at the list of columns."""
    found: Errors = []
    for one in problems:
        said: str
        if one.message == "twice":
            said = t("{field} kan bara komma ur en kolumn: {columns}.", field=t(FIELD_WORDS[one.field]), columns=one.record)
        elif one.message == TOO_MANY:
            said = t("Filen har för många rader för den här sidan. Läs in den med fordran ledger import.")
        elif one.message == NO_ROWS:
            said = t("Ingen rad i filen går att använda.")
        else:
            said = _for_page(one.message)
        found.append(("columns", str(said)))
    return found
