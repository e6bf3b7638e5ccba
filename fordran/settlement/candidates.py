"""The work list of money that waits, and for each payment the claims it may be for, the likeliest first, with why.

A candidate is a suggestion for a person's eye and moves nothing. A page of the list takes a constant number of statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from fordran.cases.load import Loaded, load_cases
from fordran.cases.office import Office
from fordran.cases.timeline import finding_from
from fordran.core.findings import Finding
from fordran.core.problems import Refused
from fordran.db.bulk import run
from fordran.process.facts import Stage
from fordran.settlement.find import from_json
from fordran.settlement.models import Payment
from fordran.settlement.payer import fits_one_of, payers_of, sums_of

AT_A_TIME = 50
MOST_CANDIDATES = 5
LONGEST_TRIED, SHORTEST_TRIED = 25, 4

# what speaks for a candidate: (weight, Swedish, English)
SIGNS: dict[str, tuple[int, str, str]] = {
    "about": (50, "Betalningen nämner det.", "The payment names it."),
    "identity": (50, "Betalarens nummer är kundens.", "The payer's number is the customer's."),
    "account": (45, "Kunden har betalat från samma konto förut.", "The customer has paid from this account before."),
    "near": (45, "Referensen skiljer sig på en enda siffra.", "The reference differs in one digit."),
    "customer": (40, "Kundnumret står i betalningen.", "The customer number stands in the payment."),
    "name": (35, "Betalarens namn är kundens.", "The payer's name is the customer's."),
    "total": (30, "Beloppet är hela skulden den dagen.", "The amount is the whole debt on that day."),
    "asked": (30, "Beloppet är det som det senaste brevet begärde.", "The amount is what the latest letter asked for."),
    "capital": (25, "Beloppet är fakturans obetalda del.", "The amount is what is unpaid of the invoice."),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim a payment may be for. `score` 1-99; `signs` are keys of SIGNS, the weightiest first."""

    case: int
    number: str
    invoice: str
    customer: str
    stage: str
    owed_minor: int
    currency: str
    score: int
    signs: tuple[str, ...]

    def say(self, language: str) -> str:
        """Why it is a candidate, in `sv` or `en`."""
        said = (SIGNS[sign] for sign in self.signs)
        return " ".join(swedish if language == "sv" else english for _, swedish, english in said)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A payment that waits: why, what may be done with it, and what it may be for.

    `suggested`: match, refund, entry (say which payment it belongs to).
    """

    payment: Payment
    because: Finding | None
    suggested: str
    candidates: tuple[Candidate, ...] = ()


@dataclass(slots=True)
class _Signs:
    by_case: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))


def work_list(office: Office, *, after: int = 0, limit: int = AT_A_TIME, states: Sequence[str] = ("suspense",)) -> list[Waiting]:
    """Payments that wait, in order of number, after the one numbered `after`."""
    payments = list(
        Payment.objects.filter(creditor=office.creditor, state__in=states, pk__gt=after).order_by("pk")[: max(1, limit)]
    )
    found = candidates(office, [p for p in payments if p.kind == "payment"])
    return [_waiting(payment, found.get(payment.pk, ())) for payment in payments]


def waiting_one(office: Office, payment: Payment) -> Waiting:
    """One payment as the work list shows it. Raises Refused when it does not wait."""
    if payment.state not in ("suspense", "waiting"):
        raise Refused(f"payment {payment.pk} does not wait; it is {payment.state}", field="PAYMENT")
    return _waiting(payment, candidates(office, [payment]).get(payment.pk, ()))


def because_of_payment(payment: Payment) -> Finding | None:
    """Why it is as it is, as a finding that a country can say."""
    stored = from_json(payment.because)
    return finding_from(*stored) if stored else None


def _waiting(payment: Payment, found: tuple[Candidate, ...]) -> Waiting:
    because = because_of_payment(payment)
    if payment.kind != "payment":
        suggested = "entry"
    else:
        running = [c for c in found if c.stage != Stage.CLOSED]
        closed = because is not None and because.reason == "paid_on_closed_case"
        suggested = "refund" if closed and not any(c.score >= 70 for c in running) else "match"
    return Waiting(payment, because, suggested, found)


def candidates(office: Office, payments: Sequence[Payment]) -> dict[int, tuple[Candidate, ...]]:
    """For each payment the likeliest claims. Payments without any are missing."""
    if not payments:
        return {}
    signs: dict[int, _Signs] = defaultdict(_Signs)
    payers = payers_of(office, [p.pk for p in payments])
    loaded = {case.id: case for cases in payers.cases.values() for case in cases}
    for payment in payments:
        for customer, how in payers.customers.get(payment.pk, {}).items():
            for case in payers.cases.get(customer, ()):
                signs[payment.pk].by_case[case.id].add(how)
        if payment.about_case:
            signs[payment.pk].by_case[payment.about_case].add("about")
    for payment_id, case_id, sign in (
        *_near(office, payments),
        *_of_customer_number(office, payments),
        *_same_sum(office, payments),
    ):
        signs[payment_id].by_case[case_id].add(sign)
    missing = {case for s in signs.values() for case in s.by_case} - set(loaded)
    loaded |= {case.id: case for case in load_cases(office.creditor.pk, sorted(missing), office.profile)}
    return {p.pk: _ranked(office, p, signs[p.pk], loaded) for p in payments if p.pk in signs}


def _ranked(office: Office, payment: Payment, signs: _Signs, loaded: dict[int, Loaded]) -> tuple[Candidate, ...]:
    found = []
    for case_id, said in signs.by_case.items():
        case = loaded.get(case_id)
        if case is None or case.facts.claim.currency != payment.currency:
            continue
        sums = sums_of(case.facts, office.country, payment.on)
        fit = {n for n, minor in sums.items() if fits_one_of(payment.held_minor, [minor], office.country, payment.currency)}
        alone = said & {"total", "asked", "capital"}
        if alone == said and not fit:
            continue
        kept = (said - {"total", "asked", "capital"}) | set(sorted(fit, key=lambda n: -SIGNS[n][0])[:1])
        ordered = tuple(sorted(kept, key=lambda n: (-SIGNS[n][0], n)))
        score = min(99, sum(SIGNS[n][0] for n in ordered))
        found.append(Candidate(case.id, case.number, case.item.number, case.person.name, case.facts.stage, sums["total"],
                               case.facts.claim.currency, score, ordered))  # fmt: skip
    found.sort(key=lambda c: (-c.score, loaded[c.case].facts.claim.due_on, c.case))
    return tuple(found[:MOST_CANDIDATES])


# ---- references that are nearly right ---------------------------------------------------------------------------


def nearly(text: str) -> set[str]:
    """What may have been meant: one digit other, two neighbours changed over, one digit too many or too few left out."""
    if not (text.isdigit() and SHORTEST_TRIED <= len(text) <= LONGEST_TRIED):
        return set()
    found = {text[:i] + digit + text[i + 1 :] for i in range(len(text)) for digit in "0123456789"}
    found |= {text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)}
    found |= {text[:i] + text[i + 1 :] for i in range(len(text))}
    found |= {text[:i] + digit + text[i:] for i in range(len(text) + 1) for digit in "0123456789"}
    return {t for t in found if t != text and not t.startswith("0")}


def _near(office: Office, payments: Sequence[Payment]) -> Iterable[tuple[int, int, str]]:
    meant: dict[str, set[int]] = defaultdict(set)
    for payment in payments:
        for text in (*payment.named, *payment.words):
            for variant in nearly(text):
                meant[variant].add(payment.pk)
    rows = run(
        """SELECT c.ocr, c.id FROM cases_case c WHERE c.creditor_id = %(c)s AND c.ocr = ANY (%(t)s)
           UNION ALL
           SELECT fordran_plain(i.reference), c.id FROM invoices_invoice i JOIN cases_case c ON c.invoice_id = i.id
           WHERE i.creditor_id = %(c)s AND i.kind = 'invoice' AND i.reference <> '' AND fordran_plain(i.reference) = ANY (%(t)s)
           UNION ALL
           SELECT fordran_plain(i.number), c.id FROM invoices_invoice i JOIN cases_case c ON c.invoice_id = i.id
           WHERE i.creditor_id = %(c)s AND i.kind = 'invoice' AND fordran_plain(i.number) = ANY (%(t)s)""",
        {"c": office.creditor.pk, "t": sorted(meant)},
    )
    return [(payment, case, "near") for text, case in rows for payment in sorted(meant[text])]


def _of_customer_number(office: Office, payments: Sequence[Payment]) -> Iterable[tuple[int, int, str]]:
    said = [(p.pk, text) for p in payments for text in dict.fromkeys((*p.named, *p.words))]
    rows = run(
        """SELECT s.payment, c.id FROM unnest(%s::bigint[], %s::text[]) AS s (payment, text)
           JOIN invoices_customer u ON u.creditor_id = %s AND u.key = s.text
           JOIN cases_case c ON c.customer_id = u.id AND c.stage <> 'closed'""",
        [[p for p, _ in said], [t for _, t in said], office.creditor.pk],
    )
    return [(payment, case, "customer") for payment, case in rows]


def _same_sum(office: Office, payments: Sequence[Payment]) -> Iterable[tuple[int, int, str]]:
    """Running cases that stood at the amount when they were last looked at; a few, since an amount alone proves nothing."""
    rows = run(
        """WITH v AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS v (payment, minor, currency)),
                c AS (SELECT id, currency, due_on, capital_minor, capital_minor + interest_minor + costs_minor AS total
                      FROM cases_case WHERE creditor_id = %s AND stage <> 'closed'),
                f AS (SELECT v.payment, c.id, c.due_on FROM v JOIN c ON c.capital_minor = v.minor AND c.currency = v.currency
                      UNION SELECT v.payment, c.id, c.due_on FROM v
                      JOIN c ON (c.total + 50) / 100 = (v.minor + 50) / 100 AND c.currency = v.currency)
           SELECT payment, id FROM (SELECT f.*, row_number() OVER (PARTITION BY payment ORDER BY due_on, id) AS n FROM f) r
           WHERE n <= 20""",
        [[p.pk for p in payments], [p.held_minor for p in payments], [p.currency for p in payments], office.creditor.pk],
    )
    return [(payment, case, "total") for payment, case in rows]


def count_waiting(creditor: int) -> dict[str, int]:
    """How many payments wait for a person, and how many for a case."""
    rows = run(
        """SELECT state, count(*) FROM settlement_payment WHERE creditor_id = %s AND state IN ('suspense', 'waiting')
           GROUP BY state""",
        [creditor],
    )
    return {"suspense": 0, "waiting": 0, **dict(rows)}


def oldest_waiting(creditor: int) -> date | None:
    """Since when the oldest payment waits for a person."""
    rows = run("SELECT min(learnt_on) FROM settlement_payment WHERE creditor_id = %s AND state = 'suspense'", [creditor])
    found: date | None = rows[0][0]
    return found
