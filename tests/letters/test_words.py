"""What the letters say, and what they never say."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from fordran.countries.se.notices import forbidden_words
from fordran.letters.as_text import letter_as_text, letter_sections
from fordran.letters.claim_rows import shortened
from fordran.letters.sheet import address_lines, has_identity, lay_out, without_identity
from fordran.letters.words import TEXTS, Words
from fordran.process.letter import InterestRow, LetterLine, PaySlip, Recipient
from tests.golden import assert_golden
from tests.letters.letter_cases import CREDITOR, IDENTITY, KINDS, claim, in_euro, interest, joint, letter

GOLDEN = Path(__file__).parent / "golden"
AGENCY_WORDS = ("uppdrag", "klientmedel", "tillstånd", "behalf", "client fund", "permit")


def patterns(table: dict[str, Any], path: str = "") -> dict[str, str]:
    found = {}
    for key, value in table.items():
        found |= patterns(value, f"{path}{key}.") if isinstance(value, dict) else {f"{path}{key}": str(value)}
    return found


def fields(pattern: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(pattern) if field}


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("mode", ["own", "agency"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_letter_reads_as_when_last_read_through(kind: str, mode: str, language: str) -> None:
    assert_golden(GOLDEN / f"{kind}-{mode}-{language}.txt", letter_as_text(letter(kind, mode, language)))


def test_joint_and_foreign_letters_read_as_when_last_read_through() -> None:
    assert_golden(GOLDEN / "joint-demand.txt", letter_as_text(joint(2)))
    assert_golden(GOLDEN / "euro-demand.txt", letter_as_text(in_euro()))


def test_both_languages_have_the_same_sentences_with_the_same_values() -> None:
    swedish, english = (patterns(tomllib.loads((TEXTS / f"{language}.toml").read_text())) for language in ("sv", "en"))
    assert swedish.keys() == english.keys()
    assert {key for key in swedish if fields(swedish[key]) != fields(english[key])} == set()


def test_both_modes_have_the_same_sentences() -> None:
    table = tomllib.loads((TEXTS / "sv.toml").read_text())
    assert patterns(table["own"]).keys() == patterns(table["agency"]).keys()


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("mode", ["own", "agency"])
@pytest.mark.parametrize("kind", ["notice", "reminder", "residual", "confirmation"])
def test_only_a_demand_speaks_of_legal_action(kind: str, mode: str, language: str) -> None:
    assert forbidden_words(letter_as_text(letter(kind, mode, language)), language) == ()
    assert forbidden_words(letter_as_text(letter("demand", mode, language)), language) != ()


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_own_collection_uses_no_words_of_an_agency(kind: str, language: str) -> None:
    own = letter_as_text(letter(kind, "own", language)).lower()
    agency = letter_as_text(letter(kind, "agency", language)).lower()
    assert [word for word in AGENCY_WORDS if word in own] == []
    assert any(word in agency for word in ("uppdrag", "behalf"))
    if kind != "confirmation":
        assert any(word in agency for word in ("klientmedel", "client fund"))


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_names_no_way_that_its_content_does_not_give(kind: str, language: str) -> None:
    silent = replace(CREDITOR, email="")
    bare = letter(
        kind, language=language, contact_email="", contact_phone="", next_costs=(), sender=silent, creditor=silent,
        pay=PaySlip("202600418729", "50501055"),
    )  # fmt: skip
    text = letter_as_text(bare).lower()
    for word in ("swish", "@", "www", "bankid", "logga in", "log in", "vardag", "weekday", "avbetalning", "instalment",
                 " ring ", " call "):  # fmt: skip
        assert word not in text, word
    assert "300" not in text


def test_a_demand_says_all_that_the_act_asks() -> None:
    text = letter_as_text(letter("demand", "agency"))
    for needed in ("Inkassokrav", "Granholms Bygg & Rör AB", "26-10814", "byte av varmvattenberedare", "10 750,00",
                   "10,00 %", "2026-10-06–2026-10-20, 15 dagar på 10 750,00", "61,16", "60,00", "180,00",
                   "(1981:739)", "(1975:635)",
                   "Betala eller invänd mot kravet senast 2026-11-06", "5050-1055", "kontakt@kravkontoret.example",
                   "Kronofogden", "300,00 kr", "380,00 kr", "2,43 kr per dag",
                   "Personuppgifter", "missnöjd", "FI 2025-1234"):  # fmt: skip
        assert needed in text.replace("\u00a0", " "), needed


def test_a_demand_names_the_cost_of_an_application_only_when_it_is_given() -> None:
    text = letter_as_text(letter("demand", next_costs=()))
    assert "300,00" not in text
    assert "Kostnaden för ansökan kan läggas på skulden." in text.replace("\n", " ")


def test_the_identity_number_stands_on_a_demand_and_not_on_its_copy_for_email() -> None:
    demand = letter("demand")
    shown = f"{IDENTITY[:8]}-{IDENTITY[8:]}"
    assert shown in letter_as_text(demand) and has_identity(demand)
    copy = without_identity(demand)
    assert IDENTITY[8:] not in letter_as_text(copy) and not has_identity(copy)
    reminder = letter("reminder", recipient=demand.recipient)
    assert IDENTITY[8:] not in letter_as_text(reminder) and not has_identity(reminder)


def test_a_complaint_goes_where_the_creditor_says() -> None:
    assert "Skriv till klagomal@granholms.example." in letter_as_text(
        letter("demand", complaints="klagomal@granholms.example")
    ).replace("\n", " ")


def test_the_lines_add_up_to_what_is_asked() -> None:
    for content in (letter("reminder"), letter("demand"), letter("residual"), letter("confirmation"), joint(3)):
        sheet = lay_out(content)

        def minor(text: str) -> int:
            return int(text.replace("\u00a0", "").replace(",", "").replace("\u2212", "-"))

        lines = sum(minor(row.amount) for row in sheet.rows if row.weight == "line")
        subtotals = [minor(row.amount) for row in sheet.rows if row.weight == "subtotal"]
        assert lines == minor(sheet.totals[0].amount) == content.totals()[0][1]
        assert not subtotals or sum(subtotals) == lines


def test_interest_that_does_not_add_up_is_never_printed() -> None:
    wrong = replace(interest((InterestRow(date(2026, 1, 1), date(2026, 1, 2), 2, Decimal(10), 100_00, 5),)), amount_minor=6)
    with pytest.raises(ValueError, match="add up"):
        lay_out(letter("reminder", claims=(claim("reminder", lines=(wrong,)),)))


def test_a_change_of_rate_inside_the_claim_shows_each_rate() -> None:
    rows = (InterestRow(date(2025, 6, 1), date(2025, 6, 30), 30, Decimal("11.00"), 10_000_00, 90_41),
            InterestRow(date(2025, 7, 1), date(2025, 7, 10), 10, Decimal("10.00"), 10_000_00, 27_40))  # fmt: skip
    for reference, label in (("3.00", "Ränta, referensräntan + 8 procentenheter"), (None, "Ränta")):
        (row,) = lay_out(letter("reminder", claims=(claim("reminder", lines=(interest(rows, reference),)),))).rows
        assert row.label == label
        assert [note.replace("\u00a0", " ") for note in row.notes] == [
            "2025-06-01–2025-06-30, 30 dagar, 11,00 % på 10 000,00: 90,41",
            "2025-07-01–2025-07-10, 10 dagar, 10,00 % på 10 000,00: 27,40 · räntelagen (1975:635) 6 §",
        ]


def test_credits_waivers_and_reversals_are_told_apart() -> None:
    def label(kind: str, amount: int) -> str:
        line = LetterLine(kind, amount, "SEK", date(2026, 10, 30), split=(("capital", abs(amount)),))
        return lay_out(letter("residual", claims=(claim("residual", lines=(line,)),))).rows[0].label

    labels = [label(kind, amount) for kind in ("paid", "credited", "waived") for amount in (-100, 100)]
    assert len(set(labels)) == 6


def test_an_unknown_line_component_or_kind_is_an_error_and_not_a_blank() -> None:
    for line in (LetterLine("administration", 100, "SEK"), LetterLine("paid", -100, "SEK", split=(("trolleri", 100),))):
        with pytest.raises((ValueError, KeyError)):
            lay_out(letter("demand", claims=(claim("demand", lines=(line,)),)))
    for wrong in ({"kind": "threat"}, {"mode": "other"}, {"claims": ()}, {"language": "de"}):
        with pytest.raises(ValueError, match="letter"):
            lay_out(replace(letter("demand"), **wrong))  # type: ignore[arg-type]


def test_the_address_keeps_name_town_and_country_in_five_lines() -> None:
    words = Words("sv", "own")

    def lines(*address: str, country: str = "SE", name: str = "Elin Hägg") -> tuple[str, ...]:
        return address_lines(letter("notice", recipient=Recipient(name, address, country)), words)

    assert lines("Gatan 1", "111 11 Byn") == ("Elin Hägg", "Gatan 1", "111 11 Byn")
    assert lines("c/o A", "B", "C", "D", "111 11 Byn") == ("Elin Hägg", "c/o A", "B", "C", "111 11 Byn")
    assert lines("c/o A", "B", "C", "0150 Oslo", country="NO") == ("Elin Hägg", "c/o A", "B", "0150 Oslo", "NORGE")
    long_name = "Bostadsrättsföreningen Sjöutsikten i Södra Hammarbyhamnen"
    assert lines("Gatan 1", "111 11 Byn", name=long_name) == (
        "Bostadsrättsföreningen Sjöutsikten i", "Södra Hammarbyhamnen", "Gatan 1", "111 11 Byn"
    )  # fmt: skip
    assert lines("Rad\n1", "", "  ", "111 11\tByn") == ("Elin Hägg", "Rad 1", "111 11 Byn")
    assert lines("X", country="XK")[-1] == "XK"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert shortened("a" * 300) == "a" * 300
    assert shortened("a" * 301) == "a" * 299 + "…"


def test_the_page_shows_the_same_words_as_the_paper() -> None:
    content = letter("demand", "agency")
    sections = letter_sections(content)
    assert [heading for heading, _ in sections if heading] == [
        "Inkassokrav", "Skulden avser", "Om du inte betalar eller svarar", "Stämmer det inte?", "Kan du inte betala allt?",
        "Betala",
    ]  # fmt: skip
    table = dict(sections)["Skulden avser"]
    assert [row.weight for row in table] == ["line"] * 5 + ["total"]
    assert table[-1].value == lay_out(content).totals[0].amount
