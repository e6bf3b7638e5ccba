"""Signing in to the simulated Visma.net: services and people, what tokens open, how long they last, and how they are signed."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from fordran.sandbox.visma_net.settings import KARIN, Behaviours, Limits, Person
from tests.sandbox.visma_net_office import CLIENT, CUSTOMER_TENANT, OTHER_TENANT, SECRET, TENANT, Office, office

__all__ = ["office"]

BACK = "http://localhost:8000/back"
SCOPES = "openid profile email offline_access vismanet_erp_interactive_api:read"
VERIFIER = "v" * 43


def challenge(verifier: str = VERIFIER) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def authorize(office: Office, **changed: str) -> dict[str, str]:
    """Karin says yes; what the client gets back in the address."""
    asked = {"client_id": CLIENT, "redirect_uri": BACK, "response_type": "code", "scope": SCOPES, "state": "s1", "nonce": "n1",
             "login_hint": KARIN.email, "code_challenge": challenge(), "code_challenge_method": "S256",
             "response_mode": "query", "tenant_id": TENANT} | changed  # fmt: skip
    answer = office.get("/connect/authorize", **{name: value for name, value in asked.items() if value})
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"].startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def exchange(office: Office, **changed: str) -> Any:
    form = {"grant_type": "authorization_code", "client_id": CLIENT, "client_secret": SECRET, "redirect_uri": BACK,
            "code_verifier": VERIFIER} | changed  # fmt: skip
    return office.http.post("/connect/token", data=form)


def refresh(office: Office, token: str, **changed: str) -> Any:
    form = {"grant_type": "refresh_token", "client_id": CLIENT, "client_secret": SECRET, "refresh_token": token} | changed
    return office.http.post("/connect/token", data=form)


def opens(office: Office, token: str) -> bool:
    return office.http.get("/v1/currency", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def claims(office: Office, token: str) -> dict[str, Any]:
    """Of an id_token whose signature holds by the published key."""
    head, body, signature = token.split(".")
    keys = {key["kid"]: key for key in office.read("/.well-known/jwks.json")["keys"]}
    header = json.loads(decoded(head))
    assert header["alg"] == "RS256"
    key = keys[header["kid"]]
    numbers = rsa.RSAPublicNumbers(int.from_bytes(decoded(key["e"])), int.from_bytes(decoded(key["n"])))
    numbers.public_key().verify(decoded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
    told: dict[str, Any] = json.loads(decoded(body))
    return told


# ---- services --------------------------------------------------------------------------------------------------------


def test_a_service_gets_a_token_without_a_refresh_token(office: Office) -> None:
    told = office.token().json()
    assert set(told) == {"access_token", "expires_in", "token_type", "scope"}
    assert (told["expires_in"], told["token_type"]) == (3600, "Bearer")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "isv_nobody"}, "invalid_client"),
        ({"tenant_id": "company-9"}, "invalid_tenant"),
        ({"tenant_id": ""}, "invalid_tenant"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "vismanet_erp_service_api:all"}, "invalid_scope"),
        ({"scope": "vismanet_erp_interactive_api:read"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_token_is_refused(office: Office, changed: dict[str, str], error: str) -> None:
    answer = office.token(**changed)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_the_token_endpoint_wants_a_form_by_post(office: Office) -> None:
    assert office.get("/connect/token").status_code == 405
    assert office.get("/connect/revocation").status_code == 405
    assert office.http.put("/connect/authorize").status_code == 405
    assert office.http.post("/connect/token", json={"grant_type": "client_credentials"}).json()["error"] == "invalid_request"


def test_the_clients_secret_may_stand_in_the_header_instead(office: Office) -> None:
    form = {"grant_type": "client_credentials", "scope": "vismanet_erp_service_api:read", "tenant_id": TENANT}
    assert office.http.post("/connect/token", data=form, auth=(CLIENT, SECRET)).status_code == 200
    assert office.http.post("/connect/token", data=form, auth=(CLIENT, "wrong")).json()["error"] == "invalid_client"
    assert office.http.post("/connect/token", data=form, headers={"Authorization": "Basic %%%"}).status_code == 400


def test_a_token_opens_one_company(office: Office) -> None:
    office.sign_in(tenant_id=OTHER_TENANT)
    assert office.read("/v1/organization")[0]["name"] == "Annat AB"
    assert office.read("/v1/customerinvoice") == []
    assert office.get("/v1/customerinvoice/1001").status_code == 404


def test_a_customer_tenant_gets_a_token_that_opens_nothing(office: Office) -> None:
    office.sign_in(tenant_id=CUSTOMER_TENANT)
    assert office.get("/v1/organization").status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic x", "bearer x"])
def test_without_a_token_nothing_is_open(office: Office, header: str) -> None:
    answer = office.http.get("/v1/organization", headers={"Authorization": header})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json() == {"message": "Authorization has been denied for this request."}


def test_a_token_runs_out_by_the_worlds_clock(office: Office) -> None:
    office.clock.sleep(3599)
    assert office.get("/v1/organization").status_code == 200
    office.clock.sleep(1)
    assert office.get("/v1/organization").status_code == 401
    office.sign_in()
    assert office.get("/v1/organization").status_code == 200


def test_a_company_that_withdraws_its_grant_is_closed_at_once(office: Office) -> None:
    office.server.withdraw(TENANT)
    assert office.get("/v1/organization").status_code == 401
    assert office.token().json() == {"error": "invalid_tenant"}
    office.server.grant(TENANT)
    assert office.get("/v1/organization").status_code == 200


def test_a_company_without_a_licence_is_answered_by_the_gateway(office: Office) -> None:
    office.server.license(TENANT, False)
    answer = office.get("/v1/organization")
    assert answer.status_code == 403
    assert (answer.json()["ExceptionType"], answer.json()["ExceptionFaultCode"]) == ("IPPException", "12027")


# ---- people ----------------------------------------------------------------------------------------------------------


def test_a_person_signs_in_with_a_code_and_pkce(office: Office) -> None:
    back = authorize(office)
    assert back["state"] == "s1"
    told = exchange(office, code=back["code"]).json()
    assert opens(office, told["access_token"])
    who = claims(office, told["id_token"])
    assert (who["iss"], who["aud"], who["sub"], who["nonce"]) == (str(office.http.base_url).rstrip("/"), CLIENT, KARIN.sub, "n1")
    assert (who["name"], who["email"], who["exp"] - who["iat"]) == ("Karin Lindqvist", KARIN.email, 300)
    info = office.http.get("/connect/userinfo", headers={"Authorization": f"Bearer {told['access_token']}"})
    assert info.json()["sub"] == KARIN.sub
    assert office.get("/connect/userinfo").status_code == 401, "a service is nobody"


def test_a_signature_of_a_changed_token_does_not_hold(office: Office) -> None:
    head, body, signature = exchange(office, code=authorize(office)["code"]).json()["id_token"].split(".")
    other = urlsafe_b64encode(decoded(body).replace(b"Karin", b"Kalle")).rstrip(b"=").decode()
    with pytest.raises(InvalidSignature):
        claims(office, f"{head}.{other}.{signature}")


def test_discovery_names_addresses_that_answer(office: Office) -> None:
    told = office.read("/.well-known/openid-configuration")
    assert told["issuer"] == str(office.http.base_url).rstrip("/")
    for name in ("jwks_uri", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "end_session_endpoint"):
        assert office.get(told[name]).status_code in (200, 400, 401, 405), name


@pytest.mark.parametrize(
    ("of_the_code", "of_the_exchange"),
    [
        ({}, {"code_verifier": "w" * 43}),
        ({}, {"code_verifier": ""}),
        ({}, {"code_verifier": "v"}),
        ({"code_challenge": "", "code_challenge_method": ""}, {}),
        ({}, {"redirect_uri": "http://localhost:8000/elsewhere"}),
        ({}, {"code": "made-up"}),
        ({}, {"client_id": "isv_other", "client_secret": "hush too"}),
    ],
)
def test_a_code_is_refused(office: Office, of_the_code: dict[str, str], of_the_exchange: dict[str, str]) -> None:
    answer = exchange(office, **{"code": authorize(office, **of_the_code)["code"]} | of_the_exchange)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_code_lives_five_minutes_and_works_once(office: Office) -> None:
    old = authorize(office)["code"]
    office.clock.sleep(300)
    assert exchange(office, code=old).json()["error"] == "invalid_grant"
    code = authorize(office)["code"]
    access = exchange(office, code=code).json()["access_token"]
    assert exchange(office, code=code).json()["error"] == "invalid_grant"
    assert not opens(office, access), "who uses a code twice loses what the first use gave"


def test_a_refresh_token_works_once_and_its_reuse_revokes_everything(office: Office) -> None:
    first = exchange(office, code=authorize(office)["code"]).json()
    second = refresh(office, first["refresh_token"]).json()
    assert opens(office, second["access_token"])
    assert refresh(office, first["refresh_token"]).json()["error"] == "invalid_grant"
    assert not opens(office, second["access_token"])
    assert refresh(office, second["refresh_token"]).json()["error"] == "invalid_grant"
    assert office.get("/v1/organization").status_code == 200, "the service's own token is another matter"


def test_a_refresh_token_belongs_to_its_client_and_dies_unused() -> None:
    office = Office(options={"behaviours": Behaviours(refresh_seconds=1000)})
    try:
        told = exchange(office, code=authorize(office)["code"]).json()
        other = {"client_id": "isv_other", "client_secret": "hush too"}
        assert refresh(office, told["refresh_token"], **other).json()["error"] == "invalid_grant"
        told = refresh(office, told["refresh_token"]).json()
        office.clock.sleep(1000)
        assert refresh(office, told["refresh_token"]).json()["error"] == "invalid_grant"
    finally:
        office.close()


def test_no_refresh_token_without_offline_access(office: Office) -> None:
    told = exchange(office, code=authorize(office, scope="openid vismanet_erp_interactive_api:read")["code"]).json()
    assert "refresh_token" not in told and "email" not in claims(office, told["id_token"])


def test_a_revoked_token_opens_nothing(office: Office) -> None:
    access = exchange(office, code=authorize(office)["code"]).json()["access_token"]
    form = {"client_id": CLIENT, "client_secret": SECRET, "token": access}
    assert office.http.post("/connect/revocation", data=form).status_code == 200
    assert not opens(office, access)


def test_the_default_answer_is_a_form_that_posts_itself(office: Office) -> None:
    asked = {"client_id": CLIENT, "redirect_uri": BACK, "response_type": "code id_token", "scope": SCOPES, "state": 's"<1>',
             "nonce": "n2", "login_hint": KARIN.email}  # fmt: skip
    page = office.get("/connect/authorize", **asked)
    assert page.status_code == 200 and f'action="{BACK}"' in page.text
    fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page.text)}
    assert fields["state"] == 's"<1>' and claims(office, fields["id_token"])["nonce"] == "n2"
    half = urlsafe_b64encode(sha256(fields["code"].encode()).digest()[:16]).rstrip(b"=").decode()
    assert claims(office, fields["id_token"])["c_hash"] == half


def test_without_a_hint_the_page_offers_test_users_and_their_companies(office: Office) -> None:
    asked = {"client_id": CLIENT, "redirect_uri": BACK, "response_type": "code", "scope": SCOPES, "response_mode": "query"}
    page = office.get("/connect/authorize", **asked)
    links = [unescape(link) for link in re.findall(r'href="([^"]*)"', page.text)]
    assert len(links) == 2
    answer = office.http.get("/connect/authorize" + next(link for link in links if OTHER_TENANT in link))
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    token = exchange(office, code=code, code_verifier="").json()["access_token"]
    told = office.http.get("/v1/organization", headers={"Authorization": f"Bearer {token}"}).json()
    assert told[0]["name"] == "Annat AB"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid vismanet_erp_service_api:read"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"response_type": "code id_token", "nonce": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"tenant_id": "company-9"}, "access_denied"),
    ],
)
def test_a_wrong_question_goes_back_with_its_error(office: Office, changed: dict[str, str], error: str) -> None:
    assert authorize(office, **changed)["error"] == error


def test_a_stranger_is_shown_a_page_and_never_sent_back(office: Office) -> None:
    asked = {"client_id": CLIENT, "redirect_uri": BACK, "response_type": "code", "scope": SCOPES}
    for changed in ({"client_id": "isv_nobody"}, {"redirect_uri": "https://evil.example/back"}, {"redirect_uri": ""}):
        answer = office.get("/connect/authorize", **(asked | changed))
        assert answer.status_code == 400 and "Location" not in answer.headers


def test_registered_addresses_are_the_only_ones_and_people_see_their_companies() -> None:
    bo = Person("2", "Bo", "Ek", "bo@example.com", (OTHER_TENANT,))
    office = Office(options={"redirects": {CLIENT: frozenset({BACK})}, "people": (KARIN, bo)})
    try:
        assert office.get("/connect/authorize", client_id=CLIENT, redirect_uri="http://localhost:8000/x").status_code == 400
        assert "code" in authorize(office)
        assert authorize(office, login_hint="bo@example.com")["error"] == "access_denied"
        assert "code" in authorize(office, login_hint="bo@example.com", tenant_id=OTHER_TENANT)
    finally:
        office.close()


def test_signing_out_leads_back_only_to_this_machine(office: Office) -> None:
    assert office.get("/connect/endsession", post_logout_redirect_uri=BACK).headers["Location"] == BACK
    assert office.get("/connect/endsession", post_logout_redirect_uri="https://evil.example").status_code == 200


# ---- limits ----------------------------------------------------------------------------------------------------------


def test_calls_are_counted_for_each_company_and_client_in_a_fixed_window() -> None:
    office = Office(options={"limits": Limits(calls=3, window_seconds=600)})
    try:
        office.clock.seconds = 600 * 3_000_000.0 + 100.5
        office.sign_in()
        left = [office.get("/v1/currency").headers for _ in range(3)]
        assert [headers["X-RateLimit-Remaining"] for headers in left] == ["2", "1", "0"]
        assert (left[0]["X-RateLimit-Limit"], left[0]["X-RateLimit-Policy"]) == ("3", "4-fixed-window")
        refused = office.get("/v1/currency")
        assert (refused.status_code, refused.headers["Retry-After"], refused.headers["X-RateLimit-Reset"]) == (429, "500", "500")
        assert refused.json()["message"]
        office.sign_in(client_id="isv_other", client_secret="hush too")
        assert office.get("/v1/currency").status_code == 200, "another client has its own count"
        office.sign_in(tenant_id=OTHER_TENANT)
        assert office.get("/v1/currency").status_code == 200, "another company too"
        office.sign_in()
        office.clock.sleep(500)
        assert office.get("/v1/currency").headers["X-RateLimit-Remaining"] == "2"
    finally:
        office.close()


def test_refusals_count_too() -> None:
    office = Office(options={"limits": Limits(calls=2)})
    try:
        assert office.get("/v1/customer/9").headers["X-RateLimit-Remaining"] == "1"
        assert office.get("/v1/nothing").headers["X-RateLimit-Remaining"] == "0"
        assert office.get("/v1/customer/9").status_code == 429
    finally:
        office.close()
