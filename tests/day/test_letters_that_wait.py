"""Letters that wait for a person are made anew once, when they are approved; not every day they wait."""

from __future__ import annotations

from fordran.day.run import run_day
from fordran.day.speak import approve_batch
from fordran.ledger.models import Transfer
from fordran.letters.models import Letter
from tests.build import an_item, an_office, bring_in, day
from tests.post import PostOffice


def test_waiting_letters_are_left_alone_day_by_day_and_dated_anew_when_approved(db: None, post: PostOffice) -> None:
    office = an_office(approved=False)
    bring_in(office, [an_item()], day("2026-02-01"))
    channels = {"folder": post}
    run_day(day("2026-02-04"), channels, [office.creditor])
    booked = Transfer.objects.count()
    for on in ("2026-02-05", "2026-02-06", "2026-02-09"):
        run_day(day(on), channels, [office.creditor])
    assert Letter.objects.count() == 1 and Transfer.objects.count() == booked
    approve_batch(office.creditor, by="kim", today=day("2026-02-10"), channels=channels)
    sent = Letter.objects.get(state="sent")
    assert (sent.dated_on, sent.last_day) == (day("2026-02-10"), day("2026-02-20"))
    assert Letter.objects.filter(state="voided").count() == 1 and len(post.taken) == 1
