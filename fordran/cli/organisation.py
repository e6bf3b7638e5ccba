"""`fordran organisation`: customers of ours, the companies of each, and who looks after them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import BY
from fordran.cli.options import json_option, on_option
from fordran.cli.output import answer
from fordran.core.problems import Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from fordran.creditors.models import Organisation


@click.group()
def command() -> None:
    """Customers of ours: the companies that one Customer Administrator looks after."""


@command.command()
@click.argument("name")
@click.option("--administrator", "user", metavar="USER", help="Who gives and takes roles there; one who can sign in already.")
@click.option("--erp", default="", metavar="CONNECTOR", help="Where its companies are fetched from.")
@on_option("The day, for the audit log.")
@json_option
def add(name: str, user: str | None, erp: str, on: date, as_json: bool) -> None:
    """Let there be the organisation NAME; for one that is there already the administrator or the ERP is added."""
    ready("batch")
    from fordran.access.people import make_administrator
    from fordran.creditors.organisations import open_organisation
    from fordran.day.world import erp_names

    if erp and erp not in erp_names():
        raise Refused(f"there is no connector {erp}: choose among {', '.join(erp_names())}", field="--erp")
    person = _person(user) if user else None
    organisation, new = open_organisation(name, on, BY, erp=erp)
    if person is not None:
        make_administrator(organisation, person, by=BY, today=on)
    data = {"organisation": organisation.name, "id": organisation.pk, "new": new, "administrator": user, "erp": organisation.erp}
    told = "" if person is None else f", with {user} as Customer Administrator"
    answer(data, as_json, f"{organisation.name} is {'now there' if new else 'there already'}, number {organisation.pk}{told}")


@command.command(name="list")
@json_option
def list_(as_json: bool) -> None:
    """Organisations with their administrators and companies."""
    ready("read")
    from fordran.access.people import administrators
    from fordran.creditors.models import Organisation

    data: list[dict[str, Any]] = [
        {
            "organisation": one.name, "id": one.pk, "erp": one.erp,
            "administrators": [user.get_username() for user in administrators(one)],
            "companies": list(one.creditors.order_by("name", "pk").values_list("organisation_number", flat=True)),
        }
        for one in Organisation.objects.order_by("name", "pk")
    ]  # fmt: skip
    lines = [
        f"{d['id']:>4}  {d['organisation']}  administrators: {', '.join(d['administrators']) or 'none'}  "
        f"companies: {', '.join(d['companies']) or 'none'}"
        for d in data
    ]
    answer({"organisations": data}, as_json, "\n".join(lines) or "there is none yet: fordran organisation add NAME")


@command.group()
def administrator() -> None:
    """Who gives and takes roles at an organisation."""


@administrator.command(name="add")
@click.argument("name")
@click.argument("user")
@on_option("The day, for the audit log.")
@json_option
def administrator_add(name: str, user: str, on: date, as_json: bool) -> None:
    """USER becomes Customer Administrator of the organisation NAME (its name or number)."""
    ready("batch")
    from fordran.access.people import make_administrator

    organisation = _organisation(name)
    new = make_administrator(organisation, _person(user), by=BY, today=on)
    answer(
        {"organisation": organisation.name, "user": user, "new": new}, as_json,
        f"{user} is {'now' if new else 'already'} Customer Administrator of {organisation.name}",
    )  # fmt: skip


@administrator.command(name="remove")
@click.argument("name")
@click.argument("user")
@on_option("The day, for the audit log.")
@json_option
def administrator_remove(name: str, user: str, on: date, as_json: bool) -> None:
    """USER is no longer Customer Administrator of NAME; the last one stays. A role as AutoCollect User stays too."""
    ready("batch")
    from fordran.access.people import remove_administrator

    organisation = _organisation(name)
    remove_administrator(organisation, _person(user), by=BY, today=on)
    answer({"organisation": organisation.name, "user": user}, as_json,
           f"{user} is no longer Customer Administrator of {organisation.name}")  # fmt: skip


@command.command()
@click.argument("name")
@click.option("--creditor", "numbers", required=True, multiple=True, metavar="NR", help="Organisation number; may be repeated.")
@on_option("The day, for the audit log.")
@json_option
def take(name: str, numbers: tuple[str, ...], on: date, as_json: bool) -> None:
    """Companies that were set up by a settings file come into the organisation NAME, and to its people."""
    ready("batch")
    from django.db import transaction

    from fordran.creditors.apply import find_creditor
    from fordran.creditors.organisations import take_in

    organisation = _organisation(name)
    with transaction.atomic():
        taken = [take_in(organisation, find_creditor(number), on, BY).organisation_number for number in numbers]
    answer({"organisation": organisation.name, "companies": taken}, as_json, f"{organisation.name} now has {', '.join(taken)}")


def _organisation(name: str) -> Organisation:
    from fordran.creditors.organisations import find_organisation

    return find_organisation(name)


def _person(name: str) -> User:
    from django.contrib.auth.models import User

    found = User.objects.filter(username=name, is_active=True).first()
    if found is None:
        raise Refused(f"nobody can sign in as {name}: `fordran user add {name}` lets them", field="USER")
    return found
