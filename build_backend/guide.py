"""`make guide`: the set-up guide under docs/guide, of the help's chapters and the pictures that the walk in a browser takes.

The walk has put its pictures into the folder that is named as the argument, below sv/ and en/; those that the guide shows are
kept with few colours, so that the whole stays small. Without an argument the texts are written anew and the pictures stay.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from fordran.creditor_pages.help_text import CHAPTERS, pictures, source, with_pictures  # noqa: E402

GUIDE = ROOT / "docs" / "guide"
COLOURS = 64
PHONE = ("home", "bankid", "import-filter", "switch")
"""Pictures that are shown as a telephone has them too, at the end."""

HEADS = {
    "sv": "# Kom igång med påminnelser och inkasso\n\nSteg för steg, med de ord som står på knapparna. Bilderna är från "
    "övningsvärlden; ingen i dem finns. Samma text står bakom **Hjälp** på varje sida.\n\n**Innan du börjar:** för "
    "kundreskontran à jour. En faktura som är betald i verkligheten men öppen i affärssystemet tas annars, och kunden får ett "
    "brev.\n",
    "en": "# Get started with reminders and collection\n\nStep by step, in the words that stand on the buttons. The pictures "
    "are from the demonstration; nobody in it exists. The same text stands behind **Help** on every page.\n\n**Before you "
    "begin:** bring the ledger up to date. An invoice that is paid in reality but open in the ERP is otherwise taken, and the "
    "customer gets a letter.\n",
}
FEET = {
    "sv": ("I telefonen", "Allt går att göra i telefonen också."),
    "en": ("On a telephone", "All of it can be done on a telephone too."),
}


def text(language: str) -> str:
    folder, parts = f"pictures/{language}", [HEADS[language]]
    for number, name in enumerate(CHAPTERS, 1):
        title, _, body = with_pictures(name, language, folder).partition("\n")
        parts.append(f"## {number}. {title.lstrip('# ')}\n\n{body.strip()}\n")
    title, words = FEET[language]
    shown = " ".join(f"![{_said(name, language)}]({folder}/{name}-phone.png)" for name in PHONE)
    parts.append(f"## {title}\n\n{words}\n\n{shown}\n")
    return "\n".join(parts)


def _said(name: str, language: str) -> str:
    """What the picture is called in its chapter; its name where it stands in none."""
    for chapter in CHAPTERS:
        for line in source(chapter, language).splitlines():
            if line.startswith("![") and line.endswith(f"]({name})"):
                return line[2:].partition("]")[0]
    return {"sv": "Importfilter", "en": "Import filter"}[language] if name == "import-filter" else name


def keep_pictures(taken: Path, language: str) -> None:
    from PIL import Image

    to = GUIDE / "pictures" / language
    to.mkdir(parents=True, exist_ok=True)
    for old in to.glob("*.png"):
        old.unlink()
    for name, width in [(name, "desk") for name in pictures(language)] + [(name, "phone") for name in PHONE]:
        picture = Image.open(taken / language / f"{name}-{width}.png").convert("RGB")
        few = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(to / f"{name}{'-phone' if width == 'phone' else ''}.png", optimize=True)


def main() -> None:
    GUIDE.mkdir(parents=True, exist_ok=True)
    for language in ("sv", "en"):
        if len(sys.argv) > 1:
            keep_pictures(Path(sys.argv[1]), language)
        (GUIDE / f"{language}.md").write_text(text(language), encoding="utf-8")


main()
