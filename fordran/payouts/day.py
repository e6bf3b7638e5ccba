"""The two steps of the day that concern money out. Neither runs inside a transaction: each part commits for itself, and a
stopped step is finished by the next."""

from __future__ import annotations

from datetime import date
from typing import Any

from fordran.cases.office import Office
from fordran.core.problems import Refused
from fordran.formats.pain import is_status_report, read_status
from fordran.payouts.answers import Learnt, file_of, look_at_account, take_report
from fordran.payouts.hand_over import hand_over
from fordran.payouts.prepare import prepare_payouts
from fordran.payouts.refunds import prepare_refunds
from fordran.ports.bank import BankExchange, FileFromBank

Counts = dict[str, Any]
"""What a step did, by name; under `problems` a list of sentences. As in `day.steps`."""


def pay(office: Office, today: date, exchange: BankExchange | None) -> Counts:
    """Prepare payouts and refunds, which wait for a person, and give the bank what has been released. Without an exchange
    nothing leaves."""
    payouts = prepare_payouts(office, today)
    refunds = prepare_refunds(office, today)
    counts: Counts = {"payouts": len(payouts.payouts), "refunds": len(refunds.orders)}
    problems = payouts.problems
    if exchange is not None:
        handed = hand_over(office, today, exchange)
        counts |= {"files": handed.files, "orders": handed.orders}
        problems = problems + handed.problems
    return _without_zeros(counts, problems)


def learn(office: Office, today: date, exchange: BankExchange) -> Counts:
    """Read the bank's answers to the office's orders, and set debits that bank files have told of against them. Other files
    stay for `settlement.take_in`, which is called before this."""
    learnt = Learnt()
    for file in exchange.waiting():
        if is_status_report(file.content) and _take(office, today, file, learnt):
            exchange.taken(file)
    look_at_account(office, today, learnt)
    counts = {
        "answers": learnt.answers, "accepted": learnt.accepted, "rejected": learnt.rejected, "paid": learnt.paid,
        "returned": learnt.returned,
    }  # fmt: skip
    return _without_zeros(counts, learnt.problems)


def _take(office: Office, today: date, file: FileFromBank, learnt: Learnt) -> bool:
    """True when nobody needs the file any more. Another creditor's answer stays for that creditor's own step."""
    try:
        report = read_status(file.content)
    except Refused as refused:
        learnt.problems.append(f"{file.name}: {refused}")
        return True
    ours = file_of(report)
    if ours is None:
        learnt.problems.append(f"{file.name}: the bank answers a file {report.about} that did not come from here")
        return True
    if ours.creditor_id != office.creditor.pk:
        return False
    take_report(office, report, today, learnt)
    return True


def _without_zeros(counts: Counts, problems: list[str]) -> Counts:
    found = {name: count for name, count in counts.items() if count}
    return found | ({"problems": problems} if problems else {})
