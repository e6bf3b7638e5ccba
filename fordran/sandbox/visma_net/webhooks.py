"""Events posted to an address, as the ERP's publisher does (integrations paper 1.6).

Which events there are is known. What their body and signature look like is not: the fields below are ours, and a receiver may
conclude nothing from them but "look now".
"""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from fordran.sandbox.visma_net import wire

EVENTS = ("AR Invoice Changed", "AR Invoice Status Changed", "AR Invoice Action Triggered", "Customer Changed",
          "Customer Created", "Customer Updated", "BACKGROUND_API_RESPONSE")  # fmt: skip
_NAMES = UUID("9d0c4f2e-7a35-4a8f-8f0e-0a52f1b7c003")
_SECONDS = 10


def post_event(url: str, event: str, *, tenant: str, reference: str, stamp: str, names: dict[str, str] | None = None) -> int:
    """Post it once; the receiver's status, or 0 when nobody took it. `names`: headers that go with it. Only plain http."""
    if event not in EVENTS:
        raise ValueError(f"{event}: no such event; one of {', '.join(EVENTS)}")
    parts = urlsplit(url)
    body = wire.write(
        {
            "notificationId": str(uuid5(_NAMES, f"{tenant}:{event}:{reference}:{stamp}")),
            "eventType": event,
            "tenantId": tenant,
            "reference": reference,
            "occurred": stamp,
        }
    )
    try:
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_SECONDS)
        try:
            path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            connection.request("POST", path, body, {"Content-Type": "application/json", **(names or {})})
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, HTTPException):
        return 0
