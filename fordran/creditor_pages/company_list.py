"""The companies a person reaches: how far each has come, and what waits there. As many statements for a hundred as for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.safestring import SafeString, mark_safe

from fordran.access.roles import Role, roles_of
from fordran.agreements.standing import is_locked
from fordran.cases.models import Case
from fordran.creditor_pages import words
from fordran.creditor_pages.house import at
from fordran.creditor_pages.setup_steps import count_of, left_to_do
from fordran.creditor_pages.tenancy import see_only
from fordran.creditor_pages.words import t, tn
from fordran.creditors.models import Creditor
from fordran.letters.models import Letter
from fordran.onboarding.steps import Step, steps_of
from fordran.payouts.models import PaymentOrder
from fordran.settlement.models import Payment

QUESTION = (Q(outcome="ask") & ~Q(stage="awaiting_creditor") & Q(held="")) | Q(held="question")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that a person must do at a company. `since` may be unknown."""

    title: SafeString
    since: date | None
    number: int
    href: str


@dataclass(slots=True)
class Company:
    creditor: Creditor
    reach: str
    steps: Sequence[Step]
    locked: bool
    waits: list[Waiting] = field(default_factory=list)

    @property
    def left(self) -> SafeString:
        """What is left to do before it runs, or since when it does; in a list, so without the full stop."""
        return mark_safe(left_to_do(self.steps).rstrip("."))  # noqa: S308 (a sentence of ours, escaped where it was made)

    @property
    def count(self) -> dict[str, int]:
        return count_of(self.steps)

    @property
    def waiting(self) -> int:
        return sum(one.number for one in self.waits)

    @property
    def href(self) -> str:
        org = self.creditor.organisation_number
        if self.creditor.active and not self.locked:
            return at("overview", org)
        return (at("agreement", org) if self.locked else at("start", org)) or at("overview", org)


def companies_of(user_id: int, today: date, roles: Sequence[Role] | None = None) -> list[Company]:
    """By name. From here to the end of the transaction the rows of these companies are seen, and no others."""
    roles = roles_of(user_id, today) if roles is None else roles
    see_only(role.creditor.pk for role in roles)
    steps = steps_of([role.creditor for role in roles], today) if roles else {}
    found = [Company(role.creditor, role.reach, steps[role.creditor.pk], is_locked(role.creditor)) for role in roles]
    workers = {one.creditor.pk: one for one in found if one.reach != "read" and not one.locked}
    for pk, waits in _waiting(list(workers)).items():
        for title, since, number, page, query in waits:
            address = at(page, workers[pk].creditor.organisation_number) + query
            workers[pk].waits.append(Waiting(title, since, number, address))
    return found


_Waits = tuple[SafeString, date | None, int, str, str]


def _waiting(ids: list[int]) -> dict[int, list[_Waits]]:
    """What waits for a person, by company, the most pressing kind first. Four statements."""
    found: dict[int, list[_Waits]] = defaultdict(list)
    if not ids:
        return found
    for row in _counted(Letter.objects.filter(state="composed"), ids, "dated_on"):
        found[row["creditor_id"]].append(
            (tn("Godkänn {n} brev", "Godkänn {n} brev", row["n"]), row["since"], row["n"], "letters", "")
        )
    for row in _counted(PaymentOrder.objects.filter(state="proposed"), ids, "proposed_on"):
        title = tn("Släpp {n} betalning", "Släpp {n} betalningar", row["n"])
        found[row["creditor_id"]].append((title, row["since"], row["n"], "payouts-release", ""))
    for row in _counted(Payment.objects.filter(state="suspense"), ids, "learnt_on"):
        title = tn("Säg vad {n} betalning gäller", "Säg vad {n} betalningar gäller", row["n"])
        found[row["creditor_id"]].append((title, row["since"], row["n"], "payments", ""))
    cases = Case.objects.filter(creditor_id__in=ids).exclude(stage="closed").values("creditor_id").order_by("creditor_id")
    for row in cases.annotate(
        disputes=Count("id", filter=Q(held="dispute"), distinct=True),
        since=Min("holds__since", filter=Q(held="dispute", holds__kind="dispute", holds__lifted_on__isnull=True)),
        choices=Count("id", filter=Q(stage="awaiting_creditor", held=""), distinct=True),
        questions=Count("id", filter=QUESTION, distinct=True),
    ):
        mine, disputes, choices, questions = found[row["creditor_id"]], row["disputes"], row["choices"], row["questions"]
        if disputes:
            title = tn("Svara på {n} bestridande", "Svara på {n} bestridanden", disputes)
            mine.append((title, row["since"], disputes, "cases", "?view=resting&hold=dispute"))
        if choices:
            mine.append((tn("Välj väg i {n} ärende", "Välj väg i {n} ärenden", choices), None, choices, "cases", "?view=choice"))
        if questions:
            title = tn("Svara på {n} fråga", "Svara på {n} frågor", questions)
            mine.append((title, None, questions, "cases", "?view=question"))
    return found


def _counted(rows: Any, ids: list[int], since: str) -> Any:
    """How many for each company, and since when."""
    mine = rows.filter(creditor_id__in=ids).values("creditor_id").order_by("creditor_id")
    return mine.annotate(n=Count("id"), since=Min(since))


def matching(companies: Sequence[Company], text: str) -> list[Company]:
    """Those with all the words in name or number, however they are written."""
    wanted = text.casefold().split()
    digits = "".join(filter(str.isdigit, text))

    def fits(one: Company) -> bool:
        name = one.creditor.name.casefold()
        return all(word in name for word in wanted) or (len(digits) > 2 and digits in one.creditor.organisation_number)

    return [one for one in companies if fits(one)]


def running(companies: Sequence[Company]) -> SafeString:
    """How far the service is on, over all of them, in one sentence."""
    on = [one.creditor.activated_on for one in companies if one.creditor.active]
    if not on:
        return t("Inte igång")
    if len(on) < len(companies):
        return t("Igång i {n} av {all} företag", n=len(on), all=len(companies))
    first = min((day for day in on if day), default=None)
    return t("Igång sedan {day}", day=words.day(first)) if first else t("Igång")
