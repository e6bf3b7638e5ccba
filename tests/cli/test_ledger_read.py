"""`fordran ledger read`: the stable JSON, exit codes, and that it stores and needs nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fordran.cli.main import run

SAMPLES = Path(__file__).parents[2] / "samples" / "open-items"


def answer(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    assert run(["ledger", "read", *arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_the_shape_of_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    data = answer(capsys, str(SAMPLES / "broken.csv"))
    assert list(data) == ["rows", "accepted", "refused", "mapping", "unknown_columns", "totals"]
    assert (data["rows"], data["accepted"]) == (15, 4)
    assert data["refused"][0].keys() == {"row", "field", "message"} and data["refused"][0]["row"] == 3
    assert data["mapping"]["open"] == "Restbelopp" and data["unknown_columns"] == ["Betalad"]
    assert data["totals"] == {"SEK": {"invoices": 3, "open_minor": 250_000}}


def test_options_reach_the_reader(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("No,Who,When,Rest\n1,Bo,03/04/2026,7\n")
    mapping = ["--map", "invoice=No", "--map", "customer=Who", "--map", "due=When", "--map", "open=Rest"]
    data = answer(capsys, str(file), *mapping, "--dates", "dmy", "--currency", "NOK")
    assert data["totals"] == {"NOK": {"invoices": 1, "open_minor": 700}}


def test_a_whole_file_refused_is_exit_2_with_problems(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Fakturanr;Ort\n1;Lund\n")
    data = answer(capsys, str(file), code=2)
    assert [problem["field"] for problem in data["problems"]] == ["due", "open", "customer"]


@pytest.mark.parametrize(
    "option", [("--dates", "ydm"), ("--map", "open"), ("--map", "colour=Restbelopp"), ("--currency", "kronor!")]
)
def test_a_bad_option_is_exit_2(capsys: pytest.CaptureFixture[str], option: tuple[str, str]) -> None:
    assert answer(capsys, str(SAMPLES / "broken.csv"), *option, code=2)["problems"][0]["message"]


def test_a_file_that_is_not_there_is_exit_2(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert answer(capsys, str(tmp_path / "nowhere.csv"), code=2)["problems"]
    assert answer(capsys, str(tmp_path), code=2)["problems"]


def test_words_for_a_person_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ledger", "read", str(SAMPLES / "reskontra-excel.csv")]) == 0
    swedish = capsys.readouterr().out
    assert "Kolumner" in swedish and "Fakturanr" in swedish and "68\u00a0047,75" in swedish
    assert run(["ledger", "read", str(SAMPLES / "broken.csv"), "--lang", "en"]) == 0
    assert "Refused cells" in capsys.readouterr().out


def test_reading_needs_no_django_and_leaves_no_trace(tmp_path: Path) -> None:
    """In a process of its own, with a home that must stay empty."""
    program = (
        "import sys; from fordran.cli.main import run; code = run(sys.argv[1:]); "
        "assert not {'django', 'psycopg'} & set(sys.modules), 'too much was loaded'; sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "ledger", "read", str(SAMPLES / "oppna-poster.xlsx"), "--json"],
        cwd=SAMPLES.parents[1], env={"FORDRAN_HOME": str(tmp_path / "home"), "PATH": "", "LC_ALL": "C.UTF-8"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accepted"] == 4 and list(tmp_path.iterdir()) == []
