"""The places that a person of a new company goes to: the pages, a worker, the ERP with its sign-in, and BankID with a telephone.

Everything is a process of its own or a server on a port, reached as in life. The database is empty but for what the one who runs
the installation puts in beforehand: the organisation, who its Customer Administrator is, and the office that may collect.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User

from fordran.access.adapters import PROVIDER_ID
from fordran.access.people import make_administrator
from fordran.cli.living import newcomers
from fordran.cli.living.door import connect_settings
from fordran.cli.living.outside import Outside, sandbox
from fordran.cli.living.telephone import telephone
from fordran.creditors.organisations import open_organisation
from fordran.db import connect, migrated
from fordran.onboarding.offers import note_tenants
from fordran.onboarding.office_file import apply_office
from fordran.sandbox.world import NEWCOMERS
from fordran.sandbox.world.companies import people_of
from tests.conftest import ROOT, Scratch, running

TODAY = date(2026, 10, 29)
SEED, SIZE = 9, 2
PAGE_SIZE = 500
BY = "command line"


@dataclass
class Town:
    """`address` is the pages'. `anna` is the organisation's only Customer Administrator, and nobody has a role yet."""

    address: str
    phone: str
    scratch: Scratch
    organisation: Any
    numbers: dict[str, str]
    env: dict[str, str]

    def page(self, rest: str = "", key: str = "new") -> str:
        return f"{self.address}/{self.numbers[key]}/{rest}"

    def fordran(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of the one who runs the installation."""
        return subprocess.run(
            [sys.executable, "-m", "fordran.cli.main", *arguments], env=self.env, cwd=ROOT, text=True, capture_output=True,
            timeout=120, check=False,
        )  # fmt: skip


@contextmanager
def outside(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The ERP's address on the morning of TODAY, and the environment of BankID."""
    with ExitStack() as stack:
        url = stack.enter_context(sandbox(folder / "world", seed=SEED, first_day=TODAY, keys=tuple(NEWCOMERS), size=SIZE))
        Outside(url).live(TODAY, "morning")
        yield url, stack.enter_context(telephone(folder / "bankid"))


@contextmanager
def town(server: Any, url: str, bankid: dict[str, str], *, worker: bool = True) -> Iterator[Town]:
    """Pages and a worker on a database of their own. Database access must be open."""
    before = os.environ["FORDRAN_DATABASE"]
    with migrated.scratch_database(server) as name, ExitStack() as stack:
        stack.callback(connect.use_database, before)  # nobody of this process is in it when it is dropped
        connect.use_database(name)
        organisation, numbers = _fill()
        env = Scratch(name, server).env | bankid | connect_settings(url) | newcomers.erp_settings(url, PAGE_SIZE)
        env |= {"FORDRAN_DEMO": "1", "FORDRAN_WORLD_CLOCK": url}
        address = stack.enter_context(running({**env, "FORDRAN_ROLE": "app"}, "web"))
        if worker:
            stack.enter_context(running(env, "worker", err=True))
        yield Town(address, bankid["FORDRAN_BANKID_PHONE"], Scratch(name, server), organisation, numbers, env)


def _fill() -> tuple[Any, dict[str, str]]:
    from fordran.day.models import Today

    Today.objects.create(id=1, on=TODAY)
    ready = newcomers.newcomers(SEED, SIZE)
    apply_office(newcomers.office_text(ready, TODAY), by=BY, today=TODAY)
    organisation, _ = open_organisation("Ekbacken", TODAY, BY, erp=newcomers.ERP)
    note_tenants(organisation, newcomers.ERP, [one.numbers.tenant for one in ready])
    person = people_of((one.key, one.numbers.tenant) for one in ready)[0]
    anna = User.objects.create(
        username="anna.lind", first_name=person.given_name, last_name=person.family_name, email=person.email
    )
    anna.set_unusable_password()
    anna.save()
    SocialAccount.objects.create(provider=PROVIDER_ID, uid=person.sub, user=anna)
    make_administrator(organisation, anna, by=BY, today=TODAY)
    return organisation, {one.key: one.numbers.organisation_number for one in ready}
