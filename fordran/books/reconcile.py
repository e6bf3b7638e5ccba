"""The proof that the ERP's ledger, Fordran and the bank say the same, or why they do not: reads, compares, keeps the result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from itertools import islice
from typing import Any

from fordran.books import models
from fordran.books.causes import causes_of
from fordran.books.compare import Difference, Here, There, compare, totals
from fordran.books.money import MoneyProof, prove_money
from fordran.cases.office import Office
from fordran.creditors.models import Creditor
from fordran.db.bulk import as_json, run
from fordran.erp.connections import connection_of
from fordran.ports.erp import Erp, ItemState

AT_A_TIME = 5_000
MOST_KEPT = 2_000
"""Differences that are kept with a result; their number is kept in full."""


@dataclass(slots=True)
class Result:
    """`source`: erp = asked now, picture = the last one taken in. `items`: how many are open on one side or both."""

    on: date
    source: str
    last_read_on: date | None
    items: int
    theirs_minor: dict[str, int]
    ours_minor: dict[str, int]
    differences: list[Difference]
    money: list[MoneyProof] = field(default_factory=list)

    @property
    def unexplained(self) -> int:
        """How many items and sums have a difference that nothing explains."""
        return sum(bool(d.unexplained_minor) for d in self.differences) + sum(not proof.ok for proof in self.money)

    def as_data(self) -> dict[str, Any]:
        data = asdict(self)
        data["unexplained"] = self.unexplained
        for row, proof in zip(data["money"], self.money, strict=True):
            row["ok"] = proof.ok
        return data


def reconcile(office: Office, today: date, erp: Erp | None = None) -> Result:
    """Prove the creditor's ledger now. With `erp` its open items are asked for; without, the last picture stands for them.

    Raises the errors of `ports.errors` when the ERP cannot be had. Not inside a transaction: the ERP is asked first.
    """
    creditor = office.creditor
    connection = connection_of(creditor)
    last_read = connection.last_fetched_on if connection else creditor.last_ledger_on
    if erp is not None:
        theirs = _open_there(erp, last_read)
    else:
        theirs = _picture(creditor)
    posts = bool(connection and connection.posts_payments)
    compared = compare(theirs, _ours(creditor, [item.number for item in theirs], posts, erp is not None, last_read))
    return Result(
        today, "picture" if erp is None else "erp", last_read, compared.items, totals(compared.theirs_minor),
        totals(compared.ours_minor), compared.differences or [], prove_money(office),
    )  # fmt: skip


def keep(creditor: Creditor, result: Result, *, by: str) -> models.Reconciliation:
    """Write the result down, for the page and for who asks later."""
    data = result.as_data()
    data["differences"] = sorted(data["differences"], key=lambda d: not d["unexplained_minor"])[:MOST_KEPT]
    rows = run(
        """INSERT INTO books_reconciliation (creditor_id, "on", by, source, compared, differences, unexplained, report)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id""",
        [creditor.pk, result.on, by, result.source, result.items, len(result.differences), result.unexplained, as_json(data)],
    )
    return models.Reconciliation.objects.get(pk=rows[0][0])


# ---- the two sides ------------------------------------------------------------------------------------------------


def _open_there(erp: Erp, last_read: date | None) -> list[There]:
    """The open invoices of the ERP. An item that lies on two pages that shifted is one."""
    found: dict[str, There] = {}
    place = ""
    while True:
        page = erp.open_items(place)
        for item in page.records:
            if item.kind == "invoice" and item.state in (ItemState.OPEN, ItemState.HELD) and item.open_minor > 0:
                new = last_read is None or (item.issued_on is not None and item.issued_on >= last_read)
                found[item.number] = There(item.number, item.currency, item.open_minor, new)
        place = page.place
        if not place:
            return list(found.values())


def _picture(creditor: Creditor) -> list[There]:
    """What the last picture has open, credits that name an invoice taken off it."""
    rows = run(
        """SELECT number, currency, open_minor - credited_minor FROM invoices_invoice
           WHERE creditor_id = %s AND kind = 'invoice' AND missing_since IS NULL AND open_minor > credited_minor""",
        [creditor.pk],
    )
    return [There(*row) for row in rows]


def _ours(creditor: Creditor, numbers: Sequence[str], posts: bool, asked: bool, read_on: date | None) -> Iterator[Here]:
    """Every invoice that we, our mirror or the ERP has something open of."""
    rows = run(
        """SELECT i.number, i.currency,
                  CASE WHEN i.missing_since IS NULL THEN greatest(i.open_minor - %(less)s * i.credited_minor, 0) ELSE 0 END,
                  c.id, c.number, c.capital_minor
           FROM invoices_invoice i LEFT JOIN cases_case c ON c.invoice_id = i.id
           WHERE i.creditor_id = %(c)s AND i.kind = 'invoice' AND (
                 (i.open_minor > 0 AND i.missing_since IS NULL) OR c.capital_minor > 0 OR i.number = ANY (%(numbers)s))
           ORDER BY i.id""",
        {"c": creditor.pk, "numbers": list(numbers), "less": 0 if asked else 1},
    )
    for piece in _pieces(rows):
        causes = causes_of(creditor, [row[3] for row in piece if row[3]], posts=posts, asked=asked, read_on=read_on)
        for number, currency, read, case, case_number, capital in piece:
            if case is None:
                yield Here(number, currency, read, read)
            else:
                yield Here(number, currency, capital, read, case_number, tuple(causes.get(case, ())))


def _pieces(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    source = iter(rows)
    while piece := list(islice(source, AT_A_TIME)):
        yield piece
