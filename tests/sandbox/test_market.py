"""The market does what markets do, the same way every time, and its ledger balances."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from fordran.countries.se import calendar as law_calendar
from fordran.countries.se.identifiers import parse_bankgiro, parse_iban, parse_identity, parse_ocr, parse_postcode
from fordran.sandbox import calendar as bank_calendar
from fordran.sandbox.book import Book
from fordran.sandbox.chance import chance, happens, one_of
from fordran.sandbox.market.character import Character
from fordran.sandbox.market.lived import Fate, LetterGot, Paid, Span
from fordran.sandbox.market.mail import MailedLetter
from fordran.sandbox.market.market import Market
from fordran.sandbox.numbers import bankgiro, iban, is_iban
from fordran.sandbox.world.report import wrong_letters

FIRST = date(2026, 1, 7)
SALES, OFFICE = "99000002", "98000003"
TODAY = datetime(2026, 1, 7, 5)  # noqa: DTZ001  what an ERP stamps has no zone


def market(seed: str = "7", character: Character | None = None) -> Market:
    book = Book("tenant", "Granlunds Värmeservice AB", "5599000001", now=lambda: TODAY, bankgiro=SALES, iban=iban(chance("book")))
    made = Market(book, character or Character(), seed)
    made.live_the_past(FIRST)
    return made


def days(number: int, first: date = FIRST) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range(number))


@pytest.fixture(scope="module")
def lived() -> Market:
    """200 days, nobody collects."""
    made = market()
    for day in days(200):
        made.day(day)
    return made


def letter(
    fate: Fate, market: Market, *, on: date, kind: str = "reminder", ocr: str = "7700128", cost: int = 60_00
) -> MailedLetter:
    place = market.lived.debtors[fate.party].place
    document = market.scene.document(fate.invoice)
    assert document is not None
    return MailedLetter(
        f"L-{fate.invoice}-{kind}.pdf", kind, on, ("X", place.street, f"{place.postcode} {place.town}"), (fate.invoice,),
        {"SEK": document.balance + cost}, ocr, OFFICE, last_day=on + timedelta(days=12),
    )  # fmt: skip


# ---- chance and days -------------------------------------------------------------------------------------------------


def test_the_same_name_draws_the_same_and_another_name_another() -> None:
    assert chance("a", 1).random() == chance("a", 1).random() != chance("a", 2).random()
    assert chance("ab", "c").random() != chance("a", "bc").random()
    assert {one_of(chance(n), {"a": 1, "b": 0, "c": 3}) for n in range(200)} == {"a", "c"}
    assert 10 < sum(happens(chance("often", n), 100) for n in range(400)) < 80


def test_the_banks_calendar_is_the_laws_calendar_though_it_was_written_twice() -> None:
    day, differ = date(2005, 1, 1), []
    while day < date(2060, 1, 1):
        if bank_calendar.is_banking_day(day) != law_calendar.is_banking_day(day):
            differ.append(day)
        day += timedelta(days=1)
    assert differ == []
    assert [year for year in range(1900, 2200) if bank_calendar.easter(year) != law_calendar.easter_day(year)] == []


def test_banking_days_are_counted_over_easter() -> None:
    assert bank_calendar.banking_days_later(date(2026, 4, 2), 1) == date(2026, 4, 7)
    assert bank_calendar.banking_day_before(date(2026, 4, 7)) == date(2026, 4, 2)
    assert bank_calendar.banking_day(date(2026, 12, 24)) == date(2026, 12, 28)


# ---- what the ledger holds -------------------------------------------------------------------------------------------


def test_every_number_of_every_customer_and_invoice_has_its_check_digits(lived: Market) -> None:
    book, today = lived.scene.book, date(2026, 8, 1)
    for party in book.parties.values():
        parse_postcode(party.place.postcode)
        if party.identity:
            parse_identity(party.identity, today)
    for debtor in lived.lived.debtors.values():
        parse_identity(debtor.identity, today)
        if debtor.bankgiro:
            parse_bankgiro(debtor.bankgiro)
    for document in book.documents.values():
        if document.kind == "invoice":
            assert parse_ocr(document.ocr).startswith(document.number)
    for n in range(50):
        parse_bankgiro(bankgiro(chance(n)))
        assert is_iban(parse_iban(iban(chance(n))))
    assert not is_iban("SE3550000000054910000004") and not is_iban("SE35500000000549100000031")


def test_every_balance_is_the_amount_less_what_was_set_against_it(lived: Market) -> None:
    book = lived.scene.book
    for (kind, number), document in book.documents.items():
        if kind != "invoice":
            continue
        applied = sum(p.amount for r in book.receipts.values() for p in r.applications if p.number == number and r.released)
        credited = sum(n.amount - n.balance for n in book.documents.values() if n.kind == "credit_note" and n.credits == number)
        assert document.balance == document.amount - applied - credited >= 0, number
        if document.status in ("open", "closed"):
            assert (document.status == "closed") == (document.balance == 0), number


def test_every_krona_paid_to_the_creditor_is_booked_exactly_once(lived: Market) -> None:
    booked = {paid.number: paid for paid in lived.lived.paid.values() if paid.seen_on is not None}
    assert len(booked) > 500 and all(paid.to_creditor for paid in booked.values())
    receipts = lived.scene.book.receipts
    live: Counter[tuple[str, int]] = Counter()
    for receipt in receipts.values():
        live[receipt.party, abs(receipt.amount)] += 1 if receipt.amount > 0 else -1
    expected = Counter((paid.party, paid.amount) for paid in lived.lived.paid.values() if paid.receipt)
    assert {key: number for key, number in live.items() if number} == expected
    assert all(receipts[paid.receipt].amount == paid.amount for paid in booked.values())


EXPECTED = {
    "direct_debit_bounced", "paid_to_creditor_direct_debit",
    "booked_on_account", "payment_used", "paid_back",
    "booked", "booked_again", "booked_in_part", "booked_on_anothers", "change_address", "change_amount", "change_class",
    "change_customer", "change_due", "change_identity", "change_name", "credit_loose", "credit_part", "credit_set",
    "credit_whole", "customer_left_alone", "customer_left_alone_over", "deleted", "dispute", "dispute_over", "hold",
    "invoice", "moved", "new_customer", "paid_to_creditor_again", "paid_to_creditor_by_text", "paid_to_creditor_exact",
    "paid_to_creditor_in_one_sum", "paid_to_creditor_krona_short", "paid_to_creditor_partly", "paid_to_creditor_the_rest",
    "paid_to_creditor_to_the_creditor", "paid_to_creditor_twice", "paid_to_creditor_wrong_reference", "release",
    "reminded_by_itself", "voided",
}  # fmt: skip


def test_every_behaviour_occurs_in_two_hundred_days(lived: Market) -> None:
    assert EXPECTED - {one.what for one in lived.lived.happened} == set()


def test_nothing_is_sold_or_booked_when_banks_are_closed(lived: Market) -> None:
    assert {one.on for one in lived.lived.happened if not bank_calendar.is_banking_day(one.on)} <= {FIRST - timedelta(days=75)}


def test_the_erp_stops_reminding_when_the_office_comes(lived: Market) -> None:
    reminded = [document.reminded_on for document in lived.scene.book.documents.values() if document.reminded_on]
    assert len(reminded) > 10 and max(reminded) < FIRST


# ---- the same again --------------------------------------------------------------------------------------------------


def test_the_same_seed_lives_the_same_days_and_another_seed_others() -> None:
    first, second, other = market("7"), market("7"), market("8")
    for day in days(60):
        assert first.day(day) == second.day(day)
        other.day(day)
    assert first.lived == second.lived
    assert first.lived.happened != other.lived.happened


def test_a_half_day_lived_twice_is_lived_once() -> None:
    once, twice = market(), market()
    for day in days(20):
        once.day(day)
        twice.morning(day)
        twice.morning(day)
        twice.noon(day)
        twice.noon(day)
        twice.day(day)
    assert once.lived == twice.lived
    with pytest.raises(ValueError, match="no morning"):
        twice.noon(FIRST + timedelta(days=21))


def test_letters_are_answered_alike_in_whatever_order_they_came() -> None:
    order = random.Random(1)
    one, other = market(), market()
    for day in days(40):
        mail = [letter(fate, one, on=day) for fate in overdue(one, day, 5)]
        shuffled = mail.copy()
        order.shuffle(shuffled)
        assert one.day(day, mail) == other.day(day, shuffled)
    assert one.lived.paid == other.lived.paid and one.lived.happened == other.lived.happened


def overdue(market: Market, on: date, after: int) -> list[Fate]:
    book = market.scene.book
    found = [fate for fate in market.lived.fates.values() if (on - fate.due).days == after and fate.currency == "SEK"]
    return [
        f for f in found if (d := book.documents.get(("invoice", f.invoice))) is not None and d.status == "open" and d.balance
    ]


# ---- letters ---------------------------------------------------------------------------------------------------------


def test_letters_make_debtors_pay_what_the_letter_says_where_it_says_it() -> None:
    made, asked, paid = market(), {}, []
    for day in days(150):
        mail = [letter(fate, made, on=day, ocr=fate.ocr + "9") for fate in overdue(made, day, 8)]
        mail += [letter(fate, made, on=day, ocr=fate.ocr + "1", kind="demand", cost=240_00) for fate in overdue(made, day, 24)]
        asked |= {one.ocr: one for one in mail}
        paid += made.day(day, mail)
    ways = Counter(one.way for one in paid)
    assert {"exact", "partly", "twice", "again", "wrong_reference", "by_text", "krona_short"} <= set(ways), ways
    exact = [one for one in paid if one.way == "exact"]
    assert len(exact) > 30 and all(one.account == OFFICE and not one.to_creditor for one in exact)
    assert all(one.amount == asked[one.reference].asks["SEK"] or _was_credited(made, one) for one in exact)
    assert all(one.reference not in asked for one in paid if one.way == "wrong_reference")
    assert all(one.invoices[0] in one.text and not one.reference for one in paid if one.way == "by_text")
    assert all(one.amount == asked[one.reference].asks["SEK"] - 100 for one in paid if one.way == "krona_short")
    kinds = {made.lived.debtors[one.party].when for one in paid}
    assert {"late", "after_reminder", "after_demand"} <= kinds
    some = [one for one in paid if made.lived.debtors[one.party].when == "after_demand"]
    assert some and all(asked[one.reference].kind == "demand" for one in some if one.reference in asked)


def _was_credited(market: Market, paid: Paid) -> bool:
    return any(market.lived.fates[name].credited for name in paid.invoices)


def test_a_letter_to_where_the_customer_no_longer_lives_comes_back_and_the_erp_learns_the_address() -> None:
    made = market()
    made.day(FIRST)
    fate = next(f for f in made.lived.fates.values() if f.left and f.currency == "SEK")
    party = made.scene.book.parties[fate.party]
    sent = letter(fate, made, on=FIRST)
    made.lived.debtors[fate.party].place = made.lived.debtors["1001" if fate.party != "1001" else "1002"].place
    assert party.place != made.lived.debtors[fate.party].place
    for day in days(20, FIRST + timedelta(days=1)):
        made.day(day, [sent] if day == FIRST + timedelta(days=1) else [])
    assert made.lived.returned == [sent.name] and not fate.letters[0].delivered
    assert party.place == made.lived.debtors[fate.party].place


def test_a_letter_about_an_invoice_nobody_knows_is_told_and_harms_nothing() -> None:
    made = market()
    strange = MailedLetter("x.pdf", "demand", FIRST, ("X",), ("999",), {"SEK": 100}, "18", OFFICE)
    made.day(FIRST, [strange])
    assert "letter_about_nothing_known" in {one.what for one in made.lived.happened if one.on == FIRST}


# ---- the truth about letters -----------------------------------------------------------------------------------------


def _fate_with_letter(dated_on: date, kind: str = "demand") -> tuple[Market, Fate]:
    made = market()
    fate = next(iter(made.lived.fates.values()))
    fate.letters = [LetterGot("L", kind, dated_on, None, 100, "18", True)]
    fate.clear_since, fate.alone, fate.held = None, [], []
    return made, fate


@pytest.mark.parametrize(("clear", "wrong"), [(-1, True), (0, True), (1, False)])
def test_a_letter_on_or_after_the_day_that_showed_the_payment_is_wrong(clear: int, wrong: bool) -> None:
    made, fate = _fate_with_letter(FIRST)
    fate.clear_since, fate.clear_by = FIRST + timedelta(days=clear), "payment"
    assert [one.why for one in wrong_letters("own", made.lived)] == (["paid"] if wrong else [])
    fate.letters[0].kind = "confirmation"
    assert wrong_letters("own", made.lived) == []


def test_a_letter_while_invoice_or_customer_is_left_alone_or_held_is_wrong() -> None:
    made, fate = _fate_with_letter(FIRST)
    yesterday, tomorrow = FIRST - timedelta(days=1), FIRST + timedelta(days=1)
    theirs = made.lived.debtors[fate.party].alone
    fate.by_direct_debit = []
    for place, why in ((fate.alone, "left_alone"), (theirs, "left_alone"), (fate.held, "held"),
                       (fate.by_direct_debit, "direct_debit")):  # fmt: skip
        for span, wrong in (
            (Span(yesterday), True),
            (Span(FIRST, tomorrow), True),
            (Span(yesterday, FIRST), False),
            (Span(tomorrow), False),
        ):
            place[:] = [span]
            assert [one.why for one in wrong_letters("own", made.lived)] == ([why] if wrong else [])
        place.clear()


def test_who_pays_the_whole_letter_in_time_with_its_number_is_clear_and_who_pays_late_is_not() -> None:
    made, late, clear = market(), 0, 0
    for day in days(120):
        mail = [letter(fate, made, on=day, ocr=fate.ocr + "9") for fate in overdue(made, day, 8)]
        paid = made.day(day, mail)
        made.seen([one.number for one in paid], day)
        for one in paid:
            fate = made.lived.fates[one.invoices[0]]
            got = next((g for g in fate.letters if g.reference == one.reference), None)
            if one.way == "exact" and got is not None and not fate.credited and one.amount == got.total and fate.mishap == "":
                in_time = got.last_day is None or one.on <= got.last_day
                late, clear = late + (not in_time), clear + in_time
                assert (fate.clear_since == day) == in_time, one
    assert clear > 10 and late > 2
