"""Calls to one company in Fortnox, paced below its limit, and its refusals sorted into the port's errors.

The limit is 25 calls in any five seconds for a client and company, and no answer says how many are left. So the gate is told of
four a second: then no five seconds hold more than 24, however many workers there are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from fordran.connectors.exact_json import decode, encode
from fordran.connectors.fortnox.settings import FortnoxSettings
from fordran.connectors.fortnox.sign_in import FortnoxSignIn
from fordran.connectors.http import Call, Line, Lost, Reply, client
from fordran.ports.clock import Clock
from fordran.ports.erp import TokenStore, Turnstile
from fordran.ports.errors import Declined, Malformed, NotAllowed, PortError

NAME = "Fortnox"
CALLS_A_SECOND = 4
DEFAULT_WAIT = 5.0
"""Seconds: the length of its window, for a 429 that does not say how long."""
LONGEST_WORDS = 300

#: Codes of ErrorInformation that no other call will mend (Fortnox's developer pages, "Errors").
NOT_LET_IN = {
    "2000310": "sign in to Fortnox again",
    "2000311": "sign in to Fortnox again",
    "2001101": "the company has no active licence for what was asked",
    "2001103": "the company has no licence for the API",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is what stands under the resource's name. `at`: the server's own time, UTC, as `2026-11-24 10:00`."""

    body: Any
    at: str


class Wire:
    """Safe for several threads."""

    def __init__(
        self,
        settings: FortnoxSettings,
        *,
        clock: Clock,
        tokens: TokenStore,
        turnstile: Turnstile,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.settings, self.clock, self.turnstile = settings, clock, turnstile
        http = client(settings.base_url, settings.timeout_seconds, transport)
        self.line = Line(
            NAME, settings.base_url, http, clock=clock, tokens=tokens, turnstile=turnstile,
            sign_in=FortnoxSignIn(settings, clock=clock, http=http), always={"Accept": "application/json"},
            default_wait=DEFAULT_WAIT,
        )  # fmt: skip
        self._second_ends = 0.0

    def read(self, path: str, query: Mapping[str, str | int] | None = None) -> Answer | None:
        """GET; None = 404. Raises Unavailable, NotAllowed, Declined or Malformed."""
        call = Call("GET", path, {name: str(value) for name, value in (query or {}).items()})
        return self.line.reading(lambda: self._read_once(call))

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """PUT or POST; what the answer holds. Raises as `read`, and Ambiguous when it may have been done."""
        call = Call(method, path, headers={"Content-Type": "application/json"}, content=encode(body))
        return self.line.writing(lambda: self._write_once(call))

    def _read_once(self, call: Call) -> Answer | None:
        reply = self._paced(call)
        if reply.status == 404:
            return None
        return Answer(_body_of(reply), _time_of(reply))

    def _write_once(self, call: Call) -> Any:
        return _body_of(self._paced(call))

    def _paced(self, call: Call) -> Reply:
        now = self.clock.now()
        if now >= self._second_ends:
            # One more goes through as the second turns: whoever waited for that.
            self.turnstile.told(remaining=CALLS_A_SECOND - 1, reset_seconds=1.0, retry_after=None)
            self._second_ends = now + 1.0
        return self.line.call(call)


def _body_of(reply: Reply) -> Any:
    """Raises Lost where the server failed rather than refused: it once answered 503 where 429 was meant."""
    if reply.status >= 500:
        said, _ = words_of(reply.content)
        raise Lost(f"it answered {reply.status}{': ' if said else ''}{said}")
    if not 200 <= reply.status < 300:
        raise refusal(reply.status, reply.content)
    return decode(reply.content, NAME) if reply.content.strip() else None


def _time_of(reply: Reply) -> str:
    """ "" where the server does not say."""
    try:
        return parsedate_to_datetime(reply.headers.get("Date", "")).astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    except (ValueError, TypeError):
        return ""


def words_of(content: bytes) -> tuple[str, str]:
    """What a refusal says, and its code. The names come with a small first letter or a large one."""
    try:
        body = decode(content, NAME)
    except Malformed:
        return "", ""
    if not isinstance(body, Mapping):
        return "", ""
    found = body.get("ErrorInformation")
    inner = {str(name).lower(): value for name, value in (found if isinstance(found, Mapping) else body).items()}
    said = re.sub(r"\s+", " ", str(inner.get("message") or inner.get("error_description") or "")).strip()
    return said[:LONGEST_WORDS], str(inner.get("code") or "")


def refusal(status: int, content: bytes) -> PortError:
    """The error for an answer of 3xx or 4xx."""
    words, code = words_of(content)
    said = f": {words}{f' ({code})' if code else ''}" if words or code else ""
    if code in NOT_LET_IN:
        return NotAllowed(f"Fortnox does not let us in{said}; {NOT_LET_IN[code]}")
    if status == 401:
        return NotAllowed(f"Fortnox does not accept our token{said}; sign in again")
    if status == 403:
        return NotAllowed(f"Fortnox does not allow this call{said}; the consent lacks a scope, or the company a licence")
    if status == 404:
        return Declined(f"Fortnox does not know the record{said}")
    if 400 <= status < 500:
        return Declined(f"Fortnox said no{said or f' ({status}, without a word)'}")
    return Malformed(f"Fortnox answered {status}, which was not agreed{said}")
