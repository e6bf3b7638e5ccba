"""Borgenär: how the creditor is presented in letters, and where its money comes. One press saves the whole page."""

from __future__ import annotations

import base64
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fordran.access.once import once
from fordran.access.roles import who_can_give
from fordran.core.problems import Refused
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.profile_rows import CARDS, Row, Shown, errors_of, stored_as_typed, typed_of, understood
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import ACCOUNT_KINDS, language, t
from fordran.creditors import accounts, origins, profile_form
from fordran.creditors.history import record_change
from fordran.creditors.logo import MOST_BYTES, TOO_LARGE, read_logo
from fordran.creditors.models import Creditor
from fordran.creditors.profile_form import DEBT, Changed
from fordran.day.asking import ask_company
from fordran.day.world import label_of
from fordran.erp.connections import connection_of
from fordran.invoices.models import Invoice
from fordran.onboarding.steps import missing
from fordran.payouts.second_person import tell
from fordran.payouts.terms import plan_of
from fordran.ports.errors import PortError

PLACES = {
    "creditor.debt_description": DEBT,
    "account": "account.bankgiro",
    "payout": "account.bankgiro",
    "address.sender": "address.sender.street",
}
"""What is missing -> the field where it is put in."""

SCHEDULES = {"daily": "Varje bankdag", "weekly": "En gång i veckan", "monthly": "En gång i månaden"}


@transaction.non_atomic_requests
def creditor(request: HttpRequest, organisation_number: str) -> HttpResponse:
    """Read by whoever may read, changed by whoever may work. An ERP is asked between two transactions, not within one."""
    if request.method != "POST":
        with transaction.atomic():
            return opened(request, organisation_number)
    told: dict[str, Any] = {}
    if "fetch" in request.POST:
        with transaction.atomic():
            answer = may_fetch(request, organisation_number)
        if answer.status_code != HTTPStatus.NO_CONTENT:
            return answer
        try:
            told["company"] = ask_company(Creditor.objects.get(organisation_number=organisation_number))
        except (PortError, Refused):
            told["away"] = True
    with transaction.atomic():
        return changed(request, organisation_number, told=told)


@creditor_page()
def opened(request: PageRequest) -> HttpResponse:
    return _shown(request, stored_as_typed(request.creditor))


@creditor_page("work")
def may_fetch(request: PageRequest) -> HttpResponse:
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@creditor_page("work")
def changed(request: PageRequest, told: dict[str, Any]) -> HttpResponse:
    with once(request) as use:
        if use.answer:
            return redirect(use.answer)
        answer = _done(request, told)
        if answer.status_code == 302:
            use.answer = answer["Location"]
    return answer


def _done(request: PageRequest, told: dict[str, Any]) -> HttpResponse:
    creditor = request.creditor
    typed = typed_of(creditor, request.POST)
    if "fetch" in request.POST:
        return _fetched(request, typed, request.POST["fetch"], told)
    wanted = request.POST.get("use", "")
    if wanted in typed:
        known = origins.origins(creditor).get(wanted)
        typed[wanted] = known.fetched if known else typed[wanted]
    return _saved(request, typed)


def _saved(request: PageRequest, typed: dict[str, str]) -> HttpResponse:
    creditor, by = request.creditor, request.user.get_username()
    form, errors = _read(creditor, typed)
    picture, wrong = _picture(request)
    errors += wrong
    if form is None or errors:
        return _shown(request, typed, errors=errors, status=422)
    try:
        with transaction.atomic():
            saved = profile_form.save(creditor, form, version=_version(request), by=by, today=request.today)
            drawn = _store_picture(creditor, picture, request)
    except Changed as clash:
        return _clashed(request, typed, form, clash.creditor)
    except Refused as refused:
        return _shown(request, typed, errors=errors_of(refused), status=422)
    _say(request, saved, drawn)
    for row in saved.proposed:
        transaction.on_commit(partial(tell, creditor, row, "proposed", by=by, today=request.today))
    waits = bool(saved.proposed)
    return redirect("payout-accounts" if waits else "creditor", creditor.organisation_number)


def _read(creditor: Creditor, typed: dict[str, str]) -> tuple[profile_form.Read | None, list[tuple[str, str]]]:
    try:
        return profile_form.read(creditor, typed), []
    except Refused as refused:
        return None, errors_of(refused)


def _version(request: PageRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _picture(request: PageRequest) -> tuple[bytes | None, list[tuple[str, str]]]:
    """The logo that was sent, drawn anew; b"" = take it away; None = as it is."""
    if request.POST.get("remove_logo"):
        return b"", []
    sent = request.FILES.get("logo")
    if sent is None:
        return None, []
    try:
        if (sent.size or 0) > MOST_BYTES:
            raise Refused(TOO_LARGE, "logo")
        return read_logo(sent.read()), []
    except Refused as refused:
        return None, errors_of(refused)


def _store_picture(creditor: Creditor, picture: bytes | None, request: PageRequest) -> bool:
    """True when the logo is another one now."""
    if picture is None or (creditor.logo is not None and bytes(creditor.logo) == picture) or (not picture and not creditor.logo):
        return False
    Creditor.objects.filter(pk=creditor.pk).update(logo=picture or None)
    changes = {"logo": ("yes" if creditor.logo else None, "yes" if picture else None)}
    if not record_change(creditor, request.today, request.user.get_username(), "creditor", changes):
        record_change(creditor, request.today, request.user.get_username(), "creditor", {"logo": ("yes", "another")})
    return True


def _say(request: PageRequest, saved: profile_form.Saved, drawn: bool) -> None:
    if not saved.changed and not drawn:
        messages.info(request, t("Inget är ändrat. Uppgifterna är som förut."))
        return
    creditor = request.creditor
    creditor.refresh_from_db()
    if creditor.active:
        messages.success(request, t("Uppgifterna är sparade och gäller från nästa brev."))
    else:
        messages.success(request, t("Uppgifterna är sparade och gäller från första brevet."))
    for row in saved.proposed:
        now = accounts.standings(creditor)[row.kind].now
        messages.warning(request, _proposed(accounts.said(row.kind, now) if now else _first_account(creditor)))
    for kind in saved.kept:
        now = accounts.standings(creditor)[kind].now
        messages.warning(request, t("{account} står kvar tills ett annat konto är godkänt.", account=accounts.said(kind, now)))


def _proposed(old: str) -> str:
    if not old:
        return t("Utbetalningskontot måste godkännas av en person till innan pengar går dit.")
    return t("Ett nytt utbetalningskonto måste godkännas av en person till. Till dess går pengarna till {account}.", account=old)


def _first_account(creditor: Creditor) -> str:
    """Where money comes now, whatever kind of account; "" = nowhere."""
    found = accounts.standings(creditor).values()
    return next((accounts.said(one.kind, one.now) for one in sorted(found, key=lambda o: not o.preferred) if one.now), "")


def _clashed(request: PageRequest, typed: dict[str, str], form: profile_form.Read, now: Creditor) -> HttpResponse:
    """Somebody else was first: nothing is saved, and both values stand side by side."""
    request.creditor = now
    stored, said = stored_as_typed(now), understood(form)
    clashes = {name: value for name, value in stored.items() if name != "preferred" and value != said.get(name, value)}
    return _shown(request, typed | said, clashes=clashes, clashed=True, status=409)


def _fetched(request: PageRequest, typed: dict[str, str], kind: str, told: dict[str, Any]) -> HttpResponse:
    """Take over what the ERP said of one address, or all. What was typed and not saved stays in the fields."""
    creditor, by = request.creditor, request.user.get_username()
    kinds = origins.ADDRESSES if kind == "all" else tuple(one for one in origins.ADDRESSES if one == kind)
    before = stored_as_typed(creditor)
    unsaved = {name: value for name, value in typed.items() if value.strip() != before.get(name, "")}
    if told.get("away"):
        said = t("Vi når inte {erp} just nu. Det du har skrivit är kvar. Försök igen om en stund.", erp=_erp_name(creditor))
        return _shown(request, before | unsaved, notice=said, status=503)
    company = told["company"]
    if company is None or not kinds:
        return redirect("creditor", creditor.organisation_number)
    with transaction.atomic():
        profile_form.fetch(creditor, company, by=by, today=request.today, kinds=kinds)
    if not unsaved:
        messages.success(request, t("Hämtat från {erp}. Det du själv har ändrat står kvar.", erp=_erp_name(creditor)))
        return redirect(reverse("creditor", args=[creditor.organisation_number]))
    creditor.refresh_from_db()
    said = t("Hämtat från {erp}. Det du har skrivit är inte sparat än.", erp=_erp_name(creditor))
    return _shown(request, stored_as_typed(creditor) | unsaved, notice=said, fetched=True)


def _erp_name(creditor: Creditor) -> str:
    """What people call the creditor's ERP; "" where none is connected."""
    known = connection_of(creditor)
    return label_of(known.connector).removesuffix(" ERP") if known is not None else ""


def _shown(
    request: PageRequest, values: dict[str, str], *, errors: list[tuple[str, str]] | None = None,
    clashes: dict[str, str] | None = None, status: int = 200, **more: Any,
) -> HttpResponse:  # fmt: skip
    creditor, error_of = request.creditor, dict(errors or [])
    erp = _erp_name(creditor)
    money_to = _first_account(creditor)
    form = Shown(creditor, erp, values, error_of, clashes or {}, values.get("preferred", ""), money_to)
    standings = accounts.standings(creditor)
    context = {
        "erp": erp, "money_to": money_to, "errors": errors or [], "error_of": error_of, "lacks": _lacks(request),
        "debt": form.row(DEBT), "accounts": [form.account(standings[kind]) for kind in profile_form.account_kinds(creditor)],
        "addresses": _addresses(creditor, form), "contact": [form.row(f"contact.{p}") for p in ("name", "phone", "email")],
        "at_once": accounts.at_once(creditor), "fetched_on": origins.last_fetched(creditor),
        "waiting": any(one.proposed for one in standings.values()), "sample": _samples(creditor),
        "logo": base64.b64encode(bytes(creditor.logo)).decode() if creditor.logo else "",
        "schedule": t(SCHEDULES[plan_of(creditor).schedule.kind]) if creditor.mode == "agency" else "",
        "office_accounts": _office_accounts(creditor), "most_debt": profile_form.LONGEST_DEBT,
    }  # fmt: skip
    if request.role == "read":
        context["can_give"] = ", ".join(who_can_give(creditor, request.today)[:3])
    return page(request, "settings_creditor.html", status, **context, **more)


def _lacks(request: PageRequest) -> list[tuple[str, str]]:
    """(field to go to, sentence) of what must be put in here before activation."""
    found = [one for one in missing(request.creditor, request.today) if one.page == "creditor"]
    return [(PLACES.get(one.field, ""), one.swedish if language() == "sv" else one.english) for one in found]


def _addresses(creditor: Creditor, form: Shown) -> list[dict[str, Any]]:
    fields = profile_form.text_fields(creditor)
    values = origins.stored_values(creditor)
    cards = []
    for kind, title in CARDS.items():
        names = [name for name in fields if name.startswith(f"address.{kind}.")]
        rows: list[Row] = [form.row(name) for name in names]
        country = values[f"address.{kind}.country"]
        cards.append({
            "kind": kind, "title": t(title), "rows": rows, "country": country if country not in ("", "SE") else "",
            "lines": [values[f"address.{kind}.{part}"] for part in ("street", "postcode", "town")],
        })  # fmt: skip
    return cards


def _office_accounts(creditor: Creditor) -> list[tuple[str, str]]:
    """Agency mode: the office's account that stands on the slip."""
    if creditor.mode != "agency":
        return []
    found = [(kind, getattr(creditor, kind)) for kind in accounts.PRINTED]
    return [(t(ACCOUNT_KINDS[kind]), accounts.said(kind, number)) for kind, number in found if number]


def _samples(creditor: Creditor) -> dict[str, Any]:
    """A real invoice that has a text of its own, and one that has none."""
    open_ones = Invoice.objects.filter(creditor=creditor, kind="invoice", open_minor__gt=0).order_by("-due_on", "-id")
    return {"own": open_ones.exclude(text="").first(), "without": open_ones.filter(text="").first()}
