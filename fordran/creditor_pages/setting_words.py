"""The settings of a level in words: their names as the pages write them, and their values."""

from __future__ import annotations

from datetime import date
from typing import Any

from fordran.creditor_pages.words import t

FIELD_WORDS = {
    "days": "Antal dagar",
    "import_from": "Importera efter",
    "friendly_notice": "Vänlig avisering först",
    "notice_days": "Dagar från avisering till påminnelse",
    "pay_days": "Dagar att betala i påminnelsen",
    "demand_wait": "Bankdagar efter påminnelsens sista dag",
    "demand_days": "Dagar att betala i inkassokravet",
    "choice_wait": "Bankdagar efter kravets sista dag",
    "late_payment_compensation": "Förseningsersättning",
    "after_own_reminder": "När ni redan har påmint",
    "terms_agreed_from": "Påminnelseavgift avtalad från",
    "due_agreed": "Förfallodagen bestämd i förväg",
    "interest_text": "Räntetext på fakturan",
    "interest_rate": "Avtalad ränta, procent",
}
"""Fields of a settings level, in the order they are shown."""


def shown(name: str, value: Any) -> str:
    """A setting's value in words."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(t("Ja") if value else t("Nej"))
    if name == "after_own_reminder":
        return str(t("Inkassokrav") if value == "demand" else t("Påminnelse utan avgift"))
    if name == "demand_days" and value == 0:
        return str(t("så många som lagen kräver"))
    return value.isoformat() if isinstance(value, date) else str(value)
