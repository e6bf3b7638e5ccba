"""Take in a page of what a connected ERP tells: each page is a few statements, however many records it has.

A record that is known in this very version changes nothing, so that overlapping readings and pages that shifted while they
were read do no harm. Nothing is concluded from what is absent: what is gone is said by name (`note_gone`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from fordran.creditors.keys import stored_key
from fordran.creditors.models import Creditor
from fordran.db.bulk import run
from fordran.invoices.from_erp import item_of, person_of
from fordran.invoices.receive import (
    ITEM,
    PERSON,
    TRACED,
    Received,
    as_table,
    item_row,
    note_credits,
    person_row,
    upsert_customers,
    upsert_invoices,
)
from fordran.ports.erp import ErpCustomer, ErpItem, ItemState, RecordProblem
from fordran.process.country import Country

__all__ = ["TakenIn", "lock_mirror", "note_credits", "note_gone", "take_in_customers", "take_in_items"]


@dataclass(slots=True)
class TakenIn:
    """What a page did; `refused` are records that could not be used, besides those the connector refused."""

    new: int = 0
    changed: int = 0
    refused: list[RecordProblem] = field(default_factory=list)


def lock_mirror(creditor: Creditor) -> None:
    """One writer of a creditor's mirror at a time, to the end of the transaction: changes get their numbers in the order in
    which they are committed."""
    run("SELECT id FROM creditors_creditor WHERE id = %s FOR UPDATE", [creditor.pk])


# ---- customers ------------------------------------------------------------------------------------------------------

_MORE_OF_PERSON = (("left_alone", "boolean"), ("terms_agreed_on", "date"))
_SAME_PERSON = (
    "name", "class_key", "street", "street2", "postcode", "town", "country", "email", "phone", "language", "left_alone",
    "terms_agreed_on",
)  # fmt: skip


def take_in_customers(creditor: Creditor, told: Sequence[ErpCustomer], on: date, country: Country) -> TakenIn:
    """Inside a transaction. Which fields changed is kept, never what they said."""

    def rows() -> Iterator[tuple[Any, ...]]:
        for number, customer in enumerate(told):
            person = replace(person_of(customer, country, on), key=stored_key(customer.key, country))
            yield (
                *person_row(person, creditor, customer.identity, customer.phone, number), customer.left_alone,
                customer.terms_agreed,
            )  # fmt: skip

    if not told:
        return TakenIn()
    lock_mirror(creditor)
    with connection.cursor() as cursor:
        as_table(cursor, "incoming", (*PERSON, *_MORE_OF_PERSON), rows())
        checks = [f"SELECT c.id, '{name}' FROM pair c WHERE c.\"{name}\" IS DISTINCT FROM c.n_{name}" for name in _SAME_PERSON]
        fresh = ", ".join(f'n."{name}" AS n_{name}' for name in _SAME_PERSON)
        cursor.execute(
            f"""WITH pair AS (
                    SELECT c.*, {fresh}, n.person_kind AS n_kind, n.identity_index AS n_index
                    FROM (SELECT DISTINCT ON (key) * FROM incoming ORDER BY key, row_no DESC) n
                    JOIN invoices_customer c ON c.creditor_id = %s AND c.key = n.key)
                INSERT INTO invoices_customerchange (creditor_id, customer_id, "on", field)
                SELECT %s, v.id, %s, v.field FROM (
                    {" UNION ALL ".join(checks)}
                    UNION ALL SELECT c.id, 'kind' FROM pair c WHERE c.n_kind <> 'unknown' AND c.kind <> c.n_kind
                    UNION ALL SELECT c.id, 'identity' FROM pair c
                        WHERE c.n_index IS NOT NULL AND c.identity_index IS DISTINCT FROM c.n_index) v (id, field)
                ORDER BY v.id, v.field RETURNING customer_id""",
            [creditor.pk, creditor.pk, on],
        )
        changed = len({row[0] for row in cursor.fetchall()})
        cursor.execute(
            """SELECT count(DISTINCT n.key) FROM incoming n
               WHERE NOT EXISTS (SELECT 1 FROM invoices_customer c WHERE c.creditor_id = %s AND c.key = n.key)""",
            [creditor.pk],
        )
        new = cursor.fetchone()[0]
        upsert_customers(cursor, creditor, [name for name, _ in _MORE_OF_PERSON])
        cursor.execute("DROP TABLE incoming")
    return TakenIn(new, changed)


def missing_customers(creditor: Creditor, items: Iterable[ErpItem], country: Country) -> list[str]:
    """The ERP's keys of customers that items name and that the mirror does not have."""
    keys = {stored_key(key, country): key for key in sorted({item.customer for item in items})}
    rows = run("SELECT key FROM invoices_customer WHERE creditor_id = %s AND key = ANY(%s)", [creditor.pk, list(keys)])
    known = {row[0] for row in rows}
    return [own for stored, own in keys.items() if stored not in known]


# ---- items ----------------------------------------------------------------------------------------------------------

_MORE_OF_ITEM = (
    ("left_alone", "boolean"), ("held_in_erp", "boolean"), ("taken_by_other", "text"), ("direct_debit", "boolean"),
    ("tax_share_minor", "bigint"), ("sent_to", "jsonb"), ("erp_document", "text"), ("erp_version", "text"),
)  # fmt: skip
_ONLY_HERE = (("key", "text"), ("row_no", "integer"), ("state", "text"), ("reminder_level", "integer"))
_TRACED_HERE = (*TRACED, "left_alone", "held_in_erp", "taken_by_other", "direct_debit", "tax_share_minor")


def take_in_items(creditor: Creditor, told: Sequence[ErpItem], on: date, country: Country, *, anew: bool = False) -> TakenIn:
    """Inside a transaction. Closed and void items that were never seen are not taken up. `anew` looks also at what is known
    in this version."""
    latest = {(item.kind, item.number): item for item in told}
    done = TakenIn()
    if not latest:
        return done
    lock_mirror(creditor)
    with connection.cursor() as cursor:
        rows = (_row(item, number, country) for number, item in enumerate(latest.values()))
        as_table(cursor, "incoming", (*ITEM, *_MORE_OF_ITEM, *_ONLY_HERE), rows)
        as_table(cursor, "applied", _APPLIED, _applied(latest.values()))
        _sift(cursor, creditor, on, done, anew)
        cursor.execute("SELECT kind, number FROM incoming WHERE state = 'void'")
        void = cursor.fetchall()
        cursor.execute("DELETE FROM incoming WHERE state = 'void'")
        received = Received(None)
        upsert_invoices(cursor, creditor, None, on, received, [name for name, _ in _MORE_OF_ITEM], _TRACED_HERE, ("sent_to",))
        _set_off(cursor, creditor, on)
        cursor.execute("DROP TABLE incoming; DROP TABLE applied")
    done.new, done.changed = received.new, received.changed + received.back
    for kind, number in void:
        done.changed += note_gone(creditor, [number], on, kind=kind, why="void")
    return done


def _row(told: ErpItem, number: int, country: Country) -> tuple[Any, ...]:
    share = min(told.tax_share_minor, told.amount_minor)
    item = item_of(told)
    sent_to = json.dumps(asdict(item.sent_to), ensure_ascii=False) if item.sent_to else None
    return (
        *item_row(item), told.left_alone, told.state == ItemState.HELD, told.taken_by_other, told.direct_debit, share, sent_to,
        told.document, told.version, stored_key(told.customer, country), number, str(told.state), told.reminder_level,
    )  # fmt: skip


def _sift(cursor: CursorWrapper, creditor: Creditor, on: date, done: TakenIn, anew: bool) -> None:
    """Leave in `incoming` only what may be stored."""
    known = "SELECT 1 FROM invoices_invoice i WHERE i.creditor_id = %s AND i.kind = n.kind AND i.number = n.number"
    cursor.execute(f"DELETE FROM incoming n WHERE n.state IN ('closed', 'void') AND NOT EXISTS ({known})", [creditor.pk])
    if not anew:
        cursor.execute(
            f"""DELETE FROM incoming n WHERE n.erp_version <> '' AND n.state <> 'void'
                AND EXISTS ({known} AND i.erp_version = n.erp_version AND i.missing_since IS NULL)""",
            [creditor.pk],
        )
    cursor.execute(
        """DELETE FROM incoming n WHERE NOT EXISTS (
               SELECT 1 FROM invoices_customer c WHERE c.creditor_id = %s AND c.key = n.key) RETURNING number""",
        [creditor.pk],
    )
    done.refused += [
        RecordProblem(row[0], "customer", "the ERP has the invoice but not its customer: look it up there")
        for row in cursor.fetchall()
    ]
    cursor.execute(
        f"""DELETE FROM incoming n WHERE EXISTS ({known} AND i.erp_document <> '' AND i.erp_document <> n.erp_document)
            RETURNING number, erp_document""",
        [creditor.pk],
    )
    done.refused += [
        RecordProblem(
            row[0], "number", f"another document than this {row[1] or 'one'} has the same number: renumber one in the ERP"
        )
        for row in cursor.fetchall()
    ]
    cursor.execute(
        """UPDATE incoming n SET terms_agreed_on = c.terms_agreed_on FROM invoices_customer c
           WHERE c.creditor_id = %s AND c.key = n.key AND c.terms_agreed_on IS NOT NULL""",
        [creditor.pk],
    )
    # Reminded, but the ERP does not say when: no later than the day on which we first saw it.
    cursor.execute(
        """UPDATE incoming n SET reminded_on = coalesce((SELECT i.reminded_on FROM invoices_invoice i WHERE i.creditor_id = %s
               AND i.kind = n.kind AND i.number = n.number), %s) WHERE n.reminder_level > 0 AND n.reminded_on IS NULL""",
        [creditor.pk, on],
    )


_APPLIED = (("of_kind", "text"), ("of_number", "text"), ("kind", "text"), ("number", "text"), ("amount_minor", "bigint"),
            ("on", "date"), ("reference", "text"))  # fmt: skip


def _applied(items: Iterable[ErpItem]) -> Iterator[tuple[Any, ...]]:
    for item in items:
        sums: dict[tuple[str, str], tuple[int, date | None, str]] = {}
        for part in item.applied:
            key = (part.kind, part.number)
            sums[key] = (sums.get(key, (0,))[0] + part.amount_minor, part.on, part.reference)
        for (kind, number), (minor, on, reference) in sums.items():
            if minor:
                yield (item.kind, item.number, kind, number, minor, on, reference)


def _set_off(cursor: CursorWrapper, creditor: Creditor, on: date) -> None:
    """What the ERP has set against the invoices of this page, and what it has taken back. An amount that changed is told
    anew."""
    cursor.execute(
        """INSERT INTO invoices_application AS a (creditor_id, invoice_id, kind, number, amount_minor, "on", reference, seen_on,
                                                  told, payment)
           SELECT %s, i.id, p.kind, p.number, p.amount_minor, p."on", p.reference, %s, false, 0
           FROM applied p JOIN incoming n ON n.kind = p.of_kind AND n.number = p.of_number
           JOIN invoices_invoice i ON i.creditor_id = %s AND i.kind = p.of_kind AND i.number = p.of_number
           ORDER BY i.id, p."on", p.kind, p.number
           ON CONFLICT (invoice_id, kind, number) DO UPDATE SET amount_minor = excluded.amount_minor, "on" = excluded."on",
               reference = excluded.reference, gone_on = NULL, seen_on = excluded.seen_on, told = false
           WHERE a.amount_minor <> excluded.amount_minor OR a.gone_on IS NOT NULL""",
        [creditor.pk, on, creditor.pk],
    )
    cursor.execute(
        """UPDATE invoices_application a SET gone_on = %s
           FROM invoices_invoice i JOIN incoming n ON n.kind = i.kind AND n.number = i.number
           WHERE a.invoice_id = i.id AND i.creditor_id = %s AND a.gone_on IS NULL AND NOT EXISTS (
               SELECT 1 FROM applied p WHERE p.of_kind = i.kind AND p.of_number = i.number AND p.kind = a.kind
               AND p.number = a.number)""",
        [on, creditor.pk],
    )


def note_gone(creditor: Creditor, numbers: Sequence[str], on: date, *, kind: str = "invoice", why: str = "deleted") -> int:
    """These are void or not in the ERP any more, as it has said of each by itself. How many were not known to be so."""
    if not numbers:
        return 0
    rows = run(
        """WITH gone AS (
               UPDATE invoices_invoice i SET missing_since = %s, missing_times = 1, changed_on = %s, erp_version = ''
               WHERE i.creditor_id = %s AND i.kind = %s AND i.number = ANY(%s) AND i.missing_since IS NULL RETURNING i.id)
           INSERT INTO invoices_invoicechange (creditor_id, invoice_id, "on", field, before, after)
           SELECT %s, id, %s, 'missing', '', %s FROM gone ORDER BY id RETURNING 1""",
        [on, on, creditor.pk, kind, list(numbers), creditor.pk, on, why],
    )
    return len(rows)
