"""The creditor's vouchers of a period as a SIE file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fordran.books.entries import Line
from fordran.books.make import stored
from fordran.books.models import Told, Voucher
from fordran.books.plan import AccountPlan
from fordran.books.plans import plan_of
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.db.bulk import run
from fordran.formats.sie import SieAccount, SieFile, SieLine, SieVoucher, folded, write
from fordran.formats.sie.write import accounts_of


@dataclass(frozen=True, slots=True)
class Exported:
    """`other_currencies`: vouchers of the period that are not in the file. `folded`: texts said in other characters.
    `posted_to_erp`: vouchers that the ERP is told of as well."""

    content: bytes
    vouchers: int
    sum_minor: int
    other_currencies: dict[str, int]
    folded: int
    posted_to_erp: int = 0


def export(creditor: Creditor, since: date, until: date, *, today: date, currency: str = "SEK") -> Exported:
    """Vouchers dated in the period, both days included, in one currency: SIE knows no other than that of the books.
    Raises Refused when the period has none, or reaches over a year's end."""
    plan = plan_of(creditor)
    year = financial_year(since, plan.year_starts)
    if until < since:
        raise Refused(f"{until} lies before {since}; give the first day first", field="--to")
    if until > year[1]:
        raise Refused(f"a SIE file is of one financial year, and yours ends on {year[1]}; make one file for each", field="--to")
    of_the_period = Voucher.objects.filter(creditor=creditor, on__range=(since, until))
    rows = list(of_the_period.filter(currency=currency).order_by("series", "number"))
    if not rows:
        raise Refused(f"there is no voucher in {currency} from {since} to {until}; make them with `fordran books make`")
    lines = stored([row.pk for row in rows])
    names = _case_names(creditor.pk, {line.case_number for of_one in lines.values() for line in of_one})
    vouchers = [
        SieVoucher(row.series, row.number, row.on, row.text, [*_sie_lines(lines[row.pk], names)], row.made_on) for row in rows
    ]
    accounts = [SieAccount(number, plan.name(number)) for number in accounts_of(vouchers)]
    file = SieFile(creditor.name, creditor.organisation_number, today, year, accounts, vouchers, currency)
    others = {
        row["currency"]: row["n"]
        for row in of_the_period.exclude(currency=currency).values("currency").annotate(n=_count()).order_by("currency")
    }
    changed = sum(folded(text)[1] for text in _texts(file))
    told = Told.objects.filter(voucher__in=[row.pk for row in rows], asked_on__isnull=False).count()
    return Exported(write(file), len(rows), sum(row.sum_minor for row in rows), others, changed, told)


def _count() -> object:
    from django.db.models import Count

    return Count("id")


def _texts(file: SieFile) -> Iterator[str]:
    yield file.company
    yield from (account.name for account in file.accounts)
    for voucher in file.vouchers:
        yield voucher.text
        yield from (line.text for line in voucher.lines)


def financial_year(on: date, first_month: int) -> tuple[date, date]:
    """The financial year of twelve months, from the first of `first_month`, that the day falls in."""
    start = date(on.year if on.month >= first_month else on.year - 1, first_month, 1)
    return start, date(start.year + 1, first_month, 1) - timedelta(days=1)


def _case_names(creditor: int, cases: set[int]) -> dict[int, str]:
    rows = run(
        """SELECT c.id, c.number, i.number FROM cases_case c JOIN invoices_invoice i ON i.id = c.invoice_id
           WHERE c.creditor_id = %s AND c.id = ANY (%s)""",
        [creditor, sorted(cases - {0})],
    )
    return {case: f"Ärende {number}, faktura {invoice}" for case, number, invoice in rows}


def _sie_lines(lines: Sequence[Line], names: dict[int, str]) -> Iterator[SieLine]:
    for line in lines:
        words = [f"betalning {line.payment_number}"] if line.payment_number else []
        if line.case_number:
            words.insert(0, names.get(line.case_number, str(line.case_number)))
        text = ", ".join(words)
        yield SieLine(line.account, line.debit_minor - line.credit_minor, text[:1].upper() + text[1:])


def plan_in_words(plan: AccountPlan) -> list[tuple[str, str, str, str]]:
    """Role, account, name, why; the creditor's own currency accounts after their role."""
    from fordran.books.plan import DEFAULTS

    rows = []
    for role, default in DEFAULTS.items():
        rows.append((str(role), plan.account(role), default.name, default.why))
        for key, account in sorted(plan.accounts.items()):
            if key.startswith(f"{role} "):
                rows.append((key, account, default.name, f"as {role}, in {key.rpartition(' ')[2]}"))
    return rows
