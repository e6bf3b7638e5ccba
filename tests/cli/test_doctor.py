"""`fordran doctor` says what is wrong and what to do, and its exit code says whether anything is."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fordran.config import examine
from fordran.config.examine import Found
from tests.conftest import ROOT, Scratch

TODAY = date(2026, 2, 4)


def _found(today: date = TODAY) -> dict[str, Found]:
    return {one.what: one for one in examine.examine(today)}


def _examined(scratch: Scratch, **env: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", "fordran.cli.main", "doctor", "--on", "2026-02-04", "--json"],
                          env=scratch.env | env, capture_output=True, text=True, timeout=120, cwd=ROOT)  # fmt: skip
    return {"code": done.returncode, **json.loads(done.stdout)}


def test_a_sound_installation_is_called_sound(scratch_database: Scratch) -> None:
    answer = _examined(scratch_database)
    assert [one["words"] for one in answer["found"] if not one["ok"]] == []
    assert (answer["code"], answer["ok"]) == (0, True)
    looked_at = {one["what"] for one in answer["found"]}
    assert {"state", "fonts", "page files", "letters", "role batch", "role app", "role read", "clocks", "law"} <= looked_at


def test_tables_of_other_code_are_trouble_and_nothing_further_is_asked_of_them(scratch_database: Scratch) -> None:
    with scratch_database.connect("owner") as owner:
        owner.execute("UPDATE fordran_state SET value = 'another' WHERE key = 'migrations'")
    answer = _examined(scratch_database)
    assert (answer["code"], answer["ok"]) == (1, False)
    assert {one["words"] for one in answer["found"] if not one["ok"]} == {
        "the tables are not those of this code: run `fordran db migrate`"
    }


def test_when_the_rate_is_known_no_longer_it_says_what_to_do(scratch_database: Scratch) -> None:
    assert "due soon" not in _found(date(2026, 10, 1))["law"].words
    assert _found(date(2026, 12, 1))["law"].ok and "due soon" in _found(date(2026, 12, 1))["law"].words
    assert not (late := _found(date(2027, 1, 1))["law"]).ok and "fordran law rate add" in late.words


def test_a_clock_that_is_off_is_trouble(scratch_database: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    from fordran.day import world
    from tests.connectors.erp_surroundings import TestTime

    assert _found()["clocks"].ok
    monkeypatch.setattr(world, "_given", [TestTime(0.0)])
    assert not (found := _found()["clocks"]).ok and "set both by NTP" in found.words


def test_an_erp_that_does_not_answer_is_named_by_its_creditors_number(scratch_database: Scratch) -> None:
    from fordran.erp.connections import connect
    from tests.build import an_office

    office = an_office()
    settings = {"tenant_id": "t", "client_id": "c", "base_url": "http://127.0.0.1:1", "token_url": "http://127.0.0.1:1/token"}
    connect(office.creditor, "visma_net", settings, {"client_secret": "x"}, by="test", today=TODAY, switches={})
    found = _found()[f"ERP of creditor {office.creditor.pk}"]
    assert not found.ok and "Granholm" not in found.words


def test_a_folder_that_others_may_read_or_that_is_full_is_trouble(
    scratch_database: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o755)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("FORDRAN_HOME", str(tmp_path))
        assert not examine._place().ok and "chmod 700" in examine._place().words
    monkeypatch.setattr(examine, "LEAST_FREE_BYTES", 10**18)
    assert not (found := examine._space("letters", tmp_path / "not/yet")).ok and "make room" in found.words


def test_an_e_mail_server_that_does_not_answer_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORDRAN_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("FORDRAN_SMTP_FROM", "faktura@fordran.example")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        monkeypatch.setenv("FORDRAN_SMTP_PORT", str(silent.getsockname()[1]))
        (refused,) = examine._mail()
        assert not refused.ok and "FORDRAN_SMTP_PORT" in refused.words
        silent.listen()
        (answered,) = examine._mail()
        assert answered.ok
