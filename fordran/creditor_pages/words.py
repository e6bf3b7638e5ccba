"""The pages' words: Swedish in the templates themselves, English under the Swedish sentence in
texts/en.toml and, a file for each part of the set-up, in texts/en/.

A dictionary rather than gettext: nothing to compile, and a test reads every template and finds what lacks English.
Values go in by name: `t("{n} brev väntar", n=3)`.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from fordran.core.money import MINUS, NO_BREAK_SPACE


@cache
def english() -> dict[str, str]:
    """Swedish sentence -> English sentence, from texts/en.toml and every file of texts/en/. Raises ValueError when two files
    translate one sentence differently."""
    texts = files("fordran.creditor_pages") / "texts"
    known: dict[str, str] = {}
    for file in (texts / "en.toml", *sorted((texts / "en").iterdir(), key=lambda one: one.name)):
        for swedish, words in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if known.setdefault(swedish, words) != words:
                raise ValueError(f"{file.name} translates {swedish!r} otherwise than another file")
    return known


def language() -> str:
    """`sv` or `en`, as the visitor has chosen."""
    return "en" if (get_language() or "sv").startswith("en") else "sv"


def t(sentence: str, **values: object) -> SafeString:
    """The sentence in the visitor's language, its values escaped. Without English the Swedish stands."""
    words = sentence if language() == "sv" else english().get(sentence, sentence)
    if values:
        words = words.format(
            **{name: conditional_escape(str(value) if not isinstance(value, str) else value) for name, value in values.items()}
        )
    return mark_safe(words)  # noqa: S308 (our own sentence; what was put in is escaped above)


def tn(one: str, many: str, n: int, **values: object) -> SafeString:
    """`one` for exactly one, else `many`; `{n}` is the number, grouped."""
    return t(one if n == 1 else many, n=number(n), **values)


def number(n: int) -> str:
    """`1 284`, grouped by no-break spaces."""
    return f"{n:,}".replace(",", NO_BREAK_SPACE).replace("-", MINUS)


def whole_kronor(amount_minor: int) -> str:
    """`8 412 930`: kronor without öre, for key figures and plots. A half krona goes up."""
    return number((amount_minor + 50) // 100)


def day(on: date | None) -> SafeString:
    """`<time>` with the ISO day in it; a dash when there is none."""
    if on is None:
        return mark_safe("–")
    return format_html('<time datetime="{0}">{0}</time>', on.isoformat())


STAGES = {
    "open": ("0", "circle", "Öppen"),
    "noticed": ("1", "chat-left-text-fill", "Vänlig avisering"),
    "reminded": ("2", "bell-fill", "Påmind"),
    "demanded": ("3", "envelope-fill", "Inkassokrav"),
    "awaiting_creditor": ("4", "signpost-split-fill", "Ert val"),
    "payment_order": ("5", "bank2", "Kronofogden"),
    "enforcement": ("5", "bank2", "Utmätning"),
    "surveillance": ("6", "binoculars-fill", "Efterbevakning"),
    "closed": ("closed", "check-lg", "Avslutat"),
}
"""Stage -> step of the ramp, mark, word."""

HOLDS = {
    "dispute": "Bestridd",
    "respite": "Anstånd",
    "plan": "Avbetalning",
    "deceased": "Avliden",
    "bankrupt": "Konkurs",
    "unknown-address": "Adress okänd",
    "gone": "Saknas i reskontran",
    "question": "Fråga",
    "stopped": "Stoppad",
    "manual": "Pausad",
    "excluded": "Exkluderad",
    "left-alone": "Lämnas i fred",
    "other-agency": "Hos annat inkassoföretag",
    "held-in-erp": "Pausad i affärssystemet",
    "direct-debit": "Autogiro",
}

LETTER_KINDS = {
    "notice": ("Vänlig avisering", "chat-left-text-fill", "1"),
    "reminder": ("Påminnelse", "bell-fill", "2"),
    "demand": ("Inkassokrav", "envelope-fill", "3"),
    "residual": ("Restkrav", "receipt", "3"),
    "confirmation": ("Bekräftelse", "check2", "0"),
}
"""Kind of letter -> word, mark, step of the ramp."""

NEXT_KINDS = {
    "notice": "Vänlig avisering",
    "reminder": "Påminnelse",
    "demand": "Inkassokrav",
    "residual": "Restkrav",
    "await-creditor": "Ert val",
    "payment-order": "Betalningsföreläggande",
    "surveillance": "Efterbevakning",
}

COMPONENTS = {
    "capital": "Kapital",
    "interest": "Ränta",
    "reminder": "Påminnelse",
    "demand": "Inkassokrav",
    "instalment-plan": "Avbetalningsplan",
    "late-payment": "Förseningsersättning",
    "costs": "Kostnader",
    "paid": "Betalt",
    "credited": "Krediterat",
    "waived": "Eftergivet",
}

KINDS_OF_DEBTOR = {"consumer": "Privatperson", "business": "Företag", "public": "Offentlig", "unknown": "Okänd sort"}

LEVELS = {"generic": "Generisk", "class": "Kundklass", "customer": "Kund", "law": "Lagen", "none": "Ingen"}

CLOSED = {
    "paid": "Slutbetald",
    "paid_in_time": "Slutbetald",
    "paid_to_creditor": "Betald till er",
    "credited": "Krediterad",
    "settled_at_creditor": "Reglerad hos er",
    "withdrawn": "Återkallad",
    "written_off": "Avskriven",
    "rest_written_off": "Slutbetald, rest avskriven",
    "tiny_rest_written_off": "Slutbetald, öresrest avskriven",
    "barred": "Preskriberad",
}

WHY_PASSED_OVER = {
    "within_filter": "Inom importfiltret",
    "already_taken": "Redan ett ärende",
    "not_open": "Inget är öppet",
    "not_an_invoice": "Kreditnota",
    "not_due_long_enough": "Inte förfallen länge nog",
    "not_due_by_law": "Dagen efter förfallodagen är inte passerad",
    "due_before_import_from": "Förföll före importdatumet",
    "below_lowest_amount": "Under lägsta belopp",
    "above_highest_amount": "Över högsta belopp",
    "currency_not_taken": "Valutan har inget kort",
    "customer_excluded": "Kunden är exkluderad",
    "class_excluded": "Kundklassen är exkluderad",
    "open_credit": "Öppen kredit ska avräknas först",
    "small_rest": "Bara en liten rest är kvar",
    "invoice_held": "Fakturan är pausad",
    "missing_in_ledger": "Saknas i senaste reskontran",
    "left_alone_in_erp": "Lämnas utanför inkasso i affärssystemet",
    "taken_by_other": "Hos ett annat inkassoföretag",
    "held_in_erp": "Pausad i affärssystemet",
    "direct_debit": "Betalas med autogiro",
    "creditor_not_ready": "Borgenären är inte färdig eller aktiv",
    "claim_kind_refused": "Sådana fordringar tas inte",
    "claim_kind_not_declared": "Fordringsslaget är inte angivet hos borgenären",
    "claim_kind_needs_person": "Fordringsslaget kräver en person",
    "debtor_under_age": "Gäldenären är under 18 år",
    "debtor_was_under_age": "Gäldenären var under 18 år när skulden uppstod",
    "barred": "Preskriberad",
    "barred_soon": "Preskriberas snart",
    "permit_missing": "Tillstånd saknas",
    "permit_expired": "Tillståndet har gått ut",
    "rate_not_yet_known": "Referensräntan är inte känd än",
    "limitation_start_unknown": "Fakturadag saknas",
    "": "Inte prövad än",
}

WHY_WAITS = {
    "first_batch": "Det är ert första utskick. Inget lämnar huset förrän någon har godkänt det.",
    "unusual_number": "Det är mer än dubbelt så många brev som vanligt. Någon ska se på dem först.",
}


def word(table: dict[str, str], key: str) -> str:
    """The word in the visitor's language; an unknown key stands as it is."""
    return str(t(table[key])) if key in table else key


DISPATCHES = {
    "reserved": "Förbereds",
    "sending": "Skickas",
    "sent": "Skickat",
    "failed": "Kom inte iväg",
    "ambiguous": "Vi vet inte om det kom iväg",
}

PAYMENT_STATES = {
    "new": ("Inte genomgången än", "clock-history"),
    "found": ("Inte avräknad än", "clock-history"),
    "matched": ("Avräknad", "check-lg"),
    "suspense": ("Väntar på dig", "inbox"),
    "waiting": ("Väntar på ett ärende", "clock-history"),
    "refunded": ("Betalas tillbaka", "arrow-return-left"),
    "undone": ("Borttagen", "slash-circle"),
    "own": ("Er egen", "building"),
    "shown": ("Visas bara", "eye"),
}
"""What became of a payment -> word, mark."""

PAYMENT_MATCHED_BY = {
    "case_ocr": "Ärendets OCR",
    "letter_ocr": "Brevets OCR",
    "invoice_reference": "Fakturans OCR",
    "invoice_number": "Fakturans nummer",
    "case": "Ärendets nummer",
    "text": "Betalningens text",
    "amount_and_payer": "Belopp och betalare",
    "person": "En person",
    "ledger": "Kundreskontran",
}

PAYMENT_KINDS = {"payment": "Betalning", "deduction": "Avdrag", "reversal": "Återföring", "other_debit": "Annat uttag"}

PAYMENT_VIAS = {"bank": "Till kontot på brevet", "creditor": "Direkt till er", "credit": "Kreditering"}

PAYMENT_FORMATS = {"bgmax": "BgMax", "camt.053": "camt.053", "camt.054": "camt.054", "swish": "Swish"}

ACCOUNT_KINDS = {"bankgiro": "Bankgiro", "plusgiro": "Plusgiro", "account": "Bankkonto", "iban": "IBAN"}

ORDER_STATES = {
    "proposed": ("Väntar på att släppas", "inbox"),
    "released": ("Släppt", "check2"),
    "sent": ("Hos banken", "send-check"),
    "accepted": ("Mottagen av banken", "send-check"),
    "rejected": ("Inte betald", "x-octagon-fill"),
    "paid": ("Betald", "check-lg"),
    "returned": ("Kom tillbaka", "arrow-return-left"),
}
"""How far a payment order has come -> word, mark."""

BANK_REASONS = {
    "AC01": "Kontonumret är fel",
    "AC03": "Mottagarens konto är fel",
    "AC04": "Kontot är avslutat",
    "AC06": "Kontot är spärrat",
    "AM04": "Det finns inte tillräckligt på kontot",
    "BE04": "Mottagarens adress saknas eller är fel",
    "RC01": "Bankens kod är fel",
    "NARR": "Banken skriver",
    "RETURNED": "Banken gav tillbaka pengarna",
    "DECLINED": "Banken tog inte emot filen",
    "WITHDRAWN": "Tillbakadragen",
    "RJCT": "Banken avvisade den utan att säga varför",
}
"""Common reason codes of ISO 20022, and our own, in words; others stand as they are."""

COST_ACCOUNTS = {
    "reminder_cost": "Påminnelseavgift",
    "demand_cost": "Avgift för inkassokrav",
    "plan_cost": "Avgift för avbetalningsplan",
    "compensation": "Förseningsersättning",
    "court_cost": "Kostnader hos myndighet",
}

REACH = {
    "read": "AutoCollect User, läsa",
    "work": "AutoCollect User, arbeta",
    "sign": "AutoCollect User, signera",
}
"""How far a role reaches at a company -> what it is called."""
