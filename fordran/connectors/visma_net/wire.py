"""Calls to one company in Visma.net: what its answers mean, and jobs that it takes on in the background.

Token, limits, time-outs and retries are those of every connector (`connectors.http`): a reading is tried again, a writing never
unless it is certain that nothing was done. Where that is not certain it is Ambiguous, and whoever called must look it up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from fordran.connectors.exact_json import encode
from fordran.connectors.http import Call, Line, Lost, Reply, client, segment
from fordran.connectors.visma_net.refusals import NOT_LET_IN, refusal, words_of
from fordran.connectors.visma_net.settings import VismaNetSettings
from fordran.connectors.visma_net.sign_in import VismaConnect
from fordran.connectors.visma_net.values import decode
from fordran.ports.clock import Clock
from fordran.ports.erp import TokenStore, Turnstile
from fordran.ports.errors import Ambiguous, Declined, Malformed, PortError, Unavailable

BACKGROUND_LOOKS = 40  # 1, 2, 4 … 30 seconds apart: about 18 minutes; the ERP's own limit for a call is 4
DEFAULT_WAIT = 60.0
"""Seconds to wait after a 429 that does not say how long."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is decoded JSON, None when there was none. `number` is the last part of Location: what was made."""

    body: Any
    etag: str = ""
    number: str = ""


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
        always = {"Accept": "application/json"}
        if settings.branch:
            always["branchid"] = settings.branch
        if settings.company_header:
            always |= {"ipp-company-id": settings.company_header, "ipp-application-type": "Visma.net Financials"}
        http = client(settings.base_url, settings.timeout_seconds, transport)
        self.sign_in = VismaConnect(settings, clock=clock, http=http)
        self.line = Line(
            "Visma.net", settings.base_url, http, clock=clock, tokens=tokens, turnstile=turnstile, sign_in=self.sign_in,
            always=always, default_wait=DEFAULT_WAIT,
        )  # fmt: skip

    def read(self, path: str, query: Mapping[str, str | int | bool] | None = None) -> Answer | None:
        """GET; None = 404. Raises Unavailable, NotAllowed, Declined or Malformed."""
        call = Call("GET", path, {name: _word(value) for name, value in (query or {}).items()})
        return self.line.reading(lambda: self._read_once(call))

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
        call = Call(method, path, headers=headers, content=None if body is None else encode(body), file=file)
        reply = self.line.writing(lambda: self._whole(call))
        if _failed_inside(reply):
            raise Ambiguous(f"{_said(reply)}; it may have been done")
        if not 200 <= reply.status < 300:
            raise refusal(reply.status, reply.content)
        try:
            return _answer(reply)
        except Malformed as error:
            raise Ambiguous(f"{error}; it may have been done") from error

    def _whole(self, call: Call) -> Reply:
        """The answer, after its job where the call was taken on in the background."""
        reply = self.line.call(call)
        return self._background(reply) if reply.status == 202 else reply

    def _read_once(self, call: Call) -> Answer | None:
        reply = self.line.call(call)
        if reply.status == 202:
            try:
                reply = self._background(reply)
            except Lost as error:
                raise Unavailable(f"Visma.net took the reading on and gave no answer ({error})") from error
        if reply.status == 404:
            return None
        if _failed_inside(reply):
            raise Lost(_said(reply))
        if not 200 <= reply.status < 300:
            raise refusal(reply.status, reply.content)
        return _answer(reply)

    # ---- background jobs ---------------------------------------------------------------------------------------------

    def _background(self, reply: Reply) -> Reply:
        """Wait for a job that was taken on (202), and give its answer as if it had come at once.

        Raises Lost when it is not known how it ended.
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
        raise Lost("its background job has not ended")

    def _result(self, job: str, state: Mapping[str, Any]) -> Reply:
        status = state.get("statusCode")
        if not isinstance(status, int):
            if state.get("status") == "Failed":
                raise Declined(f"Visma.net's background job failed: {str(state.get('errorMessage') or 'without a word')[:300]}")
            raise Lost("its background job does not say how it ended")
        content = b""
        if state.get("hasResponseContent"):
            found = self._fetch(f"/v1/background/{segment(job)}/content")
            if found.status not in (200, status):
                raise Lost(f"the content of its background job answers {found.status}")
            content = found.content
        elif state.get("errorMessage"):
            content = encode({"message": str(state["errorMessage"])})
        return Reply(status, _headers_of(state.get("responseHeaders")), content)

    def _look(self, path: str) -> Any:
        reply = self._fetch(path)
        if reply.status != 200:
            raise Lost(f"its background job answers {reply.status}")
        return decode(reply.content)

    def _fetch(self, path: str) -> Reply:
        """Whatever goes wrong here, the job itself was taken on: raises Lost alone."""
        try:
            return self.line.reading(lambda: self._fetch_once(path))
        except PortError as error:
            raise Lost(f"its background job cannot be read: {error}") from error

    def _fetch_once(self, path: str) -> Reply:
        reply = self.line.call(Call("GET", path))
        if reply.status >= 500:
            raise Lost(_said(reply))
        if reply.content.strip():
            decode(reply.content)
        return reply


def _answer(reply: Reply) -> Answer:
    number = urlsplit(reply.headers.get("Location", "")).path.rstrip("/").rpartition("/")[2]
    body = decode(reply.content) if reply.content.strip() else None
    return Answer(body, reply.headers.get("ETag", ""), unquote(number))


def _failed_inside(reply: Reply) -> bool:
    """The server failed, rather than refused: what was asked for may or may not have been done."""
    return reply.status >= 500 and words_of(reply.content).fault not in NOT_LET_IN


def _said(reply: Reply) -> str:
    said = words_of(reply.content).said
    return f"Visma.net answered {reply.status}{': ' if said else ''}{said}"


def _word(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _headers_of(found: Any) -> httpx.Headers:
    """The answer's headers as a background job keeps them: one text, or a list of texts, a name."""
    headers = httpx.Headers()
    for name, value in found.items() if isinstance(found, Mapping) else ():
        one = value[0] if isinstance(value, list) and value else value
        if isinstance(one, str):
            headers[str(name)] = one
    return headers
