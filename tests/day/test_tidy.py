"""What is old and personal goes, what is young stays, once a day."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from fordran.access.invitations import accept, invite
from fordran.access.limits import too_many
from fordran.access.models import Departure, FormUse, Invitation, SignedIn, Tried
from fordran.access.people import make_administrator
from fordran.agreements.models import SigningOrder
from fordran.connectors.clock import SystemClock
from fordran.creditors.models import Organisation
from fordran.day.tidy import tidy
from tests.access.conftest import TODAY, a_person


def ago(**much: int) -> Any:
    return Now() - timedelta(**much)


@pytest.fixture
def maria(db: None) -> Any:
    return a_person("maria", "maria@granholms.example")


def an_order(user: Any, *, days: int, fingerprint: str | None = None) -> uuid.UUID:
    return SigningOrder.objects.create(
        kind="auth", purpose="sign-in", user=user, browser="b", done_url="/", again_url="/", return_hash="r", ref=str(days),
        first_at=SystemClock().now() - days * 86_400 - 60, started_at=0, fingerprint=fingerprint,
    ).pk  # fmt: skip


def test_the_old_goes_and_the_young_stays(maria: Any, app_role: None) -> None:
    organisation = Organisation.objects.create(name="Granholms", created_on=TODAY)
    make_administrator(organisation, maria, by="command line", today=TODAY)
    secrets = [
        invite(organisation, f"{n}@granholms.example", administrator=False, reach="read", creditor=None, until=None, by=maria,
               today=TODAY)[1] for n in range(2)
    ]  # fmt: skip
    Invitation.objects.filter(email="0@granholms.example").update(made_at=ago(days=91))
    for key, seen in (("young", ago(days=80)), ("old", ago(days=91))):
        SignedIn.objects.create(key=key, user=maria, seen_at=seen)
    for path, at in (("/young", ago(days=29)), ("/old", ago(days=31))):
        FormUse.objects.create(key=uuid.uuid4(), user=maria, path=path, at=at)
    too_many("password", "maria", most=5)
    Tried.objects.create(key="old", window=1, times=9, at=ago(days=3))
    Departure.objects.create(organisation=organisation, user=maria, at=ago(days=31))
    Departure.objects.create(organisation=organisation, user=maria)
    kept = [an_order(maria, days=0), an_order(maria, days=5, fingerprint="f")]
    an_order(maria, days=1)
    assert tidy() == {"tries": 1, "forms": 1, "departures": 1, "invitations": 1, "sessions": 1, "orders": 1}
    assert sorted(Invitation.objects.values_list("email", flat=True)) == ["", "1@granholms.example"]
    assert list(SignedIn.objects.values_list("key", flat=True)) == ["young"]
    assert list(FormUse.objects.values_list("path", flat=True)) == ["/young"]
    assert not Tried.objects.filter(key="old").exists() and Tried.objects.filter(key__startswith="password").get().times == 1
    assert Departure.objects.count() == 1 and set(SigningOrder.objects.values_list("pk", flat=True)) == set(kept)
    eva = a_person("eva", "1@granholms.example")
    assert accept(secrets[1], eva, TODAY).taken_by == eva


def test_it_is_done_once_a_day_and_again_the_day_after(maria: Any) -> None:
    assert tidy() != {}
    FormUse.objects.create(key=uuid.uuid4(), user=maria, path="/old", at=ago(days=31))
    assert tidy() == {} and FormUse.objects.exists()
    Tried.objects.filter(key="sweep").update(window=1)  # that was yesterday
    assert tidy()["forms"] == 1 and not FormUse.objects.exists()
