"""The client of BankID against the simulated service: what is sent, what each answer means, whom it believes."""

from __future__ import annotations

import itertools
import json
import socket
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from fordran.connectors import registry
from fordran.connectors.bankid import messages
from fordran.connectors.bankid.client import BankId
from fordran.connectors.bankid.qr import launch_url, qr_text
from fordran.connectors.bankid.settings import PRODUCTION, SERVER_ROOTS, TEST
from fordran.core.problems import Refused
from fordran.ports.errors import Declined, Malformed, NotAllowed, PortError, Unavailable
from fordran.ports.signing import AlreadyInProgress, Browser, Complete, Failed, Order, OrderGone, Pending
from fordran.sandbox.bankid.authority import Authority
from tests.connectors.bankid_play import ASTRID, BJORN, TEXT, Play, play, sign_order

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "bankid"


@pytest.fixture(scope="module")
def bankid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    with play(tmp_path_factory.mktemp("bankid")) as made:
        yield made


# ---- the code ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (0, "dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8"),
        (1, "949d559bf23403952a94d103e67743126381eda00f0b3cbddbf7c96b1adcbce2"),
        (2, "a9e5ec59cb4eee4ef4117150abc58fad7a85439a6a96ccbecc3668b41795b3f3"),
    ],
)
def test_the_code_is_the_published_one(seconds: int, code: str) -> None:
    token = "67df3917-fa0d-44e5-b327-edcc928297f8"
    assert qr_text(token, "d28db9a7-4cde-429e-a983-359be676944c", seconds) == f"bankid.{token}.{seconds}.{code}"


def test_the_code_changes_with_the_second_and_not_within_it(bankid: Play) -> None:
    started = bankid.client.start(sign_order())
    first = bankid.client.qr(started)
    bankid.clock.seconds += 0.9
    assert bankid.client.qr(started) == first
    bankid.clock.seconds += 0.2
    assert bankid.client.qr(started).split(".")[2] == "1"
    assert started.qr_start_secret not in bankid.client.qr(started) + repr(started)


def test_a_link_opens_the_app_on_telephone_and_computer() -> None:
    assert launch_url("a b", mobile=True) == "https://app.bankid.com/?autostarttoken=a%20b&redirect=null"
    assert launch_url("ab", mobile=False) == "bankid:///?autostarttoken=ab&redirect=null"


# ---- what is sent -------------------------------------------------------------------------------------------------------


def test_an_order_is_sent_with_its_fields_and_no_empty_ones(bankid: Play) -> None:
    order = sign_order(
        markdown=True, personal_number=ASTRID, needs_code=True, policies=("1.2.3.4.25",), return_url="https://example.se/tillbaka#n=1",
        wants_risk=True, browser=Browser("example.se", "Mozilla/5.0" + "x" * 300, "d" * 64),
    )  # fmt: skip
    bankid.client.cancel(bankid.client.start(order).order_ref)
    sent = bankid.asked("/sign")
    assert b64decode(sent.pop("userVisibleData")).decode() == TEXT
    assert b64decode(sent.pop("userNonVisibleData")) == order.hidden
    assert sent == {
        "endUserIp": "192.0.2.7",
        "userVisibleDataFormat": "simpleMarkdownV1",
        "requirement": {"personalNumber": ASTRID, "pinCode": True, "certificatePolicies": ["1.2.3.4.25"]},
        "returnUrl": "https://example.se/tillbaka#n=1",
        "returnRisk": True,
        "web": {"referringDomain": "example.se", "userAgent": ("Mozilla/5.0" + "x" * 300)[:256], "deviceIdentifier": "d" * 64},
    }
    bankid.client.start(Order("auth", "2001:db8::7"))
    assert bankid.asked("/auth") == {"endUserIp": "2001:db8::7"}


@pytest.mark.parametrize(
    "order",
    [sign_order(text=""), sign_order(hidden=b""), sign_order(text="x" * 30_001), Order("auth", "192.0.2.1", text="x" * 1126)],
    ids=["no text", "nothing of its own", "too long to sign", "too long to identify by"],
)
def test_an_order_that_cannot_be_is_not_sent(bankid: Play, order: Order) -> None:
    before = len(bankid.server.seen)
    with pytest.raises(Malformed):
        bankid.client.start(order)
    assert len(bankid.server.seen) == before


# ---- from start to end --------------------------------------------------------------------------------------------------


def test_somebody_scans_signs_and_is_told_once(bankid: Play) -> None:
    started = bankid.client.start(sign_order(wants_risk=True))
    assert bankid.client.collect(started.order_ref) == Pending("outstandingTransaction", renewable=True)
    bankid.tap("/scan", qr=bankid.client.qr(started))
    assert bankid.client.collect(started.order_ref) == Pending("started", renewable=False)
    bankid.tap("/identify", order=started.order_ref, person=ASTRID)
    assert bankid.client.collect(started.order_ref) == Pending("userSign", renewable=False)
    bankid.tap("/sign", order=started.order_ref)
    end = bankid.client.collect(started.order_ref)
    assert isinstance(end, Complete)
    assert (end.person.number, end.person.name, end.person.given_name) == (ASTRID, "Astrid Provlund", "Astrid")
    assert (end.device.ip, end.risk) == ("192.0.2.7", "low")
    assert json.loads(end.raw)["completionData"]["signature"] == end.signature
    assert bankid.client.reread(started.order_ref, end.raw) == end
    assert ASTRID not in repr(end) and "Astrid" not in repr(end)
    with pytest.raises(OrderGone):
        bankid.client.collect(started.order_ref)


def test_the_app_is_opened_on_the_same_device(bankid: Play) -> None:
    started = bankid.client.start(sign_order())
    shown = bankid.tap("/open", autostarttoken=bankid.client.launch_url(started, mobile=False), person=BJORN)
    assert shown["text"] == TEXT and shown["party"] == "Fordran AB"
    bankid.tap("/sign", order=started.order_ref)
    assert isinstance(bankid.client.collect(started.order_ref), Complete)


@pytest.mark.parametrize(
    "hint", ["userCancel", "userDeclinedCall", "notSupportedByUserApp", "transactionRiskBlocked", "somethingNew"]
)
def test_a_person_says_no_in_every_way(bankid: Play, hint: str) -> None:
    started = bankid.picked_up(sign_order())
    bankid.tap("/cancel", order=started.order_ref, hint=hint)
    assert bankid.client.collect(started.order_ref) == Failed(hint)


def test_a_blocked_bankid_fails_and_a_slow_hand_too(bankid: Play) -> None:
    bankid.tap("/revoke", person=BJORN)
    started = bankid.picked_up(sign_order(), BJORN)
    bankid.tap("/sign", order=started.order_ref)
    bankid.tap("/restore", person=BJORN)
    assert bankid.client.collect(started.order_ref) == Failed("certificateErr")
    unseen, seen = bankid.client.start(sign_order()), bankid.picked_up(sign_order())
    bankid.clock.seconds += 30
    assert bankid.client.collect(unseen.order_ref) == Failed("startFailed")
    bankid.clock.seconds += 150
    assert bankid.client.collect(seen.order_ref) == Failed("expiredTransaction")


def test_a_second_order_for_the_same_person_ends_both(bankid: Play) -> None:
    started = bankid.client.start(sign_order(personal_number=ASTRID))
    with pytest.raises(AlreadyInProgress) as refused:
        bankid.client.start(sign_order(personal_number=ASTRID))
    assert isinstance(refused.value, Declined) and refused.value.code == "alreadyInProgress"
    assert ASTRID not in str(refused.value)
    assert bankid.client.collect(started.order_ref) == Failed("cancelled")


def test_what_we_cancel_cannot_be_cancelled_again(bankid: Play) -> None:
    started = bankid.client.start(sign_order())
    bankid.client.cancel(started.order_ref)
    with pytest.raises(OrderGone):
        bankid.client.cancel(started.order_ref)


# ---- trouble ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("401", NotAllowed), ("403", NotAllowed), ("html_403", NotAllowed), ("404", Malformed), ("empty_405", Malformed),
        ("408", Unavailable), ("415", Malformed), ("500", Unavailable), ("503", Unavailable), ("not_json", Malformed),
        ("cut", Unavailable), ("cut_after", Unavailable),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/sign", "/collect", "/cancel"])
def test_each_trouble_has_a_meaning(bankid: Play, path: str, kind: str, error: type[PortError]) -> None:
    started = bankid.client.start(sign_order())
    bankid.server.order_trouble(path, kind)
    with pytest.raises(error) as raised:
        match path:
            case "/sign":
                bankid.client.start(sign_order())
            case "/collect":
                bankid.client.collect(started.order_ref)
            case _:
                bankid.client.cancel(started.order_ref)
    assert type(raised.value) is error
    assert started.order_ref not in str(raised.value)


def test_an_order_that_never_was_is_gone_and_one_to_start_is_our_mistake(bankid: Play) -> None:
    with pytest.raises(OrderGone):
        bankid.client.collect("131daac9-16c6-4618-beb0-365768f37288")
    with pytest.raises(Malformed):
        bankid.client.start(sign_order(end_user_ip="nowhere"))


def test_an_end_that_was_lost_on_the_way_needs_a_new_order(bankid: Play) -> None:
    started = bankid.picked_up(sign_order())
    bankid.tap("/sign", order=started.order_ref)
    bankid.server.order_trouble("/collect", "cut_after")
    with pytest.raises(Unavailable):
        bankid.client.collect(started.order_ref)
    with pytest.raises(OrderGone):
        bankid.client.collect(started.order_ref)


def test_a_server_that_says_nothing_is_not_waited_for(bankid: Play) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"https://127.0.0.1:{silent.getsockname()[1]}/rp/v6.0"
        client = BankId(bankid.settings(base_url=address, timeout_seconds=1), clock=bankid.clock)
        with pytest.raises(Unavailable):
            client.start(sign_order())


# ---- whom it believes, and who believes it --------------------------------------------------------------------------------


def test_pem_and_p12_are_the_same_party(bankid: Play) -> None:
    started = bankid.client.start(sign_order())
    pem = BankId(bankid.settings(certificate=str(bankid.files["client.pem"]), passphrase=""), clock=bankid.clock)
    assert isinstance(pem.collect(started.order_ref), Pending)


def test_another_party_cannot_reach_our_order(bankid: Play) -> None:
    started = bankid.client.start(sign_order())
    other = bankid.folder / "other.pem"
    other.write_bytes(bankid.server.authority.relying_party("Annan AB", "5599000014").pem())
    client = BankId(bankid.settings(certificate=str(other)), clock=bankid.clock)
    for call in (client.collect, client.cancel):
        with pytest.raises(OrderGone):
            call(started.order_ref)
    assert isinstance(bankid.client.collect(started.order_ref), Pending)


def test_a_server_from_another_root_is_told_nothing(bankid: Play) -> None:
    client = BankId(bankid.settings(server_root=str(bankid.files["signature-root.pem"])), clock=bankid.clock)
    before = len(bankid.server.seen)
    with pytest.raises(NotAllowed):
        client.start(sign_order())
    assert len(bankid.server.seen) == before


def test_a_certificate_that_bankid_did_not_give_is_refused(bankid: Play) -> None:
    foreign = bankid.folder / "foreign.pem"
    foreign.write_bytes(Authority(bankid.clock.now()).relying_party("Falsk AB", "5599000014").pem())
    over = bankid.folder / "over.pem"
    over.write_bytes(bankid.server.authority.relying_party("Gammal AB", "5599000014", days=1).pem())
    for path in (foreign, over):
        client = BankId(bankid.settings(certificate=str(path)), clock=bankid.clock)
        with pytest.raises(NotAllowed):
            client.start(sign_order())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", "http://127.0.0.1:1/rp/v6.0"), ("organisation_number", "5566304929"), ("organisation_number", "556630-4928"),
        ("certificate", "/nowhere/client.p12"), ("signature_root", "/nowhere/root.pem"), ("timeout_seconds", 0),
        ("timeout_seconds", "15"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_named(bankid: Play, field: str, value: object) -> None:
    with pytest.raises(Refused) as refused:
        bankid.settings(**{field: value})
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_wrong_passphrase_and_a_file_without_certificate_are_named(bankid: Play) -> None:
    for settings, field in (
        (bankid.settings(passphrase="fel"), "certificate"),
        (bankid.settings(certificate=str(bankid.files["server-root.pem"])), "certificate"),
        (bankid.settings(signature_root=str(bankid.files["client.p12"])), "signature_root"),
        (bankid.settings(base_url=PRODUCTION), "server_root"),
        (bankid.settings(base_url=TEST + "/"), "server_root"),
    ):
        with pytest.raises(Refused) as refused:
            BankId(settings, clock=bankid.clock)
        assert [problem.field for problem in refused.value.problems] == [field]


def test_the_real_services_roots_are_known_by_fingerprint() -> None:
    assert {len(bytes.fromhex(one)) for one in SERVER_ROOTS.values()} == {32} and set(SERVER_ROOTS) == {PRODUCTION, TEST}


def test_the_registry_makes_it_and_tells_of_missing_settings(bankid: Play) -> None:
    settings = bankid.settings()
    given = {name: getattr(settings, name) for name in type(settings).__dataclass_fields__}
    assert registry.signing("bankid", given, clock=bankid.clock).name == "bankid"
    with pytest.raises(Refused) as refused:
        registry.signing("bankid", {"certificate": "x"}, clock=bankid.clock)
    assert {problem.field for problem in refused.value.problems} == {"server_root", "signature_root", "organisation_number"}
    assert "passphrase" not in repr(settings)


# ---- words --------------------------------------------------------------------------------------------------------------

HINTS = {
    "pending": ["outstandingTransaction", "noClient", "started", "userMrtd", "userCallConfirm", "userSign", "processing",
                "brandNew"],
    "failed": [
        "expiredTransaction", "certificateErr", "userCancel", "cancelled", "startFailed", "userDeclinedCall",
        "notSupportedByUserApp", "transactionRiskBlocked", "brandNew",
    ],
    "error": ["alreadyInProgress", "requestTimeout", "internalError", "maintenance", "invalidParameters", "unauthorized"],
}  # fmt: skip


def test_every_code_has_words_in_both_languages() -> None:
    for state, codes in HINTS.items():
        for code, by_qr, mobile in itertools.product(codes, (True, False), (True, False)):
            said = {
                language: messages.words(code, language=language, state=state, by_qr=by_qr, mobile=mobile)
                for language in ("sv", "en")
            }
            assert all(said.values()) and said["sv"] != said["en"]


@pytest.mark.parametrize(
    ("state", "code", "by_qr", "mobile", "name"),
    [
        ("pending", "outstandingTransaction", True, False, "RFA1"), ("pending", "outstandingTransaction", False, True, "RFA13"),
        ("pending", "noClient", True, True, "RFA1"), ("pending", "started", False, False, "RFA15A"),
        ("pending", "started", False, True, "RFA15B"), ("pending", "started", True, False, "RFA14A"),
        ("pending", "userMrtd", True, False, "RFA23"), ("pending", "userSign", True, False, "RFA9"),
        ("pending", "notInvented", True, False, "RFA21"), ("failed", "startFailed", True, False, "RFA17B"),
        ("failed", "startFailed", False, False, "RFA17A"), ("failed", "expiredTransaction", True, False, "RFA8"),
        ("failed", "certificateErr", True, False, "RFA16"), ("failed", "userCancel", True, False, "RFA6"),
        ("failed", "cancelled", True, False, "RFA3"), ("failed", "notInvented", True, False, "RFA22"),
        ("error", "alreadyInProgress", True, False, "RFA4"), ("error", "maintenance", True, False, "RFA5"),
        ("error", "unauthorized", True, False, "RFA22"),
    ],
)  # fmt: skip
def test_a_code_has_the_recommended_message(state: str, code: str, by_qr: bool, mobile: bool, name: str) -> None:
    assert messages.name_of(code, state=state, by_qr=by_qr, mobile=mobile) == name


def test_the_words_are_the_recommended_ones() -> None:
    path = REFERENCE / "user-messages.json"
    if not path.exists():
        pytest.skip("BankID's messages are not here to compare with")
    told = json.loads(path.read_text(encoding="utf-8"))["messages"]
    assert messages.table()["texts"] == {name: {"sv": one["sv"], "en": one["en"]} for name, one in told.items()}
