"""The demonstration: another process plays the world, and a build that was stopped goes on where it was."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("werkzeug")
pytest.importorskip("httpx")

from fordran.cli import sandbox as command
from fordran.cli.living import demonstration
from fordran.cli.living.demonstration import (
    FIRST_DAY,
    KEYS,
    LAST_DAY,
    LAST_KNOWN,
    SEED,
    SIZE,
    WORLD_KEYS,
    Demonstration,
    belongs_together,
)
from fordran.cli.living.outside import Outside, sandbox
from fordran.core.problems import Refused
from fordran.countries.se.country import COUNTRY
from fordran.day.models import Today
from tests.conftest import Scratch


def beside(folder: Path) -> Any:
    return sandbox(folder, seed=SEED, first_day=FIRST_DAY, keys=WORLD_KEYS, size=SIZE)


def test_it_ends_on_the_day_of_a_payout_within_the_known_rates() -> None:
    assert LAST_DAY.isoweekday() == 4 and COUNTRY.is_banking_day(LAST_DAY)
    assert FIRST_DAY < LAST_DAY < LAST_KNOWN
    assert COUNTRY.is_banking_day(FIRST_DAY)


@pytest.mark.slow
def test_a_stopped_build_goes_on_with_another_sandbox_and_nobody_is_wronged(
    scratch_database: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight days of two companies; the sandbox is ended in between, and comes back at another address."""
    from fordran.creditors.models import Creditor, Membership
    from fordran.day.verify import verify
    from fordran.erp.models import Connection, Errand
    from fordran.letters.models import Letter

    folder, addresses = tmp_path / "world", []
    for until in (4, 8):
        with beside(folder) as url:
            monkeypatch.setenv("FORDRAN_WORLD_CLOCK", url)
            one = Demonstration(url, folder)
            belongs_together(folder / "world.jsonl")
            one.move_in()
            for number in range(until - 4, until):
                one.live(FIRST_DAY + timedelta(days=number))
            one.live(FIRST_DAY + timedelta(days=until - 1))  # a day lived twice is lived once
            assert one.problems == []
            report = Outside(url).report()
            addresses.append(url)
    assert Today.objects.get().on == FIRST_DAY + timedelta(days=7) and not demonstration.is_built()
    assert {one.settings["base_url"] for one in Connection.objects.all()} == {addresses[1]}
    assert Letter.objects.filter(state="sent").count() > 10
    assert Errand.objects.filter(state="done").count() > 10 and not Errand.objects.filter(state="refused").exists()
    assert verify(list(Creditor.objects.all())).findings == []
    for told in (report["companies"][key] for key in KEYS):
        assert told["wrong_letters"] == [] and sum(told["letters"].values()) > 3
    assert Membership.objects.filter(user__username="maria.ek", role="sign").count() == 2


@pytest.mark.slow
def test_a_newcomer_that_is_registered_and_switched_on_is_lived_with_like_the_others(
    scratch_database: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Registered in agency mode, read, switched on; the next banking day its letters wait, and its bank's files are taken."""
    from django.contrib.auth.models import User

    from fordran.cases.models import Case
    from fordran.cli.living import newcomers
    from fordran.creditors.models import Creditor, Organisation
    from fordran.erp.connections import bank_of
    from fordran.onboarding import offers
    from fordran.onboarding.first_read import read_now
    from fordran.onboarding.models import CompanyOffer
    from fordran.onboarding.register import register
    from fordran.payouts.models import PriceList

    folder = tmp_path / "world"
    with beside(folder) as url:
        for name, value in {"FORDRAN_WORLD_CLOCK": url, **newcomers.erp_settings(url, 200)}.items():
            monkeypatch.setenv(name, value)
        one = Demonstration(url, folder)
        one.move_in()
        one.live(FIRST_DAY)
        organisation, maria = Organisation.objects.get(), User.objects.get(username="maria.ek")
        waiting = list(CompanyOffer.objects.filter(organisation=organisation))
        assert len(waiting) == 2 and Creditor.objects.count() == 2  # nothing is registered beforehand
        assert offers.ask(waiting, FIRST_DAY) == []
        (chosen,) = (offer for offer in waiting if offer.name == "Ekbackens Trädgård AB")
        (creditor,) = register(organisation, [chosen], mode="agency", by=maria, today=FIRST_DAY)
        Creditor.objects.filter(pk=creditor.pk).update(signs_here=False, debt_description="Trädgårdsarbeten")
        creditor.refresh_from_db()
        assert PriceList.objects.filter(creditor=creditor).count() == 1
        assert read_now(creditor, FIRST_DAY).error == ""
        creditor.payout_accounts.create(kind="bankgiro", number=chosen.bankgiro, preferred=True)
        Creditor.objects.filter(pk=creditor.pk).update(active=True, activated_on=FIRST_DAY)
        one.live(FIRST_DAY + timedelta(days=1))
        assert one.problems == []
    known = bank_of(creditor)
    assert known is not None and known.settings["directory"] == str(folder / "new" / "bank")
    assert Case.objects.filter(creditor=creditor).count() > 50


def test_a_database_whose_world_is_gone_is_refused_and_told_what_to_do(scratch_database: Scratch, tmp_path: Path) -> None:
    kept = tmp_path / "world.jsonl"
    belongs_together(kept)
    with pytest.raises(Refused, match="fordran demo --new"):
        belongs_together(None, "2026-09-01")  # and a world that has lived on without its database
    Today.objects.create(id=1, on=FIRST_DAY)
    with pytest.raises(Refused, match="fordran demo --new"):
        belongs_together(kept)
    kept.touch()
    belongs_together(kept)
    kept.write_text('{"fordran_world": 1, "companies": {"own": 3, "agency": 3}}\n')
    with pytest.raises(Refused, match="fordran demo --new"):
        belongs_together(kept)  # of an earlier version


def test_the_sandbox_stops_with_the_one_who_started_it_and_keeps_its_world(tmp_path: Path) -> None:
    """The caller is killed; the child sees its pipe end."""
    program = (
        "import sys, time; from datetime import date; from pathlib import Path; from fordran.cli.living.outside import sandbox\n"
        "with sandbox(Path(sys.argv[1]), seed=7, first_day=date.fromisoformat(sys.argv[2]), keys=('own',), size=3) as url:\n"
        "    print(url, flush=True); time.sleep(600)"
    )
    started = [sys.executable, "-c", program, str(tmp_path), FIRST_DAY.isoformat()]
    caller = subprocess.Popen(started, stdout=subprocess.PIPE, text=True)
    assert caller.stdout is not None
    url = caller.stdout.readline().strip()
    Outside(url).live(FIRST_DAY, "morning")
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    caller.stdout.close()
    with sandbox(tmp_path, seed=7, first_day=FIRST_DAY, keys=("own",), size=3) as again:  # once the other has let go of it
        assert Outside(again).about()["last_day"] == FIRST_DAY.isoformat()
    with pytest.raises(Refused, match="does not answer"):
        Outside(url).about()


def test_two_processes_never_live_the_same_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "LOCK_TRIES", 2)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    first = command._alone_with(tmp_path)
    with pytest.raises(Refused, match="another process serves the world"):
        command._alone_with(tmp_path)
    first.close()
    command._alone_with(tmp_path).close()


def test_what_the_pages_start_says_how_it_is_started_where_no_sandbox_serves(scratch_database: Scratch) -> None:
    done = scratch_database.fordran("demo", "--live-one-more-day")
    assert done.returncode != 0 and "start the demonstration with `fordran demo`" in done.stderr
