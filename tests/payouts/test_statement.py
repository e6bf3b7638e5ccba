"""The statement says every payment and case of a payout, and its sums tie to the öre in every form."""

from __future__ import annotations

import io
import json

import python_calamine

from fordran.cases.office import Office
from fordran.letters.look import letter_text, page_count
from fordran.payouts.models import Payout
from fordran.payouts.prepare import prepare_payouts
from fordran.payouts.statement import Statement, statement_of
from fordran.payouts.statement_paper import render_statement, statement_workbook
from fordran.settlement.models import Payment
from fordran.settlement.undo import unmatch
from tests.build import day, the_case
from tests.payouts.world import FRIDAY, PAYOUTS, an_agency, some_cases, take
from tests.settlement.bank_day import bgmax


def a_statement(office: Office) -> Statement:
    """The second payout: two payments, one of them in part, a correction of the first payout, and a fee."""
    take(bgmax([(106_137, the_case("1001").ocr, "A")], "2026-02-10", first=1), "2026-02-10", office)
    prepare_payouts(office, FRIDAY)
    unmatch(Payment.objects.get(), reason="fel", by="kim", today=day("2026-02-16"))
    rows = [(110_000, the_case("1002").ocr, "B"), (110_000, the_case("1003").ocr, "C"), (50_000, the_case("1004").ocr, "D")]
    take(bgmax(rows, "2026-02-17", serial="00057", first=10), "2026-02-17", office)
    prepare_payouts(office, day("2026-02-20"))
    return statement_of(office, Payout.objects.order_by("-id").first())  # type: ignore[arg-type]


def with_a_fee() -> Office:
    office = an_agency(PAYOUTS.replace("vat = 25", "vat = 25\ncase_fee = 40"))
    some_cases(office)
    return office


def test_each_payment_and_case_stands_there_and_the_sums_tie(db: None) -> None:
    statement = a_statement(with_a_fee())
    kinds = [row.kind for row in statement.rows]
    assert kinds.count("payment") == 3 and kinds.count("correction") == 1 and kinds.count("fee") == 3
    assert {row.case for row in statement.rows} == {the_case(n).number for n in ("1001", "1002", "1003", "1004")}
    assert {row.debtor for row in statement.rows} == {"Kund 0", "Kund 1", "Kund 2", "Kund 3"}
    data = json.loads(json.dumps(statement.as_dict()))
    assert sum(line["amount_minor"] for line in data["lines"]) == data["amount_minor"] == statement.payout.amount_minor
    assert data["collected_minor"] - data["earned_minor"] - data["vat_minor"] == data["amount_minor"]
    for line in data["lines"]:
        taken = line["kept_minor"] + line["commission_minor"] + line["fee_minor"] + line["vat_minor"]
        assert line["collected_minor"] - taken == line["amount_minor"]


def test_the_paper_says_the_same_and_comes_out_the_same_again(db: None) -> None:
    statement = a_statement(with_a_fee())
    pdf = render_statement(statement)
    assert pdf == render_statement(statement) and page_count(pdf) == 1
    text = " ".join(letter_text(pdf).replace("\u00a0", " ").split())
    kronor = f"{statement.payout.amount_minor / 100:,.2f}".replace(",", " ").replace(".", ",")
    assert f"Redovisning {statement.payout.number}" in text and f"{kronor} kr till bankgiro 991-2346" in text
    for row in statement.rows:
        assert row.case in text
    english = " ".join(letter_text(render_statement(statement, "en")).split())
    assert "Statement U2026-000002" in english and "Commission on capital" in english


def test_a_long_statement_runs_over_pages_with_its_head(db: None) -> None:
    statement = a_statement(with_a_fee())
    statement.rows = statement.rows * 40
    statement.rows[0].debtor = "Ett#namn*med_märkning$" * 6
    pdf = render_statement(statement)
    assert page_count(pdf) > 3 and letter_text(pdf).count("Kapital\n") + letter_text(pdf).count("Kapital") >= 4


def test_the_workbook_holds_the_same_figures(db: None) -> None:
    statement = a_statement(with_a_fee())
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(statement_workbook(statement)))
    rows = book.get_sheet_by_index(1).to_python()
    assert len(rows) == 2 + len(statement.rows)
    amounts = [round(float(row[-1]) * 100) for row in rows[1:]]  # type: ignore[arg-type]
    assert sum(amounts[:-1]) == amounts[-1] == statement.payout.amount_minor
    front = book.get_sheet_by_index(0).to_python()
    assert round(float(front[-1][1]) * 100) == statement.payout.amount_minor  # type: ignore[arg-type]
