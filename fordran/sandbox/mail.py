"""A real SMTP server on this machine that keeps what it gets in a folder: the inbox of everybody in the sandbox.

It speaks the real protocol and shares no code with the connector. What it does with a message is decided by how
the recipient's address begins, so that trouble can be ordered from outside:

- `no-such-box`: 550, there is no such address;
- `try-later`: 451, not now;
- `full`: 552 after the message was read;
- `lost-reply`: the message is kept, but the connection breaks before the answer;
- `lost-before`: the connection breaks when the address is named.

Anything else is taken. Messages are numbered files `000001.eml`, readable by their owner only.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any

from fordran.core.problems import Refused

try:
    from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
except ImportError as error:  # pragma: no cover
    raise Refused("the sandbox's inbox needs aiosmtpd: pip install 'fordran[sandbox]'") from error

HOST = "127.0.0.1"
REFUSED = {"no-such-box": "550 5.1.1 no such address here", "try-later": "451 4.3.0 try again later"}


@dataclass(frozen=True, slots=True)
class Mail:
    """One message as it came."""

    number: int
    sender: str
    recipient: str
    subject: str
    message_id: str
    text: str
    attachments: tuple[tuple[str, bytes], ...]  # file name, content


class _Keeper:
    """What aiosmtpd asks for each command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("lost-before"):
            _cut(server)
        for start, answer in REFUSED.items():
            if address.startswith(start):
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        to = envelope.rcpt_tos[0]
        if to.startswith("full"):
            return "552 5.2.2 the box is full"
        self._keep(envelope.original_content or b"")
        if to.startswith("lost-reply"):
            _cut(server)
        return "250 OK"

    def _keep(self, content: bytes) -> None:
        for number in range(len(list(self.folder.glob("*.eml"))) + 1, 1_000_000):
            path = self.folder / f"{number:06}.eml"
            try:
                path.touch(mode=0o600, exist_ok=False)
            except FileExistsError:
                continue
            path.write_bytes(content)
            return


def _cut(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()


class MailServer:
    """The inbox as a context: starts in a thread of its own, listens on 127.0.0.1 only.

    `port` 0 takes a free one. With `tls` it offers STARTTLS; with `user` and `password` it also wants a sign-in.
    """

    def __init__(
        self, folder: Path, port: int = 0, *, tls: ssl.SSLContext | None = None, user: str = "", password: str = ""
    ) -> None:
        self.folder, self.port, self.tls, self.user, self.password = folder, port, tls, user, password
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sandbox-mail", daemon=True)

    def _talk(self) -> SMTP:
        wants: dict[str, Any] = {"tls_context": self.tls} if self.tls else {}
        if self.user:
            wants |= {"authenticator": self._check, "auth_required": True}
        return SMTP(_Keeper(self.folder), hostname="sandbox.localhost", loop=self._loop, **wants)

    def _check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (
            self.user.encode(),
            self.password.encode(),
        )
        return AuthResult(success=right, handled=False)

    def __enter__(self) -> MailServer:
        self._thread.start()
        try:
            made = self._loop.create_server(self._talk, HOST, self.port)
            self._server = asyncio.run_coroutine_threadsafe(made, self._loop).result(10)
        except OSError as error:
            self._stop()
            raise Refused(f"port {self.port} is taken; choose another", field="--port") from error
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(10)
        self._stop()

    async def _hang_up(self) -> None:
        """No new callers; those on the line are cut off."""
        self._server.close()
        talks = asyncio.all_tasks() - {asyncio.current_task()}
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


def read_mail(folder: Path, number: int) -> Mail:
    """The message with this number. Raises Refused when there is none."""
    try:
        raw = (folder / f"{number:06}.eml").read_bytes()
    except FileNotFoundError as error:
        raise Refused(f"there is no message {number} in the inbox", field="NUMBER") from error
    message: EmailMessage = message_from_bytes(raw, policy=policy.default)
    body = message.get_body(("plain",))
    return Mail(
        number=number,
        sender=str(message["From"] or ""),
        recipient=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        message_id=str(message["Message-ID"] or "").strip(),
        text=body.get_content() if body else "",
        attachments=tuple((part.get_filename() or "", _content(part)) for part in message.iter_attachments()),
    )


def _content(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def list_mail(folder: Path) -> list[Mail]:
    """All messages, oldest first; an inbox that is not there is empty."""
    return [read_mail(folder, int(path.stem)) for path in sorted(folder.glob("*.eml"))]
