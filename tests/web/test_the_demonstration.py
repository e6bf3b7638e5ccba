"""The invented world: nobody in it exists, it is the same each time, and it lives by the real run."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from fordran.core.checkdigits import luhn_holds
from fordran.countries.se.country import COUNTRY
from fordran.day.demo_people import AUTUMN_DUE, BILLS, CUSTOMERS, FIRST_DAY, HORIZON, LAST_DAY, invent, organisation_number
from tests.conftest import Scratch
from tests.post import PostOffice


def test_the_same_seed_gives_the_same_world() -> None:
    assert invent() == invent()
    world = invent()
    assert len(world.customers) == CUSTOMERS
    assert sum(bill.issued <= LAST_DAY for bill in world.bills) == BILLS
    assert len({bill.number for bill in world.bills}) == len(world.bills)


def test_numbers_are_well_formed_and_kept_for_tests() -> None:
    people = [c for c in invent().customers if c.identity]
    for customer in people:
        assert luhn_holds(customer.identity[-10:]), customer
        assert COUNTRY.read_identity(customer.identity, LAST_DAY).known
        if customer.debtor == "consumer":
            assert 980 <= int(customer.identity[-4:-1]) <= 999, "only birth numbers that nobody is given"
    assert luhn_holds(organisation_number())


def test_all_sorts_of_debtors_are_there() -> None:
    customers = invent().customers
    kinds = Counter(c.debtor for c in customers)
    assert kinds["consumer"] > 150 and kinds["business"] > 80 and kinds["public"] == 1 and kinds[""] >= 1
    assert {c.country for c in customers} >= {"SE", "NO", "FI"}
    assert sum(not c.street for c in customers) >= 3 and sum(not c.identity for c in customers) >= 3
    assert 0 < sum(c.terms_agreed is None for c in customers) < len(customers) / 2


def test_the_world_stays_within_known_rates_and_ends_on_a_banking_day_with_a_large_batch() -> None:
    assert COUNTRY.is_banking_day(LAST_DAY) and COUNTRY.is_banking_day(AUTUMN_DUE)
    assert LAST_DAY - AUTUMN_DUE == timedelta(days=7)
    assert HORIZON.year == LAST_DAY.year == 2026


@pytest.mark.slow
def test_a_stopped_build_goes_on_where_it_was_and_the_books_hold(scratch_database: Scratch) -> None:
    """Three weeks of its life, built in two parts."""
    from fordran.cases.models import Case
    from fordran.creditors.models import Creditor
    from fordran.day import demo_world
    from fordran.day.models import Today
    from fordran.day.verify import verify
    from fordran.letters.models import Letter

    post = PostOffice()
    stops: list[int] = []

    class Stopped(Exception):
        pass

    def stop_after(days: int) -> None:
        def show(done: int, of: int) -> None:
            stops.append(done)
            if done == days:
                raise Stopped

        with pytest.raises(Stopped):
            demo_world.build({"folder": post}, show)

    stop_after(4)
    assert Today.objects.get().on == FIRST_DAY + timedelta(days=3) and not demo_world.is_built()
    stop_after(19)
    assert stops == list(range(1, 20))
    assert Case.objects.count() > 20 and Letter.objects.filter(state="sent").count() == len(post.taken) > 20
    assert verify(list(Creditor.objects.all())).findings == []
