"""Invented letters that the tests of this folder print."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from fordran.core.law import Source
from fordran.process.letter import (
    InterestRow,
    LetterClaim,
    LetterContent,
    LetterLine,
    NextCost,
    Party,
    PaySlip,
    Recipient,
)

KINDS = ("notice", "reminder", "demand", "residual", "confirmation")
IDENTITY = "198001011235"

INTEREST_ACT = Source("räntelagen (1975:635)", "6 §")
COST_ACT = Source("lag (1981:739) om ersättning för inkassokostnader m.m.", "2 och 4 §§")
DEMAND_ACT = Source("lag (1981:739) om ersättning för inkassokostnader m.m.", "3 och 4 §§")

OFFICE = Party("Kravkontoret Mälarstrand AB", "5599234571", ("Box 4410", "103 99 Storås"), "kontakt@kravkontoret.example")
CREDITOR = Party("Granholms Bygg & Rör AB", "5598710209", ("Hamngatan 3", "923 45 Storås"), "faktura@granholms.example")
DEBTOR = Recipient("Elin Åkerström-Hägg", ("Lönnstigen 8 B", "923 45 Storås"))

REMINDED = date(2026, 10, 12)
DATES = {
    "notice": (date(2026, 10, 9), None),
    "reminder": (REMINDED, date(2026, 10, 22)),
    "demand": (date(2026, 10, 27), date(2026, 11, 6)),
    "residual": (date(2026, 11, 10), date(2026, 11, 20)),
    "confirmation": (date(2026, 11, 12), None),
}

FIRST_PERIODS = (
    InterestRow(date(2026, 10, 6), date(2026, 10, 20), 15, Decimal("10.00"), 10_750_00, 44_18),
    InterestRow(date(2026, 10, 21), date(2026, 10, 27), 7, Decimal("10.00"), 8_854_18, 16_98),
)
UNTIL_REMINDER = (InterestRow(date(2026, 10, 6), REMINDED, 7, Decimal("10.00"), 10_750_00, 20_62),)


def interest(rows: tuple[InterestRow, ...], reference: str | None = "2.00") -> LetterLine:
    return LetterLine(
        "interest",
        sum(row.amount_minor for row in rows),
        "SEK",
        source=INTEREST_ACT,
        interest=rows,
        reference_percent=Decimal(reference) if reference else None,
    )


def paid(on: date, **split: int) -> LetterLine:
    return LetterLine("paid", -sum(split.values()), "SEK", on, split=tuple(split.items()))


def lines(kind: str) -> tuple[LetterLine, ...]:
    capital = LetterLine("capital", 10_750_00, "SEK")
    reminder = LetterLine(
        "reminder", 60_00, "SEK", REMINDED, COST_ACT, this_letter=kind == "reminder", agreed_on=date(2024, 1, 1)
    )
    demand = LetterLine("demand", 180_00, "SEK", DATES["demand"][0], DEMAND_ACT, this_letter=kind == "demand")
    first = paid(date(2026, 10, 20), costs=60_00, interest=44_18, capital=1_895_82)
    second = paid(date(2026, 11, 5), costs=180_00, interest=16_98, capital=8_657_20)
    third = paid(date(2026, 11, 11), capital=196_98)
    return {
        "notice": (capital,),
        "reminder": (capital, interest(UNTIL_REMINDER), reminder),
        "demand": (capital, interest(FIRST_PERIODS), reminder, demand, first),
        "residual": (capital, interest(FIRST_PERIODS), reminder, demand, first, second),
        "confirmation": (capital, interest(FIRST_PERIODS), reminder, demand, first, second, third),
    }[kind]


PER_DAY = {"reminder": (10_750_00, "2.95"), "demand": (8_854_18, "2.43"), "residual": (196_98, "0.05")}


def claim(kind: str, case: str = "2026-004187", invoice: str = "26-10814", **more: Any) -> LetterClaim:
    capital, per_day = PER_DAY.get(kind, (10_750_00, None))
    made = LetterClaim(
        case,
        invoice,
        date(2026, 9, 5),
        date(2026, 10, 5),
        "byte av varmvattenberedare, Lönnstigen 8 B",
        lines(kind),
        capital,
        "SEK",
        Decimal(per_day) if per_day else None,
    )
    return replace(made, **more)


def letter(kind: str, mode: str = "own", language: str = "sv", **more: Any) -> LetterContent:
    agency = mode == "agency"
    dated_on, last_day = DATES[kind]
    made = LetterContent(
        kind=kind,
        language=language,
        mode=mode,
        dated_on=dated_on,
        last_day=last_day,
        sender=OFFICE if agency else CREDITOR,
        creditor=CREDITOR,
        recipient=replace(DEBTOR, identity=IDENTITY) if kind == "demand" else DEBTOR,
        claims=(claim(kind),),
        pay=PaySlip("202600418729", bankgiro="50501055", swish="1231181189"),
        number="2026-000311",
        reminded_on=REMINDED if kind == "demand" else None,
        contact_email=OFFICE.email if agency else CREDITOR.email,
        contact_phone="010-000 44 10",
        permit="FI 2025-1234" if agency else "",
        next_costs={
            "reminder": (NextCost("demand", 180_00, "SEK"),),
            "demand": (NextCost("application", 300_00, "SEK"), NextCost("legal-work", 380_00, "SEK")),
        }.get(kind, ()),
    )
    return replace(made, **more)


def in_euro() -> LetterContent:
    """A claim in euro, whose costs stay in kronor."""
    kept = [line for line in lines("demand") if line.kind != "paid"]
    euro = tuple(replace(line, currency="EUR") if line.kind in ("capital", "interest") else line for line in kept)
    one = claim("demand", lines=euro, currency="EUR", capital_minor=10_750_00)
    pay = PaySlip("202600418729", bankgiro="50501055", iban="SE3550000000054910000003", swish="1231181189")
    return letter("demand", language="en", claims=(one,), pay=pay)


def joint(number: int, kind: str = "demand") -> LetterContent:
    """One letter about `number` cases."""
    claims = tuple(claim(kind, f"2026-{5000 + i:06}", f"26-{11000 + i}") for i in range(number))
    return letter(kind, "agency", claims=claims)


HOSTILE = "#emph[x] *fet* _kursiv_ $x^2$ `rå` @ref <b>tagg</b> =cmd|' /C calc'!A1 \\u{41} // slut"


def hostile() -> LetterContent:
    """Every name is markup, a formula or far too long."""
    long_name = "Åäöåäöåäö Fastighetsförvaltningsaktiebolag " * 4
    return letter(
        "demand",
        "agency",
        recipient=Recipient(
            "Łukasz Šimon " + "Wolfeschlegelsteinhausenbergerdorff" * 3,
            ("c/o " + "W" * 90, HOSTILE, "rad 3", "rad 4", "rad 5", "923 45 Storås"),
            "NO",
        ),
        sender=replace(OFFICE, name="A" * 80 + " & Söner"),
        creditor=replace(CREDITOR, name=long_name),
        claims=(claim("demand", invoice="9" * 80, concerns=f"{HOSTILE} {'X' * 150}"),),
    )
