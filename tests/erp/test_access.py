"""One token and one gate for all workers: nobody renews what another has just renewed, nobody calls past the ERP's limit."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connection

from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.erp.access import SharedToken, SharedTurnstile
from fordran.erp.connections import all_settings, connect, connection_of, disconnect
from fordran.erp.models import AccessToken, Connection
from fordran.ports.erp import Token
from fordran.ports.errors import NotAllowed, Unavailable
from tests.build import an_office, day
from tests.connectors.erp_surroundings import TestTime

ON = day("2026-02-04")


def test_a_token_is_sealed_and_renewed_only_while_it_is_the_one_that_was_used(db: None) -> None:
    creditor = an_office().creditor.pk
    tokens = SharedToken(creditor)
    assert tokens.read() is None
    first = tokens.renew(None, lambda _known: Token("one", 100.5, "refresh one"))
    assert tokens.read() == first and b"one" not in bytes(AccessToken.objects.get().sealed)
    second = tokens.renew(first, lambda known: Token("two", 200.0, known.refresh + "!" if known else ""))
    assert second.refresh == "refresh one!"

    def never(_known: Token | None) -> Token:
        raise AssertionError("somebody else has renewed it already")

    assert tokens.renew(first, never) == second


def test_a_renewal_that_fails_leaves_the_token_as_it_was(db: None) -> None:
    tokens = SharedToken(an_office().creditor.pk)
    first = tokens.renew(None, lambda _known: Token("one", 1.0))

    def refused(_known: Token | None) -> Token:
        raise NotAllowed("no")

    with pytest.raises(NotAllowed):
        tokens.renew(first, refused)
    assert tokens.read() == first


@pytest.mark.slow
def test_of_many_workers_at_once_one_renews_and_all_get_what_it_made(scratch_database: Any, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        creditor = an_office().creditor.pk
        first = SharedToken(creditor).renew(None, lambda _known: Token("0", 1.0))
        renewed: list[int] = []
        got: list[Token] = []

        def renew(_known: Token | None) -> Token:
            renewed.append(1)
            time.sleep(0.2)
            return Token("1", 2.0)

        def work() -> None:
            got.append(SharedToken(creditor).renew(first, renew))
            connection.close()

        workers = [threading.Thread(target=work) for _ in range(6)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert len(renewed) == 1 and {token.access for token in got} == {"1"}


def test_calls_stop_at_the_limit_and_go_on_in_the_next_window_for_every_worker(db: None) -> None:
    creditor, clock = an_office().creditor.pk, TestTime(1000.0)
    gate, other = SharedTurnstile(creditor, clock), SharedTurnstile(creditor, clock)
    gate.wait()  # the ERP has said nothing yet
    gate.told(remaining=2, reset_seconds=60, retry_after=None)
    gate.wait()
    other.wait()
    assert clock.slept == []
    gate.wait()
    assert clock.now() == pytest.approx(1060, abs=1)


def test_an_answer_that_comes_late_does_not_give_calls_back(db: None) -> None:
    creditor, clock = an_office().creditor.pk, TestTime(1000.0)
    gate = SharedTurnstile(creditor, clock)
    gate.told(remaining=1, reset_seconds=60, retry_after=None)
    gate.told(remaining=5, reset_seconds=60, retry_after=None)
    gate.wait()
    gate.wait()
    assert clock.now() >= 1060


def test_retry_after_holds_for_all_and_a_wait_that_is_too_long_is_said(db: None) -> None:
    creditor, clock = an_office().creditor.pk, TestTime(1000.0)
    SharedTurnstile(creditor, clock).told(remaining=None, reset_seconds=None, retry_after=30)
    SharedTurnstile(creditor, clock).wait()
    assert clock.now() == 1030
    SharedTurnstile(creditor, clock).told(remaining=0, reset_seconds=3000, retry_after=None)
    with pytest.raises(Unavailable, match="no more calls"):
        SharedTurnstile(creditor, clock, longest_wait_seconds=60).wait()
    assert clock.now() == 1030


def test_secrets_are_sealed_kept_when_not_given_again_and_gone_when_disconnected(db: None) -> None:
    creditor: Creditor = an_office().creditor
    connect(creditor, "visma_net", {"tenant_id": "a"}, {"client_secret": "hemligt"}, by="kim", today=ON)
    connect(creditor, "visma_net", {"page_size": 5}, {}, by="kim", today=ON, switches={"marks_cases": True})
    known = connection_of(creditor)
    assert known is not None and known.marks_cases and not known.posts_payments
    assert all_settings(known) == {"tenant_id": "a", "page_size": 5, "client_secret": "hemligt"}
    assert "hemligt" not in str(known.settings)
    disconnect(creditor, by="kim", today=ON)
    assert connection_of(creditor) is None and Connection.objects.get().secrets_sealed is None
    with pytest.raises(Refused):
        disconnect(creditor, by="kim", today=ON)
