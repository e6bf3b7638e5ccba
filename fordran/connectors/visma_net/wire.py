"""One call at a time: token, limits, time-outs, retries, background jobs, and every failure sorted into the port's errors.

A reading is tried again, with pauses, when the network or the server fails. A writing is never tried again here unless it is
certain that nothing was done (429, 401): where that is not certain it is Ambiguous, and whoever called must look it up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

import httpx

from fordran.connectors.visma_net.refusals import NOT_LET_IN, refusal, words_of
from fordran.connectors.visma_net.settings import VismaNetSettings, is_here
from fordran.connectors.visma_net.sign_in import VismaConnect
from fordran.connectors.visma_net.values import decode, encode
from fordran.ports.clock import Clock
from fordran.ports.erp import Token, TokenStore, Turnstile
from fordran.ports.errors import Ambiguous, Declined, Malformed, PortError, Unavailable

T = TypeVar("T")

READ_TRIES = 5
LIMIT_TRIES = 8
MOST_RENEWALS = 2
"""Of a token that was refused: once as it had ended, once more as the new one may meet the same bad luck."""
LONGEST_PAUSE = 60.0
BACKGROUND_LOOKS = 40  # 1, 2, 4 … 30 seconds apart: about 18 minutes; the ERP's own limit for a call is 4
LARGEST_ANSWER = 64 * 1024 * 1024
RENEW_BEFORE = 30.0
"""Seconds before its end at which a token is no longer used."""
DEFAULT_WAIT = 60.0
"""Seconds to wait after a 429 that does not say how long."""


class _NotSent(Exception):
    """No connection was made: nothing has left us."""


class _Lost(Exception):
    """The call had left, and no whole answer came. `cut_off`: a part of an answer did."""

    def __init__(self, why: str, *, cut_off: bool = False) -> None:
        super().__init__(why)
        self.cut_off = cut_off


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is decoded JSON, None when there was none. `number` is the last part of Location: what was made."""

    body: Any
    etag: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    file: tuple[str, bytes, str] | None = None


def segment(number: str) -> str:
    """A number as a part of a path."""
    return quote(number, safe="")


class Wire:
    """Calls to one company. Safe for several threads."""

    def __init__(
        self,
        settings: VismaNetSettings,
        *,
        clock: Clock,
        tokens: TokenStore,
        turnstile: Turnstile,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.tokens = tokens
        self.turnstile = turnstile
        self.http = httpx.Client(
            timeout=httpx.Timeout(settings.timeout_seconds, connect=min(10, settings.timeout_seconds)),
            transport=transport,
            trust_env=not is_here(settings.base_url),
        )
        self.sign_in = VismaConnect(settings, clock=clock, http=self.http)
        self.base = settings.base_url.rstrip("/")
        self.always = {"Accept": "application/json"}
        if settings.branch:
            self.always["branchid"] = settings.branch
        if settings.company_header:
            self.always |= {"ipp-company-id": settings.company_header, "ipp-application-type": "Visma.net Financials"}

    def read(self, path: str, query: Mapping[str, str | int | bool] | None = None) -> Answer | None:
        """GET; None = 404. Raises Unavailable, NotAllowed, Declined or Malformed."""
        call = _Call("GET", path, {name: _word(value) for name, value in (query or {}).items()})
        return self._tries(lambda: self._read_once(call))

    def write(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        etag: str = "",
        file: tuple[str, bytes, str] | None = None,
    ) -> Answer:
        """PUT or POST. Raises as `read`, Stale when `etag` is not the record's any more, Ambiguous when it may have been done."""
        headers = {"If-Match": etag} if etag else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        call = _Call(method, path, headers=headers, content=None if body is None else encode(body), file=file)
        try:
            reply = self._call(call)
            if reply.status == 202:
                reply = self._background(reply)
        except _NotSent as error:
            raise Unavailable("Visma.net cannot be reached; nothing was sent") from error
        except (_Lost, Malformed) as error:
            raise Ambiguous(f"Visma.net gave no answer ({error}); it may have been done") from error
        if _failed_inside(reply):
            raise Ambiguous(f"{_said(reply)}; it may have been done")
        if not 200 <= reply.status < 300:
            raise refusal(reply.status, reply.content)
        try:
            return _answer(reply)
        except Malformed as error:
            raise Ambiguous(f"{error}; it may have been done") from error

    # ---- a reading, tried again ---------------------------------------------------------------------------------------

    def _tries(self, once: Callable[[], T]) -> T:
        trouble: PortError = Unavailable("Visma.net cannot be reached; it will be tried again")
        for attempt in range(READ_TRIES):
            if attempt:
                self.clock.sleep(min(2.0**attempt, LONGEST_PAUSE))
            try:
                return once()
            except _NotSent:
                trouble = Unavailable("Visma.net cannot be reached; it will be tried again")
            except _Lost as error:
                kind = Malformed if error.cut_off else Unavailable
                trouble = kind(f"Visma.net gave no whole answer ({error})")
            except Malformed as error:
                trouble = error
        raise trouble

    def _read_once(self, call: _Call) -> Answer | None:
        reply = self._call(call)
        if reply.status == 202:
            try:
                reply = self._background(reply)
            except _Lost as error:
                raise Unavailable(f"Visma.net took the reading on and gave no answer ({error})") from error
        if reply.status == 404:
            return None
        if _failed_inside(reply):
            raise _Lost(_said(reply))
        if not 200 <= reply.status < 300:
            raise refusal(reply.status, reply.content)
        return _answer(reply)

    # ---- one call, and what stands in its way ------------------------------------------------------------------------

    def _call(self, call: _Call) -> _Reply:
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
        raise Unavailable("Visma.net allows no more calls for now; it will be tried again")

    def _token(self) -> Token:
        token = self.tokens.read()
        if token is None or token.expires_at - RENEW_BEFORE <= self.clock.now():
            token = self.tokens.renew(token, self.sign_in)
        return token

    def _send(self, call: _Call, token: Token) -> _Reply:
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
            raise _NotSent(str(error)) from error
        except httpx.HTTPError as error:
            raise _Lost("the time ran out" if isinstance(error, httpx.TimeoutException) else "the connection broke") from error
        try:
            return _Reply(response.status_code, response.headers, _whole_body(response))
        finally:
            response.close()

    def _tell(self, reply: _Reply) -> None:
        """What the answer says of the limit goes to all workers."""
        after = _seconds(reply.headers.get("Retry-After", ""), reply.headers.get("Date", ""))
        reset = _seconds(reply.headers.get("X-RateLimit-Reset", ""))
        if reply.status == 429 and after is None:
            after = reset if reset is not None else DEFAULT_WAIT
        remaining = reply.headers.get("X-RateLimit-Remaining", "")
        left = int(remaining) if remaining.isascii() and remaining.isdigit() else None
        if left is not None or reset is not None or after is not None:
            self.turnstile.told(remaining=left, reset_seconds=reset, retry_after=after)

    # ---- background jobs ---------------------------------------------------------------------------------------------

    def _background(self, reply: _Reply) -> _Reply:
        """Wait for a job that was taken on (202), and give its answer as if it had come at once.

        Raises _Lost when it is not known how it ended.
        """
        accepted = decode(reply.content)
        job = accepted.get("id") if isinstance(accepted, dict) else None
        if not isinstance(job, str) or not job:
            raise Malformed("Visma.net took the call on in the background and did not say under which number")
        pause = 1.0
        for _ in range(BACKGROUND_LOOKS):
            self.clock.sleep(pause)
            pause = min(pause * 2, 30.0)
            state = self._look(f"/v1/background/{segment(job)}")
            status = state.get("status") if isinstance(state, dict) else None
            if status in ("Finished", "Failed"):
                return self._result(job, state)
        raise _Lost("its background job has not ended")

    def _result(self, job: str, state: Mapping[str, Any]) -> _Reply:
        status = state.get("statusCode")
        if not isinstance(status, int):
            if state.get("status") == "Failed":
                raise Declined(f"Visma.net's background job failed: {str(state.get('errorMessage') or 'without a word')[:300]}")
            raise _Lost("its background job does not say how it ended")
        content = b""
        if state.get("hasResponseContent"):
            found = self._fetch(f"/v1/background/{segment(job)}/content")
            if found.status not in (200, status):
                raise _Lost(f"the content of its background job answers {found.status}")
            content = found.content
        elif state.get("errorMessage"):
            content = encode({"message": str(state["errorMessage"])})
        return _Reply(status, _headers_of(state.get("responseHeaders")), content)

    def _look(self, path: str) -> Any:
        reply = self._fetch(path)
        if reply.status != 200:
            raise _Lost(f"its background job answers {reply.status}")
        return decode(reply.content)

    def _fetch(self, path: str) -> _Reply:
        """Whatever goes wrong here, the job itself was taken on: raises _Lost alone."""
        try:
            return self._tries(lambda: self._fetch_once(path))
        except PortError as error:
            raise _Lost(f"its background job cannot be read: {error}") from error

    def _fetch_once(self, path: str) -> _Reply:
        reply = self._call(_Call("GET", path))
        if reply.status >= 500:
            raise _Lost(_said(reply))
        if reply.content.strip():
            decode(reply.content)
        return reply


def _answer(reply: _Reply) -> Answer:
    number = urlsplit(reply.headers.get("Location", "")).path.rstrip("/").rpartition("/")[2]
    body = decode(reply.content) if reply.content.strip() else None
    return Answer(body, reply.headers.get("ETag", ""), unquote(number))


def _failed_inside(reply: _Reply) -> bool:
    """The server failed, rather than refused: what was asked for may or may not have been done."""
    return reply.status >= 500 and words_of(reply.content).fault not in NOT_LET_IN


def _said(reply: _Reply) -> str:
    said = words_of(reply.content).said
    return f"Visma.net answered {reply.status}{': ' if said else ''}{said}"


def _whole_body(response: httpx.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > LARGEST_ANSWER:
                raise _Lost(f"its answer is larger than {LARGEST_ANSWER} bytes", cut_off=True)
    except httpx.TimeoutException as error:
        raise _Lost("the time ran out", cut_off=bool(parts)) from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise _Lost("its answer was cut off", cut_off=True) from error
    return b"".join(parts)


def _word(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _seconds(written: str, date_header: str = "") -> float | None:
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
        return DEFAULT_WAIT


def _headers_of(found: Any) -> httpx.Headers:
    """The answer's headers as a background job keeps them: one text, or a list of texts, a name."""
    headers = httpx.Headers()
    for name, value in found.items() if isinstance(found, Mapping) else ():
        one = value[0] if isinstance(value, list) and value else value
        if isinstance(one, str):
            headers[str(name)] = one
    return headers
