"""`fordran preview`: which invoices would be taken, why, and what would be sent. On a file it needs no database."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from fordran.cases.preview import (
    Preview,
    coming,
    coming_as_data,
    drafts,
    preview_as_data,
    preview_file,
)
from fordran.cli.ledger_options import mapping_options, read_ledger
from fordran.cli.options import DAY, json_option, lang_option, on_option
from fordran.cli.output import answer, note
from fordran.core.money import kronor, money_in_words, parse_kronor
from fordran.core.problems import Refused
from fordran.countries.registry import COUNTRIES
from fordran.creditors.settings_file import read_settings
from fordran.formats.open_items import ReadOptions
from fordran.process.policy import Limits
from fordran.process.profile import CreditorProfile

SHOWN = 20


@click.command()
@click.option("--file", "file", type=click.Path(path_type=Path), help="An open-items file; stores nothing.")
@click.option("--creditor", metavar="C", help="A creditor's organisation number: its stored ledger and settings.")
@on_option("The day to judge on (compulsory).")
@click.option("--days", type=click.IntRange(0, 3650), help="Days after the due date (default 5).")
@click.option("--import-from", "import_from", type=DAY, help="Earliest due date, that day included.")
@click.option("--min", "lowest", multiple=True, metavar="SEK=100", help="Lowest invoice total of a currency (repeatable).")
@click.option("--max", "highest", multiple=True, metavar="SEK=50000", help="Highest invoice total of a currency (repeatable).")
@click.option("--settings", type=click.Path(path_type=Path), help="A settings file (TOML).")
@click.option("--days-ahead", "days_ahead", type=click.IntRange(0, 366), help="Also what would be sent on the coming days.")
@click.option("--letters", "letters", type=click.Path(path_type=Path), help="Write the letters here as PDF drafts.")
@mapping_options
@lang_option
@json_option
def command(
    file: Path | None, creditor: str | None, on: date, days: int | None, import_from: date | None, lowest: tuple[str, ...],
    highest: tuple[str, ...], settings: Path | None, days_ahead: int | None, letters: Path | None, reading: ReadOptions,
    lang: str, as_json: bool,
) -> None:  # fmt: skip
    """List every open invoice as taken or passed over, with the rule that decided and the level it was set at."""
    if file is not None:
        if creditor:
            raise click.UsageError("name either --file or --creditor, not both")
        preview, refused = _of_file(file, on, days, import_from, lowest, highest, settings, reading)
    else:
        if days is not None or import_from or lowest or highest or settings:
            raise click.UsageError("--days, --import-from, --min, --max and --settings go with --file")
        preview, refused = _of_creditor(creditor, on), []
    data = preview_as_data(preview, lang)
    data["refused"] = refused
    if days_ahead is not None or letters is not None:
        ahead = coming(preview, days_ahead or 0)
        data["ahead"] = coming_as_data(ahead, preview, lang)
        if letters is not None:
            data["drafts"] = _write_drafts(preview, ahead.letters, letters)
    answer(data, as_json, _in_words(data, lang))


def _of_file(
    file: Path, on: date, days: int | None, import_from: date | None, lowest: Sequence[str], highest: Sequence[str],
    settings: Path | None, reading: ReadOptions,
) -> tuple[Preview, list[dict[str, Any]]]:  # fmt: skip
    profile = _profile(settings)
    cards = dict(profile.generic.limits)
    for currency, low in _limits(lowest, "--min").items():
        cards[currency] = replace(cards.get(currency, Limits()), min_minor=low)
    for currency, high in _limits(highest, "--max").items():
        cards[currency] = replace(cards.get(currency, Limits()), max_minor=high)
    for currency, card in cards.items():
        if card.min_minor is not None and card.max_minor is not None and card.min_minor > card.max_minor:
            raise Refused(f"the lowest amount of {currency} is above the highest", field="--min")
    generic = replace(profile.generic, limits=cards)
    if days is not None:
        generic = replace(generic, days=days)
    elif generic.days is None:
        generic = replace(generic, days=5)
    if import_from is not None:
        generic = replace(generic, import_from=import_from)
    ledger = read_ledger(file, reading)
    country = COUNTRIES["SE"]
    preview = preview_file(ledger.items, replace(profile, generic=generic), country, on)
    return preview, [problem.as_dict() for problem in ledger.refused]


def _profile(settings: Path | None) -> CreditorProfile:
    if settings is None:
        return CreditorProfile(name="", number="")
    try:
        return read_settings(settings.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(f"cannot open the settings file: {error.strerror}", field="--settings", record=str(settings)) from None
    except UnicodeDecodeError:
        raise Refused("the settings file is not UTF-8 text", field="--settings", record=str(settings)) from None


def _limits(given: Sequence[str], option: str) -> dict[str, int]:
    found = {}
    for text in given:
        currency, sign, amount = text.partition("=")
        currency = currency.strip().upper()
        if not sign or len(currency) != 3 or not currency.isalpha():
            raise Refused(f"{text!r}: write a currency and an amount, for example SEK=100", field=option)
        try:
            found[currency] = parse_kronor(amount)
        except ValueError as error:
            raise Refused(str(error), field=option) from None
    return found


def _of_creditor(number: str | None, on: date) -> Preview:
    from fordran.cli.django_ready import ready

    ready("batch")
    from fordran.cases.preview_stored import preview_creditor
    from fordran.creditors.apply import find_creditor

    return preview_creditor(find_creditor(number), on)


def _write_drafts(preview: Preview, letters: Any, directory: Path) -> list[str]:
    from fordran.letters.render import render_many

    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = []
    contents = drafts(preview, letters)
    for letter, content, pdf in zip(letters, contents, render_many(contents), strict=True):
        name = f"{letter.on}-{content.number}-{letter.kind}.pdf"
        with open(os.open(directory / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
            handle.write(pdf)
        names.append(name)
    note(f"{len(names)} letters written to {directory}")
    return names


# (Swedish, English)
_TAKEN = ("Tas med", "Taken")
_PASSED = ("Hoppas över", "Passed over")
_MORE = ("… och {n} till; --json visar alla", "… and {n} more; --json shows all")
_SENT = ("Skickas", "Would be sent")
_NOT_READY = ("Innan det kan börja på riktigt", "Before it can start for real")
_INVOICES = ("fakturor", "invoices")
_REASONS = ("Skäl", "Reasons")
_REFUSED = ("Rader som inte kunde läsas", "Rows that could not be read")


def _in_words(data: dict[str, Any], lang: str) -> str:
    pick = 0 if lang == "sv" else 1
    lines: list[str] = []
    for currency, sums in data["totals"].items():
        for key, word in (("taken", _TAKEN), ("passed_over", _PASSED)):
            part = sums[key]
            lines.append(f"{word[pick]}: {part['invoices']} {_INVOICES[pick]}, {money_in_words(part['open_minor'], currency)}")
    for key, word in (("taken", _TAKEN), ("passed_over", _PASSED)):
        rows = data[key]
        if rows:
            lines += ["", f"{word[pick]}"]
            lines += [
                f"  {r['invoice']:<14} {kronor(r['open_minor']):>14} {r['currency']}  {r['due_on']}  {r['because']}"
                for r in rows[:SHOWN]
            ]
            if len(rows) > SHOWN:
                lines.append("  " + _MORE[pick].format(n=len(rows) - SHOWN))
    counts = Counter(str(r["reason"]) for r in data["passed_over"])
    if counts:
        lines += ["", _REASONS[pick]] + [f"  {n:>6}  {reason}" for reason, n in counts.most_common()]
    if data["refused"]:
        lines += ["", f"{_REFUSED[pick]}: {len({p['row'] for p in data['refused']})}"]
        lines += [f"  {p['row']}  {p['field']}: {p['message']}" for p in data["refused"][:SHOWN]]
    if "ahead" in data:
        by_day = Counter((str(x["on"]), x["kind"]) for x in data["ahead"]["letters"])
        lines += ["", _SENT[pick]] + [f"  {day}  {kind}: {n}" for (day, kind), n in sorted(by_day.items())]
    if data["not_ready"]:
        lines += ["", _NOT_READY[pick]] + [f"  {m['message']}" for m in data["not_ready"]]
    return "\n".join(lines)
