"""`fordran day --on D`: one day for every creditor. Run again, it finishes what was not finished and changes nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import creditor_option
from fordran.cli.options import json_option, on_option
from fordran.cli.output import answer, note, progress_wanted


@click.command()
@on_option()
@creditor_option
@click.option("--enqueue", is_flag=True, help="Begin the day and leave the work to `fordran worker`.")
@json_option
def command(on: date, creditor: str | None, enqueue: bool, as_json: bool) -> int:
    """Learn, judge, speak and settle one day."""
    ready("batch")
    from fordran.creditors.apply import find_creditor
    from fordran.day.run import leave_to_workers, run_day
    from fordran.day.tidy import tidy
    from fordran.day.world import letter_channels

    def progress(name: str, step: str, done: int, of: int) -> None:
        note(f"{on} {name}: {step} {done}/{of}")

    only = [find_creditor(creditor)] if creditor else None
    if enqueue:
        report = leave_to_workers(on, only)
    else:
        report = run_day(on, letter_channels(), only, progress if progress_wanted() else None)
    tidy()
    data = report_as_data(report)
    answer(data, as_json, in_words([data]))
    return 1 if report.problems else 0


def report_as_data(report: Any) -> dict[str, Any]:
    """`creditors`: name -> step -> counts."""
    return {"on": report.day, "creditors": report.creditors, "problems": report.problems}


def in_words(days: list[dict[str, Any]]) -> str:
    lines = []
    for day in days:
        for name, steps in day["creditors"].items():
            counts = [
                f"{step}: {', '.join(f'{count} {what}' for what, count in found.items() if count)}"
                for step, found in steps.items()
                if any(found.values())
            ]
            if counts:
                lines.append(f"{day['on']}  {name}  {'; '.join(counts)}")
        lines += [f"{day['on']}  PROBLEM  {problem}" for problem in day["problems"]]
    return "\n".join(lines) or "nothing to do"
