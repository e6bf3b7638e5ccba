"""`fordran exclude`: leave a customer or a class out."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import BY, creditor_option
from fordran.cli.options import DAY, json_option
from fordran.cli.output import answer
from fordran.core.problems import Refused


@click.group()
def command() -> None:
    """Leave a customer or a class out: no new invoice is taken, running cases rest as long."""


def _options(function: Any) -> Any:
    for option in (
        click.argument("key"),
        click.option("--reason", required=True, help="Why, in a few words."),
        click.option("--until", type=DAY, help="The last day; without it until it is lifted."),
        click.option(
            "--on", "on", type=DAY, help="With it, running cases are decided again at once, and letters not sent taken back."
        ),
        click.option("--lift", is_flag=True, help="End the exclusion instead (needs --on)."),
        creditor_option,
        json_option,
    )[::-1]:
        function = option(function)
    return function


def _exclude(
    level: str, key: str, reason: str, until: date | None, on: date | None, lift: bool, creditor: str | None
) -> dict[str, Any]:
    ready("batch")
    from fordran.cases import acts
    from fordran.creditors.apply import find_creditor

    if not reason.strip():
        raise Refused("say why, in a few words", field="--reason")
    owner = find_creditor(creditor)
    if lift:
        if on is None:
            raise Refused("say from which day it is lifted", field="--on")
        acts.lift_exclusion(owner, level=level, key=key, by=BY, today=on)
    else:
        acts.exclude(owner, level=level, key=key, reason=reason, by=BY, today=on, until=until)
    return {"creditor": owner.organisation_number, "level": level, "key": key, "reason": reason, "until": until, "lifted": lift}


def _words(data: dict[str, Any]) -> str:
    until = f" until {data['until']}" if data["until"] else ""
    state = "no longer left out" if data["lifted"] else f"left out{until}"
    return f"{data['level']} {data['key']}: {state} ({data['reason']})"


@command.command()
@_options
def customer(key: str, reason: str, until: date | None, on: date | None, lift: bool, creditor: str | None, as_json: bool) -> None:
    """KEY is the customer number."""
    data = _exclude("customer", key, reason, until, on, lift, creditor)
    answer(data, as_json, _words(data))


@command.command(name="class")
@_options
def class_(key: str, reason: str, until: date | None, on: date | None, lift: bool, creditor: str | None, as_json: bool) -> None:
    """KEY is the customer class."""
    data = _exclude("class", key, reason, until, on, lift, creditor)
    answer(data, as_json, _words(data))
