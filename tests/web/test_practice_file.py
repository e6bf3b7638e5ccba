"""The file that the demonstration offers to try the pages with is read by the real reader."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fordran.settlement.models import Payment
from tests.web.conftest import World


def test_four_pay_what_they_owe_one_mistypes_and_one_is_a_stranger(world: World, clerk: Client) -> None:
    given = clerk.get(world.url("payments/files/practice.txt"))
    read = clerk.post(world.url("payments/files/add"), {"file": SimpleUploadedFile("prov.txt", given.content)})
    assert read.status_code == 302
    assert Payment.objects.filter(state="matched").count() >= 3
    assert Payment.objects.filter(state="suspense", reference="").count() == 1


def test_the_broken_one_is_refused_for_its_sum(world: World, clerk: Client) -> None:
    given = clerk.get(world.url("payments/files/practice.txt"), {"broken": "1"})
    refused = clerk.post(world.url("payments/files/add"), {"file": SimpleUploadedFile("trasig.txt", given.content)})
    assert refused.status_code == 422 and not Payment.objects.exists()


def test_outside_the_demonstration_there_is_none(world: World, clerk: Client, settings: Any) -> None:
    settings.DEMO = False
    assert clerk.get(world.url("payments/files/practice.txt")).status_code == 404
