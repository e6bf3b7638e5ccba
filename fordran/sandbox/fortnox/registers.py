"""The company, its customers and its invoices, as they are read."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from fordran.sandbox.book import Document, Party
from fordran.sandbox.fortnox.call import Call
from fordran.sandbox.fortnox.company import FINANCE, Company
from fordran.sandbox.fortnox.wire import Answer, Refusal, day, kronor, read_day, read_moment

# ---- the company -----------------------------------------------------------------------------------------------------


def company_information(call: Call) -> Answer:
    book = call.company.book
    told = {
        "Address": book.place.street, "City": book.place.town, "CountryCode": book.place.country, "DatabaseNumber": book.tenant,
        "CompanyName": book.name, "OrganizationNumber": book.organisation_number, "ZipCode": book.place.postcode,
        "VisitAddress": "", "VisitCity": "", "VisitCountryCode": "SE", "VisitZipCode": "",
    }  # fmt: skip
    return Answer.of({"CompanyInformation": told})


def company_settings(call: Call) -> Answer:
    book = call.company.book
    told = {
        "@url": f"{call.root}/3/settings/company", "Name": book.name, "OrganizationNumber": book.organisation_number,
        "VATNumber": book.vat_number, "BG": book.bankgiro, "PG": book.plusgiro, "IBAN": book.iban, "Email": book.email,
        "Phone1": book.phone, "Address": book.place.street, "City": book.place.town, "ZipCode": book.place.postcode,
        "CountryCode": book.place.country, "DatabaseNumber": book.tenant, "TaxEnabled": True,
    }  # fmt: skip
    return Answer.of({"CompanySettings": told})


# ---- customers -------------------------------------------------------------------------------------------------------


def list_customers(call: Call) -> Answer:
    asked, company = call.asked, call.company
    active = {"active": True, "inactive": False}
    if "filter" in asked and asked["filter"] not in active:
        raise Refusal(400, "Ogiltig parameter i anropet.", "2000588")
    since = read_moment(asked["lastmodified"]) if "lastmodified" in asked else None
    fields: dict[str, Callable[[Party], str]] = {
        "customernumber": lambda p: p.number, "name": lambda p: p.name, "organisationnumber": lambda p: p.identity,
        "email": lambda p: p.email, "city": lambda p: p.place.town, "zipcode": lambda p: p.place.postcode,
    }  # fmt: skip
    rows = [
        party
        for party in company.book.parties.values()
        if ("filter" not in asked or party.active == active[asked["filter"]])
        and (since is None or company.stamped(party.changed_at) >= since)
        and all(asked[name].lower() in get(party).lower() for name, get in fields.items() if name in asked)
    ]
    rows.sort(key=lambda party: party.number, reverse=asked.get("sortorder") == "descending")
    return call.page("Customers", rows, lambda party: _customer_row(call, party))


def _customer_row(call: Call, party: Party) -> dict[str, Any]:
    place = party.place
    return {
        "@url": f"{call.root}/3/customers/{party.number}", "Address1": place.street, "Address2": place.street2,
        "City": place.town, "CustomerNumber": party.number, "Email": party.email, "Name": party.name,
        "OrganisationNumber": party.identity, "Phone": party.phone, "ZipCode": place.postcode,
    }  # fmt: skip


def get_customer(call: Call, *, number: str) -> Answer:
    party = call.company.book.parties.get(number)
    if party is None:
        raise Refusal(404, "Kan inte hitta kunden.", "2000433")  # the code is from memory
    row = _customer_row(call, party)
    kind = {True: "PRIVATE", False: "COMPANY", None: "COMPANY"}[party.private]
    del row["Phone"]
    told = row | {
        "Active": party.active, "CountryCode": party.place.country, "Comments": party.note, "Currency": party.currency,
        "EmailInvoice": party.email, "Phone1": party.phone, "Phone2": None, "TermsOfPayment": str(party.terms_days),
        "Type": kind, "VATNumber": "", "VATType": "SEVAT", "ExternalReference": None,
    }  # fmt: skip
    return Answer.of({"Customer": told})


# ---- invoices --------------------------------------------------------------------------------------------------------

FILTERS: dict[str, Callable[[Document], bool]] = {
    "cancelled": lambda d: d.status == "voided",
    "fullypaid": lambda d: d.status == "closed" or (d.balance == 0 and d.status == "open"),
    "unpaid": lambda d: d.status == "open" and d.balance != 0,
    "unpaidoverdue": lambda d: d.status == "open" and d.balance != 0,
    "unbooked": lambda d: d.status == "hold",
}
"""Whether `unpaid` holds what is not booked yet is not known; here it does not."""


def list_invoices(call: Call) -> Answer:
    asked, company = call.asked, call.company
    if "filter" in asked and asked["filter"] not in FILTERS:
        raise Refusal(400, "Ogiltig parameter i anropet.", "2000588")
    since = read_moment(asked["lastmodified"]) if "lastmodified" in asked else None
    rows = [
        one
        for one in company.book.documents.values()
        if (since is None or company.stamped(one.changed_at) >= since) and _wanted(call, one)
    ]
    by_total = asked.get("sortby") == "total"
    rows.sort(key=lambda one: one.amount if by_total else int(one.number), reverse=asked.get("sortorder") == "descending")
    return call.page("Invoices", rows, lambda one: _invoice_row(call, one))


def _wanted(call: Call, document: Document) -> bool:
    asked = call.asked
    fields = {
        "customernumber": document.party, "documentnumber": document.number, "ocr": document.ocr,
        "currency": document.currency, "customername": call.company.book.parties[document.party].name,
        "credit": str(document.kind == "credit_note").lower(), "sent": str(document.status != "hold").lower(),
    }  # fmt: skip
    name = asked.get("filter", "")
    if name and not FILTERS[name](document):
        return False
    if name == "unpaidoverdue" and document.due >= call.company.stamped(call.company.book.now()).date():
        return False
    if "fromdate" in asked and document.issued < read_day(asked["fromdate"]):
        return False
    if "todate" in asked and document.issued > read_day(asked["todate"]):
        return False
    return all(asked[key].lower() in value.lower() for key, value in fields.items() if key in asked)


def _sign(document: Document) -> int:
    return -1 if document.kind == "credit_note" else 1


def _invoice_row(call: Call, document: Document) -> dict[str, Any]:
    """As a list has it."""
    company, sign = call.company, _sign(document)
    party = company.book.parties[document.party]
    paid = document.balance == 0
    booked = document.status in ("open", "closed") and not (company.behaviours.cash_method and not paid)
    return {
        "@url": f"{call.root}/3/invoices/{document.number}", "Balance": call.number(sign * document.balance), "Booked": booked,
        "Cancelled": document.status == "voided", "CostCenter": "", "Currency": document.currency, "CurrencyRate": "1",
        "CurrencyUnit": 1, "CustomerName": document.recipient or party.name, "CustomerNumber": document.party,
        "DocumentNumber": document.number, "DueDate": day(document.due), "ExternalInvoiceReference1": "",
        "ExternalInvoiceReference2": "", "FinalPayDate": day(document.changed_at.date()) if paid else None,
        "InvoiceDate": day(document.issued), "InvoiceType": "INVOICE", "NoxFinans": document.mark.number == FINANCE,
        "OCR": document.ocr, "Project": "", "Sent": document.status != "hold", "TermsOfPayment": str(party.terms_days),
        "Total": call.number(sign * document.amount), "WayOfDelivery": "",
    }  # fmt: skip


def get_invoice(call: Call, *, number: str) -> Answer:
    document = call.company.document(number)
    told = _invoice_row(call, document) | _whole_invoice(call, document)
    hidden: dict[str, Any] = dict.fromkeys(call.company.behaviours.hidden, "API_NORIGHT")
    return Answer.of({"Invoice": told | hidden})


def _whole_invoice(call: Call, document: Document) -> dict[str, Any]:
    company: Company = call.company
    party = company.book.parties[document.party]
    place, share = document.place or party.place, document.tax_share
    reference = company.credit_of(document)
    labels = [{"Id": company.left_alone_label}] if document.left_alone else []
    net: Decimal = kronor(_sign(document) * document.amount * 4 // 5)
    return {
        "AccountingMethod": "CASH" if company.behaviours.cash_method else "ACCRUAL", "Address1": place.street,
        "Address2": place.street2, "City": place.town, "ZipCode": place.postcode, "Country": "Sverige",
        "Comments": document.note, "Credit": document.kind == "credit_note", "CreditInvoiceReference": int(reference or 0),
        "HouseWork": bool(share), "Labels": labels, "Language": "SV", "LastRemindDate": day(document.reminded_on), "Net": net,
        "NotCompleted": False, "OrganisationNumber": party.identity, "PaymentWay": "AG" if document.direct_debit else None,
        "Remarks": document.text, "Reminders": document.reminder_level, "TaxReduction": share // 100 or None,
        "TaxReductionType": "rot" if share else "none", "TotalToPay": call.number(_sign(document) * (document.amount - share)),
        "VATIncluded": False, "VoucherNumber": None, "VoucherSeries": "B", "VoucherYear": None, "YourReference": "",
        "EmailInformation": {"EmailAddressTo": party.email}, "InvoiceRows": [],
    }  # fmt: skip
