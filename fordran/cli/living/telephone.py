"""The demonstration's BankID: the simulator in this process, and what the pages' process must know to use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fordran.sandbox.bankid.clock import MachineClock
from fordran.sandbox.bankid.server import BankIdServer

NAME, NUMBER = "Fordran övning", "5599000006"


@contextmanager
def telephone(folder: Path) -> Iterator[dict[str, str]]:
    """BankID and a telephone on free ports of this machine; the environment that tells of them. People's certificates are made
    anew at each start; the roots of earlier starts are kept, so that what was signed then still holds when looked at."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    server = BankIdServer(MachineClock())
    server.start()
    try:
        files = server.write_files(folder, name=NAME, organisation_number=NUMBER, passphrase="sandbox")
        roots = folder / "signature-roots.pem"
        with roots.open("ab") as kept:
            kept.write(files["signature-root.pem"].read_bytes())
        yield {
            "FORDRAN_BANKID_CERTIFICATE": str(files["client.pem"]), "FORDRAN_BANKID_SERVER_ROOT": str(files["server-root.pem"]),
            "FORDRAN_BANKID_SIGNATURE_ROOT": str(roots), "FORDRAN_BANKID_ORGANISATION_NUMBER": NUMBER,
            "FORDRAN_BANKID_BASE_URL": server.url, "FORDRAN_BANKID_PHONE": server.phone_url,
        }  # fmt: skip
    finally:
        server.stop()
