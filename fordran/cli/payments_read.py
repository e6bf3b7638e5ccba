"""`fordran payments read`: what a bank's file says, read to its own totals. Stores nothing and needs no database."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from pathlib import Path

import click

from fordran.cli.options import json_option, lang_option
from fordran.core.money import money_in_words
from fordran.core.problems import Problem
from fordran.formats.bank import BankFile, Deposit, Payment, Reading, json_pieces
from fordran.formats.bank.words import say

PIECES_AT_ONCE = 2_000
SHOWN_DEPOSITS = 40
SHOWN_PROBLEMS = 20

# (Swedish, English)
_WORDS = {
    "unknown": ("Ingen känd bankfil", "No known bank file"),
    "deposits": ("Insättningar", "Deposits"),
    "more": ("… och {count} till; --json visar alla", "… and {count} more; --json shows all"),
    "agree": ("Filens kontrollsummor stämmer.", "The file's control totals agree."),
    "disagree": ("Filens kontrollsummor stämmer INTE.", "The file's control totals do NOT agree."),
    "notes": ("Att veta", "Notes"),
    "problems": ("Filen tas inte emot", "The file is refused"),
    "line": ("rad", "line"),
    "no_day": ("(inget datum)", "(no date)"),
    "no_account": ("(inget konto)", "(no account)"),
    "not_there": ("den finns inte", "it does not exist"),
    "a_folder": ("det är en mapp", "it is a folder"),
}
# kind: (one, several) in Swedish, then in English
_KINDS = {
    "payment": (("betalning", "betalningar"), ("payment", "payments")),
    "deduction": (("avdrag", "avdrag"), ("deduction", "deductions")),
    "reversal": (("återföring", "återföringar"), ("reversal", "reversals")),
    "other_debit": (("annat uttag", "andra uttag"), ("other debit", "other debits")),
}


@click.command(name="read")
@click.argument("file", type=click.Path(path_type=Path))
@lang_option
@json_option
def read(file: Path, lang: str, as_json: bool) -> int:
    """Say what FILE (BgMax, camt.053, camt.054 or a Swish report) holds. Nothing is stored.

    Exit code 2 when the file would be refused.
    """
    try:
        opened = file.open("rb")
    except OSError as error:
        return cannot_open(file, error, lang, as_json)
    with opened:
        try:
            reading = Reading(opened, lang)
        except OSError as error:
            return cannot_open(file, error, lang, as_json)
        if as_json:
            pieces = json_pieces(reading)
            while some := "".join(islice(pieces, PIECES_AT_ONCE)):
                click.echo(some, nl=False)
            click.echo()
        else:
            tell(reading, lang)
    return 2 if reading.report.problems else 0


def cannot_open(file: Path, error: OSError, lang: str, as_json: bool) -> int:
    """The same object as for a file that was read and refused."""
    known = {FileNotFoundError: "not_there", IsADirectoryError: "a_folder"}.get(type(error))
    why = _WORDS[known][0 if lang == "sv" else 1] if known else error.strerror or type(error).__name__
    problem = Problem(str(file), "", say("cannot_open", lang, error=why))
    result = BankFile(None, None, (), False, (problem,), ())
    click.echo(json.dumps(result.as_dict(), ensure_ascii=False, indent=1) if as_json else f"{file}: {problem.message}")
    return 2


def tell(reading: Reading, lang: str) -> None:
    """For a person: each deposit as it is read, then the totals, the notes and the problems."""

    def word(name: str) -> str:
        return _WORDS[name][0 if lang == "sv" else 1]

    kinds: Counter[str] = Counter()
    lines: list[str] = []
    deposits = 0
    sums: Counter[tuple[str, str]] = Counter()
    for event in reading:
        if isinstance(event, Payment):
            kinds[event.kind] += 1
            continue
        deposits += 1
        sums[event.account, event.currency] += event.amount_minor
        if deposits <= SHOWN_DEPOSITS:
            lines.append(_deposit_line(event, kinds, lang))
        kinds = Counter()
    result = reading.result()
    click.echo(f"{result.format} {result.version or ''}".rstrip() if result.format else word("unknown"))
    if deposits:
        click.echo(f"\n{word('deposits')}: {deposits}")
        for line in lines:
            click.echo(line)
        if deposits > SHOWN_DEPOSITS:
            click.echo(f"  {word('more').format(count=deposits - SHOWN_DEPOSITS)}")
        for (account, currency), total in sums.items():
            click.echo(f"  = {account or word('no_account')}  {money_in_words(total, currency)}")
    if result.format:
        click.echo(f"\n{word('agree' if result.control_totals_agree else 'disagree')}")
    if result.notes:
        click.echo(f"\n{word('notes')}:")
        for note in result.notes:
            click.echo(f"  {note}")
    if result.problems:
        click.echo(f"\n{word('problems')}:")
        for problem in result.problems[:SHOWN_PROBLEMS]:
            record = f"{word('line')} {problem.record}" if problem.record.isdigit() else problem.record
            place = ", ".join(part for part in (record, problem.field) if part)
            click.echo(f"  {place + ': ' if place else ''}{problem.message}")
        if len(result.problems) > SHOWN_PROBLEMS:
            click.echo(f"  {word('more').format(count=len(result.problems) - SHOWN_PROBLEMS)}")


def _deposit_line(deposit: Deposit, kinds: Counter[str], lang: str) -> str:
    language = 0 if lang == "sv" else 1
    day = deposit.date.isoformat() if deposit.date else _WORDS["no_day"][language]
    held = ", ".join(f"{count} {_KINDS[kind][language][count != 1]}" for kind, count in kinds.items())
    account = deposit.account or _WORDS["no_account"][language]
    return f"  {day}  {account}  {money_in_words(deposit.amount_minor, deposit.currency)}  ({held})"
