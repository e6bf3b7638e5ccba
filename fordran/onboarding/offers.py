"""Companies that an organisation could register: asked of their ERP one by one, and kept with what it said last.

An ERP that is away, or a company that has not let the application in, is a problem on its own row; nothing else is lost by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User

from fordran.access.identity import tenants_of
from fordran.access.roles import who_can_give
from fordran.core.checkdigits import luhn_holds
from fordran.core.problems import Problem, Refused
from fordran.creditors.accounts import read_account
from fordran.creditors.models import Creditor, Organisation
from fordran.day import installation
from fordran.onboarding.models import CompanyOffer
from fordran.ports.erp import ErpCompany
from fordran.ports.errors import NotAllowed, PortError, Unavailable

MOST_COMPANIES = 200
"""Of one organisation: each is a call to its ERP."""

AWAY, NOT_GRANTED, UNUSABLE = "away", "not_granted", "unusable"

_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,99}")


@dataclass(frozen=True, slots=True)
class Offered:
    """A company on the page. `state`: free, registered (by this organisation), taken (by somebody else), bad_number, or the
    problem of its row where the ERP has never told. `can_give`: whom to ask for access to it."""

    offer: CompanyOffer
    state: str
    can_give: tuple[str, ...] = ()

    @property
    def is_free(self) -> bool:
        return self.state == "free"


def connector_of(organisation: Organisation) -> str:
    """The ERP whose companies the organisation registers: its own, else the only one this installation has a client at."""
    found = installation.installed()
    if organisation.erp:
        return organisation.erp if organisation.erp in found else ""
    return found[0] if len(found) == 1 else ""


def note_tenants(organisation: Organisation, connector: str, tenants: Iterable[str]) -> int:
    """Companies to be asked for, by their keys in the ERP. How many are new. Raises Refused for what is no key, or too many."""
    wanted = dict.fromkeys(one.strip() for one in tenants if one.strip())
    problems = [Problem(one, "tenants", "this is not the key of a company") for one in wanted if not _TENANT.fullmatch(one)]
    known = set(CompanyOffer.objects.filter(organisation=organisation, connector=connector).values_list("tenant", flat=True))
    new = [one for one in wanted if one not in known]
    if len(known) + len(new) > MOST_COMPANIES:
        problems.append(Problem("", "tenants", f"an organisation can have at most {MOST_COMPANIES} companies"))
    if problems:
        raise Refused(problems)
    rows = [CompanyOffer(organisation=organisation, connector=connector, tenant=one) for one in new]
    CompanyOffer.objects.bulk_create(rows, ignore_conflicts=True)
    return len(new)


def note_tenants_of(organisation: Organisation, connector: str, user: User) -> int:
    """Those that whoever signs the person in says they may see. How many are new."""
    return note_tenants(
        organisation, connector, [one.id for one in tenants_of(user) if _TENANT.fullmatch(one.id)][:MOST_COMPANIES]
    )


def ask(offers: Iterable[CompanyOffer], today: date) -> list[CompanyOffer]:
    """Ask the ERP about each, and keep the answer. What an ERP that is away said before stays. Those that had a problem."""
    troubled = []
    for offer in offers:
        if offer.became_id is not None:
            continue
        try:
            _take(offer, installation.company_of(offer.connector, offer.tenant), today)
        except (PortError, Refused) as error:
            offer.problem, offer.problem_words = _sort(error), str(error)
            troubled.append(offer)
        offer.save()
    return troubled


def _sort(error: Exception) -> str:
    if isinstance(error, NotAllowed):
        return NOT_GRANTED
    return AWAY if isinstance(error, Unavailable) else UNUSABLE


def _take(offer: CompanyOffer, company: ErpCompany, today: date) -> None:
    at = company.address
    offer.name, offer.organisation_number = company.name.strip(), plain_number(company.organisation_number)
    offer.street = ", ".join(part.strip() for part in (at.street, at.street2) if part.strip())
    offer.postcode, offer.town, offer.country = at.postcode.strip(), at.town.strip(), at.country or "SE"
    offer.currency, offer.email, offer.phone = company.currency or "SEK", company.email.strip(), company.phone.strip()
    for kind in ("bankgiro", "plusgiro", "iban"):
        setattr(offer, kind, _account(kind, getattr(company, kind)))
    offer.fetched_on, offer.problem, offer.problem_words = today, "", ""


def _account(kind: str, text: str) -> str:
    """As we store one; what cannot be one stands as the ERP has it."""
    try:
        return read_account(kind, text)
    except Refused:
        return text.strip()


def plain_number(text: str) -> str:
    """Ten digits of an organisation number however it is written; what is none stands as it is, at most 20 signs."""
    digits = re.sub(r"[\s-]", "", text).upper().removeprefix("SE")
    if len(digits) == 12 and digits.isdecimal():
        digits = digits[2:] if digits[:2] in ("16", "19", "20") else digits[:10]
    return digits if digits.isdecimal() and len(digits) == 10 else text.strip()[:20]


def number_holds(number: str) -> bool:
    return number.isdecimal() and number.isascii() and len(number) == 10 and luhn_holds(number)


def company_of_offer(offer: CompanyOffer) -> ErpCompany:
    """As the ERP told it last."""
    from fordran.ports.erp import ErpAddress

    address = ErpAddress(offer.street, "", offer.postcode, offer.town, offer.country)
    return ErpCompany(
        offer.tenant, offer.name, offer.organisation_number, "", offer.currency, address, offer.email, offer.phone,
        offer.bankgiro, offer.plusgiro, offer.iban,
    )  # fmt: skip


def offered(organisation: Organisation, today: date) -> list[Offered]:
    """Every company of the organisation's ERP that is known, by name. Two statements, and one more for each that is taken."""
    rows = list(CompanyOffer.objects.filter(organisation=organisation).order_by("name", "tenant"))
    numbers = [row.organisation_number for row in rows if row.organisation_number]
    taken = {one.organisation_number: one for one in Creditor.objects.filter(organisation_number__in=numbers)}
    return [_standing(row, taken.get(row.organisation_number), organisation, today) for row in rows]


def _standing(row: CompanyOffer, taken: Creditor | None, organisation: Organisation, today: date) -> Offered:
    if row.fetched_on is None:
        return Offered(row, row.problem or "new")
    if row.became_id is not None or (taken is not None and taken.organisation_id == organisation.pk):
        return Offered(row, "registered")
    if taken is not None:
        return Offered(row, "taken", tuple(who_can_give(taken, today)[:3]))
    return Offered(row, "free" if number_holds(row.organisation_number) else "bad_number")


def choose(organisation: Organisation, chosen: Sequence[int]) -> None:
    """Keep which boxes are ticked."""
    rows = CompanyOffer.objects.filter(organisation=organisation, became=None)
    rows.filter(pk__in=chosen).update(chosen=True)
    rows.exclude(pk__in=chosen).update(chosen=False)
