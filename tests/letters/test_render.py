"""The letters as PDF: tagged and archivable, the same bytes, nothing outside its place."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from fordran.core.problems import Refused
from fordran.letters import render
from fordran.letters.look import letter_text, page_count, render_png
from fordran.letters.render import Paper, render_letter, render_many
from fordran.process.letter import LetterContent, PaySlip
from tests.letters.letter_cases import HOSTILE, KINDS, hostile, in_euro, joint, letter
from tests.letters.pdfcheck import problems

MILLIMETRE = 72 / 25.4


def squeezed(text: str) -> str:
    """Without any space: where a line breaks, and what a reader makes of a narrow space, is not what we test."""
    return re.sub(r"[\s\u2010\u00ad\u2011\x02\ufffe]+|(?<=\w)-\r?\n", "", text)


def boxes(pdf: bytes) -> list[tuple[int, float, float, float, float]]:
    """Each text run: page, left, top, right, bottom in millimetres from the sheet's upper left corner."""
    found = []
    with pypdfium2.PdfDocument(pdf) as document:
        for number, page in enumerate(document, 1):
            text, height = page.get_textpage(), page.get_height()
            for index in range(text.count_rects()):
                left, bottom, right, top = text.get_rect(index)
                edges = (left, height - top, right, height - bottom)
                found.append((number, *(edge / MILLIMETRE for edge in edges)))
    return found


def codes(pdf: bytes) -> list[str]:
    """The QR codes that a reader finds on the last page, as printed."""
    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[len(document) - 1].render(scale=2.5, grayscale=True)
        pixels = bytes(picture.buffer)  # the reader keeps no hold of it: it must outlive the view
        view = zxingcpp.ImageView(pixels, picture.width, picture.height, zxingcpp.ImageFormat.Lum, picture.stride)
        return [found.text for found in zxingcpp.read_barcodes(view, zxingcpp.BarcodeFormat.QRCode)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("mode", "language"), [("own", "sv"), ("agency", "en")])
def test_every_letter_is_tagged_and_archivable_and_fills_one_page(kind: str, mode: str, language: str) -> None:
    pdf = render_letter(letter(kind, mode, language))
    assert problems(pdf, language) == []
    assert page_count(pdf) == 1


@pytest.mark.parametrize("content", [joint(7), hostile(), in_euro(), letter("demand", draft=True)])
def test_unusual_letters_are_tagged_and_archivable_too(content: LetterContent) -> None:
    assert problems(render_letter(content), content.language) == []


def test_the_same_letter_gives_the_same_bytes_in_another_process() -> None:
    here = render_letter(letter("demand"))
    assert render_letter(letter("demand")) == here
    program = (
        "import hashlib; from tests.letters.letter_cases import letter; from fordran.letters.render import render_letter;"
        "print(hashlib.sha256(render_letter(letter('demand'))).hexdigest())"
    )
    root = Path(__file__).parents[2]
    there = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert there.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_another_day_gives_another_file() -> None:
    one = letter("confirmation")
    assert render_letter(one) != render_letter(replace(one, dated_on=date(2026, 11, 13)))


def test_many_letters_come_in_their_order_from_several_processes() -> None:
    contents = [letter("notice", number=f"2026-{i:06}", recipient=replace(letter("notice").recipient, name=f"Namn {i}"))
                for i in range(9)]  # fmt: skip
    alone = list(render_many(contents))
    assert list(render_many(iter(contents), workers=2)) == alone
    assert ["Namn 3" in letter_text(pdf) for pdf in alone].index(True) == 3


def test_the_swish_code_reads_back_as_the_slip_says() -> None:
    assert codes(render_letter(letter("demand"))) == ["C1231181189;9051,16;202600418729;0"]


def test_there_is_no_swish_code_without_a_number_or_in_another_currency() -> None:
    assert codes(render_letter(letter("demand", pay=PaySlip("202600418729", "50501055")))) == []
    euro = render_letter(in_euro())
    assert codes(euro) == []
    assert "Swish" not in letter_text(euro)


def test_a_debt_in_euro_shows_both_sums_and_never_their_total() -> None:
    text = letter_text(render_letter(in_euro()))
    assert "10,811.16\u00a0EUR and 240.00\u00a0SEK" in text or "10,811.16 EUR and 240.00 SEK" in text.replace("\u00a0", " ")
    assert "11,051" not in text


def test_the_address_stands_in_the_window_alone() -> None:
    for content in (letter("demand", "agency"), hostile(), joint(3)):
        inside = [box for box in boxes(render_letter(content))
                  if box[0] == 1 and box[3] > 109 and box[1] < 199 and box[4] > 43 and box[2] < 73]  # fmt: skip
        assert inside
        assert all(box[1] >= 114.5 and box[3] <= 194 and box[2] >= 46 and box[4] <= 69 for box in inside), inside


def test_the_window_can_be_moved() -> None:
    moved = render_letter(letter("notice"), Paper(address_x_mm=100, address_y_mm=50))
    assert any(abs(box[1] - 100) < 0.5 and box[2] > 49 for box in boxes(moved))


def test_nothing_runs_out_of_the_sheet() -> None:
    for content in (letter("demand", "agency"), hostile(), joint(7), in_euro()):
        for page, left, top, right, bottom in boxes(render_letter(content)):
            assert left >= 19.5 and right <= 194 and top >= 12 and bottom <= 295, (page, left, top, right, bottom)


def test_hostile_names_are_printed_as_they_are() -> None:
    text = squeezed(letter_text(render_letter(hostile())))
    assert squeezed(HOSTILE) in text
    assert "ŁukaszŠimon" in text
    assert "9" * 80 in text


def test_a_long_joint_letter_repeats_its_table_head_and_has_one_slip_on_the_last_page() -> None:
    pdf = render_letter(joint(12))
    pages = page_count(pdf)
    assert pages >= 4
    with pypdfium2.PdfDocument(pdf) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    assert [text.count("Skulden avser") for text in texts[:3]] == [1, 1, 1]
    assert ["OCR-nummer" in text for text in texts] == [False] * (pages - 1) + [True]
    for number, text in enumerate(texts, 1):
        assert f"Sida {number} av {pages}" in text
    assert len(codes(pdf)) == 1


def test_a_draft_says_so_across_the_page_and_in_words() -> None:
    for language, mark in (("sv", "UTKAST"), ("en", "DRAFT")):
        content = letter("reminder", language=language)
        text = letter_text(render_letter(replace(content, draft=True)))
        assert mark in text
        assert mark not in letter_text(render_letter(content))
        assert page_count(render_letter(replace(content, draft=True))) == 1


def test_the_page_as_picture_is_a_png_of_a4() -> None:
    pdf = render_letter(letter("notice"))
    png = render_png(pdf, 1, dots_per_inch=72)
    assert png.startswith(b"\x89PNG")
    assert (int.from_bytes(png[16:20]), int.from_bytes(png[20:24])) == (596, 842)
    with pytest.raises(IndexError):
        render_png(pdf, 2)


def test_a_missing_font_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(render, "FONTS", tmp_path)
    render._fonts.cache_clear()
    try:
        with pytest.raises(Refused, match="make setup"):
            render._fonts()
    finally:
        render._fonts.cache_clear()


def test_an_unknown_template_is_refused() -> None:
    for template in ("99", "../1"):
        with pytest.raises(ValueError, match="no letter template"):
            render_letter(letter("notice", template=template))
