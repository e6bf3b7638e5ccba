"""What a person names on the command line -> the row: a case, a letter, a creditor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from fordran.core.money import money_in_words
from fordran.core.problems import Refused

if TYPE_CHECKING:
    from fordran.cases.models import Case
    from fordran.creditors.models import Creditor
    from fordran.letters.models import Letter

BY = "command line"
"""Who did it, in the audit log."""

creditor_option = click.option(
    "--creditor", metavar="C", help="Organisation number; may be left out when there is only one creditor."
)
dry_option = click.option("--dry-run", is_flag=True, help="Show what would happen; change nothing.")


def find_case(text: str, creditor: str | None = None) -> Case:
    """By case number, or by invoice number where only one case has it. Raises Refused."""
    from fordran.cases.models import Case
    from fordran.creditors.apply import find_creditor

    cases = Case.objects.select_related("creditor", "invoice", "customer")
    if creditor:
        cases = cases.filter(creditor=find_creditor(creditor))
    found = list(cases.filter(number=text)[:2]) or list(cases.filter(invoice__number=text, invoice__kind="invoice")[:2])
    if not found:
        raise Refused(f"there is no case {text}, and no case of an invoice with that number", field="CASE")
    if len(found) > 1:
        raise Refused(f"several creditors have a case {text}: name the creditor with --creditor", field="CASE")
    return found[0]


def find_letter(text: str, creditor: Creditor | None = None) -> Letter:
    """By its number, such as B2026-000001, or its id. Raises Refused."""
    from fordran.letters.models import Letter

    letters = Letter.objects.select_related("creditor")
    if creditor is not None:
        letters = letters.filter(creditor=creditor)
    found = letters.filter(number=text).first()
    if found is None and text.isdigit():
        found = letters.filter(pk=int(text)).first()
    if found is None:
        raise Refused(f"there is no letter {text}", field="ID", record=text)
    return found


def do(case: Case, act: Callable[[], object], *, dry: bool) -> dict[str, Any]:
    """Do the act, or only try it, and tell how the case stood before and stands after."""
    from fordran.cases.consequences import consequence_of

    shown = consequence_of(case, act)
    if not dry:
        act()
    data: dict[str, Any] = {
        "case": case.number, "invoice": case.invoice.number, "done": not dry, "currency": shown.currency,
        "before": asdict(shown.before), "after": asdict(shown.after), "letters_taken_back": shown.letters_taken_back,
    }  # fmt: skip
    return data


def in_words(data: dict[str, Any]) -> str:
    """What `do` tells, for a person."""
    before, after = data["before"], data["after"]
    tried = "" if data["done"] else ": not done, this is what would happen"
    lines = [f"{data['case']} (invoice {data['invoice']}){tried}"]
    names = ("capital", "interest", "costs")
    for name in names:
        was, now = before[f"{name}_minor"], after[f"{name}_minor"]
        currency = "SEK" if name == "costs" else data["currency"]
        change = "" if was == now else f" -> {money_in_words(now, currency)}"
        lines.append(f"  {name:<9} {money_in_words(was, currency)}{change}")
    change = "" if before["stage"] == after["stage"] else f" -> {after['stage']}"
    cause = f" ({after['closed_cause']})" if after["closed_cause"] else ""
    lines.append(f"  {'stage':<9} {before['stage']}{change}{cause}")
    was, now = (f"{x['next_kind']} {x['next_on'] or ''}".strip() or "nothing by itself" for x in (before, after))
    lines.append(f"  {'next':<9} {was}" + ("" if was == now else f" -> {now}"))
    if data["letters_taken_back"]:
        lines.append(f"  {data['letters_taken_back']} letter(s) taken back before they left")
    return "\n".join(lines)
