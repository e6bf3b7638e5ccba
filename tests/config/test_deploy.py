"""What `deploy/` starts is there, and each setting it names is read by somebody."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from fordran.cli.main import COMMANDS, fordran
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
TIMERS = sorted((DEPLOY / "systemd").glob("*.timer"))
CODE = "\n".join(path.read_text("utf-8") for path in (ROOT / "fordran").rglob("*.py"))


def _arguments(words: list[str]) -> list[str]:
    """What follows the program, with the shell's words for a day made one."""
    text = " ".join(words)
    text = re.sub(r'"?\$\$\(date [^)]*\)[^" ]*"?', "2026-02-04", text.replace("/var/lib/fordran/backups/", ""))
    return shlex.split(text)


def _commands(text: str) -> list[list[str]]:
    return [_arguments(line.partition("/opt/fordran/bin/fordran ")[2].rstrip("'").split())
            for line in re.findall(r"^Exec\w+=(.*)$", text, re.M) if "/opt/fordran/bin/fordran " in line]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_the_commands_that_units_start_take_these_options(unit: Path) -> None:
    found = _commands(unit.read_text("utf-8"))
    assert found
    for name, *rest in found:
        assert name in COMMANDS
        command = fordran.get_command(click.Context(fordran), name)
        assert command is not None
        if isinstance(command, click.Group):
            inner = command.get_command(click.Context(command), rest.pop(0))
            assert inner is not None, f"{name} {rest}"
            command = inner
        command.make_context(name, list(rest))  # refuses an option that is none


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_every_unit_is_shut_in(unit: Path) -> None:
    text = unit.read_text("utf-8")
    for line in ("User=fordran", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "UMask=0077",
                 "EnvironmentFile=/etc/fordran/fordran.env"):  # fmt: skip
        assert f"\n{line}\n" in text, line


def test_every_timer_has_its_unit_and_says_whose_clock_it_goes_by() -> None:
    assert [timer.name for timer in TIMERS] == ["fordran-backup.timer", "fordran-day.timer", "fordran-fetch.timer"]
    for timer in TIMERS:
        assert timer.with_suffix(".service") in UNITS
        assert re.search(r"^OnCalendar=.* Europe/Stockholm$", timer.read_text("utf-8"), re.M)


@pytest.mark.parametrize("file", ["systemd/fordran.env", "Containerfile"])
def test_every_setting_that_is_named_is_read_by_the_code(file: str) -> None:
    named = set(re.findall(r"\bFORDRAN_[A-Z_]+", (DEPLOY / file).read_text("utf-8")))
    for name in named:
        assert f'"{name}"' in CODE or (name.startswith("FORDRAN_SMTP_") and "FORDRAN_SMTP_{key}" in CODE), name
    assert "FORDRAN_LOG" in named


def test_the_paper_names_every_unit_and_every_number_of_the_alarms() -> None:
    from fordran.config.metrics import COUNTS

    text = (ROOT / "docs/how-to/run-in-production.md").read_text("utf-8")
    assert [unit.stem for unit in UNITS if unit.stem.rstrip("@") not in text] == []
    known = {count.name for count in COUNTS} | {"fordran_law_known_days"}
    assert set(re.findall(r"`(fordran_\w+)", text)) <= known


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_reads_the_units_without_a_complaint(tmp_path: Path) -> None:
    program = tmp_path / "fordran"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for path in (*UNITS, *TIMERS):
        name = path.name.replace("@", "@1")
        (tmp_path / name).write_text(path.read_text("utf-8").replace("/opt/fordran/bin/fordran", str(program)))
    names = sorted(str(path) for path in tmp_path.iterdir() if path.suffix in (".service", ".timer"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *names], capture_output=True, text=True, timeout=120)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if str(tmp_path) in line or "fordran" in line]
    assert (done.returncode, ours) == (0, [])
