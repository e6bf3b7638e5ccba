"""The story of a case, or of an invoice that was passed over, as dated sentences with their sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fordran.cases.choose import judge_invoices
from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.cases.timeline import Entry, finding_from, timeline
from fordran.core.findings import Finding
from fordran.core.money import money_in_words
from fordran.core.problems import Refused
from fordran.core.reasons import Reason
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
        "taken": "Fakturan togs över med {amount}.",
        "letter": "{kind} på {amount}, betala senast {last_day}.",
        "letter_plain": "{kind}.",
        "composed": "Väntar på att skickas.",
        "approved": "Godkänd, inte skickad än.",
        "sent": "Skickad.",
        "voided": "{kind} togs tillbaka innan den gällde.",
        "voided_later": "Togs tillbaka senare.",
        "lifted": "Pausen är slut: {kind}.",
        "instruction": "{by} valde: {kind}.",
        "stage": "Skede: {kind}.",
        "change": "Ändrat i kundreskontran: {kind}",
    },
    "en": {
        "taken": "The invoice was taken over at {amount}.",
        "letter": "{kind} for {amount}, to be paid by {last_day}.",
        "letter_plain": "{kind}.",
        "composed": "Waiting to be sent.",
        "approved": "Approved, not sent yet.",
        "sent": "Sent.",
        "voided": "{kind} was taken back before it counted.",
        "voided_later": "Taken back later.",
        "lifted": "The pause is over: {kind}.",
        "instruction": "{by} chose: {kind}.",
        "stage": "Stage: {kind}.",
        "change": "Changed in the customer ledger: {kind}",
    },
}


def explain_case(case: Case, language: str = "sv") -> list[Sentence]:
    office = open_office(case.creditor)
    return [sentence_of(entry, office.country, language) for entry in timeline(case) if entry.what != "stage"]


def sentence_of(entry: Entry, country: Country, language: str) -> Sentence:
    """An entry of the timeline as one plain sentence."""
    source = entry.source or (entry.finding.source if entry.finding else None)
    reason = str(entry.finding.reason) if entry.finding else ""
    text = " ".join(part for part in _parts(entry, country, language) if part)
    return Sentence(entry.on, text, str(source) if source else "", entry.amount_minor, entry.currency, reason)


def _parts(entry: Entry, country: Country, language: str) -> tuple[str, ...]:
    words = _WORDS[language]
    why = country.say(entry.finding, language) if entry.finding else ""
    amount = money_in_words(entry.amount_minor, entry.currency) if entry.amount_minor is not None else ""
    kind = country.word(entry.kind, language)
    if entry.what == "taken":
        return words["taken"].format(amount=amount), why
    if entry.what == "letter":
        named = kind[:1].upper() + kind[1:]
        if entry.state == "voided":
            return (words["voided"].format(kind=named),)
        state = words["voided_later" if entry.state == "composed then voided" else entry.state]
        pattern = words["letter" if entry.last_day else "letter_plain"]
        return pattern.format(kind=named, amount=amount, last_day=entry.last_day), state
    if entry.what == "hold":
        return why, _own_words(entry, country, language)
    if entry.what == "instruction":
        by = country.word(entry.by, language)
        return words["instruction"].format(by=by[:1].upper() + by[1:], kind=kind), entry.text
    if entry.what in ("lifted", "stage", "change"):
        return words[entry.what].format(kind=kind), entry.text
    if entry.what in ("payment", "booking", "charge"):
        return f"{amount}:", why
    return (why,)


def _own_words(entry: Entry, country: Country, language: str) -> str:
    """Why a hold was placed: a person's words, or a reason of our own."""
    if entry.text in list(Reason):
        return country.say(Finding(Reason(entry.text)), language)
    return entry.text


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
