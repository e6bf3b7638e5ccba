"""The first load of a large ledger over HTTP, and the daily delta: the real connector, the simulated Visma.net in a process of
its own, the real tables. Time, memory, and how many calls it takes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from typing import Any

from bench import run
from bench.child import answer, be_ready, when_told
from bench.world import SETTINGS
from fordran.db import migrated
from fordran.db.embedded import ConnectionInfo

ON = date(2026, 3, 2)
TENANT, CLIENT, SECRET = "3f1c9a52-5d0e-4c47-9f5b-0a8d2f6f7b10", "isv_bench", "secret of the benchmark"  # noqa: S105
NUMBER = "5560160680"
"""Of the creditor in `bench.world.SETTINGS`."""

INVOICES_OF_ONE = 10
CHANGED = 2_000
PAGE = 500


class _Machine:
    """The simulator's clock is the machine's; it waits in real time."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


# ---- the ERP, in a process of its own ---------------------------------------------------------------------------------


def serve(invoices: str) -> None:
    """A ledger of so many invoices, then what is asked for line by line: `change N`, `requests`, `end`."""
    from fordran.sandbox.book import Book, Document, Party, Place
    from fordran.sandbox.visma_net.server import VismaNetServer
    from fordran.sandbox.visma_net.settings import Limits

    at = datetime(2025, 7, 1, 8)  # noqa: DTZ001  an ERP stamps local times
    days = 0
    book = Book(TENANT, "Granholms Bygg AB", NUMBER, lambda: at + timedelta(days=days, seconds=30 * book.counter))
    book.classes["K"] = "Kunder"
    wanted = int(invoices)
    for n in range(wanted):
        party = str(10_000 + n // INVOICES_OF_ONE)
        if n % INVOICES_OF_ONE == 0:
            place = Place(f"Storgatan {n % 97 + 1}", "", "123 45", "Storås")
            book.add_party(Party(party, f"Kund {party} AB", "K", place=place, email=f"{party}@kund.example"))
        amount = 10_000 + n * 7919 % 900_000
        due = date(2025, 7, 1) + timedelta(days=n % 240)
        book.add_document(
            Document("invoice", str(100_000 + n), party, "SEK", amount, amount, due - timedelta(days=30), due, text="Arbete")
        )
    server = VismaNetServer({TENANT: book}, {CLIENT: SECRET}, _Machine(), limits=Limits(calls=10**9), max_page_size=PAGE)
    print(json.dumps({"url": server.start()}), flush=True)
    changed = 0
    for line in sys.stdin:
        word, _, number = line.strip().partition(" ")
        if word == "change" and number != "0":
            days += 1
            for n in range(int(number)):
                document = book.documents["invoice", str(100_000 + (changed + n) * 97 % wanted)]
                document.due += timedelta(days=1)
                book.touch(document)
            changed += int(number)
        elif word == "end":
            break
        print(json.dumps({"requests": sum(server.counts.values())}), flush=True)
    server.stop()


class _Erp:
    """The parent's hand on that process."""

    def __init__(self, invoices: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.fetch", "serve", str(invoices)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, cwd=run.ROOT,
        )  # fmt: skip
        self.url: str = self._said()["url"]

    def _said(self) -> Any:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def say(self, line: str) -> int:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return int(self._said()["requests"])

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


# ---- the office ------------------------------------------------------------------------------------------------------


def settle_in(database: str, url: str) -> None:
    be_ready(database)
    from fordran.day.connecting import connect_and_try
    from fordran.payouts.terms import apply_settings

    settings = {
        "tenant_id": TENANT, "client_id": CLIENT, "base_url": url, "token_url": f"{url}/connect/token", "page_size": PAGE,
    }  # fmt: skip
    connect_and_try(
        apply_settings(SETTINGS),
        "visma_net",
        settings,
        {"client_secret": SECRET},
        by="bench",
        today=ON,
        switches={},
        case_url="",
    )


def read(database: str, on: str) -> None:
    """One reading of the ERP, as the day does it, without the sweep."""
    be_ready(database)
    from fordran.cases.office import open_office
    from fordran.creditors.models import Creditor
    from fordran.day import world
    from fordran.day.fetch import fetch

    creditor = Creditor.objects.get()
    erp, office = world.erp_of(creditor), open_office(creditor)
    assert erp is not None
    when_told()
    cpu = time.process_time()
    done = fetch(office, erp, date.fromisoformat(on), sweep=False)
    if done.error:
        raise SystemExit(done.error)
    answer(rows=done.records, changed=done.changed, pages=done.pages, client_cpu=time.process_time() - cpu)


def measure(info: ConnectionInfo, invoices: int) -> dict[str, Any]:
    """First load and delta, once each: they are long, and their calls and memory do not vary."""
    erp = _Erp(invoices)
    try:
        with run.database(info, migrated.template(info)) as name:
            subprocess.run([sys.executable, "-m", "bench.fetch", "settle_in", name, erp.url], check=True, cwd=run.ROOT)
            found: dict[str, Any] = {"step": "fetch", "invoices": invoices, "rounds": 1}
            for part, change in (("first", 0), ("delta", CHANGED)):
                before = erp.say(f"change {change}")
                one = _reading(name, ON + timedelta(days=change // CHANGED))
                found[part] = one | {"requests": erp.say("change 0") - before}
            return found
    finally:
        erp.end()


def _reading(database: str, on: date) -> dict[str, Any]:
    seconds, (told,), _ = run.children(["read", database, on.isoformat()], module="bench.fetch")
    return {
        "records": told["rows"], "changed": told["changed"], "pages": told["pages"], "seconds": round(seconds, 1),
        "processor_seconds": round(told["client_cpu"], 1), "peak_mb": told["peak_mb"],
    }  # fmt: skip


DEEDS = {f.__name__: f for f in (serve, settle_in, read)}

if __name__ == "__main__":
    DEEDS[sys.argv[1]](*sys.argv[2:])
