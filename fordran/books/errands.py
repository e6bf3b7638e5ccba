"""What the ERP is to be told of our vouchers: payments on its open items, and journal entries for the rest.

Of each voucher, capital that a payment to the bank paid becomes `PaymentPosting`: it closes the open item. Everything else
becomes one `VoucherPosting`, in which the account of those payments stands where the voucher says customer claims. Both together
come to the voucher. A payment is posted for what the ERP still holds open and never for more; a payment that is taken back is
voided there whole, and what of it still stands is posted anew when that is done (ADR 0241).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection as database
from django.db import transaction
from django.db.models import Q

from fordran.books import models
from fordran.books.entries import Kind, Line
from fordran.books.make import TEXTS, lock_books, make_vouchers, stored
from fordran.books.plan import AccountPlan, Role
from fordran.books.plans import plan_of
from fordran.books.postings import Book, Change, Item, Posted, Shared, every, lay_out
from fordran.cases.office import Office
from fordran.creditors.models import Creditor
from fordran.db.bulk import as_json, insert_many, next_ids, run
from fordran.erp.errands import KINDS, payload_of
from fordran.erp.models import Connection
from fordran.erp.models import Errand as Row
from fordran.ports.erp import Errand, PaidItem, PaymentPosting, PaymentVoid, VoucherLine, VoucherPosting

AT_A_TIME = 50
"""Vouchers in a piece."""


@dataclass(slots=True)
class Asked:
    payments: int = 0
    voids: int = 0
    vouchers: int = 0


def ask_errands(office: Office, today: date) -> Asked:
    """Bring the vouchers up to date and leave an errand for everything that the ERP is to be told and has not been asked yet.
    Run again it asks nothing; of a creditor whose connection posts neither payments nor vouchers nothing is asked."""
    asked = Asked()
    make_vouchers(office, today)
    connection = Connection.objects.filter(creditor=office.creditor).first()
    if connection is None or not (connection.posts_payments or connection.posts_vouchers):
        return asked
    while _lay_out_piece(office.creditor, connection):
        pass
    with transaction.atomic():
        lock_books(office.creditor.pk)
        _ask_voids(office, today, asked)
        _ask_payments(office, plan_of(office.creditor), today, asked)
        _ask_vouchers(office, today, asked)
    return asked


# ---- what is to be told -------------------------------------------------------------------------------------------


@transaction.atomic
def _lay_out_piece(creditor: Creditor, connection: Connection) -> int:
    """Vouchers that have not been laid out yet: their payments and what is left of them. How many."""
    lock_books(creditor.pk)
    rows = models.Voucher.objects.filter(creditor=creditor, told__isnull=True)
    vouchers = list(rows.order_by("number", "id")[:AT_A_TIME])
    if not vouchers:
        return 0
    plan, lines = plan_of(creditor), stored([voucher.pk for voucher in vouchers])
    by_bank = _paid_to_bank(creditor, lines)
    short: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    on_items = [v for v in vouchers if connection.posts_payments and _from(v, connection.posts_payments_since)]
    _lay_out_payments(creditor, plan, on_items, lines, by_bank, short)
    laid_out = []
    for voucher in vouchers:
        entries: list[tuple[str, int, int]] = []
        if connection.posts_vouchers and _from(voucher, connection.posts_vouchers_since):
            paid = by_bank if voucher in on_items else set()
            entries = _rest(creditor, plan, voucher, lines[voucher.pk], paid, short[voucher.pk])
        laid_out.append(models.Told(creditor=creditor, voucher=voucher, key=f"{voucher.series}{voucher.number}", lines=entries))
    models.Told.objects.bulk_create(laid_out)
    return len(vouchers)


def _from(voucher: models.Voucher, since: date | None) -> bool:
    return since is not None and voucher.made_on >= since


def _paid_to_bank(creditor: Creditor, lines: Mapping[int, Sequence[Line]]) -> set[int]:
    """Of the payments in these lines those that came to the bank; the creditor itself has booked the others."""
    numbers = sorted({line.payment_number for of_one in lines.values() for line in of_one} - {0})
    rows = run(
        "SELECT id FROM settlement_payment WHERE creditor_id = %s AND id = ANY (%s) AND via = 'bank'", [creditor.pk, numbers]
    )
    return {row[0] for row in rows}


def _on_items(line: Line, by_bank: set[int]) -> bool:
    return line.role == Role.CUSTOMER_CLAIMS and line.payment_number in by_bank


def payment_account(creditor: Creditor, plan: AccountPlan, currency: str) -> str:
    """The account in the ERP that payments posted there go to."""
    return plan.payment_account or plan.account(Role.BANK if creditor.mode == "own" else Role.AGENCY, currency)


def _rest(
    creditor: Creditor, plan: AccountPlan, voucher: models.Voucher, lines: Sequence[Line], by_bank: set[int],
    short: Mapping[str, int],
) -> list[tuple[str, int, int]]:  # fmt: skip
    """(account, debit, credit) of all that the postings do not say. A loss is not told: to book it, with its VAT, and to close
    the item is the creditor's own deed in its ERP."""
    if voucher.kind == Kind.LOSSES:
        return []
    sums: dict[str, int] = defaultdict(int)
    through = payment_account(creditor, plan, voucher.currency)
    for line in lines:
        sums[through if _on_items(line, by_bank) else line.account] += line.debit_minor - line.credit_minor
    for account, minor in short.items():
        sums[account] += minor
    return [(account, max(minor, 0), max(-minor, 0)) for account, minor in sorted(sums.items()) if minor]


def _lay_out_payments(
    creditor: Creditor, plan: AccountPlan, vouchers: Sequence[models.Voucher], lines: Mapping[int, Sequence[Line]],
    by_bank: set[int], short: dict[int, dict[str, int]],
) -> None:  # fmt: skip
    changes: dict[int, Change] = {}
    for voucher in vouchers:
        for line in lines[voucher.pk]:
            if _on_items(line, by_bank):
                change = changes.setdefault(line.payment_number, Change(voucher.pk))
                change.voucher = voucher.pk
                change.by_case[line.case_number] += line.credit_minor - line.debit_minor
    if not changes:
        return
    of = {voucher.pk: voucher for voucher in vouchers}
    book = _book(creditor, sorted(changes), sorted({case for change in changes.values() for case in change.by_case}))
    for payment, left_out in lay_out(book, changes).items():
        if left_out:  # more than the ERP holds open: on its account of customer claims, past the item
            voucher = of[changes[payment].voucher]
            short[voucher.pk][plan.account(Role.CUSTOMER_CLAIMS, voucher.currency)] -= left_out
            short[voucher.pk][payment_account(creditor, plan, voucher.currency)] += left_out
    _write(creditor, book, of, changes)


def _book(creditor: Creditor, payments: Sequence[int], cases: Sequence[int]) -> Book:
    """What stands of these payments, and of all payments on these cases: four statements, whatever their number."""
    rows = run(
        """SELECT payment_number, case_number, net_minor, posted_minor FROM books_share
           WHERE creditor_id = %s AND (payment_number = ANY (%s) OR case_number = ANY (%s))""",
        [creditor.pk, list(payments), list(cases)],
    )
    shares = {(payment, case): Shared(net, posted) for payment, case, net, posted in rows}
    items = _items(creditor, sorted({*cases, *(case for _, case in shares)}))
    postings: dict[int, list[Posted]] = {}
    known: dict[int, Posted] = {}
    for row in models.Posting.objects.filter(creditor=creditor, payment_number__in=payments).order_by("id"):
        of_payment = postings.setdefault(row.payment_number, [])
        posting = Posted(
            row.pk, row.payment_number, row.customer_id, len(of_payment) + 1, dict(row.items),
            asked=row.asked_on is not None, voided=row.void_on is not None, after=known.get(row.after_id or 0),
        )  # fmt: skip
        of_payment.append(posting)
        known[row.pk] = posting
    return Book(items, shares, postings)


def _items(creditor: Creditor, ids: Sequence[int]) -> dict[int, Item]:
    """What the ERP has open of an item without us: what we took over, less its own credits and payments straight to it."""
    rows = run(
        """SELECT c.id, c.customer_id, c.opening_minor - coalesce(sum(a.costs_minor + a.interest_minor + a.capital_minor), 0)
           FROM cases_case c
           LEFT JOIN (settlement_allocation a JOIN settlement_payment p ON p.id = a.payment_id AND p.via <> 'bank')
               ON a.case_id = c.id
           WHERE c.creditor_id = %s AND c.id = ANY (%s) GROUP BY c.id""",
        [creditor.pk, list(ids)],
    )
    return {case: Item(customer, max(0, int(minor))) for case, customer, minor in rows}


def _write(creditor: Creditor, book: Book, of: Mapping[int, models.Voucher], changes: Mapping[int, Change]) -> None:
    shares = [(p, c, s.net_minor, s.posted_minor) for (p, c), s in sorted(book.shares.items()) if s.changed]
    with database.cursor() as cursor:
        cursor.execute(
            """INSERT INTO books_share (creditor_id, payment_number, case_number, net_minor, posted_minor)
               SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
               ON CONFLICT (creditor_id, payment_number, case_number)
               DO UPDATE SET net_minor = excluded.net_minor, posted_minor = excluded.posted_minor""",
            [creditor.pk, *(list(column) for column in zip(*shares, strict=True))],
        )
        voided = [(x.id, of[changes[x.payment].voucher].on) for x in every(book) if x.id and x.voided]
        cursor.execute(
            """UPDATE books_posting p SET void_on = greatest(p."on", v."on")
               FROM unnest(%s::bigint[], %s::date[]) AS v (id, "on") WHERE p.id = v.id AND p.void_on IS NULL""",
            [[number for number, _ in voided], [on for _, on in voided]],
        )
        new = [posting for posting in every(book) if not posting.id]
        for posting, number in zip(new, next_ids(cursor, "books_posting", len(new)), strict=True):
            posting.id = number
        insert_many(cursor, "books_posting", _POSTING, [_posting_row(creditor, x, of[x.voucher]) for x in new])


_POSTING = (
    "id", "creditor_id", "key", "payment_number", "customer_id", "voucher_id", "on", "currency", "items", "after_id", "void_on",
)  # fmt: skip


def _posting_row(creditor: Creditor, posting: Posted, voucher: models.Voucher) -> tuple[object, ...]:
    items = as_json([[case, minor] for case, minor in posting.items.items()])
    return (
        posting.id, creditor.pk, posting.key, posting.payment, posting.customer, voucher.pk, voucher.on, voucher.currency, items,
        posting.after.id if posting.after else None, voucher.on if posting.voided else None,
    )  # fmt: skip


# ---- asking -------------------------------------------------------------------------------------------------------


def _ask_voids(office: Office, today: date, asked: Asked) -> None:
    """What was never asked for is dropped. `erp` knows what to do with one that is still under way."""
    rows = list(models.Posting.objects.filter(creditor=office.creditor, void_on__isnull=False, void_asked_on=None).order_by("id"))
    # The ERP's own number of a payment is filled in when its void is told.
    posted = (row for row in rows if row.asked_on is not None)
    errands = [(PaymentVoid(f"{row.key}V", row.key, "", row.void_on or today), row.payment_number) for row in posted]
    asked.voids += _ask(office, errands, today)
    models.Posting.objects.filter(pk__in=[row.pk for row in rows]).update(void_asked_on=today)


def _ask_payments(office: Office, plan: AccountPlan, today: date, asked: Asked) -> None:
    creditor = office.creditor
    rows = models.Posting.objects.filter(creditor=creditor, asked_on=None, void_on=None)
    waiting = list(rows.select_related("customer", "after").order_by("id"))
    documents = _documents(creditor, {case for posting in waiting for case, _ in posting.items})
    done = _undone_there(creditor, [posting.after for posting in waiting if posting.after])
    ready = [posting for posting in waiting if not posting.after or posting.after.pk in done]  # else its item is not open yet
    errands = []
    for posting in ready:
        items = tuple(PaidItem(*documents[case], minor) for case, minor in posting.items)
        account = payment_account(creditor, plan, posting.currency)
        text = f"Fordran {posting.key}"
        told = PaymentPosting(posting.key, posting.customer.key, posting.currency, posting.on, account, items, text)
        errands.append((told, posting.payment_number))
    asked.payments += _ask(office, errands, today)
    models.Posting.objects.filter(pk__in=[posting.pk for posting in ready]).update(asked_on=today)


def _ask(office: Office, errands: Sequence[tuple[Errand, int]], today: date) -> int:
    """As `erp.errands.ask`, for many at once, with the payment each is about. None of them was asked for before: that is written
    beside each in the same transaction; a key that was would be refused by the database."""
    new = ("waiting", 0, today, "", "", 0, 0)
    rows = [
        (office.creditor.pk, errand.key, _KINDS[type(errand)], as_json(payload_of(errand)), today, *new, payment)
        for errand, payment in errands
    ]
    with database.cursor() as cursor:
        insert_many(cursor, "erp_errand", _ERRAND, rows)
    return len(rows)


_KINDS: dict[type[Errand], str] = {shape: name for name, shape in KINDS.items()}
_ERRAND = (
    "creditor_id", "key", "kind", "payload", "asked_on", "state", "attempts", "next_on", "error", "external_id", "about_case",
    "about_letter", "about_payment",
)  # fmt: skip


def _undone_there(creditor: Creditor, postings: Sequence[models.Posting]) -> set[int]:
    """Of these postings those that the ERP does not hold any more, or never did."""
    keys = [f"{posting.key}V" for posting in postings]
    done = set(Row.objects.filter(creditor=creditor, key__in=keys, state="done").values_list("key", flat=True))
    return {posting.pk for posting in postings if posting.asked_on is None or f"{posting.key}V" in done}


def _documents(creditor: Creditor, cases: set[int]) -> dict[int, tuple[str, str]]:
    """The invoice's number and the ERP's own kind of document, by case."""
    rows = run(
        """SELECT c.id, i.number, i.erp_document FROM cases_case c JOIN invoices_invoice i ON i.id = c.invoice_id
           WHERE c.creditor_id = %s AND c.id = ANY (%s)""",
        [creditor.pk, sorted(cases)],
    )
    return {case: (number, document) for case, number, document in rows}


def _ask_vouchers(office: Office, today: date, asked: Asked) -> None:
    rows = models.Told.objects.filter(~Q(lines=[]), creditor=office.creditor, asked_on=None)
    waiting = list(rows.select_related("voucher").order_by("id"))
    errands = []
    for told in waiting:
        lines = tuple(VoucherLine(account, debit, credit) for account, debit, credit in told.lines)
        text = f"{told.key} {TEXTS[Kind(told.voucher.kind)]}"
        errands.append((VoucherPosting(told.key, told.voucher.on, told.voucher.currency, text, lines), 0))
    asked.vouchers += _ask(office, errands, today)
    models.Told.objects.filter(pk__in=[told.pk for told in waiting]).update(asked_on=today)
