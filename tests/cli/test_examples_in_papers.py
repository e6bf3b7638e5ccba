"""What the papers show as an example is read by the program, and the commands they name are there."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import click
import pytest

from fordran.cli.main import COMMANDS, fordran
from fordran.creditors.settings_file import read_settings
from fordran.day.story_file import KINDS, read_story

HOW_TO = Path(__file__).resolve().parents[2] / "docs/how-to"


def _example(paper: str) -> str:
    found = re.search(r"```toml\n(.*?)```", (HOW_TO / paper).read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def test_the_settings_file_in_the_paper_makes_a_creditor_that_lacks_nothing() -> None:
    profile = read_settings(_example("write-a-settings-file.md"))
    assert profile.not_ready(date(2026, 1, 1)) == () and profile.active
    assert profile.customers["10017"].friendly_notice is True


def test_the_story_in_the_paper_is_one() -> None:
    story = read_story(_example("write-a-story.md"))
    assert [event.do for event in story.events] == ["invoice", "payment"]


def test_every_kind_of_event_is_in_the_paper() -> None:
    text = (HOW_TO / "write-a-story.md").read_text("utf-8")
    assert [do for do in KINDS if f"| `{do}` |" not in text] == []


def _every_command() -> list[str]:
    names = []
    context = click.Context(fordran)
    for name in COMMANDS:
        found = fordran.get_command(context, name)
        names += [f"{name} {inner}" for inner in found.commands] if isinstance(found, click.Group) else [name]
    return names


@pytest.mark.parametrize("name", [n for n in COMMANDS if n not in ("db", "demo", "web", "sandbox")])
def test_every_command_is_in_the_paper(name: str) -> None:
    text = (HOW_TO / "command-line.md").read_text("utf-8").replace("\\|", "|")
    written = {" ".join(words) for words in re.findall(r"([a-z]+) ([a-z-|]+)", text)}
    for command in (c for c in _every_command() if c.split()[0] == name):
        outer, _, inner = command.partition(" ")
        assert not inner or any(w.split()[0] == outer and inner in w.split()[1].split("|") for w in written), command
        assert f"{outer} " in text
