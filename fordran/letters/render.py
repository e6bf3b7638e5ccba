"""A letter as PDF: tagged, archivable, and the same bytes whenever the same letter is made again.

Typst does the setting with the project's own fonts only. One compiler lives in each thread and is used again;
`render_many` spreads the work over processes.
"""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import typst

from fordran.core.money import NO_BREAK_SPACE
from fordran.core.problems import Refused
from fordran.letters.sheet import Sheet, lay_out
from fordran.letters.slip import qr_svg
from fordran.process.letter import LetterContent

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
TEMPLATES = HERE / "templates"
WEIGHTS = ("400Regular", "600SemiBold", "700Bold")
STANDARDS: list[typst.PDFStandard] = ["ua-1", "a-2a"]

LONG_RUN = 30
"""A longer run of characters without a space may break: no column holds many more."""

LONG_WORD = 40
"""A word of letters only is hyphenated by the language's rules up to this length, and broken anywhere above it."""

ZERO_WIDTH_SPACE = "\u200b"


@dataclass(frozen=True, slots=True)
class Paper:
    """Where the address starts, millimetres from the sheet's upper left corner: Swedish H2, window to the right.

    Ask the print house; envelopes differ. `show_window` draws the window, for looking only.
    """

    address_x_mm: float = 115
    address_y_mm: float = 47
    address_width_mm: float = 78
    show_window: bool = False


SWEDISH_H2 = Paper()

_local = threading.local()


@cache
def _fonts() -> typst.Fonts:
    missing = [weight for weight in WEIGHTS if not list(FONTS.glob(f"*{weight}.ttf"))]
    if missing:
        raise Refused(f"the letter font Source Sans 3 ({', '.join(missing)}) is missing; run `make setup`", field="font")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def _compiler(template: str) -> typst.Compiler:
    compilers: dict[str, typst.Compiler] = _local.__dict__.setdefault("compilers", {})
    if template not in compilers:
        source = TEMPLATES / f"letter-{template}.typ"
        if not template.isdigit() or not source.is_file():
            raise ValueError(f"there is no letter template {template!r}")
        compilers[template] = typst.Compiler(str(source), root=str(TEMPLATES), font_paths=_fonts(), ignore_system_fonts=True)
    return compilers[template]


def _breakable(value: object) -> object:
    """The same data, with places to break inside words that no line could hold."""
    if isinstance(value, str):
        return " ".join(_broken(word) for word in value.split(" "))
    if isinstance(value, list | tuple):
        return [_breakable(part) for part in value]
    if isinstance(value, dict):
        return {key: _breakable(part) for key, part in value.items()}
    return value


def _broken(run: str) -> str:
    if len(run) <= LONG_RUN or NO_BREAK_SPACE in run or (run.isalpha() and len(run) <= LONG_WORD):
        return run
    parts = re.split(r"(?<=[@./_])", run)  # where an address or a number reads best in two lines
    pieces = [piece for part in parts for piece in ([part] if len(part) <= LONG_RUN else re.findall(".{1,10}", part))]
    return ZERO_WIDTH_SPACE.join(piece for piece in pieces if piece)


WRAPPED = ("facts", "intro", "rows", "after", "parts", "small", "foot", "running", "sender")
"""Parts of a sheet that run over lines; the others keep theirs, for machines and envelopes read them."""


def _data(sheet: Sheet, paper: Paper) -> str:
    data = asdict(sheet)
    data["author"] = sheet.sender
    for name in WRAPPED:
        data[name] = _breakable(data[name])
    if sheet.slip:
        data["slip"]["fields"] = _breakable(data["slip"]["fields"])
        data["slip"]["qr"] = qr_svg(sheet.slip.swish_text) if sheet.slip.swish_text else ""
    data["paper"] = asdict(paper)
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    long_runs = ZERO_WIDTH_SPACE in text or re.search(r"[^\W\d_]{29}", text) is not None
    return f'{text[:-1]}, "long_runs": {json.dumps(long_runs)}}}'


def render_letter(content: LetterContent, paper: Paper = SWEDISH_H2) -> bytes:
    """The letter as PDF/UA-1 and PDF/A-2a, dated at midnight UTC of `dated_on`; same content, same bytes.

    Raises ValueError for content that no letter can have, Refused when the fonts have not been set up.
    """
    made = _compiler(content.template).compile(
        format="pdf",
        sys_inputs={"sheet": _data(lay_out(content), paper)},
        pdf_standards=STANDARDS,
        timestamp=datetime.combine(content.dated_on, time(), UTC),
    )
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no single PDF")
    return made


def render_many(contents: Iterable[LetterContent], workers: int = 1, paper: Paper = SWEDISH_H2) -> Iterator[bytes]:
    """The letters in the order they came, made by `workers` processes; a few wait ahead, never the whole batch."""
    if workers <= 1:
        for content in contents:
            yield render_letter(content, paper)
        return
    waiting: deque[Future[bytes]] = deque()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for content in contents:
            waiting.append(pool.submit(render_letter, content, paper))
            if len(waiting) >= workers * 4:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
