"""The texts of agreements: data with a version and a day, made into the document of one company.

A text is a file `<kind>-<version>.<sv|en>.md`. The Swedish one decides and is the document that is signed; the English one is a
translation to read. An office that has texts of its own puts them in the folder that FORDRAN_AGREEMENTS names.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path

from fordran.agreements.paper import Block, render
from fordran.core.problems import Problem, Refused
from fordran.creditors.models import Creditor, Office
from fordran.letters.slip import show_organisation_number

TEXTS = Path(__file__).with_name("texts")
KINDS = ("agency", "own")
DAYS_TO_SIGN = 30
"""How long before a new version applies it is shown, when its text names no other last day."""
_NAME = re.compile(r"(agency|own)-(\d+)\.(sv|en)\.md")
_NO_NAME = {"sv": "er leverantör av Fordran", "en": "your provider of Fordran"}


@dataclass(frozen=True, slots=True)
class Text:
    """`bodies` and `titles` by language; sv is always there. `starts_on`: shown and to be signed from then. `last_day`: by when
    somebody who has accepted an earlier version should have signed this one."""

    kind: str
    version: int
    starts_on: date
    last_day: date
    titles: Mapping[str, str]
    bodies: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parties:
    """`number` of each as it is shown; the office's may be empty."""

    company: str
    number: str
    office: str = ""
    office_number: str = ""

    def named(self, language: str) -> tuple[str, str]:
        return self.company, self.office or _NO_NAME[language]

    def in_words(self, language: str) -> str:
        company, office = self.named(language)
        between, and_ = ("Mellan", "och") if language == "sv" else ("Between", "and")
        first = f"{office}, {self.office_number}," if self.office_number else office
        return f"{between} {first} {and_} {company}, {self.number}"


@dataclass(frozen=True, slots=True)
class Paper:
    """The document of one company, as it is signed."""

    text: Text
    parties: Parties
    pdf: bytes = field(repr=False)
    sha256: str


def parties_of(creditor: Creditor) -> Parties:
    number = show_organisation_number(creditor.organisation_number)
    if creditor.mode == "agency":
        return Parties(creditor.name, number, creditor.office_name, show_organisation_number(creditor.office_number))
    office = Office.objects.order_by("pk").first()
    known = (office.name, show_organisation_number(office.organisation_number)) if office else ("", "")
    return Parties(creditor.name, number, *known)


def texts(kind: str) -> list[Text]:
    """Every version, oldest first. Raises Refused for a file that is not as it should be."""
    return _read(os.environ.get("FORDRAN_AGREEMENTS") or str(TEXTS))[kind]


def current(kind: str, today: date) -> Text:
    """The latest that is shown today; before the first has begun, the first. Raises Refused when there is none."""
    every = texts(kind)
    if not every:
        raise Refused(f"there is no agreement of kind {kind}", field="FORDRAN_AGREEMENTS")
    begun = [text for text in every if text.starts_on <= today]
    return begun[-1] if begun else every[0]


def version(kind: str, number: int) -> Text | None:
    return next((text for text in texts(kind) if text.version == number), None)


def paper(text: Text, parties: Parties) -> Paper:
    """The Swedish document as PDF. The same text and parties give the same bytes."""
    pdf = _pdf(text.kind, text.version, text.titles["sv"], text.bodies["sv"], text.starts_on, parties)
    return Paper(text, parties, pdf, hashlib.sha256(pdf).hexdigest())


def body(text: Text, parties: Parties, language: str) -> str:
    """Markdown with the parties' names in it; Swedish where there is no translation."""
    there = language if language in text.bodies else "sv"
    return _filled(text.bodies[there], parties, there)


def _filled(body: str, parties: Parties, language: str) -> str:
    return with_names(body, *parties.named(language))


def with_names(body: str, company: str, office: str) -> str:
    """In one go: a name may look like a place for one."""
    return re.sub(r"\{(company|office)\}", lambda found: company if found[1] == "company" else office, body)


@lru_cache(maxsize=64)
def _pdf(kind: str, number: int, title: str, swedish: str, starts_on: date, parties: Parties) -> bytes:
    return render(
        title=title, parties=parties.in_words("sv"), author=parties.named("sv")[1], version=number, starts_on=starts_on,
        blocks=[_with_names(block, parties) for block in _blocks(swedish)],
    )  # fmt: skip


def _with_names(block: Block, parties: Parties) -> Block:
    """Names go in after the text is taken apart: a company may be called anything."""
    return Block(block.kind, tuple(_filled(part, parties, "sv") for part in block.parts))


def _blocks(markdown: str) -> list[Block]:
    """Headings (##), paragraphs and lists (-): all that these texts use."""
    found = []
    for part in re.split(r"\n\s*\n", markdown.strip()):
        lines = part.splitlines()
        if lines[0].startswith("## "):
            found.append(Block("heading", (lines[0][3:].strip(),)))
        elif lines[0].startswith("- "):
            items = re.split(r"\n(?=- )", part)
            found.append(Block("list", tuple(" ".join(item[2:].split()) for item in items)))
        else:
            found.append(Block("paragraph", (" ".join(part.split()),)))
    return found


# ---- files ---------------------------------------------------------------------------------------------------------


@cache
def _read(folder: str) -> dict[str, list[Text]]:
    """Read once for each process. Raises Refused."""
    found: dict[tuple[str, int], dict[str, tuple[dict[str, object], str]]] = {}
    for path in sorted(Path(folder).glob("*.md")):
        named = _NAME.fullmatch(path.name)
        if named is None:
            raise Refused(f"a text is named like agency-1.sv.md, not {path.name}", record=path.name, field="FORDRAN_AGREEMENTS")
        found.setdefault((named[1], int(named[2])), {})[named[3]] = _parsed(path)
    made: dict[str, list[Text]] = {kind: [] for kind in KINDS}
    for (kind, number), languages in sorted(found.items()):
        made[kind].append(_text(kind, number, languages))
    return made


def _text(kind: str, number: int, languages: Mapping[str, tuple[dict[str, object], str]]) -> Text:
    name = f"{kind}-{number}.sv.md"
    head = languages["sv"][0] if "sv" in languages else {}
    starts_on, last_day = head.get("from"), head.get("last_day")
    problems = [] if head else [Problem(name, "", "the Swedish text decides and must be there")]
    if head and (head.get("kind"), head.get("version")) != (kind, number):
        problems.append(Problem(name, "version", "kind and version must be those of the file's name"))
    if head and not isinstance(starts_on, date):
        problems.append(Problem(name, "from", "write a day, such as 2026-01-01"))
    if problems or not isinstance(starts_on, date):
        raise Refused(problems)
    titles = {language: str(one["title"]) for language, (one, _) in languages.items()}
    until = last_day if isinstance(last_day, date) else starts_on + timedelta(days=DAYS_TO_SIGN)
    return Text(kind, number, starts_on, until, titles, {language: text for language, (_, text) in languages.items()})


def _parsed(path: Path) -> tuple[dict[str, object], str]:
    parts = path.read_text(encoding="utf-8").split("+++\n", 2)
    try:
        head = tomllib.loads(parts[1]) if len(parts) == 3 and not parts[0].strip() else {}
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"the lines between +++ are not TOML: {error}", record=path.name) from None
    if not head.get("title"):
        raise Refused("begin with kind, version, from and title between two lines of +++", record=path.name)
    return head, parts[2].strip()
