"""The timeline's entries -> what stands in them: title, mark, sum and reason, in the visitor's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fordran.cases.standing import Ahead
from fordran.cases.timeline import Entry
from fordran.core.findings import Finding
from fordran.core.money import MINUS, NO_BREAK_SPACE, kronor, money_in_words
from fordran.core.reasons import Reason
from fordran.creditor_pages import words
from fordran.creditor_pages.said import say
from fordran.creditor_pages.words import t

MARKS = {
    "taken": "cloud-arrow-down",
    "charge": "receipt",
    "booking": "journal-text",
    "hold": "pause-fill",
    "lifted": "play-fill",
    "payment": "arrow-down-left",
    "closed": "check-lg",
    "reopened": "arrow-repeat",
    "decision": "question-diamond",
    "instruction": "person-check",
    "change": "pencil",
}
INSTRUCTIONS = {
    "withdraw": "Ni har återkallat ärendet",
    "write-off": "Ni har skrivit av fordran",
    "payment-order": "Ni har valt betalningsföreläggande",
    "surveillance": "Ni har valt efterbevakning",
    "go-on": "Ni har sagt att ärendet kan gå vidare",
}
LETTERS = {
    "sent": {
        "notice": "Vänlig avisering skickad",
        "reminder": "Påminnelse skickad",
        "demand": "Inkassokrav skickat",
        "residual": "Restkrav skickat",
        "confirmation": "Bekräftelse skickad",
    },
    "voided": {
        "notice": "Vänlig avisering makulerad",
        "reminder": "Påminnelse makulerad",
        "demand": "Inkassokrav makulerat",
        "residual": "Restkrav makulerat",
        "confirmation": "Bekräftelse makulerad",
    },
    "written": {
        "notice": "Vänlig avisering skriven, inte skickad än",
        "reminder": "Påminnelse skriven, inte skickad än",
        "demand": "Inkassokrav skrivet, inte skickat än",
        "residual": "Restkrav skrivet, inte skickat än",
        "confirmation": "Bekräftelse skriven, inte skickad än",
    },
}
ACCOUNTS = {
    "capital": "Kapital",
    "interest": "Ränta",
    "reminder_cost": "Påminnelseavgift",
    "demand_cost": "Inkassokostnad",
    "plan_cost": "Kostnad för avbetalningsplan",
    "compensation": "Förseningsersättning",
}
CHANGES = {
    "missing": "Saknas i reskontran",
    "back": "Tillbaka i reskontran",
    "due_on": "Förfallodagen har ändrats",
    "customer": "Kunden har ändrats",
    "sent_to": "Fakturans egen adress har ändrats",
    "currency": "Valutan har ändrats",
    "amount_minor": "Fakturabeloppet har ändrats",
    "own_reminder": "Markerad som redan påmind",
}
"""Changes of the ledger worth a line of their own; payments and credits are told as what they became."""


def tell(entries: Sequence[Entry], coming: Ahead, today: date, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Newest first; what is planned on top, with a line for today between what was and what comes.

    `names` are those of the people who did things, by user name.
    """
    rows = [_row(group, names) for group in _together(entries)]
    top = [_planned(coming)] if coming.kind and coming.on else []
    return [*top, {"is_today": True, "on": today}, *reversed(rows)]


ROUTINE_WAITS = {"waits_for_last_day", "too_early", "letter_not_sent_yet", "not_a_banking_day", "held", "within_filter"}


_ORDER = {"stage": 0, "charge": 1, "booking": 2}


def _together(entries: Sequence[Entry]) -> list[list[Entry]]:
    """What belongs together becomes one line: a letter with its stage, costs and interest; a payment with its parts.

    The first of each group gives the title.
    """
    groups: list[list[Entry]] = []
    letters: dict[date, list[Entry]] = {}
    payments: dict[tuple[date, str], list[Entry]] = {}
    for entry in entries:
        if entry.what == "letter" and entry.state != "voided":
            letters.setdefault(entry.on, [])
    stages = {entry.on: entry.kind for entry in entries if entry.what == "stage"}
    for entry in entries:
        kind = str(entry.kind)
        if entry.what == "change" and kind not in CHANGES:
            continue
        if entry.what == "decision" and (
            (kind == "wait" and (entry.finding is None or entry.finding.reason in ROUTINE_WAITS))
            or stages.get(entry.on) == "awaiting_creditor"
        ):
            continue
        of_letter = entry.what in ("stage", "charge") or (entry.what == "booking" and kind == "interest")
        if of_letter and entry.on in letters and not (entry.what == "stage" and kind == "awaiting_creditor"):
            letters[entry.on].append(entry)
        elif entry.what == "payment":
            key = (entry.on, entry.state)
            if key not in payments:
                payments[key] = []
                groups.append(payments[key])
            payments[key].append(entry)
        else:
            groups.append([entry])
    for group in groups:
        if group[0].what == "payment":
            group.sort(key=lambda e: (e.amount_minor or 0) > 0)
        if group[0].what == "letter" and group[0].state != "voided":
            group += sorted(letters.pop(group[0].on, []), key=lambda e: _ORDER.get(e.what, 9))
    return groups


def _planned(coming: Ahead) -> dict[str, Any]:
    shades = {
        "notice": "1",
        "reminder": "2",
        "demand": "3",
        "residual": "3",
        "await-creditor": "4",
        "payment-order": "5",
        "surveillance": "6",
    }
    mark = words.STAGES.get(
        {"await-creditor": "awaiting_creditor", "payment-order": "payment_order"}.get(coming.kind, coming.kind)
    )
    icon = mark[1] if mark else words.LETTER_KINDS.get(coming.kind, ("", "arrow-right", ""))[1]
    cost = sum(minor for _, minor, _ in coming.costs)
    title = words.word(words.NEXT_KINDS, coming.kind)
    return {
        "on": coming.on,
        "title": t("{step}, om inget betalas innan", step=title),
        "icon": icon,
        "shade": shades.get(coming.kind, ""),
        "amount": f"+{NO_BREAK_SPACE}{money_in_words(cost)}" if cost else "",
        "planned": True,
    }


def _row(group: Sequence[Entry], names: Mapping[str, str]) -> dict[str, Any]:
    entry = group[0]
    title, mark, shade = _title(entry)
    return {
        "on": entry.on,
        "title": title,
        "icon": mark,
        "shade": shade,
        "amount": _amount(group),
        "whys": [why for part in group if (why := _why(part, group)) is not None],
        "last_day": entry.last_day if entry.what in ("letter", "hold") else None,
        "last_day_words": t("Sista dag") if entry.what == "letter" else t("Till och med"),
        "by": names.get(entry.by, entry.by) if entry.what in ("hold", "lifted", "instruction") else "",
        "planned": False,
    }


def _title(entry: Entry) -> tuple[str, str, str]:
    """Words, mark and step of the ramp (empty = a round mark: something that happened, not a stage)."""
    what, kind = entry.what, str(entry.kind)
    if what == "letter":
        _, mark, shade = words.LETTER_KINDS.get(kind, (kind, "envelope", "0"))
        state = entry.state if entry.state in ("sent", "voided") else "written"
        title = words.word(LETTERS[state], kind)
        return (title, "slash-circle", "") if state == "voided" else (title, mark, shade)
    if what == "stage":
        shade, mark, said = words.STAGES.get(kind, ("0", "circle", kind))
        return t("Skede: {stage}", stage=t(said)), mark, shade
    mark = MARKS.get(what, "circle")
    if what == "taken":
        return t("Tagen från kundreskontran"), mark, ""
    if what == "charge":
        return words.word(words.COMPONENTS, kind), mark, ""
    if what == "hold":
        return t("Vilar: {why}", why=words.word(words.HOLDS, kind)), mark, "hold"
    if what == "lifted":
        return t("Vilar inte längre: {why}", why=words.word(words.HOLDS, kind)), mark, ""
    if what == "payment":
        said = {"creditor": "Betalt direkt till er", "credit": "Krediterat"}.get(entry.state, "Inbetalt till kontot på brevet")
        return t(said), mark, ""
    if what == "booking":
        return words.word(ACCOUNTS, kind), mark, ""
    if what == "closed":
        return words.word(words.CLOSED, kind), mark, "closed"
    if what == "reopened":
        return t("Ärendet öppnat igen"), mark, ""
    if what == "instruction":
        return words.word(INSTRUCTIONS, kind), mark, ""
    if what == "change":
        return words.word(CHANGES, kind), mark, ""
    return (t("Fråga till er"), mark, "hold") if kind == "ask" else (t("Väntar"), "clock-history", "")


def _why(entry: Entry, group: Sequence[Entry]) -> dict[str, Any] | None:
    """One line of reasons: its words, the statute and the level that decided."""
    found = entry.finding
    if entry.what == "payment":
        if entry is not group[0]:
            # Interest that ran until the payment is booked with it, before the payment is divided.
            booked = (entry.amount_minor or 0) > 0 and found is not None
            return {"text": say(found), "source": found.source, "level": ""} if booked and found else None
        paid = [p for p in group if (p.amount_minor or 0) < 0]
        parts = ", ".join(f"{words.word(ACCOUNTS, str(p.kind)).lower()} {kronor(abs(p.amount_minor or 0))}" for p in paid)
        source = next((p.source for p in paid if p.source), None)
        return {"text": t("Fördelat på {parts}.", parts=parts), "source": source, "level": ""}
    if entry.text and entry.what in ("hold", "instruction"):
        text = say(Finding(Reason(entry.text))) if entry.text in set(Reason) else entry.text
        return {"text": text, "source": None, "level": ""}
    if found is None or (entry.what == "change" and not entry.text):
        return None
    return {"text": say(found), "source": entry.source or found.source, "level": str(found.level)}


def _amount(group: Sequence[Entry]) -> str:
    """A letter shows what it added to the debt, a payment all its parts together."""
    entry = group[0]
    if entry.what == "letter":
        added = [part for part in group if part.what == "charge"]
        return _signed(sum(part.amount_minor or 0 for part in added), added[0].currency) if added else ""
    if entry.what == "payment":
        return _signed(sum(min(part.amount_minor or 0, 0) for part in group), entry.currency)
    if entry.amount_minor is None:
        return ""
    if entry.what in ("charge", "booking"):
        return _signed(entry.amount_minor, entry.currency)
    return money_in_words(entry.amount_minor, entry.currency or "SEK")


def _signed(amount_minor: int, currency: str) -> str:
    sign = "+" if amount_minor > 0 else MINUS
    return f"{sign}{NO_BREAK_SPACE}{money_in_words(abs(amount_minor), currency or 'SEK')}"
