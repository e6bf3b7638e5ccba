"""The same letter without paper: as plain text, and as headings with rows for a page."""

from __future__ import annotations

from dataclasses import dataclass

from fordran.letters.claim_rows import ClaimRow
from fordran.letters.sheet import lay_out
from fordran.process.letter import LetterContent

WIDTH = 78


@dataclass(frozen=True, slots=True)
class TextRow:
    """`label` says what, `value` how much or which; `notes` say why. Any of them may be empty."""

    label: str
    value: str = ""
    notes: tuple[str, ...] = ()
    weight: str = "line"  # line, subtotal, total


Section = tuple[str, tuple[TextRow, ...]]
"""A heading (may be empty) and its rows."""


def letter_sections(content: LetterContent) -> tuple[Section, ...]:
    """The letter as a page shows it, in the order in which it is read; the words are those on the paper."""
    sheet = lay_out(content)
    ask = "".join(text for text, _ in sheet.ask)
    sections: list[Section] = [
        (sheet.title, tuple(TextRow(text) for text in (sheet.draft_note, ask, sheet.intro) if text)),
        ("", tuple(TextRow(fact.label, ", ".join((*fact.lines, *fact.small))) for fact in sheet.facts)),
        (sheet.table_heads[0], tuple(_row(row) for row in (*sheet.rows, *sheet.totals))),
    ]
    if sheet.after:
        sections.append(("", (TextRow(sheet.after),)))
    sections += [(part.heading, (TextRow(part.text),)) for part in sheet.parts]
    if sheet.slip:
        rows = [TextRow(label, value) for label, value in sheet.slip.fields]
        sections.append((sheet.slip.heading, (*rows, TextRow(sheet.slip.note))))
    if sheet.small:
        sections.append(("", tuple(TextRow(text) for text in sheet.small)))
    return tuple(sections)


def _row(row: ClaimRow) -> TextRow:
    return TextRow(row.label, row.amount, row.notes, row.weight)


def letter_as_text(content: LetterContent) -> str:
    """The letter as plain text, figures at the right edge; ends with a line break."""
    sheet = lay_out(content)
    lines = [sheet.sender, "", *sheet.address, ""]
    for heading, rows in letter_sections(content):
        if heading:
            lines += [heading, "-" * len(heading)]
        for row in rows:
            lines += _lines(row)
        lines.append("")
    lines += [line for line in sheet.foot if line]
    return "\n".join(lines) + "\n"


def _lines(row: TextRow) -> list[str]:
    if not row.value:
        return _wrapped(row.label)
    room = WIDTH - len(row.value) - 2
    first, *more = _wrapped(row.label, max(room, 20))
    head = f"{first}{' ' * max(2, WIDTH - len(first) - len(row.value))}{row.value}"
    return [head, *more, *(f"  {line}" for note in row.notes for line in _wrapped(note, WIDTH - 2))]


def _wrapped(text: str, width: int = WIDTH) -> list[str]:
    """Broken at spaces only: dates, amounts and numbers stay whole."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]
