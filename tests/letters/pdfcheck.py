"""What can be checked of PDF/UA-1 and PDF/A-2a without a validator: the flags, the tags and what may not be there."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf


def tag_tree(node: Any) -> Iterator[Any]:
    """All structure elements, in reading order."""
    kids = node.get("/K")
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from tag_tree(kid)


def attributes(element: Any) -> dict[str, Any]:
    found = element.get("/A")
    owners = found if isinstance(found, pikepdf.Array) else [found]
    return {key: value for owner in owners if isinstance(owner, pikepdf.Dictionary) for key, value in owner.items()}


def problems(content: bytes, language: str) -> list[str]:
    """What is wrong with the file; empty = all that we can check holds."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [*_document(pdf, language), *_tags(pdf), *_fonts(pdf), *_forbidden(pdf)]


def _document(pdf: pikepdf.Pdf, language: str) -> Iterator[str]:
    root = pdf.Root
    if pdf.is_encrypted:
        yield "encrypted"
    if not root.get("/MarkInfo", {}).get("/Marked"):
        yield "not marked as tagged"
    if str(root.get("/Lang", ""))[:2] != language:
        yield f"language is {root.get('/Lang')}"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "title is not shown"
    metadata = root.Metadata.read_bytes().decode("utf-8")
    for name, value in (("pdfuaid:part", "1"), ("pdfaid:part", "2"), ("pdfaid:conformance", "A")):
        if not re.search(rf'{name}(?:>|="){value}["<]', metadata):
            yield f"{name} is not {value}"
    if "<dc:title>" not in metadata:
        yield "no title"
    intents = root.get("/OutputIntents", [])
    if not any("/DestOutputProfile" in intent for intent in intents):
        yield "no output intent with a profile"


def _tags(pdf: pikepdf.Pdf) -> Iterator[str]:
    tree = pdf.Root.get("/StructTreeRoot")
    if tree is None or "/ParentTree" not in tree:
        yield "no structure tree"
        return
    elements = list(tag_tree(tree))
    names = [str(element.S) for element in elements]
    if names.count("/H1") != 1:
        yield f"{names.count('/H1')} first headings"
    if "/Table" not in names:
        yield "no table"
    for element in elements:
        if element.S == "/TH" and "/Scope" not in attributes(element):
            yield "a table heading without scope"
        if element.S == "/Figure" and not str(element.get("/Alt", "")):
            yield "a figure without words"
    levels = [int(name[2]) for name in names if re.fullmatch(r"/H[1-6]", name)]
    if any(later > earlier + 1 for earlier, later in zip([0, *levels], levels, strict=False)):
        yield f"headings jump: {levels}"


def _fonts(pdf: pikepdf.Pdf) -> Iterator[str]:
    seen = 0
    for page in pdf.pages:
        for font in page.Resources.get("/Font", {}).values():
            seen += 1
            described = font.DescendantFonts[0].FontDescriptor
            if not ({"/FontFile2", "/FontFile3"} & set(described.keys())):
                yield f"{font.BaseFont} is not embedded"
            if "SourceSans3" not in str(font.BaseFont):
                yield f"{font.BaseFont} is not ours"
            if "/ToUnicode" not in font:
                yield f"{font.BaseFont} cannot be read as text"
    if not seen:
        yield "no fonts"


def _forbidden(pdf: pikepdf.Pdf) -> Iterator[str]:
    for name in ("/OpenAction", "/AA"):
        if name in pdf.Root:
            yield f"{name} in the catalogue"
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary):
            for name in ("/JavaScript", "/JS", "/Launch", "/EmbeddedFiles", "/EmbeddedFile"):
                if name in thing or thing.get("/S") == name:
                    yield f"{name} in the file"
