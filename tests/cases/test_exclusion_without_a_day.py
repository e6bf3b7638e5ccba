"""An exclusion that names no day takes effect on the latest day that anything is known of."""

from __future__ import annotations

import pytest

from fordran.cases.acts import exclude
from fordran.cases.models import Case
from fordran.cases.office import Office
from fordran.day.run import run_day
from fordran.invoices.receive import Picture, import_picture
from fordran.letters.models import Letter
from tests.build import an_item, an_office, day


@pytest.fixture
def office(db: None) -> Office:
    return an_office(approved=False)


def test_a_letter_not_yet_sent_is_taken_back_at_once(office: Office) -> None:
    item = an_item()
    import_picture(office.creditor, Picture([item], sha256="a"), on=day("2026-02-01"), country=office.country)
    run_day(day("2026-02-04"), {}, [office.creditor])
    assert Letter.objects.get().state in ("composed", "approved")
    exclude(office.creditor, level="customer", key=item.customer_id, reason="avtal", by="kim", today=None)
    assert Letter.objects.get().state == "voided"
    assert Case.objects.get().reason == "held"
