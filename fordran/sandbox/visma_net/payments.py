"""Customer payments: read, posted, released, voided (integrations paper 1.10, 1.11)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fordran.sandbox.book import Application, BookError, Receipt
from fordran.sandbox.visma_net import query as q
from fordran.sandbox.visma_net import wire
from fordran.sandbox.visma_net.answers import Answer
from fordran.sandbox.visma_net.call import Call, Route
from fordran.sandbox.visma_net.company import Company, etag
from fordran.sandbox.visma_net.documents import RELEASED, TYPES, receipt_status
from fordran.sandbox.visma_net.wire import Refusal

_KINDS = {name: kind for kind, name in TYPES.items()}


def payment_type(receipt: Receipt) -> str:
    return "VoidPayment" if receipt.kind == "void" else "Payment"


def view(company: Company, receipt: Receipt) -> dict[str, Any]:
    party = company.book.parties[receipt.party]
    applied = receipt.amount - receipt.unused
    left = 0 if receipt.status == "voided" else receipt.unused
    amount, amount_other = company.both(receipt.amount, receipt.currency)
    available, available_other = company.both(left, receipt.currency)
    zero = wire.amount(0)
    return {
        "type": payment_type(receipt),
        "refNbr": receipt.number,
        "status": receipt_status(receipt),
        "hold": receipt.status == "hold" and not receipt.released,
        "applicationDate": wire.day(receipt.on),
        "applicationPeriod": wire.period(receipt.on),
        "paymentRef": receipt.reference or None,
        "customer": {"number": party.number, "name": party.name},
        "location": {"countryId": party.place.country, "id": "Main", "name": "Primary Location"},
        "paymentMethod": {"id": receipt.method, "description": company.payment_methods.get(receipt.method)}
        if receipt.method
        else None,
        "cashAccount": receipt.account,
        "currency": receipt.currency,
        "paymentAmount": amount,
        "paymentAmountInCurrency": amount_other,
        "invoiceText": receipt.text or None,
        "appliedToDocuments": company.both(applied, receipt.currency)[0],
        "appliedToOrders": zero,
        "availableBalance": available,
        "availableBalanceInCurrency": available_other,
        "writeOffAmount": zero,
        "financeCharges": zero,
        "deductedCharges": zero,
        "branch": "1",
        "lastModifiedDateTime": wire.moment(company.stamped(receipt.changed_at)),
        "paymentLines": [_line(company, receipt, part) for part in receipt.applications],
        "ordersToApply": [],
        "financialDetails": {"paymentDate": wire.day(receipt.on)},
        "timeStamp": etag(receipt.version),
        "errorInfo": None,
    }


def _line(company: Company, receipt: Receipt, part: Application) -> dict[str, Any]:
    document = company.book.documents.get((part.kind, part.number))
    zero = wire.amount(0)
    return {
        "documentType": "Refund" if part.kind == "refund" else TYPES.get(part.kind, "Undefined"),
        "refNbr": part.number,
        "amountPaid": wire.amount(part.amount),
        "cashDiscountTaken": zero,
        "balanceWriteOff": zero,
        "writeOffReasonCode": None,
        "date": wire.day(document.issued if document else receipt.on),
        "dueDate": wire.day(document.due if document else None),
        "cashDiscountDate": None,
        "balance": wire.amount(document.balance if document else 0),
        "cashDiscountBalance": zero,
        "description": (document.text if document else "") or None,
        "currency": receipt.currency,
        "postPeriod": wire.period(document.issued if document else receipt.on),
        "customerOrder": None,
        "crossRate": wire.amount(100),
    }


# ---- reading ---------------------------------------------------------------------------------------------------------


def _matches(company: Company, asked: q.Query) -> Callable[[Receipt], bool]:
    def match(receipt: Receipt) -> bool:
        equal = (
            ("paymentNbr", receipt.number),
            ("paymentType", payment_type(receipt)),
            ("customer", receipt.party),
            ("status", receipt_status(receipt)),
            ("branch", "1"),
            ("financialPeriod", wire.period(receipt.on)),
        )
        return (
            all(name not in asked or asked[name] == value for name, value in equal)
            and ("invoiceRefNbr" not in asked or any(part.number == asked["invoiceRefNbr"] for part in receipt.applications))
            and q.holds(asked, "lastModifiedDateTime", company.stamped(receipt.changed_at))
            and q.holds(asked, "docDate", receipt.on)
            and receipt.number > asked.get("greaterThanValue", "")
        )

    return match


def list_payments(call: Call) -> Answer:
    company = call.company

    def shown(receipt: Receipt) -> dict[str, Any]:
        why = company.failing.get(("receipt", receipt.number))
        if why is not None:
            return {"type": payment_type(receipt), "refNbr": receipt.number, "errorInfo": why}
        return view(company, receipt)

    return call.listed("receipt", _matches(company, call.query), shown, among=_few(company, call.query))


def _few(company: Company, asked: q.Query) -> Iterable[Receipt] | None:
    """The payments a question names by their number, or by the invoice they paid; None = it may be any."""
    book = company.book
    if "paymentNbr" in asked:
        numbers = (asked["paymentNbr"], f"{asked['paymentNbr']}:void")
        return [book.receipts[number] for number in numbers if number in book.receipts]
    if "invoiceRefNbr" in asked:
        keys = [(kind, asked["invoiceRefNbr"]) for kind in TYPES]
        return {id(one): one for key in keys for one in book.applied.get(key, ()) if isinstance(one, Receipt)}.values()
    return None


def get_payment(call: Call, *, number: str) -> Answer:
    receipt = call.company.payment(number)
    return call.found(view(call.company, receipt), receipt.version)


# ---- writing ---------------------------------------------------------------------------------------------------------


def post_payment(call: Call) -> Answer:
    company, fields = call.company, call.body("PaymentUpdateDto")
    receipt = _read(company, fields)
    try:
        company.book.add_receipt(receipt)
    except BookError as error:
        raise Refusal(400, str(error)) from error
    return call.created(f"/v1/customerPayment/{receipt.number}", receipt.version)


def _read(company: Company, fields: dict[str, Any]) -> Receipt:
    for name in ("customer", "cashAccount", "paymentMethod", "paymentAmount"):
        if not fields.get(name):
            raise Refusal(400, f"'{name}' cannot be empty.")
    if fields.get("type", "Payment") != "Payment":
        raise Refusal(400, f"The simulator takes payments only, not {fields['type']}.")
    if fields.get("financeCharges"):
        raise Refusal(400, f"Entry type cannot be found on cash account {fields['cashAccount']}.")
    if fields.get("ordersToApply"):
        raise Refusal(400, "The order to apply cannot be found.")
    party = company.book.parties.get(fields["customer"])
    if party is None:
        raise Refusal(400, f"Customer {fields['customer']} cannot be found.")
    currency = fields.get("currency") or party.currency
    on = fields["applicationDate"].date() if fields.get("applicationDate") else company.today()
    _check_set_up(company, fields, currency)
    if company.closed_in("customer", on):
        raise Refusal(400, f"The financial period {wire.period(on)} is closed in customer ledger.")
    amount = wire.minor(fields["paymentAmount"], "paymentAmount")
    if amount <= 0:
        raise Refusal(400, "The payment amount must be more than zero.")
    return Receipt(
        number=_number(company, fields), kind="payment", party=party.number, on=on, currency=currency, amount=amount,
        account=fields["cashAccount"], method=fields["paymentMethod"], reference=fields.get("paymentRef") or "",
        text=fields.get("invoiceText") or "", status="hold" if fields.get("hold") else "balanced", released=False,
        applications=[_application(company, line, at) for at, line in enumerate(fields.get("paymentLines", []))],
    )  # fmt: skip


def _check_set_up(company: Company, fields: dict[str, Any], currency: str) -> None:
    account = company.cash_accounts.get(fields["cashAccount"])
    if account is None:
        raise Refusal(400, f"Cash account {fields['cashAccount']} cannot be found.")
    if account[1] and account[1] != currency:
        raise Refusal(400, f"Cash account {fields['cashAccount']} is in {account[1]}, the payment in {currency}.")
    if fields["paymentMethod"] not in company.payment_methods:
        raise Refusal(400, f"Payment method {fields['paymentMethod']} cannot be found.")
    if currency != company.book.base_currency and currency not in company.behaviours.rates:
        raise Refusal(400, f"Currency {currency} cannot be found.")


def _number(company: Company, fields: dict[str, Any]) -> str:
    if not fields.get("overrideNumberSeries"):
        if fields.get("referenceNumber"):
            raise Refusal(400, "The number is given by the number series; set overrideNumberSeries to choose it.")
        return company.next_payment()
    if not fields.get("referenceNumber"):
        raise Refusal(400, "'referenceNumber' cannot be empty.")
    return str(fields["referenceNumber"])


def _application(company: Company, line: dict[str, Any], at: int) -> Application:
    name = f"paymentLines[{at}]"
    if line.get("operation", "Insert") != "Insert":
        raise Refusal(400, f"{name}.operation must be Insert on a new payment.")
    if not line.get("refNbr") or not line.get("documentType") or line.get("amountPaid") is None:
        raise Refusal(400, f"{name} must have documentType, refNbr and amountPaid.")
    kind = _KINDS.get(line["documentType"])
    document = company.book.documents.get((kind or "", line["refNbr"]))
    if kind not in ("invoice", "debit_note") or document is None:
        raise Refusal(400, f"Document {line['refNbr']} cannot be found.")
    if document.status not in RELEASED:
        raise Refusal(400, f"Document {document.number} is not released.")
    for refused in ("cashDiscountTaken", "balanceWriteOff"):
        if line.get(refused):
            raise Refusal(400, f"{name}.{refused}: a reason code for write-offs is not set up.")
    amount = wire.minor(line["amountPaid"], f"{name}.amountPaid")
    if amount <= 0:
        raise Refusal(400, f"{name}.amountPaid must be more than zero.")
    return Application(kind, document.number, amount)


def release_payment(call: Call, *, number: str) -> Answer:
    fields = call.body("ReleasePaymentActionDto")
    if fields.get("type") != "Payment":
        raise Refusal(400, 'type must be {"value": "Payment"}.')
    receipt = call.company.payment(number)
    call.check_version(receipt.version)
    if receipt.released:
        raise Refusal(400, "Payment can't be updated because it is already released.")
    if receipt.status == "hold":
        raise Refusal(400, "Payment is on hold and cannot be released.")
    if call.company.closed_in("customer", receipt.on):
        raise Refusal(400, f"The financial period {wire.period(receipt.on)} is closed in customer ledger.")
    return Answer.of(call.company.act(f"release-{number}", call.now, lambda: call.company.book.release(number)))


def void_payment(call: Call, *, number: str) -> Answer:
    fields, company = call.body("VoidPaymentActionDto"), call.company
    if fields.get("type") != "Payment":
        raise Refusal(400, "type must be Payment.")
    receipt = company.payment(number)
    call.check_version(receipt.version)
    on = max(receipt.on, company.today())
    if company.closed_in("customer", on):
        raise Refusal(400, f"The financial period {wire.period(on)} is closed in customer ledger.")
    try:
        back = company.book.void(number, on)
    except BookError as error:
        raise Refusal(400, str(error)) from error
    shown = view(company, back) if fields.get("returnVoidPayment") else None
    told = {"actionId": f"void-{number}", "actionResult": "Done", "errorInfo": None}
    return Answer.of({"type": "VoidPayment", "refNbr": number, "voidPayment": shown} | told)


ROUTES = [
    Route("GET", "/v1/customerPayment", list_payments, q.PAYMENTS),
    Route("GET", "/v1/customerPayment/<number>", get_payment),
    Route("POST", "/v1/customerPayment", post_payment),
    Route("POST", "/v1/customerPayment/<number>/action/release", release_payment, if_match=True),
    Route("POST", "/v1/customerPayment/<number>/action/void", void_payment, if_match=True),
]
