"""The timeline's entries -> what stands in them: title, mark, sum and reason, in the visitor's words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from fordran.core.money import MINUS, NO_BREAK_SPACE, money_in_words
from fordran.creditor_pages import words
from fordran.creditor_pages.said import say
from fordran.creditor_pages.words import t

MARKS = {
    "taken": "cloud-arrow-down",
    "passed_over": "dash-circle",
    "charge": "receipt",
    "booking": "journal-text",
    "stage": "arrow-right",
    "hold": "pause-fill",
    "lifted": "play-fill",
    "payment": "arrow-down-left",
    "closed": "check-lg",
    "decision": "question-diamond",
    "instruction": "person-check",
}
_INSTRUCTIONS = {
    "withdraw": "Ni har återkallat ärendet",
    "write-off": "Ni har skrivit av fordran",
    "payment-order": "Ni har valt betalningsföreläggande",
    "surveillance": "Ni har valt efterbevakning",
    "go-on": "Ni har sagt att ärendet kan gå vidare",
}
_BOOKINGS = {
    "interest_booked": "Ränta",
    "interest_waived_paid_in_time": "Ränta efter brevet efterges",
    "interest_too_high_before": "Ränta rättad",
    "cost_waived": "Kostnad eftergiven",
    "cost_fell_with_case": "Kostnad bortfallen",
    "letter_voided": "Brev makulerat",
    "rest_written_off": "Rest avskriven",
    "tiny_rest_written_off": "Öresrest avskriven",
    "written_off": "Avskrivet",
    "withdrawn": "Återkallat",
    "credit_received": "Krediterat",
    "payment_allocated": "Betalningen fördelad",
    "payment_received": "Betalning",
    "case_opened": "Ärendet öppnat",
}
_ADDS, _TAKES = "+", MINUS


def tell(entries: Sequence[Any], today: date) -> list[dict[str, Any]]:
    """Newest first, what is planned on top, with a line for today between what was and what comes."""
    rows = [_row(entry) for entry in entries]
    planned = sorted((r for r in rows if r["planned"]), key=lambda r: r["on"] or date.max, reverse=True)
    past = [r for r in reversed(rows) if not r["planned"]]
    return [*planned, {"is_today": True, "on": today}, *past]


def _row(entry: Any) -> dict[str, Any]:
    title, mark, shade = _title(entry)
    return {
        "on": entry.on,
        "title": title,
        "icon": mark,
        "shade": shade,
        "amount": _amount(entry),
        "why": say(entry.finding) if entry.finding is not None else "",
        "level": str(entry.finding.level) if entry.finding is not None else "",
        "source": entry.finding.source if entry.finding is not None else None,
        "last_day": entry.last_day,
        "letter_id": entry.letter_id,
        "planned": entry.planned,
    }


def _title(entry: Any) -> tuple[str, str, str]:
    """Words, mark and step of the ramp (empty = a round mark: something that happened, not a stage)."""
    what, kind = str(entry.what), str(entry.kind or "")
    if what == "letter":
        said, mark, shade = words.LETTER_KINDS.get(kind, (kind, "envelope", "0"))
        return str(t(said)), mark, shade
    if what == "stage":
        shade, mark, said = words.STAGES.get(kind, ("0", "circle", kind))
        return str(t(said)), mark, shade
    mark = MARKS.get(what, "circle")
    if what == "taken":
        return str(t("Tagen från kundreskontran")), mark, ""
    if what == "passed_over":
        return str(t("Inte tagen")), mark, ""
    if what == "charge":
        return str(t("Kostnad: {kind}", kind=words.word(words.COMPONENTS, kind))), mark, ""
    if what == "hold":
        return str(t("Vilar: {why}", why=words.word(words.HOLDS, kind))), mark, "hold"
    if what == "lifted":
        return str(t("Vilar inte längre: {why}", why=words.word(words.HOLDS, kind))), mark, ""
    if what == "payment":
        said = {"creditor": "Betalat direkt till er", "credit": "Krediterat"}.get(kind, "Inbetalt till kontot på brevet")
        return str(t(said)), mark, ""
    if what == "closed":
        return words.word(words.CLOSED, kind), mark, "closed"
    if what == "instruction":
        return words.word(_INSTRUCTIONS, kind), mark, ""
    if what == "booking":
        return words.word(_BOOKINGS, kind), mark, ""
    if entry.planned:
        return words.word(words.NEXT_KINDS, kind), mark, ""
    return str(t("Bedömning")), mark, ""


def _amount(entry: Any) -> str:
    if entry.amount_minor is None:
        return ""
    sign = {"charge": _ADDS, "payment": _TAKES}.get(str(entry.what), "")
    said = money_in_words(abs(entry.amount_minor) if sign else entry.amount_minor, entry.currency or "SEK")
    return f"{sign}{NO_BREAK_SPACE}{said}" if sign else said
