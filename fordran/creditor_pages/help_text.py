"""The set-up guide's chapters as they stand beside the pages. The same texts, with their pictures, are docs/guide."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.utils.safestring import SafeString

from fordran.creditor_pages.markdown import as_html

CHAPTERS = ("access", "registration", "agreement", "creditor", "import-filter", "own-settings", "safe-start", "active")
"""In the order of the guide; the name is the chapter's address below /help/."""

_PICTURE = re.compile(r"^!\[([^\]]*)\]\(([a-z-]+)\)$", re.M)

OF_PAGE = {
    "home": "access",
    "home-tiles": "access",
    "people": "access",
    "people-person": "access",
    "people-invite": "access",
    "companies": "registration",
    "register": "registration",
    "register-typed": "registration",
    "agreement": "agreement",
    "agreement-accept": "agreement",
    "agreement-sign": "agreement",
    "agreement-document": "agreement",
    "start": "creditor",
    "creditor": "creditor",
    "payout-accounts": "creditor",
    "payout-account": "creditor",
    "import-filter": "import-filter",
    "import-filter-card": "import-filter",
    "reminded": "import-filter",
    "reminded-mark": "import-filter",
    "reminded-upload": "import-filter",
    "what-applies": "own-settings",
    "customer-settings": "own-settings",
    "customer-setting-add": "own-settings",
    "customer-setting": "own-settings",
    "class-settings": "own-settings",
    "class-setting-add": "own-settings",
    "class-setting": "own-settings",
    "exclusions": "own-settings",
    "exclusion-add": "own-settings",
    "exclusion-upload": "own-settings",
    "ledger-file": "safe-start",
    "ledger-columns": "safe-start",
    "check-ledger": "safe-start",
    "check-ledger-list": "safe-start",
    "start-preview": "safe-start",
    "last-year": "safe-start",
    "switch": "active",
}
"""Name of a page -> the chapter that helps there."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """`html` is without the heading and the pictures."""

    name: str
    title: str
    html: SafeString


@cache
def source(name: str, language: str) -> str:
    """The chapter as it is written, pictures included. Raises KeyError for a name that is no chapter."""
    if name not in CHAPTERS:
        raise KeyError(name)
    number = CHAPTERS.index(name) + 1
    file = files("fordran.creditor_pages") / "texts" / "help" / f"{number}-{name}.{language}.md"
    return file.read_text(encoding="utf-8")


@cache
def chapter(name: str, language: str) -> Chapter:
    """Raises KeyError for a name that is no chapter."""
    text = source(name, language)
    heading = text.partition("\n")[0]
    return Chapter(name, heading.lstrip("# "), as_html(_PICTURE.sub("", text)))


def with_pictures(name: str, language: str, folder: str) -> str:
    """The chapter with its pictures in `folder`, for a reader of Markdown."""
    return _PICTURE.sub(lambda found: f"![{found[1]}]({folder}/{found[2]}.png)", source(name, language))


@cache
def pictures(language: str) -> tuple[str, ...]:
    """The names of all pictures that the chapters show, in their order."""
    return tuple(found[2] for name in CHAPTERS for found in _PICTURE.finditer(source(name, language)))
