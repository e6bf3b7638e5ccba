"""A story is read whole, and every mistake in it is named at once, before anything is played."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fordran.core.problems import Refused
from fordran.day.story_file import KINDS, read_story

EVENT = '\n[[event]]\non = 2026-02-02\ndo = "invoice"\ninvoice = "1"\ncustomer = "Bo"\ndue = 2026-01-30\nopen = 1000\n'


def _problems(text: str) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        read_story(text)
    return [(p.record, p.field) for p in refused.value.problems]


def test_days_and_money_may_be_written_as_toml_or_as_text() -> None:
    story = read_story(
        '[[event]]\non = "2026-02-02"\ndo = "invoice"\ninvoice = 1001\ncustomer = "Bo"\ndue = "2026-01-30"\namount = 1000.10\n'
        'open = "999,90"\nissued = 2026-01-02\ndue_agreed = "ja"\ninterest_text = false\ninterest_rate = "11,5"\n'
    )
    values = story.events[0].values
    assert (values["invoice"], values["due"], values["amount"], values["open"]) == ("1001", date(2026, 1, 30), 100_010, 99_990)
    assert (values["due_agreed"], values["interest_text"], values["interest_rate"]) == (True, False, Decimal("11.5"))


def test_events_are_learnt_in_order_of_day_and_those_of_one_day_as_they_stand() -> None:
    later = EVENT.replace("02-02", "03-02").replace('"1"', '"2"')
    same = EVENT.replace('"1"', '"3"')
    story = read_story(later + EVENT + same)
    assert [event.values["invoice"] for event in story.events] == ["1", "3", "2"]
    assert story.first == date(2026, 2, 2) and story.last is None


def test_what_a_story_leaves_out_of_its_creditor_is_made_up() -> None:
    profile = read_story(EVENT).profile
    assert not profile.not_ready(date(2026, 1, 1)) and profile.active
    assert set(profile.generic.limits) == {"SEK"}
    own = read_story('[creditor]\nname = "Eget AB"\nactive = false\n[filter.limits.EUR]\nmin = 1\n' + EVENT).profile
    assert (own.name, own.active, set(own.generic.limits)) == ("Eget AB", False, {"EUR"})


def test_a_half_sender_address_is_not_filled_in() -> None:
    profile = read_story('[address.sender]\nstreet = "Gatan 1"\n' + EVENT).profile
    assert [field for field, _ in profile.not_ready(date(2026, 1, 1))] == ["address.sender"]


def test_every_mistake_is_named_at_once() -> None:
    text = '[story]\ncolour = "red"\n[creditor]\nsize = 3\n' + EVENT.replace("open = 1000", 'open = "much"').replace(
        "due", "duel"
    )
    assert _problems(text) == [
        ("[creditor]", "size"), ("[story]", "colour"), ("[[event]] 1 (invoice 2026-02-02)", "duel"),
        ("[[event]] 1 (invoice 2026-02-02)", "open"), ("[[event]] 1 (invoice 2026-02-02)", "due"),
    ]  # fmt: skip


@pytest.mark.parametrize("do", KINDS)
def test_each_kind_of_event_refuses_what_it_does_not_know(do: str) -> None:
    found = _problems(f'[[event]]\non = 2026-02-02\ndo = "{do}"\nsmell = "good"\n')
    assert (f"[[event]] 1 ({do} 2026-02-02)", "smell") in found


def test_an_amount_below_zero_a_wrong_word_and_a_day_that_is_none_are_refused() -> None:
    assert _problems(EVENT.replace("1000", "-1000"))[0][1] == "open"
    assert _problems(EVENT + 'debtor = "martian"\n')[0][1] == "debtor"
    assert _problems(EVENT.replace("on = 2026-02-02", 'on = "2026-02-30"'))[0][1] == "on"
    assert _problems(EVENT.replace('invoice"\n', 'invoice"\n', 1).replace('do = "invoice"', 'do = "sing"'))[0][1] == "do"
    assert _problems("not toml") == [("file", "")]
    assert _problems('[creditor]\nname = "Eget AB"\n') == [("[[event]]", "on")]


def test_a_story_cannot_end_before_its_last_event_or_begin_after_its_first() -> None:
    assert _problems("[story]\nto = 2026-01-01\n" + EVENT) == [("[story]", "to")]
    assert _problems("[story]\nfrom = 2026-03-01\n" + EVENT) == [("[story]", "from")]
    assert _problems(EVENT + '\n[[event]]\non = 2026-02-09\ndo = "payment"\ninvoice = "1"\namount = 1\nbooked = 2026-02-10\n')


def test_an_invoice_told_of_again_needs_only_what_changed() -> None:
    story = read_story(EVENT + '\n[[event]]\non = 2026-02-09\ndo = "invoice"\ninvoice = "1"\ndue = 2026-02-20\n')
    assert len(story.events) == 2
    assert _problems('[[event]]\non = 2026-02-09\ndo = "invoice"\ninvoice = "1"\ndue = 2026-02-20\n')
