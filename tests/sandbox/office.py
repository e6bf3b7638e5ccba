"""A small office for tests of the market: it writes letters with the product's own printer, into a folder as the channel does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from fordran.connectors.folder.channel import FolderChannel, FolderSettings
from fordran.formats.ocr import make_ocr
from fordran.letters.render import render_letter
from fordran.ports.post import Parcel
from fordran.process.letter import LetterContent, LetterLine, PaySlip, Recipient
from fordran.sandbox.book import Document, Party
from fordran.sandbox.world.world import Member, World
from tests.letters.letter_cases import claim, letter

COST = {"notice": 0, "reminder": 60_00, "demand": 240_00, "residual": 240_00}


def content(kind: str, invoice: Document, party: Party, *, dated_on: date, bankgiro: str, iban: str = "") -> LetterContent:
    """A letter of one claim: capital, and in kronor its cost."""
    lines = [LetterLine("capital", invoice.balance, invoice.currency)]
    if COST[kind]:
        lines.append(LetterLine("reminder" if kind == "reminder" else "demand", COST[kind], "SEK"))
    one = claim(kind, f"2026-{invoice.number}", invoice.number, issued_on=invoice.issued, due_on=invoice.due, lines=tuple(lines),
                currency=invoice.currency, capital_minor=invoice.balance)  # fmt: skip
    place = party.place
    return letter(
        kind, "own", party.language or "sv", claims=(one,), dated_on=dated_on,
        last_day=None if kind == "notice" else dated_on + timedelta(days=12), number=f"L-{invoice.number}-{dated_on:%y%m%d}",
        recipient=Recipient(party.name, (place.street, f"{place.postcode} {place.town}")),
        pay=PaySlip(make_ocr(f"77{invoice.number}{len(kind)}"), bankgiro=bankgiro, iban=iban),
    )  # fmt: skip


def post(folder: Path, made: LetterContent) -> str:
    """Into the folder, as the channel does; the name of the file."""
    parcel = Parcel(made.number, made.kind, render_letter(made), made.language, (made.recipient.name, *made.recipient.address),
                    made.sender.name)  # fmt: skip
    return FolderChannel(FolderSettings(str(folder))).send(parcel, made.number).external_id


def write_letters(world: World, member: Member, on: date, asks: Callable[[Document], str] | None = None) -> list[str]:
    """Remind eight days after the due day, demand 24 days after it; nobody that the ERP shows as left alone or held."""
    assert member.letters is not None
    names = []
    for document in list(member.book.documents.values()):
        party = member.book.parties[document.party]
        if document.kind != "invoice" or document.status != "open" or document.left_alone or party.left_alone:
            continue
        kind = asks(document) if asks is not None else _step((on - document.due).days)
        if kind:
            numbers = member.numbers
            made = content(kind, document, party, dated_on=on, bankgiro=numbers.bankgiro, iban=numbers.euro_iban)
            names.append(post(member.letters, made))
    return names


def _step(days: int) -> str:
    return {8: "reminder", 24: "demand"}.get(days, "")


def the(found: list[Any]) -> Any:
    assert len(found) == 1, found
    return found[0]
