"""A company becomes a creditor: with what its ERP says of it, or with what a person typed.

Nothing is decided here about how it reminds: the generic level is empty, so that the usual values hold, and the card of kronor
has no limits. It is not active, and its agreement waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from fordran.access.roles import who_can_give
from fordran.audit.record import record_event
from fordran.core.problems import Problem, Refused
from fordran.creditors import accounts, origins
from fordran.creditors.models import (
    Address,
    AmountLimit,
    Creditor,
    Office,
    OfficeAccount,
    Organisation,
    SettingsLayer,
)
from fordran.creditors.settings_file import load_toml
from fordran.day import installation
from fordran.erp.connections import connect
from fordran.erp.models import Connection
from fordran.onboarding.models import CompanyOffer
from fordran.onboarding.offers import company_of_offer, number_holds, plain_number
from fordran.payouts.models import PriceList
from fordran.payouts.terms import read_terms
from fordran.ports.erp import ErpCompany

TAKEN, BAD_NUMBER, NO_NAME = "already registered", "the organisation number is not valid", "write the company's name"
NO_OFFICE, NO_ACCOUNT, NOTHING = "no office can take it", "the office has no free account", "choose at least one company"


@dataclass(frozen=True, slots=True)
class Typed:
    """A company that no ERP tells of."""

    name: str
    number: str
    street: str = ""
    postcode: str = ""
    town: str = ""
    email: str = ""
    phone: str = ""


def office_for(today: date) -> Office | None:
    """The office that may take one more company today: its permit is valid and an account is free; None where there is none."""
    for office in Office.objects.filter(permit_until__gte=today).exclude(permit="").order_by("pk"):
        if office.accounts.filter(taken_by=None).exists():
            return office
    return None


@transaction.atomic
def register(
    organisation: Organisation, offers: Sequence[CompanyOffer], *, mode: str, by: User, today: date, case_url: str = ""
) -> list[Creditor]:  # fmt: skip
    """All of them or none. `mode`: own, agency. `case_url`: what the address of a case's page begins with, with {org}.

    Registered already by this organisation: the same creditor once more. Raises Refused, naming each company that cannot be.
    """
    if not offers:
        raise Refused(NOTHING, field="companies")
    locked = CompanyOffer.objects.select_for_update(of=("self",)).filter(
        pk__in=[one.pk for one in offers], organisation=organisation
    )
    made, problems = [], []
    for offer in locked.order_by("name", "pk"):
        if offer.became is not None:
            made.append(offer.became)
            continue
        wrong = _wrong(organisation, offer.name, offer.organisation_number, today)
        if wrong:
            problems.append(wrong)
            continue
        creditor = _make(organisation, offer.organisation_number, company_of_offer(offer), mode=mode, by=by, today=today)
        _connect(creditor, offer, by=by.get_username(), today=today, case_url=case_url)
        offer.became, offer.chosen = creditor, False
        offer.save(update_fields=["became", "chosen"])
        made.append(creditor)
    if problems:
        raise Refused(problems)
    return made


@transaction.atomic
def register_typed(organisation: Organisation, typed: Typed, *, by: User, today: date) -> Creditor:
    """A company without an ERP: in its own name, its ledger comes as a file. Raises Refused, naming each field."""
    number = plain_number(typed.number)
    problems = [] if typed.name.strip() else [Problem("", "name", NO_NAME)]
    known = Creditor.objects.filter(organisation_number=number).first()
    if known is not None and known.organisation_id == organisation.pk and known.registered_on == today:
        return known  # the same form, sent once more
    if not number_holds(number):
        problems.append(Problem(typed.number, "number", BAD_NUMBER))
    elif known is not None:
        problems.append(Problem(typed.name or number, "number", TAKEN))  # who has it is not told to whoever types a number
    if problems:
        raise Refused(problems)
    creditor = _create(organisation, number, typed.name.strip(), "own", today)
    values = {
        f"address.{kind}.{part}": value
        for kind in origins.ADDRESSES
        for part, value in (
            ("name", typed.name), ("street", typed.street), ("postcode", typed.postcode), ("town", typed.town), ("country", "SE")
        )
    }  # fmt: skip
    values |= {"contact.email": typed.email, "contact.phone": typed.phone}
    values = {field: value.strip() for field, value in values.items()}
    origins.store_values(creditor, values)
    origins.remember(creditor, values, origin=origins.TYPED, by=by.get_username(), on=today, fetched=dict.fromkeys(values, ""))
    _settings(creditor, by.get_username(), today)
    record_event(creditor.pk, today, by.get_username(), "creditor registered", number, mode="own", source="file")
    return creditor


def _wrong(organisation: Organisation, name: str, number: str, today: date) -> Problem | None:
    if not number_holds(number):
        return Problem(number, "number", BAD_NUMBER)
    known = Creditor.objects.filter(organisation_number=number).first()
    if known is None:
        return None
    return Problem(name, "taken", ", ".join(who_can_give(known, today)[:3]) or TAKEN)


def _make(
    organisation: Organisation, number: str, company: ErpCompany, *, mode: str, by: User, today: date
) -> Creditor:  # fmt: skip
    who = by.get_username()
    creditor = _create(organisation, number, company.name, mode, today)
    if mode == "agency":
        _take_office(creditor, who, today)
        origins.take_fetched(creditor, company, by=who, today=today, kinds=("invoice", "agreement"), contact=False)
    else:
        origins.take_fetched(creditor, company, by=who, today=today)
        _own_accounts(creditor, company, who, today)
    _settings(creditor, who, today)
    record_event(creditor.pk, today, who, "creditor registered", number, mode=mode, source="erp")
    return creditor


def _create(organisation: Organisation, number: str, name: str, mode: str, today: date) -> Creditor:
    try:
        with transaction.atomic():
            creditor = Creditor.objects.create(
                name=name, organisation_number=number, mode=mode, organisation=organisation, registered_on=today, signs_here=True,
                claim_kinds=["goods_services"], active=False,
            )  # fmt: skip
    except IntegrityError:  # somebody else was faster
        raise Refused([Problem(name, "taken", TAKEN)]) from None
    _see_too(creditor)
    return creditor


def _see_too(creditor: Creditor) -> None:
    """Its rows can be written from here to the end of the transaction, beside those that already could."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fordran.creditors', true)")
        seen = cursor.fetchone()[0] or ""
        cursor.execute("SELECT set_config('fordran.creditors', %s, true)", [f"{seen},{creditor.pk}".lstrip(",")])


def _take_office(creditor: Creditor, by: str, today: date) -> None:
    """The office's name, permit, address and prices, and an account of its own there for this creditor's money alone."""
    office = office_for(today)
    if office is None:
        raise Refused([Problem(creditor.name, "mode", NO_OFFICE)])
    account = office.accounts.select_for_update(skip_locked=True).filter(taken_by=None).order_by("pk").first()
    if account is None:
        raise Refused([Problem(creditor.name, "mode", NO_ACCOUNT)])
    OfficeAccount.objects.filter(pk=account.pk).update(taken_by=creditor)
    creditor.permit, creditor.permit_until = office.permit, office.permit_until
    creditor.office_name, creditor.office_number = office.name, office.organisation_number
    creditor.contact_email, creditor.contact_phone = office.contact_email, office.contact_phone
    setattr(creditor, account.kind, account.number)
    creditor.save()
    Address.objects.create(
        creditor=creditor, kind="sender", name=office.name, street=office.street, postcode=office.postcode, town=office.town
    )
    for prices in read_terms(load_toml(office.price_list))[2]:
        PriceList.objects.create(creditor=creditor, **prices)


def _own_accounts(creditor: Creditor, company: ErpCompany, by: str, today: date) -> None:
    """The accounts that the ERP says are the company's stand on its letters, as far as their numbers hold and nobody else has
    them; a person looks at them on the page Borgenär before the service is switched on."""
    wanted = {}
    for kind in accounts.PRINTED:
        try:
            number = accounts.read_account(kind, getattr(company, kind))
        except Refused:
            continue
        if number:
            wanted[kind] = number
    if not wanted:
        return
    try:
        with transaction.atomic():
            accounts.save_accounts(creditor, wanted, preferred=next(iter(wanted)), by=by, today=today)
    except Refused:
        return
    creditor.refresh_from_db()


def _settings(creditor: Creditor, by: str, today: date) -> None:
    layer = SettingsLayer.objects.create(creditor=creditor, level="generic", key="", changed_by=by, changed_on=today)
    AmountLimit.objects.create(creditor=creditor, layer=layer, currency="SEK")


def _connect(creditor: Creditor, offer: CompanyOffer, *, by: str, today: date, case_url: str) -> None:
    """Tried it has been already: the company itself has answered under this key. What may be written there is settled when its
    ledger has been read (`first_read`)."""
    settings, secrets = installation.access_to(offer.connector, offer.tenant)
    known = connect(
        creditor, offer.connector, settings, secrets, by=by, today=today,
        case_url=case_url.replace("{org}", creditor.organisation_number),
    )  # fmt: skip
    Connection.objects.filter(pk=known.pk).update(company=offer.name, base_currency=offer.currency)
