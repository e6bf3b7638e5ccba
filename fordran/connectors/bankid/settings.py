"""What the client needs to know: which service, who we are there, and whom to believe."""

from __future__ import annotations

import hashlib
import ssl
import tempfile
from dataclasses import dataclass, field, fields
from pathlib import Path
from secrets import token_hex

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat, pkcs12

from fordran.core.checkdigits import luhn_holds
from fordran.core.problems import Problem, Refused

PRODUCTION, TEST = "https://appapi2.bankid.com/rp/v6.0", "https://appapi2.test.bankid.com/rp/v6.0"

SERVER_ROOTS = {
    PRODUCTION: "e6a2d45c0a1051c959428649f86a09a9b2152cd551993cc2eb4cf094bdacbecb",
    TEST: "f3d0740ebfb3700e3b81aa791fee451472698c84e199c2eb48a443ff1d5b405c",
}
"""SHA-256 of "BankID SSL Root CA v1" and "Test BankID SSL Root CA v1 Test", both valid to 2034-12-31."""


@dataclass(frozen=True, slots=True)
class BankIdSettings:
    """Raises Refused, naming each setting that cannot be so. The files are named by path, and are PEM but for the first.

    `certificate`: ours as relying party, .p12 (with its key) or PEM (then `key`, unless it lies in the same file).
    `server_root`: whom the server's certificate must come from. It is no public one; those of the two real services are known
    here by fingerprint. `signature_root`: whom people's certificates must come from, another root, to be had from BankID.
    `organisation_number`: ours, as it stands in our certificate there; evidence names it.
    """

    certificate: str
    server_root: str
    signature_root: str
    organisation_number: str
    key: str = ""
    passphrase: str = field(default="", repr=False)
    base_url: str = PRODUCTION
    timeout_seconds: int = 15

    def __post_init__(self) -> None:
        mistyped = [
            Problem("bankid", one.name, f"write {'a whole number' if one.type == 'int' else 'a text'}")
            for one in fields(self)
            if type(getattr(self, one.name)).__name__ != one.type
        ]
        if mistyped:
            raise Refused(mistyped)
        problems = []
        if not self.base_url.startswith("https://"):
            problems.append(Problem("bankid", "base_url", "write an address that begins with https://"))
        if self.timeout_seconds < 1:
            problems.append(Problem("bankid", "timeout_seconds", "write at least 1"))
        if len(self.organisation_number) != 10 or not luhn_holds(self.organisation_number):
            problems.append(Problem("bankid", "organisation_number", "write the ten digits of the organisation number"))
        names = ["certificate", "server_root", "signature_root", *(["key"] if self.key else [])]
        problems += [
            Problem("bankid", name, f"there is no file {getattr(self, name)!r} that can be read")
            for name in names
            if not Path(getattr(self, name)).is_file()
        ]
        if problems:
            raise Refused(problems)


def read_roots(settings: BankIdSettings) -> list[x509.Certificate]:
    """Whom people's certificates must come from. Raises Refused."""
    return _certificates(settings.signature_root, "signature_root")


def tls(settings: BankIdSettings) -> ssl.SSLContext:
    """Ours shown, theirs believed only when it comes from the one root given. Raises Refused."""
    _check_server_root(settings)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(settings.server_root)
    try:
        if Path(settings.certificate).suffix.lower() in (".p12", ".pfx"):
            _load_p12(context, settings)
        else:
            context.load_cert_chain(settings.certificate, settings.key or None, lambda: settings.passphrase)
    except (ValueError, ssl.SSLError, OSError) as error:
        message = "the certificate and its key cannot be read together; look at the file, its key and its passphrase"
        raise Refused(message, field="certificate", record="bankid") from error
    return context


def _check_server_root(settings: BankIdSettings) -> None:
    wanted = SERVER_ROOTS.get(settings.base_url.rstrip("/"))
    found = [
        hashlib.sha256(one.public_bytes(Encoding.DER)).hexdigest() for one in _certificates(settings.server_root, "server_root")
    ]
    if wanted and found != [wanted]:
        message = f"this is not the root of {settings.base_url}; its fingerprint (SHA-256) must be {wanted}"
        raise Refused(message, field="server_root", record="bankid")


def _certificates(path: str, name: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(Path(path).read_bytes())
    except (ValueError, OSError) as error:
        raise Refused(f"{path} holds no certificate in PEM", field=name, record="bankid") from error


def _load_p12(context: ssl.SSLContext, settings: BankIdSettings) -> None:
    """The TLS library reads files only: one that we alone can read, encrypted with words nobody has, and gone at once."""
    kept = pkcs12.load_pkcs12(Path(settings.certificate).read_bytes(), settings.passphrase.encode() or None)
    if kept.cert is None or kept.key is None:
        raise ValueError("no certificate with a key in it")
    words = token_hex(32)
    parts = [kept.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(words.encode()))]
    parts += [one.certificate.public_bytes(Encoding.PEM) for one in (kept.cert, *kept.additional_certs)]
    with tempfile.TemporaryDirectory(prefix="fordran-") as folder:
        path = Path(folder) / "client.pem"
        path.touch(mode=0o600)
        path.write_bytes(b"".join(parts))
        context.load_cert_chain(path, password=words)
