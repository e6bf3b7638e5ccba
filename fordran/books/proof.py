"""What `fordran verify` asks of the vouchers: they balance, their numbers have no gap, and they say what they said when made."""

from __future__ import annotations

from collections.abc import Iterator

from fordran.books.entries import Kind, Voucher, digest
from fordran.books.make import stored
from fordran.cases.office import Office
from fordran.db.bulk import run

AT_A_TIME = 500


def vouchers(office: Office) -> Iterator[tuple[str, str]]:
    """(record, sentence) for each voucher that does not hold. Reads them all, a few hundred at a time."""
    creditor = office.creditor.pk
    rows = run(
        """SELECT series, min(number), max(number), count(*) FROM books_voucher WHERE creditor_id = %s GROUP BY series
           HAVING min(number) <> 1 OR max(number) <> count(*) ORDER BY series""",
        [creditor],
    )
    for series, first, last, count in rows:
        yield f"vouchers {series}", f"numbers {first} to {last} are {count} vouchers: some number is missing"
    last = 0
    while True:
        piece = run(
            """SELECT v.id, v.series, v.number, v.kind, v."on", v.currency, v.sum_minor, v.digest,
                      (SELECT array_agg(c.transfer_id ORDER BY c.transfer_id) FROM books_covered c WHERE c.voucher_id = v.id)
               FROM books_voucher v WHERE v.creditor_id = %s AND v.id > %s ORDER BY v.id LIMIT %s""",
            [creditor, last, AT_A_TIME],
        )
        if not piece:
            return
        lines = stored([row[0] for row in piece])
        for number, series, place, kind, on, currency, total, kept, transfers in piece:
            said = Voucher(Kind(kind), on, currency, tuple(lines[number]), tuple(transfers or ()))
            debit, credit = sum(x.debit_minor for x in said.lines), sum(x.credit_minor for x in said.lines)
            if not debit == credit == total:
                yield f"voucher {series}{place}", f"debits come to {debit} öre, credits to {credit}, its sum is {total}"
            elif digest(series, place, said) != kept:
                yield f"voucher {series}{place}", "it does not say what it said when it was made"
        last = piece[-1][0]
