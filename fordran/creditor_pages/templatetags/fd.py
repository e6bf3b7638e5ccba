"""What templates need to write our words, sums, days and marks. Nothing here reads the database."""

from __future__ import annotations

from datetime import date

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from fordran.access.once import FIELD, new_key
from fordran.core.money import kronor as in_kronor
from fordran.core.money import money_in_words
from fordran.creditor_pages import help_text, words
from fordran.letters.slip import show_bankgiro

register = template.Library()


@register.simple_tag
def t(sentence: str, **values: object) -> SafeString:
    return words.t(sentence, **values)


@register.simple_tag
def tn(one: str, many: str, n: int, **values: object) -> SafeString:
    return words.tn(one, many, n, **values)


@register.simple_tag(takes_context=True)
def page_language(context: template.Context) -> str:
    return words.language()


@register.inclusion_tag("creditor_pages/parts/help.html", takes_context=True)
def help_panel(context: template.Context) -> dict[str, object]:
    """The guide's chapter for the page that is shown; nothing where the guide has none."""
    match = getattr(context.get("request"), "resolver_match", None)
    name = help_text.OF_PAGE.get(match.url_name or "") if match else None
    return {"chapter": help_text.chapter(name, words.language()) if name else None}


@register.simple_tag
def once() -> SafeString:
    """The form's own key, so that sending it twice does its work once (`access.once`)."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, new_key())


@register.filter
def word(key: str, table: str) -> str:
    """`{{ customer.kind|word:"KINDS_OF_DEBTOR" }}`"""
    return words.word(getattr(words, table), key or "")


@register.simple_tag
def icon(name: str) -> SafeString:
    """A mark beside a word; never read aloud, the word carries the meaning."""
    address = f"{static('vendor/icons.svg')}#{name}"
    return format_html('<i class="bi" aria-hidden="true"><svg><use href="{}"></use></svg></i>', address)


@register.filter
def kr(amount_minor: int | None, currency: str = "SEK") -> str:
    return "–" if amount_minor is None else money_in_words(int(amount_minor), currency)


@register.filter
def kronor(amount_minor: int | None) -> str:
    return "–" if amount_minor is None else in_kronor(int(amount_minor))


@register.filter
def whole_kronor(amount_minor: int | None) -> str:
    return words.whole_kronor(int(amount_minor or 0))


@register.filter
def number(n: int | None) -> str:
    return words.number(int(n or 0))


@register.filter
def day(on: date | None) -> SafeString:
    return words.day(on)


@register.filter
def bankgiro(digits: str) -> str:
    return show_bankgiro(digits)


@register.simple_tag
def stage(name: str, closed_cause: str = "") -> SafeString:
    """Square mark and word together, as the ramp wants it."""
    step, mark, said = words.STAGES.get(name, ("0", "circle", name))
    said = words.CLOSED.get(closed_cause, said) if name == "closed" else said
    return format_html('<span class="fd-stage fd-stage--{}">{}{}</span>', step, icon(mark), words.t(said))


@register.simple_tag
def hold(kind: str) -> SafeString:
    if not kind:
        return mark_safe("")
    return format_html('<span class="fd-hold">{}{}</span>', icon("pause-fill"), words.word(words.HOLDS, kind))


@register.simple_tag
def letter_kind(kind: str) -> SafeString:
    said, mark, step = words.LETTER_KINDS.get(kind, (kind, "envelope", "0"))
    return format_html('<span class="fd-stage fd-stage--{}">{}{}</span>', step, icon(mark), words.t(said))


@register.simple_tag
def payment_state(state: str, kind: str = "payment") -> SafeString:
    """What became of a payment, in a word with its mark; a payment that a person must look at has the dashed frame."""
    said, mark = words.PAYMENT_STATES.get(state, (state, "circle"))
    became = words.t(said)
    if kind != "payment":
        became = format_html("{}: {}", words.word(words.PAYMENT_KINDS, kind), became.lower())
    frame = "fd-hold" if state == "suspense" else "fd-verdict"
    return format_html('<span class="{}">{}{}</span>', frame, icon(mark), became)


@register.simple_tag
def order_state(state: str) -> SafeString:
    """How far a payment order has come, in a word with its mark; one that waits for a person has the dashed frame."""
    said, mark = words.ORDER_STATES.get(state, (state, "circle"))
    frame = "fd-hold" if state in ("proposed", "rejected", "returned") else "fd-verdict"
    return format_html('<span class="{}">{}{}</span>', frame, icon(mark), words.t(said))


_LADDER = {"generic": 0, "class": 1, "customer": 2}


@register.simple_tag
def level(name: str, key: str = "") -> SafeString:
    """Who set the value that decided: three steps, the filled one decided."""
    if not name or name == "none":
        return format_html('<span class="fd-src">{}</span>', words.t("Förval"))
    said = words.word(words.LEVELS, name) + (f" {key}" if key else "")
    if name not in _LADDER:
        return format_html('<span class="fd-src">{}{}</span>', icon("journal-text"), said)
    steps = "".join(f"<i{' class=on' if n == _LADDER[name] else ''}></i>" for n in range(3))
    ladder = mark_safe(f'<span class="fd-ladder" aria-hidden="true">{steps}</span>')  # noqa: S308
    return format_html('<span class="fd-src">{}{}</span>', ladder, said)


@register.simple_tag
def paragraph(act: str, section: str = "", url: str = "") -> SafeString:
    """The statute behind a sum, as a link when its page is known."""
    if not act:
        return mark_safe("")
    # Acts are known by their number; what they are about is said on the page of the law book.
    said = f"{act.partition(' om ')[0]} {section}".strip()
    if url:
        return format_html('<a class="fd-par" href="{}" rel="noreferrer">{}</a>', url, said)
    return format_html('<span class="fd-par">{}</span>', said)


@register.simple_tag(takes_context=True)
def here(context: template.Context, **changes: object) -> str:
    """The page's own address with some of its filters changed; an empty value takes a filter away."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    query.pop("after", None) if "after" not in changes else None
    return f"?{query.urlencode()}" if query else context["request"].path


@register.simple_tag(takes_context=True)
def drop(context: template.Context, name: str) -> str:
    """The page's own address without one of its filters."""
    return here(context, **{name: ""})


_LETTERS_IN_NUMBER = {
    "notice": ("avisering", "aviseringar"),
    "reminder": ("påminnelse", "påminnelser"),
    "demand": ("inkassokrav", "inkassokrav"),
    "residual": ("restkrav", "restkrav"),
    "confirmation": ("bekräftelse", "bekräftelser"),
}


@register.simple_tag
def letter_words(kind: str, n: int) -> SafeString:
    """`påminnelser` after a number."""
    one, many = _LETTERS_IN_NUMBER.get(kind, (kind, kind))
    return words.t(one if n == 1 else many)
