"""Journal transactions: posted, released, read (integrations paper 1.11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fordran.sandbox.book import Journal, JournalLine
from fordran.sandbox.visma_net import query as q
from fordran.sandbox.visma_net import wire
from fordran.sandbox.visma_net.answers import Answer
from fordran.sandbox.visma_net.call import Call, Route
from fordran.sandbox.visma_net.company import Company, etag
from fordran.sandbox.visma_net.wire import Refusal


def _status(journal: Journal) -> str:
    return "Posted" if journal.released else "Hold" if journal.hold else "Balanced"


def _view(company: Company, journal: Journal) -> dict[str, Any]:
    total, total_other = company.both(sum(line.debit for line in journal.lines), journal.currency)
    return {
        "module": "ModuleGL",
        "batchNumber": journal.number,
        "status": _status(journal),
        "hold": journal.hold and not journal.released,
        "transactionDate": wire.day(journal.on),
        "postPeriod": wire.period(journal.on),
        "financialPeriod": wire.period(journal.on),
        "ledger": "1",
        "ledgerDescription": "Actual",
        "currencyId": journal.currency,
        "exchangeRate": wire.number(company.rate(journal.currency)),
        "autoReversing": False,
        "reversingEntry": False,
        "description": journal.text or None,
        "originalBatchNumber": None,
        "debitTotal": total,
        "debitTotalInCurrency": total_other,
        "creditTotal": total,
        "creditTotalInCurrency": total_other,
        "controlTotal": total,
        "controlTotalInCurrency": total_other,
        "createVatTransaction": False,
        "skipVatAmountValidation": False,
        "lastModifiedDateTime": wire.moment(company.stamped(journal.changed_at)),
        "transactionCode": None,
        "transactionCodeDescription": None,
        "branch": "1",
        "timeStamp": etag(journal.version),
        "journalTransactionLines": [_line(company, journal, line, at) for at, line in enumerate(journal.lines, 1)],
        "errorInfo": None,
    }


def _line(company: Company, journal: Journal, line: JournalLine, at: int) -> dict[str, Any]:
    debit, debit_other = company.both(line.debit, journal.currency)
    credit, credit_other = company.both(line.credit, journal.currency)
    return {
        "lineNumber": at,
        "accountNumber": line.account,
        "description": None,
        "subaccount": None,
        "referenceNumber": line.reference or None,
        "debitAmount": debit,
        "debitAmountInCurrency": debit_other,
        "creditAmount": credit,
        "creditAmountInCurrency": credit_other,
        "transactionDescription": line.text or None,
        "vatCode": None,
        "vat": None,
        "branch": "1",
        "customerSupplier": None,
        "transactionType": None,
        "module": "ModuleGL",
        "quantity": wire.amount(0),
        "note": None,
    }


def _matches(company: Company, asked: q.Query) -> Callable[[Journal], bool]:
    def match(journal: Journal) -> bool:
        equal = (("periodId", wire.period(journal.on)), ("module", "GL"), ("status", _status(journal)), ("branch", "1"))
        return all(name not in asked or asked[name] == value for name, value in equal) and q.holds(
            asked, "lastModifiedDateTime", company.stamped(journal.changed_at)
        )

    return match


def list_journals(call: Call) -> Answer:
    return call.listed("journal", _matches(call.company, call.query), lambda journal: _view(call.company, journal))


def get_journal(call: Call, *, number: str) -> Answer:
    journal = call.company.journal(number)
    return call.found(_view(call.company, journal), journal.version)


# ---- writing ---------------------------------------------------------------------------------------------------------


def post_journal(call: Call) -> Answer:
    company, fields = call.company, call.body("JournalTransactionUpdateDto")
    journal = _read(company, fields)
    company.book.journals[journal.number] = journal
    company.book.touch(journal)
    return call.created(f"/v2/journaltransaction/{journal.number}", journal.version)


def _read(company: Company, fields: dict[str, Any]) -> Journal:
    currency = fields.get("currencyId") or company.book.base_currency
    if currency != company.book.base_currency and currency not in company.behaviours.rates:
        raise Refusal(400, f"Currency {currency} cannot be found.")
    if fields.get("ledger") not in (None, "", "1"):
        raise Refusal(400, f"Ledger {fields['ledger']} cannot be found.")
    if fields.get("batchNumber"):
        raise Refusal(400, "The number is given by the number series.")
    on = fields["transactionDate"].date() if fields.get("transactionDate") else company.today()
    if company.closed_in("general", on):
        raise Refusal(400, f"The financial period {wire.period(on)} is closed in general ledger.")
    lines = [_read_line(line, at) for at, line in enumerate(fields.get("journalTransactionLines", []))]
    if len(lines) < 2:
        raise Refusal(400, "The transaction must have two lines or more.")
    debit, credit = sum(line.debit for line in lines), sum(line.credit for line in lines)
    control = fields.get("controlTotalInCurrency")
    if debit != credit or (control is not None and wire.minor(control, "controlTotalInCurrency") != debit):
        raise Refusal(400, "The transaction is out of balance.")
    number, text = company.next_journal(), fields.get("description") or ""
    return Journal(number=number, on=on, currency=currency, text=text, lines=lines, hold=bool(fields.get("hold")))


def _read_line(line: dict[str, Any], at: int) -> JournalLine:
    name = f"journalTransactionLines[{at}]"
    if line.get("operation", "Insert") != "Insert":
        raise Refusal(400, f"{name}.operation must be Insert on a new transaction.")
    account = line.get("accountNumber") or ""
    if not (account.isascii() and account.isdigit() and len(account) == 4):
        raise Refusal(400, f"Account {account} cannot be found.")
    debit, credit = (
        wire.minor(line.get(f"{side}AmountInCurrency") or 0, f"{name}.{side}AmountInCurrency") for side in ("debit", "credit")
    )
    if debit < 0 or credit < 0 or (debit > 0) == (credit > 0):
        raise Refusal(400, f"{name} must have a debit or a credit amount, and not both.")
    return JournalLine(account, debit, credit, line.get("transactionDescription") or "", line.get("referenceNumber") or "")


def release_journal(call: Call, *, number: str) -> Answer:
    journal = call.company.journal(number)
    call.check_version(journal.version)
    if journal.released:
        raise Refusal(400, "Batch can't be updated because it is already released.")
    if journal.hold:
        raise Refusal(400, "Batch is on hold and cannot be released.")
    if call.company.closed_in("general", journal.on):
        raise Refusal(400, f"The financial period {wire.period(journal.on)} is closed in general ledger.")

    def release() -> None:
        journal.released = True
        call.company.book.touch(journal)

    return Answer.of(call.company.act(f"release-journal-{number}", call.now, release))


ROUTES = [
    Route("GET", "/v2/journaltransaction", list_journals, q.JOURNALS),
    Route("GET", "/v2/journaltransaction/<number>", get_journal),
    Route("POST", "/v2/journaltransaction", post_journal),
    Route("POST", "/v2/journaltransaction/<number>/action/release", release_journal, if_match=True),
]
