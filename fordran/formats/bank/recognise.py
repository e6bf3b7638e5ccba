"""By what a payment is known again: in the same file, in another file, and in another format.

The bank's own serial number is certain. Where it is missing, two payments may be alike in everything and still be two, so
alikeness is counted and never taken as sameness by itself: a file that holds two alike adds two, and the same file again
adds none.
"""

from __future__ import annotations

from fordran.formats.bank.fields import is_digits
from fordran.formats.bank.result import Deposit, Payment


def plain_reference(reference: str) -> str:
    """For comparing: without blanks, and a number without the zeros in front that some banks fill up with."""
    compact = "".join(reference.split())
    return (compact.lstrip("0") or compact) if is_digits(compact) else compact.casefold()


def bank_identity(deposit: Deposit, payment: Payment) -> str:
    """The bank's own identity of the payment, "" when the file gives none.

    BgMax: the serial number is unique for two years, so the day is part of it. camt: the reference of the account servicer.
    """
    if not payment.serial or deposit.date is None:
        return ""
    return "|".join((payment.account or deposit.account, deposit.date.isoformat(), deposit.serial, payment.serial, payment.kind))


def likeness(deposit: Deposit, payment: Payment) -> str:
    """The same for the same payment in BgMax and camt. Two payments may share it: count them."""
    day = deposit.date.isoformat() if deposit.date else ""
    reference = plain_reference(payment.reference)
    account = payment.account or deposit.account
    return "|".join((account, day, payment.currency, str(payment.amount_minor), payment.kind, reference))
