"""`fordran user`: who may sign in to the pages, and what they may do at which creditor."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import BY, creditor_option
from fordran.cli.options import DAY, json_option, on_option
from fordran.cli.output import answer
from fordran.core.problems import Problem, Refused

ROLES = ("read", "work", "sign")


@click.group()
def command() -> None:
    """People who sign in to the pages."""


def _password(place: str | None) -> str:
    """From a file, from - (standard input), or asked for twice. It stands on no command line."""
    if place is None:
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    try:
        text = sys.stdin.read() if place == "-" else Path(place).read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(f"cannot read {place}: {error.strerror}", field="--password") from None
    return text.rstrip("\r\n")


@command.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="work", show_default=True, help="What they may do at the creditor.")
@click.option("--until", type=DAY, metavar="YYYY-MM-DD", help="Last day of the role [until it is taken away].")
@click.option("--password", "place", metavar="FILE", help="A file with the password, or - for standard input [asked for].")
@on_option("The day, for the audit log.")
@creditor_option
@json_option
def add(
    name: str, role: str, until: date | None, place: str | None, on: date, creditor: str | None, as_json: bool
) -> None:  # fmt: skip
    """Let NAME, such as an e-mail address, sign in and see the creditor. For one who can sign in already the role at the
    creditor is set; the password stays."""
    ready("batch")
    from django.contrib.auth.models import User
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from fordran.audit.record import record_event
    from fordran.creditors.apply import find_creditor
    from fordran.creditors.models import Membership

    owner = find_creditor(creditor)
    if until is not None and until < on:
        raise Refused("the last day has been already", field="--until")
    with transaction.atomic():
        user = User.objects.filter(username=name).first()
        new = user is None
        if user is not None and not user.is_active:
            user.is_active = True
            user.save(update_fields=["is_active"])
        if user is None:
            user, password = User(username=name), _password(place)
            try:
                user.full_clean(exclude=["password"])
                validate_password(password, user)
            except ValidationError as error:
                raise Refused([Problem(name, "NAME or --password", message) for message in error.messages]) from None
            user.set_password(password)
            user.save()
        values = {"role": role, "until_on": until, "given_by": BY, "given_on": on, "origin": "given"}
        Membership.objects.update_or_create(user=user, creditor=owner, defaults=values)
        record_event(owner.pk, on, BY, "person let in", str(user.pk), role=role, until=until)
    last = until.isoformat() if until else None
    data = {"user": name, "creditor": owner.organisation_number, "role": role, "until": last, "new": new}
    answer(data, as_json, f"{name} may {role} at {owner.name}" + (f" up to {last}" if last else ""))


@command.command(name="list")
@creditor_option
@json_option
def list_(creditor: str | None, as_json: bool) -> None:
    """Who may do what at a single company; seats at a whole organisation are in `fordran organisation list` and in Nya Admin."""
    ready("read")
    from fordran.creditors.apply import find_creditor
    from fordran.creditors.models import Membership

    rows = Membership.objects.select_related("user", "creditor").order_by("creditor_id", "user__username")
    if creditor:
        rows = rows.filter(creditor=find_creditor(creditor))
    data = [
        {
            "user": m.user.get_username(), "creditor": m.creditor.organisation_number, "role": m.role,
            "until": m.until_on.isoformat() if m.until_on else None,
        }
        for m in rows
    ]  # fmt: skip
    lines = [f"{d['creditor']}  {d['user']:<30} {d['role']}" + (f" up to {d['until']}" if d["until"] else "") for d in data]
    answer({"users": data}, as_json, "\n".join(lines) or "nobody may sign in yet: fordran user add NAME")


@command.command()
@click.argument("name")
@on_option("The day, for the audit log.")
@creditor_option
@json_option
def remove(name: str, on: date, creditor: str | None, as_json: bool) -> None:
    """NAME no longer sees the creditor; who sees none can no longer sign in."""
    ready("batch")
    from django.db import transaction

    from fordran.access.models import Seat
    from fordran.audit.record import record_event
    from fordran.creditors.apply import find_creditor
    from fordran.creditors.models import Membership

    owner = find_creditor(creditor)
    with transaction.atomic():
        found = Membership.objects.select_related("user").filter(creditor=owner, user__username=name).first()
        if found is None:
            raise Refused(f"{name} has no role at {owner.name}", field="NAME")
        user = found.user
        found.delete()
        left = Membership.objects.filter(user=user).exists() or Seat.objects.filter(user=user).exists()
        if not left:
            user.is_active = False
            user.save(update_fields=["is_active"])
        record_event(owner.pk, on, BY, "person shut out", str(user.pk))
    data = {"user": name, "creditor": owner.organisation_number, "can_sign_in": left}
    answer(data, as_json, f"{name} no longer sees {owner.name}" + ("" if left else " and can no longer sign in"))
