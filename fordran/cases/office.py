"""The desk one works at: a creditor with its profile, resolved settings and the country's card, read once and used for all."""

from __future__ import annotations

from dataclasses import dataclass

from fordran.countries import registry
from fordran.creditors.load import load_profile
from fordran.creditors.models import Creditor
from fordran.creditors.rates import added_rates
from fordran.process.country import Country
from fordran.process.profile import CreditorProfile, PolicyBook


@dataclass(frozen=True, slots=True)
class Office:
    creditor: Creditor
    profile: CreditorProfile
    book: PolicyBook
    country: Country


def open_office(creditor: Creditor, profile: CreditorProfile | None = None) -> Office:
    """With the profile as it is stored, unless another is given: as if the creditor were so."""
    profile = profile or load_profile(creditor)
    return Office(creditor, profile, PolicyBook(profile), registry.country(creditor.country, added_rates()))
