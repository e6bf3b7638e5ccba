"""Nothing outside the connectors knows which ERP it speaks to: the port is the border, and two ERPs behind it prove it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "fordran"
NAMES = re.compile(r"fortnox|visma", re.IGNORECASE)
MAY = ("connectors/", "sandbox/", "cli/sandbox.py", "cli/live.py", "cli/living/")
"""The connectors; the simulators; and the commands that start those."""
READ = (".py", ".html", ".toml", ".txt", ".css", ".js", ".typ", ".sql", ".json")


def told(name: str, content: str) -> list[str]:
    """Lines that name an ERP, in a file that may not."""
    if name.startswith(MAY):
        return []
    return [f"{name}:{n}: {line.strip()}" for n, line in enumerate(content.splitlines(), 1) if NAMES.search(line)]


def test_no_file_outside_the_connectors_names_an_erp() -> None:
    files = [path for path in ROOT.rglob("*") if path.suffix in READ and "__pycache__" not in path.parts]
    assert len(files) > 200
    found = [line for path in files for line in told(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("name", "content", "many"),
    [
        ("day/fetch.py", 'if connector == "visma_net":', 1),
        ("creditor_pages/templates/x.html", "<p>Anslut Fortnox</p>", 1),
        ("connectors/fortnox/wire.py", "Fortnox", 0),
        ("erp/errands.py", "the ERP", 0),
    ],
)
def test_the_search_finds_what_it_looks_for(name: str, content: str, many: int) -> None:
    assert len(told(name, content)) == many
