"""What one company's connection needs to know."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from fordran.connectors.http import is_safe
from fordran.core.problems import Problem, Refused

#: The current addresses; the older host is throttled since 1 February 2026 and is being shut.
BASE_URL = "https://api.finance.visma.net"
CONNECT_URL = "https://connect.visma.com/connect"

LEAST_OVERLAP = 3600
"""Seconds. The zone of the ERP's local times is not published, and clocks go back one hour in October."""


@dataclass(frozen=True, slots=True)
class VismaNetSettings:
    """One company tenant. Raises Refused, naming each setting that cannot be so.

    `amounts` says which of the two amounts of a document is in the document's own currency: "plain_is_document",
    "in_currency_is_document", or "" while nobody has tried: then only documents where it cannot matter are taken.
    """

    tenant_id: str  # the *company's*; the customer's gets a token too, and is then refused everywhere
    client_id: str
    client_secret: str = field(default="", repr=False)
    base_url: str = BASE_URL
    token_url: str = f"{CONNECT_URL}/token"
    authorize_url: str = f"{CONNECT_URL}/authorize"
    sign_in: str = "service"  # or interactive: a person has signed in, and the token is renewed from that
    redirect_uri: str = ""
    amounts: str = ""
    organization: str = ""  # organizationCd, where the tenant holds several
    branch: str = ""  # sent as the header branchid
    company_header: str = ""  # ipp-company-id, which old installations still want
    page_size: int = 500
    overlap_seconds: int = LEAST_OVERLAP
    payment_method: str = ""
    cash_account: str = ""
    case_prefix: str = "F-"  # a case number that begins otherwise is another agency's
    case_url: str = ""  # with {number}; used where the mark brings no address of its own
    language_attribute: str = ""  # id of the customer attribute that holds sv or en
    timeout_seconds: int = 60

    def __post_init__(self) -> None:
        mistyped = [
            Problem("visma_net", one.name, f"write {'a whole number' if one.type == 'int' else 'a text'}")
            for one in fields(self)
            if type(getattr(self, one.name)).__name__ != one.type
        ]
        if mistyped:
            raise Refused(mistyped)
        problems = [
            Problem("visma_net", name, f"write the {words}")
            for name, words in (("tenant_id", "company's tenant id, as Admin shows it"), ("client_id", "client id, isv_..."))
            if not getattr(self, name)
        ]
        problems += [
            Problem("visma_net", name, "write an address that begins with https://")
            for name in ("base_url", "token_url", "authorize_url")
            if not is_safe(getattr(self, name))
        ]
        for name, allowed in (
            ("sign_in", ("service", "interactive")),
            ("amounts", ("", "plain_is_document", "in_currency_is_document")),
        ):
            if getattr(self, name) not in allowed:
                problems.append(Problem("visma_net", name, f"write one of {', '.join(repr(one) for one in allowed)}"))
        if self.overlap_seconds < LEAST_OVERLAP:
            problems.append(Problem("visma_net", "overlap_seconds", f"write at least {LEAST_OVERLAP}"))
        if not 1 <= self.page_size <= 5000:
            problems.append(Problem("visma_net", "page_size", "write a number from 1 to 5000"))
        if self.timeout_seconds < 1:
            problems.append(Problem("visma_net", "timeout_seconds", "write at least 1"))
        if not self.case_prefix:
            problems.append(Problem("visma_net", "case_prefix", "write what our case numbers begin with, for example F-"))
        if self.sign_in == "interactive" and not self.redirect_uri:
            problems.append(Problem("visma_net", "redirect_uri", "write the address that the sign-in comes back to"))
        if problems:
            raise Refused(problems)
