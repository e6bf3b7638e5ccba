"""What every connector of an ERP must do, whichever ERP it is: one suite, run against each by its own simulator.

A test module makes a class of it and gives it a fixture `stage`:

    class TestMine(ErpContract):
        @pytest.fixture
        def stage(self) -> Iterator[Stage]: ...

A source that can only be read (a file of open items) takes `SourceContract` alone. The simulator is told what to do through its
ledger (`sandbox.book.Book`); what the connector says of it is compared with that ledger, to the öre and the day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from fordran.ports.erp import (
    OURS,
    CaseMark,
    Erp,
    ErpItem,
    Errand,
    ItemState,
    LetterCopy,
    Page,
    PaidItem,
    PaymentPosting,
    PaymentVoid,
    VoucherLine,
    VoucherPosting,
)
from fordran.ports.errors import Ambiguous, Malformed, PortError
from fordran.sandbox.book import Application, Book, Document, Party, Place, Receipt
from tests.connectors.erp_surroundings import TestTime, pages

PEOPLE = (
    ("1001", "Åkerströms Måleri AB", "5560360793", Place("Ängsvägen 7", "c/o Öberg", "903 25", "Umeå")),
    ("1002", "Göran Blå", "19811218-9876", Place("Lönnstigen 8 B", "", "923 45", "Storås")),
    ("1003", "Räksmörgåsens Kök HB", "9697554321", Place("Ö Hamngatan 1", "", "411 10", "Göteborg")),
)


@dataclass
class Stage:
    """A connector, the ledger behind its simulator, and what can be done to the wire between them."""

    erp: Any  # Erp, or a Source where only SourceContract is run
    book: Book
    clock: TestTime
    again: Callable[[], Any]  # another connector to the same company, as another worker would have it
    lose_next_write: Callable[[], None] = lambda: None  # the next write is done, and its answer lost
    lose_second_write: Callable[[], None] = lambda: None  # the one after it
    refresh: Callable[[], None] = lambda: None  # a file is written anew
    posted: Callable[[Receipt], bool] = lambda receipt: receipt.reference.startswith("FP7-1")  # by the payment of these tests
    one_receipt: bool = True  # False: an ERP whose payments are of one invoice each
    on_account: bool = True  # False: an ERP that has no payment without an invoice
    account: str = "1930"
    method: str = ""
    notes: dict[str, Any] = field(default_factory=dict)

    def invoice(self, number: str, amount: int = 1_250_050, party: str = "1001", **more: Any) -> Document:
        """An invoice of 2026-10-01, due 2026-10-31."""
        values = {
            "issued": date(2026, 10, 1),
            "due": date(2026, 10, 31),
            "text": "Målning av fönster, två våningar",
            "ocr": f"{number}7",
        }
        document = Document(
            kind="invoice", number=number, party=party, currency="SEK", amount=amount, balance=amount, **{**values, **more}
        )
        return self.book.add_document(document)

    def pay(self, number: str, amount: int, *, key: str = "ERP1", on: date = date(2026, 11, 16)) -> Receipt:
        party = self.book.documents["invoice", number].party
        applied = [Application("invoice", number, amount)]
        receipt = Receipt(key, "payment", party, on, "SEK", amount, applications=applied, reference=key, account=self.account)
        return self.book.add_receipt(receipt)

    def pay_on_account(
        self, amount: int, *, key: str = "ERP1", party: str = "1001", reference: str = "", used: int = 0
    ) -> Receipt:
        """Of 2026-11-16; `used` of it against invoice 20001."""
        parts = [Application("invoice", "20001", used)] if used else []
        receipt = Receipt(key, "payment", party, date(2026, 11, 16), "SEK", amount, applications=parts, account=self.account)
        receipt.reference = reference
        return self.book.add_receipt(receipt)

    def on_the_account(self, found: dict[str, ErpItem]) -> list[ErpItem]:
        return [item for item in found.values() if item.document in ("Payment", "Prepayment")]

    def first_load(self) -> tuple[dict[str, ErpItem], str]:
        """Everything that is open, and what to ask from next time."""
        self.refresh()
        read = list(pages(lambda place: self.erp.items("", place)))
        return {item.number: item for page in read for item in page.records}, read[-1].since

    def changed(self, since: str) -> dict[str, ErpItem]:
        self.refresh()
        return {item.number: item for page in pages(lambda place: self.erp.items(since, place)) for item in page.records}

    def open(self) -> set[str]:
        return {number for page in pages(self.erp.open_numbers) for number in page.records}


def people(book: Book) -> None:
    book.classes.setdefault("FTG", "Företag")
    for number, name, identity, place in PEOPLE:
        book.add_party(Party(number, name, class_id="FTG", identity=identity, place=place, email=f"faktura{number}@example.com"))


class SourceContract:
    """Whatever tells of a customer ledger."""

    def test_the_first_load_brings_every_open_item_to_the_ore_and_the_day(self, stage: Stage) -> None:
        for n in range(23):
            stage.invoice(f"2{n:04}", 100_01 + n * 1_337, PEOPLE[n % 3][0], due=date(2026, 9, 1) + timedelta(days=n))
        found, _ = stage.first_load()
        assert {
            number: (item.kind, item.amount_minor, item.open_minor, item.due_on, item.issued_on, item.customer, item.currency)
            for number, item in found.items()
        } == {d.number: ("invoice", d.amount, d.balance, d.due, d.issued, d.party, "SEK") for d in stage.book.documents.values()}
        assert {item.state for item in found.values()} == {ItemState.OPEN}

    def test_swedish_letters_come_as_they_were_written(self, stage: Stage) -> None:
        stage.invoice("20001", party="1003")
        found, _ = stage.first_load()
        assert (found["20001"].text, found["20001"].reference) == ("Målning av fönster, två våningar", "200017")
        names = {c.key: (c.name, c.address.street, c.address.town) for page in pages(_customers(stage)) for c in page.records}
        assert names["1003"] == ("Räksmörgåsens Kök HB", "Ö Hamngatan 1", "Göteborg")

    def test_what_is_paid_in_part_is_open_for_the_rest(self, stage: Stage) -> None:
        stage.invoice("20001", 1_250_050)
        stage.pay("20001", 250_049)
        item = stage.first_load()[0]["20001"]
        assert (item.amount_minor, item.open_minor, item.state) == (1_250_050, 1_000_001, ItemState.OPEN)

    def test_what_is_paid_is_not_among_the_open(self, stage: Stage) -> None:
        stage.invoice("20001")
        stage.invoice("20002")
        stage.pay("20001", 1_250_050)
        assert set(stage.first_load()[0]) == {"20002"}

    def test_a_credit_note_is_a_credit_and_names_no_negative_amount(self, stage: Stage) -> None:
        stage.invoice("20001", 100_000)
        stage.book.credit(
            Document(
                "credit_note", "90001", "1001", "SEK", 30_000, 30_000, date(2026, 10, 5), date(2026, 10, 5), credits="20001"
            ),
            10_000,
        )
        found, _ = stage.first_load()
        assert found["20001"].open_minor == 90_000
        assert (found["90001"].kind, found["90001"].amount_minor, found["90001"].open_minor) == ("credit", 30_000, 20_000)

    def test_a_reading_goes_on_from_any_page_where_it_was_stopped(self, stage: Stage) -> None:
        for n in range(37):
            stage.invoice(f"2{n:04}", 10_000 + n)
        stage.refresh()
        whole = list(pages(lambda place: stage.erp.items("", place)))
        for stopped in range(len(whole) - 1):
            rest = stage.again()
            read = whole[: stopped + 1]
            place = whole[stopped].place
            while place:
                page = rest.items("", place)
                read.append(page)
                place = page.place
            assert {item.number for page in read for item in page.records} == {f"2{n:04}" for n in range(37)}

    def test_an_unknown_place_is_refused_and_not_guessed(self, stage: Stage) -> None:
        stage.invoice("20001")
        stage.refresh()
        with pytest.raises(Malformed):
            stage.erp.items("", "nowhere at all")


def _customers(stage: Stage) -> Callable[[str], Page[Any]]:
    return lambda place: stage.erp.customers("", place)


class ErpContract(SourceContract):
    """A connected ERP: asked for what changed, and told what we do."""

    # ---- learning of changes -----------------------------------------------------------------------------------------

    def test_the_company_says_who_it_is(self, stage: Stage) -> None:
        company = stage.erp.company()
        assert (company.name, company.organisation_number, company.currency) == (
            stage.book.name,
            stage.book.organisation_number,
            "SEK",
        )

    def test_a_customer_is_had_by_key_with_class_and_identity(self, stage: Stage) -> None:
        found = stage.erp.customer("1002")
        assert found is not None
        assert (found.key, found.identity, found.email, found.left_alone) == (
            "1002",
            "19811218-9876",
            "faktura1002@example.com",
            False,
        )
        assert (found.address.street, found.address.postcode, found.address.town) == ("Lönnstigen 8 B", "923 45", "Storås")
        assert stage.erp.customer("no such") is None

    def test_a_change_comes_with_the_next_reading_and_nothing_old_with_it(self, stage: Stage) -> None:
        for n in range(15):
            stage.invoice(f"2{n:04}")
        stage.clock.days_pass(2)
        stage.invoice("30001")
        _, since = stage.first_load()
        stage.clock.days_pass(1)
        document = stage.book.documents["invoice", "20003"]
        document.due, document.text = date(2026, 12, 24), "rättad"
        stage.book.touch(document)
        found = stage.changed(since)
        assert (found["20003"].due_on, found["20003"].text) == (date(2026, 12, 24), "rättad")
        assert set(found) <= {"20003", "30001"}

    def test_a_payment_in_the_erp_closes_and_says_which(self, stage: Stage) -> None:
        stage.invoice("20001", 100_000)
        _, since = stage.first_load()
        stage.clock.days_pass(1)
        stage.pay("20001", 40_000, key="ERP1")
        stage.pay("20001", 60_000, key="ERP2", on=date(2026, 11, 17))
        item = stage.changed(since)["20001"]
        assert (item.state, item.open_minor, item.amount_minor) == (ItemState.CLOSED, 0, 100_000)
        assert sorted((one.kind, one.amount_minor, one.on) for one in item.applied) == [
            ("payment", 40_000, date(2026, 11, 16)),
            ("payment", 60_000, date(2026, 11, 17)),
        ]

    def test_a_payment_taken_back_in_the_erp_opens_again(self, stage: Stage) -> None:
        stage.invoice("20001", 100_000)
        stage.pay("20001", 100_000, key="ERP1")
        _, since = stage.first_load()
        stage.clock.days_pass(1)
        stage.book.void("ERP1", date(2026, 11, 18))
        item = stage.erp.item("20001")
        assert item is not None
        assert (item.state, item.open_minor, item.applied) == (ItemState.OPEN, 100_000, ())
        assert stage.changed(since)["20001"].open_minor == 100_000

    def test_a_credit_note_closes_what_it_credits(self, stage: Stage) -> None:
        stage.invoice("20001", 100_000)
        _, since = stage.first_load()
        stage.clock.days_pass(1)
        stage.book.credit(
            Document(
                "credit_note", "90001", "1001", "SEK", 100_000, 100_000, date(2026, 11, 17), date(2026, 11, 17), credits="20001"
            )
        )
        found = stage.changed(since)
        assert (found["20001"].state, found["20001"].open_minor) == (ItemState.CLOSED, 0)
        assert [(one.kind, one.amount_minor) for one in found["20001"].applied] == [("credit", 100_000)]
        assert (found["90001"].kind, found["90001"].state, found["90001"].credits) == ("credit", ItemState.CLOSED, "20001")

    def test_what_is_taken_back_for_a_change_is_held(self, stage: Stage) -> None:
        document = stage.invoice("20001")
        _, since = stage.first_load()
        stage.clock.days_pass(1)
        document.status = "hold"
        stage.book.touch(document)
        assert stage.changed(since)["20001"].state == ItemState.HELD

    def test_what_was_voided_is_void(self, stage: Stage) -> None:
        document = stage.invoice("20001")
        _, since = stage.first_load()
        stage.clock.days_pass(1)
        document.status, document.balance = "voided", 0
        stage.book.touch(document)
        assert stage.changed(since)["20001"].state == ItemState.VOID

    def test_what_was_deleted_is_missing_from_the_open_numbers_and_not_there(self, stage: Stage) -> None:
        for n in range(25):
            stage.invoice(f"2{n:04}")
        stage.first_load()
        stage.clock.days_pass(1)
        stage.book.delete("invoice", "20007")
        assert stage.open() == {f"2{n:04}" for n in range(25)} - {"20007"}
        assert stage.erp.item("20007") is None
        assert stage.erp.item("20008") is not None

    def test_the_open_items_are_what_the_ledger_says_is_open(self, stage: Stage) -> None:
        for n in range(25):
            stage.invoice(f"2{n:04}", 10_000 + n)
        stage.pay("20003", 10_003)
        found = {item.number: item.open_minor for page in pages(stage.erp.open_items) for item in page.records}
        assert found == {f"2{n:04}": 10_000 + n for n in range(25) if n != 3}

    def test_a_changed_customer_comes_with_the_next_reading(self, stage: Stage) -> None:
        read = list(pages(_customers(stage)))
        stage.clock.days_pass(1)
        party = stage.book.parties["1002"]
        party.place = Place("Nya Gränd 3", "", "111 11", "Järpås")
        stage.book.touch(party)
        found = {c.key: c for page in pages(lambda place: stage.erp.customers(read[-1].since, place)) for c in page.records}
        assert (found["1002"].address.street, found["1002"].address.town) == ("Nya Gränd 3", "Järpås")

    def test_nothing_is_overlooked_when_the_ledger_changes_while_it_is_read(self, stage: Stage) -> None:
        for n in range(60):
            stage.invoice(f"2{n:04}", 10_000)
        seen: set[str] = set()
        paid: set[str] = set()
        for at, page in enumerate(pages(lambda place: stage.erp.items("", place))):
            seen |= {item.number for item in page.records}
            for number in (f"2{at * 2:04}", f"2{at * 2 + 1:04}"):
                if number not in paid and ("invoice", number) in stage.book.documents and at < 6:
                    stage.pay(number, 10_000, key=f"P{number}")
                    paid.add(number)
        assert {f"2{n:04}" for n in range(60)} - paid <= seen
        assert len(paid) > 4

    def test_what_changed_while_it_was_read_comes_with_the_next_reading(self, stage: Stage) -> None:
        for n in range(60):
            stage.invoice(f"2{n:04}", 10_000)
        since = ""
        for at, page in enumerate(pages(lambda place: stage.erp.items("", place))):
            if at == 0:
                stage.pay(page.records[0].number, 10_000)
                first = page.records[0].number
            stage.clock.days_pass(0.2)  # a slow reading: days, where the overlap is an hour
            stage.invoice(f"3{at:04}")
            since = page.since
        assert stage.changed(since)[first].state == ItemState.CLOSED

    # ---- payments that are set against nothing ------------------------------------------------------------------------

    def test_what_is_left_of_a_payment_is_a_credit_of_the_customers_that_names_no_invoice(self, stage: Stage) -> None:
        _only_with_payments_on_account(stage)
        stage.invoice("20001", 100_000)
        stage.pay("20001", 30_000, key="ERP1")
        stage.pay_on_account(50_001, key="ERP2", used=20_000, reference="OCR 77")
        found, _ = stage.first_load()
        [item] = stage.on_the_account(found)
        assert (item.kind, item.state, item.customer, item.currency) == ("credit", ItemState.OPEN, "1001", "SEK")
        assert (item.amount_minor, item.open_minor, item.credits, item.applied) == (50_001, 30_001, "", ())
        assert (item.issued_on, item.reference) == (date(2026, 11, 16), "OCR 77")
        assert stage.erp.item(item.number, item.document) == item
        assert found["20001"].open_minor == 50_000

    def test_a_payment_on_account_is_told_when_it_comes_when_it_is_used_and_when_it_is_taken_back(self, stage: Stage) -> None:
        _only_with_payments_on_account(stage)
        stage.invoice("20001", 100_000)
        _, since = stage.first_load()
        stage.clock.days_pass(1)
        stage.pay_on_account(40_000, key="ERP1")
        stage.pay_on_account(10_000, key="ERP2", party="1002")
        found = stage.on_the_account(stage.changed(since))
        assert {(item.customer, item.open_minor, item.state) for item in found} == {
            ("1001", 40_000, ItemState.OPEN), ("1002", 10_000, ItemState.OPEN),
        }  # fmt: skip
        stage.clock.days_pass(1)
        stage.book.use("ERP1", [Application("invoice", "20001", 25_000)])
        stage.book.void("ERP2", date(2026, 11, 19))
        changed = stage.changed(since)
        assert {(item.customer, item.open_minor, item.state) for item in stage.on_the_account(changed)} == {
            ("1001", 15_000, ItemState.OPEN), ("1002", 0, ItemState.VOID),
        }  # fmt: skip
        assert changed["20001"].open_minor == 75_000
        stage.book.use("ERP1", [Application("invoice", "20001", 15_000)])
        [used] = [item for item in stage.on_the_account(stage.changed(since)) if item.customer == "1001"]
        assert (used.open_minor, used.state) == (0, ItemState.CLOSED)

    def test_a_payment_with_the_number_of_a_credit_note_is_another_item(self, stage: Stage) -> None:
        _only_with_payments_on_account(stage)
        stage.book.add_document(
            Document("credit_note", "90001", "1001", "SEK", 5_000, 5_000, date(2026, 10, 5), date(2026, 10, 5))
        )
        stage.pay_on_account(7_000, key="90001")
        found, _ = stage.first_load()
        assert sorted(item.open_minor for item in found.values()) == [5_000, 7_000]

    def test_the_open_items_that_are_set_beside_ours_hold_no_payments(self, stage: Stage) -> None:
        _only_with_payments_on_account(stage)
        stage.invoice("20001", 100_000)
        stage.pay_on_account(40_000)
        found = {item.number: item.open_minor for page in pages(stage.erp.open_items) for item in page.records}
        assert found == {"20001": 100_000}
        assert stage.open() == {"20001"}

    def test_what_we_posted_ourselves_is_never_money_on_account(self, stage: Stage) -> None:
        _only_with_payments_on_account(stage)
        _only_if(stage, PaymentPosting)
        stage.invoice("20001", 100_000)
        _, since = stage.first_load()
        stage.clock.days_pass(1)
        stage.lose_second_write()  # posted, and not yet released for all we know
        with pytest.raises(Ambiguous):
            stage.erp.do(_payment(stage, ("20001", 60_000)))
        stage.erp.find(_payment(stage, ("20001", 60_000)))
        assert [item.state for item in stage.on_the_account(stage.changed(since))] == [ItemState.CLOSED]

    # ---- our case and our letters on the invoice -----------------------------------------------------------------------

    def test_our_case_stands_on_the_invoice_and_can_be_taken_away(self, stage: Stage) -> None:
        _only_if(stage, CaseMark)
        stage.invoice("20001")
        mark = CaseMark("m1", "20001", "", "2026-000123", "payment_order", "sent", "https://fordran.example/cases/123")
        assert stage.erp.find(mark) is None
        stage.erp.do(mark)
        written = stage.book.documents["invoice", "20001"].mark
        assert written.number.endswith("2026-000123")
        assert (_word(written.kind), _word(written.status), written.url) == ("payment_order", "sent", mark.url)
        assert stage.erp.find(mark) is not None
        item = stage.erp.item("20001")
        assert item is not None
        assert item.taken_by_other == ""
        stage.erp.do(CaseMark("m2", "20001", "", "", "", "", ""))
        assert stage.book.documents["invoice", "20001"].mark.number == ""

    def test_another_agencys_case_is_seen_and_never_written_over(self, stage: Stage) -> None:
        _only_if(stage, CaseMark)
        document = stage.invoice("20001")
        document.mark.number = "INK-77"
        stage.book.touch(document)
        item = stage.erp.item("20001")
        assert item is not None
        assert item.taken_by_other == "INK-77"
        with pytest.raises(PortError):
            stage.erp.do(CaseMark("m1", "20001", "", "2026-000123", "reminder", "sent"))
        assert document.mark.number == "INK-77"

    def test_the_same_mark_twice_is_written_once(self, stage: Stage) -> None:
        _only_if(stage, CaseMark)
        document = stage.invoice("20001")
        mark = CaseMark("m1", "20001", "", "2026-000123", "reminder", "sent")
        stage.erp.do(mark)
        version = document.version
        stage.erp.do(mark)
        assert document.version == version

    def test_a_letter_lies_on_the_invoice_once(self, stage: Stage) -> None:
        _only_if(stage, LetterCopy)
        document = stage.invoice("20001")
        letter = LetterCopy("l1", "20001", "", "Påminnelse 2026-000311.pdf", b"%PDF-1.7 " + bytes(range(256)))
        assert stage.erp.find(letter) is None
        stage.erp.do(letter)
        stage.erp.do(letter)
        assert [(name, content) for name, content in document.attachments] == [(letter.name, letter.content)]
        assert stage.erp.find(replace(letter, content=b"")) is not None

    # ---- money -----------------------------------------------------------------------------------------------------

    def test_a_payment_closes_its_invoices_to_the_ore(self, stage: Stage) -> None:
        _only_if(stage, PaymentPosting)
        stage.invoice("20001", 100_001)
        stage.invoice("20002", 50_000)
        done = stage.erp.do(_payment(stage, ("20001", 100_001), ("20002", 20_050)))
        assert done.external_id
        receipts = _posted(stage)
        assert {(r.on, r.party, r.released) for r in receipts} == {(date(2026, 11, 17), "1001", True)}
        assert [r.amount for r in receipts] == ([120_051] if stage.one_receipt else [100_001, 20_050])
        assert [(p.number, p.amount) for r in receipts for p in r.applications] == [("20001", 100_001), ("20002", 20_050)]
        first, second = stage.erp.item("20001"), stage.erp.item("20002")
        assert first is not None and second is not None
        assert (first.state, first.open_minor) == (ItemState.CLOSED, 0)
        assert (second.state, second.open_minor) == (ItemState.OPEN, 29_950)
        assert all(part.reference == OURS or part.reference.startswith("FP7-1") for part in first.applied + second.applied)
        assert len(first.applied + second.applied) == 2

    def test_the_same_payment_twice_is_posted_once(self, stage: Stage) -> None:
        _only_if(stage, PaymentPosting)
        stage.invoice("20001", 100_000)
        payment = _payment(stage, ("20001", 60_000))
        first = stage.erp.do(payment)
        assert stage.again().do(payment).external_id == first.external_id
        assert len(_posted(stage)) == 1
        assert stage.book.documents["invoice", "20001"].balance == 40_000

    def test_a_payment_whose_answer_was_lost_is_found_and_not_posted_again(self, stage: Stage) -> None:
        _only_if(stage, PaymentPosting)
        stage.invoice("20001", 100_000)
        payment = _payment(stage, ("20001", 60_000))
        assert stage.erp.find(payment) is None
        stage.lose_next_write()
        with pytest.raises(Ambiguous):
            stage.erp.do(payment)
        assert stage.erp.find(payment) is not None
        assert [r.released for r in _posted(stage)] == [True]
        assert stage.book.documents["invoice", "20001"].balance == 40_000
        stage.erp.do(payment)
        assert len(_posted(stage)) == 1

    def test_a_payment_lost_at_its_second_step_is_found_too(self, stage: Stage) -> None:
        _only_if(stage, PaymentPosting)
        stage.invoice("20001", 100_000)
        payment = _payment(stage, ("20001", 60_000))
        stage.lose_second_write()
        with pytest.raises(Ambiguous):
            stage.erp.do(payment)
        assert stage.erp.find(payment) is not None
        assert [r.released for r in _posted(stage)] == [True]

    def test_more_than_is_open_is_declined_with_the_erps_words(self, stage: Stage) -> None:
        _only_if(stage, PaymentPosting)
        stage.invoice("20001", 100_000)
        with pytest.raises(PortError):
            stage.erp.do(_payment(stage, ("20001", 100_001)))
        assert stage.book.documents["invoice", "20001"].balance == 100_000
        assert [r for r in _posted(stage) if r.released] == []

    def test_a_payment_taken_back_opens_the_invoice_once(self, stage: Stage) -> None:
        _only_if(stage, PaymentVoid)
        stage.invoice("20001", 100_000)
        number = stage.erp.do(_payment(stage, ("20001", 60_000))).external_id
        void = PaymentVoid("v1", "FP7-1", number, date(2026, 11, 18))
        assert stage.erp.find(void) is None
        stage.erp.do(void)
        stage.again().do(void)
        assert stage.book.documents["invoice", "20001"].balance == 100_000
        assert stage.erp.find(void) is not None
        item = stage.erp.item("20001")
        assert item is not None
        assert (item.state, item.open_minor, item.applied) == (ItemState.OPEN, 100_000, ())

    def test_a_payment_that_is_not_ours_is_never_taken_back(self, stage: Stage) -> None:
        _only_if(stage, PaymentVoid)
        stage.invoice("20001", 100_000)
        stage.pay("20001", 100_000, key="77")
        with pytest.raises(PortError):
            stage.erp.do(PaymentVoid("v1", "FP7-1", "77", date(2026, 11, 18)))
        assert stage.book.documents["invoice", "20001"].balance == 0

    # ---- vouchers ----------------------------------------------------------------------------------------------------

    def test_a_voucher_is_written_once_line_by_line(self, stage: Stage) -> None:
        _only_if(stage, VoucherPosting)
        stage.erp.do(VOUCHER)
        stage.again().do(VOUCHER)
        journals = list(stage.book.journals.values())
        assert [(j.on, j.released) for j in journals] == [(date(2026, 11, 17), True)]
        assert [(line.account, line.debit, line.credit) for line in journals[0].lines] == [
            ("1684", 123_45, 0),
            ("8313", 0, 63_45),
            ("3591", 0, 60_00),
        ]
        assert "Ränta och påminnelse, ärende 2026-000123" in journals[0].text

    def test_a_voucher_whose_answer_was_lost_is_found_and_not_written_again(self, stage: Stage) -> None:
        _only_if(stage, VoucherPosting)
        for lose in (stage.lose_next_write, stage.lose_second_write):
            voucher = replace(VOUCHER, key=f"K{len(stage.book.journals)}")
            assert stage.erp.find(voucher) is None
            lose()
            with pytest.raises(Ambiguous):
                stage.erp.do(voucher)
            assert stage.erp.find(voucher) is not None
            stage.erp.do(voucher)
        assert [journal.released for journal in stage.book.journals.values()] == [True, True]

    def test_a_key_that_begins_like_another_is_another(self, stage: Stage) -> None:
        _only_if(stage, VoucherPosting)
        stage.erp.do(replace(VOUCHER, key="V10"))
        assert stage.erp.find(replace(VOUCHER, key="V1")) is None

    def test_a_voucher_out_of_balance_never_leaves_us(self, stage: Stage) -> None:
        _only_if(stage, VoucherPosting)
        with pytest.raises(Malformed):
            stage.erp.do(replace(VOUCHER, lines=VOUCHER.lines[:2]))
        assert stage.book.journals == {}


VOUCHER = VoucherPosting(
    "V17",
    date(2026, 11, 17),
    "SEK",
    "Ränta och påminnelse, ärende 2026-000123",
    (VoucherLine("1684", debit_minor=123_45), VoucherLine("8313", credit_minor=63_45), VoucherLine("3591", credit_minor=60_00)),
)


def _only_if(stage: Stage, kind: type[Errand]) -> None:
    erp: Erp = stage.erp
    if not erp.can(kind):
        pytest.skip(f"{erp.name} cannot be told a {kind.__name__}")


def _only_with_payments_on_account(stage: Stage) -> None:
    if not stage.on_account:
        pytest.skip(f"{stage.erp.name} has no payment without an invoice")


def _payment(stage: Stage, *items: tuple[str, int]) -> PaymentPosting:
    lines = tuple(PaidItem(number, "", amount) for number, amount in items)
    return PaymentPosting(
        "FP7-1", "1001", "SEK", date(2026, 11, 17), stage.account, lines, "Inbetalning via inkasso", stage.method
    )


def _posted(stage: Stage) -> list[Receipt]:
    return [r for r in stage.book.receipts.values() if r.kind == "payment" and stage.posted(r)]


def _word(shown: str) -> str:
    return shown.lower().replace(" ", "_")
