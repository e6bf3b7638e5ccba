"""Where each value of a creditor comes from, the ERP or a person, and what the ERP said last.

What a person typed stays when the ERP says otherwise; both are then shown. An account from the ERP is only offered: it becomes a
proposal like any other when a person takes it (`creditors.accounts`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from fordran.creditors.models import Address, Creditor, FieldOrigin
from fordran.ports.erp import ErpCompany

ADDRESSES = ("sender", "invoice", "agreement")
PARTS = ("name", "street", "postcode", "town", "country")
CONTACT = ("email", "phone")
OFFERED = ("account.bankgiro", "account.plusgiro", "account.iban")
"""Fetched, shown, and never taken over by themselves."""

ERP, TYPED = "erp", "typed"


def fields_of(kind: str) -> tuple[str, ...]:
    return tuple(f"address.{kind}.{part}" for part in PARTS)


def fetched_values(company: ErpCompany) -> dict[str, str]:
    """Field as in a settings file -> what the ERP says. An ERP knows one address; all three begin as it."""
    at = company.address
    street = ", ".join(part.strip() for part in (at.street, at.street2) if part.strip())
    address = {
        "name": company.name, "street": street, "postcode": at.postcode, "town": at.town, "country": at.country or "SE",
    }  # fmt: skip
    found = {f"address.{kind}.{part}": address[part] for kind in ADDRESSES for part in PARTS}
    found |= {"contact.email": company.email, "contact.phone": company.phone}
    found |= {"account.bankgiro": company.bankgiro, "account.plusgiro": company.plusgiro, "account.iban": company.iban}
    return {field: value.strip() for field, value in found.items()}


def origins(creditor: Creditor) -> dict[str, FieldOrigin]:
    return {row.field: row for row in FieldOrigin.objects.filter(creditor=creditor)}


def stored_values(creditor: Creditor) -> dict[str, str]:
    """The values of addresses and contact as they hold now, by field."""
    found = {field: "" for kind in ADDRESSES for field in fields_of(kind)}
    for row in Address.objects.filter(creditor=creditor):
        found |= {f"address.{row.kind}.{part}": getattr(row, part) for part in PARTS}
    return found | {
        "contact.name": creditor.contact_name, "contact.email": creditor.contact_email, "contact.phone": creditor.contact_phone,
    }  # fmt: skip


def store_values(creditor: Creditor, values: Mapping[str, str]) -> None:
    """Write addresses and contact, by field; what is not named stays. The creditor's own row is saved too."""
    for kind in ADDRESSES:
        parts = {part: values[f"address.{kind}.{part}"] for part in PARTS if f"address.{kind}.{part}" in values}
        if parts:
            if not parts.get("country", "SE"):
                parts["country"] = "SE"
            Address.objects.update_or_create(creditor=creditor, kind=kind, defaults=parts)
    contact = {f"contact_{part}": values[f"contact.{part}"] for part in ("name", *CONTACT) if f"contact.{part}" in values}
    if contact:
        Creditor.objects.filter(pk=creditor.pk).update(**contact)
        for name, value in contact.items():
            setattr(creditor, name, value)


def remember(
    creditor: Creditor, fields: Iterable[str], *, origin: str, by: str, on: date, fetched: Mapping[str, str] | None = None
) -> None:
    """Where these fields come from, from now on. Without `fetched` what the ERP said last stays known."""
    known = origins(creditor)
    rows = []
    for field in fields:
        row = known.get(field) or FieldOrigin(creditor=creditor, field=field)
        row.origin, row.by, row.on = origin, by, on
        if fetched is not None:
            row.fetched = fetched[field]
        rows.append(row)
    FieldOrigin.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["creditor", "field"], update_fields=["origin", "by", "on", "fetched"]
    )


def take_fetched(
    creditor: Creditor, company: ErpCompany, *, by: str, today: date, kinds: Collection[str] = ADDRESSES, contact: bool = True
) -> dict[str, tuple[str, str]]:
    """Take over what the ERP says of these addresses and the contact: field -> (old, new) of what changed by it.

    A value that a person typed stays, and what the ERP says is kept beside it. Inside a transaction that holds the creditor.
    """
    said = fetched_values(company)
    wanted = [field for kind in kinds for field in fields_of(kind)]
    wanted += [f"contact.{part}" for part in CONTACT] if contact else []
    stored, known = stored_values(creditor), origins(creditor)
    take: list[str] = []
    keep: list[str] = []
    for field in wanted:
        old, row = stored[field], known.get(field)
        theirs = row is not None and row.origin == ERP and said[field] != ""  # what it has lost there is not lost here
        (take if theirs or not old or old == said[field] else keep).append(field)
    store_values(creditor, {field: said[field] for field in take})
    remember(creditor, take, origin=ERP, by=by, on=today, fetched=said)
    for field in keep:
        row = known.get(field)
        _keep(creditor, field, row, said[field], by="" if row is None else row.by, on=today if row is None else row.on)
    for field in OFFERED:
        _keep(creditor, field, known.get(field), said[field], by="", on=today)
    return {field: (stored[field], said[field]) for field in take if stored[field] != said[field]}


def _keep(creditor: Creditor, field: str, row: FieldOrigin | None, fetched: str, *, by: str, on: date) -> None:
    """What the ERP said, beside a value that stays."""
    if row is None:
        FieldOrigin.objects.create(creditor=creditor, field=field, origin=TYPED, fetched=fetched, by=by, on=on)
    else:
        FieldOrigin.objects.filter(pk=row.pk).update(fetched=fetched)


def last_fetched(creditor: Creditor) -> date | None:
    """The latest day on which the ERP was asked for any of it."""
    row = FieldOrigin.objects.filter(creditor=creditor, origin=ERP).order_by("-on").first()
    return row.on if row else None
