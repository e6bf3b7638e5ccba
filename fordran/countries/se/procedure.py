"""The table of steps for Sweden: custom and law in one screenful.

No act says that a reminder must come before a demand, or how many letters there are; this is the custom of careful
collectors. What the acts ask stands in the column of the source. A case keeps the table it was opened under.

The days of the filter count from the due day as it stands on the invoice; the other waits count from the letter that was
really sent, never from the due day. A setting may lengthen a wait and never make it shorter than the least given here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fordran.core.law import Dated, Since, Source
from fordran.countries.se.notices import CONTENTS, DEMAND_DAYS, REMINDER_DAYS
from fordran.countries.se.sources import IMY_PRAXIS, INKASSOKOSTNADSLAGEN, INKASSOLAGEN, OFFICE, Rule, Topic
from fordran.process.country import Step, Wait
from fordran.process.facts import CostKind, Stage, StepKind

_PAY = "pay_days"
_REMINDER = (CostKind.LATE_PAYMENT, CostKind.REMINDER)  # the compensation is asked for first
_DEMAND = (CostKind.LATE_PAYMENT, CostKind.DEMAND)
_NO_CASE_BEFORE_TIME = INKASSOLAGEN("6 §", "Four banking days for payments and objections on their way are practice.")
_REMINDING = INKASSOKOSTNADSLAGEN("2 §", "The act knows the written reminder; its place before the demand is custom.")

STEPS: tuple[Step, ...] = (
    Step(StepKind.NOTICE, (Stage.OPEN,), Stage.NOTICED, Wait.DUE, "days", 0, True, source=OFFICE),
    Step(StepKind.REMINDER, (Stage.OPEN,), Stage.REMINDED, Wait.DUE, "days", 0, True, _REMINDER, _PAY, _REMINDING),
    Step(StepKind.REMINDER, (Stage.NOTICED,), Stage.REMINDED, Wait.SENT, "notice_days", 7, True, _REMINDER, _PAY, _REMINDING),
    Step(StepKind.RESIDUAL, (Stage.REMINDED,), None, Wait.LAST_DAY, "demand_wait", 3, True, (), _PAY, OFFICE),
    Step(
        StepKind.DEMAND, (Stage.REMINDED,), Stage.DEMANDED, Wait.LAST_DAY, "demand_wait", 3, True, _DEMAND, "demand_days",
        source=CONTENTS,
    ),
    Step(StepKind.RESIDUAL, (Stage.DEMANDED,), None, Wait.LAST_DAY, "choice_wait", 4, True, (), _PAY, OFFICE),
    Step(
        StepKind.AWAIT_CREDITOR, (Stage.DEMANDED,), Stage.AWAITING_CREDITOR, Wait.LAST_DAY, "choice_wait", 4, False,
        source=_NO_CASE_BEFORE_TIME,
    ),
    Step(
        StepKind.PAYMENT_ORDER, (Stage.AWAITING_CREDITOR,), Stage.PAYMENT_ORDER, Wait.LAST_DAY, "choice_wait", 4, False,
        source=_NO_CASE_BEFORE_TIME,
    ),
    Step(
        StepKind.SURVEILLANCE, (Stage.AWAITING_CREDITOR,), Stage.SURVEILLANCE, Wait.LAST_DAY, "choice_wait", 4, False,
        source=OFFICE,
    ),
)  # fmt: skip

BY_INSTRUCTION = (StepKind.PAYMENT_ORDER, StepKind.SURVEILLANCE)
"""Steps that nobody takes unless the creditor has told us to."""

PROCEDURE: Dated[tuple[Step, ...]] = Dated("procedure", Since(date(2003, 7, 1), STEPS, OFFICE))

POLICY_LEAST: Mapping[str, tuple[int, Source | None]] = {
    "days": (0, OFFICE),
    "notice_days": (7, OFFICE),
    "pay_days": (REMINDER_DAYS, OFFICE),
    "demand_wait": (3, OFFICE),
    "demand_days": (DEMAND_DAYS.values[-1].value, DEMAND_DAYS.values[-1].source),
    "choice_wait": (4, IMY_PRAXIS),
}

TOPIC = Topic(
    "The procedure",
    "The table of steps is printed by itself, in procedure-se.md.",
    rules=(
        Rule(
            "A friendly notice is off unless the creditor turns it on; the reminder then follows at least 7 days later.", OFFICE
        ),
        Rule("Demand: at the earliest on the 3rd banking day after the reminder's last day.", OFFICE),
        Rule("The creditor's choice: at the earliest 4 banking days after the demand's last day.", _NO_CASE_BEFORE_TIME),
        Rule("Rest letter after a part payment: last day as for a reminder, no cost of its own.", OFFICE),
        Rule("Payment order and surveillance only when the creditor says so.", OFFICE),
        Rule(
            "A hold (dispute, respite, plan, death, bankruptcy, unknown address, question, by hand) stops everything.",
            INKASSOLAGEN("4, 8 §§"),
        ),
    ),
)
