"""`fordran erp` from connecting to a refused errand, as a person at the command line has it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from fordran.books.models import Plan
from fordran.cli.main import run
from fordran.erp.errands import ask
from fordran.erp.models import AccessToken, Connection
from fordran.invoices.models import Invoice
from tests.build import an_office
from tests.erp.conftest import CLIENT, TENANT, House
from tests.erp.test_tell import a_posting


@pytest.fixture
def command(house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("fordran.cli.erp.ready", lambda role: None)

    def said(*words: str, code: int = 0) -> str:
        assert run(["erp", *words]) == code
        shown = capsys.readouterr()
        return shown.out + shown.err

    return said


def connect(house: House, *more: str) -> list[str]:
    address = house.server._served.url if house.server._served else ""
    return ["connect", "--connector", "visma_net", "--set", f"tenant_id={TENANT}", "client_id=isv_fordran", f"base_url={address}",
            f"token_url={address}/connect/token", "--secret", "client_secret=-", "--on", "2026-02-03", *more]  # fmt: skip


def test_connected_read_and_shown(house: House, command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Connection.objects.all().delete()
    house.invoice("1001")
    monkeypatch.setattr("sys.stdin", io.StringIO(CLIENT["isv_fordran"] + "\n"))
    assert "is connected to visma_net: Granholms Bygg & Rör AB" in command(*connect(house, "--marks-cases"))
    known = Connection.objects.get()
    assert CLIENT["isv_fordran"] not in json.dumps(known.settings) and CLIENT["isv_fordran"].encode() not in bytes(
        known.secrets_sealed or b""
    )
    assert AccessToken.objects.get().sealed
    assert json.loads(command("fetch", "--on", "2026-02-03", "--json"))["records"] > 0
    assert Invoice.objects.count() == 1
    shown = command("status")
    assert "last read    2026-02-03" in shown and "marks cases from 2026-02-03" in shown
    assert "is no longer connected" in command("disconnect", "--on", "2026-02-04")
    assert "no ERP is connected" in command("status")
    assert "has no ERP connected" in command("fetch", "--on", "2026-02-04", code=2)


def test_payments_are_switched_on_only_when_the_erp_can_take_them_and_else_it_says_what_there_is(
    house: House, command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Connection.objects.all().delete()
    given = CLIENT["isv_fordran"] + "\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    refused = command(*connect(house, "--posts-payments"), code=2)
    assert "payment_method=ID" in refused and "1 (Bankgiro), 2 (Plusgiro), 10 (Inkasso)" in refused
    assert not Connection.objects.exists()
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    assert "10 (Inkasso)" in command(*connect(house, "--set", "payment_method=77", "--posts-payments"), code=2)
    Plan.objects.create(creditor=house.office.creditor, payment_account="1999")
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    refused = command(*connect(house, "--set", "payment_method=10", "--posts-payments"), code=2)
    assert "account 1999" in refused and "1684 (Avräkning inkasso)" in refused
    Plan.objects.update(payment_account="1684")
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    assert "is connected" in command(*connect(house, "--set", "payment_method=10", "--posts-payments"))
    assert "is connected" in command("connect", "--connector", "visma_net", "--on", "2026-02-03", "--attaches-letters")


def test_all_connected_creditors_are_read_whatever_one_of_them_lacks(house: House, command: Any) -> None:
    house.invoice("1001")
    other = an_office(number="559999-0123")
    an_office(number="556677-8899")  # without an ERP: passed over
    Connection.objects.create(creditor=other.creditor, connector="visma_net", settings={"tenant_id": "x"})
    read = json.loads(command("fetch", "--all", "--on", "2026-02-03", "--json", code=1))
    assert [bool(one["error"]) for one in read] == [False, True] and read[0]["records"] > 0
    assert "say either --all or --creditor" in command("fetch", "--all", "--creditor", "5560160680", "--on", "2026-02-03", code=2)


@pytest.mark.parametrize(("number", "secret", "says"), [
    ("5560160680", "wrong", "did not let us in"), ("5566778899", CLIENT["isv_fordran"], "not as Granholms"),
])  # fmt: skip
def test_a_wrong_secret_or_another_company_is_refused_and_nothing_is_kept(
    house: House, command: Any, monkeypatch: pytest.MonkeyPatch, number: str, secret: str, says: str
) -> None:
    Connection.objects.all().delete()
    house.book.organisation_number = number
    monkeypatch.setattr("sys.stdin", io.StringIO(secret))
    assert says in command(*connect(house), code=2)
    assert not Connection.objects.exists()


def test_what_was_refused_is_listed_and_can_be_tried_again(house: House, command: Any) -> None:
    assert "nothing waits" in command("errands")
    house.invoice("1001")
    command("fetch", "--on", "2026-02-03")
    ask(house.office, a_posting(), house.connection.connected_on)  # type: ignore[arg-type]
    assert "F1" in command("errands")
    assert "say the day with --on" in command("errands", "--retry", "F1", code=2)
    assert '"state": "waiting"' in command("errands", "--retry", "F1", "--on", "2026-02-04", "--json")
    assert "nothing waits" in command("errands", "--give-up", "F1", "--on", "2026-02-04")


def test_the_banks_folder_is_connected_and_taken_from(house: House, command: Any, tmp_path: Path) -> None:
    assert "0 wait now" in command("bank", "--set", f"directory={tmp_path / 'bank'}", "--on", "2026-02-03")
    (tmp_path / "bank" / "from-bank" / "strange.txt").write_text("no file of a bank")
    house.invoice("1001")
    report = house.run(house.connection.connected_on.replace(month=2, day=4))  # type: ignore[union-attr]
    assert any("strange.txt is refused" in problem for problem in report.problems)
    assert house.letters() == ["reminder"]
    assert not list((tmp_path / "bank" / "from-bank").iterdir())
    assert "no longer taken" in command("bank", "--off", "--on", "2026-02-05")
