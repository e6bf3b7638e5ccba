"""What a person may do to a case. Each act is a page of its own: what to fill in, what will happen, then the deed.

The consequence is the deed itself, run and taken back (`cases.consequences`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from fordran.cases import acts as deeds
from fordran.cases.consequences import consequence_of
from fordran.cases.models import Case, Hold
from fordran.cases.standing import standing
from fordran.core.money import money_in_words
from fordran.core.problems import Refused
from fordran.creditor_pages import words
from fordran.creditor_pages.fields import Wrong, read_day, read_sum
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.told import told
from fordran.creditor_pages.words import t
from fordran.settlement import pay

REASON, KIND, UNTIL, AMOUNT, ON = "reason", "kind", "until", "amount", "on"
HOLD_KINDS = ("dispute", "respite", "plan", "manual", "unknown-address", "deceased", "bankrupt")


@dataclass(frozen=True, slots=True)
class Act:
    """`fixed` are the values that the act itself decides."""

    icon: str
    title: str
    lede: str
    button: str
    done: str
    fields: tuple[str, ...]
    run: Callable[..., Any]
    fixed: tuple[tuple[str, str], ...] = ()


def _instruct(kind: str) -> dict[str, Any]:
    return {"fields": (REASON,), "run": deeds.instruct, "fixed": ((KIND, kind),)}


ACTS: dict[str, Act] = {
    "hold": Act(
        "pause", "Pausa ärendet", "Ett ärende som vilar får inga brev och inga nya kostnader.", "Pausa ärendet",
        "Ärendet vilar.", (KIND, REASON, UNTIL), deeds.place_hold,
    ),
    "lift": Act(
        "play-fill", "Låt ärendet gå vidare", "Ärendet bedöms på nytt direkt när det inte längre vilar.", "Låt ärendet gå vidare",
        "Ärendet vilar inte längre.", (KIND,), deeds.lift_hold,
    ),
    "payment": Act(
        "cash-coin", "Registrera betalning", "För pengar som har kommit direkt till er, inte till kontot på brevet.",
        "Registrera betalningen", "Betalningen är registrerad.", (AMOUNT, ON), pay.register_direct,
    ),
    "credit": Act(
        "receipt", "Registrera kreditering", "För en kreditnota som sänker fakturan.", "Registrera krediteringen",
        "Krediteringen är registrerad.", (AMOUNT, ON), pay.register_credit,
    ),
    "waive": Act(
        "dash-circle", "Efterge en kostnad", "Kostnaden tas bort från skulden och kan inte tas ut igen.", "Efterge kostnaden",
        "Kostnaden är eftergiven.", (KIND, REASON), deeds.waive_cost,
    ),
    "withdraw": Act(
        "arrow-return-left", "Återkalla ärendet", "Kravet upphör. Fakturan är er igen.", "Återkalla ärendet",
        "Ärendet är återkallat.", **_instruct("withdraw"),
    ),
    "write-off": Act(
        "x-circle", "Skriv av fordran", "Ärendet avslutas och det som är kvar skrivs av.", "Skriv av fordran",
        "Fordran är avskriven.", **_instruct("write-off"),
    ),
    "payment-order": Act(
        "bank", "Välj betalningsföreläggande", "Ärendet ställs att vänta på en ansökan hos Kronofogden. Ansökan gör ni själva.",
        "Välj betalningsföreläggande", "Ärendet väntar på betalningsföreläggande.", **_instruct("payment-order"),
    ),
    "surveillance": Act(
        "binoculars-fill", "Välj efterbevakning", "Inga fler krav skickas nu. Skulden finns kvar och preskriptionen bevakas.",
        "Välj efterbevakning", "Ärendet ligger i efterbevakning.", **_instruct("surveillance"),
    ),
    "go-on": Act(
        "check2", "Säg att ärendet kan gå vidare", "För det som står som en fråga i ärendet, när du har sett efter.",
        "Låt ärendet gå vidare", "Ärendet går vidare.", **_instruct("go-on"),
    ),
    "stop-customer": Act(
        "stop-circle", "Stoppa allt för kunden", "Alla kundens ärenden vilar och inga nya fakturor tas.",
        "Stoppa allt för kunden", "Allt är stoppat för kunden.", (REASON,), deeds.stop_customer,
    ),
}  # fmt: skip


def acts_for(case: Case, holds: Sequence[Hold]) -> list[tuple[str, str, str]]:
    """The acts that make sense in this case now: name, mark, words. The database has the last word."""
    if case.stage == "closed":
        return []
    names = ["payment", "lift" if holds else "hold", "credit"]
    if holds:
        names.insert(2, "hold")
    if case.costs_minor:
        names.append("waive")
    if case.outcome == "ask" and case.stage != "awaiting_creditor":
        names.insert(0, "go-on")
    if case.stage in ("demanded", "awaiting_creditor"):
        names += ["payment-order", "surveillance"]
    names += ["withdraw", "write-off", "stop-customer"]
    return [(name, ACTS[name].icon, str(t(ACTS[name].title))) for name in names]


@creditor_page("work")
def act(request: PageRequest, number: str, act: str) -> HttpResponse:
    if act not in ACTS:
        raise Http404
    rows = Case.objects.select_related("customer", "invoice", "creditor")
    case = get_object_or_404(rows, creditor=request.creditor, number=number)
    wanted, arguments = ACTS[act], dict[str, Any](ACTS[act].fixed)
    errors: list[tuple[str, str]] = []
    values = {name: request.POST.get(name, "").strip() for name in wanted.fields}
    if request.method == "POST":
        arguments, errors = _read(wanted, values, arguments)
    if request.method == "POST" and not errors:
        answer = _try(request, case, wanted, act, arguments)
        if isinstance(answer, HttpResponse):
            return answer
        errors = [("", problem) for problem in answer]
    if not values.get(ON) and ON in wanted.fields:
        values[ON] = request.today.isoformat()
    context = {"case": case, "act": wanted, "name": act, "values": values, "errors": errors, "error_of": dict(errors)}
    return page(request, "act.html", 422 if errors else 200, kinds=_kinds(act, case), **context)


def _read(wanted: Act, values: dict[str, str], given: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """What was typed -> arguments of the deed, or what is wrong with which field."""
    arguments, errors = dict(given), list[tuple[str, str]]()
    for name in wanted.fields:
        try:
            if name == AMOUNT:
                arguments["amount_minor"] = read_sum(values[name])
            elif name == ON:
                arguments["on"] = read_day(values[name])
            elif name == UNTIL:
                arguments["until"] = read_day(values[name]) if values[name] else None
            elif not values[name]:
                raise Wrong(t("Välj en sort.") if name == KIND else t("Skriv ett skäl. Det är bra att ha om ett år."))
            else:
                arguments[name] = values[name]
        except Wrong as wrong:
            errors.append((name, str(wrong)))
    return arguments, errors


def _try(request: PageRequest, case: Case, wanted: Act, name: str, arguments: dict[str, Any]) -> HttpResponse | list[str]:
    """Show what will happen, or do it when that was confirmed. Problems come back as sentences."""
    common = {"by": request.user.get_username(), "today": request.today}
    subject = case.customer if name == "stop-customer" else case
    try:
        if request.POST.get("confirm") != "yes":
            after = consequence_of(case, lambda: wanted.run(subject, **arguments, **common))
            return page(
                request,
                "act_confirm.html",
                case=case,
                act=wanted,
                name=name,
                told=told(after, name, case, amount_minor=arguments.get("amount_minor", 0), owed_minor=_owed(case, request)),
                hidden=[(field, request.POST.get(field, "")) for field in wanted.fields],
                summary=_summary(case, wanted, arguments),
            )
        wanted.run(subject, **arguments, **common)
    except Refused as refused:
        return [problem.message for problem in refused.problems]
    messages.success(request, t(wanted.done))
    return redirect("case", case.creditor.organisation_number, case.number)


def _owed(case: Case, request: PageRequest) -> int:
    """The whole debt today in the claim's own currency, öre."""
    return dict(standing(case, request.today).totals).get(case.currency, 0)


def _summary(case: Case, wanted: Act, arguments: dict[str, Any]) -> list[tuple[str, str]]:
    """The filled fields as they were understood."""
    rows: list[tuple[str, str]] = []
    if KIND in wanted.fields:
        kinds = words.HOLDS if wanted.run in (deeds.place_hold, deeds.lift_hold) else words.COMPONENTS
        rows.append((t("Sort"), words.word(kinds, arguments[KIND])))
    if "amount_minor" in arguments:
        rows.append((t("Belopp"), money_in_words(arguments["amount_minor"], case.currency)))
    if "on" in arguments:
        rows.append((t("Dag"), words.day(arguments["on"])))
    if "until" in arguments:
        rows.append((t("Till och med"), words.day(arguments["until"]) if arguments["until"] else str(t("tills vidare"))))
    if REASON in arguments:
        rows.append((t("Skäl"), arguments[REASON]))
    return rows


def _kinds(name: str, case: Case) -> list[tuple[str, str]]:
    if name == "hold":
        return [(kind, words.word(words.HOLDS, kind)) for kind in HOLD_KINDS]
    if name == "lift":
        live = case.holds.filter(lifted_on__isnull=True).order_by("since")
        return [(row.kind, words.word(words.HOLDS, row.kind)) for row in live]
    if name == "waive":
        rows = case.charges.filter(voided_on__isnull=True).order_by("on", "id")
        return [
            (row.kind, f"{words.word(words.COMPONENTS, row.kind)}, {money_in_words(row.amount_minor, row.currency)}")
            for row in rows
            if row.amount_minor > row.waived_minor + row.paid_minor
        ]
    return []


@creditor_page("work")
def stop_sending(request: PageRequest) -> HttpResponse:
    return _sending(request, stop=True)


@creditor_page("work")
def resume_sending(request: PageRequest) -> HttpResponse:
    return _sending(request, stop=False)


def _sending(request: PageRequest, *, stop: bool) -> HttpResponse:
    creditor, today = request.creditor, request.today
    if request.method == "POST":
        deed = deeds.stop_sending if stop else deeds.resume_sending
        try:
            deed(creditor, by=request.user.get_username(), today=today)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, t("All utsändning är stoppad.") if stop else t("Utsändningen är igång igen."))
        return redirect("letters", creditor.organisation_number)
    return page(request, "sending.html", stop=stop)
