"""A bank's file is taken in whole or not at all, known again in any form, and its money is always all there."""

from __future__ import annotations

import random

import pytest

from fordran.bank.models import BankFile, Deposit
from fordran.cases.office import Office
from fordran.creditors.models import Creditor
from fordran.ledger.models import Transfer
from fordran.ledger.post import balances
from fordran.settlement import settle_new as rounds
from fordran.settlement.models import Allocation, Payment
from fordran.settlement.take_in import FileRefused
from tests.books import whole_database
from tests.build import an_item, an_office, bring_in, day, sums, the_case
from tests.formats.bank import bgmax_by_hand as bg
from tests.formats.bank import camt_by_hand as camt
from tests.post import PostOffice
from tests.settlement.bank_day import BANKGIRO, bgmax, camt054, import_file, live

ON = "2026-02-10"


pytestmark = pytest.mark.usefixtures("books_hold_in_the_end")


@pytest.fixture
def many(office: Office, post: PostOffice) -> Office:
    """Five debtors with an invoice of 1 000 kronor each, all reminded on 4 February of 1 061.37, to be paid by the 16th."""
    bring_in(office, [an_item(str(1001 + n), customer=str(n), reference=f"77{n}7") for n in range(5)], day("2026-02-01"))
    live(post, "2026-02-01", "2026-02-05")
    return office


def states() -> list[tuple[str, str]]:
    return [(p.state, p.matched_by) for p in Payment.objects.order_by("id")]


# ---- taken in ---------------------------------------------------------------------------------------------------


def test_each_payment_of_a_file_finds_its_case_by_the_best_of_what_it_names(many: Office) -> None:
    rows = [(106_137, the_case("1001").ocr, ""), (106_137, "7717", ""), (106_137, "1003", ""), (50_000, "424242", "Okänd")]
    import_file(bgmax(rows, ON), ON)
    assert states() == [
        ("matched", "case_ocr"), ("matched", "invoice_reference"), ("matched", "invoice_number"), ("suspense", ""),
    ]  # fmt: skip
    assert [the_case(n).closed_cause for n in ("1001", "1002", "1003")] == ["paid_in_time"] * 3
    assert balances(many.creditor.pk)["suspense", "SEK"] == -50_000


def test_a_file_is_stored_with_its_deposits_and_totals(many: Office) -> None:
    import_file(bgmax([(106_137, "1001", ""), (10_000, "1002", "")], ON), "2026-02-11", name="BGMAX.txt")
    file = BankFile.objects.get()
    assert (file.name, file.format, file.deposits, file.payments, file.known) == ("BGMAX.txt", "bgmax", 1, 2, 0)
    deposit = Deposit.objects.get()
    assert (deposit.account, deposit.on, deposit.amount_minor) == (BANKGIRO, day(ON), 116_137)
    assert {(p.on, p.learnt_on) for p in Payment.objects.all()} == {(day(ON), day("2026-02-11"))}


def test_what_is_wrong_with_a_file_refuses_all_of_it(many: Office) -> None:
    before = whole_database()
    broken = bgmax([(106_137, "1001", "")], ON).replace(b"000000000000106137SEK", b"000000000000106138SEK")
    for data in (broken, bgmax([(106_137, "1001", "")], ON, account="9912346"), b"", b"%PDF-1.4"):
        with pytest.raises(FileRefused):
            import_file(data, ON)
    assert whole_database() == before


def test_an_account_that_is_nobodys_is_named(many: Office) -> None:
    with pytest.raises(FileRefused) as refused:
        import_file(bgmax([(106_137, "1001", "")], ON, account="9912346"), ON)
    assert [(p.field, "9912346" in p.message) for p in refused.value.problems] == [("account", True)]


def test_a_further_account_of_the_creditor_is_read_too(many: Office) -> None:
    Creditor.objects.filter(pk=many.creditor.pk).update(more_accounts=["9912346"])
    import_file(bgmax([(106_137, "1001", "")], ON, account="9912346"), ON)
    assert BankFile.objects.get().creditor_id == many.creditor.pk


def test_an_account_of_two_creditors_is_refused(many: Office) -> None:
    an_office(number="556703-7485")
    with pytest.raises(FileRefused, match="several creditors"):
        import_file(bgmax([(106_137, "1001", "")], ON), ON)


def test_each_creditors_part_of_a_file_is_its_own(many: Office) -> None:
    other = an_office(number="556703-7485")
    Creditor.objects.filter(pk=other.creditor.pk).update(bankgiro="9912346")
    data = bg.file(
        bg.start(), bg.section(BANKGIRO), bg.payment(106_137, "1001"), bg.deposit(106_137, 1, day="20260210"),
        bg.section("9912346"), bg.payment(5_000, "1001"), bg.deposit(5_000, 1, day="20260210"), bg.end(2, deposits=2),
    )  # fmt: skip
    import_file(data, ON)
    assert [(f.creditor_id, f.payments) for f in BankFile.objects.order_by("id")] == [
        (many.creditor.pk, 1), (other.creditor.pk, 1),
    ]  # fmt: skip
    assert balances(other.creditor.pk) == {("own_bank", "SEK"): 5_000, ("suspense", "SEK"): -5_000}


@pytest.mark.parametrize("seed", range(12))
def test_mangled_bytes_never_half_book(many: Office, seed: int) -> None:
    """Refused and nothing stored; or taken in, and then all of it."""
    before = whole_database()
    chance = random.Random(seed)
    for make in (bgmax, camt054):
        data = bytearray(make([(106_137, the_case("1001").ocr, "Å B"), (5_000, "x", ""), (777, "", "Bo")], ON))
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(len(data))
            data[place : place + chance.randint(0, 3)] = bytes(chance.randrange(256) for _ in range(chance.randint(0, 3)))
        try:
            import_file(bytes(data), ON)
        except FileRefused:
            assert not BankFile.objects.filter(format=make.__name__).exists()
    if not BankFile.objects.exists():
        assert whole_database() == before


# ---- known again ------------------------------------------------------------------------------------------------


def test_the_same_file_twice_is_none(many: Office) -> None:
    data = bgmax([(106_137, the_case("1001").ocr, ""), (5_000, "1002", "")], ON)
    import_file(data, ON)
    before = whole_database()
    assert import_file(data, "2026-02-11").known
    assert whole_database() == before


def test_two_equal_payments_on_one_day_are_two(many: Office) -> None:
    import_file(bgmax([(5_000, "1001", "Bo"), (5_000, "1001", "Bo")], ON), ON)
    assert Payment.objects.count() == 2
    interest = 301  # to the day they came
    assert Allocation.objects.count() == 2 and sums(the_case("1001"))["capital"] == 100_000 + 6_000 + interest - 10_000


TEN = [(n * 1_111, "1001" if n < 4 else "1002", "") for n in range(1, 9)] + [(7_000, "1003", ""), (7_000, "1003", "")]


@pytest.mark.parametrize("version", [2, 8, 13])
def test_the_same_ten_payments_as_bgmax_and_camt_give_the_same_ledger(many: Office, version: int) -> None:
    from django.db import transaction

    def ledger(data: bytes) -> list[object]:
        with transaction.atomic():
            import_file(data, ON)
            found = [
                (t.debit, t.credit, t.amount_minor, t.on, t.case_number, t.reason)
                for t in Transfer.objects.filter(booked_on=day(ON)).order_by("id")
            ]
            transaction.set_rollback(True)
        return list(found)

    assert ledger(bgmax(TEN, ON)) == ledger(camt054(TEN, ON, version=version))


@pytest.mark.parametrize("order", [(bgmax, camt054), (camt054, bgmax)])
def test_the_same_payments_in_another_format_are_known(many: Office, order: tuple[object, ...]) -> None:
    import_file(order[0](TEN, ON), ON)  # type: ignore[operator]
    before = balances(many.creditor.pk)
    taken = import_file(order[1](TEN, ON), ON)  # type: ignore[operator]
    assert (taken.known, taken.payments, taken.known_payments) == (False, 10, 10)
    assert Payment.objects.count() == 10 and balances(many.creditor.pk) == before


def test_a_third_equal_payment_in_the_next_file_is_new(many: Office) -> None:
    import_file(bgmax([(5_000, "", "Bo"), (5_000, "", "Bo")], ON), ON)
    import_file(bgmax([(5_000, "", "Bo")], ON, serial="00057", first=9), ON)
    assert Payment.objects.count() == 3
    import_file(camt054([(5_000, "", "")] * 3, ON), ON)
    assert Payment.objects.count() == 3


def test_without_the_banks_own_numbers_a_longer_file_of_the_day_adds_what_is_more(many: Office) -> None:
    import_file(bgmax([(5_000, "1001", "Bo")], ON, serial="00000", first=0), ON)
    import_file(bgmax([(5_000, "1001", "Bo"), (5_000, "1001", "Bo")], ON, serial="00000", first=0), ON)
    assert Payment.objects.count() == 2


def test_two_payers_alike_in_all_but_their_names_are_two(many: Office) -> None:
    import_file(bgmax([(5_000, "", "Bo Ek")], ON), ON)
    import_file(camt054([(5_000, "", "Eva Lind")], ON), ON)
    assert Payment.objects.count() == 2


def test_a_name_that_only_another_format_knows_finds_the_payer(many: Office) -> None:
    import_file(camt054([(106_137, "", "")], ON), ON)
    assert states() == [("suspense", "")]
    import_file(bgmax([(106_137, "", "KUND 1")], ON), ON)
    assert states() == [("matched", "amount_and_payer")]


def test_the_sum_of_a_deposit_on_the_statement_is_not_a_payment_beside_its_parts(many: Office) -> None:
    Creditor.objects.update(iban=camt.IBAN)
    import_file(bgmax([(5_000, "1001", "Bo"), (7_000, "1002", "")], ON), ON)
    import_file(camt.document(camt.entry("120.00", day=ON)), ON)
    assert Payment.objects.count() == 2


# ---- the order of things ----------------------------------------------------------------------------------------


def outcome() -> dict[str, object]:
    found: dict[str, object] = {
        str(p.plain): (p.state, p.matched_by, p.held_minor, p.refund_minor) for p in Payment.objects.order_by("id")
    }
    for n in range(1001, 1006):
        found[f"case {n}"] = (*sums(the_case(str(n))).values(), the_case(str(n)).stage)
    return found


def test_matching_is_the_same_whatever_the_order_of_the_files(many: Office) -> None:
    from itertools import permutations

    from django.db import transaction

    files = [
        bgmax([(106_137, the_case("1001").ocr, ""), (30_000, "1004", "")], ON),
        bgmax([(106_137, "7717", ""), (1_000, "nonsens", "")], ON, serial="00057", first=5),
        camt054([(106_137, the_case("1001").ocr, "ANNA"), (2_000, "1005", "")], ON),
    ]
    seen = []
    for order in permutations(files):
        with transaction.atomic():
            for data in order:
                import_file(data, ON)
            seen.append(outcome())
            transaction.set_rollback(True)
    assert all(one == seen[0] for one in seen)


def test_small_shards_give_the_same_as_large_ones(many: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import transaction

    rows = [(20_000 + n, the_case(str(1001 + n % 5)).ocr, "") for n in range(30)]
    seen = []
    for size in (1, 7, 5_000):
        monkeypatch.setattr(rounds, "SHARD_SIZE", size)
        with transaction.atomic():
            import_file(bgmax(rows, ON), ON)
            seen.append(
                ([(p.state, p.held_minor, p.refund_minor) for p in Payment.objects.order_by("id")],
                 [tuple(sums(the_case(str(n))).values()) for n in range(1001, 1006)])
            )  # fmt: skip
            transaction.set_rollback(True)
    assert seen[0] == seen[1] == seen[2]
