"""The frame around every page: menu, counts, company, language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from fordran.agreements.standing import new_version
from fordran.cases.models import Case
from fordran.creditor_pages.setup_steps import onward, shown
from fordran.creditor_pages.tenancy import PageRequest
from fordran.creditor_pages.words import t
from fordran.letters.models import Letter
from fordran.onboarding.steps import steps
from fordran.payouts.models import PaymentOrder
from fordran.settlement.models import Payment

MENU = (
    # name of the page, mark, word, which count stands beside it
    ("overview", "bar-chart", "Översikt", ""),
    ("cases", "folder2-open", "Ärenden", "open_cases"),
    ("letters", "envelope", "Brev", "waiting_letters"),
    ("payments", "cash-coin", "Inbetalningar", "waiting_payments"),
    ("payouts", "send-check", "Utbetalningar", "waiting_orders"),
    ("invoices", "receipt", "Fakturor", ""),
    ("books", "file-earmark-text", "Bokföring", ""),
    ("", "", "Inställningar", ""),
    ("creditor", "building", "Borgenär", ""),
    ("erp", "cloud-arrow-down", "Affärssystem", ""),
    ("import-filter", "funnel", "Importfilter", ""),
    ("customer-settings", "person-gear", "Kund&shy;inställningar", ""),
    ("class-settings", "sliders", "Parameter&shy;inställningar", ""),
    ("exclusions", "person-slash", "Exkludera kunder", ""),
    ("switch", "power", "Säker start", ""),
    ("law", "journal-text", "Lagboken", ""),
)
FIRST = ("start", "check2", "Kom igång", "")
"""On top of the menu until the company is switched on."""

STEP_OF = {
    "start": "",
    "agreement": "agreement",
    "agreement-accept": "agreement",
    "agreement-sign": "agreement",
    "agreement-document": "agreement",
    "creditor": "creditor",
    "payout-accounts": "creditor",
    "payout-account": "creditor",
    "import-filter": "import-filter",
    "import-filter-card": "import-filter",
    "reminded": "import-filter",
    "reminded-mark": "import-filter",
    "reminded-upload": "import-filter",
    "what-applies": "customer-settings",
    "customer-settings": "customer-settings",
    "customer-setting-add": "customer-settings",
    "customer-setting": "customer-settings",
    "customer-setting-remove": "customer-settings",
    "class-settings": "customer-settings",
    "class-setting-add": "customer-settings",
    "class-setting": "customer-settings",
    "class-setting-remove": "customer-settings",
    "exclusions": "customer-settings",
    "exclusion-add": "customer-settings",
    "exclusion-upload": "customer-settings",
    "exclusion-lift": "customer-settings",
    "ledger-file": "start-preview",
    "ledger-columns": "start-preview",
    "check-ledger": "start-preview",
    "check-ledger-list": "start-preview",
    "start-preview": "start-preview",
    "last-year": "start-preview",
    "switch": "switch",
}
"""Pages that carry the rail of steps while the company is not switched on -> the page of the step that they belong to."""


def page(request: PageRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """A creditor's page in its frame. Four queries, however many rows the page has, and those of the steps while it is set up."""
    return render(request, f"creditor_pages/{template}", {**frame(request), **context}, status=status)


def frame(request: PageRequest) -> dict[str, Any]:
    creditor = request.creditor
    counts = {
        "open_cases": Case.objects.filter(creditor=creditor).exclude(stage="closed").count(),
        "waiting_letters": waiting_letters(creditor),
        "waiting_payments": Payment.objects.filter(creditor=creditor, state="suspense").count(),
        "waiting_orders": PaymentOrder.objects.filter(creditor=creditor, state="proposed").count(),
    }
    current = request.resolver_match.url_name if request.resolver_match else ""
    in_setup = not creditor.active and current in STEP_OF
    section = SECTION_OF.get(current or "", current)
    menu = [
        {
            "head": not name,
            "href": reverse(name, args=[creditor.organisation_number]) if name else "",
            "icon": icon,
            "word": t(said),
            "count": counts.get(count) or 0,
            "current": bool(name) and name == section,
            "state": t("avslagen") if name == "switch" and not creditor.active else "",
        }
        for name, icon, said, count in (MENU if creditor.active else (FIRST, *MENU))
    ]
    rail = shown(steps(creditor, request.today), creditor.organisation_number) if in_setup else []
    here = STEP_OF.get(current or "", "")
    return {
        "creditor": creditor,
        "org": creditor.organisation_number,
        "role": request.role,
        "today": request.today,
        "menu": menu,
        "steps": rail,
        "current_page": here,
        "onward": onward(rail, here),
        "demo": settings.DEMO,
        "may_work": request.role in ("work", "sign"),
        "waiting_payments": counts["waiting_payments"],
        "agreement_waits": new_version(creditor, request.today),
    }


SECTION_OF = {
    "home": "overview",
    "check-ledger": "switch",
    "check-ledger-list": "switch",
    "start-preview-letter": "switch",
    "reminded": "import-filter",
    "reminded-mark": "import-filter",
    "reminded-upload": "import-filter",
    "start-preview": "switch",
    "last-year": "switch",
    "case": "cases",
    "act": "cases",
    "letter": "letters",
    "letters-all": "letters",
    "stop-sending": "letters",
    "resume-sending": "letters",
    "coming": "invoices",
    "invoice": "invoices",
    "payments-all": "payments",
    "payment": "payments",
    "payment-match": "payments",
    "payment-refund": "payments",
    "payment-pass-on": "payments",
    "payment-unmatch": "payments",
    "payment-entry": "payments",
    "payment-set-off": "payments",
    "bank-files": "payments",
    "bank-file": "payments",
    "bank-file-add": "payments",
    "vouchers": "books",
    "voucher": "books",
    "accounts": "books",
    "payout": "payouts",
    "payouts-release": "payouts",
    "order-withdraw": "payouts",
    "payout-again": "payouts",
    "refunds": "payouts",
    "refund-account": "payouts",
    "next-day": "overview",
    "exclusion-add": "exclusions",
    "exclusion-lift": "exclusions",
    "exclusion-upload": "exclusions",
    "customer-setting": "customer-settings",
    "customer-setting-add": "customer-settings",
    "customer-setting-remove": "customer-settings",
    "class-setting": "class-settings",
    "class-setting-add": "class-settings",
    "class-setting-remove": "class-settings",
    "what-applies": "customer-settings",
}


def waiting_letters(creditor: Any) -> int:
    """Letters that are composed and have not left."""
    counted = Letter.objects.filter(creditor=creditor).aggregate(n=Count("id", filter=Q(state__in=["composed", "approved"])))
    return int(counted["n"])
