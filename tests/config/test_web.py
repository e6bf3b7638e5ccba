"""`fordran web` as a real process: it says when it is ready, guards its answers, and runs as the pages' role."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
from collections.abc import Iterator

import pytest

from fordran.cli.web import _may_listen, choose_port
from fordran.config import start
from fordran.core.problems import Refused
from tests.conftest import Scratch


def _free_port() -> int:
    with socket.socket() as test:
        test.bind(("127.0.0.1", 0))
        return int(test.getsockname()[1])


@pytest.fixture
def site(scratch_database: Scratch) -> Iterator[tuple[int, Scratch]]:
    port = _free_port()
    process = scratch_database.start("web", "--port", str(port))
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line == f"ready: http://localhost:{port}\n", process.communicate(timeout=10)
    yield port, scratch_database
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def _ask(port: int, method: str, path: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("localhost", port, timeout=10)
    connection.request(method, path, headers=headers or {})
    return connection.getresponse()


def test_it_answers_with_guarded_headers_and_serves_its_own_files(site: tuple[int, Scratch]) -> None:
    port, scratch = site
    alive = _ask(port, "GET", "/health/live")
    assert alive.status == 200
    policy = alive.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "upgrade-insecure-requests" not in policy
    assert alive.headers["Cache-Control"] == "no-store"
    assert alive.headers["X-Content-Type-Options"] == "nosniff"
    style = _ask(port, "GET", "/static/vendor/bootstrap/bootstrap.min.css")
    assert style.status == 200 and b"sourceMappingURL" not in style.read()
    assert "Access-Control-Allow-Origin" not in style.headers
    assert _ask(port, "POST", "/health/live", {"Sec-Fetch-Site": "cross-site"}).status == 403
    with scratch.connect("owner") as owner:
        users = {row[0] for row in owner.execute("select usename from pg_stat_activity where datname = %s", [scratch.name])}
    assert "fordran_batch" not in users


def test_a_taken_port_is_refused_in_one_sentence() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        with pytest.raises(Refused, match="is taken or not allowed: choose another"):
            choose_port(busy.getsockname()[1])


def test_without_a_wish_the_next_free_port_from_8000_is_taken() -> None:
    assert 8000 <= choose_port(None) < 8200


def test_a_process_that_works_as_batch_never_serves_pages() -> None:
    with pytest.raises(RuntimeError, match="start another one for app"):
        start.ready("app")


def test_two_installations_stand_side_by_side_and_state_stays_in_its_home(scratch_database: Scratch) -> None:
    answer = scratch_database.fordran("db", "status", "--json")
    assert answer.returncode == 0
    assert f'"home": "{scratch_database.env["FORDRAN_HOME"]}"' in answer.stdout


@pytest.mark.parametrize(("env", "words"), [
    ({}, "need https before them"), ({"FORDRAN_HTTPS": "1", "FORDRAN_DEMO": "1"}, "on this machine only"),
])  # fmt: skip
def test_pages_are_not_shown_to_a_network_in_the_clear(env: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORDRAN_HTTPS", "FORDRAN_DEMO"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Refused, match=words):
        _may_listen("0.0.0.0")
    _may_listen("127.0.0.1")


def test_the_servers_own_troubles_are_lines_of_the_log(scratch_database: Scratch) -> None:
    """Told to end, the web server speaks of its workers; a machine that reads the log reads that too."""
    os.environ["FORDRAN_LOG"] = "json"
    try:
        process = scratch_database.start("web", "--port", str(port := _free_port()))
    finally:
        del os.environ["FORDRAN_LOG"]
    assert process.stdout is not None and process.stdout.readline().startswith("ready: ")
    assert _ask(port, "GET", "/health/ready").status == 200
    asked = _ask(port, "GET", "/556016-0680/cases?q=Anna+Berg")
    name = asked.headers["X-Request-ID"]
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    lines = [json.loads(line) for line in err.splitlines()]
    (line,) = [line for line in lines if line.get("request") == name]
    assert (line["event"], line["method"], line["status"]) == ("request", "GET", asked.status)
    assert "Anna" not in err and "556016" not in err
