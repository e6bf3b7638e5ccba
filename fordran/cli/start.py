"""`fordran start`: what the set-up's pages reckon beforehand, in a process of its own."""

from __future__ import annotations

import click

from fordran.cli.django_ready import ready
from fordran.cli.options import json_option
from fordran.cli.output import answer


@click.group()
def command() -> None:
    """Previews and trials of a company that is not switched on yet."""


@command.command()
@click.argument("number", type=int)
@json_option
def reckon(number: int, as_json: bool) -> None:
    """Reckon the preview or trial NUMBER that a page has asked for, and keep it."""
    ready("batch")
    from fordran.core.problems import Refused
    from fordran.onboarding.models import Reckoning
    from fordran.onboarding.reckoning import make

    row = Reckoning.objects.filter(pk=number).select_related("creditor").first()
    if row is None:
        raise Refused(f"nothing with number {number} was asked for", field="NUMBER")
    done = make(row)
    answer({"state": done.state, "digest": done.digest}, as_json, f"{done.kind} {number}: {done.state}")
