"""A folder as letter channel: one PDF a letter and one line a letter in `index.csv`.

Files are readable by their owner only. Whatever moment the machine stops, the next call with the same key puts
things right: the PDF is written beside and renamed, then its index line, then the mark that says it is done. The
mark (`.done/`) stays when the print house has fetched the PDF, so a letter fetched is not written again.
"""

from __future__ import annotations

import csv
import fcntl
import hashlib
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fordran.connectors.whole_file import write_whole
from fordran.ports.errors import Ambiguous, Malformed, NotAllowed, Unavailable
from fordran.ports.post import Parcel, Receipt

INDEX = "index.csv"
MARKS = ".done"
COLUMNS = ("file", "letter", "kind", "language", "pages", "sender", "line1", "line2", "line3", "line4", "line5", "sha256")


@dataclass(frozen=True, slots=True)
class FolderSettings:
    directory: str  # made with mode 0700 when it is not there


class FolderChannel:
    """Hands letters over as files. Somebody prints and posts them; we take it to be the same day."""

    name = "folder"
    assumes_posted_same_day = True

    def __init__(self, settings: FolderSettings) -> None:
        self.directory = Path(settings.directory)

    def send(self, parcel: Parcel, key: str) -> Receipt:
        """Write the PDF once. Same key, same bytes: the same receipt; same key, other bytes: Malformed.

        Raises NotAllowed when the folder may not be written, Unavailable for any other trouble with the disk.
        """
        digest = hashlib.sha256(parcel.pdf).hexdigest()
        try:
            with self._locked():
                return self._put(parcel, key, digest)
        except PermissionError as error:
            raise NotAllowed(f"the folder for letters may not be written: {error.strerror}") from error
        except OSError as error:
            raise Unavailable(f"the folder for letters cannot be written: {error.strerror}") from error

    def look_up(self, key: str) -> Receipt | None:
        """The receipt of a letter that was written, whether or not its file has been fetched since.

        Raises Ambiguous for a file without its mark: the writing was stopped half-way and the file may have been fetched.
        """
        try:
            name, _ = self._mark(key).read_text(encoding="utf-8").split()
        except FileNotFoundError:
            half_way = next(self.directory.glob(f"*_{_short(key)}.pdf"), None)
            if half_way is not None:
                raise Ambiguous(f"{half_way.name} was written, but the writing was stopped before it was done") from None
            return None
        return Receipt("sent", name)

    def _put(self, parcel: Parcel, key: str, digest: str) -> Receipt:
        mark, name = self._mark(key), _file_name(parcel, key)
        if mark.exists():
            known_name, known_digest = mark.read_text(encoding="utf-8").split()
            if known_digest != digest:
                raise Malformed(f"the key of {known_name} was used before for another letter")
            return Receipt("sent", known_name)
        path = self.directory / name
        found = path.exists()  # we were stopped half-way
        if found and path.read_bytes() != parcel.pdf:
            raise Malformed(f"the key of {name} was used before for another letter")
        if not found:
            write_whole(path, parcel.pdf)
        if not (found and self._is_listed(name)):
            self._list(parcel, name, digest)
        write_whole(mark, f"{name} {digest}\n".encode())
        return Receipt("sent", name)

    def _mark(self, key: str) -> Path:
        return self.directory / MARKS / _short(key)

    def _is_listed(self, name: str) -> bool:
        index = self.directory / INDEX
        return index.exists() and any(line.startswith(f"{name};") for line in index.read_text("utf-8-sig").splitlines())

    def _list(self, parcel: Parcel, name: str, digest: str) -> None:
        """Add one whole line. A line that a stop cut short goes first."""
        lines = (*parcel.recipient, "", "", "", "", "")[:5]
        row = (name, parcel.number, parcel.kind, parcel.language, parcel.pages, parcel.sender, *lines, digest)
        handle = os.open(self.directory / INDEX, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+b") as index:
            whole = index.read()
            kept = whole[: whole.rfind(b"\n") + 1]
            index.seek(len(kept))
            index.truncate()
            index.write((b"" if kept else "\ufeff".encode() + _line(COLUMNS)) + _line(row))
            index.flush()
            os.fsync(index.fileno())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, over all processes."""
        for folder in (self.directory, self.directory / MARKS):
            if not folder.is_dir():
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.directory / MARKS / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _file_name(parcel: Parcel, key: str) -> str:
    number = re.sub(r"[^A-Za-z0-9-]+", "-", parcel.number)[:60].strip("-") or "letter"
    return f"{number}_{_short(key)}.pdf"


def _line(values: tuple[object, ...]) -> bytes:
    """One CSV line; a text that a spreadsheet would take for a formula gets an apostrophe first."""
    out = io.StringIO()
    texts = [" ".join(str(value).split()) for value in values]
    csv.writer(out, delimiter=";", lineterminator="\n").writerow(
        f"'{text}" if text.startswith(("=", "+", "-", "@")) else text for text in texts
    )
    return out.getvalue().encode()
