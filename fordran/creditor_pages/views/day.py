"""How far a day has come: its steps, who is at work on them, and what went wrong. Asked for again every five seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.http import Http404, HttpResponse
from django.shortcuts import render

from fordran.creditor_pages.frame import page
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import t, tn
from fordran.day.models import Course, Shard
from fordran.day.steps import STEPS

MOST_PROBLEMS = 20


def step_words(step: str) -> str:
    """The step's name for a person."""
    return {
        "fetch": t("Läsa affärssystemet och banken"),
        "learn": t("Ta reda på vad som hänt"),
        "choose": t("Välja fakturor"),
        "decide": t("Bedöma ärenden"),
        "send": t("Skicka brev"),
        "look": t("Se efter igen"),
        "tell": t("Betala ut, bokföra och berätta för affärssystemet"),
    }[step]


@dataclass(slots=True)
class StepShown:
    """`did`: sentences of what the step has done so far."""

    name: str
    all: int = 0
    done: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    workers: list[str] = field(default_factory=list)
    now: bool = False

    @property
    def over(self) -> bool:
        return 0 < self.all == self.done

    @property
    def words(self) -> str:
        return step_words(self.name)

    @property
    def did(self) -> list[str]:
        n = self.counts.get
        found = [
            *self._outside(),
            tn("{n} faktura togs", "{n} fakturor togs", n("taken", 0)) if n("taken") else "",
            tn("{n} ärende bedömt", "{n} ärenden bedömda", n("cases", 0)) if n("cases") else "",
            tn("{n} brev skrivet", "{n} brev skrivna", n("letters", 0)) if n("letters") else "",
            tn("{n} brev skickat", "{n} brev skickade", n("sent", 0)) if n("sent") else "",
            tn("{n} brev väntar på godkännande", "{n} brev väntar på godkännande", n("waiting", 0))
            if self._of_letters("waiting")
            else "",
            tn("{n} brev kom inte iväg", "{n} brev kom inte iväg", n("failed", 0)) if n("failed") else "",
            tn("{n} brev är osäkert", "{n} brev är osäkra", n("ambiguous", 0)) if self._of_letters("ambiguous") else "",
        ]
        return [sentence for sentence in found if sentence]

    def _of_letters(self, what: str) -> bool:
        return self.name == "send" and bool(self.counts.get(what))

    def _outside(self) -> list[str]:
        """What was read from and written to systems that are not ours."""
        n = self.counts.get
        if self.name not in ("fetch", "tell"):
            return []
        return [
            tn("{n} post läst", "{n} poster lästa", n("records", 0)) if n("records") else "",
            tn("{n} ändrad", "{n} ändrade", n("changed", 0)) if n("changed") else "",
            tn("{n} post kunde inte användas", "{n} poster kunde inte användas", n("refused", 0))
            if n("refused") and self.name == "fetch" else "",
            tn("{n} bankfil", "{n} bankfiler", n("files", 0)) if n("files") and self.name == "fetch" else "",
            tn("{n} utbetalning förberedd", "{n} utbetalningar förberedda", n("payouts", 0)) if n("payouts") else "",
            tn("{n} verifikation", "{n} verifikationer", n("vouchers", 0)) if n("vouchers") else "",
            tn("{n} uppgift skriven i affärssystemet", "{n} uppgifter skrivna i affärssystemet", n("told", 0))
            if n("told") else "",
            tn("{n} uppgift togs inte emot", "{n} uppgifter togs inte emot", n("refused", 0))
            if n("refused") and self.name == "tell" else "",
        ]  # fmt: skip


@creditor_page()
def day(request: PageRequest, on: str) -> HttpResponse:
    """The page, or with htmx the part of it that changes. 404 for a day that never was."""
    try:
        when = date.fromisoformat(on)
    except ValueError:
        raise Http404 from None
    shown = _shown(request, when)
    if request.headers.get("HX-Request") == "true":
        return render(request, "creditor_pages/parts/day_steps.html", {"org": request.creditor.organisation_number, **shown})
    return page(request, "day.html", **shown)


def _shown(request: PageRequest, when: date) -> dict[str, Any]:
    """Five queries, however many pieces the day has."""
    course = Course.objects.filter(creditor=request.creditor, day=when).first()
    steps = {name: StepShown(name, now=course is not None and course.step == name) for name in STEPS}
    pieces = Shard.objects.filter(creditor=request.creditor, day=when, step__in=STEPS)
    _count(request.creditor.pk, when, steps)
    for step, worker in pieces.filter(state="leased").order_by("worker").values_list("step", "worker").distinct()[:50]:
        steps[step].workers.append(worker or t("den som kör dagen"))
    return {
        "when": when,
        "state": course.state if course is not None else "",
        "running": course is not None and course.state == "running",
        # Who has nothing connected has nothing to read or to tell.
        "steps": [step for step in steps.values() if step.name not in ("fetch", "tell") or step.all],
        "failed": [
            (step_words(piece.step), piece.attempt, piece.error)
            for piece in pieces.filter(state="failed").order_by("id")[:MOST_PROBLEMS]
        ],
        "may_work": request.role in ("work", "sign"),
        "problems": _problems(request.creditor.pk, when),
    }


def _count(creditor: int, when: date, steps: dict[str, StepShown]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT step, count(*), count(*) FILTER (WHERE state = 'done') FROM day_shard
               WHERE creditor_id = %s AND day = %s GROUP BY step""",
            [creditor, when],
        )
        for step, pieces, done in cursor.fetchall():
            if step in steps:
                steps[step].all, steps[step].done = pieces, done
        cursor.execute(
            """SELECT s.step, c.key, sum(c.value::text::bigint) FROM day_shard s, jsonb_each(s.done) c
               WHERE s.creditor_id = %s AND s.day = %s AND jsonb_typeof(c.value) = 'number' GROUP BY 1, 2""",
            [creditor, when],
        )
        for step, what, number in cursor.fetchall():
            if step in steps:
                steps[step].counts[what] = int(number)


def _problems(creditor: int, when: date) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT p.value FROM day_shard s, jsonb_array_elements_text(s.done -> 'problems') p
               WHERE s.creditor_id = %s AND s.day = %s AND s.done ? 'problems' ORDER BY s.id LIMIT %s""",
            [creditor, when, MOST_PROBLEMS],
        )
        return [row[0] for row in cursor.fetchall()]
