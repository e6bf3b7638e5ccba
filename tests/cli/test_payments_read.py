"""`fordran payments read`: always the same object, exit 2 for a file that would be refused, nothing stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fordran.cli.main import run

SAMPLES = Path(__file__).parents[2] / "samples" / "bank"
KEYS = {"format", "version", "deposits", "control_totals_agree", "problems", "notes"}


def answer(capsys: pytest.CaptureFixture[str], path: Path, *options: str, code: int = 0) -> Any:
    assert run(["payments", "read", str(path), "--json", *options]) == code
    data = json.loads(capsys.readouterr().out)
    assert data.keys() == KEYS
    return data


def test_the_shape_of_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    data = answer(capsys, SAMPLES / "bgmax-complete.txt")
    assert (data["format"], data["version"], data["control_totals_agree"], data["problems"]) == ("bgmax", "01", True, [])
    first = data["deposits"][0]
    assert {name: value for name, value in first.items() if name != "payments"} == {
        "account": "50501055", "currency": "SEK", "date": "2026-10-05", "amount_minor": 320_000,
    }  # fmt: skip
    assert first["payments"][1] == {
        "kind": "payment", "amount_minor": 190_000, "currency": "SEK", "reference": "2026004187434", "references": [],
        "payer": "Åsa Öberg", "texts": [],
    }  # fmt: skip


def test_a_file_that_would_be_refused_shows_what_could_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    data = answer(capsys, SAMPLES / "broken-bgmax.txt", code=2)
    assert len(data["deposits"]) == 4 and not data["control_totals_agree"]
    assert data["deposits"][1]["date"] is None
    assert data["problems"][0].keys() == {"record", "field", "message"} and data["problems"][0]["record"] == "15"


@pytest.mark.parametrize("name", ["old-ocr-report.txt", "README.md", "nowhere.txt", "."])
def test_what_is_no_such_file_gets_the_same_object(capsys: pytest.CaptureFixture[str], name: str) -> None:
    data = answer(capsys, SAMPLES / name, code=2)
    assert data["deposits"] == [] and data["format"] is None and not data["control_totals_agree"] and data["problems"]


def test_the_language_of_the_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    swedish = answer(capsys, SAMPLES / "broken-stops-early.txt", code=2)
    english = answer(capsys, SAMPLES / "broken-stops-early.txt", "--lang", "en", code=2)
    assert "slutar för tidigt" in swedish["problems"][-1]["message"]
    assert "stops early" in english["problems"][-1]["message"]


def test_words_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["payments", "read", str(SAMPLES / "bgmax-complete.txt")]) == 0
    told = capsys.readouterr().out
    assert "3\u00a0200,00\u00a0kr" in told and "2 betalningar, 1 avdrag" in told and "1 betalning)" in told
    assert "kontrollsummor stämmer." in told
    assert run(["payments", "read", str(SAMPLES / "broken-camt.053.xml"), "--lang", "en"]) == 2
    told = capsys.readouterr().out
    assert "do NOT agree" in told and "The file is refused" in told and "Ntry 1, Amt" in told
