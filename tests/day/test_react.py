"""The next picture of the ledger: what it says of running cases becomes facts of those cases, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fordran.cases.models import Charge, Hold
from fordran.cases.office import Office
from fordran.core.problems import Refused
from fordran.day.run import run_day
from fordran.formats.open_items.item import OpenItem
from fordran.invoices.models import Invoice
from fordran.invoices.receive import Picture, import_picture
from fordran.settlement.models import Payment
from tests.books import assert_books_hold, whole_database
from tests.build import an_item, bring_in, day, later, sums, the_case
from tests.post import PostOffice

OTHERS = [an_item(f"B{n}", f"1{n}", due=day("2026-12-11"), open=500_000, amount=500_000) for n in range(3)]
"""Invoices that are far from due, so that the one that matters is a small part of the ledger."""


@pytest.fixture(autouse=True)
def _the_books_hold_in_the_end(db: None) -> Iterator[None]:
    yield
    assert_books_hold()


@pytest.fixture
def reminded(office: Office, post: PostOffice) -> Office:
    """The case stands reminded since 4 February; the ledger's picture is of that morning."""
    whole(office, "2026-02-04", an_item())
    live(post, "2026-02-04", "2026-02-05")
    return office


def whole(office: Office, on: str, *items: OpenItem) -> None:
    bring_in(office, [*items, *OTHERS], day(on), partial=False)


def live(post: PostOffice, first: str, last: str | None = None) -> None:
    for n in range((day(last or first) - day(first)).days + 1):
        assert run_day(later(day(first), n), {"folder": post}).problems == []


def holds() -> list[str]:
    return list(Hold.objects.filter(lifted_on=None).order_by("id").values_list("kind", flat=True))


# ---- gone, and back ---------------------------------------------------------------------------------------------


def test_an_invoice_that_is_gone_is_held_from_that_day(reminded: Office, post: PostOffice) -> None:
    whole(reminded, "2026-02-09")
    assert holds() == ["gone"] and the_case().held == "gone"
    live(post, "2026-02-09", "2026-03-31")
    assert len(post.taken) == 1 and the_case().stage == "reminded"


def test_gone_a_second_time_it_is_settled_at_the_creditor(reminded: Office) -> None:
    whole(reminded, "2026-02-09")
    whole(reminded, "2026-02-16")
    case = the_case()
    assert (case.stage, case.closed_cause) == ("closed", "settled_at_creditor") and sum(sums(case).values()) == 0


def test_two_pictures_of_the_same_day_are_one(reminded: Office) -> None:
    whole(reminded, "2026-02-09")
    bring_in(reminded, [*OTHERS, an_item("new", "99")], day("2026-02-09"), partial=False)
    assert the_case().stage == "reminded" and Invoice.objects.get(number="1001").missing_times == 1


def test_back_before_anything_was_concluded_it_goes_on_as_if_nothing_had_been(reminded: Office, post: PostOffice) -> None:
    whole(reminded, "2026-02-09")
    whole(reminded, "2026-02-12", an_item())
    assert holds() == [] and the_case().held == ""
    live(post, "2026-02-12", "2026-02-19")
    assert [p.kind for p in post.taken.values()] == ["reminder", "demand"]


def test_closed_and_back_again_it_stands_at_the_same_step_without_new_costs(reminded: Office, post: PostOffice) -> None:
    whole(reminded, "2026-02-09")
    whole(reminded, "2026-02-11")
    assert the_case().stage == "closed"
    whole(reminded, "2026-02-13", an_item())
    case = the_case()
    assert case.stage == "reminded" and sums(case)["capital"] == 100_000 and sums(case)["costs"] == 6_000
    assert Charge.objects.count() == 1
    live(post, "2026-02-13", "2026-02-19")
    assert [p.kind for p in post.taken.values()] == ["reminder", "demand"]


def test_of_a_part_of_the_ledger_nothing_is_concluded_from_absence(reminded: Office) -> None:
    bring_in(reminded, [an_item("2002", "2")], day("2026-02-09"), partial=True)
    assert holds() == [] and the_case().stage == "reminded"


def test_the_same_file_twice_changes_nothing(reminded: Office) -> None:
    whole(reminded, "2026-02-09", an_item(open=60_000))
    before = whole_database()
    whole(reminded, "2026-02-09", an_item(open=60_000))
    assert whole_database() == before


def test_a_file_that_lacks_half_the_sum_is_refused_until_a_person_accepts_it(reminded: Office) -> None:
    small = Picture([an_item("B0", "10", due=day("2026-12-11"))], sha256="x")
    with pytest.raises(Refused):
        import_picture(reminded.creditor, small, on=day("2026-02-09"), country=reminded.country)
    assert Invoice.objects.get(number="1001").missing_times == 0
    taken = import_picture(reminded.creditor, small, on=day("2026-02-09"), country=reminded.country, accept_shrunk=True)
    assert taken.missing == 3


def test_a_picture_older_than_the_latest_is_refused(reminded: Office) -> None:
    with pytest.raises(Refused):
        whole(reminded, "2026-02-03", an_item())


# ---- money seen in the ledger -----------------------------------------------------------------------------------


def test_an_open_sum_that_fell_was_paid_straight_to_the_creditor(reminded: Office) -> None:
    whole(reminded, "2026-02-09", an_item(open=60_000))
    payment = Payment.objects.get()
    assert (payment.via, payment.amount_minor) == ("creditor", 40_000)
    assert sums(the_case())["capital"] == 100_000 - (40_000 - 6_000 - 274)  # cost first, then ten days of interest


def test_the_same_fall_is_one_payment_however_often_it_is_seen(reminded: Office) -> None:
    for on in ("2026-02-09", "2026-02-10", "2026-02-11"):
        whole(reminded, on, an_item(open=60_000))
    assert Payment.objects.count() == 1


def test_a_credit_note_that_names_the_invoice_takes_it_off(reminded: Office) -> None:
    credit = an_item("K1", "1", kind="credit", credits="1001", open=30_000, amount=30_000, due=day("2026-02-09"))
    whole(reminded, "2026-02-09", an_item(), credit)
    payment = Payment.objects.get()
    assert (payment.via, payment.amount_minor) == ("credit", 30_000) and the_case().capital_minor == 70_000
    whole(reminded, "2026-02-10", an_item(), credit)
    assert Payment.objects.count() == 1


def test_a_credit_note_over_the_whole_closes_the_case_with_its_cost(reminded: Office) -> None:
    credit = an_item("K1", "1", kind="credit", credits="1001", due=day("2026-02-09"))
    whole(reminded, "2026-02-09", an_item(), credit)
    assert (the_case().stage, the_case().closed_cause) == ("closed", "credited")


def test_our_own_payment_later_seen_in_the_ledger_is_not_paid_twice(reminded: Office) -> None:
    from fordran.settlement.pay import Money, receive

    receive(reminded, Money("b", "bank", day("2026-02-09"), 50_000, "SEK", the_case().ocr), day("2026-02-09"))
    capital = sums(the_case())["capital"]
    whole(reminded, "2026-02-10", an_item(open=50_000))
    assert Payment.objects.count() == 1 and sums(the_case())["capital"] == capital


# ---- questions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 120_000, "open": 120_000},
        {"due": day("2026-02-27")},
        {"customer_id": "77"},
        {"currency": "EUR"},
    ],
    ids=["amount up", "due day", "customer", "currency"],
)
def test_a_fact_that_changed_under_a_running_case_is_a_question_for_a_person(
    reminded: Office, post: PostOffice, change: dict[str, Any]
) -> None:
    whole(reminded, "2026-02-09", an_item(**change))
    assert holds() == ["question"] and the_case().held == "question"
    live(post, "2026-02-09", "2026-03-16")
    assert len(post.taken) == 1


def test_a_changed_text_or_address_is_no_question(reminded: Office, post: PostOffice) -> None:
    whole(reminded, "2026-02-09", an_item(text="Takarbete", street="Nygatan 5", town="Annanstad"))
    assert holds() == []
    live(post, "2026-02-09", "2026-02-19")
    demand = next(p for p in post.taken.values() if p.kind == "demand")
    assert any("Nygatan 5" in line for line in demand.recipient)


def test_an_answered_lack_lets_the_demand_go(office: Office, post: PostOffice) -> None:
    """No number in the first file; the next one has it."""
    whole(office, "2026-02-04", an_item(identity=""))
    live(post, "2026-02-04", "2026-02-20")
    assert the_case().outcome == "ask" and len(post.taken) == 1
    whole(office, "2026-02-23", an_item())
    live(post, "2026-02-23")
    assert [p.kind for p in post.taken.values()] == ["reminder", "demand"]
