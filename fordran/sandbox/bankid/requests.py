"""What a relying party may ask for, read as strictly as the real service does: an unknown field, too, is a wrong one."""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

FIELDS = {
    "endUserIp", "userVisibleData", "userVisibleDataFormat", "userNonVisibleData", "requirement", "returnUrl", "returnRisk",
    "web", "app",
}  # fmt: skip
PHONE_FIELDS = (FIELDS - {"endUserIp", "returnUrl", "returnRisk", "web", "app"}) | {"personalNumber", "callInitiator"}
REQUIREMENTS = {"pinCode", "mrtd", "cardReader", "certificatePolicies", "personalNumber", "risk"}
WEB = {"referringDomain": (3, 253), "userAgent": (1, 256), "deviceIdentifier": (1, 64)}
LONGEST = {"sign": (40_000, 200_000), "auth": (1_500, 1_500)}
_NUMBER = re.compile(r"[0-9]{12}")
_POLICY = re.compile(r"[0-9]+(\.[0-9]+){4,}(\.\*|\*)?|[0-9]+(\.[0-9]+){3}\.\*")


class Refusal(Exception):
    def __init__(self, status: int, code: str, details: str) -> None:
        super().__init__(details)
        self.status, self.code, self.details = status, code, details


@dataclass(frozen=True, slots=True)
class Asked:
    """`text` and `hidden` stay as they came, in base64."""

    signs: bool
    by_phone: bool
    ip: str
    text: str
    markdown: bool
    hidden: str
    personal_number: str
    policies: tuple[str, ...]
    return_url: str
    wants_risk: bool


def body_of(content: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _invalid("Invalid request body")
    return body


def order_ref(body: Mapping[str, Any]) -> str:
    ref = body.get("orderRef")
    if set(body) != {"orderRef"} or not isinstance(ref, str):
        raise _invalid("Invalid orderRef")
    return ref


def read(body: Mapping[str, Any], *, signs: bool, by_phone: bool) -> Asked:
    """Raises Refusal."""
    if unknown := set(body) - (PHONE_FIELDS if by_phone else FIELDS):
        raise _invalid(f"Unknown parameter {sorted(unknown)[0]}")
    requirement = _requirement(body.get("requirement", {}))
    kind = "sign" if signs else "auth"
    text, hidden = (
        _encoded(body, name, most) for name, most in zip(("userVisibleData", "userNonVisibleData"), LONGEST[kind], strict=True)
    )
    if signs and not text:
        raise _invalid("Invalid userVisibleData")
    form = body.get("userVisibleDataFormat", "plaintext")
    if form not in ("plaintext", "simpleMarkdownV1"):
        raise _invalid("Invalid userVisibleDataFormat")
    number = str(requirement.get("personalNumber", ""))
    if by_phone:
        number = str(body.get("personalNumber", ""))
        if not _NUMBER.fullmatch(number) or body.get("callInitiator") not in ("user", "RP"):
            raise _invalid("Invalid personalNumber or callInitiator")
    _surroundings(body)
    return Asked(
        signs, by_phone, "" if by_phone else _address(body), text, form != "plaintext", hidden, number,
        tuple(requirement.get("certificatePolicies", ())), str(body.get("returnUrl", "")), body.get("returnRisk") is True,
    )  # fmt: skip


def _invalid(details: str) -> Refusal:
    return Refusal(400, "invalidParameters", details)


def _address(body: Mapping[str, Any]) -> str:
    try:
        return str(ip_address(body["endUserIp"]))
    except (KeyError, ValueError) as error:
        raise _invalid("Invalid endUserIp") from error


def _encoded(body: Mapping[str, Any], name: str, most: int) -> str:
    value = body.get(name, "")
    try:
        if not isinstance(value, str) or (name in body and not 1 <= len(value) <= most):
            raise ValueError
        b64decode(value, validate=True).decode("utf-8" if name == "userVisibleData" else "latin-1")
    except (binascii.Error, ValueError) as error:
        raise _invalid(f"Invalid {name}") from error
    return value


def _requirement(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict) or set(value) - REQUIREMENTS:
        raise _invalid("Invalid requirement")
    good = (
        all(isinstance(value.get(name, False), bool) for name in ("pinCode", "mrtd"))
        and value.get("cardReader", "class1") in ("class1", "class2")
        and value.get("risk", "LOW") in ("LOW", "MODERATE")
        and isinstance(value.get("certificatePolicies", []), list)
        and all(isinstance(one, str) and _POLICY.fullmatch(one) for one in value.get("certificatePolicies", []))
        and _NUMBER.fullmatch(str(value.get("personalNumber", "000000000000")))
    )
    if not good:
        raise _invalid("Invalid requirement")
    return value


def _surroundings(body: Mapping[str, Any]) -> None:
    url, web = body.get("returnUrl"), body.get("web")
    if url is not None and not (isinstance(url, str) and 1 <= len(url) <= 512):
        raise _invalid("Invalid returnUrl")
    if not isinstance(body.get("returnRisk", False), bool):
        raise _invalid("Invalid returnRisk")
    if web is None:
        return
    if not isinstance(web, dict) or "app" in body or set(web) - set(WEB):
        raise _invalid("Invalid web")
    for name, value in web.items():
        least, most = WEB[name]
        if not (isinstance(value, str) and least <= len(value) <= most):
            raise _invalid(f"Invalid {name}")
