"""What a life came to: as data, in words, and as a page with plots."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from html import escape
from typing import Any

from fordran.cli.living.life import Life
from fordran.cli.living.proof import prove
from fordran.cli.living.settling_in import Lodger
from fordran.core.money import kronor
from fordran.db.bulk import run


def as_data(life: Life) -> dict[str, Any]:
    """Everything, as JSON holds it. Runs the proofs."""
    proofs = {
        name: [{"what": f.what, "company": f.company, "record": f.record, "message": f.message} for f in faults]
        for name, faults in prove(life).items()
    }
    world = life.world.report()
    problems = Counter(_without_numbers(text) for day in life.days for text in day.problems)
    return {
        "from": life.plan.first.isoformat(), "to": life.plan.last.isoformat(), "seed": life.plan.seed,
        "faults": life.plan.faults, "workers": life.plan.workers,
        "holds": not any(proofs.values()), "proofs": proofs,
        "companies": {one.key: _company(one, world["companies"][one.key]) for one in life.lodgers},
        "weeks": {one.key: _weeks(one, life.plan.first, life.plan.last) for one in life.lodgers},
        "people": life.people.done, "met": dict(life.faults.met), "requests": sum(life.server.visma_net.counts.values()),
        "problems": dict(problems.most_common(40)),
    }  # fmt: skip


def _without_numbers(text: str) -> str:
    return "".join("#" if letter.isdigit() else letter for letter in text)[:160]


def _company(lodger: Lodger, lived: dict[str, Any]) -> dict[str, Any]:
    pk = lodger.creditor.pk

    def counted(statement: str) -> dict[str, int]:
        return {str(name): int(count) for name, count in run(statement, [pk])}

    return {
        "name": lodger.member.company.name,
        "mode": lodger.member.company.mode,
        "invoices": lived["invoices"],
        "billed": lived["billed"],
        "money": lived["money"],
        "orders": lived["orders"],
        "happened": lived["happened"],
        "cases": counted("SELECT stage, count(*) FROM cases_case WHERE creditor_id = %s GROUP BY 1 ORDER BY 1"),
        "ended": counted(
            "SELECT closed_cause, count(*) FROM cases_case WHERE creditor_id = %s AND stage = 'closed' GROUP BY 1 ORDER BY 2 DESC"
        ),
        "passed_over": counted(
            """SELECT reason, count(*) FROM invoices_selection WHERE creditor_id = %s AND NOT taken GROUP BY 1 ORDER BY 2 DESC"""
        ),
        "letters": counted("SELECT kind, count(*) FROM letters_letter WHERE creditor_id = %s AND state = 'sent' GROUP BY 1"),
        "paid_after": counted(
            """SELECT coalesce((SELECT s.kind FROM cases_step s WHERE s.case_id = c.id AND s.sent AND s.voided_on IS NULL
                                ORDER BY s.id DESC LIMIT 1), 'nothing sent'), count(*)
               FROM cases_case c WHERE c.creditor_id = %s AND c.closed_cause IN ('paid', 'paid_in_time') GROUP BY 1"""
        ),
        "payments": counted("SELECT state, count(*) FROM settlement_payment WHERE creditor_id = %s GROUP BY 1"),
        "payouts": counted("SELECT state, count(*) FROM payouts_paymentorder WHERE creditor_id = %s GROUP BY 1"),
        "errands": counted("SELECT kind || ' ' || state, count(*) FROM erp_errand WHERE creditor_id = %s GROUP BY 1 ORDER BY 1"),
        "vouchers": run("SELECT count(*) FROM books_voucher WHERE creditor_id = %s", [pk])[0][0],
        "fetches": counted("SELECT kind || ' ' || state, count(*) FROM erp_fetchrun WHERE creditor_id = %s GROUP BY 1"),
    }


def _weeks(lodger: Lodger, first: date, last: date) -> dict[str, list[int]]:
    """Week by week from the first Monday: letters sent and kronor that came in."""
    monday = first - timedelta(days=first.weekday())
    count = (last - monday).days // 7 + 1
    letters, money = [0] * count, [0] * count
    for on, number in run(
        "SELECT sent_on, count(*) FROM letters_letter WHERE creditor_id = %s AND state = 'sent' GROUP BY 1", [lodger.creditor.pk]
    ):
        letters[min((on - monday).days // 7, count - 1)] += number
    for on, minor in run(
        """SELECT "on", sum(amount_minor) FROM settlement_payment
           WHERE creditor_id = %s AND via = 'bank' AND kind = 'payment' AND direction > 0 AND currency = 'SEK' GROUP BY 1""",
        [lodger.creditor.pk],
    ):
        week = (on - monday).days // 7
        if 0 <= week < count:
            money[week] += int(minor) // 100
    return {"letters": letters, "kronor": money}


# ---- in words --------------------------------------------------------------------------------------------------------

_TOLD = ("cases", "ended", "letters", "paid_after", "payments", "payouts", "errands", "fetches")


def in_words(data: dict[str, Any]) -> str:
    lines = [f"{data['from']} to {data['to']}, seed {data['seed']}, faults {data['faults']}, {data['workers']} at work"]
    for key, one in data["companies"].items():
        billed = ", ".join(f"{kronor(minor)} {currency}" for currency, minor in one["billed"].items())
        lines += ["", f"{one['name']} ({key}): {one['invoices']} invoices, billed {billed}, {one['vouchers']} vouchers"]
        for what in _TOLD:
            parts = ", ".join(f"{name} {count}" for name, count in one[what].items())
            lines.append(f"  {what.replace('_', ' '):<12} {parts or '-'}")
    lines += ["", "people       " + (", ".join(f"{name} {count}" for name, count in data["people"].items()) or "-")]
    lines.append("trouble met  " + (", ".join(f"{name} {count}" for name, count in sorted(data["met"].items())) or "none"))
    lines += ["", *(f"{'holds' if not faults else f'{len(faults)} WRONG':<10} {name}" for name, faults in data["proofs"].items())]
    for faults in data["proofs"].values():
        lines += [f"  {one['company']} {one['record']}: {one['message']}" for one in faults[:20]]
    return "\n".join(lines)


# ---- as a page -------------------------------------------------------------------------------------------------------

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{padding:.2rem .9rem .2rem 0;text-align:left;vertical-align:top}"
    "th{font-weight:600}.ok{color:#1d6b3a}.bad{color:#a3212b;font-weight:600}svg{display:block;margin:.25rem 0 1rem}"
    "h2{margin-top:2.2rem}figcaption{font-weight:600}figure{margin:0}"
)


def as_page(data: dict[str, Any]) -> str:
    """One HTML file that needs nothing beside it."""
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>",
        f"<title>A life from {data['from']} to {data['to']}</title><style>{_STYLE}</style>",
        f"<h1>A life from {data['from']} to {data['to']}</h1>",
        f"<p>Seed {data['seed']}, faults: {data['faults']}, at work: {data['workers']}, {data['requests']} calls over HTTP.</p>",
        "<h2>What must be true</h2><table>",
    ]
    for name, faults in data["proofs"].items():
        verdict = "<td class='ok'>holds</td>" if not faults else f"<td class='bad'>{len(faults)} wrong</td>"
        parts.append(f"<tr><th>{escape(name)}</th>{verdict}</tr>")
        parts += [
            f"<tr><td>{escape(one['company'])} {escape(str(one['record']))}</td><td>{escape(one['message'])}</td></tr>"
            for one in faults[:50]
        ]
    parts.append("</table>")
    for key, one in data["companies"].items():
        weeks = data["weeks"][key]
        parts.append(f"<h2>{escape(one['name'])}</h2>")
        parts.append(_columns("Letters a week", weeks["letters"], data["from"]))
        parts.append(_columns("Kronor that came in a week", weeks["kronor"], data["from"]))
        parts.append("<table>")
        for what in (*_TOLD, "passed_over", "happened"):
            said = ", ".join(f"{escape(str(name)).replace('_', ' ')} {count}" for name, count in one[what].items())
            parts.append(f"<tr><th>{what.replace('_', ' ')}</th><td>{said or '–'}</td></tr>")
        parts.append("</table>")
    met = ", ".join(f"{escape(name)} {count}" for name, count in sorted(data["met"].items())) or "none"
    parts.append(f"<h2>Trouble that was met</h2><p>{met}</p>")
    return "".join(parts) + "</html>"


def _columns(title: str, values: list[int], first: str) -> str:
    """Columns from zero; the highest and the latest are written out."""
    width, height, top = 960, 150, max(values, default=0) or 1
    slot = (width - 10) / max(len(values), 1)
    bars, words = [], []
    for n, value in enumerate(values):
        tall = height * value / top
        x = 5 + n * slot
        bars.append(f"<rect x='{x:.1f}' y='{20 + height - tall:.1f}' width='{max(slot * 0.8, 0.6):.1f}' height='{tall:.1f}'/>")
        if value == top or n == len(values) - 1:
            anchor = "end" if n > len(values) * 0.9 else "start"
            words.append(
                f"<text x='{x:.1f}' y='{14 + height - tall:.1f}' text-anchor='{anchor}'>{kronor(value * 100)[:-3]}</text>"
            )
    start = date.fromisoformat(first)
    for n in range(0, len(values), max(1, len(values) // 8)):
        day = start + timedelta(weeks=n)
        words.append(f"<text x='{5 + n * slot:.1f}' y='{height + 38}' fill='#5a6675'>{day:%Y-%m-%d}</text>")
    return (
        f"<figure><figcaption>{escape(title)}</figcaption><svg viewBox='0 0 {width} {height + 44}' width='100%' role='img' "
        f"aria-label='{escape(title)}' font-size='12'><g fill='#3b6ea5'>{''.join(bars)}</g><line x1='0' x2='{width}' "
        f"y1='{20 + height}' y2='{20 + height}' stroke='#9aa5b1'/>{''.join(words)}</svg></figure>"
    )
