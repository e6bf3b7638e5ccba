"""`fordran creditor`: the creditor's settings, from a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from fordran.cli.django_ready import ready
from fordran.cli.options import json_option, lang_option
from fordran.cli.output import answer
from fordran.core.problems import Refused


@click.group()
def command() -> None:
    """Create or change a creditor from a settings file; list creditors."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@lang_option
@json_option
def apply(file: Path, lang: str, as_json: bool) -> None:
    """Create or change the creditor that FILE describes. What the file does not name is as if it had never been set."""
    from fordran.creditors.settings_file import read_settings

    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise Refused(f"cannot open the file: {error.strerror}", record=str(file)) from None
    except UnicodeDecodeError:
        raise Refused("a settings file is written in UTF-8", record=str(file)) from None
    profile = read_settings(text)
    ready("batch")
    from fordran.creditors.models import Creditor
    from fordran.payouts.terms import apply_settings

    known = Creditor.objects.filter(organisation_number=profile.number).exists()
    data = _data(apply_settings(text), lang) | {"created": not known}
    answer(data, as_json, _in_words(data, lang))


@command.command(name="list")
@lang_option
@json_option
def list_(lang: str, as_json: bool) -> None:
    """The creditors, and what each lacks before it can start."""
    ready("read")
    from fordran.creditors.models import Creditor

    rows = [_data(creditor, lang) for creditor in Creditor.objects.order_by("id")]
    answer({"creditors": rows}, as_json, "\n".join(_in_words(row, lang) for row in rows) or "no creditor yet")


def _data(creditor: Any, lang: str) -> dict[str, Any]:
    from fordran.creditors.load import load_profile

    profile = load_profile(creditor)
    missing = profile.not_ready(date.min)
    layers = (profile.generic, *profile.classes.values(), *profile.customers.values())
    pick = 0 if lang == "sv" else 1
    return {
        "creditor": creditor.organisation_number, "name": creditor.name, "mode": creditor.mode, "active": creditor.active,
        "not_ready": [{"field": field, "message": said.split(" | ")[pick]} for field, said in missing],
        "currencies": sorted({currency for layer in layers for currency in layer.limits}),
    }  # fmt: skip


def _in_words(data: dict[str, Any], lang: str) -> str:
    sv = lang == "sv"
    state = ("aktiv" if sv else "active") if data["active"] else ("inte aktiv" if sv else "not active")
    lines = [f"{data['creditor']}  {data['name']}  {state}", *(f"  {row['message']}" for row in data["not_ready"])]
    if not data["currencies"]:
        none = "Ingen faktura tas: ingen valuta har ett kort. Skriv till exempel [filter.limits.SEK] i filen."
        none = none if sv else "No invoice is taken: no currency has a card. Write for example [filter.limits.SEK] in the file."
        lines.append(f"  {none}")
    return "\n".join(lines)
