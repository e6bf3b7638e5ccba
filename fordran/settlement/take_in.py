"""A bank's file is taken in whole, or not at all.

It is read as a stream into temporary tables; only when its own totals agree and every account in it is known is anything
stored, in one transaction: the file, its deposits, its payments, and the money in suspense. What each payment is for is found
afterwards (`settle_new.py`), so that a run that is stopped goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from fordran.audit.record import record_event
from fordran.bank.accounts import owners
from fordran.cases.office import open_office
from fordran.core.findings import finding
from fordran.core.problems import Problem, Refused
from fordran.core.reasons import Reason
from fordran.countries import registry
from fordran.creditors.models import Creditor
from fordran.db.bulk import as_json, insert_many, run
from fordran.db.seals import blind
from fordran.formats.bank import BankFile, plain_reference
from fordran.formats.bank.result import Deposit, Event, Payment
from fordran.formats.bank.words import say
from fordran.ledger.post import post_from
from fordran.process.bookings import Account
from fordran.process.country import Country
from fordran.process.hints import payer_key, references_of, words_of
from fordran.settlement.allocate import bank_of
from fordran.settlement.find import array, because_of
from fordran.settlement.known import mark_known
from fordran.settlement.settle_new import Progress, settle_new

AT_A_TIME = 10_000


class ToldFile(Protocol):
    """What is told of a file: `formats.bank.Reading`, or a story."""

    @property
    def sha256(self) -> str: ...

    def __iter__(self) -> Iterator[Event]: ...

    def result(self) -> BankFile: ...


class FileRefused(Refused):
    """The whole file is refused; nothing was stored."""


@dataclass(slots=True)
class TakenIn:
    """`known`: the same file had been taken in before. Counts are of this file's payments."""

    known: bool = False
    creditors: list[Creditor] = field(default_factory=list)
    payments: int = 0
    known_payments: int = 0
    files: list[int] = field(default_factory=list)


def take_in(
    file: ToldFile, *, name: str, on: date, by: str, lang: str = "en", creditors: Sequence[int] | None = None,
    progress: Progress | None = None, settle_at_most: int | None = None,
) -> TakenIn:  # fmt: skip
    """Store the file and settle what is new. `creditors` limits whose accounts may be in it (a page's user's own). When more
    than `settle_at_most` payments wait to be settled they are left to the day, which does it before it judges.

    Raises FileRefused with every problem; then nothing is stored. The same file again changes nothing, and finishes what an
    earlier run was stopped in.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        _temporary(cursor)
        _stage(cursor, file, on)
        result = file.result()
        problems = [*result.problems] or _owned(cursor, lang, creditors)
        if problems:
            raise FileRefused(problems)
        taken = TakenIn(known=True, creditors=_whose(cursor, creditors))
        for creditor in taken.creditors:
            _store(cursor, creditor, file.sha256, result, name, on, by, taken)
        cursor.execute("DROP TABLE told, told_deposit")
    if settle_at_most is not None and _unsettled(taken.creditors) > settle_at_most:
        return taken
    for creditor in taken.creditors:
        settle_new(open_office(creditor), on, progress)
    return taken


def _unsettled(creditors: Sequence[Creditor]) -> int:
    rows = run(
        "SELECT count(*) FROM settlement_payment WHERE creditor_id = ANY (%s) AND state IN ('new', 'found')",
        [[creditor.pk for creditor in creditors]],
    )
    return int(rows[0][0])


# ---- the file as tables -----------------------------------------------------------------------------------------

_TOLD = (
    ("n", "bigint"), ("deposit", "integer"), ("kind", "text"), ("minor", "bigint"), ("direction", "smallint"),
    ("currency", "text"), ("reference", "text"), ("refs", "text[]"), ("parts", "text"), ("texts", "text[]"), ("payer", "text"),
    ("payer_key", "text"), ("payer_account", "text"), ("payer_index", "bytea"), ("plain", "text"), ("named", "text[]"),
    ("words", "text[]"), ("serial", "text"), ("account", "text"), ("record", "text"),
)  # fmt: skip
_TOLD_DEPOSIT = (
    ("deposit", "integer"), ("account", "text"), ("currency", "text"), ("on", "date"), ("minor", "bigint"), ("serial", "text"),
    ("record", "text"),
)  # fmt: skip


def _temporary(cursor: CursorWrapper) -> None:
    for table, columns in (("told", _TOLD), ("told_deposit", _TOLD_DEPOSIT)):
        described = ", ".join(f'"{name}" {kind}' for name, kind in columns)
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}; CREATE TEMPORARY TABLE {table} ({described}) ON COMMIT DROP")


def _stage(cursor: CursorWrapper, file: ToldFile, on: date) -> None:
    first = Creditor.objects.order_by("id").first()
    country = registry.country(first.country if first else "SE")
    payments: list[tuple[Any, ...]] = []
    deposits: list[tuple[Any, ...]] = []
    for number, event in enumerate(file):
        if isinstance(event, Payment):
            payments.append(_payment_row(number, event, _digits(country, event.payer_number, on)))
        else:
            deposits.append(_deposit_row(event))
        if len(payments) + len(deposits) >= AT_A_TIME:
            _flush(cursor, payments, deposits)
    _flush(cursor, payments, deposits)
    cursor.execute("ANALYZE told; ANALYZE told_deposit")


def _flush(cursor: CursorWrapper, payments: list[tuple[Any, ...]], deposits: list[tuple[Any, ...]]) -> None:
    insert_many(cursor, "told", [name for name, _ in _TOLD], payments)
    insert_many(cursor, "told_deposit", [name for name, _ in _TOLD_DEPOSIT], deposits)
    payments.clear()
    deposits.clear()


_NONE = "{}"


def _digits(country: Country, number: str, on: date) -> str:
    """The payer's number in the one spelling that customers' numbers have."""
    if len(number) == 12 and number.startswith("00"):  # ten digits in the twelve places of BgMax
        number = number[2:]
    return country.read_identity(number, on).digits if number else ""


def _payment_row(number: int, p: Payment, digits: str) -> tuple[Any, ...]:
    """The payer's number is kept as a keyed hash alone. Words of an unchecked reference may name an invoice too."""
    named = references_of(p.reference, p.references)
    words = words_of((*p.texts, p.reference)) if p.texts or not p.reference.isdigit() else ()
    parts = as_json([[part.reference, part.amount_minor] for part in p.parts]) if p.parts else "[]"
    return (
        number, p.deposit, p.kind, abs(p.amount_minor), -1 if p.amount_minor < 0 else 1, p.currency, p.reference,
        array(p.references) if p.references else _NONE, parts, array(p.texts) if p.texts else _NONE, p.payer,
        payer_key(p.payer) if p.payer else "", p.payer_account, blind(digits) if digits else None,
        plain_reference(p.reference), array(named) if named else _NONE, array(words) if words else _NONE,
        _number(p.serial), p.account, p.record,
    )  # fmt: skip


def _deposit_row(d: Deposit) -> tuple[Any, ...]:
    return (d.number, d.account, d.currency, d.date, d.amount_minor, _number(d.serial), d.record)


def _number(serial: str) -> str:
    """A serial number of zeros is none."""
    return serial if serial.strip("0 ") else ""


# ---- whose it is ------------------------------------------------------------------------------------------------


def _owned(cursor: CursorWrapper, lang: str, allowed: Sequence[int] | None) -> list[Problem]:
    """Write each deposit's creditor beside it; a problem for each account that is nobody's, or several creditors'.

    A deposit is known by its own account, or by the one account that its payments were paid to.
    """
    cursor.execute(
        """ALTER TABLE told_deposit ADD creditor_id bigint, ADD paid_to text[] NOT NULL DEFAULT '{}';
           UPDATE told_deposit d SET paid_to = p.accounts FROM (
               SELECT deposit, array_agg(DISTINCT account ORDER BY account) AS accounts FROM told WHERE account <> ''
               GROUP BY deposit) p WHERE p.deposit = d.deposit"""
    )
    cursor.execute("SELECT account, paid_to, min(record) FROM told_deposit GROUP BY account, paid_to ORDER BY min(deposit)")
    pairs = cursor.fetchall()
    found = owners({account for own, paid_to, _ in pairs for account in (own, *paid_to)})
    problems: list[Problem] = []
    for own, paid_to, record in pairs:
        whose = found.get(own) or [c for account in paid_to for c in found.get(account, ())]
        whose = [c for c in dict.fromkeys(whose) if allowed is None or c.pk in allowed]
        if len(whose) != 1:
            code = "unknown_account" if not whose else "several_creditors"
            problems.append(Problem(str(record), "account", say(code, lang, account=own or ", ".join(paid_to))))
            continue
        cursor.execute(
            "UPDATE told_deposit SET creditor_id = %s WHERE account = %s AND paid_to = %s", [whose[0].pk, own, list(paid_to)]
        )
    return problems


def _whose(cursor: CursorWrapper, allowed: Sequence[int] | None) -> list[Creditor]:
    """The creditors of the file. One without a deposit names no account: it is the creditor's where there is only one."""
    cursor.execute("SELECT DISTINCT creditor_id FROM told_deposit ORDER BY 1")
    ids = [row[0] for row in cursor.fetchall()]
    some = Creditor.objects.order_by("id") if allowed is None else Creditor.objects.filter(pk__in=allowed).order_by("id")
    if not ids:
        return list(some) if some.count() == 1 else []
    return list(some.filter(pk__in=ids))


# ---- storing ----------------------------------------------------------------------------------------------------


def _store(
    cursor: CursorWrapper, creditor: Creditor, sha256: str, result: BankFile, name: str, on: date, by: str, taken: TakenIn
) -> None:
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('bank files of ' || %s::text, 0))", [creditor.pk])
    before = run("SELECT id FROM bank_bankfile WHERE creditor_id = %s AND sha256 = %s", [creditor.pk, sha256])
    if before:
        taken.files.append(before[0][0])
        return
    taken.known = False
    source = str(result.format)
    told, known = mark_known(cursor, creditor.pk, source)
    taken.payments += told
    taken.known_payments += known
    cursor.execute(
        """INSERT INTO bank_bankfile (creditor_id, "on", sha256, name, format, version, deposits, payments, known, totals, notes,
               by)
           SELECT %(c)s, %(on)s, %(sha)s, %(name)s, %(format)s, %(version)s,
                  (SELECT count(*) FROM told_deposit WHERE creditor_id = %(c)s), %(told)s, %(known)s,
                  coalesce((SELECT jsonb_object_agg(currency, minor) FROM (SELECT currency, sum(minor)::bigint AS minor
                            FROM told_deposit WHERE creditor_id = %(c)s GROUP BY currency) s), '{}'), %(notes)s, %(by)s
           RETURNING id""",
        {"c": creditor.pk, "on": on, "sha": sha256, "name": name[-200:], "format": source, "version": result.version or "",
         "told": told, "known": known, "notes": json.dumps(result.notes, ensure_ascii=False), "by": by},
    )  # fmt: skip
    file = cursor.fetchone()[0]
    taken.files.append(file)
    _insert(cursor, creditor, file, sha256, source, on)
    record_event(creditor.pk, on, by, "bank file taken in", sha256[:16], payments=told, known=known)


def _insert(cursor: CursorWrapper, creditor: Creditor, file: int, sha256: str, source: str, on: date) -> None:
    """Deposits, payments and the money in suspense: three statements a direction, whatever the file holds."""
    cursor.execute(
        """INSERT INTO bank_deposit (creditor_id, file_id, number, account, currency, "on", amount_minor, known_minor,
               shown_minor, serial, record)
           SELECT %(c)s, %(file)s, d.deposit, d.account, d.currency, d."on", d.minor,
                  coalesce(sum(t.minor * t.direction) FILTER (WHERE t.same <> 0), 0)::bigint,
                  coalesce(sum(t.minor * t.direction) FILTER (WHERE t.same = 0 AND t.kind = 'other_debit'), 0)::bigint,
                  d.serial, d.record
           FROM told_deposit d LEFT JOIN told_here t ON t.deposit = d.deposit WHERE d.creditor_id = %(c)s
           GROUP BY d.deposit, d.account, d.currency, d."on", d.minor, d.serial, d.record ORDER BY d.deposit""",
        {"c": creditor.pk, "file": file},
    )
    cursor.execute(
        """INSERT INTO settlement_payment (creditor_id, key, via, "on", learnt_on, amount_minor, currency, reference, kind,
               direction, deposit_id, record, source, serial, account, "references", parts, texts, payer, payer_account,
               payer_index, plain, named, words, state, matched_by, confidence, because, cases, about_case, about_invoice,
               taken_minor, rounds, held_minor, refund_minor, shares)
           SELECT %(c)s, %(sha)s || ' ' || t.n, 'bank', d."on", %(on)s, t.minor, t.currency, t.reference, t.kind, t.direction,
                  d.id, t.record, %(source)s, t.serial, coalesce(nullif(t.account, ''), d.account), t.refs, t.parts::jsonb,
                  t.texts, t.payer, t.payer_account, t.payer_index, t.plain, t.named, t.words,
                  CASE t.kind WHEN 'other_debit' THEN 'shown' ELSE 'new' END, '', 0,
                  CASE t.kind WHEN 'other_debit' THEN %(shown)s::jsonb ELSE '[]' END, '{}', 0, 0, 0, 0,
                  CASE t.kind WHEN 'other_debit' THEN 0 ELSE t.minor * t.direction END, 0, '[]'
           FROM told_here t JOIN bank_deposit d ON d.file_id = %(file)s AND d.number = t.deposit
           WHERE t.same = 0 ORDER BY t.n""",
        {"c": creditor.pk, "sha": sha256[:32], "on": on, "source": source, "file": file,
         "shown": because_of(finding(Reason.OTHER_DEBIT))},
    )  # fmt: skip
    bank = bank_of(creditor)
    rows = """SELECT 'payment ' || p.id || ' received 0', p.amount_minor, p.currency, p."on", p.id FROM settlement_payment p
              JOIN bank_deposit d ON d.id = p.deposit_id
              WHERE d.file_id = %s AND p.direction = %s AND p.state <> 'shown' AND p.kind = ANY (%s)"""
    for debit, credit, reason, direction, kinds in (
        (bank, Account.SUSPENSE, Reason.PAYMENT_RECEIVED, 1, ["payment", "deduction", "reversal"]),
        (Account.SUSPENSE, bank, Reason.DEDUCTED, -1, ["payment", "deduction"]),
        (Account.SUSPENSE, bank, Reason.REVERSED_BY_BANK, -1, ["reversal"]),
    ):
        post_from(cursor, creditor.pk, debit, credit, reason, rows, [file, direction, kinds], booked_on=on)
