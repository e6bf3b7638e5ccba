"""What the demonstration's last days are arranged to show: in the end something lies on every page, which chance alone does not
promise. Sending is stopped for a while, people stop clearing, strangers pay in, an account is closed in time for a payout, and
the ERP takes no bookings on the last day."""

from __future__ import annotations

from datetime import date, timedelta

from fordran.books.make import make_vouchers
from fordran.books.reconcile import keep, reconcile
from fordran.cases import acts
from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.cli.living.outside import Outside
from fordran.cli.living.people import People
from fordran.cli.living.settling_in import CLERK
from fordran.creditors.models import Creditor, PayoutAccount
from fordran.erp.models import Errand
from fordran.settlement import suspense
from fordran.settlement.candidates import work_list

ONE_DAY = timedelta(days=1)
CLOSED_ON = date(2026, 10, 23)
"""An order is released to an account that the bank has closed."""

QUIET_FROM = date(2026, 10, 24)
"""Nobody clears what waits any more."""

STRANGERS_ON = date(2026, 10, 27)
"""Money comes that somebody has to look at. The day after, a claim is paid as the ERP takes no bookings."""

STOPPED_FROM = date(2026, 10, 16)
"""All sending is stopped, to the last day, so that many letters wait for their approval then."""

LAST_MONTH = "2026-10"

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
        if today == STOPPED_FROM:
            acts.stop_sending(office.creditor, by=CLERK, today=today)
        if today < QUIET_FROM:
            people.morning(office, today)
        if today == STRANGERS_ON:
            self._strangers(key, office.creditor)
        if today == STRANGERS_ON + ONE_DAY:
            self._one_who_pays(key, office.creditor)

    def evening(self, key: str, creditor: Creditor, today: date) -> None:
        """The ERP cannot read some of the invoices that it was told of today."""
        if today == STRANGERS_ON + ONE_DAY:
            marks = Errand.objects.filter(creditor=creditor, kind="mark", done_on=today).order_by("-id")[:2]
            failing = [{"company": key, "kind": "invoice", "number": one.payload["number"], "why": _WHY} for one in marks]
            self.outside.trouble({"failing": failing})

    def _one_who_pays(self, key: str, creditor: Creditor) -> None:
        running = Case.objects.filter(creditor=creditor, currency="SEK", held="", stage__in=("reminded", "demanded"))
        for case in running.select_related("customer").order_by("capital_minor", "id")[:1]:
            owed = case.capital_minor + case.interest_minor + case.costs_minor
            self.outside.pay_in(key, owed, case.customer.name, reference=case.ocr)

    def _strangers(self, key: str, creditor: Creditor) -> None:
        """Money that somebody has to look at: for another, from a relative, with a digit wrong, and once more."""
        self.outside.pay_in(key, 1_250_00, "Föreningen Storåsdagen", text="Hyra av tält, tack för hjälpen")
        running = Case.objects.filter(creditor=creditor, currency="SEK", held="", stage__in=("reminded", "demanded"))
        running = running.filter(customer__class_key="PRIVAT")
        cases = list(running.select_related("customer").order_by("-capital_minor", "id")[:2])
        for case, mistyped in zip(cases, (False, True), strict=False):
            owed = case.capital_minor + case.interest_minor + case.costs_minor
            if mistyped:
                reference = f"{case.ocr[:-2]}{(int(case.ocr[-2]) + 1) % 10}{case.ocr[-1]}"
                self.outside.pay_in(key, owed - 40_00, case.customer.name, reference=reference)
            else:
                self.outside.pay_in(key, owed, f"Birgitta {case.customer.name.split()[-1]}", text="betalning enligt brev")
        paid = Case.objects.filter(creditor=creditor, currency="SEK", closed_cause__startswith="paid")
        for case in paid.select_related("customer").order_by("-closed_on", "id")[:1]:
            self.outside.pay_in(key, case.opening_minor, case.customer.name, reference=case.ocr)

    def last_morning(self, key: str, office: Office, today: date) -> None:
        """What came by telephone, a choice, money to pay back; letters may be written again. The ERP has closed the month."""
        periods = [{"company": one, "month": LAST_MONTH} for one in ("own", "agency")]
        self.outside.trouble({"closed": [], "closed_periods": periods})
        acts.resume_sending(office.creditor, by=CLERK, today=today)
        for kind, stages, reason, days in _LAST_ACTS:
            until = date.fromordinal(today.toordinal() + days) if days else None
            for stage in stages:
                case = Case.objects.filter(creditor=office.creditor, stage=stage, held="").order_by("-capital_minor").first()
                if case is not None:
                    acts.place_hold(case, kind=kind, reason=reason, by=CLERK, today=today, until=until)
                    break
        chosen = Case.objects.filter(creditor=office.creditor, stage="awaiting_creditor", outcome="ask").order_by("id").first()
        if chosen is not None:
            acts.instruct(chosen, kind="payment-order", reason="Valt i listan", by=CLERK, today=today)
        twice = [row.payment for row in work_list(office, limit=100) if row.suggested == "refund"]
        for payment in sorted(twice, key=lambda payment: (payment.payer_account != "", payment.pk))[:1]:
            suspense.refund(payment, by=CLERK, today=today, reason="Betald två gånger")

    def morning_after(self) -> None:
        """The ERP takes bookings again."""
        self.outside.trouble({"closed_periods": []})

    def last_evening(self, creditor: Creditor, today: date) -> None:
        """The ERP, the claims and the bank are proved to agree, as far as they do."""
        office = open_office(creditor)
        make_vouchers(office, today)
        keep(creditor, reconcile(office, today), by=CLERK)
