"""Every story in scenarios/ is played; its diary is the one that a person has read through (NAME.diary.txt beside it)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fordran.core.problems import Refused
from fordran.countries.se.country import COUNTRY
from fordran.creditors.models import Creditor
from fordran.day.diary_words import in_words
from fordran.day.story import Played, play
from fordran.day.story_file import Story, read_story
from fordran.day.verify import verify
from fordran.day.world import letter_channels
from tests.golden import assert_golden
from tests.voucher_proofs import assert_a_life_is_booked

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
STORIES = sorted(SCENARIOS.glob("*.toml"))


def _play(story: Story, tmp_path: Path) -> Played:
    return play(story, {"folder": letter_channels(str(tmp_path))["folder"]})


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_ends_as_it_was_read(path: Path, db: None, tmp_path: Path) -> None:
    story = read_story(path.read_text("utf-8"))
    assert story.name and story.about, "a story says what it is about"
    played = _play(story, tmp_path)
    words = in_words(played.diary, played.cases, story.language)
    assert_golden(path.with_suffix(".diary.txt"), f"{story.name}\n{story.about}\n\n{words}\n")
    _is_lawful(played)
    report = verify(list(Creditor.objects.all()))
    assert report.ok, report.findings
    assert report.checked["transfers"] > 0 or not played.cases
    assert_a_life_is_booked(Creditor.objects.get(), played.last)


def _is_lawful(played: Played) -> None:
    """What holds in every story, whatever it is about."""
    charged = [(row["case"], row["kind"]) for row in played.diary if row["what"] == "charge"]
    for row in played.diary:
        if row["what"] == "letter" and row["reason"] != "letter_voided":
            assert COUNTRY.is_banking_day(row["on"]), f"letters are sent on banking days: {row}"
            assert row["last_day"] is None or COUNTRY.is_banking_day(row["last_day"])
        if row["what"] == "charge":
            assert row["source"], f"no cost without its paragraph: {row}"
            assert charged.count((row["case"], row["kind"])) == 1, f"once: {row}"
    for case in played.cases:
        if case["stage"] == "closed":
            assert (case["capital_minor"], case["interest_minor"], case["costs_minor"]) == (0, 0, 0)


def test_there_are_stories_for_all_that_must_be_shown() -> None:
    named = {path.stem for path in STORIES}
    assert named >= {
        "paid-after-the-reminder", "part-payment-then-residual-claim", "exactly-the-invoice-paid-costs-left",
        "paid-straight-to-the-creditor", "credit-note-after-the-demand", "disputed", "excluded-in-mid-process",
        "business-debtor-with-compensation", "two-invoices-in-one-demand", "reminder-fee-not-agreed",
        "already-reminded-by-the-creditor", "payment-crossing-the-letter", "reversed-payment", "barred-by-limitation",
        "half-year-rate-change", "due-on-midsummer-eve", "due-day-not-agreed", "payment-file-twice",
        "part-payments-over-a-half-year-change", "overpayment-set-off", "wrong-reference", "joint-letter-paid",
        "payment-crossing-the-demand", "deduction-in-the-deposit", "reversal-after-closing", "paid-after-limitation",
    }  # fmt: skip


def test_a_story_of_a_few_lines_runs_with_the_documented_samples(db: None, tmp_path: Path) -> None:
    story = read_story(
        '[[event]]\non = 2026-02-02\ndo = "invoice"\ninvoice = 1\ncustomer = "Bo"\ndue = "2026-01-30"\nopen = "1000,50"'
    )
    played = _play(story, tmp_path)
    assert [row["kind"] for row in played.diary if row["what"] == "letter"] == ["reminder"]
    assert played.cases[0]["reason"] == "identity_missing"
    assert played.cases[0]["capital_minor"] == 100_050


def test_a_story_stops_when_nothing_more_happens_by_itself(db: None, tmp_path: Path) -> None:
    story = read_story((SCENARIOS / "paid-after-the-reminder.toml").read_text("utf-8"))
    assert _play(story, tmp_path).last == date(2026, 2, 10)


def test_the_same_story_told_day_by_day_gives_the_same_diary(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The player leaves out days on which nothing can happen; playing them all changes nothing."""
    from datetime import timedelta

    from fordran.day import story as player

    text = (SCENARIOS / "part-payment-then-residual-claim.toml").read_text("utf-8")
    monkeypatch.setattr(player._Player, "_next", lambda self, day, events: day + timedelta(days=1))
    played = _play(read_story(text.replace('"""\n\n[creditor]', '"""\nto = 2026-04-15\n\n[creditor]', 1)), tmp_path)
    story = read_story(text)
    words = in_words(played.diary, played.cases, "sv")
    assert_golden(SCENARIOS / "part-payment-then-residual-claim.diary.txt", f"{story.name}\n{story.about}\n\n{words}\n")


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ('on = 2027-01-04\ndo = "hold"\ninvoice = "1"', "to"),  # T26: no rate is known for 2027
        ('on = 2026-02-03\ndo = "hold"\ninvoice = "2"', "invoice"),
        ('on = 2026-02-02\ndo = "dispute"\ninvoice = "1"', "invoice"),  # its case is opened later that day
        ('on = 2026-02-05\ndo = "lift"\ninvoice = "1"', "invoice"),
        ('on = 2026-02-05\ndo = "reverse"\ninvoice = "1"', "invoice"),
        ('on = 2026-02-05\ndo = "instruct"\ninvoice = "1"\nkind = "payment-order"', "kind"),
        ('on = 2026-02-05\ndo = "address"\ncustomer = "Ingen"\ntown = "X"', "customer"),
    ],
)
def test_what_cannot_happen_is_refused_with_its_event(event: str, field: str, db: None, tmp_path: Path) -> None:
    told = '[[event]]\non = 2026-02-02\ndo = "invoice"\ninvoice = "1"\ncustomer = "Bo"\ndue = 2026-01-26\nopen = 1000\n'
    with pytest.raises(Refused) as refused:
        _play(read_story(f"{told}\n[[event]]\n{event}\n"), tmp_path)
    assert refused.value.problems[0].field == field
    assert refused.value.problems[0].record.startswith("[[event]] 2 ") or field == "to"


def test_an_inactive_creditor_takes_nothing_in_a_story_too(db: None, tmp_path: Path) -> None:
    text = (
        "[creditor]\nactive = false\n" + (SCENARIOS / "no-interest-without-words.toml").read_text("utf-8").split("[creditor]")[1]
    )
    assert _play(read_story(text), tmp_path).cases == []
