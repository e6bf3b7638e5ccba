"""The simulated Fortnox: sign-in and API in one, for any number of companies.

    server = FortnoxServer({"<database number>": book}, {"client": "secret"}, clock)
    address = server.start()      # the API below it at /3, sign-in at /oauth-v1
    ...
    server.stop()

`server.wsgi` is the application itself, to be served together with others (by `serving.Served`: only it cuts connections).
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.http import http_date
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from fordran.sandbox.book import Book
from fordran.sandbox.faults import Faults
from fordran.sandbox.fortnox import postings, query, registers
from fordran.sandbox.fortnox.call import Call, Route
from fordran.sandbox.fortnox.company import Company
from fordran.sandbox.fortnox.settings import BEHAVIOURS, LIMITS, SCOPES, Behaviours, Clock, Limits
from fordran.sandbox.fortnox.sign_in import PATHS, TOKEN, Grant, SignIn
from fordran.sandbox.fortnox.wire import Answer, Refusal, html, refused
from fordran.sandbox.visma_net.serving import Served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROUTES = (
    Route("GET", "/3/companyinformation", registers.company_information, "companyinformation"),
    Route("GET", "/3/settings/company", registers.company_settings, "settings"),
    Route("GET", "/3/customers", registers.list_customers, "customer", "customers"),
    Route("GET", "/3/customers/<number>", registers.get_customer, "customer"),
    Route("GET", "/3/invoices", registers.list_invoices, "invoice", "invoices"),
    Route("GET", "/3/invoices/<number>", registers.get_invoice, "invoice"),
    Route("GET", "/3/invoicepayments", postings.list_payments, "payment", "invoicepayments"),
    Route("GET", "/3/invoicepayments/<number>", postings.get_payment, "payment"),
    Route("POST", "/3/invoicepayments", postings.post_payment, "payment"),
    Route("PUT", "/3/invoicepayments/<number>/bookkeep", postings.book_payment, "payment"),
    Route("GET", "/3/vouchers", postings.list_vouchers, "bookkeeping", "vouchers"),
    Route("POST", "/3/vouchers", postings.post_voucher, "bookkeeping"),
)
_MAP = Map([Rule(r.path, methods=[r.method], endpoint=r) for r in ROUTES], strict_slashes=False, merge_slashes=False)
_TOKEN_FAULTS = {"500", "502", "timeout_before", "timeout_after", "504_after", "truncated", "wrong_content"}
LOG = logging.getLogger("fordran.sandbox.fortnox")
SHIFTED = 3


class Seen(NamedTuple):
    """A request that came, for tests and counts."""

    line: str  # GET /3/invoices?page=1
    status: int  # 0 = the connection was closed without an answer
    fault: str


class FortnoxServer:
    """`books`: database number of a company -> its book. `clients`: client id -> secret."""

    def __init__(
        self, books: Mapping[str, Book], clients: Mapping[str, str], clock: Clock, *, limits: Limits = LIMITS,
        faults: Faults | None = None, behaviours: Behaviours = BEHAVIOURS, port: int = 0,
    ) -> None:  # fmt: skip
        self.clock, self.limits, self.behaviours, self.port = clock, limits, behaviours, port
        self.faults = faults or Faults()
        self.companies = {tenant: Company(book, behaviours) for tenant, book in books.items()}
        self.sign_in = SignIn(clients, set(books), behaviours)
        self.mistakes: list[Exception] = []  # of the simulator itself: to be empty
        self.requests: deque[Seen] = deque(maxlen=5000)
        self.counts: Counter[str] = Counter()  # requests by method and resource: "GET invoices"
        self._calls: dict[tuple[str, str], deque[float]] = {}  # of the last window, by tenant and client
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

    def consent(self, client: str, tenant: str, *, scopes: frozenset[str] = SCOPES) -> str:
        """A code, as if the company's administrator had said yes."""
        return self.sign_in.consent(client, tenant, self._now(), scopes=scopes)

    # ---- one request -------------------------------------------------------------------------------------------------

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        """Raises ConnectionAbortedError where the connection is to be closed without (the rest of) an answer."""
        request = Request(environ)
        line = f"{request.method} {request.path}"
        fault = self.faults.choose(line)
        if fault and request.path in PATHS and (fault not in _TOKEN_FAULTS or request.path != TOKEN):
            fault = ""
        answer = self._answer_or_500(request, fault)
        asked = request.query_string.decode("utf-8", "replace")
        with self._lock:
            seen = Seen(f"{line}?{asked}" if asked else line, 0 if answer is None else answer.status, fault)
            self.requests.append(seen)
            self.counts[f"{request.method} {request.path.split('/')[2] if request.path.count('/') > 1 else request.path}"] += 1
        if answer is None:
            raise ConnectionAbortedError(fault)
        headers = {**answer.headers, "Content-Length": str(len(answer.body)), "Date": http_date(self._now())}
        start_response(f"{answer.status} -", list(headers.items()))
        if fault == "truncated" and answer.body:
            return _cut_off(answer.body)
        return iter([answer.body])

    def _now(self) -> float:
        return self.clock.now() + self.faults.skew_seconds

    def _answer_or_500(self, request: Request, fault: str) -> Answer | None:
        try:
            return self._answer(request, fault)
        except Exception as error:  # a mistake of the simulator's own: told, and kept for whoever runs it
            LOG.exception("the simulated Fortnox failed at %s %s", request.method, request.path)
            self.mistakes.append(error)
            return refused(Refusal(500, "System exception", "1000003"))

    def _answer(self, request: Request, fault: str) -> Answer | None:
        """None = the connection is closed without an answer."""
        if fault == "timeout_before":
            return None
        if fault == "429":
            return self._too_many()
        if fault in ("500", "gateway_error"):
            return refused(Refusal(500 if fault == "500" else 503, "System exception", "1000003"))
        if fault == "502":
            return html(502, "502 Bad Gateway")
        if fault == "expired_token":
            self.sign_in.forget(_bearer(request))
        if request.path in PATHS:
            answer = self.sign_in.answer(request, self._now())
        elif request.path.startswith("/3/"):
            answer = self._api(request, fault)
        else:
            answer = html(404, "404 Not Found")
        if fault == "timeout_after":
            return None
        if fault == "504_after":
            return html(504, "504 Gateway Time-out")
        return html(200, "Vi är snart tillbaka") if fault == "wrong_content" else answer

    # ---- the API -----------------------------------------------------------------------------------------------------

    def _api(self, request: Request, fault: str) -> Answer:
        grant = self.sign_in.access(_bearer(request), self._now())
        if grant is None:
            return refused(Refusal(401, "Ogiltig inloggning", "2000310"))
        if self._over(grant):
            return self._too_many()
        try:
            return self._routed(request, grant, fault)
        except Refusal as refusal:
            return refused(refusal)

    def _routed(self, request: Request, grant: Grant, fault: str) -> Answer:
        company = self.companies[grant.tenant]
        if not company.licensed:
            raise Refusal(403, "Api-licens saknas.", "2001103")
        if request.headers.get("Accept") != "application/json":
            raise Refusal(400, "Invalid response type", "1000030")  # the real one would answer XML to some
        route, values = _find_route(request)
        if route.scope not in grant.scopes:
            raise Refusal(403, "Det finns ingen aktiv licens för önskat scope", "2001101")
        asked = query.parse(list(request.args.items(multi=True)), route.lists)
        with company.book.lock:
            company.skew = timedelta(seconds=self.faults.skew_seconds)
            call = Call(request, company, asked, request.root_url.rstrip("/"), SHIFTED if fault == "page_shift" else 0)
            return route.handler(call, **values)

    def _over(self, grant: Grant) -> bool:
        """Whether this call is one too many in the sliding window; one that is refused does not count."""
        now = self.clock.now()
        with self._lock:
            calls = self._calls.setdefault((grant.tenant, grant.client), deque())
            while calls and calls[0] <= now - self.limits.window_seconds:
                calls.popleft()
            if len(calls) >= self.limits.calls:
                return True
            calls.append(now)
            return False

    def _too_many(self) -> Answer:
        answer = refused(Refusal(429, "Too many requests"))
        if self.behaviours.says_retry_after:
            answer.headers["Retry-After"] = str(int(self.limits.window_seconds))
        return answer


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme == "Bearer" else ""


def _find_route(request: Request) -> tuple[Route, Mapping[str, str]]:
    try:
        found: tuple[Route, Mapping[str, str]] = _MAP.bind("x").match(request.path, request.method)
    except MethodNotAllowed as error:
        raise Refusal(405, "Metoden stöds inte.") from error
    except NotFound as error:
        raise Refusal(404, "A valid identifier was not provided.", "2000729") from error
    return found


def _cut_off(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    raise ConnectionAbortedError("truncated")
