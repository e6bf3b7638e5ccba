"""The list of cases: which need something, what happens next in each, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse

from fordran.cases.models import Case
from fordran.creditor_pages import case_list, words
from fordran.creditor_pages.case_list import CaseFilter
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.sheets import Column, sheet_answer
from fordran.creditor_pages.tables import cut
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import t
from fordran.invoices.models import Customer


@creditor_page()
def cases(request: PageRequest) -> HttpResponse:
    creditor = request.creditor
    wanted = CaseFilter.read(request.GET)
    rows = wanted.rows(creditor)
    if request.GET.get("as") == "xlsx":
        return _as_excel(request, wanted, rows)
    counts = case_list.view_counts(creditor)
    found = cut(rows, wanted.order, wanted.after)
    for case in found.rows:
        case.next_words, case.next_note = next_of(case)
    return page(
        request,
        "cases.html",
        wanted=wanted,
        found=found,
        totals=case_list.totals(rows),
        views=[(name, t(said), counts[name]) for name, (said, _) in case_list.VIEWS.items()],
        stages=[(name, name in wanted.stages) for name in words.STAGES if name != "closed"],
        holds=[(name, t(said)) for name, said in words.HOLDS.items()],
        classes=_classes(creditor),
    )


def _classes(creditor: Any) -> list[str]:
    query = Customer.objects.filter(creditor=creditor).exclude(class_key="")
    return list(query.order_by("class_key").values_list("class_key", flat=True).distinct()[:50])


def next_of(case: Case) -> tuple[str, str]:
    """What happens next in a case, and a line under it: words for the list."""
    if case.stage == "closed":
        return t("Ingenting"), t("avslutat {day}", day=words.day(case.closed_on))
    if case.held:
        return t("Ingenting"), t("vilar")
    if case.stage == "awaiting_creditor":
        return t("Välj väg"), ""
    if case.outcome == "ask":
        return t("Svara på en fråga"), word_of_question(case.reason)
    if case.stage in ("payment_order", "enforcement"):
        return t("Väntar på Kronofogden"), ""
    if case.stage == "surveillance":
        return t("Bevakas"), ""
    if not case.next_kind:
        return t("Ingenting"), t("väntar på att något händer")
    when = t("tidigast {day}", day=words.day(case.next_on)) if case.next_on else ""
    return words.word(words.NEXT_KINDS, case.next_kind), when


QUESTIONS = {
    "identity_missing": "person- eller organisationsnummer saknas",
    "identity_not_checked": "numret är inte kontrollerat",
    "address_incomplete": "adressen är ofullständig",
    "address_abroad": "adress utomlands",
    "protected_identity": "skyddade uppgifter",
    "barred_soon": "preskriberas snart",
    "limitation_watch": "preskription närmar sig",
    "fact_changed": "fakturan har ändrats",
    "amount_raised": "beloppet har höjts",
    "letter_defect": "brevet uppfyller inte lagen",
    "rate_not_yet_known": "referensräntan är inte känd än",
    "permit_missing": "tillstånd saknas",
    "permit_expired": "tillståndet har gått ut",
}


def word_of_question(reason: str) -> str:
    return words.word(QUESTIONS, reason)


def _as_excel(request: PageRequest, wanted: CaseFilter, rows: Any) -> HttpResponse:
    columns = [
        Column(t("Ärende"), width=14),
        Column(t("Gäldenär"), width=32),
        Column(t("Kundnummer")),
        Column(t("Kundklass")),
        Column(t("Faktura")),
        Column("OCR", width=20),
        Column(t("Förföll"), "day", 12),
        Column(t("Skede"), width=18),
        Column(t("Vilar"), width=16),
        Column(t("Nästa steg"), width=22),
        Column(t("Tidigast"), "day", 12),
        Column(t("Valuta"), width=8),
        Column(t("Kapital"), "money"),
        Column(t("Ränta, bokförd"), "money"),
        Column(t("Kostnader, SEK"), "money"),
    ]
    about = [
        (t("Företag"), request.creditor.name),
        (t("Dag"), request.today),
        (t("Hämtad av"), request.user.get_full_name() or request.user.get_username()),
        (t("Vy"), t(case_list.VIEWS[wanted.view][0])),
        (t("Sökning"), wanted.words or "–"),
        (t("Filter"), ", ".join(said for _, said in wanted.chips()) or "–"),
        (t("Antal ärenden"), str(sum(row["n"] for row in case_list.totals(rows)))),
    ]
    return sheet_answer(name="arenden", title=t("Ärenden"), about=about, columns=columns, rows=_sheet_rows(rows, wanted))


def _sheet_rows(rows: Any, wanted: CaseFilter) -> Iterator[list[Any]]:
    order = wanted.order.expression
    for case in rows.order_by(order.desc() if wanted.order.down else order, "id").iterator(chunk_size=1000):
        yield [
            case.number,
            case.customer.name,
            case.customer.key,
            case.customer.class_key,
            case.invoice.number,
            case.ocr,
            case.due_on,
            words.word(case_list._STAGE_WORDS, case.stage),
            words.word(words.HOLDS, case.held) if case.held else "",
            words.word(words.NEXT_KINDS, case.next_kind) if case.next_kind else "",
            case.next_on,
            case.currency,
            case.capital_minor,
            case.interest_minor,
            case.costs_minor,
        ]
