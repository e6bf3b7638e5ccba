"""`fordran office`: the office that collects for the companies registered here."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fordran.cli.django_ready import ready
from fordran.cli.options import json_option, on_option
from fordran.cli.output import answer
from fordran.core.problems import Refused

if TYPE_CHECKING:
    from fordran.creditors.models import Office

BY = "command line"


@click.group()
def command() -> None:
    """An office with a permit: its name, permit, prices, and an account for each company it collects for."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@on_option("The day on which it is changed (compulsory).")
@json_option
def apply(file: Path, on: date, as_json: bool) -> None:
    """Create or change the office that FILE describes. Free accounts that it does not name are taken away."""
    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise Refused(f"cannot open the file: {error.strerror}", record=str(file)) from None
    except UnicodeDecodeError:
        raise Refused("the file is written in UTF-8", record=str(file)) from None
    ready("batch")
    from fordran.onboarding.office_file import apply_office

    data = _data(apply_office(text, by=BY, today=on))
    answer(data, as_json, _in_words(data))


@command.command()
@json_option
def show(as_json: bool) -> None:
    """The offices, and how many accounts are free."""
    ready("read")
    from fordran.creditors.models import Office

    rows = [_data(office) for office in Office.objects.order_by("pk")]
    answer({"offices": rows}, as_json, "\n".join(_in_words(row) for row in rows) or "no office yet: fordran office apply FILE")


def _data(office: Office) -> dict[str, Any]:
    accounts = list(office.accounts.select_related("taken_by").order_by("pk"))
    return {
        "name": office.name,
        "organisation_number": office.organisation_number,
        "permit": office.permit,
        "until": office.permit_until,
        "accounts": [{"number": one.number, "company": one.taken_by.name if one.taken_by else None} for one in accounts],
    }


def _in_words(data: dict[str, Any]) -> str:
    free = sum(one["company"] is None for one in data["accounts"])
    lines = [f"{data['name']} ({data['organisation_number']}), permit {data['permit']} until {data['until']}"]
    lines += [f"  {one['number']}  {one['company'] or 'free'}" for one in data["accounts"]]
    return "\n".join([*lines, f"  {free} accounts are free" if free else "  no account is free: no company can be registered"])
