"""`fordran payouts`: from collected money to a released order and a statement, by the command line alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fordran.cases.office import Office
from fordran.cli.main import fordran
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor, PayoutAccount
from fordran.payouts.models import PaymentOrder, PriceList
from tests.build import SETTINGS, the_case
from tests.payouts.world import AGENCY, PAYOUTS, an_agency, some_cases, take
from tests.settlement.bank_day import bgmax


def fordran_(*arguments: str, code: int = 0, words: bool = False) -> Any:
    done = CliRunner().invoke(fordran, [*arguments, *([] if words else ["--json"])], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    assert (done.return_value if isinstance(done.return_value, int) else 0) == code, done.output
    return done.stdout if words else json.loads(done.stdout)


@pytest.fixture(autouse=True)
def _ready(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("payouts", "creditor"):
        monkeypatch.setattr(f"fordran.cli.{module}.ready", lambda role: None)


@pytest.fixture
def office(db: None) -> Office:
    office = an_agency(approved=False)
    some_cases(office)
    take(bgmax([(150_000, the_case("1001").ocr, "Åsa Berg")], "2026-02-10"), "2026-02-10", office)
    return office


def test_money_out_from_the_account_to_the_release(office: Office, tmp_path: Path) -> None:
    told = fordran_("payouts", "prepare", "--on", "2026-02-13", code=1)
    assert "approve" in told["creditors"][0]["problems"][0]
    fordran_("payouts", "approve-account", "991-2346", "--by", "vera", "--on", "2026-02-13")
    assert fordran_("payouts", "prepare", "--on", "2026-02-13")["creditors"][0]["payouts"] == 1
    row = fordran_("payouts", "list")["payouts"][0]
    assert (row["payout"], row["amount_minor"], row["state"]) == ("U2026-000001", 89_262, "proposed")
    shown = fordran_("payouts", "show", "U2026-000001")
    assert shown["amount_minor"] == sum(line["amount_minor"] for line in shown["lines"])
    assert "89262" not in fordran_("payouts", "show", "U2026-000001", words=True)
    done = fordran_("payouts", "release", "1", "--by", "kim", "--on", "2026-02-13")["orders"]
    assert [(o["order"], o["state"], o["released_by"], o["to_account"]) for o in done] == [(1, "released", "kim", "991-2346")]
    files = tmp_path / "r.pdf", tmp_path / "r.xlsx"
    fordran_("payouts", "statement", "U2026-000001", "--pdf", str(files[0]), "--xlsx", str(files[1]), words=True)
    assert files[0].read_bytes().startswith(b"%PDF") and files[1].read_bytes().startswith(b"PK")


def test_a_refund_waits_for_an_account_and_two_people(office: Office) -> None:
    waits = fordran_("payouts", "refunds")["refunds"]
    assert [(w["name"], w["amount_minor"]) for w in waits] == [("Åsa Berg", 43_863)]
    payment = str(waits[0]["payment"])
    with pytest.raises(Refused, match="one account"):
        fordran_("payouts", "refund-account", payment, "--by", "kim", "--on", "2026-02-13")
    with pytest.raises(Refused, match="check digit"):
        fordran_("payouts", "refund-account", payment, "--bankgiro", "1234567", "--by", "kim", "--on", "2026-02-13")
    made = fordran_("payouts", "refund-account", payment, "--account", "6112, 123456789", "--by", "kim", "--on", "2026-02-13")
    with pytest.raises(Refused, match="another person"):
        fordran_("payouts", "release", str(made["order"]), "--by", "kim", "--on", "2026-02-13")
    assert fordran_("payouts", "orders")["orders"][0]["to_account"] == "6112, 123456789"
    back = fordran_("payouts", "withdraw", str(made["order"]), "--reason", "fel", "--by", "vera", "--on", "2026-02-13")
    assert back["state"] == "rejected" and PaymentOrder.objects.count() == 1
    assert "WITHDRAWN fel (vera)" in fordran_("payouts", "refunds", words=True)


def test_the_settings_file_sets_prices_and_days_too(db: None, tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text(SETTINGS % {"creditor": AGENCY, "filter": "", "rest": PAYOUTS}, encoding="utf-8")
    fordran_("creditor", "apply", str(file))
    assert PriceList.objects.get().commission_permille == 75
    account = PayoutAccount.objects.get()
    assert account.approved_on is None and account.proposed_by == "settings file"
    fordran_("payouts", "approve-account", "9912346", "--by", "vera", "--on", "2026-02-13")
    fordran_("creditor", "apply", str(file))
    assert PayoutAccount.objects.get().approved_by == "vera", "an account that stays keeps its approval"
    assert Creditor.objects.count() == 1
