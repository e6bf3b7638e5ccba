"""What holds for all money out, whatever comes: every öre is paid, under way, owed or the office's; no order is ever negative."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fordran.cases.office import Office, open_office
from fordran.creditors.models import Creditor
from fordran.ledger.models import Transfer
from fordran.payouts.again import is_owed, order_again
from fordran.payouts.answers import Learnt, look_at_account
from fordran.payouts.models import LIVE, PaymentOrder, Payout, PayoutLine, PriceList
from fordran.payouts.orders import come_back, release, withdraw
from fordran.payouts.prepare import Item, lines_of, prepare_payouts, ripe, sums_of
from fordran.payouts.price import KEEPABLE, Price, Prices, vat_of
from fordran.payouts.schedule import Schedule, last_day, next_day
from fordran.settlement.models import Payment
from fordran.settlement.undo import unmatch
from tests.books import assert_books_hold
from tests.build import SE, day, later, the_case
from tests.payouts.world import CASES, statement, take
from tests.settlement.bank_day import bgmax

ON = day("2026-02-10")
DAYS = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
price = st.builds(
    Price, from_on=st.sampled_from(DAYS), commission_permille=st.integers(0, 1000),
    keeps=st.frozensets(st.sampled_from(KEEPABLE)), case_fee_minor=st.integers(0, 50_000),
    vat_percent=st.decimals(0, 100, places=2), taxes_kept=st.booleans(),
)  # fmt: skip
components = st.sampled_from(["capital", "interest", "reminder_cost", "demand_cost", "compensation", "own"])


@given(
    st.lists(st.tuples(components, st.integers(1, 10**9), st.booleans()), max_size=30),
    st.lists(price, max_size=3, unique_by=lambda p: p.from_on),
)
def test_lines_tie_to_the_ore_and_a_correction_takes_back_exactly_what_it_corrects(
    told: list[tuple[str, int, bool]], lists: list[Price]
) -> None:
    prices = Prices(sorted(lists, key=lambda p: p.from_on))
    items = []
    for n, (component, minor, undone) in enumerate(told):
        items.append(Item(2 * n + 1, ON, ON, minor, "SEK", component, n, n + 1, 0))
        if undone:
            items.append(Item(2 * n + 2, ON, ON, -minor, "SEK", component, n, n + 1, 2 * n + 1))
    lines = lines_of(items, prices, {})
    sums = sums_of(lines)
    assert sums.collected == sum(minor for _, minor, undone in told if not undone)
    assert sums.amount == sum(line.part.amount_minor for line in lines) == sums.collected - sums.earned - sums.vat
    assert sums.earned >= 0 and sums.vat >= 0
    by_item: dict[int, int] = defaultdict(int)
    for line in lines:
        by_item[line.transfer] += line.part.amount_minor
    for item in items:
        if item.reverses:
            assert by_item[item.transfer] == -by_item[item.reverses]


@given(st.integers(0, 10**12), st.decimals(0, 100, places=2))
def test_vat_is_rounded_half_up_and_never_a_whole_ore_off(minor: int, percent: Decimal) -> None:
    exact = Fraction(minor) * Fraction(percent) / 100
    found = vat_of(Price(ON, vat_percent=percent), minor)
    assert abs(found - exact) <= Fraction(1, 2) and (found - exact != -Fraction(1, 2))


@given(st.sampled_from(["daily", "weekly", "monthly"]), st.integers(1, 7), st.integers(1, 31), st.integers(0, 1500))
def test_payout_days_are_banking_days_in_order_and_none_is_passed(kind: str, weekday: int, month_day: int, n: int) -> None:
    schedule, today = Schedule(kind, weekday, month_day), later(day("2025-01-01"), n)
    last, following = last_day(schedule, SE, today), next_day(schedule, SE, today)
    assert SE.is_banking_day(last) and SE.is_banking_day(following) and last <= today < following
    between = [later(last, d) for d in range(1, (following - last).days)]
    assert all(last_day(schedule, SE, d) == last for d in between)
    assert (following - last).days <= {"daily": 6, "weekly": 14, "monthly": 38}[kind]


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), max_size=12))
def test_what_is_ripe_never_holds_a_correction_without_what_it_corrects(told: list[tuple[int, bool]]) -> None:
    items = []
    for n, (days, undone) in enumerate(told):
        items.append(Item(2 * n + 1, ON, later(ON, days), 100, "SEK", "capital", n, n, 0))
        if undone:
            items.append(Item(2 * n + 2, ON, later(ON, days + 1), -100, "SEK", "capital", n, n, 2 * n + 1))
    chosen = {item.transfer for item in ripe(items, ON, set())}
    for item in items:
        if item.reverses or item.amount_minor < 0:
            assert (item.transfer in chosen) == (item.reverses in chosen)
        else:
            assert (item.transfer in chosen) == (item.booked_on <= ON)


deeds = st.lists(
    st.tuples(
        st.sampled_from(["pays", "pays", "pays", "prepare", "release", "reject", "drawn", "unmatch", "again", "withdraw"]),
        st.integers(0, CASES - 1), st.sampled_from([100, 6_000, 50_000, 106_137, 150_000]),
    ),
    min_size=4, max_size=16,
)  # fmt: skip


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds, st.sampled_from([0, 75, 1000]), st.frozensets(st.sampled_from(KEEPABLE)), st.sampled_from([0, 4_000]))
def test_whatever_is_done_every_ore_is_accounted_for(
    some: Office, told: object, permille: int, keeps: frozenset[str], fee: int
) -> None:
    with transaction.atomic():
        PriceList.objects.update(commission_permille=permille, keeps=sorted(keeps), case_fee_minor=fee)
        office = open_office(Creditor.objects.get(pk=some.creditor.pk))
        today = ON
        for n, (deed, case, minor) in enumerate(told):  # type: ignore[arg-type, var-annotated]
            today = later(today, 1)
            _do(office, deed, case, minor, today, n)
        _all_is_accounted_for(office)
        assert_books_hold()
        transaction.set_rollback(True)


def _do(office: Office, deed: str, case: int, minor: int, today: date, n: int) -> None:
    """What cannot be done just now is left."""
    orders = PaymentOrder.objects.order_by("number")
    if deed == "pays":
        rows = [(minor, the_case(str(1001 + case)).ocr, "Kund")]
        take(bgmax(rows, today.isoformat(), serial=f"{n + 100:05d}", first=100 * n + 1), today, office)
    elif deed == "prepare":
        prepare_payouts(office, office.country.next_banking_day(today))
    elif deed == "release" and (order := orders.filter(state="proposed").first()):
        release(office.creditor, [order.number], by="kim", today=today)
        PaymentOrder.objects.filter(pk=order.pk).update(state="sent", execute_on=today)  # what the file would do
    elif deed == "reject" and (order := orders.filter(state="sent").first()):
        come_back(order, "rejected", code="AC04", text="", today=today)
    elif deed == "drawn" and (order := orders.filter(state="sent").first()):
        take(statement([(order.amount_minor, order.end_to_end_id)], today.isoformat()), today, office)
        look_at_account(office, today, Learnt())
    elif deed == "withdraw" and (order := orders.filter(state="proposed").first()):
        withdraw(order, reason="fel", by="kim", today=today)
    elif deed == "again" and (payout := next((p for p in Payout.objects.all() if is_owed(p)), None)):
        order_again(payout, by="kim", today=today)
    elif deed == "unmatch" and (payment := Payment.objects.filter(state="matched").order_by("id").first()):
        unmatch(payment, reason="fel", by="kim", today=today)


def _all_is_accounted_for(office: Office) -> None:
    """Counted here from the rows themselves."""
    sums: dict[str, int] = defaultdict(int)
    for t in Transfer.objects.filter(case_number=0):
        sums[t.debit] += t.amount_minor
        sums[t.credit] -= t.amount_minor
    lines = sum(line.amount_minor for line in PayoutLine.objects.all())
    assert lines == sum(p.amount_minor for p in Payout.objects.all()), "lines and payouts"
    under_way = sum(o.amount_minor for o in PaymentOrder.objects.filter(state__in=LIVE))
    assert under_way == -sums["in_transit"], "orders under way and money in transit"
    assert all(o.amount_minor > 0 for o in PaymentOrder.objects.all())
    came = sum(p.amount_minor for p in Payment.objects.filter(kind="payment"))
    left = sum(o.amount_minor for o in PaymentOrder.objects.filter(state="paid"))
    assert sums["client_bank"] == came - left, "what came less what left is what is there"
