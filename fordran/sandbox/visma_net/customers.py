"""Customers and their classes (integrations paper 1.8). There is no flag for a private person, as in the real one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fordran.sandbox.book import Party, Place
from fordran.sandbox.visma_net import query as q
from fordran.sandbox.visma_net import wire
from fordran.sandbox.visma_net.answers import Answer
from fordran.sandbox.visma_net.call import Call, Route, plain_list
from fordran.sandbox.visma_net.company import Company, etag
from fordran.sandbox.visma_net.documents import address
from fordran.sandbox.visma_net.wire import Refusal


def _view(company: Company, party: Party, asked: q.Query) -> dict[str, Any]:
    contact = {
        "contactId": 20_000 + party.internal_id,
        "name": party.name,
        "attention": None,
        "email": party.email or None,
        "web": None,
        "phone1": party.phone or None,
        "phone2": None,
        "fax": None,
    }
    place = address(party.place, 10_000 + party.internal_id)
    # The real one has no field for a customer's language; companies that need it keep it as an attribute of their own.
    attributes = [{"id": "LANGUAGE", "value": party.language, "description": "Language"}] if party.language else []
    view = {
        "internalId": party.internal_id,
        "number": party.number,
        "name": party.name,
        "status": "Active" if party.active else "Inactive",
        "mainAddress": place,
        "mainContact": contact,
        "accountReference": None,
        "parentRecord": None,
        "customerClass": {"id": party.class_id, "description": company.book.classes.get(party.class_id)}
        if party.class_id
        else None,
        "creditTerms": {"id": str(party.terms_days), "description": f"{party.terms_days} dagar netto"},
        "currencyId": party.currency,
        "creditVerification": "Disabled",
        "creditLimit": wire.amount(0),
        "creditDaysPastDue": 0,
        "invoiceAddress": place,
        "invoiceContact": contact,
        "printInvoices": False,
        "acceptAutoInvoices": False,
        "sendInvoicesByEmail": bool(party.email),
        "sendDunningLettersViaEMail": False,
        "printDunningLetters": False,
        "printStatements": False,
        "sendStatementsByEmail": False,
        "printMultiCurrencyStatements": False,
        "statementType": "OpenItem",
        "deliveryAddress": place,
        "deliveryContact": contact,
        "vatRegistrationId": None,
        "corporateId": party.identity or None,
        "gln": None,
        "vatZone": {
            "id": "01",
            "description": "Inrikes",
            "defaultVatCategory": None,
            "defaultTaxCategory": None,
            "errorInfo": None,
        },
        "location": {"countryId": party.place.country, "id": "Main", "name": "Primary Location"},
        "attributes": attributes,
        "lastModifiedDateTime": wire.moment(company.stamped(party.changed_at)),
        "createdDateTime": wire.moment(company.stamped(party.created_at)),
        "priceClass": None,
        "invoiceToDefaultLocation": False,
        "eInvoiceContract": None,
        "defaultPaymentMethodId": "1",
        "numberOfEmployees": None,
        "excludeDebtCollection": party.left_alone,
        "timeStamp": etag(party.version),
        "errorInfo": None,
    }
    if asked.get("expandAccountInformation"):
        view["glAccounts"] = {"customerLedgerAccount": {"type": "Asset", "number": "1510", "description": "Kundfordringar"}}
    if asked.get("expandPaymentMethods"):
        view["paymentMethods"] = [{"paymentMethodId": "1", "isDefault": True}]
    if asked.get("expandDirectDebit"):
        view["directDebitLines"] = []
    return view


def _matches(company: Company, asked: q.Query) -> Callable[[Party], bool]:
    def match(party: Party) -> bool:
        equal = (
            ("status", "Active" if party.active else "Inactive"),
            ("corporateId", party.identity),
            ("email", party.email),
            ("phone", party.phone),
            ("vatRegistrationId", ""),
        )
        return (
            all(name not in asked or asked[name] == value for name, value in equal)
            and asked.get("name", "").casefold() in party.name.casefold()
            and q.holds(asked, "lastModifiedDateTime", company.stamped(party.changed_at))
            and q.holds(asked, "createdDateTime", company.stamped(party.created_at))
            and party.number > asked.get("greaterThanValue", "")
            and ("attributes" not in asked or asked["attributes"] == f"LANGUAGE={party.language}")
        )

    return match


def list_customers(call: Call) -> Answer:
    company = call.company

    def view(party: Party) -> dict[str, Any]:
        why = company.failing.get(("party", party.number))
        return _view(company, party, call.query) if why is None else {"number": party.number, "errorInfo": why}

    return call.listed("party", _matches(company, call.query), view, metadata=company.behaviours.customers_tell_pages)


_EVERYTHING = {"expandAccountInformation": True, "expandPaymentMethods": True, "expandDirectDebit": True}


def get_customer(call: Call, *, number: str) -> Answer:
    party = call.company.party(number)
    return call.found(_view(call.company, party, _EVERYTHING), party.version)


def get_customer_by_id(call: Call, *, internal: int) -> Answer:
    for party in call.company.book.parties.values():
        if party.internal_id == internal:
            return get_customer(call, number=party.number)
    raise Refusal(404, f"The customer with internal id {internal} could not be found.")


def get_note(call: Call, *, number: str) -> Answer:
    return Answer.of({"note": call.company.party(number).note or None})


def get_balance(call: Call, *, number: str) -> Answer:
    party, book = call.company.party(number), call.company.book
    owed = sum(
        -d.balance if d.kind == "credit_note" else d.balance
        for d in book.documents.values()
        if d.party == number and d.status == "open" and d.currency == book.base_currency
    )
    zero = wire.amount(0)
    return Answer.of(
        {
            "customer": {"internalId": party.internal_id, "number": number, "name": party.name},
            "balance": wire.amount(owed),
            "totalOrder": zero,
            "totalLoan": zero,
            "totalSalePeriod": zero,
            "totalSaleYear": zero,
            "totalDiscountPeriod": zero,
            "totalDiscountYear": zero,
            "lastModified": wire.moment(call.company.stamped(party.changed_at)),
        }
    )


# ---- writing ---------------------------------------------------------------------------------------------------------

_WRITABLE = {"name", "status", "corporateId", "customerClassId", "creditTermsId", "note", "mainAddress", "invoiceAddress",
             "mainContact", "invoiceContact", "excludeDebtCollection", "overrideWithClassValues"}  # fmt: skip
_STREET = {"addressLine1": "street", "addressLine2": "street2", "postalCode": "postcode", "city": "town", "countryId": "country"}


def put_customer(call: Call, *, number: str) -> Answer:
    fields = call.body("CustomerUpdateDto")
    party, book = call.company.party(number), call.company.book
    call.check_version(party.version)
    if unknown := sorted(set(fields) - _WRITABLE):
        raise Refusal(400, f"The simulator does not change {', '.join(unknown)} of a customer.")
    if "name" in fields and not fields["name"]:
        raise Refusal(400, "'Customer Name' cannot be empty.")
    if "customerClassId" in fields and fields["customerClassId"] not in book.classes:
        raise Refusal(400, f"Customer class {fields['customerClassId']} cannot be found.")
    if "creditTermsId" in fields and not str(fields["creditTermsId"]).isdigit():
        raise Refusal(400, f"Credit terms {fields['creditTermsId']} cannot be found.")
    _write(party, fields)
    book.touch(party)
    return call.changed(party.version)


def _write(party: Party, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if name in ("mainAddress", "invoiceAddress"):
            old = party.place
            party.place = Place(old.street, old.street2, old.postcode, old.town, old.country)
            for wire_name, text in (value or {}).items():
                if wire_name in _STREET:
                    setattr(party.place, _STREET[wire_name], text or "")
        elif name in ("mainContact", "invoiceContact"):
            party.email = (value or {}).get("email", party.email) or ""
            party.phone = (value or {}).get("phone1", party.phone) or ""
        elif name == "status":
            party.active = value == "Active"
        elif name == "creditTermsId":
            party.terms_days = int(value)
        elif name == "excludeDebtCollection":
            party.left_alone = bool(value)
        elif name != "overrideWithClassValues":
            setattr(party, {"corporateId": "identity", "customerClassId": "class_id"}.get(name, name), value or "")


# ---- classes ---------------------------------------------------------------------------------------------------------


def _class(key: str, name: str) -> dict[str, Any]:
    return {
        "id": key,
        "description": name,
        "taxZoneId": "01",
        "requiredTaxzoneId": False,
        "paymentMethodId": "1",
        "attributes": [],
    }


def list_classes(call: Call) -> Answer:
    return plain_list(_class(key, name) for key, name in call.company.book.classes.items())


def get_class(call: Call, *, key: str) -> Answer:
    if key not in call.company.book.classes:
        raise Refusal(404, f"The customer class {key} could not be found.")
    return Answer.of(_class(key, call.company.book.classes[key]))


ROUTES = [
    Route("GET", "/v1/customer", list_customers, q.CUSTOMERS),
    Route("GET", "/v1/customer/customerClass", list_classes),
    Route("GET", "/v1/customer/customerClass/<key>", get_class),
    Route("GET", "/v1/customer/internal/<int:internal>", get_customer_by_id),
    Route("GET", "/v1/customer/<number>", get_customer),
    Route("GET", "/v1/customer/<number>/note", get_note),
    Route("GET", "/v1/customer/<number>/balance", get_balance),
    Route("PUT", "/v1/customer/<number>", put_customer, if_match=True),
]
