"""What processes say of themselves: one name from fetch to errand, and nobody's name at all."""

from __future__ import annotations

import json
import logging
import logging.config
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import path

from fordran.audit.trail import run_name
from fordran.config import logs
from tests.build import IDENTITIES, an_item, an_office, bring_in, day
from tests.conftest import ROOT, Scratch

STORY = ROOT / "scenarios/part-payment-then-residual-claim.toml"


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def _personal(story: str) -> set[str]:
    """Every name, number and address that the story's people have."""
    fields = re.findall(r'^(?:customer|identity|street|postcode|town|name) = "(.*)"', story, re.M)
    return {word for value in fields for word in (value, *value.split()) if len(word) > 3}


def _spoken(code: str, **env: str) -> str:
    """Standard error of a process that sets Django up and does this."""
    begin = "import django, logging; django.setup()\nfrom fordran.audit.trail import log, in_run\n"
    done = subprocess.run([sys.executable, "-c", begin + code], cwd=ROOT, capture_output=True, text=True, timeout=60,
                          env=dict(os.environ, DJANGO_SETTINGS_MODULE="fordran.config.settings", **env))  # fmt: skip
    return done.stderr


def test_a_story_is_logged_under_a_name_for_each_day_and_names_nobody(scratch_database: Scratch) -> None:
    env = dict(os.environ, FORDRAN_LOG="json", FORDRAN_LOG_LEVEL="debug")
    done = subprocess.run([sys.executable, "-m", "fordran.cli.main", "story", "play", str(STORY)], cwd=ROOT, env=env,
                          capture_output=True, text=True, timeout=300)  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = _lines(done.stderr)
    sent = [line for line in lines if line["event"] == "letter handed over"]
    assert len(sent) >= 3 and all(line["state"] == "sent" for line in sent)
    for line in sent:
        steps = {other.get("step") for other in lines if other["run"] == line["run"]}
        assert {"learn", "decide", "send"} <= steps, "from learning to the letter under one name"
    personal = _personal(STORY.read_text("utf-8"))
    assert {"Anna", "Berg", "640823-3234", "Björkvägen"} <= personal
    assert [word for word in sorted(personal) if word in done.stderr or word.replace("-", "") in done.stderr] == []


def test_workers_of_one_day_use_the_name_that_the_day_has_everywhere(scratch_database: Scratch, tmp_path: Path) -> None:
    office = an_office()
    bring_in(office, [an_item(str(1000 + n), str(n)) for n in range(1, 5)], day("2026-02-04"))
    assert scratch_database.fordran("day", "--on", "2026-02-04", "--enqueue").returncode == 0
    os.environ["FORDRAN_LETTERS"] = str(tmp_path)
    try:
        process = subprocess.run([sys.executable, "-m", "fordran.cli.main", "worker", "--once", "--name", "north"], cwd=ROOT,
                                 env=dict(scratch_database.env, FORDRAN_LOG="json"), capture_output=True, text=True,
                                 timeout=300)  # fmt: skip
    finally:
        del os.environ["FORDRAN_LETTERS"]
    lines = _lines(process.stderr)
    pieces = [line for line in lines if line["event"] == "piece done"]
    assert {line["run"] for line in pieces} == {run_name(office.creditor.pk, day("2026-02-04"))}
    assert {line["worker"] for line in lines} == {"north"} and {"decide", "send"} <= {line["step"] for line in pieces}
    assert [word for word in ("Granholm", "Kund", *IDENTITIES) if word in process.stderr] == []


def test_a_field_that_nobody_decided_on_is_left_out() -> None:
    text = _spoken('log.info("letter handed over", letter=7, name="Anna Berg", street="Gatan 1")', FORDRAN_LOG="json")
    (line,) = _lines(text)
    assert line["letter"] == 7 and "Anna" not in text and "Gatan" not in text


def test_an_error_is_told_by_kind_and_place_and_not_by_words_that_may_quote_a_row() -> None:
    code = "try: int('Anna Berg')\nexcept ValueError as error: log.error('piece failed', exc_info=error)"
    (line,) = _lines(_spoken(code, FORDRAN_LOG="json"))
    assert line["error"] == "ValueError" and line["where"] and "Anna" not in str(line)
    assert "Anna" in _spoken(code, FORDRAN_LOG="json", FORDRAN_DEBUG="1"), "words only where an operator asked for them"


def test_an_error_that_nobody_caught_is_a_line_too() -> None:
    (line,) = _lines(_spoken("from fordran.core.money import parse_kronor\nparse_kronor('Anna Berg')", FORDRAN_LOG="json"))
    assert (line["event"], line["level"]) == ("crashed", "critical") and "Anna" not in str(line)
    assert any(place.startswith("fordran/core/money.py:") for place in line["where"])


def test_what_a_library_says_comes_as_its_template() -> None:
    code = "logging.getLogger('django.request').error('Internal Server Error: %s after %d', '/640823-3234/', 3)"
    (line,) = _lines(_spoken(code, FORDRAN_LOG="json"))
    assert line["event"] == "Internal Server Error: … after 3" and line["logger"] == "django.request"


def test_a_library_never_logs_the_addresses_it_calls() -> None:
    assert _spoken("logging.getLogger('httpx').info('GET https://erp.example/customer/10017')", FORDRAN_LOG="json") == ""


def test_at_a_terminal_our_events_are_silent_until_asked_for_and_then_readable() -> None:
    code = 'import datetime\nwith in_run(7, datetime.date(2026, 11, 24)): log.info("piece done", step="send")'
    assert _spoken(code) == ""
    text = _spoken(code, FORDRAN_LOG_LEVEL="info")
    assert "piece done" in text and "7-20261124" in text and not text.startswith("{")


def test_an_unknown_level_is_refused_in_words() -> None:
    assert "choose one of debug, info, warning, error" in _spoken("", FORDRAN_LOG_LEVEL="loud")


@pytest.mark.parametrize("given", ["", "not hexadecimal", "19640823-3234"])
def test_each_answer_carries_an_id_of_our_making(client: Any, given: str, db: None) -> None:
    headers = {"X-Request-ID": given} if given else {}
    answer = client.get("/health/live", headers=headers)
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-ID"])


def test_behind_a_proxy_its_id_is_taken_over(client: Any, settings: Any, db: None) -> None:
    settings.HTTPS = True
    given = "4bf92f3577b34da6a3ce929d0e0e4736"
    assert client.get("/health/live", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


def test_logging_is_set_up_as_the_settings_say() -> None:
    assert logging.getLogger("httpx").level == logging.WARNING


def _breaks(_request: Any, organisation_number: str) -> Any:
    raise ValueError(f"Anna Berg {organisation_number}")


class _Broken:
    urlpatterns = [path("<organisation_number>/broken", _breaks)]


def test_a_page_that_breaks_is_told_with_its_route_its_place_and_the_id_that_the_visitor_sees(
    settings: Any, db: None, capfd: pytest.CaptureFixture[str]
) -> None:
    settings.ROOT_URLCONF = _Broken
    given = dict(os.environ)
    os.environ["FORDRAN_LOG"] = "json"
    try:
        logging.config.dictConfig(logs.django_logging())
        answer = Client(raise_request_exception=False).get("/640823-3234/broken")
    finally:
        os.environ.clear()
        os.environ.update(given)
        sys.excepthook = sys.__excepthook__
        logging.config.dictConfig(logs.django_logging())
    told = capfd.readouterr().err
    lines = _lines(told)
    assert {line["request"] for line in lines} == {answer.headers["X-Request-ID"]}
    assert [line.get("error") for line in lines] == ["ValueError", None]
    assert (lines[1]["route"], lines[1]["status"], lines[1]["level"]) == ("<organisation_number>/broken", 500, "error")
    assert "Anna" not in told and "640823" not in told
