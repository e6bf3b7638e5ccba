"""BankID's evidence, good and bad: from the simulator's telephone, from a forger's hand, and a genuine one."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from fordran.connectors.bankid.verify import CHECKS, Expected, verify
from fordran.ports.signing import Complete, Device, Order, Person, Verdict
from fordran.sandbox.bankid.authority import Authority, Holder, make, moment
from fordran.sandbox.bankid.evidence import DEFECTS, Defect, Wanted, sign
from fordran.sandbox.bankid.people import PEOPLE, TestPerson
from tests.connectors.bankid_play import TEXT, US, sign_order

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "bankid" / "signature-sample-identification.xml"
NOW = 1_795_000_000.0  # 2026-11-18
ASTRID, BJORN = list(PEOPLE.values())[:2]
REF = "131daac9-16c6-4618-beb0-365768f37288"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority(NOW)


def made(
    authority: Authority, order: Order, *, now: float = NOW, who: TestPerson = ASTRID, defect: Defect = "", ref: str = REF
) -> Complete:
    wanted = Wanted(
        order.kind == "sign",
        b64encode(order.text.encode()).decode(),
        b64encode(order.hidden).decode(),
        "Fordran AB",
        US,
        "192.0.2.7",
    )
    evidence = sign(authority, who, wanted, now, defect)
    person = Person(who.number, who.name, who.given_name, who.surname)
    return Complete(ref, person, Device("192.0.2.7"), evidence.signature, evidence.ocsp)


def judged(authority: Authority, complete: Complete, order: Order, *, ref: str = REF, now: float = NOW, us: str = US) -> Verdict:
    return verify(complete, Expected(order, ref, us, now - 60, now + 2), [authority.root.certificate])


def document(complete: Complete) -> str:
    return b64decode(complete.signature).decode()


def with_document(complete: Complete, text: str) -> Complete:
    return replace(complete, signature=b64encode(text.encode()).decode())


# ---- good -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "order",
    [
        sign_order(),
        sign_order(personal_number=ASTRID.number),
        sign_order(text="# Avtal\n| a | b |", markdown=True),
        sign_order(text="Åäö < & > \" ' \r\n rad två\t\N{GRINNING FACE}", hidden=bytes(range(256))),
        sign_order(text="å" * 15_000, hidden=b"\0" * 150_000),
        Order("auth", "192.0.2.7"),
        Order("auth", "192.0.2.7", text="Logga in", hidden=b"n"),
    ],
)
def test_evidence_of_what_was_asked_for_holds(authority: Authority, order: Order) -> None:
    complete = made(authority, order)
    verdict = judged(authority, complete, order)
    assert verdict.failed == () and verdict.holds
    assert [check.name for check in verdict.checks] == list(CHECKS)
    assert verdict.certified_at == NOW
    assert verdict.fingerprint == hashlib.sha256(complete.signature.encode()).hexdigest()
    assert len(verdict.certificates) == 4
    assert verdict.certificates[-1] == authority.root.certificate.fingerprint(SHA256()).hex()


def test_evidence_holds_long_after_the_certificates_are_over() -> None:
    then = 946_684_800.0  # 2000-01-01; the bank's certificates ended ten years later
    authority, order = Authority(then), sign_order()
    assert judged(authority, made(authority, order, now=then), order, now=then).holds


def test_an_answer_signed_by_the_bank_itself_holds(authority: Authority) -> None:
    other, order = Authority(NOW), sign_order()
    for ca in (other.customers, other.bank):
        other.responder = ca
        assert judged(other, made(other, order), order).failed == ()


def test_without_any_check_nothing_holds() -> None:
    assert not Verdict((), "").holds


# ---- what the other side got wrong --------------------------------------------------------------------------------------

FAILS: dict[Defect, set[str]] = {
    "changed_text": {"digests", "text"},
    "other_text": {"text"},
    "other_hidden": {"hidden"},
    "other_function": {"function"},
    "other_party": {"party"},
    "other_person": {"person"},
    "foreign": {"root", "ocsp_signer"},
    "expired": {"validity"},
    "revoked": {"ocsp_good"},
    "unknown": {"ocsp_good"},
    "other_nonce": {"ocsp_nonce"},
    "own_responder": {"ocsp_signer"},
    "about_another": {"ocsp_certificate"},
    "late": {"time"},
    "stale": {"ocsp_good"},
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_fails_by_its_name_and_says_why(authority: Authority, defect: Defect) -> None:
    order = sign_order()
    verdict = judged(authority, made(authority, order, defect=defect), order)
    assert set(verdict.failed) == FAILS[defect] and not verdict.holds
    assert all(bool(check.why) is not check.holds for check in verdict.checks)


def test_an_identification_is_no_signature_and_the_other_way(authority: Authority) -> None:
    order = Order("auth", "192.0.2.7", text=TEXT, hidden=sign_order().hidden)
    assert judged(authority, made(authority, order), sign_order()).failed == ("function",)
    assert judged(authority, made(authority, sign_order()), order).failed == ("function",)


# ---- what was asked for was something else --------------------------------------------------------------------------------


def test_evidence_of_one_order_does_not_do_for_another(authority: Authority) -> None:
    first, second = sign_order(), sign_order(hidden=b'{"nonce": "a2"}')
    complete = made(authority, first)
    other_ref = "99999999-16c6-4618-beb0-365768f37288"
    assert judged(authority, complete, second, ref=other_ref).failed == ("order", "hidden")
    assert judged(authority, replace(complete, order_ref=other_ref), second, ref=other_ref).failed == ("hidden",)
    assert judged(authority, complete, first, now=NOW + 3600).failed == ("time",)
    assert judged(authority, complete, first, now=NOW - 3600).failed == ("time",)
    assert judged(authority, complete, first).fingerprint == judged(authority, complete, second, ref=other_ref).fingerprint


def test_another_text_person_or_company_than_ours_is_refused(authority: Authority) -> None:
    complete = made(authority, sign_order())
    assert judged(authority, complete, sign_order(text=TEXT + " ")).failed == ("text",)
    assert judged(authority, complete, sign_order(text=TEXT.replace("\n", "\r\n"))).failed == ("text",)
    assert judged(authority, complete, sign_order(personal_number=BJORN.number)).failed == ("person",)
    assert judged(authority, complete, sign_order(), us="5599000014").failed == ("party",)
    named = replace(complete, person=replace(complete.person, number=BJORN.number))
    assert judged(authority, named, sign_order()).failed == ("person",)


# ---- a forger's hand ------------------------------------------------------------------------------------------------------


def test_no_letter_of_the_signature_can_be_changed(authority: Authority) -> None:
    order = sign_order()
    complete = made(authority, order)
    text = document(complete)
    begin, value = text.index("<SignedInfo"), text.index("</SignatureValue>")
    places = [at for at in range(begin, len(text), 41) if text[at].isalnum() and not value - 4 <= at < value]
    for at in places:
        changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        failed = set(judged(authority, with_document(complete, changed), order).failed) - {"ocsp_nonce"}
        assert failed & {"shape", "digests", "signature"}, f"{text[at - 20 : at]}[{text[at]}]{text[at + 1 : at + 20]}"


def _twice(text: str) -> str:
    data = text[text.index("<bankIdSignedData") : text.index("</Object>")]
    return text.replace("<Object>", f"<Object>{data}", 1)


@pytest.mark.parametrize(
    "forge",
    [
        _twice,
        lambda text: text.replace("</Object>", "</Object><Object></Object>"),
        lambda text: text.replace("<Object>", "<Object><!-- -->"),
        lambda text: text.replace("</usrVisibleData>", "<!-- x --></usrVisibleData>"),
        lambda text: text.replace("</usrVisibleData>", "<?x y?></usrVisibleData>"),
        lambda text: text.replace("</usrVisibleData>", "</usrVisibleData><usrVisibleData>YQ==</usrVisibleData>"),
        lambda text: text.replace("<srvInfo>", '<srvInfo Id="bidSignedData">'),
        lambda text: text.replace("?><Signature", '?><!DOCTYPE a [<!ENTITY b "c">]><Signature'),
        lambda text: text + "<!-- after -->",
        lambda text: text.replace("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-md5"),
        lambda text: text.replace("xmlenc#sha256", "xmldsig#sha1"),
        lambda text: text.replace('URI="#bidKeyInfo"', 'URI=""'),
        lambda text: text.replace("REC-xml-c14n-20010315", "REC-xml-c14n-20010315#WithComments"),
        lambda text: re.sub("<X509Certificate>.*?</X509Certificate>", "", text, count=1),
        lambda text: re.sub("<X509Certificate>.{9}", "<X509Certificate>", text, count=1),
        lambda text: text.replace("<Signature ", "<Unterschrift ").replace("</Signature>", "</Unterschrift>"),
        lambda text: text[:-20],
        lambda text: "",
        lambda text: "hej" * 1_000_000,
    ],
)
def test_another_shape_is_no_signature(authority: Authority, forge: object) -> None:
    order = sign_order()
    complete = made(authority, order)
    forged = forge(document(complete))  # type: ignore[operator]
    assert forged != document(complete)
    verdict = judged(authority, with_document(complete, forged), order)
    assert "shape" in verdict.failed and {"digests", "signature", "text", "person"} <= set(verdict.failed)


def test_a_person_cannot_make_certificates_for_others(authority: Authority) -> None:
    """Astrid's own key is BankID's; it vouches for a Björn that is her."""
    forger, order = Authority(NOW), sign_order()
    astrid = authority.person(ASTRID, NOW)
    forger.root, forger.bank, forger.customers = authority.root, authority.customers, astrid
    assert {"chain", "root"} <= set(judged(authority, made(forger, order, who=BJORN), order).failed)


def test_a_bank_of_the_same_name_is_not_the_bank(authority: Authority) -> None:
    forger, order = Authority(NOW), sign_order()
    forger.bank = authority.bank  # the genuine one is shown, above customers of a bank that only has its name
    assert "chain" in judged(authority, made(forger, order), order).failed


def test_an_answer_is_believed_only_from_one_made_for_answering(authority: Authority) -> None:
    order, names = sign_order(), {x509.NameOID.COMMON_NAME: "Testbank A OCSP"}
    for issuer, days in ((authority.customers, 7300.0), (authority.customers, 1.0), (None, 7300.0)):
        forger = like(authority)
        extension = [] if days == 7300 else [x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.OCSP_SIGNING])]
        forger.responder = make(names, issuer, authority.begins, days, *extension)
        assert judged(authority, made(forger, order), order).failed == ("ocsp_signer",)


@pytest.mark.parametrize("ocsp", ["", "inte base64", "AAAA", b64encode(b"\x30\x03\x0a\x01\x06").decode()])
def test_without_an_answer_about_the_certificate_nothing_holds(authority: Authority, ocsp: str) -> None:
    order = sign_order()
    verdict = judged(authority, replace(made(authority, order), ocsp=ocsp), order)
    assert {"ocsp_answer", "ocsp_good", "ocsp_nonce", "validity", "time"} <= set(verdict.failed)
    assert verdict.certified_at is None


def test_without_a_root_nothing_holds(authority: Authority) -> None:
    order = sign_order()
    complete = made(authority, order)
    for roots in ([], [authority.server_root.certificate], [authority.bank.certificate], [Authority(NOW).root.certificate]):
        verdict = verify(complete, Expected(order, REF, US, NOW - 60, NOW), roots)
        assert set(verdict.failed) == {"root", "ocsp_signer"}


def remade(authority: Authority, holder: Holder, issuer: Holder, *changed: x509.ExtensionType) -> Holder:
    """The same certificate but for these extensions."""
    kinds = {type(one) for one in changed}
    old = holder.certificate
    kept = [one for one in old.extensions if type(one.value) not in kinds]
    kept += [x509.Extension(one.oid, True, one) for one in changed]
    builder = x509.CertificateBuilder(
        issuer.certificate.subject, old.subject, old.public_key(), x509.random_serial_number(),
        old.not_valid_before_utc, old.not_valid_after_utc, kept,
    )  # fmt: skip
    return Holder(builder.sign(issuer.key, SHA256()), holder.key)


def test_a_ca_allows_no_more_below_it_than_it_says(authority: Authority) -> None:
    order = sign_order()
    for length, failed in ((2, ()), (1, ("root",))):
        other = like(authority)
        other.root = remade(authority, authority.root, authority.root, x509.BasicConstraints(ca=True, path_length=length))
        assert judged(other, made(other, order), order).failed == failed


def test_what_was_not_made_for_signing_does_not_sign_and_no_ca_without_saying_so(authority: Authority) -> None:
    order, none = sign_order(), dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign", "encipher_only",
         "decipher_only"), False
    )  # fmt: skip
    other = like(authority)
    idle = x509.KeyUsage(digital_signature=False, key_cert_sign=False, **none)
    other._people = {ASTRID.number: remade(authority, authority.person(ASTRID, NOW), authority.customers, idle)}
    assert judged(other, made(other, order), order).failed == ("chain",)
    for change in (
        x509.BasicConstraints(ca=False, path_length=None),
        x509.KeyUsage(digital_signature=True, key_cert_sign=False, **none),
    ):
        other = like(authority)
        other.customers = remade(authority, authority.customers, authority.bank, change)
        assert "chain" in judged(other, made(other, order), order).failed


def like(authority: Authority) -> Authority:
    """The same keys and certificates, to change some of."""
    other = Authority.__new__(Authority)
    other.__dict__.update(authority.__dict__)
    return other


def test_a_weak_key_is_no_key(authority: Authority) -> None:
    forger, order = like(authority), sign_order()
    weak, whole = generate_private_key(65537, 1024), authority.issue(ASTRID, moment(NOW - 86_400), 700)
    builder = x509.CertificateBuilder(
        whole.certificate.issuer, whole.certificate.subject, weak.public_key(), x509.random_serial_number(),
        whole.certificate.not_valid_before_utc, whole.certificate.not_valid_after_utc, list(whole.certificate.extensions),
    )  # fmt: skip
    forger._people = {ASTRID.number: Holder(builder.sign(authority.customers.key, SHA256()), weak)}
    assert judged(authority, made(forger, order), order).failed == ("signature",)


# ---- a genuine one --------------------------------------------------------------------------------------------------------


def test_a_genuine_signature_is_read_as_it_was_made(authority: Authority) -> None:
    """An identification of 2022 at BankID's test service; root and answer are not with it, so those checks cannot hold."""
    if not SAMPLE.exists():
        pytest.skip("the genuine signature is not here")
    genuine = SAMPLE.read_bytes()
    order = Order("auth", "192.0.2.7", text="signeringstext", hidden=b"ej synlig")
    person = Person("191212121212", "Tolvan Tolvansson", "Tolvan", "Tolvansson")
    complete = Complete(REF, person, Device("192.0.2.7"), b64encode(genuine).decode(), "")
    expected = Expected(order, REF, "5566304928", NOW, NOW)
    missing = {"root", "validity", "ocsp_answer", "ocsp_signer", "ocsp_certificate", "ocsp_good", "ocsp_nonce", "time"}
    assert set(verify(complete, expected, [authority.root.certificate]).failed) == missing
    changed = genuine.replace(b"c2lnbmVyaW5nc3RleHQ=", b"c2lnbmVyaW5nc3RleHU=")
    tampered = replace(complete, signature=b64encode(changed).decode())
    assert set(verify(tampered, expected, []).failed) - missing == {"digests", "text"}
    as_signed = replace(expected, order=replace(order, kind="sign"))
    assert set(verify(complete, as_signed, []).failed) - missing == {"function"}
