"""Many are excluded at once, and their running cases go on, rest or are withdrawn as the person said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fordran.audit.models import Event
from fordran.cases.exclusions import GO_ON, PAUSE, WITHDRAW, Wanted, exclude_many
from fordran.cases.models import Case
from fordran.cases.office import Office
from fordran.core.problems import Refused
from fordran.creditors.models import Exclusion
from fordran.day.run import run_day
from tests.build import an_item, an_office, bring_in, day, the_case
from tests.post import PostOffice

TODAY = day("2026-02-04")


@pytest.fixture
def office(db: None) -> Office:
    """Four customers with a reminded invoice each; the third and fourth are of the class BYGG."""
    office = an_office()
    items = [an_item(str(1001 + n), str(n + 1), row=n + 2, class_="BYGG" if n > 1 else "") for n in range(4)]
    bring_in(office, items, TODAY)
    run_day(TODAY, {"folder": PostOffice()}, [office.creditor])
    return office


def exclude(office: Office, *wanted: Wanted, running: str = PAUSE) -> Any:
    return exclude_many(office.creditor, wanted, running=running, by="vera", today=TODAY)


def a_month_later(office: Office) -> None:
    for n in range(1, 31):
        run_day(TODAY + timedelta(n), {"folder": PostOffice()}, [office.creditor])


def test_paused_cases_rest_and_the_others_go_on(office: Office) -> None:
    done = exclude(office, Wanted("customer", "1"), Wanted("class", "BYGG", "egen plan"))
    assert (done.excluded, done.cases) == (2, 3)
    a_month_later(office)
    assert set(Case.objects.filter(reason="held").values_list("invoice__number", flat=True)) == {"1001", "1003", "1004"}
    assert the_case("1002").stage == "awaiting_creditor" and the_case("1003").stage == "reminded"


def test_cases_that_were_to_go_on_do_and_new_invoices_are_still_left(office: Office) -> None:
    exclude(office, Wanted("class", "BYGG"), running=GO_ON)
    bring_in(office, [an_item("2001", "3", row=9, class_="BYGG")], TODAY)
    a_month_later(office)
    assert the_case("1003").stage == "awaiting_creditor"
    assert not Case.objects.filter(invoice__number="2001").exists()


def test_a_case_let_go_by_one_exclusion_rests_by_another(office: Office) -> None:
    exclude(office, Wanted("class", "BYGG"), running=GO_ON)
    exclude(office, Wanted("customer", "3"))
    a_month_later(office)
    assert the_case("1003").reason == "held" and the_case("1004").stage == "awaiting_creditor"


def test_withdrawn_cases_are_closed_and_ask_for_nothing(office: Office) -> None:
    exclude(office, Wanted("customer", "1"), running=WITHDRAW)
    case = the_case("1001")
    assert (case.stage, case.closed_cause, case.capital_minor + case.interest_minor + case.costs_minor) == (
        "closed",
        "withdrawn",
        0,
    )
    assert the_case("1002").stage == "reminded"


def test_who_is_excluded_already_keeps_reason_and_end_and_an_ended_one_begins_anew(office: Office) -> None:
    exclude(office, Wanted("customer", "1", "först", day("2026-02-10")))
    again = exclude(office, Wanted("customer", "1", "sedan"), Wanted("customer", "2", "ny"))
    assert (again.excluded, again.already) == (1, 1)
    assert Exclusion.objects.get(key="1").reason == "först"
    later = exclude_many(office.creditor, [Wanted("customer", "1", "igen")], running=PAUSE, by="vera", today=day("2026-02-11"))
    assert later.excluded == 1 and Exclusion.objects.get(key="1", lifted_on=None).reason == "igen"


def test_one_event_tells_of_all_of_them_and_holds_no_reason(office: Office) -> None:
    exclude(office, Wanted("customer", "1", "Sven är sjuk"), Wanted("customer", "2", "Sven är sjuk"))
    event = Event.objects.get(verb="excluded")
    assert event.data["keys"] == ["1", "2"] and event.data["running"] == PAUSE and "Sven" not in str(event.data)


@pytest.mark.parametrize(
    "wanted", [[], [Wanted("customer", "finns-inte")], [Wanted("customer", "1", "", day("2026-02-03"))]],
    ids=["nobody", "unknown", "ended"],
)  # fmt: skip
def test_what_cannot_be_done_changes_nothing(office: Office, wanted: list[Wanted]) -> None:
    with pytest.raises(Refused):
        exclude(office, *wanted)
    assert not Exclusion.objects.exists()


def test_ten_thousand_take_the_statements_that_ten_take(office: Office, django_assert_max_num_queries: Any) -> None:
    from fordran.invoices.models import Customer

    Customer.objects.bulk_create(
        Customer(creditor=office.creditor, key=f"M{n}", name=f"Många {n}") for n in range(10_000)
    )  # fmt: skip
    with django_assert_max_num_queries(60):
        assert exclude(office, *[Wanted("customer", f"M{n}") for n in range(10_000)]).excluded == 10_000
