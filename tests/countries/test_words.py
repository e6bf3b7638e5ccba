"""Every reason has words in both languages, and words never stop the work."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from fordran.core.findings import Finding, finding
from fordran.core.reasons import Reason
from fordran.countries.se.country import COUNTRY
from fordran.countries.se.words import LANGUAGES, day_names, texts
from fordran.process.facts import ClaimKind, CostKind, DebtorKind, Hold, HoldKind, InstructionKind, InterruptionKind, StepKind
from tests.countries.law_cases import a_case, a_claim, a_policy, day

FACT = re.compile(r"\{([^}]*)\}")


def sentences(language: str) -> dict[str, str]:
    return texts(language)["reasons"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words_and_no_words_lack_a_reason(language: str) -> None:
    assert {key.partition(".")[0] for key in sentences(language)} == {reason.value for reason in Reason}
    assert {reason.value for reason in Reason} <= set(sentences(language))


def test_both_languages_speak_of_the_same_facts_and_names() -> None:
    swedish, english = texts("sv"), texts("en")
    assert swedish.keys() == english.keys()
    for table in swedish:
        assert swedish[table].keys() == english[table].keys()
    for key, sentence in swedish["reasons"].items():
        assert sorted(FACT.findall(sentence)) == sorted(FACT.findall(english["reasons"][key])), key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", list(Reason))
def test_a_finding_without_facts_is_still_a_sentence(reason: Reason, language: str) -> None:
    said = COUNTRY.say(finding(reason), language)
    assert said.endswith(".") and said[0].isupper()
    assert not re.search(r"[{}\[\]]|  | [.,;:]", said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_brackets_are_whole_and_sentences_end(language: str) -> None:
    for key, sentence in sentences(language).items():
        assert sentence.count("[") == sentence.count("]") and "[[" not in sentence, key
        everything = re.sub(r"[\[\]]", "", sentence)
        assert everything.endswith(".") and "  " not in everything, key


def test_money_days_and_rates_are_written_as_people_write_them() -> None:
    found = finding(Reason.COMPENSATION, amount_minor=39_000, taken_before_minor=6_000)
    assert COUNTRY.say(found, "sv") == (
        "Förseningsersättning: 390,00\u00a0kr, efter avdrag för 60,00\u00a0kr som redan tagits ut i kostnader."
    )
    euro = finding(Reason.PAYMENT_RECEIVED, amount_minor=123_450, currency="EUR")
    assert COUNTRY.say(euro, "en") == "A payment of 1\u00a0234,50\u00a0EUR arrived."
    barred = finding(Reason.BARRED, barred_on=day("2026-03-20"))
    assert COUNTRY.say(barred, "sv") == "Fordran är preskriberad sedan 2026-03-20. Den får inte krävas."


def test_an_unknown_language_is_answered_in_swedish() -> None:
    assert COUNTRY.say(finding(Reason.PAID), "de") == COUNTRY.say(finding(Reason.PAID), "sv")


def test_odd_facts_do_not_stop_it() -> None:
    odd = finding(Reason.HELD, kind="{until} [x]", until=None, lack=None, rate=Decimal("8.50"))
    assert COUNTRY.say(odd, "sv") == "Ärendet är pausat: {until} [x]."


def of_our_own_code() -> list[Finding]:
    """Findings as the law's own functions make them, one of each that can be had without much ado."""
    today = day("2026-03-20")
    business = {"debtor": DebtorKind.BUSINESS, "due_agreed": True}
    asked = a_policy(late_payment_compensation=True)
    claims = (
        a_claim(), a_claim(terms_agreed_on=None), a_claim(issued_on=None), a_claim(arose_on=day("2024-01-01")),
        a_claim(reminded_on=day("2026-03-12"), reminded_fee_minor=5_000), a_claim(**business),
        a_claim(interest_text=True), a_claim(debtor=DebtorKind.BUSINESS), a_claim(arose_on=day("2010-01-01"), **business),
    )  # fmt: skip
    found: list[Finding] = []
    for claim in claims:
        start = COUNTRY.first_interest_day(claim)
        found.append(start.finding)
        period = COUNTRY.limitation(claim, (), today)
        found += [period] if isinstance(period, Finding) else period.findings
        found += COUNTRY.refusals(claim, (), day("2010-01-01"), today)
        for kind in CostKind:
            for policy in (asked, a_policy()):
                answer = COUNTRY.cost_allowed(kind, a_case(claim=claim), policy, today)
                found.append(answer if isinstance(answer, Finding) else answer.finding)
        answer = COUNTRY.earlier_reminder_cost(claim)
        found.append(answer if isinstance(answer, Finding) else answer.finding)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_facts_our_own_code_gives_fit_the_words(language: str) -> None:
    for found in of_our_own_code():
        said = COUNTRY.say(found, language)
        assert "…" not in said and not re.search(r"[{}\[\]]", said), (found, said)
        assert found.source is not None, found


@pytest.mark.parametrize("language", LANGUAGES)
def test_kinds_are_said_in_words(language: str) -> None:
    names = texts(language)["kind"]
    for kind in (*CostKind, *StepKind, *HoldKind, *InterruptionKind, *InstructionKind, *ClaimKind):
        assert kind.value in names, kind
    held = finding(Reason.HELD, kind=Hold(HoldKind.UNKNOWN_ADDRESS, day("2026-03-20")).kind)
    assert names["unknown-address"] in COUNTRY.say(held, language)


def test_days_passed_are_said_in_words() -> None:
    assert day_names("midsummer_eve, midsummer_day, sunday", "sv") == "midsommarafton, midsommardagen, söndag"
    assert day_names("", "sv") == ""
