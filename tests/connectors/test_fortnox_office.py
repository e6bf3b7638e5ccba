"""The whole office with Fortnox behind the port: nobody in it is told which ERP it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from fordran.cases.office import open_office
from fordran.connectors.registry import ERP_SIGN_INS, ERPS
from fordran.core.problems import Refused
from fordran.day import world
from fordran.day.connecting import connect_and_try
from fordran.day.verify import verify
from fordran.erp.connections import connect
from fordran.erp.models import Errand
from fordran.invoices.models import Customer
from fordran.ports.erp import PaidItem, PaymentPosting
from fordran.sandbox.book import Book, Document
from fordran.sandbox.faults import Faults
from fordran.sandbox.fortnox.server import FortnoxServer
from fordran.settlement.models import Payment
from fordran.settlement.pay import Money, receive
from tests.build import an_office, day
from tests.connectors.erp_surroundings import TestTime
from tests.connectors.test_fortnox_contract import CLIENT, COMPANY, OURS_ALONE
from tests.erp.conftest import LATER, REMINDS, House


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> TestTime:
    time = TestTime(datetime(2026, 2, 3, 8, tzinfo=UTC).timestamp())
    monkeypatch.setattr(world, "clock", lambda: time)
    return time


@pytest.fixture
def house(db: None, clock: TestTime) -> Iterator[House]:
    office = an_office()
    book = Book(COMPANY, "Granholms Bygg & Rör AB", "5560160680", clock.local, bankgiro="5050-1055")
    faults = Faults()
    server = FortnoxServer({COMPANY: book}, CLIENT, clock, faults=faults)
    address = server.start()
    name, secret = next(iter(CLIENT.items()))
    settings = {
        "client_id": name,
        "base_url": address,
        "token_url": f"{address}/oauth-v1/token",
        "mode_of_payment": OURS_ALONE,
        "page_size": 10,
    }
    secrets = {"client_secret": secret, "code": server.consent(name, COMPANY)}
    switches = {"posts_payments": True, "posts_vouchers": True}
    try:
        connect(office.creditor, "fortnox", settings, secrets, by="test", today=day("2026-01-01"), switches=switches)
        erp = world.erp_of(office.creditor)
        assert erp is not None and erp.company().name == book.name  # the code is used at once
        yield House(open_office(office.creditor), book, server, faults, clock)  # type: ignore[arg-type]
        assert server.mistakes == []
    finally:
        server.stop()


def sound(house: House) -> None:
    """The books hold."""
    assert verify([house.office.creditor]).findings == []


def test_an_invoice_is_reminded_paid_posted_and_closed_in_fortnox(house: House) -> None:
    house.invoice("1001")
    house.run(REMINDS)
    assert house.letters() == ["reminder"]
    case = house.case()
    receive(house.office, Money("bank 1", "bank", LATER, 50_000, "SEK", reference=case.ocr), LATER)
    house.run(LATER)
    posted = Errand.objects.get(kind="payment")
    assert (posted.state, posted.error) == ("done", "")
    left = house.book.documents["invoice", "1001"].balance
    assert 50_000 < left < 60_000  # costs and interest first, the rest for capital
    assert [(r.method, r.released) for r in house.book.receipts.values()] == [(OURS_ALONE, True)]
    assert {errand.state for errand in Errand.objects.all()} == {"done"}
    sound(house)


def test_our_own_posting_is_no_payment_anew_when_it_is_read_back(house: House) -> None:
    house.invoice("1001")
    house.run(REMINDS)
    case = house.case()
    receive(house.office, Money("bank 1", "bank", LATER, 50_000, "SEK", reference=case.ocr), LATER)
    house.faults.next("PUT */bookkeep", "timeout_after")
    house.run(LATER)
    Errand.objects.filter(kind="payment").update(state="sending", external_id="")  # stopped before our commit
    house.run(day("2026-02-06"))
    house.paid_at_creditor("1001", 20_000, on=day("2026-02-09"))
    house.run(day("2026-02-09"))
    house.run(day("2026-02-10"))
    assert sorted((p.via, p.amount_minor) for p in Payment.objects.all()) == [("bank", 50_000), ("creditor", 20_000)]
    assert len([r for r in house.book.receipts.values() if r.method == OURS_ALONE]) == 1
    sound(house)


def test_who_has_paid_in_fortnox_is_not_written_to(house: House) -> None:
    house.invoice("1001")
    house.invoice("1002", party="2")
    house.paid_at_creditor("1001", on=day("2026-02-02"))
    house.run(REMINDS)
    assert house.letters() == ["reminder"]
    assert house.case("1002").customer.key == "2"


def test_a_private_person_is_a_consumer_and_a_company_a_business_because_fortnox_says_so(house: House) -> None:
    house.party("1", private=True)
    house.party("2", private=False)
    house.invoice("1001", party="1")
    house.invoice("1002", party="2")
    house.run(REMINDS)
    assert dict(Customer.objects.values_list("key", "kind")) == {"1": "consumer", "2": "business"}


@pytest.mark.parametrize(
    "changed",
    [{"status": "hold"}, {"mark_number": "NOX"}, {"balance": 0, "status": "voided"}],
    ids=["not booked", "sold to Fortnox Finans", "cancelled"],
)
def test_what_fortnox_says_is_not_to_be_collected_is_left_alone(house: House, changed: dict[str, object]) -> None:
    document: Document = house.invoice("1001")
    values = dict(changed)
    document.mark.number = str(values.pop("mark_number", ""))
    house.change("1001", **values)
    house.run(REMINDS)
    assert house.letters() == []


def test_fortnox_away_means_nobody_is_written_to_that_day(house: House) -> None:
    house.invoice("1001")
    house.faults.rates["500"] = 1.0
    house.run(REMINDS)
    assert house.letters() == []
    house.faults.calm()
    house.run(LATER)
    assert house.letters() == ["reminder"]


def test_every_erp_has_a_sign_in_and_both_are_known_by_one_name() -> None:
    assert set(ERPS) == set(ERP_SIGN_INS) >= {"visma_net", "fortnox"}


def test_an_errand_with_several_invoices_names_each_payment(house: House) -> None:
    house.invoice("1001")
    house.invoice("1002")
    erp = world.erp_of(house.office.creditor)
    assert erp is not None
    items = (PaidItem("1001", "", 100), PaidItem("1002", "", 200))
    done = erp.do(PaymentPosting("k", "1", "SEK", date(2026, 2, 3), "1930", items))
    assert len(done.external_id.split()) == 2


def test_a_switch_that_changes_needs_no_new_consent_and_a_failed_change_leaves_the_connection_alive(house: House) -> None:
    creditor = house.office.creditor
    connect(creditor, "fortnox", {}, {}, by="test", today=LATER, switches={"posts_vouchers": False})
    assert house.connection.posts_vouchers_since is None
    with pytest.raises(Refused, match="invalid_grant"):
        connect_and_try(creditor, "fortnox", {}, {"code": "of last year"}, by="test", today=LATER)
    erp = world.erp_of(creditor)
    assert erp is not None and erp.company().name == house.book.name
