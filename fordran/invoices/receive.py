"""Take in an open-items file: each whole file is a new picture of the ledger, and every difference leaves a trace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from fordran.core.money import plain_kronor
from fordran.core.problems import Problem, Refused
from fordran.core.sorting import fold, sort_key
from fordran.creditors.keys import HIDDEN, stored_key
from fordran.creditors.models import Creditor
from fordran.db.seals import blind, seal
from fordran.formats.open_items.item import CellProblem, OpenItem
from fordran.invoices.from_file import item_of, person_of
from fordran.invoices.models import LedgerFile
from fordran.process.country import Country
from fordran.process.items import Item, Person


@dataclass(frozen=True, slots=True)
class Picture:
    """What a reader of any ERP or file hands over: the good rows, the refused ones, and how the source is known again."""

    items: Sequence[OpenItem]
    refused: Sequence[CellProblem] = ()
    sha256: str = ""
    name: str = ""
    partial: bool = False
    totals: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Received:
    """What an import did. `changed_invoices` are ids whose rows differ from the picture before."""

    file: LedgerFile | None
    known_already: bool = False
    new: int = 0
    changed: int = 0
    missing: int = 0
    back: int = 0


@transaction.atomic
def import_picture(creditor: Creditor, picture: Picture, *, on: date, country: Country, accept_shrunk: bool = False) -> Received:
    """Store the picture. The same file on the same day changes nothing.

    Raises Refused when a whole file lacks more than a tenth of the open invoices (at least 10), or half the sum, unless
    `accept_shrunk`; and when it is older than the latest picture.
    """
    Creditor.objects.select_for_update().get(pk=creditor.pk)
    if creditor.last_ledger_on and on < creditor.last_ledger_on:
        raise Refused(f"the latest picture of the ledger is from {creditor.last_ledger_on}; {on} lies before that", field="--on")
    known = LedgerFile.objects.filter(creditor=creditor, on=on, sha256=picture.sha256, partial=picture.partial).first()
    if known:
        return Received(known, known_already=True)
    with connection.cursor() as cursor:
        _incoming(cursor, creditor, picture, on, country)
        if not picture.partial:
            _refuse_shrunk(cursor, creditor, picture, accept_shrunk)
        file = LedgerFile.objects.create(
            creditor=creditor, on=on, sha256=picture.sha256, name=picture.name, partial=picture.partial,
            rows=len(picture.items) + len({p.row for p in picture.refused}), accepted=len(picture.items),
            refused=[{**p.as_dict(), "invoice": p.invoice} for p in picture.refused], totals=picture.totals,
        )  # fmt: skip
        received = Received(file)
        upsert_customers(cursor, creditor)
        upsert_invoices(cursor, creditor, file.pk, on, received)
        if not picture.partial:
            _note_missing(cursor, creditor, file, on, received)
        note_credits(cursor, creditor)
        cursor.execute("DROP TABLE incoming")
    Creditor.objects.filter(pk=creditor.pk).update(last_ledger_on=on)
    return received


# ---- the incoming rows as a table -------------------------------------------------------------------------------

PERSON = (
    ("key", "text"), ("name", "text"), ("sort_name", "text"), ("search_text", "text"), ("class_key", "text"),
    ("person_kind", "text"), ("identity_sealed", "bytea"), ("identity_index", "bytea"), ("identity_known", "boolean"),
    ("born_on", "date"), ("street", "text"), ("street2", "text"), ("postcode", "text"), ("town", "text"), ("country", "text"),
    ("email", "text"), ("phone", "text"), ("language", "text"), ("row_no", "integer"),
)  # fmt: skip
ITEM = (
    ("number", "text"), ("kind", "text"), ("currency", "text"), ("amount_minor", "bigint"), ("open_minor", "bigint"),
    ("due_on", "date"), ("issued_on", "date"), ("arose_on", "date"), ("text", "text"), ("reference", "text"),
    ("credits", "text"), ("claim_kind", "text"), ("due_agreed", "boolean"), ("interest_text", "boolean"),
    ("interest_rate", "numeric(6,3)"), ("terms_agreed_on", "date"), ("reminded_on", "date"), ("reminded_fee_minor", "bigint"),
)  # fmt: skip
ITEM_NAMES = tuple(name for name, _ in ITEM)


def _incoming(cursor: CursorWrapper, creditor: Creditor, picture: Picture, on: date, country: Country) -> None:
    def rows() -> Iterator[tuple[Any, ...]]:
        for row in picture.items:
            person = replace(person_of(row, country, on), key=stored_key(row.customer_id, country))
            yield (*person_row(person, creditor, row.identity, row.phone, row.row), *item_row(item_of(row)))

    as_table(cursor, "incoming", (*PERSON, *ITEM), rows())


def as_table(cursor: CursorWrapper, table: str, columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Any]]) -> None:
    """The rows as a temporary table of this transaction. `columns` are (name, type)."""
    described = ", ".join(f'"{name}" {kind}' for name, kind in columns)
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}; CREATE TEMPORARY TABLE {table} ({described}) ON COMMIT DROP")
    names = ", ".join(f'"{name}"' for name, _ in columns)
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"ANALYZE {table}")


def person_row(person: Person, creditor: Creditor, stated: str, phone: str, number: int) -> tuple[Any, ...]:
    """`stated` is the identity number as the source writes it; `number` orders rows of one customer."""
    identity = person.identity or stated
    sought = fold(person.name if person.key.startswith(HIDDEN) else f"{person.name} {person.key}")
    return (
        person.key, person.name, sort_key(person.name), sought, person.class_key, person.kind,
        seal(identity, creditor.pk) if identity else None, blind(identity) if identity else None, person.identity_known,
        person.born_on, person.street, person.street2, person.postcode, person.town, person.country, person.email, phone,
        person.language, number,
    )  # fmt: skip


def item_row(item: Item) -> tuple[Any, ...]:
    values = asdict(item)
    values["claim_kind"] = str(item.claim_kind)
    return tuple(values[name] for name in ITEM_NAMES)


def _refuse_shrunk(cursor: CursorWrapper, creditor: Creditor, picture: Picture, accepted: bool) -> None:
    seen = [problem.invoice for problem in picture.refused if problem.invoice]
    cursor.execute(
        """SELECT count(*), coalesce(sum(v.open_minor), 0)::bigint,
                  count(*) FILTER (WHERE gone), coalesce(sum(v.open_minor) FILTER (WHERE gone), 0)::bigint
           FROM (SELECT i.open_minor, NOT EXISTS (SELECT 1 FROM incoming n WHERE n.kind = i.kind AND n.number = i.number)
                                      AND i.number <> ALL (%s) AS gone
                 FROM invoices_invoice i
                 WHERE i.creditor_id = %s AND i.kind = 'invoice' AND i.open_minor > 0 AND i.missing_since IS NULL) v""",
        [seen, creditor.pk],
    )
    count, total, gone, gone_sum = cursor.fetchone()
    many = gone >= 10 and gone * 10 > count
    if accepted or not (many or (gone and gone_sum * 2 > total)):
        return
    raise Refused(
        [
            Problem(
                "file", "--accept-shrunk",
                f"the file lacks {gone} of {count} open invoices, {plain_kronor(gone_sum)} of {plain_kronor(total)}; if it is "
                "the whole ledger all the same, say --accept-shrunk; if it is a part of it, say --partial",
            )
        ]
    )  # fmt: skip


# ---- customers and invoices -------------------------------------------------------------------------------------


def upsert_customers(cursor: CursorWrapper, creditor: Creditor, more: Sequence[str] = ()) -> None:
    """The last row of a customer wins. An identity number that the source no longer states is kept. `more` are columns that
    only some sources have."""
    extra = "".join(f', "{name}"' for name in more)
    updates = "".join(f', "{name}" = excluded."{name}"' for name in more)
    cursor.execute(
        f"""INSERT INTO invoices_customer AS c (creditor_id, key, name, sort_name, search_text, class_key, kind, identity_sealed,
               identity_index, identity_known, born_on, street, street2, postcode, town, country, email, phone, language,
               protected{extra})
           SELECT DISTINCT ON (key) %s, key, name, sort_name, search_text, class_key, person_kind, identity_sealed,
               identity_index, identity_known, born_on, street, street2, postcode, town, country, email, phone, language,
               false{extra}
           FROM incoming ORDER BY key, row_no DESC
           ON CONFLICT (creditor_id, key) DO UPDATE SET name = excluded.name, sort_name = excluded.sort_name,
               search_text = excluded.search_text, class_key = excluded.class_key,
               kind = CASE WHEN excluded.kind = 'unknown' THEN c.kind ELSE excluded.kind END,
               identity_sealed = CASE WHEN excluded.identity_index IS NULL OR excluded.identity_index = c.identity_index
                                      THEN c.identity_sealed ELSE excluded.identity_sealed END,
               identity_index = coalesce(excluded.identity_index, c.identity_index),
               identity_known = excluded.identity_known OR (excluded.identity_index IS NULL AND c.identity_known),
               born_on = CASE WHEN excluded.identity_index IS NULL THEN c.born_on ELSE excluded.born_on END,
               street = excluded.street, street2 = excluded.street2, postcode = excluded.postcode, town = excluded.town,
               country = excluded.country, email = excluded.email, phone = excluded.phone, language = excluded.language
               {updates}""",
        [creditor.pk],
    )


TRACED = (
    "open_minor", "amount_minor", "due_on", "currency", "issued_on", "arose_on", "claim_kind", "due_agreed", "interest_text",
    "interest_rate", "terms_agreed_on", "reminded_on", "reminded_fee_minor",
)  # fmt: skip
"""Fields whose change leaves a trace; texts follow silently."""


def upsert_invoices(
    cursor: CursorWrapper, creditor: Creditor, file: int | None, on: date, received: Received, more: Sequence[str] = (),
    traced: Sequence[str] = TRACED, named: Sequence[str] = (),
) -> None:  # fmt: skip
    """`more` are columns that only some sources have. Of a change in `named` only that it changed is kept: what it said is
    personal data."""
    checks = " UNION ALL ".join(
        f"SELECT i.id, '{name}', coalesce(i.\"{name}\"::text, ''), coalesce(n.\"{name}\"::text, '') FROM pair "
        f"JOIN invoices_invoice i ON i.id = pair.id JOIN incoming n ON n.kind = i.kind AND n.number = i.number "
        f'WHERE i."{name}" IS DISTINCT FROM n."{name}"'
        for name in traced
    )
    checks += "".join(
        f" UNION ALL SELECT i.id, '{name}', '', '' FROM pair JOIN invoices_invoice i ON i.id = pair.id "
        f'JOIN incoming n ON n.kind = i.kind AND n.number = i.number WHERE i."{name}" IS DISTINCT FROM n."{name}"'
        for name in named
    )
    cursor.execute(
        f"""WITH pair AS (SELECT i.id FROM invoices_invoice i JOIN incoming n ON n.kind = i.kind AND n.number = i.number
                          WHERE i.creditor_id = %s),
                 change (invoice_id, field, before, after) AS (
                     {checks}
                     UNION ALL SELECT i.id, 'customer', o.id::text, coalesce(w.id::text, '') FROM pair
                         JOIN invoices_invoice i ON i.id = pair.id
                         JOIN invoices_customer o ON o.id = i.customer_id
                         JOIN incoming n ON n.kind = i.kind AND n.number = i.number
                         LEFT JOIN invoices_customer w ON w.creditor_id = i.creditor_id AND w.key = n.key
                         WHERE o.key <> n.key
                     UNION ALL SELECT i.id, 'back', i.missing_since::text, '' FROM pair JOIN invoices_invoice i ON i.id = pair.id
                         WHERE i.missing_since IS NOT NULL),
                 stored AS (INSERT INTO invoices_invoicechange (creditor_id, invoice_id, "on", field, before, after, file_id)
                            SELECT %s, invoice_id, %s, field, before, after, %s FROM change ORDER BY invoice_id, field
                            RETURNING invoice_id, field)
            SELECT count(DISTINCT invoice_id) FILTER (WHERE field <> 'back'),
                   count(*) FILTER (WHERE field = 'back') FROM stored""",
        [creditor.pk, creditor.pk, on, file],
    )
    received.changed, received.back = cursor.fetchone()
    columns = (*ITEM_NAMES, *more)
    names = ", ".join(f'"{name}"' for name in columns)
    updates = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in ("number", "kind"))
    cursor.execute(
        f"""INSERT INTO invoices_invoice AS i (creditor_id, customer_id, {names}, credited_minor, missing_times, seen_on,
                                              changed_on)
            SELECT %s, c.id, {", ".join(f'n."{name}"' for name in columns)}, 0, 0, %s, %s
            FROM incoming n JOIN invoices_customer c ON c.creditor_id = %s AND c.key = n.key ORDER BY n.row_no
            ON CONFLICT (creditor_id, kind, number) DO UPDATE SET customer_id = excluded.customer_id, {updates},
                missing_since = NULL, missing_times = 0, seen_on = excluded.seen_on,
                changed_on = CASE WHEN (i.open_minor, i.amount_minor, i.due_on) IS DISTINCT FROM
                    (excluded.open_minor, excluded.amount_minor, excluded.due_on) THEN excluded.changed_on ELSE i.changed_on END
            RETURNING (xmax = 0)""",
        [creditor.pk, on, on, creditor.pk],
    )
    received.new = sum(1 for (new,) in cursor.fetchall() if new)


def _note_missing(cursor: CursorWrapper, creditor: Creditor, file: LedgerFile, on: date, received: Received) -> None:
    """Gone, not yet known why. Counted once a day: two pictures of one day are one."""
    refused = [row.get("invoice", "") for row in file.refused if row.get("invoice")]
    cursor.execute(
        """WITH gone AS (
               UPDATE invoices_invoice i SET missing_since = coalesce(missing_since, %s), missing_times = missing_times + 1,
                      changed_on = %s
               WHERE i.creditor_id = %s AND i.open_minor > 0 AND (i.seen_on IS NULL OR i.seen_on < %s)
                 AND i.number <> ALL (%s)
                 AND NOT EXISTS (SELECT 1 FROM incoming n WHERE n.kind = i.kind AND n.number = i.number)
               RETURNING i.id, i.missing_times)
           INSERT INTO invoices_invoicechange (creditor_id, invoice_id, "on", field, before, after, file_id)
           SELECT %s, id, %s, 'missing', '', missing_times::text, %s FROM gone ORDER BY id RETURNING 1""",
        [on, on, creditor.pk, on, refused, creditor.pk, on, file.pk],
    )
    received.missing = len(cursor.fetchall())


def note_credits(cursor: CursorWrapper, creditor: Creditor) -> list[int]:
    """What credit notes that name an invoice take off it. The invoices for which that changed."""
    cursor.execute(
        """UPDATE invoices_invoice i SET credited_minor = coalesce(k.total, 0)
           FROM invoices_invoice j LEFT JOIN (
               SELECT credits, currency, sum(open_minor) AS total FROM invoices_invoice
               WHERE creditor_id = %s AND kind = 'credit' AND credits <> '' AND open_minor > 0 AND missing_since IS NULL
               GROUP BY credits, currency) k ON k.credits = j.number AND k.currency = j.currency
           WHERE i.id = j.id AND j.creditor_id = %s AND j.kind = 'invoice' AND j.credited_minor <> coalesce(k.total, 0)
           RETURNING i.id""",
        [creditor.pk, creditor.pk],
    )
    return [row[0] for row in cursor.fetchall()]
