"""The law book: every value, rule and source on paper, so that a lawyer can read it without code."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from fordran.core.law import Dated, Source
from fordran.core.money import plain_kronor
from fordran.countries.se import allocation, calendar, fees, interest, limitation, notices, procedure, rates, refusals
from fordran.countries.se.country import Sweden
from fordran.countries.se.sources import (
    BETALNINGSFORELAGGANDE,
    DATASKYDDSLAGEN,
    FI_INKASSO,
    INKASSOLAGEN,
    OFFICE,
    Rule,
    Topic,
    is_unsure,
    unsure,
)
from fordran.process.country import Step

TOPICS: tuple[Topic, ...] = (
    calendar.TOPIC,
    rates.TOPIC,
    interest.TOPIC,
    fees.TOPIC,
    limitation.TOPIC,
    allocation.TOPIC,
    notices.TOPIC,
    refusals.TOPIC,
    procedure.TOPIC,
)

QUESTIONS: tuple[Rule, ...] = (
    Rule(
        "Finansinspektionen's regulations in full: time to pay, contents, contacts, objections, minors, estates, complaints.",
        unsure(FI_INKASSO, "only the first page was read, and how far they bind own collection is open: the most important gap."),
    ),
    Rule(
        "Duties before court beyond the demand in rent, electricity, telecommunication, parking and credit.",
        unsure(INKASSOLAGEN("4, 6 §§"), "these fields have acts of their own; Fordran goes no further than the demand."),
    ),
    Rule(
        "Time limits and contents of an application for a payment order.",
        unsure(BETALNINGSFORELAGGANDE(), "not read again; Fordran makes no applications yet."),
    ),
    Rule(
        "Pauses for bankruptcy, debt relief, reconstruction and death.",
        unsure(INKASSOLAGEN("8 §"), "from professional knowledge; Fordran holds the case and leaves the rest to a person."),
    ),
    Rule(
        "Client money: form of the bank account, its interest, audit and report.",
        unsure(
            INKASSOLAGEN("10 §"), "concerns agencies only; the act asks that it is kept apart and accounted for without delay."
        ),
    ),
    Rule(
        "Legal basis for each step, automated decisions, and how long data is kept.",
        unsure(DATASKYDDSLAGEN("3 kap. 10 §"), "needs the creditor's own assessment."),
    ),
)
"""What stands in no value or rule above and must still be asked."""


def law_book(country: Sweden) -> str:
    """The whole book as Markdown; what is unsure stands first."""
    topics = [_with_rates_of(country, topic) for topic in TOPICS]
    return "\n".join([*_front(), *_unsure(topics), *(line for topic in topics for line in _chapter(topic))]).rstrip() + "\n"


def _with_rates_of(country: Sweden, topic: Topic) -> Topic:
    if topic is not rates.TOPIC:
        return topic
    values = tuple(country.reference_rate if value is rates.REFERENCE_RATE else value for value in topic.values)
    return Topic(topic.title, topic.introduction, values, topic.rules)


def _front() -> list[str]:
    what = (
        "Every amount, rate, period and rule that Fordran applies, with where it stands. Printed from the code by "
        "`fordran law book`; a rule that is not here is not applied. Not legal advice."
    )
    how = (
        "A value holds from its day until the next; *known until* means that it is not used after that day. A day before the "
        "first known value has no answer. Amounts are in kronor."
    )
    return ["# The law book: Sweden", "", what, "", how, ""]


def _unsure(topics: list[Topic]) -> Iterator[str]:
    yield from ("## Unsure: to be checked by a lawyer before it is relied on", "")
    items = [f"**Not in the book.** {rule.text} {_note(rule.source)} ({rule.source})" for rule in QUESTIONS]
    for topic in topics:
        for value in topic.values:
            doubtful = [entry for entry in value if is_unsure(entry.source)]
            for note, first in {entry.source.note: entry for entry in reversed(doubtful)}.items():
                subject = f"{_heading(value)}, from {first.in_force}."
                items.append(f"**{topic.title}.** {subject} {_sentence(note.removeprefix('Unsure: '))} ({first.source})")
        items += [
            f"**{topic.title}.** {_sentence(rule.text)} {_note(rule.source)} ({rule.source})"
            for rule in topic.rules
            if is_unsure(rule.source)
        ]
    yield from (f"{number}. {item}" for number, item in enumerate(items, start=1))
    yield ""


def _sentence(text: str) -> str:
    text = text[0].upper() + text[1:]
    return text if text.endswith(".") else text + "."


def _note(source: Source) -> str:
    return _sentence(source.note.removeprefix("Unsure: "))


def _chapter(topic: Topic) -> Iterator[str]:
    yield from (f"## {topic.title}", "")
    if topic.introduction:
        yield from (topic.introduction, "")
    for rule in topic.rules:
        mark = " **(unsure)**" if is_unsure(rule.source) else ""
        yield f"- {rule.text}{mark} {_linked(rule.source)}{_remark(rule.source)}"
    if topic.rules:
        yield ""
    for value in topic.values:
        yield from _table(value)


def _linked(source: Source) -> str:
    if source == OFFICE:
        return "*Our own rule.*"
    return f"[{source}]({source.url})" if source.url else str(source)


def _remark(source: Source) -> str:
    return f". {source.note}" if source.note and source != OFFICE and not is_unsure(source) else ""


def _in_kronor(value: Dated[Any]) -> bool:
    return value.name.endswith(", öre")


def _heading(value: Dated[Any]) -> str:
    name = value.name.removesuffix(", öre") + (", kronor" if _in_kronor(value) else "")
    return name[0].upper() + name[1:]


def _table(value: Dated[Any]) -> Iterator[str]:
    in_kronor = _in_kronor(value)
    until = f" (known until {value.known_until})" if value.known_until else ""
    yield from (f"### {_heading(value)}{until}", "", "| From | Value | Source | Remark |", "|---|---:|---|---|")
    for entry in value:
        remark = entry.source.note.replace("|", "/")
        yield f"| {entry.in_force} | {_shown(entry.value, in_kronor)} | {_linked(entry.source)} | {remark} |"
    yield ""


def _shown(value: object, in_kronor: bool) -> str:
    if in_kronor and isinstance(value, int):
        return plain_kronor(value)
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return ", ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)


# ---- the procedure ----------------------------------------------------------------------------------------------

_WAITS = {
    "due": "days from the due day, at the earliest the day after it as moved",
    "sent": "days from the sending of the last letter",
    "last_day": "banking days after the last day of the last letter",
}


def procedure_page() -> str:
    """The table of steps and its diagram as Markdown."""
    lines = [
        "# The procedure: Sweden",
        "",
        "Printed from `countries/se/procedure.py` by `fordran law procedure`. A setting may lengthen a wait, never shorten it.",
        "",
    ]
    for entry in procedure.PROCEDURE:
        lines += [f"## From {entry.in_force}", "", *_steps(entry.value), "", *_diagram(entry.value), ""]
    return "\n".join(lines).rstrip() + "\n"


def _steps(steps: tuple[Step, ...]) -> Iterator[str]:
    yield "| Step | From | To | Waits at least | Setting | Letter | May cost | Source |"
    yield "|---|---|---|---|---|---|---|---|"
    for step in steps:
        instructed = step.kind in procedure.BY_INSTRUCTION
        wait = f"{step.wait_least} {_WAITS[step.wait.value]}" + (", and the creditor's word" if instructed else "")
        letter = ("yes, days to pay: `" + step.pay_setting + "`" if step.pay_setting else "yes") if step.sends_letter else "no"
        yield (
            f"| {step.kind} | {', '.join(step.from_stages)} | {step.to_stage or 'stays'} | {wait} | `{step.wait_setting}` "
            f"| {letter} | {', '.join(step.may_cost) or 'nothing'} | {step.source or ''} |"
        )


def _diagram(steps: tuple[Step, ...]) -> Iterator[str]:
    yield from ("```mermaid", "stateDiagram-v2", "    [*] --> open")
    for step in steps:
        for stage in step.from_stages:
            yield f"    {stage} --> {step.to_stage or stage}: {step.kind}"
    closing = dict.fromkeys(stage for step in steps for stage in (*step.from_stages, *([step.to_stage] if step.to_stage else [])))
    yield from (f"    {stage} --> closed: paid, credited, withdrawn, written off, barred" for stage in closing)
    yield from ("    closed --> [*]", "```")
