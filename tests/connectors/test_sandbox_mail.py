"""The inbox of the sandbox, as a person uses it from the command line."""

from __future__ import annotations

import json
import os
import smtplib
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from fordran.cli.sandbox import command


def test_the_inbox_listens_on_this_machine_and_shows_what_came(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox" / "mail"
    started = subprocess.Popen(
        [sys.executable, "-u", "-m", "fordran.cli.main", "sandbox", "mail", "serve", "--port", "0"],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"FORDRAN_HOME": str(tmp_path)},
    )  # fmt: skip
    try:
        assert started.stdout is not None
        address = started.stdout.readline().strip()
        assert address.startswith("ready: smtp://127.0.0.1:")
        with smtplib.SMTP("127.0.0.1", int(address.rpartition(":")[2]), timeout=5) as client:
            client.sendmail("a@office.example", "b@debtor.example", "From: a@office.example\nTo: b@debtor.example\n"
                            "Subject: =?utf-8?q?Hej_=C3=A5?=\nMessage-ID: <1@office.example>\n\nBrev\n")  # fmt: skip
    finally:
        started.terminate()
        started.wait(10)
        started.stdout.close() if started.stdout else None
    listed = CliRunner().invoke(command, ["mail", "list", "--dir", str(folder), "--json"])
    assert json.loads(listed.output) == {"messages": [
        {"number": 1, "to": "b@debtor.example", "subject": "Hej å", "attachments": []}
    ]}  # fmt: skip
    shown = CliRunner().invoke(command, ["mail", "show", "1", "--dir", str(folder)])
    assert "Brev" in shown.output
    assert (folder / "000001.eml").stat().st_mode & 0o777 == 0o600


def test_an_inbox_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert CliRunner().invoke(command, ["mail", "list", "--dir", str(tmp_path / "x")]).output == "the inbox is empty\n"
