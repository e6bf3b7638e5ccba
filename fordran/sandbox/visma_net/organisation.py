"""Who the company is, and how it is set up (integrations paper 1.9)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from fordran.sandbox.visma_net import query as q
from fordran.sandbox.visma_net import wire
from fordran.sandbox.visma_net.answers import Answer
from fordran.sandbox.visma_net.call import Call, Route, plain_list
from fordran.sandbox.visma_net.company import Company, etag
from fordran.sandbox.visma_net.documents import COUNTRIES, address
from fordran.sandbox.visma_net.wire import Refusal

FIRST_YEAR = 2015
_NAMES = {"SEK": ("Svensk krona", "kr"), "EUR": ("Euro", "€"), "NOK": ("Norsk krone", "kr"), "DKK": ("Dansk krone", "kr")}


def _contact(company: Company) -> dict[str, Any]:
    book = company.book
    return {"contactId": 2, "name": book.name, "attention": None, "email": book.email or None, "web": None,
            "phone1": book.phone or None, "phone2": None, "fax": None}  # fmt: skip


def _bank(company: Company) -> dict[str, Any]:
    """Which of the three holds a bankgiro in the real one is not known: ours are bankgiro in bban, plusgiro in bbaN2."""
    book = company.book
    return {"bankName": None, "bankAddress1": None, "bankAddress2": None, "bankAddress3": None, "bankCountry": "SE",
            "iban": book.iban or None, "bban": _hyphened(book.bankgiro) or None,
            "bbaN2": book.plusgiro or None, "bbaN3": None, "bic": None,
            "creditorId": None}  # fmt: skip


def _hyphened(bankgiro: str) -> str:
    """As people write it: `5050-1055`."""
    return f"{bankgiro[:-4]}-{bankgiro[-4:]}" if bankgiro.isdigit() else bankgiro


def _currency(company: Company, key: str) -> dict[str, Any]:
    name, symbol = _NAMES.get(key, (key, key))
    return {"id": key, "description": name, "symbol": symbol, "isBaseCurrency": key == company.book.base_currency,
            "decimalPrecision": 2, "isUsedForAccounting": key == company.book.base_currency}  # fmt: skip


def _country() -> dict[str, Any]:
    return {"id": "SE", "name": COUNTRIES["SE"], "errorInfo": None}


def _organisation(call: Call) -> dict[str, Any]:
    company, book = call.company, call.company.book
    view = {
        "organizationCd": "1",
        "name": book.name,
        "organizationType": "WithoutBranches",
        "fileTaxByBranches": False,
        "baseCurrency": book.base_currency,
        "mainAddress": address(book.place, 1),
        "mainContact": _contact(company),
        "deliveryAddress": address(book.place, 1),
        "deliveryContact": _contact(company),
        "corporateId": book.organisation_number,
        "vatRegistrationId": book.vat_number or None,
        "defaultCountry": _country(),
        "industryCode": None,
        "currency": _currency(company, book.base_currency),
        "vatZone": None,
        "lastModifiedDateTime": "2015-01-01T00:00:00",
        "ledger": {"id": "1", "description": "Actual"},
        "timeStamp": etag(1),
    }
    if call.query.get("expandBankSettings"):
        view["bankSettings"] = _bank(company)
    if call.query.get("expandBranches"):
        view["branches"] = [{"number": "1", "name": book.name}]
    return view


def list_organisations(call: Call) -> Answer:
    return plain_list([_organisation(call)])


def get_organisation(call: Call, *, number: str) -> Answer:
    if number != "1":
        raise Refusal(404, f"The organization {number} could not be found.")
    return call.found(_organisation(call), 1)


def _branch(call: Call) -> dict[str, Any]:
    company, book = call.company, call.company.book
    view: dict[str, Any] = {
        "branchId": 1,
        "number": "1",
        "name": book.name,
        "organizationId": 1,
        "isMainBranch": True,
        "isActive": True,
        "lastModifiedDateTime": "2015-01-01T00:00:00",
        "corporateId": book.organisation_number,
        "vatRegistrationId": book.vat_number or None,
    }
    currency = _currency(company, book.base_currency)
    expands = {
        "expandAddress": ("mainAddress", address(book.place, 1)),
        "expandContact": ("mainContact", _contact(company)),
        "expandDeliveryAddress": ("deliveryAddress", address(book.place, 1)),
        "expandDeliveryContact": ("deliveryContact", _contact(company)),
        "expandDefaultCountry": ("defaultCountry", _country()),
        "expandIndustryCode": ("industryCode", None),
        "expandCurrency": ("currency", {name: currency[name] for name in ("id", "description", "symbol")}),
        "expandVatZone": ("vatZone", None),
        "expandLedger": ("ledger", {"id": "1", "description": "Actual"}),
        "expandBankSettings": ("bankSettings", _bank(company)),
    }
    return view | dict(expands[name] for name in expands if call.query.get(name))


def list_branches(call: Call) -> Answer:
    return plain_list([_branch(call)])


def get_branch(call: Call, *, number: str) -> Answer:
    if number != "1":
        raise Refusal(404, f"The branch {number} could not be found.")
    return Answer.of(_branch(call))


# ---- currencies, accounts, methods, terms ----------------------------------------------------------------------------


def list_currencies(call: Call) -> Answer:
    keys = dict.fromkeys([call.company.book.base_currency, *call.company.behaviours.rates])
    return plain_list(_currency(call.company, key) for key in keys)


def _cash_account(company: Company, number: str) -> dict[str, Any]:
    description, currency = company.cash_accounts[number]
    return {
        "lastModifiedDateTime": "2015-01-01T00:00:00",
        "entryTypes": [],
        "currency": currency or company.book.base_currency,
        "account": {"type": "Asset", "number": number, "description": description},
        "subaccount": None,
        "number": number,
        "description": description,
    }


def list_cash_accounts(call: Call) -> Answer:
    return plain_list(_cash_account(call.company, number) for number in call.company.cash_accounts)


def get_cash_account(call: Call, *, number: str) -> Answer:
    if number not in call.company.cash_accounts:
        raise Refusal(404, f"The cash account {number} could not be found.")
    return Answer.of(_cash_account(call.company, number))


def _method(key: str, description: str) -> dict[str, Any]:
    return {"paymentMethodID": key, "active": True, "meansOfPayment": "DirectDeposit", "description": description,
            "useInAP": False, "details": []}  # fmt: skip


def list_payment_methods(call: Call) -> Answer:
    return plain_list(_method(key, text) for key, text in call.company.payment_methods.items())


def get_payment_method(call: Call, *, key: str) -> Answer:
    if key not in call.company.payment_methods:
        raise Refusal(404, f"The payment method {key} could not be found.")
    return Answer.of(_method(key, call.company.payment_methods[key]))


def list_credit_terms(call: Call) -> Answer:
    """One of the newer lists, whose records lie in an envelope inside an array."""
    days = sorted({30, *(party.terms_days for party in call.company.book.parties.values())})
    terms = [_term(number) for number in days if call.query.get("termsId", str(number)) == str(number)]
    number, size = call.page
    part = terms[(number - 1) * size : number * size]
    return plain_list([{"pageNumber": number, "pageSize": size, "totalCount": len(terms), "records": part}])


def _term(days: int) -> dict[str, Any]:
    stamp = "2015-01-01T00:00:00"
    return {"termsId": str(days), "description": f"{days} dagar netto", "visibleTo": "Customer",
            "dueDateType": "FixedNumberOfDays", "dueDay1": days, "discountType": None,
            "createdDateTime": stamp, "lastModifiedDateTime": stamp}  # fmt: skip


# ---- periods ---------------------------------------------------------------------------------------------------------


def _period(company: Company, year: int, month: int) -> dict[str, Any]:
    first = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    customer, general = company.closed_in("customer", first), company.closed_in("general", first)
    return {
        "year": year,
        "period": wire.period(first),
        "startDate": wire.day(first),
        "endDate": wire.day(after - timedelta(days=1)),
        "description": f"{first:%Y-%m}",
        "active": True,
        "closedInSupplierLedger": general,
        "closedInCustomerLedger": customer,
        "closedInInventoryManagement": general,
        "closedInGeneralLedger": general,
        "closedInCashManagement": general,
        "closedInFixedAssets": general,
    }


def list_periods(call: Call) -> Answer:
    after = call.query.get("greaterThanValue", "")
    years = range(FIRST_YEAR, call.company.today().year + 2)
    periods = (_period(call.company, year, month) for year in years for month in range(1, 13))
    return plain_list(period for period in periods if period["period"] > after)


def get_period(call: Call, *, key: str) -> Answer:
    if not (len(key) == 6 and key.isascii() and key.isdigit() and FIRST_YEAR <= int(key[:4]) < 2100 and 1 <= int(key[4:]) <= 12):
        raise Refusal(404, f"The financial period {key} could not be found.")
    return Answer.of(_period(call.company, int(key[:4]), int(key[4:])))


def first_time_startup(call: Call) -> Answer:
    return plain_list([{"financials": True, "message": None, "errorInfo": None}])


ROUTES = [
    Route("GET", "/v1/organization", list_organisations, q.ORGANISATIONS),
    Route("GET", "/v1/organization/<number>", get_organisation, q.ORGANISATIONS),
    Route("GET", "/v1/branch", list_branches, q.BRANCHES),
    Route("GET", "/v1/branch/<number>", get_branch, q.BRANCH),
    Route("GET", "/v1/currency", list_currencies),
    Route("GET", "/v1/cashaccount", list_cash_accounts, q.SMALL_LIST),
    Route("GET", "/v1/cashaccount/<number>", get_cash_account),
    Route("GET", "/v1/paymentmethod", list_payment_methods, q.SMALL_LIST),
    Route("GET", "/v1/paymentmethod/<key>", get_payment_method),
    Route("GET", "/v1/creditTerm", list_credit_terms, q.CREDIT_TERMS),
    Route("GET", "/v1/financialPeriod", list_periods, q.PERIODS),
    Route("GET", "/v1/financialPeriod/<key>", get_period),
    Route("GET", "/v1/firstTimeStartup/status", first_time_startup),
]
