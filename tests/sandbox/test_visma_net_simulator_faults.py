"""Trouble on request: what the caller sees, whether it was done, and that the same seed brings the same trouble."""

from __future__ import annotations

import json
import logging
import time
from email.utils import parsedate_to_datetime

import httpx
import pytest
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from fordran.core.problems import Refused
from fordran.sandbox.book import Book, Document, Party
from fordran.sandbox.faults import KINDS, Faults
from fordran.sandbox.visma_net.server import VismaNetServer
from fordran.sandbox.visma_net.serving import Served
from fordran.sandbox.visma_net.settings import Behaviours
from tests.sandbox.visma_net_office import CLIENT, MORNING, SECRET, TENANT, Clock, Office, a_payment, office

__all__ = ["office"]

PAYMENT = "POST /v1/customerPayment"


def test_a_time_out_before_does_nothing_and_a_time_out_after_does_it(office: Office) -> None:
    for kind, done in [("timeout_before", 0), ("timeout_after", 1)]:
        office.faults.next(PAYMENT, kind)
        with pytest.raises(httpx.RemoteProtocolError):
            office.pay("1003", 100)
        assert office.book.receipts.keys() - {"300001", "300002", "300003", "300003:void"} == {"400001"} & {
            "400001" if done else ""
        }
    assert office.pay("1003", 100).headers["Location"].endswith("/400002")


@pytest.mark.parametrize(
    ("kind", "status", "content", "done"),
    [
        ("429", 429, "application/json", False),
        ("500", 500, "application/json", False),
        ("502", 502, "text/html", False),
        ("gateway_error", 500, "application/json", False),
        ("504_after", 504, "text/html", True),
        ("wrong_content", 200, "text/html", True),
        ("expired_token", 401, "application/json", False),
    ],
)
def test_an_answer_that_is_trouble(office: Office, kind: str, status: int, content: str, done: bool) -> None:
    office.faults.next(PAYMENT, kind)
    answer = office.pay("1003", 100)
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (status, content)
    assert ("400001" in office.book.receipts) == done
    if kind == "429":
        assert int(answer.headers["Retry-After"]) > 0 and answer.headers["X-RateLimit-Remaining"] == "0"
    if kind == "expired_token":
        assert office.get("/v1/currency").status_code == 401, "it stays expired"
        office.sign_in()
    assert office.pay("1003", 100).status_code == 201


def test_a_truncated_answer_ends_before_its_length(office: Office) -> None:
    office.faults.next("GET /v1/customerinvoice", "truncated")
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete|without"):
        office.get("/v1/customerinvoice")
    assert len(office.read("/v1/customerinvoice")) == 7


def test_pages_shift_while_they_are_read(office: Office) -> None:
    first = office.read("/v1/customerinvoice", pageNumber=1, pageSize=3)
    office.faults.next("GET /v1/customerinvoice", "page_shift")
    second = office.read("/v1/customerinvoice", pageNumber=2, pageSize=3)
    third = office.read("/v1/customerinvoice", pageNumber=3, pageSize=3)
    seen = [record["referenceNumber"] for record in first + second + third]
    assert len(set(seen)) < 7, "some invoice is on no page"
    assert len(set(seen)) < len(seen), "and another on two"


def test_the_token_endpoint_can_be_in_trouble_too(office: Office) -> None:
    office.faults.next("POST /connect/token", "500")
    assert office.token().status_code == 500
    office.faults.next("POST /connect/token", "timeout_after")
    with pytest.raises(httpx.RemoteProtocolError):
        office.token()
    assert office.token().status_code == 200


def test_a_server_whose_clock_is_off_says_so_in_its_date_and_its_stamps(office: Office) -> None:
    office.faults.skew_seconds = 7200
    assert office.get("/v1/customerinvoice/1001").status_code == 401, "by its clock the token has run out"
    office.sign_in()
    answer = office.get("/v1/customerinvoice/1001")
    assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == office.clock.now() + 7200
    assert answer.json()["lastModifiedDateTime"] == "2026-09-01T10:00:00"
    since = {"lastModifiedDateTime": "2026-09-01T09:00:00", "lastModifiedDateTimeCondition": ">="}
    assert len(office.read("/v1/customerinvoice", **since)) == 7
    office.faults.skew_seconds = 0
    assert office.read("/v1/customerinvoice", **since) == []


def test_other_addresses_answer_as_a_proxy_would(office: Office) -> None:
    answer = office.get("/api/v1/customer")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_ordered_trouble_comes_once_or_as_often_as_asked_and_skips_as_asked() -> None:
    faults = Faults()
    faults.next("PUT /v1/customerinvoice/*", "500", times=2, skip=1)
    lines = ["GET /v1/customerinvoice/1", *["PUT /v1/customerinvoice/1"] * 4]
    assert [faults.choose(line) for line in lines] == ["", "", "500", "500", ""]
    assert faults.met == {"500": 2}


def test_the_same_seed_and_requests_bring_the_same_trouble() -> None:
    def run(seed: int) -> list[str]:
        faults = Faults(seed, {"500": 0.1, "timeout_after": 0.2})
        return [faults.choose(f"GET /v1/customer/{number}") for number in range(2000)]

    first = run(7)
    assert first == run(7)
    assert first != run(8)
    assert 150 < first.count("500") < 250 and 340 < first.count("timeout_after") < 460


def test_trouble_can_be_kept_to_some_addresses_and_stopped() -> None:
    faults = Faults(1, {"500": 1.0}, only="GET *")
    assert (faults.choose("POST /v1/customerPayment"), faults.choose("GET /v1/customer")) == ("", "500")
    faults.next("*", "429")
    faults.calm()
    assert faults.choose("GET /v1/customer") == ""


@pytest.mark.parametrize("wrong", [{"sunburn": 0.1}, {"500": 1.5}, {"500": -0.1}, {"500": 0.6, "429": 0.6}])
def test_rates_that_mean_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"rate|trouble|more than 1"):
        Faults(0, wrong)
    with pytest.raises(ValueError, match="no such trouble"):
        Faults().next("*", "sunburn")


def test_a_worker_that_tries_again_gets_through_every_kind_of_trouble() -> None:
    """All kinds at once: the list is read in the end, and the server is well afterwards."""
    office = Office(faults=Faults(3, dict.fromkeys(KINDS, 0.05), only="* /v1/*"))
    try:
        whole = 0
        for _ in range(300):
            try:
                answer = office.get("/v1/customerinvoice", pageNumber=2, pageSize=2)
            except httpx.RemoteProtocolError:
                continue
            if answer.status_code == 401:
                office.sign_in()
            if answer.status_code == 200 and answer.headers["Content-Type"].startswith("application/json"):
                whole += len(answer.json()) == 2
        assert whole > 100
        assert set(office.faults.met) == set(KINDS)
        seen = office.server.requests
        assert {s.status for s in seen} == {0, 200, 401, 429, 500, 502, 504}
        assert office.server.counts["GET customerinvoice"] == 300
    finally:
        office.close()


def test_a_lost_answer_takes_the_time_a_caller_waits_for_it_on_the_worlds_clock() -> None:
    office = Office(options={"behaviours": Behaviours(lost_seconds=60)})
    try:
        began = office.clock.now()
        office.faults.next("GET *", "timeout_before")
        with pytest.raises(httpx.RemoteProtocolError):
            office.get("/v1/currency")
        assert office.clock.now() == began + 60
    finally:
        office.close()


def test_it_can_stand_beside_others_under_an_address_of_its_own(office: Office) -> None:
    """As in a world where several simulators share one port: addresses in answers lead back, and connections are still cut."""
    served = Served(DispatcherMiddleware(NotFound(), {"/visma": office.server.wsgi}))
    try:
        there = httpx.Client(base_url=f"{served.url}/visma", headers=dict(office.http.headers))
        posted = there.post("/v1/customerPayment", json=a_payment("1003", 100))
        assert posted.headers["Location"] == f"{served.url}/visma/v1/customerPayment/400001"
        assert there.get(posted.headers["Location"]).json()["refNbr"] == "400001"
        assert there.get("/.well-known/openid-configuration").json()["token_endpoint"] == f"{served.url}/visma/connect/token"
        office.faults.next("GET *", "timeout_after")
        with pytest.raises(httpx.RemoteProtocolError):
            there.get("/v1/currency")
        assert there.get("/v1/currency").status_code == 200
        assert httpx.get(f"{served.url}/elsewhere").status_code == 404
        there.close()
    finally:
        served.stop()


def test_a_body_sent_in_chunks_is_read_whole(office: Office) -> None:
    text = json.dumps(a_payment("1003", 100)).encode()
    parts = (text[place : place + 7] for place in range(0, len(text), 7))
    answer = office.http.post("/v1/customerPayment", content=parts, headers={"Content-Type": "application/json"})
    assert answer.request.headers["Transfer-Encoding"] == "chunked"
    assert answer.status_code == 201
    assert office.read("/v1/customerPayment/400001")["paymentAmount"] == 100, "and the connection goes on to be used"


def test_a_company_can_be_added_while_it_is_served(office: Office) -> None:
    assert office.token(tenant_id="company-3").json() == {"error": "invalid_tenant"}
    office.server.add("company-3", Book("company-3", "Tredje AB", "5560000004", now=office.book.now))
    office.sign_in(tenant_id="company-3")
    assert office.read("/v1/organization")[0]["name"] == "Tredje AB"


# ---- size ------------------------------------------------------------------------------------------------------------


def test_connections_stay_open(office: Office) -> None:
    for _ in range(5):
        answer = office.get("/v1/currency")
        assert answer.http_version == "HTTP/1.1" and "Connection" not in answer.headers
    pool = office.http._transport._pool  # type: ignore[attr-defined]
    assert len(pool.connections) == 1


@pytest.mark.slow
def test_a_page_of_two_hundred_thousand_invoices_is_a_slice() -> None:
    """The first page looks through the book; a later one must not, not even when something has changed in between."""
    office = Office()
    try:
        day = MORNING.date()
        for number in range(200_000):
            office.book.add_document(Document("invoice", f"5{number:06}", "10000", "SEK", 100_00, 100_00, day, day))
        times = []
        seen: set[str] = set()
        for page in range(1, 41):
            office.book.touch(office.book.documents["invoice", "5199999"])
            began = time.perf_counter()
            seen |= {
                r["referenceNumber"] for r in office.read("/v1/customerinvoice", status="Open", pageNumber=page, pageSize=50)
            }
            times.append(time.perf_counter() - began)
        assert len(seen) > 1950
        first, later = times[0], sorted(times[1:])[len(times) // 2]
        assert later < first / 4, (first, later)
    finally:
        office.close()


def test_two_books_on_one_server_do_not_wait_for_one_another(office: Office) -> None:
    """The lock is a company's own: while one is held, the other answers."""
    from threading import Thread

    other = httpx.Client(base_url=office.http.base_url, headers=dict(office.http.headers))
    office.sign_in(tenant_id="company-2")
    with office.book.lock:
        waiting: list[int] = []
        thread = Thread(target=lambda: waiting.append(other.get("/v1/customer").status_code))
        thread.start()
        assert office.get("/v1/customer").status_code == 200
        assert waiting == []
    thread.join(10)
    other.close()
    assert waiting == [200]


def test_a_mistake_of_the_simulator_itself_is_an_answer_and_is_kept(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.book.documents["invoice", "1001"].currency = "XXX"
    with caplog.at_level(logging.ERROR, logger="fordran.sandbox.visma_net"):
        answer = office.get("/v1/customerinvoice/1001")
    assert (answer.status_code, answer.json()) == (500, {"message": "An error has occurred."})
    assert [type(mistake) for mistake in office.server.mistakes] == [KeyError]
    assert "customerinvoice/1001" in caplog.text


def test_a_port_that_is_taken_is_refused_in_words(office: Office) -> None:
    port = office.http.base_url.port
    assert port
    with pytest.raises(Refused, match=f"port {port} is taken"):
        Served(office.server.wsgi, port)


def test_a_book_made_elsewhere_is_served_as_it_is() -> None:
    book = Book(TENANT, "Tomt AB", "5560000003", now=lambda: MORNING)
    book.add_party(Party("1", "Ett"))
    server = VismaNetServer({TENANT: book}, {CLIENT: SECRET}, Clock())
    address = server.start()
    try:
        assert httpx.get(f"{address}/v1/customer").status_code == 401
    finally:
        server.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/v1/customer")
