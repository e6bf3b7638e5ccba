"""`python -m bench [NAME …] [--size small|full]`: ratios first; the machine's own figures after.

Product and limit take turns in the same run, each in a fresh copy of the same database, medians of three. CI may fail on
ratios only. With --write the parts that ran are put into docs/bench.json, each with its machine and day; the other parts stay
as they are, and the plots and the tables of docs/bench.md are made anew from the whole.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import fetch as reading
from bench import plot, run, table
from bench.world import Size
from fordran.db.embedded import ConnectionInfo

FIGURES = run.ROOT / "docs" / "bench.json"
PICTURES = run.ROOT / "docs" / "pictures"
PAGE = run.ROOT / "docs" / "bench.md"

ROWS = {
    "small": {
        "choose": (50_000, 5_000), "advance": (20_000, 14_000), "match": (50_000, 5_000), "payments": (20_000, 14_000),
        "letters": (100, 70), "fetch": (5_000, 500),
    },
    "full": {
        "choose": (1_000_000, 100_000), "advance": (100_000, 70_000), "match": (1_053_000, 105_300),
        "payments": (147_400, 103_180), "letters": (400, 280), "fetch": (200_000, 20_000),
    },
}  # fmt: skip
"""Invoices and customers; each step is measured at a tenth as well. `match` has 95 payments of 100 invoices, each with a
case's number; `payments` 68, each with a letter's."""


def choose(info: ConnectionInfo, invoices: int, customers: int, rounds: int) -> dict[str, Any]:
    return _grown(info, Size(invoices, customers), lambda world: run.measure(info, "choose", world, rounds))


def advance(info: ConnectionInfo, invoices: int, customers: int, rounds: int) -> dict[str, Any]:
    return _grown(
        info, Size(invoices, customers, all_due=True), lambda world: run.measure(info, "advance", world, rounds), "choose"
    )


def match(info: ConnectionInfo, invoices: int, customers: int, rounds: int) -> dict[str, Any]:
    return _paid(info, Size(invoices, customers, all_due=True), rounds, run.measure_match, "choose")


def payments(info: ConnectionInfo, invoices: int, customers: int, rounds: int) -> dict[str, Any]:
    return _paid(info, Size(invoices, customers, all_due=True), rounds, run.measure_payments, "choose", "advance")


def _paid(
    info: ConnectionInfo,
    size: Size,
    rounds: int,
    measure: Callable[[ConnectionInfo, str, Path, int], dict[str, Any]],
    *before: str,
) -> dict[str, Any]:
    file = run.HOME / "bench.bgmax"

    def measured(world: str) -> dict[str, Any]:
        run.children(["posted", world, str(file)])
        run.settle(info, world)
        return measure(info, world, file, rounds)

    return _grown(info, size, measured, *before)


def _grown(info: ConnectionInfo, size: Size, measured: Callable[[str], dict[str, Any]], *before: str) -> dict[str, Any]:
    """At a tenth of the size and at the whole, and how much longer a row took of the many than of the few."""
    found = {}
    tenth = Size(size.invoices // 10, size.customers // 10, size.all_due)
    for name, of in (("tenth", tenth), ("whole", size)):
        with run.world(info, of, *before) as world:
            found[name] = measured(world)
    few, many = found["tenth"], found["whole"]
    growth = _work_a_row(many) / _work_a_row(few)
    return many | {"tenth": few, "growth_of_time_per_row": round(growth, 2)}


def _work_a_row(found: dict[str, Any]) -> float:
    """Processor time, since what else the machine does is not ours to grow."""
    return float(found["one_worker"]["client_us"] + found["one_worker"]["server_us"])


def letters(info: ConnectionInfo, number: int, customers: int, rounds: int) -> dict[str, Any]:
    with run.world(info, Size(number * 2, number * 2, all_due=True), "choose", "advance") as world:
        return {"step": "letters", **run.children(["letters", world, str(number)])[1][0]}


def fetch(info: ConnectionInfo, invoices: int, customers: int, rounds: int) -> dict[str, Any]:
    return reading.measure(info, invoices)


BENCHMARKS: dict[str, Callable[[ConnectionInfo, int, int, int], dict[str, Any]]] = {
    "choose": choose, "advance": advance, "match": match, "payments": payments, "letters": letters,
    "fetch": fetch,
}  # fmt: skip

WAYS = {
    "one_worker": "one worker", "two_workers": "two workers", "limit": "limit", "match": "of it read and matched",
    "match_limit": "limit of that",
}  # fmt: skip


def in_words(found: dict[str, Any]) -> str:
    if found["step"] == "letters":
        return (
            f"letters   {found['of_typst_alone']:.0%} of Typst alone; {found['per_second_and_core']} letters a second and core "
            f"(Typst alone {found['typst_alone_per_second_and_core']}); archive and accessible "
            f"{found['archive_and_accessible_of_plain']:.0%} of plain; {found['peak_mb']} MB"
        )
    if found["step"] == "fetch":
        return "\n".join(
            f"fetch     {called}: {one['records']:,} records in {one['requests']:,} calls, {one['seconds']} s, of which "
            f"{one['processor_seconds']} s our processor; {one['peak_mb']} MB"
            for called, one in (("first load", found["first"]), ("delta", found["delta"]))
        )
    lines = [f"{found['step']:<9} {found['rows']:,} rows; {found['peak_mb']} MB; ten times the rows take "
             f"{found['growth_of_time_per_row']:.2f} times the processor time per row; the same asked again "
             f"{found['same_again_seconds']} s"]  # fmt: skip
    for way, called in WAYS.items():
        if way in found:
            one = found[way]
            lines.append(
                f"          {called:<22} {one['of_limit']:>5.0%} of the limit {one['rows_per_second']:>8,} rows a second; "
                f"processor {one['client_us']} + {one['server_us']} µs a row"
            )
    return "\n".join(lines)


def merge(parts: dict[str, Any], file: Path) -> dict[str, Any]:
    """The file with these parts in the place of what it said of them before."""
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    whole: dict[str, Any] = known | parts
    file.write_text(json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return whole


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)}; all when none is named")
    asked.add_argument("--size", choices=tuple(ROWS), default="small")
    asked.add_argument("--rounds", type=int, default=3, help="the median of so many (default 3)")
    asked.add_argument(
        "--write", action="store_true", help="put what was measured into docs/bench.json, the plots and the tables"
    )
    asked.add_argument("--keep", action="store_true", help="leave the server of the benchmark running")
    options = asked.parse_args()
    if unknown := set(options.names) - set(BENCHMARKS):
        asked.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    with run.server(keep=options.keep) as info:
        for name in options.names or BENCHMARKS:
            measured_on = {"machine": run.machine(info), "date": time.strftime("%Y-%m-%d"), "size": options.size}
            found = BENCHMARKS[name](info, *ROWS[options.size][name], options.rounds)
            print(in_words(found), flush=True)
            if options.write:
                whole = merge({name: found | measured_on}, FIGURES)
                plot.write(whole, PICTURES)
                table.write(whole, PAGE)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
