"""Query parameters: which are known where, of what kind, and what they ask.

Names and kinds are the specification's. A name it does not have, a value of another kind, a date without its condition or a
condition without its date is refused with 400.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from fordran.sandbox.visma_net import wire
from fordran.sandbox.visma_net.wire import Refusal

Query = dict[str, Any]
Spec = Mapping[str, str]

STATUSES = (
    "Hold", "Balanced", "Voided", "Scheduled", "Open", "Closed", "PendingPrint", "PendingEmail", "CreditHold", "CcHold",
    "Reserved",
)  # fmt: skip
DOCUMENT_TYPES = (
    "Invoice", "DebitNote", "CreditNote", "Payment", "VoidPayment", "Prepayment", "Refund", "FinCharge", "SmallBalanceWo",
    "SmallCreditWo", "CashSale", "CashReturn", "Undefined", "NoUpdate",
)  # fmt: skip
PAYMENT_TYPES = ("Payment", "CreditNote", "Prepayment", "Refund", "VoidPayment", "SmallBalanceWo", "VoidRefund", "Undefined")
CUSTOMER_STATUSES = ("Active", "OnHold", "CreditHold", "Inactive", "OneTime")
MODULES = ("GL", "AP", "AR", "CM", "CA", "IN", "DR", "FA", "PM")  # as asked for; an answer writes ModuleGL
JOURNAL_STATUSES = ("Hold", "Balanced", "Unposted", "Posted", "Completed", "Voided", "Released", "PartiallyReleased", "Scheduled")
_CONDITIONS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
}  # fmt: skip


def _spec(strings: str = "", integers: str = "", booleans: str = "", dates: str = "", **enums: tuple[str, ...]) -> Spec:
    spec = dict.fromkeys(strings.split(), "string") | dict.fromkeys(integers.split(), "integer")
    spec |= dict.fromkeys(booleans.split(), "boolean")
    for name in dates.split():
        spec |= {name: "date", f"{name}Condition": "condition"}
    return spec | {name: "enum " + " ".join(values) for name, values in enums.items()}


DOCUMENTS = _spec(
    "closedFinancialPeriod project financialPeriod externalReference paymentReference customerRefNumber customer branch"
    " greaterThanValue",
    "released dunningLevel numberToRead skipRecords pageNumber pageSize",
    "expandApplications expandDunningInformation expandAttachments expandTaxDetails expandInvoiceAddress",
    "dunningLetterDateTime documentDueDate documentDate lastModifiedDateTime createdDateTime",
    documentType=DOCUMENT_TYPES,
    status=STATUSES,
)
CUSTOMERS = _spec(
    "greaterThanValue name corporateId vatRegistrationId email phone attributes",
    "numberToRead skipRecords pageNumber pageSize",
    "expandAccountInformation expandPaymentMethods expandDirectDebit",
    "lastModifiedDateTime createdDateTime",
    status=CUSTOMER_STATUSES,
)
PAYMENTS = _spec(
    "paymentNbr customer greaterThanValue invoiceRefNbr orderBy branch financialPeriod",
    "numberToRead skipRecords pageNumber pageSize",
    "",
    "lastModifiedDateTime docDate",
    paymentType=PAYMENT_TYPES,
    status=STATUSES,
)
JOURNALS = {
    **_spec("periodId branch", "pageNumber pageSize", "expandAttachments", module=MODULES, status=JOURNAL_STATUSES),
    "lastModifiedDateTime": "date",  # alone: this list has no condition beside it
}
ORGANISATIONS = _spec("greaterThanValue", "", "expandBranches expandBankSettings", "lastModifiedDateTime")
_BRANCH_EXPANDS = (
    "expandAddress expandContact expandCurrency expandVatZone expandLedger expandIndustryCode expandDeliveryAddress"
    " expandDeliveryContact expandDefaultCountry expandBankSettings"
)
BRANCHES = _spec("greaterThanValue orderBy", "", _BRANCH_EXPANDS, "lastModifiedDateTime")
BRANCH = _spec("", "", _BRANCH_EXPANDS)
SMALL_LIST = _spec("greaterThanValue", "numberToRead skipRecords", "", "lastModifiedDateTime")
CREDIT_TERMS = _spec("termsId", "pageNumber pageSize", "", "lastModifiedDateTime createdDateTime")
PERIODS = _spec("greaterThanValue")
NOTHING: Spec = {}


def parse(arguments: list[tuple[str, str]], spec: Spec) -> Query:
    """The parameters, each as what it is. Raises Refusal."""
    query: Query = {}
    for name, text in arguments:
        if name not in spec:
            raise Refusal(400, f"Unknown query parameter: {name}.")
        if name in query:
            raise Refusal(400, f"The query parameter {name} is given twice.")
        query[name] = _value(name, text, spec[name])
    for name, kind in spec.items():
        condition = f"{name}Condition"
        if kind == "date" and condition in spec and (name in query) != (condition in query):
            raise Refusal(400, f"{name} and {condition} must be given together.")
    for name in ("pageNumber", "pageSize"):
        if query.get(name, 1) < 1:
            raise Refusal(400, f"{name} must be 1 or more.")
    return query


def _value(name: str, text: str, kind: str) -> Any:
    if kind == "string":
        return text
    if kind == "integer":
        if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > 9:
            raise Refusal(400, f"The value {text!r} of {name} is not a whole number.")
        return int(text)
    if kind == "boolean":
        if text.lower() not in ("true", "false"):
            raise Refusal(400, f"The value {text!r} of {name} is not true or false.")
        return text.lower() == "true"
    if kind == "date":
        return wire.read_moment(text, name)
    allowed = tuple(_CONDITIONS) if kind == "condition" else tuple(kind.split()[1:])
    if text not in allowed:
        raise Refusal(400, f"The value {text!r} of {name} is not one of {', '.join(allowed)}.")
    return text


def holds(query: Query, name: str, value: date | datetime | None) -> bool:
    """Whether the date meets what the query asks of it; true when it asks nothing."""
    if name not in query:
        return True
    if value is None:
        return False
    when = value if isinstance(value, datetime) else datetime.combine(value, time())
    return _CONDITIONS[query.get(f"{name}Condition", ">")](when, query[name])
