"""What a telephone signs, and what is answered about its certificate: the two parts of the evidence, as genuine ones look.

`Defect` is how a test makes one that must be refused: everything else in it is as it should be, and it is signed in earnest.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from fordran.sandbox.bankid.authority import Authority, Holder, moment
from fordran.sandbox.bankid.people import TestPerson

DSIG = "http://www.w3.org/2000/09/xmldsig#"
TYPES = "http://www.bankid.com/signature/v1.0.0/types"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"

Defect = Literal[
    "", "changed_text", "other_text", "other_hidden", "other_function", "other_party", "other_person", "foreign", "expired",
    "revoked", "unknown", "other_nonce", "own_responder", "about_another", "late", "stale",
]  # fmt: skip
DEFECTS: dict[Defect, str] = {
    "changed_text": "the text is changed after it was signed",
    "other_text": "another text than the one sent is signed",
    "other_hidden": "other hidden data than those sent are signed",
    "other_function": "an identification is passed off as a signature, or the other way",
    "other_party": "it is signed for another company",
    "other_person": "the certificate is another person's than the answer names",
    "foreign": "the certificates come from another root",
    "expired": "the certificate's time was over",
    "revoked": "the certificate was revoked",
    "unknown": "the certificate is not known",
    "other_nonce": "the answer about the certificate was given for another signature",
    "own_responder": "a customer of the bank answers about the certificate",
    "about_another": "the answer is about another certificate",
    "late": "it was signed an hour later",
    "stale": "what is said of the certificate was known an hour before, and for a minute only",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be signed. `text` and `hidden` are base64, as they came."""

    signs: bool
    text: str
    hidden: str
    party_name: str
    organisation_number: str
    ip: str


@dataclass(frozen=True, slots=True)
class Evidence:
    signature: str  # base64
    ocsp: str
    issued_on: str  # of the certificate, 2026-10-26Z


def sign(authority: Authority, who: TestPerson, wanted: Wanted, now: float, defect: Defect = "") -> Evidence:
    if defect == "foreign":
        authority = Authority(now)
    holder = authority.person(who, now)
    if defect == "expired":
        holder = authority.issue(who, moment(now) - timedelta(days=730), 729)
    if defect == "other_person":
        other = TestPerson(who.number[:-1] + str((int(who.number[-1]) + 1) % 10), who.given_name, who.surname)
        holder = authority.issue(other, moment(now) - timedelta(days=30), 730)
    data = _data(wanted, defect)
    keys = _keys(holder, authority)
    info = _info(data, keys)
    value = _b64(holder.key.sign(info.encode(), PKCS1v15(), SHA256()))
    if defect == "changed_text":
        data = (
            data.replace("<funcId>", "<funcId> ", 1) if not wanted.text else data.replace(wanted.text, _b64("ändrat".encode()), 1)
        )
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>'
        f'<Signature xmlns="{DSIG}">{info}<SignatureValue>{value}</SignatureValue>{keys}<Object>{data}</Object></Signature>'
    )
    signature = _b64(document.encode())
    answer = _answer(authority, holder, who, signature, now, defect)
    return Evidence(signature, _b64(answer), f"{holder.certificate.not_valid_before_utc:%Y-%m-%d}Z")


def _b64(content: bytes) -> str:
    return b64encode(content).decode()


def _digest(part: str) -> str:
    """The parts are written in canonical form, so that their bytes are what is digested."""
    return _b64(hashlib.sha256(part.encode()).digest())


def _data(wanted: Wanted, defect: Defect) -> str:
    text = _b64(b"Jag lovar allt.") if defect == "other_text" else wanted.text
    hidden = _b64(b"annat") if defect == "other_hidden" else wanted.hidden
    number = "5599000000" if defect == "other_party" else wanted.organisation_number
    signs = wanted.signs != (defect == "other_function")
    party = f"cn={wanted.party_name},name={wanted.party_name},serialNumber={number},o=Testbank A AB (publ),c=SE"
    seen = f'<usrVisibleData charset="UTF-8" visible="wysiwys">{text}</usrVisibleData>' if text else ""
    unseen = f"<usrNonVisibleData>{hidden}</usrNonVisibleData>" if hidden else ""
    nonce = _b64(hashlib.sha1(hidden.encode(), usedforsecurity=False).digest())
    return (
        f'<bankIdSignedData xmlns="{TYPES}" Id="bidSignedData">{seen}{unseen}'
        f"<srvInfo><name>{_b64(party.encode())}</name><nonce>{nonce}</nonce>"
        f"<displayName>{_b64(wanted.party_name.encode())}</displayName></srvInfo>"
        f"<clientInfo><funcId>{'Signing' if signs else 'Identification'}</funcId><version>{_b64(b'Sandbox=1')}</version>"
        f"<env><ai><type>{_b64(b'SANDBOX')}</type><deviceInfo>{_b64(b'1')}</deviceInfo><uhi>sandbox</uhi><fsib>0</fsib><utb>cs1</utb>"
        "<uauth>pw</uauth></ai></env></clientInfo></bankIdSignedData>"
    )


def _keys(holder: Holder, authority: Authority) -> str:
    three = (holder, authority.customers, authority.bank)
    written = "".join(f"<X509Certificate>{_b64(one.certificate.public_bytes(Encoding.DER))}</X509Certificate>" for one in three)
    return f'<KeyInfo xmlns="{DSIG}" Id="bidKeyInfo"><X509Data>{written}</X509Data></KeyInfo>'


def _info(data: str, keys: str) -> str:
    def reference(attributes: str, digest: str) -> str:
        return (
            f'<Reference {attributes}><Transforms><Transform Algorithm="{C14N}"></Transform></Transforms>'
            '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>'
            f"<DigestValue>{digest}</DigestValue></Reference>"
        )

    return (
        f'<SignedInfo xmlns="{DSIG}"><CanonicalizationMethod Algorithm="{C14N}"></CanonicalizationMethod>'
        '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>'
        + reference(f'Type="{TYPES}" URI="#bidSignedData"', _digest(data))
        + reference('URI="#bidKeyInfo"', _digest(keys))
        + "</SignedInfo>"
    )


def _answer(authority: Authority, holder: Holder, who: TestPerson, signature: str, now: float, defect: Defect) -> bytes:
    at = moment(now + (3600 if defect == "late" else 0))
    about = authority.issue(who, at - timedelta(days=30), 730) if defect == "about_another" else holder
    responder = holder if defect == "own_responder" else authority.responder
    status = ocsp.OCSPCertStatus.GOOD
    if defect in ("revoked", "unknown"):
        status = ocsp.OCSPCertStatus.REVOKED if defect == "revoked" else ocsp.OCSPCertStatus.UNKNOWN
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    known = at - timedelta(hours=1) if defect == "stale" else at
    referred = "another" if defect == "other_nonce" else signature
    nonce = hashlib.sha1(referred.encode(), usedforsecurity=False).digest() + b"sandbox"
    made = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=about.certificate, issuer=authority.customers.certificate, algorithm=SHA1(), cert_status=status,
            this_update=known, next_update=known + timedelta(minutes=1),
            revocation_time=at - timedelta(days=1) if revoked else None, revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
        .certificates([responder.certificate])
        .add_extension(x509.OCSPNonce(nonce), critical=False)
        .sign(responder.key, SHA256())
    )  # fmt: skip
    return _made_at(made, responder, f"{at:%Y%m%d%H%M%S}Z")


def _made_at(answer: ocsp.OCSPResponse, responder: Holder, when: str) -> bytes:
    """The builder dates an answer by the machine's clock; ours is the play's. Both ways are as long, so nothing else moves."""
    dated = b"\x18\x0f"  # a GeneralizedTime of 15 characters; the first in an answer says when it was made
    before = answer.tbs_response_bytes
    place = before.index(dated) + len(dated)
    after = before[:place] + when.encode() + before[place + 15 :]
    whole = answer.public_bytes(Encoding.DER).replace(before, after)
    return whole.replace(answer.signature, responder.key.sign(after, PKCS1v15(), SHA256()))
