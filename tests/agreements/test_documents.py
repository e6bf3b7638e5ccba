"""The texts of agreements, and the document made of them."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import pikepdf
import pytest

from fordran.agreements import documents
from fordran.agreements.documents import KINDS, Parties, current, paper, texts
from fordran.core.problems import Refused

PARTIES = Parties("Granholms Bygg & Rör AB", "559871-0209", "Kravkontoret Mälarstrand AB", "559923-4571")
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_company_gets_the_same_bytes_and_another_company_others(kind: str) -> None:
    text = current(kind, TODAY)
    first = paper(text, PARTIES)
    documents._pdf.cache_clear()
    assert paper(text, PARTIES).pdf == first.pdf
    assert paper(text, Parties("Annat AB", "556016-0680")).sha256 != first.sha256


@pytest.mark.parametrize(("kind", "pages"), [("agency", range(2, 5)), ("own", range(1, 2))])
def test_the_document_is_tagged_archivable_swedish_and_no_longer_than_it_need_be(kind: str, pages: range) -> None:
    with pikepdf.open(io.BytesIO(paper(current(kind, TODAY), PARTIES).pdf)) as pdf:
        assert len(pdf.pages) in pages
        assert pdf.Root.MarkInfo.Marked and str(pdf.Root.Lang).startswith("sv")
        with pdf.open_metadata() as said:
            assert said["pdfuaid:part"] == "1" and said["pdfaid:part"] == "2"


def test_a_company_may_be_called_anything() -> None:
    odd = Parties('{office} *"#let x = 1" [x](https://example.com) </p> - AB', "556016-0680", "", "")
    assert paper(current("agency", TODAY), odd).pdf.startswith(b"%PDF")
    assert "{company}" not in documents.body(current("agency", TODAY), odd, "sv")


@pytest.mark.parametrize("kind", KINDS)
def test_each_text_has_a_translation_with_the_same_headings_and_as_many_points(kind: str) -> None:
    for text in texts(kind):
        swedish, english = text.bodies["sv"], text.bodies["en"]
        numbers = [re.findall(r"^## (\d+)\.", body, re.M) for body in (swedish, english)]
        points = [len(re.findall(r"^- ", body, re.M)) for body in (swedish, english)]
        assert numbers[0] == numbers[1] == [str(n + 1) for n in range(len(numbers[0]))]
        assert points[0] == points[1]


def test_a_version_begins_on_its_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, day in ((1, "2026-01-01"), (2, "2026-06-01")):
        head = f'+++\nkind = "own"\nversion = {number}\nfrom = {day}\ntitle = "Villkor"\n+++\n\n## 1. Allt\n\nText.\n'
        (tmp_path / f"own-{number}.sv.md").write_text(head)
    monkeypatch.setenv("FORDRAN_AGREEMENTS", str(tmp_path))
    assert [current("own", date(2026, *day)).version for day in ((1, 1), (5, 31), (6, 1))] == [1, 1, 2]
    assert current("own", date(2025, 1, 1)).version == 1
    assert current("own", date(2026, 6, 1)).last_day == date(2026, 7, 1)
    with pytest.raises(Refused):
        current("agency", TODAY)


@pytest.mark.parametrize(
    ("name", "content", "field"),
    [
        ("own-1.sv.md", "Utan huvud", ""),
        ("own-1.en.md", '+++\nkind = "own"\nversion = 1\nfrom = 2026-01-01\ntitle = "Terms"\n+++\n', ""),
        ("own-1.sv.md", '+++\nkind = "own"\nversion = 2\nfrom = 2026-01-01\ntitle = "V"\n+++\n', "version"),
        ("own-1.sv.md", '+++\nkind = "own"\nversion = 1\nfrom = "snart"\ntitle = "V"\n+++\n', "from"),
        ("villkor.md", "Text", "FORDRAN_AGREEMENTS"),
    ],
)
def test_a_text_that_is_not_as_it_should_be_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str, field: str
) -> None:
    (tmp_path / name).write_text(content)
    monkeypatch.setenv("FORDRAN_AGREEMENTS", str(tmp_path))
    with pytest.raises(Refused) as refused:
        texts("own")
    assert refused.value.problems[0].field == field
