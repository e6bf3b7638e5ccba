"""A backup is put back whole, with its walls and its guards, or not at all."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from fordran.core.problems import Refused
from fordran.db import connect, migrated
from fordran.db.backup import back_up, restore
from tests.books import assert_books_hold, whole_database
from tests.build import an_item, an_office, bring_in
from tests.conftest import Scratch
from tests.post import PostOffice

TODAY = date(2026, 2, 4)


@pytest.fixture
def lived(scratch_database: Scratch) -> Iterator[Scratch]:
    """A database with a reminder in it; what a restore keeps beside it is dropped afterwards."""
    from fordran.day.run import run_day

    office = an_office()
    bring_in(office, [an_item("1001", "1"), an_item("1002", "2")], TODAY)
    run_day(TODAY, {"folder": PostOffice()}, [office.creditor])
    yield scratch_database
    connection.close()
    with scratch_database.server.connect("owner", "postgres") as owner:
        for name in _beside(scratch_database):
            migrated.drop(owner, name)


def _beside(scratch: Scratch) -> list[str]:
    with scratch.server.connect("owner", "postgres") as owner:
        rows = owner.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{scratch.name}_"]).fetchall()
    return sorted(row[0] for row in rows)


def _settle(scratch: Scratch) -> None:
    """Nobody is connected: not we either."""
    connection.close()


def test_what_was_backed_up_is_there_again_to_the_last_row(lived: Scratch, tmp_path: Path) -> None:
    before = whole_database()
    kept = back_up(lived.server, tmp_path / "one.backup")
    assert kept.tables > 50 and stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    with lived.connect() as batch:
        batch.execute("UPDATE creditors_creditor SET name = 'changed since'")
    _settle(lived)
    put = restore(lived.server, kept.path, replace=True)
    assert whole_database() == before
    assert_books_hold()
    connection.close()
    with lived.server.connect("batch", put.before) as old:
        assert old.execute("SELECT name FROM creditors_creditor").fetchall() == [("changed since",)]


def test_walls_and_guards_come_back_with_it(lived: Scratch, tmp_path: Path) -> None:
    kept = back_up(lived.server, tmp_path / "one.backup")
    _settle(lived)
    restore(lived.server, kept.path, replace=True)
    with lived.connect("app") as app:
        assert app.execute("SELECT count(*) FROM cases_case").fetchone() == (0,)
    with lived.connect("owner") as owner, pytest.raises(psycopg.errors.RestrictViolation):
        owner.execute("DELETE FROM ledger_transfer")
    with lived.connect("batch") as batch, pytest.raises(psycopg.errors.InsufficientPrivilege):
        batch.execute("DELETE FROM ledger_transfer")
    assert migrated.migrate(lived.server, lived.name) is False, "its tables are those of this code"


def test_a_database_that_holds_something_is_not_replaced_unasked(lived: Scratch, tmp_path: Path) -> None:
    kept = back_up(lived.server, tmp_path / "one.backup")
    _settle(lived)
    with pytest.raises(Refused, match="holds something: say --replace"):
        restore(lived.server, kept.path, replace=False)
    assert _beside(lived) == []


def test_while_somebody_is_connected_nothing_is_replaced_and_nothing_is_left_over(lived: Scratch, tmp_path: Path) -> None:
    kept = back_up(lived.server, tmp_path / "one.backup")
    _settle(lived)
    with lived.connect() as still_here, pytest.raises(Refused, match="stop web, workers and timers first"):
        assert still_here.execute("SELECT 1").fetchone() == (1,)
        restore(lived.server, kept.path, replace=True)
    assert _beside(lived) == []


def test_a_file_that_was_cut_off_or_is_none_of_ours_is_refused(lived: Scratch, tmp_path: Path) -> None:
    kept = back_up(lived.server, tmp_path / "one.backup")
    whole = kept.path.read_bytes()
    _settle(lived)
    for name, content in (("cut", whole[: len(whole) // 2]), ("head", whole[:40]), ("text", b"not a backup"), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Refused):
            restore(lived.server, tmp_path / name, replace=True)
    assert _beside(lived) == []
    with lived.connect() as batch:
        assert batch.execute("SELECT count(*) FROM cases_case").fetchone() == (2,)


def test_a_file_that_is_there_is_never_written_over(lived: Scratch, tmp_path: Path) -> None:
    (tmp_path / "one.backup").write_text("yesterday's")
    with pytest.raises(Refused, match="exists: give a file that is not there yet"):
        back_up(lived.server, tmp_path / "one.backup")
    assert [path.name for path in tmp_path.iterdir()] == ["one.backup"]


def test_a_backup_that_failed_leaves_no_file(lived: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as away:
        away.setenv("FORDRAN_DATABASE", "gone_with_the_wind")
        with pytest.raises(Refused, match="pg_dump could not do it"):
            back_up(lived.server, tmp_path / "one.backup")
    assert list(tmp_path.iterdir()) == [] and connect.database_name(lived.server) == lived.name
