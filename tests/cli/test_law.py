"""`fordran law`: the stable JSON, refusals with exit code 2, and the speed of the whole process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from fordran.cli.main import run


def law(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run(["law", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The field of the only problem."""
    assert run(["law", *arguments, "--json"]) == 2
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert len(problems) == 1 and problems[0].keys() == {"record", "field", "message"} and problems[0]["message"]
    field: str = problems[0]["field"]
    return field


def test_interest_over_a_change_of_rate_and_of_year(capsys: pytest.CaptureFixture[str]) -> None:
    found = law(capsys, "interest", "--principal", "10000.00", "--from", "2023-12-01", "--to", "2024-01-31")
    assert found["periods"] == [
        {"from": "2023-12-01", "to": "2023-12-31", "days": 31, "rate_percent": "11.50", "exact": "713000/73"},
        {"from": "2024-01-01", "to": "2024-01-31", "days": 31, "rate_percent": "12.00", "exact": "620000/61"},
    ]
    assert found["interest_minor"] == 19_931  # 9 767.12 + 10 163.93 öre
    assert found.keys() == {"interest_minor", "periods", "sources"} and len(found["sources"]) == len(set(found["sources"]))


def test_an_agreed_rate_and_another_addition(capsys: pytest.CaptureFixture[str]) -> None:
    year = ("--from", "2026-01-01", "--to", "2026-12-31", "--principal", "1000,50")
    assert law(capsys, "interest", *year, "--rate", "12")["interest_minor"] == 12_006
    assert law(capsys, "interest", *year, "--over-reference", "2,5")["periods"][0]["rate_percent"] == "4.50"
    assert law(capsys, "interest", *year)["periods"][0]["rate_percent"] == "10.00"


def test_an_agreed_rate_needs_no_reference_rate(capsys: pytest.CaptureFixture[str]) -> None:
    found = law(capsys, "interest", "--principal", "100", "--from", "2027-01-01", "--to", "2027-01-01", "--rate", "36.5")
    assert found["interest_minor"] == 10 and found["periods"][0]["exact"] == "10/1"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("--from", "2026-02-01", "--to", "2026-01-31"), "--to"),
        (("--from", "2026-12-01", "--to", "2027-01-01"), "--to"),
        (("--from", "2002-06-30", "--to", "2003-01-01"), "--from"),
        (("--from", "2026-02-30", "--to", "2026-03-01"), "--from"),
        (("--from", "2026-01-01", "--to", "2026-03-01", "--rate", "twelve"), "--rate"),
        (("--from", "2026-01-01", "--to", "2026-03-01", "--rate", "8", "--over-reference", "8"), "--rate"),
        (("--from", "2026-01-01", "--to", "2026-03-01", "--rate", "-1"), "--rate"),
        (("--from", "2026-01-01"), "--to"),
    ],
)
def test_interest_that_cannot_be_is_refused_by_its_option(
    arguments: tuple[str, ...], field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(capsys, "interest", "--principal", "100", *arguments) == field


@pytest.mark.parametrize("principal", ["1 000", "1.000,00", "10.123", "-5", "", "1e3"])
def test_a_capital_that_is_no_amount_is_refused(principal: str, capsys: pytest.CaptureFixture[str]) -> None:
    days = ("--from", "2026-01-01", "--to", "2026-03-01")
    assert refused(capsys, "interest", f"--principal={principal}", *days) == "--principal"


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        ("reminder", 6_000),
        ("demand", 18_000),
        ("instalment-plan", 17_000),
        ("late-payment", 45_000),
        ("application", 30_000),
        ("legal-work", 38_000),
        ("enforcement", 60_000),
    ],
)
def test_each_fee_says_what_it_is_and_where_it_stands(kind: str, amount: int, capsys: pytest.CaptureFixture[str]) -> None:
    found = law(capsys, "fee", kind, "--on", "2026-03-20")
    assert found["amount_minor"] == amount and found["act"] and found["section"] and found["source"].startswith("https://")
    assert found["in_force_since"] <= "2026-03-20" and found["currency"] == "SEK"


def test_a_fee_before_its_first_known_day_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert law(capsys, "fee", "reminder", "--on", "2013-03-15")["amount_minor"] == 5_000
    assert refused(capsys, "fee", "late-payment", "--on", "2013-03-15") == "--on"
    assert refused(capsys, "fee", "reminder", "--on", "2003-06-30") == "--on"


def test_a_due_day_moves_and_says_why_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    found = law(capsys, "due", "--on", "2026-06-19")
    assert found["date"] == "2026-06-22" and found["moved_because"] == "midsommarafton, midsommardagen, söndag"
    assert found["days_passed"] == ["midsummer_eve", "midsummer_day", "sunday"]
    assert "Midsummer Eve" in law(capsys, "due", "--on", "2026-06-19", "--lang", "en")["moved_because"]
    assert law(capsys, "due", "--on", "2026-06-18") == {"date": "2026-06-18", "moved_because": "", "days_passed": []}


def test_limitation_with_interruptions_in_time_and_too_late(capsys: pytest.CaptureFixture[str]) -> None:
    found = law(
        capsys, "limitation", "--debtor", "consumer", "--from", "2020-02-29",
        "--interrupted", "2023-02-28", "--interrupted", "2026-03-01:acknowledged",
    )  # fmt: skip
    assert (found["alive_until"], found["barred_on"], found["years"]) == ("2026-02-28", "2026-03-01", 3)
    assert [i["counts"] for i in found["interruptions"]] == [True, False]
    business = law(
        capsys, "limitation", "--debtor", "business", "--from", "2020-02-29", "--interrupted", "2024-01-01:proceeding-ended"
    )
    assert (business["alive_until"], business["barred_on"]) == ("2034-01-01", "2034-01-02")


def test_limitation_refuses_what_breaks_no_period_and_days_before_the_act(capsys: pytest.CaptureFixture[str]) -> None:
    start = ("limitation", "--debtor", "consumer", "--from", "2024-01-01")
    assert refused(capsys, *start, "--interrupted", "2025-01-01:sent") == "--interrupted"
    assert refused(capsys, *start, "--interrupted", "soon") == "--interrupted"
    assert refused(capsys, "limitation", "--debtor", "business", "--from", "1981-12-31") == "--from"


def test_allocation_follows_the_order_of_the_law(capsys: pytest.CaptureFixture[str]) -> None:
    found = law(
        capsys,
        "allocate",
        "--capital",
        "1000",
        "--interest",
        "12,50",
        "--costs",
        "240.00",
        "--payment",
        "1300",
        "--on",
        "2026-03-20",
    )
    source = found.pop("source")
    assert found == {
        "costs_minor": 24_000, "interest_minor": 1_250, "capital_minor": 100_000, "left_over_minor": 4_750,
        "order": ["costs", "interest", "capital"],
    }  # fmt: skip
    assert "9 kap. 5 §" in source
    assert refused(capsys, "allocate", "--capital", "1", "--interest", "0", "--costs", "0", "--payment=-1") == "--payment"


def test_the_book_is_printed_or_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["law", "book"]) == 0
    printed = capsys.readouterr().out
    assert run(["law", "book", "--out", str(tmp_path / "book.md")]) == 0
    assert (tmp_path / "book.md").read_text("utf-8") == printed
    assert run(["law", "book", "--out", str(tmp_path / "missing" / "book.md")]) == 2


def test_the_list_of_rates_tells_where_it_ends(capsys: pytest.CaptureFixture[str]) -> None:
    found = law(capsys, "rate", "list")
    assert found["known_until"] == "2026-12-31" and found["rates"][-1]["rate_percent"] == "2.00"


def test_without_json_it_speaks_to_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["interest", "--principal", "100", "--from", "2026-01-01", "--to", "2026-01-31"],
        ["fee", "demand", "--on", "2026-01-01"],
        ["due", "--on", "2026-06-19"],
        ["limitation", "--debtor", "business", "--from", "2024-01-01"],
        ["allocate", "--capital", "1", "--interest", "0", "--costs", "0", "--payment", "1"],
    ):
        assert run(["law", *arguments]) == 0
        said = capsys.readouterr().out
        assert said.strip() and not said.startswith("{")


def test_the_whole_process_answers_within_a_second_without_django_or_a_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = (
        "import sys; from fordran.cli.main import run; code = run(['law', 'fee', 'demand', '--on', '2026-01-01', '--json']);"
        "sys.exit(9 if any(name.partition('.')[0] in ('django', 'psycopg', 'typst') for name in sys.modules) else code)"
    )
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", command], env={"FORDRAN_HOME": str(home)}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["amount_minor"] == 18_000
    assert time.monotonic() - started < 1 and not home.exists()
