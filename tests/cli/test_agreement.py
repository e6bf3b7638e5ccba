"""`fordran agreement`: how creditors stand, and the evidence looked at again from rows and from a file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from fordran.connectors.clock import SystemClock
from fordran.sandbox.bankid.server import BankIdServer
from tests.build import an_office, day
from tests.conftest import Scratch
from tests.connectors.bankid_play import ASTRID, US


def signed(scratch: Scratch, server: BankIdServer) -> None:
    """A company's agreement, signed by the rooms themselves."""
    from django.contrib.auth.models import User

    from fordran.agreements import accept, orders
    from fordran.agreements.accept import Choice
    from fordran.creditors.models import Creditor, Membership
    from fordran.day.world import signing

    creditor = an_office(
        creditor='mode = "agency"\noffice_name = "Kontoret AB"\noffice_number = "559923-4571"\npermit = "1"'
    ).creditor
    Creditor.objects.filter(pk=creditor.pk).update(signs_here=True)
    user = User.objects.create_user("nils")
    Membership.objects.create(user=user, creditor=creditor, role="sign")
    desk, today = signing(), day("2026-02-04")
    assert desk is not None
    visitor = orders.Visitor("hemlig", user.pk, "127.0.0.1", "localhost")
    choice = Choice(accept.paper_of(creditor, today).sha256, "Jag får teckna avtal.", stated=True)
    order = accept.ask(
        desk, visitor, creditor, user, choice, today, done_url="/", again_url="/", return_url=lambda *_: "http://localhost/"
    )
    server.orders.pick(order.ref)
    server.orders.identify(order.ref, ASTRID)
    server.orders.sign(order.ref)
    assert orders.poll(desk, order.pk, visitor).state == "complete"
    assert accept.conclude(desk, order.pk, today) is not None


def test_what_is_signed_is_listed_saved_and_looked_at_again(
    scratch_database: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any
) -> None:
    server = BankIdServer(SystemClock())
    server.start()
    files = server.write_files(tmp_path, name="Fordran AB", organisation_number=US, passphrase="ord")
    for name, value in {
        "CERTIFICATE": files["client.pem"], "SERVER_ROOT": files["server-root.pem"], "BASE_URL": server.url,
        "SIGNATURE_ROOT": files["signature-root.pem"], "ORGANISATION_NUMBER": US,
    }.items():  # fmt: skip
        monkeypatch.setenv(f"FORDRAN_BANKID_{name}", str(value))
    with django_db_blocker.unblock():
        signed(scratch_database, server)
    server.stop()  # nobody is asked from here on
    listed = json.loads(scratch_database.fordran("agreement", "list", "--on", "2026-02-04", "--json").stdout)
    assert listed["agreements"][0] | {"name": ""} == {
        "creditor": "5560160680", "name": "", "state": "signed", "version": 1, "on": "2026-02-04"
    }  # fmt: skip
    place = tmp_path / "avtal.zip"
    shown = scratch_database.fordran("agreement", "show", "--save", str(place))
    assert "Astrid Provlund" in shown.stdout, shown.stderr
    for arguments in ((), ("--file", str(place))):
        looked = scratch_database.fordran("agreement", "verify", *arguments)
        assert (looked.returncode, "holds, " in looked.stdout) == (0, True), looked.stdout + looked.stderr
    other = BankIdServer(SystemClock())  # another world's root
    (tmp_path / "other").mkdir()
    wrong = other.write_files(tmp_path / "other", name="x", organisation_number=US, passphrase="ord")["signature-root.pem"]
    monkeypatch.setenv("FORDRAN_BANKID_SIGNATURE_ROOT", str(wrong))
    looked = scratch_database.fordran("agreement", "verify", "--file", str(place))
    assert looked.returncode == 1 and "root: the bank's certificate does not come from BankID's root" in looked.stdout
    assert os.environ["FORDRAN_BANKID_SIGNATURE_ROOT"] == str(wrong)
