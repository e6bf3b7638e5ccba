"""The import filter as a sentence, with what it would take today: the server's own words, whatever somebody has typed so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html
from django.utils.safestring import SafeString

from fordran.cases.filter_count import FilterCount, Heap, count_filter, with_generic
from fordran.cases.office import Office
from fordran.core.money import money_in_words
from fordran.creditor_pages import words
from fordran.creditor_pages.words import t, tn
from fordran.process.policy import DEFAULTS, Layer, Limits


@dataclass(frozen=True, slots=True)
class Rule:
    """What the template of the sentence needs."""

    days: int
    import_from: date | None
    amounts: list[SafeString]  # one for each currency, in words; empty = no card, so nothing is taken
    count: FilterCount
    live: SafeString  # what it takes today
    left_sum: str
    most: str  # when nothing is taken: the rule that left most
    counted: bool = True  # False: a large ledger, counted once the page is there


def rule_of(office: Office, generic: Layer, today: date, *, counting: bool = True) -> Rule:
    """The rule and its count as if the generic level said `generic`; exclusions and other levels as they are stored.
    Without `counting` the count is empty."""
    count = count_filter(with_generic(office, generic), today) if counting else FilterCount()
    cards = sorted(generic.limits.items(), key=lambda card: (card[0] != "SEK", card[0]))
    return Rule(
        days=DEFAULTS.days or 0 if generic.days is None else generic.days,
        import_from=generic.import_from,
        amounts=[say_card(card, currency) for currency, card in cards],
        count=count,
        live=t(
            "I dag skulle {fakturor} tas, {summa}",
            fakturor=_strong(tn("{n} faktura", "{n} fakturor", count.taken.n)),
            summa=_strong(say_sums(count.taken.minor)),
        ),
        left_sum=say_sums(count.left.minor),
        most=_most(count) if not count.taken.n else "",
        counted=counting,
    )


def _strong(text: str) -> SafeString:
    return format_html("<strong>{}</strong>", text)


def say_card(card: Limits, currency: str) -> SafeString:
    """`mellan 100 och 50 000 kr`"""
    low, high = card.min_minor, card.max_minor
    unit = "kr" if currency == "SEK" else currency
    if low is None and high is None:
        return t("i {currency} oavsett storlek", currency="kronor" if currency == "SEK" else currency)
    if low is None:
        return t("högst {sum}", sum=short_sum(high or 0, currency))
    if high is None:
        return t("minst {sum}", sum=short_sum(low, currency))
    return t("mellan {a} och {b}", a=short_sum(low, currency).removesuffix(unit).rstrip(), b=short_sum(high, currency))


def short_sum(minor: int, currency: str) -> str:
    """`100 kr`: öre only when there are any."""
    return money_in_words(minor, currency).replace(",00", "")


def say_sums(minor: Mapping[str, int]) -> str:
    """Kronor first, each currency by itself: they are never added up."""
    found = sorted(minor.items(), key=lambda pair: (pair[0] != "SEK", pair[0]))
    return " + ".join(money_in_words(amount, currency) for currency, amount in found) or money_in_words(0)


def _most(count: FilterCount) -> str:
    found = count.most
    if found is None:
        return ""
    reason, heap = found
    why = words.word(words.WHY_PASSED_OVER, reason)
    return str(
        tn("Flest stoppas av regeln ”{why}”: {n} faktura.", "Flest stoppas av regeln ”{why}”: {n} fakturor.", heap.n, why=why)
    )


def say_heap(heap: Heap) -> str:
    """`14 fakturor, 128 750,00 kr`"""
    return f"{tn('{n} faktura', '{n} fakturor', heap.n)}, {say_sums(heap.minor)}"
