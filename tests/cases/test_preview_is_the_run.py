"""What the preview says for a date equals what the day then does, case by case: 2,000 simulated invoices, 30 days lived."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fordran.cases.models import Case, Charge, Step
from fordran.cases.office import Office, open_office
from fordran.cases.preview import coming
from fordran.cases.preview_stored import preview_creditor
from fordran.creditors.models import AmountLimit, Creditor, Exclusion, SettingsLayer
from fordran.day.run import run_day
from fordran.day.speak import approve_batch
from fordran.formats.open_items.item import OpenItem
from fordran.letters.models import Letter, LetterCase
from fordran.process.facts import StepKind
from tests.build import IDENTITIES, an_item, an_office, bring_in, day
from tests.conftest import one_in
from tests.post import PostOffice

INVOICES, DAYS = 2_000, 30
COMPANIES = ("556016-0680", "202100-5489", "559999-0123", "556036-0793")
TODAY = day("2026-05-26")
"""Holidays ahead: the national day, midsummer's eve; the half-year turns on the last days."""

Row = tuple[date, str, date | None, tuple[tuple[str, tuple[tuple[str, int], ...]], ...], int]
"""A letter: on, kind, last day, its invoices with their costs, what it asks for in all (öre)."""


def a_ledger(chance: random.Random, invoices: int) -> list[OpenItem]:
    """Debtors of all kinds; old, new and future invoices; credits, part payments, earlier reminders, wants of all sorts."""
    customers = [_a_customer(chance, number) for number in range(1, invoices // 5 + 2)]
    rows = []
    for number in range(1, invoices + 1):
        who = customers[0] if number % 25 == 0 else chance.choice(customers)
        due = TODAY + timedelta(days=min(round(chance.gauss(-20, 30)), 40))
        amount = chance.choice((4_900, 9_900, 50_000, 125_050, 990_000, 5_000_000)) + chance.randrange(100)
        open_minor = amount if chance.random() < 0.85 else max(1, round(amount * chance.choice((0.004, 0.3, 0.9))))
        reminded = due + timedelta(days=8) if chance.random() < 0.1 and due < TODAY - timedelta(days=10) else None
        rows.append(replace(
            who, row=number + 1, invoice=f"F{number}", due=due, amount=amount, open=open_minor,
            issued=None if chance.random() < 0.03 else due - timedelta(days=30),
            currency=chance.choices(("SEK", "EUR", "USD"), (90, 7, 3))[0],
            text="Snöröjning" if chance.random() < 0.3 else "",
            claim=chance.choices(("goods_services", "rent", "credit"), (94, 4, 2))[0],
            due_agreed=chance.choice((None, None, None, False)),
            interest_rate=chance.choice((None, None, None, Decimal("12"))),
            terms_agreed=chance.choice((None, None, day("2019-01-01"), day("2026-12-01"))),
            reminded=reminded, reminded_fee=chance.choice((None, 0, 6_000)) if reminded else None,
        ))  # fmt: skip
        if chance.random() < 0.03:
            names = rows[-1].invoice if chance.random() < 0.5 else ""
            rows.append(replace(rows[-1], row=number + 90_000, invoice=f"K{number}", kind="credit", credits=names,
                                amount=chance.choice((2_000, amount)), open=chance.choice((1_000, amount)), reminded=None,
                                reminded_fee=None))  # fmt: skip
    return rows


def _a_customer(chance: random.Random, number: int) -> OpenItem:
    private = chance.random() < 0.55
    identity = chance.choice(IDENTITIES if private else COMPANIES) if chance.random() < 0.85 else ""
    return an_item(
        "", str(number), identity=identity, debtor=chance.choice(("", "consumer" if private else "business")),
        class_=chance.choice(("", "PRIVAT", "STAM", "BLOCK")), town="" if chance.random() < 0.06 else "Staden",
        country=chance.choices(("SE", "NO"), (97, 3))[0], language=chance.choice(("sv", "sv", "en")),
    )  # fmt: skip


def settings(creditor: Creditor) -> None:
    """All three levels, two currencies, exclusions of which some end while we look."""
    generic = SettingsLayer.objects.get(creditor=creditor, level="generic")
    SettingsLayer.objects.filter(pk=generic.pk).update(import_from=day("2026-01-10"), late_payment_compensation=True)
    AmountLimit.objects.create(creditor=creditor, layer=generic, currency="EUR", min_minor=5_000, max_minor=900_000)
    AmountLimit.objects.filter(layer=generic, currency="SEK").update(min_minor=6_000, max_minor=4_000_000)
    SettingsLayer.objects.create(creditor=creditor, level="class", key="STAM", days=12, friendly_notice=True, pay_days=14)
    SettingsLayer.objects.create(creditor=creditor, level="class", key="PRIVAT", after_own_reminder="demand", demand_wait=4)
    SettingsLayer.objects.create(creditor=creditor, level="customer", key="3", days=0)
    for level, key, until in (("class", "BLOCK", TODAY + timedelta(days=9)), ("customer", "4", None),
                              ("customer", "5", TODAY + timedelta(days=3))):  # fmt: skip
        Exclusion.objects.create(creditor=creditor, level=level, key=key, reason="Prövas", until_on=until)


def foretold(office: Office) -> list[Row]:
    preview = preview_creditor(office.creditor, TODAY)
    rows = []
    for letter in coming(preview, DAYS).letters:
        claims = tuple(
            (c.running.item.number, tuple(sorted((str(cost.kind), cost.amount_minor) for cost in c.costs))) for c in letter.claims
        )
        asked = sum(c.facts.steps[-1].asked_minor for c in letter.claims)
        rows.append((letter.on, letter.kind, letter.last_day, claims, asked))
    return sorted(rows)


def lived(office: Office) -> list[Row]:
    """The same days with nothing new learnt; who must look at a batch lets it go at once."""
    post = {"folder": PostOffice()}
    for number in range(DAYS + 1):
        today = TODAY + timedelta(days=number)
        report = run_day(today, post, [office.creditor])
        assert report.problems == []
        if Letter.objects.filter(creditor=office.creditor, state="composed").exists():
            approve_batch(office.creditor, by="test", today=today, channels=post)
    charged: dict[int, list[tuple[str, int]]] = {}
    for charge in Charge.objects.filter(creditor=office.creditor).exclude(step=None):
        charged.setdefault(charge.step_id, []).append((charge.kind, charge.amount_minor))
    steps = {(s.letter_id, s.case_id): s for s in Step.objects.filter(creditor=office.creditor).exclude(letter=None)}
    invoice = dict(Case.objects.filter(creditor=office.creditor).values_list("id", "invoice__number"))
    rows = []
    for letter in Letter.objects.filter(creditor=office.creditor, dated_on__gte=TODAY):
        assert letter.sent_on == letter.dated_on
        cases = LetterCase.objects.filter(letter=letter).order_by("id").values_list("case_number", "asked_minor")
        claims = tuple((invoice[case], tuple(sorted(charged.get(steps[letter.pk, case].pk, ())))) for case, _ in cases)
        rows.append((letter.dated_on, letter.kind, letter.last_day, claims, sum(asked for _, asked in cases)))
    return sorted(rows)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1))
def test_the_preview_of_two_thousand_invoices_is_what_thirty_days_then_do(db: None, seed: int) -> None:
    office = an_office(creditor='claim_kinds = ["goods_services", "rent"]')
    settings(office.creditor)
    office = open_office(Creditor.objects.get(pk=office.creditor.pk))
    ledger = a_ledger(random.Random(seed), INVOICES // one_in(8))
    before = TODAY - timedelta(days=20)  # some cases run already, with letters behind them
    bring_in(office, [row for row in ledger if row.row % 7 == 0], before)
    run_day(before, {"folder": PostOffice()}, [office.creditor])
    bring_in(office, ledger, TODAY, partial=False)

    said = foretold(office)
    done = lived(office)

    assert len(said) > len(ledger) // 3
    assert {kind for _, kind, *_ in said} >= {str(StepKind.NOTICE), str(StepKind.REMINDER), str(StepKind.DEMAND)}
    assert _differences(said, done) == []


def _differences(said: list[Row], done: list[Row]) -> list[Any]:
    return [("only said", row) for row in said if row not in done] + [("only done", row) for row in done if row not in said]
