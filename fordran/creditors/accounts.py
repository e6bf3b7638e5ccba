"""Where a creditor's money comes: accounts as a person types them, proposals, and a second person's yes.

In agency mode these are the payout accounts (`PayoutAccount`): money goes to approved ones only. In own collection the debtors
pay straight to the account printed on the letter (`Creditor.bankgiro`, `plusgiro`, `iban`): before the first activation, when no
letter has left, it is put in at once; afterwards a change is a proposal too, since a swapped account there is as bad.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from fordran.audit.record import record_event
from fordran.core.problems import Problem, Refused
from fordran.countries import registry
from fordran.creditors.history import record_change
from fordran.creditors.models import Creditor, PayoutAccount
from fordran.formats.pain import Payee, read_payee, shown

KINDS = ("bankgiro", "plusgiro", "account", "iban")
PRINTED = ("bankgiro", "plusgiro", "iban")
"""Kinds that stand on the slip of a letter."""

ALONE_AFTER = timedelta(hours=24)
"""How long a proposal lies before the one who made it may approve it, where there is nobody else. By the database's clock."""

NO_ACCOUNT = "put in at least one account"
TAKEN = "this account belongs to another creditor here"
SAME_PERSON = "another person than the one who proposed the account must approve it"
TOO_EARLY = "the one who proposed the account may approve it alone when 24 hours have passed"
CLEARING = "a clearing number has four digits, or five at Swedbank, and does not begin with 0"


@dataclass(frozen=True, slots=True)
class Standing:
    """One kind of account. `now`: where money comes today; `proposed`: what waits for a second person. As digits, "" = none."""

    kind: str
    now: str = ""
    proposed: PayoutAccount | None = None
    preferred: bool = False

    @property
    def wished(self) -> str:
        return self.proposed.number if self.proposed else self.now


def at_once(creditor: Creditor) -> bool:
    """True while a printed account may be changed without a second person: own collection, and no letter can have left."""
    return creditor.mode == "own" and creditor.activated_on is None


def read_account(kind: str, text: str) -> str:
    """The account as it is stored; "" for nothing typed. Hyphens and spaces are forgiven. Raises Refused, field `account.KIND`.

    Checked: the check digit of a bankgiro, plusgiro and IBAN, and of a clearing number with five digits; of a bank account the
    shape and length only, since banks reckon its check digit in ways of their own.
    """
    if not text.strip(" ,"):
        return ""
    try:
        number = read_payee(kind, text).number
    except Refused as refused:
        raise Refused([Problem(kind, f"account.{kind}", refused.problems[0].message)]) from None
    if kind == "account" and number.startswith("0"):
        raise Refused([Problem(kind, "account.account", CLEARING)])
    return number


def read_accounts(typed: Mapping[str, str]) -> dict[str, str]:
    """Kind -> number, of those that are there. Raises Refused naming each that is wrong, or that there is none."""
    found, problems = {}, []
    for kind in KINDS:
        try:
            number = read_account(kind, typed.get(kind, ""))
        except Refused as refused:
            problems += refused.problems
            continue
        if number:
            found[kind] = number
    if not found and not problems:
        problems.append(Problem("none", "account.bankgiro", NO_ACCOUNT))
    if problems:
        raise Refused(problems)
    return found


def said(kind: str, number: str) -> str:
    """As people write it; what cannot be read stands as it is."""
    try:
        return shown(Payee(kind, read_payee(kind, number).number))
    except Refused:
        return number


def standings(creditor: Creditor) -> dict[str, Standing]:
    """Each kind of account, in one statement. Of several approved of one kind the preferred, then the latest, is told."""
    rows = list(PayoutAccount.objects.filter(creditor=creditor).order_by("-preferred", "-approved_on", "-id"))
    found = {}
    for kind in KINDS:
        proposed = next((row for row in rows if row.kind == kind and row.approved_on is None), None)
        approved = next((row for row in rows if row.kind == kind and row.approved_on is not None), None)
        if creditor.mode == "own":
            found[kind] = Standing(kind, getattr(creditor, kind) if kind in PRINTED else "", proposed)
        else:
            now = approved.number if approved else ""
            first = bool(proposed and proposed.becomes_preferred) or bool(approved and approved.preferred)
            found[kind] = Standing(kind, _compact(kind, now), proposed, first)
    return found


def save_accounts(creditor: Creditor, wanted: Mapping[str, str], *, preferred: str, by: str, today: date) -> list[PayoutAccount]:
    """What `read_accounts` understood -> the tables: the proposals that are new. Inside a transaction that holds the creditor.

    An account that is left out is taken away, though never the last one that money goes to while another waits for its yes.
    """
    if creditor.mode == "own":
        _refuse_taken(creditor, wanted)
        if at_once(creditor):
            _print(creditor, {kind: wanted.get(kind, "") for kind in PRINTED}, by, today)
            return []
    before = standings(creditor)
    if preferred not in wanted:
        preferred = next((kind for kind, one in before.items() if one.preferred and kind in wanted), next(iter(wanted)))
    made = []
    for kind, one in before.items():
        number = wanted.get(kind, "")
        if one.proposed and _compact(kind, one.proposed.number) != number:
            _withdraw(one.proposed, by, today)
        if number and number != one.now and (one.proposed is None or _compact(kind, one.proposed.number) != number):
            made.append(_propose(creditor, kind, number, by, today))
        if not number and one.now:
            _take_away(creditor, one, wanted, before, by, today)
    if creditor.mode != "own":
        _prefer(creditor, preferred, wanted[preferred], by, today)
    return made


def approve(creditor: Creditor, account_id: int, *, by: str, today: date, alone: bool = False) -> PayoutAccount:
    """A second person has looked: money may go there. `alone`: nobody else at the creditor may sign, so that the one who
    proposed it may, a day later. Raises Refused."""
    with transaction.atomic():
        Creditor.objects.select_for_update(no_key=True).get(pk=creditor.pk)
        row = PayoutAccount.objects.select_for_update().filter(creditor=creditor, pk=account_id).first()
        if row is None:
            raise Refused(f"{creditor.name} has no such payout account any more", field="ACCOUNT")
        read_payee(row.kind, row.number)
        if not by.strip() or by == row.proposed_by:
            if not alone:
                raise Refused(SAME_PERSON, field="--by")
            if not waited(row):
                raise Refused(TOO_EARLY, field="--by")
        if row.approved_on is None:
            PayoutAccount.objects.filter(pk=row.pk).update(approved_on=today, approved_by=by)
            own_yes = {"alone": True} if by == row.proposed_by else {}
            record_event(creditor.pk, today, by, "payout account approved", str(row.pk), kind=row.kind, **own_yes)
            if row.proposed_at is not None:  # what a settings file names stands beside others, it replaces none
                _takes_over(creditor, row, by, today)
            Creditor.objects.filter(pk=creditor.pk).update(version=F("version") + 1)
        row.refresh_from_db()
    return row


def waited(row: PayoutAccount) -> bool:
    """True when a day has passed since it was proposed, by the database's clock."""
    return PayoutAccount.objects.filter(pk=row.pk, proposed_at__lte=Now() - ALONE_AFTER).exists()


def reject(creditor: Creditor, account_id: int, *, by: str, today: date) -> PayoutAccount | None:
    """The proposal is thrown away; money goes where it went. None when it waits no more."""
    row = PayoutAccount.objects.select_for_update().filter(creditor=creditor, pk=account_id, approved_on=None).first()
    if row is not None:
        _withdraw(row, by, today)
        Creditor.objects.filter(pk=creditor.pk).update(version=F("version") + 1)
    return row


# ---- how -----------------------------------------------------------------------------------------------------------


def _compact(kind: str, number: str) -> str:
    """The stored form also of what an older settings file wrote with blanks."""
    try:
        return read_payee(kind, number).number if number else ""
    except Refused:
        return number


def unsaid(creditor: Creditor) -> bool:
    """True when the creditor is a sole trader: its account and address are a person's, and stand in no event."""
    return bool(registry.country(creditor.country).personal_digits(creditor.organisation_number))


def _tell(creditor: Creditor, changes: Mapping[str, tuple[object, object]], by: str, today: date) -> None:
    record_change(creditor, today, by, "creditor", changes, unsaid=tuple(changes) if unsaid(creditor) else ())


def _print(creditor: Creditor, numbers: Mapping[str, str], by: str, today: date) -> None:
    """The accounts on the slip. One that letters may have named stays known: its bank files are still the creditor's."""
    changes: dict[str, tuple[object, object]] = {f"account.{k}": (getattr(creditor, k), v) for k, v in numbers.items()}
    values: dict[str, object] = dict(numbers)
    if creditor.activated_on is not None:
        old = [getattr(creditor, kind) for kind, number in numbers.items() if getattr(creditor, kind) not in ("", number)]
        values["more_accounts"] = [*creditor.more_accounts, *(one for one in old if one not in creditor.more_accounts)]
    Creditor.objects.filter(pk=creditor.pk).update(**values)
    for name, value in values.items():
        setattr(creditor, name, value)
    _tell(creditor, changes, by, today)


def _refuse_taken(creditor: Creditor, wanted: Mapping[str, str]) -> None:
    """A bank's file is known by its account: two companies of different owners cannot have the same."""
    problems = []
    for kind, number in wanted.items():
        if kind not in PRINTED or getattr(creditor, kind) == number:
            continue
        others = Creditor.objects.filter(Q(**{kind: number}) | Q(more_accounts__contains=[number])).exclude(pk=creditor.pk)
        if creditor.organisation_id is not None:
            others = others.exclude(organisation_id=creditor.organisation_id)
        if others.exists():
            problems.append(Problem("taken", f"account.{kind}", TAKEN))
    if problems:
        raise Refused(problems)


def _propose(creditor: Creditor, kind: str, number: str, by: str, today: date) -> PayoutAccount:
    approved = PayoutAccount.objects.filter(creditor=creditor, kind=kind, number=number).first()
    if approved is not None:  # own collection: it was printed before, and comes back; it must be looked at again
        approved.delete()
    row = PayoutAccount.objects.create(creditor=creditor, kind=kind, number=number, proposed_by=by, proposed_at=Now())
    row.refresh_from_db()
    _tell(creditor, {f"payout.{kind}": (None, number)}, by, today)
    record_event(creditor.pk, today, by, "payout account proposed", str(row.pk), kind=kind)
    return row


def _withdraw(row: PayoutAccount, by: str, today: date) -> None:
    record_event(row.creditor_id, today, by, "payout account rejected", str(row.pk), kind=row.kind, proposed_by=row.proposed_by)
    PayoutAccount.objects.filter(pk=row.pk, approved_on=None).delete()


def _take_away(
    creditor: Creditor, one: Standing, wanted: Mapping[str, str], before: Mapping[str, Standing], by: str, today: date
) -> None:
    """Money can only go to an account that was approved before, so this needs no second person."""
    stays = any(before[kind].now and kind in wanted for kind in before if kind != one.kind)
    if not stays:
        return
    if creditor.mode == "own":
        _print(creditor, {one.kind: ""}, by, today)
        return
    _retire(creditor, PayoutAccount.objects.filter(creditor=creditor, kind=one.kind, approved_on__isnull=False), by, today)


def _retire(creditor: Creditor, rows: Iterable[PayoutAccount], by: str, today: date) -> None:
    for row in rows:
        _tell(creditor, {f"payout.{row.kind}": (row.number, None)}, by, today)
        row.delete()


def _prefer(creditor: Creditor, kind: str, number: str, by: str, today: date) -> None:
    """The account that is asked first: at once when it is approved, else when it is."""
    rows = PayoutAccount.objects.filter(creditor=creditor)
    chosen = next(row for row in rows.filter(kind=kind).order_by("approved_on", "id") if _compact(kind, row.number) == number)
    rows.exclude(pk=chosen.pk).filter(becomes_preferred=True).update(becomes_preferred=False)
    if chosen.approved_on is None:
        rows.filter(pk=chosen.pk).update(becomes_preferred=True)
        return
    old = rows.filter(preferred=True).first()
    if old is None or old.pk != chosen.pk:
        rows.filter(preferred=True).update(preferred=False)
        rows.filter(pk=chosen.pk).update(preferred=True)
        _tell(creditor, {"payout.preferred": (old.kind if old else None, kind)}, by, today)


def _takes_over(creditor: Creditor, row: PayoutAccount, by: str, today: date) -> None:
    """The approved account in the place of the one of its kind before it."""
    before = list(PayoutAccount.objects.filter(creditor=creditor, kind=row.kind, approved_on__isnull=False).exclude(pk=row.pk))
    if creditor.mode == "own":
        creditor.refresh_from_db()
        for old in before:
            old.delete()
        _print(creditor, {row.kind: row.number}, by, today)
        return
    first = row.becomes_preferred or any(old.preferred for old in before)
    _retire(creditor, before, by, today)
    if first:
        PayoutAccount.objects.filter(creditor=creditor, preferred=True).update(preferred=False)
        PayoutAccount.objects.filter(pk=row.pk).update(preferred=True, becomes_preferred=False)
