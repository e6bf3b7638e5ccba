"""The settings of a level in words: their names as the pages write them, and their values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils.safestring import SafeString

from fordran.core.money import money_in_words
from fordran.creditor_pages import words
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


_ENDS = {"min": "Lägsta tillåtna belopp", "max": "Högsta tillåtna belopp"}


MACHINES = {
    "first reading": "Första läsningen",
    "settings file": "Inställningsfil",
    "command line": "Kommandoraden",
    "demonstration": "Övningen",
    "sign-in": "Inloggningen",
}
"""What did something when no person did."""


def full_names(usernames: Iterable[str]) -> dict[str, str]:
    """Account name -> the person's own, where there is one; what is no person by its word."""
    usernames = list(usernames)
    people = User.objects.filter(username__in={name for name in usernames if name})
    machines = {name: str(t(MACHINES[name])) for name in usernames if name in MACHINES}
    return machines | {user.username: user.get_full_name() or user.username for user in people}


def field_words(field: str) -> str:
    """`days` or `limits.SEK.min` in the visitor's language; an unknown field stands as it is."""
    if field.startswith("limits."):
        _, currency, *end = field.split(".")
        return f"{t(_ENDS[end[0]])}, {currency}" if end and end[0] in _ENDS else f"{t('Kort för valuta')} {currency}"
    return words.word(FIELD_WORDS, field)


def value_words(field: str, value: object) -> str | SafeString:
    """A setting's value in words; a dash when it is not set."""
    if value is None:
        return "–"
    if field.startswith("limits.") and isinstance(value, int) and not isinstance(value, bool):
        return money_in_words(value, field.split(".")[1])
    if isinstance(value, date):
        return words.day(value)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f").replace(".", "," if words.language() == "sv" else ".")
    return shown(field, value)
