"""The simulated Fortnox: each refusal is provoked, and a test proves that none was left out; lists, limit, names."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from fordran.sandbox.book import Book, Document, Party, Place
from fordran.sandbox.fortnox.server import FortnoxServer
from fordran.sandbox.fortnox.settings import Limits
from tests.connectors.erp_surroundings import TestTime

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "fordran/sandbox/fortnox"
REFERENCE = Path(os.environ.get("FORDRAN_REFERENCE", ROOT.parent / "shared" / "reference")) / "fortnox-v3-receivables.json"
COMPANY, CLIENT, SECRET = "1234567", "client", "secret"
JSON = {"Content-Type": "application/json"}


@dataclass
class Office:
    """A client of the simulator that is signed in."""

    server: FortnoxServer
    book: Book
    clock: TestTime
    http: httpx.Client

    def get(self, path: str, **asked: str | int) -> httpx.Response:
        return self.http.get(f"/3/{path}", params=asked)

    def rows(self, path: str, name: str, **asked: str | int) -> list[dict[str, Any]]:
        answer = self.get(path, **asked)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()[name]
        return found


def token(http: httpx.Client, **form: str) -> httpx.Response:
    return http.post("/oauth-v1/token", data=form, auth=(CLIENT, SECRET))


@pytest.fixture
def office() -> Iterator[Office]:
    clock = TestTime()
    book = Book(COMPANY, "Granholms Bygg & Rör AB", "5566778899", clock.local)
    book.add_party(
        Party("1001", "Åkerströms AB", identity="5560360793", private=False, place=Place("Ängsvägen 7", "", "90325", "Umeå"))
    )
    for n in range(1, 4):
        number = str(20_000 + n)
        book.add_document(
            Document("invoice", number, "1001", "SEK", 100_050, 100_050, date(2026, 10, n), date(2026, 10, 30), ocr=f"{number}7")
        )
    server = FortnoxServer({COMPANY: book}, {CLIENT: SECRET}, clock, limits=Limits(1000))
    http = httpx.Client(base_url=server.start(), headers={"Accept": "application/json"}, trust_env=False)
    made = token(http, grant_type="authorization_code", code=server.consent(CLIENT, COMPANY)).json()
    http.headers["Authorization"] = f"Bearer {made['access_token']}"
    yield Office(server, book, clock, http)
    http.close()
    server.stop()
    assert server.mistakes == []


Call = Callable[[Office], httpx.Response]


def get(path: str, **asked: str | int) -> Call:
    return lambda office: office.get(path, **asked)


def post(path: str, body: object) -> Call:
    return lambda office: office.http.post(f"/3/{path}", json=body)


def pay(**changed: object) -> Call:
    fields = {"InvoiceNumber": 20_001, "Amount": 100, "PaymentDate": "2026-11-17", "ModeOfPayment": "INK"} | changed
    return post("invoicepayments", {"InvoicePayment": {name: value for name, value in fields.items() if value is not None}})


def book_it(number: int = 1) -> Call:
    return lambda office: office.http.put(f"/3/invoicepayments/{number}/bookkeep", json={"InvoicePayment": {}})


def voucher(*rows: object, **changed: object) -> Call:
    lines = list(rows) or [{"Account": 1684, "Debit": 1, "Credit": 0}, {"Account": 8313, "Debit": 0, "Credit": 1}]
    fields = {"Description": "Ränta", "VoucherSeries": "A", "TransactionDate": "2026-11-17", "VoucherRows": lines} | changed
    return post("vouchers", {"Voucher": {name: value for name, value in fields.items() if value is not None}})


def row(**fields: object) -> dict[str, object]:
    return {"Account": 1684, "Debit": 1} | fields


def after(change: Callable[[Office], object], call: Call) -> Call:
    def made(office: Office) -> httpx.Response:
        change(office)
        return call(office)

    return made


def locked(office: Office) -> None:
    office.server.companies[COMPANY].locked_until = date(2026, 12, 31)


def paid_meanwhile(office: Office) -> None:
    assert pay(Amount="1000.50")(office).status_code == 201
    assert pay(Amount="1000.50")(office).status_code == 201
    assert book_it(1)(office).status_code == 200


BAD, NUMERIC = "Ogiltig parameter i anropet.", "Värdet måste vara numeriskt ({})"
EMPTY = "Ingen eller felaktig typ av data."
CASES: list[tuple[Call, int, str]] = [
    (get("invoices", fliter="unpaid"), 400, BAD),
    (get("invoices", Filter="unpaid"), 400, BAD),
    (get("invoices", filter="open"), 400, BAD),
    (get("invoices", filter="unpaid", ocr="1"), 400, BAD),
    (get("invoices", limit="ten"), 400, BAD),
    (get("invoices", sortorder="up"), 400, BAD),
    (get("invoices", lastmodified="2026-11-24T10:00"), 400, BAD),
    (get("invoices", lastmodified="2026-13-24 10:00"), 400, BAD),
    (get("invoices", sortby="balance"), 400, "Felaktigt sorteringsfält."),
    (get("invoices", fromdate="i går"), 400, "Felaktigt datum (i går)"),
    (get("customers", filter="all"), 400, BAD),
    (get("customers", fromdate="2026-01-01"), 400, BAD),
    (get("invoicepayments", filter="x"), 400, BAD),
    (get("vouchers", filter="x"), 400, BAD),
    (get("vouchers", financialyear="x"), 400, NUMERIC.format("x")),
    (get("vouchers", financialyeardate="2019-01-01"), 400, "Räkenskapsår saknas för 2019-01-01."),
    (get("companyinformation", page=1), 400, BAD),
    (get("invoices/77"), 404, "Kan inte hitta fakturan."),
    (get("customers/77"), 404, "Kan inte hitta kunden."),
    (get("invoicepayments/77"), 404, "Kan inte hitta inbetalningen."),
    (get("invoicepayments/x"), 400, NUMERIC.format("x")),
    (get("articles"), 404, "A valid identifier was not provided."),
    (lambda office: office.http.delete("/3/invoices"), 405, "Metoden stöds inte."),
    (lambda office: office.http.get("/3/invoices", headers={"Accept": "*/*"}), 400, "Invalid response type"),
    (lambda office: office.http.get("/3/invoices", headers={"Authorization": "Bearer x"}), 401, "Ogiltig inloggning"),
    (after(lambda o: setattr(o.server.companies[COMPANY], "licensed", False), get("invoices")), 403, "Api-licens saknas."),
    (lambda office: office.http.post("/3/vouchers", content=b"{}"), 400, "Invalid content type"),
    (lambda office: office.http.post("/3/vouchers", content=b"", headers=JSON), 400, EMPTY),
    (lambda office: office.http.post("/3/vouchers", content=b"{", headers=JSON), 400,
     "Error deserializing JSON: JSON_ERROR_SYNTAX"),
    (post("invoicepayments", {"Invoice": {}}), 400, EMPTY),
    (post("invoicepayments", {"InvoicePayment": {"Booked": True}}), 400, "Felaktigt fältnamn"),
    (pay(Amount=None), 400, "Fältet Amount saknas."),
    (pay(Amount="hundra"), 400, NUMERIC.format("hundra")),
    (pay(Amount=0.005), 400, NUMERIC.format("0.005")),
    (pay(InvoiceNumber="x"), 400, NUMERIC.format("x")),
    (pay(InvoiceNumber=77), 404, "Kan inte hitta fakturan."),
    (pay(PaymentDate="17/11"), 400, "Felaktigt datum (17/11)"),
    (pay(PaymentDate="2026-09-30"), 400, "Betalningsdatum får inte vara före fakturadatum."),
    (pay(ModeOfPayment="XX"), 400, "Kan inte hitta betalningssättet."),
    (pay(ModeOfPaymentAccount=12), 400, "Kan inte hitta kontot."),
    (pay(WriteOffs=[{"Amount": 1}]), 400, "Bortskrivningar tas inte emot av simulatorn."),
    (pay(Amount=1_000.51), 400, "Beloppet är större än fakturans restbelopp."),
    (after(lambda o: setattr(o.book.documents["invoice", "20001"], "status", "hold"), pay()), 400,
     "Fakturan är inte bokförd, eller är redan slutbetald."),
    (book_it(), 404, "Kan inte hitta inbetalningen."),
    (after(paid_meanwhile, book_it(1)), 400, "Inbetalningen är redan bokförd."),
    (after(paid_meanwhile, book_it(2)), 400,
     "Inbetalningen kan inte bokföras: The amount applied to document 20001 exceeds its balance."),
    (after(lambda o: (pay()(o), locked(o)), book_it()), 400, "Perioden är låst till och med 2026-12-31."),
    (after(locked, voucher()), 400, "Perioden är låst till och med 2026-12-31."),
    (voucher(Description=None), 400, "Fältet Description saknas."),
    (voucher(Description="[V1]"), 400, "Värdet innehåller ej tillåtna tecken. ([V1])"),
    (voucher(Description="x" * 201), 400, "Värdet får innehålla högst 200 tecken."),
    (voucher(VoucherSeries="Ö"), 400, "Kan inte hitta verifikationsserien."),
    (voucher(VoucherRows=[]), 400, EMPTY),
    (voucher("1684"), 400, EMPTY),
    (voucher(row(Konto=1)), 400, "Felaktigt fältnamn"),
    (voucher(row(Account=99)), 400, "Kunde inte hitta konto"),
    (voucher(row(Credit=1)), 400, "En rad har antingen debet eller kredit."),
    (voucher(row()), 400, "Verifikationen balanserar inte."),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda n: f"{n} {CASES[n][2][:30]}")
def test_each_refusal_has_its_words_and_changes_nothing(office: Office, number: int) -> None:
    call, status, message = CASES[number]
    answer = call(office)
    assert (answer.status_code, answer.json()["ErrorInformation"]["message"]) == (status, message)
    assert office.book.journals == {}


def test_a_scope_that_was_not_granted_and_one_call_too_many_are_refused(office: Office) -> None:
    made = token(
        office.http, grant_type="authorization_code", code=office.server.consent(CLIENT, COMPANY, scopes=frozenset({"customer"}))
    )
    office.http.headers["Authorization"] = f"Bearer {made.json()['access_token']}"
    assert "scope" in office.get("invoices").json()["ErrorInformation"]["message"]
    office.server.limits = Limits(25, 5.0)
    answers = [office.get("customers").status_code for _ in range(26)]
    assert (answers.count(200), answers[-1]) == (24, 429)  # one call was before
    office.clock.sleep(4.9)
    assert office.get("customers").status_code == 429
    office.clock.sleep(0.2)
    assert office.get("customers").status_code == 200


def spoken() -> set[str]:
    """What the simulator's own code can say when it refuses, as patterns."""
    found = set()
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal" and len(node.args) > 1:
                said = node.args[1]
                if isinstance(said, ast.Constant):
                    found.add(re.escape(str(said.value)))
                elif isinstance(said, ast.JoinedStr):
                    found.add("".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in said.values))
    return found


def test_no_refusal_is_left_untried() -> None:
    elsewhere = {"Det finns ingen aktiv licens för önskat scope", "Too many requests", "System exception"}
    tried = {message for _, _, message in CASES} | elsewhere
    assert len(spoken()) > 25
    assert [said for said in spoken() if not any(re.fullmatch(said, one) for one in tried)] == []


# ---- signing in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_the_token_endpoint_refuses_by_oauths_names(office: Office, form: dict[str, str], error: str) -> None:
    assert (token(office.http, **form).json()["error"]) == error


def test_the_token_endpoint_wants_a_form_and_the_clients_secret(office: Office) -> None:
    assert office.http.post("/oauth-v1/token", json={}, auth=(CLIENT, SECRET)).json()["error"] == "invalid_request"
    for auth in ((CLIENT, "wrong"), ("other", SECRET)):
        answer = office.http.post("/oauth-v1/token", data={"grant_type": "refresh_token"}, auth=auth)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert office.http.get("/oauth-v1/token").status_code == 405


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"), ({"scope": "everything"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"), ({"state": ""}, "invalid_request"), ({"account_type": "user"}, "invalid_request"),
    ],
)  # fmt: skip
def test_the_consent_page_sends_a_wrong_request_back_with_its_name(office: Office, changed: dict[str, str], error: str) -> None:
    asked = {
        "client_id": CLIENT, "redirect_uri": "http://localhost/x", "response_type": "code", "scope": "invoice", "state": "s",
        "company": COMPANY,
    } | changed  # fmt: skip
    answer = office.http.get("/oauth-v1/auth", params=asked)
    assert dict(httpx.URL(answer.headers["Location"]).params)["error"] == error


def test_a_stranger_gets_no_consent_page_and_a_person_may_choose_the_company(office: Office) -> None:
    asked = {"client_id": CLIENT, "redirect_uri": "http://localhost/x", "response_type": "code", "scope": "invoice", "state": "s"}
    assert office.http.get("/oauth-v1/auth", params=asked | {"client_id": "x"}).status_code == 400
    assert office.http.get("/oauth-v1/auth", params=asked | {"redirect_uri": "https://evil.example"}).status_code == 400
    assert COMPANY in office.http.get("/oauth-v1/auth", params=asked).text
    back = office.http.get("/oauth-v1/auth", params=asked | {"company": COMPANY})
    code = dict(httpx.URL(back.headers["Location"]).params)["code"]
    made = token(office.http, grant_type="authorization_code", code=code, redirect_uri="http://localhost/x").json()
    assert "refresh_token" not in made and made["scope"] == "invoice"  # access_type=offline was not asked for
    office.clock.sleep(0)
    late = office.server.consent(CLIENT, COMPANY)
    office.clock.sleep(601)
    assert token(office.http, grant_type="authorization_code", code=late).json()["error"] == "invalid_grant"


# ---- lists -----------------------------------------------------------------------------------------------------------


def test_a_list_tells_how_much_there_is_and_gives_no_more_than_asked(office: Office) -> None:
    body = office.get("invoices", limit=2, page=2).json()
    assert body["MetaInformation"] == {"@TotalResources": 3, "@TotalPages": 2, "@CurrentPage": 2}
    assert [one["DocumentNumber"] for one in body["Invoices"]] == ["20003"]
    assert [one["DocumentNumber"] for one in office.rows("invoices", "Invoices", offset=1)] == ["20002", "20003"]


def test_filters_say_what_they_are_called(office: Office) -> None:
    office.book.documents["invoice", "20001"].status = "hold"
    office.book.documents["invoice", "20002"].due = date(2027, 1, 1)
    numbers = {
        name: [one["DocumentNumber"] for one in office.rows("invoices", "Invoices", filter=name)]
        for name in ("unpaid", "unpaidoverdue", "unbooked", "fullypaid", "cancelled")
    }
    assert numbers == {
        "unpaid": ["20002", "20003"],
        "unpaidoverdue": ["20003"],
        "unbooked": ["20001"],
        "fullypaid": [],
        "cancelled": [],
    }


def test_a_payment_lowers_the_invoice_when_it_is_booked_and_not_before(office: Office) -> None:
    made = pay(Amount="400.50")(office).json()["InvoicePayment"]
    assert (made["Booked"], office.get("invoices/20001").json()["Invoice"]["Balance"]) == (False, 1000.5)
    assert book_it(int(made["Number"]))(office).json()["InvoicePayment"]["Booked"] is True
    assert office.get("invoices/20001").json()["Invoice"]["Balance"] == 600
    assert [one["Amount"] for one in office.rows("invoicepayments", "InvoicePayments", invoicenumber="0001")] == [400.5]


def test_vouchers_are_numbered_by_series_and_year(office: Office) -> None:
    for day in ("2026-11-17", "2026-11-18", "2025-11-17"):
        assert voucher(TransactionDate=day)(office).status_code == 201
    rows = office.rows("vouchers", "Vouchers", financialyeardate="2026-06-01", voucherseries="A", fromdate="2026-11-18")
    assert [(one["VoucherSeries"], one["VoucherNumber"], one["TransactionDate"]) for one in rows] == [("A", 2, "2026-11-18")]


# ---- names -----------------------------------------------------------------------------------------------------------


def test_every_field_it_shows_is_one_that_fortnox_has(office: Office) -> None:
    if not REFERENCE.exists():
        pytest.skip("the reference of Fortnox's fields is not on this machine")
    known = json.loads(REFERENCE.read_text(encoding="utf-8"))
    pay()(office)
    voucher()(office)
    shown = {
        "Invoice": office.get("invoices/20001").json()["Invoice"],
        "InvoiceSubset": office.rows("invoices", "Invoices")[0],
        "Customer": office.get("customers/1001").json()["Customer"],
        "CustomerSubset": office.rows("customers", "Customers")[0],
        "InvoicePayment": office.get("invoicepayments/1").json()["InvoicePayment"],
        "InvoicePaymentSubset": office.rows("invoicepayments", "InvoicePayments")[0],
        "CompanyInformation": office.get("companyinformation").json()["CompanyInformation"],
        "CompanySettings": office.get("settings/company").json()["CompanySettings"],
        "Voucher": office.rows("vouchers", "Vouchers")[0],
    }
    assert {name: sorted(set(body) - set(known[name])) for name, body in shown.items()} == dict.fromkeys(shown, [])
