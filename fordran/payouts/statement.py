"""The statement of a payout: every payment and case of it, what the office took and what came of it, to the öre.

Made from the stored lines, so it says the same whenever it is asked for; only names may have been erased since.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fordran.cases.models import Case
from fordran.cases.office import Office
from fordran.formats.pain import Payee, shown
from fordran.payouts.models import PaymentOrder, Payout
from fordran.payouts.price import OWN
from fordran.process.bookings import CASE_ACCOUNTS, Account
from fordran.settlement.models import Payment

COSTS = tuple(str(account) for account in CASE_ACCOUNTS if account not in (Account.CAPITAL, Account.INTEREST))


@dataclass(slots=True)
class Row:
    """What one payment gave of one case, öre; or a fee. `corrects`: it turns round what an earlier payout held."""

    kind: str  # payment, correction, own, fee
    on: date
    case: str = ""
    invoice: str = ""
    debtor: str = ""
    payment: int = 0
    capital: int = 0
    interest: int = 0
    costs: dict[str, int] = field(default_factory=dict)
    own: int = 0
    kept: int = 0
    commission: int = 0
    fee: int = 0
    vat: int = 0

    @property
    def costs_sum(self) -> int:
        return sum(self.costs.values())

    @property
    def collected(self) -> int:
        return self.capital + self.interest + self.costs_sum + self.own

    @property
    def taken(self) -> int:
        """The office's pay without VAT; above nothing."""
        return -(self.kept + self.commission + self.fee)

    @property
    def pay(self) -> int:
        """The same as it stands in the sum: below nothing."""
        return -self.taken

    @property
    def amount(self) -> int:
        return self.collected + self.kept + self.commission + self.fee + self.vat

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "on": self.on.isoformat(), "case": self.case, "invoice": self.invoice, "debtor": self.debtor,
            "payment": self.payment, "capital_minor": self.capital, "interest_minor": self.interest,
            "costs_minor": dict(sorted(self.costs.items())), "own_minor": self.own, "collected_minor": self.collected,
            "kept_minor": -self.kept, "commission_minor": -self.commission, "fee_minor": -self.fee, "vat_minor": -self.vat,
            "amount_minor": self.amount,
        }  # fmt: skip


@dataclass(slots=True)
class Statement:
    """`total` sums the rows. Raises nothing: a statement whose sums do not tie is never made (see `statement_of`)."""

    payout: Payout
    creditor: str
    creditor_number: str
    office: str
    office_number: str
    rows: list[Row]
    total: Row
    account: str  # where the money goes, as people write it
    order: PaymentOrder | None

    def as_dict(self) -> dict[str, Any]:
        payout, order = self.payout, self.order
        return {
            "payout": payout.number, "currency": payout.currency, "day": payout.day.isoformat(),
            "prepared_on": payout.prepared_on.isoformat(), "creditor": self.creditor, "creditor_number": self.creditor_number,
            "office": self.office, "office_number": self.office_number, "collected_minor": payout.collected_minor,
            "earned_minor": payout.earned_minor, "vat_minor": payout.vat_minor, "amount_minor": payout.amount_minor,
            "account": self.account, "order": order.number if order else None, "state": order.state if order else "",
            "paid_on": order.paid_on.isoformat() if order and order.paid_on else None,
            "lines": [row.as_dict() for row in self.rows],
        }  # fmt: skip


def statement_of(office: Office, payout: Payout) -> Statement:
    """Raises ValueError when its lines do not come to the payout: then the books must be looked at first."""
    rows = _rows(payout)
    total = _total(rows, payout.day)
    said = (payout.collected_minor, payout.earned_minor, payout.vat_minor, payout.amount_minor)
    if (total.collected, total.taken, -total.vat, total.amount) != said:
        raise ValueError(f"payout {payout.number} does not come to the sum of its lines")
    order = payout.orders.order_by("-number").first()
    profile = office.profile
    account = shown(Payee(order.to_kind, order.to_number)) if order else ""
    return Statement(
        payout, profile.name, profile.number, profile.office_name or profile.name, profile.office_number or profile.number, rows,
        total, account, order,
    )  # fmt: skip


def _rows(payout: Payout) -> list[Row]:
    """One for each payment and case, corrections by themselves; then fees. In the order of days."""
    found: dict[tuple[int, int, str], Row] = {}
    lines = list(payout.lines.order_by("id"))
    cases = Case.objects.select_related("invoice", "customer").in_bulk({line.case_id for line in lines if line.case_id})
    for line in lines:
        kind = (
            "fee"
            if line.component == "case_fee"
            else "correction"
            if line.corrects_id
            else "own"
            if line.component == OWN
            else "payment"
        )
        key = (line.payment_id or 0, line.case_id or 0, kind)
        row = found.get(key)
        if row is None:
            case = cases.get(line.case_id or 0)
            row = found[key] = Row(kind, line.on, payment=line.payment_id or 0)
            if case is not None:
                row.case, row.invoice, row.debtor = case.number, case.invoice.number, case.customer.name
        _add(row, line.kind, line.component, line.amount_minor)
    payers = dict(
        Payment.objects.filter(pk__in=[r.payment for r in found.values() if r.kind == "own"]).values_list("pk", "payer")
    )
    for row in found.values():
        if row.kind == "own":
            row.debtor = payers.get(row.payment, "")
    return sorted(found.values(), key=lambda r: (r.kind == "fee", r.on, r.case, r.payment))


def _add(row: Row, kind: str, component: str, minor: int) -> None:
    if kind == "collected":
        if component in COSTS:
            row.costs[component] = row.costs.get(component, 0) + minor
        else:
            setattr(row, component, getattr(row, component) + minor)
    else:
        name = "fee" if kind == "case_fee" else kind
        setattr(row, name, getattr(row, name) + minor)


def _total(rows: list[Row], on: date) -> Row:
    total = Row("total", on)
    costs: dict[str, int] = defaultdict(int)
    for row in rows:
        for name in ("capital", "interest", "own", "kept", "commission", "fee", "vat"):
            setattr(total, name, getattr(total, name) + getattr(row, name))
        for kind, minor in row.costs.items():
            costs[kind] += minor
    total.costs = dict(costs)
    return total
