"""`fordran verify` finds what it says it finds: each test spoils one thing, as the tables' owner could, and it is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection

from fordran.cases.models import Case, Charge, Step
from fordran.creditors.models import Creditor
from fordran.day.story import play
from fordran.day.story_file import read_story
from fordran.day.verify import Report, verify
from fordran.day.world import letter_channels
from fordran.letters.models import Letter
from fordran.settlement.models import Allocation, Payment

STORY = Path(__file__).resolve().parents[2] / "scenarios" / "part-payment-then-residual-claim.toml"


@pytest.fixture
def played(db: None, tmp_path: Path) -> None:
    play(read_story(STORY.read_text("utf-8")), {"folder": letter_channels(str(tmp_path))["folder"]})


def _verify() -> Report:
    return verify(list(Creditor.objects.all()))


def _found(check: str) -> list[str]:
    report = _verify()
    assert not report.ok
    return [f"{f.record}: {f.message}" for f in report.findings if f.check == check]


def test_books_that_were_written_by_the_product_hold(played: None) -> None:
    report = _verify()
    assert report.ok, report.findings
    assert report.checked["transfers"] > 5 and report.checked["letters"] == 3


def test_a_sum_on_a_case_that_its_transfers_do_not_give_is_found(played: None) -> None:
    Case.objects.update(capital_minor=66_355)
    assert _found("cases") == ["case 2026-000001: capital 66355 öre, by its transfers 66356 öre"]
    assert _found("decided")


def test_a_stage_that_the_steps_do_not_lead_to_is_found(played: None) -> None:
    Case.objects.update(stage="reminded")
    assert _found("decided") == ["case 2026-000001: it stands at reminded, but its steps lead to awaiting_creditor"]


def _charge(amount_minor: int, section: str) -> None:
    case = Case.objects.get()
    Charge.objects.create(
        creditor_id=case.creditor_id, case=case, invoice_id=case.invoice_id, kind="instalment-plan", amount_minor=amount_minor,
        currency="SEK", on="2026-03-05", reason="plan_cost", section=section, in_force="2013-03-16",
        act="Lagen (1981:739) om ersättning för inkassokostnader m.m.",
    )  # fmt: skip


def test_a_cost_above_the_statutory_amount_is_found(played: None) -> None:
    _charge(17_001, "4 § 2 st. 3 p.")
    assert [said.split(": ")[1] for said in _found("paragraphs")] == ["17001 öre (SEK) as instalment-plan; the most is 17000 öre"]


def test_a_cost_with_another_paragraph_is_found(played: None) -> None:
    _charge(17_000, "99 §")
    assert any("it names Lagen (1981:739) om ersättning för inkassokostnader m.m. 99 §" in said for said in _found("paragraphs"))


def test_a_cost_without_its_transfer_is_found(played: None) -> None:
    _charge(17_000, "4 § 2 st. 3 p.")
    assert not [f for f in _verify().findings if f.check == "paragraphs"]
    assert any("1 costs of 17000 öre" in said and "0 of 0 öre" in said for said in _found("costs"))


def test_an_allocation_that_the_transfers_do_not_show_is_found(played: None) -> None:
    allocation = Allocation.objects.get()
    Allocation.objects.create(
        creditor_id=allocation.creditor_id, payment_id=allocation.payment_id, case_id=allocation.case_id, on=allocation.on,
        costs_minor=0, interest_minor=0, capital_minor=1, matched_by="person",
    )  # fmt: skip
    assert any("said to pay" in said for said in _found("allocations"))
    assert any("40001 öre are given out of 40000 öre" in said for said in _found("allocations"))


def test_a_payment_that_was_taken_back_but_still_pays_is_found(played: None) -> None:
    Payment.objects.update(reversed_on="2026-03-01")
    assert any("40000 öre are given out of 40000 öre" in said for said in _found("allocations"))


def test_letter_words_that_were_changed_are_found(played: None) -> None:
    letter = Letter.objects.get(kind="demand")
    content = json.loads(letter.content)
    content["claims"][0]["lines"][0]["amount_minor"] += 100
    Letter.objects.filter(pk=letter.pk).update(content=json.dumps(content))
    said = _found("letters")
    assert any("not those that were sealed" in one for one in said)
    assert any("its lines come to" in one for one in said)


def test_a_letter_that_gives_too_little_time_is_found(played: None) -> None:
    Letter.objects.filter(kind="reminder").update(sent_on="2026-02-10")
    assert any("posted on 2026-02-10 it gives until 2026-02-16" in one for one in _found("letters"))


def test_a_step_that_does_not_say_what_its_letter_says_is_found(played: None) -> None:
    Step.objects.filter(kind="demand").update(asked_minor=1)
    assert any("the demand in case 2026-000001 is sent and asks 1 öre" in one for one in _found("steps"))


def test_money_in_the_bank_that_nobody_is_owed_is_found(played: None) -> None:
    creditor = Creditor.objects.get()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO ledger_transfer (creditor_id, key, input_hash, "on", booked_on, debit, credit, case_number,
                   amount_minor, currency, reason, act, section, facts, payment_number)
               VALUES (%s, 'by hand', 'x', '2026-03-01', '2026-03-01', 'own_bank', 'earned', 0, 500, 'SEK', 'payment_received',
                       '', '', '{}', 0)""",
            [creditor.pk],
        )
    said = _found("funds")
    assert any("own_bank holds 40500 öre, but what it is held for comes to 40000 öre" in one for one in said)
    assert any("earned has no place in own collection" in one for one in said)


def test_a_part_of_a_claim_that_moves_without_the_mirror_is_found(played: None) -> None:
    case = Case.objects.get()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO ledger_transfer (creditor_id, key, input_hash, "on", booked_on, debit, credit, case_number,
                   amount_minor, currency, reason, act, section, facts, payment_number)
               VALUES (%s, 'by hand', 'x', '2026-03-01', '2026-03-01', 'received', 'capital', %s, 500, 'SEK', 'payment_allocated',
                       '', '', '{}', 0)""",
            [case.creditor_id, case.pk],
        )
    assert any("500 öre from capital to received is no booking that can be" in one for one in _found("transfers"))
