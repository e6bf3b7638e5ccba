"""Files to and from a bank in folders: whole files only, each taken once, each order handed over once, whatever stops."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from fordran.connectors.bank_folder import exchange
from fordran.connectors.registry import bank_exchange
from fordran.ports.errors import Malformed, NotAllowed


def a_bank(home: Path) -> Any:
    return bank_exchange("folder", {"directory": str(home)})


def put(home: Path, name: str, content: bytes, when: int) -> None:
    (home / "from-bank").mkdir(parents=True, exist_ok=True)
    (home / "from-bank" / name).write_bytes(content)
    os.utime(home / "from-bank" / name, (when, when))


def test_files_wait_oldest_first_and_unfinished_ones_are_left_alone(tmp_path: Path) -> None:
    put(tmp_path, "b.xml", b"1", 100)
    put(tmp_path, "a.xml", b"2", 200)
    put(tmp_path, "c.xml.part", b"half", 50)
    put(tmp_path, ".hidden", b"x", 50)
    assert [(f.name, f.content) for f in a_bank(tmp_path).waiting()] == [("b.xml", b"1"), ("a.xml", b"2")]


def test_a_taken_file_waits_no_more_and_may_be_said_taken_twice(tmp_path: Path) -> None:
    put(tmp_path, "a.xml", b"1", 100)
    bank = a_bank(tmp_path)
    file = bank.waiting()[0]
    bank.taken(file)
    bank.taken(file)
    assert bank.waiting() == []
    put(tmp_path, "a.xml", b"the next day", 300)
    bank.taken(file)
    assert [f.content for f in bank.waiting()] == [b"the next day"], "another file of the same name has not been taken"
    bank.taken(bank.waiting()[0])
    assert len(list((tmp_path / "taken").iterdir())) == 2


def test_the_same_order_twice_is_one_file_even_when_the_bank_has_fetched_it(tmp_path: Path) -> None:
    bank = a_bank(tmp_path)
    assert bank.order("F-1.xml", b"orders") == bank.order("F-1.xml", b"orders") == "F-1.xml"
    assert [p.read_bytes() for p in (tmp_path / "to-bank").iterdir()] == [b"orders"]
    (tmp_path / "to-bank" / "F-1.xml").unlink()
    a_bank(tmp_path).order("F-1.xml", b"orders")
    assert list((tmp_path / "to-bank").iterdir()) == [], "fetched: it is not laid out again"
    with pytest.raises(Malformed):
        bank.order("F-1.xml", b"other orders")


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".x", "å.xml"])
def test_a_name_that_reaches_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Malformed):
        a_bank(tmp_path).order(name, b"x")


class Stopped(BaseException):
    pass


@pytest.mark.parametrize("at", range(12))
def test_stopped_at_any_call_to_the_disk_and_said_again_it_is_handed_over_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """The bank fetches between; what it has fetched never comes again."""
    calls = 0

    def counted(real: Any) -> Any:
        def call(*arguments: Any, **more: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == at + 1:
                raise Stopped
            return real(*arguments, **more)

        return call

    bank = a_bank(tmp_path)
    bank.waiting()
    with monkeypatch.context() as patched:
        for name in ("replace", "rename", "fsync"):
            patched.setattr(exchange.os, name, counted(getattr(os, name)))
        try:
            bank.order("F-1.xml", b"orders")
        except Stopped:
            pass
    fetched = [p.read_bytes() for p in (tmp_path / "to-bank").iterdir()]
    for path in (tmp_path / "to-bank").iterdir():
        path.unlink()
    a_bank(tmp_path).order("F-1.xml", b"orders")
    fetched += [p.read_bytes() for p in (tmp_path / "to-bank").iterdir()]
    assert fetched == [b"orders"]


def test_a_folder_that_may_not_be_used_is_told_plainly(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may do everything")
    tmp_path.chmod(0o500)
    with pytest.raises(NotAllowed):
        a_bank(tmp_path / "x").waiting()
