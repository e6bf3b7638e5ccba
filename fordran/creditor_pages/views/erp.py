"""The connection to the creditor's ERP and bank: when it was read, what is under way, what was not taken, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.core.problems import Refused
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import language, t, tn
from fordran.day.warnings import outside_warnings
from fordran.day.world import label_of
from fordran.erp import errands
from fordran.erp.models import Connection, Errand, FetchRun
from fordran.erp.standing import Standing, standing

SHOWN = 50

ERRANDS = {
    "mark": "Ärendet på fakturan",
    "letter": "Brevet som fil på fakturan",
    "payment": "Betalning som stänger fakturan",
    "void": "Betalning som tas tillbaka",
    "voucher": "Verifikation",
}
STATES = {
    "waiting": "Väntar",
    "sending": "Skrivs nu",
    "refused": "Togs inte emot",
    "ambiguous": "Osäkert om det kom fram",
}
READINGS = {"first": "Första läsningen", "delta": "Det som ändrats", "sweep": "Kontroll av det öppna"}
READING_STATES = {
    "running": "Pågår",
    "done": "Klar",
    "failed": "Avbruten, fortsätter nästa gång",
    "overtaken": "Ersatt av en senare",
}
STAGES = {
    "customers": "kunder", "items": "fakturor och krediter", "numbers": "fakturanummer", "singles": "fakturor en och en",
    "cases": "klar",
}  # fmt: skip
WRITES = (
    ("marks_cases_since", "Ärendet på fakturan", "Nummer, steg, läge och länk, vid varje ändring."),
    ("attaches_letters_since", "Brevet som fil", "Varje brev läggs på sin faktura."),
    ("posts_payments_since", "Betalningar", "Kapitalet bokförs som kundinbetalning, så att fakturan stängs."),
    ("posts_vouchers_since", "Verifikationer", "Avgifter, ränta och allt annat som rör pengarna."),
)
NAMES = {"folder": "filer i en mapp"}
"""Of connectors that are no system with a name of its own."""


@dataclass(slots=True)
class ReadingShown:
    row: FetchRun
    kind: str
    state: str
    stage: str
    share: int | None  # percent of the stage, where the ERP says how much there is

    @property
    def open(self) -> bool:
        return self.row.state in ("running", "failed")


@creditor_page()
def connection(request: PageRequest) -> HttpResponse:
    creditor = request.creditor
    office = open_office(creditor)
    found = standing(creditor)
    rows = Errand.objects.filter(creditor=creditor, state__in=["refused", "ambiguous", "sending", "waiting"])
    shown = sorted(rows.order_by("-id")[:SHOWN], key=lambda row: (row.state == "waiting", -row.pk))
    cases = dict(Case.objects.filter(creditor=creditor, pk__in=[row.about_case for row in shown]).values_list("pk", "number"))
    return page(
        request,
        "erp.html",
        found=found,
        name=_name(found.connection.connector if found.connection else ""),
        bank_name=_name(found.bank.connector if found.bank else ""),
        notices=_notices(office, request.today),
        readings=[_shown(row) for row in found.latest],
        writes=[(t(said), t(why), getattr(found.connection, field)) for field, said, why in WRITES] if found.connection else [],
        told=[(row, t(ERRANDS[row.kind]), t(STATES[row.state]), cases.get(row.about_case, "")) for row in shown],
        more=max(0, sum(found.errands.get(state, 0) for state in STATES) - len(shown)),
        next_day=next_reading(found.connection, request.today),
        rests=_rests(found),
        not_taken=found.errands.get("refused", 0) + found.errands.get("ambiguous", 0),
    )


@creditor_page("work")
@require_POST
def errand_retry(request: PageRequest, errand_id: int) -> HttpResponse:
    """Told again the next time the day is run; what is uncertain is looked up first."""
    row = get_object_or_404(Errand, creditor=request.creditor, pk=errand_id)
    try:
        errands.retry(open_office(request.creditor), row.key, by=request.user.get_username(), today=request.today)
    except Refused:
        messages.warning(request, t("Det finns inget att försöka igen: affärssystemet har redan tagit emot det."))
    else:
        messages.success(request, t("Det skrivs igen nästa gång dagen körs."))
    return redirect("erp", organisation_number=request.creditor.organisation_number)


def _name(connector: str) -> str:
    return t(NAMES[connector]) if connector in NAMES else label_of(connector)


def _shown(row: FetchRun) -> ReadingShown:
    share = min(100, round(100 * row.records / row.total)) if row.total and row.state in ("running", "failed") else None
    return ReadingShown(row, t(READINGS[row.kind]), t(READING_STATES[row.state]), t(STAGES.get(row.stage, "klar")), share)


def _notices(office: Office, today: date) -> list[tuple[bool, str]]:
    """(whether it stops letters, sentence)."""
    spoken = language()
    return [
        (notice.kind == "erp_not_read", notice.swedish if spoken == "sv" else notice.english)
        for notice in outside_warnings(office, today)
    ]


def next_reading(known: Connection | None, today: date) -> date:
    """The ERP is read whenever the day is run: today still if it has not been, else on the next day."""
    done = known is not None and known.last_fetched_on == today and not known.last_error
    return today + timedelta(days=1) if done else today


def _rests(found: Standing) -> list[tuple[str, int]]:
    said = {
        "left_alone": t("lämnas utanför inkasso"), "held_in_erp": t("pausade eller under ändring"),
        "taken_by_other": t("hos ett annat inkassoföretag"), "direct_debit": t("betalas med autogiro"),
    }  # fmt: skip
    return [(said[name], number) for name, number in found.rests.items() if number]


def panel(office: Office, today: date) -> dict[str, Any] | None:
    """For the overview: last reading, next day, what waits, what failed. None where nothing is connected."""
    found = standing(office.creditor, 3)
    if not found.any:
        return None
    known = found.connection
    waits = found.errands.get("waiting", 0) + found.errands.get("sending", 0)
    failed = found.errands.get("refused", 0) + found.errands.get("ambiguous", 0)
    return {
        "href": reverse("erp", args=[office.creditor.organisation_number]),
        "name": _name(known.connector) if known else "",
        "read_on": known.last_fetched_on if known else None,
        "next_on": next_reading(known, today),
        "running": _shown(found.running) if found.running else None,
        "waits": tn("{n} uppgift väntar på att skrivas", "{n} uppgifter väntar på att skrivas", waits) if waits else "",
        "failed": tn("{n} uppgift togs inte emot", "{n} uppgifter togs inte emot", failed) if failed else "",
        "bank": _name(found.bank.connector) if found.bank else "",
        "notices": _notices(office, today),
    }
