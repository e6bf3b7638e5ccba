"""One case: what is next, when and at what cost; what is owed today and why; what has happened; the letter beside it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.safestring import SafeString

from fordran.cases.models import Case
from fordran.cases.office import open_office
from fordran.cases.on_account import is_about_money, what_is_on_account
from fordran.cases.standing import Ahead, Standing, ahead, standing
from fordran.cases.timeline import timeline
from fordran.core.findings import finding
from fordran.core.reasons import Reason
from fordran.creditor_pages import sheets_of_paper, words
from fordran.creditor_pages.case_money import paid_of
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.said import say
from fordran.creditor_pages.story import tell
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.views.acts import acts_for
from fordran.db.seals import unseal
from fordran.letters.models import Letter, LetterCase


def the_case(request: PageRequest, number: str) -> Case:
    rows = Case.objects.select_related("customer", "invoice", "creditor")
    return get_object_or_404(rows, creditor=request.creditor, number=number)


@creditor_page()
def case_page(request: PageRequest, number: str) -> HttpResponse:
    case, today = the_case(request, number), request.today
    office = open_office(case.creditor)
    holds: list[Any] = list(case.holds.filter(lifted_on__isnull=True).exclude(until__lt=today).order_by("since"))
    entries = timeline(case)
    users = get_user_model().objects.filter(username__in={e.by for e in entries if e.by})
    names = {user.get_username(): user.get_full_name() or user.get_username() for user in users}
    for hold in holds:
        hold.by = names.get(hold.placed_by, hold.placed_by)
        if is_about_money(hold.reason):
            hold.reason = say(what_is_on_account(case))
        elif hold.reason in set(Reason):
            hold.reason = say(finding(Reason(hold.reason)))
    coming, stands = ahead(case, today, office), standing(case, today, office)
    return page(
        request,
        "case.html",
        case=case,
        holds=holds,
        reasons=[(say(found), found) for found in coming.findings] if not coming.choices and not holds else [],
        next_sentence=_next_sentence(case, coming),
        choices=_choices(coming),
        next_costs=[
            {"words": words.word(words.COMPONENTS, kind), "amount": minor, "source": source}
            for kind, minor, source in coming.costs
        ],
        closed_words=words.word(words.CLOSED, case.closed_cause).lower(),
        standing=stands,
        per_day=_with_comma(stands),
        money=_money(stands, case.currency),
        sums=_sums(stands),
        paid=paid_of(case),
        story=tell(entries, coming, today, names),
        letter=_letters(request, case),
        identity=masked(case),
        acts=acts_for(case, holds),
    )


def _with_comma(stands: Standing) -> str:
    return f"{stands.interest_per_day:.2f}".replace(".", ",") if stands.interest_per_day else ""


def _next_sentence(case: Case, coming: Ahead) -> SafeString:
    """What is next, when, and whether a person must do something first."""
    step = format_html("<b>{}</b>", words.word(words.NEXT_KINDS, coming.kind).lower()) if coming.kind else ""
    if coming.choices:
        return words.t("Välj väg. Inget händer av sig självt.")
    if coming.findings and coming.findings[0].reason == Reason.HELD:
        return words.t("Ingenting händer medan ärendet vilar.")
    if coming.outcome == "ask":
        if step:
            return words.t("Svara på frågan nedan. Sedan följer {step}.", step=step)
        return words.t("Svara på frågan nedan innan ärendet kan gå vidare.")
    if coming.outcome == "close":
        return words.t("Ärendet avslutas vid nästa körning.")
    if step and coming.on:
        return words.t("{step} {day}, om inget betalas innan.", step=step, day=format_html("<b>{}</b>", words.day(coming.on)))
    if step:
        return words.t("{step} när brevet innan har lämnat huset och dess tid har gått.", step=step)
    if coming.on:
        return words.t("Ärendet bedöms igen {day}.", day=words.day(coming.on))
    return words.t("Inget händer av sig självt. Ärendet väntar på en betalning eller på dig.")


CHOICE_NOTES = {
    "payment-order": "ansökan hos Kronofogden; avgiften får ni tillbaka om gäldenären betalar",
    "surveillance": "inga fler krav nu, preskriptionen bevakas",
    "withdraw": "kravet upphör, fakturan är er igen",
    "write-off": "det som är kvar skrivs av",
}
CHOICE_WORDS = {
    "payment-order": "Betalnings&shy;föreläggande",
    "surveillance": "Efterbevakning",
    "withdraw": "Återkalla",
    "write-off": "Skriv av",
}


def _choices(coming: Ahead) -> list[dict[str, Any]]:
    return [
        {
            "act": choice.kind,
            "words": words.t(CHOICE_WORDS.get(choice.kind, choice.kind)),
            "note": words.word(CHOICE_NOTES, choice.kind),
            "cost_now": choice.costs_now_minor,
            "on_debt": choice.on_the_debt_minor,
        }
        for choice in coming.choices
    ]


_OF_ACCOUNT = {
    "reminder_cost": "reminder",
    "demand_cost": "demand",
    "plan_cost": "instalment-plan",
    "compensation": "late-payment",
}


def _money(stands: Standing, currency: str) -> list[dict[str, Any]]:
    rows = []
    for row in stands.rows:
        kind = _OF_ACCOUNT.get(row.component, row.component)
        rows.append({
            "words": words.word(words.COMPONENTS, kind), "note": words.t("till i dag.") if kind == "interest" else "",
            "source": row.source, "claimed_minor": row.claimed_minor, "settled": row.paid_minor + row.waived_minor,
            "waived_minor": row.waived_minor, "open_minor": row.open_minor, "currency": row.currency,
            "foreign": row.currency != currency,
        })  # fmt: skip
    return rows


def _sums(stands: Standing) -> list[dict[str, Any]]:
    """One sum for each currency; currencies are never added to each other."""
    found = []
    for currency, total in stands.totals:
        own = [row for row in stands.rows if row.currency == currency]
        claimed, settled = sum(r.claimed_minor for r in own), sum(r.paid_minor + r.waived_minor for r in own)
        if own:
            found.append({"currency": currency, "claimed": claimed, "settled": settled, "open": total})
    return found


def masked(case: Case) -> str:
    """The debtor's number with its last four hidden. Never whole on a page."""
    customer = case.customer
    if customer.identity_sealed is None:
        return ""
    if customer.protected:
        return "••••••••-••••"
    digits = unseal(bytes(customer.identity_sealed), case.creditor_id)
    if customer.kind == "consumer" or len(digits) == 12:
        return f"{digits[:-4]}-••••"
    return f"{digits[:6]}-{digits[6:]}"


def _letters(request: PageRequest, case: Case) -> dict[str, Any]:
    """The letter that is shown and its neighbours; the newest unless the address names one."""
    ids = LetterCase.objects.filter(creditor=case.creditor_id, case_number=case.id).values("letter_id")
    rows = list(Letter.objects.filter(creditor=case.creditor_id, id__in=ids).order_by("dated_on", "id"))
    if not rows:
        return {}
    wanted = request.GET.get("letter", "")
    place = next((n for n, row in enumerate(rows) if row.number == wanted), len(rows) - 1)
    shown = rows[place]
    content = sheets_of_paper.content_of(shown)
    said, _, _ = words.LETTER_KINDS.get(shown.kind, (shown.kind, "", ""))
    return {
        "shown": shown,
        "kind": words.t(said),
        "place": place + 1,
        "of": len(rows),
        "before": rows[place - 1] if place else None,
        "after": rows[place + 1] if place + 1 < len(rows) else None,
        "has_content": content is not None,
        "text": sheets_of_paper.text_of(content) if content else None,
        "print": f"{shown.sha256[:4]} {shown.sha256[4:8]} … {shown.sha256[-4:]}",
    }
