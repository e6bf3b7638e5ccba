"""The benchmark itself runs, puts back what the product wrote, and leaves nothing behind."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import plot, table
from bench.__main__ import merge
from bench.payments import bgmax
from bench.world import Size, customers, invoices, settings_text
from fordran.creditors.settings_file import read_settings
from fordran.formats.bank import Reading

ROOT = Path(__file__).resolve().parents[2]

ONE = {
    "seconds": 2.0,
    "rows_per_second": 5_000,
    "of_limit": 0.4,
    "processor_of_limit": 0.5,
    "client_us": 200.0,
    "server_us": 100.0,
}
STEP = {"step": "advance", "rows": 10_000, "peak_mb": 100, "written": {}, "one_worker": ONE, "two_workers": ONE, "limit": ONE}
FIGURES = {
    "advance": STEP | {"tenth": STEP, "growth_of_time_per_row": 1.0},
    "payments": STEP | {"match": ONE, "match_limit": ONE, "tenth": STEP, "growth_of_time_per_row": 1.0},
    "letters": {"letters": 400, "of_typst_alone": 0.8, "per_second_and_core": 100.0, "peak_mb": 130},
}


def test_the_world_is_the_same_whenever_it_is_made() -> None:
    size = Size(200, 20)
    assert list(invoices(size, 1)) == list(invoices(size, 1))
    assert list(customers(size, 1)) == list(customers(size, 1))


def test_the_world_sets_values_on_all_three_levels() -> None:
    profile = read_settings(settings_text(Size(1000, 100)))
    assert (len(profile.classes), len(profile.customers)) == (50, 2)
    assert profile.generic.days == 5


def test_the_plots_say_in_words_what_they_show() -> None:
    for picture in (plot.near_the_limit(FIGURES), plot.growth(FIGURES)):
        told = ElementTree.fromstring(picture).find("{http://www.w3.org/2000/svg}desc")
        assert told is not None
        assert told.text is not None
        assert "advance" in told.text
        assert "payments" in told.text


def test_one_part_measured_again_replaces_only_that_part(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    merge({"advance": {"rows": 1}, "letters": {"letters": 2}}, file)
    assert merge({"advance": {"rows": 3}}, file) == {"advance": {"rows": 3}, "letters": {"letters": 2}}
    assert json.loads(file.read_text(encoding="utf-8"))["letters"] == {"letters": 2}


def test_the_tables_take_the_place_of_those_between_their_marks(tmp_path: Path) -> None:
    page = tmp_path / "bench.md"
    page.write_text(f"Before\n{table.BEGIN}\nold\n{table.END}\nAfter\n", encoding="utf-8")
    for _ in range(2):
        table.write(FIGURES, page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("Before\n") and text.endswith("\nAfter\n") and "old" not in text
    assert text.count("| advance due cases, one worker | 10,000 | 40% | 50% |") == 1


def test_the_bank_file_is_one_that_the_product_reads() -> None:
    records = "".join(bgmax([("200000013", 12_345), ("200000021", 500)])).encode("iso-8859-1")
    assert not Reading(io.BytesIO(records), "en").result().problems


@pytest.mark.slow
def test_the_limit_is_made_of_every_row_that_the_product_wrote(server: object, tmp_path: Path) -> None:
    """A child process each, as in the benchmark, on the tests' own server."""
    from bench.rows import WRITTEN, highest, keep
    from fordran.db import migrated
    from fordran.db.embedded import ConnectionInfo

    assert isinstance(server, ConnectionInfo)

    def child(*deed: str) -> dict[str, int]:
        done = subprocess.run([sys.executable, "-m", "bench.child", *deed], input="go\n", cwd=ROOT, check=True, text=True,
                              capture_output=True, env=dict(os.environ))  # fmt: skip
        lines = done.stdout.splitlines()  # ready, what it did, what the same asked again did
        return dict(json.loads(lines[1])) if lines else {}

    def counts(name: str) -> list[tuple[object, ...]]:
        with server.connect("read", name) as reader:
            return [
                *(reader.execute(f"SELECT count(*), coalesce(max(id), 0) FROM {table}").fetchone() or () for table in WRITTEN),
                *reader.execute("SELECT id, stage, interest_minor, costs_minor, reason FROM cases_case ORDER BY id").fetchall(),
            ]

    with migrated.scratch_database(server) as source:
        child("fill", source, "40", "30", "True")
        assert child("choose", source)["rows"] == 40
        with server.connect("owner", source) as owner:
            before = highest(owner)
        with migrated.scratch_database(server) as twin:
            child("fill", twin, "40", "30", "True")
            child("choose", twin)
            assert child("advance", twin)["rows"] == 40
            with server.connect("read", twin) as reader:
                keep(reader, before, tmp_path / "rows")
            wanted = counts(twin)
        child("limit", source, str(tmp_path / "rows"))
        assert counts(source) == wanted
