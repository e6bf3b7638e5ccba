"""Payments on invoices and vouchers: read, registered, booked."""

from __future__ import annotations

from typing import Any

from fordran.sandbox.book import Application, BookError, Journal, JournalLine, Receipt
from fordran.sandbox.fortnox import wire
from fordran.sandbox.fortnox.call import Call
from fordran.sandbox.fortnox.company import Company, Paid
from fordran.sandbox.fortnox.wire import Answer, Refusal

_PAYMENT_FIELDS = dict.fromkeys(
    "Amount AmountCurrency CurrencyRate InvoiceNumber ModeOfPayment ModeOfPaymentAccount PaymentDate WriteOffs".split()
)
_VOUCHER_FIELDS = dict.fromkeys("Comments CostCenter Description Project TransactionDate VoucherRows VoucherSeries".split())
_ROW_FIELDS = frozenset("Account CostCenter Credit Description Debit Project TransactionInformation".split())


# ---- payments --------------------------------------------------------------------------------------------------------


def list_payments(call: Call) -> Answer:
    """The search by invoice finds every number that holds the one asked for, as the real one's does."""
    asked, company = call.asked, call.company
    if asked.get("filter", "") not in ("", "booked", "unbooked"):  # which filters there are is not known
        raise Refusal(400, "Ogiltig parameter i anropet.", "2000588")
    since = wire.read_moment(asked["lastmodified"]) if "lastmodified" in asked else None
    rows = [
        paid
        for paid in company.payments()
        if asked.get("invoicenumber", "") in paid.invoice
        and (since is None or company.stamped(paid.receipt.changed_at) >= since)
        and ("filter" not in asked or paid.receipt.released == (asked["filter"] == "booked"))
    ]
    rows.sort(key=lambda paid: (paid.receipt.on, paid.number))
    return call.page("InvoicePayments", rows, lambda paid: _row(call, paid))


def _row(call: Call, paid: Paid) -> dict[str, Any]:
    return {
        "@url": f"{call.root}/3/invoicepayments/{paid.number}", "Amount": call.number(paid.amount),
        "Booked": paid.receipt.released, "Currency": paid.receipt.currency, "CurrencyRate": 1, "CurrencyUnit": 1,
        "InvoiceNumber": int(paid.invoice), "Number": str(paid.number), "PaymentDate": wire.day(paid.receipt.on),
        "Source": "direct",
    }  # fmt: skip


def _whole(call: Call, paid: Paid) -> dict[str, Any]:
    document = call.company.document(paid.invoice)
    party = call.company.book.parties[document.party]
    return _row(call, paid) | {
        "AmountCurrency": call.number(paid.amount), "ExternalInvoiceReference1": "", "ExternalInvoiceReference2": "",
        "InvoiceCustomerName": party.name, "InvoiceCustomerNumber": party.number, "InvoiceDueDate": wire.day(document.due),
        "InvoiceOCR": document.ocr, "InvoiceTotal": call.number(document.amount), "ModeOfPayment": paid.receipt.method or "BG",
        "ModeOfPaymentAccount": int(paid.receipt.account), "VoucherNumber": None, "VoucherSeries": None, "VoucherYear": None,
        "WriteOffs": [],
    }  # fmt: skip


def get_payment(call: Call, *, number: str) -> Answer:
    return Answer.of({"InvoicePayment": _whole(call, call.company.payment(wire.whole(number)))})


def post_payment(call: Call) -> Answer:
    """Registers it; the invoice is lower only when it is booked."""
    company, said = call.company, call.body("InvoicePayment", _PAYMENT_FIELDS)
    for name in ("InvoiceNumber", "Amount", "PaymentDate"):
        if name not in said:
            raise Refusal(400, f"Fältet {name} saknas.")
    document = company.document(str(wire.whole(said["InvoiceNumber"])))
    on, amount = wire.read_day(said["PaymentDate"]), wire.amount(said["Amount"])
    mode = wire.text(said.get("ModeOfPayment", "BG"), 10)
    if mode not in company.modes:
        raise Refusal(400, "Kan inte hitta betalningssättet.")
    account = str(wire.whole(said["ModeOfPaymentAccount"])) if "ModeOfPaymentAccount" in said else company.modes[mode]
    if account not in company.accounts:
        raise Refusal(400, "Kan inte hitta kontot.", "2000423")
    if said.get("WriteOffs"):
        raise Refusal(400, "Bortskrivningar tas inte emot av simulatorn.")  # ours: the ledger behind it has none
    if document.status != "open":
        raise Refusal(400, "Fakturan är inte bokförd, eller är redan slutbetald.")
    if on < document.issued:
        raise Refusal(400, "Betalningsdatum får inte vara före fakturadatum.")
    if amount <= 0 or amount > document.balance:
        raise Refusal(400, "Beloppet är större än fakturans restbelopp.")  # whether the real one minds is not known
    receipt = company.book.add_receipt(
        Receipt(
            company.new_receipt_number(), "payment", document.party, on, document.currency, amount, account=account, method=mode,
            status="hold", released=False, applications=[Application(document.kind, document.number, amount)],
        )
    )  # fmt: skip
    return Answer.of({"InvoicePayment": _whole(call, _last(company, receipt))}, 201)


def _last(company: Company, receipt: Receipt) -> Paid:
    return next(paid for paid in company.payments(receipt.applications[0].number) if paid.receipt is receipt)


def book_payment(call: Call, *, number: str) -> Answer:
    company = call.company
    call.body("InvoicePayment", {})
    paid = company.payment(wire.whole(number))
    if paid.receipt.released:
        raise Refusal(400, "Inbetalningen är redan bokförd.")
    company.see_unlocked(paid.receipt.on)
    try:
        company.book.release(paid.receipt.number)
    except BookError as error:
        raise Refusal(400, f"Inbetalningen kan inte bokföras: {error}") from error
    return Answer.of({"InvoicePayment": _whole(call, company.payment(paid.number))})


# ---- vouchers --------------------------------------------------------------------------------------------------------


def list_vouchers(call: Call) -> Answer:
    asked, company = call.asked, call.company
    if "filter" in asked:
        raise Refusal(400, "Ogiltig parameter i anropet.", "2000588")  # which filters there are is not known
    if "financialyear" in asked:
        year = wire.whole(asked["financialyear"])
    elif "financialyeardate" in asked:
        year = company.year_of(wire.read_day(asked["financialyeardate"]))
    else:
        year = company.year_of(company.stamped(company.book.now()).date())
    since = wire.read_moment(asked["lastmodified"]) if "lastmodified" in asked else None
    rows = [
        one
        for one in company.book.journals.values()
        if company.year_of(one.on) == year
        and asked.get("voucherseries", series_of(one)) == series_of(one)
        and ("fromdate" not in asked or one.on >= wire.read_day(asked["fromdate"]))
        and ("todate" not in asked or one.on <= wire.read_day(asked["todate"]))
        and (since is None or company.stamped(one.changed_at) >= since)
    ]
    rows.sort(key=lambda one: (series_of(one), number_of(one)))
    return call.page("Vouchers", rows, lambda one: _voucher_row(call, one))


def series_of(journal: Journal) -> str:
    return journal.number.split("-")[0]


def number_of(journal: Journal) -> int:
    return int(journal.number.split("-")[-1])


def _voucher_row(call: Call, journal: Journal) -> dict[str, Any]:
    series, number, year = series_of(journal), number_of(journal), call.company.year_of(journal.on)
    return {
        "@url": f"{call.root}/3/vouchers/{series}/{number}?financialyear={year}", "ApprovalState": 0, "Comments": None,
        "Description": journal.text, "ReferenceNumber": "", "ReferenceType": "MANUAL", "TransactionDate": wire.day(journal.on),
        "VoucherNumber": number, "VoucherSeries": series, "Year": year,
    }  # fmt: skip


def post_voucher(call: Call) -> Answer:
    company, said = call.company, call.body("Voucher", _VOUCHER_FIELDS)
    for name in ("Description", "VoucherSeries", "TransactionDate", "VoucherRows"):
        if name not in said:
            raise Refusal(400, f"Fältet {name} saknas.")
    series, on = wire.text(said["VoucherSeries"], 10), wire.read_day(said["TransactionDate"])
    if series not in company.series:
        raise Refusal(400, "Kan inte hitta verifikationsserien.")
    year = company.year_of(on)
    company.see_unlocked(on)
    rows = said["VoucherRows"]
    if not isinstance(rows, list) or not rows:
        raise Refusal(400, "Ingen eller felaktig typ av data.", "2001392")
    lines = [_line(company, row) for row in rows]
    if sum(line.debit for line in lines) != sum(line.credit for line in lines):
        raise Refusal(400, "Verifikationen balanserar inte.")
    text = wire.text(said["Description"], 200)
    number = f"{series}-{year}-{company.next_voucher(series, year)}"
    journal = Journal(number, on, company.book.base_currency, text, lines, released=True)
    company.book.journals[number] = journal
    company.book.touch(journal)
    shown = [
        {"Account": int(x.account), "Debit": call.number(x.debit), "Credit": call.number(x.credit), "Removed": False}
        for x in lines
    ]
    return Answer.of({"Voucher": _voucher_row(call, journal) | {"VoucherRows": shown}}, 201)


def _line(company: Company, row: object) -> JournalLine:
    if not isinstance(row, dict):
        raise Refusal(400, "Ingen eller felaktig typ av data.", "2001392")
    if not set(row) <= _ROW_FIELDS:
        raise Refusal(400, "Felaktigt fältnamn", "2001399")
    account = str(wire.whole(row.get("Account", "")))
    if account not in company.accounts:
        raise Refusal(400, "Kunde inte hitta konto", "2001304")
    debit, credit = wire.amount(row.get("Debit", 0)), wire.amount(row.get("Credit", 0))
    if debit < 0 or credit < 0 or (debit and credit):
        raise Refusal(400, "En rad har antingen debet eller kredit.")
    return JournalLine(account, debit, credit, wire.text(row.get("TransactionInformation", ""), 100))
