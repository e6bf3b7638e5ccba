"""Certificates from a person up to a root that is given, and the answer (OCSP, RFC 6960) about the person's. Nothing is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

STRONG = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
LEAST_RSA_BITS = 2048


def issued(child: x509.Certificate, parent: x509.Certificate) -> bool:
    """Whether `parent` made `child`, and may make certificates at all."""
    if not isinstance(child.signature_hash_algorithm, STRONG) or not _may_issue(parent):
        return False
    try:
        child.verify_directly_issued_by(parent)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        if not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        return False


def depth_holds(cas: Sequence[x509.Certificate]) -> bool:
    """Whether each CA allows so many below it. `cas` from the person's issuer to the root."""
    for below, ca in enumerate(cas):
        allowed = ca.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
        if allowed is not None and below > allowed:
            return False
    return True


def valid_at(certificate: x509.Certificate, moment: datetime) -> bool:
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def may_sign(person: x509.Certificate) -> bool:
    """A person's: made for signing, and no CA."""
    try:
        usage = person.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return (usage.digital_signature or usage.content_commitment) and not _may_issue(person)


def serial_number(certificate: x509.Certificate) -> str:
    """In a person's certificate: the personal number."""
    found = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    return str(found[0].value) if len(found) == 1 else ""


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def signature_holds(key: object, signature: bytes, signed: bytes, algorithm: hashes.HashAlgorithm | None) -> bool:
    """RSA PKCS #1 v1.5 of at least 2048 bits, or ECDSA, with a strong hash."""
    if not isinstance(algorithm, STRONG):
        return False
    try:
        if isinstance(key, rsa.RSAPublicKey) and key.key_size >= LEAST_RSA_BITS:
            key.verify(signature, signed, padding.PKCS1v15(), algorithm)
            return True
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(algorithm))
            return True
    except InvalidSignature:
        pass
    return False


# ---- the answer about the person's certificate -----------------------------------------------------------------------------


def responder_of(answer: ocsp.OCSPResponse, cas: Sequence[x509.Certificate]) -> x509.Certificate | None:
    """Who signed the answer: one of the chain's CAs, or one that such a CA made for just this. None = nobody we may believe.

    That it is made for answering must be said in the certificate: else any customer of the bank could vouch for themselves.
    """
    for one in (*answer.certificates, *cas):
        if not _is_named(answer, one):
            continue
        if one in cas or (_is_for_answering(one) and any(issued(one, ca) for ca in cas)):
            if signature_holds(one.public_key(), answer.signature, answer.tbs_response_bytes, answer.signature_hash_algorithm):
                return one
    return None


def _is_named(answer: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    if answer.responder_name is not None:
        return answer.responder_name == certificate.subject
    return answer.responder_key_hash == key_hash(certificate, hashes.SHA1())  # RFC 6960 names it


def _is_for_answering(certificate: x509.Certificate) -> bool:
    try:
        return ExtendedKeyUsageOID.OCSP_SIGNING in certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False


def key_hash(certificate: x509.Certificate, algorithm: hashes.HashAlgorithm) -> bytes:
    """Of the public key's bits, without the wrapping that says what kind of key it is (RFC 6960, 4.1.1)."""
    return hashlib.new(algorithm.name, _bits(certificate)).digest()


def _bits(certificate: x509.Certificate) -> bytes:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    raise ValueError("a kind of key that BankID does not use")


def is_about(answer: ocsp.OCSPResponse, person: x509.Certificate, issuer: x509.Certificate) -> bool:
    names = hashlib.new(answer.hash_algorithm.name, issuer.subject.public_bytes()).digest()
    return (answer.serial_number, answer.issuer_name_hash, answer.issuer_key_hash) == (
        person.serial_number,
        names,
        key_hash(issuer, answer.hash_algorithm),
    )


def is_fresh(answer: ocsp.OCSPResponse, slack: timedelta) -> bool:
    """Whether what it says was known when the answer was made."""
    made = answer.produced_at_utc
    until = answer.next_update_utc
    return answer.this_update_utc <= made + slack and (until is None or made <= until + slack)


def nonce(answer: ocsp.OCSPResponse) -> bytes:
    try:
        return answer.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return b""
