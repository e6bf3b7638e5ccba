"""What may be written on an invoice: our case, the note, "leave alone", and files (integrations paper 1.11)."""

from __future__ import annotations

from functools import partial
from typing import Any

from fordran.sandbox.book import Document
from fordran.sandbox.visma_net import wire
from fordran.sandbox.visma_net.answers import Answer
from fordran.sandbox.visma_net.bodies import unwrapped
from fordran.sandbox.visma_net.call import Call, Route
from fordran.sandbox.visma_net.documents import PATHS, RELEASED, attachments
from fordran.sandbox.visma_net.wire import Refusal

_MARKS = {"debtCollectionCaseNbr": "number", "debtCollectionCaseType": "kind", "debtCollectionCaseStatus": "status",
          "debtCollectionCaseUrl": "url"}  # fmt: skip
_DATES = {"documentDueDate": "due", "documentDate": "issued"}
#: A released invoice keeps what was released. Which fields the real one leaves open is not known; these are descriptive.
_OPEN_WHEN_RELEASED = {*_MARKS, "excludeDebtCollection", "note", "dontPrint", "dontEmail"}
_OPEN_BEFORE = _OPEN_WHEN_RELEASED | {"invoiceText", "paymentReference", "documentDueDate", "documentDate", "hold", "revoked"}


def put_invoice(call: Call, *, number: str) -> Answer:
    fields = call.body("CustomerInvoiceUpdateDto")
    document = call.company.document("invoice", number)
    call.check_version(document.version)
    released = document.status in RELEASED or document.status == "voided"
    refused = [name for name in fields if name not in (_OPEN_WHEN_RELEASED if released else _OPEN_BEFORE)]
    if released and call.company.behaviours.refuses_case_fields:
        refused += [name for name in fields if name in _MARKS or name == "excludeDebtCollection"]
    if refused and released:
        raise Refusal(400, f"Invoice can't be updated because it is already released: {', '.join(refused)}.")
    if refused:
        raise Refusal(400, f"The simulator does not change {', '.join(refused)} of an invoice.")
    if empty := [name for name in _DATES if fields.get(name, "") is None]:
        raise Refusal(400, f"{empty[0]} cannot be empty.")
    _write(document, fields)
    call.company.book.touch(document)
    return call.changed(document.version)


def _write(document: Document, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if name in _MARKS:
            setattr(document.mark, _MARKS[name], value or "")
        elif name == "excludeDebtCollection":
            document.left_alone = bool(value)
        elif name == "note":
            document.note = value or ""
        elif name == "invoiceText":
            document.text = value or ""
        elif name == "paymentReference":
            document.ocr = value or ""
        elif name == "revoked":
            document.revoked = bool(value)
        elif name == "hold":
            document.status = "hold" if value else "balanced"
        elif name in _DATES:
            setattr(document, _DATES[name], value.date())


def post_attachment(call: Call, *, kind: str, number: str) -> Answer:
    if call.request.mimetype != "multipart/form-data":
        raise Refusal(415, "The request's content type must be multipart/form-data.")
    parts = [*call.request.files, *call.request.form]
    unknown = sorted(set(parts) - {"file", "metadata"})
    file = call.request.files.get("file")
    if unknown or file is None or not file.filename or len(call.request.files.getlist("file")) != 1:
        raise Refusal(
            400, f"The body must have one part file, with a name, and may have a part metadata. {' '.join(unknown)}".strip()
        )
    metadata = call.request.form.get("metadata") or (
        call.request.files["metadata"].read().decode("utf-8", "replace") if "metadata" in call.request.files else ""
    )
    if metadata:
        unwrapped(wire.read(metadata.encode()), "AttachmentMetadataUpdateDto")
    content = file.read()
    if not content:
        raise Refusal(400, "The file is empty.")
    document = call.company.document(kind, number)
    call.check_version(document.version)
    document.attachments.append((file.filename, content if call.company.behaviours.keeps_files else b""))
    call.company.book.touch(document)
    made = attachments(call.company, document)[-1]
    return call.created(f"/v1/{PATHS[kind]}/{number}/attachment/{made['id']}", document.version)


ROUTES = [
    Route("PUT", "/v1/customerinvoice/<number>", put_invoice, if_match=True),
    *(
        Route("POST", f"/v1/{PATHS[kind]}/<number>/attachment", partial(post_attachment, kind=kind), if_match=True)
        for kind in PATHS
    ),
]
