"""The world over HTTP: the simulated ERPs at their own paths, and below `/_world/` what no outside system has.

| Call | Body | Answer |
|---|---|---|
| `GET /_world/` | | who is here: each company's numbers, folders, and how its ERP is reached |
| `GET /_world/clock` | | `{"now": seconds, "local": "2026-03-02T05:00:00"}` |
| `POST /_world/clock` | `{"sleep": seconds}` | the same, that much later |
| `POST /_world/day` | `{"to": "2026-07-01"}`, or with `"half": "morning"` | the day that was reached |
| `GET /_world/report` | `?invoices=1` for each invoice's truth | all that happened |
| `POST /_world/faults` | see `WorldServer.order_trouble` | what is ordered now |
| `POST /_world/payment` | see `WorldServer.pay_in` | `{}` |
| `POST /_world/save` | | where the world was written |

Whoever reaches the port may turn the clock: it listens on 127.0.0.1 only, and nothing in it is real.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from http.client import responses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request

from fordran.sandbox.bankid.clock import MachineClock
from fordran.sandbox.faults import Faults
from fordran.sandbox.visma_net.server import VismaNetServer
from fordran.sandbox.visma_net.serving import Served
from fordran.sandbox.visma_net.settings import KARIN, Behaviours
from fordran.sandbox.world.companies import people_of, sales_folder
from fordran.sandbox.world.world import Member, World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTROL = "/_world"
CLIENT, SECRET = "isv_fordran_sandbox", "sandbox-secret"  # noqa: S105  of a simulator on this machine
LONGEST_SLEEP = 400 * 86_400.0


class _Wrong(Exception):
    """The caller asked for what cannot be; the message says what to do."""


class WorldServer:
    """`save_to`: the world is written there after every day that was lived over HTTP."""

    def __init__(
        self, world: World, *, port: int = 0, faults: Faults | None = None, max_page_size: int = 500, save_to: Path | None = None,
        behaviours: Behaviours | None = None,
    ) -> None:  # fmt: skip
        self.world, self.port, self.save_to = world, port, save_to
        self.faults = faults or Faults(world.seed)
        books = {m.numbers.tenant: m.book for m in world.members.values() if m.company.erp == "visma_net"}
        self.visma_net = VismaNetServer(
            books, {CLIENT: SECRET}, world, faults=self.faults, max_page_size=max_page_size,
            behaviours=behaviours or Behaviours(), wall=MachineClock(),
            people=(KARIN, *people_of((key, member.numbers.tenant) for key, member in world.members.items())),
        )  # fmt: skip
        self.mounts: list[tuple[str, WSGIApplication]] = [("/", self.visma_net.wsgi)]  # first path that fits, longest first
        self._served: Served | None = None
        self._calls: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "/"): self._who,
            ("GET", "/clock"): lambda request: self._clock(),
            ("POST", "/clock"): self._sleep,
            ("POST", "/day"): self._day,
            ("GET", "/report"): lambda request: world.report(invoices=request.args.get("invoices") == "1"),
            ("POST", "/faults"): lambda request: self.order_trouble(_body(request)),
            ("POST", "/payment"): lambda request: self.pay_in(_body(request)),
            ("POST", "/save"): lambda request: self._save(),
        }

    def start(self) -> str:
        """Serve on 127.0.0.1; the address."""
        self._served = Served(self.wsgi, self.port)
        self.port = self._served.port
        return self._served.url

    def stop(self) -> None:
        if self._served is not None:
            self._served.stop()
            self._served = None

    def __enter__(self) -> WorldServer:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        assert self._served is not None, "start it first"
        return self._served.url

    # ---- one request -------------------------------------------------------------------------------------------------

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO") or "/"
        if path == CONTROL or path.startswith(f"{CONTROL}/"):
            return self._control(Request(environ), start_response)
        mount = next(app for prefix, app in self.mounts if path.startswith(prefix))
        return mount(environ, start_response)

    def _control(self, request: Request, start_response: StartResponse) -> Iterable[bytes]:
        path = request.path.removeprefix(CONTROL) or "/"
        call = self._calls.get((request.method, path))
        status, found = 200, None
        if call is None:
            status = 405 if any(known == path for _, known in self._calls) else 404
            found = {"problem": f"there is no {request.method} {request.path} here"}
        else:
            try:
                found = call(request)
            except _Wrong as wrong:
                status, found = 400, {"problem": str(wrong)}
        body = json.dumps(found, ensure_ascii=False).encode()
        headers = [("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(body)))]
        start_response(f"{status} {responses[status]}", headers)
        return [body]

    # ---- control -----------------------------------------------------------------------------------------------------

    def _who(self, request: Request) -> Any:
        base = request.root_url.rstrip("/")
        return {
            "seed": self.world.seed,
            "first_day": self.world.first_day.isoformat(),
            "last_day": self.world.last_day.isoformat() if self.world.last_day else None,
            "companies": {key: self._company(member, base) for key, member in self.world.members.items()},
            "people": [{"name": one.name, "email": one.email, "sub": one.sub, "tenants": list(one.tenants)}
                       for one in self.visma_net.connect.people],
        }  # fmt: skip

    def _company(self, member: Member, base: str) -> dict[str, Any]:
        company, numbers = member.company, member.numbers
        return {
            "name": company.name,
            "mode": company.mode,
            "office": company.office,
            "organisation_number": numbers.organisation_number,
            "office_number": numbers.office_number,
            "on_letters": {"bankgiro": numbers.bankgiro, "iban": numbers.iban, "euro_iban": numbers.euro_iban},
            "on_invoices": {"bankgiro": numbers.sales_bankgiro, "iban": member.book.iban},
            "bank_folder": str(self.world.bank.folders.get(company.key, "")),
            "sales_bank_folder": str(self.world.bank.folders.get(sales_folder(company), "")) if company.sales_files else "",
            "letters_folder": str(member.letters or ""),
            "erp": {"kind": company.erp, "base": base, "token": f"{base}/connect/token", "tenant": numbers.tenant,
                    "client_id": CLIENT, "client_secret": SECRET},
        }  # fmt: skip

    def _clock(self) -> Any:
        return {"now": self.world.now(), "local": self.world.local().isoformat(timespec="seconds")}

    def _sleep(self, request: Request) -> Any:
        seconds = _body(request).get("sleep")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_SLEEP:
            raise _Wrong('write {"sleep": seconds}, from 0 to 400 days')
        self.world.sleep(seconds)
        return self._clock()

    def _day(self, request: Request) -> Any:
        body = _body(request)
        try:
            to = date.fromisoformat(str(body.get("to")))
        except ValueError:
            raise _Wrong('write {"to": "YYYY-MM-DD"}') from None
        if not self.world.first_day <= to or (to - (self.world.last_day or self.world.first_day)).days > 3660:
            raise _Wrong("that day is before the first, or more than ten years away")
        half = body.get("half", "noon")
        if half not in ("morning", "noon"):
            raise _Wrong("a day has two halves: morning and noon")
        if half == "morning":
            self.world.morning(to)
        else:
            self.world.day(to)
        if self.save_to is not None:
            self.world.save(self.save_to)
        return {"last_day": self.world.last_day.isoformat() if self.world.last_day else None, **self._clock()}

    def _save(self) -> Any:
        if self.save_to is None:
            raise _Wrong("this world was started without a file to save it in")
        self.world.save(self.save_to)
        return {"saved": str(self.save_to)}

    def order_trouble(self, wish: Mapping[str, Any]) -> Any:
        """`calm`: true ends all trouble of the ERPs. `rates`: kind -> share of requests. `next`: list of {line, kind, times,
        skip}, where line may hold `*`. `skew_seconds`: of the ERP's own clock. `closed`: payees (`bankgiro:50501055`) whose
        account the bank knows to be closed. `failing`: list of {company, kind, number, why}, see `VismaNetServer.fail`.
        `closed_periods`: list of {company, month}, like `2026-10`; no others are closed then."""
        faults = self.faults
        try:
            if wish.get("calm"):
                faults.calm()
            if "rates" in wish:
                Faults(rates=wish["rates"])  # refuses what cannot be
                faults.rates = dict(wish["rates"])
            for one in wish.get("next", ()):
                faults.next(one["line"], one["kind"], times=one.get("times", 1), skip=one.get("skip", 0))
            faults.skew_seconds = float(wish.get("skew_seconds", faults.skew_seconds))
        except (ValueError, TypeError, KeyError) as error:
            raise _Wrong(f"that trouble cannot be ordered: {error}") from None
        for one in wish.get("failing", ()):
            self._fail(one)
        if "closed_periods" in wish:
            self._close_periods(wish["closed_periods"])
        if "closed" in wish:
            self.world.bank.lived.closed = [str(one) for one in wish["closed"]]
        return {"rates": faults.rates, "skew_seconds": faults.skew_seconds, "met": dict(faults.met),
                "closed": self.world.bank.lived.closed}  # fmt: skip

    def _close_periods(self, periods: Sequence[Mapping[str, str]]) -> None:
        try:
            found = [(self.world.members[one["company"]].numbers.tenant, *one["month"].split("-")) for one in periods]
            wanted = [(tenant, int(year), int(month)) for tenant, year, month in found]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise _Wrong("a closed period is named by company and month, like 2026-10") from None
        for company in self.visma_net.companies.values():
            company.closed = set()
        for tenant, year, month in wanted:
            self.visma_net.close_period(tenant, year, month)

    def pay_in(self, wish: Mapping[str, Any]) -> Any:
        """`company`, `amount` in öre, `payer`, and if wished `reference`, `text`, `payer_account`: a payment by somebody outside
        the market, to the account on the company's letters."""
        texts = {name: str(wish.get(name, "")) for name in ("payer", "reference", "text", "payer_account")}
        amount = wish.get("amount")
        if wish.get("company") not in self.world.members or type(amount) is not int or amount <= 0:
            raise _Wrong("name the company and the amount, in whole öre above 0")
        self.world.pay_in(wish["company"], amount, **texts)
        return {}

    def _fail(self, one: Mapping[str, str]) -> None:
        try:
            tenant = self.world.members[one["company"]].numbers.tenant
            self.visma_net.fail(tenant, one["kind"], one["number"], one["why"])
        except (KeyError, TypeError):
            raise _Wrong("what is to fail is named by company, kind, number and why") from None


def _body(request: Request) -> dict[str, Any]:
    try:
        found = json.loads(request.get_data() or b"{}")
    except ValueError:
        raise _Wrong("the body is not JSON") from None
    if not isinstance(found, dict):
        raise _Wrong("the body must be a JSON object")
    return found
