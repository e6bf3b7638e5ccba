"""Several who look at one order at the same moment, with real commits: its end is fetched once and no one is told otherwise."""

from __future__ import annotations

import threading
from typing import Any

from django.db import connection

from fordran.agreements.models import SigningOrder
from fordran.agreements.orders import poll
from tests.agreements.conftest import HERE, Counter
from tests.conftest import Scratch
from tests.connectors.bankid_play import Play


def test_the_end_is_fetched_once_however_many_tabs_look(
    scratch_database: Scratch, the_play: Play, django_db_blocker: Any
) -> None:
    counter = Counter(the_play)
    states: list[str] = []
    with django_db_blocker.unblock():
        order = counter.begin()
        the_play.tap("/sign", order=counter.scan(counter.poll(order)))
        the_play.clock.sleep(2)
        before, together = counter.asked_to_collect(), threading.Barrier(6)

        def look() -> None:
            together.wait()
            try:
                states.append(poll(counter.desk, order.pk, HERE).state)
            finally:
                connection.close()

        tabs = [threading.Thread(target=look) for _ in range(6)]
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join()
        assert len(states) == 6 and set(states) <= {"pending", "complete"} and "complete" in states
        assert counter.asked_to_collect() - before == 1
        assert counter.poll(order).state == "complete" and SigningOrder.objects.count() == 1
