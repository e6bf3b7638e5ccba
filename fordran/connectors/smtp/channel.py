"""E-mail as letter channel, by SMTP with TLS.

Up to the moment when the server has asked for the message (354) nothing has left us: a failure there is certain.
From then until its last answer we cannot know whether a lost connection lost the letter, and say so (Ambiguous).
SMTP has no way to ask afterwards; the Message-ID is made of the key, so a person can look in the server's log.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from fordran.ports.errors import Ambiguous, Declined, Malformed, NotAllowed, Unavailable
from fordran.ports.post import Parcel, Receipt

SEND_HOUR = time(6, tzinfo=UTC)
"""Hour of the Date header on the letter's own day: the same letter is the same message."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """`security`: starttls, tls (from the first byte) or none (a server on this machine only)."""

    host: str
    from_address: str
    port: int = 587
    security: str = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = 20
    ca_file: str = ""  # certificates to trust; empty = the machine's own


class SmtpChannel:
    """Sends one letter a message. Handing over is sending; nobody carries it later."""

    name = "smtp"
    assumes_posted_same_day = False

    def __init__(self, settings: SmtpSettings) -> None:
        if settings.security not in ("starttls", "tls", "none"):
            raise Malformed("the security of an e-mail server is starttls, tls or none")
        if settings.security == "none" and not _is_here(settings.host):
            raise NotAllowed("letters go unprotected to a server on this machine only; set security to starttls or tls")
        self.settings = settings

    def look_up(self, key: str) -> Receipt | None:
        """Always None: SMTP cannot be asked. Search the server's log for `message_id(key)`."""
        return None

    def message_id(self, key: str) -> str:
        domain = self.settings.from_address.rpartition("@")[2]
        return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"

    def send(self, parcel: Parcel, key: str) -> Receipt:
        """Raises as `LetterChannel.send`; Ambiguous when the connection broke after the message had gone."""
        message = self._message(parcel, key)
        with self._connection() as server:
            _expect(server.mail(self.settings.from_address), "the sender's address")
            _expect(server.rcpt(parcel.email), "the recipient's address")
            _expect(server.docmd("DATA"), "a message", wanted=354)
            answer = _deliver(server, message)
        _expect(answer, "the message")
        return Receipt("sent", self.message_id(key))

    def _message(self, parcel: Parcel, key: str) -> bytes:
        if parcel.has_identity:
            raise Malformed("a letter with an identity number never goes by e-mail; render it without")
        if not parcel.email.isascii() or not re.fullmatch(r"[^@\s]+@[^@\s]+", parcel.email):
            raise Malformed("the recipient has no e-mail address that can be written to")
        words = _words(parcel.language)
        message = EmailMessage(policy=policy.SMTP)
        try:
            message["From"] = Address(parcel.sender, addr_spec=self.settings.from_address)
            message["To"] = Address(addr_spec=parcel.email)
            if parcel.reply_to:
                message["Reply-To"] = Address(addr_spec=parcel.reply_to)
            message["Subject"] = words["subject"].format(sender=parcel.sender)
            message["Message-ID"] = self.message_id(key)
            if parcel.dated_on:
                message["Date"] = datetime.combine(parcel.dated_on, SEND_HOUR)
            message["Auto-Submitted"] = "auto-generated"
        except ValueError as error:
            raise Malformed("a name or address in the message holds signs that no header may have") from error
        message.set_content(words["body"].format(sender=parcel.sender).lstrip())
        message.add_attachment(parcel.pdf, maintype="application", subtype="pdf", filename=words["file"])
        message.set_boundary(f"=_{hashlib.sha256(key.encode()).hexdigest()[:32]}")
        return re.sub(rb"(?m)^\.", b"..", message.as_bytes())

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        """An open, protected, signed-in connection; everything that breaks in it, short of the message, is certain."""
        server: smtplib.SMTP | None = None
        try:
            server = self._open()
            yield server
            _leave(server)
        except smtplib.SMTPAuthenticationError as error:
            raise NotAllowed("the e-mail server refuses our name and password") from error
        except ssl.SSLCertVerificationError as error:
            raise NotAllowed("the certificate of the e-mail server cannot be trusted") from error
        except smtplib.SMTPNotSupportedError as error:
            raise NotAllowed("the e-mail server offers no TLS or no sign-in; nothing was sent") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable("the e-mail server cannot be reached; nothing was sent") from error
        finally:
            if server is not None:
                server.close()

    def _open(self) -> smtplib.SMTP:
        chosen = self.settings
        here = chosen.from_address.rpartition("@")[2]
        trust = ssl.create_default_context(cafile=chosen.ca_file or None)
        if chosen.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                chosen.host, chosen.port, local_hostname=here, timeout=chosen.timeout_seconds, context=trust
            )
        else:
            server = smtplib.SMTP(chosen.host, chosen.port, local_hostname=here, timeout=chosen.timeout_seconds)
        try:
            server.ehlo_or_helo_if_needed()
            if chosen.security == "starttls":
                server.starttls(context=trust)
                server.ehlo_or_helo_if_needed()
            if chosen.username:
                server.login(chosen.username, chosen.password)
        except BaseException:
            server.close()
            raise
        return server


def _deliver(server: smtplib.SMTP, message: bytes) -> tuple[int, bytes]:
    """Send the message and wait for the server's word; without it we do not know."""
    try:
        server.send(message + b".\r\n")
        answer = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise Ambiguous("the connection broke while the e-mail was handed over; it may have left") from error
    if not 200 <= answer[0] < 600:
        raise Ambiguous("the e-mail server answered something unreadable; the e-mail may have left")
    return answer


def _expect(answer: tuple[int, bytes], what: str, wanted: int = 250) -> None:
    """The server's text stays out of the error: it may repeat the address."""
    code = answer[0]
    if code == wanted or (wanted == 250 and 200 <= code < 300):
        return
    if 400 <= code < 500 or code == -1:
        raise Unavailable(f"the e-mail server does not take {what} now ({code}); try again later")
    raise Declined(f"the e-mail server does not take {what} ({code})")


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        return  # the message has been answered; how the server says goodbye changes nothing


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@cache
def _all_words() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "texts.toml").read_text(encoding="utf-8"))


def _words(language: str) -> dict[str, str]:
    words = _all_words()
    return words.get(language) or words["sv"]
