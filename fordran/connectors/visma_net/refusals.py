"""What the API says when it says no: three bodies, sorted into the errors of the port.

`{"message": ...}` is a rule of the ERP, `{"ExceptionType": ..., "ExceptionMessage": ..., "ExceptionFaultCode": ...}` the gateway,
anything else a proxy on the way. OAuth answers `{"error": ..., "error_description": ...}`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from fordran.connectors.visma_net.values import decode
from fordran.ports.errors import Declined, Malformed, NotAllowed, PortError

#: Fault codes of the gateway that no retry will mend: no licence, and no company named.
NOT_LET_IN = {
    "12027": "the company has no licence for the API; order it in Visma, then connect again",
    "12002": "this installation wants the company's id in a header; set company_header",
}
LONGEST = 300


class Stale(Declined):
    """412: the record has changed since it was read."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a refusal says of itself, without mark-up. `fault` is the gateway's code."""

    said: str
    fault: str = ""
    known_body: bool = True


def words_of(content: bytes) -> Words:
    try:
        body = decode(content)
    except Malformed:
        return Words("", known_body=False)
    if not isinstance(body, dict):
        return Words("", known_body=False)
    for name in ("message", "ExceptionMessage", "error_description", "error", "title"):
        if isinstance(body.get(name), str) and body[name]:
            return Words(_tidy(body[name]), _tidy(str(body.get("ExceptionFaultCode") or "")))
    return Words("", known_body=False)


def _tidy(said: Any) -> str:
    return re.sub(r"\s+", " ", str(said)).strip()[:LONGEST]


def refusal(status: int, content: bytes) -> PortError:
    """The error for an answer of 3xx or 4xx; for 5xx the caller decides, who knows whether it was a reading."""
    words = words_of(content)
    said = f": {words.said}" if words.said else ""
    if words.fault in NOT_LET_IN:
        return NotAllowed(f"Visma.net does not let us in{said}; {NOT_LET_IN[words.fault]}")
    if status == 401:
        return NotAllowed(
            f"Visma.net does not accept our token{said}; see that tenant_id is the company's (not the customer's), and that the "
            "company has granted the application"
        )
    if status == 403:
        return NotAllowed(f"Visma.net does not allow this call{said}; grant the application the scope or role it asks for")
    if status == 404:
        return Declined(f"Visma.net does not know the record{said}")
    if status == 412:
        return Stale(f"the record was changed in Visma.net at the same time{said}; it will be tried anew")
    if status == 410:
        return Malformed(f"Visma.net has closed this call{said}; Fordran must be updated")
    if 400 <= status < 500:
        return Declined(f"Visma.net said no{said or f' ({status}, without a word)'}")
    return Malformed(f"Visma.net answered {status}, which was not agreed{said}")
