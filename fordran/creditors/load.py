"""Tables -> the profile that decisions and letters use."""

from __future__ import annotations

from collections.abc import Collection

from fordran.core.findings import Level
from fordran.creditors.models import Creditor, SettingsLayer
from fordran.creditors.settings_file import LAYER_FIELDS
from fordran.process.facts import ClaimKind
from fordran.process.policy import Layer, Limits, Rests
from fordran.process.profile import CreditorProfile, ExclusionRow, PostalAddress

SAME_NAME = (
    "name", "mode", "permit", "permit_until", "office_name", "office_number", "debt_description", "is_business",
    "terms_agreed_from", "due_agreed", "interest_text", "interest_rate", "bankgiro", "plusgiro", "iban", "swish",
    "expects_bank_file",
    "contact_email", "contact_phone", "email_letters", "confirms_payments", "active",
)  # fmt: skip
"""Fields that are called the same in the table and in the profile."""


def _layer(row: SettingsLayer) -> Layer:
    cards = {card.currency: Limits(card.min_minor, card.max_minor) for card in row.limits.all()}
    return Layer(limits=cards, **{name: getattr(row, name) for name in LAYER_FIELDS})


def load_profile(creditor: Creditor, only: Collection[str] | None = None) -> CreditorProfile:
    """Everything about one creditor in six statements, however many levels it has.

    `only`: customer numbers and classes (as stored) whose own settings and exclusions are wanted, where a page is about a few
    of thousands; None = all.
    """
    rows, excluded = creditor.layers.all(), creditor.exclusions.filter(lifted_on__isnull=True)
    if only is not None:
        rows, excluded = rows.filter(key__in=["", *only]), excluded.filter(key__in=list(only))
    layers = list(rows.prefetch_related("limits").order_by("key"))
    return CreditorProfile(
        number=creditor.organisation_number,
        **{name: getattr(creditor, name) for name in SAME_NAME},
        more_accounts=tuple(creditor.more_accounts),
        claim_kinds=tuple(ClaimKind(kind) for kind in creditor.claim_kinds) or (ClaimKind.GOODS_SERVICES,),
        payouts=tuple((p.kind, p.number, p.preferred) for p in creditor.payout_accounts.order_by("id")),
        addresses={a.kind: PostalAddress(a.name, a.street, a.postcode, a.town, a.country) for a in creditor.addresses.all()},
        sending_stopped=creditor.sending_stopped_on is not None,
        rests={r.currency: Rests(r.tiny_minor, r.costs_minor) for r in creditor.rest_limits.all()},
        generic=next((_layer(row) for row in layers if row.level == "generic"), Layer()),
        classes={row.key: _layer(row) for row in layers if row.level == "class"},
        customers={row.key: _layer(row) for row in layers if row.level == "customer"},
        exclusions=tuple(ExclusionRow(Level(e.level), e.key, e.reason, e.until_on) for e in excluded.order_by("id")),
    )
