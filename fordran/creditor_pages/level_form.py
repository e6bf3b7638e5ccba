"""The form of one customer's or class's own settings: an empty field inherits, and beside it stands what it would inherit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.html import strip_tags

from fordran.core.money import kronor, money_in_words
from fordran.creditor_pages.fields import Wrong, read_day, read_limit, read_percent, read_whole, say_day
from fordran.creditor_pages.setting_words import field_words, value_words
from fordran.creditor_pages.words import t
from fordran.creditors.filter_form import MOST_DAYS, MOST_WAIT
from fordran.creditors.levels import FIRST, REST, Resolved
from fordran.process.policy import Layer, Limits

DAYS_OF = ("import_from", "terms_agreed_from")
YES_NO = ("friendly_notice", "late_payment_compensation", "due_agreed", "interest_text")
HINTS = {
    "days": "Dagar efter förfallodagen.",
    "import_from": "Fakturor med förfallodag det här datumet eller senare tas med.",
}


@dataclass(slots=True)
class Box:
    """One field as the page shows it."""

    name: str
    kind: str  # days, day, sum, yes-no, choice, number, rate
    value: str = ""
    error: str = ""
    inherits: str = ""
    from_level: str = ""
    now: str = ""  # what somebody else has stored meanwhile; "" = the same

    @property
    def label(self) -> str:
        return field_words(self.name).partition(",")[0] if self.name.startswith("limits.") else field_words(self.name)

    @property
    def id(self) -> str:
        return self.name.replace(".", "-")

    @property
    def error_id(self) -> str:
        return f"f-{self.id}"

    @property
    def plain_inherits(self) -> str:
        """For a placeholder: without the marks of a day and the unit that stands beside, and nothing that has no room."""
        text = strip_tags(self.inherits).removesuffix(f"\u00a0{self.unit}").removesuffix(f" {self.unit}")
        return text if len(text) <= 14 else ""

    @property
    def hint(self) -> str:
        return str(t(HINTS[self.name])) if self.name in HINTS else ""

    @property
    def unit(self) -> str:
        return "kr" if self.name.startswith("limits.SEK.") else self.name.split(".")[1] if self.kind == "sum" else ""

    @property
    def echo(self) -> str:
        """A day as it was understood, with its weekday."""
        if self.kind != "day" or not self.value or self.error:
            return ""
        try:
            return say_day(read_day(self.value))
        except Wrong:
            return ""


@dataclass(slots=True)
class LevelForm:
    boxes: dict[str, Box]
    currencies: list[str]
    values: dict[str, object] = field(default_factory=dict)
    cards: dict[str, Limits | None] = field(default_factory=dict)

    def layer(self) -> Layer:
        """The level as if it had these values."""
        limits = {currency: card for currency, card in self.cards.items() if card is not None}
        return Layer(limits=limits, **self.values)  # type: ignore[arg-type]

    @property
    def first(self) -> list[Box]:
        return [self.boxes[name] for name in FIRST]

    @property
    def money(self) -> list[tuple[str, Box, Box]]:
        return [(c, self.boxes[f"limits.{c}.min"], self.boxes[f"limits.{c}.max"]) for c in self.currencies]

    @property
    def rest(self) -> list[Box]:
        return [self.boxes[name] for name in REST]

    @property
    def rest_is_open(self) -> bool:
        return any(box.value or box.error or box.now for box in self.rest)

    @property
    def errors(self) -> list[tuple[str, str]]:
        return [(box.id, box.error) for box in self.boxes.values() if box.error]

    @property
    def is_empty(self) -> bool:
        return not any(box.value.strip() for box in self.boxes.values())


def blank(inherited: Iterable[Resolved], own: Mapping[str, object], currencies: Iterable[str]) -> LevelForm:
    """The form with the level's own values in it, and beside each field what it inherits."""
    order = sorted({"SEK", *currencies}, key=lambda c: (c != "SEK", c))
    names = [*FIRST, *(f"limits.{c}.{end}" for c in order for end in ("min", "max")), *REST]
    above = {one.field: one for one in inherited}
    boxes = {}
    for name in names:
        box = boxes[name] = Box(name, _kind(name), _typed(name, own.get(name)))
        if (found := above.get(name)) is not None and found.value is not None:
            box.inherits, box.from_level = value_words(name, found.value), str(found.level)
        else:
            box.inherits = t("ingen gräns") if box.kind == "sum" else t("inget")
    form = LevelForm(boxes, order, {name: own.get(name) for name in (*FIRST, *REST)})
    for currency in order:
        ends = (own.get(f"limits.{currency}.min"), own.get(f"limits.{currency}.max"))
        form.cards[currency] = None if ends == (None, None) else Limits(*ends)  # type: ignore[arg-type]
    return form


def read(form: LevelForm, typed: Mapping[str, str], least: Mapping[str, int]) -> None:
    """What the person wrote into the form: its values, or a sentence at each field that cannot be."""
    for name, box in form.boxes.items():
        box.value = typed.get(name, "").strip()
        box.error = ""
        value: object = None
        if box.value:
            try:
                value = _read(box, least)
            except Wrong as wrong:
                box.error = str(wrong)
        if not name.startswith("limits."):
            form.values[name] = value
    for currency, low, high in form.money:
        ends = [None if box.error or not box.value else read_limit(box.value) for box in (low, high)]
        form.cards[currency] = Limits(*ends) if low.value or high.value else None
        if ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
            a, b = money_in_words(ends[0], currency), money_in_words(ends[1], currency)
            low.error = str(t("Lägsta belopp ({a}) är högre än högsta ({b}).", a=a, b=b))


def show_clash(form: LevelForm, stored: Mapping[str, object]) -> None:
    """Beside each field that differs: what stands there now."""
    for name, box in form.boxes.items():
        now = _typed(name, stored.get(name))
        if now != box.value and _same(name, now) != _same(name, box.value):
            box.now = value_words(name, stored.get(name)) if name in stored else t("inget eget värde")


def _same(name: str, text: str) -> str:
    return "".join(text.split()).removesuffix("kr").replace(",00", "")


def _kind(name: str) -> str:
    if name.startswith("limits."):
        return "sum"
    if name in DAYS_OF:
        return "day"
    if name in YES_NO:
        return "yes-no"
    return {"after_own_reminder": "choice", "interest_rate": "rate", "days": "days"}.get(name, "number")


def _typed(name: str, value: object) -> str:
    """As a person would write the stored value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f").replace(".", ",")
    if name.startswith("limits.") and isinstance(value, int):
        return kronor(value).removesuffix(",00")
    return str(value)


def _read(box: Box, least: Mapping[str, int]) -> object:
    if box.kind == "day":
        return read_day(box.value)
    if box.kind == "sum":
        return read_limit(box.value)
    if box.kind == "yes-no":
        return box.value == "yes"
    if box.kind == "choice":
        return "demand" if box.value == "demand" else "reminder"
    if box.kind == "rate":
        return read_percent(box.value)
    return _whole(box, least.get(box.name, 0))


def _whole(box: Box, least: int) -> int:
    if box.kind == "days":
        return read_whole(box.value, least=0, most=MOST_DAYS, wrong=str(t("Antal dagar ska vara ett helt tal från 0.")))
    if box.name == "demand_days" and box.value == "0":
        return 0  # as many as the law asks
    wrong = str(t("Skriv ett helt tal från {least} till {most}.", least=least, most=MOST_WAIT))
    return read_whole(box.value, least=least, most=MOST_WAIT, wrong=wrong)
