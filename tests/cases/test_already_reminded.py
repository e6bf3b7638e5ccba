"""Invoices that a person marks as reminded are taken as those that the ERP calls so: no fee, whatever is read again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fordran.cases.already_reminded import due_before, mark_reminded, match_list, take_back_marks
from fordran.cases.filter_count import count_filter
from fordran.cases.models import Case, Charge
from fordran.cases.office import Office, open_office
from fordran.core.problems import Refused
from fordran.day.run import run_day
from fordran.formats.reminder_list import ListedReminder
from fordran.invoices.models import Invoice, InvoiceChange
from fordran.invoices.reminded import Mark
from fordran.letters.models import Letter
from tests.build import an_item, an_office, bring_in, day
from tests.post import PostOffice

pytestmark = pytest.mark.django_db
TODAY = day("2026-02-04")


def a_ledger(office: Office, **first: Any) -> None:
    bring_in(office, [an_item("1001", "1", **first), an_item("1002", "2", row=3)], TODAY, partial=False)


def of(number: str) -> Invoice:
    return Invoice.objects.get(number=number)


def mark(office: Office, number: str, on: date | None = None, fee: int | None = None) -> int:
    return mark_reminded(office.creditor, [Mark(of(number).pk, on, fee)], by="anna", today=TODAY, how="chosen")


def live(office: Office) -> None:
    """Days on which letters become due, leaving at once; what was missed between them is caught up."""
    for on in ("2026-02-04", "2026-02-12", "2026-02-20", "2026-03-02"):
        run_day(day(on), {"folder": PostOffice()}, [office.creditor])


@pytest.mark.parametrize(("on", "fee"), [(None, None), ("2026-02-02", None), ("2026-02-02", 0)])
def test_a_marked_invoice_never_gets_a_reminder_with_a_fee(on: str | None, fee: int | None) -> None:
    office = an_office()
    a_ledger(office)
    assert mark(office, "1001", day(on) if on else None, fee) == 1
    live(office)
    first, second = Case.objects.order_by("invoice__number")
    assert [c.kind for c in Charge.objects.filter(case=first).order_by("id")] == ["demand"]
    assert [c.kind for c in Charge.objects.filter(case=second).order_by("id")] == ["reminder", "demand"]
    kinds = [letter.kind for letter in Letter.objects.filter(customer_id=first.customer_id).order_by("id")]
    assert kinds[:2] == ["reminder", "demand"]  # a correct letter from us goes first all the same


def test_reading_the_ledger_again_takes_no_mark_back() -> None:
    office = an_office()
    a_ledger(office)
    mark(office, "1001", day("2026-02-02"))
    bring_in(office, [an_item("1001", "1", open=90_000), an_item("1002", "2", row=3)], TODAY, partial=False, name="again")
    one = of("1001")
    assert (one.open_minor, one.reminded_on, one.marked_reminded_on) == (90_000, None, day("2026-02-02"))
    run_day(TODAY, {"folder": PostOffice()}, [office.creditor])
    assert not Charge.objects.filter(invoice=one).exists()


def test_what_the_ledger_says_goes_before_a_mark_and_a_mark_fills_what_it_leaves_out() -> None:
    from fordran.cases.choose import judge_invoices

    office = an_office()
    a_ledger(office)
    mark(office, "1001", day("2026-02-03"), 6_000)
    bring_in(office, [an_item("1001", "1", reminded=day("2026-02-02"))], TODAY, name="erp")
    item = next(j.item for j in judge_invoices(office, TODAY) if j.item.number == "1001")
    assert (item.reminded_on, item.reminded_fee_minor) == (day("2026-02-02"), 6_000)


def test_a_fee_that_was_agreed_is_claimed_once_with_its_day_and_no_other_is() -> None:
    office = an_office()
    a_ledger(office)
    mark(office, "1001", day("2026-02-02"), 6_000)
    live(office)
    charges = Charge.objects.filter(invoice=of("1001"), kind="reminder")
    assert [(c.amount_minor, c.on) for c in charges] == [(6_000, day("2026-02-02"))]


def test_with_the_setting_the_first_letter_is_the_demand_ten_days_after_the_reminder() -> None:
    office = an_office(filter='after_own_reminder = "demand"')
    a_ledger(office)
    mark(office, "1001", day("2026-02-02"))
    live(office)
    letter = Letter.objects.filter(customer_id=of("1001").customer_id).order_by("id")[0]
    assert letter.kind == "demand" and letter.dated_on >= day("2026-02-12")


def test_a_mark_taken_back_is_as_if_it_had_never_been() -> None:
    office = an_office()
    a_ledger(office)
    mark(office, "1001", day("2026-02-02"))
    assert take_back_marks(office.creditor, [of("1001").pk, of("1002").pk], by="anna", today=TODAY) == 1
    live(office)
    assert Charge.objects.filter(invoice=of("1001"), kind="reminder").count() == 1
    trace = InvoiceChange.objects.filter(field="own_reminder").order_by("id").values_list("before", "after")
    assert list(trace) == [("", "2026-02-02"), ("2026-02-02", "")]


def test_a_case_that_has_begun_can_no_longer_be_marked_nor_unmarked() -> None:
    office = an_office()
    a_ledger(office)
    mark(office, "1001")
    run_day(TODAY, {"folder": PostOffice()}, [office.creditor])
    assert mark(office, "1002") == 0 and of("1002").marked_on is None
    assert take_back_marks(office.creditor, [of("1001").pk], by="anna", today=TODAY) == 0 and of("1001").marked_on == TODAY


@pytest.mark.parametrize(("on", "fee"), [("2026-02-05", None), ("2026-01-30", None), ("2026-02-02", -1), (None, 6_000)])
def test_a_mark_that_cannot_be_is_refused_and_nothing_of_the_lot_is_stored(on: str | None, fee: int | None) -> None:
    office = an_office()
    a_ledger(office)
    marks = [Mark(of("1002").pk), Mark(of("1001").pk, day(on) if on else None, fee)]
    with pytest.raises(Refused):
        mark_reminded(office.creditor, marks, by="anna", today=TODAY, how="list")
    assert not Invoice.objects.filter(marked_on__isnull=False).exists()


def test_another_creditors_invoice_is_not_touched() -> None:
    office, other = an_office(), an_office(number="559999-0123")
    a_ledger(other)
    assert mark_reminded(office.creditor, [Mark(of("1001").pk)], by="anna", today=TODAY, how="chosen") == 0
    assert take_back_marks(office.creditor, [of("1001").pk], by="anna", today=TODAY) == 0


def test_a_list_is_set_against_the_ledger_line_by_line() -> None:
    office = an_office()
    bring_in(office, [an_item("1000", "4", row=9)], TODAY, name="old")
    run_day(TODAY, {"folder": PostOffice()}, [office.creditor])  # 1000 has a case
    bring_in(office, [an_item("1001", "1"), an_item("1002", "2", row=3, reminded=day("2026-02-01"))], TODAY, name="new")
    lines = [
        ListedReminder(1, "1001", day("2026-02-01")), ListedReminder(2, "1002"), ListedReminder(3, "9999"),
        ListedReminder(4, "1000"), ListedReminder(5, "1001", day("2026-02-03"), 6_000),
    ]  # fmt: skip
    found = match_list(office.creditor, lines, TODAY)
    assert [one for _, one in found.marks] == [Mark(of("1001").pk, day("2026-02-03"), 6_000)]  # the last line of a number
    assert [line.number for line in found.unknown] == ["9999"] and [line.number for line in found.has_case] == ["1000"]
    assert [line.number for line in found.said_in_ledger] == ["1002"]
    wrong = match_list(office.creditor, [ListedReminder(1, "1001", day("2026-01-01"))], TODAY)
    assert [(line.number, field) for line, field in wrong.wrong] == [("1001", "reminded_on")]


def test_all_due_before_a_day_are_those_nobody_has_said_anything_of() -> None:
    office = an_office()
    bring_in(
        office,
        [an_item("1001", "1"), an_item("1002", "2", row=3, due=day("2026-01-31")), an_item("1003", "3", row=4),
         an_item("1004", "4", row=5, reminded=day("2026-02-01"))],
        TODAY,
    )  # fmt: skip
    mark(office, "1003")
    assert due_before(office.creditor, day("2026-01-31"), TODAY) == [of("1001").pk]


def test_counting_tells_marked_ones_from_those_nobody_has_said_anything_of() -> None:
    office = an_office()
    a_ledger(office)
    mark(office, "1001", day("2026-02-02"))
    found = count_filter(open_office(office.creditor), TODAY)
    assert (found.taken.n, found.reminded.n, found.not_reminded) == (2, 1, [of("1002").pk])
