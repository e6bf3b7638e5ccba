"""Letters into a folder: written once, readable by their owner only, listed in the index."""

from __future__ import annotations

import csv
import os
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from fordran.connectors.folder.channel import COLUMNS, FolderChannel, FolderSettings
from fordran.connectors.registry import LETTER_CHANNELS, letter_channel
from fordran.core.problems import Refused
from fordran.ports.errors import Malformed, PortError
from fordran.ports.post import Parcel

PARCEL = Parcel(
    number="2026-000311",
    kind="demand",
    pdf=b"%PDF-1.7 the letter",
    language="sv",
    pages=2,
    recipient=("Elin Åkerström-Hägg", "Lönnstigen 8 B", "923 45 Storås"),
    sender="Granholms Bygg & Rör AB",
    has_identity=True,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "letters"


@pytest.fixture
def channel(folder: Path) -> FolderChannel:
    return FolderChannel(FolderSettings(str(folder)))


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "index.csv").open(encoding="utf-8-sig", newline="") as index:
        return list(csv.DictReader(index, delimiter=";"))


def test_a_letter_becomes_a_file_and_a_line(channel: FolderChannel, folder: Path) -> None:
    receipt = channel.send(PARCEL, "letter-311")
    (row,) = rows(folder)
    assert receipt.status == "sent"
    assert (folder / receipt.external_id).read_bytes() == PARCEL.pdf
    assert tuple(row) == COLUMNS
    assert row["file"] == receipt.external_id
    assert row["file"].startswith("2026-000311_")
    assert (row["line1"], row["line3"], row["line5"], row["pages"]) == ("Elin Åkerström-Hägg", "923 45 Storås", "", "2")


def test_only_the_owner_may_read(channel: FolderChannel, folder: Path) -> None:
    before = os.umask(0)
    try:
        channel.send(PARCEL, "letter-311")
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_the_same_key_and_bytes_give_the_same_receipt_and_nothing_twice(channel: FolderChannel, folder: Path) -> None:
    first = channel.send(PARCEL, "letter-311")
    again = FolderChannel(FolderSettings(str(folder))).send(PARCEL, "letter-311")
    assert first == again == channel.look_up("letter-311")
    assert len(rows(folder)) == 1
    assert len(list(folder.glob("*.pdf"))) == 1


def test_the_same_key_with_other_bytes_is_malformed(channel: FolderChannel, folder: Path) -> None:
    channel.send(PARCEL, "letter-311")
    for other in (replace(PARCEL, pdf=b"other"), replace(PARCEL, pdf=b"other", number="2026-000999")):
        with pytest.raises(Malformed):
            channel.send(other, "letter-311")
    assert len(rows(folder)) == 1


def test_a_letter_the_print_house_has_fetched_is_not_written_again(channel: FolderChannel, folder: Path) -> None:
    receipt = channel.send(PARCEL, "letter-311")
    (folder / receipt.external_id).unlink()
    assert channel.send(PARCEL, "letter-311") == receipt
    assert list(folder.glob("*.pdf")) == []


def test_an_unknown_key_is_not_found(channel: FolderChannel) -> None:
    assert channel.look_up("never") is None


@pytest.mark.parametrize("stopped_after", ["half a file", "the file", "half a line", "the line"])
def test_a_stop_at_any_moment_heals_with_the_next_call(channel: FolderChannel, folder: Path, stopped_after: str) -> None:
    channel.send(replace(PARCEL, number="2026-000310"), "letter-310")
    receipt = channel.send(PARCEL, "letter-311")
    mark = next(path for path in (folder / ".done").iterdir() if path.name in receipt.external_id)
    mark.unlink()
    index = folder / "index.csv"
    lines = index.read_bytes().splitlines(keepends=True)
    if stopped_after != "the line":
        index.write_bytes(b"".join(lines[:-1]) + (lines[-1][:20] if stopped_after == "half a line" else b""))
    if stopped_after == "half a file":
        whole = folder / receipt.external_id
        whole.rename(folder / f".{whole.name}.part")
        (folder / f".{whole.name}.part").write_bytes(PARCEL.pdf[:5])
    assert channel.send(PARCEL, "letter-311") == receipt
    assert [row["letter"] for row in rows(folder)] == ["2026-000310", "2026-000311"]
    assert (folder / receipt.external_id).read_bytes() == PARCEL.pdf
    assert list(folder.glob(".*.part")) == []


def test_writers_at_the_same_time_lose_no_line(folder: Path) -> None:
    def write(start: int) -> None:
        channel = FolderChannel(FolderSettings(str(folder)))
        for number in range(start, start + 10):
            channel.send(replace(PARCEL, number=str(number)), f"key-{number}")

    threads = [threading.Thread(target=write, args=(start,)) for start in (0, 5, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(row["letter"]) for row in rows(folder)) == [*range(15), *range(20, 30)]


def test_a_name_cannot_become_a_formula_or_a_path(channel: FolderChannel, folder: Path) -> None:
    receipt = channel.send(replace(PARCEL, number="../../etc/x", recipient=("=cmd|' /C calc'!A1", 'a;"b\nc')), "key")
    (row,) = rows(folder)
    assert "/" not in receipt.external_id
    assert (folder / receipt.external_id).exists()
    assert row["line1"].startswith("'=")
    assert row["line2"] == 'a;"b c'


def test_a_place_that_cannot_be_written_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(PortError, match="cannot be written"):
        FolderChannel(FolderSettings(str(tmp_path / "file" / "letters"))).send(PARCEL, "key")


def test_every_channel_in_the_registry_can_be_made(tmp_path: Path) -> None:
    settings: dict[str, dict[str, object]] = {
        "folder": {"directory": str(tmp_path)},
        "smtp": {"host": "localhost", "from_address": "a@b.example"},
    }
    assert set(settings) == set(LETTER_CHANNELS)
    for name, values in settings.items():
        assert letter_channel(name, values).name == name


def test_a_wrong_setting_is_refused_by_name() -> None:
    with pytest.raises(Refused) as refused:
        letter_channel("smtp", {"host": "h", "passwd": "x"})
    assert [problem.field for problem in refused.value.problems] == ["passwd", "from_address"]
    with pytest.raises(Refused, match="no letter channel"):
        letter_channel("pigeon", {})
