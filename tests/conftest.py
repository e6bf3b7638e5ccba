"""What all tests share: a database server for the session, copies of a migrated database, a browser.

Tests that take no database fixture start no server: `make fast` runs those. `db` (of pytest-django) is a transaction that
is rolled back, as the batch role. `app_role` and `read_role` turn that transaction to the role of the pages or the
checker. `scratch_database` is a database of the test's own, with real commits and real other processes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest

from fordran.core.problems import Refused
from fordran.db import connect, embedded, migrated
from fordran.db.embedded import ConnectionInfo
from tests.settings import HOME_PREFIX

ROOT = Path(__file__).resolve().parent.parent
CI = os.environ.get("CI") == "true"
WHOLE = bool(os.environ.get("FORDRAN_WHOLE"))


def one_in(number: int) -> int:
    """The step of a test that takes a slice of many alike, such as the commits to be killed at. FORDRAN_WHOLE=1, as in
    `make whole`, takes all."""
    return 1 if WHOLE else number


_NEEDS_DATABASE = {"db", "transactional_db", "django_db_setup", "server", "scratch_database", "app_role", "read_role", "client",
                   "admin_client", "live_server"}  # fmt: skip
_skipped_browser: list[str] = []

hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if CI else "here")


def pytest_configure(config: pytest.Config) -> None:
    _sweep_homes()


SLOW_ROOMS = ("tests/live", "tests/web", "tests/vouchers", "tests/erp")
"""Begun first, so that no process sits alone with a long one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of one file stay together in one process, which makes what they share once."""
    where = {item: str(item.path.relative_to(ROOT)) for item in items}
    items.sort(key=lambda item: not where[item].startswith(SLOW_ROOMS))  # stable: else as they stand
    for item in items:
        item.add_marker(pytest.mark.xdist_group(where[item]))
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & _NEEDS_DATABASE or item.get_closest_marker("django_db"):
            item.add_marker("database")
        if "browser" in fixtures:
            item.add_marker("browser")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _skipped_browser:
        terminalreporter.write_line("")
        terminalreporter.write_line(f"BROWSER TESTS WERE NOT RUN: {_skipped_browser[0]}", red=True, bold=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    home = Path(os.environ["FORDRAN_TEST_HOME"])
    if f"{HOME_PREFIX}{os.getpid()}-" in home.name:
        _remove_home(home)


def _remove_home(home: Path) -> None:
    with suppress(Refused, OSError, ValueError, TypeError):
        embedded.stop(home)
    shutil.rmtree(home, ignore_errors=True)


def _sweep_homes() -> None:
    """Homes of test sessions that were killed before they could tidy up."""
    for home in Path(tempfile.gettempdir()).glob(f"{HOME_PREFIX}*"):
        pid = home.name.removeprefix(HOME_PREFIX).split("-")[0]
        if pid.isdigit() and home.stat().st_uid == os.geteuid():
            try:
                os.kill(int(pid), 0)
            except ProcessLookupError:
                _remove_home(home)
            except OSError:
                pass


@pytest.fixture(scope="session")
def server() -> ConnectionInfo:
    """A server with our roles: the one that comes along, without fsync, or the one of DATABASE_URL."""
    if os.environ.get("DATABASE_URL"):
        connect.initialise_external(new_passwords=True)
        info = connect.ensure_server()
        admin = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    else:
        info = embedded.ensure_running(connect.home(), fast=True)
        admin = info.connect(embedded.ROOT_ROLE, "postgres")
    with admin:
        # Here only: so that one transaction can look through the eyes of several roles.
        admin.execute("grant fordran_app, fordran_read to fordran_batch")
    return info


@pytest.fixture(scope="session")
def django_db_setup(server: ConnectionInfo, django_db_blocker: Any) -> Iterator[None]:
    """One migrated database for all tests that roll back."""
    with django_db_blocker.unblock(), migrated.scratch_database(server) as name:
        from django.db import connection

        connect.use_database(name)
        connection.settings_dict.update(connect.django_database())
        yield
        connection.close()


@pytest.fixture
def app_role(db: None) -> Iterator[None]:
    """The rest of the test runs as the pages' role, which row-level security holds for."""
    yield from _as_role("fordran_app")


@pytest.fixture
def read_role(db: None) -> Iterator[None]:
    """The rest of the test runs as the checker's role, which may only read."""
    yield from _as_role("fordran_read")


def _as_role(role: str) -> Iterator[None]:
    from django.db import DatabaseError, connection

    with connection.cursor() as cursor:
        cursor.execute(f"set local role {role}")
    yield
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("reset role")


@dataclass(frozen=True)
class Scratch:
    """A database of the test's own: Django in this process uses it, and so do the commands that it starts."""

    name: str
    server: ConnectionInfo

    @property
    def env(self) -> dict[str, str]:
        return dict(os.environ, FORDRAN_DATABASE=self.name, DJANGO_SETTINGS_MODULE="fordran.config.settings")

    def connect(self, role: str = "batch") -> psycopg.Connection:
        """A connection of its own, in autocommit."""
        return self.server.connect(role, self.name)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start `fordran ARGUMENTS` as a process that the test may kill."""
        return subprocess.Popen([sys.executable, "-m", "fordran.cli.main", *arguments], env=self.env, cwd=ROOT, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)  # fmt: skip

    def fordran(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `fordran ARGUMENTS` to its end."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)


@contextmanager
def own_database(server: ConnectionInfo, blocker: Any) -> Iterator[Scratch]:
    """A fresh, migrated, empty database that this process uses meanwhile; dropped afterwards."""
    before = os.environ["FORDRAN_DATABASE"]
    with blocker.unblock(), migrated.scratch_database(server) as name:
        connect.use_database(name)
        try:
            yield Scratch(name, server)
        finally:
            connect.use_database(before)


@pytest.fixture
def scratch_database(django_db_setup: None, server: ConnectionInfo, django_db_blocker: Any) -> Iterator[Scratch]:
    with own_database(server, django_db_blocker) as scratch:
        yield scratch


@contextmanager
def running(env: dict[str, str], command: str, *, err: bool = False) -> Iterator[str]:
    """A command that says `ready: …` and then works until it is told to stop; what it said. A worker speaks on stderr."""
    process = subprocess.Popen([sys.executable, "-m", "fordran.cli.main", command], env=env, cwd=ROOT, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE if err else None)  # fmt: skip
    spoken = process.stderr if err else process.stdout
    assert spoken is not None
    try:
        yield spoken.readline().removeprefix("ready: ").strip()
    finally:
        process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def chromium() -> str | None:
    """The browser to drive: FORDRAN_CHROMIUM, then what the machine has."""
    wanted = os.environ.get("FORDRAN_CHROMIUM")
    return wanted or next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium by Playwright. Without one: skipped loudly, and failed where CI=true."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        why = "no Chromium here (on Debian: apt-get install chromium-headless-shell, or set FORDRAN_CHROMIUM)"
        _skipped_browser.append(why)
        (pytest.fail if CI else pytest.skip)(why)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield running
        running.close()
