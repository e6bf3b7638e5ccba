"""What is not taken at all, and which steps must wait for a person.

8 § inkassolagen: no measure for a claim that is probably unfounded. 9 kap. 1 § föräldrabalken: a person under 18 cannot as
a rule bind itself. Some kinds of claim have rules of their own that Fordran does not know; those are refused rather than
handled badly. The debtor must be identified safely and be reached at the right address before the first demand.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fordran.core.days import years_later
from fordran.core.findings import Finding, Level, finding
from fordran.core.law import Dated, Since
from fordran.core.reasons import Reason
from fordran.countries.se.limitation import EFFECT, at_the_latest, of_case, starts_on
from fordran.countries.se.sources import (
    BETALNINGSFORELAGGANDE,
    ELLAGEN,
    FI_INKASSO,
    FORALDRABALKEN,
    INKASSOLAGEN,
    JORDABALKEN,
    KONSUMENTKREDITLAGEN,
    OFFICE,
    Rule,
    Topic,
    unsure,
)
from fordran.process.country import Step
from fordran.process.facts import CaseFacts, Claim, ClaimKind, Stage, StepKind

FULL_AGE = 18

UNFOUNDED = INKASSOLAGEN("8 §")
GOOD_PRACTICE = INKASSOLAGEN("4 §")
MINOR = FORALDRABALKEN("9 kap. 1 §")
CREDIT = unsure(
    KONSUMENTKREDITLAGEN("19 a, 19 b, 31-34 §§"),
    "a new consumer credit act was proposed to take effect on 2026-11-20; whether it did, and what it counts as credit, is "
    "not known here. Consumer credit is refused under both.",
)

CREDIT_RATE_CAP: Dated[int] = Dated(
    "cap on the rate of consumer credit over the reference rate, percentage points",
    Since(
        date(2025, 3, 1),
        20,
        KONSUMENTKREDITLAGEN("19 a §", "SFS 2024:1238; not housing. Printed for the reader: consumer credit is refused."),
    ),
)

TOPIC = Topic(
    "What is refused, and what waits for a person",
    "",
    values=(CREDIT_RATE_CAP,),
    rules=(
        Rule(
            "Accepted: ordinary invoices for goods and services to consumers, businesses, associations and public bodies.",
            UNFOUNDED,
        ),
        Rule("Accepted as claims of money only: rent (no forfeiture, no eviction).", JORDABALKEN("12 kap.")),
        Rule("Accepted as claims of money only: electricity and heat (no cut-off).", ELLAGEN("11 kap.")),
        Rule("Refused: consumer credit, and any other claim declared as credit.", CREDIT),
        Rule(
            "A person first: every claim declared as `other`. Control fees in private parking, damages, claims of public law, "
            "claims bought as non-performing loans, care, school, faith and the like must not be declared as anything else.",
            OFFICE,
        ),
        Rule("Refused: kinds of claim the creditor has not declared.", OFFICE),
        Rule("Refused: a debtor under 18 today, or when the debt arose.", MINOR),
        Rule("Refused: a barred claim.", EFFECT),
        Rule("A demand waits for a known identity number whose check digit holds, and for a complete address.", GOOD_PRACTICE),
        Rule(
            "Address outside Sweden: notice and reminder only.",
            BETALNINGSFORELAGGANDE("2 §", "No payment order without domicile here."),
        ),
        Rule("Protected identity: every letter is a person's decision.", OFFICE),
        Rule("A debtor of unknown kind has the consumer's protection in every rule.", OFFICE),
        Rule(
            "How often a debtor may be contacted.", unsure(FI_INKASSO, "not read; Fordran sends two letters and a rest letter.")
        ),
    ),
)


def refusals(claim: Claim, declared: Sequence[ClaimKind], born_on: date | None, today: date) -> tuple[Finding, ...]:
    """Why this claim is not taken; empty = it may be. An empty `declared` (nothing declared yet) says nothing."""
    found: list[Finding] = []
    if claim.kind == ClaimKind.CREDIT:
        found.append(finding(Reason.CLAIM_KIND_REFUSED, CREDIT, Level.LAW, kind=claim.kind))
    elif claim.kind == ClaimKind.OTHER:
        found.append(finding(Reason.CLAIM_KIND_NEEDS_PERSON, UNFOUNDED, Level.LAW, kind=claim.kind))
    elif declared and claim.kind not in declared:
        found.append(finding(Reason.CLAIM_KIND_NOT_DECLARED, UNFOUNDED, Level.GENERIC, kind=claim.kind))
    if born_on is not None:
        found += _age(born_on, starts_on(claim) or claim.due_on, today)
    period = at_the_latest(claim, (), today)
    if today >= period.barred_on:
        found.append(finding(Reason.BARRED, EFFECT, Level.LAW, alive_until=period.alive_until, barred_on=period.barred_on))
    return tuple(found)


def of_age_on(born_on: date) -> date:
    """The 18th birthday; 1 March for one born on 29 February where the year lacks it."""
    day = years_later(born_on, FULL_AGE)
    return day if day.day == born_on.day else date(day.year, 3, 1)


def _age(born_on: date, arose_on: date, today: date) -> list[Finding]:
    grown = of_age_on(born_on)
    if today < grown:
        return [finding(Reason.DEBTOR_UNDER_AGE, MINOR, Level.LAW)]
    if arose_on < grown:
        return [finding(Reason.DEBTOR_WAS_UNDER_AGE, MINOR, Level.LAW, arose_on=arose_on)]
    return []


def obstacles(step: Step, facts: CaseFacts, today: date) -> tuple[Finding, ...]:
    """Why this letter must wait for a person. A step that sends nothing has no obstacle here."""
    if not step.sends_letter:
        return ()
    debtor, found = facts.debtor, []
    if debtor.protected:
        found.append(finding(Reason.PROTECTED_IDENTITY, GOOD_PRACTICE, Level.LAW))
    if is_demanding(step, facts):
        if debtor.country.upper() not in ("", "SE"):
            found.append(finding(Reason.ADDRESS_ABROAD, BETALNINGSFORELAGGANDE("2 §"), Level.LAW, country=debtor.country))
        if not debtor.identity_known:
            lack = Reason.IDENTITY_NOT_CHECKED if debtor.identity_stated else Reason.IDENTITY_MISSING
            found.append(finding(lack, GOOD_PRACTICE, Level.LAW))
        if not debtor.address_complete:
            found.append(finding(Reason.ADDRESS_INCOMPLETE, GOOD_PRACTICE, Level.LAW))
    period = of_case(facts, today)
    found += [f for f in period.findings if f.reason in (Reason.BARRED, Reason.BARRED_SOON)]
    return tuple(found)


def is_demanding(step: Step, facts: CaseFacts) -> bool:
    """A demand, or a rest letter after one; notice, reminder and a rest letter after a reminder are no measures of collection."""
    return step.kind == StepKind.DEMAND or (step.kind == StepKind.RESIDUAL and facts.stage != Stage.REMINDED)
