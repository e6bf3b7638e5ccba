"""Debtors read their letters from paper: what they make of every kind of letter that the product prints."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fordran.letters.render import render_letter
from fordran.sandbox.market.mail import read_folder, read_letter
from tests.letters.letter_cases import DATES, KINDS, in_euro, joint, letter
from tests.sandbox.office import post


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("mode", "language"), [("own", "sv"), ("own", "en"), ("agency", "sv"), ("agency", "en")])
def test_a_debtor_reads_what_a_letter_says(kind: str, mode: str, language: str) -> None:
    made = letter(kind, mode, language)
    read = read_letter("x.pdf", render_letter(made))
    dated_on, last_day = DATES[kind]
    asked = sum(line.amount_minor for line in made.claims[0].lines)
    assert (read.kind, read.dated_on, read.invoices) == (kind, dated_on, ("26-10814",))
    assert read.recipient == ("Elin Åkerström-Hägg", "Lönnstigen 8 B", "923 45 Storås")
    if kind == "confirmation":
        assert read.asks == {} and read.ocr == ""
    else:
        assert (read.asks, read.last_day) == ({"SEK": asked}, last_day)
        assert (read.ocr, read.bankgiro, read.account("SEK")) == ("202600418729", "50501055", "50501055")


def test_a_letter_in_two_currencies_asks_for_both_and_euro_go_to_the_iban() -> None:
    read = read_letter("x.pdf", render_letter(in_euro()))
    assert read.asks == {"EUR": 10_811_16, "SEK": 240_00}
    assert (read.account("EUR"), read.account("SEK")) == ("SE3550000000054910000003", "50501055")


def test_a_letter_of_many_claims_over_several_pages_names_them_all() -> None:
    read = read_letter("x.pdf", render_letter(joint(14)))
    assert read.invoices == tuple(f"26-{11000 + n}" for n in range(14))
    assert read.asks == {"SEK": 14 * 9_051_16}


def test_the_folder_gives_each_letter_once_and_forgets_those_that_the_post_has_fetched(tmp_path: Path) -> None:
    names = [post(tmp_path, letter("reminder", number=f"L-{n}")) for n in (1, 2, 3)]
    (tmp_path / names[2]).unlink()
    assert [one.name for one in read_folder(tmp_path)] == sorted(names[:2])
    assert [one.name for one in read_folder(tmp_path, {names[0]})] == [names[1]]
    assert read_folder(tmp_path / "nothing here") == []


def test_a_letter_without_a_date_is_no_letter() -> None:
    with pytest.raises(ValueError, match="bears no date"):
        read_letter("x.pdf", _empty_pdf())


def _empty_pdf() -> bytes:
    import io

    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_days_in_a_letter_are_days() -> None:
    read = read_letter("x.pdf", render_letter(letter("demand", dated_on=date(2026, 2, 27), last_day=date(2026, 3, 9))))
    assert (read.dated_on, read.last_day) == (date(2026, 2, 27), date(2026, 3, 9))
