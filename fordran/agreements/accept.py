"""To accept an agreement: what the person signs, what is kept of it, and when it holds.

In own collection a press on the page accepts. In agency mode somebody who may sign for the company signs with BankID:

    order = ask(desk, visitor, who, …)      the order to sign; the document is kept
    conclude(desk, order.pk, today)         once its end has come: evidence is kept, and the agreement accepted if all of it holds
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from fordran.access.roles import RANK, reach_at
from fordran.agreements import documents, orders
from fordran.agreements.documents import Paper
from fordran.agreements.models import Acceptance, Document, Evidence, SealedEvidence, Signer, SigningOrder
from fordran.agreements.orders import Desk, Visitor
from fordran.audit.record import record_event
from fordran.core.problems import Problem, Refused
from fordran.creditors.models import Creditor
from fordran.db.seals import seal, unseal

PURPOSE = "agreement"
NEEDS = "sign"
"""The role at the creditor that accepts its agreement."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person did at the page. `sha256` is the document they saw; `statement` what they stated, in the words shown, and
    `stated` whether they did."""

    sha256: str
    statement: str
    stated: bool


def paper_of(creditor: Creditor, today: date) -> Paper:
    """The document that would be accepted today. Raises Refused where there is no text."""
    return documents.paper(documents.current(creditor.mode, today), documents.parties_of(creditor))


def signed_words(paper: Paper, statement: str) -> str:
    """What the person reads in the app. The document itself is bound by its fingerprint; it is Swedish, as the document is."""
    text, parties = paper.text, paper.parties
    return (
        f"Jag godkänner {text.titles['sv']}, version {text.version}, för {parties.company}, {parties.number}.\n\n"
        f"{statement}\n\nDokumentets SHA-256:\n{paper.sha256}"
    )


def check(creditor: Creditor, user: User, choice: Choice, today: date) -> Paper:
    """Whether it may be accepted now. Raises Refused, naming each thing at fault; field `sha256` = the document has changed since
    it was shown, `state` = it is accepted already."""
    paper = paper_of(creditor, today)
    problems = []
    if RANK[reach_at(user.pk, creditor, today)] < RANK[NEEDS]:
        problems.append(Problem("agreement", "role", "to accept the agreement takes the role sign"))
    if Acceptance.objects.filter(creditor=creditor, kind=paper.text.kind, version=paper.text.version).exists():
        problems.append(Problem("agreement", "state", "this version is accepted already"))
    if not choice.stated:
        problems.append(Problem("agreement", "stated", "the person must state that they may sign for the company"))
    if choice.sha256 != paper.sha256:
        problems.append(Problem("agreement", "sha256", "the document has changed since it was shown"))
    if problems:
        raise Refused(problems)
    return paper


def accept_plainly(creditor: Creditor, user: User, choice: Choice, today: date) -> Acceptance:
    """By a press on the page, in own collection only. Raises Refused."""
    if creditor.mode != "own":
        raise Refused("an agreement with an office is signed", field="mode", record="agreement")
    with transaction.atomic():
        _lock(creditor)
        paper = check(creditor, user, choice, today)
        document = _keep(creditor, paper, today)
        made = _accepted(creditor, paper.text.kind, paper.text.version, document, user, choice.statement, today, "plain")
        name = user.get_full_name() or user.get_username()
        Signer.objects.create(creditor=creditor, acceptance=made, name_sealed=seal(name, creditor.pk))
        return made


def ask(
    desk: Desk, visitor: Visitor, creditor: Creditor, user: User, choice: Choice, today: date, *, done_url: str, again_url: str,
    return_url: Callable[[uuid.UUID, str], str],
) -> SigningOrder:  # fmt: skip
    """The order to sign. Raises Refused and NotStarted."""
    paper = check(creditor, user, choice, today)
    _keep(creditor, paper, today)
    manifest = {
        "agreement": paper.text.kind, "version": paper.text.version, "sha256": paper.sha256, "creditor": creditor.pk,
        "organisation_number": creditor.organisation_number, "statement": choice.statement,
    }  # fmt: skip
    order = orders.begin(
        desk, visitor, kind="sign", purpose=PURPOSE, text=signed_words(paper, choice.statement), manifest=manifest,
        about=creditor.pk, done_url=done_url, again_url=again_url, return_url=return_url,
    )  # fmt: skip
    record_event(creditor.pk, today, user.get_username(), "agreement_signing_began", str(order.pk), version=paper.text.version)
    return order


def conclude(desk: Desk, order_id: uuid.UUID, today: date) -> Acceptance | None:
    """What the end of an order means: evidence is kept whether it holds or not, and the agreement is accepted when it does. None
    when it is not. Done again it does nothing. The creditor's rows must be visible."""
    with transaction.atomic():
        order = SigningOrder.objects.select_for_update().get(pk=order_id)
        if order.purpose != PURPOSE or order.state not in ("complete", "refused"):
            return None
        if order.taken:
            return _accepted_by(order)
        creditor = Creditor.objects.select_for_update().get(pk=order.about or 0)
        return _concluded(desk, order, creditor, today)


def finish_waiting(desk: Desk, creditor: Creditor, today: date) -> None:
    """Orders whose end has come and has not done its work: whoever should have done it died."""
    waiting = SigningOrder.objects.filter(purpose=PURPOSE, about=creditor.pk, taken=False)
    for order in waiting.filter(state__in=["answered", "complete", "refused"]):
        orders.examine(desk, order.pk)
        conclude(desk, order.pk, today)


def signer_name(acceptance: Acceptance) -> str:
    return unseal(acceptance.signer.name_sealed, acceptance.creditor_id)


def moment(seconds: float) -> datetime:
    return _BEGINNING + timedelta(seconds=seconds)


# ---- what is kept --------------------------------------------------------------------------------------------------


def _concluded(desk: Desk, order: SigningOrder, creditor: Creditor, today: date) -> Acceptance | None:
    request = orders.request_of(order)
    manifest = json.loads(request.hidden)
    document = Document.objects.get(creditor=creditor, sha256=manifest["sha256"])
    user = User.objects.get(pk=order.user_id or 0)
    why_not = _why_not(order, creditor, user, document, today)
    made = None
    if not why_not:
        made = _accepted(
            creditor, document.kind, document.version, document, user, manifest["statement"], today, desk.signing.name,
            reference=orders.reference(order), at=moment(order.ended_at or 0),
        )  # fmt: skip
        person = orders.answer_of(desk, order).person
        Signer.objects.create(
            creditor=creditor, acceptance=made, name_sealed=seal(person.name, creditor.pk),
            number_sealed=seal(person.number, creditor.pk),
        )  # fmt: skip
    _keep_evidence(desk, order, creditor, document, made, today)
    if why_not:
        record_event(
            creditor.pk, today, user.get_username(), "agreement_refused", orders.reference(order), checks=", ".join(why_not)
        )
    orders.empty(order)
    return made


def _why_not(order: SigningOrder, creditor: Creditor, user: User, document: Document, today: date) -> Sequence[str]:
    """Names of what does not hold: of the evidence, or that the role is gone, or that somebody else was first."""
    found = [check["name"] for check in (order.verdict or {}).get("checks", []) if not check["holds"]]
    if order.state == "refused" or found:
        return found or ["verdict"]
    if RANK[reach_at(user.pk, creditor, today)] < RANK[NEEDS]:
        return ["role"]
    if Acceptance.objects.filter(creditor=creditor, kind=document.kind, version=document.version).exists():
        return ["accepted_already"]
    return []


def _keep_evidence(
    desk: Desk, order: SigningOrder, creditor: Creditor, document: Document, made: Acceptance | None, today: date
) -> None:
    verdict = order.verdict or {}
    evidence = Evidence.objects.create(
        creditor=creditor, order=order.pk, acceptance=made, document=document, reference=orders.reference(order),
        way=desk.signing.name, ref=order.ref, holds=order.state == "complete", verdict=verdict,
        fingerprint=verdict.get("fingerprint", ""), started_at=order.started_at, collected_at=order.ended_at or 0, on=today,
    )  # fmt: skip
    request = json.dumps(orders.as_json(orders.request_of(order)), ensure_ascii=False, sort_keys=True)
    answer = base64.b64encode(orders.answer_of(desk, order).raw).decode()
    SealedEvidence.objects.create(
        creditor=creditor, evidence=evidence, request_sealed=seal(request, creditor.pk), answer_sealed=seal(answer, creditor.pk)
    )


def _accepted(
    creditor: Creditor, kind: str, version: int, document: Document, user: User, statement: str, today: date, way: str, *,
    reference: str = "", at: datetime | None = None,
) -> Acceptance:  # fmt: skip
    when = {"at": at} if at is not None else {}
    made = Acceptance.objects.create(
        creditor=creditor, kind=kind, version=version, document=document, way=way, statement=statement,
        by=user.get_username(), on=today, reference=reference or uuid.uuid4().hex[:8].upper(), **when,
    )  # fmt: skip
    made.refresh_from_db()
    record_event(
        creditor.pk, today, user.get_username(), "agreement_accepted", made.reference, kind=kind, version=version, way=way,
        sha256=document.sha256,
    )  # fmt: skip
    return made


def _accepted_by(order: SigningOrder) -> Acceptance | None:
    found = Evidence.objects.filter(order=order.pk).select_related("acceptance").first()
    return found.acceptance if found else None


def _keep(creditor: Creditor, paper: Paper, today: date) -> Document:
    kept, _ = Document.objects.get_or_create(
        creditor=creditor, sha256=paper.sha256,
        defaults={"kind": paper.text.kind, "version": paper.text.version, "pdf": paper.pdf, "kept_on": today},
    )  # fmt: skip
    return kept


def _lock(creditor: Creditor) -> None:
    """Two who accept at the same moment come one after the other."""
    Creditor.objects.select_for_update().get(pk=creditor.pk)
