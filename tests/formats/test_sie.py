"""SIE 4 files, read back by a reader that shares nothing with the writer, and by one of others where it is installed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordran.core.problems import Refused
from fordran.formats.sie import SieAccount, SieFile, SieLine, SieVoucher, folded, write
from tests.vouchers.sie_reader import read

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
ACCOUNTS = (SieAccount("1510", "Kundfordringar"), SieAccount("1930", "Företagskonto"), SieAccount("3740", "Öresutjämning"))
LINES = (SieLine("1930", 100_037, "Ärende 2026-000001"), SieLine("1510", -100_000), SieLine("3740", -37, 'så kallad "rest"'))


def a_file(*vouchers: SieVoucher, **changes: object) -> SieFile:
    values: dict[str, object] = {
        "company": "Granholms Bygg & Rör AB", "organisation_number": "5560160680", "made_on": date(2026, 3, 1), "year": YEAR,
        "accounts": ACCOUNTS, "vouchers": vouchers or (SieVoucher("F", 1, date(2026, 2, 9), "Inbetalningar på krav", LINES),),
    }  # fmt: skip
    return SieFile(**{**values, **changes})  # type: ignore[arg-type]


def test_the_file_says_who_and_when_and_in_what_characters() -> None:
    data = write(a_file())
    found = read(data)
    assert found.one("#FLAGGA") == ["0"] and found.one("#FORMAT") == ["PC8"] and found.one("#SIETYP") == ["4"]
    assert found.one("#GEN") == ["20260301"] and found.one("#RAR") == ["0", "20260101", "20261231"]
    assert found.one("#ORGNR") == ["556016-0680"] and found.one("#FNAMN") == ["Granholms Bygg & Rör AB"]
    assert ["3740", "Öresutjämning"] in found.records["#KONTO"]
    assert b"R\x94r" in data, "ö as code page 437 has it"
    assert data.startswith(b"#FLAGGA 0\r\n")


def test_vouchers_come_back_to_the_ore_with_their_texts() -> None:
    [voucher] = read(write(a_file())).vouchers
    assert (voucher.series, voucher.number, voucher.on, voucher.text) == ("F", "1", "20260209", "Inbetalningar på krav")
    assert voucher.lines == [
        ("1930", Decimal("1000.37"), "Ärende 2026-000001"), ("1510", Decimal("-1000.00"), ""),
        ("3740", Decimal("-0.37"), 'så kallad "rest"'),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": LINES[:2]}, "amount"),
        ({"lines": ()}, "lines"),
        ({"on": date(2027, 1, 1)}, "on"),
        ({"lines": (SieLine("1999", 1), SieLine("1930", -1))}, "account"),
    ],
)
def test_what_no_program_should_take_in_is_refused(change: dict[str, object], field: str) -> None:
    values: dict[str, object] = {"series": "F", "number": 1, "on": date(2026, 2, 9), "text": "x", "lines": LINES, **change}
    with pytest.raises(Refused) as refused:
        write(a_file(SieVoucher(**values)))  # type: ignore[arg-type]
    assert {p.field for p in refused.value.problems} == {field} and refused.value.problems[0].record == "F1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Åsa Öst & Ärlig", "Åsa Öst & Ärlig"),
        ("Łódź – 5 €", "Lódz - 5 EUR"),
        ("Søren\nÐ", "Soren D"),
        ("信", "?"),
        ("½ Ñ", "½ Ñ"),
    ],
)
def test_what_code_page_437_lacks_is_said_otherwise(text: str, said: str) -> None:
    assert folded(text) == (said, said != text)


@given(
    st.lists(
        st.tuples(st.lists(st.integers(-(10**12), 10**12).filter(bool), min_size=1, max_size=5), st.text(max_size=30)), max_size=8
    )
)
def test_any_vouchers_come_back_with_the_same_sums(told: list[tuple[list[int], str]]) -> None:
    vouchers = [
        SieVoucher("F", n, date(2026, 5, 5), text, [*(SieLine("1930", m, text) for m in sums), SieLine("1510", -sum(sums), text)])
        for n, (sums, text) in enumerate(told, 1)
    ]
    found = read(write(a_file(*vouchers, vouchers=tuple(vouchers))))
    assert [[line[1] * 100 for line in v.lines] for v in found.vouchers] == [[x.amount_minor for x in v.lines] for v in vouchers]
    assert [v.text for v in found.vouchers] == [folded(text)[0].replace("\\", "/") for _, text in told]


def test_a_reader_by_others_reads_the_same_sums(tmp_path: Path) -> None:
    """PyPI's pysie-accounting, where it is installed; it asks for a table of tax codes and for pandas."""
    pysie = pytest.importorskip("pysie_accounting.pysie", reason="pysie-accounting is not installed here")
    path, codes = tmp_path / "f.si", tmp_path / "codes.csv"
    voucher = SieVoucher("F", 1, date(2026, 2, 9), "Inbetalningar på krav", LINES, made_on=date(2026, 2, 10))
    path.write_bytes(write(a_file(voucher)))
    codes.write_text("SRU,Ink2\n7000,2.1\n")
    reader = pysie.PySIE()
    reader.sie_encoding = "cp437"
    reader.open_trans(str(codes))
    reader.open(str(path))
    assert reader.fnamn == "Granholms Bygg & Rör AB"
    assert [float(amount) for _, _, amount in reader.verifikat["1"][3]] == [1000.37, -1000.0, -0.37]
