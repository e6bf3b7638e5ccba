"""The figures as a table in docs/bench.md, between its two marks, so that what is written and what was measured cannot part."""

from __future__ import annotations

from pathlib import Path
from typing import Any

BEGIN, END = "<!-- figures: made by `make bench` -->", "<!-- end of figures -->"

STEPS: tuple[tuple[str, str, str, str], ...] = (
    ("choose", "one_worker", "choose from open invoices, one worker", "50%"),
    ("choose", "two_workers", "the same, two workers", "50%"),
    ("advance", "one_worker", "advance due cases, one worker", "50%"),
    ("advance", "two_workers", "the same, two workers", "50%"),
    ("match", "one_worker", "read and match a bank file, of COPY and a join", "50%"),
    ("payments", "match", "the same, paid by letters' numbers", "50%"),
    ("payments", "one_worker", "the whole bank file, with bookings", "–"),
)
GROWN = ("choose", "advance", "match", "payments")


def write(figures: dict[str, Any], page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{table(figures)}\n{END}{after}", encoding="utf-8")


def table(figures: dict[str, Any]) -> str:
    lines = [
        "| What | Rows | Of the limit | By processor | Aim | A second | Processor, µs a row: ours + the server's | Memory |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for step, way, called, aim in STEPS:
        if step in figures and way in figures[step]:
            found, one = figures[step], figures[step][way]
            memory = one.get("peak_mb", found["peak_mb"])
            lines.append(
                f"| {called} | {found['rows']:,} | {one['of_limit']:.0%} | {_by_processor(one)} | {aim} | "
                f"{one['rows_per_second']:,} | {one['client_us']:.0f} + {one['server_us']:.0f} | {memory} MB |"
            )
    if "letters" in figures:
        found = figures["letters"]
        lines.append(
            f"| a letter with a code, of Typst alone | {found['letters']:,} | – | {found['of_typst_alone']:.0%} | 75% | "
            f"{found['per_second_and_core']:.0f} a core | – | {found['peak_mb']} MB |"
        )
    if "fetch" in figures:
        lines += _fetched(figures["fetch"])
    lines += [
        "",
        "| Processor time a row at these rows, to that at a tenth of them | Found | Aim | The same asked again |",
        "|---|---:|---:|---:|",
    ]
    lines += [
        f"| {step}, {figures[step]['rows']:,} | {figures[step]['growth_of_time_per_row']:.2f} | 1.10 | {_again(figures[step])} |"
        for step in GROWN
        if step in figures
    ]
    lines += ["", *(_measured(step, found) for step, found in figures.items() if "machine" in found)]
    return "\n".join(lines)


def _fetched(found: dict[str, Any]) -> list[str]:
    lines = ["", "| Read from an ERP over HTTP | Records | Calls | Seconds | Of which our processor | Memory |",
             "|---|---:|---:|---:|---:|---:|"]  # fmt: skip
    for part, called in (("first", f"the first load of {found['invoices']:,} invoices"), ("delta", "the daily delta")):
        one = found[part]
        lines.append(
            f"| {called} | {one['records']:,} | {one['requests']:,} | {one['seconds']} | {one['processor_seconds']} | "
            f"{one['peak_mb']} MB |"
        )
    return lines


def _by_processor(one: dict[str, Any]) -> str:
    return f"{one['processor_of_limit']:.0%}" if "processor_of_limit" in one else "–"


def _again(found: dict[str, Any]) -> str:
    return f"{found['same_again_seconds']:.2f} s" if "same_again_seconds" in found else "–"


def _measured(step: str, found: dict[str, Any]) -> str:
    on, rounds = found["machine"], found.get("rounds", 3)
    times = "once" if rounds == 1 else f"median of {rounds}"
    busy = f"; other work kept {on['load_before']:.0f} processes waiting" if on["load_before"] > on["cores"] / 2 else ""
    return (
        f"- {step}: {found['date']}, {times}, {on['cores']} cores of {on['processor']}, PostgreSQL {on['postgresql']}, "
        f"Python {on['python']}{busy}."
    )
