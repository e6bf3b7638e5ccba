"""What a company's market is like: how much it sells, to whom, how they pay, and how often its clerks must mend something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

WHEN = {"on_time": 60, "late": 15, "after_reminder": 12, "after_demand": 7, "never": 6}
"""When a customer pays: by the due day, some days later by itself, only after a reminder, only after a demand, never."""

HOW = {
    "exact": 56,  # all of it, with the right reference
    "partly": 7,  # most of it, and the rest when reminded of it
    "twice": 5,
    "wrong_reference": 6,  # one digit wrong
    "by_text": 6,  # the invoice's number in words, no reference
    "to_the_creditor": 6,  # to the creditor's own account, whatever the letter says
    "in_one_sum": 8,  # several invoices at once
    "krona_short": 6,
}
"""How a customer pays."""

MISHAPS = {
    "credit_whole": 12,
    "credit_part": 18,
    "credit_loose": 16,  # a credit note that names no invoice, set against one later
    "dispute": 26,  # the clerk marks the invoice to be left alone for a while
    "change_due": 12,
    "change_amount": 9,  # credited and billed anew
    "change_customer": 6,
    "hold": 12,  # taken back for a change and released again
    "delete": 6,  # taken back and gone
    "misbooked": 6,  # a payment is booked on another's invoice, and voided again
}
"""What befalls an invoice, per mille."""

TURNS = {
    "move": 3,  # the customer moves; the ERP learns of it weeks later
    "change_class": 2,
    "change_name": 2,
    "change_identity": 6,
    "leave_alone": 2,  # the customer is left alone for a while
}
"""What befalls a customer, per 10,000 and banking day."""

CLASSES = {"PRIVAT": "Privatpersoner", "FÖRETAG": "Företag", "OFFENTLIG": "Offentliga", "STAMKUND": "Stamkunder"}
CLASS_OF = {"consumer": "PRIVAT", "business": "FÖRETAG", "public": "OFFENTLIG"}


@dataclass(frozen=True, slots=True)
class Character:
    """Shares in per cent unless said otherwise. Amounts are öre, with VAT."""

    invoices_a_day: int = 6  # on the average banking day
    customers: int = 60  # at the beginning
    new_customer: int = 12  # of the invoices go to somebody new
    kinds: Mapping[str, int] = field(default_factory=lambda: {"consumer": 62, "business": 34, "public": 4})
    when: Mapping[str, int] = field(default_factory=lambda: WHEN)
    how: Mapping[str, int] = field(default_factory=lambda: HOW)
    mishaps: Mapping[str, int] = field(default_factory=lambda: MISHAPS)
    turns: Mapping[str, int] = field(default_factory=lambda: TURNS)
    terms: tuple[int, ...] = (10, 15, 20, 30, 30, 30)
    amounts: tuple[int, int] = (290_00, 24_000_00)
    english: int = 6
    no_identity: int = 8  # of the customers, nobody asked for the number
    no_mail: int = 25
    direct_debit: int = 4  # of the customers in kronor pay by direct debit
    bounced: int = 12  # of the direct debits find no money
    other_place: int = 5  # of the invoices go to another address than the customer's
    euro: int = 0  # of the customers are billed in euro
    things: tuple[str, ...] = ("årsservice", "reparation", "material", "abonnemang", "konsultation", "leverans", "montering")
    past_days: int = 75  # lived before the first day, when the ERP still reminded by itself
    reminds_itself: int = 60  # of the overdue invoices before the first day
    keeps_reminding: bool = False  # after the first day too, until an office's first letter has been posted
    reminders: int = 1  # that the ERP sends of an invoice by itself, at most
    no_address: int = 0  # of the customers, nobody has entered where they live
    on_account: int = 10  # of the payments to the creditor's own account that could be, are booked against nothing at first
    left_lying: int = 0  # of the payments to the creditor's own account, which its clerk books weeks later
