"""Builds what stands in a letter from the facts of its cases. Pure: preview writes its drafts with the same function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from fordran.core.made_often import made_often
from fordran.process.country import Country
from fordran.process.facts import CaseFacts, CostKind, StepKind
from fordran.process.interest import interest_due, interest_per_day
from fordran.process.items import Item, Person
from fordran.process.letter import LetterClaim, LetterContent, LetterLine, NextCost, Party, PaySlip, Recipient
from fordran.process.profile import CreditorProfile, PostalAddress

CONFIRMATION = "confirmation"
FLOATING_POINTS = 8
"""Reference rate plus this is what a claim without an agreed rate carries; the letter shows the two apart."""


@made_often
@dataclass(frozen=True, slots=True)
class InLetter:
    """One case of the letter, with its facts as they are once the step is taken."""

    case: str
    ocr: str
    item: Item
    facts: CaseFacts


def compose(
    *, profile: CreditorProfile, country: Country, kind: str, person: Person, cases: Sequence[InLetter],
    dated_on: date, last_day: date | None, number: str, ocr: str, draft: bool = False,
) -> LetterContent:  # fmt: skip
    """The letter of `kind` to one person about `cases`, oldest first."""
    creditor = _creditor(profile)
    reminded = max([s.on for c in cases for s in c.facts.steps if s.kind == StepKind.REMINDER and s.on < dated_on], default=None)
    return LetterContent(
        kind=kind, language="sv" if person.language == "sv" else "en", mode=profile.mode, dated_on=dated_on, last_day=last_day,
        sender=_office(profile) if profile.mode == "agency" else creditor, creditor=creditor,
        recipient=Recipient(person.name, person.address(), person.country, person.identity if kind == "demand" else ""),
        claims=tuple([_claim(c, profile, country, kind, dated_on) for c in cases]),
        pay=PaySlip(ocr, profile.bankgiro, profile.plusgiro, profile.iban, profile.swish,
                    profile.office_name if profile.mode == "agency" and profile.office_name else profile.name),
        number=number, reminded_on=reminded, contact_email=profile.contact_email, contact_phone=profile.contact_phone,
        permit=profile.permit if profile.mode == "agency" else "", draft=draft,
        next_costs=_next_costs(cases, country, kind, dated_on),
    )  # fmt: skip


def _next_costs(cases: Sequence[InLetter], country: Country, kind: str, today: date) -> tuple[NextCost, ...]:
    """Costs that the late-payment compensation already contains will not be added, so they are not named."""
    if kind not in (StepKind.REMINDER, StepKind.DEMAND):
        return ()
    contained = all(c.facts.cost_taken_minor(CostKind.LATE_PAYMENT) for c in cases)
    named = country.next_costs(StepKind(kind), today)
    return () if contained and kind == StepKind.REMINDER else named


def _creditor(profile: CreditorProfile) -> Party:
    address = profile.addresses.get("sender", _NOWHERE)
    return _party(profile.name, profile.number, address, profile.contact_email, profile.contact_phone)


def _office(profile: CreditorProfile) -> Party:
    address = profile.addresses.get("sender", _NOWHERE)
    return _party(
        profile.office_name or profile.name, profile.office_number or profile.number, address,
        profile.contact_email, profile.contact_phone,
    )  # fmt: skip


_NOWHERE = PostalAddress()


@lru_cache(maxsize=256)
def _party(name: str, number: str, address: PostalAddress, email: str, phone: str) -> Party:
    """The same in thousands of letters."""
    return Party(name, number, address.lines(), email, phone)


def _claim(case: InLetter, profile: CreditorProfile, country: Country, kind: str, today: date) -> LetterClaim:
    facts = case.facts
    lines = [LetterLine("capital", facts.opening_minor, facts.claim.currency)]
    if kind != StepKind.NOTICE:
        lines += _interest_lines(facts, country, kind)
    lines += _cost_lines(facts, country, today)
    lines += _payment_lines(facts)
    return LetterClaim(
        case=case.case, invoice=case.item.number, issued_on=case.item.issued_on, due_on=case.item.due_on,
        concerns=case.item.text or profile.debt_description, lines=tuple(lines), capital_minor=facts.capital_minor,
        currency=facts.claim.currency, interest_per_day=interest_per_day(facts, country, today) if kind != CONFIRMATION else None,
    )  # fmt: skip


def _interest_lines(facts: CaseFacts, country: Country, kind: str) -> list[LetterLine]:
    lines: list[LetterLine] = []
    booked, claim = facts.interest_booked_minor, facts.claim
    last = facts.last_step(StepKind.REMINDER, StepKind.DEMAND, StepKind.RESIDUAL)
    counted = [s.interest_until for s in facts.steps if s.interest_until] + [p.on for p in facts.payments if not p.credit]
    until = max(counted, default=last.on if last else None)
    if booked > 0 and until is not None:
        due = interest_due(facts, country, until)
        rows = country.interest_rows(due.interest, booked)
        # The rate floats; where it changed inside the claim the letter names the latest, each row has its own.
        reference = None if country.agreed_rate(claim) is not None or not rows else rows[-1].rate_percent - FLOATING_POINTS
        source = due.interest.sources[0] if due.interest.sources else None
        lines.append(LetterLine("interest", booked, claim.currency, until, source, rows, reference))
    paid = sum([minor for p in facts.payments for name, minor in p.split if name == "interest"])
    waived = booked - paid - facts.interest_open_minor
    if waived > 0:
        lines.append(LetterLine("waived", -waived, claim.currency, split=(("interest", waived),)))
    return lines


def _cost_lines(facts: CaseFacts, country: Country, today: date) -> list[LetterLine]:
    return [
        LetterLine(
            cost.kind, cost.amount_minor - cost.waived_minor, country.currency, cost.on, cost.source,
            this_letter=cost.on == today,
            agreed_on=facts.claim.terms_agreed_on if cost.kind == CostKind.REMINDER else None,
        )
        for cost in facts.costs
        if cost.amount_minor > cost.waived_minor
    ]  # fmt: skip


def _payment_lines(facts: CaseFacts) -> list[LetterLine]:
    lines = []
    for payment in facts.payments:
        own = sum(minor for name, minor in payment.split) or payment.amount_minor
        kind = "credited" if payment.credit else "paid"
        lines.append(LetterLine(kind, -own, facts.claim.currency, payment.on, split=payment.split))
    return lines
