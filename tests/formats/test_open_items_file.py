"""Whole files: what is guessed, what is read, what is refused and why."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fordran.core.problems import Refused
from fordran.formats.open_items import FIELDS, LedgerFile, OpenItem, ReadOptions, read_open_items
from fordran.formats.open_items.headers import parse_mapping

SAMPLES = Path(__file__).parents[2] / "samples" / "open-items"
HEAD = "Fakturanr;Kundnr;Kundnamn;Förfallodatum;Restbelopp"
ROW = "1;K1;Åke;2026-10-01;100,00"


def read(text: str, encoding: str = "utf-8", **options: object) -> LedgerFile:
    return read_open_items(text.encode(encoding), "lista.csv", ReadOptions(**options))  # type: ignore[arg-type]


def only(text: str, **options: object) -> OpenItem:
    ledger = read(text, **options)
    assert not ledger.refused
    (item,) = ledger.items
    return item


def problems(ledger: LedgerFile) -> list[tuple[int, str]]:
    return [(problem.row, problem.field) for problem in ledger.refused]


def sample(name: str, **options: object) -> LedgerFile:
    return read_open_items((SAMPLES / name).read_bytes(), name, ReadOptions(**options))  # type: ignore[arg-type]


# ---- the samples


def test_a_swedish_excel_list_with_title_and_sum_row() -> None:
    ledger = sample("reskontra-excel.csv")
    assert (ledger.format.encoding, ledger.format.delimiter, ledger.format.header_row) == ("cp1252", ";", 4)
    assert ledger.refused == () and ledger.rows == ledger.accepted == 7
    assert ledger.items[0].customer == "Åkes Rör & Värme AB" and ledger.items[0].open == 1_245_000
    assert ledger.items[0].row == 5 and ledger.items[0].postcode == "583 32"
    assert ledger.items[-1].kind == "credit" and ledger.items[-1].open == 50_000
    assert ledger.totals["SEK"].invoices == 6 and ledger.totals["SEK"].credits == 1
    assert any("12" in note for note in ledger.notes), "the sum row is told of"


def test_an_english_list_with_day_first_dates_and_three_currencies() -> None:
    ledger = sample("open-items-english.csv")
    assert ledger.format.dates == {"due": "dmy", "issued": "dmy"}
    assert ledger.items[1].due == date(2026, 10, 1) and ledger.items[1].open == 48_050 and ledger.items[1].country == "NO"
    assert ledger.items[2].open == 1_230_000 and ledger.items[4].kind == "credit"
    assert ledger.as_dict()["totals"] == {
        "EUR": {"invoices": 2, "open_minor": 173_050},
        "GBP": {"invoices": 1, "open_minor": 1_230_000},
        "SEK": {"invoices": 1, "open_minor": 812_500},
    }
    assert ledger.unknown_columns == ("PO number",)


def test_unicode_text_from_excel_with_tabs_and_marks() -> None:
    ledger = sample("oppna-poster-unicode.txt")
    assert (ledger.format.encoding, ledger.format.delimiter) == ("utf-16", "\t")
    assert [item.open for item in ledger.items] == [1_240_000, 123_400, 89_900, 450_050]
    assert [item.due_agreed for item in ledger.items] == [True, True, False, False]
    assert ledger.items[0].due == date(2026, 8, 24) and ledger.items[2].class_ == "Privat"
    assert ledger.items[2].customer_id == "gustav ähl|"


def test_a_workbook_with_real_dates_and_numbers_on_its_second_sheet() -> None:
    ledger = sample("oppna-poster.xlsx")
    assert (ledger.format.kind, ledger.format.sheet, ledger.format.header_row) == ("xlsx", "Öppna poster", 3)
    assert [item.open for item in ledger.items] == [431_250, 89_990, 250_025, 120_000]
    assert ledger.items[0].invoice == "30001" and ledger.items[0].customer_id == "501"
    assert ledger.items[0].due == date(2026, 9, 2) and ledger.items[0].postcode == "411 05"
    assert ledger.items[1].identity.isdigit() and len(ledger.items[1].identity) == 12
    assert ledger.items[0].row == 4 and ledger.refused == ()


def test_the_headers_of_visma_net() -> None:
    ledger = sample("visma-net-style.csv")
    assert ledger.mapping["customer"] == "Customer name" and ledger.mapping["customer_id"] == "Customer"
    assert [item.kind for item in ledger.items] == ["invoice", "credit", "invoice", "invoice", "credit"]
    assert ledger.items[2].open == 700_050 and ledger.items[2].amount == 2_200_050 and ledger.items[2].class_ == "STD"


def test_the_headers_of_fortnox() -> None:
    ledger = sample("fortnox-style.csv")
    assert (ledger.mapping["amount"], ledger.mapping["open"]) == ("Total", "Saldo")
    assert ledger.unknown_columns == ("Er referens", "Slutbetald")
    assert [item.open for item in ledger.items] == [625_000, 124_050, 0]


def test_every_field_by_its_own_name() -> None:
    ledger = sample("all-fields.csv")
    assert ledger.mapping == {field: field for field in FIELDS}
    first, second, credit = ledger.items
    assert (first.debtor, first.claim, first.due_agreed, str(first.interest_rate)) == ("business", "goods_services", True, "12")
    assert (first.reminded, first.reminded_fee, first.terms_agreed) == (date(2026, 10, 8), 6000, date(2026, 1, 1))
    assert (second.due_agreed, second.interest_text) == (False, True)
    assert (credit.kind, credit.credits, credit.open) == ("credit", "9002", 25_000)


def test_a_broken_file_loses_its_bad_rows_only_and_says_why_of_each() -> None:
    ledger = sample("broken.csv")
    assert [item.invoice for item in ledger.items] == ["7001", "7007", "7008", "7015"]
    assert problems(ledger) == [
        (3, "invoice"), (4, "due"), (5, "due"), (6, "customer"), (6, "open"), (7, "open"), (7, "amount"), (10, "reference"),
        (10, "country"), (11, "invoice"), (12, "invoice"), (14, ""), (15, "due"), (16, "currency"), (16, "email"),
    ]  # fmt: skip
    assert ledger.rows == ledger.accepted + len({problem.row for problem in ledger.refused}) == 15
    assert next(p.invoice for p in ledger.refused if p.row == 4) == "7003", "its number is known although the row is refused"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.*[tvx]")), ids=lambda path: path.name)
def test_a_sample_reads_the_same_twice(path: Path) -> None:
    assert sample(path.name) == sample(path.name)


# ---- encodings and separators


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp850", "mac_roman"])
def test_swedish_letters_survive_every_encoding(encoding: str) -> None:
    text = f"{HEAD}\r\n1;K1;Åsa Öhrn på Ängen;2026-10-01;100,00\r\n2;K2;Håkan Sjöström;2026-10-02;200,00\r\n"
    names = [item.customer for item in read(text, encoding).items]
    assert names == ["Åsa Öhrn på Ängen", "Håkan Sjöström"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_every_separator_is_found(delimiter: str) -> None:
    ledger = read(f"{HEAD}\n1;K1;Åke;2026-10-01;100.00\n".replace(";", delimiter))
    assert ledger.format.delimiter == delimiter and ledger.items[0].open == 10_000


def test_the_line_that_tells_excel_the_separator_counts_as_a_row() -> None:
    ledger = read(f"sep=|\n{HEAD}\n{ROW}\n".replace(";", "|"))
    assert ledger.items[0].row == 3


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending(ending: str) -> None:
    assert read(f"{HEAD}{ending}{ROW}{ending}").items[0].row == 2


def test_rows_are_numbered_as_the_spreadsheet_does() -> None:
    ledger = read(f'{HEAD}\n\n1;K1;"Åke\nandra raden";2026-10-01;1\n\n2;K2;Bo;2026-10-01;2\n')
    assert [(item.row, item.customer) for item in ledger.items] == [(3, "Åke andra raden"), (5, "Bo")]


def test_excels_way_to_keep_leading_zeros_is_plain_text() -> None:
    assert only(f'{HEAD}\n="00123";K1;Åke;2026-10-01;1\n').invoice == "00123"


def test_formulas_are_text_and_stay_text() -> None:
    item = only(f"{HEAD}\n1;K1;=HYPERLINK(1);2026-10-01;1\n")
    assert item.customer == "=HYPERLINK(1)"


# ---- headers


def test_headers_do_not_care_for_case_spaces_marks_and_accents() -> None:
    ledger = read("FAKTURA-NR.;kund nr;KUNDNAMN;Forfallo datum;Rest belopp\n" + ROW)
    assert set(ledger.mapping) == {"invoice", "customer_id", "customer", "due", "open"}


def test_the_person_overrides_a_guess() -> None:
    text = "Fakturanr;Namn;Förfallodatum;Restbelopp;Kvar\n1;Åke;2026-10-01;5;9"
    assert only(text, mapping=(("open", "kvar"),)).open == 900


def test_an_empty_header_takes_a_guess_away() -> None:
    text = HEAD + ";Typ\n" + ROW + ";invoice"
    ledger = read(text, mapping=parse_mapping(["kind="]))
    assert "kind" not in ledger.mapping and ledger.unknown_columns == ("Typ",)


@pytest.mark.parametrize(
    ("mapping", "field"),
    [("foo=Kundnamn", "foo"), ("open=Finns inte", "open"), ("open", "--map"), ("=x", "--map")],
)
def test_a_mapping_that_points_nowhere_is_refused(mapping: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        read(f"{HEAD}\n{ROW}", mapping=parse_mapping([mapping]))
    assert refused.value.problems[0].field == field


def test_a_field_pointed_out_twice_is_refused() -> None:
    with pytest.raises(Refused):
        parse_mapping(["open=a", "open=b"])


def test_two_equal_headers_for_one_field_are_a_question() -> None:
    with pytest.raises(Refused) as refused:
        read("Fakturanr;Namn;Förfallodatum;Restbelopp;Restbelopp\n1;Åke;2026-10-01;5;9")
    assert refused.value.problems[0].field == "open" and "--map" in refused.value.problems[0].message


def test_the_better_of_two_headers_wins_and_the_other_is_listed() -> None:
    ledger = read("Fakturanr;Kundnamn;Förfallodatum;Restbelopp;Saldo\n1;Åke;2026-10-01;5;9")
    assert ledger.mapping["open"] == "Restbelopp" and ledger.unknown_columns == ("Saldo",)


def test_belopp_alone_is_never_taken_for_what_is_left_to_pay() -> None:
    with pytest.raises(Refused) as refused:
        read("Fakturanr;Kundnamn;Förfallodatum;Belopp\n1;Åke;2026-10-01;5")
    (problem,) = refused.value.problems
    assert problem.field == "open" and "Belopp" in problem.message


def test_every_missing_field_is_named() -> None:
    with pytest.raises(Refused) as refused:
        read("Fakturanr;Ort\n1;Lund")
    assert [problem.field for problem in refused.value.problems] == ["due", "open", "customer"]


def test_a_guess_that_no_value_supports_is_dropped() -> None:
    ledger = read(HEAD + ";Typ;Referens\n" + ROW + ";Stamkund;Eva\n2;K2;Bo;2026-10-01;1;Ny;Per")
    assert ledger.unknown_columns == ("Typ", "Referens") and ledger.accepted == 2


def test_a_contact_person_is_not_a_payment_reference() -> None:
    assert "reference" not in read(HEAD + ";Reference\n" + ROW + ";Eva Ros").mapping


# ---- rows


def test_a_missing_customer_number_becomes_the_identity_or_name_and_address() -> None:
    text = "Fakturanr;Namn;Förfallodatum;Saldo;Orgnr;Adress;Postnr;Ort\n"
    assert only(text + "1;Åke AB;2026-10-01;1;559999-0012;Gata 1;12345;Lund").customer_id == "5599990012"
    assert only(text + "1; Åke  AB;2026-10-01;1;;Gata 1;123 45;Lund").customer_id == "åke ab|gata 1 123 45 lund"


def test_a_missing_amount_is_the_open_sum_and_a_missing_currency_the_stated_one() -> None:
    item = only(f"{HEAD}\n{ROW}", currency="eur")
    assert (item.amount, item.currency, item.class_, item.kind) == (10_000, "EUR", "", "invoice")


def test_a_currency_written_in_the_sum_is_the_rows_when_no_column_says() -> None:
    assert only(f"{HEAD}\n1;K;Åke;2026-10-01;100 EUR").currency == "EUR"


def test_a_currency_that_contradicts_the_column_is_refused() -> None:
    ledger = read(HEAD + ";Valuta\n1;K;Åke;2026-10-01;100 kr;EUR\n2;K;Åke;2026-10-01;100 kr;NOK")
    assert problems(ledger) == [(2, "open")] and ledger.accepted == 1


def test_a_negative_sum_is_a_credit_without_sign() -> None:
    item = only(f"{HEAD};Belopp\n1;K;Åke;2026-10-01;-100;-300")
    assert (item.kind, item.open, item.amount) == ("credit", 10_000, 30_000)


def test_a_row_that_names_the_invoice_it_credits_is_a_credit() -> None:
    assert only(f"{HEAD};Krediterar\n9;K;Åke;2026-10-01;100;7").kind == "credit"
    assert only(f"{HEAD};Krediterar\n9;K;Åke;2026-10-01;100;0").kind == "invoice"
    assert problems(read(f"{HEAD};Krediterar;Fakturatyp\n9;K;Åke;2026-10-01;100;7;Faktura")) == [(2, "credits")]


def test_a_credit_without_due_date_takes_its_own_day() -> None:
    text = f"{HEAD};Fakturadatum\n9;K;Åke;;-100;2026-09-01\n8;K;Åke;;100;2026-09-01"
    ledger = read(text)
    assert ledger.items[0].due == date(2026, 9, 1) and problems(ledger) == [(3, "due")]


def test_more_open_than_the_invoice_is_refused_except_for_credits() -> None:
    text = f"{HEAD};Belopp;Fakturatyp\n" + "\n".join(
        f"{number};K;Åke;2026-10-01;{rest}" for number, rest in ((1, "200;100;faktura"), (2, "200;100;kredit"), (3, "5;-9;"))
    )
    assert problems(read(text)) == [(2, "open"), (4, "open")]


def test_a_settled_invoice_is_read_and_counted() -> None:
    ledger = read(f"{HEAD}\n1;K;Åke;2026-10-01;0,00")
    assert ledger.accepted == 1 and ledger.totals["SEK"].invoices == 1 and any("1" in note for note in ledger.notes)


def test_the_same_number_for_an_invoice_and_a_credit_is_no_duplicate() -> None:
    assert read(f"{HEAD}\n1;K1;Åke;2026-10-01;5\n1;K1;Åke;2026-10-01;-5").accepted == 2


def test_a_number_names_one_invoice_whoever_the_customer_is() -> None:
    assert read(f"{HEAD}\n1;K1;Åke;2026-10-01;5\n1;K2;Bo;2026-10-01;5").accepted == 0


def test_all_rows_of_a_duplicate_are_refused_and_name_each_other() -> None:
    ledger = read(f"{HEAD}\n{ROW}\n{ROW}\n{ROW}\n2;K1;Åke;2026-10-01;5")
    assert problems(ledger) == [(2, "invoice"), (3, "invoice"), (4, "invoice")] and ledger.accepted == 1
    assert "3" in ledger.refused[0].message and "2" in ledger.refused[1].message


def test_a_customer_called_summa_is_not_a_sum_row() -> None:
    assert only(f"{HEAD}\n1;K1;Summa Ekonomi AB;2026-10-01;5").customer == "Summa Ekonomi AB"


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("ja", True),
        ("JA", True),
        ("yes", True),
        ("1", True),
        ("x", True),
        ("sant", True),
        ("nej", False),
        ("no", False),
        ("0", False),
    ],
)
def test_yes_and_no(word: str, value: bool) -> None:
    ledger = read(f"{HEAD};due_agreed\n{ROW};{word}\n2;K;Bo;2026-10-01;1;ja\n3;K;Bo;2026-10-01;1;")
    assert ledger.items[0].due_agreed is value


def test_an_empty_yes_no_cell_says_nothing_except_where_only_marks_are_used() -> None:
    said = read(f"{HEAD};due_agreed\n{ROW};ja\n2;K;Bo;2026-10-01;1;")
    marked = read(f"{HEAD};due_agreed\n{ROW};x\n2;K;Bo;2026-10-01;1;")
    assert said.items[1].due_agreed is None and marked.items[1].due_agreed is False


@pytest.mark.parametrize(
    ("header", "good", "value", "bad"),
    [
        ("country", "Norge", "NO", "Narnia"),
        ("country", "uk", "GB", "XX"),
        ("language", "Svenska", "sv", "klingon"),
        ("language", "en-GB", "en", "e"),
        ("debtor", "Privatperson", "consumer", "katt"),
        ("claim", "Hyra", "rent", "katt"),
        ("kind", "Kreditfaktura", "credit", "Räntefaktura"),
        ("email", "a@b.example; c@d.example", "a@b.example", "a@b"),
        ("currency", "kr", "SEK", "kronan"),
        ("postcode", "SE-12345", "123 45", "1" * 17),
        ("identity", "19800101-9812", "198001019812", "1,98E+11"),
        ("reference", "1 234 567", "1 234 567", "1,2E+10"),
    ],
)
def test_words_become_codes_or_the_cell_is_refused(header: str, good: str, value: str, bad: str) -> None:
    ledger = read(f'{HEAD};{header}\n{ROW};"{good}"\n2;K;Bo;2026-10-01;1;{bad}')
    assert getattr(ledger.items[0], header) == value
    assert problems(ledger) == [(3, header)]


def test_torn_rows_are_refused_with_the_likely_cause() -> None:
    ledger = read("Invoice,Customer,Due date,Open\n1,Bo,2026-10-01,1234,50\n2,Bo,2026-10-01,99\n")
    assert problems(ledger) == [(2, "")] and ledger.accepted == 1


def test_control_characters_never_reach_a_letter() -> None:
    assert only(f"{HEAD}\n1;K;Å\u202eke\x07 \u200bAB;2026-10-01;1").customer == "Åke AB"


def test_no_identity_number_is_repeated_in_a_message() -> None:
    ledger = read(f"{HEAD}\n1;K;Åke;19800101-9812;1\n2;K;Åke;2026-10-01;800101-9812 kr\n")
    assert len(ledger.refused) == 2
    assert not any("9812" in problem.message for problem in ledger.refused)


def test_messages_come_in_swedish_and_english() -> None:
    assert read(f"{HEAD}\n1;K;Åke;x;1\n{ROW}", lang="sv").refused[0].message == "“x” är inget datum. Skriv ÅÅÅÅ-MM-DD."
    larger = f"{HEAD};Belopp\n1;K;Åke;2026-10-01;200;100\n{ROW};"
    assert "200,00" in read(larger, lang="sv").refused[0].message and "200.00" in read(larger, lang="en").refused[0].message
    assert "is not a date" in read(f"{HEAD}\n1;K;Åke;x;1\n{ROW}", lang="en").refused[0].message


# ---- options


def test_unclear_dates_refuse_the_file_until_the_order_is_stated() -> None:
    text = f"{HEAD}\n1;K;Åke;03/04/2026;1"
    with pytest.raises(Refused) as refused:
        read(text)
    assert refused.value.problems[0].field == "due" and "--dates" in refused.value.problems[0].message
    assert only(text, dates="dmy").due == date(2026, 4, 3)
    assert only(text, dates="mdy").due == date(2026, 3, 4)


@pytest.mark.parametrize(("option", "field"), [({"currency": "kronor!"}, "--currency"), ({"dates": "ydm"}, "--dates")])
def test_an_option_that_cannot_be_is_refused(option: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refused:
        read(f"{HEAD}\n{ROW}", **option)
    assert refused.value.problems[0].field == field
