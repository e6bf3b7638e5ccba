"""Preview: which open invoices would be taken, why, and what would be sent. On a file it needs no database at all.

The same `select`, `decide`, `join_letters` and `carry_out` as the day's run, judged as if the creditor were complete and
active; what stops that stands under `not_ready`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from fordran.cases.compose import InLetter, compose
from fordran.core.findings import Finding
from fordran.formats.ocr import make_ocr
from fordran.formats.open_items.item import OpenItem
from fordran.invoices.from_file import item_of, person_of
from fordran.process.country import Country
from fordran.process.forecast import ForecastAsk, ForecastLetter, Running, forecast
from fordran.process.items import Credits, Item, Person, candidate_of, spread_credits
from fordran.process.letter import LetterContent
from fordran.process.policy import Layer
from fordran.process.profile import CreditorProfile, PolicyBook
from fordran.process.select import Candidate, Selected, Taken, select


@dataclass(slots=True)
class Preview:
    """Every open invoice with its verdict, and the claims that could go on."""

    profile: CreditorProfile
    country: Country
    today: date
    rows: list[tuple[Item, Person, Candidate, Selected]] = field(default_factory=list)
    running: list[Running] = field(default_factory=list)  # taken ones and those that may still be, plus running cases


def preview_file(items: Sequence[OpenItem], profile: CreditorProfile, country: Country, today: date) -> Preview:
    """Judge the rows of a file. With no currency card anywhere every currency is taken without limits."""
    pairs = [(item_of(row), person_of(row, country, today)) for row in items]
    return preview_items(pairs, profile, country, today, takes_all_currencies=not has_cards(profile))


def has_cards(profile: CreditorProfile) -> bool:
    return any(layer.limits for layer in (profile.generic, *profile.classes.values(), *profile.customers.values()))


def preview_items(
    pairs: Iterable[tuple[Item, Person]],
    profile: CreditorProfile,
    country: Country,
    today: date,
    *,
    takes_all_currencies: bool = False,
    credits: Credits | None = None,
    first: int = 1,
) -> Preview:
    """`credits` where more is known of them than the pairs tell; the pairs are numbered from `first` on."""
    pairs = list(pairs)
    result = Preview(replace(profile, active=True, sending_stopped=False), country, today)
    book = PolicyBook(result.profile, takes_all_currencies)
    if credits is None:
        credits = spread_credits((person.key, item) for item, person in pairs)
    for number, (item, person) in enumerate(pairs, first):
        policy = book.policy(person.key, person.class_key)
        candidate = candidate_of(item, person, result.profile, book, credits)
        verdict = select(candidate, policy, country, today)
        result.rows.append((item, person, candidate, verdict))
        if item.kind == "invoice" and candidate.open_minor > 0:
            shown = f"U{number:06d}"
            result.running.append(
                Running(number, shown, make_ocr(f"9{number:08d}"), item, person, policy, candidate, None, today)
            )
    return result


@dataclass(frozen=True, slots=True)
class Coming:
    letters: list[ForecastLetter]
    asks: list[ForecastAsk]


def coming(preview: Preview, days: int, progress: Callable[[date], None] | None = None) -> Coming:
    """What would be sent from the preview's day on, `days` days ahead. Uses up `preview.running`."""
    last = preview.today + timedelta(days=days)
    whole = not preview.profile.not_ready(preview.today)

    def lacks(letter: ForecastLetter) -> tuple[Finding, ...]:
        return preview.country.letter_defects(draft(preview, letter))

    # Of a creditor that is not whole every letter lacks something: that is said once, under `not_ready`.
    found = forecast(preview.running, preview.profile, preview.country, preview.today, last, progress, lacks if whole else None)
    return Coming(*found)


def drafts(preview: Preview, letters: Sequence[ForecastLetter]) -> list[LetterContent]:
    """The letters themselves, marked as drafts. What the creditor has not told yet stands in brackets."""
    return [draft(preview, letter, f"U{number:06d}") for number, letter in enumerate(letters, 1)]


def draft(preview: Preview, letter: ForecastLetter, number: str = "U000001") -> LetterContent:
    known = preview.profile
    profile = replace(
        known, name=known.name or "[Borgenärens namn]", debt_description=known.debt_description or "[Skuldbeskrivning]"
    )
    return compose(
        profile=profile, country=preview.country, kind=letter.kind, person=letter.claims[0].running.person,
        cases=[InLetter(c.running.number, c.running.ocr, c.running.item, c.facts) for c in letter.claims],
        dated_on=letter.on, last_day=letter.last_day, number=number, ocr=letter.claims[0].running.ocr, draft=True,
    )  # fmt: skip


# ---- as data ----------------------------------------------------------------------------------------------------


def preview_as_data(preview: Preview, language: str) -> dict[str, Any]:
    """The JSON of `fordran preview`, without what is coming."""
    taken: list[dict[str, Any]] = []
    passed: list[dict[str, Any]] = []
    totals: dict[str, dict[str, dict[str, int]]] = {}
    for item, person, candidate, verdict in preview.rows:
        found = verdict.because[0]
        row = {
            "invoice": item.number, "customer": person.name, "customer_id": person.key, "reason": found.reason,
            "because": " ".join(preview.country.say(f, language) for f in verdict.because), "level": found.level,
            "amount_minor": item.amount_minor, "open_minor": candidate.open_minor, "currency": item.currency,
            "due_on": item.due_on,
        }  # fmt: skip
        is_taken = isinstance(verdict, Taken)
        if is_taken and item.reminded_on is not None:
            row["reminded_on"] = item.reminded_on
        (taken if is_taken else passed).append(row)
        sums = totals.setdefault(item.currency, {w: {"invoices": 0, "open_minor": 0} for w in ("taken", "passed_over")})
        if item.kind == "invoice":
            kind = sums["taken" if is_taken else "passed_over"]
            kind["invoices"] += 1
            kind["open_minor"] += candidate.open_minor
    return {
        "settings": settings_as_data(preview.profile),
        "not_ready": [
            {"field": name, "message": text.split(" | ")[0 if language == "sv" else 1]}
            for name, text in preview.profile.not_ready(preview.today)
        ],
        "taken": taken, "passed_over": passed, "totals": totals,
    }  # fmt: skip


def coming_as_data(coming: Coming, preview: Preview, language: str) -> dict[str, Any]:
    """`letters` by date with what they would cost whom; `asks` where a person would have to answer."""
    return {
        "letters": [
            {
                "on": letter.on, "kind": letter.kind, "last_day": letter.last_day,
                "customer": letter.claims[0].running.person.name, "customer_id": letter.claims[0].running.person.key,
                "invoices": [c.running.item.number for c in letter.claims],
                "costs": [
                    {"invoice": c.running.item.number, "kind": cost.kind, "amount_minor": cost.amount_minor,
                     "currency": preview.country.currency, "source": str(cost.finding.source)}
                    for c in letter.claims for cost in c.costs
                ],
            }
            for letter in coming.letters
        ],
        "asks": [
            {"on": ask.on, "invoice": ask.running.item.number, "customer_id": ask.running.person.key,
             "reason": ask.because[0].reason, "because": preview.country.say(ask.because[0], language)}
            for ask in coming.asks
        ],
    }  # fmt: skip


def settings_as_data(profile: CreditorProfile) -> dict[str, Any]:
    return {
        "generic": _layer(profile.generic),
        "classes": {key: _layer(layer) for key, layer in profile.classes.items()},
        "customers": {key: _layer(layer) for key, layer in profile.customers.items()},
        "exclusions": [
            {str(e.level): e.key, "reason": e.reason, "until": e.until} for e in profile.exclusions
        ],
    }  # fmt: skip


def _layer(layer: Layer) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: getattr(layer, name) for name in Layer.__dataclass_fields__ if name != "limits" and getattr(layer, name) is not None
    }
    if layer.limits:
        values["limits"] = {c: {"min_minor": card.min_minor, "max_minor": card.max_minor} for c, card in layer.limits.items()}
    return values
