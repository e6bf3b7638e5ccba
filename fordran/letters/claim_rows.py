"""The claim line by line: what it is, why, and how much. The lines add up, or the letter is refused."""

from __future__ import annotations

from dataclasses import dataclass

from fordran.core.money import NO_BREAK_SPACE
from fordran.letters.words import Words, day
from fordran.process.letter import LetterClaim, LetterContent, LetterLine

LONGEST_TEXT = 300
"""Characters of what the debt concerns; a longer text is cut with an ellipsis."""

COSTS = ("reminder", "demand", "instalment-plan", "late-payment")
REDUCTIONS = ("paid", "credited", "waived")


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """`weight`: line, subtotal or total. `notes` say why; `amount` is written out."""

    label: str
    notes: tuple[str, ...]
    amount: str
    weight: str = "line"


def clean(text: str) -> str:
    """One line of text: breaks and control characters become spaces, runs of space become one."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def shortened(text: str, longest: int = LONGEST_TEXT) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def sums(content: LetterContent) -> tuple[tuple[str, int], ...]:
    """What is asked for, by currency; a currency whose sum is 0 is left out when another is not."""
    totals = content.totals()
    return tuple(pair for pair in totals if pair[1]) or totals[:1]


def claim_rows(content: LetterContent, words: Words) -> tuple[ClaimRow, ...]:
    """All lines of all cases; with a subtotal for each case when there are several.

    Raises ValueError when the periods of an interest line do not add up to it.
    """
    mixed = len({line.currency for claim in content.claims for line in claim.lines}) > 1
    several = len(content.claims) > 1
    rows: list[ClaimRow] = []
    for claim in content.claims:
        for line in claim.lines:
            rows.append(_row(claim, line, _Figures(words, _unit(line, mixed)), several))
        if several:
            rows.append(_subtotal(claim, words, mixed))
    return tuple(rows)


def total_rows(content: LetterContent, words: Words) -> tuple[ClaimRow, ...]:
    totals = sums(content)
    if content.kind == "confirmation":
        label = words.say("table.total_left")
        return tuple(ClaimRow(label, (), _total(words, pair), "total") for pair in totals)
    if len(totals) == 1:
        return (ClaimRow(words.say("table.total"), (), _total(words, totals[0]), "total"),)
    return tuple(
        ClaimRow(words.say("table.total_in", currency=pair[0]), (), words.money(pair[1], pair[0]), "total") for pair in totals
    )


@dataclass(frozen=True, slots=True)
class _Figures:
    """Writes amounts of one line: bare in a letter of kronor only, else with their currency."""

    words: Words
    unit: str

    def __call__(self, amount_minor: int) -> str:
        return self.words.money(amount_minor, self.unit) if self.unit else self.words.number(amount_minor)


def _unit(line: LetterLine, mixed: bool) -> str:
    return line.currency if mixed or line.currency != "SEK" else ""


def _total(words: Words, pair: tuple[str, int]) -> str:
    return words.number(pair[1]) if pair[0] == "SEK" else words.money(pair[1], pair[0])


def _subtotal(claim: LetterClaim, words: Words, mixed: bool) -> ClaimRow:
    by_currency = dict.fromkeys(line.currency for line in claim.lines)
    only_kronor = not mixed and set(by_currency) <= {"SEK"}
    amounts = [
        words.number(claim.total_minor(code)) if only_kronor else words.money(claim.total_minor(code), code)
        for code in by_currency
        if claim.total_minor(code) or len(by_currency) == 1
    ]
    label = words.say("table.subtotal", invoice=claim.invoice)
    return ClaimRow(label, (), words.listed(amounts, "ask.and"), "subtotal")


def _row(claim: LetterClaim, line: LetterLine, figures: _Figures, several: bool) -> ClaimRow:
    if line.kind == "capital":
        return _capital(claim, line, figures, several)
    if line.kind == "interest":
        return _interest(line, figures)
    if line.kind in COSTS:
        return _cost(line, figures)
    if line.kind in REDUCTIONS:
        return _reduction(line, figures)
    raise ValueError(f"no letter line of the kind {line.kind!r}")


def _capital(claim: LetterClaim, line: LetterLine, figures: _Figures, several: bool) -> ClaimRow:
    words = figures.words
    concerns = shortened(clean(claim.concerns))
    label = (
        words.say("table.invoice", invoice=claim.invoice, concerns=concerns)
        if concerns
        else words.say("table.invoice_only", invoice=claim.invoice)
    )
    dates = [words.say("table.issued", day=day(claim.issued_on))] if claim.issued_on else []
    dates.append(words.say("table.due", day=day(claim.due_on)))
    note = [", ".join(dates), words.say("table.capital")]
    if several:
        note.append(words.say("table.case", case=claim.case))
    return ClaimRow(label, (" · ".join(note),), figures(line.amount_minor))


def _interest(line: LetterLine, figures: _Figures) -> ClaimRow:
    words = figures.words
    if line.interest and sum(row.amount_minor for row in line.interest) != line.amount_minor:
        raise ValueError("the periods of an interest line do not add up to its amount")
    rates = {row.rate_percent for row in line.interest}
    one_rate = words.percent(next(iter(rates))) if len(rates) == 1 else ""
    if not rates:
        label = words.say("interest.none")
    elif line.reference_percent is None:
        label = words.say("interest.agreed", rate=one_rate) if one_rate else words.say("interest.several")
    elif one_rate:
        label = words.say("interest.reference", rate=one_rate, reference=words.percent(line.reference_percent))
    else:
        label = words.say("interest.reference_several")
    notes = []
    for row in line.interest:
        values = {
            "first": day(row.first),
            "last": day(row.last),
            "days": words.days(row.days),
            "capital": figures(row.capital_minor),
            "rate": words.percent(row.rate_percent),
        }
        period = words.say("interest.period" if one_rate else "interest.period_rate", **values)
        if len(line.interest) > 1:
            period = words.say("interest.period_sum", period=period, amount=figures(row.amount_minor))
        notes.append(period)
    return ClaimRow(label, _with_source(notes, line), figures(line.amount_minor))


def _cost(line: LetterLine, figures: _Figures) -> ClaimRow:
    words = figures.words
    label = words.say(f"cost.{line.kind}")
    if line.this_letter:
        label = words.say("cost.this_letter", cost=label)
    elif line.on:
        label = words.say("cost.on", cost=label, day=day(line.on))
    notes = [words.say("cost.agreed_on", day=day(line.agreed_on))] if line.agreed_on else []
    return ClaimRow(label, _with_source(notes, line), figures(line.amount_minor))


def _reduction(line: LetterLine, figures: _Figures) -> ClaimRow:
    words = figures.words
    label = words.say(f"less.{line.kind}" if line.amount_minor <= 0 else f"less.{line.kind}_back")
    if line.on:
        label = words.say("less.on", what=label, day=day(line.on))
    parts = [words.say(f"component.{name}", amount=figures(abs(amount))) for name, amount in line.split if amount]
    notes = [words.say("less.split", parts=words.listed(parts, "less.and"))] if parts else []
    return ClaimRow(label, _with_source(notes, line), figures(line.amount_minor))


def _with_source(notes: list[str], line: LetterLine) -> tuple[str, ...]:
    """The act and section behind the line, on the last of its notes."""
    if line.source is None:
        return tuple(notes)
    source = str(line.source).replace(" §", f"{NO_BREAK_SPACE}§")
    return (*notes[:-1], f"{notes[-1]} · {source}") if notes else (source,)
