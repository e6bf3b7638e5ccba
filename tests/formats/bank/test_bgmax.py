"""BgMax: read to its own totals, refused with line and field, and tolerant only of what the manual's users really send."""

from __future__ import annotations

from datetime import date

import pytest

from fordran.core.problems import Problem
from fordran.formats.bank import BankFile, Part, read_bank_file
from tests.formats.bank import bgmax_by_hand as by_hand
from tests.formats.bank.bgmax_by_hand import deposit, end, extra, file, name, payment, section, simple, start, text

OCR = "2026004187038"


def accepted(content: bytes) -> BankFile:
    result = read_bank_file(content)
    assert result.problems == () and result.control_totals_agree and result.format == "bgmax" and result.version == "01"
    return result


def refused(content: bytes) -> list[tuple[str, str]]:
    """(record, field) of each problem; every problem has a message."""
    result = read_bank_file(content)
    assert result.problems and all(problem.message for problem in result.problems)
    return [(problem.record, problem.field) for problem in result.problems]


def noted(content: bytes, part: str) -> None:
    assert any(part in note for note in accepted(content).notes), accepted(content).notes


# ---- what it says -------------------------------------------------------------------------------------------------------


def test_a_payment_with_all_its_records() -> None:
    result = accepted(
        simple(text("Tack för  hjälpen"), text("hälsar Åsa"), name("Åsa Öberg", "c/o Ek"),
               *by_hand.address("Storgatan 1", "136 48", "Ängelholm"), by_hand.organisation("5560001234"))
    )  # fmt: skip
    (one,) = result.deposits
    assert (one.account, one.currency, one.date, one.amount_minor) == ("9912346", "SEK", date(2026, 10, 5), 10_000)
    assert one.serial == "00056" and one.bank_account == "58410000010098"
    (paid,) = one.payments
    assert paid.as_dict() == {
        "kind": "payment", "amount_minor": 10_000, "currency": "SEK", "reference": OCR, "references": [],
        "payer": "Åsa Öberg", "texts": ["Tack för hjälpen", "hälsar Åsa"],
    }  # fmt: skip
    assert (paid.serial, paid.payer_number, paid.reference_code, paid.record) == ("000120000018", "5560001234", "2", "3")


def test_extra_references_with_zero_are_hints_and_add_no_money() -> None:
    content = file(start(), section(), payment(30_000, code="0"), extra("111"), extra("222"), deposit(30_000, 1), end(1, 0, 2))
    (paid,) = accepted(content).deposits[0].payments
    assert (paid.reference, paid.references, paid.amount_minor, paid.parts) == ("", ("111", "222"), 30_000, ())


def test_part_amounts_split_a_payment_and_a_negative_part_takes_from_it() -> None:
    content = file(
        start(), section(), payment(140_000, code="0"), extra("1", 100_000), extra("2", 50_000), extra("3", 40_000),
        extra("4", 50_000, record="23"), deposit(140_000, 1), end(1, 0, 4),
    )  # fmt: skip
    (paid,) = accepted(content).deposits[0].payments
    assert paid.amount_minor == 140_000
    assert paid.parts == (Part("1", 100_000), Part("2", 50_000), Part("3", 40_000), Part("4", -50_000))


def test_part_amounts_that_do_not_sum_are_not_used() -> None:
    content = file(start(), section(), payment(900, code="0"), extra("1", 500), extra("2", 500), deposit(900, 1), end(1, 0, 2))
    assert accepted(content).deposits[0].payments[0].parts == ()
    noted(content, "do not sum")


def test_a_deduction_is_negative_and_the_deposit_is_the_net() -> None:
    content = file(
        start(), section(), payment(10_000, OCR), payment(2_500, "Kreditfaktura 7", code="3", record="21", deduction="1"),
        deposit(7_500, 2), end(1, 1),
    )  # fmt: skip
    (one,) = accepted(content).deposits
    assert [(p.kind, p.amount_minor, p.reference) for p in one.payments] == [
        ("payment", 10_000, OCR),
        ("deduction", -2_500, "Kreditfaktura 7"),
    ]
    assert one.amount_minor == 7_500 == sum(p.amount_minor for p in one.payments)


def test_each_section_is_a_deposit_of_its_own_account_and_currency() -> None:
    content = file(
        start(), section("111111"), payment(100, OCR), deposit(100, 1), section("0", "4704822"), payment(200, OCR),
        deposit(200, 1), section(currency="EUR"), payment(300, OCR), deposit(300, 1, currency="EUR"), end(3, 0, 0, 3),
    )  # fmt: skip
    found = [(d.number, d.account, d.currency, d.amount_minor, len(d.payments)) for d in accepted(content).deposits]
    assert found == [(1, "111111", "SEK", 100, 1), (2, "4704822", "SEK", 200, 1), (3, "9912346", "EUR", 300, 1)]
    noted(content, "EUR")


def test_two_equal_payments_are_two() -> None:
    twice = [payment(100, OCR, serial=" " * 12)] * 2
    assert len(accepted(file(start(), section(), *twice, deposit(200, 2), end(2))).deposits[0].payments) == 2


# ---- refused ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("totals", "field"),
    [
        ([deposit(10_001, 1), end(1)], "deposit amount"),
        ([deposit(10_000, 2), end(1)], "number of payments"),
        ([deposit(10_000, 1, currency="EUR"), end(1)], "currency"),
        ([deposit(10_000, 1), end(2)], "number of TK20"),
        ([deposit(10_000, 1), end(1, 1)], "number of TK21"),
        ([deposit(10_000, 1), end(1, 0, 1)], "number of TK22"),
        ([deposit(10_000, 1), end(1, 0, 0, 2)], "number of TK15"),
    ],
)
def test_a_control_total_that_disagrees_refuses_the_file(totals: list[str], field: str) -> None:
    content = file(start(), section(), payment(10_000, OCR), *totals)
    assert field in [found for _, found in refused(content)]
    result = read_bank_file(content)
    assert not result.control_totals_agree
    assert result.deposits[0].payments[0].amount_minor == 10_000, "what could be read is shown"


def test_a_record_that_is_missing_shows_in_the_totals() -> None:
    records = [start(), section(), payment(100, OCR), payment(200, OCR), deposit(300, 2), end(2)]
    assert refused(file(*records[:2], *records[3:]))


@pytest.mark.parametrize(
    ("line", "start_column", "written", "field"),
    [
        (1, 23, "02", "version"),
        (1, 25, "2026XX05", "timestamp"),
        (1, 25, "20261305", "timestamp"),
        (1, 45, "X", "test mark"),
        (2, 3, "00099X2346", "bankgiro"),
        (2, 3, " " * 10, "bankgiro"),
        (2, 23, "sek", "currency"),
        (2, 23, "   ", "currency"),
        (3, 3, "ABCDEFGHIJ", "sender bankgiro"),
        (3, 38, "00000000000001000O", "amount"),
        (3, 38, " " * 18, "amount"),
        (3, 38, "-00000000000010000", "amount"),
        (3, 56, "X", "reference code"),
        (3, 56, "7", "reference code"),
        (3, 57, "9", "channel"),
        (3, 58, "12345678901X", "serial number"),
        (3, 70, "5", "image mark"),
        (4, 3, "X", "recipient account"),
        (4, 38, "20260230", "payment date"),
        (4, 38, "        ", "payment date"),
        (4, 46, "0005X", "deposit serial number"),
        (4, 51, "00000000000001000O", "deposit amount"),
        (4, 72, "0000000X", "number of payments"),
        (5, 3, "0000000X", "number of TK20"),
    ],
)
def test_a_compulsory_field_that_is_not_as_the_manual_says(line: int, start_column: int, written: str, field: str) -> None:
    """`start_column` is counted from 1, as the manual does."""
    lines = simple().decode("iso-8859-1").split("\r\n")
    one = lines[line - 1]
    lines[line - 1] = one[: start_column - 1] + written + one[start_column - 1 + len(written) :]
    assert (str(line), field) in refused("\r\n".join(lines).encode("iso-8859-1"))


def test_an_unreadable_payment_does_not_make_its_own_records_wrong() -> None:
    bad = payment(100, OCR)[:37] + "X" * 18 + payment(100, OCR)[55:]
    content = file(start(), section(), bad, name("Bo"), text("hej"), payment(200, OCR), deposit(200, 2), end(2))
    assert refused(content) == [("3", "amount")]


@pytest.mark.parametrize("kept", range(1, 6))
def test_a_file_that_stops_early_is_refused_and_what_was_read_is_shown(kept: int) -> None:
    records = [start(), section(), payment(100, OCR), name("Bo"), deposit(100, 1), end(1)]
    content = file(*records[:kept])
    assert refused(content)[-1] == (str(kept), "record type")
    result = read_bank_file(content)
    assert not result.control_totals_agree
    assert sum(len(d.payments) for d in result.deposits) == (1 if kept > 2 else 0)
    assert all((d.date is None) == (kept < 5) for d in result.deposits)


def test_a_file_cut_anywhere_is_refused() -> None:
    content = simple(text("hej"), name("Bo"))
    for length in range(len(content) - 52):  # the last 52 are blanks and the line's end, which may be left out
        assert read_bank_file(content[:length]).problems, length


def test_lost_characters_refuse_the_file_with_the_line() -> None:
    content = file(start(), section(), payment(10_000, OCR), name("Pl\ufffdt AB"), deposit(10_000, 1), end(1), encoding="utf-8")
    assert refused(content) == [("4", "text")]
    assert read_bank_file(content).control_totals_agree


def test_lost_characters_in_a_file_that_is_otherwise_not_utf8() -> None:
    lost = file(start(), section(), payment(10_000, OCR), name("Pl@t AB"), name("Åsa"), deposit(10_000, 1), end(1))
    assert ("4", "text") in refused(lost.replace(b"@", "\ufffd".encode()).replace(b"AB    ", b"AB  "))


@pytest.mark.parametrize(
    "records",
    [
        [start(), payment(100, OCR), section(), payment(100, OCR), deposit(100, 1), end(1)],
        [start(), section(), name("Bo"), payment(100, OCR), deposit(100, 1), end(1)],
        [start(), section(), payment(100, OCR), section(), payment(100, OCR), deposit(100, 1), end(2)],
        [start(), section(), payment(100, OCR), end(1, 0, 0, 0)],
        [start(), start(), section(), payment(100, OCR), deposit(100, 1), end(1)],
        [start(), deposit(0, 0), end(0)],
        [start(), section(), payment(100, OCR), deposit(100, 1), end(1), section()],
        [start(), section(), "hej och hopp", payment(100, OCR), deposit(100, 1), end(1)],
        [start(), section(), payment(100, OCR) + "X", deposit(100, 1), end(1)],
    ],
)
def test_records_in_the_wrong_place_refuse_the_file(records: list[str]) -> None:
    assert any(field.startswith("record") for _, field in refused(file(*records)))


def test_two_files_in_one_are_refused_once() -> None:
    problems = read_bank_file(simple() + simple()).problems
    assert problems == (Problem("6", "record type", problems[0].message),)


# ---- tolerated, each with a note ----------------------------------------------------------------------------------------


def test_a_file_as_the_manual_writes_it_has_no_notes() -> None:
    assert accepted(simple(name("Åsa"))).notes == ()


def test_records_shorter_than_80() -> None:
    noted("\r\n".join(line.rstrip() for line in simple().decode().split("\r\n")).encode(), "shorter than 80")


def test_records_padded_beyond_80() -> None:
    noted("\r\n".join(line + "   " for line in simple().decode().split("\r\n") if line).encode(), "blanks after the 80")


def test_only_the_last_record_unpadded() -> None:
    content = simple().rstrip()
    assert accepted(content).notes == ("The end record is not filled up to 80 characters.",)


@pytest.mark.parametrize(("line_end", "said"), [("\n", "LF"), ("\r", "CR")])
def test_other_line_ends(line_end: str, said: str) -> None:
    noted(simple().replace(b"\r\n", line_end.encode()), f"end with {said} instead")


def test_utf8_with_and_without_mark() -> None:
    content = file(start(), section(), payment(10_000, OCR), name("Åsa Öberg"), deposit(10_000, 1), end(1), encoding="utf-8")
    for marked in (content, b"\xef\xbb\xbf" + content):
        assert accepted(marked).deposits[0].payments[0].payer == "Åsa Öberg"
    noted(content, "UTF-8")
    noted(b"\xef\xbb\xbf" + content, "mark")
    noted(b"\xef\xbb\xbf" + simple(), "mark")


def test_letters_written_as_letter_and_mark() -> None:
    record = name("Åsa Öberg").replace("Å", "A\u030a").replace("Ö", "O\u0308")
    content = file(start(), section(), payment(10_000, OCR), record, deposit(10_000, 1), end(1), encoding="utf-8")
    assert accepted(content).deposits[0].payments[0].payer == "Åsa Öberg"


def test_unknown_record_types() -> None:
    noted(simple("24" + "of tomorrow".ljust(78)), "24 on line 4")


def test_blank_lines_and_what_an_old_editor_leaves_at_the_end() -> None:
    noted(simple("   "), "Blank lines: 1, first line 4")
    assert accepted(simple() + b"\r\n\r\n\x1a").notes == ()


def test_a_blank_serial_number_and_image_mark() -> None:
    content = file(start(), section(), payment(100, OCR, serial="", image=" "), deposit(100, 1), end(1))
    noted(content, "serial")


def test_a_blank_sender() -> None:
    noted(file(start(), section(), payment(100, OCR, sender=" " * 10), deposit(100, 1), end(1)), "sender")


def test_a_zero_bank_account_and_a_zero_bankgiro() -> None:
    noted(file(start(), section(), payment(100, OCR), deposit(100, 1, account="0"), end(1)), "bank account")
    content = file(start(), section("0"), payment(100, OCR), deposit(100, 1), end(1))
    noted(content, "bankgiro")
    assert accepted(content).deposits[0].account == "58410000010098"


def test_an_unusual_but_valid_date() -> None:
    content = file(start(), section(), payment(100, OCR), deposit(100, 1, day="10100324"), end(1))
    noted(content, "1010-03-24")
    assert accepted(content).deposits[0].date == date(1010, 3, 24)


def test_a_reference_with_leading_zeros_is_kept_and_noted() -> None:
    content = file(start(), section(), payment(100, "0000" + OCR), deposit(100, 1), end(1))
    noted(content, "zeros")
    assert accepted(content).deposits[0].payments[0].reference == "0000" + OCR


def test_a_bankgiro_with_hyphen() -> None:
    content = file(start(), section("991-2346"), payment(100, OCR, sender="5050-1055"), deposit(100, 1), end(1))
    noted(content, "hyphen")
    (one,) = accepted(content).deposits
    assert (one.account, one.payments[0].payer_account) == ("9912346", "50501055")


def test_a_sender_with_a_wrong_check_digit_is_nothing_to_refuse() -> None:
    assert accepted(file(start(), section("1234567"), payment(100, OCR, sender="97012333"), deposit(100, 1), end(1)))


def test_an_organisation_number_of_eleven_digits() -> None:
    noted(simple("2900550000432".ljust(80)), "twelve digits")


def test_a_test_file_says_so() -> None:
    noted(file(start("T"), section(), payment(100, OCR), deposit(100, 1), end(1)), "test")


def test_a_kind_of_note_is_one_note_however_often_it_happens() -> None:
    many = [payment(100, OCR, serial="")] * 500
    notes = accepted(file(start(), section(), *many, deposit(50_000, 500), end(500))).notes
    assert notes == ("Payments without a serial number: 500, first line 3. They are recognised by the file's content.",)


def test_problems_are_counted_beyond_a_thousand() -> None:
    problems = read_bank_file(file(start(), *["hej"] * 3_000)).problems
    assert len(problems) == 1_001 and "2001" in problems[-1].message


def test_messages_in_swedish() -> None:
    content = file(start(), section(), payment(10_000, OCR), deposit(1_000_050, 1), end(1), line_end="\n")
    result = read_bank_file(content, "sv")
    assert "Insättningen är 10\u00a0000,50, men dess betalningar" in result.problems[0].message
    assert result.notes == ("Raderna slutar med LF i stället för CR LF.",)
