"""The consequence of an act -> sentences, before anything is done."""

from __future__ import annotations

from fordran.cases.consequences import Consequence
from fordran.cases.models import Case
from fordran.core.money import money_in_words
from fordran.creditor_pages import words
from fordran.creditor_pages.words import t, tn


def told(consequence: Consequence, act: str, case: Case, *, amount_minor: int = 0, owed_minor: int = 0) -> list[str]:
    """What will be different afterwards, most important first. `owed_minor` is the whole debt today, öre."""
    after, lines = consequence.after, list[str]()
    if act == "stop-customer":
        n = Case.objects.filter(creditor=case.creditor_id, customer=case.customer_id).exclude(stage="closed").count()
        lines.append(tn("{n} ärende hos kunden vilar från nu.", "{n} ärenden hos kunden vilar från nu.", n))
        lines.append(t("Nya fakturor till kunden tas inte förrän exkluderingen lyfts."))
    if act == "hold":
        lines.append(t("Inga brev skickas och inga nya kostnader läggs på medan ärendet vilar. Räntan löper som vanligt."))
    if consequence.closes:
        lines.append(t("Ärendet avslutas: {cause}.", cause=words.word(words.CLOSED, after.closed_cause).lower()))
    lines += _money(consequence)
    if amount_minor > owed_minor > 0:
        more = money_in_words(amount_minor - owed_minor, case.currency)
        lines.append(t("{sum} är mer än hela skulden i dag. Det som är för mycket betalar ni själva tillbaka.", sum=more))
    if consequence.letters_taken_back:
        n = consequence.letters_taken_back
        lines.append(
            tn(
                "{n} brev som inte har lämnat huset tas tillbaka, med sin kostnad.",
                "{n} brev som inte har lämnat huset tas tillbaka, med sina kostnader.",
                n,
            )
        )
    lines += _next(consequence)
    if act == "payment-order":
        lines.append(t("Ansökan till Kronofogden lämnar ni själva. Den kostar 300 kr, som läggs på skulden."))
    if act in ("withdraw", "write-off"):
        lines.append(t("Det går inte att ångra."))
    return [str(line) for line in lines]


def _money(consequence: Consequence) -> list[str]:
    before, after, lines = consequence.before, consequence.after, list[str]()
    parts = (
        ("capital_minor", "Kapitalet går från {a} till {b}.", consequence.currency),
        ("interest_minor", "Bokförd ränta går från {a} till {b}.", consequence.currency),
        ("costs_minor", "Kostnaderna går från {a} till {b}.", "SEK"),
    )
    for field, sentence, currency in parts:
        a, b = int(getattr(before, field)), int(getattr(after, field))
        if a != b:
            lines.append(t(sentence, a=money_in_words(a, currency), b=money_in_words(b, currency)))
    return lines


def _next(consequence: Consequence) -> list[str]:
    before, after = consequence.before, consequence.after
    lines: list[str] = []
    if consequence.closes:
        return lines
    if after.stage != before.stage:
        lines.append(t("Ärendet går till skedet {stage}.", stage=words.t(words.STAGES[after.stage][2])))
    if (after.next_kind, after.next_on) == (before.next_kind, before.next_on):
        return lines
    if after.next_kind and after.next_on:
        step = words.word(words.NEXT_KINDS, after.next_kind).lower()
        lines.append(t("Nästa steg blir {step}, tidigast {day}.", step=step, day=words.day(after.next_on)))  # type: ignore[arg-type]
    elif before.next_kind:
        lines.append(t("Nästa steg, {step}, uteblir tills vidare.", step=words.word(words.NEXT_KINDS, before.next_kind).lower()))
    return lines
