"""Payment orders to a bank (pain.001) and what the bank answers (pain.002), ISO 20022. Pure: bytes in, bytes out."""

from fordran.formats.pain.dialects import DIALECTS, Dialect, dialect_of
from fordran.formats.pain.payee import Payee, read_payee, shown
from fordran.formats.pain.status import StatusReport, StatusTold, is_status_report, read_status
from fordran.formats.pain.text import plain_text
from fordran.formats.pain.write import Order, Payer, PaymentGroup, cannot_pay, group, write_orders

__all__ = [
    "DIALECTS", "Dialect", "Order", "Payee", "Payer", "PaymentGroup", "StatusReport", "StatusTold", "cannot_pay", "dialect_of",
    "group", "is_status_report", "plain_text", "read_payee", "read_status", "shown", "write_orders",
]  # fmt: skip
