"""The frame of the pages above the companies: Home, the list of companies, who may do what."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from fordran.access.roles import organisations_of
from fordran.creditor_pages.tenancy import legal_day
from fordran.creditor_pages.words import t


def house_page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page of a signed-in person, in the frame above the companies. One statement of its own."""
    run = context.pop("run", None)
    run = organisations_of(request.user.pk or 0) if run is None else run
    frame = {"menu": _menu(request, run), "demo": settings.DEMO, "today": legal_day(), "run": run}
    return render(request, f"creditor_pages/{template}", {**frame, **context}, status=status)


def at(name: str, *parts: object) -> str:
    """The address of a page by its name; empty while there is no such page."""
    try:
        return reverse(name, args=parts)
    except NoReverseMatch:
        return ""


def _menu(request: HttpRequest, run: list[Any]) -> list[dict[str, Any]]:
    """`run`: the organisations that the person is Customer Administrator of."""
    rows = [("home-tiles", "house", t("Hem"), at("home-tiles")), ("companies", "building", t("Välj bolaget"), at("companies"))]
    for one in run:
        word = t("Nya Admin") if len(run) == 1 else t("Nya Admin, {name}", name=one.name)
        rows.append(("people", "people", word, at("people", one.pk)))
    rows.append(("account", "person-gear", t("Din inloggning"), at("account")))
    match = request.resolver_match
    name = match.url_name or "" if match else ""
    current = "home-tiles" if name == "home" else name.partition("-")[0] if name.startswith("people-") else name
    here = match.kwargs.get("organisation_id") if match else None
    return [
        {
            "icon": icon, "word": word, "href": href,
            "current": key == current and (key != "people" or href == at("people", here)),
        }
        for key, icon, word, href in rows if href
    ]  # fmt: skip
