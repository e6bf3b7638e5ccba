"""One call at a time over HTTP: token, limits, time-outs, and what is certain of a call that got no answer.

What every connector of an ERP needs and none should write twice. A reading is tried again, with pauses, when the network or the
server fails. A writing is never tried again here unless it is certain that nothing was done (429, 401): where that is not
certain it is Ambiguous, and whoever called must look it up (docs/adr/0210). What an answer means is the connector's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import quote, urlsplit

import httpx

from fordran.ports.clock import Clock
from fordran.ports.erp import Renew, Token, TokenStore, Turnstile
from fordran.ports.errors import Ambiguous, Malformed, PortError, Unavailable

T = TypeVar("T")

READ_TRIES = 5
LIMIT_TRIES = 8
MOST_RENEWALS = 2
"""Of a token that was refused: once as it had ended, once more as the new one may meet the same bad luck."""
LONGEST_PAUSE = 60.0
LARGEST_ANSWER = 64 * 1024 * 1024
RENEW_BEFORE = 30.0
"""Seconds before its end at which a token is no longer used."""


class NotSent(Exception):
    """No connection was made: nothing has left us."""


class Lost(Exception):
    """The call had left, and no whole answer came. `cut_off`: a part of an answer did."""

    def __init__(self, why: str, *, cut_off: bool = False) -> None:
        super().__init__(why)
        self.cut_off = cut_off


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: httpx.Headers
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    file: tuple[str, bytes, str] | None = None


def segment(number: str) -> str:
    """A number as a part of a path."""
    return quote(number, safe="")


def is_here(address: str) -> bool:
    """Whether the address is this machine: a simulator."""
    return urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1")


def is_safe(address: str) -> bool:
    """Whether a secret may be sent there: encrypted, or to this machine."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_here(address)))


def client(base_url: str, timeout_seconds: int, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    timeout = httpx.Timeout(timeout_seconds, connect=min(10, timeout_seconds))
    return httpx.Client(timeout=timeout, transport=transport, trust_env=not is_here(base_url))


class Line:
    """Calls to one company of the system `name`, which stands in every message. Safe for several threads."""

    def __init__(
        self,
        name: str,
        base_url: str,
        http: httpx.Client,
        *,
        clock: Clock,
        tokens: TokenStore,
        turnstile: Turnstile,
        sign_in: Renew,
        always: Mapping[str, str],
        default_wait: float,
    ) -> None:
        """`always`: headers of every call. `default_wait`: seconds to wait after a 429 that does not say how long."""
        self.name, self.base, self.http = name, base_url.rstrip("/"), http
        self.clock, self.tokens, self.turnstile, self.sign_in = clock, tokens, turnstile, sign_in
        self.always, self.default_wait = dict(always), default_wait

    def reading(self, once: Callable[[], T]) -> T:
        """Tried again after a pause. Raises Unavailable or Malformed, as the last trouble was."""
        trouble: PortError = Unavailable(f"{self.name} cannot be reached; it will be tried again")
        for attempt in range(READ_TRIES):
            if attempt:
                self.clock.sleep(min(2.0**attempt, LONGEST_PAUSE))
            try:
                return once()
            except NotSent:
                trouble = Unavailable(f"{self.name} cannot be reached; it will be tried again")
            except Lost as error:
                kind = Malformed if error.cut_off else Unavailable
                trouble = kind(f"{self.name} gave no whole answer ({error})")
            except Malformed as error:
                trouble = error
        raise trouble

    def writing(self, once: Callable[[], T]) -> T:
        """Once. Raises Unavailable when nothing has left us, Ambiguous when it may have been done."""
        try:
            return once()
        except NotSent as error:
            raise Unavailable(f"{self.name} cannot be reached; nothing was sent") from error
        except (Lost, Malformed) as error:
            raise Ambiguous(f"{self.name} gave no answer ({error}); it may have been done") from error

    def call(self, call: Call) -> Reply:
        """The answer, whatever its status, but for the limit and an expired token, which are dealt with."""
        renewed = 0
        for _ in range(LIMIT_TRIES):
            self.turnstile.wait()
            token = self._token()
            reply = self._send(call, token)
            self._tell(reply)
            if reply.status == 401 and renewed < MOST_RENEWALS:
                self.tokens.renew(token, self.sign_in)
                renewed += 1
            elif reply.status != 429:
                return reply
        raise Unavailable(f"{self.name} allows no more calls for now; it will be tried again")

    def _token(self) -> Token:
        token = self.tokens.read()
        if token is None or token.expires_at - RENEW_BEFORE <= self.clock.now():
            token = self.tokens.renew(token, self.sign_in)
        return token

    def _send(self, call: Call, token: Token) -> Reply:
        request = self.http.build_request(
            call.method,
            self.base + call.path,
            params=call.query or None,
            content=call.content,
            files={"file": call.file} if call.file else None,
            headers={**self.always, **call.headers, "Authorization": f"Bearer {token.access}"},
        )
        try:
            response = self.http.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
            raise NotSent(str(error)) from error
        except httpx.HTTPError as error:
            raise Lost("the time ran out" if isinstance(error, httpx.TimeoutException) else "the connection broke") from error
        try:
            return Reply(response.status_code, response.headers, _whole_body(response))
        finally:
            response.close()

    def _tell(self, reply: Reply) -> None:
        """What the answer says of the limit goes to all workers."""
        after = self._seconds(reply.headers.get("Retry-After", ""), reply.headers.get("Date", ""))
        reset = self._seconds(reply.headers.get("X-RateLimit-Reset", ""))
        if reply.status == 429 and after is None:
            after = reset if reset is not None else self.default_wait
        remaining = reply.headers.get("X-RateLimit-Remaining", "")
        left = int(remaining) if remaining.isascii() and remaining.isdigit() else None
        if left is not None or reset is not None or after is not None:
            self.turnstile.told(remaining=left, reset_seconds=reset, retry_after=after)

    def _seconds(self, written: str, date_header: str = "") -> float | None:
        """`120`, or a date: then counted from the answer's own Date, so that no two clocks are compared."""
        written = written.strip()
        if not written:
            return None
        try:
            return max(float(written), 0.0)
        except ValueError:
            pass
        try:
            return max((parsedate_to_datetime(written) - parsedate_to_datetime(date_header)).total_seconds(), 0.0)
        except (ValueError, TypeError):
            return self.default_wait


def _whole_body(response: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > LARGEST_ANSWER:
                raise Lost(f"its answer is larger than {LARGEST_ANSWER} bytes", cut_off=True)
    except httpx.TimeoutException as error:
        raise Lost("the time ran out", cut_off=bool(parts)) from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise Lost("its answer was cut off", cut_off=True) from error
    return b"".join(parts)
