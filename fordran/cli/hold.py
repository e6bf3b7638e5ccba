"""`fordran hold`: place or lift what stops a case."""

from __future__ import annotations

from datetime import date

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import BY, creditor_option, do, dry_option, find_case, in_words
from fordran.cli.options import DAY, json_option, on_option
from fordran.cli.output import answer


@click.group()
def command() -> None:
    """A hold stops everything in a case: dispute, respite, plan, deceased, bankrupt, unknown-address, manual, …"""


@command.command()
@click.argument("case")
@click.option("--kind", required=True, help="dispute, respite, plan, deceased, bankrupt, unknown-address, stopped, manual")
@click.option("--reason", required=True, help="Why, in a few words.")
@on_option()
@click.option("--until", type=DAY, help="The last day of the hold; without it the hold lasts until it is lifted.")
@creditor_option
@dry_option
@json_option
def place(
    case: str, kind: str, reason: str, on: date, until: date | None, creditor: str | None, dry_run: bool, as_json: bool
) -> None:
    """Stop everything in CASE from that day. Letters that have not left are taken back."""
    ready("batch")
    from fordran.cases import acts

    found = find_case(case, creditor)
    data = do(found, lambda: acts.place_hold(found, kind=kind, reason=reason, by=BY, today=on, until=until), dry=dry_run)
    answer(data, as_json, in_words(data))


@command.command()
@click.argument("case")
@click.option("--kind", help="Which hold; may be left out when there is only one.")
@on_option()
@creditor_option
@dry_option
@json_option
def lift(case: str, kind: str | None, on: date, creditor: str | None, dry_run: bool, as_json: bool) -> None:
    """Let CASE go on from where it was."""
    ready("batch")
    from fordran.cases import acts
    from fordran.core.problems import Refused

    found = find_case(case, creditor)
    live = list(found.holds.filter(lifted_on__isnull=True).values_list("kind", flat=True))
    if kind is None and len(live) > 1:
        raise Refused(f"case {found.number} has several holds ({', '.join(live)}): name one", field="--kind")
    named = kind or (live[0] if live else "any")
    data = do(found, lambda: acts.lift_hold(found, kind=named, by=BY, today=on), dry=dry_run)
    answer(data, as_json, in_words(data))
