"""Plain makers for tests: an ordinary claim, case, policy, office; each test changes what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from fordran.core.findings import Level
from fordran.countries.se.country import COUNTRY
from fordran.formats.open_items.item import OpenItem
from fordran.process.bookings import Booking
from fordran.process.carry_out import carry_out
from fordran.process.decide import decide
from fordran.process.facts import CaseFacts, Claim, Debtor, DebtorKind, Stage, StepKind, StepTaken
from fordran.process.outcomes import Act, Ask, Close, Outcome, Wait
from fordran.process.policy import CreditorTerms, Layer, Limits, Policy, resolve_policy
from fordran.process.select import Candidate

if TYPE_CHECKING:
    from fordran.cases.models import Case
    from fordran.cases.office import Office

SE = COUNTRY
DUE = date(2026, 1, 30)
"""A Friday that is a banking day."""
KNOWN_DEBTOR = Debtor(identity_known=True, address_complete=True)


def day(text: str) -> date:
    return date.fromisoformat(text)


def later(start: date, days: int) -> date:
    return start + timedelta(days=days)


# ---- without a database -----------------------------------------------------------------------------------------


def a_claim(**changes: Any) -> Claim:
    """1 000 kronor from a consumer, due Friday 30 January 2026; the due day and the reminder cost were agreed before."""
    claim = Claim(
        "1001", "SEK", 100_000, DUE, issued_on=day("2025-12-30"), debtor=DebtorKind.CONSUMER, due_agreed=True,
        terms_agreed_on=day("2020-01-01"),
    )  # fmt: skip
    return replace(claim, **changes)


def facts(**changes: Any) -> CaseFacts:
    """The claim above, or `claim=`, taken over in full the day after its filter let it through."""
    claim = changes.pop("claim", a_claim())
    defaults: dict[str, Any] = {
        "claim": claim, "debtor": KNOWN_DEBTOR, "opened_on": later(claim.due_on, 5), "opening_minor": claim.amount_minor,
    }  # fmt: skip
    return CaseFacts(**{**defaults, **changes})


def a_step(kind: StepKind, on: str, last_day: str | None = None, **changes: Any) -> StepTaken:
    return StepTaken(kind, day(on), day(last_day) if last_day else None, **changes)


REMINDED = a_step(StepKind.REMINDER, "2026-02-04", "2026-02-16", asked_minor=106_137, interest_until=day("2026-02-04"))
DEMANDED = a_step(StepKind.DEMAND, "2026-02-19", "2026-03-02", asked_minor=124_548, interest_until=day("2026-02-19"))


def reminded(**changes: Any) -> CaseFacts:
    """A case whose reminder was really sent on Wednesday 4 February, to be paid by the 16th."""
    return facts(**{"stage": Stage.REMINDED, "steps": (REMINDED,), **changes})


def demanded(**changes: Any) -> CaseFacts:
    """The same, with a demand sent on Thursday 19 February, to be paid by 2 March."""
    return facts(**{"stage": Stage.DEMANDED, "steps": (REMINDED, DEMANDED), **changes})


def a_policy(
    creditor: CreditorTerms | None = None, *, customer: Layer | None = None, class_: Layer | None = None,
    all_currencies: bool = False, **generic: Any,
) -> Policy:  # fmt: skip
    """The generic level's own values as keywords, with a card for kronor without limits unless `limits` says otherwise."""
    generic.setdefault("limits", {"SEK": Limits()})
    layers = [(Level.GENERIC, Layer(**generic))]
    if class_ is not None:
        layers.insert(0, (Level.CLASS, class_))
    if customer is not None:
        layers.insert(0, (Level.CUSTOMER, customer))
    return resolve_policy(layers, creditor or CreditorTerms(), all_currencies)


def a_candidate(**changes: Any) -> Candidate:
    """The claim above as the filter sees it, wholly open."""
    claim = changes.pop("claim", a_claim())
    return Candidate(**{"claim": claim, "debtor": KNOWN_DEBTOR, "open_minor": claim.amount_minor, **changes})


def carried_on(case: CaseFacts, today: date, policy: Policy | None = None) -> tuple[CaseFacts, tuple[Booking, ...]]:
    """The case once the step that is due today is taken and its letter has left, by the engine's own hands."""
    outcome = decide(case, policy or a_policy(), SE, today)
    assert isinstance(outcome, Act), outcome
    done = carry_out(case, outcome, SE, today)
    *before, last = done.facts.steps
    return replace(done.facts, steps=(*before, replace(last, sent=True))), done.bookings


def reasons(outcome: Outcome) -> list[str]:
    return [str(found.reason) for found in outcome.because]


def kind_of(outcome: Outcome) -> str:
    return {Act: "act", Wait: "wait", Ask: "ask", Close: "close"}[type(outcome)]


# ---- on the test database ---------------------------------------------------------------------------------------

SETTINGS = """
[creditor]
name = "Granholms Bygg & Rör AB"
organisation_number = "556016-0680"
debt_description = "Byggarbeten"
terms_agreed_from = 2020-01-01
due_agreed = true
active = true
%(creditor)s
[account]
bankgiro = "5050-1055"
[address.sender]
street = "Storgatan 1"
postcode = "111 22"
town = "Stockholm"
[contact]
email = "kontakt@granholms.example"
[filter]
days = 5
%(filter)s
[filter.limits.SEK]
min = 100
%(rest)s
"""


def an_office(
    *, creditor: str = "", filter: str = "", rest: str = "", number: str = "556016-0680", approved: bool = True
) -> Office:
    """A creditor with complete settings that has switched the service on. `approved`: a person has let a batch go before."""
    from fordran.cases.office import open_office
    from fordran.creditors.apply import apply_profile
    from fordran.creditors.models import Creditor
    from fordran.creditors.settings_file import read_settings

    text = SETTINGS.replace("556016-0680", number) % {"creditor": creditor, "filter": filter, "rest": rest}
    made = apply_profile(read_settings(text))
    if approved:
        Creditor.objects.filter(pk=made.pk).update(first_batch_approved_on=day("2020-01-01"))
        made.refresh_from_db()
    return open_office(made)


def switched_off(office: Office) -> Office:
    """The same creditor before it has been switched on."""
    from fordran.creditors.models import Creditor

    Creditor.objects.filter(pk=office.creditor.pk).update(active=False)
    office.creditor.refresh_from_db()
    return office


IDENTITIES = ("640823-3234", "811228-9874", "670919-9530")
"""Numbers that the tax agency has set aside for tests."""


def an_item(invoice: str = "1001", customer: str = "1", **changes: Any) -> OpenItem:
    """A row of the ledger: 1 000 kronor due 30 January 2026 by a person with number and address."""
    row: dict[str, Any] = {
        "row": 2, "invoice": invoice, "due": DUE, "open": 100_000, "amount": 100_000, "customer": f"Kund {customer}",
        "customer_id": customer, "issued": day("2025-12-30"), "identity": IDENTITIES[int(customer[-1]) % len(IDENTITIES)],
        "street": "Gatan 1", "postcode": "123 45", "town": "Staden",
    }  # fmt: skip
    return OpenItem(**{**row, **changes})


def bring_in(office: Office, items: Iterable[OpenItem], on: date, *, partial: bool = True, name: str = "") -> None:
    """Take the rows in as a file of that day, with what they mean for running cases."""
    from django.db import transaction

    from fordran.day.react import react_to_ledger
    from fordran.invoices.receive import Picture, import_picture

    items = list(items)
    sha = name or f"{on}{items}"
    with transaction.atomic():
        office.creditor.refresh_from_db()
        import_picture(
            office.creditor, Picture(items, sha256=sha[-64:], partial=partial), on=on, country=office.country, accept_shrunk=True
        )
        react_to_ledger(office, on)


def the_case(invoice: str = "1001") -> Case:
    from fordran.cases.models import Case

    return Case.objects.get(invoice__number=invoice)


def case_facts(case: Case, office: Office) -> CaseFacts:
    """What `decide` would be told of the case now."""
    from fordran.cases.load import load_cases

    return load_cases(case.creditor_id, [case.pk], office.profile)[0].facts


def sums(case: Case) -> Mapping[str, int]:
    case.refresh_from_db()
    return {"capital": case.capital_minor, "interest": case.interest_minor, "costs": case.costs_minor}
