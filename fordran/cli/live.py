"""`fordran live`: Fordran and the sandbox's world, lived together from one day to another, and proved at the end."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path

import click

from fordran.cli.django_ready import ready
from fordran.cli.options import DAY, json_option
from fordran.cli.output import answer, note, progress_bar
from fordran.cli.sandbox import COMPANY_KEYS
from fordran.core.problems import Refused


@click.command()
@click.option("--from", "first", type=DAY, required=True, help="The first day.")
@click.option("--to", "last", type=DAY, required=True, help="The last day, lived too.")
@click.option("--company", "keys", type=click.Choice(COMPANY_KEYS), multiple=True, help="Which of them; may be repeated [all].")
@click.option("--size", type=click.IntRange(1, 5000), default=4, show_default=True, help="Invoices a day and company.")
@click.option("--faults", type=click.Choice(["none", "some", "all"]), default="none", show_default=True, help="Trouble.")
@click.option("--workers", type=click.IntRange(1, 16), default=1, show_default=True, help="At work on each day at once.")
@click.option("--seed", type=int, default=1, show_default=True, help="Names all chance: the same seed, the same life.")
@click.option("--dir", "folder", type=click.Path(path_type=Path, file_okay=False), help="Keep the world's files here.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write the report here: .html or .json.")
@json_option
def command(
    first: date, last: date, keys: tuple[str, ...], size: int, faults: str, workers: int, seed: int, folder: Path | None,
    report: Path | None, as_json: bool,
) -> int:  # fmt: skip
    """Live with invented companies over the real wire, in a database that is thrown away. Nothing of the installation is
    touched. Exit code 1 when something that must be true is not."""
    if report is not None and report.suffix not in (".html", ".json"):
        raise Refused("a report ends with .html or .json", field="--report")
    ready("batch", migrate=False)
    from fordran.cli.living.life import Life, plan_of
    from fordran.cli.living.report import as_data, as_page, in_words
    from fordran.db.scratch import scratch_database

    plan = plan_of(first, last, keys, size, faults, workers, seed)
    with scratch_database(), tempfile.TemporaryDirectory(prefix="fordran-live-") as own, Life(plan, folder or Path(own)) as life:
        note("settling in: each company's past, its settings, its ERP and its bank")
        life.move_in()
        with progress_bar((last - first).days + 1, "living") as on:
            life.play(lambda _day: on(1))
        note("proving")
        data = as_data(life)
    if report is not None:
        text = json.dumps(data, ensure_ascii=False, indent=1) if report.suffix == ".json" else as_page(data)
        report.write_text(text, encoding="utf-8")
    answer(data, as_json, in_words(data))
    return 0 if data["holds"] else 1
