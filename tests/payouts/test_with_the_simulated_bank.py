"""Money out against a bank that shares no code with us: it reads our files, answers, executes and states them its own way."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest

from fordran.cases.office import Office
from fordran.connectors.registry import bank_exchange
from fordran.creditors.models import Creditor
from fordran.formats.bank import Reading
from fordran.formats.pain import is_status_report, read_payee
from fordran.payouts.again import is_owed, order_again
from fordran.payouts.day import learn, pay
from fordran.payouts.models import PaymentOrder, Payout
from fordran.payouts.orders import release
from fordran.payouts.refunds import refund_to, waiting_refunds
from fordran.sandbox.bank.accounts import STATEMENT, Account, Incoming
from fordran.sandbox.bank.bank import CALM, Bank, Temper
from fordran.settlement.take_in import take_in
from tests.books import assert_books_hold
from tests.build import day, later, the_case
from tests.payouts.world import PAYOUTS, an_agency, some_cases

IBAN, GIRO = "SE3550000000054910000003", "50501055"
FIRST = day("2026-02-09")
TROUBLED = Temper(refuses_file=200, refuses_group=200, refuses_order=300, returns=400, late=0)


@pytest.mark.parametrize("dialect", ["common", "bic"])
@pytest.mark.parametrize("temper", [CALM, TROUBLED], ids=["calm", "troubled"])
def test_a_month_of_money_out_ends_with_every_ore_where_it_belongs(
    db: None, tmp_path: Path, temper: Temper, dialect: str
) -> None:
    office = an_agency(PAYOUTS.replace("minimum = 100", f'minimum = 100\ndialect = "{dialect}"'))
    Creditor.objects.update(iban=IBAN)
    some_cases(office)
    bank = Bank("7", {"agency": tmp_path}, temper=temper)
    bank.lived.accounts.append(Account("agency", "Byrån AB", "5599990123", "SEK", IBAN, GIRO, (STATEMENT,)))
    for n in range(35):
        _a_day(office, bank, tmp_path, n)
    states = Counter(PaymentOrder.objects.values_list("state", flat=True))
    assert not {"released", "sent", "accepted"} & set(states) and states["paid"] >= 1, states
    if temper is CALM:
        assert set(states) == {"paid"}
    else:
        assert states["rejected"] + states["returned"] > 0
    assert bank.lived.accounts[0].balance == _on_the_account(office)
    assert_books_hold()


def _a_day(office: Office, bank: Bank, folder: Path, n: int) -> None:
    on = later(FIRST, n)
    exchange = bank_exchange("folder", {"directory": str(folder)})
    bank.begin(on)
    if n in (0, 7, 8, 14) and office.country.is_banking_day(on):
        number = 1001 + (0, 7, 8, 14).index(n)
        amount = 150_000 if n in (0, 8) else 106_137
        bank.receive([Incoming(f"agency/{n}", GIRO, "SEK", amount, reference=the_case(str(number)).ocr, payer="Åsa Berg")], on)
    for file in exchange.waiting():
        if not is_status_report(file.content):
            take_in(Reading(io.BytesIO(file.content)), name=file.name, on=on, by="test")
            exchange.taken(file)
    assert "problems" not in learn(office, on, exchange)
    for refund in waiting_refunds(office.creditor):
        refund_to(refund.payment, read_payee("bankgiro", "5536-7742"), by="kim", today=on)
    for payout in Payout.objects.all():
        if is_owed(payout):
            order_again(payout, by="kim", today=on)
    waiting = list(PaymentOrder.objects.filter(state="proposed").values_list("number", flat=True))
    if waiting and n < 25:
        release(office.creditor, waiting, by="vera", today=on)
    pay(office, on, exchange)
    bank.take_orders(on)
    bank.execute(on)
    bank.tell(on)
    if n % 10 == 0:
        assert_books_hold()


def _on_the_account(office: Office) -> int:
    from fordran.ledger.post import balances

    return balances(office.creditor.pk).get(("client_bank", "SEK"), 0)
