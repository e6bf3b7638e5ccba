"""The server that comes along: it starts, survives, stops, and lets nobody in without a password."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from fordran.core.problems import Refused
from fordran.db import binaries, connect, embedded, migrated, roles

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="these start servers of their own"),
]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "home"
    yield folder
    embedded.stop(folder)


def test_a_second_start_finds_the_first_and_keeps_what_was_stored(home: Path) -> None:
    with embedded.ensure_running(home, fast=True).connect("owner") as owner:
        owner.execute("create table kept (n int)")
    began = time.monotonic()
    info = embedded.ensure_running(home)
    assert time.monotonic() - began < 1
    assert embedded.stop(home) and not embedded.is_running(home) and not embedded.stop(home)
    with embedded.ensure_running(home).connect("owner") as owner:
        assert owner.execute("select to_regclass('kept')::text").fetchone() == ("kept",)
    assert info.embedded


def test_several_that_start_at_once_share_one_server(home: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        infos = list(pool.map(lambda _: embedded.ensure_running(home, fast=True), range(4)))
    assert len({info.host for info in infos}) == 1
    with infos[3].connect("batch") as batch:
        assert batch.execute("select 1").fetchone() == (1,)


def test_killed_without_warning_it_starts_again_with_what_was_committed(home: Path) -> None:
    with embedded.ensure_running(home).connect("owner") as owner:
        owner.execute("create table kept (n int)")
        owner.execute("insert into kept values (42)")
        pid = embedded.server_pid(home)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    with embedded.ensure_running(home).connect("owner") as owner:
        assert owner.execute("select n from kept").fetchone() == (42,)


def test_a_start_that_was_cut_off_half_way_is_begun_anew(home: Path) -> None:
    embedded.ensure_running(home, fast=True)
    embedded.stop(home)
    for name in ("initialised", "provisioned"):
        (home / "pg" / name).unlink()
    (home / "pg/data/PG_VERSION").unlink()
    with embedded.ensure_running(home, fast=True).connect("app") as app:
        assert app.execute("select current_user").fetchone() == ("fordran_app",)


def test_state_is_readable_by_its_owner_only_and_nothing_listens_on_the_network(home: Path) -> None:
    info = embedded.ensure_running(home, fast=True)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "pg/passwords.json").stat().st_mode) == 0o600
    with info.connect("read") as checker:
        assert checker.execute("show listen_addresses").fetchone() == ("",)


@pytest.mark.parametrize("password", ["", "wrong"])
def test_nobody_gets_in_without_the_password(home: Path, password: str) -> None:
    info = embedded.ensure_running(home, fast=True)
    for user in (embedded.ROOT_ROLE, *roles.LOGIN_ROLES.values()):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(**info.parameters("owner") | {"user": user, "password": password})  # type: ignore[arg-type]


def test_passwords_do_not_show_when_a_connection_is_printed(home: Path) -> None:
    info = embedded.ensure_running(home, fast=True)
    assert not any(password in repr(info) for password in info.passwords.values())


def test_the_pages_role_is_not_powerful_and_the_batch_role_is(home: Path) -> None:
    info = embedded.ensure_running(home, fast=True)
    powerful = {}
    for role in roles.LOGIN_ROLES:
        with info.connect(role) as connection:
            powerful[role] = roles.is_powerful(connection)
    assert powerful == {"owner": False, "app": False, "batch": True, "read": True}


def test_a_home_with_a_very_long_path_still_gets_a_socket(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 12) / ("path" * 12) / "å ä ö"
    home.mkdir(parents=True)
    try:
        info = embedded.ensure_running(home, fast=True)
        assert len(os.fsencode(info.host)) < 90
        with info.connect("app") as app:
            assert app.execute("select upper('åäö')").fetchone() == ("ÅÄÖ",)
    finally:
        embedded.stop(home)
        shutil.rmtree(info.host)


def test_a_home_that_was_moved_starts_at_its_new_place(home: Path, tmp_path: Path) -> None:
    embedded.ensure_running(home, fast=True)
    embedded.stop(home)
    moved = home.rename(tmp_path / "moved")
    try:
        assert embedded.ensure_running(moved, fast=True).host == str(moved / "pg")
    finally:
        embedded.stop(moved)


def test_a_home_of_another_user_is_refused_in_one_sentence(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can lay out another user's folder")
    (tmp_path / "theirs/pg").mkdir(parents=True)
    os.chown(tmp_path / "theirs/pg", 12345, 12345)
    with pytest.raises(Refused, match="belongs to another user: .*FORDRAN_HOME"):
        embedded.ensure_running(tmp_path / "theirs")


@pytest.mark.slow
def test_root_without_user_namespaces_runs_it_as_nobody(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root needs it")
    monkeypatch.setattr(binaries, "namespace_works", lambda programs, folder: False)
    info = embedded.ensure_running(home, fast=True)
    place = json.loads((home / "pg/place.json").read_text())
    outside = Path(place["data"]).parent
    try:
        assert place["way"] == "nobody" and Path(place["data"]).stat().st_uid == binaries.NOBODY
        with info.connect("batch") as batch:
            assert batch.execute("select current_user").fetchone() == ("fordran_batch",)
        pid = embedded.server_pid(home)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        with embedded.ensure_running(home, fast=True).connect("app") as app:
            assert app.execute("select 1").fetchone() == (1,)
    finally:
        embedded.stop(home)
        shutil.rmtree(outside)


def test_in_a_namespace_the_server_is_seen_as_a_user_that_has_a_name() -> None:
    seen_as = next(int(part.partition("=")[2]) for part in binaries.namespace() if part.startswith("--map-user="))
    assert seen_as != 0 and pwd.getpwuid(seen_as).pw_name


@pytest.mark.slow
def test_the_oldest_postgresql_that_this_machine_has_does_as_well(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """15 is the floor; what a newer server adds may not be used."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    fit = [path.parent for path in installed if int(path.parts[-3]) >= 15]
    if not fit:
        pytest.skip("no PostgreSQL of the machine's own")
    monkeypatch.setenv("FORDRAN_POSTGRES", str(fit[0]))
    monkeypatch.setenv("FORDRAN_HOME", str(home))
    info = embedded.ensure_running(home, fast=True)
    assert migrated.migrate(info)
    with info.connect("app") as app:
        version = app.execute("select current_setting('server_version_num')::int / 10000").fetchone()
        assert version == (binaries.major(fit[0]),)
        with pytest.raises(psycopg.Error, match="permission denied"):
            app.execute("delete from ledger_transfer")


def test_without_any_postgresql_one_sentence_says_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "folders", lambda: iter(()))
    with pytest.raises(Refused, match=r"reinstall fordran .* or set DATABASE_URL .* apt-get install postgresql"):
        embedded.ensure_running(home)


def test_a_malformed_database_url_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://somewhere")
    with pytest.raises(Refused, match="postgresql://USER:PASSWORD@HOST:PORT/DATABASE"):
        connect.server()


def test_an_own_server_gets_roles_and_tables_by_one_command(home: Path, tmp_path: Path) -> None:
    """`DATABASE_URL` over the socket of a bare server, as an operator would give it."""
    bare = embedded.ensure_running(home, fast=True)
    with bare.connect(embedded.ROOT_ROLE, "postgres") as admin:
        admin.execute("drop database fordran")
        for role in ("fordran_owner", "fordran_app", "fordran_batch", "fordran_read", "fordran_search"):
            admin.execute(f"drop owned by {role}")
            admin.execute(f"drop role {role}")
    parameters = bare.parameters(embedded.ROOT_ROLE, "debts")
    url = f"postgresql://{parameters['user']}:{parameters['password']}@/debts?host={parameters['host']}"
    env = {key: value for key, value in os.environ.items() if not key.startswith(("FORDRAN_", "DJANGO_"))}
    env |= {"DATABASE_URL": url, "FORDRAN_HOME": str(tmp_path / "own")}

    def fordran(*arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "fordran.cli.main", *arguments]
        return subprocess.run(command, env=env | changed, capture_output=True, text=True, timeout=120)

    made = fordran("db", "init", "--json")
    assert made.returncode == 0, made.stderr
    assert stat.S_IMODE((tmp_path / "own/database.json").stat().st_mode) == 0o600
    without_password = f"postgresql:///debts?host={parameters['host']}"
    assert json.loads(fordran("db", "status", "--json", DATABASE_URL=without_password).stdout)["up_to_date"] is True
    elsewhere = fordran("db", "start", FORDRAN_HOME=str(tmp_path / "other"))
    assert elsewhere.returncode == 2 and "copy database.json" in elsewhere.stderr
