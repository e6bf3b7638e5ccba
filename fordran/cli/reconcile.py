"""`fordran reconcile`: proves that the ERP, Fordran and the bank say the same. Exit 1 when a difference is not explained."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import BY, creditor_option
from fordran.cli.options import json_option, lang_option, on_option
from fordran.cli.output import answer
from fordran.core.money import money_in_words
from fordran.core.problems import Refused


@click.command()
@on_option()
@creditor_option
@click.option("--picture", is_flag=True, help="Compare with what was last read, without asking the ERP.")
@lang_option
@json_option
def command(on: date, creditor: str | None, picture: bool, lang: str, as_json: bool) -> int:
    """Set the open items of the ERP (or of the last picture) beside our claims and the bank, and name each difference."""
    ready("batch")
    from fordran.books.make import make_vouchers
    from fordran.books.reconcile import keep, reconcile
    from fordran.cases.office import open_office
    from fordran.creditors.apply import find_creditor
    from fordran.creditors.models import Creditor
    from fordran.day.world import erp_of
    from fordran.ports.errors import PortError

    creditors = [find_creditor(creditor)] if creditor else list(Creditor.objects.order_by("id"))
    results = []
    for found in creditors:
        office = open_office(found)
        make_vouchers(office, on)
        try:
            result = reconcile(office, on, None if picture else erp_of(found))
        except PortError as error:
            raise Refused(f"the ERP of {found.name} cannot be asked now: {error}; try later, or use --picture") from None
        keep(found, result, by=BY)
        results.append({"creditor": found.name, **result.as_data()})
    answer(results, as_json, "\n\n".join(in_words(row, lang) for row in results) or "there is no creditor yet")
    return 1 if any(row["unexplained"] for row in results) else 0


def in_words(data: dict[str, Any], lang: str) -> str:
    """A table and a verdict."""
    from fordran.books.words import UNEXPLAINED, because, money_rows

    swedish = lang == "sv"
    lines = [f"{data['creditor']}  {data['on']}"]
    names = ("Reskontran", "Fordran") if swedish else ("Ledger", "Fordran")
    for currency in sorted({*data["theirs_minor"], *data["ours_minor"]}):
        theirs, ours = (data[side].get(currency, 0) for side in ("theirs_minor", "ours_minor"))
        lines.append(f"  {names[0]} {money_in_words(theirs, currency)}   {names[1]} {money_in_words(ours, currency)}")
    for row in data["differences"]:
        lines.append(
            f"  {row['number']} {row['case']}: {money_in_words(row['theirs_minor'], row['currency'])} / "
            f"{money_in_words(row['ours_minor'], row['currency'])}"
        )
        causes = [(minor, because(why, about, lang)) for why, minor, about in row["because"]]
        if row["unexplained_minor"]:
            causes.append((row["unexplained_minor"], UNEXPLAINED[0 if swedish else 1]))
        lines += [f"      {money_in_words(minor, row['currency']):>14}  {words}" for minor, words in causes]
    for proof in data["money"]:
        lines.append(f"  {proof['currency']}")
        lines += [f"    {name:<34} {money_in_words(minor, proof['currency']):>16}" for name, minor in money_rows(proof, lang)]
    lines.append(_verdict(data, swedish))
    return "\n".join(lines)


def _verdict(data: dict[str, Any], swedish: bool) -> str:
    items, differences, odd = data["items"], len(data["differences"]), data["unexplained"]
    if swedish:
        return f"{items} poster jämförda, {differences} skillnader, " + (f"{odd} oförklarade" if odd else "alla förklarade")
    return f"{items} items compared, {differences} differences, " + (f"{odd} unexplained" if odd else "all explained")
