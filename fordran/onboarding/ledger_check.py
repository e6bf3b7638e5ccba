"""What a person should look at in the customer ledger before the service is switched on: each check finds rows, or none."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Aggregate, Count, Exists, OuterRef, Q, QuerySet, Sum

from fordran.audit.record import record_event
from fordran.bank.models import BankFile
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.db.bulk import run
from fordran.invoices.models import Invoice
from fordran.onboarding.looks_paid import looks_paid
from fordran.onboarding.models import LedgerLook

FINE, LOOK, LOOKED, NOT_DONE = "fine", "look", "looked", "not_done"

AGES = ((None, 0), (1, 6), (7, 30), (31, 60), (61, 90), (91, 180), (181, 365), (366, None))
"""Days since the due date, both ends included; below 1 = not due."""

OLD_DAYS = 365


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check found. `state`: fine, look, looked (a person has, at exactly this), not_done (nothing to check it by)."""

    name: str
    state: str
    n: int
    minor: int  # öre, of those in kronor
    found: str  # digest
    by: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Age:
    first: int | None
    last: int | None
    n: int
    minor: int  # öre; kronor only, other currencies are counted


def open_invoices(creditor: Creditor) -> QuerySet[Invoice]:
    """Open, in the latest picture, and without a case."""
    rows = Invoice.objects.filter(creditor=creditor, open_minor__gt=0, missing_since=None, case=None)
    return rows.filter(kind="invoice")


def open_credits(creditor: Creditor) -> QuerySet[Invoice]:
    return Invoice.objects.filter(creditor=creditor, open_minor__gt=0, missing_since=None, kind="credit")


def _overdue(creditor: Creditor, today: date) -> QuerySet[Invoice]:
    return open_invoices(creditor).filter(due_on__lt=today)


def _looks_paid(creditor: Creditor, today: date) -> QuerySet[Invoice]:
    return open_invoices(creditor).filter(id__in=list(looks_paid(creditor)))


def _negative(creditor: Creditor, today: date) -> QuerySet[Invoice]:
    """Credits of customers who have more to get than to pay, in one currency."""
    rows = run(
        """SELECT customer_id, currency FROM invoices_invoice WHERE creditor_id = %s AND open_minor > 0 AND missing_since IS NULL
           GROUP BY customer_id, currency HAVING sum(CASE kind WHEN 'credit' THEN open_minor ELSE -open_minor END) > 0""",
        [creditor.pk],
    )
    wanted = Q(pk__in=[])
    by_currency: dict[str, list[int]] = {}
    for customer, currency in rows:
        by_currency.setdefault(currency, []).append(customer)
    for currency, customers in by_currency.items():
        wanted |= Q(currency=currency, customer_id__in=customers)
    return open_credits(creditor).filter(wanted)


def _loose_credits(creditor: Creditor, today: date) -> QuerySet[Invoice]:
    """Credits that name no open invoice, of customers that have one."""
    own = Invoice.objects.filter(creditor=creditor, kind="invoice", open_minor__gt=0, currency=OuterRef("currency"))
    named = own.filter(number=OuterRef("credits"))
    return open_credits(creditor).filter(~Exists(named), Exists(own.filter(customer=OuterRef("customer"))))


def _identity(creditor: Creditor, today: date) -> QuerySet[Invoice]:
    return _overdue(creditor, today).filter(customer__identity_known=False)


def _address(creditor: Creditor, today: date) -> QuerySet[Invoice]:
    lacks = Q(customer__street="") | Q(customer__postcode="") | Q(customer__town="")
    return _overdue(creditor, today).filter(lacks, customer__protected=False)


def _reminded(creditor: Creditor, today: date) -> QuerySet[Invoice]:
    return _overdue(creditor, today).filter(Q(reminded_on__isnull=False) | Q(marked_on__isnull=False))


def _protected(creditor: Creditor, today: date) -> QuerySet[Invoice]:
    return _overdue(creditor, today).filter(customer__protected=True)


def _abroad(creditor: Creditor, today: date) -> QuerySet[Invoice]:
    return _overdue(creditor, today).exclude(customer__country=creditor.country)


def _kind(creditor: Creditor, today: date) -> QuerySet[Invoice]:
    return _overdue(creditor, today).filter(customer__kind="unknown")


def _old(creditor: Creditor, today: date) -> QuerySet[Invoice]:
    return open_invoices(creditor).filter(due_on__lt=today - timedelta(days=OLD_DAYS))


Find = Callable[[Creditor, date], QuerySet[Invoice]]

CHECKS: Mapping[str, Find] = {
    "looks-paid": _looks_paid,
    "negative": _negative,
    "loose-credits": _loose_credits,
    "reminded": _reminded,
    "identity": _identity,
    "address": _address,
    "kind": _kind,
    "protected": _protected,
    "abroad": _abroad,
    "old": _old,
}
"""The checks in the order in which they are shown."""


def check_one(creditor: Creditor, name: str, today: date) -> Checked:
    """One check alone. Raises Refused for one that there is none of."""
    if name not in CHECKS:
        raise Refused(f"there is no check called {name}", field="check")
    look = LedgerLook.objects.filter(creditor=creditor, check_name=name).order_by("-id").first()
    return _checked(name, creditor, today, look, BankFile.objects.filter(creditor=creditor).exists())


def check_ledger(creditor: Creditor, today: date) -> list[Checked]:
    """Every check, with what a person has said of it. The same number of statements for every ledger."""
    latest: dict[str, LedgerLook] = {}
    for look in LedgerLook.objects.filter(creditor=creditor).order_by("id"):
        latest[look.check_name] = look
    has_files = BankFile.objects.filter(creditor=creditor).exists()
    return [_checked(name, creditor, today, latest.get(name), has_files) for name in CHECKS]


def _checked(name: str, creditor: Creditor, today: date, look: LedgerLook | None, has_files: bool) -> Checked:
    n, minor, found = _found(creditor, name, today)
    if name == "looks-paid" and not has_files:
        state = NOT_DONE
    elif n == 0:
        return Checked(name, FINE, 0, 0, found)
    else:
        state = LOOK
    if look is not None and look.found == found:
        return Checked(name, LOOKED, n, minor, found, look.by, look.on)
    return Checked(name, state, n, minor, found)


def _found(creditor: Creditor, name: str, today: date) -> tuple[int, int, str]:
    rows = CHECKS[name](creditor, today)
    sums = rows.aggregate(
        n=Count("id"),
        kronor=Sum("open_minor", filter=Q(currency="SEK")),
        every=Sum("open_minor"),
        which=Sum("id"),
    )
    digest = hashlib.sha256(f"{name}|{sums['n']}|{sums['every']}|{sums['which']}".encode()).hexdigest()
    return sums["n"], sums["kronor"] or 0, digest


def rows_of(creditor: Creditor, name: str, today: date) -> QuerySet[Invoice]:
    """The rows that the check found. Raises Refused for a check that there is none of."""
    if name not in CHECKS:
        raise Refused(f"there is no check called {name}", field="check")
    return CHECKS[name](creditor, today).select_related("customer")


@transaction.atomic
def mark_looked(creditor: Creditor, name: str, *, found: str, by: str, today: date) -> None:
    """A person has looked at what the check found. Raises Refused when it finds something else by now."""
    if name not in CHECKS:
        raise Refused(f"there is no check called {name}", field="check")
    n, _, now = _found(creditor, name, today)
    if now != found:
        raise Refused("the ledger has changed since the page was shown: look again", field="found")
    latest = LedgerLook.objects.filter(creditor=creditor, check_name=name).order_by("-id").first()
    if latest is not None and latest.found == found:
        return
    LedgerLook.objects.create(creditor=creditor, check_name=name, found=found, number=n, by=by, on=today)
    record_event(creditor.pk, today, by, "ledger looked at", creditor.organisation_number, check=name, number=n)


def ages(creditor: Creditor, today: date) -> list[Age]:
    """Open invoices by days since the due date. One statement."""
    wanted: dict[str, Aggregate] = {}
    for place, (first, last) in enumerate(AGES):
        inside = Q()
        if first is not None:
            inside &= Q(due_on__lte=today - timedelta(days=first))
        if last is not None:
            inside &= Q(due_on__gte=today - timedelta(days=last))
        wanted[f"n{place}"] = Count("id", filter=inside)
        wanted[f"s{place}"] = Sum("open_minor", filter=inside & Q(currency="SEK"))
    found = open_invoices(creditor).aggregate(**wanted)
    return [Age(first, last, found[f"n{p}"], found[f"s{p}"] or 0) for p, (first, last) in enumerate(AGES)]


def left_to_look_at(checked: Sequence[Checked]) -> int:
    return sum(one.state == LOOK for one in checked)
