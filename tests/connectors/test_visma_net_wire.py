"""The wire to Visma.net with answers written by hand, after the specification and printed traffic: what each failure becomes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from fordran.connectors.http import LIMIT_TRIES, READ_TRIES
from fordran.connectors.visma_net.connector import VismaNet
from fordran.connectors.visma_net.settings import VismaNetSettings
from fordran.connectors.visma_net.sign_in import challenge_of
from fordran.connectors.visma_net.wire import BACKGROUND_LOOKS, Wire
from fordran.core.problems import Refused
from fordran.ports.erp import CaseMark, PaidItem, PaymentPosting, Token
from fordran.ports.errors import Ambiguous, Declined, Malformed, NotAllowed, PortError, Unavailable
from tests.connectors.erp_surroundings import GateInMemory, TestTime, TokenInMemory

SETTINGS = VismaNetSettings(tenant_id="a-tenant", client_id="isv_fordran", client_secret="hush")
JOB = "73ac0029-1e4f-4adc-a7eb-318cd25ba4bf"
Answer = Callable[[httpx.Request], httpx.Response]


class Line:
    """A wire whose other end is a list of answers, in order; the last one is repeated."""

    def __init__(self, *answers: Any, settings: VismaNetSettings = SETTINGS, token: Token | None = None) -> None:
        self.answers = list(answers)
        self.calls: list[httpx.Request] = []
        self.tokens_asked: list[dict[str, str]] = []
        self.token_answers: list[httpx.Response] = []
        self.clock = TestTime()
        self.tokens = TokenInMemory(token)
        self.gate = GateInMemory(self.clock)
        surroundings: dict[str, Any] = {"clock": self.clock, "tokens": self.tokens, "turnstile": self.gate}
        self.erp = VismaNet(settings, transport=httpx.MockTransport(self.answer), **surroundings)
        self.wire: Wire = self.erp.wire

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/connect/token"):
            self.tokens_asked.append({name: values[0] for name, values in parse_qs(request.content.decode()).items()})
            if self.token_answers:
                return self.token_answers.pop(0)
            return httpx.Response(
                200, json={"access_token": f"t{len(self.tokens_asked)}", "expires_in": 3600, "token_type": "Bearer"}
            )
        self.calls.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return (
            answer(request)
            if callable(answer)
            else httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        )


def said(status: int, body: Any = None, **headers: str) -> httpx.Response:
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, content=content, headers={name.replace("_", "-"): value for name, value in headers.items()})


HTML = b"<html><body>502 Bad Gateway</body></html>"

# ---- signing in ------------------------------------------------------------------------------------------------------


def test_a_service_asks_for_its_token_with_the_companys_tenant_and_sends_it() -> None:
    line = Line(said(200, []))
    line.wire.read("/v1/customer")
    assert line.tokens_asked == [
        {
            "grant_type": "client_credentials",
            "scope": "vismanet_erp_service_api:read vismanet_erp_service_api:create vismanet_erp_service_api:update",
            "tenant_id": "a-tenant",
            "client_id": "isv_fordran",
            "client_secret": "hush",
        }
    ]
    assert line.calls[0].headers["Authorization"] == "Bearer t1"
    assert "ipp-company-id" not in line.calls[0].headers


def test_a_token_is_renewed_before_it_ends_and_kept_until_then() -> None:
    line = Line(said(200, []))
    line.wire.read("/v1/customer")
    line.clock.sleep(3560)
    line.wire.read("/v1/customer")
    assert len(line.tokens_asked) == 1
    line.clock.sleep(15)
    line.wire.read("/v1/customer")
    assert [call.headers["Authorization"] for call in line.calls] == ["Bearer t1", "Bearer t1", "Bearer t2"]


def test_a_token_that_is_refused_is_renewed_and_at_the_third_time_a_person_must_look() -> None:
    line = Line(said(401), said(200, []))
    line.wire.read("/v1/customer")
    assert line.tokens.renewed == 2
    line = Line(said(401, {"message": "Authorization has been denied for this request."}))
    with pytest.raises(NotAllowed, match="tenant_id is the company's"):
        line.wire.read("/v1/customer")
    assert len(line.calls) == 3


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("invalid_tenant", "must grant the application"),
        ("invalid_client", "client_secret"),
        ("invalid_grant", "sign in to Visma.net"),
    ],
)
def test_a_refused_sign_in_says_what_to_do(error: str, advice: str) -> None:
    line = Line(said(200, []))
    line.token_answers = [httpx.Response(400, json={"error": error})]
    with pytest.raises(NotAllowed, match=advice):
        line.wire.read("/v1/customer")


def test_a_sign_in_that_does_not_answer_is_tried_again_and_then_left_for_later() -> None:
    line = Line(said(200, []))
    line.token_answers = [said(503), said(502, HTML)]
    line.wire.read("/v1/customer")
    assert len(line.tokens_asked) == 3
    line.token_answers = [said(503)] * 5
    line.tokens.token = None
    with pytest.raises(Unavailable):
        line.wire.read("/v1/customer")


@pytest.mark.parametrize(
    "body", [{}, {"access_token": "x"}, {"access_token": "x", "expires_in": 0}, ["x"], {"access_token": 7, "expires_in": 9}]
)
def test_a_token_without_an_end_is_no_token(body: Any) -> None:
    line = Line(said(200, []))
    line.token_answers = [httpx.Response(200, json=body)] * 9
    with pytest.raises(Unavailable, match="no token with an end"):
        line.wire.read("/v1/customer")
    assert line.calls == []


PERSONAL = VismaNetSettings(
    tenant_id="a-tenant",
    client_id="isv_fordran",
    client_secret="hush",
    sign_in="interactive",
    redirect_uri="https://f.example/back",
)


def test_a_person_is_sent_to_sign_in_with_pkce() -> None:
    line = Line(said(200, []), settings=PERSONAL)
    url = httpx.URL(line.wire.sign_in.address(state="s1", verifier="v" * 43))
    asked = dict(url.params)
    assert (url.host, url.path) == ("connect.visma.com", "/connect/authorize")
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (challenge_of("v" * 43), "S256")
    assert (asked["state"], asked["redirect_uri"], asked["response_type"]) == ("s1", "https://f.example/back", "code")
    assert {"openid", "offline_access", "vismanet_erp_interactive_api:update"} <= set(asked["scope"].split())


def test_the_challenge_is_that_of_rfc_7636() -> None:
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_refresh_token_is_used_once_and_the_new_one_is_kept_before_the_call() -> None:
    line = Line(said(200, []), settings=PERSONAL, token=Token("old", 0.0, refresh="r1"))
    kept: list[str] = []
    line.answers = [lambda request: (kept.append(line.tokens.token.refresh if line.tokens.token else ""), said(200, []))[1]]
    line.token_answers = [httpx.Response(200, json={"access_token": "a", "expires_in": 3600, "refresh_token": "r2"})]
    line.wire.read("/v1/customer")
    assert line.tokens_asked[0]["refresh_token"] == "r1"
    assert kept == ["r2"]


def test_a_refresh_whose_answer_was_lost_is_not_tried_again_at_once() -> None:
    for lost in (said(504, HTML), said(200, HTML)):
        line = Line(said(200, []), settings=PERSONAL, token=Token("old", 0.0, refresh="r1"))
        line.token_answers = [lost, said(200, {"access_token": "a", "expires_in": 3600})]
        with pytest.raises(Unavailable):
            line.wire.read("/v1/customer")
        assert len(line.tokens_asked) == 1


def test_without_anybodys_consent_there_is_no_call() -> None:
    line = Line(said(200, []), settings=PERSONAL)
    with pytest.raises(NotAllowed, match="nobody has signed in"):
        line.wire.read("/v1/customer")
    assert line.calls == []


def test_a_code_is_exchanged_with_its_verifier() -> None:
    line = Line(said(200, []), settings=PERSONAL)
    line.token_answers = [
        httpx.Response(200, json={"access_token": "a", "expires_in": 60, "refresh_token": "r1", "scope": "openid"})
    ]
    token = line.wire.sign_in.exchange("the code", "the verifier")
    assert (token.refresh, token.scope, token.expires_at) == ("r1", "openid", line.clock.now() + 60)
    assert (line.tokens_asked[0]["code"], line.tokens_asked[0]["code_verifier"]) == ("the code", "the verifier")


# ---- readings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "trouble",
    [
        said(500, {"message": "An error has occurred."}),
        said(502, HTML),
        said(503),
        said(504, HTML),
        said(200, HTML),
        said(200, b'[{"number": "1'),
        said(200, b'[{"balance": NaN}]'),
        said(200, b"\xff\xfe"),
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("Server disconnected without sending a response."),
    ],
    ids=str,
)
def test_a_reading_that_fails_is_tried_again_after_a_pause(trouble: Any) -> None:
    line = Line(trouble, trouble, said(200, [{"number": "1"}]))
    answer = line.wire.read("/v1/customer")
    assert answer is not None and answer.body == [{"number": "1"}]
    assert line.clock.slept == [2.0, 4.0]


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (said(500, {"message": "An error has occurred."}), Unavailable),
        (said(502, HTML), Unavailable),
        (httpx.ConnectError("refused"), Unavailable),
        (httpx.ReadTimeout("slow"), Unavailable),
        (said(200, HTML), Malformed),
    ],
    ids=str,
)
def test_a_reading_that_goes_on_failing_ends(trouble: Any, error: type[PortError]) -> None:
    line = Line(trouble)
    with pytest.raises(error):
        line.wire.read("/v1/customer")
    assert len(line.calls) == READ_TRIES


def test_the_erps_own_words_come_with_the_failure() -> None:
    with pytest.raises(Unavailable, match="The operation could not be completed"):
        Line(said(500, {"ExceptionMessage": "The operation could not be completed.", "ExceptionFaultCode": "12001"})).wire.read(
            "/v1/x"
        )


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (said(400, {"message": "Customer 9 cannot be found."}), Declined, "Customer 9 cannot be found."),
        (said(400, HTML), Declined, "without a word"),
        (said(409, {"message": "Busy."}), Declined, "Busy."),
        (said(403, {"message": "scope"}), NotAllowed, "scope or role"),
        (said(410), Malformed, "must be updated"),
        (said(302, b"", Location="https://elsewhere.example"), Malformed, "302"),
        (
            said(
                403,
                {
                    "ExceptionType": "IPPException",
                    "ExceptionMessage": "No license for this company.",
                    "ExceptionFaultCode": "12027",
                    "ExceptionMessageID": "12027_6e2a06a8-76d8-4e9a-bce8-a5818d60a388",
                    "ExceptionDetails": "",
                },
            ),
            NotAllowed,
            "No license for this company.; the company has no licence",
        ),
        (
            said(500, {"ExceptionType": "IPPException", "ExceptionMessage": "Invalid parameter exception: ipp-company-id",
                       "ExceptionFaultCode": "12002"}),
            NotAllowed,
            "company_header",
        ),
    ],
    ids=str,
)  # fmt: skip
def test_each_refusal_becomes_what_to_do_next(answer: httpx.Response, error: type[PortError], words: str) -> None:
    line = Line(answer)
    with pytest.raises(error, match=words):
        line.wire.read("/v1/customer")


def test_what_is_not_there_is_none() -> None:
    line = Line(said(404, {"message": "could not be found"}))
    assert line.erp.customer("9") is None
    assert line.erp.item("9") is None
    assert [call.url.path for call in line.calls][1:] == [
        "/v1/customerinvoice/9",
        "/v1/customerDebitNote/9",
        "/v1/customerCreditNote/9",
    ]


def test_a_rot_invoice_whose_share_the_erp_does_not_say_is_refused_alone() -> None:
    rows = [
        {"referenceNumber": str(n), "documentType": "Invoice", "customer": {"number": "1001"}, "currencyId": "SEK", "amount": 100,
         "balance": 100, "status": "Open", "documentDueDate": "2026-10-31", "isRotRutDeductible": n == 1}
        for n in (1, 2)
    ]  # fmt: skip
    company = [{"organizationCd": "1", "name": "G", "baseCurrency": "SEK"}]
    page = Line(said(200, company), said(200, rows), said(404)).erp.items()
    assert [item.number for item in page.records] == ["2"]
    assert [(problem.number, problem.field) for problem in page.refused] == [("1", "isRotRutDeductible")]


def test_a_number_with_odd_letters_is_one_part_of_the_address() -> None:
    line = Line(said(404))
    line.erp.customer("å/../1 ?&#")
    assert line.calls[0].url.raw_path == b"/v1/customer/%C3%A5%2F..%2F1%20%3F%26%23"


# ---- limits ----------------------------------------------------------------------------------------------------------


def test_what_an_answer_says_of_the_limit_goes_to_the_gate() -> None:
    line = Line(said(200, [], X_RateLimit_Limit="500", X_RateLimit_Remaining="7", X_RateLimit_Reset="120"))
    line.wire.read("/v1/customer")
    assert line.gate.heard == [(7, 120.0, None)]


def test_too_many_calls_wait_at_the_gate_as_long_as_the_erp_asks() -> None:
    line = Line(said(429, {"message": "quota"}, Retry_After="90"), said(200, []))
    line.wire.read("/v1/customer")
    assert line.clock.slept == [90.0]


def test_a_date_to_come_back_at_is_counted_from_the_servers_own_date() -> None:
    line = Line(said(429, None, Retry_After="Wed, 18 Nov 2099 11:02:00 GMT", Date="Wed, 18 Nov 2099 11:00:00 GMT"), said(200, []))
    line.wire.read("/v1/customer")
    assert line.clock.slept == [120.0]


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "soon"}, {"X_RateLimit_Reset": "60"}])
def test_a_refusal_that_does_not_say_how_long_means_a_minute(headers: dict[str, str]) -> None:
    line = Line(said(429, None, **headers), said(200, []))
    line.wire.read("/v1/customer")
    assert line.clock.slept == [60.0]


def test_a_limit_that_never_opens_ends_the_call_and_nothing_was_done() -> None:
    line = Line(said(429, None, Retry_After="1"))
    with pytest.raises(Unavailable):
        line.wire.write("POST", "/v1/customerPayment", {"type": {"value": "Payment"}})
    assert len(line.calls) == LIMIT_TRIES


# ---- writings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (httpx.ConnectError("refused"), Unavailable),
        (httpx.ConnectTimeout("slow"), Unavailable),
        (httpx.ReadTimeout("slow"), Ambiguous),
        (httpx.WriteError("reset"), Ambiguous),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), Ambiguous),
        (said(500, {"message": "An error has occurred."}), Ambiguous),
        (said(502, HTML), Ambiguous),
        (said(503), Ambiguous),
        (said(504, HTML), Ambiguous),
        (said(200, HTML), Ambiguous),
        (said(400, {"message": "no"}), Declined),
        (said(404), Declined),
    ],
    ids=str,
)
def test_a_writing_is_never_tried_again_by_the_wire(trouble: Any, error: type[PortError]) -> None:
    line = Line(trouble)
    with pytest.raises(error):
        line.wire.write("PUT", "/v1/customerinvoice/1", {"note": {"value": "å"}}, etag='"1"')
    assert len(line.calls) == 1


def test_a_writing_after_a_refused_token_or_limit_is_sent_again_for_it_was_not_done() -> None:
    line = Line(said(401), said(429, None, Retry_After="5"), said(204, None, ETag='"2"'))
    assert line.wire.write("PUT", "/v1/customerinvoice/1", {"note": {"value": "å"}}).etag == '"2"'
    assert [call.content.decode() for call in line.calls] == ['{"note": {"value": "å"}}'] * 3


def test_a_record_changed_meanwhile_is_read_again_once_and_then_left_to_a_person() -> None:
    invoice = {"referenceNumber": "1", "documentType": "Invoice", "debtCollection": {"caseNumber": None}, "attachments": []}
    mark = CaseMark("m", "1", "Invoice", "2026-000001", "reminder", "sent")
    line = Line(said(200, invoice, ETag='"1"'), said(412), said(200, invoice, ETag='"2"'), said(204))
    line.erp.do(mark)
    assert [call.headers.get("If-Match") for call in line.calls] == [None, '"1"', None, '"2"']
    with pytest.raises(Declined, match="changed in Visma.net at the same time"):
        Line(said(200, invoice, ETag='"1"'), said(412), said(200, invoice, ETag='"1"'), said(412)).erp.do(mark)


# ---- background jobs -------------------------------------------------------------------------------------------------


def state(status: str, code: int | None, *, content: bool = True, **more: Any) -> httpx.Response:
    return said(200, {"id": JOB, "status": status, "statusCode": code, "hasResponseContent": content} | more)


def test_a_reading_taken_on_in_the_background_is_waited_for() -> None:
    line = Line(
        said(202, {"id": JOB, "stateLocation": "x"}), state("Started", None), state("Finished", 200), said(200, [{"number": "1"}])
    )
    answer = line.wire.read("/v1/customer")
    assert answer is not None and answer.body == [{"number": "1"}]
    assert [call.url.path for call in line.calls[1:]] == [f"/v1/background/{JOB}"] * 2 + [f"/v1/background/{JOB}/content"]


def test_a_job_that_ended_with_400_is_a_refusal_with_the_erps_words() -> None:
    words = {"message": "Payment can't be updated because it is already released."}
    line = Line(said(202, {"id": JOB}), state("Finished", 400), said(200, words))
    with pytest.raises(Declined, match="already released"):
        line.wire.write("POST", "/v1/customerPayment/1/action/release", {"type": {"value": "Payment"}})


def test_a_job_tells_the_number_of_what_it_made_by_its_headers() -> None:
    headers = {"Location": "https://api.finance.visma.net/v1/customerPayment/400001", "ETag": ['"7"']}
    line = Line(said(202, {"id": JOB}), state("Finished", 201, content=False, responseHeaders=headers))
    answer = line.wire.write("POST", "/v1/customerPayment", {})
    assert (answer.number, answer.etag) == ("400001", '"7"')


def test_a_writing_whose_job_never_ends_or_cannot_be_read_is_ambiguous() -> None:
    line = Line(said(202, {"id": JOB}), state("Started", None))
    with pytest.raises(Ambiguous):
        line.wire.write("POST", "/v1/customerPayment", {})
    assert len(line.calls) == 1 + BACKGROUND_LOOKS
    for after in (said(500), said(404), said(200, HTML)):
        with pytest.raises(Ambiguous):
            Line(said(202, {"id": JOB}), after).wire.write("POST", "/v1/customerPayment", {})


def test_a_job_that_failed_says_why() -> None:
    with pytest.raises(Declined, match="out of memory"):
        Line(said(202, {"id": JOB}), state("Failed", None, errorMessage="out of memory")).wire.write("POST", "/v1/x", {})


# ---- what is sent ----------------------------------------------------------------------------------------------------


def test_times_are_sent_without_a_zone_and_in_pairs() -> None:
    line = Line(said(200, []))
    line.erp.customers("2026-11-18T10:00:00")
    asked = dict(line.calls[0].url.params)
    assert asked == {
        "lastModifiedDateTime": "2026-11-18T10:00:00",
        "lastModifiedDateTimeCondition": ">=",
        "pageNumber": "1",
        "pageSize": "500",
    }


def test_amounts_are_sent_exactly() -> None:
    line = Line(said(200, []), said(201, None, Location="/v1/customerPayment/400001", ETag='"1"'), said(204))
    items = (PaidItem("1", "Invoice", 1_000_000_000_000_07), PaidItem("2", "DebitNote", 10))
    line.erp.do(PaymentPosting("K1", "1001", "SEK", line.clock.local().date(), "1930", items, method="10"))
    body = line.calls[1].content.decode()
    assert '"paymentAmount": {"value": 1000000000000.17}' in body
    assert '"amountPaid": {"value": 0.10}' in body
    assert '"applicationDate": {"value": "2026-11-18T00:00:00"}' in body
    assert "Z" not in body


def test_a_branch_and_the_old_headers_are_sent_when_they_are_set_and_only_then() -> None:
    settings = VismaNetSettings(tenant_id="t", client_id="c", branch="2", company_header="4711")
    line = Line(said(200, []), settings=settings)
    line.wire.read("/v1/customer")
    sent = line.calls[0].headers
    assert (sent["branchid"], sent["ipp-company-id"], sent["ipp-application-type"]) == ("2", "4711", "Visma.net Financials")


def test_a_payment_is_refused_before_it_leaves_when_its_key_does_not_fit_a_reference() -> None:
    line = Line(said(200, []))
    for key, items in (
        ("k" * 41, (PaidItem("1", "", 1),)),
        ("", (PaidItem("1", "", 1),)),
        ("k", ()),
        ("k", (PaidItem("1", "", 0),)),
    ):
        with pytest.raises(Malformed):
            line.erp.do(PaymentPosting(key, "1001", "SEK", line.clock.local().date(), "1930", items))
    assert line.calls == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("tenant_id", ""),
        ("base_url", "http://api.finance.visma.net"),
        ("token_url", "ftp://x"),
        ("amounts", "both"),
        ("overlap_seconds", 60),
        ("page_size", 0),
        ("sign_in", "interactive"),
        ("case_prefix", ""),
        ("page_size", "many"),
        ("organization", 7),
        ("timeout_seconds", True),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(setting: str, value: Any) -> None:
    with pytest.raises(Refused) as refused:
        VismaNetSettings(**{"tenant_id": "t", "client_id": "c", setting: value})
    assert [problem.field for problem in refused.value.problems] == ["redirect_uri" if setting == "sign_in" else setting]


def test_the_secret_is_never_shown() -> None:
    assert "hush" not in repr(SETTINGS) + repr(Line(said(200, [])).wire.sign_in.settings)
