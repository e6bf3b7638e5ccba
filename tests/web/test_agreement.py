"""The agreement from the first look to the signed file: read, accepted, signed with the simulated BankID, refused, fetched."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from fordran.agreements.models import Acceptance, Evidence, SealedEvidence, Signer, SigningOrder
from fordran.agreements.standing import is_locked, standing
from fordran.connectors.clock import SystemClock
from fordran.creditors.models import Creditor, Membership
from fordran.day import world as the_world
from fordran.sandbox.bankid.people import PEOPLE
from fordran.sandbox.bankid.server import BankIdServer
from tests.build import an_office, day
from tests.connectors.bankid_play import ASTRID, US
from tests.web.conftest import a_user, set_today

TODAY = day("2026-02-04")
CODE = 'shape-rendering="crispEdges"'
"""Stands in the picture of a code only."""
AGENCY = """mode = "agency"
permit = "IMY 1"
permit_until = 2030-01-01
office_name = "Kravkontoret Mälarstrand AB"
office_number = "559923-4571"
"""


@dataclass
class Walk:
    """A company whose agreement waits, somebody who may sign, and a telephone."""

    creditor: Creditor
    client: Client
    server: BankIdServer

    def url(self, rest: str = "") -> str:
        return f"/{self.creditor.organisation_number}/agreement{rest}"

    def get(self, rest: str = "", status: int = 200) -> str:
        answer = self.client.get(self.url(rest))
        assert answer.status_code == status, answer.content.decode()
        return answer.content.decode()

    def form(self) -> dict[str, str]:
        shown = self.get()
        return {name: field(shown, name) for name in ("sha256", "once")} | {"stated": "1"}

    def accept(self, **changes: str) -> Any:
        return self.client.post(self.url("/accept"), self.form() | changes)

    def order(self) -> SigningOrder:
        answer = self.accept()
        assert answer.status_code == 302 and "/agreement/sign/" in answer.headers["Location"]
        return SigningOrder.objects.get(pk=answer.headers["Location"].rsplit("/", 1)[1])

    def poll(self, order: SigningOrder) -> dict[str, Any]:
        """As the page's script; BankID's two seconds have passed."""
        SigningOrder.objects.filter(pk=order.pk).update(asked_at=0)
        answer = self.client.get(f"/bankid/{order.pk}", headers={"accept": "application/json"})
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json()
        return told

    def scan(self, person: str = ASTRID) -> str:
        """The telephone picks the only code that is on a screen."""
        ref = next(one.ref for one in self.server.orders.pending() if one.picked_up_at is None)
        self.server.orders.pick(ref)
        self.server.orders.identify(ref, person)
        return ref

    def signed(self, defect: str = "", person: str = ASTRID) -> tuple[SigningOrder, dict[str, Any]]:
        order = self.order()
        self.server.orders.sign(self.scan(person), defect)  # type: ignore[arg-type]
        return order, self.poll(order)


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


@pytest.fixture(scope="module")
def bankid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BankIdServer, dict[str, Path]]]:
    server = BankIdServer(SystemClock())
    server.start()
    folder = tmp_path_factory.mktemp("bankid")
    yield server, server.write_files(folder, name="Fordran AB", organisation_number=US, passphrase="ord")
    server.stop()
    assert server.mistakes == []


@pytest.fixture
def set_up(bankid: tuple[BankIdServer, dict[str, Path]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> BankIdServer:
    server, files = bankid
    (tmp_path / "passphrase").write_text("ord\n")
    for name, value in {
        "CERTIFICATE": files["client.p12"], "PASSPHRASE_FILE": tmp_path / "passphrase",
        "SERVER_ROOT": files["server-root.pem"], "SIGNATURE_ROOT": files["signature-root.pem"],
        "BASE_URL": server.url, "ORGANISATION_NUMBER": US,
    }.items():  # fmt: skip
        monkeypatch.setenv(f"FORDRAN_BANKID_{name}", str(value))
    for one in server.orders.pending():
        server.orders.decline(one.ref)
    return server


def a_walk(server: BankIdServer, *, creditor: str = AGENCY, number: str = "556016-0680", role: str = "sign") -> Walk:
    office = an_office(number=number, creditor=creditor)
    Creditor.objects.filter(pk=office.creditor.pk).update(signs_here=True, active=False)
    office.creditor.refresh_from_db()
    client = Client(headers={"accept-language": "sv"})
    client.force_login(a_user(f"nils{number[-4:]}", office, role))
    return Walk(office.creditor, client, server)


@pytest.fixture
def walk(db: None, settings: Any, set_up: BankIdServer) -> Walk:
    settings.DEMO = True
    set_today(TODAY)
    return a_walk(set_up)


@pytest.fixture
def own(db: None, settings: Any, set_up: BankIdServer) -> Walk:
    settings.DEMO = True
    set_today(TODAY)
    return a_walk(set_up, creditor='mode = "own"')


# ---- reading -------------------------------------------------------------------------------------------------------


def test_nothing_else_opens_before_the_agreement_is_accepted(walk: Walk) -> None:
    for rest in ("", "cases", "settings/import-filter", "payouts"):
        answer = walk.client.get(f"/{walk.creditor.organisation_number}/{rest}")
        assert (answer.status_code, answer.headers["Location"]) == (302, walk.url())
    shown = walk.get()
    assert "Öppnas när avtalet är accepterat." in shown and f'href="/{walk.creditor.organisation_number}/cases"' not in shown
    assert walk.signed()[1]["go"] == walk.url()
    assert walk.client.get(f"/{walk.creditor.organisation_number}/cases").status_code == 200


def test_the_document_is_read_as_a_page_and_as_the_file_whose_fingerprint_is_shown(walk: Walk) -> None:
    shown = walk.get()
    assert "Mellan Kravkontoret Mälarstrand AB, 559923-4571, och Granholms Bygg &amp; Rör AB, 556016-0680" in shown
    assert "klientmedelskonto" in shown
    pdf = walk.client.get(walk.url("/document.pdf")).content
    sha256 = hashlib.sha256(pdf).hexdigest()
    assert field(shown, "sha256") == sha256
    assert " ".join(sha256[i : i + 4] for i in range(0, 64, 4)) in shown
    assert ">Stäng</a>" in walk.get("/document")


def test_english_is_a_translation_and_says_so(walk: Walk) -> None:
    english = walk.client.get(walk.url(), headers={"accept-language": "en"}).content.decode()
    assert "This is a translation. The Swedish text is the one that applies." in english and "client funds account" in english
    assert (
        "klientmedelskonto"
        in walk.client.get(walk.url("/document?language=sv"), headers={"accept-language": "en"}).content.decode()
    )


def test_the_list_says_of_each_company_of_the_person_how_it_stands(walk: Walk) -> None:
    user = Membership.objects.get(creditor=walk.creditor).user
    second = an_office(number="559999-0123", creditor=AGENCY).creditor
    Creditor.objects.filter(pk=second.pk).update(name="Granholms Fastighet AB", signs_here=True)
    Membership.objects.create(user=user, creditor=second, role="sign")
    walk.signed()
    shown = walk.get()
    listed = shown[shown.index("Avtal per företag") :]
    assert (
        "Signerat" in listed
        and "av Astrid Provlund" in listed
        and "Granholms Fastighet AB" in listed
        and "Ska signeras" in listed
    )


# ---- accepting -----------------------------------------------------------------------------------------------------


def test_accepting_without_stating_that_one_may_sign_is_refused_at_the_field(walk: Walk) -> None:
    answer = walk.accept(stated="")
    shown = answer.content.decode()
    assert answer.status_code == 422 and 'href="#f-stated"' in shown and 'id="f-stated-e"' in shown
    assert not SigningOrder.objects.exists()


def test_a_document_that_has_changed_since_it_was_shown_is_not_accepted(walk: Walk) -> None:
    answer = walk.accept(sha256="0" * 64)
    assert answer.status_code == 409 and "Dokumentet har ändrats" in answer.content.decode()
    assert not SigningOrder.objects.exists()


def test_who_may_only_work_reads_it_and_is_told_who_can_help(walk: Walk) -> None:
    Membership.objects.filter(creditor=walk.creditor).update(role="work")
    boss = a_user("boel")
    Membership.objects.create(user=boss, creditor=walk.creditor, role="sign")
    shown = walk.get()
    assert "signera" in shown and "Boel Ek" in shown and 'name="stated"' not in shown
    assert walk.client.post(walk.url("/accept"), {"stated": "1"}).status_code == 403


def test_own_collection_is_accepted_by_a_press(own: Walk) -> None:
    shown = own.get()
    assert "Villkor för eget inkasso" in shown and "BankID behövs inte" in shown
    form = own.form()
    for _ in range(3):  # a double click, and the back button
        assert own.client.post(own.url("/accept"), form).headers["Location"] == own.url()
    made = Acceptance.objects.get()
    assert (made.kind, made.version, made.way, made.statement) == (
        "own", 1, "plain", "Jag får teckna avtal för Granholms Bygg & Rör AB."
    )  # fmt: skip
    assert not is_locked(own.creditor)
    assert "Villkoren är accepterade av Nils0680 Ek" in own.get()
    assert not SigningOrder.objects.exists()


def test_without_bankid_an_agreement_with_an_office_cannot_be_signed_and_the_page_says_so(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = walk.form()
    monkeypatch.delenv("FORDRAN_BANKID_CERTIFICATE")
    assert "BankID är inte inställt här" in walk.get()
    assert walk.client.post(walk.url("/accept"), form).status_code == 422
    assert is_locked(walk.creditor)


def test_bankid_whose_settings_are_not_whole_is_told_to_the_operator_and_breaks_no_page(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fordran.config.examine import _bankid

    assert [found.ok for found in _bankid()] == [True]
    monkeypatch.setenv("FORDRAN_BANKID_SIGNATURE_ROOT", "/nowhere/root.pem")
    assert "BankID är inte inställt här" in walk.get()
    (found,) = _bankid()
    assert not found.ok and "/nowhere/root.pem" in found.words


# ---- signing -------------------------------------------------------------------------------------------------------


def test_the_whole_way_from_accept_to_signed(walk: Walk) -> None:
    order = walk.order()
    page = walk.get(f"/sign/{order.pk}")
    assert CODE in page and "Skanna aldrig en kod som någon annan visar" in page and "bankid:///?autostarttoken=" in page
    assert walk.poll(order)["words"] == "Starta BankID-appen."
    ref = walk.scan()
    told = walk.poll(order)
    assert (told["words"], told["svg"]) == (
        "Skriv in din säkerhetskod i BankID-appen och välj Identifiera eller Skriv under.",
        "",
    )
    words = b64decode(walk.server.orders.find(ref).asked.text).decode()
    assert "Jag godkänner Avtal om påminnelse- och inkassotjänst, version 1, för Granholms Bygg & Rör AB, 556016-0680." in words
    assert "Jag får teckna avtal för Granholms Bygg & Rör AB." in words
    walk.server.orders.sign(ref)
    told = walk.poll(order)
    assert (told["state"], told["go"]) == ("complete", walk.url())
    made = Acceptance.objects.get()
    assert (made.way, made.document.sha256 in words, made.by) == ("bankid", True, "nils0680")
    found = standing(walk.creditor, TODAY)
    assert (found.state, found.signed_version, found.by, found.on) == ("signed", 1, "Astrid Provlund", TODAY)
    assert "Avtalet är signerat av Astrid Provlund" in walk.get()


def test_name_and_number_of_the_signer_lie_sealed(walk: Walk) -> None:
    walk.signed()
    rows: list[Any] = [*Signer.objects.values(), *Evidence.objects.values(), *SealedEvidence.objects.values(),
                       *Acceptance.objects.values(), *SigningOrder.objects.values()]  # fmt: skip
    text = repr([{k: bytes(v) if isinstance(v, memoryview) else v for k, v in row.items()} for row in rows])
    assert ASTRID not in text and "Astrid" not in text and "Provlund" not in text
    from fordran.audit.models import Event

    assert "Astrid" not in repr(list(Event.objects.values()))


def test_a_double_click_and_the_back_button_lead_to_one_order(walk: Walk) -> None:
    form = walk.form()
    places = {walk.client.post(walk.url("/accept"), form).headers["Location"] for _ in range(3)}
    assert len(places) == 1 and SigningOrder.objects.count() == 1


def test_two_tabs_may_begin_but_one_signature_is_the_agreement(walk: Walk) -> None:
    first = walk.order()
    walk.server.orders.sign(walk.scan())
    second = walk.order()
    assert walk.poll(first)["state"] == "complete"
    walk.server.orders.sign(walk.scan(list(PEOPLE)[1]))
    assert walk.poll(second)["state"] == "complete"
    assert Acceptance.objects.count() == 1 and Evidence.objects.count() == 2
    assert "Signaturen räknas inte" in walk.get() and standing(walk.creditor, TODAY).by == "Astrid Provlund"


def test_after_the_end_a_reload_and_the_back_button_lead_to_what_is_signed(walk: Walk) -> None:
    order, _ = walk.signed()
    assert walk.client.get(walk.url(f"/sign/{order.pk}")).headers["Location"] == walk.url()
    assert walk.client.get(f"/bankid/{order.pk}").headers["Location"] == walk.url()
    answer = walk.client.post(walk.url("/accept"), {"stated": "1", "sha256": "0" * 64})
    assert (answer.status_code, answer.headers["Location"]) == (302, walk.url())
    assert Acceptance.objects.count() == 1


def test_cancelling_says_that_nothing_is_signed(walk: Walk) -> None:
    order = walk.order()
    answer = walk.client.post(f"/bankid/{order.pk}/cancel")
    assert answer.headers["Location"] == walk.url()
    assert "Du avbröt signeringen. Inget är signerat." in walk.get()
    assert walk.poll(order)["state"] == "failed" and is_locked(walk.creditor)
    assert walk.signed()[1]["state"] == "complete"  # and one may start again


HINTS = {
    "userCancel": ("Åtgärden avbruten.", "Action cancelled."),
    "expiredTransaction": ("BankID-appen svarar inte.", "The BankID app is not responding."),
    "certificateErr": ("Det BankID du försöker använda är för gammalt", "The BankID you are trying to use is blocked"),
    "cancelled": ("Åtgärden avbruten. Försök igen", "Action cancelled. Please try again."),
    "notSupportedByUserApp": ("Okänt fel. Försök igen.", "Unknown error. Please try again."),
}


@pytest.mark.parametrize("hint", HINTS)
def test_each_way_it_can_fail_has_its_text_in_both_languages_and_a_way_to_start_again(walk: Walk, hint: str) -> None:
    order = walk.order()
    walk.server.orders.decline(walk.scan(), hint)
    told = walk.poll(order)
    assert told["state"] == "failed" and told["words"].startswith(HINTS[hint][0])
    english = walk.client.get(f"/bankid/{order.pk}", headers={"accept": "application/json", "accept-language": "en"}).json()
    assert english["words"].startswith(HINTS[hint][1])
    page = walk.get(f"/sign/{order.pk}")
    assert f'href="{walk.url()}">Försök igen' in page
    assert is_locked(walk.creditor)


@pytest.mark.parametrize("hint", ["started", "userMrtd", "processing", "nyttAvEttSlag"])
def test_each_hint_while_it_waits_is_told_and_the_code_is_gone(walk: Walk, hint: str) -> None:
    order = walk.order()
    walk.server.orders.show(walk.scan(), hint)
    told = walk.poll(order)
    assert told["state"] == "pending" and told["picked_up"] and told["words"] and told["svg"] == ""


def test_on_a_telephone_the_own_device_comes_first(walk: Walk) -> None:
    phone = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148", "accept-language": "sv"}
    order = walk.order()
    shown = walk.client.get(walk.url(f"/sign/{order.pk}"), headers=phone).content.decode()
    assert "https://app.bankid.com/?autostarttoken=" in shown and CODE not in shown
    assert "Använd BankID på en annan enhet" in shown
    assert CODE in walk.client.get(walk.url(f"/sign/{order.pk}?way=qr"), headers=phone).content.decode()


def test_the_app_sends_the_person_back_with_a_nonce(walk: Walk) -> None:
    order = walk.order()
    seen = json.loads(next(body for path, _, body in reversed(walk.server.seen) if path == "/sign"))
    back = seen["returnUrl"].removeprefix("http://testserver")
    assert walk.client.get(back).headers["Location"] == f"/bankid/{order.pk}?way=here"
    assert walk.client.get(back[:-3]).status_code == 404
    stranger = Client(headers={"accept-language": "sv"})
    assert "Gå tillbaka till sidan där du började" in stranger.get(back).content.decode()


def test_an_order_of_another_session_is_not_there(walk: Walk) -> None:
    order = walk.order()
    other = Client(headers={"accept-language": "sv"})
    other.force_login(Membership.objects.get(creditor=walk.creditor).user)  # the same person, another browser
    assert other.get(f"/bankid/{order.pk}").status_code == 404
    assert other.get(walk.url(f"/sign/{order.pk}")).headers["Location"] == walk.url()
    assert "Försöket hörde till en annan inloggning" in other.get(walk.url()).content.decode()
    assert other.post(f"/bankid/{order.pk}/cancel").status_code == 404
    assert walk.poll(order)["state"] == "pending"


def test_an_order_of_one_company_opens_at_no_other(walk: Walk) -> None:
    order = walk.order()
    second = a_walk(walk.server, number="559999-0123")
    Membership.objects.create(user=Membership.objects.get(creditor=walk.creditor).user, creditor=second.creditor, role="sign")
    assert walk.client.get(second.url(f"/sign/{order.pk}")).status_code == 404


def test_strangers_and_neighbours_find_nothing_of_the_agreement(walk: Walk) -> None:
    order, _ = walk.signed()
    neighbour, stranger = a_walk(walk.server, number="559999-0123").client, Client()
    stranger.force_login(a_user("sten"))
    for rest in ("", "/document", "/document.pdf", "/accept", "/evidence.zip", f"/sign/{order.pk}"):
        for client in (neighbour, stranger):
            assert client.get(walk.url(rest)).status_code == 404, rest
            assert client.post(walk.url(rest)).status_code == 404, rest
        assert Client().get(walk.url(rest)).headers["Location"].startswith("/sign-in?next=")
    for client in (neighbour, stranger, Client()):
        assert client.get(f"/bankid/{order.pk}").status_code == 404
        assert client.post(f"/bankid/{order.pk}/cancel").status_code == 404


# ---- evidence that does not hold -------------------------------------------------------------------------------------


@pytest.mark.parametrize("defect", ["changed_text", "other_text", "other_hidden", "foreign", "revoked", "other_function", "late"])
def test_a_signature_that_does_not_hold_opens_nothing_and_is_kept_with_a_reference(walk: Walk, defect: str) -> None:
    order, told = walk.signed(defect)
    reference = order.pk.hex[:8].upper()
    assert told["words"] == f"Signaturen kunde inte kontrolleras. Avtalet är inte signerat. Referens {reference}."
    assert is_locked(walk.creditor) and not Acceptance.objects.exists()
    kept = Evidence.objects.get()
    assert (kept.holds, kept.acceptance, kept.reference) == (False, None, reference)
    assert any(not check["holds"] for check in kept.verdict["checks"])
    from fordran.audit.models import Event

    assert Event.objects.filter(verb="agreement_refused", subject=reference).exists()


def test_one_whose_role_is_taken_while_they_sign_accepts_nothing(walk: Walk) -> None:
    order = walk.order()
    walk.server.orders.sign(walk.scan())
    Membership.objects.filter(creditor=walk.creditor).update(role="read")
    assert walk.poll(order)["state"] == "complete"
    assert is_locked(walk.creditor) and Evidence.objects.get().acceptance is None


def test_an_answer_that_was_kept_by_one_that_died_is_finished_when_the_page_is_opened(walk: Walk) -> None:
    from fordran.agreements import orders
    from fordran.creditor_pages.bankid import SECRET

    order = walk.order()
    walk.server.orders.sign(walk.scan())
    desk = the_world.signing()
    assert desk is not None
    secret = walk.client.session[SECRET]
    visitor = orders.Visitor(secret, order.user_id, "127.0.0.1", "testserver")
    SigningOrder.objects.filter(pk=order.pk).update(asked_at=0)
    assert orders.poll(desk, order.pk, visitor).state == "complete"  # and here the process dies
    assert is_locked(walk.creditor)
    assert "Avtalet är signerat av Astrid Provlund" in walk.get()
    assert not is_locked(walk.creditor) and SigningOrder.objects.get(pk=order.pk).taken


# ---- afterwards ----------------------------------------------------------------------------------------------------


def test_the_signed_agreement_is_fetched_with_its_evidence_and_holds_when_looked_at_again(walk: Walk) -> None:
    from fordran.agreements.bundle import from_file, look_again

    walk.signed()
    answer = walk.client.get(walk.url("/evidence.zip"))
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
        assert set(opened.namelist()) == {
            "README.txt", "agreement.pdf", "answer.json", "evidence.json", "ocsp.der", "request.json", "signature.xml"
        }  # fmt: skip
        assert opened.read("signature.xml").startswith(b"<?xml")
        assert opened.read("agreement.pdf") == walk.client.get(walk.url("/document.pdf")).content
    assert walk.client.get(walk.url("/evidence.zip")).content == answer.content
    desk = the_world.signing()
    assert desk is not None
    checks = look_again(from_file(answer.content), desk.signing)
    assert len(checks) > 18 and [check.name for check in checks if not check.holds] == []


@pytest.mark.parametrize(
    ("name", "change", "fails"),
    [
        ("agreement.pdf", lambda content: content.replace(b"PDF", b"pdf", 1), "document"),
        ("evidence.json", lambda content: content.replace(b"Astrid", b"Astrod"), "signer"),
        ("request.json", lambda content: content.replace("Jag godkänner".encode(), "Jag godkänner inte".encode()), "text"),
        ("answer.json", lambda content: content.replace(b'"signature": "PD94', b'"signature": "QD94'), "shape"),
    ],
)
def test_a_file_of_evidence_that_was_changed_does_not_hold(
    walk: Walk, name: str, change: Callable[[bytes], bytes], fails: str
) -> None:
    from fordran.agreements.bundle import from_file, look_again

    walk.signed()
    content = walk.client.get(walk.url("/evidence.zip")).content
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(stream, "w") as after:
        for one in before.namelist():
            old = before.read(one)
            new = change(old) if one == name else old
            assert one != name or new != old
            after.writestr(one, new)
    desk = the_world.signing()
    assert desk is not None
    checks = look_again(from_file(stream.getvalue()), desk.signing)
    assert fails in [check.name for check in checks if not check.holds]


def test_the_evidence_is_not_for_those_who_only_read_and_fetching_it_is_written_down(walk: Walk) -> None:
    from fordran.audit.models import Event

    walk.signed()
    walk.client.get(walk.url("/evidence.zip"))
    assert Event.objects.filter(verb="agreement_evidence_fetched").count() == 1
    Membership.objects.filter(creditor=walk.creditor).update(role="read")
    assert walk.client.get(walk.url("/evidence.zip")).status_code == 403


def test_a_new_version_asks_anew_and_stops_nothing(walk: Walk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fordran.agreements import documents

    walk.signed()
    for path in documents.TEXTS.glob("*.md"):
        (tmp_path / path.name).write_text(path.read_text())
    newer = (documents.TEXTS / "agency-1.sv.md").read_text().replace("version = 1", "version = 2")
    (tmp_path / "agency-2.sv.md").write_text(newer.replace("2026-01-01", "2026-02-01"))
    monkeypatch.setenv("FORDRAN_AGREEMENTS", str(tmp_path))
    found = standing(walk.creditor, TODAY)
    assert (found.state, found.version, found.signed_version, found.last_day) == ("new_version", 2, 1, day("2026-03-03"))
    assert not is_locked(walk.creditor)
    assert walk.client.get(f"/{walk.creditor.organisation_number}/cases").status_code == 200
    cases = walk.client.get(f"/{walk.creditor.organisation_number}/cases").content.decode()
    assert "Det finns en ny version av avtalet" in cases and "2026-03-03" in cases
    assert "senast" in walk.get() and walk.signed()[1]["state"] == "complete"
    assert standing(walk.creditor, TODAY).state == "signed"
    assert sorted(Acceptance.objects.values_list("version", flat=True)) == [1, 2]
    assert "ny version" not in walk.client.get(f"/{walk.creditor.organisation_number}/cases").content.decode()
