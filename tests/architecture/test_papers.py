"""The papers say what the code does: links lead somewhere, named functions exist, refused words are not used."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "fordran"
PAPERS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("samples/**/*.md")])


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_in_the_papers_lead_somewhere(paper: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", paper.read_text(encoding="utf-8"))
    assert [target for target in targets if not (paper.parent / target).exists()] == []


def test_every_paper_has_its_line_in_the_index() -> None:
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    papers = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md") if path.name != "README.md"]
    assert [str(path) for path in papers if f"({path})" not in index] == [], "a line in docs/README.md"


def names(path: Path) -> set[str]:
    """What a module defines at any depth: functions, classes, and assigned names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


@pytest.mark.parametrize("paper", ["ARCHITECTURE.md", *(str(p.relative_to(ROOT)) for p in PAPERS if p.parent.name == "adr")])
def test_a_module_and_function_named_in_a_paper_exist(paper: str) -> None:
    """`process/decide.py: decide` and `process/decide.py` are read as below the package."""
    text = (ROOT / paper).read_text(encoding="utf-8")
    missing = []
    for module, name in re.findall(r"`(?:fordran/)?([a-z_]+/[a-z_/]+\.py)(?::\s+(\w+))?`", text):
        path = PACKAGE / module
        if not path.is_file() or (name and name not in names(path)):
            missing.append(f"{module}: {name}" if name else module)
    assert missing == []


REFUSED = ("Manager", "Service", "Helper", "Util", "Utils", "Data", "Info", "Record", "Object")
#: Django and the database driver name these parts so.
THEIR_WORDS = {"ConnectionInfo"}


def test_no_table_or_class_bears_a_name_that_says_nothing() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.endswith(REFUSED) and node.name not in THEIR_WORDS
    ]
    assert found == [], "the glossary has the word; docs/glossary.md lists those we refuse"


def test_dunning_is_a_word_of_other_peoples_files_only() -> None:
    named = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for name in names(path)
        if "dunning" in name.lower()
    ]
    assert named == [], "say reminder or demand: the law treats them differently"


#: The desk that writes what was decided, and the one that opens cases (with the cost of an earlier reminder).
WRITE_CHARGES = {"cases/choose.py", "cases/write.py"}


def test_only_two_modules_may_put_a_cost_on_a_debt() -> None:
    """The gate of costs is asked before either of them is reached (docs/adr/0015)."""
    pattern = r'insert_many\(\s*cursor,\s*"cases_charge"|INSERT INTO cases_charge|\bCharge(\.objects\.\w*create|\()'
    writers = set()
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if re.search(pattern, text):
            writers.add(str(path.relative_to(PACKAGE)))
    assert writers - {"cases/models.py"} == WRITE_CHARGES
