"""When a claim is barred, and what breaks the period (preskriptionslagen 1981:130).

Ten years from the day the claim arose; three against a consumer for goods, services and the like from a business (2 §).
"Arose" is not the due day: we take the earliest known of contract, delivery and invoice day. The period is broken when
the debtor acknowledges the claim or pays on it, when a written demand or reminder reaches the debtor, and by a proceeding
(5 §); it then runs anew with the same length (6-7 §§). Sent is not received: only what is recorded as proof counts, and
what comes after the last day revives nothing. Interest and costs fall with the capital (8 §). A barred claim may be paid
but not demanded (8 § inkassolagen).

Not lengthened over weekends, and a proceeding counts from the day it ended only if the claim was alive that day: both are
the readings best for the debtor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from fordran.core.days import months_later, years_later
from fordran.core.findings import Finding, Level, finding
from fordran.core.law import Dated, Since
from fordran.core.reasons import Reason
from fordran.countries.se.sources import INKASSOLAGEN, LAGSTADGAD_TID, OFFICE, PRESKRIPTIONSLAGEN, Rule, Topic, unsure
from fordran.process.country import Limitation
from fordran.process.facts import CaseFacts, Claim, DebtorKind, Interruption, InterruptionKind

GENERAL_YEARS: Dated[int] = Dated("limitation in general, years", Since(date(1982, 1, 1), 10, PRESKRIPTIONSLAGEN("2 § 1 st.")))
CONSUMER_YEARS: Dated[int] = Dated(
    "limitation against a consumer, years", Since(date(1982, 1, 1), 3, PRESKRIPTIONSLAGEN("2 § 2 st."))
)

POSTING_MARGIN = timedelta(days=14)
WATCH_MONTHS, WATCH_DAYS = 6, (90, 30)

PERIOD = PRESKRIPTIONSLAGEN("2 §")
EFFECT = PRESKRIPTIONSLAGEN("8 §")
BREAK = {
    InterruptionKind.ACKNOWLEDGED: PRESKRIPTIONSLAGEN("5 § 1 p."),
    InterruptionKind.RECEIPT: PRESKRIPTIONSLAGEN("5 § 2 p."),
    InterruptionKind.PROCEEDING_ENDED: PRESKRIPTIONSLAGEN("5 § 3 p. and 7 §"),
}

TOPIC = Topic(
    "Limitation",
    "The claim lives through the last day and is barred from the day after.",
    values=(GENERAL_YEARS, CONSUMER_YEARS),
    rules=(
        Rule(
            "The period starts on the earliest known of contract, delivery and invoice day. With the invoice day alone a "
            "finding says so; with none the period is not computed, but the claim arose no later than its due day.",
            unsure(PERIOD, "start day of subscriptions and continuing supplies is not settled here."),
        ),
        Rule("A consumer's period, and that of a debtor of unknown kind, is three years, also after a payment order.",
             unsure(PERIOD, "disputed for consumer loans on simple notes and after a payment order; the shorter is used.")),
        Rule("It ends on the day with the same number that many years later, 29 February on 28; weekends do not lengthen it.",
             unsure(LAGSTADGAD_TID("1 §"), "2 § of the act is not relied on for limitation.")),
        Rule("It is broken by the debtor's promise, part payment, payment of interest or other acknowledgement.",
             BREAK[InterruptionKind.ACKNOWLEDGED]),
        Rule("It is broken by a written demand or reminder that reached the debtor; only recorded proof of receipt counts.",
             unsure(BREAK[InterruptionKind.RECEIPT], "the weight of digital delivery as proof must be judged.")),
        Rule("It is broken by a proceeding and runs anew from the day that ended.", BREAK[InterruptionKind.PROCEEDING_ENDED]),
        Rule("A new period has the same length. Nothing revives a barred claim.", PRESKRIPTIONSLAGEN("6-7 §§")),
        Rule("With the capital its interest and costs are barred.", EFFECT),
        Rule("Nothing barred is demanded; there is no way round this.", INKASSOLAGEN("8 §")),
        Rule("Watch: six months, 90 and 30 days before. In the last 14 days nothing is posted without a person.", OFFICE),
    ),
)  # fmt: skip


def starts_on(claim: Claim) -> date | None:
    """The earliest known of contract, delivery and invoice day (sending day where the invoice has no other)."""
    if claim.arose_on is None and claim.sent_on is None:
        return claim.issued_on
    return min([d for d in (claim.arose_on, claim.issued_on, claim.sent_on) if d is not None], default=None)


def length_for(debtor: DebtorKind) -> Dated[int]:
    """The value that holds against such a debtor; one of unknown kind has the consumer's."""
    return CONSUMER_YEARS if debtor in (DebtorKind.CONSUMER, DebtorKind.UNKNOWN) else GENERAL_YEARS


def years_for(debtor: DebtorKind, start: date) -> int:
    """Length of the period of a claim that arose on `start`. Raises NotInForce before 1982."""
    return length_for(debtor).on(start)


def counted(start: date, years: int, interruptions: Sequence[Interruption], today: date) -> tuple[Interruption, ...]:
    """The interruptions that break the period: those that came while the claim lived, up to today, oldest first."""
    effective: list[Interruption] = []
    for interruption in sorted(interruptions, key=lambda i: i.on):
        alive_until = years_later(effective[-1].on if effective else start, years)
        if start <= interruption.on <= min(alive_until, today):
            effective.append(interruption)
    return tuple(effective)


def limitation(claim: Claim, interruptions: Sequence[Interruption], today: date) -> Limitation | Finding:
    """The period as it stands today. A Finding where no start is known. Raises NotInForce for claims from before 1982."""
    start = starts_on(claim)
    if start is None:
        return finding(Reason.LIMITATION_START_UNKNOWN, PERIOD, Level.LAW, due_on=claim.due_on)
    return _limitation(claim, start, interruptions, today, known=True)


@dataclass(frozen=True, slots=True)
class Period:
    """A period as its last interruption left it. `counted_from` is that day, or the day the claim arose."""

    counted_from: date
    alive_until: date
    barred_on: date
    last_posting_day: date
    watch_days: tuple[date, ...]


def period(start: date, years: int, breaks: Sequence[Interruption]) -> Period:
    """`breaks` are those that count, oldest first (`counted`)."""
    counted_from = breaks[-1].on if breaks else start
    alive_until = years_later(counted_from, years)
    watch = (months_later(alive_until, -WATCH_MONTHS), *(alive_until - timedelta(days=n) for n in WATCH_DAYS))
    return Period(counted_from, alive_until, alive_until + timedelta(days=1), alive_until - POSTING_MARGIN, watch)


def _limitation(claim: Claim, start: date, interruptions: Sequence[Interruption], today: date, *, known: bool) -> Limitation:
    return _standing(start, claim.debtor, tuple(interruptions), today, known and claim.arose_on is None)


@lru_cache(maxsize=4096)
def _standing(
    start: date, debtor: DebtorKind, interruptions: tuple[Interruption, ...], today: date, from_invoice_day: bool
) -> Limitation:
    """Of a day's many claims those that arose on the same day stand alike."""
    years = years_for(debtor, start)
    breaks = counted(start, years, interruptions, today)
    now = period(start, years, breaks)
    alive, posting = now.alive_until, now.last_posting_day
    findings = [finding(Reason.LIMITATION_INTERRUPTED, BREAK[b.kind], Level.LAW, kind=b.kind, on=b.on) for b in breaks]
    if from_invoice_day:
        findings.insert(0, finding(Reason.LIMITATION_FROM_INVOICE_DAY, PERIOD, Level.LAW, issued_on=start))
    if today >= now.barred_on:
        findings.insert(0, finding(Reason.BARRED, EFFECT, Level.LAW, alive_until=alive, barred_on=now.barred_on))
    elif today > posting:
        findings.append(finding(Reason.BARRED_SOON, OFFICE, Level.LAW, alive_until=alive, last_posting_day=posting))
    elif today >= now.watch_days[0]:
        findings.append(finding(Reason.LIMITATION_WATCH, OFFICE, Level.LAW, alive_until=alive))
    return Limitation(start, years, alive, now.barred_on, tuple(findings), posting, now.watch_days)


def at_the_latest(claim: Claim, interruptions: Sequence[Interruption], today: date) -> Limitation:
    """The period, counted from the due day where no start is known: a claim arose no later than that.

    Total: a claim older than the act is counted from its first day, and was barred long ago all the same.
    """
    start = starts_on(claim)
    counted_from = max(start or claim.due_on, GENERAL_YEARS.values[0].in_force)
    return _limitation(claim, counted_from, interruptions, today, known=start is not None)


def of_case(facts: CaseFacts, today: date) -> Limitation:
    """`at_the_latest` for a case: recorded interruptions, and the debtor's own payments as acknowledgements."""
    return at_the_latest(facts.claim, facts.interruptions_known, today)
