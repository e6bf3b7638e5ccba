"""`/metrics`: what waits, what failed and how old it is, in the text format of Prometheus.

Counted from the tables when asked, so that it is the same whichever process answers, and kept a few seconds. Creditors are
numbers. Who may ask: whoever shows FORDRAN_METRICS_TOKEN; without one, only this machine, and only while no proxy stands before
us, since behind a proxy everybody seems to be this machine.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import psycopg
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from fordran import __version__
from fordran.config.health import own_connection, see_all
from fordran.countries.se.rates import REFERENCE_RATE, with_rates
from fordran.creditor_pages.tenancy import legal_day
from fordran.db import connect

KEPT_SECONDS = 15.0
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP")


@dataclass(frozen=True, slots=True)
class Count:
    """A gauge from one statement, whose rows are the labels' values and then the number. `%(today)s` is the day it is."""

    name: str
    help: str
    labels: tuple[str, ...]
    statement: str


COUNTS = (
    Count(
        "fordran_days",
        "Active creditors by how far today's day has come.",
        ("state",),
        """SELECT coalesce(d.state, 'not_begun'), count(*) FROM creditors_creditor c
           LEFT JOIN day_course d ON d.creditor_id = c.id AND d.day = %(today)s WHERE c.active GROUP BY 1""",
    ),
    Count(
        "fordran_days_running",
        "Days of any date that have begun and are not finished.",
        (),
        "SELECT count(*) FROM day_course WHERE state = 'running'",
    ),
    Count(
        "fordran_day_finished_age_days",
        "Days since the creditor's last finished day; active creditors.",
        ("creditor",),
        """SELECT c.id, %(today)s::date - (SELECT max(day) FROM day_course d WHERE d.creditor_id = c.id AND d.state = 'finished')
           FROM creditors_creditor c WHERE c.active""",
    ),
    Count(
        "fordran_pieces",
        "Pieces of running days by state; failed ones are tried again.",
        ("state",),
        """SELECT s.state, count(*) FROM day_shard s JOIN day_course d USING (creditor_id, day)
           WHERE d.state = 'running' AND s.state <> 'done' GROUP BY 1""",
    ),
    Count(
        "fordran_letters_waiting",
        "Letters that have not left: composed (for a person) or approved.",
        ("state",),
        "SELECT state, count(*) FROM letters_letter WHERE state IN ('composed', 'approved') GROUP BY 1",
    ),
    Count(
        "fordran_letters_sent",
        "Letters dated in the last seven days that have left.",
        (),
        """SELECT count(*) FROM letters_letter l JOIN creditors_creditor c ON c.id = l.creditor_id
           WHERE l.dated_on > %(today)s::date - 7 AND l.state = 'sent'""",
    ),
    Count(
        "fordran_dispatches",
        "Attempts of letters that have not left: failed, or ambiguous (a person must look).",
        ("state",),
        """SELECT d.state, count(*) FROM letters_letter l JOIN letters_dispatch d ON d.letter_id = l.id
           WHERE l.state IN ('composed', 'approved') AND d.state <> 'sent' GROUP BY 1""",
    ),
    Count(
        "fordran_payments_suspense",
        "Payments that wait for a person.",
        (),
        "SELECT count(*) FROM settlement_payment WHERE state = 'suspense'",
    ),
    Count(
        "fordran_payments_suspense_minor",
        "Money that waits for a person, öre or cent.",
        ("currency",),
        "SELECT currency, sum(held_minor)::bigint FROM settlement_payment WHERE state = 'suspense' GROUP BY 1",
    ),
    Count(
        "fordran_payments_suspense_oldest_days",
        "Age of the payment that has waited longest for a person.",
        (),
        "SELECT %(today)s::date - min(learnt_on) FROM settlement_payment WHERE state = 'suspense'",
    ),
    Count(
        "fordran_errands",
        "What the ERP is to be told and does not know yet.",
        ("state",),
        "SELECT state, count(*) FROM erp_errand WHERE state NOT IN ('done', 'overtaken') GROUP BY 1",
    ),
    Count(
        "fordran_errands_oldest_days",
        "Age of the oldest thing that the ERP was not told.",
        (),
        "SELECT %(today)s::date - min(asked_on) FROM erp_errand WHERE state NOT IN ('done', 'overtaken')",
    ),
    Count(
        "fordran_fetch_age_days",
        "Days since the ERP was read to the end.",
        ("creditor",),
        "SELECT creditor_id, %(today)s::date - last_fetched_on FROM erp_connection WHERE active",
    ),
    Count(
        "fordran_fetch_failing",
        "1 where the latest reading of the ERP failed.",
        ("creditor",),
        "SELECT creditor_id, (last_error <> '')::int FROM erp_connection WHERE active",
    ),
    Count(
        "fordran_payment_orders",
        "Orders to the bank that are under way, or rejected.",
        ("state",),
        "SELECT state, count(*) FROM payouts_paymentorder WHERE state NOT IN ('paid', 'returned') GROUP BY 1",
    ),
)
"""No statement reads letters, payments, errands or pieces of days whole: each has an index of what is open. What has no row is
not there, as an age of something that never was."""


class _FromTables(Collector):
    def __init__(self, connection: psycopg.Connection, today: date) -> None:
        self.connection, self.today = connection, today

    def collect(self) -> Iterable[Metric]:
        yield _gauge("fordran_build", "1, and which version this is.", ("version",), [(__version__, 1)])
        added = self.connection.execute("SELECT starts_on, percent, source_url FROM creditors_addedrate").fetchall()
        until = with_rates(REFERENCE_RATE, added).known_until
        if until is not None:
            left = "Days until the last day for which the law book knows the reference rate."
            yield _gauge("fordran_law_known_days", left, (), [((until - self.today).days,)])
        for count in COUNTS:
            rows = self.connection.execute(count.statement, {"today": self.today}).fetchall()  # type: ignore[arg-type]
            yield _gauge(count.name, count.help, count.labels, rows)


def _gauge(name: str, help: str, labels: Sequence[str], rows: Iterable[Sequence[object]]) -> Metric:
    family = GaugeMetricFamily(name, help, labels=labels)
    for *values, number in rows:
        if isinstance(number, int):
            family.add_metric([str(value) for value in values], number)
    return family


def exposition(role: str, today: date) -> bytes:
    """All of it, as text. Raises Refused and psycopg.Error."""
    with own_connection(role) as connection, connection.transaction():
        see_all(connection)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_FromTables(connection, today))
        return generate_latest(registry)


class _Kept:
    """The last answer, shared by the threads of a process: however many ask, the database is asked now and then."""

    def __init__(self) -> None:
        self.lock, self.text, self.until = threading.Lock(), b"", 0.0

    def get(self) -> bytes:
        with self.lock:
            if time.monotonic() >= self.until:
                self.text = exposition(connect.role(), legal_day())
                self.until = time.monotonic() + KEPT_SECONDS
            return self.text


_kept = _Kept()


@transaction.non_atomic_requests
def metrics(request: HttpRequest) -> HttpResponse:
    """200 with the text; 403 for who may not ask. A database that is away is a 503: a scrape that fails is an alarm itself."""
    if not may_ask(request):
        return HttpResponse("set FORDRAN_METRICS_TOKEN and show it as a bearer token\n", status=403, content_type="text/plain")
    try:
        return HttpResponse(_kept.get(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    except psycopg.Error as error:
        return HttpResponse(f"the database cannot be used ({type(error).__name__})\n", status=503, content_type="text/plain")


def may_ask(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(shown.strip().encode(), settings.METRICS_TOKEN.encode())
    forwarded = settings.HTTPS or any(name in request.headers for name in _FORWARDED)
    return not forwarded and request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1")
