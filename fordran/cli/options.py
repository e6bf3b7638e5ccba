"""Option types and decorators that commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import click

from fordran.core.money import parse_kronor


class Day(click.ParamType):
    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            if len(value) != 10:
                raise ValueError
            day = date.fromisoformat(value)
            if not 1900 <= day.year <= 2200:  # no rule of ours reaches further, and sums with days must have room
                raise ValueError
            return day
        except ValueError:
            self.fail(f"{value!r} is not a day from 1900 to 2200; write YYYY-MM-DD", param, ctx)


class Kronor(click.ParamType):
    """Kronor with point or comma and at most two decimals -> öre."""

    name = "KRONOR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            return parse_kronor(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


DAY = Day()
KRONOR = Kronor()

json_option = click.option("--json", "as_json", is_flag=True, help="JSON alone on standard output.")
lang_option = click.option(
    "--lang", type=click.Choice(["sv", "en"]), default="sv", show_default=True, help="Language of the sentences."
)


def on_option(help: str = "The day (compulsory: nothing here reads the clock).") -> Callable[..., Any]:
    return click.option("--on", "on", type=DAY, required=True, help=help)
