"""Visma.net over HTTP when things go wrong: every kind of trouble the simulator knows, and every way it says no to us."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest

from fordran.connectors.registry import erp as connect
from fordran.connectors.visma_net.connector import VismaNet
from fordran.connectors.visma_net.settings import VismaNetSettings
from fordran.core.problems import Refused
from fordran.ports.erp import CaseMark, Errand, ItemState, LetterCopy, PaidItem, PaymentPosting, PaymentVoid
from fordran.ports.errors import Ambiguous, Declined, Malformed, NotAllowed, PortError, Unavailable
from fordran.sandbox.book import Document, Journal, JournalLine
from fordran.sandbox.faults import KINDS, Faults
from fordran.sandbox.visma_net.server import VismaNetServer
from fordran.sandbox.visma_net.settings import Behaviours, Limits
from tests.connectors.erp_contract import VOUCHER
from tests.connectors.erp_surroundings import GateInMemory, TestTime, TokenInMemory, pages
from tests.connectors.test_visma_net_contract import CLIENT, TENANT, VismaStage, visma_stage


@pytest.fixture
def stage() -> Iterator[VismaStage]:
    yield from visma_stage()


def payment(key: str, number: str, amount: int) -> PaymentPosting:
    return PaymentPosting(key, "1001", "SEK", date(2026, 11, 17), "1930", (PaidItem(number, "Invoice", amount),), "Inkasso")


def insist(stage: VismaStage, errand: Errand) -> None:
    """As the errands' room does: told; looked up where it is not known; told again where it was not done."""
    for _ in range(60):
        try:
            stage.again().do(errand)
            return
        except Unavailable:
            stage.clock.sleep(60)
        except Ambiguous:
            while True:
                try:
                    if stage.again().find(errand) is not None:
                        return
                    break
                except (Unavailable, Malformed, Ambiguous):
                    stage.clock.sleep(60)
        except Malformed:
            stage.clock.sleep(60)
    raise AssertionError(f"{errand.key} was never done")


def patient(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """A page that could not be had is asked for again later, from the same place."""

    def again(place: str) -> Any:
        for _ in range(60):
            try:
                return read(place)
            except (Unavailable, Malformed):
                continue
        raise AssertionError("the page was never had")

    return again


def test_a_voucher_that_a_clerk_happened_to_begin_like_ours_is_not_ours(stage: VismaStage) -> None:
    clerks = Journal(
        "700001", date(2026, 11, 17), "SEK", "V17 hyra november", [JournalLine("5010", 1), JournalLine("1930", 0, 1)]
    )
    stage.book.journals["700001"] = clerks
    stage.book.touch(clerks)
    assert stage.erp.find(VOUCHER) is None
    assert stage.erp.do(VOUCHER).external_id != "700001"
    assert len(stage.book.journals) == 2


def test_a_days_vouchers_do_not_each_read_all_the_others(stage: VismaStage) -> None:
    for n in range(30):
        stage.erp.do(replace(VOUCHER, key=f"V{n}"))
    assert stage.server.counts["GET journaltransaction"] == 1
    stage.clock.sleep(601)
    assert stage.erp.do(replace(VOUCHER, key="V7")).external_id == stage.again().do(replace(VOUCHER, key="V7")).external_id
    assert len(stage.book.journals) == 30


def test_a_rot_invoice_whose_share_the_erp_does_not_say_is_refused_alone(stage: VismaStage) -> None:
    stage.invoice("20001", tax_share=300_000)
    assert stage.erp.items().records[0].tax_share_minor == 300_000
    assert stage.erp.items().records[0].amount_minor == 1_250_050


@pytest.mark.parametrize("seed", range(6))
def test_under_every_kind_of_trouble_all_is_learnt_and_everything_is_written_once(stage: VismaStage, seed: int) -> None:
    for n in range(40):
        stage.invoice(f"2{n:04}", 100_000 + n)
    stage.server.faults = Faults(seed, dict.fromkeys(KINDS, 0.03))
    found = {item.number: item for page in pages(patient(lambda at: stage.erp.items("", at))) for item in page.records}
    assert set(found) == {f"2{n:04}" for n in range(40)}
    for n in range(8):
        insist(stage, payment(f"FP{n}-1", f"2{n:04}", 100_000 + n))
        insist(stage, replace(VOUCHER, key=f"V{n}"))
        insist(stage, CaseMark(f"m{n}", f"2{n + 10:04}", "Invoice", f"2026-{n:06}", "demand", "sent"))
        insist(stage, LetterCopy(f"l{n}", f"2{n + 10:04}", "Invoice", f"Krav {n}.pdf", b"%PDF-1.7"))
    paid = stage.book.receipts["400001"].number
    insist(stage, PaymentVoid("FP0-2", stage.book.receipts[paid].reference, paid, date(2026, 11, 18)))
    posted = [(r.reference, r.released) for r in stage.book.receipts.values() if r.kind == "payment"]
    assert sorted(posted) == [(f"FP{n}-1", True) for n in range(8)]
    assert sorted((j.text.split()[0], j.released) for j in stage.book.journals.values()) == [(f"[V{n}]", True) for n in range(8)]
    assert [stage.book.documents["invoice", f"2{n:04}"].balance for n in range(8)] == [100_000] + [0] * 7
    assert [len(stage.book.documents["invoice", f"2{n + 10:04}"].attachments) for n in range(8)] == [1] * 8
    assert stage.server.faults.met.total() > 5


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "page_shift"])
def test_each_kind_of_trouble_once_does_not_stop_a_reading(stage: VismaStage, kind: str) -> None:
    stage.invoice("20001")
    stage.faults.next("GET /v1/customerinvoice", kind)
    item = stage.erp.items().records[0]
    assert (item.number, item.open_minor) == ("20001", 1_250_050)
    assert stage.faults.met[kind] == 1


def test_pages_that_shift_while_they_are_read_lose_nothing(stage: VismaStage) -> None:
    for n in range(60):
        stage.invoice(f"2{n:04}")
    stage.faults.next("GET /v1/customerinvoice", "page_shift", times=6, skip=1)
    found = {item.number for page in pages(lambda at: stage.erp.items("", at)) for item in page.records}
    assert found == {f"2{n:04}" for n in range(60)}
    assert stage.faults.met["page_shift"] == 6


def test_a_server_whose_clock_is_wrong_by_a_day_loses_no_change(stage: VismaStage) -> None:
    for skew in (-86_400.0, 86_400.0, 1_800.0):
        stage.faults.skew_seconds = skew
        number = f"2{int(abs(skew)):04}{'-' if skew < 0 else ''}"
        stage.invoice(number)
        _, since = stage.first_load()
        stage.clock.days_pass(1)
        stage.pay(number, 1_250_050, key=f"ERP{number}")
        assert stage.changed(since)[number].state == ItemState.CLOSED


def test_a_call_taken_on_in_the_background_is_waited_for_on_the_worlds_clock(stage: VismaStage) -> None:
    stage.invoice("20001", 100_000)
    settings = VismaNetSettings(**stage.notes["settings"])

    class Later(httpx.BaseTransport):
        """A gateway that has everything done in the background."""

        inner = httpx.HTTPTransport()

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.startswith("/v") and "/background/" not in request.url.path:
                request.headers["erp-api-background"] = "none"
            return self.inner.handle_request(request)

    erp = VismaNet(settings, clock=stage.clock, tokens=stage.notes["tokens"], turnstile=stage.notes["gate"], transport=Later())
    assert [item.number for item in erp.items().records] == ["20001"]
    done = erp.do(payment("FP1-1", "20001", 60_000))
    assert stage.book.receipts[done.external_id].released
    erp.do(VOUCHER)
    erp.do(CaseMark("m", "20001", "Invoice", "2026-000001", "demand", "sent"))
    with pytest.raises(Declined, match="exceeds its balance"):
        erp.do(payment("FP1-2", "20001", 60_000))
    assert stage.clock.slept and max(stage.clock.slept) < 60


def test_calls_beyond_the_limit_wait_for_the_next_hour() -> None:
    staged = visma_stage()
    stage = next(staged)
    stage.server.limits = Limits(calls=20)
    for n in range(40):
        stage.invoice(f"2{n:04}")
    began = stage.clock.now()
    for _ in range(5):
        stage.first_load()
    assert stage.clock.now() - began > 3_600
    assert {seen.status for seen in stage.server.requests} >= {200, 429}
    staged.close()


# ---- every way it says no ----------------------------------------------------------------------------------------------


def test_the_customers_tenant_gets_a_token_and_is_told_which_tenant_to_use() -> None:
    clock = TestTime()
    server = VismaNetServer({}, CLIENT, clock, customer_tenants=["the-group"])
    address = server.start()
    settings = {"tenant_id": "the-group", "client_id": "isv_fordran", "client_secret": CLIENT["isv_fordran"], "base_url": address}
    erp = connect(
        "visma_net",
        {**settings, "token_url": f"{address}/connect/token"},
        clock=clock,
        tokens=TokenInMemory(),
        turnstile=GateInMemory(clock),
    )
    with pytest.raises(NotAllowed, match="not the customer's"):
        erp.company()
    server.stop()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tenant_id": "nobody"}, "must grant"),
        ({"client_secret": "wrong"}, "client_secret"),
        ({"client_id": "isv_other"}, "client_id"),
    ],
)
def test_a_wrong_key_to_the_door_is_named(stage: VismaStage, change: dict[str, str], words: str) -> None:
    settings = {**stage.notes["settings"], **change}
    other = connect("visma_net", settings, clock=stage.clock, tokens=TokenInMemory(), turnstile=stage.notes["gate"])
    with pytest.raises(NotAllowed, match=words):
        other.company()


def test_a_grant_taken_back_or_a_licence_that_ended_is_a_persons_to_mend(stage: VismaStage) -> None:
    stage.erp.company()
    stage.server.license(TENANT, held=False)
    with pytest.raises(NotAllowed, match="No license for this company"):
        stage.erp.company()
    stage.server.license(TENANT, held=True)
    stage.server.withdraw(TENANT)
    with pytest.raises(NotAllowed):
        stage.again().company()
    stage.server.grant(TENANT)
    assert stage.again().company().name == stage.book.name


def test_a_record_that_the_erp_cannot_give_is_refused_alone(stage: VismaStage) -> None:
    stage.invoice("20001")
    stage.invoice("20002")
    stage.server.fail(TENANT, "invoice", "20001", "The record is broken: Karin Lindqvist 19811218-9876")
    page = stage.erp.items()
    assert [item.number for item in page.records] == ["20002"]
    assert [(problem.number, problem.field) for problem in page.refused] == [("20001", "errorInfo")]
    assert "Lindqvist" not in page.refused[0].message
    assert stage.open() == {"20001", "20002"}


def test_a_mark_that_a_released_invoice_does_not_take_is_declined_and_the_rest_goes_on(stage: VismaStage) -> None:
    stage.server.behaviours = Behaviours(refuses_case_fields=True)
    for company in stage.server.companies.values():
        company.behaviours = stage.server.behaviours
    stage.invoice("20001", 100_000)
    with pytest.raises(Declined):
        stage.erp.do(CaseMark("m", "20001", "Invoice", "2026-000001", "demand", "sent"))
    assert stage.erp.do(payment("FP1-1", "20001", 100_000)).external_id


def test_a_closed_period_is_declined_with_the_erps_words_and_posted_when_it_opens(stage: VismaStage) -> None:
    stage.invoice("20001", 100_000)
    stage.server.close_period(TENANT, 2026, 11)
    for errand in (payment("FP1-1", "20001", 100_000), VOUCHER):
        with pytest.raises(Declined, match="is closed in"):
            stage.erp.do(errand)
    stage.server.open_period(TENANT, 2026, 11)
    for errand in (payment("FP1-1", "20001", 100_000), VOUCHER):
        assert stage.erp.do(errand).external_id
    assert len(stage.book.receipts) == len(stage.book.journals) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"customer": "9999"}, "Customer 9999 cannot be found"),
        ({"account": "1999"}, "Cash account 1999 cannot be found"),
        ({"method": "77"}, "Payment method 77 cannot be found"),
        ({"items": (PaidItem("20001", "Invoice", 100_001),)}, "exceeds its balance"),
        ({"items": (PaidItem("29999", "Invoice", 1),)}, "Document 29999 cannot be found"),
        ({"currency": "EUR"}, "in another currency"),
    ],
)
def test_a_payment_that_the_erp_refuses_brings_its_words(stage: VismaStage, change: dict[str, Any], words: str) -> None:
    stage.invoice("20001", 100_000)
    with pytest.raises(Declined, match=words):
        stage.erp.do(replace(payment("FP1-1", "20001", 100_000), **change))
    assert [receipt for receipt in stage.book.receipts.values() if receipt.released] == []


def test_a_payment_with_our_reference_and_another_amount_is_a_persons(stage: VismaStage) -> None:
    stage.invoice("20001", 100_000)
    stage.erp.do(payment("FP1-1", "20001", 60_000))
    with pytest.raises(Declined, match="another amount"):
        stage.erp.do(payment("FP1-1", "20001", 40_000))
    assert len(stage.book.receipts) == 1


def test_a_case_on_a_debit_note_is_declined_for_the_erp_has_no_place_for_it(stage: VismaStage) -> None:
    with pytest.raises(Declined, match="no place for a case"):
        stage.erp.do(CaseMark("m", "50001", "DebitNote", "2026-000001", "demand", "sent"))


def test_debit_notes_are_read_and_paid_like_invoices(stage: VismaStage) -> None:
    stage.book.add_document(Document("debit_note", "50001", "1001", "SEK", 70_000, 70_000, date(2026, 10, 1), date(2026, 10, 31)))
    item = stage.first_load()[0]["50001"]
    assert (item.kind, item.document, item.open_minor) == ("invoice", "DebitNote", 70_000)
    lines = (PaidItem("50001", item.document, 70_000),)
    stage.erp.do(PaymentPosting("FP1-1", "1001", "SEK", date(2026, 11, 17), "1930", lines))
    assert stage.erp.item("50001", "DebitNote").state == ItemState.CLOSED
    assert stage.open() == set()


def test_a_foreign_invoice_is_refused_with_a_sentence_until_the_amounts_are_known() -> None:
    for known, in_currency in (("plain_is_document", False), ("in_currency_is_document", True)):
        staged = visma_stage()
        stage = next(staged)
        for company in stage.server.companies.values():
            company.behaviours = Behaviours(in_currency_is_document=in_currency)
        stage.book.add_document(
            Document("invoice", "20001", "1001", "EUR", 12_345, 10_000, date(2026, 10, 1), date(2026, 10, 31))
        )
        page = stage.erp.items()
        assert page.records == ()
        assert "set amounts" in page.refused[0].message
        settings = {**stage.notes["settings"], "amounts": known}
        told = connect("visma_net", settings, clock=stage.clock, tokens=TokenInMemory(), turnstile=stage.notes["gate"])
        item = told.items().records[0]
        assert (item.currency, item.amount_minor, item.open_minor) == ("EUR", 12_345, 10_000)
        staged.close()


def test_customers_that_do_not_say_how_many_they_are_are_all_read(stage: VismaStage) -> None:
    for n in range(57):
        stage.book.add_party(replace(stage.book.parties["1001"], number=f"3{n:03}"))
    found = {one.key for page in pages(lambda at: stage.erp.customers("", at)) for one in page.records}
    assert len(found) == 60


def test_a_customer_to_be_left_alone_says_so_at_the_next_reading(stage: VismaStage) -> None:
    read = list(pages(lambda at: stage.erp.customers("", at)))
    stage.clock.days_pass(1)
    stage.book.parties["1003"].left_alone = True
    stage.book.touch(stage.book.parties["1003"])
    changed = {
        one.key: one.left_alone for page in pages(lambda at: stage.erp.customers(read[-1].since, at)) for one in page.records
    }
    assert changed["1003"] is True


def test_the_registry_refuses_what_it_does_not_know(stage: VismaStage) -> None:
    around: dict[str, Any] = {"clock": stage.clock, "tokens": TokenInMemory(), "turnstile": stage.notes["gate"]}
    with pytest.raises(Refused, match="there is no ERP 'sap'"):
        connect("sap", {}, **around)
    with pytest.raises(Refused, match="unknown setting"):
        connect("visma_net", {**stage.notes["settings"], "colour": "blue"}, **around)
    with pytest.raises(Refused, match="missing"):
        connect("visma_net", {"tenant_id": "t"}, **around)


def test_nothing_of_the_debtor_stands_in_an_error(stage: VismaStage) -> None:
    stage.invoice("20001", 100_000, "1002")
    with pytest.raises(PortError) as refused:
        stage.erp.do(replace(payment("FP1-1", "20001", 200_000), customer="1002"))
    assert "Göran" not in str(refused.value)
    assert "19811218" not in str(refused.value)
