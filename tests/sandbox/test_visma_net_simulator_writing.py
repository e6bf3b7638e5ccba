"""What may be written to the simulated Visma.net: our case, files, payments, journals; and calls answered later."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from random import Random

import httpx
import pytest

from fordran.sandbox.book import Document
from fordran.sandbox.visma_net.settings import Behaviours
from tests.sandbox.visma_net_office import MORNING, TENANT, Office, a_journal, a_payment, office

__all__ = ["office"]

INVOICE = "/v1/customerinvoice/1001"


def test_our_case_is_written_read_back_and_taken_away(office: Office) -> None:
    answer = office.put(
        INVOICE, debtCollectionCaseNbr="F-2026-1", debtCollectionCaseType="Reminder", debtCollectionCaseStatus="Sent",
        debtCollectionCaseUrl="https://example.com/1",
    )  # fmt: skip
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["ETag"] == office.get(INVOICE).headers["ETag"] == f'"{office.read(INVOICE)["timeStamp"]}"'
    told = office.read("/v1/customerinvoice")[-1]["debtCollection"]
    assert told == {
        "caseNumber": "F-2026-1",
        "caseType": "Reminder",
        "caseStatus": "Sent",
        "caseUrl": "https://example.com/1",
    }
    office.put(INVOICE, debtCollectionCaseNbr="", debtCollectionCaseType=None)
    assert office.read(INVOICE)["debtCollection"]["caseNumber"] is None
    assert office.read(INVOICE)["debtCollection"]["caseStatus"] == "Sent", "only what is named is changed"


def test_a_note_is_replaced_and_leave_alone_is_kept(office: Office) -> None:
    office.put(INVOICE, note="först", excludeDebtCollection=True)
    office.put(INVOICE, note="sedan")
    told = office.read(INVOICE)
    assert (told["note"], told["excludeDebtCollection"], told["amount"]) == ("sedan", True, 12450)


def test_an_invoice_on_hold_can_be_changed_and_a_released_one_keeps_its_text(office: Office) -> None:
    assert office.put("/v1/customerinvoice/1005", invoiceText="Ny text", documentDueDate="2026-12-24").status_code == 204
    told = office.read("/v1/customerinvoice/1005")
    assert (told["invoiceText"], told["documentDueDate"]) == ("Ny text", "2026-12-24T00:00:00")
    refused = office.put(INVOICE, invoiceText="Ny text")
    assert refused.status_code == 400 and "already released" in refused.json()["message"]
    assert office.read(INVOICE)["invoiceText"] == "Virke, längd 3,6 m"


def test_an_erp_that_refuses_case_fields_on_released_invoices_changes_nothing() -> None:
    strict = Office(options={"behaviours": Behaviours(refuses_case_fields=True)})
    try:
        before = strict.read(INVOICE)
        refused = strict.put(INVOICE, debtCollectionCaseNbr="F-1", note="x")
        assert refused.status_code == 400 and "already released" in refused.json()["message"]
        assert strict.read(INVOICE) == before
        assert strict.put("/v1/customerinvoice/1005", debtCollectionCaseNbr="F-1").status_code == 204, "it is not released"
    finally:
        strict.close()


def test_a_customer_can_be_changed(office: Office) -> None:
    body = {
        "excludeDebtCollection": {"value": True},
        "customerClassId": {"value": "2"},
        "mainAddress": {"value": {"addressLine1": {"value": "Nygatan 5"}, "city": {"value": "Lund"}}},
        "mainContact": {"value": {"email": {"value": "ny@example.com"}}},
        "creditTermsId": {"value": "10"},
        "status": {"value": "Inactive"},
        "overrideWithClassValues": False,
    }
    path = "/v1/customer/10000"
    assert office.http.put(path, json=body, headers=office.version(path)).status_code == 204
    told = office.read(path)
    assert told["excludeDebtCollection"] is True and told["status"] == "Inactive"
    assert told["mainAddress"]["addressLine1"] == "Nygatan 5" and told["mainAddress"]["postalCode"] == "111 22"
    assert (told["customerClass"]["id"], told["mainContact"]["email"], told["creditTerms"]["id"]) == ("2", "ny@example.com", "10")
    assert told["name"] == "Östlunds Bygg AB" and told["mainContact"]["phone1"] == "1"


def test_a_letter_is_attached_and_the_same_name_again_is_a_new_revision(office: Office) -> None:
    for content in (b"%PDF-1.7 one", b"%PDF-1.7 two"):
        answer = office.http.post(
            f"{INVOICE}/attachment", headers=office.version(INVOICE),
            files={"file": ("krav.pdf", content, "application/pdf"), "metadata": (None, '{"sendToAutoinvoice": false}')},
        )  # fmt: skip
        assert answer.status_code == 201, answer.text
    assert answer.headers["Location"].endswith("/v1/customerinvoice/1001/attachment/Invoice-1001-2")
    assert [(a["name"], a["revision"]) for a in office.read(INVOICE)["attachments"]] == [("krav.pdf", 1), ("krav.pdf", 2)]
    assert office.book.documents["invoice", "1001"].attachments[1] == ("krav.pdf", b"%PDF-1.7 two")
    [listed] = [i for i in office.read("/v1/customerinvoice", expandAttachments="true") if i["attachments"]]
    assert listed["referenceNumber"] == "1001"


# ---- payments --------------------------------------------------------------------------------------------------------


def test_a_payment_is_posted_released_and_closes_its_part_of_the_invoice(office: Office) -> None:
    posted = office.pay("1001", 12000.5)
    assert (posted.status_code, posted.content) == (201, b"")
    assert posted.headers["Location"] == f"{office.http.base_url}".rstrip("/") + "/v1/customerPayment/400001"
    before = office.read("/v1/customerPayment/400001")
    assert (before["status"], before["paymentRef"], before["paymentAmount"]) == ("Balanced", "F-1", 12000.5)
    unreleased = office.read(INVOICE)
    assert unreleased["balance"] == 12450 and not unreleased["applications"][0]["released"]

    done = office.release("400001")
    assert done.json()["actionResult"] == "Done"
    assert office.read("/v1/customerPayment/400001")["status"] == "Closed"
    invoice = office.read(INVOICE)
    assert (invoice["balance"], invoice["status"], invoice["applications"][0]["released"]) == (449.5, "Open", True)


def test_a_payment_of_the_whole_closes_the_invoice_and_a_void_opens_it_again(office: Office) -> None:
    office.pay("1001", 12450)
    office.release("400001")
    assert office.read(INVOICE)["status"] == "Closed"
    path = "/v1/customerPayment/400001"
    void = office.http.post(
        f"{path}/action/void", json={"type": "Payment", "returnVoidPayment": True}, headers=office.version(path)
    )
    assert (void.json()["type"], void.json()["actionResult"]) == ("VoidPayment", "Done")
    assert void.json()["voidPayment"]["paymentLines"][0]["amountPaid"] == -12450
    assert (office.read(INVOICE)["status"], office.read(INVOICE)["balance"]) == ("Open", 12450)
    assert office.read(path)["status"] == "Voided"
    again = office.http.post(f"{path}/action/void", json={"type": "Payment"}, headers=office.version(path))
    assert again.status_code == 400


def test_a_release_may_be_queued_and_is_done_when_its_time_has_come() -> None:
    slow = Office(options={"behaviours": Behaviours(release_seconds=20)})
    try:
        slow.pay("1001", 100)
        assert [slow.release("400001").json()["actionResult"] for _ in range(2)] == ["Queued", "Queued"]
        assert slow.read("/v1/customerPayment/400001")["status"] == "Balanced"
        slow.http.post("/v2/journaltransaction", json=a_journal(("1684", 1, 0), ("3593", 0, 1)))
        path = "/v2/journaltransaction/700001"
        assert slow.http.post(f"{path}/action/release", headers=slow.version(path)).json()["actionResult"] == "Queued"
        slow.clock.sleep(20)
        assert slow.read("/v1/customerPayment/400001")["status"] == "Closed"
        assert slow.read(INVOICE)["balance"] == 12350
        assert slow.read(path)["status"] == "Posted"
        assert slow.release("400001").status_code == 400
    finally:
        slow.close()


def test_a_queued_release_that_the_ledger_refuses_by_then_is_left_undone() -> None:
    slow = Office(options={"behaviours": Behaviours(release_seconds=20)})
    try:
        for number in ("400001", "400002"):
            slow.pay("1003", 600)
            slow.release(number)
        slow.clock.sleep(20)
        assert [slow.read(f"/v1/customerPayment/{number}")["status"] for number in ("400001", "400002")] == ["Closed", "Balanced"]
    finally:
        slow.close()


def test_an_action_may_answer_that_it_failed(office: Office) -> None:
    office.pay("1001", 100)
    office.server.fail(TENANT, "action", "release-400001", "The account is locked.")
    answer = office.release("400001")
    assert (answer.status_code, answer.json()["actionResult"], answer.json()["errorInfo"]) == (
        200,
        "Failed",
        "The account is locked.",
    )
    assert office.read("/v1/customerPayment/400001")["status"] == "Balanced"
    office.server.mend(TENANT, "action", "release-400001")
    assert office.release("400001").json()["actionResult"] == "Done"


def test_whatever_is_posted_released_voided_and_credited_the_ledger_adds_up(office: Office) -> None:
    """Two hundred random deeds, with answers lost: amount = balance + what is set against it, of each invoice, as it is told."""
    chance, faults = Random(11), office.faults
    faults.rates, faults.only = {"timeout_before": 0.05, "timeout_after": 0.05, "500": 0.05}, "POST *"
    numbers: list[str] = []
    for turn in range(200):
        invoice = chance.choice(["1001", "1003", "1004", "1007"])
        with suppress(httpx.RemoteProtocolError):
            match chance.randrange(4):
                case 0:
                    answer = office.pay(invoice, chance.randrange(1, 300))
                    numbers += [answer.headers["Location"].rpartition("/")[2]] if answer.status_code == 201 else []
                case 1 if numbers:
                    office.release(chance.choice(numbers))
                case 2 if numbers:
                    path = f"/v1/customerPayment/{chance.choice(numbers)}"
                    office.http.post(f"{path}/action/void", json={"type": "Payment"}, headers=office.version(path))
                case 3:
                    amount, day = chance.randrange(1, 50_00), MORNING.date()
                    note = Document("credit_note", f"9{turn:03}", "10000", "SEK", amount, amount, day, day, credits=invoice)
                    office.book.credit(note, chance.randrange(1, amount + 1))
    assert faults.met["timeout_after"] and len(numbers) > 20
    for told in json.loads(office.get("/v1/customerinvoice", expandApplications="true").text, parse_float=Decimal):
        against = sum(a["amountPaid"] for a in told["applications"] if a["released"] and not a["voided"])
        assert told["balance"] + against == told["amount"], told["referenceNumber"]
        assert (told["balance"] == 0) == (told["status"] == "Closed")
    for told in json.loads(office.get("/v1/customerPayment").text, parse_float=Decimal):
        assert sum(line["amountPaid"] for line in told["paymentLines"]) == told["appliedToDocuments"]
    assert office.server.mistakes == []


def test_what_a_payment_does_not_use_stays_available(office: Office) -> None:
    office.pay("1003", 600, paymentAmount=700)
    office.release("400001")
    told = office.read("/v1/customerPayment/400001")
    assert (told["status"], told["appliedToDocuments"], told["availableBalance"]) == ("Open", 600, 100)


def test_numbers_of_payments_pass_over_those_that_are_taken(office: Office) -> None:
    office.pay("1003", 1, referenceNumber="400001", overrideNumberSeries=True)
    assert office.pay("1003", 1).headers["Location"].endswith("/400002")


def test_amounts_are_taken_exactly(office: Office) -> None:
    """Three tenths, as binary fractions, would not be three tenths."""
    text = json.dumps(a_payment("1003", 1)).replace('{"value": 1}', '{"value": 0.3000}')
    answer = office.http.post("/v1/customerPayment", content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201
    assert office.book.receipts["400001"].amount == 30
    assert json.loads(office.get("/v1/customerPayment/400001").text, parse_float=Decimal)["paymentAmount"] == Decimal("0.3000")


def test_many_callers_at_once_get_a_number_each_and_no_more_than_the_balance(office: Office) -> None:
    """Thirty payments of 100 against 600: each is posted under its own number, six can be released."""
    posted: list[tuple[str, str]] = []
    released: list[int] = []

    def caller() -> httpx.Client:
        return httpx.Client(base_url=office.http.base_url, headers=dict(office.http.headers), timeout=30)

    def post_five() -> None:
        with caller() as http:
            for _ in range(5):
                answer = http.post("/v1/customerPayment", json=a_payment("1003", 100))
                posted.append((answer.headers["Location"], answer.headers["ETag"]))

    def release_five(part: list[tuple[str, str]]) -> None:
        with caller() as http:
            for path, version in part:
                body = {"type": {"value": "Payment"}}
                released.append(http.post(f"{path}/action/release", json=body, headers={"If-Match": version}).status_code)

    at_once([post_five] * 6)
    assert len({path for path, _ in posted}) == 30
    at_once([partial(release_five, posted[place : place + 5]) for place in range(0, 30, 5)])
    assert (released.count(200), released.count(400)) == (6, 24)
    assert office.read("/v1/customerinvoice/1003")["balance"] == 0
    assert office.server.mistakes == []


def at_once(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


# ---- journals --------------------------------------------------------------------------------------------------------


def test_a_journal_is_posted_and_released_once(office: Office) -> None:
    posted = office.http.post("/v2/journaltransaction", json=a_journal(("1684", 120.5, 0), ("3593", 0, 60), ("8311", 0, 60.5)))
    assert posted.status_code == 201, posted.text
    path = "/v2/journaltransaction/700001"
    assert posted.headers["Location"].endswith(path)
    told = office.read(path)
    assert (told["status"], told["debitTotal"], len(told["journalTransactionLines"])) == ("Balanced", 120.5, 3)
    assert office.http.post(f"{path}/action/release", headers=office.version(path)).json()["actionResult"] == "Done"
    assert office.read(path)["status"] == "Posted"
    assert [
        j["batchNumber"] for j in office.read("/v2/journaltransaction", status="Posted", lastModifiedDateTime="2026-08-31")
    ] == ["700001"]
    assert office.read("/v2/journaltransaction", periodId="202608") == []


# ---- answered later --------------------------------------------------------------------------------------------------


def test_a_background_call_is_accepted_done_and_asked_for(office: Office) -> None:
    accepted = office.http.post("/v1/customerPayment", json=a_payment("1001", 10), headers={"erp-api-background": "none"})
    assert accepted.status_code == 202
    state = accepted.json()["stateLocation"]
    assert office.read(state)["status"] == "Started"
    assert office.get(f"{state}/content").status_code == 404
    office.clock.sleep(2)
    told = office.read(state)
    assert (told["status"], told["statusCode"], told["hasRequestContent"], told["hasResponseContent"]) == (
        "Finished",
        201,
        True,
        False,
    )
    assert told["responseHeaders"]["Location"].endswith("/v1/customerPayment/400001")
    assert office.get(f"{state}/content").status_code == 204
    assert office.read("/v1/customerPayment/400001")["paymentRef"] == "F-1"
    office.clock.sleep(24 * 3600)
    office.sign_in()
    assert office.get(state).status_code == 404, "forgotten after a day"


def test_a_background_call_that_is_refused_is_finished_with_the_refusal_as_its_content(office: Office) -> None:
    office.pay("1001", 10)
    office.release("400001")
    path = "/v1/customerPayment/400001"
    later = {"erp-api-background": "none"}
    for version, status, message in [
        (office.version(path), 400, "already released"),
        ({"If-Match": '"old"'}, 412, "has been changed"),
    ]:
        accepted = office.http.post(f"{path}/action/release", json={"type": {"value": "Payment"}}, headers=version | later)
        office.clock.sleep(3)
        state = accepted.json()["stateLocation"]
        assert (office.read(state)["status"], office.read(state)["statusCode"]) == ("Finished", status)
        assert message in office.get(f"{state}/content").json()["message"]


def test_a_list_can_be_fetched_in_the_background(office: Office) -> None:
    accepted = office.http.get("/v1/customerinvoice", params={"status": "Open"}, headers={"erp-api-background": "none"})
    office.clock.sleep(2)
    assert len(office.read(f"{accepted.json()['stateLocation']}/content")) == 5


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, self.headers.get("F-Case"), body))  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_events_are_posted_to_an_address(office: Office) -> None:
    receiver = HTTPServer(("127.0.0.1", 0), _Receiver)
    receiver.got = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=receiver.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{receiver.server_port}/hook?k=1"
        assert office.server.tell(url, TENANT, "AR Invoice Changed", "1001") == 204
        office.server.webhook = url
        office.http.get("/v1/currency", headers={"erp-api-background": "subscription:F-Case=77"})
        (path, _, first), (_, case, second) = receiver.got  # type: ignore[attr-defined]
        assert path == "/hook?k=1" and json.loads(first)["eventType"] == "AR Invoice Changed"
        assert json.loads(first)["reference"] == "1001"
        assert case == "77" and json.loads(second)["eventType"] == "BACKGROUND_API_RESPONSE"
        assert office.read(f"/v1/background/{json.loads(second)['reference']}")["status"] == "Finished"
    finally:
        receiver.shutdown()
        receiver.server_close()
    assert office.server.tell(url, TENANT, "Customer Changed", "10000") == 0, "nobody takes it any more"
    with pytest.raises(ValueError, match="no such event"):
        office.server.tell(url, TENANT, "Invoice Deleted", "1001")
