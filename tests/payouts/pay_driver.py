"""A process that takes the day's two steps of money out in a real database and dies where it is told to. Only tests start it.

It reads one JSON object a line: {"database", "folder", "on", "step", "die"?}. For each it forks a child; the child's end is
answered with {"killed": bool, "commits": n}. `die` is `before N` or `after N`: the Nth commit.
"""

from __future__ import annotations

import json
import os
from datetime import date
from typing import Any

from tests.day.driver import Counted, watch_commits
from tests.dies import serve


def take_one(order: dict[str, Any], answer: int) -> None:
    from fordran.cases.office import open_office
    from fordran.connectors.registry import bank_exchange
    from fordran.creditors.models import Creditor
    from fordran.db import connect
    from fordran.payouts import day

    connect.use_database(order["database"])
    counted = Counted(order.get("die", ""), "")
    watch_commits(counted, None)
    office = open_office(Creditor.objects.get())
    exchange = bank_exchange("folder", {"directory": order["folder"]})
    getattr(day, order["step"])(office, date.fromisoformat(order["on"]), exchange)
    os.write(answer, json.dumps({"commits": counted.seen["commit"]}).encode())


if __name__ == "__main__":
    serve(take_one)
