"""Children with a watch: the same database for each, in turn product and limit, the median of three."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import Any

import psycopg
from psycopg import sql

from bench.rows import highest, keep, keep_unmatched
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


Answers = list[dict[str, Any]]


def children(*deeds: Sequence[str], again: bool = False, module: str = "bench.child") -> tuple[float, Answers, Answers]:
    """Start them, let them begin together; seconds until the last is done, what each answered, and what each answered of the
    same asked `again`."""
    started = [
        subprocess.Popen([sys.executable, "-m", module, *deed], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                         cwd=ROOT)
        for deed in deeds
    ]  # fmt: skip
    try:
        for child in started:
            if _said(child).strip() != "ready":
                raise SystemExit("a child did not come up")
        began = time.perf_counter()
        for child in started:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        answers = [json.loads(_said(child)) for child in started]
        seconds = time.perf_counter() - began
        return seconds, answers, [json.loads(_said(child)) for child in started] if again else []
    finally:
        for child in started:
            if child.poll() is None and child.stdin is not None:
                child.stdin.close()
            child.wait()


def _said(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        raise SystemExit("a child broke off")
    return line


def fill(name: str, size: Size) -> None:
    subprocess.run(
        [sys.executable, "-m", "bench.child", "fill", name, str(size.invoices), str(size.customers), str(size.all_due)],
        check=True, cwd=ROOT,
    )  # fmt: skip


@contextmanager
def world(info: ConnectionInfo, size: Size, *before: str) -> Iterator[str]:
    """A database of this size in which the steps `before` have been done."""
    with database(info, migrated.template(info)) as name:
        fill(name, size)
        settle(info, name)
        for step in before:
            children(*([step, name, str(number)] for number in range(2)))
        settle(info, name)
        yield name


def settle(info: ConnectionInfo, name: str) -> None:
    """Statistics as a database has that has lived for a while."""
    with info.connect("owner", name) as owner:
        owner.execute("VACUUM ANALYZE")


WORKERS = {"one_worker": 1, "two_workers": 2}
HANDS = {1: "2", 2: "1"}
"""One process works as `fordran day` does, with two hands; of two, each as `fordran worker` does."""


def measure(info: ConnectionInfo, step: str, source: str, rounds: int) -> dict[str, Any]:
    """One worker, two workers and the limit in turn, each in a fresh copy of `source`; medians. Times in seconds, processor
    in microseconds a row (of the product, of the server's processes for it)."""
    taken = _Taken(info, step, source)
    for _ in range(rounds):
        for way, workers in WORKERS.items():
            taken.product(way, *[(str(number), HANDS[workers]) for number in range(workers)])
        taken.limit("limit", "limit", taken.rows_folder)
    return taken.found()


def measure_match(info: ConnectionInfo, source: str, file: Path, rounds: int) -> dict[str, Any]:
    """A bank file read and matched by one process, against its payments by COPY and a join."""
    taken = _Taken(info, "match", source)
    for _ in range(rounds):
        taken.product("one_worker", (str(file),))
        taken.limit("limit", "limit_of_match", taken.unmatched_folder)
    return taken.found()


def measure_payments(info: ConnectionInfo, source: str, file: Path, rounds: int) -> dict[str, Any]:
    """A bank file by one process against its rows by COPY, and its first phase, read and matched, against COPY and a join."""
    taken = _Taken(info, "payments", source)
    for _ in range(rounds):
        taken.product("one_worker", (str(file),))
        taken.limit("limit", "limit", taken.rows_folder)
        taken.limit("match_limit", "limit_of_match", taken.unmatched_folder)
    return taken.found(limits={"match": "match_limit"})


class _Taken:
    """What the runs of one step took, by way."""

    def __init__(self, info: ConnectionInfo, step: str, source: str) -> None:
        self.info, self.step, self.source = info, step, source
        self.rows_folder, self.unmatched_folder = HOME / f"rows-{step}", HOME / f"unmatched-{step}"
        with info.connect("owner", source) as owner:
            self.before = highest(owner)
        self.times: dict[str, list[tuple[float, float, float]]] = {}
        self.again: list[float] = []
        self.counts: dict[str, int] = {}
        self.rows, self.peaks = 0, {"": 0}

    def product(self, way: str, *workers: Sequence[str]) -> None:
        with database(self.info, self.source) as name:
            checkpoint(self.info)
            seconds, answers, again = children(*([self.step, name, *more] for more in workers), again=True)
            self.rows = sum(a["rows"] for a in answers)
            self._note(way, seconds, answers)
            self.peaks[""] = max(self.peaks[""], *(a["peak_mb"] for a in answers))
            if matched := answers[0].get("matched"):
                self._note("match", matched["seconds"], [matched])
                self.peaks["match"] = max(self.peaks.get("match", 0), matched["peak_mb"])
            if len(workers) == 1:
                self.again.append(again[0]["seconds"])
            if not self.counts:
                self._keep(name)

    def limit(self, way: str, deed: str, folder: Path) -> None:
        with database(self.info, self.source) as name:
            checkpoint(self.info)
            seconds, answers, _ = children([deed, name, str(folder)])
            self._note(way, seconds, answers)

    def _note(self, way: str, seconds: float, answers: Answers) -> None:
        client, server = (sum(a[what] for a in answers) for what in ("client_cpu", "server_cpu"))
        self.times.setdefault(way, []).append((seconds, client, server))

    def _keep(self, name: str) -> None:
        with self.info.connect("read", name) as reader:
            self.counts = keep(reader, self.before, self.rows_folder)
            if self.counts["settlement_payment"]:
                keep_unmatched(reader, self.before, self.unmatched_folder)

    def found(self, limits: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
        """`limits`: ways that are measured against another limit than `limit`."""
        for folder in (self.rows_folder, self.unmatched_folder):
            shutil.rmtree(folder, ignore_errors=True)
        middle = {way: [median(column) for column in zip(*times, strict=True)] for way, times in self.times.items()}
        found: dict[str, Any] = {
            "step": self.step, "rows": self.rows, "written": self.counts, "peak_mb": self.peaks[""],
            "same_again_seconds": round(median(self.again), 3), "rounds": max(map(len, self.times.values())),
        }  # fmt: skip
        for way, (seconds, client, server) in middle.items():
            limit, *processor = middle[limits.get(way, way if way.endswith("limit") else "limit")]
            found[way] = {
                "seconds": round(seconds, 3), "rows_per_second": round(self.rows / seconds),
                "of_limit": round(limit / seconds, 3), "processor_of_limit": round(sum(processor) / (client + server), 3),
                "client_us": round(client / self.rows * 1e6, 1), "server_us": round(server / self.rows * 1e6, 1),
            }  # fmt: skip
            if way in self.peaks:
                found[way]["peak_mb"] = self.peaks[way]
        return found


def machine(info: ConnectionInfo) -> dict[str, Any]:
    """What the figures were measured on, and how busy it was with other things when the measuring began."""
    with info.connect("read", "postgres") as reader:
        row = reader.execute("SHOW server_version").fetchone()
    about = Path("/proc/cpuinfo")
    models = (
        [line.split(":")[1].strip() for line in about.read_text().splitlines() if "model name" in line] if about.exists() else []
    )
    return {
        "cores": os.cpu_count(), "processor": models[0] if models else platform.machine(), "system": platform.system(),
        "python": platform.python_version(), "postgresql": str(row[0]).split()[0] if row else "",
        "load_before": round(os.getloadavg()[0], 2),
    }  # fmt: skip


def checkpoint(info: ConnectionInfo) -> None:
    """What was written before is not paid for by what is measured."""
    admin = {**info.parameters("owner", "postgres")}
    with psycopg.connect(**admin, autocommit=True) as owner:  # type: ignore[arg-type]
        with_right = owner.execute("SELECT pg_has_role(current_user, 'pg_checkpoint', 'member')").fetchone()
        if with_right and with_right[0]:
            owner.execute("CHECKPOINT")
    os.sync()
