"""What the simulated bank tells in three formats is one payment in the product's books, in whatever order the files come."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from fordran.creditors.models import Creditor
from fordran.sandbox.bank.accounts import Incoming
from fordran.sandbox.bank.bank import FROM_BANK
from fordran.settlement.models import Payment
from tests.build import an_office
from tests.sandbox.test_bank_files import DAY, GIRO, IBAN, NEXT, bank
from tests.settlement.bank_day import import_file

PAYMENTS = [
    Incoming("own/1", GIRO, "SEK", 1_310_00, "2026004187038", payer="Elin Åkerström"),
    Incoming("own/2", GIRO, "SEK", 1_310_00, "2026004187038", payer="Elin Åkerström"),  # twice, and it is two
    Incoming("own/3", GIRO, "SEK", 99_00, text="Faktura 20017", payer="Norrsele Maskin AB"),
    Incoming("own/4", GIRO, "SEK", 77_00, "2026004187030"),
]


@pytest.mark.parametrize("order", list(permutations(("BGMAX", "camt054", "camt053"))), ids="-".join)
def test_three_files_of_the_same_payments_are_booked_once(db: None, tmp_path: Path, order: tuple[str, ...]) -> None:
    office = an_office()
    Creditor.objects.filter(pk=office.creditor.pk).update(bankgiro=GIRO, iban=IBAN)
    made = bank(tmp_path)
    made.lived.accounts.pop()  # nothing in euro
    for day, payments in ((DAY, PAYMENTS[:2]), (NEXT, PAYMENTS[2:])):
        made.begin(day)
        made.receive(payments, day)
        made.tell(day)
    made.begin(date(2026, 3, 5))
    for kind in order:
        for path in sorted((tmp_path / FROM_BANK).glob(f"{kind}*")):
            import_file(path.read_bytes(), date(2026, 3, 5), path.name)
    booked = Counter(Payment.objects.values_list("amount_minor", "reference", "on"))
    assert booked == Counter((one.amount, one.reference, DAY if one in PAYMENTS[:2] else NEXT) for one in PAYMENTS)
