"""Kundinställningar and Parameterinställningar: values of a customer's or a class's own, and what holds for whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import SafeString

from fordran.access.once import once
from fordran.core.findings import Level
from fordran.countries import registry
from fordran.creditor_pages import level_form
from fordran.creditor_pages.filter_fields import crossed_note, days_note, import_note, lowest_note
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.level_form import LevelForm
from fordran.creditor_pages.level_live import live_count
from fordran.creditor_pages.setting_words import field_words, full_names, value_words
from fordran.creditor_pages.tables import by_text, cut
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import number, t
from fordran.creditors.filter_form import Changed, cards_of, least_of, save_values, the_layer
from fordran.creditors.keys import stored_key
from fordran.creditors.levels import own_values, remove_level, resolved
from fordran.creditors.load import load_profile
from fordran.creditors.models import Creditor, SettingsLayer
from fordran.invoices.models import Customer, Invoice
from fordran.invoices.search import find_classes, find_customers
from fordran.process.policy import Layer, Limits
from fordran.process.profile import CreditorProfile

MANY_DAYS = "Med {n} dagar hämtas i praktiken inga fakturor från den här kunden. Vill du i stället undanta kunden?"
PAGE_OF = {"customer": "customer-settings", "class": "class-settings"}


@creditor_page()
def levels(request: PageRequest, level: str) -> HttpResponse:
    creditor = request.creditor
    text = request.GET.get("q", "").strip()[:100]
    every = SettingsLayer.objects.filter(creditor=creditor, level=level)
    query = _search(creditor, every, level, text) if text else every
    found = cut(query.prefetch_related("limits"), by_text("key"), request.GET.get("after", ""))
    _dress(request, level, found.rows)
    return page(
        request, "settings_levels.html", level=level, found=found, words=text, total=every.count(),
        matching=query.count() if text else None,
    )  # fmt: skip


def _search(creditor: Creditor, query: Any, level: str, text: str) -> Any:
    if level == "class":
        return query.filter(key__icontains=text)
    return query.filter(Q(key__startswith=text) | Q(key__in=[one.key for one in find_customers(creditor, text, 200)]))


def _dress(request: PageRequest, level: str, rows: Sequence[Any]) -> None:
    """What the list shows of each: name, values, notes. A fixed number of statements."""
    creditor, keys = request.creditor, [row.key for row in rows]
    names = dict(Customer.objects.filter(creditor=creditor, key__in=keys).values_list("key", "name"))
    sizes: dict[str, int] = {}
    if level == "class":
        counted = Customer.objects.filter(creditor=creditor, class_key__in=keys).values("class_key").annotate(n=Count("id"))
        sizes = {row["class_key"]: row["n"] for row in counted}
    people, largest = full_names(row.changed_by for row in rows), _largest(creditor)
    generic = load_profile(creditor, only=()).generic
    for row in rows:
        row.name, row.customers = names.get(row.key, "") if level == "customer" else "", sizes.get(row.key, 0)
        row.by = people.get(row.changed_by, row.changed_by)
        row.differs = [(field_words(name), value_words(name, value)) for name, value in own_values(row).items()]
        row.open_cards = [c for c, card in cards_of(row).items() if card == Limits()]
        row.notes = notes_of(request, generic, level, row.key, own_values(row), largest)


def _largest(creditor: Creditor) -> dict[str, int]:
    """The largest open invoice of each currency, öre."""
    rows = Invoice.objects.filter(creditor=creditor, kind="invoice", open_minor__gt=0).values("currency")
    return {row["currency"]: row["most"] for row in rows.annotate(most=Max("amount_minor")).order_by()}


def notes_of(
    request: PageRequest, generic: Layer, level: str, key: str, own: dict[str, Any], largest: dict[str, int]
) -> list[tuple[str, bool]]:
    """What these values mean when they let nothing through: sentences, and whether to offer excluding instead. The generic
    values are those above; a customer's class is not looked at here, since it may change."""
    notes = []
    days = own.get("days")
    if level == "customer" and days is not None and days_note(days):
        notes.append((str(t(MANY_DAYS, n=number(days))), True))
    elif days_note(days, of_class=True):
        notes.append((days_note(days, of_class=True), True))
    notes.append((import_note(own.get("import_from"), request.today), False))
    for name, value in own.items():
        if name.startswith("limits.") and name.endswith(".min"):
            notes.append((lowest_note(value, name.split(".")[1], largest.get(name.split(".")[1])), True))
    for currency in sorted({name.split(".")[1] for name in own if name.startswith("limits.")}):
        above = generic.limits.get(currency, Limits())
        low, high = own.get(f"limits.{currency}.min"), own.get(f"limits.{currency}.max")
        both = Limits(above.min_minor if low is None else low, above.max_minor if high is None else high)
        notes.append((crossed_note(both, currency), False))
    return [(said, offer) for said, offer in notes if said]


# ---- one level ----------------------------------------------------------------------------------------------------


@creditor_page("work")
def level_add(request: PageRequest, level: str) -> HttpResponse:
    """First who, then what: what is inherited can only be shown when it is known for whom."""
    creditor = request.creditor
    typed = (request.POST.get("key") or request.GET.get("key", "")).strip()[:200]
    if not typed:
        return _find(request, level)
    key = stored_key(typed, registry.country(creditor.country)) if level == "customer" else typed
    layer = the_layer(creditor, level, key)
    if layer.pk:
        return redirect(f"{level}-setting", creditor.organisation_number, layer.pk)
    if level == "customer" and not Customer.objects.filter(creditor=creditor, key=key).exists():
        return _find(request, level, typed)
    return _edit(request, level, layer)


def _find(request: PageRequest, level: str, unknown: str = "") -> HttpResponse:
    """Choose a customer or class; without script the form searches, and what it finds are links."""
    text = request.GET.get("q", unknown).strip()[:100]
    found: Sequence[Any] = find_classes(request.creditor, text) if level == "class" else find_customers(request.creditor, text)
    has_own = set(
        SettingsLayer.objects.filter(creditor=request.creditor, level=level, key__in=[one.key for one in found])
        .values_list("key", flat=True)
    )  # fmt: skip
    errors = [("find", t("Det finns ingen kund med numret {key}. Välj en av dem här nedanför, eller sök igen.", key=unknown))]
    return page(
        request, "settings_level_find.html", 422 if unknown else 200, level=level, words=text, has_own=has_own,
        rows=found, errors=errors if unknown else [],
    )  # fmt: skip


@creditor_page("work")
def level_change(request: PageRequest, level: str, layer_id: int) -> HttpResponse:
    return _edit(request, level, get_object_or_404(SettingsLayer, creditor=request.creditor, level=level, pk=layer_id))


def _edit(request: PageRequest, level: str, layer: SettingsLayer) -> HttpResponse:
    creditor = request.creditor
    customer, profile = _who(creditor, level, layer.key)
    form = _form(profile, layer, customer)
    status, version, clash = 200, layer.version, None
    errors: list[tuple[str, str | SafeString]] = []
    if request.method == "POST":
        with once(request) as use:
            if use.answer:
                return redirect(use.answer)
            level_form.read(form, request.POST, least_of(creditor))
            errors, status = [*form.errors], 422
            if not errors and form.is_empty:
                errors.append(("days", t("Alla fält är tomma, så inget skiljer sig från det som ärvs. Fyll i minst ett värde.")))
            if not errors:
                try:
                    with transaction.atomic():
                        _save(request, layer, form)
                except Changed as changed:
                    status, version, clash = 409, changed.layer.version, changed.layer
                    level_form.show_clash(form, own_values(changed.layer))
                else:
                    messages.success(
                        request, t("Inställningarna för {key} är sparade och gäller från nästa körning.", key=layer.key)
                    )
                    use.answer = reverse(PAGE_OF[level], args=[creditor.organisation_number])
                    return redirect(use.answer)
    clash_by = full_names([clash.changed_by]).get(clash.changed_by, clash.changed_by) if clash else ""
    live = live_count(creditor, level, layer.key, form, request.today)
    return page(
        request, "settings_level.html", status, level=level, layer=layer, customer=customer, form=form, errors=errors,
        version=version, clash=clash, clash_by=clash_by, live=live, list_page=PAGE_OF[level],
        notes=notes_of(request, profile.generic, level, layer.key, own_values(layer), _largest(creditor)) if layer.pk else [],
        unknown_class=level == "class" and not Customer.objects.filter(creditor=creditor, class_key=layer.key).exists(),
    )  # fmt: skip


def _who(creditor: Creditor, level: str, key: str) -> tuple[Customer | None, CreditorProfile]:
    """The customer, when it is one, and the creditor's profile with only the levels that matter here."""
    customer = Customer.objects.filter(creditor=creditor, key=key).first() if level == "customer" else None
    return customer, load_profile(creditor, only=[key, *([customer.class_key] if customer else [])])


def _form(profile: CreditorProfile, layer: SettingsLayer, customer: Customer | None) -> LevelForm:
    own = own_values(layer) if layer.pk else {}
    inherited = resolved(profile, class_key=customer.class_key if customer else "")
    every = [profile.generic, *profile.classes.values(), *profile.customers.values()]
    return level_form.blank(inherited, own, {currency for one in every for currency in one.limits})


def _save(request: PageRequest, layer: SettingsLayer, form: LevelForm) -> None:
    """The fields and the cards as one change."""
    by, today, creditor = request.user.get_username(), request.today, request.creditor
    try:
        version = int(request.POST.get("version", "0"))
    except ValueError:
        version = -1
    before = cards_of(layer) if layer.pk else {}
    cards = {
        currency: card for currency, card in form.cards.items()
        if card is not None or before.get(currency, Limits()) != Limits()  # a card without ends is no field of this form
    }  # fmt: skip
    save_values(creditor, form.values, version=version, by=by, today=today, level=layer.level, key=layer.key, cards=cards)


@creditor_page()
def level_live(request: PageRequest, level: str) -> HttpResponse:
    """What the values would take today, as they stand in the form at this moment. Changes nothing."""
    creditor = request.creditor
    layer = the_layer(creditor, level, request.POST.get("key", "")[:200])
    customer, profile = _who(creditor, level, layer.key)
    form = _form(profile, layer, customer)
    level_form.read(form, request.POST, least_of(creditor))
    return page(request, "parts/level_live.html", live=live_count(creditor, level, layer.key, form, request.today), level=level)


@creditor_page("work")
def level_remove(request: PageRequest, level: str, layer_id: int) -> HttpResponse:
    creditor, back = request.creditor, redirect(PAGE_OF[level], request.creditor.organisation_number)
    layer = SettingsLayer.objects.filter(creditor=creditor, level=level, pk=layer_id).first()
    if layer is None:
        return back  # somebody, or a press before this one, has removed it
    clash = False
    if request.method == "POST":
        with once(request) as use:
            if use.answer:
                return redirect(use.answer)
            try:
                version = int(request.POST.get("version", "-1") or -1)
                remove_level(creditor, layer_id, version=version, by=request.user.get_username(), today=request.today)
            except (Changed, ValueError):
                clash = True
            else:
                messages.success(request, t("{key} har inga egna inställningar längre.", key=layer.key))
                use.answer = reverse(PAGE_OF[level], args=[creditor.organisation_number])
                return redirect(use.answer)
    customer, profile = _who(creditor, level, layer.key)
    above = {one.field: one for one in resolved(profile, class_key=customer.class_key if customer else "")}
    rows = []
    for name, value in own_values(layer).items():
        then = above.get(name)
        rows.append(
            {
                "name": field_words(name),
                "now": value_words(name, value),
                "then": value_words(name, then.value if then else None),
                "level": then.level if then else Level.NONE,
            }
        )
    return page(
        request, "settings_level_remove.html", 409 if clash else 200, level=level, layer=layer, customer=customer, rows=rows,
        clash=clash, list_page=PAGE_OF[level],
    )  # fmt: skip
