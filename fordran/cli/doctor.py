"""`fordran doctor --on D`: whether this installation is sound, in plain words. Exit 1 when something has to be done."""

from __future__ import annotations

from datetime import date

import click

from fordran.cli.django_ready import ready
from fordran.cli.options import json_option, on_option
from fordran.cli.output import answer
from fordran.core.problems import Refused


@click.command()
@on_option()
@json_option
def command(on: date, as_json: bool) -> int:
    """Look at the database and its roles, clocks, disks, the law's dates, fonts and page files, ERPs, banks and e-mail."""
    found: list[tuple[str, bool, str]]
    try:
        ready("batch", migrate=False)
    except Refused as refused:
        found = [("database", False, problem.message) for problem in refused.problems]
    else:
        from fordran.config.examine import examine

        found = [(one.what, one.ok, one.words) for one in examine(on)]
    sound = all(ok for _, ok, _ in found)
    lines = [f"{'ok     ' if ok else 'TROUBLE'}  {what}: {words}" for what, ok, words in found]
    lines.append("all is well" if sound else f"{sum(not ok for _, ok, _ in found)} of {len(found)} have to be looked at")
    answer({"ok": sound, "found": [{"what": w, "ok": ok, "words": words} for w, ok, words in found]}, as_json, "\n".join(lines))
    return 0 if sound else 1
