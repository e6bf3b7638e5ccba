"""The right to a cost is a gate, asked in one place: nothing else in the house puts a cost on a debt."""

from __future__ import annotations

import ast
from pathlib import Path

import fordran
from fordran.process.apply import CHARGES

ROOT = Path(fordran.__file__).parent

WRITERS = {"cases/write.py", "cases/choose.py"}
"""Who may insert into the table of charges: both take what the gate answered and nothing else."""

ASKERS = {"process/decide.py", "cases/choose.py", "cases/move_cost.py"}
"""Who may ask the gate and book its answer: the judgement, the cost of an earlier reminder, a cost that moves in its letter."""


def sources() -> dict[str, str]:
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in ROOT.rglob("*.py")
        if "migrations" not in path.parts and "sandbox" not in path.parts
    }


def test_only_two_places_write_a_charge() -> None:
    words = ('"cases_charge"', "'cases_charge'", "INTO cases_charge", "Charge.objects.create", "Charge(", ".charges.create")
    found = {name for name, text in sources().items() if any(word in text for word in words)}
    found -= {"cases/models.py"}
    readers = {name for name in found if not _inserts(sources()[name])}
    assert found - readers == WRITERS


def _inserts(text: str) -> bool:
    """A call of insert_many, an INSERT or a model's own maker, with the table of charges in it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            inside = ast.unparse(node)
            if called.endswith("insert_many") and "cases_charge" in inside:
                return True
            if called in {"Charge", "Charge.objects.create", "Charge.objects.bulk_create"}:
                return True
            if called.endswith(("run", "execute", "executemany")) and "INSERT INTO cases_charge" in inside:
                return True
    return False


def test_only_the_gates_answer_becomes_a_booking_of_a_cost() -> None:
    """Wherever a booking to a cost's account raises the debt, its amount is that of a `CostAllowed`."""
    askers = {
        name
        for name, text in sources().items()
        if ".cost_allowed(" in text or ".earlier_reminder_cost(" in text
    }  # fmt: skip
    assert {name for name in askers if not name.startswith("countries/")} <= ASKERS | {"cases/standing.py", "process/forecast.py"}
    raisers = {
        name for name, text in sources().items() if "Booking(" in text and "COST_ACCOUNT[" in text and "Account.CLAIMS," in text
    }
    assert raisers <= {"process/carry_out.py", "process/forecast.py", "cases/choose.py", "cases/move_cost.py"}


def test_every_reason_that_charges_is_a_reason_of_the_gate() -> None:
    assert {str(reason) for reason in CHARGES} == {
        "reminder_cost", "earlier_reminder_cost", "demand_cost", "plan_cost", "compensation",
    }  # fmt: skip
