"""The command line from settings to a closed case, on a database of the test's own: what is said, in which form, with which
exit code. Numbers such as T46 are failure stories of other programs that must not happen here."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fordran.cli.main import run

SETTINGS = """
[creditor]
name = "Granholms Bygg AB"
organisation_number = "559900-0006"
debt_description = "Byggarbeten"
terms_agreed_from = 2020-01-01
due_agreed = true
active = true

[account]
bankgiro = "9912-3457"

[address.sender]
street = "Storgatan 1"
postcode = "111 22"
town = "Stockholm"

[contact]
email = "kontakt@example.com"

[filter]
days = 5

[filter.limits.SEK]
min = 100
"""

HEAD = "invoice;due;open;customer;customer_id;issued;identity;debtor;street;postcode;town;kind;credits"
ANNA = "Anna Berg;17;2025-12-30;640823-3234;consumer;Björkvägen 4;123 45;Staden"
BO = "Bo Ek;18;2025-12-30;780512-9876;consumer;Björkvägen 5;123 45;Staden"

Cli = Callable[..., Any]


@pytest.fixture
def fordran(
    scratch_database: Any,
    django_db_blocker: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Any:
    """Run one command line; with --json its answer is read. `code` is the exit code to expect."""
    monkeypatch.setenv("FORDRAN_LETTERS", str(tmp_path / "letters"))

    def command(*arguments: str, code: int = 0) -> Any:
        capsys.readouterr()
        with django_db_blocker.unblock():
            found = run(list(arguments))
        out, err = capsys.readouterr()
        assert found == code, f"exit {found}: {out}\n{err}"
        return json.loads(out) if "--json" in arguments else out

    return command


def _ledger(tmp_path: Path, *rows: str, name: str = "ledger.csv") -> str:
    path = tmp_path / name
    path.write_text("\n".join([HEAD, *rows]) + "\n", "utf-8")
    return str(path)


@pytest.fixture
def begun(fordran: Cli, tmp_path: Path) -> Cli:
    """One creditor; Anna's invoice 1001 was reminded on 2026-02-04 and the letter has left."""
    settings = tmp_path / "settings.toml"
    settings.write_text(SETTINGS, "utf-8")
    assert fordran("creditor", "apply", str(settings), "--json")["created"] is True
    fordran("ledger", "import", _ledger(tmp_path, f"1001;2026-01-30;1000,00;{ANNA};invoice;"), "--on", "2026-02-01")
    fordran("day", "--on", "2026-02-04")
    fordran("letters", "approve", "--on", "2026-02-04")
    return fordran


def _case(command: Cli, invoice: str = "1001") -> dict[str, Any]:
    found: dict[str, Any] = command("case", "show", invoice, "--json")
    return found


# ---- settings and ledger ------------------------------------------------------------------------------------------


def test_a_settings_file_makes_a_creditor_and_says_what_is_missing(fordran: Cli, tmp_path: Path) -> None:
    path = tmp_path / "few.toml"
    path.write_text('[creditor]\nname = "Ny AB"\norganisation_number = "559900-0006"\n', "utf-8")
    data = fordran("creditor", "apply", str(path), "--json")
    assert (data["creditor"], data["created"], data["active"]) == ("5599000006", True, False)
    assert [row["field"] for row in data["not_ready"]] == ["creditor.debt_description", "account", "address.sender"]
    assert data["currencies"] == []
    assert "no currency has a card" in fordran("creditor", "list", "--lang", "en")
    assert fordran("creditor", "apply", str(path), "--json")["created"] is False
    assert fordran("creditor", "list", "--json")["creditors"][0]["name"] == "Ny AB"


def test_settings_that_cannot_be_are_refused_by_name_and_nothing_is_stored(fordran: Cli, tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text('[creditor]\nname = "Ny AB"\ncolour = "red"\n[filter]\ndays = -1\n', "utf-8")  # T45
    problems = fordran("creditor", "apply", str(path), "--json", code=2)["problems"]
    assert [(p["record"], p["field"]) for p in problems] == [("[creditor]", "colour"), ("[filter]", "days")]
    assert fordran("creditor", "list", "--json")["creditors"] == []


def test_a_ledger_file_is_taken_in_once_and_its_bad_rows_do_not_stop_the_good_ones(begun: Cli, tmp_path: Path) -> None:
    path = _ledger(tmp_path, f"1001;2026-01-30;1000,00;{ANNA};invoice;", f"1002;i går;700,00;{BO};invoice;",
                   f"1003;2026-01-31;800,00;{BO};invoice;")  # fmt: skip
    data = begun("ledger", "import", path, "--on", "2026-02-05", "--json")  # T59
    assert (data["rows"], data["accepted"], data["new"], data["missing"]) == (3, 2, 1, 0)
    assert [(p["row"], p["field"]) for p in data["refused"]] == [(3, "due")]
    assert data["totals"] == {"SEK": {"invoices": 2, "open_minor": 180_000}}
    again = begun("ledger", "import", path, "--on", "2026-02-05", "--json")
    assert again["known_already"] is True and (again["new"], again["changed"]) == (0, 0)


def test_an_invoice_gone_from_the_ledger_rests_then_closes_and_comes_back_at_the_same_step(begun: Cli, tmp_path: Path) -> None:
    other = _ledger(tmp_path, f"1003;2026-02-27;800,00;{BO};invoice;", name="other.csv")
    begun("ledger", "import", other, "--on", "2026-02-06", "--json", code=2)  # half the sum is gone
    first = begun("ledger", "import", other, "--on", "2026-02-06", "--accept-shrunk", "--json")
    assert (first["missing"], first["reacted"]["gone"]) == (1, 1)
    assert _case(begun)["hold"] == "gone"
    more = _ledger(tmp_path, f"1003;2026-02-27;801,00;{BO};invoice;", name="more.csv")
    second = begun("ledger", "import", more, "--on", "2026-02-09", "--json")
    assert second["reacted"]["closed"] == 1
    assert (_case(begun)["stage"], _case(begun)["cause"]) == ("closed", "settled_at_creditor")
    back = _ledger(tmp_path, f"1003;2026-02-27;801,00;{BO};invoice;", f"1001;2026-01-30;1000,00;{ANNA};invoice;", name="back.csv")
    assert begun("ledger", "import", back, "--on", "2026-02-10", "--json")["reacted"]["back"] == 1
    case = _case(begun)
    assert (case["stage"], case["hold"], case["costs_minor"], len(case["charges"])) == ("reminded", "", 6_000, 1)
    assert begun("verify", "--json")["ok"] is True


def test_a_partial_file_concludes_nothing_from_what_it_lacks(begun: Cli, tmp_path: Path) -> None:
    path = _ledger(tmp_path, f"1003;2026-02-27;800,00;{BO};invoice;")
    data = begun("ledger", "import", path, "--on", "2026-02-06", "--partial", "--json")
    assert data["missing"] == 0 and _case(begun)["hold"] == ""


def test_what_the_ledger_shows_as_paid_and_credited_reaches_the_case(begun: Cli, tmp_path: Path) -> None:
    path = _ledger(
        tmp_path, f"1001;2026-01-30;600,00;{ANNA};invoice;", f"K1;2026-02-06;100,00;{ANNA};credit;1001", name="paid.csv"
    )
    data = begun("ledger", "import", path, "--on", "2026-02-06", "--json")
    assert (data["reacted"]["paid"], data["reacted"]["credited"]) == (1, 1)
    via = [(p["via"], p["costs_minor"] + p["interest_minor"] + p["capital_minor"]) for p in _case(begun)["payments"]]
    assert sorted(via) == [("credit", 10_000), ("creditor", 40_000)]
    assert begun("verify", "--json")["ok"] is True


# ---- days ---------------------------------------------------------------------------------------------------------


def test_the_first_batch_waits_for_a_person(fordran: Cli, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(SETTINGS, "utf-8")
    fordran("creditor", "apply", str(settings))
    fordran("ledger", "import", _ledger(tmp_path, f"1001;2026-01-30;1000,00;{ANNA};invoice;"), "--on", "2026-02-01")
    day = fordran("day", "--on", "2026-02-04", "--json")
    assert day["creditors"]["Granholms Bygg AB"]["send"] == {"waiting": 1} and day["problems"] == []
    assert [row["state"] for row in fordran("letters", "list", "--json")] == ["composed"]
    assert not (tmp_path / "letters").exists()
    assert fordran("letters", "approve", "--on", "2026-02-04", "--json")["sent"] == 1
    assert len(list((tmp_path / "letters").glob("*.pdf"))) == 1


def test_twelve_runs_of_one_day_make_one_letter_and_one_fee(begun: Cli, tmp_path: Path) -> None:
    for _ in range(11):  # T1
        begun("day", "--on", "2026-02-04")
    case = _case(begun)
    assert len(case["letters"]) == 1 and [c["amount_minor"] for c in case["charges"]] == [6_000]
    assert len(list((tmp_path / "letters").glob("*.pdf"))) == 1


def test_a_day_that_was_missed_is_caught_up_and_the_wait_counts_from_the_letter(begun: Cli) -> None:
    begun("day", "--on", "2026-02-20")  # T46: the demand was due on the 19th, when nobody ran the day
    letters = _case(begun)["letters"]
    assert [(x["kind"], x["dated_on"], x["last_day"]) for x in letters][1] == ("demand", "2026-02-20", "2026-03-02")
    assert _case(begun)["next"] == {"kind": "await-creditor", "on": "2026-03-06"}


def test_days_in_a_row_equal_the_days_one_by_one(begun: Cli) -> None:
    data = begun("days", "--from", "2026-02-05", "--to", "2026-03-06", "--json")
    assert len(data["days"]) == 30 and data["problems"] == []
    assert _case(begun)["stage"] == "awaiting_creditor"
    begun("days", "--from", "2026-03-06", "--to", "2026-02-05", "--json", code=2)


def test_preview_says_line_by_line_what_the_day_then_does(begun: Cli, tmp_path: Path) -> None:
    rows = [f"1001;2026-01-30;1000,00;{ANNA};invoice;", f"1003;2026-01-30;50,00;{BO};invoice;",
            f"1004;2026-01-31;800,00;{BO};invoice;", f"1005;2026-02-04;900,00;{BO};invoice;"]  # fmt: skip
    begun("ledger", "import", _ledger(tmp_path, *rows), "--on", "2026-02-05")
    shown = begun("preview", "--creditor", "559900-0006", "--on", "2026-02-05", "--json")  # T60
    begun("day", "--on", "2026-02-05")
    told = {number: begun("explain", "invoice", number, "--json") for number in ("1003", "1004", "1005")}
    taken = {number for number, data in told.items() if data["case"]}
    assert taken == {row["invoice"] for row in shown["taken"]} == {"1004"}
    passed = {row["invoice"]: row["reason"] for row in shown["passed_over"] if row["invoice"] in told}
    assert passed == {number: data["story"][0]["reason"] for number, data in told.items() if not data["case"]}


# ---- what happens meanwhile ---------------------------------------------------------------------------------------


def test_an_act_is_shown_before_it_is_done(begun: Cli) -> None:
    shown = begun("payments", "direct", "1001", "--amount", "1061,37", "--on", "2026-02-10", "--dry-run", "--json")
    assert (shown["done"], shown["after"]["stage"], shown["after"]["closed_cause"]) == (False, "closed", "paid_to_creditor")
    assert _case(begun)["stage"] == "reminded"
    done = begun("payments", "direct", "1001", "--amount", "1061.37", "--on", "2026-02-10", "--json")
    assert done["done"] is True and done["after"] == shown["after"]
    assert _case(begun)["cause"] == "paid_to_creditor"


def test_a_payment_taken_back_brings_the_case_back(begun: Cli) -> None:
    begun("payments", "direct", "1001", "--amount", "1061.37", "--on", "2026-02-10")
    back = begun("payments", "reverse", "1001", "--on", "2026-02-12", "--json")
    assert (back["after"]["stage"], back["after"]["costs_minor"]) == ("reminded", 6_000)
    begun("payments", "reverse", "1001", "--on", "2026-02-12", "--json", code=2)
    assert begun("verify", "--json")["ok"] is True


def test_a_hold_takes_back_the_letter_that_has_not_left_with_its_cost(begun: Cli, tmp_path: Path) -> None:
    path = _ledger(tmp_path, f"1001;2026-01-30;1000,00;{ANNA};invoice;", f"1003;2026-01-30;800,00;{BO};invoice;")
    begun("ledger", "import", path, "--on", "2026-02-05")
    os.environ["FORDRAN_LETTERS"] = str(tmp_path / "letters.file" / "below")
    (tmp_path / "letters.file").write_text("no folder can be made here")
    assert begun("day", "--on", "2026-02-05", "--json", code=1)["problems"]  # T4: the letter could not leave
    assert begun("case", "show", "1003", "--json")["letters"][0]["state"] == "approved"
    data = begun("hold", "place", "1003", "--kind", "dispute", "--reason", "Fel vara", "--on", "2026-02-05", "--json")
    assert data["letters_taken_back"] == 1 and data["after"]["costs_minor"] == 0
    os.environ["FORDRAN_LETTERS"] = str(tmp_path / "letters")
    begun("hold", "place", "1003", "--kind", "dispute", "--reason", "Igen", "--on", "2026-02-05", "--json", code=2)
    begun("hold", "lift", "1003", "--on", "2026-02-06")
    begun("day", "--on", "2026-02-06")
    case = begun("case", "show", "1003", "--json")
    assert [x["state"] for x in case["letters"]] == ["voided", "sent"] and case["costs_minor"] == 6_000
    assert begun("verify", "--json")["ok"] is True


def test_a_cost_waived_is_never_charged_again(begun: Cli) -> None:
    assert (
        begun("fee", "waive", "1001", "reminder", "--reason", "sen post", "--on", "2026-02-10", "--json")["after"]["costs_minor"]
        == 0
    )
    begun("fee", "waive", "1001", "reminder", "--reason", "sen post", "--on", "2026-02-10", "--json", code=2)
    problem = begun("fee", "waive", "1001", "postage", "--reason", "x", "--on", "2026-02-10", "--json", code=2)["problems"][0]
    assert "known are reminder" in problem["message"]


def test_instructions_have_their_time(begun: Cli) -> None:
    early = begun("case", "instruct", "1001", "payment-order", "--on", "2026-02-10", "--json", code=2)["problems"][0]
    assert "once a demand has been sent" in early["message"]
    done = begun("case", "instruct", "1001", "withdraw", "--on", "2026-02-10", "--reason", "Kunden har rätt", "--json")
    assert (done["after"]["stage"], done["after"]["closed_cause"]) == ("closed", "withdrawn")
    begun("case", "instruct", "1001", "write-off", "--on", "2026-02-10", "--json", code=2)


def test_an_exclusion_stops_new_invoices_and_lets_running_cases_rest(begun: Cli, tmp_path: Path) -> None:
    data = begun(
        "exclude", "customer", "17", "--reason", "Ny överenskommelse", "--until", "2026-03-13", "--on", "2026-02-10", "--json"
    )
    assert (data["level"], data["key"], data["until"]) == ("customer", "17", "2026-03-13")
    begun("day", "--on", "2026-02-19")
    assert _case(begun)["stage"] == "reminded" and _case(begun)["reason"] == "held"
    begun("exclude", "customer", "17", "--reason", "Klart", "--lift", "--on", "2026-02-20")
    begun("day", "--on", "2026-02-20")
    assert _case(begun)["stage"] == "demanded"


def test_proof_of_receipt_is_recorded(begun: Cli) -> None:
    begun("case", "proof", "1001", "--kind", "receipt", "--reason", "Mottagningsbevis, pärm 3", "--on", "2026-02-10")
    begun("case", "proof", "1001", "--kind", "wish", "--reason", "x", "--on", "2026-02-10", "--json", code=2)


# ---- letters, explanations, books ---------------------------------------------------------------------------------


def test_letters_are_listed_shown_and_taken_out(begun: Cli, tmp_path: Path) -> None:
    row = begun("letters", "list", "--on", "2026-02-04", "--json")[0]
    assert (row["kind"], row["total_minor"], row["last_day"], row["state"]) == ("reminder", 106_137, "2026-02-16", "sent")
    assert row["cases"] == [{"case": "2026-000001", "invoice": "1001", "asked_minor": 106_137}]
    shown = begun("letters", "show", row["letter"], "--json")
    assert shown["content"]["recipient"]["name"] == "Anna Berg" and len(shown["sha256"]) == 64
    assert "1 061,37" in begun("letters", "show", row["letter"]).replace("\u00a0", " ")
    out = begun("letters", "out", str(tmp_path / "out"), "--on", "2026-02-04", "--json")
    assert (tmp_path / "out" / out["letters"][0]["file"]).read_bytes().startswith(b"%PDF")
    assert (tmp_path / "out" / "index.csv").exists()


def test_a_letter_posted_a_day_late_counts_from_there_and_one_too_late_is_made_anew(begun: Cli) -> None:
    number = begun("letters", "list", "--json")[0]["letter"]
    assert begun("letters", "sent", number, "--on", "2026-02-05", "--json") == {
        "on": "2026-02-05", "corrected": [number], "voided": []
    }  # fmt: skip
    late = begun("letters", "sent", number, "--on", "2026-02-10", "--json")
    assert late["voided"] == [number]
    begun("day", "--on", "2026-02-10")
    letters = _case(begun)["letters"]
    assert [(x["state"], x["dated_on"]) for x in letters] == [("voided", "2026-02-04"), ("sent", "2026-02-10")]
    assert _case(begun)["costs_minor"] == 6_000
    assert begun("verify", "--json")["ok"] is True


def test_all_sending_can_be_stopped_and_taken_up_again(begun: Cli) -> None:
    assert begun("letters", "stop", "--on", "2026-02-18", "--json")["sending_stopped"] is True
    begun("day", "--on", "2026-02-19")
    assert len(_case(begun)["letters"]) == 1 and _case(begun)["reason"] == "creditor_disabled"
    begun("letters", "resume", "--on", "2026-02-20")
    begun("day", "--on", "2026-02-20")
    assert _case(begun)["stage"] == "demanded"


def test_every_krona_of_a_case_is_explained_with_its_source(begun: Cli) -> None:
    data = begun("explain", "case", "1001", "--json")
    cost = next(row for row in data["story"] if row["reason"] == "reminder_cost")
    assert (cost["on"], cost["amount_minor"]) == ("2026-02-04", 6_000)
    assert cost["source"] == "Lagen (1981:739) om ersättning för inkassokostnader m.m. 4 § 2 st. 1 p."
    assert "The reminder" in begun("explain", "case", "1001", "--lang", "en")


def test_an_invoice_that_was_passed_over_is_explained_too(begun: Cli, tmp_path: Path) -> None:
    path = _ledger(tmp_path, f"1001;2026-01-30;1000,00;{ANNA};invoice;", f"1003;2026-01-30;50,00;{BO};invoice;")
    begun("ledger", "import", path, "--on", "2026-02-05")
    begun("day", "--on", "2026-02-05")
    data = begun("explain", "invoice", "1003", "--creditor", "559900-0006", "--json")
    assert data["case"] is None and [row["reason"] for row in data["story"]] == ["below_lowest_amount"]
    asked = begun("explain", "invoice", "1003", "--on", "2026-02-06", "--json")
    assert [row["on"] for row in asked["story"]] == ["2026-02-05", "2026-02-06"]
    begun("explain", "invoice", "9999", "--json", code=2)


def test_a_case_shows_what_is_owed_that_day_and_what_comes_next(begun: Cli) -> None:
    data = begun("case", "show", "2026-000001", "--on", "2026-02-10", "--json")
    assert data["owed"] == [{"currency": "SEK", "amount_minor": 106_301}]  # 1000 + 60 + 11 days at 10 %
    assert data["interest_per_day"] == "0.27"
    assert data["ahead"]["kind"] == "demand" and data["ahead"]["on"] == "2026-02-19"
    rows = begun("case", "list", "--json")
    assert [(row["case"], row["invoice"], row["next"]["kind"]) for row in rows] == [("2026-000001", "1001", "demand")]
    assert begun("case", "list", "--stage", "demanded", "--json") == []


def test_a_case_or_creditor_that_is_not_there_is_refused_in_one_sentence(begun: Cli) -> None:
    assert begun("case", "show", "9999", "--json", code=2)["problems"][0]["field"] == "CASE"
    assert (
        begun("day", "--on", "2026-02-04", "--creditor", "556900-0002", "--json", code=2)["problems"][0]["field"] == "--creditor"
    )
    assert begun("day", "--json", code=2)["problems"][0]["field"] == "--on"
    assert begun("letters", "show", "B1", "--json", code=2)["problems"][0]["field"] == "ID"


def test_verify_as_a_process_of_its_own_reads_as_the_checker_and_answers_by_its_exit_code(
    begun: Cli, scratch_database: Any
) -> None:
    done = scratch_database.fordran("verify", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["checked"]["cases"] == 1
    with scratch_database.connect("batch") as connection:
        connection.execute("UPDATE cases_case SET capital_minor = 1")
    done = scratch_database.fordran("verify")
    assert done.returncode == 1 and "case 2026-000001: capital 1 öre, by its transfers 100000 öre" in done.stdout


def test_a_story_is_played_in_a_database_of_its_own(scratch_database: Any, tmp_path: Path) -> None:
    path = tmp_path / "story.toml"
    path.write_text('[[event]]\non = 2026-02-02\ndo = "invoice"\ninvoice = "1"\ncustomer = "Bo"\ndue = 2026-01-30\nopen = 1000\n')
    done = scratch_database.fordran("story", "play", str(path), "--json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert {"on", "case", "invoice", "what", "kind", "amount_minor", "currency", "last_day", "reason", "source"} <= set(
        data["diary"][0]
    )
    assert {"case", "invoice", "stage", "cause", "capital_minor", "interest_minor", "costs_minor"} <= set(data["cases"][0])
    with scratch_database.connect("batch") as connection:
        assert connection.execute("SELECT count(*) FROM creditors_creditor").fetchone() == (0,)
    path.write_text('[creditor]\nmode = "agency"\n[[event]]\non = 2026-02-02\ndo = "dance"\n')
    done = scratch_database.fordran("story", "play", str(path), "--json")
    assert done.returncode == 2 and json.loads(done.stdout)["problems"][0]["field"] == "do"
