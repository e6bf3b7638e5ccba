"""Who signs in with BankID: known by a keyed hash of the personal number; number and name are sealed."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from fordran.access.models import BankIdPerson
from fordran.core.problems import Refused
from fordran.db.seals import blind, seal, unseal

OF_NOBODY = 0
"""Sealed for a person, at no creditor."""
TAKEN = "that BankID already signs somebody else in"


def person_of(number: str) -> User | None:
    """The active user whose personal number (twelve digits) this is."""
    found = BankIdPerson.objects.filter(number_index=blind(number), user__is_active=True).select_related("user").first()
    return found.user if found else None


def link(user: User, number: str, name: str, today: date) -> None:
    """From now on the number signs this user in, in place of another of theirs. Raises Refused when it is somebody else's."""
    values = {"number_index": blind(number), "number_sealed": seal(number, OF_NOBODY), "name_sealed": seal(name, OF_NOBODY),
              "added_on": today}  # fmt: skip
    try:
        with transaction.atomic():
            BankIdPerson.objects.update_or_create(user=user, defaults=values)
    except IntegrityError:
        raise Refused(TAKEN, field="bankid") from None


def unlink(user: User) -> bool:
    gone, _ = BankIdPerson.objects.filter(user=user).delete()
    return bool(gone)


def is_theirs(user: User, number: str) -> bool:
    return BankIdPerson.objects.filter(user=user, number_index=blind(number)).exists()


def name_of(found: BankIdPerson) -> str:
    return unseal(found.name_sealed, OF_NOBODY)
