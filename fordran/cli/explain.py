"""`fordran explain`: why every krona is there, as dated sentences with their sources."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import creditor_option, find_case
from fordran.cli.options import DAY, json_option, lang_option
from fordran.cli.output import answer


@click.group()
def command() -> None:
    """The story of a case, or why an invoice was not taken."""


@command.command()
@click.argument("case")
@creditor_option
@lang_option
@json_option
def case(case: str, creditor: str | None, lang: str, as_json: bool) -> None:
    """The story of CASE (its number, or the invoice's)."""
    ready("read")
    from fordran.cases.explain import explain_case

    found = find_case(case, creditor)
    told = [asdict(sentence) for sentence in explain_case(found, lang)]
    data = {"case": found.number, "invoice": found.invoice.number, "stage": found.stage, "story": told}
    answer(data, as_json, in_words(told))


@command.command()
@click.argument("number")
@creditor_option
@click.option("--on", "on", type=DAY, help="Also what the filter would say of the invoice that day.")
@lang_option
@json_option
def invoice(number: str, creditor: str | None, on: date | None, lang: str, as_json: bool) -> None:
    """What became of the invoice NUMBER, taken or not."""
    ready("read")
    from fordran.cases.explain import explain_invoice
    from fordran.creditors.apply import find_creditor

    owner = find_creditor(creditor)
    found, sentences = explain_invoice(owner, number, on, lang)
    told = [asdict(sentence) for sentence in sentences]
    data = {"invoice": number, "creditor": owner.organisation_number, "case": found.number if found else None, "story": told}
    nothing = "Inget dagsslut har bedömt fakturan än." if lang == "sv" else "No day has judged this invoice yet."
    answer(data, as_json, in_words(told) or nothing)


def in_words(told: list[dict[str, Any]]) -> str:
    return "\n".join(f"{row['on']}  {row['text']}" + (f" [{row['source']}]" if row["source"] else "") for row in told)
