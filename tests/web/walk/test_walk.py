"""The set-up guide is walked from the ERP's sign-in to the switch, over HTTP, in Swedish with the keyboard and in English with
the mouse."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.web.walk.steps import Walk
from tests.web.walk.town import Town
from tests.web.walk.words import WORDS

pytestmark = pytest.mark.slow


@pytest.fixture
def pictures(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """FORDRAN_PICTURES names a folder to keep them in, as `make guide` does."""
    kept = os.environ.get("FORDRAN_PICTURES")
    folder = Path(kept) / request.node.callspec.params["language"] if kept else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_guide_is_walked_from_access_to_the_switch(place: Town, browser: Any, pictures: Path, language: str) -> None:
    walk = Walk.begin(place, browser, language, pictures)
    try:
        walk.whole()
    except BaseException:
        walk.anna.page.screenshot(path=pictures / "stopped-anna.png")
        walk.olle.page.screenshot(path=pictures / "stopped-olle.png")
        raise
    finally:
        walk.end()
    assert walk.anna.complaints == [] and walk.olle.complaints == []
    seen = "\n".join(walk.anna.seen + walk.olle.seen)
    assert [word for word in WORDS if walk.anna.say(word) not in seen] == []
