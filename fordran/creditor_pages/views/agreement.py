"""The agreement: read, accepted, signed with BankID, fetched with its evidence. Open before anything else of a company is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET, require_POST

from fordran.access.once import once
from fordran.access.roles import roles_of, who_can_give
from fordran.agreements import accept, bundle, documents, orders
from fordran.agreements.accept import NEEDS, PURPOSE, Choice
from fordran.agreements.documents import Parties, Text
from fordran.agreements.models import Acceptance, SigningOrder
from fordran.agreements.orders import Desk, NotStarted, NotYours
from fordran.agreements.standing import Standing, standings
from fordran.audit.record import record_event
from fordran.core.problems import Refused
from fordran.creditor_pages.bankid import Panel, panel, return_url, visitor_of, why_not_started
from fordran.creditor_pages.first_reading import start_reading
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.markdown import as_html
from fordran.creditor_pages.tenancy import PageRequest, creditor_page, legal_day, see_only
from fordran.creditor_pages.views.bankid import FINISHERS
from fordran.creditor_pages.words import language, t
from fordran.creditors.models import Creditor
from fordran.day.world import signing


@dataclass(frozen=True, slots=True)
class Shown:
    """The document on the page: the one that is accepted, or the one that is to be."""

    text: Text
    title: str
    parties: str
    html: SafeString
    sha256: str
    pdf: bytes
    translated: bool

    @property
    def grouped(self) -> str:
        """The fingerprint in groups of four, to be compared by eye."""
        return " ".join(self.sha256[i : i + 4] for i in range(0, len(self.sha256), 4))


@creditor_page(before_agreement=True)
@require_GET
def agreement(request: PageRequest) -> HttpResponse:
    desk = signing()
    if desk is not None:
        accept.finish_waiting(desk, request.creditor, request.today)
    if request.role != "read":
        start_reading(request.creditor, request.today)  # begins once the agreement is accepted, and not before
    return _page(request)


@creditor_page(before_agreement=True)
@require_GET
def document(request: PageRequest) -> HttpResponse:
    """To read, and to close."""
    found = _standing(request)
    return page(
        request, "agreement_document.html", shown=_shown(request.creditor, found, request), menu_locked=found.state == "to_sign"
    )


@creditor_page(before_agreement=True)
@require_GET
def document_pdf(request: PageRequest) -> HttpResponse:
    shown = _shown(request.creditor, _standing(request), request)
    return _file(shown.pdf, "application/pdf", f"{shown.text.kind}-{shown.text.version}.pdf", inline=True)


@creditor_page("work", before_agreement=True)
@require_GET
def evidence(request: PageRequest) -> HttpResponse:
    """The accepted agreement with its evidence. It names a person, so that fetching it is written down."""
    found = _latest(request.creditor)
    if found is None:
        raise Http404
    desk = signing()
    content = bundle.as_file(bundle.kept_of(found), desk.signing if desk else None)
    record_event(request.creditor.pk, request.today, request.user.get_username(), "agreement_evidence_fetched", found.reference)
    return _file(content, "application/zip", f"{request.creditor.organisation_number}-{found.kind}-{found.version}.zip")


@creditor_page(NEEDS, before_agreement=True)
@require_POST
def accept_now(request: PageRequest) -> HttpResponse:
    """In own collection it is accepted; with an office BankID comes next."""
    org, user = request.creditor.organisation_number, request.user
    stated = request.POST.get("stated") == "1"
    choice = Choice(request.POST.get("sha256", ""), _statement(request.creditor), stated)
    with once(request) as use:
        if use.answer:
            return redirect(use.answer)
        try:
            if request.creditor.mode == "own":
                accept.accept_plainly(request.creditor, user, choice, request.today)
                use.answer = reverse("agreement", args=[org])
            else:
                use.answer = _ask(request, choice)
        except Refused as refused:
            fields = {problem.field for problem in refused.problems}
            return redirect("agreement", org) if "state" in fields else _page(request, fields=fields, stated=stated)
        except NotStarted as error:
            desk = signing()
            assert desk is not None
            return _page(request, stated=stated, error=why_not_started(desk, error))
    return redirect(use.answer)


@creditor_page(NEEDS, before_agreement=True)
@require_GET
def sign(request: PageRequest, order_id: uuid.UUID) -> HttpResponse:
    """The page of an order under way. A stranger's, or another company's, is not there."""
    desk = signing()
    try:
        order = orders.own(order_id, visitor_of(request))
    except NotYours:
        return _of_another_session(request, order_id)
    if desk is None or order.purpose != PURPOSE or order.about != request.creditor.pk:
        raise Http404
    if order.state == "complete":
        return redirect(order.done_url)
    return _page(request, under_way=panel(request, desk, order))


def _of_another_session(request: PageRequest, order_id: uuid.UUID) -> HttpResponse:
    """The person's own, begun before they were signed out or in another browser: they start again. Another's is not there."""
    own = SigningOrder.objects.filter(pk=order_id, purpose=PURPOSE, about=request.creditor.pk, user_id=request.user.pk)
    if not own.exists():
        raise Http404
    messages.warning(request, t("Försöket hörde till en annan inloggning eller webbläsare. Börja om här."))
    return redirect("agreement", request.creditor.organisation_number)


def _ask(request: PageRequest, choice: Choice) -> str:
    """Address of the new order's page."""
    desk, org = signing(), request.creditor.organisation_number
    if desk is None:
        raise Refused("BankID is not set up", field="bankid")
    again = reverse("agreement", args=[org])
    order = accept.ask(
        desk, visitor_of(request), request.creditor, request.user, choice, request.today,
        done_url=again, again_url=again, return_url=return_url(request),
    )  # fmt: skip
    return reverse("agreement-sign", args=[org, order.pk])


def _finish(request: HttpRequest, desk: Desk, order: SigningOrder) -> None:
    """What is done as soon as an order has ended (`views.bankid.FINISHERS`)."""
    see_only([order.about or 0])
    made = accept.conclude(desk, order.pk, legal_day())
    if made is None and order.state == "complete":
        messages.warning(request, t("Signaturen räknas inte: avtalet var redan signerat, eller så har din roll ändrats."))


FINISHERS[PURPOSE] = _finish


# ---- the page ------------------------------------------------------------------------------------------------------

_WRONG = {
    "stated": "Kryssa i att du får teckna avtal för företaget. Får du inte det behöver någon annan signera.",
    "sha256": "Dokumentet har ändrats sedan du öppnade sidan. Läs det igen och acceptera sedan.",
    "bankid": "BankID är inte inställt här, så avtalet kan inte signeras. Den som driver tjänsten behöver ordna det.",
    "role": "Din roll räcker inte för att acceptera avtalet.",
}
"""Field of a refusal -> the sentence."""


def _page(
    request: PageRequest, *, fields: set[str] | None = None, stated: bool = False, error: str = "", under_way: Panel | None = None
) -> HttpResponse:
    creditor, found = request.creditor, _standing(request)
    errors: list[tuple[str, str]] = [
        ("stated" if name == "stated" else "", t(_WRONG[name])) for name in _WRONG if name in (fields or ())
    ]
    errors += [("", error)] if error else []
    status = 409 if "sha256" in (fields or ()) else 422 if errors else 200
    to_accept = found.state in ("to_sign", "new_version")
    return page(
        request, "agreement.html", status, standing=found, shown=_shown(creditor, found, request), statement=_statement(creditor),
        stated=stated, errors=errors, bankid=under_way, to_accept=to_accept, may_accept=request.role == NEEDS,
        signs_with_bankid=creditor.mode == "agency", bankid_here=creditor.mode == "own" or signing() is not None,
        can_sign=", ".join(who_can_give(creditor, request.today)[:3]) if request.role != NEEDS else "",
        companies=_companies(request), on_page=_on(creditor), menu_locked=found.state == "to_sign",
    )  # fmt: skip


def _standing(request: PageRequest) -> Standing:
    return standings([request.creditor], request.today)[request.creditor.pk]


def _statement(creditor: Creditor) -> str:
    return str(t("Jag får teckna avtal för {company}.", company=mark_safe(creditor.name)))  # noqa: S308  escaped where it is shown


def _latest(creditor: Creditor) -> Acceptance | None:
    accepted = Acceptance.objects.filter(creditor=creditor, kind=creditor.mode).select_related("document", "creditor")
    return accepted.order_by("-version", "-pk").first()


def _shown(creditor: Creditor, found: Standing, request: PageRequest) -> Shown:
    """What is accepted is shown as it was kept; else what would be accepted today."""
    accepted = _latest(creditor) if found.state == "signed" else None
    text = documents.version(creditor.mode, accepted.version) if accepted else None
    parties = documents.parties_of(creditor)
    if accepted and text:
        return _made(text, parties, accepted.document.sha256, bytes(accepted.document.pdf), request)
    paper = accept.paper_of(creditor, request.today)
    return _made(paper.text, parties, paper.sha256, paper.pdf, request)


def _made(text: Text, parties: Parties, sha256: str, pdf: bytes, request: PageRequest) -> Shown:
    wanted = request.GET.get("language") or language()
    there = wanted if wanted in text.bodies else "sv"
    company, office = parties.named(there)
    html = as_html(text.bodies[there]).replace("<h2", "<h3").replace("</h2>", "</h3>")
    html = documents.with_names(html, escape(company), escape(office))
    return Shown(
        text,
        text.titles[there],
        parties.in_words(there),
        mark_safe(html),
        sha256,
        pdf,
        there != "sv",  # noqa: S308  ours, escaped
    )


def _companies(request: PageRequest) -> list[tuple[Creditor, Standing]]:
    """Every company the person reaches, with how it stands. Their rows are visible for that question only."""
    reached = [role.creditor for role in roles_of(request.user.pk, request.today)]
    see_only([one.pk for one in reached])
    found = standings(reached, request.today)
    see_only([request.creditor.pk])
    return [(one, found[one.pk]) for one in reached]


def _on(creditor: Creditor) -> str:
    """Where one goes once it is signed."""
    try:
        return reverse("start", args=[creditor.organisation_number])
    except NoReverseMatch:
        return reverse("overview", args=[creditor.organisation_number])


def _file(content: bytes, kind: str, name: str, *, inline: bool = False) -> HttpResponse:
    how = "inline" if inline else "attachment"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'{how}; filename="{name}"'})
