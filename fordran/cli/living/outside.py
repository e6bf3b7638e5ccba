"""The sandbox as a process of its own, and what is asked of its world over HTTP."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from fordran.core.problems import Refused

SECONDS_TO_STOP = 15
SECONDS_FOR_A_DAY = 120.0


@contextmanager
def sandbox(folder: Path, *, seed: int, first_day: date, keys: Sequence[str], size: int) -> Iterator[str]:
    """`fordran sandbox serve` on the world in `folder`, as a child; the address. The child holds a pipe of ours, and stops and
    keeps its world when that closes, however we end. Raises Refused when it does not start."""
    chosen = [part for key in keys for part in ("--company", key)]
    command = [
        sys.executable, "-m", "fordran.cli.main", "sandbox", "serve", *chosen, "--size", str(size), "--seed", str(seed), "--from",
        first_day.isoformat(), "--dir", str(folder), "--port", "0", "--forget-files", "--while-input",
    ]  # fmt: skip
    # In a session of its own: Ctrl-C on the terminal is for us, who end it in order.
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert child.stdin is not None and child.stdout is not None and child.stderr is not None
    try:
        ready = child.stdout.readline()
        if not ready.startswith("ready: "):
            raise Refused(f"the sandbox did not start: {child.stderr.read().strip()}")
        yield ready.removeprefix("ready: ").strip()
    finally:
        with suppress(OSError):
            child.stdin.close()
        try:
            child.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()
        child.stderr.close()


class Outside:
    """The world at `url`. Every call raises Refused when it does not answer, or says no.

    It is also the clock of connectors in a process that alone lets time pass, as this one does while a day is lived: the time
    is asked for only after that. The pages' processes have `connectors.clock.WorldClock`, which asks each time.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._now: float | None = None
        self.http = httpx.Client(base_url=f"{url}/_world", timeout=SECONDS_FOR_A_DAY, trust_env=False)

    def about(self) -> dict[str, Any]:
        """Who is there, and the last day that was lived."""
        return self._ask("GET", "/")

    def report(self) -> dict[str, Any]:
        """All that happened there, which Fordran never sees."""
        return self._ask("GET", "/report")

    def live(self, to: date, half: str) -> None:
        """Up to the morning or the noon of that day; what was lived is left alone."""
        self._now = float(self._ask("POST", "/day", {"to": to.isoformat(), "half": half})["now"])

    def now(self) -> float:
        """Seconds since 1970."""
        if self._now is None:
            self._now = float(self._ask("GET", "/clock")["now"])
        return self._now

    def sleep(self, seconds: float) -> None:
        """Returns at once; so much later it is."""
        self._now = float(self._ask("POST", "/clock", {"sleep": max(seconds, 0)})["now"])

    def save(self) -> None:
        self._ask("POST", "/save", {})

    def trouble(self, wish: dict[str, Any]) -> None:
        self._ask("POST", "/faults", wish)

    def pay_in(self, key: str, minor: int, payer: str, *, reference: str = "", text: str = "") -> None:
        """Somebody outside the market pays to the account on the company's letters."""
        self._ask("POST", "/payment", {"company": key, "amount": minor, "payer": payer, "reference": reference, "text": text})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            answer = self.http.request(method, path, json=body)
            found: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Refused("the sandbox does not answer; stop the demonstration and start it again with `fordran demo`") from error
        if not answer.is_success:
            raise Refused(str(found.get("problem", answer.status_code)))
        return found
