"""`fordran web`: the pages, served by gunicorn on the loopback address; a proxy with https stands before it.

In a container the loopback address is nobody's, so another may be named there, with FORDRAN_HTTPS=1 only.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import click

from fordran.core.problems import Refused

HOST = "127.0.0.1"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Default: the next free port from 8000.")
@click.option("--host", default=HOST, show_default=True, help="Another address only behind https (FORDRAN_HTTPS=1).")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--threads", type=click.IntRange(1, 12), default=8, show_default=True, help="Threads in each.")
@click.option("--stop-database", is_flag=True, hidden=True, help="Stop the database that comes along when the pages end.")
def command(port: int | None, host: str, workers: int, threads: int, stop_database: bool) -> None:
    """Serve the pages until Ctrl-C."""
    _may_listen(host)
    from fordran.config.start import ready
    from fordran.db import connect, embedded

    ready("app")
    at_end = (lambda: embedded.stop(connect.home())) if stop_database and not os.environ.get("DATABASE_URL") else None
    serve(choose_port(port, host), host=host, workers=workers, threads=threads, at_end=at_end)


def _may_listen(host: str) -> None:
    """Raises Refused where passwords would cross a network in the clear, or a demonstration sign in whoever comes."""
    if host == HOST:
        return
    if os.environ.get("FORDRAN_DEMO") == "1":
        raise Refused("the demonstration signs its visitor in, so it is served on this machine only", field="--host")
    if os.environ.get("FORDRAN_HTTPS") != "1":
        raise Refused("on another address than 127.0.0.1 the pages need https before them: set one up, and FORDRAN_HTTPS=1",
                      field="--host")  # fmt: skip


def become_web(port: int, *, demo: bool) -> NoReturn:
    """Turn this process into `fordran web`: what it did before as another database role is behind it.

    `demo` signs the visitor in, and stops the database at the end.
    """
    env = {name: value for name, value in os.environ.items() if name != "FORDRAN_ROLE"}
    arguments = ["web", "--port", str(port)]
    if demo:
        env["FORDRAN_DEMO"] = "1"
        arguments.append("--stop-database")
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, "-m", "fordran.cli.main", *arguments], env)


def choose_port(wanted: int | None, host: str = HOST) -> int:
    """The wanted port, or the next free one from 8000. Raises Refused when the wanted one is taken."""
    for port in [wanted] if wanted else range(8000, 8200):
        with socket.socket() as test:
            # As gunicorn binds it: a port whose last connections are still closing is free.
            test.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                test.bind((host, port))
            except OSError:
                continue
            return port
    raise Refused(f"port {wanted} is taken or not allowed: choose another" if wanted else "no port from 8000 to 8199 is free",
                  field="--port")  # fmt: skip


def serve(port: int, *, host: str = HOST, workers: int = 1, threads: int = 8, at_end: Callable[[], object] | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM; prints `ready: URL` on standard output once requests are answered."""
    from gunicorn.app.base import BaseApplication

    class Pages(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in _settings(host, port, workers, threads, at_end).items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            from fordran.config.wsgi import application

            return application

    Pages().run()


def _server_log() -> type:
    """The web server speaks through our log, not past it."""
    from gunicorn.glogging import Logger

    class Ours(Logger):  # type: ignore[misc]
        def setup(self, cfg: Any) -> None:
            super().setup(cfg)
            self.error_log.handlers.clear()
            self.error_log.propagate = True

    return Ours


def _settings(host: str, port: int, workers: int, threads: int, at_end: Callable[[], object] | None) -> dict[str, Any]:
    running: set[int] = set()

    def say_ready(worker: Any) -> None:
        # In the worker, after the pages are loaded; the first of several speaks.
        if worker.age == 1 and not running:
            running.add(worker.age)
            print(f"ready: http://localhost:{port}", flush=True)

    return {
        "bind": f"{host}:{port}",
        "workers": workers,
        "worker_class": "gthread",
        "threads": threads,
        "timeout": 60,
        "graceful_timeout": 5,
        "keepalive": 5,
        "loglevel": "warning",
        "logger_class": _server_log(),
        "proc_name": "fordran-web",
        "control_socket_disable": True,
        "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,
        "post_worker_init": say_ready,
        "on_exit": lambda server: at_end() if at_end else None,
    }
