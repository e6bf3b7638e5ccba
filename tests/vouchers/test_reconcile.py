"""Each difference between the ERP, Fordran and the bank is named; what nobody can name is an alarm."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from fordran.books.compare import Cause, Difference, Here, There, Why, certain, choose, compare, explain, perhaps
from fordran.books.make import make_vouchers
from fordran.books.models import Reconciliation
from fordran.books.plan import Role
from fordran.books.reconcile import Result, reconcile
from fordran.books.words import KINDS, WHY, WITHOUT
from fordran.cases import acts
from fordran.cases.models import Case
from fordran.cases.office import Office
from fordran.cli.main import fordran
from fordran.creditors.models import Creditor
from fordran.day.run import run_day
from fordran.settlement.pay import Money, receive, register_direct
from tests.book_erp import BookErp
from tests.build import an_item, an_office, bring_in, day, later
from tests.post import PostOffice
from tests.vouchers.sie_reader import read
from tests.vouchers.test_errands import Ledger, connect, connected

# ---- pure ---------------------------------------------------------------------------------------------------------


def test_equal_items_need_no_word() -> None:
    assert compare([There("1", "SEK", 500)], [Here("1", "SEK", 500, 500)]).differences == []


def test_the_choice_that_supposes_least_is_taken() -> None:
    causes = [perhaps("a", 300, Why.NOT_POSTED), perhaps("b", 200, Why.NOT_POSTED), perhaps("c", 500, Why.NOT_POSTED)]
    assert choose(causes, 500) == ((Why.NOT_POSTED, 500, "c"),)


def test_what_no_cause_comes_to_is_unexplained_beside_what_is_certain() -> None:
    here = Here("1", "SEK", 1000, 1500, causes=(certain("FP1-1", 400, Why.ERRAND_REFUSED), perhaps("p", 70, Why.ROUNDED_HERE)))
    found = explain(here, 1500)
    assert found == Difference("1", "", "SEK", 1500, 1000, ((Why.ERRAND_REFUSED, 400, "FP1-1"),), 100)


def test_an_item_that_changed_since_it_was_read_is_timing_and_no_alarm() -> None:
    found = explain(Here("1", "SEK", 1000, 1000, "2026-000001"), 250)
    assert found is not None and found.because == ((Why.CHANGED_THERE, -750, "1"),) and found.unexplained_minor == 0


def test_an_open_item_we_never_heard_of_is_an_alarm_unless_it_is_new() -> None:
    [old, new] = compare([There("1", "SEK", 5), There("2", "SEK", 5, new=True)], []).differences or []
    assert (old.unexplained_minor, new.unexplained_minor) == (5, 0)


def test_causes_that_cancel_each_other_out_are_told_all_the_same() -> None:
    here = Here("1", "SEK", 1000, 1000, causes=(certain("a", 5, Why.ERRAND_WAITING), certain("b", -5, Why.ERRAND_WAITING)))
    found = explain(here, 1000)
    assert found is not None and len(found.because) == 2 and found.unexplained_minor == 0


@given(st.lists(st.tuples(st.integers(-900, 900), st.booleans()), max_size=7), st.integers(-2000, 2000))
def test_what_is_told_always_comes_to_the_difference(parts: list[tuple[int, bool]], wanted: int) -> None:
    causes = [Cause(str(n), ((minor, Why.NOT_POSTED), (0, None)) if may else ((minor, Why.NOT_POSTED),))
              for n, (minor, may) in enumerate(parts)]  # fmt: skip
    found = explain(Here("1", "SEK", 0, wanted, causes=tuple(causes)), wanted)
    if found is None:
        assert wanted == 0
    else:
        assert sum(minor for _, minor, _ in found.because) + found.unexplained_minor == wanted


def test_every_cause_kind_and_reason_has_words_in_both_languages() -> None:
    for table in (WHY, KINDS, WITHOUT):
        for swedish, english in table.values():
            assert swedish and english and swedish != english
    assert set(WHY) == set(Why)


# ---- with a creditor ----------------------------------------------------------------------------------------------


@pytest.fixture
def office(db: None, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Three invoices of 1 000, each reminded of on 4 February."""
    for module in ("books", "reconcile"):
        monkeypatch.setattr(f"fordran.cli.{module}.ready", lambda role: None)
    office = an_office()
    bring_in(office, [an_item("1001"), an_item("1002", "2"), an_item("1003", "3")], day("2026-02-02"))
    for n in range(4):
        assert run_day(later(day("2026-02-02"), n), {"folder": PostOffice()}).problems == []
    return office


ON = day("2026-02-09")


def pay(office: Office, minor: int, reference: str) -> Any:
    payment = receive(office, Money(f"p {reference}", "bank", ON, minor, "SEK", reference), ON)
    assert payment is not None
    return payment


def why(result: Result, invoice: str) -> list[str]:
    return [str(w) for d in result.differences if d.number == invoice for w, _, _ in d.because]


def asked(office: Office, erp: BookErp, on: date = ON) -> Result:
    with connected(office.creditor):
        return reconcile(office, on, erp)


def test_a_creditor_with_files_sees_what_its_ledger_has_not_booked(office: Office) -> None:
    pay(office, 106_137, "1001")
    make_vouchers(office, ON)
    result = reconcile(office, ON)
    assert why(result, "1001") == ["not_posted"] and result.unexplained == 0
    assert result.theirs_minor == {"SEK": 300_000} and result.ours_minor == {"SEK": 200_000}


def test_a_ledger_that_set_the_whole_payment_against_the_invoice_is_understood(office: Office) -> None:
    pay(office, 50_000, "1001")
    bring_in(office, [an_item("1001", open=50_000)], day("2026-02-10"))
    result = reconcile(office, day("2026-02-10"))
    assert why(result, "1001") == ["posted_in_full"] and result.unexplained == 0


def test_a_written_off_claim_is_named_until_the_creditor_books_the_loss(office: Office) -> None:
    acts.instruct(Case.objects.get(invoice__number="1002"), kind="write-off", by="test", today=ON, reason="worthless")
    make_vouchers(office, ON)
    assert why(reconcile(office, ON), "1002") == ["loss_not_booked"]


@pytest.mark.parametrize(("trouble", "expected"), [("refuse", "errand_refused"), ("lost", ""), ("down", "errand_waiting")])
def test_an_errand_that_was_not_done_is_named(office: Office, trouble: str, expected: str) -> None:
    connect(office.creditor)
    ledger = Ledger()
    pay(office, 106_137, "1001")
    ledger.erp.trouble = [trouble, trouble]
    ledger.tell(office, ON)
    result = asked(office, ledger.erp)
    assert result.unexplained == 0
    assert why(result, "1001") == ([expected] if expected else [])


def test_a_second_payment_in_the_erp_that_we_know_nothing_of_is_an_alarm(office: Office) -> None:
    connect(office.creditor)
    ledger = Ledger()
    pay(office, 50_000, "1001")
    ledger.tell(office, ON)
    document = ledger.erp.book.documents["invoice", "1001"]
    # Read on that day, so that nothing has changed since.
    from fordran.invoices.models import Invoice

    document.balance -= 10_000
    Invoice.objects.filter(number="1001").update(open_minor=document.balance)
    result = asked(office, ledger.erp)
    [row] = [d for d in result.differences if d.number == "1001"]
    assert row.unexplained_minor == -10_000 and result.unexplained == 1


def test_what_was_posted_after_the_erp_was_read_is_no_alarm_beside_the_last_picture(office: Office) -> None:
    connect(office.creditor)
    Creditor.objects.filter(pk=office.creditor.pk).update(last_ledger_on=ON)
    from fordran.erp.models import Connection

    Connection.objects.update(last_fetched_on=ON)
    ledger = Ledger()
    pay(office, 106_137, "1001")
    ledger.tell(office, ON)
    with connected(office.creditor):
        result = reconcile(office, ON)
    assert why(result, "1001") == ["read_before"] and result.unexplained == 0


def test_a_direct_payment_closes_more_there_than_here(office: Office) -> None:
    connect(office.creditor)
    ledger = Ledger()
    case = Case.objects.get(invoice__number="1003")
    register_direct(case, amount_minor=100_000, on=ON, by="test", today=ON, office=office)
    ledger.tell(office, ON)
    result = asked(office, ledger.erp)
    assert why(result, "1003") == ["direct_in_full"] and result.unexplained == 0


def test_the_bank_says_what_it_holds_money_for(office: Office) -> None:
    pay(office, 106_137, "1001")
    pay(office, 777, "nobody knows")
    make_vouchers(office, ON)
    [money] = reconcile(office, ON).money
    assert money.ok and (money.bank, money.to_claims, money.waits, money.not_vouchered) == (106_914, 106_137, 777, 0)
    assert money.vouchers == money.books == 106_914
    assert [w.minor for w in money.waiting] == [777]


def test_money_no_voucher_says_yet_is_counted(office: Office) -> None:
    pay(office, 777, "nobody knows")
    [money] = reconcile(office, ON).money
    assert money.ok and (money.vouchers, money.not_vouchered) == (0, 777)


# ---- the command line ---------------------------------------------------------------------------------------------


def run_(*arguments: str, code: int = 0) -> Any:
    done = CliRunner().invoke(fordran, [*arguments, "--json"], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    assert (done.return_value if isinstance(done.return_value, int) else 0) == code, done.output
    return json.loads(done.stdout)


def test_from_a_payment_to_a_sie_file_and_a_kept_proof(office: Office, tmp_path: Path) -> None:
    pay(office, 106_137, "1001")
    made = run_("books", "make", "--on", "2026-02-09")
    assert made == {"vouchers": 1, "transfers": 6, "unknown": 0}
    assert run_("books", "make", "--on", "2026-02-09")["vouchers"] == 0
    shown = run_("books", "show", "F1")
    assert {line["account"] for line in shown["lines"]} == {"1930", "1510", "8313", "3591"}
    target = tmp_path / "f.si"
    told = run_("books", "sie", str(target), "--from", "2026-01-01", "--to", "2026-12-31", "--on", "2026-02-10")
    assert told["sum_minor"] == 106_137
    [voucher] = read(target.read_bytes()).vouchers
    assert sum(amount for _, amount, _ in voucher.lines) == 0
    assert {account: int(amount * 100) for account, amount, _ in voucher.lines}["1510"] == -100_000
    assert any("1001" in text for _, _, text in voucher.lines)
    [proof] = run_("reconcile", "--on", "2026-02-10")
    assert proof["unexplained"] == 0
    kept = Reconciliation.objects.get()
    assert (kept.source, kept.differences, kept.report["differences"][0]["number"]) == ("picture", 1, "1001")


def test_accounts_are_changed_by_file_and_by_hand_and_go_back(office: Office, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('series = "K"\nclosed_until = 2026-01-31\n[accounts]\nbank = "1940"\nreminder_income = 3590\n')
    found = run_("books", "accounts", "--file", str(plan), "--on", "2026-02-09")
    by_role = {row["role"]: row["account"] for row in found["accounts"]}
    assert (by_role["bank"], by_role["reminder_income"]) == ("1940", "3590")
    assert (found["series"], found["closed_until"]) == ("K", "2026-01-31")
    found = run_("books", "accounts", "--set", "bank=", "--set", "bank EUR=1980", "--on", "2026-02-09")
    by_role = {row["role"]: row["account"] for row in found["accounts"]}
    assert (by_role["bank"], by_role["bank EUR"], len(by_role)) == ("1930", "1980", len(Role) + 1)
    pay(office, 777, "x")
    run_("books", "make", "--on", "2026-02-09")
    assert run_("books", "list")[0]["voucher"] == "K1"


# ---- verify -------------------------------------------------------------------------------------------------------


def test_a_voucher_that_was_tampered_with_is_found(office: Office) -> None:
    """By an owner who switches the walls off: nobody else can."""
    from django.db import connection

    from fordran.books.models import VoucherLine
    from fordran.books.proof import vouchers

    pay(office, 106_137, "1001")
    make_vouchers(office, ON)
    assert list(vouchers(office)) == []
    line = VoucherLine.objects.get(role="interest_income")
    with connection.cursor() as cursor:
        with pytest.raises(Exception, match="append-only|permission denied"), transaction.atomic():
            cursor.execute("UPDATE books_voucherline SET account = '9999' WHERE id = %s", [line.pk])


def test_a_voucher_that_does_not_say_what_it_said_is_named(office: Office) -> None:
    """A row written past the one way in: its digest is of another voucher."""
    from fordran.books.models import Covered, Voucher, VoucherLine
    from fordran.books.proof import vouchers
    from fordran.ledger.models import Transfer

    pay(office, 500, "x")
    transfer = Transfer.objects.get(debit="own_bank")
    made = Voucher.objects.create(
        creditor=office.creditor, series="F", number=2, on=ON, made_on=ON, currency="SEK", kind="payments", text="x",
        sum_minor=500, digest="0" * 64,
    )  # fmt: skip
    for place, (account, debit, credit) in enumerate([("1930", 500, 0), ("2999", 0, 400)], 1):
        VoucherLine.objects.create(
            creditor=office.creditor,
            voucher=made,
            place=place,
            role="bank",
            account=account,
            debit_minor=debit,
            credit_minor=credit,
        )
    Covered.objects.create(creditor=office.creditor, transfer=transfer, voucher=made)
    found = list(vouchers(office))
    assert [record for record, _ in found] == ["vouchers F", "voucher F2"]
    assert "credits to 400" in found[1][1]
