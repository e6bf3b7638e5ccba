"""`fordran door`: help somebody who stands outside."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import BY
from fordran.cli.options import json_option, on_option
from fordran.cli.output import answer
from fordran.cli.user import _password
from fordran.core.problems import Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@click.group()
def command() -> None:
    """People who have lost a password, a telephone or a passkey. Make sure first that it is they."""


def _person(name: str) -> User:
    from django.contrib.auth.models import User

    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise Refused(f"nobody who may sign in is called {name}", field="NAME")
    return user


@command.command()
@click.argument("name")
@on_option("The day, for the audit log.")
@json_option
def forget(name: str, on: date, as_json: bool) -> None:
    """Take away NAME's passkeys, app and recovery codes, and end their sessions. A new second step is made at the next sign-in
    by password."""
    ready("batch")
    from fordran.access.means import forget_second_steps
    from fordran.audit.record import record_event

    user = _person(name)
    gone = forget_second_steps(user)
    record_event(None, on, BY, "second steps forgotten", str(user.pk), count=gone)
    answer({"user": name, "forgotten": gone}, as_json, f"{name} makes a new second step at the next sign-in ({gone} taken away)")


@command.command()
@click.argument("name")
@click.option("--password", "place", metavar="FILE", help="A file with the password, or - for standard input [asked for].")
@on_option("The day, for the audit log.")
@json_option
def password(name: str, place: str | None, on: date, as_json: bool) -> None:
    """Give NAME a new password, and end their sessions. The second step stays as it is."""
    ready("batch")
    from fordran.access.means import give_password
    from fordran.audit.record import record_event

    user = _person(name)
    give_password(user, _password(place))
    record_event(None, on, BY, "password given", str(user.pk))
    answer({"user": name}, as_json, f"{name} has a new password and is signed out everywhere")
