"""`fordran letters`: look at what waits, let it leave, take it out as PDF, correct the day it was posted."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import BY, creditor_option, find_letter
from fordran.cli.options import DAY, json_option, on_option
from fordran.cli.output import answer, progress_bar
from fordran.core.money import kronor

STATES = ("waiting", "composed", "approved", "sent", "voided", "all")


@click.group()
def command() -> None:
    """Letters: list, show, approve, take out as PDF, correct the posting day, stop all sending."""


@command.command(name="list")
@creditor_option
@click.option("--on", "on", type=DAY, help="Only letters dated that day.")
@click.option("--state", type=click.Choice(STATES), default="all", show_default=True, help="`waiting` = not sent and not voided.")
@json_option
def list_(creditor: str | None, on: date | None, state: str, as_json: bool) -> None:
    """Letters, oldest first."""
    ready("read")
    rows = [letter_as_data(letter) for letter in _letters(creditor, on, state)]
    answer(rows, as_json, "\n".join(map(_line, rows)) or "no letter")


def _letters(creditor: str | None, on: date | None, state: str) -> Any:
    from fordran.creditors.apply import find_creditor
    from fordran.letters.models import Letter

    letters = Letter.objects.select_related("creditor").prefetch_related("dispatches").order_by("creditor_id", "dated_on", "id")
    if creditor:
        letters = letters.filter(creditor=find_creditor(creditor))
    if on is not None:
        letters = letters.filter(dated_on=on)
    if state == "waiting":
        return letters.filter(state__in=("composed", "approved"))
    return letters if state == "all" else letters.filter(state=state)


def letter_as_data(letter: Any) -> dict[str, Any]:
    """The row of `letters list`. `total_minor` is what it asks for in the claim's own currency."""
    dispatches = sorted(letter.dispatches.all(), key=lambda d: d.pk)
    return {
        "letter": letter.number, "creditor": letter.creditor.organisation_number, "kind": letter.kind,
        "language": letter.language, "dated_on": letter.dated_on, "last_day": letter.last_day,
        "total_minor": letter.total_minor, "currency": letter.currency, "ocr": letter.ocr, "state": letter.state,
        "sent_on": letter.sent_on, "approved_on": letter.approved_on, "cases": _cases(letter),
        "dispatches": [
            {"channel": d.channel, "attempt": d.attempt, "state": d.state, "on": d.on, "error": d.error} for d in dispatches
        ],
    }  # fmt: skip


def _cases(letter: Any) -> list[dict[str, Any]]:
    from fordran.cases.models import Case

    asked = dict(letter.cases.values_list("case_number", "asked_minor"))
    found = Case.objects.filter(pk__in=asked).select_related("invoice").order_by("id")
    return [{"case": case.number, "invoice": case.invoice.number, "asked_minor": asked[case.pk]} for case in found]


def _line(row: dict[str, Any]) -> str:
    invoices = ", ".join(case["invoice"] for case in row["cases"])
    trouble = "".join(f"  {d['channel']}: {d['state']} {d['error']}" for d in row["dispatches"] if d["state"] != "sent")
    return (
        f"{row['dated_on']}  {row['letter']}  {row['kind']:<12} {kronor(row['total_minor']):>14} {row['currency']}  "
        f"pay by {row['last_day'] or '-':}  {row['state']:<9} {invoices}{trouble}"
    ).rstrip()


@command.command()
@click.argument("letter", metavar="ID")
@creditor_option
@json_option
def show(letter: str, creditor: str | None, as_json: bool) -> None:
    """What the letter ID (such as B2026-000001) says: as text, or all of its contents as JSON."""
    ready("read")
    from fordran.core.json_text import json_text
    from fordran.creditors.apply import find_creditor
    from fordran.letters.as_text import letter_as_text
    from fordran.letters.store import from_json

    found = find_letter(letter, find_creditor(creditor) if creditor else None)
    content = from_json(found.content)
    data = letter_as_data(found) | {"content": json.loads(json_text(content)), "sha256": found.sha256}
    answer(data, as_json, letter_as_text(content))


@command.command()
@on_option()
@creditor_option
@json_option
def approve(on: date, creditor: str | None, as_json: bool) -> int:
    """A person has looked: the letters that wait may leave, dated that day."""
    ready("batch")
    from fordran.creditors.apply import find_creditor
    from fordran.day.speak import approve_batch
    from fordran.day.world import letter_channels

    owner = find_creditor(creditor)
    spoken = approve_batch(owner, by=BY, today=on, channels=letter_channels())
    data = {
        "creditor": owner.organisation_number, "on": on, "sent": spoken.sent, "failed": spoken.failed,
        "ambiguous": spoken.ambiguous, "problems": spoken.problems,
    }  # fmt: skip
    words = [f"{spoken.sent} letters sent, {spoken.failed} failed, {spoken.ambiguous} ambiguous", *spoken.problems]
    answer(data, as_json, "\n".join(words))
    return 1 if spoken.problems else 0


@command.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@creditor_option
@click.option("--on", "on", type=DAY, help="Only letters dated that day.")
@json_option
def out(directory: Path, creditor: str | None, on: date | None, as_json: bool) -> None:
    """Write the letters that are approved or sent to DIRECTORY, as PDF with an index; nothing is sent by this."""
    ready("read")
    from fordran.day.world import letter_channels
    from fordran.letters.as_parcel import parcel_of
    from fordran.letters.render import render_letter
    from fordran.letters.store import from_json

    folder = letter_channels(str(directory))["folder"]
    found = [letter for letter in _letters(creditor, on, "all") if letter.state in ("approved", "sent")]
    files = []
    with progress_bar(len(found), "letters") as step:
        for letter in found:
            packed = parcel_of(from_json(letter.content), "folder")
            receipt = folder.send(
                packed.with_pdf(render_letter(packed.content)), f"letter {letter.pk}, {letter.sha256}, taken out"
            )
            files.append({"letter": letter.number, "file": receipt.external_id})
            step(1)
    answer({"directory": str(directory), "letters": files}, as_json, f"{len(files)} letters in {directory}")


@command.command()
@click.argument("letters", metavar="ID...", nargs=-1, required=True)
@on_option("The day they were really posted (compulsory).")
@creditor_option
@json_option
def sent(letters: tuple[str, ...], on: date, creditor: str | None, as_json: bool) -> None:
    """Letters were posted on another day than they are dated: every wait counts from there. One posted too late for the
    time it gives is voided with its cost and made anew."""
    ready("batch")
    from fordran.creditors.apply import find_creditor
    from fordran.day.speak import correct_sent_on

    found = [find_letter(text, find_creditor(creditor) if creditor else None) for text in letters]
    owners = {letter.creditor_id: letter.creditor for letter in found}
    corrected: list[int] = []
    voided: list[int] = []
    for number, owner in owners.items():
        mine = [letter.pk for letter in found if letter.creditor_id == number]
        fine, late = correct_sent_on(owner, mine, on, by=BY, today=on)
        corrected, voided = corrected + fine, voided + late
    names = {letter.pk: letter.number for letter in found}
    fine_names, late_names = [names[pk] for pk in corrected], [names[pk] for pk in voided]
    words = f"corrected: {', '.join(fine_names) or '-'}; voided, to be made anew: {', '.join(late_names) or '-'}"
    answer({"on": on, "corrected": fine_names, "voided": late_names}, as_json, words)


@command.command()
@on_option()
@creditor_option
@json_option
def stop(on: date, creditor: str | None, as_json: bool) -> None:
    """Stop all sending of a creditor now; letters that have not left are taken back with their costs."""
    _sending(on, creditor, as_json, stopped=True)


@command.command()
@on_option()
@creditor_option
@json_option
def resume(on: date, creditor: str | None, as_json: bool) -> None:
    """Letters may leave again."""
    _sending(on, creditor, as_json, stopped=False)


def _sending(on: date, creditor: str | None, as_json: bool, *, stopped: bool) -> None:
    ready("batch")
    from fordran.cases import acts
    from fordran.creditors.apply import find_creditor

    owner = find_creditor(creditor)
    (acts.stop_sending if stopped else acts.resume_sending)(owner, by=BY, today=on)
    data = {"creditor": owner.organisation_number, "on": on, "sending_stopped": stopped}
    answer(data, as_json, f"{owner.name}: {'nothing is sent' if stopped else 'letters may leave'} from {on}")
