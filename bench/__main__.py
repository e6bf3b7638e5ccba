"""`python -m bench [choose] [advance] [letters] [payments] [--size small|full]`: ratios first; the machine's own figures after.

Product and limit take turns in the same run, each in a fresh copy of the same database, medians of three. CI may fail on
ratios only. With --write the figures and plots in docs are made anew.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from bench import plot, run
from bench.world import Size
from fordran.db.embedded import ConnectionInfo

FIGURES = run.ROOT / "docs" / "bench.json"
PICTURES = run.ROOT / "docs" / "pictures"

ROWS = {
    "small": {"choose": (50_000, 5_000), "advance": (20_000, 14_000), "payments": (20_000, 14_000), "letters": (100, 70)},
    "full": {"choose": (1_000_000, 100_000), "advance": (100_000, 70_000), "payments": (100_000, 70_000), "letters": (400, 280)},
}
"""Invoices and customers. Each step is measured at a tenth as well."""


def choose(info: ConnectionInfo, invoices: int, customers: int, rounds: int) -> dict[str, Any]:
    return _grown("choose", info, Size(invoices, customers), rounds)


def advance(info: ConnectionInfo, invoices: int, customers: int, rounds: int) -> dict[str, Any]:
    return _grown("advance", info, Size(invoices, customers, all_due=True), rounds, "choose")


def payments(info: ConnectionInfo, invoices: int, customers: int, rounds: int) -> dict[str, Any]:
    return _grown("payments", info, Size(invoices, customers, all_due=True), rounds, "choose", "advance", "posted", alone=True)


def _grown(step: str, info: ConnectionInfo, size: Size, rounds: int, *before: str, alone: bool = False) -> dict[str, Any]:
    """At a tenth of the size and at the whole, and how much longer a row took of the many than of the few."""
    found = {}
    tenth = Size(size.invoices // 10, size.customers // 10, size.all_due)
    for name, of in (("tenth", tenth), ("whole", size)):
        with run.database(info, run.migrated.template(info)) as world:
            run.fill(world, of)
            for earlier in before:
                run.children([earlier, world])
            run.settle(info, world)
            found[name] = run.measure(info, step, world, rounds, alone=alone)
    few, many = found["tenth"], found["whole"]
    growth = few["one_worker"]["rows_per_second"] / many["one_worker"]["rows_per_second"]
    return many | {"tenth": few, "growth_of_time_per_row": round(growth, 2)}


def letters(info: ConnectionInfo, number: int, customers: int, rounds: int) -> dict[str, Any]:
    with run.database(info, run.migrated.template(info)) as world:
        run.fill(world, Size(number * 2, number * 2, all_due=True))
        run.children(["choose", world])
        run.children(["advance", world])
        return {"step": "letters", **run.children(["letters", world, str(number)])[1][0]}


BENCHMARKS: dict[str, Callable[[ConnectionInfo, int, int, int], dict[str, Any]]] = {
    "choose": choose, "advance": advance, "payments": payments, "letters": letters,
}  # fmt: skip


def in_words(found: dict[str, Any]) -> str:
    if found["step"] == "letters":
        return (
            f"letters   {found['of_typst_alone']:.0%} of Typst alone; {found['per_second_and_core']} letters a second and core "
            f"(Typst alone {found['typst_alone_per_second_and_core']}); archive and accessible "
            f"{found['archive_and_accessible_of_plain']:.0%} of plain; {found['peak_mb']} MB"
        )
    lines = [f"{found['step']:<9} {found['rows']:,} rows; {found['peak_mb']} MB; ten times the rows take "
             f"{found['growth_of_time_per_row']:.2f} times the time per row"]  # fmt: skip
    for way in ("one_worker", "two_workers", "limit"):
        if way in found:
            one = found[way]
            lines.append(
                f"          {way.replace('_', ' '):<12} {one['of_limit']:>5.0%} of the limit {one['rows_per_second']:>8,} rows a "
                f"second; processor {one['client_us']} + {one['server_us']} µs a row"
            )
    return "\n".join(lines)


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHMARKS)}; all when none is named")
    asked.add_argument("--size", choices=tuple(ROWS), default="small")
    asked.add_argument("--rounds", type=int, default=3, help="the median of so many (default 3)")
    asked.add_argument("--write", action="store_true", help="make docs/bench.json and the plots anew")
    asked.add_argument("--keep", action="store_true", help="leave the server of the benchmark running")
    options = asked.parse_args()
    if unknown := set(options.names) - set(BENCHMARKS):
        asked.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    figures: dict[str, Any] = {}
    with run.server(keep=options.keep) as info:
        for name in options.names or BENCHMARKS:
            found = BENCHMARKS[name](info, *ROWS[options.size][name], options.rounds)
            figures[name] = found
            print(in_words(found), flush=True)
    if options.write:
        known = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
        FIGURES.write_text(json.dumps(known | figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        plot.write(known | figures, PICTURES)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
