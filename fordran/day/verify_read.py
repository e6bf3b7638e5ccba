"""The checks that need the law, the judgement's own facts or a letter's words: read through in pieces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from fordran.cases.load import Loaded, load_cases
from fordran.cases.models import Case
from fordran.cases.office import Office
from fordran.cases.void import STAGE_OF
from fordran.core.law import LawError
from fordran.db.bulk import run
from fordran.letters.models import Letter
from fordran.letters.store import from_json, is_sealed_by
from fordran.process.facts import CostKind, Stage, StepKind
from fordran.process.letter import LetterContent

Found = Iterator[tuple[str, str]]

AT_A_TIME = 2000


def charges_in_force(office: Office) -> Found:
    """Each cost names the act and section in force the day it was taken, and is at most what that section allows; all the
    costs of an invoice are at most the compensation, or reminder, demand and plan together."""
    country = office.country
    rows = run(
        """SELECT c.id, k.number, c.kind, c.amount_minor, c.currency, c."on", c.act, c.section, c.in_force FROM cases_charge c
           JOIN cases_case k ON k.id = c.case_id WHERE c.creditor_id = %s AND c.voided_on IS NULL ORDER BY c.id""",
        [office.creditor.pk],
    )
    of_case: dict[str, list[tuple[CostKind, int, date]]] = defaultdict(list)
    for charge, case, kind, amount, currency, on, act, section, in_force in rows:
        record = f"cost {charge} in case {case}"
        try:
            entry = country.most_cost(CostKind(kind), on)
        except LawError as missing:
            yield record, f"no law for a {kind} of {on}: {missing}"
            continue
        if (act, section, in_force) != (entry.source.act, entry.source.section, entry.in_force):
            yield record, f"it names {act} {section} of {in_force}, but {entry.source} of {entry.in_force} was in force on {on}"
        if not 0 < amount <= entry.value or currency != country.currency:
            yield record, f"{amount} öre ({currency}) as {kind}; the most is {entry.value} öre"
        of_case[case].append((CostKind(kind), amount, on))
    for case, costs in of_case.items():
        late = next((on for kind, _, on in costs if kind == CostKind.LATE_PAYMENT), None)
        if late is not None:
            day = max(on for _, _, on in costs)
            others = (CostKind.REMINDER, CostKind.DEMAND, CostKind.INSTALMENT_PLAN)
            most = max(country.most_cost(CostKind.LATE_PAYMENT, late).value, sum(country.most_cost(k, day).value for k in others))
            total = sum(amount for _, amount, _ in costs)
            if total > most:
                yield f"case {case}", f"its costs come to {total} öre; with compensation they may be {most} öre"


def cases_as_decided(office: Office) -> Found:
    """What `decide` is told of a case is what its row and its accounts say; its stage is where its steps lead."""
    last = 0
    while True:
        ids = list(
            Case.objects.filter(creditor=office.creditor, pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_A_TIME]
        )
        if not ids:
            return
        last = ids[-1]
        rows = run(
            """SELECT id, capital_minor, interest_booked_minor, interest_minor, costs_minor FROM cases_case
               WHERE id = ANY(%s)""",
            [ids],
        )
        kept = {row[0]: row[1:] for row in rows}
        written = dict(run("SELECT case_id, count(*) FROM cases_decision WHERE case_id = ANY(%s) GROUP BY case_id", [ids]))
        for loaded in load_cases(office.creditor.pk, ids, office.profile):
            yield from _case_as_decided(loaded, kept[loaded.id], written.get(loaded.id, 0))


def _case_as_decided(loaded: Loaded, kept: tuple[int, ...], written: int) -> Found:
    facts, record = loaded.facts, f"case {loaded.number}"
    told = (facts.capital_minor, facts.interest_booked_minor, facts.interest_open_minor, facts.costs_open_minor)
    if told != tuple(kept):
        yield (
            record,
            f"the judgement is told (capital, interest booked, interest, costs) {told} öre, the case says {tuple(kept)} öre",
        )
    if loaded.decisions != written:
        yield record, f"{loaded.decisions} decisions are counted and {written} are there"
    moved = [step.kind for step in facts.steps if step.kind in STAGE_OF]
    stage = STAGE_OF[moved[-1]] if moved else Stage.OPEN
    if facts.stage not in (Stage.CLOSED, stage):
        yield record, f"it stands at {facts.stage}, but its steps lead to {stage}"


def letters_as_sent(office: Office) -> Found:
    """The words of each letter are those that were sealed, its lines come to what it asks for, and it gives lawful time."""
    letters = Letter.objects.filter(creditor=office.creditor).exclude(state="voided").prefetch_related("cases").order_by("pk")
    for letter in letters.iterator(chunk_size=500):
        if not letter.content:  # erased when its time was up; the seal stays
            continue
        content = from_json(letter.content)
        record = f"letter {letter.number}"
        if not is_sealed_by(content, letter.sha256):
            yield record, "its words are not those that were sealed when it was made"
        yield from _sums(letter, content, record)
        for found in office.country.letter_defects(content):
            yield record, office.country.say(found, "en")
        yield from _time_to_pay(office, letter, record)


def _sums(letter: Letter, content: LetterContent, record: str) -> Found:
    asked = [part.asked_minor for part in letter.cases.all()]
    if letter.kind == "confirmation":
        return
    total = dict(content.totals()).get(letter.currency, 0)
    by_claim = [claim.total_minor(letter.currency) for claim in content.claims]
    if total != letter.total_minor or sorted(by_claim) != sorted(asked):
        yield record, f"its lines come to {by_claim} öre, it asks for {asked} öre in all {letter.total_minor} öre"


def _time_to_pay(office: Office, letter: Letter, record: str) -> Found:
    """Counted from the day it was really posted."""
    day = letter.sent_on or letter.dated_on
    if letter.state == "sent" and not office.country.is_banking_day(letter.dated_on):
        yield record, f"it is dated {letter.dated_on}, which is no banking day"
    if letter.last_day is None or letter.kind not in list(StepKind):
        return
    kind = StepKind(letter.kind)
    days = 0 if kind == StepKind.DEMAND else office.country.policy_least["pay_days"][0]
    least = office.country.last_day_to_pay(kind, day, days)
    if letter.last_day < least:
        yield record, f"posted on {day} it gives until {letter.last_day}; the law asks for {least} at the earliest"
