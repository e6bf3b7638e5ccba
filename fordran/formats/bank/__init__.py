"""Bank files in: BgMax, camt.053, camt.054 and Swish reports -> deposits and payments, read to the file's own totals.

`read_bank_file` reads all at once; `Reading` streams. A file with a problem is refused whole by whoever imports it. Pure:
no database, no clock, no network.
"""

from fordran.formats.bank.read import Reading, json_pieces, read_bank_file
from fordran.formats.bank.recognise import bank_identity, likeness, plain_reference
from fordran.formats.bank.result import BankFile, Deposit, Part, Payment

__all__ = [
    "BankFile",
    "Deposit",
    "Part",
    "Payment",
    "Reading",
    "bank_identity",
    "json_pieces",
    "likeness",
    "plain_reference",
    "read_bank_file",
]
