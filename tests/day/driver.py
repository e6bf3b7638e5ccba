"""A process of its own that runs days in a real database and dies where it is told to. Only tests start it.

It reads one JSON object a line: {"database", "letters", "day", "die"?, "wait"?, "jitter"?, "shard"?}. For each it forks a
child that runs the day; the child's end is answered with {"killed": bool, "problems": [...], "commits": n}. `die` is one of

    before N      just before the Nth commit (a statement that writes on its own counts as one)
    after N       just after it
    hand N        when the Nth letter is about to be handed over, written down as being sent
    pdf N         when its PDF is in the folder and not yet in its index
    listed N      when it is in the index and not yet marked as done

`wait` is the same with a folder after it: there the process says that it is "here" and waits until it may "go".

`jitter` (a seed) makes every statement wait a moment at random, so that two processes meet in new places each time.
`shard` is the number of rows in a shard.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from tests.dies import serve


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


class Counted:
    """Counts what happens; dies, or waits, at the appointed one."""

    def __init__(self, death: str, waiting: str) -> None:
        self.death, (self.waiting, _, folder) = death, waiting.partition(" in ")
        self.folder, self.seen = Path(folder), dict.fromkeys(("commit", "hand", "pdf", "listed"), 0)

    def at(self, what: str, where: str) -> None:
        place = f"{where} {self.seen[what]}"
        if place == self.death:
            die()
        if place == self.waiting and not (self.folder / "here").exists():
            (self.folder / "here.part").write_text(str(os.getpid()))
            (self.folder / "here.part").rename(self.folder / "here")
            for _ in range(1_000):  # twenty seconds, in case the test that should say "go" is no more
                if (self.folder / "go").exists():
                    break
                time.sleep(0.02)

    def count(self, what: str) -> None:
        self.seen[what] += 1


def watch_commits(counted: Counted, jitter: int | None) -> None:
    from django.db import connection

    chance = random.Random(jitter)  # noqa: S311
    really_commit = connection._commit

    def commit() -> None:
        counted.count("commit")
        counted.at("commit", "before")
        really_commit()
        counted.at("commit", "after")

    def statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if jitter is not None:
            time.sleep(chance.random() * 0.004)
        alone = not connection.in_atomic_block and not sql.lstrip().upper().startswith("SELECT")
        if alone:
            counted.count("commit")
            counted.at("commit", "before")
        answer = execute(sql, params, many, context)
        if alone:
            counted.at("commit", "after")
        return answer

    connection._commit = commit  # type: ignore[method-assign]
    connection.execute_wrappers.append(statement)


def watch_folder(counted: Counted) -> None:
    from fordran.connectors.folder.channel import FolderChannel

    really_list, really_send = FolderChannel._list, FolderChannel.send

    def send(self: FolderChannel, *arguments: Any) -> Any:
        counted.count("hand")
        counted.at("hand", "hand")
        return really_send(self, *arguments)

    def listed(self: FolderChannel, *arguments: Any) -> None:
        counted.count("pdf")
        counted.at("pdf", "pdf")
        really_list(self, *arguments)
        counted.count("listed")
        counted.at("listed", "listed")

    FolderChannel._list, FolderChannel.send = listed, send  # type: ignore[method-assign]


def run_one(order: dict[str, Any], answer: int) -> None:
    from fordran.connectors.registry import letter_channel
    from fordran.day import shards
    from fordran.day.run import run_day
    from fordran.db import connect

    connect.use_database(order["database"])
    counted = Counted(order.get("die", ""), order.get("wait", ""))
    watch_commits(counted, order.get("jitter"))
    watch_folder(counted)
    shards.SHARD_SIZE = order.get("shard", shards.SHARD_SIZE)
    report = run_day(date.fromisoformat(order["day"]), {"folder": letter_channel("folder", {"directory": order["letters"]})})
    os.write(answer, json.dumps({"problems": report.problems, "commits": counted.seen["commit"]}).encode())


if __name__ == "__main__":
    serve(run_one)
