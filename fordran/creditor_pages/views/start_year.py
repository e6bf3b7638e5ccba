"""Try on last year: the same settings lived through on the year that has been."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from fordran.creditor_pages import words
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.plots import Series, columns
from fordran.creditor_pages.reckonings import begin_anew
from fordran.creditor_pages.sheets import Column, sheet_answer
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.views.start_preview import letters_in_words
from fordran.creditor_pages.words import t
from fordran.onboarding.basis import basis_of
from fordran.onboarding.kept_preview import latest
from fordran.onboarding.last_year import SOON_DAYS
from fordran.onboarding.models import Reckoning
from fordran.onboarding.reckoning import is_under_way

KINDS = (("notice", "1"), ("reminder", "2"), ("demand", "3"), ("residual", "5"))
"""Kinds of letters, and the step of the ramp that fills their part of a column."""


@creditor_page()
def year(request: PageRequest) -> HttpResponse:
    row = latest(request.creditor, "year")
    if row is None or row.state != "done":
        return page(request, "start_year.html", row=row, under_way=row is not None and is_under_way(row), sums=None)
    kinds = [(kind, shade) for kind, shade in KINDS if row.sums["letters"]["kinds"].get(kind)]
    if request.GET.get("as") == "xlsx":
        return _as_excel(request, row, kinds)
    return page(
        request, "start_year.html", row=row, under_way=False, sums=row.sums, fresh=row.basis == basis_of(request.creditor),
        kinds=letters_in_words([(kind, row.sums["letters"]["kinds"][kind]) for kind, _ in kinds]), soon_days=SOON_DAYS,
        plot=_plot(row.sums["months"], kinds), heads=[words.word(words.NEXT_KINDS, kind) for kind, _ in kinds],
        soon_percent=round(100 * row.sums["soon"] / row.sums["written_to"]) if row.sums["written_to"] else 0,
        months=[{"name": name, "row": [m["letters"].get(kind, 0) for kind, _ in kinds], **m} for name, m in row.sums["months"]],
    )  # fmt: skip


def _plot(months: list[Any], kinds: list[tuple[str, str]]) -> dict[str, Any]:
    names = [name[2:] for name, _ in months]
    series = [
        Series(words.word(words.NEXT_KINDS, kind), shade, [month["letters"].get(kind, 0) for _, month in months])
        for kind, shade in kinds
    ]
    label = t("Brev per månad")
    return {
        "wide": columns(names=names, series=series, width=1240, label=label),
        "narrow": columns(names=names, series=series, width=326, label=label, last=6),
        "series": series,
    }  # fmt: skip


@require_POST
@creditor_page("work")
def again(request: PageRequest) -> HttpResponse:
    return begin_anew(request, "year")


def _as_excel(request: PageRequest, row: Reckoning, kinds: list[tuple[str, str]]) -> HttpResponse:
    columns_ = [Column(t("Månad"), width=10), Column(t("Tagna fakturor"), "number"),
                *(Column(words.word(words.NEXT_KINDS, kind), "number") for kind, _ in kinds),
                Column(t("Läggs på skulden"), "money"), Column(t("Betalt i ärendena"), "money")]  # fmt: skip
    about = [
        (t("Företag"), request.creditor.name),
        (t("Räknat för"), row.on),
        (t("Hämtad av"), request.user.get_full_name() or request.user.get_username()),
    ]
    rows = [
        [name, m["taken"], *(m["letters"].get(kind, 0) for kind, _ in kinds), m["costs_minor"], m["received_minor"]]
        for name, m in row.sums["months"]
    ]
    return sheet_answer(name="forra-aret", title=t("Prova på förra året"), about=about, columns=columns_, rows=rows)
