"""Who changed which setting, from what to what, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.html import strip_tags

from fordran.creditor_pages import words
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.history_rows import NEWEST, PLACES, HistoryFilter, every_change, tell
from fordran.creditor_pages.setting_words import full_names
from fordran.creditor_pages.sheets import Column, sheet_answer
from fordran.creditor_pages.tables import cut
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import number, t

MOST_IN_SHEET = 20_000


@creditor_page()
def history(request: PageRequest) -> HttpResponse:
    creditor = request.creditor
    wanted = HistoryFilter.read(request.GET)
    rows = wanted.rows(creditor.pk)
    actors = sorted(set(every_change(creditor.pk).order_by().values_list("actor", flat=True).distinct()[:100]))
    people = full_names(actors)
    if request.GET.get("as") == "xlsx":
        return _as_excel(request, wanted, rows, people)
    found = cut(rows, NEWEST, request.GET.get("after", ""))
    return page(
        request, "settings_history.html", wanted=wanted, found=found, told=tell(found.rows, people), total=rows.count(),
        people=[(actor, said_actor(actor, people)) for actor in actors],
        places=[(name, t(said)) for name, said in PLACES.items()],
    )  # fmt: skip


def said_actor(actor: str, people: dict[str, str]) -> str:
    """Who did it: a person's name, or what stood in for one."""
    return people.get(actor, actor)


def _as_excel(request: PageRequest, wanted: HistoryFilter, rows: Any, people: dict[str, str]) -> HttpResponse:
    columns = [
        Column(t("Dag"), "day", 12),
        Column(t("Klockan"), width=10),
        Column(t("Av"), width=24),
        Column(t("Sida"), width=24),
        Column(t("Kund eller klass"), width=24),
        Column(t("Vad"), width=40),
        Column(t("Från"), width=30),
        Column(t("Till"), width=30),
    ]
    about = [
        (t("Företag"), request.creditor.name),
        (t("Dag"), request.today),
        (t("Hämtad av"), request.user.get_full_name() or request.user.get_username()),
        (t("Sida"), words.word(PLACES, wanted.place) if wanted.place else "–"),
        (t("Person"), people.get(wanted.person, wanted.person) or "–"),
        (t("Antal ändringar"), number(rows.count())),
    ]
    return sheet_answer(name="historik", title=t("Historik"), about=about, columns=columns, rows=_lines(rows, people))


def _lines(rows: Any, people: dict[str, str]) -> Iterator[list[Any]]:
    """A line for each field that was changed."""
    for told in tell(rows.order_by("-id")[:MOST_IN_SHEET].iterator(chunk_size=1000), people):
        front = [told.on, f"{told.at.astimezone(timezone.get_current_timezone()):%H:%M}", told.by, told.place, told.key]
        if not told.changes:
            yield [*front, told.what, "", told.more]
        for name, old, new in told.changes:
            yield [*front, name, strip_tags(str(old)), strip_tags(str(new))]
