"""Certificates of a play: made when it begins, gone when it ends, of the same levels as the real ones.

server root > the server                          what a client must pin
client root > a relying party (FP-certifikat)     who may call
BankID root > a bank's CA > its customer CA > people; and one that answers about them (OCSP)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from fordran.sandbox.bankid.people import TestPerson

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
BANK, MAKER = "Testbank A AB (publ)", "Sandbox BID AB"
MOBILE_POLICY = "1.2.3.4.25"  # a mobile BankID in BankID's test environment


def moment(seconds: float) -> datetime:
    return BEGINNING + timedelta(seconds=int(seconds))


def new_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


def as_pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with a certificate and its key."""

    certificate: x509.Certificate
    key: RSAPrivateKey = field(repr=False)

    def pem(self) -> bytes:
        return as_pem(self.certificate) + self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def p12(self, passphrase: str) -> bytes:
        words = BestAvailableEncryption(passphrase.encode())
        return pkcs12.serialize_key_and_certificates(b"sandbox", self.key, self.certificate, None, words)


def make(
    names: dict[x509.ObjectIdentifier, str],
    issuer: Holder | None,
    begins: datetime,
    days: float,
    *extensions: x509.ExtensionType,
    ca: bool = False,
) -> Holder:
    """`issuer` None: it is its own."""
    key = new_key()
    subject = x509.Name([x509.NameAttribute(oid, text) for oid, text in names.items()])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
        .add_extension(_usage(ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if ca:
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    above = (issuer.key if issuer else key).public_key()
    made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above), critical=False)
    for extension in extensions:
        made = made.add_extension(extension, critical=False)
    return Holder(made.sign(issuer.key if issuer else key, SHA512() if ca else SHA256()), key)


def _usage(ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


class Authority:
    """All of them. `now`: seconds since 1970; they hold from ten years before it to ten years after, people's two years."""

    def __init__(self, now: float) -> None:
        self.begins = moment(now) - timedelta(days=3650)
        maker = {NameOID.ORGANIZATION_NAME: MAKER}
        self.server_root = self._root({**maker, NameOID.COMMON_NAME: "Sandbox BankID SSL Root CA"})
        self.client_root = self._root({**maker, NameOID.COMMON_NAME: "Sandbox BankID RP CA"})
        self.root = self._root({**maker, NameOID.COMMON_NAME: "Sandbox BankID Root CA"})
        bank = {NameOID.COUNTRY_NAME: "SE", NameOID.ORGANIZATION_NAME: BANK, NameOID.SERIAL_NUMBER: "111111111111"}
        policy = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(MOBILE_POLICY), None)])
        self.bank = self._ca({**bank, NameOID.COMMON_NAME: "Testbank A CA v1 for BankID Sandbox"}, self.root, policy)
        self.customers = self._ca(
            {**bank, NameOID.COMMON_NAME: "Testbank A Customer CA1 v1 for BankID Sandbox"}, self.bank, policy
        )
        answers = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
        self.responder = make({**bank, NameOID.COMMON_NAME: "Testbank A OCSP"}, self.customers, self.begins, 7300, answers)
        self._people: dict[str, Holder] = {}

    def _root(self, names: dict[x509.ObjectIdentifier, str]) -> Holder:
        return make(names, None, self.begins, 7300, ca=True)

    def _ca(self, names: dict[x509.ObjectIdentifier, str], issuer: Holder, policy: x509.CertificatePolicies) -> Holder:
        return make(names, issuer, self.begins, 7300, policy, ca=True)

    def server(self) -> Holder:
        """For 127.0.0.1 and localhost."""
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")])
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        return make({NameOID.COMMON_NAME: "BankID sandbox"}, self.server_root, self.begins, 7300, names, usage)

    def relying_party(self, name: str, organisation_number: str, *, days: float = 7300) -> Holder:
        names = {
            NameOID.COUNTRY_NAME: "SE",
            NameOID.ORGANIZATION_NAME: BANK,
            NameOID.SERIAL_NUMBER: organisation_number,
            x509.ObjectIdentifier("2.5.4.41"): name,
            NameOID.COMMON_NAME: name,
        }
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        return make(names, self.client_root, self.begins, days, usage)

    def person(self, who: TestPerson, now: float) -> Holder:
        """Their BankID; the same all the time, until its two years are over."""
        kept = self._people.get(who.number)
        if kept is None or kept.certificate.not_valid_after_utc <= moment(now):
            kept = self._people[who.number] = self.issue(who, moment(now) - timedelta(days=30), 730)
        return kept

    def issue(self, who: TestPerson, begins: datetime, days: float, *, issuer: Holder | None = None) -> Holder:
        names = {
            NameOID.COUNTRY_NAME: "SE",
            NameOID.ORGANIZATION_NAME: BANK,
            NameOID.SURNAME: who.surname,
            NameOID.GIVEN_NAME: who.given_name,
            NameOID.SERIAL_NUMBER: who.number,
            x509.ObjectIdentifier("2.5.4.41"): f"({begins:%y%m%d %H.%M}) {who.name} - Mobilt BankID",
            NameOID.COMMON_NAME: who.name,
        }
        policy = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(MOBILE_POLICY), None)])
        return make(names, issuer or self.customers, begins, days, policy)
