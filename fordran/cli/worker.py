"""`fordran worker`: works on the days that `fordran day --enqueue` began. Any number, on any machine that reaches the server."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from types import FrameType

import click

from fordran.cli.output import note
from fordran.core.problems import Refused

RESTART_SECONDS = 2.0


@click.command()
@click.option("--once", is_flag=True, help="End when there is nothing to take.")
@click.option("--concurrency", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--no-send", is_flag=True, help="Leave the letters to workers that reach the folder they go to.")
@click.option("--name", help="What pages call it; not a person's name. Default: worker and the process's number.")
def command(once: bool, concurrency: int, no_send: bool, name: str | None) -> int:
    """Work until SIGTERM or Ctrl-C; the piece in work is finished first."""
    name = name or f"worker-{os.getpid()}"
    if not re.fullmatch(r"[\w.-]{1,40}", name):
        raise Refused("a name has 1 to 40 letters, digits, full stops, hyphens or underscores", field="--name")
    if concurrency > 1:
        return _several(concurrency, name, once=once, no_send=no_send)
    from fordran.config.start import ready

    ready("batch")
    from fordran.audit.trail import log
    from fordran.config import logs
    from fordran.day.worker import Worker
    from fordran.day.world import letter_channels

    say = _nothing if logs.as_json() else note  # the log says it, without sentences that may quote a row
    worker = Worker(name, None if no_send else letter_channels(), say)
    say(f"ready: {name}")
    log.info("worker ready", worker=name)
    worker.run(once=once)
    say(f"{name}: ended, {worker.done} done, {worker.failed} failed")
    log.info("worker ended", worker=name, done=worker.done, failed=worker.failed)
    return 1 if once and worker.failed else 0


def _nothing(text: str) -> None:
    """Said to nobody."""


def _several(number: int, name: str, *, once: bool, no_send: bool) -> int:
    """So many processes; one that dies is started again. Their signals are ours, passed on."""
    stopping = False

    def start(n: int) -> subprocess.Popen[bytes]:
        arguments = ["worker", "--name", f"{name}-{n + 1}", *["--once"] * once, *["--no-send"] * no_send]
        return subprocess.Popen([sys.executable, "-m", "fordran.cli.main", *arguments], stdin=subprocess.DEVNULL)

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        for process in processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)

    processes = [start(n) for n in range(number)]
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while any(process.poll() is None for process in processes) or not (once or stopping):
        time.sleep(0.2)
        for n, process in enumerate(processes):
            if process.poll() is not None and not once and not stopping:
                note(f"{name}-{n + 1} ended with {process.returncode} and is started again")
                time.sleep(RESTART_SECONDS)
                if not stopping:
                    processes[n] = start(n)
    return max((process.returncode != 0 for process in processes), default=False) if once else 0
