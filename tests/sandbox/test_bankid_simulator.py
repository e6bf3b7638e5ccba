"""The simulated BankID by itself, over the wire and without our client: what the real one's documents say it does."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import uuid
from base64 import b64decode, b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.x509 import ocsp

from fordran.sandbox.bankid.people import PEOPLE
from fordran.sandbox.bankid.server import BankIdServer

ASTRID, BJORN, CECILIA = list(PEOPLE)[:3]
TEXT = b64encode(b"Jag lovar <b>inget</b>.").decode()


@dataclass
class Time:
    seconds: float = 1_795_000_000.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Wire:
    def __init__(self, folder: Path) -> None:
        self.clock = Time()
        self.server = BankIdServer(self.clock)
        self.server.start()
        self.files = self.server.write_files(folder, name="Säljaren AB", organisation_number="5599000006", passphrase="ord")
        self.rp = self.with_certificate("client.pem")
        self.phone = httpx.Client(base_url=self.server.phone_url, trust_env=False)

    def with_certificate(self, name: str) -> httpx.Client:
        context = ssl.create_default_context(cafile=str(self.files["server-root.pem"]))
        if name:
            context.load_cert_chain(self.files[name])
        return httpx.Client(verify=context, trust_env=False)

    def post(self, path: str, body: Any = None, **how: Any) -> httpx.Response:
        content = how.pop("content", json.dumps(body).encode())
        headers = how.pop("headers", {"Content-Type": "application/json"})
        return self.rp.post(self.server.url + path, content=content, headers=headers)

    def start(self, path: str = "/sign", **more: Any) -> dict[str, str]:
        reply = self.post(path, {"endUserIp": "192.0.2.1", "userVisibleData": TEXT, **more})
        assert reply.status_code == 200, reply.text
        started: dict[str, str] = reply.json()
        return started

    def collect(self, started: dict[str, str]) -> dict[str, Any]:
        told: dict[str, Any] = self.post("/collect", {"orderRef": started["orderRef"]}).json()
        return told

    def tap(self, path: str, /, **said: str) -> httpx.Response:
        return self.phone.post(path, json=said)

    def code(self, started: dict[str, str], seconds: int) -> str:
        made = hmac.new(started["qrStartSecret"].encode(), str(seconds).encode(), hashlib.sha256).hexdigest()
        return f"bankid.{started['qrStartToken']}.{seconds}.{made}"


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    made = Wire(tmp_path_factory.mktemp("bankid"))
    yield made
    made.server.stop()
    assert made.server.mistakes == []


# ---- the service --------------------------------------------------------------------------------------------------------


def test_an_order_has_four_names_of_its_own(wire: Wire) -> None:
    started = wire.start()
    assert list(started) == ["orderRef", "autoStartToken", "qrStartToken", "qrStartSecret"]
    assert len({str(uuid.UUID(text)) for text in started.values()}) == 4


def test_without_a_certificate_the_answer_is_a_page(wire: Wire) -> None:
    reply = wire.with_certificate("").post(wire.server.url + "/auth", json={})
    assert (reply.status_code, reply.headers["Content-Type"]) == (403, "text/html") and "403 Forbidden" in reply.text


def test_whoever_connects_and_says_nothing_holds_up_nobody(wire: Wire) -> None:
    with socket.create_connection(("127.0.0.1", httpx.URL(wire.server.url).port or 0)):
        assert wire.start()


def test_an_end_is_told_to_one_of_many_who_ask_at_once(wire: Wire) -> None:
    started = wire.start()
    wire.tap("/scan", qr=wire.code(started, 0), person=ASTRID)
    wire.tap("/sign", order=started["orderRef"])
    with ThreadPoolExecutor(4) as askers:
        told = list(askers.map(lambda _: wire.collect(started), range(8)))
    assert sorted(one.get("status") or one["errorCode"] for one in told) == ["complete", *["invalidParameters"] * 7]


def test_the_probe_for_health_is_answered_405_with_nothing(wire: Wire) -> None:
    reply = wire.rp.get(wire.server.url + "/auth")
    assert (reply.status_code, reply.content) == (405, b"")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/json;charset=UTF-8", "text/plain", ""])
def test_the_content_type_is_exact(wire: Wire, kind: str) -> None:
    reply = wire.post("/auth", {"endUserIp": "192.0.2.1"}, headers={"Content-Type": kind})
    assert (reply.status_code, reply.json()["errorCode"]) == (415, "unsupportedMediaType")


def test_another_address_is_not_found(wire: Wire) -> None:
    assert wire.post("/payment", {}).json()["errorCode"] == "notFound"


@pytest.mark.parametrize(
    "body",
    [
        [], "hej", {}, {"endUserIp": "192.0.2"}, {"endUserIp": "192.0.2.1", "userVisibleData": ""},
        {"endUserIp": "192.0.2.1", "userVisibleData": "inte base64!"},
        {"endUserIp": "192.0.2.1", "userVisibleData": "A" * 40_004},
        {"endUserIp": "192.0.2.1", "userVisibleData": TEXT, "userNonVisibleData": ""},
        {"endUserIp": "192.0.2.1", "userVisibleData": TEXT, "userVisibleDataFormat": "html"},
        {"endUserIp": "192.0.2.1", "userVisibleData": TEXT, "surprise": 1},
        {"endUserIp": "192.0.2.1", "userVisibleData": TEXT, "requirement": {"personalNumber": "7104129808"}},
        {"endUserIp": "192.0.2.1", "userVisibleData": TEXT, "requirement": {"pinCode": "true"}},
        {"endUserIp": "192.0.2.1", "userVisibleData": TEXT, "requirement": {"certificatePolicies": ["*"]}},
        {"endUserIp": "192.0.2.1", "userVisibleData": TEXT, "requirement": {"tokenStartRequired": True}},
        {"endUserIp": "192.0.2.1", "userVisibleData": TEXT, "returnUrl": ""},
        {"endUserIp": "192.0.2.1", "userVisibleData": TEXT, "returnRisk": 1},
        {"endUserIp": "192.0.2.1", "userVisibleData": TEXT, "web": {"deviceIdentifier": "d" * 65}},
    ],
)  # fmt: skip
def test_what_is_not_in_the_documents_is_refused(wire: Wire, body: Any) -> None:
    reply = wire.post("/sign", body)
    assert (reply.status_code, reply.json()["errorCode"]) == (400, "invalidParameters")
    assert reply.json()["details"]


def test_what_is_not_json_is_refused(wire: Wire) -> None:
    assert wire.post("/sign", content=b"{").json()["errorCode"] == "invalidParameters"


def test_a_person_on_the_telephone_is_asked_about_the_call(wire: Wire) -> None:
    for path, more in (("/phone/auth", {}), ("/phone/sign", {"userVisibleData": TEXT})):
        reply = wire.post(path, {"personalNumber": CECILIA, "callInitiator": "user", **more})
        assert list(reply.json()) == ["orderRef"]
        assert wire.collect(reply.json())["hintCode"] == "userCallConfirm"
        assert wire.tap("/sign", order=reply.json()["orderRef"]).status_code == 200
        assert wire.collect(reply.json())["status"] == "complete"
    assert wire.post("/phone/auth", {"personalNumber": CECILIA}).status_code == 400


# ---- time ---------------------------------------------------------------------------------------------------------------


def test_nobody_comes_within_thirty_seconds(wire: Wire) -> None:
    started, other = wire.start(), wire.start()
    wire.clock.seconds += 29.9
    assert wire.collect(started) == {"orderRef": started["orderRef"], "status": "pending", "hintCode": "outstandingTransaction"}
    wire.clock.seconds += 0.1
    assert wire.collect(started) == {"orderRef": started["orderRef"], "status": "failed", "hintCode": "startFailed"}
    assert wire.collect(started)["errorCode"] == "invalidParameters"
    wire.clock.seconds += 160
    assert wire.collect(other)["errorCode"] == "invalidParameters"


def test_whoever_came_has_three_minutes(wire: Wire) -> None:
    started = wire.start()
    wire.clock.seconds += 20
    assert wire.tap("/scan", qr=wire.code(started, 20), person=ASTRID).status_code == 200
    wire.clock.seconds += 179
    assert wire.collect(started)["hintCode"] == "userSign"
    wire.clock.seconds += 1
    assert wire.collect(started)["hintCode"] == "expiredTransaction"


@pytest.mark.parametrize(("signs", "kept"), [(True, 180), (False, 300)])
def test_the_end_is_kept_for_a_while(wire: Wire, signs: bool, kept: int) -> None:
    for wait, there in ((kept - 1, True), (kept, False)):
        started = wire.start()
        wire.tap("/scan", qr=wire.code(started, 0), person=ASTRID)
        wire.tap("/sign" if signs else "/cancel", order=started["orderRef"])
        wire.clock.seconds += wait
        assert ("status" in wire.collect(started)) is there


# ---- the telephone --------------------------------------------------------------------------------------------------------


def test_a_code_must_be_of_this_second_and_of_this_order(wire: Wire) -> None:
    started, other = wire.start(), wire.start()
    wire.clock.seconds += 10
    mixed = wire.code({**started, "qrStartSecret": other["qrStartSecret"]}, 10)
    for code in (
        "hej",
        "bankid.x.0.y",
        "bankid.x.٣.y",
        wire.code(started, 7),
        wire.code(started, 13),
        mixed,
        wire.code(started, 10)[:-1],
    ):
        reply = wire.tap("/scan", qr=code)
        assert reply.status_code == 409 and reply.json()["said"]
    assert wire.collect(started)["hintCode"] == "outstandingTransaction"
    assert wire.tap("/scan", qr=wire.code(started, 12)).status_code == 200
    assert wire.tap("/scan", qr=wire.code(started, 10)).status_code == 409
    assert wire.tap("/open", autostarttoken=other["autoStartToken"]).status_code == 200
    assert wire.tap("/open", autostarttoken=other["autoStartToken"]).status_code == 409


def test_the_wrong_person_has_no_bankid_for_the_order(wire: Wire) -> None:
    started = wire.start(requirement={"personalNumber": BJORN})
    assert wire.tap("/scan", qr=wire.code(started, 0), person=ASTRID).status_code == 409
    assert wire.collect(started)["hintCode"] == "started"
    assert wire.tap("/sign", order=started["orderRef"]).status_code == 409
    assert wire.tap("/identify", order=started["orderRef"], person=BJORN).status_code == 200
    assert wire.tap("/sign", order=started["orderRef"]).status_code == 200
    assert wire.collect(started)["completionData"]["user"]["personalNumber"] == BJORN


def test_a_bankid_of_another_kind_will_not_do(wire: Wire) -> None:
    for policies, status in ((["1.2.3.4.10"], 409), (["1.2.3.4.25"], 200), (["1.2.3.4.*"], 200)):
        started = wire.start(requirement={"certificatePolicies": policies})
        assert wire.tap("/scan", qr=wire.code(started, 0), person=ASTRID).status_code == status


def test_a_person_has_one_order_at_a_time(wire: Wire) -> None:
    first, second = wire.start(), wire.start()
    wire.tap("/scan", qr=wire.code(first, 0), person=ASTRID)
    wire.tap("/scan", qr=wire.code(second, 0), person=ASTRID)
    assert wire.collect(first)["hintCode"] == "cancelled"
    reply = wire.post("/auth", {"endUserIp": "192.0.2.1", "requirement": {"personalNumber": ASTRID}})
    assert (reply.status_code, reply.json()["errorCode"]) == (400, "alreadyInProgress")
    assert wire.collect(second)["hintCode"] == "cancelled"


def test_the_telephone_never_shows_the_relying_partys_secrets(wire: Wire) -> None:
    started = wire.start()
    shown = wire.phone.get("/orders").text + wire.tap("/scan", qr=wire.code(started, 0)).text
    assert started["orderRef"] in shown
    assert started["qrStartSecret"] not in shown and started["autoStartToken"] not in shown
    wire.tap("/cancel", order=started["orderRef"])


def test_a_hint_of_ones_own_and_trouble_can_be_ordered(wire: Wire) -> None:
    started = wire.start()
    wire.tap("/hint", order=started["orderRef"], hint="userMrtd")
    assert wire.collect(started)["hintCode"] == "userMrtd"
    wire.tap("/trouble", path="/collect", kind="503")
    assert wire.collect(started)["errorCode"] == "maintenance"
    assert wire.collect(started)["hintCode"] == "userMrtd"
    assert wire.tap("/sign", order=started["orderRef"], defect="nonsense").status_code == 409
    assert wire.tap("/scan").status_code == 400
    assert wire.tap("/nowhere").status_code == 404


# ---- the evidence, looked at by another hand ------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the command openssl is not here")
def test_openssl_finds_the_signature_good(wire: Wire, tmp_path: Path) -> None:
    """By the bytes of the document and the command openssl alone: canonicalisation and the verifier are out of it."""
    started = wire.start(userNonVisibleData=b64encode(b"nonce").decode())
    wire.tap("/scan", qr=wire.code(started, 0), person=ASTRID)
    wire.tap("/sign", order=started["orderRef"])
    data = wire.collect(started)["completionData"]
    document = b64decode(data["signature"]).decode()

    def part(tag: str) -> str:
        found = re.search(rf"<{tag}[ >].*?</{tag}>", document)
        assert found
        return found[0]

    info, keys, signed = part("SignedInfo"), part("KeyInfo"), part("bankIdSignedData")
    digests = re.findall("<DigestValue>(.*?)</DigestValue>", info)
    assert digests == [b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in (signed, keys)]
    chain = [b64decode(one) for one in re.findall("<X509Certificate>(.*?)</X509Certificate>", keys)]
    pems = [ssl.DER_cert_to_PEM_cert(one) for one in chain]
    for name, content in (("user.pem", pems[0]), ("between.pem", "".join(pems[1:])), ("info", info)):
        (tmp_path / name).write_text(content)
    value = re.search("<SignatureValue>(.*?)</SignatureValue>", document)
    assert value
    (tmp_path / "value").write_bytes(b64decode(value[1]))
    root = str(wire.files["signature-root.pem"])
    run = lambda *words: subprocess.run(["openssl", *words], cwd=tmp_path, capture_output=True, text=True)  # noqa: E731
    (tmp_path / "key.pem").write_text(run("x509", "-in", "user.pem", "-noout", "-pubkey").stdout)
    assert run("dgst", "-sha256", "-verify", "key.pem", "-signature", "value", "info").stdout == "Verified OK\n"
    at = str(int(wire.clock.now()))
    checked = run("verify", "-attime", at, "-CAfile", root, "-untrusted", "between.pem", "user.pem")
    assert checked.returncode == 0, checked.stderr
    (tmp_path / "answer.der").write_bytes(b64decode(data["ocspResponse"]))
    answered = run("ocsp", "-respin", "answer.der", "-CAfile", root, "-verify_other", "between.pem", "-resp_text", "-attime", at)
    assert "Cert Status: good" in answered.stdout and "verify OK" in answered.stdout + answered.stderr, answered.stderr


def test_the_answer_is_dated_by_the_plays_clock(wire: Wire) -> None:
    started = wire.start()
    wire.tap("/scan", qr=wire.code(started, 0), person=ASTRID)
    wire.tap("/sign", order=started["orderRef"])
    answer = ocsp.load_der_ocsp_response(b64decode(wire.collect(started)["completionData"]["ocspResponse"]))
    assert answer.produced_at_utc == datetime.fromtimestamp(int(wire.clock.now()), UTC)


# ---- pages ----------------------------------------------------------------------------------------------------------------


def test_a_person_plays_it_with_forms_alone(wire: Wire) -> None:
    started = wire.start(returnUrl="https://example.se/tillbaka")
    form = lambda path, **said: wire.phone.post(path, data=said).text  # noqa: E731
    assert "Läs av koden" in wire.phone.get("/").text
    page = form("/scan", qr=wire.code(started, 0))
    assert "Skriv under hos Säljaren AB" in page and "Jag lovar &lt;b&gt;inget&lt;/b&gt;." in page
    assert "Säkerhetskod" in form("/identify", order=started["orderRef"], person=ASTRID)
    done = form("/sign", order=started["orderRef"], code="123456")
    assert "Klart" in done and 'href="https://example.se/tillbaka"' in done
    assert "gäller inte längre" in form("/scan", qr=wire.code(started, 0))


def test_a_person_without_a_camera_chooses_the_code_they_see(wire: Wire) -> None:
    started = wire.start()
    assert started["orderRef"] in wire.phone.get("/").text
    assert "Vems telefon är det?" in wire.phone.post("/pick", data={"order": started["orderRef"]}).text
    assert started["orderRef"] not in wire.phone.get("/").text
    assert wire.tap("/pick", order=started["orderRef"]).status_code == 409


def test_the_command_serves_it(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "fordran.cli.main",
        "sandbox",
        "bankid",
        "--port",
        "0",
        "--phone-port",
        "0",
        "--dir",
        str(tmp_path),
    ]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ})
    try:
        assert child.stdout is not None
        url = child.stdout.readline().removeprefix("ready: ").strip()
        context = ssl.create_default_context(cafile=str(tmp_path / "server-root.pem"))
        context.load_cert_chain(tmp_path / "client.pem")
        assert httpx.Client(verify=context, trust_env=False).get(f"{url}/auth").status_code == 405
        assert (tmp_path / "client.p12").stat().st_mode & 0o077 == 0
    finally:
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=20)
    assert child.returncode == 0
