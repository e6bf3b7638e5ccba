"""Invoices, debit notes, credit notes and the list of everything, as Visma.net tells of them (integrations paper 1.7, 1.10).

Lists leave out what was not asked for by an `expand` parameter; a single record has it all.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from fordran.sandbox.book import Document, Place, Receipt
from fordran.sandbox.visma_net import query as q
from fordran.sandbox.visma_net import wire
from fordran.sandbox.visma_net.company import Company, etag

COUNTRIES = {"SE": "Sverige", "NO": "Norge", "DK": "Danmark", "FI": "Finland", "DE": "Tyskland"}
TYPES = {"invoice": "Invoice", "debit_note": "DebitNote", "credit_note": "CreditNote"}
PATHS = {"invoice": "customerinvoice", "debit_note": "customerDebitNote", "credit_note": "customerCreditNote"}
STATUSES = {"open": "Open", "closed": "Closed", "hold": "Hold", "voided": "Voided", "balanced": "Balanced",
            "scheduled": "Scheduled", "pending_print": "PendingPrint", "pending_email": "PendingEmail",
            "credit_hold": "CreditHold"}  # fmt: skip
RELEASED = {"open", "closed"}
_EXPANDS = ("expandApplications", "expandDunningInformation", "expandAttachments", "expandTaxDetails", "expandInvoiceAddress")
EVERYTHING = dict.fromkeys(_EXPANDS, True)


def address(place: Place, address_id: int) -> dict[str, Any]:
    return {
        "addressId": address_id,
        "addressLine1": place.street,
        "addressLine2": place.street2,
        "addressLine3": None,
        "postalCode": place.postcode,
        "city": place.town,
        "country": {"id": place.country, "name": COUNTRIES.get(place.country, place.country)} if place.country else None,
        "county": None,
    }


# ---- what every document in the ledger tells -------------------------------------------------------------------------


def head_of(company: Company, document: Document) -> dict[str, Any]:
    amount, amount_other = company.both(document.amount, document.currency)
    balance, balance_other = company.both(document.balance, document.currency)
    vat, vat_other = company.both(document.amount // 5, document.currency)  # a quarter on top: a fifth of the whole
    party = company.book.parties[document.party]
    closed = document.status == "closed"
    return {
        "customer": {"number": party.number, "name": party.name},
        "documentType": TYPES[document.kind],
        "referenceNumber": document.number,
        "postPeriod": wire.period(document.issued),
        "financialPeriod": wire.period(document.issued),
        "closedFinancialPeriod": wire.period(document.changed_at) if closed else None,
        "documentDate": wire.day(document.issued),
        "documentDueDate": wire.day(document.due),
        "origInvoiceDate": None,
        "status": STATUSES[document.status],
        "currencyId": document.currency,
        "amount": amount,
        "amountInCurrency": amount_other,
        "balance": balance,
        "balanceInCurrency": balance_other,
        "cashDiscount": wire.amount(0),
        "cashDiscountInCurrency": wire.amount(0),
        "paymentMethod": {"id": "1", "description": company.payment_methods.get("1", "")},
        "customerRefNumber": None,
        "invoiceText": document.text or None,
        "lastModifiedDateTime": wire.moment(company.stamped(document.changed_at)),
        "createdDateTime": wire.moment(company.stamped(document.created_at)),
        "note": document.note or None,
        "vatTotal": vat,
        "vatTotalInCurrency": vat_other,
        "location": {"countryId": party.place.country, "id": "Main", "name": "Primary Location"},
        "branchNumber": {"number": document.branch, "name": company.book.name},
        "cashAccount": "1930",
        "project": None,
        "account": {"type": "Asset", "externalCode1": None, "externalCode2": None, "active": True, "number": "1510",
                    "description": "Kundfordringar"},
        "subaccount": None,
        "customerProject": None,
        "errorInfo": None,
    }  # fmt: skip


def whole(company: Company, document: Document, asked: q.Query) -> dict[str, Any]:
    """A document of one of the three kinds: its head, and what only its own list tells."""
    party = company.book.parties[document.party]
    net, net_other = company.both(document.amount - document.amount // 5, document.currency)
    zero = wire.amount(0)
    view = head_of(company, document) | {
        "creditTerms": {"id": str(party.terms_days), "description": f"{party.terms_days} dagar netto"},
        "cashDiscountDate": None,
        "externalReference": None,
        "isRotRutDeductible": document.tax_share > 0,
        "exchangeRate": wire.number(company.rate(document.currency)),
        "contact": None,
        "roundingDiff": zero,
        "customerVatZone": {"id": "01", "description": "Inrikes"},
        "sendToAutoInvoice": False,
        "childRecord": None,
        "timeStamp": etag(document.version),
        "hold": document.status == "hold",
        "discountTotal": zero,
        "discountTotalInCurrency": zero,
        "detailTotal": net,
        "detailTotalInCurrency": net_other,
        "vatTaxableTotal": net,
        "vatTaxableTotalInCurrency": net_other,
        "vatExemptTotal": zero,
        "vatExemptTotalInCurrency": zero,
        "salesPersonID": None,
        "salesPersonDescr": None,
        "salesPerson": None,
        "paymentReference": document.ocr or None,
        "dontPrint": False,
        "dontEmail": True,
        "revoked": document.revoked,
        "invoiceLines" if document.kind == "invoice" else "lines": [_line(document, net, net_other)],
    }
    if asked.get("expandDunningInformation"):
        view |= {"dunningLetterDate": wire.day(document.reminded_on), "dunningLetterLevel": document.reminder_level}
    if asked.get("expandApplications"):
        view["applications"] = _applications(company, document)
    if asked.get("expandAttachments"):
        view["attachments"] = attachments(company, document)
    if asked.get("expandTaxDetails"):
        view["taxDetails"] = [_tax(document)]
    if asked.get("expandInvoiceAddress"):
        view |= _receiver(company, document)
    if document.kind == "invoice":
        view |= _only_invoices(document)
    if document.kind == "debit_note":
        del view["sendToAutoInvoice"]
    return view


def _only_invoices(document: Document) -> dict[str, Any]:
    mark, number = document.mark, document.number
    mandate = (
        {"id": f"M{number}", "mandateId": f"AG-{number}", "mandateDescription": "Autogiro"} if document.direct_debit else None
    )
    return {
        "startDate": None,
        "endDate": None,
        "accountingCostRef": None,
        "originatorDocRef": None,
        "contractDocRef": None,
        "directDebitMandate": mandate,
        "excludeDebtCollection": document.left_alone,
        "debtCollection": {
            "caseNumber": mark.number or None,
            "caseType": mark.kind or None,
            "caseStatus": mark.status or None,
            "caseUrl": mark.url or None,
        },
    }


def _line(document: Document, net: str, net_other: str) -> dict[str, Any]:
    return {
        "lineNumber": 1,
        "inventoryNumber": None,
        "description": document.text or "Försäljning",
        "quantity": wire.amount(100),
        "unitPrice": net,
        "unitPriceInCurrency": net_other,
        "amount": net,
        "amountInCurrency": net_other,
        "isRotRutDeductible": document.tax_share > 0,
        "deductableAmount": wire.amount(document.tax_share),
        "uom": "ST",
        "vatCode": {"id": "1", "description": "Moms 25 %"},
        "attachments": [],
        "note": None,
    }


def _tax(document: Document) -> dict[str, Any]:
    return {
        "taxId": "1",
        "recordId": 1,
        "vatId": {"number": "1", "description": "Moms 25 %"},
        "vatRate": wire.amount(2500),
        "taxableAmount": wire.amount(document.amount - document.amount // 5),
        "vatAmount": wire.amount(document.amount // 5),
    }


def _receiver(company: Company, document: Document) -> dict[str, Any]:
    party = company.book.parties[document.party]
    place = address(document.place or party.place, 10_000 + party.internal_id)
    return {
        "invoiceAddress": place | {"overrideAddress": document.place is not None},
        "invoiceContact": {
            "contactId": 20_000 + party.internal_id,
            "businessName": document.recipient or party.name,
            "attention": None,
            "email": party.email or None,
            "phone1": party.phone or None,
            "overrideContact": bool(document.recipient),
        },
    }


def attachments(company: Company, document: Document) -> list[dict[str, Any]]:
    """Each file's id is ours; a name that comes again is a new revision."""
    names: dict[str, int] = {}
    told = []
    for place, (name, _) in enumerate(document.attachments, 1):
        names[name] = names.get(name, 0) + 1
        told.append({"name": name, "id": f"{TYPES[document.kind]}-{document.number}-{place}", "revision": names[name]})
    return told


# ---- what was set against what ---------------------------------------------------------------------------------------


def _applications(company: Company, document: Document) -> list[dict[str, Any]]:
    if document.kind == "credit_note":
        credited = company.book.documents.get(("invoice", document.credits))
        if credited is None or document.balance == document.amount:
            return []
        return [_set_against("Invoice", credited, document.amount - document.balance, credited.balance, document.issued)]
    told = []
    for source in company.book.applied.get((document.kind, document.number), ()):
        if isinstance(source, Document):
            told.append(_set_against("CreditNote", source, source.amount - source.balance, source.balance, source.issued))
        else:
            told += [
                _paid(source, p.amount) for p in source.applications if (p.kind, p.number) == (document.kind, document.number)
            ]
    return told


def _set_against(kind: str, other: Document, amount: int, balance: int, on: date) -> dict[str, Any]:
    return _application(kind, other.party, other.number, amount, balance, on) | {
        "released": other.status in RELEASED,
        "hold": other.status == "hold",
        "voided": other.status == "voided",
        "status": STATUSES[other.status],
        "invoiceText": other.text or None,
    }


def _paid(receipt: Receipt, amount: int) -> dict[str, Any]:
    """A void's own line counts as voided too, so that the sum of what is released and not voided is what holds."""
    left = receipt.amount - sum(part.amount for part in receipt.applications)
    kind = "VoidPayment" if receipt.kind == "void" else "Payment"
    return _application(kind, receipt.party, receipt.number, amount, left, receipt.on) | {
        "released": receipt.released,
        "hold": receipt.status == "hold",
        "voided": receipt.status == "voided" or receipt.kind == "void",
        "paymentRef": receipt.reference or None,
        "status": receipt_status(receipt),
        "invoiceText": receipt.text or None,
    }


def _application(kind: str, party: str, number: str, amount: int, balance: int, on: date) -> dict[str, Any]:
    return {
        "docType": kind,
        "customerCD": party,
        "refNbr": number,
        "amountPaid": wire.amount(amount),
        "cashDiscountTaken": wire.amount(0),
        "balance": wire.amount(balance),
        "pendingPPD": False,
        "ppdCrMemoRefNbr": None,
        "paymentRef": None,
        "applicationDate": wire.day(on),
        "applicationPeriod": wire.period(on),
    }


def receipt_status(receipt: Receipt) -> str:
    if receipt.status == "hold" and not receipt.released:
        return "Hold"
    return STATUSES[receipt.status] if receipt.released else "Balanced"
