"""What the tables give back is what the engine decided: the pure engine and the one that writes are one and the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fordran.cases.acts import waive_cost as waive_by_hand
from fordran.cases.office import Office
from fordran.core.reasons import Reason
from fordran.day.run import run_day
from fordran.process.apply import booked
from fordran.process.bookings import Account, Booking
from fordran.process.carry_out import carry_out
from fordran.process.decide import decide
from fordran.process.facts import CaseFacts, CostKind, Stage
from fordran.process.outcomes import Act, Close
from fordran.process.policy import Policy
from fordran.process.settle import settle_credit, settle_payment, waive_cost, write_off
from fordran.settlement.pay import Money, receive
from tests.books import assert_books_hold
from tests.build import SE, an_item, an_office, bring_in, case_facts, day, later, the_case
from tests.post import PostOffice


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def bare(case: CaseFacts) -> CaseFacts:
    """The table keeps act and section of a cost's source, not its address; a split has no order of its own."""
    costs = tuple(replace(c, source=None) for c in case.costs)
    payments = tuple(replace(p, split=tuple(sorted(p.split))) for p in case.payments)
    return replace(case, costs=costs, payments=payments)


class Twin:
    """The same case in memory, carried by the pure functions alone."""

    def __init__(self, opened: CaseFacts, policy: Policy) -> None:
        self.facts, self.policy = opened, policy

    def judge(self, today: date) -> None:
        """Until the case rests; letters leave the same day."""
        for _ in range(5):
            outcome = decide(self.facts, self.policy, SE, today)
            if isinstance(outcome, Close):
                left = write_off(self.facts, today, SE.currency, outcome.cause)
                self.facts = replace(booked(self.facts, left), stage=Stage.CLOSED)
                return
            if not isinstance(outcome, Act):
                return
            done = carry_out(self.facts, outcome, SE, today)
            *before, last = done.facts.steps
            self.facts = replace(done.facts, steps=(*before, replace(last, sent=True)))
        raise AssertionError("no rest")

    @property
    def closed(self) -> bool:
        return self.facts.stage == Stage.CLOSED


events = st.lists(
    st.tuples(
        st.sampled_from(["day", "pay", "pay late", "creditor", "credit", "waive reminder", "waive demand"]), st.integers(1, 24),
        st.integers(1, 130_000),
    ),
    min_size=1, max_size=7,
)  # fmt: skip


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events, st.sampled_from([{}, {"debtor": "business", "identity": "556703-7485"}, {"open": 60_000}]), st.booleans())
@example([("day", 1, 0), ("pay late", 1, 100_500), ("day", 20, 0)], {}, False)
@example([("day", 1, 0), ("credit", 1, 40_000), ("pay", 10, 20_000), ("day", 20, 0), ("pay late", 3, 90_000)], {}, False)
@example([("day", 3, 0), ("pay", 2, 50_000), ("pay", 5, 56_200), ("day", 9, 0)], {}, False)
def test_what_is_loaded_after_writing_is_what_was_decided_in_memory(
    db: None, told: list[tuple[str, int, int]], item: dict[str, Any], compensation: bool
) -> None:
    with undone():
        filter = "late_payment_compensation = true" if compensation else ""
        office = an_office(creditor=filter)
        bring_in(office, [an_item(**item)], day("2026-02-01"))
        today, post = day("2026-02-04"), {"folder": PostOffice()}
        run_day(today, post)
        twin = Twin(_opened(office, item), office.book.policy("1", ""))
        twin.judge(today)
        _same(twin, office, "the first day")
        for number, (what, gap, minor) in enumerate(told):
            for _ in range(gap):
                today = later(today, 1)
                assert run_day(today, post).problems == []
                if not twin.closed:
                    twin.judge(today)
            if twin.closed:
                break
            _happens(what, minor, today, office, twin, number)
            _same(twin, office, f"{number}: {what} {minor} on {today}")
            # A letter that was written in answer to the event leaves with the day's next sending.
            run_day(today, post)
            _same(twin, office, f"{number}: the evening of {today}")
        assert_books_hold()


def _opened(office: Office, item: dict[str, Any]) -> CaseFacts:
    case = case_facts(the_case(), office)
    bare_claim = CaseFacts(case.claim, case.debtor, opened_on=day("2026-02-04"), procedure_version=day("2026-02-04"))
    capital = Booking(Account.CAPITAL, Account.CLAIMS, item.get("open", 100_000), "SEK", day("2026-02-04"), Reason.CASE_OPENED)
    return booked(bare_claim, [capital])


def _happens(what: str, minor: int, today: date, office: Office, twin: Twin, number: int) -> None:
    on = later(today, -8) if what == "pay late" else today
    if what == "credit" and any(not p.credit for p in twin.facts.payments):
        return  # payments are taken off and set again, which leaves turned pairs in the books: told in the stories
    if what in ("pay", "pay late", "creditor"):
        via = "creditor" if what == "creditor" else "bank"
        receive(office, Money(str(number), via, on, minor, "SEK"), today, cases=[the_case().pk], matched_by="person")
        twin.facts = settle_payment(twin.facts, minor, on, SE, today=today, at_creditor=what == "creditor").facts
    elif what == "credit":
        receive(office, Money(str(number), "credit", on, minor, "SEK"), today, cases=[the_case().pk], matched_by="person")
        twin.facts = settle_credit(twin.facts, minor, on, SE, today=today).facts
    elif what.startswith("waive"):
        kind = CostKind(what.removeprefix("waive "))
        bookings = waive_cost(twin.facts, kind, today, "SEK", Reason.COST_WAIVED)
        if not bookings:
            return
        waive_by_hand(the_case(), kind=kind, reason="prov", by="kim", today=today, office=office)
        twin.facts = booked(twin.facts, bookings)
    else:
        return
    twin.judge(today)


def _same(twin: Twin, office: Office, when: str) -> None:
    stored, wanted = bare(case_facts(the_case(), office)), bare(twin.facts)
    # A letter written by a person's act on the day waits for the day's sending; the twin's has left already.
    stored = replace(stored, steps=tuple(replace(s, sent=True) for s in stored.steps))
    assert stored == wanted, when
