"""What a transfer is in the creditor's books, each kind by itself, and what holds for all of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordran.books.entries import INCOME, Kind, Moved, Said, Without, effect_of, voucher_of
from fordran.books.plan import DEFAULTS, AccountPlan, Role, read_accounts
from fordran.core.problems import Refused
from fordran.core.reasons import Reason
from fordran.countries.se.country import COUNTRY
from fordran.process.bookings import CASE_ACCOUNTS, Account, Booking
from fordran.process.facts import CaseFacts
from fordran.process.settle import settle_credit, settle_payment, write_off
from tests.build import demanded, reminded

ON = date(2026, 2, 9)


def moved(
    debit: str, credit: str, reason: str, *, reverses: str = "", payment: int = 1, to_payer: bool = False, id: int = 1
) -> Moved:
    case = 7 if "claims" in (debit, credit) else 0
    return Moved(id, debit, credit, 100, "SEK", ON, ON, reason, case, payment, reverses, to_payer)


OWN = [
    ("own_bank", "suspense", "payment_received", (Role.BANK, Role.UNIDENTIFIED)),
    ("claims", "capital", "payment_allocated", (Role.UNIDENTIFIED, Role.CUSTOMER_CLAIMS)),
    ("claims", "interest", "payment_allocated", (Role.UNIDENTIFIED, Role.INTEREST_INCOME)),
    ("claims", "reminder_cost", "payment_allocated", (Role.UNIDENTIFIED, Role.REMINDER_INCOME)),
    ("claims", "compensation", "payment_allocated", (Role.UNIDENTIFIED, Role.COMPENSATION_INCOME)),
    ("suspense", "received", "payment_allocated", Without.SAID_BY_PARTS),
    ("suspense", "refunds", "overpaid", (Role.UNIDENTIFIED, Role.REFUNDS)),
    ("refunds", "suspense", "set_off", (Role.REFUNDS, Role.UNIDENTIFIED)),
    ("suspense", "rounding", "rounded", (Role.UNIDENTIFIED, Role.ROUNDING)),
    ("suspense", "received", "paid_on_invoice", (Role.UNIDENTIFIED, Role.PASSED_ON)),
    ("suspense", "own_bank", "reversed_by_bank", (Role.UNIDENTIFIED, Role.BANK)),
    ("refunds", "in_transit", "refund_ordered", Without.UNDER_WAY),
    ("in_transit", "own_bank", "payment_order_paid", (Role.REFUNDS, Role.BANK)),
    ("claims", "capital", "paid_to_creditor", Without.BOOKED_THERE),
    ("claims", "reminder_cost", "paid_to_creditor", (Role.DIRECT_PAYMENTS, Role.REMINDER_INCOME)),
    ("claims", "capital", "credit_received", Without.BOOKED_THERE),
    ("claims", "capital", "rounded", (Role.ROUNDING, Role.CUSTOMER_CLAIMS)),
    ("claims", "interest", "rounded", Without.DEMANDED),
    ("claims", "capital", "written_off", (Role.LOSSES, Role.CUSTOMER_CLAIMS)),
    ("claims", "capital", "barred", (Role.LOSSES, Role.CUSTOMER_CLAIMS)),
    ("claims", "interest", "written_off", Without.DEMANDED),
    ("claims", "capital", "withdrawn", Without.GIVEN_UP),
    ("claims", "capital", "settled_at_creditor", Without.GIVEN_UP),
    ("claims", "capital", "interest_waived_paid_in_time", (Role.INTEREST_INCOME, Role.CUSTOMER_CLAIMS)),
    ("interest", "claims", "interest_booked", Without.DEMANDED),
    ("reminder_cost", "claims", "reminder_cost", Without.DEMANDED),
    ("capital", "claims", "case_opened", Without.BOOKED_THERE),
]
AGENCY = [
    ("client_bank", "suspense", "payment_received", Without.OF_THE_AGENCY),
    ("claims", "capital", "payment_allocated", (Role.AGENCY, Role.CUSTOMER_CLAIMS)),
    ("suspense", "payable", "payment_allocated", Without.SAID_BY_PARTS),
    ("suspense", "payable", "paid_on_invoice", (Role.AGENCY, Role.PASSED_ON)),
    ("suspense", "refunds", "overpaid", Without.OF_THE_AGENCY),
    ("payable", "earned", "office_share", (Role.COMMISSION, Role.AGENCY)),
    ("earned", "payable", "office_share", (Role.AGENCY, Role.COMMISSION)),
    ("payable", "vat", "office_share", (Role.VAT_IN, Role.AGENCY)),
    ("payable", "in_transit", "payout_ordered", Without.UNDER_WAY),
    ("in_transit", "payable", "payment_order_came_back", Without.UNDER_WAY),
    ("in_transit", "client_bank", "payment_order_paid", (Role.BANK, Role.AGENCY)),
    ("suspense", "in_transit", "payment_order_came_back", (Role.AGENCY, Role.BANK)),
    ("claims", "capital", "rest_written_off", (Role.LOSSES, Role.CUSTOMER_CLAIMS)),
]


@pytest.mark.parametrize(("debit", "credit", "reason", "expected"), OWN)
def test_own_collection(debit: str, credit: str, reason: str, expected: object) -> None:
    assert effect_of(moved(debit, credit, reason), "own") == expected


@pytest.mark.parametrize(("debit", "credit", "reason", "expected"), AGENCY)
def test_an_agency(debit: str, credit: str, reason: str, expected: object) -> None:
    assert effect_of(moved(debit, credit, reason), "agency") == expected


@pytest.mark.parametrize("mode", ["own", "agency"])
def test_what_turns_a_transfer_round_turns_its_effect_round(mode: str) -> None:
    for debit, credit, reason, expected in OWN if mode == "own" else AGENCY:
        back = effect_of(moved(credit, debit, "payment_reversed", reverses=reason), mode)
        assert back == (expected if isinstance(expected, Without) else expected[::-1])


def test_a_refund_that_an_agency_pays_is_no_business_of_the_creditors_books() -> None:
    assert effect_of(moved("in_transit", "client_bank", "payment_order_paid", to_payer=True), "agency") == Without.OF_THE_AGENCY


def test_a_movement_that_nobody_foresaw_is_shown_and_not_guessed() -> None:
    assert effect_of(moved("earned", "own_bank", "set_off"), "own") == Without.UNKNOWN


# ---- vouchers -----------------------------------------------------------------------------------------------------


def _one(*transfers: Moved, plan: AccountPlan | None = None, mode: str = "own") -> Said:
    return voucher_of(transfers, plan or AccountPlan(), mode)


def test_money_that_finds_its_claim_the_same_day_was_never_unexplained() -> None:
    said = _one(moved("own_bank", "suspense", "payment_received"), moved("claims", "capital", "payment_allocated", id=2))
    [voucher] = said.vouchers
    assert [(x.account, x.debit_minor, x.credit_minor) for x in voucher.lines] == [("1930", 100, 0), ("1510", 0, 100)]


def test_a_correction_is_dated_the_day_it_was_made() -> None:
    back = Moved(3, "capital", "claims", 100, "SEK", ON, date(2026, 4, 1), "payment_reversed", 7, 1, "payment_allocated")
    [voucher] = _one(back).vouchers
    assert (voucher.kind, voucher.on) == (Kind.REVERSALS, date(2026, 4, 1))


def test_a_closed_period_gets_no_voucher() -> None:
    plan = AccountPlan(closed_until=date(2026, 2, 28))
    assert _one(moved("own_bank", "suspense", "payment_received"), plan=plan).vouchers[0].on == date(2026, 3, 1)


def test_what_was_booked_before_the_books_came_from_here_is_left_to_others() -> None:
    said = _one(moved("own_bank", "suspense", "payment_received"), plan=AccountPlan(starts_on=date(2026, 3, 1)))
    assert said.vouchers == () and said.without == ((1, Without.BEFORE_US),)


def test_each_currency_has_vouchers_of_its_own_and_may_have_its_own_bank_account() -> None:
    euro = Moved(2, "own_bank", "suspense", 100, "EUR", ON, ON, "payment_received", 0, 2)
    plan = AccountPlan({"bank EUR": "1980"})
    said = _one(moved("own_bank", "suspense", "payment_received"), euro, plan=plan)
    assert [(v.currency, v.lines[0].account) for v in said.vouchers] == [("EUR", "1980"), ("SEK", "1930")]


def test_an_account_plan_refuses_what_it_does_not_know_and_says_what_there_is() -> None:
    with pytest.raises(Refused) as refused:
        read_accounts({"kassa": "1910", "bank": "nitton", "bank eur": "1980", "refunds": "2421"})
    assert [p.field for p in refused.value.problems] == ["kassa", "bank", "bank eur"]
    assert "customer_claims" in refused.value.problems[0].message


def test_every_role_has_an_account_and_says_why() -> None:
    for role in Role:
        assert DEFAULTS[role].account.isdigit() and DEFAULTS[role].why


# ---- what holds whatever happens ----------------------------------------------------------------------------------

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["bank", "creditor", "credit", "close"]), st.integers(1, 150_000), st.integers(0, 60),
        st.sampled_from([Reason.WRITTEN_OFF, Reason.WITHDRAWN, Reason.BARRED, Reason.REST_WRITTEN_OFF]),
    ),
    max_size=6,
)  # fmt: skip


def _life(facts: CaseFacts, events: list[tuple[str, int, int, Reason]]) -> tuple[list[Moved], CaseFacts, dict[str, int]]:
    """A case's bookings as transfers, with the money that comes beside them, and what was paid where, öre."""
    transfers: list[Moved] = []
    paid = {"bank": 0, "creditor": 0, "credit": 0, "parts": 0, "given_up": 0}

    def add(booking: Booking, payment: int) -> None:
        case = 7 if {booking.debit, booking.credit} & set(CASE_ACCOUNTS) else 0
        transfers.append(
            Moved(len(transfers) + 1, booking.debit, booking.credit, booking.amount_minor, booking.currency, booking.on, ON,
                  booking.reason, case, payment)
        )  # fmt: skip

    day = date(2026, 3, 3).toordinal()
    for number, (what, minor, days, cause) in enumerate(events, 1):
        day += days
        today = date.fromordinal(min(day, date(2026, 12, 1).toordinal()))
        if what == "close":
            for booking in write_off(facts, today, "SEK", cause):
                add(booking, 0)
                if cause == Reason.WITHDRAWN and booking.credit == Account.CAPITAL:
                    paid["given_up"] += booking.amount_minor
            return transfers, facts, paid | {"capital": 0}
        if what == "credit":
            settled = settle_credit(facts, minor, today, COUNTRY, today=today)
            paid["credit"] += minor - settled.left_over_minor
        else:
            settled = settle_payment(facts, minor, today, COUNTRY, today=today, at_creditor=what == "creditor")
            given = minor - settled.left_over_minor
            paid[what] += given
            paid["parts"] += settled.allocated.costs_minor + settled.allocated.interest_minor
            if what == "bank":
                add(Booking(Account.OWN_BANK, Account.SUSPENSE, minor, "SEK", today, Reason.PAYMENT_RECEIVED), number)
                for to, part, why in (
                    (Account.RECEIVED, given, Reason.PAYMENT_ALLOCATED), (Account.REFUNDS, minor - given, Reason.OVERPAID)
                ):  # fmt: skip
                    if part:
                        add(Booking(Account.SUSPENSE, to, part, "SEK", today, why), number)
        for booking in settled.bookings:
            add(booking, number)
        facts = settled.facts
    return transfers, facts, paid | {"capital": facts.capital_minor}


@given(events=EVENTS, start=st.sampled_from(["reminded", "demanded"]))
def test_over_a_cases_life_every_ore_is_said_once(events: list[tuple[str, int, int, Reason]], start: str) -> None:
    facts = reminded() if start == "reminded" else demanded()
    transfers, facts, paid = _life(facts, events)
    said = voucher_of(transfers, AccountPlan(), "own")

    mentioned = [t for v in said.vouchers for t in v.transfers] + [t for t, _ in said.without]
    assert sorted(mentioned) == [t.id for t in transfers]
    assert all(why != Without.UNKNOWN for _, why in said.without)
    sums: dict[str, int] = {}
    for voucher in said.vouchers:
        assert sum(x.debit_minor for x in voucher.lines) == sum(x.credit_minor for x in voucher.lines) > 0
        for line in voucher.lines:
            assert min(line.debit_minor, line.credit_minor) == 0
            sums[line.role] = sums.get(line.role, 0) + line.debit_minor - line.credit_minor

    moved_over = sum(
        t.amount_minor for t in transfers if t.reason == Reason.INTEREST_WAIVED_PAID_IN_TIME and t.credit == "capital"
    )
    assert -sum(sums.get(role, 0) for role in INCOME) == paid["parts"] - moved_over
    assert sums.get(Role.UNIDENTIFIED, 0) == 0
    claims = sums.get(Role.CUSTOMER_CLAIMS, 0) + sums.get(Role.DIRECT_PAYMENTS, 0)
    seen_there = paid["creditor"] + paid["credit"]
    assert facts.opening_minor + claims - seen_there == paid["capital"] + paid["given_up"]


@given(events=EVENTS)
def test_turning_everything_round_leaves_nothing(events: list[tuple[str, int, int, Reason]]) -> None:
    transfers, _, _ = _life(demanded(), events)
    back = [
        Moved(t.id + 1000, t.credit, t.debit, t.amount_minor, t.currency, t.on, ON, "payment_reversed", t.case_number,
              t.payment_number, t.reason)
        for t in transfers
    ]  # fmt: skip
    sums: dict[str, int] = {}
    for voucher in voucher_of([*transfers, *back], AccountPlan(), "own").vouchers:
        for line in voucher.lines:
            sums[line.account] = sums.get(line.account, 0) + line.debit_minor - line.credit_minor
    assert not any(sums.values())
