"""`fordran payments`: from a bank's file to a cleared list, by the command line alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fordran.cases.office import Office
from fordran.cli.main import fordran
from fordran.creditors.models import Creditor
from fordran.day.run import run_day
from fordran.day.verify import verify
from fordran.settlement.models import Payment
from tests.build import an_item, an_office, bring_in, day, later, the_case
from tests.post import PostOffice
from tests.settlement.bank_day import bgmax, camt054

ON = "2026-02-10"
SAMPLES = Path(__file__).resolve().parents[2] / "samples/bank"


def fordran_(*arguments: str, code: int = 0) -> Any:
    """What the command answers with --json."""
    done = CliRunner().invoke(fordran, [*arguments, "--json"], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    assert (done.return_value if isinstance(done.return_value, int) else 0) == code, done.output
    return json.loads(done.stdout)


@pytest.fixture
def office(db: None, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Two debtors, both reminded on 4 February of 1 061.37."""
    for module in ("payments", "payments_import", "payments_work"):
        monkeypatch.setattr(f"fordran.cli.{module}.ready", lambda role: None)
    office = an_office()
    bring_in(office, [an_item("1001"), an_item("1002", customer="2")], day("2026-02-01"))
    for n in range(5):
        assert run_day(later(day("2026-02-01"), n), {"folder": PostOffice()}).problems == []
    return office


def write(tmp_path: Path, data: bytes, name: str = "file.txt") -> str:
    (tmp_path / name).write_bytes(data)
    return str(tmp_path / name)


def test_import_answers_what_read_answers_and_what_was_done(office: Office, tmp_path: Path) -> None:
    file = write(tmp_path, bgmax([(106_137, the_case().ocr, "Bo"), (5_000, "4711", ""), (100_000, "1002", "")], ON))
    read, taken = fordran_("payments", "read", file), fordran_("payments", "import", file, "--on", ON)
    done = taken.pop("import")
    assert taken == read and list(taken) == list(read)
    assert done == {
        "known": False, "payments": 3, "known_payments": 0, "matched": {"case_ocr": 1, "invoice_number": 1}, "waiting": 0,
        "suspense": 1, "other": 0, "refunds_minor": {},
    }  # fmt: skip


def test_the_same_file_again_says_that_it_is_known(office: Office, tmp_path: Path) -> None:
    file = write(tmp_path, camt054([(106_137, the_case().ocr, "Bo")], ON), "file.xml")
    fordran_("payments", "import", file, "--on", ON)
    assert fordran_("payments", "import", file, "--on", "2026-02-11")["import"]["known"] is True
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_a_file_of_somebody_elses_account_is_refused_with_the_whole_answer(office: Office, tmp_path: Path, lang: str) -> None:
    file = write(tmp_path, bgmax([(5_000, "1", "")], ON, account="9912346"))
    taken = fordran_("payments", "import", file, "--on", ON, "--lang", lang, code=2)
    assert taken["deposits"][0]["amount_minor"] == 5_000 and taken["control_totals_agree"] is True
    assert [p["field"] for p in taken["problems"]] == ["account"] and "9912346" in taken["problems"][0]["message"]
    assert not Payment.objects.exists()


@pytest.mark.parametrize("sample", sorted(p.name for p in SAMPLES.glob("broken-*")) + ["old-ocr-report.txt"])
def test_a_broken_file_is_refused_as_read_refuses_it(office: Office, sample: str) -> None:
    read = fordran_("payments", "read", str(SAMPLES / sample), code=2)
    taken = fordran_("payments", "import", str(SAMPLES / sample), "--on", ON, code=2)
    assert {**taken, "import": None} == {**read, "import": None} and taken["problems"]
    assert not Payment.objects.exists()


def test_the_ten_payments_of_the_samples_are_known_in_every_format(office: Office) -> None:
    formats = ["ten-bgmax.txt", "ten-camt.054.001.02.xml", "ten-camt.054.001.13.xml", "ten-camt.053.001.08.xml"]
    accounts = {d["account"] for f in formats for d in fordran_("payments", "read", str(SAMPLES / f))["deposits"]}
    ibans = {a for a in accounts if not a.isdigit()}
    Creditor.objects.update(bankgiro=(accounts - ibans).pop(), iban=next(iter(ibans), ""))
    known = [fordran_("payments", "import", str(SAMPLES / f), "--on", "2026-10-06")["import"] for f in formats]
    assert [k["known_payments"] for k in known] == [0] + [k["payments"] for k in known[1:]]
    assert Payment.objects.filter(state__in=["suspense", "matched"]).count() == known[0]["payments"]


def test_what_waits_is_listed_matched_taken_off_and_paid_back(office: Office, tmp_path: Path) -> None:
    fordran_("payments", "import", write(tmp_path, bgmax([(106_137, "4711", "Kund 1")], ON)), "--on", ON)
    # The name and the letter's sum fit one claim: it was found, and is taken off again to be worked by hand.
    payment = str(Payment.objects.get().pk)
    assert fordran_("payments", "suspense") == []
    assert fordran_("payments", "unmatch", payment, "--reason", "fel", "--on", ON)["waits_minor"] == 106_137
    waiting = fordran_("payments", "suspense", "--lang", "en")[0]
    assert waiting["payment"] == int(payment) and waiting["candidates"][0]["invoice"] == "1001"
    tried = fordran_("payments", "match", payment, "1002", "--on", ON, "--dry-run")
    assert tried["done"] is False and the_case("1002").stage == "reminded"
    matched = fordran_("payments", "match", payment, "1002", "--on", ON, "--amount", "61.37")
    assert (matched["state"], matched["waits_minor"]) == ("suspense", 100_000)
    shown = fordran_("payments", "show", payment)
    assert [(a["costs_minor"] + a["interest_minor"] + a["capital_minor"], a["reversed"]) for a in shown["allocations"]][-1] == (
        6_137, False,
    )  # fmt: skip
    back = fordran_("payments", "refund", payment, "--on", ON)
    assert (back["moved_minor"], back["refund_minor"], back["state"]) == (100_000, 100_000, "matched")
    report = verify(list(Creditor.objects.all()))
    assert report.ok, report.findings


def test_too_much_for_one_is_set_off_against_another_of_the_same_debtor(office: Office, tmp_path: Path) -> None:
    bring_in(office, [an_item("1003")], day("2026-02-06"))
    run_day(day("2026-02-06"), {"folder": PostOffice()})
    fordran_("payments", "import", write(tmp_path, bgmax([(120_000, "1001", "")], ON)), "--on", ON)
    payment = str(Payment.objects.get().pk)
    done = fordran_("payments", "set-off", payment, "1003", "--told", "brev", "--on", ON)
    assert done["refund_minor"] == 0 and done["before"]["capital_minor"] > done["after"]["capital_minor"]


def test_no_file_today_is_recorded_once(office: Office) -> None:
    assert fordran_("payments", "none", "--on", ON)["recorded"] is True
    assert fordran_("payments", "none", "--on", ON)["recorded"] is False


@pytest.mark.parametrize("path", ["nowhere.txt", "."])
def test_a_file_that_cannot_be_opened_is_refused(office: Office, path: str) -> None:
    assert fordran_("payments", "import", path, "--on", ON, code=2)["problems"]


def test_for_a_person_it_is_told_in_words(office: Office, tmp_path: Path) -> None:
    file = write(tmp_path, bgmax([(106_137, the_case().ocr, "Bo"), (5_000, "4711", "")], ON))
    said = CliRunner().invoke(fordran, ["payments", "import", file, "--on", ON], standalone_mode=False).output
    assert "2 nya betalningar" in said and "ärendets OCR: 1" in said and "person" in said
    listed = CliRunner().invoke(fordran, ["payments", "suspense"], standalone_mode=False).output
    assert "4711" in listed and "nämner inget" in listed
