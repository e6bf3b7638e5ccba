"""A process of its own that takes in bank files in a real database and dies where it is told to. Only tests start it.

It reads one JSON object a line: {"database", "file", "on", "die"?, "shard"?}. For each it forks a child that takes the file in;
the child's end is answered with {"killed": bool, "commits": n}. `die` is `before N` or `after N`: the Nth commit.
"""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

from tests.day.driver import Counted, watch_commits
from tests.dies import serve


def take_one(order: dict[str, Any], answer: int) -> None:
    from fordran.db import connect
    from fordran.formats.bank import Reading
    from fordran.settlement import settle_new
    from fordran.settlement.take_in import take_in

    connect.use_database(order["database"])
    counted = Counted(order.get("die", ""), "")
    watch_commits(counted, None)
    settle_new.SHARD_SIZE = order.get("shard", settle_new.SHARD_SIZE)
    settle_new.UNNAMED_AT_A_TIME = order.get("shard", settle_new.UNNAMED_AT_A_TIME)
    with Path(order["file"]).open("rb") as file:
        take_in(Reading(file), name="file", on=date.fromisoformat(order["on"]), by="test")
    os.write(answer, json.dumps({"commits": counted.seen["commit"]}).encode())


if __name__ == "__main__":
    serve(take_one)
