"""The story of a case, or of an invoice that was passed over, as dated sentences with their sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fordran.cases.choose import judge_invoices
from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.cases.timeline import Entry, finding_from, timeline
from fordran.core.money import money_in_words
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.invoices.models import Invoice, Selection
from fordran.process.country import Country


@dataclass(frozen=True, slots=True)
class Sentence:
    on: date
    text: str
    source: str = ""
    amount_minor: int | None = None
    currency: str = ""
    reason: str = ""


_WORDS = {
    "sv": {
        "taken": "Fakturan togs över med {amount}.", "notice": "Vänlig avisering", "reminder": "Påminnelse",
        "demand": "Inkassokrav", "residual": "Restkrav", "confirmation": "Bekräftelse", "letter": "{kind} på {amount}, betala senast {last_day}.",
        "letter_plain": "{kind}.", "composed": "Väntar på att skickas.", "approved": "Godkänd, inte skickad än.", "sent": "Skickad.", "voided": "{kind} togs tillbaka innan den gällde.",
        "hold": "Ärendet vilar: {kind}{until}. {text}", "until": " till och med {day}", "lifted": "Vilan upphörde: {kind}.",
        "instruction": "{by} valde: {kind}. {text}", "payment": "{amount} betalades på {part}.", "stage": "Skede: {kind}.",
        "change": "Uppgift ändrad i kundreskontran: {kind} {text}",
    },
    "en": {
        "taken": "The invoice was taken over at {amount}.", "notice": "Friendly notice", "reminder": "Reminder",
        "demand": "Collection demand", "residual": "Residual claim", "confirmation": "Confirmation", "letter": "{kind} for {amount}, to be paid by {last_day}.",
        "letter_plain": "{kind}.", "composed": "Waiting to be sent.", "approved": "Approved, not sent yet.", "sent": "Sent.", "voided": "{kind} was taken back before it counted.",
        "hold": "The case rests: {kind}{until}. {text}", "until": " to and including {day}", "lifted": "The rest ended: {kind}.",
        "instruction": "{by} chose: {kind}. {text}", "payment": "{amount} was paid on the {part}.", "stage": "Stage: {kind}.",
        "change": "Changed in the customer ledger: {kind} {text}",
    },
}  # fmt: skip


def explain_case(case: Case, language: str = "sv") -> list[Sentence]:
    office = open_office(case.creditor)
    return [sentence_of(entry, office.country, language) for entry in timeline(case) if entry.what != "stage"]


def sentence_of(entry: Entry, country: Country, language: str) -> Sentence:
    """An entry of the timeline as one plain sentence."""
    words = _WORDS[language]
    amount = money_in_words(entry.amount_minor, entry.currency) if entry.amount_minor is not None else ""
    why = country.say(entry.finding, language) if entry.finding else ""
    text = why
    if entry.what == "taken":
        text = f"{words['taken'].format(amount=amount)} {why}".strip()
    elif entry.what == "letter":
        kind = words.get(entry.kind, entry.kind)
        if entry.state == "voided":
            text = words["voided"].format(kind=kind)
        else:
            pattern = words["letter"] if entry.last_day else words["letter_plain"]
            text = f"{pattern.format(kind=kind, amount=amount, last_day=entry.last_day)} {words[entry.state]}"
    elif entry.what == "hold":
        until = words["until"].format(day=entry.last_day) if entry.last_day else ""
        text = words["hold"].format(kind=entry.kind, until=until, text=entry.text).strip()
    elif entry.what in ("lifted", "stage"):
        text = words[entry.what].format(kind=entry.kind)
    elif entry.what == "instruction":
        text = words["instruction"].format(by=entry.by, kind=entry.kind, text=entry.text).strip()
    elif entry.what == "change":
        text = words["change"].format(kind=entry.kind, text=entry.text).strip()
    elif entry.what in ("payment", "booking", "charge"):
        text = f"{amount}: {why}"
    source = entry.source or (entry.finding.source if entry.finding else None)
    reason = str(entry.finding.reason) if entry.finding else ""
    return Sentence(entry.on, text, str(source) if source else "", entry.amount_minor, entry.currency, reason)


def explain_invoice(
    creditor: Creditor, number: str, today: date | None, language: str = "sv"
) -> tuple[Case | None, list[Sentence]]:
    """The case's story, or why the invoice was passed over: what the run last said, and what it would say on `today`."""
    invoice = Invoice.objects.filter(creditor=creditor, number=number).order_by("kind").last()
    if invoice is None:
        raise Refused(f"{creditor.name} has no invoice {number}", field="NUMBER")
    case = Case.objects.filter(invoice=invoice).first()
    if case is not None:
        return case, explain_case(case, language)
    office = open_office(creditor)
    sentences = []
    stored = Selection.objects.filter(invoice=invoice).first()
    if stored is not None:
        found = finding_from(stored.reason, stored.facts, stored.level)
        sentences.append(Sentence(stored.on, office.country.say(found, language), reason=stored.reason))
    if today is not None:
        sentences += _would_say(office, invoice, today, language)
    return None, sentences


def _would_say(office: Office, invoice: Invoice, today: date, language: str) -> list[Sentence]:
    judged = judge_invoices(office, today, only=[invoice.pk])
    return [
        Sentence(today, office.country.say(found, language), reason=str(found.reason))
        for j in judged
        for found in j.verdict.because
    ]
