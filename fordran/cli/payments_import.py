"""`fordran payments import` and `none`: the day's bank file is taken in whole or refused whole."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import BY, creditor_option
from fordran.cli.options import json_option, lang_option, on_option
from fordran.cli.output import answer, note, progress_wanted
from fordran.cli.payments_read import PIECES_AT_ONCE, cannot_open, tell
from fordran.core.problems import Problem
from fordran.formats.bank import Reading, json_pieces

# (Swedish, English)
_WORDS = {
    "known": ("Filen är redan inläst; inget ändrades.", "The file had been taken in already; nothing changed."),
    "taken": ("Inläst: {new} nya betalningar, {known} kända förut.", "Taken in: {new} new payments, {known} known before."),
    "nothing": ("Inget lästes in.", "Nothing was taken in."),
    "case_ocr": ("ärendets OCR", "the case's OCR"),
    "letter_ocr": ("brevets OCR", "the letter's OCR"),
    "invoice_reference": ("fakturans OCR", "the invoice's OCR"),
    "invoice_number": ("fakturanumret", "the invoice number"),
    "text": ("texten", "the text"),
    "amount_and_payer": ("belopp och betalare", "amount and payer"),
    "matched": ("Hittade sitt ärende", "Found their case"),
    "by": ("genom", "by"),
    "waiting": ("Väntar på ett ärende", "Wait for a case"),
    "suspense": ("Väntar på en person (fordran payments suspense)", "Wait for a person (fordran payments suspense)"),
    "refunds": ("Att betala tillbaka", "To pay back"),
}  # fmt: skip


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@on_option("The day the file is learnt (compulsory: nothing here reads the clock).")
@lang_option
@json_option
def import_(file: Path, on: date, lang: str, as_json: bool) -> int:
    """Take in FILE (BgMax, camt.053, camt.054 or a Swish report): payments find their cases, the rest waits for a person.

    Refused whole, with exit code 2 and nothing stored, when its totals do not agree, something in it is wrong, or an account
    in it is nobody's here. The same file again changes nothing.
    """
    ready("batch")
    from fordran.settlement.take_in import FileRefused, take_in
    from fordran.settlement.told import told_of_files

    try:
        opened: BinaryIO = file.open("rb") if file.is_file() else io.BytesIO(file.read_bytes())
    except OSError as error:
        return cannot_open(file, error, lang, as_json)
    with opened:
        reading = Reading(opened, lang)
        try:
            taken = take_in(reading, name=file.name, on=on, by=BY, lang=lang, progress=_progress)
        except FileRefused as refused:
            others = [] if reading.report.problems else refused.problems
            return _answer(opened, lang, as_json, _NOTHING, others, True)
        done = {"known": taken.known, "payments": taken.payments, "known_payments": taken.known_payments}
        return _answer(opened, lang, as_json, done | told_of_files(taken.files), [], False)


def _progress(done: int, total: int) -> None:
    if progress_wanted():
        note(f"{done} / {total}")


_NOTHING: dict[str, Any] = {"known": False, "payments": 0, "known_payments": 0, "matched": {}, "waiting": 0, "suspense": 0}


def _answer(opened: BinaryIO, lang: str, as_json: bool, done: dict[str, Any], others: Sequence[Problem], refused: bool) -> int:
    """What `payments read` answers, and what was done. The file is read once more, as a stream; `others` are problems that
    only the import saw."""
    again = Reading(opened, lang)
    for problem in others:
        again.report.refuse(problem)
    if as_json:
        pieces = json_pieces(again, {"import": done})
        while some := "".join(islice(pieces, PIECES_AT_ONCE)):
            click.echo(some, nl=False)
        click.echo()
    else:
        tell(again, lang)
        _say(done, lang, refused)
    return 2 if refused else 0


def _say(done: dict[str, Any], lang: str, refused: bool) -> None:
    language = 0 if lang == "sv" else 1

    def word(name: str) -> str:
        return _WORDS[name][language]

    if refused:
        click.echo(f"\n{word('nothing')}")
        return
    if done["known"]:
        click.echo(f"\n{word('known')}")
    else:
        new = done["payments"] - done["known_payments"]
        click.echo(f"\n{word('taken').format(new=new, known=done['known_payments'])}")
    for by, count in done["matched"].items():
        click.echo(f"  {word('matched')}, {word('by')} {word(by)}: {count}")
    for name in ("waiting", "suspense"):
        if done[name]:
            click.echo(f"  {word(name)}: {done[name]}")


@click.command()
@on_option("The banking day on which no file will come (compulsory).")
@creditor_option
@json_option
def none(on: date, creditor: str | None, as_json: bool) -> None:
    """Say that the bank sends no file this day, so that letters need not wait for it."""
    ready("batch")
    from fordran.audit.record import record_event
    from fordran.bank.models import NoFileToday
    from fordran.creditors.apply import find_creditor

    owner = find_creditor(creditor)
    _, new = NoFileToday.objects.get_or_create(creditor=owner, on=on, defaults={"by": BY})
    if new:
        record_event(owner.pk, on, BY, "no bank file today", owner.organisation_number)
    answer({"creditor": owner.organisation_number, "on": on, "recorded": new}, as_json, f"{owner.name}: no bank file on {on}")
