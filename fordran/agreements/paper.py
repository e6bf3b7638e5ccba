"""An agreement as PDF, tagged and archivable like a letter. The same content gives the same bytes."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import typst

from fordran.core.problems import Refused
from fordran.letters.render import FONTS, STANDARDS

SOURCE = Path(__file__).with_name("templates") / "agreement-1.typ"
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Block:
    """`kind`: heading, paragraph or list. `parts`: its text, or its items."""

    kind: str
    parts: tuple[str, ...]


def render(*, title: str, parties: str, author: str, version: int, starts_on: date, blocks: Sequence[Block]) -> bytes:
    """PDF/UA-1 and PDF/A-2a, dated at midnight UTC of the day the version begins. Raises Refused when the fonts are missing."""
    sheet = {
        "title": title, "parties": parties, "author": author, "running": f"{title}, version {version}",
        "version": f"Version {version}, gäller från {starts_on.isoformat()}", "blocks": [asdict(block) for block in blocks],
    }  # fmt: skip
    made = _compiler().compile(
        format="pdf", sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False, sort_keys=True)}, pdf_standards=STANDARDS,
        timestamp=datetime.combine(starts_on, time(), UTC),
    )  # fmt: skip
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no single PDF")
    return made


def _compiler() -> typst.Compiler:
    if not hasattr(_local, "compiler"):
        if not list(FONTS.glob("*.ttf")):
            raise Refused("the letter font Source Sans 3 is missing; run `make setup`", field="font")
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
        _local.compiler = typst.Compiler(str(SOURCE), root=str(SOURCE.parent), font_paths=fonts, ignore_system_fonts=True)
    compiler: typst.Compiler = _local.compiler
    return compiler
