"""What the server answers, and the bodies of its three kinds of error (integrations paper 1.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID, uuid5

from fordran.sandbox.visma_net import wire

JSON = "application/json; charset=utf-8"
_NAMES = UUID("9d0c4f2e-7a35-4a8f-8f0e-0a52f1b7c001")


@dataclass(slots=True)
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: object, status: int = 200, **headers: str) -> Answer:
        return cls(status, wire.write(value), {"Content-Type": JSON, **{k.replace("_", "-"): v for k, v in headers.items()}})


def refused(refusal: wire.Refusal) -> Answer:
    return Answer.of({"message": refusal.message}, refusal.status)


def gateway_error(status: int, message: str, code: str) -> Answer:
    """The body of the gateway before the ERP."""
    return Answer.of(
        {
            "ExceptionType": "IPPException",
            "ExceptionMessage": message,
            "ExceptionFaultCode": code,
            "ExceptionMessageID": f"{code}_{uuid5(_NAMES, message)}",
            "ExceptionDetails": "",
        },
        status,
    )


def html(status: int, title: str, body: str = "") -> Answer:
    """A page of a proxy, or of the sign-in."""
    text = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>\n"
    return Answer(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})
