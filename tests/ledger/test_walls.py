"""What the database itself refuses, whatever the code above it should come to do."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from fordran.cases.models import Case, Charge
from fordran.cases.office import Office
from fordran.core.reasons import Reason
from fordran.day.run import run_day
from fordran.ledger.models import Transfer
from fordran.ledger.post import DifferentInput, Posting, post_once
from fordran.letters.models import Dispatch, Letter
from fordran.process.bookings import Account, Booking
from tests.books import query
from tests.build import an_item, an_office, bring_in, day, later, the_case
from tests.post import PostOffice


@pytest.fixture
def reminded(office: Office, post: PostOffice) -> Office:
    bring_in(office, [an_item()], day("2026-02-01"))
    for n in range(5):
        run_day(later(day("2026-02-01"), n), {"folder": post})
    return office


def refused(statement: str, *values: object, match: str = "") -> None:
    with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def another_charge(**changes: object) -> Charge:
    charge = Charge.objects.get()
    charge.pk = None
    for name, value in changes.items():
        setattr(charge, name, value)
    return charge


# ---- whose row it is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "wall"),
    [
        ("cases_step", "step_of_case|step_of_letter"),
        ("cases_charge", "charge_of_case"),
        ("letters_lettercase", "lettercase_of_letter"),
    ],
)
def test_what_belongs_to_a_case_or_letter_cannot_be_another_creditors(reminded: Office, table: str, wall: str) -> None:
    other = an_office(number="556036-0793").creditor.pk
    with pytest.raises(IntegrityError, match=wall), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"UPDATE {table} SET creditor_id = %s", [other])


def test_a_decision_on_another_creditors_case_is_refused(reminded: Office) -> None:
    other = an_office(number="556036-0793").creditor.pk
    with pytest.raises(IntegrityError, match="decision_of_case"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            """INSERT INTO cases_decision (creditor_id, case_id, number, "on", outcome, step, because, facts)
               SELECT %s, case_id, number + 100, "on", outcome, step, because, facts FROM cases_decision LIMIT 1""",
            [other],
        )


def test_anybody_can_check_a_letters_seal(reminded: Office) -> None:
    assert query("SELECT count(*) FROM letters_letter WHERE encode(sha256(convert_to(content, 'UTF8')), 'hex') = sha256")[0][0]
    assert query("SELECT count(*) FROM letters_letter WHERE encode(sha256(convert_to(content, 'UTF8')), 'hex') <> sha256") == [
        (0,)
    ]


# ---- costs ------------------------------------------------------------------------------------------------------


def test_a_second_live_reminder_cost_of_an_invoice_is_refused(reminded: Office) -> None:
    with pytest.raises(IntegrityError, match="charge_once_per_invoice"), transaction.atomic():
        another_charge().save()
    with pytest.raises(IntegrityError, match="charge_once_per_invoice"), transaction.atomic():
        another_charge(amount_minor=1, on=day("2027-01-01"), step=None).save()


def test_a_waived_reminder_cost_still_uses_up_the_right(reminded: Office) -> None:
    Charge.objects.update(waived_minor=6_000)
    with pytest.raises(IntegrityError, match="charge_once_per_invoice"), transaction.atomic():
        another_charge(waived_minor=0).save()


@pytest.mark.parametrize("lack", ["act", "section"])
def test_a_cost_without_its_paragraph_is_refused(reminded: Office, lack: str) -> None:
    with pytest.raises(IntegrityError, match="charge_has_paragraph"), transaction.atomic():
        another_charge(kind="demand", **{lack: ""}).save()


@pytest.mark.parametrize("amount", [0, -6_000])
def test_a_cost_of_nothing_or_less_is_refused(reminded: Office, amount: int) -> None:
    with pytest.raises(IntegrityError, match="charge_positive|overspent"), transaction.atomic():
        another_charge(kind="demand", amount_minor=amount).save()


@pytest.mark.parametrize("change", ["paid_minor = 6001", "waived_minor = -1", "paid_minor = 3001, waived_minor = 3000"])
def test_more_than_the_cost_cannot_be_paid_or_waived(reminded: Office, change: str) -> None:
    refused(f"UPDATE cases_charge SET {change}", match="charge_not_overspent")


@pytest.mark.parametrize("change", ["amount_minor = 5000", "kind = 'demand'", "act = 'x'", "section = 'x'", "currency = 'EUR'"])
def test_what_was_charged_and_by_which_paragraph_is_never_changed(reminded: Office, change: str) -> None:
    refused(f"UPDATE cases_charge SET {change}", match="frozen")


# ---- the books --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["fordran_batch", "fordran_app", "fordran_read"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfer SET amount_minor = amount_minor + 1",
        "DELETE FROM ledger_transfer",
        "TRUNCATE ledger_transfer CASCADE",
        "UPDATE settlement_allocation SET capital_minor = 0",
        "DELETE FROM cases_decision",
    ],
)
def test_no_role_that_works_can_change_the_books(reminded: Office, role: str, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
    refused(statement, match="append-only|permission denied")


def a_transfer(**changes: object) -> Transfer:
    creditor = Case.objects.get().creditor
    values: dict[str, object] = {
        "creditor": creditor, "key": "by hand", "input_hash": "", "on": day("2026-02-05"), "booked_on": day("2026-02-05"),
        "debit": "suspense", "credit": "refunds", "amount_minor": 1, "currency": "SEK", "reason": "overpaid",
    }  # fmt: skip
    return Transfer(**{**values, **changes})


@pytest.mark.parametrize(
    ("change", "wall"),
    [
        ({"amount_minor": 0}, "transfer_positive"),
        ({"amount_minor": -1}, "transfer_positive"),
        ({"credit": "suspense"}, "transfer_two_accounts"),
    ],
)
def test_a_transfer_moves_a_positive_sum_between_two_accounts(reminded: Office, change: dict[str, object], wall: str) -> None:
    with pytest.raises(IntegrityError, match=wall), transaction.atomic():
        a_transfer(**change).save()


def test_the_same_deed_is_booked_once(reminded: Office) -> None:
    a_transfer().save()
    with pytest.raises(IntegrityError, match="transfer_once"), transaction.atomic():
        a_transfer(amount_minor=2).save()


def test_a_transfer_is_reversed_once(reminded: Office) -> None:
    first = Transfer.objects.order_by("id")[0]
    a_transfer(reverses=first).save()
    with pytest.raises(IntegrityError, match="transfer_reversed_once"), transaction.atomic():
        a_transfer(key="again", reverses=first).save()


def test_a_known_key_with_other_contents_is_an_error_and_with_the_same_is_nothing(reminded: Office) -> None:
    booking = Booking(Account.SUSPENSE, Account.REFUNDS, 100, "SEK", day("2026-02-05"), Reason.OVERPAID)
    other = Booking(Account.SUSPENSE, Account.REFUNDS, 101, "SEK", day("2026-02-05"), Reason.OVERPAID)
    creditor = reminded.creditor.pk
    with connection.cursor() as cursor:
        assert post_once(cursor, creditor, [Posting("k", booking)], booked_on=day("2026-02-05")) == 1
        assert post_once(cursor, creditor, [Posting("k", booking)], booked_on=day("2026-02-09")) == 0
        with pytest.raises(DifferentInput):
            post_once(cursor, creditor, [Posting("k", other)], booked_on=day("2026-02-05"))


def test_a_part_of_a_claim_is_never_booked_without_its_case(reminded: Office) -> None:
    booking = Booking(Account.REMINDER_COST, Account.CLAIMS, 6_000, "SEK", day("2026-02-05"), Reason.REMINDER_COST)
    with connection.cursor() as cursor, pytest.raises(ValueError, match="belongs to a case"):
        post_once(cursor, reminded.creditor.pk, [Posting("k", booking)], booked_on=day("2026-02-05"))


# ---- cases, steps, letters --------------------------------------------------------------------------------------


def test_an_invoice_has_one_case(reminded: Office) -> None:
    case = the_case()
    case.pk, case.number, case.ocr = None, "2026-999999", "9"
    with pytest.raises(IntegrityError, match="invoice"), transaction.atomic():
        case.save()


def test_a_case_with_anything_owed_cannot_be_closed(reminded: Office) -> None:
    refused("UPDATE cases_case SET stage = 'closed', closed_on = '2026-02-05'", match="case_closed_is_settled")
    refused("UPDATE cases_case SET stage = 'closed', capital_minor = 0, interest_minor = 0, costs_minor = 0", match="case_closed")


def test_a_second_live_reminder_step_is_refused(reminded: Office) -> None:
    refused(
        """INSERT INTO cases_step (creditor_id, case_id, kind, decided_on, "on", sent, asked_minor)
           SELECT creditor_id, case_id, kind, decided_on, "on", sent, asked_minor FROM cases_step""",
        match="step_once",
    )


@pytest.mark.parametrize("change", ["total_minor = 1", "sha256 = ''", "dated_on = '2026-02-09'", "ocr = '1'", "last_day = NULL"])
def test_what_a_letter_said_is_never_changed(reminded: Office, change: str) -> None:
    refused(f"UPDATE letters_letter SET {change}", match="frozen")


@pytest.mark.parametrize("state", ["reserved", "sending", "sent", "ambiguous"])
def test_a_letter_has_one_live_dispatch_a_channel(reminded: Office, state: str) -> None:
    letter = Letter.objects.get()
    with pytest.raises(IntegrityError, match="dispatch_one_live"), transaction.atomic():
        Dispatch.objects.create(creditor=reminded.creditor, letter=letter, channel="folder", key="k2", attempt=2, state=state)
    Dispatch.objects.create(creditor=reminded.creditor, letter=letter, channel="folder", key="k2", attempt=2, state="failed")


def test_the_pages_see_no_creditor_that_they_have_not_named(reminded: Office) -> None:
    for table in ("cases_case", "cases_charge", "ledger_transfer", "letters_letter", "settlement_payment", "day_shard"):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE fordran_app")
        assert query(f"SELECT count(*) FROM {table}") == [(0,)]
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
