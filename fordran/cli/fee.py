"""`fordran fee waive`: take back a cost."""

from __future__ import annotations

from datetime import date

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import BY, creditor_option, do, dry_option, find_case, in_words
from fordran.cli.options import json_option, on_option
from fordran.cli.output import answer


@click.group()
def command() -> None:
    """Costs on a debt."""


@command.command()
@click.argument("case")
@click.argument("kind")
@click.option("--reason", required=True, help="Why, in a few words.")
@on_option()
@creditor_option
@dry_option
@json_option
def waive(case: str, kind: str, reason: str, on: date, creditor: str | None, dry_run: bool, as_json: bool) -> None:
    """Take back what is open of a cost: reminder, demand, instalment-plan or late-payment. It cannot be charged again."""
    ready("batch")
    from fordran.cases import acts

    found = find_case(case, creditor)
    data = do(found, lambda: acts.waive_cost(found, kind=kind, reason=reason, by=BY, today=on), dry=dry_run)
    answer(data, as_json, in_words(data))
