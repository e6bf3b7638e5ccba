"""Identity numbers at rest: encrypted, with a keyed hash beside them so that equality can be asked without opening them.

Keys lie in HOME/keys.json (mode 0600): {"current": id, "ring": {id: key}, "index": key}, each key 32 bytes in base64.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fordran.db.connect import home


@cache
def _keys(path: Path) -> dict[str, object]:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = {
            "current": "1",
            "ring": {"1": base64.b64encode(secrets.token_bytes(32)).decode()},
            "index": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        draft = path.with_suffix(f".{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            json.dump(new, handle)
        try:
            os.link(draft, path)  # two processes at once: the first one's keys win
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    found: dict[str, object] = json.loads(path.read_text())
    return found


def _ring() -> dict[str, object]:
    return _keys(home() / "keys.json")


def seal(text: str, creditor_id: int) -> bytes:
    """Encrypt with the current key; the creditor is bound to it. Layout: key id, ':', 12 bytes nonce, ciphertext."""
    keys = _ring()
    name = str(keys["current"])
    nonce = secrets.token_bytes(12)
    box = AESGCM(base64.b64decode(keys["ring"][name]))  # type: ignore[index]
    return name.encode() + b":" + nonce + box.encrypt(nonce, text.encode(), str(creditor_id).encode())


def unseal(sealed: bytes | memoryview | None, creditor_id: int) -> str:
    """The text; empty for None. Raises cryptography.exceptions.InvalidTag when it was tampered with."""
    if sealed is None:
        return ""
    name, _, rest = bytes(sealed).partition(b":")
    box = AESGCM(base64.b64decode(_ring()["ring"][name.decode()]))  # type: ignore[index]
    return box.decrypt(rest[:12], rest[12:], str(creditor_id).encode()).decode()


def blind(text: str) -> bytes:
    """A keyed hash for equality look-ups."""
    return hmac.new(base64.b64decode(str(_ring()["index"])), text.encode(), hashlib.sha256).digest()
