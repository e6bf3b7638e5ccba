"""Who may do what, and who may say so."""

from __future__ import annotations

from fordran.audit.models import Event
from fordran.audit.record import record_event
from tests.build import day


def test_the_pages_write_what_is_done_at_no_creditor_and_never_read_it(app_role: None) -> None:
    record_event(None, day("2026-03-02"), "maria", "role given", "1/2", reach="sign")
    assert not Event.objects.exists()
