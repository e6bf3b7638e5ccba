"""The creditor as the process and the letters know it: read from a settings file or from the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fordran.core.findings import Level
from fordran.process.facts import ClaimKind
from fordran.process.policy import CreditorTerms, Layer, Policy, Rests, resolve_policy
from fordran.process.select import Exclusion


@dataclass(frozen=True, slots=True)
class PostalAddress:
    name: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = "SE"

    @property
    def complete(self) -> bool:
        return bool(self.street and self.postcode and self.town)

    def lines(self) -> tuple[str, ...]:
        last = " ".join(part for part in (self.postcode, self.town) if part)
        abroad = self.country if self.country != "SE" else ""
        return tuple(line for line in (self.street, last, abroad) if line)


@dataclass(frozen=True, slots=True)
class ExclusionRow:
    level: Level
    key: str
    reason: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class CreditorProfile:
    """Everything about a creditor that a decision or a letter needs. Numbers are digits."""

    name: str
    number: str
    mode: str = "own"
    permit: str = ""
    permit_until: date | None = None
    office_name: str = ""
    office_number: str = ""
    debt_description: str = ""
    claim_kinds: tuple[ClaimKind, ...] = (ClaimKind.GOODS_SERVICES,)
    is_business: bool = True
    terms_agreed_from: date | None = None
    due_agreed: bool = False
    interest_text: bool = False
    interest_rate: Decimal | None = None
    bankgiro: str = ""
    plusgiro: str = ""
    iban: str = ""
    swish: str = ""
    more_accounts: tuple[str, ...] = ()  # printed nowhere, but their bank files are read
    expects_bank_file: bool = False  # on banking days letters wait until the bank's file has been read
    payouts: tuple[tuple[str, str, bool], ...] = ()  # kind, number, preferred
    addresses: Mapping[str, PostalAddress] = field(default_factory=dict)  # sender, invoice, agreement
    contact_email: str = ""
    contact_phone: str = ""
    email_letters: bool = False
    confirms_payments: bool = False
    active: bool = False
    sending_stopped: bool = False
    rests: Mapping[str, Rests] = field(default_factory=dict)
    generic: Layer = field(default_factory=Layer)
    classes: Mapping[str, Layer] = field(default_factory=dict)
    customers: Mapping[str, Layer] = field(default_factory=dict)
    exclusions: tuple[ExclusionRow, ...] = ()

    def terms(self) -> CreditorTerms:
        return CreditorTerms(
            mode=self.mode, permit=self.permit, permit_until=self.permit_until, claim_kinds=self.claim_kinds,
            rests=self.rests, is_business=self.is_business, sending_stopped=self.sending_stopped,
        )  # fmt: skip

    def not_ready(self, today: date) -> tuple[tuple[str, str], ...]:
        """What is missing before anything is taken: (field, sentence in Swedish|English joined by ' | ')."""
        missing: list[tuple[str, str]] = []

        def need(there: object, name: str, swedish: str, english: str) -> None:
            if not there:
                missing.append((name, f"{swedish} | {english}"))

        sender = self.addresses.get("sender", PostalAddress())
        need(self.name, "creditor.name", "Borgenärens namn saknas.", "The creditor's name is missing.")
        need(self.number, "creditor.organisation_number", "Organisationsnumret saknas.", "The organisation number is missing.")
        need(self.debt_description, "creditor.debt_description", "Skuldbeskrivningen saknas.", "The debt description is missing.")
        need(
            self.bankgiro or self.plusgiro or self.iban, "account", "Kontot att betala till saknas.",
            "The account to pay to is missing.",
        )  # fmt: skip
        need(sender.complete, "address.sender", "Avsändaradressen är inte hel.", "The sender address is not complete.")
        if self.mode == "agency":
            need(self.payouts, "payout", "Utbetalningskonto saknas.", "A payout account is missing.")
            permit = self.permit and self.permit_until and self.permit_until >= today
            need(
                permit, "creditor.permit",
                "Inkasso för andra kräver ett giltigt tillstånd: nummer och slutdag som inte har passerat.",
                "Collecting for others needs a valid permit: its number and an end date that lies ahead.",
            )  # fmt: skip
        return tuple(missing)


class PolicyBook:
    """Resolves the settings once per customer that has its own, else once per class; then from memory."""

    def __init__(self, profile: CreditorProfile, takes_all_currencies: bool = False) -> None:
        self._profile, self._all = profile, takes_all_currencies
        self._terms = profile.terms()
        self._known: dict[tuple[str, str], Policy] = {}
        self._excluded: dict[tuple[Level, str], Exclusion] = {}
        for row in profile.exclusions:
            self._excluded[(row.level, row.key)] = Exclusion(row.level, row.until, row.reason)

    def policy(self, customer: str, class_key: str) -> Policy:
        own = customer if customer in self._profile.customers else ""
        of_class = class_key if class_key in self._profile.classes else ""
        found = self._known.get((own, of_class))
        if found is None:
            layers = [(Level.GENERIC, self._profile.generic)]
            if of_class:
                layers.insert(0, (Level.CLASS, self._profile.classes[of_class]))
            if own:
                layers.insert(0, (Level.CUSTOMER, self._profile.customers[own]))
            found = resolve_policy(layers, self._terms, self._all)
            self._known[(own, of_class)] = found
        return found

    def exclusions(self, customer: str, class_key: str) -> tuple[Exclusion, ...]:
        if not self._excluded:
            return ()
        found = (self._excluded.get((Level.CUSTOMER, customer)), self._excluded.get((Level.CLASS, class_key)))
        return tuple(e for e in found if e is not None)
