"""What the demonstration's last days are arranged to show: in the end something lies on every page, which chance alone does not
promise. The people stop clearing some days before the last, an account is closed in time for a payout, the ERP fails once."""

from __future__ import annotations

from datetime import date

from fordran.books.make import make_vouchers
from fordran.books.reconcile import keep, reconcile
from fordran.cases import acts
from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.cli.living.outside import Outside
from fordran.cli.living.people import People
from fordran.cli.living.settling_in import CLERK
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor, PayoutAccount
from fordran.erp.models import Errand
from fordran.settlement import suspense
from fordran.settlement.candidates import work_list

CLOSED_ON, QUIET_FROM, FAILS_FROM = date(2026, 10, 23), date(2026, 10, 24), date(2026, 10, 27)
"""On the first an order is released to an account that the bank has closed. From the second only letters are looked through.
From the evening of the third the ERP cannot read some of its own invoices."""

_WHY = "An error occurred while reading the record: the customer's location was deleted."
_LAST_ACTS = (
    # hold, stages it is placed at, why, days it lasts
    ("dispute", ("demanded", "reminded"), "Kunden säger att arbetet inte är färdigt", None),
    ("dispute", ("reminded", "noticed"), "Kunden har fått fel pris enligt offerten", None),
    ("respite", ("reminded", "demanded"), "Kunden har ringt och bett om anstånd", 21),
    ("plan", ("demanded", "reminded", "awaiting_creditor"), "Betalar 500 kr i månaden enligt överenskommelse", 120),
)


class Shown:
    """At a world that is reached by `outside`."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def morning(self, key: str, office: Office, today: date, people: People) -> None:
        """What people do before the day is run."""
        if today == CLOSED_ON and key == "agency":
            account = PayoutAccount.objects.filter(creditor=office.creditor, kind="bankgiro").order_by("id")[0]
            self.outside.trouble({"closed": [f"bankgiro:{account.number}"]})
        if today < QUIET_FROM:
            people.morning(office, today)

    def evening(self, key: str, creditor: Creditor, today: date) -> None:
        """The ERP gets its trouble with invoices it is about to be told of."""
        if today < FAILS_FROM or key != "own":
            return
        marks = Errand.objects.filter(creditor=creditor, kind="mark", state="waiting").order_by("id")[:2]
        fails = [{"company": key, "kind": "invoice", "number": one.payload["number"], "why": _WHY} for one in marks]
        self.outside.trouble({"failing": fails})

    def last_morning(self, key: str, office: Office, today: date) -> None:
        """What came by telephone, a choice, and money that belongs to nobody here."""
        self.outside.trouble({"closed": []})
        for kind, stages, reason, days in _LAST_ACTS:
            until = date.fromordinal(today.toordinal() + days) if days else None
            for stage in stages:
                case = Case.objects.filter(creditor=office.creditor, stage=stage, held="").order_by("-capital_minor").first()
                if case is not None:
                    acts.place_hold(case, kind=kind, reason=reason, by=CLERK, today=today, until=until)
                    break
        chosen = Case.objects.filter(creditor=office.creditor, stage="awaiting_creditor", held="").order_by("id").first()
        if chosen is not None:
            acts.instruct(chosen, kind="payment-order", reason="Valt i listan", by=CLERK, today=today)
        self._refund_one(office, today)

    def last_evening(self, creditor: Creditor, today: date) -> None:
        """The ERP, the claims and the bank are proved to agree, as far as they do."""
        office = open_office(creditor)
        make_vouchers(office, today)
        keep(creditor, reconcile(office, today), by=CLERK)

    def _refund_one(self, office: Office, today: date) -> None:
        rows = [row for row in work_list(office, limit=100) if row.payment.kind == "payment"]
        for row in sorted(rows, key=lambda row: (row.payment.payer_account != "", row.payment.pk)):
            try:
                suspense.refund(row.payment, by=CLERK, today=today, reason="Gäller inget ärende")
            except Refused:
                continue
            return
