"""A process that does one deed after another, each in a child that may be killed in the middle, and who gives it orders."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def serve(deed: Callable[[dict[str, Any], int], None]) -> None:
    """One JSON object a line on standard input. For each a child is forked that does the deed and writes what it has to say, as
    JSON, into the descriptor it is given; the line that comes back has that and "killed", or "broken" with its status."""
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
                deed(json.loads(line), writing)
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


class Driver:
    """The process of a module whose main is `serve`."""

    def __init__(self, module: str, env: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module], env=dict(env), cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None and self.process.stdout.readline() == "ready\n"

    def begin(self, **order: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def has_answered(self, within: float) -> bool:
        assert self.process.stdout is not None
        return bool(select.select([self.process.stdout], [], [], within)[0])

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert "broken" not in said, said
        return said

    def run(self, **order: Any) -> dict[str, Any]:
        self.begin(**order)
        return self.answer()

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(40)
