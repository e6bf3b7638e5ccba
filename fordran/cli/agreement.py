"""`fordran agreement`: what creditors have accepted, and whether the evidence of it holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import creditor_option
from fordran.cli.options import json_option, on_option
from fordran.cli.output import answer
from fordran.core.problems import Refused

if TYPE_CHECKING:
    from fordran.agreements.standing import Standing
    from fordran.creditors.models import Creditor
    from fordran.ports.signing import Check

STATES = {"none": "made elsewhere", "to_sign": "to be signed", "signed": "signed", "new_version": "a new version waits"}


@click.group()
def command() -> None:
    """Agreements with creditors: how each stands, and the evidence of what was signed."""


@command.command("list")
@on_option("The day it is asked for: a new version begins on a day.")
@json_option
def list_(on: date, as_json: bool) -> None:
    """How every creditor stands with its agreement."""
    ready("read")
    from fordran.agreements.standing import standings
    from fordran.creditors.models import Creditor

    creditors = list(Creditor.objects.order_by("name"))
    found = standings(creditors, on)
    rows = [_standing_row(one, found[one.pk]) for one in creditors]
    lines = [f"{row['creditor']}  {row['name']:<32} {STATES[str(row['state'])]}{_since(row)}" for row in rows]
    answer({"agreements": rows}, as_json, "\n".join(lines) or "no creditor")


@command.command()
@creditor_option
@click.option(
    "--save", type=click.Path(dir_okay=False, path_type=Path), help="Save the agreement with its evidence as a ZIP file."
)
@json_option
def show(creditor: str | None, save: Path | None, as_json: bool) -> None:
    """What the creditor has accepted, version by version."""
    ready("read")
    from fordran.agreements import bundle
    from fordran.agreements.models import Acceptance
    from fordran.creditors.apply import find_creditor
    from fordran.day.world import set_up_signing

    owner = find_creditor(creditor)
    accepted = list(Acceptance.objects.filter(creditor=owner).select_related("document", "creditor").order_by("version", "pk"))
    if save is not None:
        if not accepted:
            raise Refused("nothing is accepted yet", field="--save")
        desk = set_up_signing()
        save.write_bytes(bundle.as_file(bundle.kept_of(accepted[-1]), desk.signing if desk else None))
    rows = [dict(bundle.kept_of(one).facts) for one in accepted]
    for row in rows:
        row.pop("verdict", None)
    lines = [
        f"{row['kind']} version {row['version']}: {row['way']}, {row['on']}, {row['signed_by']}, {row['reference']}"
        for row in rows
    ]
    answer({"accepted": rows}, as_json, "\n".join(lines) or "nothing is accepted yet")


@command.command()
@creditor_option
@click.option(
    "--file", "place", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A ZIP file that was fetched."
)
@json_option
def verify(creditor: str | None, place: Path | None, as_json: bool) -> int:
    """Look at the evidence again: of a file that was fetched, or of all that the creditor has accepted. Asks nobody; BankID's
    root and our organisation number are those of FORDRAN_BANKID_*. Exit code 1 when something does not hold."""
    ready("read")
    from fordran.agreements import bundle
    from fordran.agreements.models import Acceptance
    from fordran.creditors.apply import find_creditor
    from fordran.day.world import set_up_signing

    desk = set_up_signing()
    if place is not None:
        kept = [bundle.from_file(place.read_bytes())]
    else:
        accepted = Acceptance.objects.filter(creditor=find_creditor(creditor)).select_related("document", "creditor")
        kept = [bundle.kept_of(one) for one in accepted.order_by("version", "pk")]
    found = [(one.facts, bundle.look_again(one, desk.signing if desk else None)) for one in kept]
    data = [
        {"version": facts.get("version"), "sha256": facts.get("sha256"), "checks": [_row(check) for check in checks]}
        for facts, checks in found
    ]
    lines = [line for facts, checks in found for line in _lines(f"{facts.get('kind')} version {facts.get('version')}", checks)]
    answer({"looked_at": data}, as_json, "\n".join(lines) or "nothing is accepted yet")
    return 0 if all(check.holds for _, checks in found for check in checks) else 1


def _standing_row(creditor: Creditor, found: Standing) -> dict[str, object]:
    on = found.on.isoformat() if found.on else None
    return {
        "creditor": creditor.organisation_number, "name": creditor.name, "state": found.state,
        "version": found.signed_version or None, "on": on,
    }  # fmt: skip


def _since(row: dict[str, object]) -> str:
    return f", version {row['version']}, {row['on']}" if row["on"] else ""


def _row(check: Check) -> dict[str, object]:
    return {"name": check.name, "holds": check.holds, "why": check.why}


def _lines(name: str, checks: Sequence[Check]) -> list[str]:
    failed = [f"  {check.name}: {check.why}" for check in checks if not check.holds]
    return [f"{name}: {'does not hold' if failed else f'holds, {len(checks)} checks'}", *failed]
