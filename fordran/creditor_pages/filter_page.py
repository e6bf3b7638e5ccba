"""All the cards of the import filter, in the page's order."""

from __future__ import annotations

from datetime import date

from fordran.cases.office import Office
from fordran.creditor_pages import filter_fields as fields
from fordran.creditor_pages.filter_cards import Card, generic_card, money_card, new_card
from fordran.creditor_pages.filter_further import further_card, seen_further
from fordran.creditor_pages.filter_rule import Rule
from fordran.creditor_pages.words import tn
from fordran.creditors.filter_form import cards_of
from fordran.creditors.models import Creditor, SettingsLayer
from fordran.db.bulk import run


def cards_of_page(
    office: Office, layer: SettingsLayer, rule: Rule, today: date, *, editing: str, typed: fields.Typed | None, removing: str
) -> list[Card]:
    """Generiska inställningar, a card a currency with SEK always there, one for each currency that lacks one, and the rest."""

    def mine(key: str) -> fields.Typed | None:
        return typed if editing == key else None

    found = [generic_card(office, layer, rule, today, editing=editing == "generic", typed=mine("generic"))]
    known = cards_of(layer)
    for currency in dict.fromkeys(("SEK", *known)):
        card = money_card(office, layer, currency, editing=currency in (editing, removing), typed=mine(currency))
        card.removing = removing == currency and card.removable
        found.append(card)
    for currency, n in _currencies(office.creditor.pk):
        if currency not in known and currency != "SEK":
            found.append(
                Card(currency, currency, missing=True, editing=False, foot=str(
                    tn("Inget kort. {n} öppen faktura i {currency} tas därför inte.",
                       "Inget kort. {n} öppna fakturor i {currency} tas därför inte.", n, currency=currency)))
            )  # fmt: skip
    if editing == "new" or (len(editing) == 3 and editing not in known and editing != "SEK"):
        found = [card for card in found if not (card.missing and card.key == editing)]
        found.append(
            new_card(mine("new") or fields.Typed({"currency": "" if editing == "new" else editing, "min": "", "max": ""}))
        )
    found.append(further_card(office, layer, editing=editing == "further", typed=mine("further")))
    for card in found:
        card.version, card.seen = layer.version, seen_of(office.creditor, layer, card.key)
    return found


def _currencies(creditor: int) -> list[tuple[str, int]]:
    rows = run(
        """SELECT currency, count(*) FROM invoices_invoice WHERE creditor_id = %s AND kind = 'invoice' AND open_minor > 0
           AND missing_since IS NULL GROUP BY currency ORDER BY currency""",
        [creditor],
    )
    return [(currency, n) for currency, n in rows]


def seen_of(creditor: Creditor, layer: SettingsLayer, key: str) -> str:
    """What is stored of a card, in short: another person's change of another card is no clash."""
    if key == "generic":
        return f"{layer.days} {layer.import_from}"
    if key == "further":
        return seen_further(creditor, layer)
    cards = cards_of(layer)
    if key == "new":
        return " ".join(sorted(cards))
    card = cards.get(key)
    return f"{card.min_minor} {card.max_minor}" if card else ""
