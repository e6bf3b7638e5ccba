"""`fordran verify`: proves the books. Exit 1 when something is wrong."""

from __future__ import annotations

from dataclasses import asdict

import click

from fordran.cli.django_ready import ready
from fordran.cli.named import creditor_option
from fordran.cli.options import json_option
from fordran.cli.output import answer, note, progress_wanted


@click.command()
@creditor_option
@json_option
def command(creditor: str | None, as_json: bool) -> int:
    """Prove that the books balance, that cases say what their transfers sum to, and that every cost has its paragraph."""
    ready("read")
    from fordran.creditors.apply import find_creditor
    from fordran.creditors.models import Creditor
    from fordran.day.verify import verify

    creditors = [find_creditor(creditor)] if creditor else list(Creditor.objects.order_by("id"))
    report = verify(creditors, note if progress_wanted() else None)
    data = {"ok": report.ok, "findings": [asdict(f) for f in report.findings], "checked": report.checked}
    counted = ", ".join(f"{count} {name}" for name, count in report.checked.items()) or "nothing"
    lines = [f"{f.check}: {f.record}: {f.message}" for f in report.findings]
    verdict = "the books hold" if report.ok else f"{len(report.findings)} findings"
    answer(data, as_json, "\n".join([*lines, f"{verdict}; checked {counted}"]))
    return 0 if report.ok else 1
