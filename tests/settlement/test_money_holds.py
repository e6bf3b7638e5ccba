"""What holds for all money whatever comes: nothing is lost, made, or given twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fordran.bank.models import Deposit
from fordran.cases.office import Office
from fordran.creditors.models import Creditor
from fordran.day.run import run_day
from fordran.day.verify import verify
from fordran.ledger.models import Transfer
from fordran.settlement.models import Allocation, Payment
from fordran.settlement.suspense import match_by_hand, refund
from fordran.settlement.undo import unmatch
from tests.books import assert_books_hold
from tests.build import an_item, bring_in, day, later, the_case
from tests.post import PostOffice
from tests.settlement.bank_day import bgmax, camt054, import_file

CASES = 4

told = st.lists(
    st.tuples(
        st.sampled_from([1, 100, 6_137, 50_000, 100_000, 106_100, 106_137, 106_200, 250_000]),
        st.sampled_from(["ocr", "reference", "number", "nothing", ""]),
        st.integers(0, CASES - 1),
        st.sampled_from(["", "Kund 1", "KUND 2", "Okänd"]),
        st.sampled_from(["2026-02-03", "2026-02-10", "2026-02-16", "2026-03-01"]),
    ),
    min_size=1, max_size=14,
)  # fmt: skip


@pytest.fixture
def some(office: Office) -> Iterator[Office]:
    bring_in(office, [an_item(str(1001 + n), customer=str(n), reference=f"88{n}8") for n in range(CASES)], day("2026-02-01"))
    for n in range(5):
        assert run_day(later(day("2026-02-01"), n), {"folder": PostOffice()}).problems == []
    yield office


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told, st.booleans(), st.randoms(use_true_random=False))
def test_whatever_the_bank_tells_no_ore_is_lost_made_or_given_twice(
    some: Office, rows: object, camt: bool, chance: object
) -> None:
    with transaction.atomic():
        _take_in(rows, camt)
        _sums_agree(some)
        _work_the_list(chance)
        _sums_agree(some)
        assert_books_hold()
        report = verify(list(Creditor.objects.all()))
        assert report.ok, report.findings
        transaction.set_rollback(True)


def _take_in(rows: object, camt: bool) -> None:
    by_day = defaultdict(list)
    for minor, how, number, payer, on in rows:  # type: ignore[attr-defined]
        invoice = str(1001 + number)
        reference = {"ocr": the_case(invoice).ocr, "reference": f"88{number}8", "number": invoice, "nothing": "4711", "": ""}[how]
        by_day[on].append((minor, reference, payer))
    for on, payments in sorted(by_day.items()):
        import_file((camt054 if camt else bgmax)(payments, on), max(on, "2026-02-05"))


def _work_the_list(chance: object) -> None:
    """A person does what comes to hand; what is refused changes nothing."""
    for payment in Payment.objects.order_by("id"):
        case = the_case(str(1001 + chance.randrange(CASES)))  # type: ignore[attr-defined]
        today = day("2026-03-02")
        if payment.state == "suspense" and case.stage != "closed" and chance.random() < 0.5:  # type: ignore[attr-defined]
            match_by_hand(payment, case, by="kim", today=today, amount_minor=max(1, payment.held_minor // 2))
        elif payment.state == "suspense":
            refund(payment, by="kim", today=today)
        elif payment.state == "matched" and chance.random() < 0.5:  # type: ignore[attr-defined]
            unmatch(payment, reason="fel", by="kim", today=today)


def _sums_agree(office: Office) -> None:
    """Counted here from the rows themselves."""
    deposits = sum(d.amount_minor for d in Deposit.objects.all())
    bank = 0
    for t in Transfer.objects.filter(case_number=0):
        bank += t.amount_minor * ((t.debit == "own_bank") - (t.credit == "own_bank"))
    assert bank == deposits == sum(p.amount_minor for p in Payment.objects.all()), "what the files say is what is booked"
    given: dict[int, int] = defaultdict(int)
    for a in Allocation.objects.all():
        given[a.payment_id] += a.costs_minor + a.interest_minor + a.capital_minor
    owed, paid = _owed_and_paid()
    rounded = sum(t.amount_minor for t in Transfer.objects.filter(credit="rounding")) - sum(
        t.amount_minor for t in Transfer.objects.filter(debit="rounding")
    )
    for payment in Payment.objects.all():
        left = payment.amount_minor - given[payment.pk] - payment.held_minor - payment.refund_minor
        assert 0 <= left <= 50, "given, waiting and to pay back come to the payment, but for rounding"
        rounded -= left
    assert rounded == 0
    assert all(paid[case] <= owed[case] for case in owed), "never more than was owed"


def _owed_and_paid() -> tuple[dict[int, int], dict[int, int]]:
    """Of each case: all that was ever put on it less what was taken off by other than money, and what money took."""
    owed: dict[int, int] = defaultdict(int)
    paid: dict[int, int] = defaultdict(int)
    for t in Transfer.objects.exclude(case_number=0):
        sign = 1 if t.credit == "claims" else -1
        if t.reason in ("payment_allocated", "payment_reversed"):
            paid[t.case_number] -= sign * t.amount_minor
        else:
            owed[t.case_number] += sign * t.amount_minor
    return owed, paid


def test_taking_in_ten_times_as_many_payments_takes_the_same_number_of_statements(office: Office) -> None:
    bring_in(office, [an_item(str(1000 + n), customer=str(n)) for n in range(60)], day("2026-02-01"))
    for n in range(5):
        assert run_day(later(day("2026-02-01"), n), {"folder": PostOffice()}).problems == []
    counts = []
    for number, cases in ((1, range(5)), (2, range(5, 55))):
        rows = [(10_000 + n, the_case(str(1000 + n)).ocr, f"Kund {n}") for n in cases]
        rows += [(500 + n, "4711", f"Kund {n}") for n in cases]
        data = bgmax(rows, "2026-02-10", serial=f"{number:05d}", first=number * 1_000)
        with CaptureQueriesContext(connection) as queries:
            import_file(data, "2026-02-10")
        counts.append(len(queries))
    assert counts[0] == counts[1], counts


def test_ten_times_as_many_deductions_take_the_same_number_of_statements(office: Office) -> None:
    bring_in(office, [an_item(str(1000 + n), customer=str(n)) for n in range(33)], day("2026-02-01"))
    assert run_day(day("2026-02-04"), {"folder": PostOffice()}).problems == []
    counts = []
    for number, cases in ((1, range(3)), (2, range(3, 33))):
        ocr = {n: the_case(str(1000 + n)).ocr for n in cases}
        rows = [row for n in cases for row in ((10_000, ocr[n], f"Kund {n}"), (-2_500, ocr[n], f"Kund {n}"))]
        rows += [(-100, "4711", f"Främling {n}") for n in cases]
        data = bgmax(rows, f"2026-02-{9 + number}", serial=f"{number:05d}", first=number * 1_000)
        with CaptureQueriesContext(connection) as queries:
            import_file(data, "2026-02-11")
        counts.append(len(queries))
    assert counts[0] == counts[1], counts
    assert Payment.objects.filter(kind="payment", state="matched", taken_minor=2_500).count() == 33
    assert Payment.objects.filter(kind="deduction", state="undone", takes_from__isnull=False).count() == 33
    assert Payment.objects.filter(kind="deduction", state="suspense").count() == 33
