"""What a person does to a case: each act is written with its reason, and the case is decided again at once.

Each act has one function; `dry` in `consequences.py` runs the same function and takes it back, to show what will happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection, transaction

from fordran.audit.record import record_event
from fordran.cases.load import load_cases
from fordran.cases.models import Case, Hold, Instruction, Interruption
from fordran.cases.office import Office, open_office
from fordran.cases.review import review_cases
from fordran.cases.void import void_unsent
from fordran.cases.write import CaseChange, write_changes
from fordran.core.problems import Refused
from fordran.core.reasons import Reason
from fordran.countries import registry
from fordran.creditors.keys import stored_key
from fordran.creditors.models import Creditor, Exclusion
from fordran.db.bulk import run
from fordran.invoices.models import Customer
from fordran.process.apply import booked
from fordran.process.facts import CostKind, HoldKind, InstructionKind, InterruptionKind, Stage
from fordran.process.settle import waive_cost as waive


def _open(case: Case) -> None:
    if case.stage == Stage.CLOSED:
        raise Refused(f"case {case.number} is closed ({case.closed_cause}); nothing more can be done with it", field="case")


def review_now(office: Office, ids: Sequence[int], today: date) -> None:
    """Decide again at once; letters that had not left are taken back first, since they say what no longer holds."""
    void_unsent(office, ids, today)
    review_cases(office, ids, today)


@transaction.atomic
def place_hold(
    case: Case, *, kind: str, reason: str, by: str, today: date, until: date | None = None, office: Office | None = None
) -> None:
    """Stop everything in the case from today to and including `until` (None = until lifted). Raises Refused."""
    _open(case)
    try:
        named = HoldKind(kind)
    except ValueError:
        raise Refused(f"{kind!r} is no kind of hold; known are {', '.join(HoldKind)}", field="--kind") from None
    if not reason.strip():
        raise Refused("say why, in a few words", field="--reason")
    if until is not None and until < today:
        raise Refused(f"the hold would end on {until}, before it begins on {today}", field="--until")
    Hold.objects.filter(case=case, lifted_on__isnull=True, until__lt=today).update(lifted_on=today, lifted_by="ended")
    if Hold.objects.filter(case=case, kind=named, lifted_on__isnull=True).exists():
        raise Refused(f"case {case.number} has a live hold of kind {named} already", field="--kind")
    Hold.objects.create(
        creditor_id=case.creditor_id, case=case, kind=named, reason=reason, since=today, until=until, placed_by=by
    )
    Case.objects.filter(pk=case.pk).update(held=named)
    record_event(case.creditor_id, today, by, "hold placed", case.number, kind=named, until=until, reason=reason)
    review_now(office or open_office(case.creditor), [case.pk], today)


@transaction.atomic
def lift_hold(case: Case, *, kind: str, by: str, today: date, office: Office | None = None) -> None:
    """The case goes on from where it was; each wait still counts from the last letter really sent. Raises Refused."""
    lifted = Hold.objects.filter(case=case, kind=kind, lifted_on__isnull=True).update(lifted_on=today, lifted_by=by)
    if not lifted:
        raise Refused(f"case {case.number} has no live hold of kind {kind}", field="--kind")
    _show_hold([case.pk], today)
    record_event(case.creditor_id, today, by, "hold lifted", case.number, kind=kind)
    review_now(office or open_office(case.creditor), [case.pk], today)


def _show_hold(ids: Sequence[int], today: date) -> None:
    run(
        """UPDATE cases_case c SET held = coalesce((SELECT h.kind FROM cases_hold h WHERE h.case_id = c.id
               AND h.lifted_on IS NULL AND (h.until IS NULL OR h.until >= %s) ORDER BY h.id DESC LIMIT 1), '')
           WHERE c.id = ANY(%s)""",
        [today, list(ids)],
    )


_CHOICE = (Stage.DEMANDED, Stage.AWAITING_CREDITOR)
"""From the demand on the creditor may say what is to come; it is carried out on the first lawful day, never before."""


@transaction.atomic
def instruct(case: Case, *, kind: str, by: str, today: date, reason: str = "", office: Office | None = None) -> None:
    """Withdraw, write off, payment order, surveillance, or go on after a question. Raises Refused."""
    _open(case)
    try:
        named = InstructionKind(kind)
    except ValueError:
        raise Refused(f"{kind!r} is no instruction; known are {', '.join(InstructionKind)}", field="kind") from None
    if named in (InstructionKind.PAYMENT_ORDER, InstructionKind.SURVEILLANCE) and case.stage not in _CHOICE:
        raise Refused(
            f"case {case.number} stands at {case.stage}; {named} can be chosen once a demand has been sent, and is carried out "
            "when its time has run out",
            field="kind",
        )
    Instruction.objects.create(creditor_id=case.creditor_id, case=case, kind=named, on=today, by=by, reason=reason)
    record_event(case.creditor_id, today, by, "instructed", case.number, kind=named, reason=reason)
    review_now(office or open_office(case.creditor), [case.pk], today)


@transaction.atomic
def waive_cost(case: Case, *, kind: str, reason: str, by: str, today: date, office: Office | None = None) -> None:
    """Take back what is open of a cost. Raises Refused when there is nothing to take back."""
    _open(case)
    try:
        named = CostKind(kind)
    except ValueError:
        raise Refused(f"{kind!r} is no cost; known are {', '.join(CostKind)}", field="kind") from None
    office = office or open_office(case.creditor)
    loaded = load_cases(case.creditor_id, [case.pk], office.profile, lock=True)[0]
    bookings = waive(loaded.facts, named, today, office.country.currency, Reason.COST_WAIVED)
    if not bookings:
        raise Refused(f"case {case.number} has no open cost of kind {named}", field="kind")
    void_unsent(office, [case.pk], today)
    loaded = load_cases(case.creditor_id, [case.pk], office.profile, lock=True)[0]
    bookings = waive(loaded.facts, named, today, office.country.currency, Reason.COST_WAIVED)
    change = CaseChange(loaded, booked(loaded.facts, bookings), key=f"case {case.pk} waived {named} {today}")
    change.book(bookings)
    change.next = None
    with connection.cursor() as cursor:
        write_changes(cursor, case.creditor_id, [change], today)
    record_event(case.creditor_id, today, by, "cost waived", case.number, kind=named, reason=reason)
    review_cases(office, [case.pk], today)


@transaction.atomic
def note_interruption(case: Case, *, kind: str, on: date, proof: str, by: str, today: date) -> None:
    """Recorded proof that the limitation period was broken; without proof nothing is."""
    if kind not in InterruptionKind.__members__.values():
        raise Refused(f"{kind!r} does not break the period; known are {', '.join(InterruptionKind)}", field="--kind")
    if on > today:
        raise Refused(f"{on} has not come yet", field="--on")
    Interruption.objects.create(creditor_id=case.creditor_id, case=case, kind=kind, on=on, proof=proof)
    record_event(case.creditor_id, today, by, "limitation interrupted", case.number, kind=kind, happened=on)
    review_cases(open_office(case.creditor), [case.pk], today)


@transaction.atomic
def stop_customer(customer: Customer, *, reason: str, by: str, today: date) -> int:
    """Stop everything for a customer: hold every running case, take no new invoice. How many cases were stopped."""
    if not reason.strip():
        raise Refused("say why, in a few words", field="--reason")
    office = open_office(customer.creditor)
    cases = list(Case.objects.filter(creditor_id=customer.creditor_id, customer=customer).exclude(stage=Stage.CLOSED))
    for case in cases:
        if not Hold.objects.filter(case=case, kind=HoldKind.STOPPED, lifted_on__isnull=True).exists():
            place_hold(case, kind=HoldKind.STOPPED, reason=reason, by=by, today=today, office=office)
    exclude(customer.creditor, level="customer", key=customer.key, reason=reason, by=by, today=today)
    return len(cases)


@transaction.atomic
def exclude(
    creditor: Creditor, *, level: str, key: str, reason: str, by: str, today: date | None, until: date | None = None
) -> Exclusion:
    """Leave a customer or class alone: nothing new is taken, and running cases rest as long (docs/adr/0019).

    Without `today` the latest day that anything is known of is meant.
    """
    key = stored_key(key, registry.country(creditor.country)) if level == "customer" else key
    today = today or _latest_day(creditor)
    found, _ = Exclusion.objects.update_or_create(
        creditor=creditor, level=level, key=key, lifted_on=None,
        defaults={"reason": reason, "until_on": until, "placed_by": by, "from_on": today},
    )  # fmt: skip
    if today is not None:
        record_event(creditor.pk, today, by, "excluded", key, level=level, until=until, reason=reason)
        review_now(open_office(creditor), running_cases(creditor, level, key), today)
    return found


def _latest_day(creditor: Creditor) -> date | None:
    """The latest day that anything is known of, for an act that names no day: nobody reads the clock."""
    rows = run(
        """SELECT greatest((SELECT max(dated_on) FROM letters_letter WHERE creditor_id = %s),
                           (SELECT max(d."on") FROM cases_case c
                            JOIN cases_decision d ON d.case_id = c.id AND d.number = c.decisions WHERE c.creditor_id = %s),
                           (SELECT last_ledger_on FROM creditors_creditor WHERE id = %s))""",
        [creditor.pk] * 3,
    )
    latest: date | None = rows[0][0]
    return latest


@transaction.atomic
def lift_exclusion(creditor: Creditor, *, level: str, key: str, by: str, today: date) -> None:
    """The customer or class is handled again; running cases go on from where they were. Raises Refused."""
    key = stored_key(key, registry.country(creditor.country)) if level == "customer" else key
    lifted = Exclusion.objects.filter(creditor=creditor, level=level, key=key, lifted_on__isnull=True).update(lifted_on=today)
    if not lifted:
        raise Refused(f"no live exclusion of {level} {key}", field="KEY")
    record_event(creditor.pk, today, by, "exclusion lifted", key, level=level)
    review_now(open_office(creditor), running_cases(creditor, level, key), today)


def running_cases(creditor: Creditor, level: str, key: str) -> list[int]:
    """Ids of the customer's or class's cases that are not closed. `key` as stored."""
    column = "key" if level == "customer" else "class_key"
    rows = run(
        f"""SELECT c.id FROM cases_case c JOIN invoices_customer u ON u.id = c.customer_id
            WHERE c.creditor_id = %s AND u.{column} = %s AND c.stage <> 'closed' ORDER BY c.id""",
        [creditor.pk, key],
    )
    return [row[0] for row in rows]


@transaction.atomic
def stop_sending(creditor: Creditor, *, by: str, today: date) -> None:
    """Nothing more leaves for this creditor from now on; letters not yet sent are taken back with their costs."""
    Creditor.objects.filter(pk=creditor.pk, sending_stopped_on__isnull=True).update(sending_stopped_on=today)
    creditor.refresh_from_db()
    record_event(creditor.pk, today, by, "all sending stopped", creditor.organisation_number)
    rows = run(
        """SELECT DISTINCT s.case_id FROM cases_step s JOIN letters_letter l ON l.id = s.letter_id
           WHERE s.creditor_id = %s AND l.state IN ('composed', 'approved') ORDER BY 1""",
        [creditor.pk],
    )
    review_now(open_office(creditor), [row[0] for row in rows], today)


@transaction.atomic
def resume_sending(creditor: Creditor, *, by: str, today: date) -> None:
    """Letters may leave again; every case is looked at the same day."""
    Creditor.objects.filter(pk=creditor.pk).update(sending_stopped_on=None)
    creditor.refresh_from_db()
    record_event(creditor.pk, today, by, "sending resumed", creditor.organisation_number)
    run(
        "UPDATE cases_case SET review_on = %s WHERE creditor_id = %s AND reason = %s AND stage <> 'closed'",
        [today, creditor.pk, Reason.CREDITOR_DISABLED],
    )
