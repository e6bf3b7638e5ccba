"""Letters by e-mail, against a real SMTP server."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fordran.connectors.smtp.channel import SmtpChannel, SmtpSettings
from fordran.ports.errors import Ambiguous, Declined, Malformed, NotAllowed, PortError, Unavailable
from fordran.ports.post import Parcel
from fordran.sandbox.mail import MailServer, list_mail

PARCEL = Parcel(
    number="2026-000311",
    kind="reminder",
    pdf=b"%PDF-1.7\n.\nthe letter\n",
    language="sv",
    recipient=("Elin Åkerström-Hägg", "Lönnstigen 8 B", "923 45 Storås"),
    sender="Granholms Bygg & Rör AB",
    email="elin@debtor.example",
    reply_to="faktura@granholms.example",
    dated_on=dt.date(2026, 10, 12),
)


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(tmp_path / "mail") as server:
        yield server


def channel(server: MailServer, **more: object) -> SmtpChannel:
    settings: dict[str, object] = {"host": "127.0.0.1", "port": server.port, "security": "none", "timeout_seconds": 5.0}
    return SmtpChannel(SmtpSettings(from_address="brev@office.example", **(settings | more)))  # type: ignore[arg-type]


def test_a_letter_arrives_as_an_attached_pdf(inbox: MailServer) -> None:
    receipt = channel(inbox).send(PARCEL, "letter-311-smtp-1")
    (mail,) = list_mail(inbox.folder)
    assert receipt.status == "sent"
    assert receipt.external_id == mail.message_id
    assert mail.recipient == "elin@debtor.example"
    assert "Granholms Bygg & Rör AB" in mail.sender and "brev@office.example" in mail.sender
    assert mail.attachments == (("brev.pdf", PARCEL.pdf),)


def test_the_cover_tells_neither_debt_nor_name_nor_number(inbox: MailServer) -> None:
    for language in ("sv", "en"):
        channel(inbox).send(replace(PARCEL, language=language), f"key-{language}")
    for mail in list_mail(inbox.folder):
        told = " ".join([mail.subject, mail.text, *(name for name, _ in mail.attachments)]).lower()
        for word in ("elin", "311", "skuld", "krav", "inkasso", "påminnelse", "betal", "debt", "claim", "reminder", "pay"):
            assert word not in told, word
        assert "Granholms" in mail.subject


def test_the_same_letter_is_the_same_message(inbox: MailServer) -> None:
    for _ in range(2):
        channel(inbox).send(PARCEL, "one-key")
    first, second = (path.read_bytes() for path in sorted(inbox.folder.glob("*.eml")))
    assert first == second


def test_a_letter_with_an_identity_number_never_leaves(inbox: MailServer) -> None:
    with pytest.raises(Malformed):
        channel(inbox).send(replace(PARCEL, has_identity=True), "key")
    assert list_mail(inbox.folder) == []


@pytest.mark.parametrize(
    "change",
    [
        {"sender": "Bolaget\r\nBcc: all@everywhere.example"},
        {"email": "elin@debtor.example\r\nRCPT TO:<other@else.example>"},
        {"email": ""},
        {"email": "no address"},
        {"reply_to": "x@y.example\nX-Evil: 1"},
    ],
)
def test_no_header_can_be_smuggled_in(inbox: MailServer, change: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        channel(inbox).send(replace(PARCEL, **change), "key")  # type: ignore[arg-type]
    assert list_mail(inbox.folder) == []


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("no-such-box@debtor.example", Declined),
        ("full@debtor.example", Declined),
        ("try-later@debtor.example", Unavailable),
        ("lost-before@debtor.example", Unavailable),
    ],
)
def test_a_certain_failure_is_told_as_one(inbox: MailServer, address: str, error: type[PortError]) -> None:
    with pytest.raises(error) as caught:
        channel(inbox).send(replace(PARCEL, email=address), "key")
    assert address not in str(caught.value)
    assert list_mail(inbox.folder) == []


def test_a_reply_lost_after_the_message_is_ambiguous_and_the_message_may_be_there(inbox: MailServer) -> None:
    with pytest.raises(Ambiguous):
        channel(inbox).send(replace(PARCEL, email="lost-reply@debtor.example"), "key")
    assert len(list_mail(inbox.folder)) == 1
    assert channel(inbox).look_up("key") is None


def test_a_server_that_falls_silent_after_the_message_is_ambiguous() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            talk, _ = listening.accept()
            with talk, talk.makefile("rb") as lines:
                talk.sendall(b"220 here\r\n")
                for line in lines:
                    if line.startswith(b"DATA"):
                        talk.sendall(b"354 go on\r\n")
                        while lines.readline() not in (b".\r\n", b""):
                            pass
                        stop.wait(5)
                        return
                    talk.sendall(b"250 yes\r\n")

        stop = threading.Event()
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        post = SmtpChannel(
            SmtpSettings(
                "127.0.0.1", "brev@office.example", port=listening.getsockname()[1], security="none", timeout_seconds=0.3
            )
        )
        with pytest.raises(Ambiguous):
            post.send(PARCEL, "key")
        stop.set()
        thread.join(5)


def test_nobody_listening_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unavailable):
        SmtpChannel(SmtpSettings("127.0.0.1", "a@b.example", port=port, security="none")).send(PARCEL, "key")


def test_letters_never_go_unprotected_to_another_machine() -> None:
    with pytest.raises(NotAllowed):
        SmtpChannel(SmtpSettings("mail.provider.example", "a@b.example", security="none"))


def test_the_password_is_in_no_printed_settings() -> None:
    assert "hemligt" not in repr(SmtpSettings("h", "a@b.example", password="hemligt"))


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2020, 1, 1))
        .not_valid_after(dt.datetime(2090, 1, 1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "tls.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


def test_with_tls_the_certificate_and_the_password_must_be_right(tmp_path: Path) -> None:
    file = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    with MailServer(tmp_path / "mail", tls=context, user="office", password="hemligt") as inbox:
        right = {"security": "starttls", "ca_file": str(file), "username": "office", "password": "hemligt"}
        with pytest.raises(NotAllowed, match="certificate"):
            channel(inbox, **(right | {"ca_file": ""})).send(PARCEL, "key")
        with pytest.raises(NotAllowed, match="password"):
            channel(inbox, **(right | {"password": "fel"})).send(PARCEL, "key")
        assert list_mail(inbox.folder) == []
        assert channel(inbox, **right).send(PARCEL, "key").status == "sent"
        assert len(list_mail(inbox.folder)) == 1


def test_a_server_without_tls_gets_nothing(inbox: MailServer) -> None:
    with pytest.raises(NotAllowed):
        channel(inbox, security="starttls").send(PARCEL, "key")
    assert list_mail(inbox.folder) == []
