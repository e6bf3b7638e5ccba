"""The printed law book and procedure are what the code says, and a lawyer finds what is unsure first."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fordran.core.law import Dated
from fordran.countries.se import allocation, fees, interest, limitation, notices, procedure, rates, refusals
from fordran.countries.se.country import COUNTRY, with_added_rates
from fordran.countries.se.lawbook import TOPICS, law_book, procedure_page
from fordran.countries.se.sources import is_unsure
from tests.countries.law_cases import day

GENERATED = Path(__file__).parents[2] / "docs" / "generated"
MODULES = (allocation, fees, interest, limitation, notices, rates, refusals)


def test_the_printed_law_book_is_fresh() -> None:
    assert (GENERATED / "lawbook-se.md").read_text("utf-8") == law_book(COUNTRY), (
        "run: fordran law book --out docs/generated/lawbook-se.md"
    )


def test_the_printed_procedure_is_fresh() -> None:
    assert (GENERATED / "procedure-se.md").read_text("utf-8") == procedure_page(), (
        "run: fordran law procedure --out docs/generated/procedure-se.md"
    )


def dated_values(module: Any) -> list[Dated[Any]]:
    return [value for value in vars(module).values() if isinstance(value, Dated)]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_dated_value_stands_in_the_book(module: Any) -> None:
    printed = [value for topic in TOPICS for value in topic.values]
    assert dated_values(module), "no values found: has the module moved?"
    assert all(any(value is other for other in printed) for value in dated_values(module))


def test_every_value_has_a_source_in_an_act_or_says_that_it_is_unsure() -> None:
    for topic in TOPICS:
        for value in topic.values:
            for entry in value:
                assert entry.source.act and (entry.source.url.startswith("https://") or is_unsure(entry.source)), value.name


def test_every_unsure_item_stands_on_the_first_page() -> None:
    first_page, _, rest = law_book(COUNTRY).partition("\n## Time\n")
    unsure = [entry.source.note for topic in TOPICS for value in topic.values for entry in value if is_unsure(entry.source)]
    unsure += [rule.source.note for topic in TOPICS for rule in topic.rules if is_unsure(rule.source)]
    assert len(unsure) > 10 and rest
    for note in unsure:
        assert note.removeprefix("Unsure: ")[1:].rstrip(".") in first_page


def test_all_amounts_of_the_acts_can_be_read_in_it() -> None:
    book = law_book(COUNTRY)
    for amount in ("60.00", "180.00", "170.00", "450.00", "300.00", "380.00", "600.00", "50.00", "160.00", "150.00", "-0.50"):
        assert re.search(rf"\| {re.escape(amount)} \|", book), amount
    assert "known until 2026-12-31" in book


def test_an_operators_rate_is_printed_as_such_and_only_when_asked() -> None:
    added = with_added_rates(COUNTRY, [(day("2027-01-01"), Decimal("2.50"), "https://www.riksbank.se/x")])
    assert "added by the operator" in law_book(added) and "known until 2027-06-30" in law_book(added)
    assert "added by the operator" not in law_book(COUNTRY)


def test_the_procedure_page_shows_each_step_and_its_diagram() -> None:
    page = procedure_page()
    for step in procedure.STEPS:
        assert f"| {step.kind} | {step.from_stages[0]} |" in page
    assert "stateDiagram-v2" in page and "awaiting_creditor --> payment_order: payment-order" in page
