"""What each step of a creditor's day does, and into which pieces it is cut.

`fetch`, `learn`, `send` and `tell` are one piece each and are gone through every time the day is run. The others are cut by
customer, so that all claims of one person are judged together, and the same input is never worked through twice.

`fetch`, `send` and `tell` speak with the world, which no transaction rolls back: they commit as they go.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from fordran.books.make import make_vouchers
from fordran.cases.choose import choose_invoices
from fordran.cases.load import due_cases
from fordran.cases.office import Office
from fordran.cases.review import review_cases
from fordran.creditors.models import Creditor
from fordran.day import shards, world
from fordran.day.bank_files import take_bank_files
from fordran.day.before_sending import look_before_sending
from fordran.day.confirm import confirm_payments
from fordran.day.fetch import fetch
from fordran.day.shards import Leased
from fordran.day.speak import make_batch, send_approved, void_stale
from fordran.day.tell import tell
from fordran.db.bulk import run
from fordran.payouts.day import pay
from fordran.ports.post import LetterChannel
from fordran.settlement.settle_new import settle_new, settle_waiting

STEPS = ("fetch", "learn", "choose", "decide", "send", "look", "tell")
"""In this order; a step begins when the one before is done to its last piece."""

Counts = dict[str, Any]
"""What a piece did, by name; under `problems` a list of sentences."""


def lay_out(step: str, office: Office, today: date) -> None:
    """Write down the pieces of the step, where there is something to do."""
    creditor = office.creditor.pk
    if is_being_set_up(office.creditor):
        return
    if step in ("learn", "send") or (step in ("fetch", "tell") and has_business_outside(office)):
        shards.open_anew(creditor, today, step)
    elif step in ("fetch", "tell"):
        return
    elif step == "choose":
        if office.creditor.active and not office.profile.not_ready(today):
            _lay_out_choose(office, today)
    else:
        _lay_out_decide(office, today, step)


def is_being_set_up(creditor: Creditor) -> bool:
    """Registered on the pages and never switched on: its days are empty. Its ledger is read for the set-up alone, when a person
    asks for it; once switched off again it still has its days, for cases that run."""
    return creditor.signs_here and not creditor.active and creditor.activated_on is None


def _lay_out_choose(office: Office, today: date) -> None:
    creditor = office.creditor.pk
    counts = run(
        """SELECT i.customer_id, count(*) FROM invoices_invoice i WHERE i.creditor_id = %s AND i.kind = 'invoice'
           AND i.open_minor > 0 AND i.due_on < %s AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = i.id)
           GROUP BY i.customer_id ORDER BY i.customer_id""",
        [creditor, today],
    )
    # Changes when there is something new to choose from.
    ledger = run(
        """SELECT (SELECT coalesce(max(id), 0) FROM invoices_ledgerfile WHERE creditor_id = %s),
                  (SELECT coalesce(max(id), 0) FROM invoices_invoicechange WHERE creditor_id = %s),
                  (SELECT coalesce(max(id), 0) FROM invoices_invoice WHERE creditor_id = %s)""",
        [creditor] * 3,
    )[0]
    shards.plan(creditor, today, "choose", shards.cut(counts), shards.digest(office.profile, ledger))


def _lay_out_decide(office: Office, today: date, step: str) -> None:
    creditor = office.creditor.pk
    if step == "decide":
        settle_waiting(office, today)  # payments that came before their case
    counts = run(
        """SELECT customer_id, count(*), sum(decisions) FROM cases_case WHERE creditor_id = %s AND review_on <= %s
           GROUP BY customer_id ORDER BY customer_id""",
        [creditor, today],
    )
    last = run("SELECT coalesce(max(id), 0) FROM audit_event WHERE creditor_id = %s", [creditor])[0]
    # The same cases due again the same day, with more decisions behind them, are a new input.
    pieces = shards.cut([(customer, cases) for customer, cases, _ in counts])
    shards.plan(creditor, today, step, pieces, shards.digest(step, last, counts))


# ---- what a piece does: inside the transaction that marks it as done --------------------------------------------------


def deed(office: Office, shard: Leased) -> Counts:
    """Learn, choose, decide or look. Inside a transaction."""
    if shard.step == "learn":
        return _learn(office, shard)
    if shard.step == "choose":
        chosen = choose_invoices(office, shard.day, shard.first, shard.last)
        return {"looked_at": chosen.looked_at, "taken": chosen.taken}
    ids = due_cases(office.creditor.pk, shard.day, shard.first, shard.last)
    reviewed = review_cases(office, ids, shard.day)
    return {"cases": reviewed.cases, "letters": reviewed.letters, "closed": reviewed.closed, "asks": reviewed.asks}


def _learn(office: Office, shard: Leased) -> Counts:
    """Holds that ran out, letters of yesterday that never left. What files and the ERP say came in before."""
    run(
        """UPDATE cases_case c SET held = '' WHERE c.creditor_id = %s AND c.held <> '' AND NOT EXISTS (
               SELECT 1 FROM cases_hold h WHERE h.case_id = c.id AND h.lifted_on IS NULL
               AND (h.until IS NULL OR h.until >= %s))""",
        [office.creditor.pk, shard.day],
    )
    remade = void_stale(office, shard.day)
    settle_new(office, shard.day)  # where taking in a bank's file was stopped half-way
    return {"remade": len(remade)} if remade else {}


def has_business_outside(office: Office) -> bool:
    """Whether an ERP or a bank's folder is connected, or money is paid out: else no file is looked for and nobody told."""
    rows = run(
        """SELECT EXISTS (SELECT 1 FROM erp_connection WHERE creditor_id = %(c)s AND active)
               OR EXISTS (SELECT 1 FROM erp_bankconnection WHERE creditor_id = %(c)s AND active)
               OR EXISTS (SELECT 1 FROM payouts_payoutplan WHERE creditor_id = %(c)s)""",
        {"c": office.creditor.pk},
    )
    return bool(rows[0][0])


# ---- what a piece does that speaks with the world: each part commits for itself -----------------------------------------


def outside(office: Office, shard: Leased, channels: Mapping[str, LetterChannel]) -> Counts:
    """Fetch, send or tell. Not inside a transaction."""
    if shard.step == "fetch":
        return _fetch(office, shard)
    if shard.step == "tell":
        return _tell(office, shard)
    return speak(office, shard, channels)


OUTSIDE = ("fetch", "send", "tell")


def _fetch(office: Office, shard: Leased) -> Counts:
    """The bank's files and what changed in the ERP. What cannot be had is said, and stops the letters, not the day."""
    counts: Counts = {}
    if (exchange := world.exchange_of(office.creditor)) is not None:
        _add(counts, take_bank_files(office, exchange, shard.day))
        shards.renew(shard)
    if (erp := world.erp_of(office.creditor)) is not None:
        fetched = fetch(office, erp, shard.day, lambda _row: shards.renew(shard))
        _add(counts, fetched.counts())
        if fetched.error:
            _add(counts, {"problems": [f"{office.creditor.name}: the ERP could not be read: {fetched.error}"]})
    return counts


def _tell(office: Office, shard: Leased) -> Counts:
    """Money out, the creditor's books, and what the ERP is told of it all."""
    counts: Counts = {}
    _add(counts, pay(office, shard.day, world.exchange_of(office.creditor)))
    shards.renew(shard)
    _add(counts, {"vouchers": make_vouchers(office, shard.day).vouchers})
    if (erp := world.erp_of(office.creditor)) is not None:
        shards.renew(shard)
        _add(counts, tell(office, erp, shard.day, lambda _told: shards.renew(shard)))
    return counts


def _add(counts: Counts, more: Counts) -> None:
    for name, value in more.items():
        if value:
            counts[name] = counts[name] + value if name in counts else value


def speak(office: Office, shard: Leased, channels: Mapping[str, LetterChannel]) -> Counts:
    """The day's batch is made and what is approved leaves. Not inside a transaction: the world cannot be rolled back, so
    each letter is committed as being sent before it is handed over.

    Right before, the ERP is read once more: what is learnt there stops a letter on that day.
    """
    learnt = look_before_sending(office, shard.day)
    with transaction.atomic():
        shards.renew(shard)
        confirmations = confirm_payments(office, shard.day)
        batch = make_batch(office, shard.day)
    counts: Counts = {"confirmed": confirmations} if confirmations else {}
    counts |= {f"late_{name}": number for name, number in learnt.counts().items()} if learnt else {}
    if batch is not None:
        batch.refresh_from_db()
        if batch.approved_on is None:
            counts["waiting"] = batch.letters
    spoken = send_approved(office, shard.day, channels, lambda _sent: shards.renew(shard))
    if spoken.sent or spoken.failed or spoken.ambiguous:
        counts |= {"sent": spoken.sent, "failed": spoken.failed, "ambiguous": spoken.ambiguous}
    if spoken.problems:
        counts["problems"] = spoken.problems
    return counts
