"""Importfilter: the rule in words with what it takes today, and a card for each thing that can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fordran.access.once import once
from fordran.access.roles import who_can_give
from fordran.cases.filter_count import due_without_case
from fordran.cases.office import Office, open_office
from fordran.creditor_pages import filter_fields as fields
from fordran.creditor_pages.fields import Wrong
from fordran.creditor_pages.filter_cards import Card, generic_card, money_card, new_card
from fordran.creditor_pages.filter_further import read_further, save_further
from fordran.creditor_pages.filter_page import cards_of_page, seen_of
from fordran.creditor_pages.filter_rule import rule_of
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.reminded_list import known_as_reminded
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import t
from fordran.creditors.filter_form import Changed, cards_of, save_card, save_values, the_layer
from fordran.creditors.models import SettingsLayer
from fordran.process.policy import Layer, Limits

LIVE = 20_000
"""Up to so many invoices to judge the count follows every key. Beyond, it follows each field that is left, and the page is shown
before it."""

SHOWN_REMINDED = 10


@creditor_page()
@require_GET
def import_filter(request: PageRequest) -> HttpResponse:
    editing = request.GET.get("edit", "")
    if not editing and request.role != "read" and not the_layer(request.creditor).pk:
        editing = "generic"  # nothing is set yet: begin
    return _page(request, editing=editing if request.role != "read" else "")


def _page(
    request: PageRequest, *, editing: str = "", typed: fields.Typed | None = None, changed: SettingsLayer | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    creditor, today = request.creditor, request.today
    office, layer = open_office(creditor), the_layer(creditor)
    generic = _as_typed(office.profile.generic, editing, typed) if typed else office.profile.generic
    many = due_without_case(creditor.pk, today) > LIVE
    rule = rule_of(office, generic, today, counting=not many or "count" in request.GET)
    cards = cards_of_page(office, layer, rule, today, editing=editing, typed=typed, removing=request.GET.get("remove", ""))
    for card in cards:
        if changed is not None and card.editing:
            card.tell_changed(changed, _name(changed.changed_by))
    errors = typed.errors if typed else []
    return page(
        request, "settings_filter.html", status, rule=rule, cards=cards, errors=errors, changed=changed, layer=layer,
        live="change" if many else "input changed delay:400ms",
        can_give=", ".join(who_can_give(creditor, today)[:3]) if request.role == "read" else "",
        own_levels=(len(office.profile.customers), len(office.profile.classes), len(office.profile.exclusions)),
        reminded=known_as_reminded(office, rule.count, SHOWN_REMINDED),
    )  # fmt: skip


def _as_typed(generic: Layer, editing: str, typed: fields.Typed) -> Layer:
    """The stored level with what was typed and understood in its place."""
    if editing == "generic":
        return replace(generic, **{name: value for name, value in typed.values.items() if name in ("days", "import_from")})
    currency = typed.text.get("currency", editing).upper() if editing == "new" else editing
    if not ({"min", "max"} & typed.values.keys()) or len(currency) != 3:
        return generic
    card = generic.limits.get(currency, Limits())
    ends = Limits(typed.values.get("min", card.min_minor), typed.values.get("max", card.max_minor))
    return replace(generic, limits={**generic.limits, currency: ends})


def _name(username: str) -> str:
    user = User.objects.filter(username=username).first()
    return (user.get_full_name() if user else "") or username


# ---- while somebody types -----------------------------------------------------------------------------------------


@creditor_page()
@require_GET
def rule(request: PageRequest) -> HttpResponse:
    """The sentence, its count, and what was understood of each field. Nothing is stored."""
    editing = request.GET.get("card", "")
    office = open_office(request.creditor)
    typed = _read(request.GET, editing)
    generic = _as_typed(office.profile.generic, editing, typed) if typed else office.profile.generic
    found = rule_of(office, generic, request.today)
    card = _one_card(office, the_layer(request.creditor), found, request.today, editing, typed)
    reminded = known_as_reminded(office, found.count, SHOWN_REMINDED) if "all" in request.GET else None
    return render(
        request, "creditor_pages/parts/filter_rule_live.html",
        {"rule": found, "card": card, "org": request.creditor.organisation_number, "not_yet": typed.errors[:1] if typed else [],
         "reminded": reminded, "may_work": request.role != "read"},
    )  # fmt: skip


def _one_card(office: Office, layer: SettingsLayer, found: Any, today: date, editing: str, typed: Any) -> Card | None:
    if editing == "generic":
        return generic_card(office, layer, found, today, editing=True, typed=typed)
    if editing == "new":
        return new_card(typed)
    if len(editing) == 3 and typed is not None:
        return money_card(office, layer, editing, editing=True, typed=typed)
    return None


def _read(posted: Mapping[str, str], card: str) -> fields.Typed | None:
    if card == "generic":
        return fields.read_filter(posted)
    if card == "further":
        return None
    if card == "new":
        typed = fields.read_card(posted, posted.get("currency", "").strip().upper()[:3])
        typed.text["currency"] = posted.get("currency", "").strip()
        return typed
    return fields.read_card(posted, card) if len(card) == 3 and card.isalpha() else None


# ---- Ok -----------------------------------------------------------------------------------------------------------


@creditor_page("work")
@require_POST
def save(request: PageRequest) -> HttpResponse:
    """One card at a time. What is typed is kept when something is wrong with it, or when somebody else was here before."""
    card = request.POST.get("card", "")
    address = reverse("import-filter", args=[request.creditor.organisation_number])
    with once(request) as use:
        if use.answer:
            return redirect(use.answer)
        answer = _save(request, card)
        if answer is not None:
            return answer
        use.answer = address
    return redirect(address)


def _save(request: PageRequest, card: str) -> HttpResponse | None:
    """None when it is stored."""
    creditor = request.creditor
    if "remove" in request.POST:
        return _remove(request, card)
    typed = read_further(creditor, request.POST) if card == "further" else _read(request.POST, card)
    if typed is None:
        return redirect("import-filter", creditor.organisation_number)
    if card == "new":
        _name_currency(request, typed)
    if typed.errors:
        return _page(request, editing=card, typed=typed, status=422)
    try:
        _store(request, card, typed)
    except Changed as changed:
        return _page(request, editing=card, typed=typed, changed=changed.layer, status=409)
    if card == "generic":
        messages.success(request, t("De generiska inställningarna är sparade och gäller från nästa körning."))
    elif card == "further":
        messages.success(request, t("Inställningarna är sparade och gäller från nästa körning."))
    else:
        messages.success(
            request, t("Kortet {currency} är sparat och gäller från nästa körning.", currency=_currency(card, typed))
        )
    return None


def _currency(card: str, typed: fields.Typed) -> str:
    return str(typed.values["currency"]) if card == "new" else card


def _name_currency(request: PageRequest, typed: fields.Typed) -> None:
    try:
        currency = fields.read_currency(typed.text["currency"])
    except Wrong as wrong:
        typed.errors.insert(0, ("currency", str(wrong)))
        return
    if currency in cards_of(the_layer(request.creditor)):
        typed.errors.insert(
            0, ("currency", str(t("Det finns redan ett kort för {currency}. Ändra det i stället.", currency=currency)))
        )
    typed.values["currency"] = currency


def _store(request: PageRequest, card: str, typed: fields.Typed) -> None:
    """Raises Changed when what the person saw of this card is not what is stored now."""
    creditor, by, today = request.creditor, request.user.get_username(), request.today
    version = _version(request, card)
    if card == "generic":
        save_values(creditor, typed.values, version=version, by=by, today=today)
    elif card == "further":
        save_further(creditor, typed.values, version=version, by=by, today=today)
    else:
        limits = Limits(typed.values["min"], typed.values["max"])
        save_card(creditor, _currency(card, typed), limits, version=version, by=by, today=today)


def _version(request: PageRequest, card: str) -> int:
    """The version the person saw. When others have changed only other cards since, that harms nobody: then today's."""
    seen = request.POST.get("version", "")
    layer = the_layer(request.creditor)
    if request.POST.get("seen") == seen_of(request.creditor, layer, card):
        return layer.version
    return int(seen) if seen.isdecimal() and len(seen) < 9 else -1


def _remove(request: PageRequest, currency: str) -> HttpResponse | None:
    if currency == "SEK" or len(currency) != 3:
        return redirect("import-filter", request.creditor.organisation_number)
    try:
        save_card(
            request.creditor, currency, None, version=_version(request, currency), by=request.user.get_username(),
            today=request.today,
        )  # fmt: skip
    except Changed as changed:
        return _page(request, editing=currency, typed=fields.read_card(request.POST, currency), changed=changed.layer, status=409)
    messages.success(request, t("Kortet {currency} är borta. Fakturor i {currency} tas inte.", currency=currency))
    return None
