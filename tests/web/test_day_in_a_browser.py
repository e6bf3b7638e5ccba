"""The page of a running day in a real browser: it follows the day by itself, and asks no more when the day is over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.test_in_a_browser import WIDTHS, Site, site

__all__ = ["site"]


@pytest.mark.slow
def test_the_page_follows_a_running_day_by_itself(
    site: Site, browser: Any, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection

    from fordran.cases.office import open_office
    from fordran.creditors.models import Creditor
    from fordran.day.models import Shard
    from fordran.day.run import leave_to_workers
    from fordran.day.shards import lease_any
    from fordran.day.worker import Worker
    from tests.build import an_item, bring_in, day
    from tests.post import PostOffice

    monkeypatch.setattr("fordran.day.shards.SHARD_SIZE", 1)
    today = day("2026-02-05")
    with django_db_blocker.unblock():
        office = open_office(Creditor.objects.get())
        bring_in(office, [an_item(f"n{n}", str(n + 10)) for n in range(4)], today, name="more")
        leave_to_workers(today)
        worker = Worker("norr-1", {"folder": PostOffice()}, print)
        for _ in range(3):
            assert worker.take_one()
        assert lease_any("norr-2") is not None
        context = browser.new_context(viewport=WIDTHS["desk"], locale="sv-SE")
        page = context.new_page()
        asked: list[str] = []

        def note(request: Any) -> None:
            if "/day/" in request.url:
                asked.append(request.headers.get("hx-request", ""))

        page.on("request", note)
        trouble: list[str] = []
        page.on("console", lambda message: trouble.append(message.text) if message.type in ("error", "warning") else None)
        page.goto(site.address)
        page.goto(f"{site.address}/{site.org}/day/{today.isoformat()}")
        page.wait_for_selector("text=2 av 4 delar klara")
        assert page.get_by_text("norr-2").is_visible()
        Shard.objects.filter(state="leased").update(lease_until="2026-01-01T00:00Z")
        assert worker.take_one()
        page.wait_for_selector("text=3 av 4 delar klara", timeout=12_000)
        worker.work_off()
        page.wait_for_selector("text=Dagen är klar.", timeout=12_000)
        assert not page.get_by_text("frågar igen").count()
        seen = len(asked)
        page.wait_for_timeout(6_000)
        assert len(asked) == seen and "true" in asked and trouble == []
        context.close()
        connection.close()
