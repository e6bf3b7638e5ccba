"""Which countries there are. A new one is a folder, a line here, and nothing else outside `countries/`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from fordran.countries.se.country import COUNTRY as SWEDEN
from fordran.countries.se.country import with_added_rates as with_swedish_rates
from fordran.process.country import Country

AddedRate = tuple[date, Decimal, str]
"""First day, percent, address of the source: a published rate that an operator has entered."""

COUNTRIES: dict[str, Country] = {"SE": SWEDEN}

_WITH_RATES: dict[str, Callable[[Sequence[AddedRate]], Country]] = {"SE": lambda added: with_swedish_rates(SWEDEN, added)}


def country(code: str, added: Sequence[AddedRate] = ()) -> Country:
    """The card for an ISO 3166 code such as `SE`, with the operator's coming reference rates if any are given.

    Raises KeyError for a country we have no law for, Refused for rates that cannot be.
    """
    return _WITH_RATES[code](added) if added else COUNTRIES[code]
