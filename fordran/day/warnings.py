"""What an operator should know before it bites: law that runs out, claims that limitation will bar, ledgers that are old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fordran.cases.office import Office
from fordran.core.findings import Finding
from fordran.core.law import LawError, NotYetKnown
from fordran.core.reasons import Reason
from fordran.db.bulk import run
from fordran.erp.models import BankConnection

DAYS_BEFORE = 10
WATCH = (("30 days", 30), ("90 days", 90), ("6 months", 183))


@dataclass(frozen=True, slots=True)
class Notice:
    """`kind`: rate_runs_out, rate_missing, limitation, bank_file_missing, erp_not_read, bank_not_read, bank_file_refused,
    errands, suspense; texts in both languages, `count` where
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


def erp_not_read(office: Office, today: date) -> bool:
    """True when the creditor has an ERP connected and its latest reading failed, or was on an earlier day."""
    rows = run(
        "SELECT last_fetched_on IS DISTINCT FROM %s OR last_error <> '' FROM erp_connection WHERE creditor_id = %s AND active",
        [today, office.creditor.pk],
    )
    return bool(rows and rows[0][0])


def outside_warnings(office: Office, today: date) -> list[Notice]:
    """The ERP that could not be read, the bank's folder that could not be had, and what the ERP refused to be told.

    Before the day was run at all nothing is missing yet: the morning is not an alarm.
    """
    found: list[Notice] = []
    rows = run(
        """SELECT last_error, last_fetched_on FROM erp_connection WHERE creditor_id = %s AND active
           AND (last_error <> '' OR last_fetched_on < %s)""",
        [office.creditor.pk, today],
    )
    for error, last in rows:
        missing = Finding(Reason.ERP_NOT_READ)
        since = f" Senast läst {last}." if last else ""
        since_en = f" Last read {last}." if last else ""
        found.append(Notice(
            "erp_not_read" if error else "erp_waits",
            f"{office.country.say(missing, 'sv')}{since} {_said(error)}".strip() if error else
            f"Affärssystemet lästes senast {last}. Det läses på nytt när dagen körs, innan något skickas.",
            f"{office.country.say(missing, 'en')}{since_en} {_said(error)}".strip() if error else
            f"The ERP was last read {last}. It is read again when the day is run, before anything is sent.", on=last,
        ))  # fmt: skip
    bank = BankConnection.objects.filter(creditor=office.creditor, active=True).first()
    if bank is not None and bank.last_error:
        found.append(Notice(
            "bank_not_read", f"Bankens filer kunde inte hämtas. {_said(bank.last_error)}",
            f"The bank's files could not be had. {_said(bank.last_error)}",
        ))  # fmt: skip
    files = [file for file in bank.refused if file["on"] == today.isoformat()] if bank is not None else []
    if files:
        names = ", ".join(file["name"] for file in files)
        found.append(Notice(
            "bank_file_refused", f"En fil från banken togs inte in: {names}. Läs den för hand för att se varför.",
            f"A file from the bank was not taken in: {names}. Read it by hand to see why.", len(files),
        ))  # fmt: skip
    count = run(
        "SELECT count(*) FROM erp_errand WHERE creditor_id = %s AND state IN ('refused', 'ambiguous')", [office.creditor.pk]
    )[0][0]
    if count:
        found.append(Notice(
            "errands", f"Affärssystemet tog inte emot {count} av det vi ville skriva där. Övrigt är inte påverkat.",
            f"The ERP did not take {count} of the things we wanted to write there. Nothing else is affected.", count,
        ))  # fmt: skip
    return found


def _said(error: str) -> str:
    return f"({error.strip().rstrip('.')})" if error else ""


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
