"""Lists of documents with their filters, and one document alone (integrations paper 1.7)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from fordran.sandbox.book import Document, Receipt
from fordran.sandbox.visma_net import query as q
from fordran.sandbox.visma_net import wire
from fordran.sandbox.visma_net.answers import Answer
from fordran.sandbox.visma_net.call import Call, Route
from fordran.sandbox.visma_net.company import Company
from fordran.sandbox.visma_net.documents import EVERYTHING, PATHS, RELEASED, STATUSES, TYPES, head_of, receipt_status, whole
from fordran.sandbox.visma_net.printing import print_document
from fordran.sandbox.visma_net.wire import Refusal


def matches(company: Company, asked: q.Query) -> Callable[[Document], bool]:
    """The filters of a document list. What the simulated ledger has none of (projects, references) matches nothing."""
    if asked.get("released", 0) not in (0, 1):
        raise Refusal(400, "released must be 0 or 1.")
    for name in ("externalReference", "customerRefNumber", "project"):
        if asked.get(name):
            return lambda document: False
    wanted = {STATUSES[s]: s for s in STATUSES}.get(asked.get("status", ""), None)
    modified = "lastModifiedDateTime" in asked
    others = any(
        name in asked for name in q.DOCUMENTS if name not in {"status", "lastModifiedDateTime", "pageNumber", "pageSize"}
    )

    def match(document: Document) -> bool:
        if "status" in asked and document.status != wanted:
            return False
        if modified and not q.holds(asked, "lastModifiedDateTime", company.stamped(document.changed_at)):
            return False
        return not others or _meets(company, asked, document)

    return match


def _meets(company: Company, asked: q.Query, document: Document) -> bool:
    equal = (
        ("customer", document.party),
        ("branch", document.branch),
        ("paymentReference", document.ocr),
        ("dunningLevel", document.reminder_level),
        ("documentType", TYPES[document.kind]),
        ("financialPeriod", wire.period(document.issued)),
        ("closedFinancialPeriod", wire.period(document.changed_at) if document.status == "closed" else ""),
    )
    return (
        all(name not in asked or asked[name] == value for name, value in equal)
        and ("released" not in asked or bool(asked["released"]) == (document.status in RELEASED))
        and q.holds(asked, "documentDueDate", document.due)
        and q.holds(asked, "documentDate", document.issued)
        and q.holds(asked, "dunningLetterDateTime", document.reminded_on)
        and q.holds(asked, "createdDateTime", company.stamped(document.created_at))
        and document.number > asked.get("greaterThanValue", "")
    )


def _failed(call: Call, kind: str, number: str) -> dict[str, Any] | None:
    """A record that the server could not read: it says why, and nothing else."""
    why = call.company.failing.get((kind, number))
    return None if why is None else {"documentType": TYPES[kind], "referenceNumber": number, "errorInfo": why}


def list_documents(call: Call, *, kind: str) -> Answer:
    def view(document: Document) -> dict[str, Any]:
        return _failed(call, kind, document.number) or whole(call.company, document, call.query)

    return call.listed(kind, matches(call.company, call.query), view, key="own")


def list_customer_documents(call: Call, *, kind: str, customer: str) -> Answer:
    call.company.party(customer)
    call.query["customer"] = customer
    return list_everything(call) if kind == "any" else list_documents(call, kind=kind)


def list_everything(call: Call) -> Answer:
    """All documents in one list, payments among them, and of each no more than its head."""
    match = matches(call.company, call.query)

    def matched(record: Document | Receipt) -> bool:
        return match(record) if isinstance(record, Document) else _payment_meets(call, record)

    def view(record: Document | Receipt) -> dict[str, Any]:
        if isinstance(record, Receipt):
            return _payment_head(call.company, record)
        head = head_of(call.company, record)
        return _failed(call, record.kind, record.number) or head | {"branch": head["branchNumber"]}

    return call.listed("any", matched, view, key="all")


def _payment_meets(call: Call, receipt: Receipt) -> bool:
    asked, changed = call.query, call.company.stamped(receipt.changed_at)
    kind = "VoidPayment" if receipt.kind == "void" else "Payment"
    equal = (("status", receipt_status(receipt)), ("documentType", kind), ("customer", receipt.party),
             ("financialPeriod", wire.period(receipt.on)))  # fmt: skip
    none = ("paymentReference", "dunningLevel", "dunningLetterDateTime", "documentDueDate", "project", "externalReference",
            "customerRefNumber", "closedFinancialPeriod")  # fmt: skip
    return (
        all(name not in asked or asked[name] == value for name, value in equal)
        and not any(name in asked for name in none)
        and ("released" not in asked or bool(asked["released"]) == receipt.released)
        and q.holds(asked, "lastModifiedDateTime", changed)
        and q.holds(asked, "createdDateTime", call.company.stamped(receipt.created_at))
        and q.holds(asked, "documentDate", receipt.on)
        and receipt.number > asked.get("greaterThanValue", "")
    )


def _payment_head(company: Company, receipt: Receipt) -> dict[str, Any]:
    left = receipt.amount - sum(part.amount for part in receipt.applications)
    stand_in = Document(
        "invoice", receipt.number, receipt.party, receipt.currency, receipt.amount, left, receipt.on, receipt.on, receipt.text
    )
    stand_in.changed_at, stand_in.created_at = receipt.changed_at, receipt.created_at
    head = head_of(company, stand_in)
    zero = wire.amount(0)
    return head | {
        "branch": head["branchNumber"],
        "documentType": "VoidPayment" if receipt.kind == "void" else "Payment",
        "status": receipt_status(receipt),
        "documentDueDate": None,
        "vatTotal": zero,
        "vatTotalInCurrency": zero,
        "cashAccount": receipt.account,
    }


def get_document(call: Call, *, kind: str, number: str) -> Answer:
    document = call.company.document(kind, number)
    view = _failed(call, kind, number) or whole(call.company, document, EVERYTHING)
    return call.found(view, document.version)


def get_rot_rut(call: Call, *, number: str) -> Answer:
    document = call.company.document("invoice", number)
    if not document.tax_share:
        raise Refusal(404, f"The document {number} is not ROT/RUT deductible.")
    return Answer.of(
        {
            "docType": "Invoice",
            "refNbr": number,
            "distributedAutomaticaly": True,
            "type": "Rot",
            "totalDeductableAmount": wire.amount(document.tax_share),
            "otherCost": wire.amount(0),
            "materialCost": wire.amount(0),
            "workPrice": wire.amount(document.amount),
            "distributedAmount": wire.amount(document.tax_share),
            "appartment": None,
            "estate": None,
            "organizationNbr": None,
            "distribution": [],
        }
    )


def get_print(call: Call, *, kind: str, number: str) -> Answer:
    document = call.company.document(kind, number)
    body = print_document(call.company.book, document)
    return Answer(
        200, body, {"Content-Type": "application/pdf", "Content-Disposition": f'attachment; filename="{quote(number)}.pdf"'}
    )


def _routes(kind: str) -> list[Route]:
    path = f"/v1/{PATHS[kind]}"
    return [
        Route("GET", path, partial(list_documents, kind=kind), q.DOCUMENTS),
        Route("GET", f"{path}/<number>", partial(get_document, kind=kind)),
        Route("GET", f"{path}/<number>/print", partial(get_print, kind=kind), if_match=kind == "debit_note"),
    ]


ROUTES = [
    *_routes("invoice"),
    *_routes("debit_note"),
    *_routes("credit_note"),
    Route("GET", "/v1/customerinvoice/<number>/rotrut", get_rot_rut),
    Route("GET", "/v1/customerdocument", list_everything, q.DOCUMENTS),
    Route("GET", "/v1/customer/<customer>/invoice", partial(list_customer_documents, kind="invoice"), q.DOCUMENTS),
    Route("GET", "/v1/customer/<customer>/document", partial(list_customer_documents, kind="any"), q.DOCUMENTS),
]
