"""BankID as a door, against the simulator over mutual TLS: added to an account, signing in, proving who one is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from fordran.agreements.models import SigningOrder
from fordran.connectors.clock import SystemClock
from fordran.sandbox.bankid.people import PEOPLE
from fordran.sandbox.bankid.server import BankIdServer
from tests.access.doors import a_browser, a_person, an_app, is_in, sign_in, turn_back
from tests.connectors.bankid_play import ASTRID, US

pytestmark = pytest.mark.django_db
OTHER = next(number for number in PEOPLE if number != ASTRID)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BankIdServer, dict[str, str]]]:
    server = BankIdServer(SystemClock())
    server.start()
    folder = tmp_path_factory.mktemp("bankid")
    files = server.write_files(folder, name="Fordran AB", organisation_number=US, passphrase="ord")
    (folder / "passphrase").write_text("ord\n")
    told: dict[str, Path | str] = {
        "CERTIFICATE": files["client.p12"], "PASSPHRASE_FILE": folder / "passphrase", "SERVER_ROOT": files["server-root.pem"],
        "SIGNATURE_ROOT": files["signature-root.pem"], "BASE_URL": server.url, "ORGANISATION_NUMBER": US,
    }  # fmt: skip
    yield server, {f"FORDRAN_BANKID_{name}": str(value) for name, value in told.items()}
    server.stop()
    assert server.mistakes == []


@pytest.fixture
def phone(running: tuple[BankIdServer, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> BankIdServer:
    server, told = running
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    for one in server.orders.pending():
        server.orders.decline(one.ref)
    return server


def begin(browser: Client, address: str, **posted: str) -> SigningOrder:
    answer = browser.post(address, posted)
    assert answer.status_code == 302 and answer["Location"].startswith("/bankid/"), answer["Location"]
    return SigningOrder.objects.get(pk=answer["Location"].rsplit("/", 1)[1])


def finish(phone: BankIdServer, browser: Client, order: SigningOrder, person: str = ASTRID, defect: str = "") -> Any:
    """The telephone says yes; where the page that waits then leads."""
    ref = next(one.ref for one in phone.orders.pending() if one.picked_up_at is None)
    phone.orders.pick(ref)
    phone.orders.identify(ref, person)
    phone.orders.sign(ref, defect)  # type: ignore[arg-type]
    SigningOrder.objects.filter(pk=order.pk).update(asked_at=0)
    told = browser.get(f"/bankid/{order.pk}", headers={"accept": "application/json"}).json()
    return browser.get(told["go"]) if told["go"] else told


def agnes_with_bankid(phone: BankIdServer) -> tuple[Any, Client, str]:
    user = a_person()
    secret, browser = an_app(user), a_browser()
    sign_in(browser, user, secret, steps=-1)
    assert finish(phone, browser, begin(browser, "/account/bankid"))["Location"] == "/account"
    return user, browser, secret


def test_bankid_is_added_to_an_account_and_then_signs_in(phone: BankIdServer) -> None:
    user, first, _ = agnes_with_bankid(phone)
    assert "Nu kan du logga in med BankID" in first.get("/account").content.decode()
    browser = a_browser()
    assert "Logga in med BankID" in browser.get("/sign-in").content.decode()
    answer = finish(phone, browser, begin(browser, "/sign-in/bankid", next="/companies"))
    assert answer["Location"] == "/companies" and browser.session["_auth_user_id"] == str(user.pk)
    assert browser.get("/account/passkeys/add").status_code == 200, "it is a fresh proof"


def test_number_and_name_lie_sealed(phone: BankIdServer) -> None:
    from fordran.access.bankid import name_of
    from fordran.access.models import BankIdPerson

    agnes_with_bankid(phone)
    kept = BankIdPerson.objects.get()
    raw = b" ".join(bytes(one) for one in (kept.number_index, kept.number_sealed, kept.name_sealed))
    assert ASTRID.encode() not in raw and b"Astrid" not in raw
    assert name_of(kept).startswith("Astrid")
    assert not SigningOrder.objects.exclude(answer_sealed=None).exists(), "nothing personal stays in the order"


def test_somebody_nobody_knows_gets_no_user(phone: BankIdServer) -> None:
    from django.contrib.auth.models import User

    browser = a_browser()
    answer = finish(phone, browser, begin(browser, "/sign-in/bankid"))
    assert answer["Location"] == "/sign-in?failed=unknown" and not is_in(browser) and not User.objects.exists()
    assert "Ingen här har den inloggningen" in browser.get(answer["Location"]).content.decode()


def test_an_order_lets_in_once_and_only_in_its_own_browser(phone: BankIdServer) -> None:
    agnes_with_bankid(phone)
    browser, other = a_browser(), a_browser()
    order = begin(browser, "/sign-in/bankid")
    assert other.get(f"/bankid/{order.pk}").status_code == 404
    assert finish(phone, browser, order)["Location"] == "/"
    browser.post("/sign-out")
    for one in (browser, other):
        assert one.get("/sign-in/bankid/done")["Location"] == "/sign-in?failed=failed"
        assert not is_in(one)


@pytest.mark.parametrize("defect", ["changed_text", "foreign", "revoked"])
def test_evidence_that_does_not_hold_lets_nobody_in(phone: BankIdServer, defect: str) -> None:
    agnes_with_bankid(phone)
    browser = a_browser()
    order = begin(browser, "/sign-in/bankid")
    told = finish(phone, browser, order, defect=defect)
    assert told["state"] == "refused" and "kunde inte kontrolleras" in told["words"]
    assert browser.get("/sign-in/bankid/done")["Location"] == "/sign-in?failed=failed" and not is_in(browser)


def test_one_bankid_signs_one_person_in(phone: BankIdServer) -> None:
    user, _, _ = agnes_with_bankid(phone)
    bo, browser = a_person("bo"), a_browser()
    sign_in(browser, bo, an_app(bo))
    answer = finish(phone, browser, begin(browser, "/account/bankid"))
    assert "hör redan till någon annan" in browser.get(answer["Location"]).content.decode()
    other = a_browser()
    finish(phone, other, begin(other, "/sign-in/bankid"))
    assert other.session["_auth_user_id"] == str(user.pk)


def test_who_one_is_is_proved_by_ones_own_bankid_only(phone: BankIdServer) -> None:
    _, browser, _ = agnes_with_bankid(phone)
    turn_back(minutes=6)
    assert browser.get("/account/codes")["Location"] == "/account/prove?next=%2Faccount%2Fcodes"
    assert "Använd BankID" in browser.get("/account/prove?next=/account/codes").content.decode()
    wrong = finish(phone, browser, begin(browser, "/account/prove/bankid", next="/account/codes"), person=OTHER)
    assert wrong["Location"] == "/account/prove?next=%2Faccount%2Fcodes"
    assert "Det där var inte du" in browser.get(wrong["Location"]).content.decode()
    right = finish(phone, browser, begin(browser, "/account/prove/bankid", next="/account/passkeys/add"))
    assert right["Location"] == "/account/passkeys/add"
    assert browser.get("/account/passkeys/add").status_code == 200


def test_bankid_is_taken_away_again(phone: BankIdServer) -> None:
    _, browser, _ = agnes_with_bankid(phone)
    assert browser.post("/account/bankid/remove")["Location"] == "/account"
    other = a_browser()
    assert finish(phone, other, begin(other, "/sign-in/bankid"))["Location"] == "/sign-in?failed=unknown"


def test_orders_to_sign_in_are_limited(phone: BankIdServer) -> None:
    browser = a_browser()
    places = [browser.post("/sign-in/bankid")["Location"] for _ in range(21)]
    assert all(place.startswith("/bankid/") for place in places[:20]) and places[20].startswith("/sign-in")
    assert "många försök" in browser.get("/sign-in").content.decode()
