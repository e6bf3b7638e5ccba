"""The acts that Fordran applies, and where each can be read.

The addresses lead to the Government Offices' legal database, where an act stands in its present wording, and to the
authority's own page where the rule is not in an act.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from fordran.core.law import Dated, Source

_STATUTES = "https://rkrattsbaser.gov.se/sfst?bet="
_UNSURE = "Unsure: "


@dataclass(frozen=True, slots=True)
class Act:
    """An act or ordinance: `RANTELAGEN("6 §")` is a source in it."""

    name: str
    number: str  # 1975:635

    def __call__(self, section: str = "", note: str = "") -> Source:
        return Source(self.name, section, _STATUTES + self.number, note)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule without an amount, in one plain sentence for the law book."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Topic:
    """One chapter of the law book."""

    title: str
    introduction: str
    values: tuple[Dated[Any], ...] = ()
    rules: tuple[Rule, ...] = ()


RANTELAGEN = Act("Räntelagen (1975:635)", "1975:635")
INKASSOKOSTNADSLAGEN = Act("Lagen (1981:739) om ersättning för inkassokostnader m.m.", "1981:739")
INKASSOKOSTNADSFORORDNINGEN = Act("Förordningen (1981:1057) om ersättning för inkassokostnader m.m. (repealed)", "1981:1057")
INKASSOLAGEN = Act("Inkassolagen (1974:182)", "1974:182")
PRESKRIPTIONSLAGEN = Act("Preskriptionslagen (1981:130)", "1981:130")
LAGSTADGAD_TID = Act("Lagen (1930:173) om beräkning av lagstadgad tid", "1930:173")
HELGDAGSLAGEN = Act("Lagen (1989:253) om allmänna helgdagar", "1989:253")
SKULDEBREVSLAGEN = Act("Lagen (1936:81) om skuldebrev", "1936:81")
BETALNINGSFORELAGGANDE = Act("Lagen (1990:746) om betalningsföreläggande och handräckning", "1990:746")
BETALNINGSFORELAGGANDE_ERSATTNING = Act("Förordningen (1991:1340), wording 2006:882", "1991:1340")
KRONOFOGDENS_AVGIFTER = Act("Förordningen (1992:1094) om avgifter vid Kronofogdemyndigheten", "1992:1094")
KONSUMENTKREDITLAGEN = Act("Konsumentkreditlagen (2010:1846)", "2010:1846")
FORALDRABALKEN = Act("Föräldrabalken (1949:381)", "1949:381")
HANDELSBALKEN = Act("Handelsbalken (1736:0123 2)", "1736:0123%202")
JORDABALKEN = Act("Jordabalken (1970:994)", "1970:994")
ELLAGEN = Act("Ellagen (1997:857)", "1997:857")
ORESAVRUNDNING = Act("Lagen (1970:1029) om avrundning av vissa öresbelopp", "1970:1029")
DATASKYDDSLAGEN = Act("Lagen (2018:218) med kompletterande bestämmelser till EU:s dataskyddsförordning", "2018:218")

RIKSBANKEN = Source(
    "Riksbankens referensränta", "9 § räntelagen (1975:635)",
    "https://www.riksbank.se/sv/statistik/rantor-och-valutakurser/referensranta/",
)  # fmt: skip
FI_INKASSO = Source("FFFS 2025:2, Finansinspektionen's regulations on debt recovery", "", "https://www.fi.se")
IMY_PRAXIS = Source("Practice of Datainspektionen and IMY under 4-6 §§ inkassolagen, to 2025-06-30", "", "https://www.imy.se")
OFFICE = Source("Fordran's own rule", "", "", "Custom of careful collectors; the act names no number.")


def unsure(source: Source, why: str) -> Source:
    """The same source, marked: a lawyer must look at this before it is relied on."""
    return replace(source, note=_UNSURE + why)


def is_unsure(source: Source | None) -> bool:
    return source is not None and source.note.startswith(_UNSURE)


def cite(source: Source) -> str:
    """`act section (address)`: a source on one line."""
    return f"{source} ({source.url})" if source.url else str(source)


def once(sources: Iterable[Source]) -> tuple[Source, ...]:
    """Each source once, in the order first met."""
    return tuple(dict.fromkeys(sources))
