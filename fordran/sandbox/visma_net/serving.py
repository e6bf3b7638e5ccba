"""An HTTP/1.1 server for a simulator: threads, connections that stay open, and connections that are cut on purpose.

Werkzeug's own handler closes the connection after each answer and waits a hundredth of a second to drain it; a first load of
thousands of pages would measure that. Here the request is read whole, answered, and the connection kept. An application cuts
the connection by raising ConnectionAbortedError: before its answer begins, nothing is sent; in the midst of it, the rest is not.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterable
from http.client import responses
from io import BytesIO
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from fordran.core.problems import Refused

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else head and body of an answer wait for one another
    timeout = 60  # seconds an idle connection is kept

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        if environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read()
            environ["CONTENT_LENGTH"] = str(len(body))
        else:
            body = self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            told[:] = [(status, headers)]
            return None

        try:
            answer = self.server.app(environ, start_response)
            try:
                self._write(answer, told)
            finally:
                if hasattr(answer, "close"):
                    answer.close()
        except ConnectionError:
            self.close_connection = True

    def _write(self, answer: Iterable[bytes], told: list[tuple[str, list[tuple[str, str]]]]) -> None:
        parts = iter(answer)
        first = next(parts, b"")
        status, headers = told[0]
        code = int(status.split()[0])
        names = {name.lower() for name, _ in headers}
        head = [f"HTTP/1.1 {code} {responses.get(code, '')}"]
        head += [f"{name}: {value}" for name, value in headers]
        if "content-length" not in names and code not in {204, 304}:
            whole = first + b"".join(parts)
            first, parts = whole, iter(())
            head.append(f"Content-Length: {len(whole)}")
        if "date" not in names:
            head.append(f"Date: {self.date_time_string()}")
        if self.close_connection:
            head.append("Connection: close")
        begin = ("\r\n".join(head) + "\r\n\r\n").encode("latin-1")
        self.wfile.write(begin if self.command == "HEAD" else begin + first)
        for part in parts:
            self.wfile.write(part)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass

    def log_error(self, format: str, *args: Any) -> None:
        pass  # an idle connection that was closed is no error


class Served:
    """An application while it is served; in a thread of its own, on 127.0.0.1 only. Port 0 takes a free one.

    `tls` serves it over HTTPS. Raises Refused when the port is taken.
    """

    def __init__(self, app: WSGIApplication, port: int = 0, *, tls: ssl.SSLContext | None = None) -> None:
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                taken.bind((HOST, port))
            except OSError as error:
                raise Refused(f"port {port} is taken; choose another", field="--port") from error
            taken.listen(128)
            # by its number, for werkzeug ends the whole process when it cannot have a port; it keeps a copy
            self._server: BaseWSGIServer = make_server(
                HOST, port, app, threaded=True, request_handler=Handler, ssl_context=tls, fd=taken.fileno()
            )
        if tls:  # hands are shaken in the connection's own thread: whoever connects and says nothing holds up nobody
            self._server.socket.do_handshake_on_connect = False  # type: ignore[attr-defined]
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self._server.block_on_close = False  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="sandbox-http", daemon=True)
        self._thread.start()
        self.port = self._server.port
        self.url = f"http{'s' if tls else ''}://{HOST}:{self.port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)
