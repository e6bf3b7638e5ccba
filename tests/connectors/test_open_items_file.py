"""A file of open items keeps the part of every ERP's contract that is about reading."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from fordran.connectors.open_items_file.source import OpenItemsFile, OpenItemsFileSettings
from fordran.ports.errors import Malformed, Unavailable
from fordran.sandbox.book import Book
from tests.connectors.erp_contract import SourceContract, Stage, people
from tests.connectors.erp_surroundings import TestTime, pages

HEADERS = (
    "Fakturanr Kundnr Kundnamn Adress Adress2 Postnr Ort Orgnr Fakturadatum Förfallodatum Belopp Restbelopp Valuta OCR"
    " Fakturatext Krediterar Typ"
).split()


def export(book: Book, path: Path) -> None:
    """The open items as an accounting system writes them: kronor with a comma, semicolons, a mark of its encoding."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADERS)
        for document in book.documents.values():
            if document.status != "open":
                continue
            party = book.parties[document.party]
            place, kind = party.place, "Kreditfaktura" if document.kind == "credit_note" else "Faktura"
            who = [party.number, party.name, place.street, place.street2, place.postcode, place.town, party.identity]
            sums = [kronor(document.amount), kronor(document.balance), document.currency]
            told = [document.ocr, document.text, document.credits, kind]
            writer.writerow([document.number, *who, document.issued, document.due, *sums, *told])


def kronor(ore: int) -> str:
    return f"{ore // 100},{ore % 100:02}"


class TestOpenItemsFile(SourceContract):
    @pytest.fixture
    def stage(self, tmp_path: Path) -> Iterator[Stage]:
        clock = TestTime()
        book = Book("t", "Granholms Bygg & Rör AB", "5566778899", clock.local)
        people(book)
        path = tmp_path / "reskontra.csv"

        def source() -> OpenItemsFile:
            return OpenItemsFile(OpenItemsFileSettings(str(path), page_size=10))

        yield Stage(source(), book, clock, source, refresh=lambda: export(book, path))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "reskontra.csv"


def source(file: Path) -> OpenItemsFile:
    return OpenItemsFile(OpenItemsFileSettings(str(file), page_size=2))


def test_the_same_file_tells_nothing_anew_and_another_tells_everything(file: Path) -> None:
    file.write_text("Fakturanr;Kundnamn;Förfallodatum;Restbelopp\n1;Åke;2026-10-31;10,00\n2;Åke;2026-10-31;20,00\n")
    since = list(pages(lambda place: source(file).items("", place)))[-1].since
    assert source(file).items(since).records == ()
    file.write_text("Fakturanr;Kundnamn;Förfallodatum;Restbelopp\n2;Åke;2026-10-31;20,00\n")
    assert [item.number for item in source(file).items(since).records] == ["2"]


def test_a_place_in_the_file_of_yesterday_is_refused(file: Path) -> None:
    rows = "".join(f"{n};Åke;2026-10-31;10,00\n" for n in range(5))
    file.write_text(f"Fakturanr;Kundnamn;Förfallodatum;Restbelopp\n{rows}")
    place = source(file).items().place
    assert place
    file.write_text(f"Fakturanr;Kundnamn;Förfallodatum;Restbelopp\n{rows}9;Åke;2026-10-31;10,00\n")
    with pytest.raises(Malformed):
        source(file).items("", place)


def test_a_row_that_cannot_be_read_is_refused_with_its_number_and_stops_no_other(file: Path) -> None:
    file.write_text("Fakturanr;Kundnamn;Förfallodatum;Restbelopp\n1;Åke;2026-10-31;10,00\n2;Åke;2026-13-31;20,00\n")
    page = source(file).items()
    assert [item.number for item in page.records] == ["1"]
    assert [(problem.number, problem.field) for problem in page.refused] == [("2", "due")]


def test_no_file_is_unavailable_and_a_file_of_something_else_malformed(file: Path) -> None:
    with pytest.raises(Unavailable):
        source(file).items()
    file.write_text("hej\n")
    with pytest.raises(Malformed):
        source(file).customers()
