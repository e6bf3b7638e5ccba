"""Where money goes, and the second person's yes to a new account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from fordran.access.once import once
from fordran.core.problems import Refused
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.profile_rows import full_names
from fordran.creditor_pages.proof import fresh_proof
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import ACCOUNT_KINDS, t
from fordran.creditors import accounts
from fordran.creditors.models import Creditor, PayoutAccount
from fordran.payouts.sealed import approve
from fordran.payouts.second_person import is_alone, signers, tell

WRONG = {
    accounts.SAME_PERSON: "Du har själv föreslagit kontot. Någon annan som får signera måste godkänna det.",
    accounts.TOO_EARLY: "Du får godkänna ditt eget förslag först när 24 timmar har gått.",
}


@creditor_page()
def payout_accounts(request: PageRequest) -> HttpResponse:
    creditor = request.creditor
    rows = list(PayoutAccount.objects.filter(creditor=creditor).order_by("-preferred", "kind", "id"))
    names = full_names([name for row in rows for name in (row.proposed_by, row.approved_by)])
    waiting = [_waiting(request, row, names) for row in rows if row.approved_on is None]
    return page(
        request, "payout_accounts.html", now=_now(creditor, rows, names), waiting=waiting, printed=creditor.mode == "own",
        signers=[user.get_full_name() or user.username for user in signers(creditor, request.today)],
        at_once=accounts.at_once(creditor),
    )  # fmt: skip


@creditor_page("sign")
@fresh_proof
def payout_account(request: PageRequest, account_id: int) -> HttpResponse:
    """One proposal, to be approved or rejected."""
    creditor = request.creditor
    row = get_object_or_404(PayoutAccount, creditor=creditor, pk=account_id)
    error = ""
    if request.method == "POST":
        with once(request) as use:
            if use.answer:
                return redirect(use.answer)
            error = _decide(request, row)
            if not error:
                answer = redirect("payout-accounts", creditor.organisation_number)
                use.answer = answer["Location"]
                return answer
    if row.approved_on is not None:
        return redirect("payout-accounts", creditor.organisation_number)
    names = full_names([row.proposed_by])
    errors = [("", error)] if error else []
    return page(
        request, "payout_account.html", 422 if error else 200, one=_waiting(request, row, names), errors=errors,
        printed=creditor.mode == "own",
    )  # fmt: skip


def _decide(request: PageRequest, row: PayoutAccount) -> str:
    """Approve or reject; what is wrong in one sentence, "" = it is done."""
    creditor, by, today = request.creditor, request.user.get_username(), request.today
    account = accounts.said(row.kind, row.number)
    if request.POST.get("act") == "reject":
        accounts.reject(creditor, row.pk, by=by, today=today)
        said = t("{account} är avvisat. Pengarna går dit de gick förut.", account=account)
    elif row.approved_on is not None:
        return ""  # somebody else was first, with the same answer
    else:
        try:
            approve(creditor, row.pk, by=by, today=today, alone=is_alone(creditor, by, today))
        except Refused as refused:
            return str(t(WRONG.get(refused.problems[0].message, ""))) or str(refused)
        row.refresh_from_db()
        said = t("{account} är godkänt. Från och med nu går pengarna dit.", account=account)
    approved = request.POST.get("act") != "reject"
    transaction.on_commit(lambda: tell(creditor, row, "approved" if approved else "rejected", by=by, today=today))
    messages.success(request, said)
    return ""


def _now(creditor: Creditor, rows: list[PayoutAccount], names: dict[str, str]) -> list[dict[str, Any]]:
    """The accounts that money comes to today."""
    approved = {(row.kind, row.number): row for row in rows if row.approved_on is not None}
    if creditor.mode == "own":
        found = [(kind, getattr(creditor, kind), approved.get((kind, getattr(creditor, kind)))) for kind in accounts.PRINTED]
    else:
        found = [(row.kind, row.number, row) for row in approved.values()]
    return [
        {
            "kind": t(ACCOUNT_KINDS[kind]), "number": accounts.said(kind, number), "row": row,
            "by": names.get(row.approved_by, row.approved_by) if row else "", "preferred": row is not None and row.preferred,
        }
        for kind, number, row in found if number
    ]  # fmt: skip


def _waiting(request: PageRequest, row: PayoutAccount, names: dict[str, str]) -> dict[str, Any]:
    """A proposal as the page tells it: where money goes till then, and who may say yes."""
    creditor, by = request.creditor, request.user.get_username()
    mine = row.proposed_by == by
    alone = mine and is_alone(creditor, by, request.today)
    old = accounts.standings(creditor)[row.kind].now
    return {
        "row": row, "kind": t(ACCOUNT_KINDS[row.kind]), "number": accounts.said(row.kind, row.number),
        "by": names.get(row.proposed_by, row.proposed_by), "at": _moment(row.proposed_at),
        "old": accounts.said(row.kind, old) if old else _other(creditor), "replaces": bool(old), "mine": mine, "alone": alone,
        "from": _moment(row.proposed_at + timedelta(days=1)) if row.proposed_at else "",
        "open": not mine or (alone and accounts.waited(row)), "may_sign": request.role == "sign",
    }  # fmt: skip


def _other(creditor: Creditor) -> str:
    """Another account that money goes to; "" = none, the money waits."""
    found = sorted(accounts.standings(creditor).values(), key=lambda one: not one.preferred)
    return next((accounts.said(one.kind, one.now) for one in found if one.now), "")


def _moment(at: datetime | None) -> str:
    return at.astimezone(timezone.get_current_timezone()).strftime("%Y-%m-%d %H.%M") if at else ""
