"""The small part of Markdown that our own generated pages use -> safe HTML. Everything is escaped first."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

_LINK = re.compile(r"\[([^\]]+)\]\((https?://[^\s)]+)\)")
_BARE = re.compile(r"(?<![\"=(>])(https?://[^\s<|)]+)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*])[*_](?!\s)(.+?)(?<!\s)[*_](?![\w*])")
_CODE = re.compile(r"`([^`]+)`")


def as_html(text: str) -> SafeString:
    """Headings, paragraphs, lists, tables and links. The first heading is left out: the page has its own."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return mark_safe("\n".join(html for block in blocks for html in _block(block)))  # noqa: S308 (escaped in _inline)


def _block(block: str) -> Iterator[str]:
    lines = block.splitlines()
    while lines and lines[0].startswith("#"):
        marks, _, words = lines.pop(0).partition(" ")
        if len(marks) > 1:
            yield f'<h{len(marks)} id="{slugify(words)}">{_inline(words)}</h{len(marks)}>'
    if not lines:
        return
    if lines[0].lstrip().startswith("|"):
        yield _table(lines)
    elif lines[0].lstrip().startswith(("- ", "* ")):
        yield _items(lines, "ul")
    elif re.match(r"\s*\d+\. ", lines[0]):
        yield _items(lines, "ol")
    elif lines[0].startswith("```"):
        yield f"<pre>{escape(chr(10).join(lines[1:-1]))}</pre>"
    else:
        yield f"<p>{_inline(' '.join(lines))}</p>"


def _items(lines: list[str], tag: str) -> str:
    items: list[str] = []
    for line in lines:
        begins = re.match(r"\s*(?:[-*]|\d+\.) (.*)", line)
        if begins or not items:
            items.append(begins[1] if begins else line)
        else:
            items[-1] += " " + line.strip()
    return f"<{tag}>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + f"</{tag}>"


def _table(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    head, body = rows[0], [row for row in rows[1:] if not all(re.fullmatch(r":?-+:?", cell) for cell in row)]
    top = "".join(f'<th scope="col">{_inline(cell)}</th>' for cell in head)
    below = "".join("<tr>" + "".join(f"<td>{_inline(cell)}</td>" for cell in row) + "</tr>" for row in body)
    return f'<div class="fd-scroll"><table class="fd-table"><thead><tr>{top}</tr></thead><tbody>{below}</tbody></table></div>'


def _inline(text: str) -> str:
    html: str = escape(text)
    html = _CODE.sub(r"<code>\1</code>", html)
    html = _LINK.sub(r'<a href="\2" rel="noreferrer">\1</a>', html)
    html = _BARE.sub(r'<a href="\1" rel="noreferrer">\1</a>', html)
    html = _BOLD.sub(r"<strong>\1</strong>", html)
    return _EMPHASIS.sub(r"<em>\1</em>", html)
