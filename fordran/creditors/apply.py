"""A settings file -> tables, in one transaction: what the file does not name is as if it had never been set."""

from __future__ import annotations

from django.db import transaction

from fordran.core.problems import Refused
from fordran.countries import registry
from fordran.creditors.keys import stored_key
from fordran.creditors.load import SAME_NAME
from fordran.creditors.models import Address, AmountLimit, Creditor, Exclusion, PayoutAccount, RestLimit, SettingsLayer
from fordran.creditors.settings_file import LAYER_FIELDS
from fordran.process.policy import Layer
from fordran.process.profile import CreditorProfile

EXCLUDED_BY_FILE = PROPOSED_BY_FILE = "settings file"


@transaction.atomic
def apply_profile(profile: CreditorProfile) -> Creditor:
    """Create or update the creditor with that organisation number. Raises Refused when name or number is missing."""
    if not profile.number:
        raise Refused("write the creditor's organisation number", field="organisation_number", record="[creditor]")
    if not profile.name:
        raise Refused("write the creditor's name", field="name", record="[creditor]")
    values = {name: getattr(profile, name) for name in SAME_NAME}
    values["more_accounts"] = list(profile.more_accounts)
    values["claim_kinds"] = [str(kind) for kind in profile.claim_kinds]
    creditor, _ = Creditor.objects.update_or_create(organisation_number=profile.number, defaults=values)
    _addresses(creditor, profile)
    _payouts(creditor, profile)
    creditor.layers.all().delete()
    _layer(creditor, "generic", "", profile.generic)
    card = registry.country(creditor.country)
    for level, layers in (("class", profile.classes), ("customer", profile.customers)):
        for key, layer in layers.items():
            _layer(creditor, level, stored_key(key, card) if level == "customer" else key, layer)
    creditor.rest_limits.all().delete()
    RestLimit.objects.bulk_create(
        RestLimit(creditor=creditor, currency=currency, tiny_minor=rests.tiny_minor, costs_minor=rests.costs_minor)
        for currency, rests in profile.rests.items()
    )
    creditor.exclusions.filter(placed_by=EXCLUDED_BY_FILE).delete()
    Exclusion.objects.bulk_create(
        Exclusion(
            creditor=creditor,
            level=e.level,
            key=stored_key(e.key, card) if e.level == "customer" else e.key,
            reason=e.reason,
            until_on=e.until,
            placed_by=EXCLUDED_BY_FILE,
        )
        for e in profile.exclusions
    )
    return creditor


def _addresses(creditor: Creditor, profile: CreditorProfile) -> None:
    creditor.addresses.all().delete()
    Address.objects.bulk_create(
        Address(creditor=creditor, kind=kind, name=a.name, street=a.street, postcode=a.postcode, town=a.town, country=a.country)
        for kind, a in profile.addresses.items()
    )


def _payouts(creditor: Creditor, profile: CreditorProfile) -> None:
    """An account that stays keeps its approval; a new one is a proposal until a second person approves it."""
    named = {(kind, number): preferred for kind, number, preferred in profile.payouts}
    known = {(a.kind, a.number): a for a in creditor.payout_accounts.all()}
    for account in known.values():
        if (account.kind, account.number) not in named:
            account.delete()
    creditor.payout_accounts.update(preferred=False)
    for (kind, number), preferred in named.items():
        PayoutAccount.objects.update_or_create(
            creditor=creditor, kind=kind, number=number, defaults={"preferred": preferred},
            create_defaults={"preferred": preferred, "proposed_by": PROPOSED_BY_FILE},
        )  # fmt: skip


def _layer(creditor: Creditor, level: str, key: str, layer: Layer) -> None:
    row = SettingsLayer.objects.create(
        creditor=creditor, level=level, key=key, **{name: getattr(layer, name) for name in LAYER_FIELDS}
    )
    AmountLimit.objects.bulk_create(
        AmountLimit(creditor=creditor, layer=row, currency=currency, min_minor=card.min_minor, max_minor=card.max_minor)
        for currency, card in layer.limits.items()
    )


def find_creditor(number: str | None) -> Creditor:
    """By organisation number; the only creditor may be left out. Raises Refused."""
    if number:
        digits = number.replace("-", "").replace(" ", "")
        found = Creditor.objects.filter(organisation_number=digits[-10:]).first()
        if found is None:
            raise Refused(f"there is no creditor with organisation number {number}", field="--creditor")
        return found
    several = list(Creditor.objects.order_by("id")[:2])
    if not several:
        raise Refused("there is no creditor yet: apply a settings file with `fordran creditor apply FILE`", field="--creditor")
    if len(several) > 1:
        raise Refused("there are several creditors: name one by its organisation number", field="--creditor")
    return several[0]
