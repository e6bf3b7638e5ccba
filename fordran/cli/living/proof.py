"""What must be true after a life, held against the world's own memory of what happened, which the office never saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from fordran.books.make import make_vouchers
from fordran.books.reconcile import reconcile
from fordran.cases.office import open_office
from fordran.cli.living.life import Life
from fordran.cli.living.settling_in import Lodger
from fordran.creditors.models import Creditor
from fordran.day import world as outside
from fordran.day.verify import verify
from fordran.db.bulk import run
from fordran.ports.errors import PortError
from fordran.sandbox.world.report import company_report, wrong_letters

FORGOTTEN_AFTER = timedelta(days=3)
"""An invoice is not forgotten while the ERP could not be read; nobody is without it longer than a long week-end."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that must not be."""

    what: str
    company: str
    record: str
    message: str


def prove(life: Life) -> dict[str, list[Fault]]:
    """By name of what was asked; every list should be empty."""
    life.faults.calm()
    asked = {
        "nobody is written to without cause": _letters,
        "one fee of a kind for an invoice": _fees,
        "no invoice is forgotten": _forgotten,
        "no payment is posted twice": _posted_twice,
        "no order is paid twice": _ordered_twice,
        "every krona is accounted for": _money,
        "ERP, claims and bank agree": _reconciled,
    }  # fmt: skip
    found: dict[str, list[Fault]] = {}
    for name, ask in asked.items():
        found[name] = [fault for lodger in life.lodgers for fault in ask(life, lodger)]
    found["the books hold"] = [
        Fault(one.check, "", one.record, one.message) for one in verify(list(Creditor.objects.order_by("id"))).findings
    ]
    found["the simulators made no mistake"] = [
        Fault("mistake", "", "", str(one)) for one in life.server.visma_net.mistakes
    ]  # fmt: skip
    return found


def _letters(life: Life, lodger: Lodger) -> Iterator[Fault]:
    for one in wrong_letters(lodger.key, life.world.lived(lodger.key)):
        yield Fault(one.why, lodger.key, one.invoice, f"{one.kind} of {one.dated_on}, although {one.why} since {one.since}")


def _fees(life: Life, lodger: Lodger) -> Iterator[Fault]:
    rows = run(
        """SELECT i.number, h.kind, count(*) FROM cases_charge h JOIN invoices_invoice i ON i.id = h.invoice_id
           WHERE h.creditor_id = %s AND h.amount_minor > h.waived_minor AND h.voided_on IS NULL
           GROUP BY 1, 2 HAVING count(*) > 1""",
        [lodger.creditor.pk],
    )
    for number, kind, count in rows:
        yield Fault("fee", lodger.key, number, f"{count} costs of the kind {kind}")
    reminded = run(
        """SELECT i.number FROM cases_charge h JOIN invoices_invoice i ON i.id = h.invoice_id
           WHERE h.creditor_id = %s AND h.kind = 'reminder' AND h.amount_minor > h.waived_minor AND h.voided_on IS NULL
             AND i.reminded_on IS NOT NULL AND i.reminded_fee_minor IS DISTINCT FROM 0 AND i.reminded_on < h."on" """,
        [lodger.creditor.pk],
    )
    for (number,) in reminded:
        yield Fault("fee", lodger.key, number, "a reminder cost, although the ERP had reminded before")


def _forgotten(life: Life, lodger: Lodger) -> Iterator[Fault]:
    """What is open in the ERP has a case, or a word on why not; and it is known as it stands there."""
    today = life.days[-1].on if life.days else life.plan.first
    known = {
        number: (open_minor, case, taken, reason)
        for number, open_minor, case, taken, reason in run(
            """SELECT i.number, i.open_minor, c.id, s.taken, s.reason FROM invoices_invoice i
               LEFT JOIN cases_case c ON c.invoice_id = i.id LEFT JOIN invoices_selection s ON s.invoice_id = i.id
               WHERE i.creditor_id = %s AND i.kind = 'invoice'""",
            [lodger.creditor.pk],
        )
    }
    refused = {number for (number,) in run(
        "SELECT jsonb_array_elements(refused) ->> 'number' FROM erp_fetchrun WHERE creditor_id = %s", [lodger.creditor.pk]
    )}  # fmt: skip
    for document in lodger.member.book.documents.values():
        if document.kind != "invoice" or document.status != "open" or document.number in refused:
            continue
        if document.changed_at.date() > today - FORGOTTEN_AFTER:
            continue
        there = known.get(document.number)
        if there is None:
            yield Fault("forgotten", lodger.key, document.number, "open in the ERP and not known here")
            continue
        open_minor, case, taken, reason = there
        if open_minor != document.balance:
            yield Fault("stale", lodger.key, document.number, f"open {document.balance} there, {open_minor} here")
        if document.due < today - FORGOTTEN_AFTER and case is None and reason is None:
            yield Fault("forgotten", lodger.key, document.number, f"due {document.due}, no case and no word on why")
        if taken and case is None:
            yield Fault("forgotten", lodger.key, document.number, "taken, and no case")


def _posted_twice(life: Life, lodger: Lodger) -> Iterator[Fault]:
    """By the ERP's own book: each errand left one payment and one voucher there."""
    book = lodger.member.book
    posted = Counter(r.reference for r in book.receipts.values() if r.kind == "payment" and r.status != "voided" and r.reference)
    rows = run(
        "SELECT external_id FROM erp_errand WHERE creditor_id = %s AND kind = 'payment' AND external_id <> ''",
        [lodger.creditor.pk],
    )
    ours = {book.receipts[number].reference for (number,) in rows if number in book.receipts}
    for reference in sorted(ours):
        if posted[reference] > 1:
            yield Fault("twice", lodger.key, reference, f"posted {posted[reference]} times in the ERP")
    asked = run("SELECT count(*) FROM erp_errand WHERE creditor_id = %s AND kind = 'voucher'", [lodger.creditor.pk])[0][0]
    if len(book.journals) > asked:
        yield Fault("twice", lodger.key, "", f"{len(book.journals)} vouchers in the ERP, {asked} were asked for")


def _ordered_twice(life: Life, lodger: Lodger) -> Iterator[Fault]:
    for name in company_report(lodger.key, life.world.lived(lodger.key), life.world.bank)["orders_executed_twice"]:
        yield Fault("twice", lodger.key, name, "left the account more than once")


def _money(life: Life, lodger: Lodger) -> Iterator[Fault]:
    """What debtors paid to the account for collected money and the bank's files told of is in our books, öre by öre."""
    told: Counter[str] = Counter()
    for paid in life.world.lived(lodger.key).paid.values():
        if not paid.to_creditor and paid.seen_on is not None:
            told[paid.currency] += paid.amount
    booked = Counter({
        currency: int(minor) for currency, minor in run(
            """SELECT currency, sum(amount_minor) FROM settlement_payment
               WHERE creditor_id = %s AND via = 'bank' AND kind = 'payment' AND direction > 0 GROUP BY currency""",
            [lodger.creditor.pk],
        )
    })  # fmt: skip
    for currency in {*told, *booked}:
        if told[currency] != booked[currency]:
            yield Fault("money", lodger.key, currency, f"debtors paid {told[currency]} öre, {booked[currency]} are booked")


def _reconciled(life: Life, lodger: Lodger) -> Iterator[Fault]:
    today = life.days[-1].on if life.days else life.plan.first
    office = open_office(lodger.creditor)
    make_vouchers(office, today)
    try:
        result = reconcile(office, today, outside.erp_of(lodger.creditor))
    except PortError as error:
        yield Fault("reconcile", lodger.key, "", f"the ERP could not be asked: {error}")
        return
    data = result.as_data()
    for row in data["differences"]:
        if row["unexplained_minor"]:
            said = f"{row['theirs_minor']} there, {row['ours_minor']} here: {row['because']}"
            yield Fault("reconcile", lodger.key, row["number"], said)
    if data["unexplained"] and not any(row["unexplained_minor"] for row in data["differences"]):
        yield Fault("reconcile", lodger.key, "money", str(data["money"]))
