"""A folder as bank exchange: `from-bank/` holds what has come, `to-bank/` what is to be fetched, `taken/` what was read.

A file of orders is handed over by one rename, after its mark is written; so whatever moment the machine stops, the next call
with the same name finds either the file still prepared, or the mark alone: then it was handed over, fetched or not.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fordran.connectors.whole_file import sync_folder, write_whole
from fordran.ports.bank import FileFromBank
from fordran.ports.errors import Malformed, NotAllowed, Unavailable

FROM_BANK, TO_BANK, TAKEN = "from-bank", "to-bank", "taken"
PREPARED, MARKS = ".prepared", ".ordered"
_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")
"""Names that programs give to files they are still writing."""


@dataclass(frozen=True, slots=True)
class BankFolderSettings:
    directory: str  # made with mode 0700 when it is not there


class BankFolder:
    """Every call takes and leaves whole files. Safe for several processes."""

    name = "bank_folder"

    def __init__(self, settings: BankFolderSettings) -> None:
        self.directory = Path(settings.directory)

    def waiting(self) -> Sequence[FileFromBank]:
        """By the time they were written, then by name; hidden and unfinished files are left alone.

        Raises NotAllowed, Unavailable.
        """
        with self._folders():
            found = [
                (entry.stat().st_mtime_ns, entry.name)
                for entry in os.scandir(self.directory / FROM_BANK)
                if entry.is_file() and not entry.name.startswith(".") and not entry.name.lower().endswith(_UNFINISHED)
            ]
            return [FileFromBank(name, (self.directory / FROM_BANK / name).read_bytes()) for _, name in sorted(found)]

    def taken(self, file: FileFromBank) -> None:
        """Move it to `taken/`. A file of the same name with other contents has come since: it stays. Raises as `waiting`."""
        with self._folders(), self._locked():
            path = self.directory / FROM_BANK / file.name
            if path.parent != self.directory / FROM_BANK:
                raise Malformed("a file's name has no folder in it")
            if path.is_file() and path.read_bytes() == file.content:
                digest = hashlib.sha256(file.content).hexdigest()[:12]
                os.replace(path, self.directory / TAKEN / f"{path.stem}_{digest}{path.suffix}")

    def order(self, name: str, content: bytes) -> str:
        """See the port. Raises Malformed for the same name with other bytes, NotAllowed, Unavailable."""
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name):
            raise Malformed("a file of orders is named by letters, digits, hyphens and full stops")
        digest = hashlib.sha256(content).hexdigest()
        with self._folders(), self._locked():
            prepared, mark = self.directory / PREPARED / name, self.directory / MARKS / name
            if mark.exists() and mark.read_text(encoding="ascii").strip() != digest:
                raise Malformed(f"the name {name} was used before for other orders")
            if mark.exists() and not prepared.exists():
                return name  # handed over before; the bank may have fetched it since
            write_whole(prepared, content)
            write_whole(mark, digest.encode("ascii"))
            os.rename(prepared, self.directory / TO_BANK / name)
            sync_folder(self.directory / TO_BANK)
            sync_folder(self.directory / PREPARED)
        return name

    @contextmanager
    def _folders(self) -> Iterator[None]:
        try:
            for folder in (FROM_BANK, TO_BANK, TAKEN, PREPARED, MARKS):
                (self.directory / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            yield
        except PermissionError as error:
            raise NotAllowed(f"the bank's folder may not be used: {error.strerror}") from error
        except OSError as error:
            raise Unavailable(f"the bank's folder cannot be used: {error.strerror}") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, over all processes."""
        handle = os.open(self.directory / MARKS / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
