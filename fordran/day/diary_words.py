"""A diary as dated lines, in Swedish or English."""

from __future__ import annotations

from typing import Any

from fordran.core.money import plain_kronor

_WORDS = {
    "sv": {
        "taken": "tas", "passed_over": "tas inte", "letter": "brev", "charge": "kostnad", "booking": "bokfört", "stage": "skede",
        "hold": "vilar", "waits": "väntar", "closed": "avslutas", "case": "ärende", "invoice": "faktura",
        "last_day": "betala senast",
        "cases": "Ärendena efteråt", "no_cases": "Inget ärende öppnades.", "creditor": "borgenären", "next": "härnäst",
        "capital": "kapital", "interest": "ränta", "costs": "kostnader",
        "notice": "vänlig avisering", "reminder": "påminnelse", "demand": "inkassokrav", "residual": "restkrav",
        "confirmation": "bekräftelse", "instalment-plan": "avbetalningsplan", "late-payment": "förseningsersättning",
        "reminder_cost": "påminnelsekostnad", "demand_cost": "kravkostnad", "plan_cost": "plankostnad",
        "compensation": "förseningsersättning", "own_bank": "eget bankkonto", "client_bank": "klientmedelskonto",
        "refunds": "att betala tillbaka", "rounding": "öresutjämning", "received": "borgenärens pengar",
        "payable": "borgenärens pengar", "suspense": "en person ser på det", "waiting": "på ett ärende",
        "open": "öppet", "noticed": "aviserat", "reminded": "påmint", "demanded": "krävt",
        "awaiting_creditor": "väntar på borgenären", "payment_order": "betalningsföreläggande", "surveillance": "bevakning",
        "closed_stage": "avslutat", "generic": "generell", "class": "klass", "customer": "kund",
        "law": "lag", "none": "grundvärde",
        "ask": "en person måste svara", "dispute": "tvist", "respite": "anstånd", "plan": "avbetalningsplan",
        "deceased": "avliden", "bankrupt": "konkurs", "unknown-address": "okänd adress", "gone": "saknas i reskontran",
        "question": "en fråga", "stopped": "stoppad", "manual": "för hand", "excluded": "undantagen",
        "left-alone": "lämnas i fred", "other-agency": "hos annan", "held-in-erp": "pausad i affärssystemet",
        "direct-debit": "autogiro",
        "await-creditor": "borgenären väljer", "payment-order": "betalningsföreläggande",
    },
    "en": {
        "taken": "taken", "passed_over": "passed over", "letter": "letter", "charge": "cost", "booking": "booked",
        "stage": "stage",
        "hold": "rests", "waits": "waits", "closed": "closed", "case": "case", "invoice": "invoice", "last_day": "pay by",
        "cases": "The cases afterwards", "no_cases": "No case was opened.", "creditor": "the creditor", "next": "next",
        "closed_stage": "closed", "none": "default", "own_bank": "own bank",
        "client_bank": "client bank", "refunds": "to pay back", "received": "the creditor's money",
        "payable": "the creditor's money", "suspense": "a person looks at it", "waiting": "for a case",
        "reminder_cost": "reminder cost", "demand_cost": "demand cost", "plan_cost": "plan cost",
        "payment_order": "payment order",
        "awaiting_creditor": "awaits the creditor", "ask": "a person must answer",
    },
}  # fmt: skip


def in_words(diary: list[dict[str, Any]], cases: list[dict[str, Any]], language: str) -> str:
    """A line a day and invoice, and under it what happened; amounts in kronor with a point."""
    words = _WORDS[language]
    lines: list[str] = []
    place: tuple[Any, ...] = ()
    for row in diary:
        here = (row["on"], row["case"], row["invoice"])
        if here != place:
            about = ", ".join(p for p in (f"{words['case']} {row['case']}" if row["case"] else "",
                                          f"{words['invoice']} {row['invoice']}" if row["invoice"] else "") if p)  # fmt: skip
            lines += ([""] if lines else []) + [f"{row['on']}  {about or words['creditor']}"]
            place = here
        amount = _sum(row["amount_minor"], row["currency"])
        last = f"  {words['last_day']} {row['last_day']}" if row["last_day"] and row["what"] == "letter" else ""
        kind = "" if row["what"] == "closed" else words.get(row["kind"], row["kind"])
        head = f"  {words[row['what']]:<11} {kind:<22} {amount:>14}{last}".rstrip()
        source = f" [{row['source']}]" if row["source"] else ""
        lines.append(head)
        lines.append(f"    {row['because']}{source}".rstrip())
    lines += ["", words["cases"] if cases else words["no_cases"]]
    for case in cases:
        stage = words.get("closed_stage" if case["stage"] == "closed" else case["stage"], case["stage"])
        why = case["cause"] or case["held"] or case["reason"]
        sums = ", ".join(
            f"{words.get(part, part)} {_sum(case[f'{part}_minor'], 'SEK' if part == 'costs' else case['currency'])}"
            for part in ("capital", "interest", "costs")
        )
        step = words.get(case["next"], case["next"])
        ahead = f"; {words['next']} {step} {case['next_on'] or ''}".rstrip() if step else ""
        lines.append(f"  {case['case']}  {words['invoice']} {case['invoice']}: {stage} ({why}); {sums}{ahead}")
    return "\n".join(lines)


def _sum(minor: int | None, currency: str) -> str:
    return "" if minor is None else f"{plain_kronor(minor)} {currency}"
