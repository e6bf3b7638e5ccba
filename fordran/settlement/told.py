"""What became of the payments of a file, of a deposit, of a creditor: for commands and pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fordran.db.bulk import run


def told_of_files(files: Sequence[int]) -> dict[str, Any]:
    """`matched`: how many payments found their cases by what; how many wait for a case or a person; öre to pay back by
    currency. Of the payments that these files were the first to tell of."""
    rows = run(
        """SELECT p.state, p.matched_by, p.currency, count(*), sum(p.refund_minor)::bigint FROM settlement_payment p
           JOIN bank_deposit d ON d.id = p.deposit_id WHERE d.file_id = ANY (%s) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",
        [list(files)],
    )
    told: dict[str, Any] = {"matched": {}, "waiting": 0, "suspense": 0, "other": 0, "refunds_minor": {}}
    for state, by, currency, count, refund in rows:
        if state == "matched":
            told["matched"][by] = told["matched"].get(by, 0) + count
        else:
            name = state if state in ("waiting", "suspense") else "other"
            told[name] += count
        if refund:
            told["refunds_minor"][currency] = told["refunds_minor"].get(currency, 0) + refund
    return told
