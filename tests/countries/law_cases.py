"""Builders for the tests of the law: an ordinary claim, case and letter, changed where a test needs it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from fordran.core.findings import Level
from fordran.core.law import Source
from fordran.process.facts import CaseFacts, Claim, Debtor, DebtorKind
from fordran.process.letter import InterestRow, LetterClaim, LetterContent, LetterLine, Party, PaySlip, Recipient
from fordran.process.policy import CreditorTerms, Layer, Policy, resolve_policy

DUE = date(2026, 3, 10)  # a Tuesday


def day(text: str) -> date:
    return date.fromisoformat(text)


def a_claim(**changes: Any) -> Claim:
    """An invoice of 1 000 kronor to a consumer, due Tuesday 10 March 2026, terms agreed in 2025."""
    claim = Claim(
        "1001", "SEK", 100_000, DUE, issued_on=date(2026, 2, 8), debtor=DebtorKind.CONSUMER, terms_agreed_on=date(2025, 1, 1)
    )
    return replace(claim, **changes)


def a_case(**changes: Any) -> CaseFacts:
    """The claim above, or `claim=`, taken over in full."""
    claim = changes.pop("claim", a_claim())
    debtor = changes.pop("debtor", Debtor(identity_known=True, address_complete=True))
    return CaseFacts(claim, debtor, opened_on=claim.due_on, opening_minor=claim.amount_minor, **changes)


def a_policy(**settings: Any) -> Policy:
    return resolve_policy([(Level.GENERIC, Layer(**settings))], CreditorTerms())


COST_SOURCE = Source("Lagen (1981:739)", "4 §")


def a_letter(**changes: Any) -> LetterContent:
    """A correct demand, dated Tuesday 7 April 2026, with interest and both costs."""
    rows = (InterestRow(date(2026, 3, 11), date(2026, 4, 7), 28, Decimal("10.00"), 100_000, 767),)
    lines = (
        LetterLine("capital", 100_000, "SEK"),
        LetterLine("interest", 767, "SEK", source=COST_SOURCE, interest=rows),
        LetterLine("reminder", 6_000, "SEK", on=date(2026, 3, 16), source=COST_SOURCE),
        LetterLine("demand", 18_000, "SEK", on=date(2026, 4, 7), source=COST_SOURCE, this_letter=True),
    )
    claim = LetterClaim("K1", "1001", date(2026, 2, 8), DUE, "Städning i februari", lines, 100_000, "SEK")
    letter = LetterContent(
        kind="demand", language="sv", mode="own", dated_on=date(2026, 4, 7), last_day=date(2026, 4, 17),
        sender=Party("Städ AB", "556016-0680"), creditor=Party("Städ AB", "556016-0680"),
        recipient=Recipient("Kim Kund", ("Gatan 1", "123 45 Staden")), claims=(claim,),
        pay=PaySlip("10017", bankgiro="50501055"), contact_email="faktura@stad.example",
    )  # fmt: skip
    return replace(letter, **changes)


def with_lines(letter: LetterContent, *lines: LetterLine, drop: str = "") -> LetterContent:
    """The letter with lines added to its only claim, or those of one kind left out."""
    claim = letter.claims[0]
    kept = tuple(line for line in claim.lines if line.kind != drop)
    return replace(letter, claims=(replace(claim, lines=(*kept, *lines)),))
