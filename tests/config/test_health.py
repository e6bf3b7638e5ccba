"""What a load balancer and a collector of numbers are told: the truth, the reason, and nothing of anybody."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.test import Client, RequestFactory, override_settings

from fordran.config import metrics
from fordran.config.health import Readiness, readiness
from fordran.db import embedded
from fordran.ports.errors import Ambiguous
from fordran.ports.post import Parcel
from tests.build import IDENTITIES, an_item, an_office, bring_in, day
from tests.conftest import Scratch
from tests.post import PostOffice

TODAY = date(2026, 2, 4)


def _lived(scratch: Scratch) -> None:
    """One creditor whose letters left and that has money waiting since the day before; another whose day was never begun."""
    from fordran.day.run import run_day
    from fordran.settlement.pay import Money, receive

    office, _idle = an_office(), an_office(number="559999-0123")
    bring_in(office, [an_item("1001", "1"), an_item("1002", "2")], TODAY)
    run_day(TODAY, {"folder": PostOffice()}, [office.creditor])
    receive(office, Money("k1", "bank", day("2026-02-03"), 12_300, "SEK", reference="okänd"), TODAY - timedelta(days=1))


def _values(text: str) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(number) for name, _, number in lines}


def _ready(role: str = "app") -> Readiness:
    return readiness(role, lambda: TODAY)


def test_an_installation_that_is_whole_is_ready_and_tells_how_far_the_day_has_come(scratch_database: Scratch) -> None:
    _lived(scratch_database)
    found = _ready()
    assert found.reasons == []
    assert found.day == {"on": "2026-02-04", "running": 0, "finished": 1, "not_begun": 1, "failed_pieces": 0}
    assert "Granholm" not in str(found.as_data())


def test_a_piece_that_failed_is_told_and_takes_no_page_away(scratch_database: Scratch) -> None:
    _lived(scratch_database)
    with scratch_database.connect() as batch:
        batch.execute("UPDATE day_course SET state = 'running', step = 'send'")
        batch.execute("UPDATE day_shard SET state = 'failed' WHERE step = 'send'")
    found = _ready()
    assert found.reasons == [] and (found.day["running"], found.day["failed_pieces"]) == (1, 1)


def test_tables_of_other_code_make_it_unready(scratch_database: Scratch) -> None:
    with scratch_database.connect("owner") as owner:
        owner.execute("UPDATE fordran_state SET value = 'another' WHERE key = 'migrations'")
    assert [(reason.what, "fordran db migrate" in reason.words) for reason in _ready().reasons] == [("migrations", True)]


def test_a_database_that_is_away_is_named_as_the_reason(scratch_database: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as away:
        away.setenv("FORDRAN_DATABASE", "gone_with_the_wind")
        found = _ready()
    assert [reason.what for reason in found.reasons] == ["database"] and found.day == {}


def test_a_role_that_sees_through_walls_is_a_reason_against_serving_pages(scratch_database: Scratch) -> None:
    with _superuser(scratch_database) as root:
        root.execute("ALTER ROLE fordran_app BYPASSRLS")
        try:
            assert [reason.what for reason in _ready().reasons] == ["role"]
        finally:
            root.execute("ALTER ROLE fordran_app NOBYPASSRLS")
    assert _ready().reasons == []


def _superuser(scratch: Scratch) -> psycopg.Connection:
    if scratch.server.embedded:
        return scratch.server.connect(embedded.ROOT_ROLE, "postgres")
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def test_over_http_it_is_200_or_503_with_the_reason(scratch_database: Scratch) -> None:
    client = Client()
    assert client.get("/health/live").json() == {"live": True}
    assert client.get("/health/ready").status_code == 200
    with scratch_database.connect("owner") as owner:
        owner.execute("UPDATE fordran_state SET value = 'another' WHERE key = 'migrations'")
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["reasons"][0]["what"]) == (503, "migrations")


def test_the_numbers_are_those_of_the_tables(scratch_database: Scratch) -> None:
    from fordran.creditors.models import Creditor

    _lived(scratch_database)
    own, idle = Creditor.objects.order_by("id").values_list("pk", flat=True)
    with scratch_database.connect() as batch:
        batch.execute("INSERT INTO erp_connection (creditor_id, connector, settings, active, base_currency, company, case_url, "
                      "since_customers, since_items, reacted_to, reacted_to_customers, last_fetched_on, last_error) "
                      "VALUES (%s, 'visma_net', '{}', true, 'SEK', '', '', '', '', 0, 0, '2026-02-01', 'x')", [own])  # fmt: skip
        batch.execute("INSERT INTO erp_errand (creditor_id, key, kind, payload, asked_on, state, attempts, error, external_id, "
                      "about_case, about_letter, about_payment) VALUES (%s, 'mark 1', 'mark', '{}', '2026-01-30', 'refused', 5, "
                      "'', '', 0, 0, 0)", [own])  # fmt: skip
    told = _values(metrics.exposition("app", TODAY).decode())
    expected = {
        'fordran_days{state="finished"}': 1, 'fordran_days{state="not_begun"}': 1, "fordran_days_running": 0,
        f'fordran_day_finished_age_days{{creditor="{own}"}}': 0, "fordran_letters_sent": 2,
        "fordran_payments_suspense": 1, 'fordran_payments_suspense_minor{currency="SEK"}': 12_300,
        "fordran_payments_suspense_oldest_days": 1, 'fordran_errands{state="refused"}': 1, "fordran_errands_oldest_days": 5,
        f'fordran_fetch_age_days{{creditor="{own}"}}': 3, f'fordran_fetch_failing{{creditor="{own}"}}': 1,
    }  # fmt: skip
    assert {name: told.get(name) for name in expected} == expected
    assert f'fordran_day_finished_age_days{{creditor="{idle}"}}' not in told, "an age of what never was is no number"
    assert told["fordran_law_known_days"] >= 330


def test_the_numbers_name_nobody(scratch_database: Scratch) -> None:
    _lived(scratch_database)
    text = metrics.exposition("app", TODAY).decode()
    assert [word for word in ("Granholm", "Kund", "556016", *IDENTITIES) if word in text] == []


def test_the_pages_role_and_the_batch_role_count_the_same(scratch_database: Scratch) -> None:
    _lived(scratch_database)
    assert metrics.exposition("app", TODAY) == metrics.exposition("batch", TODAY)


def test_letters_that_wait_or_are_ambiguous_are_counted(scratch_database: Scratch) -> None:
    from fordran.day.run import run_day

    office = an_office()
    bring_in(office, [an_item("1001", "1"), an_item("1002", "2")], TODAY)
    run_day(TODAY, {"folder": PostOffice(fails=_silence)}, [office.creditor])
    told = _values(metrics.exposition("batch", TODAY).decode())
    assert told['fordran_letters_waiting{state="approved"}'] == 2
    assert told['fordran_dispatches{state="ambiguous"}'] == 2


def _silence(_parcel: Parcel, _key: str) -> None:
    raise Ambiguous("no answer came")


def _ask(**headers: str) -> Any:
    return RequestFactory().get("/metrics", REMOTE_ADDR=headers.pop("ip", "127.0.0.1"), headers=headers)


def test_without_a_token_only_this_machine_and_no_proxy_may_ask() -> None:
    assert metrics.may_ask(_ask())
    assert not metrics.may_ask(_ask(ip="10.0.0.7"))
    assert not metrics.may_ask(_ask(**{"X-Forwarded-For": "10.0.0.7"}))
    with override_settings(HTTPS=True):
        assert not metrics.may_ask(_ask())


def test_with_a_token_only_who_shows_it_may_ask() -> None:
    with override_settings(METRICS_TOKEN="hemligt"):
        assert metrics.may_ask(_ask(ip="10.0.0.7", Authorization="Bearer hemligt"))
        for wrong in ("", "Bearer hemlig", "Bearer", "Basic hemligt", "Bearer hemligtå"):
            assert not metrics.may_ask(_ask(Authorization=wrong)), wrong


def test_a_stranger_is_refused_and_the_answer_is_kept_for_some_seconds(scratch_database: Scratch) -> None:
    client = Client()
    metrics._kept.until = 0.0
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 403
    first = client.get("/metrics")
    assert first.status_code == 200 and first.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    an_office()
    assert client.get("/metrics").content == first.content
    metrics._kept.until = 0.0
    assert client.get("/metrics").content != first.content
    metrics._kept.until = 0.0
