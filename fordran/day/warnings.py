"""What an operator should know before it bites: law that runs out, claims that limitation will bar, ledgers that are old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fordran.cases.office import Office
from fordran.core.findings import Finding
from fordran.core.law import LawError, NotYetKnown
from fordran.core.reasons import Reason
from fordran.db.bulk import run

DAYS_BEFORE = 10
WATCH = (("30 days", 30), ("90 days", 90), ("6 months", 183))


@dataclass(frozen=True, slots=True)
class Notice:
    """`kind`: rate_runs_out, rate_missing, limitation, bank_file_missing, suspense; texts in both languages, `count` where
    it is about cases or payments."""

    kind: str
    swedish: str
    english: str
    count: int = 0
    on: date | None = None


def law_warnings(office: Office, today: date) -> list[Notice]:
    """From ten days before a reference rate runs out, and as long as one is missing."""
    found: list[Notice] = []
    last = _known_until(office, today)
    if last is not None and last - today <= timedelta(days=DAYS_BEFORE):
        first = last + timedelta(days=1)
        do = f"fordran law rate add --from {first} --percent P --source URL"
        found.append(Notice(
            "rate_runs_out",
            f"Referensräntan är känd till och med {last}. Lägg in Riksbankens beslut för halvåret från {first}: {do}",
            f"The reference rate is known up to {last}. Enter the Riksbank's decision from {first}: {do}", on=last,
        ))  # fmt: skip
    waiting = run(
        "SELECT count(*) FROM cases_case WHERE creditor_id = %s AND reason = %s AND stage <> 'closed'",
        [office.creditor.pk, Reason.RATE_NOT_YET_KNOWN],
    )[0][0]
    if waiting:
        found.append(Notice(
            "rate_missing", f"{waiting} ärenden väntar på en referensränta som inte är beslutad eller inlagd.",
            f"{waiting} cases wait for a reference rate that is not decided or not entered.", waiting,
        ))  # fmt: skip
    return found


def _known_until(office: Office, today: date) -> date | None:
    """The last day for which the rate is known, if that lies within a month of `today`."""
    for ahead in range(31):
        day = today + timedelta(days=ahead)
        try:
            office.country.interest(100, (), day, day, None)
        except NotYetKnown as missing:
            return missing.known_until
        except LawError:
            return None
    return None


def limitation_warnings(office: Office, today: date) -> list[tuple[str, int]]:
    """How many running cases limitation will bar within 30 days, 90 days and 6 months (each counted once)."""
    counts = []
    after = today
    for name, days in WATCH:
        until = today + timedelta(days=days)
        number = run(
            """SELECT count(*) FROM cases_case
               WHERE creditor_id = %s AND stage <> 'closed' AND barred_on > %s AND barred_on <= %s""",
            [office.creditor.pk, after, until],
        )[0][0]
        counts.append((name, number))
        after = until
    return counts


def bank_file_missing(office: Office, today: date) -> bool:
    """True on a banking day on which the creditor's bank file is expected and neither read nor said not to come."""
    if not office.profile.expects_bank_file or not office.country.is_banking_day(today):
        return False
    there = run(
        """SELECT EXISTS (SELECT 1 FROM bank_bankfile WHERE creditor_id = %s AND "on" = %s)
               OR EXISTS (SELECT 1 FROM bank_nofiletoday WHERE creditor_id = %s AND "on" = %s)""",
        [office.creditor.pk, today, office.creditor.pk, today],
    )
    return not there[0][0]


def money_warnings(office: Office, today: date) -> list[Notice]:
    """The day's bank file that has not come, and money that waits for a person."""
    found: list[Notice] = []
    if bank_file_missing(office, today):
        missing = Finding(Reason.BANK_FILE_MISSING)
        swedish = "Läs in den, eller säg att ingen kommer: fordran payments none --on"
        english = "Read it in, or say that none will come: fordran payments none --on"
        found.append(Notice(
            "bank_file_missing", f"{office.country.say(missing, 'sv')} {swedish} {today}",
            f"{office.country.say(missing, 'en')} {english} {today}", on=today,
        ))  # fmt: skip
    waiting, since = run(
        "SELECT count(*), min(learnt_on) FROM settlement_payment WHERE creditor_id = %s AND state = 'suspense'",
        [office.creditor.pk],
    )[0]
    if waiting:
        found.append(Notice(
            "suspense", f"{waiting} betalningar väntar på att någon säger vad de gäller, den äldsta sedan {since}.",
            f"{waiting} payments wait for somebody to say what they are for, the oldest since {since}.", waiting, since,
        ))  # fmt: skip
    return found
