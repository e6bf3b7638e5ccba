"""The component page shows every component of the look, and only where nobody works in earnest."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

STYLES = Path(__file__).parents[2] / "fordran" / "static" / "fordran"
#: parts that are nothing by themselves, and what needs a script or paper to be seen
NOT_SHOWN = {"fd-skip", "fd-lg", "fd-narrow", "fd-pick"}


def components() -> set[str]:
    """Every block of components.css: `fd-card`, not `fd-card--editing`."""
    text = re.sub(r"/\*.*?\*/", "", (STYLES / "components.css").read_text(encoding="utf-8"), flags=re.S)
    return set(re.findall(r"\.(fd-[a-z]+(?:-[a-z]+)*)(?![a-z-])", text)) - NOT_SHOWN


@pytest.fixture
def shown(db: None, settings: Any) -> str:
    settings.DEMO = True
    return Client(headers={"accept-language": "sv"}).get("/style/").content.decode()


def test_every_component_stands_on_the_page(shown: str) -> None:
    classes = {name for found in re.findall(r'class="([^"]*)"', shown) for name in found.split()}
    assert sorted(components() - classes) == []


def test_no_mark_is_named_twice(shown: str) -> None:
    names = re.findall(r'\sid="([^"]+)"', shown)
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_it_can_be_looked_at_in_the_dark(db: None, settings: Any) -> None:
    settings.DEMO = True
    assert 'data-bs-theme="dark">' in Client().get("/style/?theme=dark").content.decode()


def test_where_people_work_in_earnest_there_is_no_such_page(db: None, settings: Any) -> None:
    settings.DEMO = settings.DEBUG = False
    assert Client().get("/style/").status_code == 404
