"""Files that are not what they say, or mean harm: a plain refusal, never a crash and never a full memory."""

from __future__ import annotations

import io
import resource
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fordran.core.problems import Refused
from fordran.formats.open_items import LedgerFile, ReadOptions, read_open_items
from tests.formats.workbooks_by_hand import rows, workbook

SAMPLES = {path.name: path.read_bytes() for path in (Path(__file__).parents[2] / "samples" / "open-items").glob("*.*[tvx]")}
HEAD = ("Fakturanr", "Kundnamn", "Förfallodatum", "Restbelopp")
TEXT = "Fakturanr;Kundnamn;Förfallodatum;Restbelopp\n"


def message(content: bytes, **options: object) -> str:
    with pytest.raises(Refused) as refused:
        read_open_items(content, "fil", ReadOptions(**options))  # type: ignore[arg-type]
    assert all(problem.message for problem in refused.value.problems)
    return refused.value.problems[0].message


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG"),
        (b"<!DOCTYPE html><table><tr><td>Fakturanr</table>", "HTML"),
        (b"<?xml version='1.0'?><Workbook/>", "XML"),
        (b'{"invoices": []}', "JSON"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
        (b"PK\x03\x04 not a workbook", "damaged"),
        (bytes(range(256)) * 20, "binary"),
        (b"Fakturanr;Kund\n1;\0\0\0", "binary"),
        (TEXT.encode(), "no rows"),
        (b"hej\nhopp", "headers"),
    ],
)
def test_what_is_no_list_is_refused_in_plain_words(content: bytes, part: str) -> None:
    assert part in message(content)


def test_a_file_above_the_cap_is_refused_before_it_is_read() -> None:
    assert "25 MB" in message(b"x" * 25_000_001)


def test_too_many_columns() -> None:
    line = ";".join(["1", "Bo", "2026-10-01", "5", *["x"] * 200])
    assert "200" in message((TEXT + line).encode())


def test_a_quotation_mark_that_swallows_rows_refuses_the_file() -> None:
    swallowed = TEXT + '1;"Bo;2026-10-01;5\n2;Ek;2026-10-01;5\n3;"Al";2026-10-01;5\n'
    assert "row 2" in message(swallowed.encode())
    assert "row 2" in message((TEXT + '1;"Bo;2026-10-01;5\n2;Ek 19";2026-10-01;5\n').encode())
    assert "row 2" in message((TEXT + '1;"Bo;2026-10-01;5\n2;Ek;2026-10-01;5\n').encode())


def test_a_cell_longer_than_a_cell_can_be() -> None:
    assert "characters" in message((TEXT + "1;" + "x" * 40_000 + ";2026-10-01;5\n").encode())
    assert "characters" in message(workbook(rows(HEAD, ("1", "x" * 40_000, "2026-10-01", 5.0))))


def test_a_workbook_by_hand_is_read_with_and_without_cell_addresses() -> None:
    for addressed in (True, False):
        content = workbook(rows(HEAD, (17.0, "Bo & Co", 46296.0, 99.5), addressed=addressed))
        (item,) = read_open_items(content, "a.xlsx").items
        assert (item.invoice, item.customer, item.due.isoformat(), item.open) == ("17", "Bo & Co", "2026-10-01", 9950)


def test_a_number_that_a_spreadsheet_has_rounded_is_refused() -> None:
    ledger = read_open_items(workbook(rows((*HEAD, "OCR"), (17.0, "Bo", 46296.0, 99.5, 1.2345678901234568e19))), "a.xlsx")
    assert [problem.field for problem in ledger.refused] == ["reference"]


def test_numbers_that_are_none_are_refused_cells() -> None:
    sheet = rows(HEAD, (17.0, "Bo", 46296.0, 99.5)).replace("99.5", "nan").replace("46296.0", "inf")
    try:
        ledger = read_open_items(workbook(sheet), "a.xlsx")
    except Refused:
        return
    assert ledger.accepted == 0 and ledger.refused


FAR = '<row r="1"><c r="A1"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "far",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='1048576'><c s='1' r='XFD1048576'><v>1</v></c></row>",
        '<row r="999999"><c r="GR999999"><v>1</v></c></row>',
        '<row r="4000000000"><c><v>1</v></c></row>',
        '<!-- <c " --><row r="1048576"><c\n r =\n"XFD1048576"><v>1</v></c></row>',
        "<row>" + "<c><v>1</v></c>" * 300 + "</row>",
    ],
)
def test_two_cells_at_the_ends_of_the_sheet_do_not_fill_the_memory(far: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    message(workbook(FAR + far))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000, "kilobytes"


def test_a_zip_bomb_is_refused_before_it_unfolds() -> None:
    started = time.process_time()
    assert "grows" in message(workbook(rows(HEAD), more={"xl/media/image1.png": bytes(60_000_000)}))
    assert time.process_time() - started < 5


def test_a_size_that_lies_does_not_help() -> None:
    content = bytearray(workbook(rows(HEAD), more={"xl/sharedStrings.xml": b"<a/>" * 10_000_000}))
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")
    assert "grows" in message(bytes(content))


def test_too_many_entries() -> None:
    assert "grows" in message(workbook(rows(HEAD), more={f"x/{n}.xml": b"" for n in range(1001)}))


def test_one_long_text_repeated_by_every_cell_is_refused() -> None:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 90_000))
    noise = "".join(chr(97 + (n * n + n // 7) % 26) for n in range(30_000)).encode()
    assert "grows" in message(workbook(cells, more={"xl/sharedStrings.xml": b"<sst><si><t>" + noise + b"</t></si></sst>"}))


def test_a_workbook_without_its_parts_is_damaged() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("hej.txt", "hej")
    assert "damaged" in message(file.getvalue())


def test_days_counted_from_1904_are_not_guessed_at() -> None:
    sheet = rows(HEAD, (17.0, "Bo", 44834.0, 99.5))
    assert "1904" in message(workbook(sheet, book_properties='<workbookPr date1904="1"/>'))


def test_entities_are_not_unfolded() -> None:
    sheet = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]>' + rows(HEAD, ("1", "&b;", "2026-10-01", 5.0)).replace("&amp;b;", "&b;")
    try:
        read_open_items(workbook(sheet), "a.xlsx")
    except Refused:
        pass


@st.composite
def _mangled(draw: st.DrawFn) -> bytes:
    """A sample with some bytes changed, cut out, doubled or put in."""
    content = bytearray(SAMPLES[draw(st.sampled_from(sorted(SAMPLES)))])
    for _ in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, len(content) - 1)) if content else 0
        act = draw(st.sampled_from(["change", "cut", "double", "insert"]))
        if act == "change" and content:
            content[place] = draw(st.integers(0, 255))
        elif act == "cut":
            del content[place : place + draw(st.integers(1, 60))]
        elif act == "double":
            content[place:place] = content[place : place + draw(st.integers(1, 200))]
        else:
            content[place:place] = draw(
                st.sampled_from([b'"', b";", b"\n", b"\0", b"\xff", b"--", b"1e999", b",,", b"\x85", b"|"])
            )
    return bytes(content)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(_mangled(), st.sampled_from([None, "dmy", "mdy", "ymd"]), st.sampled_from(["sv", "en"]))
def test_a_mangled_file_is_read_or_refused(content: bytes, dates: str | None, lang: str) -> None:
    try:
        ledger = read_open_items(content, "fil", ReadOptions(dates=dates, lang=lang))
    except Refused as refused:
        assert refused.problems and all(problem.message for problem in refused.problems)
        return
    _check(ledger)


@settings(max_examples=200)
@given(st.binary(max_size=400) | st.text(alphabet="Fakturanr;Kund,Saldo\n\"'=0123-./ \té|", max_size=400).map(str.encode))
def test_junk_is_read_or_refused(content: bytes) -> None:
    try:
        _check(read_open_items(content, "fil"))
    except Refused:
        pass


def _check(ledger: LedgerFile) -> None:
    """What holds for every answer."""
    refused_rows = {problem.row for problem in ledger.refused}
    assert ledger.rows == ledger.accepted + len(refused_rows)
    assert not refused_rows & {item.row for item in ledger.items}
    for item in ledger.items:
        assert item.open >= 0 and item.amount >= 0 and item.invoice and item.customer and item.customer_id
        assert item.kind == "credit" or item.open <= item.amount
        assert len(item.currency) == 3
    assert sum(total.open_minor + total.credit_minor for total in ledger.totals.values()) == sum(i.open for i in ledger.items)
