"""Payments of a file that another file has told of already: the same file in another format, a day's file beside the
statement of the account, a file sent again.

What the bank numbers is certain. Else two payments may be alike in everything and still be two, so likes are paired one to
one: a file that holds two adds two, and the next file that tells of the same two adds none. Two files of one format differ
where their serial numbers, deposits or accounts differ; two of different formats only where payer or reference do.
"""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

from fordran.process.hints import payer_key

_ALIKE = ('"on"', "currency", "minor", "direction", "kind", "plain")


def mark_known(cursor: CursorWrapper, creditor: int, source: str) -> tuple[int, int]:
    """Make the temporary table `told_here`: the creditor's payments of the file, `same` = the stored payment each is, or 0.

    How many there are, and how many of them are known. A constant number of statements.
    """
    cursor.execute(
        """DROP TABLE IF EXISTS pg_temp.told_here;
           CREATE TEMPORARY TABLE told_here ON COMMIT DROP AS
               SELECT t.*, d."on", d.serial AS deposit_serial, coalesce(nullif(t.account, ''), d.account) AS paid_to,
                      0::bigint AS same
               FROM told t JOIN told_deposit d ON d.deposit = t.deposit WHERE d.creditor_id = %s;
           ANALYZE told_here""",
        [creditor],
    )
    cursor.execute("SELECT count(*) FROM told_here")
    told = cursor.fetchone()[0]
    cursor.execute(
        """DROP TABLE IF EXISTS pg_temp.stored;
           CREATE TEMPORARY TABLE stored ON COMMIT DROP AS
               SELECT p.id, p."on", p.currency, p.amount_minor AS minor, p.direction, p.kind, p.plain, p.serial,
                      coalesce(d.serial, '') AS deposit_serial, p.account AS paid_to, p.source, p.payer, p.deposit_id
               FROM settlement_payment p LEFT JOIN bank_deposit d ON d.id = p.deposit_id
               WHERE p.creditor_id = %s AND p.via = 'bank' AND p.source <> ''
                 AND (p."on", p.amount_minor) IN (SELECT "on", minor FROM told_here);
           ALTER TABLE stored ADD payer_key text; ALTER TABLE stored ADD taken boolean DEFAULT false""",
        [creditor],
    )
    cursor.execute("SELECT count(*) FROM stored")
    if cursor.fetchone()[0]:
        _names(cursor)
        cursor.execute("ANALYZE stored")
        _pair_all(cursor, source)
        _learn_more(cursor, source)
    _sums_of_deposits(cursor, creditor, source)
    cursor.execute("SELECT count(*) FROM told_here WHERE same <> 0")
    known = cursor.fetchone()[0]
    cursor.execute("DROP TABLE stored")
    return told, known


def _names(cursor: CursorWrapper) -> None:
    cursor.execute("SELECT DISTINCT payer FROM stored")
    names = [row[0] for row in cursor.fetchall()]
    cursor.execute(
        """UPDATE stored s SET payer_key = n.key FROM unnest(%s::text[], %s::text[]) AS n (payer, key) WHERE n.payer = s.payer""",
        [names, [payer_key(name) for name in names]],
    )


def _pair_all(cursor: CursorWrapper, source: str) -> None:
    """The surest signs first; each stored payment is paired once."""
    same, other = f"s.source = '{source}'", f"s.source <> '{source}'"
    # One format: the bank's number, with its day, deposit and account.
    _pair(cursor, ("serial", "deposit_serial", "paid_to"), "t.serial <> ''", same)
    _pair(cursor, ("deposit_serial", "paid_to", "payer_key"), "t.serial = ''", same)
    _pair(cursor, ("paid_to", "payer_key"), "t.serial = '' AND t.deposit_serial = ''", same)
    _pair(cursor, ("paid_to", "payer_key"), "true", f"{same} AND s.serial = '' AND s.deposit_serial = ''")
    # Another format numbers in its own way, and may know less.
    _pair(cursor, ("serial",), "t.serial <> ''", other)
    _pair(cursor, ("payer_key",), "true", other)
    _pair(cursor, (), "t.payer_key = ''", other)
    _pair(cursor, (), "t.payer_key <> ''", f"{other} AND s.payer_key = ''")


def _pair(cursor: CursorWrapper, more: tuple[str, ...], told: str, stored: str) -> None:
    columns = (*_ALIKE, *more)
    t, s = ", ".join(f"t.{c}" for c in columns), ", ".join(f"s.{c}" for c in columns)
    joined = " AND ".join(f"a.{c} = b.{c}" for c in columns)
    cursor.execute(
        f"""WITH a AS (SELECT {t}, t.n, row_number() OVER (PARTITION BY {t} ORDER BY t.n) AS k
                       FROM told_here t WHERE t.same = 0 AND ({told})),
                 b AS (SELECT {s}, s.id, row_number() OVER (PARTITION BY {s} ORDER BY s.id) AS k
                       FROM stored s WHERE NOT s.taken AND ({stored})),
                 pair AS (SELECT a.n, b.id FROM a JOIN b ON a.k = b.k AND {joined}),
                 marked AS (UPDATE stored SET taken = true FROM pair WHERE stored.id = pair.id)
            UPDATE told_here SET same = pair.id FROM pair WHERE told_here.n = pair.n"""
    )


def _learn_more(cursor: CursorWrapper, source: str) -> None:
    """Another format may know a payer or a text that the first did not: then a payment that waits is looked up again."""
    cursor.execute(
        """UPDATE settlement_payment p SET
               payer = coalesce(nullif(p.payer, ''), t.payer),
               payer_account = coalesce(nullif(p.payer_account, ''), t.payer_account),
               payer_index = coalesce(p.payer_index, t.payer_index),
               texts = CASE WHEN p.texts = '{}' THEN t.texts ELSE p.texts END,
               words = CASE WHEN p.words = '{}' THEN t.words ELSE p.words END,
               named = CASE WHEN cardinality(t.named) > cardinality(p.named) THEN t.named ELSE p.named END,
               parts = CASE WHEN p.parts = '[]' THEN t.parts::jsonb ELSE p.parts END,
               state = CASE WHEN p.state = 'suspense' AND p.because ->> 0 = 'nothing_named' THEN 'new' ELSE p.state END
           FROM told_here t WHERE t.same = p.id AND p.source <> %s
             AND ((p.payer = '' AND t.payer <> '') OR (p.payer_account = '' AND t.payer_account <> '')
                  OR (p.payer_index IS NULL AND t.payer_index IS NOT NULL) OR (p.words = '{}' AND t.words <> '{}')
                  OR cardinality(t.named) > cardinality(p.named) OR (p.parts = '[]' AND t.parts <> '[]'))""",
        [source],
    )


def _sums_of_deposits(cursor: CursorWrapper, creditor: int, source: str) -> None:
    """The statement of an account tells a deposit that a giro file told in detail as one sum without reference."""
    cursor.execute(
        """UPDATE told_here t SET same = -1 FROM bank_deposit d JOIN bank_bankfile f ON f.id = d.file_id
           WHERE d.creditor_id = %s AND f.format <> %s AND t.same = 0 AND t.kind = 'payment' AND t.plain = ''
             AND d."on" = t."on" AND d.currency = t.currency AND d.amount_minor = t.minor * t.direction AND d.account <> t.paid_to
             AND t.deposit IN (SELECT deposit FROM told_here GROUP BY deposit HAVING count(*) = 1)
             AND d.known_minor = 0""",
        [creditor, source],
    )
