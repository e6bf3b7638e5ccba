"""`fordran ...` with small pieces and a slow database, so that a test can meet it in the middle of one. Only tests start it.

    python -m tests.day.worker_process SLOW SIZE LOOK ARGUMENT...

Each statement waits up to SLOW seconds; a piece has SIZE rows; a worker looks for work every LOOK seconds.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from typing import Any


def main() -> None:
    slow, size, look, *arguments = sys.argv[1:]
    from fordran.config.start import ready

    ready("batch")
    from django.db.backends.signals import connection_created

    from fordran.cli.main import run
    from fordran.day import shards, worker

    chance = random.Random(f"{slow} {arguments}")  # noqa: S311

    def wait(execute: Callable[..., Any], *statement: Any) -> Any:
        time.sleep(chance.random() * float(slow))
        return execute(*statement)

    def make_slow(connection: Any, **_: object) -> None:
        connection.execute_wrappers.append(wait)

    connection_created.connect(make_slow, weak=False)
    shards.SHARD_SIZE, worker.LOOK_EVERY_SECONDS = int(size), float(look)
    worker.LISTEN_AGAIN_SECONDS = 0.5
    sys.exit(run(arguments))


if __name__ == "__main__":
    main()
