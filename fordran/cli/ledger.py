"""`fordran ledger`: read an open-items file and report (stores nothing), or import it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from fordran.cli.ledger_options import mapping_options, read_ledger
from fordran.cli.options import json_option, lang_option, on_option
from fordran.cli.output import answer
from fordran.core.money import kronor
from fordran.core.problems import Problem, Refused
from fordran.formats.open_items import FIELDS, LedgerFile, ReadOptions

SHOWN_REFUSED = 20

# (Swedish, English)
_WORDS = {
    "rows": ("Rader", "Rows"),
    "accepted": ("lästa", "accepted"),
    "refused_rows": ("avvisade", "refused"),
    "mapping": ("Kolumner", "Columns"),
    "unknown": ("Okända kolumner (läses inte)", "Unknown columns (not read)"),
    "totals": ("Summor", "Totals"),
    "invoices": ("fakturor", "invoices"),
    "credits": ("krediter", "credits"),
    "refused": ("Avvisade celler", "Refused cells"),
    "row": ("rad", "row"),
    "more": ("… och {count} till; --json visar alla", "… and {count} more; --json shows all"),
    "notes": ("Att veta", "Notes"),
    "whole_row": ("hela raden", "whole row"),
    "read_as": ("Läst som", "Read as"),
    "header_row": ("rubriker på rad", "headers on row"),
}
_DELIMITERS = {";": ("semikolon", "semicolon"), ",": ("komma", "comma"), "\t": ("tabb", "tab"), "|": ("lodstreck", "bar")}


@click.group()
def command() -> None:
    """Read or import an open-items file (CSV or XLSX) from any system."""


@command.command(epilog=f"FIELD is one of: {', '.join(FIELDS)}.")
@click.argument("file", type=click.Path(path_type=Path))
@mapping_options
@lang_option
@json_option
def read(file: Path, reading: ReadOptions, lang: str, as_json: bool) -> None:
    """Say how FILE would be read, row by row. Nothing is stored."""
    ledger = read_ledger(file, reading)
    answer(ledger.as_dict(), as_json, in_words(ledger, lang))


@command.command(name="import", epilog=f"FIELD is one of: {', '.join(FIELDS)}.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--creditor", metavar="C", help="Organisation number; may be left out when there is only one creditor.")
@on_option("The day of the picture (compulsory).")
@click.option("--partial", is_flag=True, help="Not the whole ledger: conclude nothing from what is missing.")
@click.option("--accept-shrunk", is_flag=True, help="Take the file although much of the open ledger is missing.")
@mapping_options
@lang_option
@json_option
def import_(
    file: Path,
    creditor: str | None,
    on: date,
    partial: bool,
    accept_shrunk: bool,
    reading: ReadOptions,
    lang: str,
    as_json: bool,
) -> None:
    """Store FILE as the picture of the creditor's ledger on a day."""
    if partial and accept_shrunk:
        raise click.UsageError("--partial and --accept-shrunk exclude each other: a partial file may lack anything")
    ledger = read_ledger(file, reading)
    if not ledger.items and ledger.refused:
        raise Refused([Problem(str(p.row), p.field, p.message) for p in ledger.refused])
    done = _store(ledger, creditor, on, partial, accept_shrunk)
    answer(ledger.as_dict() | done, as_json, f"{in_words(ledger, lang)}\n\n{_done_in_words(done, lang)}")


def _store(ledger: LedgerFile, number: str | None, on: date, partial: bool, accept_shrunk: bool) -> dict[str, Any]:
    """Take the picture in, and let running cases learn of it, in one transaction."""
    from fordran.cli.django_ready import ready  # only now: `ledger read` needs no Django

    ready("batch")
    from django.db import transaction

    from fordran.cases.office import open_office
    from fordran.creditors.apply import find_creditor
    from fordran.day.react import Reacted, react_to_ledger
    from fordran.invoices.receive import Picture, import_picture

    office = open_office(find_creditor(number))
    totals = {currency: asdict(total) for currency, total in ledger.totals.items()}
    picture = Picture(ledger.items, ledger.refused, ledger.sha256, ledger.name, partial, totals)
    with transaction.atomic():
        received = import_picture(office.creditor, picture, on=on, country=office.country, accept_shrunk=accept_shrunk)
        reacted = Reacted() if received.known_already else react_to_ledger(office, on)
    return {
        "creditor": office.creditor.organisation_number, "on": on, "known_already": received.known_already, "new": received.new,
        "changed": received.changed, "missing": received.missing, "back": received.back, "reacted": asdict(reacted),
    }  # fmt: skip


# (Swedish, English)
_DONE = {
    "known_already": ("Filen är redan inläst den dagen; inget ändrades.", "This file was taken in already; nothing changed."),
    "stored": ("Inläst: {new} nya, {changed} ändrade, {missing} saknas, {back} tillbaka.",
               "Stored: {new} new, {changed} changed, {missing} missing, {back} back."),
    "paid": ("betalda hos borgenären", "paid to the creditor"),
    "credited": ("krediterade", "credited"),
    "questions": ("vilar med en fråga", "rest with a question"),
    "gone": ("vilar, saknas i reskontran", "rest, missing in the ledger"),
    "closed": ("avslutas, saknas för andra gången", "closed, missing for the second time"),
    "back": ("är tillbaka", "are back"),
}  # fmt: skip


def _done_in_words(done: dict[str, Any], lang: str) -> str:
    pick = 0 if lang == "sv" else 1
    if done["known_already"]:
        return _DONE["known_already"][pick]
    cases = "Ärenden" if lang == "sv" else "Cases"
    lines = [_DONE["stored"][pick].format(**done)]
    lines += [f"{cases}: {count} {_DONE[name][pick]}" for name, count in done["reacted"].items() if count]
    return "\n".join(lines)


def in_words(ledger: LedgerFile, lang: str) -> str:
    """How the file was read, for a person."""

    def word(name: str) -> str:
        return _WORDS[name][0 if lang == "sv" else 1]

    refused_rows = ledger.rows - ledger.accepted
    form = ledger.format
    separator = _DELIMITERS[form.delimiter][0 if lang == "sv" else 1] if form.delimiter else ""
    how = [form.kind, form.encoding, separator, form.sheet, f"{word('header_row')} {form.header_row}"]
    lines = [
        f"{word('rows')}: {ledger.rows}, {ledger.accepted} {word('accepted')}, {refused_rows} {word('refused_rows')}",
        f"{word('read_as')}: {', '.join(part for part in how if part)}",
        "",
        f"{word('mapping')}:",
    ]
    width = max(len(field) for field in ledger.mapping)
    for field, header in ledger.mapping.items():
        style = form.dates.get(field) or form.decimals.get(field)
        lines.append(f"  {field:<{width}}  {header}{f'  ({style})' if style else ''}")
    if ledger.unknown_columns:
        lines.append(f"{word('unknown')}: {', '.join(ledger.unknown_columns)}")
    lines += ["", f"{word('totals')}:"]
    for currency, total in ledger.totals.items():
        credit = f", {total.credits} {word('credits')} {kronor(total.credit_minor)}" if total.credits else ""
        lines.append(f"  {currency}  {total.invoices} {word('invoices')} {kronor(total.open_minor)}{credit}")
    if ledger.notes:
        lines += ["", f"{word('notes')}:", *(f"  {note}" for note in ledger.notes)]
    if ledger.refused:
        lines += ["", f"{word('refused')}:"]
        for problem in ledger.refused[:SHOWN_REFUSED]:
            lines.append(f"  {word('row')} {problem.row}, {problem.field or word('whole_row')}: {problem.message}")
        if len(ledger.refused) > SHOWN_REFUSED:
            lines.append(f"  {word('more').format(count=len(ledger.refused) - SHOWN_REFUSED)}")
    return "\n".join(lines)
