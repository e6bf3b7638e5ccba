"""Whether BankID's evidence holds, by itself: what it was signed with, by whom, when, and that it is what we asked for.

Nobody is asked and no clock is read, so that the same evidence gets the same verdict years later. BankID looks at all this before
it answers; this is so that we, and a court, need not take its word (developers.bankid.com: Signature; Verify).
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ocsp

from fordran.connectors.bankid import chain, signature
from fordran.ports.signing import Check, Complete, Order, Verdict

T = TypeVar("T")

SLACK = timedelta(minutes=5)
"""How far the clocks of BankID and ours may be apart."""
_PARTY = re.compile(r"(?:^|,)serialNumber=(?:16)?([0-9]{10})(?=,|$)")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Expected:
    """What we asked for. `organisation_number` is ours, ten digits; times are seconds since 1970, of our own clock."""

    order: Order
    order_ref: str
    organisation_number: str
    started_at: float
    collected_at: float


def verify(complete: Complete, expected: Expected, roots: Sequence[x509.Certificate]) -> Verdict:
    """Every check, in order; one that needs what cannot be read does not hold. Raises nothing for bad evidence."""
    evidence = _Evidence(complete, expected, roots)
    checks = [_checked(name, look, evidence) for name, look in CHECKS.items()]
    answer = evidence.answer
    certificates, _ = _tried(lambda: [evidence.all_signed().certificates[0], *evidence.cas()])
    return Verdict(
        checks,
        hashlib.sha256(complete.signature.encode()).hexdigest(),
        (answer.produced_at_utc - _BEGINNING).total_seconds() if answer else None,
        tuple(chain.fingerprint(one) for one in certificates or ()),
    )


class _Evidence:
    """What could be read of it; `trouble` says why a part is missing."""

    def __init__(self, complete: Complete, expected: Expected, roots: Sequence[x509.Certificate]) -> None:
        self.complete, self.expected, self.roots = complete, expected, roots
        self.signed, self.trouble = _tried(lambda: signature.read(b64decode(complete.signature, validate=True)))
        self.answer, self.answer_trouble = _tried(lambda: _read_answer(b64decode(complete.ocsp, validate=True)))

    def all_signed(self) -> signature.Signed:
        if self.signed is None:
            raise ValueError("the signature cannot be read")
        return self.signed

    def whole_answer(self) -> ocsp.OCSPResponse:
        if self.answer is None:
            raise ValueError("the answer about the certificate cannot be read")
        return self.answer

    def root(self) -> x509.Certificate | None:
        """The one we were given that made the bank's."""
        bank = self.all_signed().certificates[-1]
        return next((root for root in self.roots if chain.issued(bank, root)), None)

    def cas(self) -> list[x509.Certificate]:
        root = self.root()
        return [*self.all_signed().certificates[1:], *([root] if root else [])]


def _read_answer(der: bytes) -> ocsp.OCSPResponse:
    answer = ocsp.load_der_ocsp_response(der)
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise ValueError("the answer says that it is none")
    if len(list(answer.responses)) != 1:
        raise ValueError("the answer is about several certificates")
    return answer


def _tried(read: Callable[[], T]) -> tuple[T | None, str]:
    """What was read, or why it cannot be. Whatever goes wrong with evidence that others made counts against it: what a library
    raises for a certificate that somebody twisted cannot be listed."""
    try:
        return read(), ""
    except Exception as error:
        return None, str(error) or type(error).__name__


def _checked(name: str, look: Callable[[_Evidence], str], evidence: _Evidence) -> Check:
    why, trouble = _tried(lambda: look(evidence))
    if trouble:
        why = f"it cannot be looked at: {trouble}"
    return Check(name, not why, why or "")


# ---- one thing at a time: a sentence when it does not hold -----------------------------------------------------------------


def _order(evidence: _Evidence) -> str:
    same = evidence.complete.order_ref == evidence.expected.order_ref
    return "" if same else "this is the evidence of another order"


def _shape(evidence: _Evidence) -> str:
    return evidence.trouble and f"this is no signature of BankID's shape: {evidence.trouble}"


def _digests(evidence: _Evidence) -> str:
    signed = evidence.all_signed()
    return "" if signed.told == signed.found else "what is signed was changed afterwards"


def _signature(evidence: _Evidence) -> str:
    signed = evidence.all_signed()
    key = signed.certificates[0].public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return "the key is not of the kind that the signature names"
    held = chain.signature_holds(key, signed.value, signed.signed_info, hashes.SHA256())
    return "" if held else "the signature was not made with the person's key"


def _chain(evidence: _Evidence) -> str:
    person, customers, bank = evidence.all_signed().certificates
    if not chain.may_sign(person):
        return "the certificate is not one for signing"
    held = chain.issued(person, customers) and chain.issued(customers, bank)
    return "" if held else "the certificates were not made by one another"


def _root(evidence: _Evidence) -> str:
    if evidence.root() is None:
        return "the bank's certificate does not come from BankID's root"
    return "" if chain.depth_holds(evidence.cas()) else "there are more certificates than the root allows"


def _validity(evidence: _Evidence) -> str:
    moment = evidence.whole_answer().produced_at_utc
    out = [one for one in (evidence.all_signed().certificates[0], *evidence.cas()) if not chain.valid_at(one, moment)]
    return "a certificate was not valid at that time" if out else ""


def _answer(evidence: _Evidence) -> str:
    return evidence.answer_trouble and f"the answer about the certificate cannot be used: {evidence.answer_trouble}"


def _answer_signer(evidence: _Evidence) -> str:
    answer = evidence.whole_answer()
    if evidence.root() is None:
        return "the answer hangs on no root"
    signer = chain.responder_of(answer, evidence.cas())
    if signer is None:
        return "the answer about the certificate is signed by nobody who may"
    return "" if chain.valid_at(signer, answer.produced_at_utc) else "who signed the answer was not valid at that time"


def _answer_certificate(evidence: _Evidence) -> str:
    person, customers, _ = evidence.all_signed().certificates
    return "" if chain.is_about(evidence.whole_answer(), person, customers) else "the answer is about another certificate"


def _answer_good(evidence: _Evidence) -> str:
    answer = evidence.whole_answer()
    if answer.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        return "the certificate was revoked, or is not known"
    return "" if chain.is_fresh(answer, SLACK) else "the answer about the certificate was out of date"


def _answer_nonce(evidence: _Evidence) -> str:
    wanted = hashlib.sha1(evidence.complete.signature.encode(), usedforsecurity=False).digest()
    held = chain.nonce(evidence.whole_answer()).startswith(wanted)
    return "" if held else "the answer was given for another signature"


def _time(evidence: _Evidence) -> str:
    expected = evidence.expected
    made = (evidence.whole_answer().produced_at_utc - _BEGINNING).total_seconds()
    slack = SLACK.total_seconds()
    held = expected.started_at - slack <= made <= expected.collected_at + slack
    return "" if held else "it was signed before the order was made or after it was fetched"


def _text(evidence: _Evidence) -> str:
    signed, order = evidence.all_signed(), evidence.expected.order
    if signed.text != order.text.encode():
        return "the text that was signed is not the text that was sent"
    if order.text and not order.markdown and signed.text_shown_as != ("UTF-8", "wysiwys"):
        return "the text was not shown as it was signed"
    return ""


def _hidden(evidence: _Evidence) -> str:
    same = evidence.all_signed().hidden == evidence.expected.order.hidden
    return "" if same else "what was signed besides the text is not what was sent"


def _function(evidence: _Evidence) -> str:
    """The name for signing is not in a document we have; that for identification is in a genuine signature."""
    identifies = evidence.all_signed().function == "Identification"
    if evidence.expected.order.kind == "sign":
        return "it is an identification, not a signature" if identifies or not evidence.all_signed().function else ""
    return "" if identifies else "it is a signature, not an identification"


def _person(evidence: _Evidence) -> str:
    number, wanted = evidence.complete.person.number, evidence.expected.order.personal_number
    if chain.serial_number(evidence.all_signed().certificates[0]) != number or not number:
        return "the certificate is another person's than the answer names"
    return "it is another person than the one asked for" if wanted and wanted != number else ""


def _party(evidence: _Evidence) -> str:
    found = _PARTY.findall(evidence.all_signed().party)
    return "" if found == [evidence.expected.organisation_number] else "it was signed for another company than ours"


CHECKS: dict[str, Callable[[_Evidence], str]] = {
    "order": _order,
    "shape": _shape,
    "digests": _digests,
    "signature": _signature,
    "chain": _chain,
    "root": _root,
    "validity": _validity,
    "ocsp_answer": _answer,
    "ocsp_signer": _answer_signer,
    "ocsp_certificate": _answer_certificate,
    "ocsp_good": _answer_good,
    "ocsp_nonce": _answer_nonce,
    "time": _time,
    "text": _text,
    "hidden": _hidden,
    "function": _function,
    "person": _person,
    "party": _party,
}
"""By the name that is kept with the evidence. The order is that of reading; all are done."""
