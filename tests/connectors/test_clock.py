"""The clock of a simulated world, over HTTP; and this machine's."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from fordran.connectors.clock import SystemClock, WorldClock
from fordran.ports.errors import Unavailable


class Handler(BaseHTTPRequestHandler):
    now = 1_795_000_000.5
    answer: Any = None

    def do_GET(self) -> None:
        self._say()

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).now += asked["sleep"]
        self._say()

    def _say(self) -> None:
        assert self.path == "/_world/clock"
        body = json.dumps({"now": self.now} if self.answer is None else self.answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def world() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    Handler.now, Handler.answer = 1_795_000_000.5, None
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_worlds_time_is_read_and_passed_over_http(world: str) -> None:
    clock = WorldClock(world)
    assert clock.now() == 1_795_000_000.5
    clock.sleep(3_600)
    assert clock.now() == 1_795_003_600.5
    clock.sleep(-5)
    assert clock.now() == 1_795_003_600.5


@pytest.mark.parametrize("answer", [{}, [], {"now": "noon"}, {"now": None}])
def test_a_world_that_answers_nonsense_or_nothing_is_unavailable(world: str, answer: Any) -> None:
    Handler.answer = answer
    with pytest.raises(Unavailable):
        WorldClock(world).now()
    with pytest.raises(Unavailable, match="is the sandbox running"):
        WorldClock("http://127.0.0.1:9").sleep(1)


def test_this_machines_clock_goes_forward_and_never_sleeps_backwards() -> None:
    clock = SystemClock()
    began = clock.now()
    clock.sleep(-1)
    clock.sleep(0.01)
    assert 0.01 <= clock.now() - began < 60
