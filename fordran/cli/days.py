"""`fordran days --from A --to B`: the days between, one after the other."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from fordran.cli.day import in_words, report_as_data
from fordran.cli.django_ready import ready
from fordran.cli.named import creditor_option
from fordran.cli.options import DAY, json_option
from fordran.cli.output import answer, progress_bar
from fordran.core.problems import Refused


@click.command()
@click.option("--from", "first", type=DAY, required=True, help="The first day.")
@click.option("--to", "last", type=DAY, required=True, help="The last day, itself included.")
@creditor_option
@json_option
def command(first: date, last: date, creditor: str | None, as_json: bool) -> int:
    """Run every day from A to B, both included."""
    if last < first:
        raise Refused(f"{last} lies before {first}", field="--to")
    ready("batch")
    from fordran.creditors.apply import find_creditor
    from fordran.day.run import run_days
    from fordran.day.world import letter_channels

    only = [find_creditor(creditor)] if creditor else None
    with progress_bar((last - first).days + 1, "days") as step:
        reports = run_days(first, last, letter_channels(), only, lambda _day: step(1))
    days: list[dict[str, Any]] = [report_as_data(report) for report in reports]
    problems = [problem for report in reports for problem in report.problems]
    answer({"from": first, "to": last, "days": days, "problems": problems}, as_json, in_words(days))
    return 1 if problems else 0
