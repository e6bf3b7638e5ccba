"""Children with a watch: the same database for each, in turn product and limit, the median of three."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from psycopg import sql

from bench.rows import Kept, highest
from bench.world import Size
from fordran.db import embedded, migrated, roles
from fordran.db.embedded import ConnectionInfo

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var" / "bench"


@contextmanager
def server(*, keep: bool = False) -> Iterator[ConnectionInfo]:
    """A PostgreSQL of the benchmark's own, as safe against a power cut as the real one; gone with all it held afterwards."""
    os.environ["FORDRAN_HOME"] = str(HOME)
    os.environ.pop("DATABASE_URL", None)
    info = embedded.ensure_running(HOME)
    try:
        migrated.template(info)
        yield info
    finally:
        if not keep:
            embedded.stop(HOME)
            _remove()


def _remove() -> None:
    place = HOME / "pg" / "place.json"
    if place.exists():  # as root the data may lie outside the home
        shutil.rmtree(Path(json.loads(place.read_text())["data"]), ignore_errors=True)
    shutil.rmtree(HOME, ignore_errors=True)


@contextmanager
def database(info: ConnectionInfo, source: str) -> Iterator[str]:
    name = f"fordran_scratch_{os.getpid()}_{time.monotonic_ns()}"
    with info.connect("owner", "postgres") as owner:
        roles.make_database(owner, name, source)
    try:
        yield name
    finally:
        _drop(info, name)


def _drop(info: ConnectionInfo, name: str) -> None:
    with info.connect("owner", "postgres") as owner:
        for patience in range(20):
            try:
                owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
                return
            except psycopg.errors.InsufficientPrivilege:  # the server's own vacuum is in it, which the owner may not end
                time.sleep(0.2 * patience)


def children(*deeds: Sequence[str]) -> tuple[float, list[dict[str, Any]]]:
    """Start them, let them begin together; seconds until the last is done, and what each answered."""
    started = [
        subprocess.Popen([sys.executable, "-m", "bench.child", *deed], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                         cwd=ROOT)
        for deed in deeds
    ]  # fmt: skip
    try:
        for child in started:
            assert child.stdout is not None
            if child.stdout.readline().strip() != "ready":
                raise SystemExit("a child did not come up")
        began = time.perf_counter()
        for child in started:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        answers = []
        for child in started:
            assert child.stdout is not None
            line = child.stdout.readline()
            if not line:
                raise SystemExit("a child broke off")
            answers.append(json.loads(line))
        return time.perf_counter() - began, answers
    finally:
        for child in started:
            if child.poll() is None and child.stdin is not None:
                child.stdin.close()
            child.wait()


def fill(name: str, size: Size) -> None:
    subprocess.run(
        [sys.executable, "-m", "bench.child", "fill", name, str(size.invoices), str(size.customers), str(size.all_due)],
        check=True, cwd=ROOT,
    )  # fmt: skip


def settle(info: ConnectionInfo, name: str) -> None:
    """Statistics as a database has that has lived for a while."""
    with info.connect("owner", name) as owner:
        owner.execute("VACUUM ANALYZE")


WORKERS = {"one_worker": 1, "two_workers": 2}


def measure(info: ConnectionInfo, step: str, source: str, rounds: int = 3, *, alone: bool = False) -> dict[str, Any]:
    """One worker, two workers and the limit in turn, each in a fresh copy of `source`; medians. `alone`: the step is one
    process's work. Times in seconds, processor in microseconds a row (of the product, of the server's processes for it)."""
    with info.connect("owner", source) as owner:
        before = highest(owner)
    ways = ["one_worker"] if alone else list(WORKERS)
    taken: dict[str, list[tuple[float, float, float]]] = {way: [] for way in [*ways, "limit"]}
    peak, rows, folder = 0, 0, HOME / f"rows-{step}"
    counts: dict[str, int] = {}
    for _ in range(rounds):
        for way in ways:
            with database(info, source) as name:
                checkpoint(info)
                seconds, answers = children(*([[step, name]] * WORKERS[way]))
                taken[way].append((seconds, sum(a["client_cpu"] for a in answers), sum(a["server_cpu"] for a in answers)))
                rows, peak = sum(a["rows"] for a in answers), max(peak, *(a["peak_mb"] for a in answers))
                if not counts:
                    with info.connect("read", name) as reader:
                        kept = Kept.of(reader, before)
                    kept.write(folder)
                    counts = kept.counts
                    del kept  # as large as what it holds
        with database(info, source) as name:
            checkpoint(info)
            seconds, answers = children(["limit", name, str(folder)])
            taken["limit"].append((seconds, 0.0, answers[0]["server_cpu"]))
    shutil.rmtree(folder)
    found: dict[str, Any] = {"step": step, "rows": rows, "written": counts, "peak_mb": peak}
    limit = median(seconds for seconds, _, _ in taken["limit"])
    for way, times in taken.items():
        seconds, client, server = (median(column) for column in zip(*times, strict=True))
        found[way] = {
            "seconds": round(seconds, 3), "rows_per_second": round(rows / seconds), "of_limit": round(limit / seconds, 3),
            "client_us": round(client / rows * 1e6, 1), "server_us": round(server / rows * 1e6, 1),
        }  # fmt: skip
    return found


def checkpoint(info: ConnectionInfo) -> None:
    """What was written before is not paid for by what is measured."""
    admin = {**info.parameters("owner", "postgres")}
    with psycopg.connect(**admin, autocommit=True) as owner:  # type: ignore[arg-type]
        with_right = owner.execute("SELECT pg_has_role(current_user, 'pg_checkpoint', 'member')").fetchone()
        if with_right and with_right[0]:
            owner.execute("CHECKPOINT")
    os.sync()
