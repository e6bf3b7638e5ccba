"""What the import contracts cannot say. Each test names the rule it keeps and what to do instead."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "fordran"
PURE = ("core", "process", "countries", "formats", "ports")
_NOT_TEXT = {".png", ".pdf", ".xlsx", ".xls", ".ods", ".woff2", ".ttf", ".zip"}


def modules(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    """Name and syntax tree of each of our modules, in the named rooms or all."""
    for room in rooms or ("",):
        for path in sorted((PACKAGE / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def committed() -> list[Path]:
    """Files under version control; in a folder without it, all that is not built or fetched."""
    git = shutil.which("git")
    done = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True) if git else None
    if done is not None and done.returncode == 0:
        return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]
    made = {".venv", ".cache", "node_modules", "var", "build", "dist", "vendor", "fonts", "__pycache__"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not made & set(path.relative_to(ROOT).parts)]


def dotted(node: ast.expr) -> str:
    """`datetime.now` of the expression datetime.now."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


READS_CLOCK = re.compile(
    r"(^|\.)(date|datetime)\.(today|now|utcnow|fromtimestamp)$|(^|\.)timezone\.(now|localdate|localtime)$"
    r"|^time\.(time|time_ns|localtime|gmtime|ctime|strftime)$|^(localdate|now)$"
)


#: Where a person's click meets the calendar, and where tokens, limits and time-outs of the outside world are counted;
#: everything behind them is told the day or given a `ports.clock.Clock`.
THE_RIM = ("fordran/creditor_pages/tenancy.py", "fordran/connectors/clock.py", "fordran/sandbox/bankid/clock.py")


def test_nobody_reads_the_clock() -> None:
    found = [
        f"{name}:{node.lineno} {dotted(node.func)}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and READS_CLOCK.search(dotted(node.func)) and name not in THE_RIM
    ]
    assert found == [], "take the day as an argument; the database may stamp when a row was written"


@pytest.mark.parametrize("call", ["date.today()", "datetime.datetime.now(UTC)", "timezone.now()", "time.time()", "localdate()"])
def test_the_search_for_clocks_would_see_one(call: str) -> None:
    tree = ast.parse(call)
    assert any(isinstance(node, ast.Call) and READS_CLOCK.search(dotted(node.func)) for node in ast.walk(tree))


def test_migrations_import_no_project_code() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted(PACKAGE.glob("*/migrations/*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("fordran")))
        or (isinstance(node, ast.Import) and any(alias.name.startswith("fordran") for alias in node.names))
    ]
    assert found == [], "a migration must run the same in five years: write SQL or plain values instead"


def test_money_and_law_know_no_binary_fractions() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules("core", "process", "countries", "ledger", "settlement")
        for node in ast.walk(tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]
    assert found == [], "money is whole öre (int); rates are Decimal, exact amounts Fraction"


def test_decision_records_have_numbers_of_their_own_and_say_their_status() -> None:
    records = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in records]
    assert numbers == sorted(set(numbers)), "two decision records share a number"
    assert [path.name for path in records if "## Status" not in path.read_text() and "Status:" not in path.read_text()] == []


def test_every_dependency_is_explained() -> None:
    told = (ROOT / "docs/dependencies.md").read_text().lower()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lists = [project["project"]["dependencies"], *project["project"]["optional-dependencies"].values()]
    named = [re.split(r"[\[<>=;! ]", line)[0].lower() for one in [*lists, *project["dependency-groups"].values()] for line in one]
    packages = json.loads((ROOT / "package.json").read_text())
    named += [*packages["dependencies"], *packages["devDependencies"]]
    assert [name for name in named if f"`{name.lower()}`" not in told] == [], (
        "a line in docs/dependencies.md: what for, why this one"
    )


def test_lock_files_carry_hashes_and_no_index() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text()
        pinned = re.findall(r"^[a-zA-Z0-9][^\n]*==[^\n]*$", text, re.M)
        assert pinned and all(line.endswith("\\") for line in pinned), f"{path.name}: a package without hashes"
        assert not re.search(r"index-url|find-links|://", text), f"{path.name} names an index"
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


#: In parts, so that this file does not hold them itself.
NOT_COMMITTED = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com/", "deb." + "debian.org",
                 "/" + "work/", "/" + "root/", "/opt/" + "pypi"]  # fmt: skip


def test_no_committed_file_names_a_registry_host_or_a_folder_of_one_machine() -> None:
    found = []
    for path in committed():
        if path.suffix in _NOT_TEXT:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {mark}" for mark in NOT_COMMITTED if mark in text]
    assert found == []


def test_nothing_fetched_or_personal_is_committed() -> None:
    parts = {"node_modules", ".venv", "var", "vendor"}
    assert [str(path) for path in committed() if parts & set(path.relative_to(ROOT).parts)] == []


def test_names_of_modules_say_what_they_do() -> None:
    refused = {"utils.py", "util.py", "helpers.py", "services.py", "managers.py", "misc.py", "common.py"}
    assert [str(path.relative_to(ROOT)) for path in PACKAGE.rglob("*.py") if path.name in refused] == []


@pytest.mark.parametrize("room", PURE)
def test_every_module_of_the_pure_rooms_says_what_it_is(room: str) -> None:
    assert [name for name, tree in modules(room) if tree.body and not ast.get_docstring(tree)] == []


def test_files_stay_short_enough_to_be_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in PACKAGE.rglob("*.py")
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 500
    }
    assert long == {}, "a file over 400 lines is a question, one over 500 is two files"
