"""The simulated BankID: the service for relying parties, and beside it the telephone.

server = BankIdServer(clock)
server.start()
server.url          https://127.0.0.1:…/rp/v6.0, over TLS with certificates on both sides
server.phone_url    http://127.0.0.1:…/, for people and browsers
server.write_files(folder, name="…", organisation_number="…")
...
server.stop()
"""

from __future__ import annotations

import json
import logging
import ssl
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from werkzeug.wrappers import Request

from fordran.sandbox.bankid import requests
from fordran.sandbox.bankid.authority import Authority, as_pem
from fordran.sandbox.bankid.orders import Clock, Orders, Party
from fordran.sandbox.bankid.phone import Phone
from fordran.sandbox.bankid.requests import Refusal
from fordran.sandbox.visma_net.serving import Served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BASE = "/rp/v6.0"
CALLS = ("/auth", "/sign", "/phone/auth", "/phone/sign", "/collect", "/cancel")
LOG = logging.getLogger("fordran.sandbox.bankid")
HTML_403 = (
    b"<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body><center><h1>403 Forbidden</h1></center></body>\r\n</html>\r\n"
)
TROUBLES = {
    "401": (401, "unauthorized"), "403": (403, "unauthorized"), "404": (404, "notFound"), "408": (408, "requestTimeout"),
    "415": (415, "unsupportedMediaType"), "500": (500, "internalError"), "503": (503, "maintenance"),
}  # fmt: skip
"""To be ordered for one call; besides these html_403, empty_405, not_json, cut (before it is done) and cut_after."""


class Answer(NamedTuple):
    status: int
    body: bytes
    content_type: str = "application/json"


class BankIdServer:
    """Port 0 takes a free one."""

    def __init__(self, clock: Clock, *, port: int = 0, phone_port: int = 0) -> None:
        self.clock, self.port, self.phone_port = clock, port, phone_port
        self.authority = Authority(clock.now())
        self.orders = Orders(self.authority, clock)
        self.phone = Phone(self.orders, self.order_trouble)
        self.mistakes: list[Exception] = self.phone.mistakes  # of the simulator itself: to be empty
        self.seen: deque[tuple[str, int, Any]] = deque(maxlen=1000)  # path, status, what was asked
        self._troubles: deque[tuple[str, str]] = deque()
        self._lock = threading.Lock()
        self._served: list[Served] = []

    def start(self) -> None:
        """Serve on 127.0.0.1. Raises Refused when a port is taken."""
        self._served.append(Served(self.wsgi, self.port, tls=self._tls()))
        try:
            self._served.append(Served(self.phone.wsgi, self.phone_port))
        except BaseException:
            self.stop()
            raise
        self.url = self._served[0].url + BASE
        self.phone_url = self._served[1].url + "/"

    def stop(self) -> None:
        for one in self._served:
            one.stop()
        self._served.clear()

    def order_trouble(self, path: str, kind: str) -> None:
        """The next call of `path` (/collect) meets it."""
        self._troubles.append((path, kind))

    def write_files(self, folder: Path, *, name: str, organisation_number: str, passphrase: str) -> dict[str, Path]:
        """What a relying party needs, in `folder`: client.p12, client.pem, server-root.pem and signature-root.pem."""
        party = self.authority.relying_party(name, organisation_number)
        contents = {
            "client.p12": party.p12(passphrase),
            "client.pem": party.pem(),
            "server-root.pem": as_pem(self.authority.server_root.certificate),
            "signature-root.pem": as_pem(self.authority.root.certificate),
        }
        for file, content in contents.items():
            (folder / file).touch(mode=0o600)
            (folder / file).write_bytes(content)
        return {file: folder / file for file in contents}

    def _tls(self) -> ssl.SSLContext:
        """A call without a certificate comes through and is answered 403, in HTML; one with a foreign certificate does not."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(cadata=as_pem(self.authority.client_root.certificate).decode())
        with tempfile.TemporaryDirectory(prefix="fordran-") as folder:
            path = Path(folder) / "server.pem"
            path.touch(mode=0o600)
            path.write_bytes(self.authority.server().pem())
            context.load_cert_chain(path)
        return context

    # ---- one request -------------------------------------------------------------------------------------------------

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        """Raises ConnectionAbortedError where the connection is to be closed without an answer."""
        request = Request(environ)
        content = request.get_data()
        path = request.path.removeprefix(BASE) if request.path.startswith(f"{BASE}/") else ""
        trouble = self._trouble(path)
        answer = _troubled(trouble) or self._answer_or_500(request, path, content)
        with self._lock:
            self.seen.append((path, answer.status, content))
        if trouble == "cut_after":
            raise ConnectionAbortedError(trouble)
        start_response(f"{answer.status} -", [("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))])
        return iter([answer.body])

    def _trouble(self, path: str) -> str:
        with self._lock:
            for one in self._troubles:
                if one[0] == path:
                    self._troubles.remove(one)
                    return one[1]
        return ""

    def _answer_or_500(self, request: Request, path: str, content: bytes) -> Answer:
        try:
            return self._answer(request, path, content)
        except Refusal as refusal:
            return _refused(refusal.status, refusal.code, refusal.details)
        except Exception as error:  # a mistake of the simulator's own: told, and kept for whoever runs it
            LOG.exception("the simulated BankID failed at %s", path)
            self.mistakes.append(error)
            return _refused(500, "internalError", "Internal technical error")

    def _answer(self, request: Request, path: str, content: bytes) -> Answer:
        party = _party(request.environ.get("SSL_CLIENT_CERT"))
        if party is None:
            return Answer(403, HTML_403, "text/html")
        if path not in CALLS:
            raise Refusal(404, "notFound", "Not found")
        if request.method != "POST":
            return Answer(405, b"")
        if request.environ.get("CONTENT_TYPE") != "application/json":
            raise Refusal(415, "unsupportedMediaType", "Unsupported Media Type")
        body = requests.body_of(content)
        if path == "/collect":
            return _json(self.orders.collect(party, requests.order_ref(body)))
        if path == "/cancel":
            self.orders.cancel(party, requests.order_ref(body))
            return _json({})
        by_phone = path.startswith("/phone/")
        order = self.orders.start(party, requests.read(body, signs=path.endswith("sign"), by_phone=by_phone))
        if by_phone:
            return _json({"orderRef": order.ref})
        return _json(
            {
                "orderRef": order.ref,
                "autoStartToken": order.auto_start_token,
                "qrStartToken": order.qr_start_token,
                "qrStartSecret": order.qr_start_secret,
            }
        )


def _party(certificate: str | None) -> Party | None:
    if not certificate:
        return None
    read = x509.load_pem_x509_certificate(certificate.encode())
    names = {one.oid: str(one.value) for one in read.subject}
    return Party(read.fingerprint(SHA256()).hex(), names[NameOID.COMMON_NAME], names.get(NameOID.SERIAL_NUMBER, ""))


def _json(body: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(body, ensure_ascii=False).encode())


def _refused(status: int, code: str, details: str) -> Answer:
    return _json({"errorCode": code, "details": details}, status)


def _troubled(kind: str) -> Answer | None:
    if kind == "cut":
        raise ConnectionAbortedError(kind)
    if kind == "html_403":
        return Answer(403, HTML_403, "text/html")
    if kind == "empty_405":
        return Answer(405, b"")
    if kind == "not_json":
        return Answer(200, b"<html>Vi \xc3\xa4r snart tillbaka</html>", "text/html")
    if kind in TROUBLES:
        status, code = TROUBLES[kind]
        return _refused(status, code, f"Ordered: {code}")
    return None
