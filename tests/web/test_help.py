"""Hjälp: the guide's chapters beside the pages, whole under /help/, and the guide made of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from fordran.creditor_pages.help_text import CHAPTERS, OF_PAGE, chapter, pictures, source, with_pictures
from fordran.creditor_pages.urls import of_a_creditor, urlpatterns
from fordran.creditor_pages.words import english
from tests.conftest import ROOT
from tests.web.conftest import World
from tests.web.walk.words import WORDS

GUIDE = ROOT / "docs" / "guide"


def in_english(word: str) -> str:
    return "The debt concerns" if word == "Skuld avser" else english().get(word, word)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_button_and_label_of_the_guide_stands_in_the_help_and_in_the_guide(language: str) -> None:
    help_text = "\n".join(source(name, language) for name in CHAPTERS)
    guide = (GUIDE / f"{language}.md").read_text(encoding="utf-8")
    for word in WORDS:
        said = word if language == "sv" else in_english(word)
        assert re.search(rf"\b{re.escape(said)}\b", help_text), said
        assert re.search(rf"\b{re.escape(said)}\b", guide), said


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_guide_is_the_chapters_with_pictures_that_are_there(language: str) -> None:
    guide = (GUIDE / f"{language}.md").read_text(encoding="utf-8")
    for name in CHAPTERS:
        shown = with_pictures(name, language, f"pictures/{language}").partition("\n")[2].strip()
        assert shown in guide, f"{name} has changed: make guide"
    for address in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", guide):
        assert (GUIDE / address).is_file(), address
    assert set(pictures("sv")) == set(pictures("en"))


def test_the_pictures_are_small() -> None:
    assert sum(one.stat().st_size for one in GUIDE.rglob("*.png")) < 4_000_000


def test_what_is_pressed_in_english_is_called_so_on_the_pages() -> None:
    """Words in bold are buttons, labels and titles: each is English for some words of the pages."""
    known = {re.sub(r"&shy;|\{\w+\}", "", one).strip(" :") for one in english().values()}
    known |= {"AutoCollect User", "SEK", "Example:", "Note:", "Tip:", "The debt concerns", "Ok"}
    bold = {one for name in CHAPTERS for one in re.findall(r"\*\*(.+?)\*\*", source(name, "en"))}
    assert {one for one in bold if one not in known} == set()


def test_every_page_with_help_is_a_page_and_has_a_chapter() -> None:
    names = {one.name for one in [*of_a_creditor, *urlpatterns] if hasattr(one, "name")}
    assert set(OF_PAGE) <= names and set(OF_PAGE.values()) == set(CHAPTERS)


def test_help_stands_beside_a_page_and_whole_under_its_own_address(world: World, clerk: Client) -> None:
    page = clerk.get(world.url("settings/import-filter")).content.decode()
    assert '<details class="fd-help">' in page and "5–7 dagar rekommenderas" in page and 'href="/help/import-filter"' in page
    assert "fd-help" not in re.sub(r"<link[^>]*>", "", clerk.get(world.url("cases")).content.decode())
    whole = clerk.get("/help/import-filter")
    assert whole.status_code == 200 and "<h1>Importfilter</h1>" in whole.content.decode()
    assert "![" not in whole.content.decode()
    assert clerk.get("/help").status_code == 200 and clerk.get("/help/nonsense").status_code == 404
    assert Client().get("/help/creditor").status_code == 302


def test_help_is_in_the_visitors_language(world: World, clerk: Client) -> None:
    page = clerk.get("/help/creditor", headers={"accept-language": "en"}).content.decode()
    assert "Debt description" in page and chapter("creditor", "en").title == "Creditor"
    assert Path(GUIDE / "en.md").is_file()
