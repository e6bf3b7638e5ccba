"""A range of days given again after a stop: what has been run is left alone, the day that was stopped is finished."""

from __future__ import annotations

import pytest

from fordran.cases.office import Office
from fordran.core.problems import Refused
from fordran.day import course
from fordran.day.run import run_day
from fordran.db.bulk import run
from tests.build import an_item, bring_in, day
from tests.post import PostOffice


def test_days_that_were_run_are_left_alone_while_a_later_one_is_unfinished(office: Office, post: PostOffice) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    for on in ("2026-02-02", "2026-02-03"):
        assert run_day(day(on), {"folder": post}, [office.creditor]).problems == []
    course.begin(office, day("2026-02-04"))  # and here the process was stopped
    for on in ("2026-02-02", "2026-02-03", "2026-02-04", "2026-02-05"):
        assert run_day(day(on), {"folder": post}, [office.creditor]).problems == []
    assert run("SELECT count(*) FROM day_course WHERE state = 'running'") == [(0,)]
    assert run("SELECT count(*) FROM letters_letter WHERE dated_on = '2026-02-04'") == [(1,)]


def test_a_day_that_never_was_is_refused_while_a_later_one_is_unfinished(office: Office) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    course.begin(office, day("2026-02-04"))
    if run("SELECT count(*) FROM day_course WHERE state = 'running'") == [(0,)]:
        pytest.skip("the day had nothing to do")
    with pytest.raises(Refused):
        course.begin(office, day("2026-02-03"))
