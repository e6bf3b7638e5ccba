"""`fordran erp`: connect a creditor to its ERP and its bank's folder, read it, and see what it was told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import BY, creditor_option
from fordran.cli.options import DAY, json_option, on_option
from fordran.cli.output import answer, note, progress_wanted
from fordran.core.problems import Refused

if TYPE_CHECKING:
    from fordran.creditors.models import Creditor
    from fordran.erp.models import FetchRun


@click.group()
def command() -> None:
    """The creditor's ERP (accounting system): connect it, read it, tell it what we do."""


def _pairs(given: Sequence[str], option: str) -> dict[str, str]:
    found = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise Refused(f"write {option} NAME=VALUE, not {text!r}", field=option)
        found[name] = value
    return found


def _secrets(given: Sequence[str]) -> dict[str, str]:
    """Each value is a file's content, or standard input's with `-`: a secret stands on no command line."""
    found = {}
    for name, place in _pairs(given, "--secret").items():
        try:
            text = sys.stdin.read() if place == "-" else Path(place).read_text(encoding="utf-8")
        except OSError as error:
            raise Refused(f"cannot read {place}: {error.strerror}", field="--secret") from None
        found[name] = text.strip()
    return found


def _typed(settings: dict[str, str]) -> dict[str, object]:
    """Whole numbers as numbers; a connector says what else it wants."""
    return {name: int(value) if name.endswith(("_size", "_seconds")) and value.isdigit() else value
            for name, value in settings.items()}  # fmt: skip


@command.command()
@click.option("--connector", required=True, metavar="NAME", help="Which ERP; an unknown name lists those there are.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of the connector; may be repeated.")
@click.option("--secret", "secrets", multiple=True, metavar="NAME=FILE", help="A secret, read from FILE, or from - (stdin).")
@click.option("--posts-payments/--no-posts-payments", default=None, help="Post customer payments there, so that items close.")
@click.option("--posts-vouchers/--no-posts-vouchers", default=None, help="Post vouchers for fees, interest and the rest.")
@click.option("--attaches-letters/--no-attaches-letters", default=None, help="Attach each letter to its invoice.")
@click.option("--marks-cases/--no-marks-cases", default=None, help="Write our case on the invoice at every change.")
@click.option("--case-url", metavar="URL", help="What the address of a case's page begins with, for the link in the ERP.")
@on_option("From which day it holds (compulsory: nothing here reads the clock).")
@creditor_option
@json_option
def connect(
    connector: str, settings: tuple[str, ...], secrets: tuple[str, ...], posts_payments: bool | None, posts_vouchers: bool | None,
    attaches_letters: bool | None, marks_cases: bool | None, case_url: str | None, on: date, creditor: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Connect the creditor to its ERP, or change the connection. Tried at once: the company must answer, else nothing is
    kept. What may be written there is off until it is switched on; switched on it counts from --on."""
    ready("batch")
    from fordran.creditors.apply import find_creditor
    from fordran.day.connecting import connect_and_try

    switches = {
        "posts_payments": posts_payments, "posts_vouchers": posts_vouchers, "attaches_letters": attaches_letters,
        "marks_cases": marks_cases,
    }  # fmt: skip
    owner = find_creditor(creditor)
    company = connect_and_try(
        owner, connector, _typed(_pairs(settings, "--set")), _secrets(secrets), by=BY, today=on,
        switches={name: value for name, value in switches.items() if value is not None}, case_url=case_url,
    )  # fmt: skip
    data = {"creditor": owner.organisation_number, "connector": connector, "company": company.name,
            "organisation_number": company.organisation_number, "currency": company.currency}  # fmt: skip
    answer(data, as_json, f"{owner.name} is connected to {connector}: {company.name}, {company.organisation_number}")


@command.command()
@on_option("From which day (compulsory).")
@creditor_option
def disconnect(on: date, creditor: str | None) -> None:
    """Read and tell the ERP no more. What was learnt stays; secrets go."""
    ready("batch")
    from fordran.creditors.apply import find_creditor
    from fordran.erp import connections

    owner = find_creditor(creditor)
    connections.disconnect(owner, by=BY, today=on)
    click.echo(f"{owner.name} is no longer connected to its ERP")


@command.command()
@click.option("--connector", default="folder", show_default=True, metavar="NAME")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="For example directory=/srv/bank.")
@click.option("--secret", "secrets", multiple=True, metavar="NAME=FILE")
@click.option("--off", is_flag=True, help="Take the bank's files no more.")
@on_option("From which day (compulsory).")
@creditor_option
def bank(connector: str, settings: tuple[str, ...], secrets: tuple[str, ...], off: bool, on: date, creditor: str | None) -> None:
    """Where the bank's files are exchanged: the day takes what has come there and hands payment orders over."""
    ready("batch")
    from fordran.creditors.apply import find_creditor
    from fordran.day.connecting import connect_bank_and_try
    from fordran.erp import connections

    owner = find_creditor(creditor)
    if off:
        connections.disconnect_bank(owner, by=BY, today=on)
        click.echo(f"{owner.name}: the bank's files are no longer taken by the day")
        return
    waiting = connect_bank_and_try(
        owner, connector, _typed(_pairs(settings, "--set")), _secrets(secrets), by=BY, today=on
    )  # fmt: skip
    click.echo(f"{owner.name}: the day takes the bank's files from now on; {waiting} wait now")


@command.command()
@on_option("The day on which it is learnt (compulsory).")
@creditor_option
@click.option("--all", "every", is_flag=True, help="Every creditor whose ERP is connected; one's trouble stops no other's.")
@json_option
def fetch(on: date, creditor: str | None, every: bool, as_json: bool) -> int:
    """Read what changed, page by page; run again after a stop it goes on where it was. Exit code 1 when the ERP could not be
    had: then nobody of this creditor is written to today."""
    ready("batch")
    from fordran.creditors.apply import find_creditor
    from fordran.creditors.models import Creditor

    if not every:
        data, words = _read(find_creditor(creditor), on)
        answer(data, as_json, words)
        return 1 if data["error"] else 0
    if creditor:
        raise Refused("say either --all or --creditor", field="--all")
    from fordran.day.steps import is_being_set_up

    owners = [one for one in Creditor.objects.filter(erp__active=True).order_by("id") if not is_being_set_up(one)]
    done = [_read_if_possible(owner, on) for owner in owners]
    answer([data for data, _ in done], as_json, "\n".join(words for _, words in done) or "no ERP is connected")
    return 1 if any(data["error"] for data, _ in done) else 0


@command.command("first-read")
@on_option("The day on which it is learnt (compulsory).")
@creditor_option
@json_option
def first_read(on: date, creditor: str | None, as_json: bool) -> int:
    """Read the ledger of a company that is being set up, once its agreement is accepted; what the pages start by themselves."""
    ready("batch")
    from fordran.creditors.apply import find_creditor
    from fordran.onboarding.first_read import read_now

    owner = find_creditor(creditor)
    done = read_now(owner, on, _progress if progress_wanted() else None)
    data = {"creditor": owner.organisation_number, "on": on, "pages": done.pages, **done.counts(), "error": done.error}
    answer(data, as_json, f"{owner.name}: {done.records} records" + (f"\n{done.error}" if done.error else ""))
    return 1 if done.error else 0


def _read(owner: Creditor, on: date) -> tuple[dict[str, Any], str]:
    """What was read, as data and in words. Raises Refused when no ERP is connected."""
    from fordran.cases.office import open_office
    from fordran.day import world
    from fordran.day.fetch import fetch as read

    erp = world.erp_of(owner)
    if erp is None:
        raise Refused(f"{owner.name} has no ERP connected: fordran erp connect", field="--creditor")
    done = read(open_office(owner), erp, on, _progress if progress_wanted() else None)
    data = {"creditor": owner.organisation_number, "on": on, "pages": done.pages, **done.counts(), "error": done.error}
    said = ", ".join(f"{number} {name}" for name, number in done.counts().items()) or "nothing new"
    return data, f"{owner.name}: {said}" + (f"\nthe ERP could not be read to the end: {done.error}" if done.error else "")


def _read_if_possible(owner: Creditor, on: date) -> tuple[dict[str, Any], str]:
    try:
        return _read(owner, on)
    except Refused as refused:
        why = refused.problems[0].message
        return {"creditor": owner.organisation_number, "on": on, "error": why}, f"{owner.name}: {why}"


def _progress(row: FetchRun) -> None:
    of = f" / {row.total}" if row.total else ""
    note(f"{row.kind} {row.stage}: page {row.pages}, {row.records}{of} records")


@command.command()
@creditor_option
@json_option
def status(creditor: str | None, as_json: bool) -> None:
    """When it was last read, what is under way, and what was refused."""
    ready("batch")
    from fordran.creditors.apply import find_creditor
    from fordran.erp.standing import as_data, standing

    owner = find_creditor(creditor)
    data = {"creditor": owner.organisation_number, **as_data(standing(owner))}
    answer(data, as_json, _status_in_words(owner.name, data))


def _status_in_words(name: str, data: dict[str, Any]) -> str:
    if data["connector"] is None:
        lines = [f"{name}: no ERP is connected"]
    else:
        lines = [f"{name}: {data['connector']} ({data['company'] or 'company not read yet'})"]
        lines.append(f"  last read    {data['last_fetched_on'] or 'never'}")
        if data["last_error"]:
            lines.append(f"  in the way   {data['last_error']}; nobody is written to until it is read again")
        on = [f"{what.replace('_', ' ')} from {since}" for what, since in data["writes"].items() if since]
        lines.append(f"  writes       {', '.join(on) or 'nothing'}")
    if data["bank"]:
        lines.append(f"  bank         {data['bank']}" + (f", {data['bank_error']}" if data["bank_error"] else ""))
    if data["reading"]:
        row = data["reading"]
        of = f" of {row['total']}" if row["total"] else ""
        lines.append(f"  under way    {row['kind']}, {row['stage']}: {row['records']}{of} records in {row['pages']} pages")
    for row in data["latest"][:5]:
        refused = f", {row['refused']} refused" if row["refused"] else ""
        lines.append(
            f"  {row['day']}   {row['kind']:<6} {row['state']:<9} {row['records']} records, {row['changed']} changed{refused}"
        )
    if data["errands"]:
        lines.append("  told         " + ", ".join(f"{count} {state}" for state, count in data["errands"].items()))
    return "\n".join(lines)


@command.command()
@click.option("--retry", metavar="KEY", help="Tell this one again, though it was refused or is uncertain.")
@click.option("--give-up", metavar="KEY", help="Do not tell this one: it was settled in the ERP, or need not be told.")
@click.option("--all", "every", is_flag=True, help="Those that are done too.")
@click.option("--on", "on", type=DAY, help="The day of --retry or --give-up.")
@creditor_option
@json_option
def errands(retry: str | None, give_up: str | None, every: bool, on: date | None, creditor: str | None, as_json: bool) -> None:
    """What the ERP is to be told and has not taken yet, and why."""
    ready("batch")
    from fordran.cases.office import open_office
    from fordran.creditors.apply import find_creditor
    from fordran.erp import errands as told
    from fordran.erp.models import Errand

    owner = find_creditor(creditor)
    for key, act in ((retry, told.retry), (give_up, told.give_up)):
        if key is not None:
            if on is None:
                raise Refused("say the day with --on", field="--on")
            act(open_office(owner), key, by=BY, today=on)
    rows = Errand.objects.filter(creditor=owner).order_by("id")
    rows = rows if every else rows.exclude(state__in=["done", "overtaken"])
    data = [
        {"key": r.key, "kind": r.kind, "state": r.state, "asked_on": r.asked_on, "attempts": r.attempts, "next_on": r.next_on,
         "external_id": r.external_id, "error": r.error} for r in rows.iterator()
    ]  # fmt: skip
    lines = [
        f"{d['key']:<28} {d['kind']:<8} {d['state']:<10} {d['error'] or d['external_id']}".rstrip() for d in data
    ]  # fmt: skip
    answer(data, as_json, "\n".join(lines) or "nothing waits to be told")
