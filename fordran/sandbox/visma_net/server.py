"""The simulated Visma.net: sign-in, API and gateway in one, for any number of companies.

    server = VismaNetServer({"<tenant id>": book}, {"isv_client": "secret"}, clock)
    address = server.start()      # the API below it at /v1 and /v2, the token endpoint at /connect/token
    ...
    server.stop()

`server.wsgi` is the application itself, to be served together with others (by `serving.Served`: only it cuts connections).
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.http import http_date
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from fordran.sandbox.book import Book
from fordran.sandbox.faults import Faults
from fordran.sandbox.visma_net import customers, document_lists, invoice_changes, journals, organisation, payments, query, wire
from fordran.sandbox.visma_net.answers import JSON, Answer, gateway_error, html, refused
from fordran.sandbox.visma_net.background import Jobs, read_header
from fordran.sandbox.visma_net.call import Call, Route
from fordran.sandbox.visma_net.company import Company
from fordran.sandbox.visma_net.connect import PATHS, Connect
from fordran.sandbox.visma_net.serving import Served
from fordran.sandbox.visma_net.settings import BEHAVIOURS, KARIN, LIMITS, Behaviours, Clock, Limits, Person
from fordran.sandbox.visma_net.tokens import Grant
from fordran.sandbox.visma_net.webhooks import post_event
from fordran.sandbox.visma_net.wire import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROUTES: tuple[Route, ...] = (
    *organisation.ROUTES, *customers.ROUTES, *document_lists.ROUTES, *invoice_changes.ROUTES, *payments.ROUTES, *journals.ROUTES,
)  # fmt: skip
_MAP = Map([Rule(r.path, methods=[r.method], endpoint=r) for r in ROUTES], strict_slashes=False, merge_slashes=False)
_RIGHTS = {"GET": "read", "POST": "create", "PUT": "update", "DELETE": "delete"}
_TOKEN_FAULTS = {"500", "502", "timeout_before", "timeout_after", "504_after", "truncated", "wrong_content"}
LOG = logging.getLogger("fordran.sandbox.visma_net")
DENIED = "Authorization has been denied for this request."


class Seen(NamedTuple):
    """A request that came, for tests and counts."""

    line: str  # GET /v1/customer?pageNumber=1
    status: int  # 0 = the connection was closed without an answer
    fault: str


class VismaNetServer:
    """`books`: company tenant id -> its book. `clients`: client id -> secret. One lock a company, any number of callers."""

    def __init__(
        self, books: Mapping[str, Book], clients: Mapping[str, str], clock: Clock, *, limits: Limits = LIMITS,
        faults: Faults | None = None, max_page_size: int = 500, behaviours: Behaviours = BEHAVIOURS,
        people: tuple[Person, ...] = (KARIN,), customer_tenants: Iterable[str] = (),
        redirects: Mapping[str, frozenset[str]] | None = None, port: int = 0, wall: Clock | None = None,
    ) -> None:  # fmt: skip
        self.clock, self.limits, self.max_page_size, self.behaviours, self.port = clock, limits, max_page_size, behaviours, port
        self.faults = faults or Faults()
        self.companies = {tenant: Company(book, behaviours) for tenant, book in books.items()}
        self.connect = Connect(
            clients, set(books), people, behaviours, frozenset(customer_tenants), redirects, name_of=self._name_of, wall=wall
        )
        self.mistakes: list[Exception] = []  # of the simulator itself: to be empty
        self.webhook = ""  # where the answers of background calls are announced, when the caller subscribed
        self.requests: deque[Seen] = deque(maxlen=2000)
        self.counts: Counter[str] = Counter()  # requests by method and first word of the path: "GET customerinvoice"
        self._jobs = Jobs()
        self._windows: dict[tuple[str, str], tuple[int, int]] = {}  # (tenant, client) -> (window, calls in it)
        self._lock = threading.Lock()
        self._served: Served | None = None

    # ---- the outside -------------------------------------------------------------------------------------------------

    def start(self) -> str:
        """Serve on 127.0.0.1; its address."""
        self._served = Served(self.wsgi, self.port)
        return self._served.url

    def stop(self) -> None:
        if self._served:
            self._served.stop()
            self._served = None

    def add(self, tenant: str, book: Book) -> None:
        """One company more."""
        self.companies[tenant] = Company(book, self.behaviours)
        self.connect.tenants.add(tenant)

    def _name_of(self, tenant: str) -> str:
        return self.companies[tenant].book.name if tenant in self.companies else ""

    def close_period(self, tenant: str, year: int, month: int, *, ledgers: Iterable[str] = ("customer", "general")) -> None:
        self.companies[tenant].closed |= {(ledger, f"{year}{month:02}") for ledger in ledgers}

    def open_period(self, tenant: str, year: int, month: int) -> None:
        self.companies[tenant].closed -= {(ledger, f"{year}{month:02}") for ledger in ("customer", "general")}

    def fail(self, tenant: str, kind: str, number: str, why: str) -> None:
        """The record comes with `errorInfo` and little else. `kind`: party, invoice, debit_note, credit_note or receipt; or
        action, and then its release (`release-400001`, `release-journal-700001`) answers Failed."""
        self.companies[tenant].failing[kind, number] = why

    def mend(self, tenant: str, kind: str, number: str) -> None:
        self.companies[tenant].failing.pop((kind, number), None)

    def withdraw(self, tenant: str) -> None:
        """The company takes its grant back: no new tokens, and the old ones are denied."""
        self.connect.tenants.discard(tenant)

    def grant(self, tenant: str) -> None:
        self.connect.tenants.add(tenant)

    def license(self, tenant: str, held: bool) -> None:
        """Without a licence the gateway answers in the ERP's place."""
        self.companies[tenant].licensed = held

    def tell(self, url: str, tenant: str, event: str, reference: str, names: dict[str, str] | None = None) -> int:
        """Post an event ("AR Invoice Changed") about a record to an address; the receiver's status, 0 = nobody took it."""
        stamp = wire.moment(self.companies[tenant].stamped(self.companies[tenant].book.now()))
        return post_event(url, event, tenant=tenant, reference=reference, stamp=stamp, names=names)

    # ---- one request -------------------------------------------------------------------------------------------------

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        """Raises ConnectionAbortedError where the connection is to be closed without (the rest of) an answer."""
        request = Request(environ)
        line = f"{request.method} {request.path}"
        fault = self.faults.choose(line)
        if fault and request.path in PATHS and fault not in _TOKEN_FAULTS:
            fault = ""
        answer = self._answer_or_500(request, fault)
        status = 0 if answer is None else answer.status
        asked = request.query_string.decode("utf-8", "replace")
        with self._lock:
            self.requests.append(Seen(f"{line}?{asked}" if asked else line, status, fault))
            self.counts[f"{request.method} {request.path.split('/')[2] if request.path.count('/') > 1 else request.path}"] += 1
        if answer is None:
            if self.behaviours.lost_seconds:
                self.clock.sleep(self.behaviours.lost_seconds)
            raise ConnectionAbortedError(fault)
        headers = {**answer.headers, "Content-Length": str(len(answer.body)), "Date": self._date()}
        if answer.status == 204:
            del headers["Content-Length"]
        start_response(f"{answer.status} -", list(headers.items()))
        if fault == "truncated" and answer.body:
            return _cut_off(answer.body)
        return iter([answer.body])

    def _answer_or_500(self, request: Request, fault: str) -> Answer | None:
        try:
            return self._answer(request, fault)
        except Exception as error:  # a mistake of the simulator's own: told, and kept for whoever runs it
            LOG.exception("the simulated Visma.net failed at %s %s", request.method, request.path)
            self.mistakes.append(error)
            return Answer.of({"message": "An error has occurred."}, 500)

    def _answer(self, request: Request, fault: str) -> Answer | None:
        """None = the connection is closed without an answer."""
        if fault == "timeout_before":
            return None
        before = self._trouble_before(fault)
        if before is not None:
            return before
        if fault == "expired_token":
            self.connect.tokens.forget(_bearer(request))
        now = self.clock.now() + self.faults.skew_seconds
        root = request.root_url.rstrip("/")
        if request.path in PATHS:
            answer = self.connect.answer(request, root, now)
        elif request.path.startswith(("/v1/", "/v2/")):
            answer = self._api(request, root, now, fault)
        else:
            answer = html(404, "404 Not Found")
        if fault == "timeout_after":
            return None
        if fault == "504_after":
            return html(504, "504 Gateway Time-out")
        return html(200, "We will soon be back") if fault == "wrong_content" else answer

    def _trouble_before(self, fault: str) -> Answer | None:
        if fault == "429":
            return self._too_many(30, 0)
        if fault == "500":
            return Answer.of({"message": "An error has occurred."}, 500)
        if fault == "502":
            return html(502, "502 Bad Gateway")
        return gateway_error(500, "The operation could not be completed.", "12001") if fault == "gateway_error" else None

    # ---- the API -----------------------------------------------------------------------------------------------------

    def _api(self, request: Request, root: str, now: float, fault: str) -> Answer:
        grant = self.connect.tokens.access(_bearer(request), now)
        if grant is None or grant.tenant not in self.companies or grant.tenant not in self.connect.tenants:
            return Answer.of({"message": DENIED}, 401, WWW_Authenticate="Bearer")
        if not self.companies[grant.tenant].licensed:
            return gateway_error(403, "No license for this company.", "12027")
        limited, headers = self._count(grant)
        if limited:
            return limited
        try:
            answer = self._routed(request, grant, root, now, fault)
        except Refusal as refusal:
            answer = refused(refusal)
        answer.headers |= headers
        return answer

    def _routed(self, request: Request, grant: Grant, root: str, now: float, fault: str) -> Answer:
        right = _RIGHTS.get(request.method, "")
        if not any(scope.endswith(f"_api:{right}") for scope in grant.scopes):
            raise Refusal(403, f"The token lacks the scope to {right or request.method}.")
        if request.path.startswith("/v1/background/"):
            return self._background(request, grant.tenant, root, now)
        route, values = _find_route(request)
        later = request.headers.get("erp-api-background")
        if later is None:
            return self._handled(request, route, values, grant, root, fault)
        names = read_header(later)
        try:
            answer = self._handled(request, route, values, grant, root, fault)
        except Refusal as refusal:
            answer = refused(refusal)
        told = names is not None and self.webhook != ""
        job, accepted = self._jobs.accept(
            answer, tenant=grant.tenant, uri=request.url, root=root, had_body=bool(request.content_length), now=now,
            ready=now + (0 if told else self.behaviours.background_seconds),
        )  # fmt: skip
        if told:
            self.tell(self.webhook, grant.tenant, "BACKGROUND_API_RESPONSE", job, names)
        return accepted

    def _handled(self, request: Request, route: Route, values: Mapping[str, str], grant: Grant, root: str, fault: str) -> Answer:
        asked = query.parse(list(request.args.items(multi=True)), route.query)
        needed = route.if_match and request.method != "GET" and self.behaviours.needs_if_match
        if needed and not request.headers.get("If-Match"):
            # Whether the real one refuses is not known; with a client that forgets, a change in between would be lost.
            raise Refusal(400, "The header If-Match is required.")
        company = self.companies[grant.tenant]
        with company.book.lock:
            company.skew = timedelta(seconds=self.faults.skew_seconds)
            now = self.clock.now()
            company.catch_up(now)
            call = Call(request, company, asked, root, self.max_page_size, now, shift=fault == "page_shift")
            return route.handler(call, **values)

    def _background(self, request: Request, tenant: str, root: str, now: float) -> Answer:
        key, _, rest = request.path.removeprefix("/v1/background/").partition("/")
        query.parse(list(request.args.items(multi=True)), query.NOTHING)
        if request.method != "GET":
            raise Refusal(405, "The requested resource does not support this method.")
        if rest not in ("", "content"):
            raise Refusal(404, "No resource was found at this address.")
        return self._jobs.content(key, tenant, now) if rest else self._jobs.state(key, tenant, root, now)

    # ---- limits and times --------------------------------------------------------------------------------------------

    def _count(self, grant: Grant) -> tuple[Answer | None, dict[str, str]]:
        """Count a call of this company and client: the refusal, if it was one too many, and the headers of every answer."""
        now, length = self.clock.now(), self.limits.window_seconds
        window, reset = int(now // length), ceil(length - now % length)
        with self._lock:
            key = (grant.tenant, grant.client)
            at, calls = self._windows.get(key, (window, 0))
            calls = calls + 1 if at == window else 1
            self._windows[key] = (window, calls)
        left = self.limits.calls - calls
        if left < 0:
            return self._too_many(reset, 0), {}
        return None, self._limit_headers(reset, left)

    def _limit_headers(self, reset: int, left: int) -> dict[str, str]:
        return {"X-RateLimit-Limit": str(self.limits.calls), "X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": str(reset),
                "X-RateLimit-Policy": self.limits.policy}  # fmt: skip

    def _too_many(self, reset: int, left: int) -> Answer:
        headers = self._limit_headers(reset, left) | {"Retry-After": str(reset), "Content-Type": JSON}
        return Answer(429, b'{"message":"API calls quota exceeded."}', headers)

    def _date(self) -> str:
        return http_date(self.clock.now() + self.faults.skew_seconds)


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""


def _find_route(request: Request) -> tuple[Route, Mapping[str, str]]:
    try:
        found: tuple[Route, Mapping[str, str]] = _MAP.bind("x").match(request.path, request.method)
    except MethodNotAllowed as error:
        raise Refusal(405, "The requested resource does not support this method.") from error
    except NotFound as error:
        raise Refusal(404, "No resource was found at this address.") from error
    return found


def _cut_off(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    raise ConnectionAbortedError("truncated")
