"""A day: run twice it changes nothing, missed it is caught up, and one creditor's trouble is nobody else's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from fordran.cases.acts import place_hold, resume_sending, stop_sending
from fordran.cases.models import Case, Charge, Step
from fordran.cases.office import Office
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.day.run import run_day
from fordran.day.shards import cut
from fordran.day.speak import approve_batch, correct_sent_on, resolve_ambiguous, waiting
from fordran.letters.models import Batch, Dispatch, Letter
from fordran.ports.errors import Ambiguous, Declined, Unavailable
from fordran.settlement.pay import Money, receive, register_direct
from tests.books import assert_books_hold, whole_database
from tests.build import an_item, an_office, bring_in, case_facts, day, later, sums, the_case
from tests.post import PostOffice

REMINDER_DAY, DEMAND_DAY, CHOICE_DAY = day("2026-02-04"), day("2026-02-19"), day("2026-03-06")


def live(on: str | date, post: PostOffice, until: str | date | None = None) -> list[str]:
    """Let the days pass; what went wrong in them."""
    first = day(on) if isinstance(on, str) else on
    last = first if until is None else day(until) if isinstance(until, str) else until
    problems: list[str] = []
    for n in range((last - first).days + 1):
        problems += run_day(later(first, n), {post.name: post}).problems
    return problems


def letters(**more: Any) -> list[tuple[str, date, str]]:
    return list(Letter.objects.filter(**more).order_by("id").values_list("kind", "dated_on", "state"))


# ---- the whole road ---------------------------------------------------------------------------------------------


def test_an_unpaid_invoice_goes_the_whole_road_on_its_lawful_days(office: Office, post: PostOffice) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    assert live("2026-02-01", post, "2026-03-31") == []
    assert letters() == [("reminder", REMINDER_DAY, "sent"), ("demand", DEMAND_DAY, "sent")]
    case = the_case()
    assert (case.stage, case.stage_on, case.outcome) == ("awaiting_creditor", CHOICE_DAY, "ask")
    assert sums(case) == {"capital": 100_000, "interest": 548, "costs": 24_000}
    assert_books_hold()


def test_a_payment_of_the_letters_total_closes_the_case_and_nothing_more_is_sent(office: Office, post: PostOffice) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    live("2026-02-01", post, "2026-02-16")
    receive(office, Money("b1", "bank", day("2026-02-16"), 106_137, "SEK", the_case().ocr), day("2026-02-17"))
    live("2026-02-17", post, "2026-03-31")
    case = the_case()
    assert (case.stage, case.closed_cause) == ("closed", "paid_in_time")
    assert len(post.taken) == 1
    assert_books_hold()


# ---- again and again --------------------------------------------------------------------------------------------


def test_every_day_of_two_months_repeated_changes_nothing(office: Office, post: PostOffice) -> None:
    """All tables to the last column, the diary's shards among them."""
    bring_in(office, [
        an_item("1001", "1"), an_item("1002", "1", due=day("2026-01-28")), an_item("1003", "2", debtor="business", identity=""),
        an_item("1004", "3", identity=""), an_item("1005", "4", open=20_000, amount=20_000, due=day("2026-02-12")),
    ], day("2026-02-01"))  # fmt: skip
    for n in range(55):
        today = later(day("2026-02-01"), n)
        if today == day("2026-02-10"):
            receive(office, Money("part", "bank", today, 30_000, "SEK", the_case("1002").ocr), today)
        if today == day("2026-02-24"):
            receive(office, Money("all", "bank", today, 20_000, "SEK", the_case("1005").ocr), today)
        live(today, post)
        before = whole_database()
        sent = len(post.asked)
        assert live(today, post) == []
        assert whole_database() == before, today
        assert len(post.asked) == sent
    assert_books_hold()


def test_twelve_runs_in_an_hour_make_one_letter_and_one_fee(office: Office, post: PostOffice) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    for _ in range(12):
        live(REMINDER_DAY, post)
    assert letters() == [("reminder", REMINDER_DAY, "sent")] and Charge.objects.count() == 1 and len(post.asked) == 1


def test_missed_days_are_caught_up_from_the_first_step(office: Office, post: PostOffice) -> None:
    """An old ledger on the first day: everybody starts with the reminder, nobody with the demand."""
    bring_in(office, [an_item(str(n), str(n), due=later(day("2026-01-30"), -20 * n)) for n in range(1, 5)], day("2026-05-04"))
    live("2026-05-04", post)
    assert {kind for kind, _, _ in letters()} == {"reminder"}
    live("2026-07-01", post)
    assert sorted(kind for kind, _, _ in letters()) == ["demand"] * 4 + ["reminder"] * 4


def test_new_settings_do_not_send_what_was_sent_again(office: Office, post: PostOffice) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    live("2026-02-01", post, "2026-02-06")
    office.creditor.layers.filter(level="generic").update(days=1, friendly_notice=True)
    live("2026-02-07", post, "2026-02-18")
    assert len(post.taken) == 1


def test_a_hold_stops_the_case_and_it_goes_on_from_where_it_was(office: Office, post: PostOffice) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    live("2026-02-01", post, "2026-02-10")
    place_hold(the_case(), kind="dispute", reason="ej beställt", by="kim", today=day("2026-02-10"), until=day("2026-03-31"))
    live("2026-02-11", post, "2026-03-31")
    assert len(post.taken) == 1
    live("2026-04-01", post)
    assert [kind for kind, _, _ in letters()] == ["reminder", "demand"]
    assert_books_hold()


# ---- nothing leaves before a person has looked ------------------------------------------------------------------


def test_the_first_batch_waits_for_a_person_and_is_dated_the_day_it_leaves(db: None, post: PostOffice) -> None:
    office = an_office(approved=False)
    bring_in(office, [an_item()], day("2026-02-01"))
    live("2026-02-01", post, "2026-02-09")
    assert post.taken == {} and len(waiting(office.creditor)) == 1
    approve_batch(office.creditor, by="kim", today=day("2026-02-10"), channels={"folder": post})
    assert [(kind, on) for kind, on, state in letters() if state == "sent"] == [("reminder", day("2026-02-10"))]
    (parcel,) = post.taken.values()
    assert parcel.pdf.startswith(b"%PDF")
    assert Charge.objects.filter(voided_on=None).count() == 1
    live("2026-02-11", post, "2026-02-24")
    assert len(post.taken) == 1, "the demand counts from the day the reminder really left"
    live("2026-02-25", post)
    assert sorted(p.kind for p in post.taken.values()) == ["demand", "reminder"]
    assert_books_hold()


def test_more_than_twice_the_usual_number_waits_for_a_person(office: Office, post: PostOffice) -> None:
    for n in range(4):
        Batch.objects.create(creditor=office.creditor, on=later(day("2026-01-12"), n), letters=5, approved_on=day("2026-01-12"))
    bring_in(office, [an_item(str(n), str(n)) for n in range(11)], day("2026-02-01"))
    live(REMINDER_DAY, post)
    assert post.taken == {} and Batch.objects.get(on=REMINDER_DAY).waits_because == "unusual_number"
    approve_batch(office.creditor, by="kim", today=REMINDER_DAY, channels={"folder": post})
    assert len(post.taken) == 11


def test_approving_when_nothing_waits_is_refused(office: Office) -> None:
    with pytest.raises(Refused, match="waits for approval"):
        approve_batch(office.creditor, by="kim", today=REMINDER_DAY)


def test_stopped_sending_takes_back_what_waits_and_resuming_lets_it_go_the_same_day(db: None, post: PostOffice) -> None:
    office = an_office(approved=False)
    bring_in(office, [an_item()], day("2026-02-01"))
    live(REMINDER_DAY, post)
    stop_sending(office.creditor, by="kim", today=REMINDER_DAY)
    assert waiting(office.creditor) == [] and sums(the_case())["costs"] == 0
    live("2026-02-05", post, "2026-02-09")
    assert letters(state="composed") == [] and the_case().reason == "creditor_disabled"
    resume_sending(office.creditor, by="kim", today=day("2026-02-09"))
    live("2026-02-09", post)
    approve_batch(office.creditor, by="kim", today=day("2026-02-09"), channels={"folder": post})
    assert len(post.taken) == 1 and Charge.objects.filter(voided_on=None).count() == 1
    assert_books_hold()


def test_a_payment_that_lands_between_composing_and_sending_stops_the_letter(db: None, post: PostOffice) -> None:
    office = an_office(approved=False)
    bring_in(office, [an_item()], day("2026-02-01"))
    live(REMINDER_DAY, post)
    receive(office, Money("b", "bank", REMINDER_DAY, 100_137, "SEK", the_case().ocr), REMINDER_DAY)
    with pytest.raises(Refused):
        approve_batch(office.creditor, by="kim", today=REMINDER_DAY, channels={"folder": post})
    live("2026-02-05", post, "2026-03-31")
    assert post.taken == {} and the_case().stage == "closed"
    assert_books_hold()


# ---- the world answers ------------------------------------------------------------------------------------------


def raising(error: Exception) -> Any:
    def fail(*_: object) -> None:
        raise error

    return fail


def test_a_letter_that_could_not_leave_goes_with_the_next_banking_day_and_one_cost(office: Office) -> None:
    post = PostOffice(fails=raising(Unavailable("the folder is full")))
    bring_in(office, [an_item()], day("2026-02-01"))
    problems = live(REMINDER_DAY, post)
    assert problems and "the folder is full" in problems[0]
    assert sums(the_case())["costs"] == 6_000, "the cost stands while the letter waits"
    post.fails = None
    live("2026-02-05", post)
    assert [(kind, on) for kind, on, state in letters() if state == "sent"] == [("reminder", day("2026-02-05"))]
    assert Charge.objects.filter(voided_on=None).count() == 1 and sums(the_case())["costs"] == 6_000
    assert the_case().steps.get(voided_on=None).on == day("2026-02-05")
    assert_books_hold()


def test_a_letter_made_anew_is_joined_with_what_else_its_debtor_has_due_that_day(office: Office) -> None:
    post = PostOffice(fails=raising(Unavailable("shut")))
    bring_in(office, [an_item("A", due=day("2026-01-29")), an_item("B")], day("2026-02-01"))
    live("2026-02-03", post)
    post.fails = None
    live("2026-02-04", post)
    (sent,) = Letter.objects.filter(state="sent")
    assert sent.cases.count() == 2 and Charge.objects.filter(voided_on=None).count() == 1
    assert_books_hold()


def test_a_letter_that_is_declined_is_tried_a_few_times_and_then_waits(office: Office) -> None:
    post = PostOffice(fails=raising(Declined("no such address")))
    bring_in(office, [an_item()], day("2026-02-01"))
    for _ in range(8):
        live(REMINDER_DAY, post)
    assert len(post.asked) <= 3 and set(Dispatch.objects.values_list("state", flat=True)) == {"failed"}


def test_a_batch_that_failed_half_way_tells_nobody_twice(office: Office) -> None:
    bring_in(office, [an_item(str(n), str(n)) for n in range(4)], day("2026-02-01"))
    post = PostOffice()
    post.fails = lambda parcel, key: raising(Unavailable("down"))() if len(post.taken) == 2 else None
    live(REMINDER_DAY, post)
    post.fails = None
    live(REMINDER_DAY, post)
    live("2026-02-05", post)
    assert sorted(p.recipient[0] for p in post.taken.values()) == [f"Kund {n}" for n in range(4)]


def test_what_may_have_left_is_never_sent_again_unasked(office: Office) -> None:
    post = PostOffice(fails_after=raising(Ambiguous("the line broke")), knows=False, assumes_posted_same_day=False)
    bring_in(office, [an_item()], day("2026-02-01"))
    live(REMINDER_DAY, post)
    post.fails_after = None
    live(REMINDER_DAY, post)
    live("2026-02-05", post, "2026-03-31")
    assert len(post.asked) == 1 and the_case().reason == "letter_not_sent_yet"
    assert Dispatch.objects.get().state == "ambiguous"


def test_a_person_who_finds_that_it_left_lets_the_case_go_on_from_that_day(office: Office) -> None:
    post = PostOffice(fails_after=raising(Ambiguous("the line broke")), knows=False, assumes_posted_same_day=False)
    bring_in(office, [an_item()], day("2026-02-01"))
    live(REMINDER_DAY, post)
    post.fails_after = None
    resolve_ambiguous(Dispatch.objects.get(), left=True, by="kim", today=day("2026-02-11"))
    live("2026-02-11", post, DEMAND_DAY)
    assert letters() == [("reminder", REMINDER_DAY, "sent"), ("demand", DEMAND_DAY, "sent")]


def test_a_person_who_finds_that_it_did_not_leave_gets_it_sent_anew_with_one_cost(office: Office) -> None:
    post = PostOffice(fails_after=raising(Ambiguous("the line broke")), knows=False, assumes_posted_same_day=False)
    bring_in(office, [an_item()], day("2026-02-01"))
    live(REMINDER_DAY, post)
    post.fails_after = None
    resolve_ambiguous(Dispatch.objects.get(), left=False, by="kim", today=day("2026-02-11"))
    live("2026-02-11", post)
    assert [(kind, on) for kind, on, state in letters() if state == "sent"] == [("reminder", day("2026-02-11"))]
    assert Charge.objects.filter(voided_on=None).count() == 1
    assert_books_hold()


def test_one_creditors_trouble_is_told_and_stops_no_other(office: Office, post: PostOffice) -> None:
    other = an_office(number="556703-7485")
    bring_in(office, [an_item()], day("2026-02-01"))
    bring_in(other, [an_item()], day("2026-02-01"))
    Creditor.objects.filter(pk=office.creditor.pk).update(country="NO")
    problems = live(REMINDER_DAY, post)
    assert len(problems) == 1 and problems[0].startswith(office.creditor.name)
    assert list(Letter.objects.values_list("creditor_id", flat=True)) == [other.creditor.pk]


def test_nothing_is_taken_from_a_creditor_that_is_not_active_and_its_running_cases_go_on(
    office: Office, post: PostOffice
) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    live("2026-02-01", post, "2026-02-10")
    Creditor.objects.filter(pk=office.creditor.pk).update(active=False)
    bring_in(office, [an_item("1002", "2")], day("2026-02-11"))
    live("2026-02-11", post, "2026-03-31")
    assert Case.objects.count() == 1 and the_case().stage == "awaiting_creditor"


# ---- the day it was really posted -------------------------------------------------------------------------------


def test_a_corrected_posting_day_is_what_every_wait_counts_from(office: Office, post: PostOffice) -> None:
    """Ten days from Wednesday the 4th is Saturday the 14th, moved to the 16th: posted on Friday the 6th it still fits."""
    bring_in(office, [an_item()], day("2026-02-01"))
    live("2026-02-01", post, "2026-02-06")
    letter = Letter.objects.get()
    fine, late = correct_sent_on(office.creditor, [letter.pk], day("2026-02-06"), by="kim", today=day("2026-02-06"))
    assert (fine, late) == ([letter.pk], [])
    (step,) = case_facts(the_case(), office).steps
    assert step.on == day("2026-02-06")
    live("2026-02-07", post, "2026-03-31")
    assert letters()[1] == ("demand", DEMAND_DAY, "sent")
    assert_books_hold()


def test_a_letter_posted_too_late_is_void_and_made_anew_with_one_cost(office: Office, post: PostOffice) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    live("2026-02-01", post, "2026-02-10")
    letter = Letter.objects.get()
    fine, late = correct_sent_on(office.creditor, [letter.pk], day("2026-02-09"), by="kim", today=day("2026-02-10"))
    assert (fine, late) == ([], [letter.pk])
    live("2026-02-10", post)
    assert [(k, on, s) for k, on, s in letters()] == [
        ("reminder", REMINDER_DAY, "voided"),
        ("reminder", day("2026-02-10"), "sent"),
    ]
    assert Charge.objects.filter(voided_on=None).count() == 1 and sums(the_case())["costs"] == 6_000
    assert Step.objects.get(voided_on=None).last_day == day("2026-02-20")
    assert_books_hold()


def test_a_demand_posted_too_late_is_made_anew_with_its_cost_once(office: Office, post: PostOffice) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    live("2026-02-01", post, "2026-02-25")
    demand = Letter.objects.get(kind="demand")
    correct_sent_on(office.creditor, [demand.pk], day("2026-02-24"), by="kim", today=day("2026-02-25"))
    live("2026-02-25", post, "2026-03-31")
    assert [state for _, _, state in letters(kind="demand")] == ["voided", "sent"]
    assert {c.kind for c in Charge.objects.filter(voided_on=None)} == {"reminder", "demand"}
    assert the_case().stage == "awaiting_creditor"
    assert_books_hold()


def test_a_cost_that_was_paid_is_not_asked_again_when_its_letter_is_made_anew(office: Office, post: PostOffice) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    live("2026-02-01", post, "2026-02-10")
    register_direct(the_case(), amount_minor=10_000, on=day("2026-02-10"), by="kim", today=day("2026-02-10"))
    correct_sent_on(office.creditor, [Letter.objects.get().pk], day("2026-02-09"), by="kim", today=day("2026-02-10"))
    live("2026-02-10", post, "2026-02-12")
    assert Charge.objects.count() == 1
    assert sums(the_case()) == {"capital": 96_301, "interest": 0, "costs": 0}  # 60 cost, 3.01 interest, the rest capital
    assert_books_hold()


@pytest.mark.parametrize("on", ["2026-02-03", "2026-01-01"])
def test_a_letter_cannot_have_been_posted_before_its_date(office: Office, post: PostOffice, on: str) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    live("2026-02-01", post, "2026-02-05")
    with pytest.raises(Refused):
        correct_sent_on(office.creditor, [Letter.objects.get().pk], day(on), by="kim", today=day("2026-02-05"))


# ---- the diary's shards -----------------------------------------------------------------------------------------


def test_one_customer_is_never_cut_in_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fordran.day.shards.SHARD_SIZE", 10)
    assert cut([(1, 4), (2, 4), (3, 4), (7, 25), (9, 1)]) == [(1, 3), (7, 7), (9, 9)]
    assert cut([]) == []


def test_small_shards_come_to_the_same_end_as_one(office: Office, post: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fordran.day.shards.SHARD_SIZE", 1)
    bring_in(office, [an_item(str(n), str(n % 3)) for n in range(7)], day("2026-02-01"))
    live("2026-02-01", post, later(DEMAND_DAY, 1) - timedelta(days=0))
    assert sorted(p.kind for p in post.taken.values()) == ["demand"] * 3 + ["reminder"] * 3
    assert Charge.objects.count() == 6
    assert_books_hold()
