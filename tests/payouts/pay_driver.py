"""A process that takes the day's two steps of money out in a real database and dies where it is told to. Only tests start it.

It reads one JSON object a line: {"database", "folder", "on", "step", "die"?}. For each it forks a child; the child's end is
answered with {"killed": bool, "commits": n}. `die` is `before N` or `after N`: the Nth commit.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from typing import Any

from tests.day.driver import Counted, watch_commits


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


def main() -> None:
    from fordran.config.start import ready

    ready("batch")
    print("ready", flush=True)
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            status = 1
            try:
                take_one(json.loads(line), writing)
                status = 0
            finally:
                os._exit(status)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            said = pipe.read()
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
        broken = {} if killed or said else {"broken": status}
        print(json.dumps({"killed": killed, **broken, **(json.loads(said) if said else {})}), flush=True)


if __name__ == "__main__":
    main()
