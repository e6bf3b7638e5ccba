"""`fordran books`: the creditor's vouchers, its account plan, and the file for its book-keeping program."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import BY, creditor_option
from fordran.cli.options import DAY, json_option, on_option
from fordran.cli.output import answer, note
from fordran.core.money import money_in_words
from fordran.core.problems import Refused


@click.group()
def command() -> None:
    """Vouchers of every money event, the accounts they go to, and a SIE 4 file of them."""


@command.command()
@on_option("The day they are made (compulsory: nothing here reads the clock).")
@creditor_option
@json_option
def make(on: date, creditor: str | None, as_json: bool) -> int:
    """Make vouchers of what has been booked and no voucher says yet. Run again it makes nothing."""
    ready("batch")
    from fordran.books.make import make_vouchers
    from fordran.cases.office import open_office
    from fordran.creditors.apply import find_creditor

    made = make_vouchers(open_office(find_creditor(creditor)), on)
    data = {"vouchers": made.vouchers, "transfers": made.transfers, "unknown": made.unknown}
    words = f"{made.vouchers} vouchers of {made.transfers} transfers" if made.transfers else "nothing new"
    if made.unknown:
        words += f"; {made.unknown} transfers are of no kind that vouchers know, and stand in `fordran reconcile`"
    answer(data, as_json, words)
    return 1 if made.unknown else 0


@command.command(name="list")
@creditor_option
@click.option("--from", "since", type=DAY, help="Dated from this day.")
@click.option("--to", "until", type=DAY, help="Dated up to this day.")
@json_option
def list_(creditor: str | None, since: date | None, until: date | None, as_json: bool) -> None:
    """List vouchers."""
    ready("read")
    from fordran.books.models import Voucher
    from fordran.creditors.apply import find_creditor

    rows = Voucher.objects.filter(creditor=find_creditor(creditor))
    rows = rows.filter(on__gte=since) if since else rows
    rows = rows.filter(on__lte=until) if until else rows
    data = []
    lines = []
    for row in rows.order_by("series", "number"):
        name = f"{row.series}{row.number}"
        data.append({"voucher": name, "on": row.on, "kind": row.kind, "currency": row.currency, "sum_minor": row.sum_minor})
        lines.append(f"{name:<8} {row.on}  {money_in_words(row.sum_minor, row.currency):>16}  {row.kind}")
    answer(data, as_json, "\n".join(lines) or "there is no voucher")


@command.command()
@click.argument("voucher")
@creditor_option
@json_option
def show(voucher: str, creditor: str | None, as_json: bool) -> None:
    """Show VOUCHER, such as F12, line by line."""
    ready("read")
    from fordran.books.models import Voucher
    from fordran.creditors.apply import find_creditor

    rows = Voucher.objects.filter(creditor=find_creditor(creditor), number=_digits(voucher))
    found = next((row for row in rows if f"{row.series}{row.number}" == voucher), None)
    if found is None:
        raise Refused(f"there is no voucher {voucher}; `fordran books list` shows them", field="VOUCHER")
    lines = list(
        found.lines.order_by("place").values("account", "role", "debit_minor", "credit_minor", "payment_number", "case_number")
    )
    data = {"voucher": voucher, "on": found.on, "made_on": found.made_on, "kind": found.kind, "text": found.text,
            "currency": found.currency, "transfers": found.covers.count(), "lines": lines}  # fmt: skip
    words = [f"{voucher}  {found.on}  {found.text}"]
    for line in lines:
        sums = (line["debit_minor"], line["credit_minor"])
        debit, credit = (money_in_words(minor, found.currency) if minor else "" for minor in sums)
        words.append(f"  {line['account']:<6} {debit:>16} {credit:>16}  {line['role']}")
    answer(data, as_json, "\n".join(words))


def _digits(text: str) -> int:
    """The number at the end; a series may end in a digit too, so the caller compares the whole."""
    digits = ""
    while text[-1:].isdigit() and len(digits) < 9:
        digits, text = text[-1] + digits, text[:-1]
    return int(digits or 0)


_TEXTS = ("series", "payment_account")
"""Settings of the plan that may stand after --set too."""
_SETTINGS = ("series", "closed_until", "starts_on", "payment_account", "year_starts")


@command.command()
@creditor_option
@click.option(
    "--set",
    "pairs",
    multiple=True,
    metavar="ROLE=ACCOUNT",
    help='As bank=1940, "bank EUR=1980" or payment_account=1684; ROLE= takes it back.',
)
@click.option("--file", "path", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="TOML: [accounts], settings.")
@click.option("--on", "on", type=DAY, help="The day of the change; compulsory with --set or --file.")
@json_option
def accounts(creditor: str | None, pairs: tuple[str, ...], path: Path | None, on: date | None, as_json: bool) -> None:
    """Show which account each kind of money goes to, and why; or change it."""
    ready("batch" if pairs or path else "read")
    from fordran.books.plans import change_accounts, plan_of
    from fordran.books.sie_file import plan_in_words
    from fordran.creditors.apply import find_creditor

    found = find_creditor(creditor)
    if pairs or path:
        if on is None:
            raise Refused("say the day of the change", field="--on")
        told, settings = _read_file(path) if path else ({}, {})
        for pair in pairs:
            role, sign, account = pair.partition("=")
            if not sign:
                raise Refused(f"write ROLE=ACCOUNT, not {pair!r}", field="--set")
            (settings if role in _TEXTS else told)[role] = account.strip()
        change_accounts(found, told, by=BY, today=on, settings=settings)
    plan = plan_of(found)
    rows = plan_in_words(plan)
    data = {
        "accounts": [{"role": role, "account": account, "name": name, "why": why} for role, account, name, why in rows],
        **{name: getattr(plan, name) for name in _SETTINGS},
    }
    words = [f"{account:<6} {role:<20} {name}: {why}" for role, account, name, why in rows]
    answer(data, as_json, "\n".join(words))


def _read_file(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{path.name} is no TOML file: {error}", field="--file") from None
    told = data.pop("accounts", {})
    if not isinstance(told, dict):
        raise Refused('write the accounts under [accounts], such as bank = "1940"', field="accounts")
    return dict(told), data


@command.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, writable=True))
@on_option("The day the file is made (compulsory: nothing here reads the clock).")
@creditor_option
@click.option("--from", "since", type=DAY, required=True, help="First day of the vouchers.")
@click.option("--to", "until", type=DAY, required=True, help="Last day of the vouchers.")
@click.option("--currency", default="SEK", show_default=True, help="A SIE file knows one currency.")
@json_option
def sie(file: Path, on: date, creditor: str | None, since: date, until: date, currency: str, as_json: bool) -> None:
    """Write a SIE 4 file of the vouchers from one day to another, for the book-keeping program to take in."""
    ready("batch")
    from fordran.books.make import make_vouchers
    from fordran.books.sie_file import export
    from fordran.cases.office import open_office
    from fordran.creditors.apply import find_creditor

    found = find_creditor(creditor)
    make_vouchers(open_office(found), on)
    made = export(found, since, until, today=on, currency=currency.upper())
    file.write_bytes(made.content)
    data = {"file": str(file), "vouchers": made.vouchers, "sum_minor": made.sum_minor, "bytes": len(made.content),
            "other_currencies": made.other_currencies, "folded": made.folded, "posted_to_erp": made.posted_to_erp}  # fmt: skip
    if made.posted_to_erp:
        note(
            f"{made.posted_to_erp} of these vouchers are posted to the ERP as well: take the file in only where that is not read"
        )
    if made.other_currencies:
        others = ", ".join(f"{number} in {name}" for name, number in made.other_currencies.items())
        note(f"not in the file: {others}; make a file for each with --currency")
    if made.folded:
        note(f"{made.folded} texts were said in other characters: SIE 4 knows those of code page 437 only")
    answer(data, as_json, f"{file}: {made.vouchers} vouchers, {money_in_words(made.sum_minor, currency.upper())}")
