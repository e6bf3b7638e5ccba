"""Every sentence of the pages exists in both languages, with the same values in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.utils.translation import override

from fordran.creditor_pages import (
    case_list,
    filter_further,
    frame,
    history_rows,
    level_form,
    people_words,
    profile_rows,
    setting_words,
    setup_steps,
    story,
    words,
)
from fordran.creditor_pages.coming import KINDS
from fordran.creditor_pages.templatetags import fd
from fordran.creditor_pages.views import (
    account,
    acts,
    agreement,
    by_file,
    case,
    cases,
    creditor,
    erp,
    letters,
    levels,
    overview,
    payout_accounts,
    refunds,
    reminded,
    sign_in,
    start_ledger,
    start_preview,
)

PAGES = Path(words.__file__).parent
TAG = re.compile(r"""\{%\s*tn?\s+("[^"]*"|'[^']*')(?:\s+("[^"]*"|'[^']*'))?""")
#: tables whose words are written by name
TABLES: list[Any] = [
    account.DOORS, account.PASSWORD_WRONG, sign_in.FAILED,
    filter_further.HINTS, filter_further.RESTS, reminded.WRONG,
    start_ledger.NAMES, start_ledger.WHY, start_ledger.STATES, start_ledger.HOW, start_preview.LETTERS,
    setup_steps.NAMES, setup_steps.STATES, setup_steps.SAID, setup_steps.BUTTONS, setup_steps.LEFT,
    words.STAGES, words.HOLDS, words.LETTER_KINDS, words.NEXT_KINDS, words.COMPONENTS, words.KINDS_OF_DEBTOR, words.LEVELS,
    words.CLOSED, words.WHY_PASSED_OVER, words.WHY_WAITS, words.DISPATCHES, frame.MENU, case_list.VIEWS,
    cases.QUESTIONS, letters.STATES, case.CHOICE_NOTES, case.CHOICE_WORDS, story.INSTRUCTIONS,
    setting_words.FIELD_WORDS, setting_words._ENDS, setting_words.MACHINES,
    story.ACCOUNTS, story.CHANGES, story.LETTERS, KINDS, fd._LETTERS_IN_NUMBER,
    words.REACH, people_words.PROBLEMS,
    by_file.FIELD_WORDS, by_file.DATES,
    words.PAYMENT_STATES, words.PAYMENT_MATCHED_BY, words.PAYMENT_KINDS, words.PAYMENT_VIAS, words.PAYMENT_FORMATS,
    words.ACCOUNT_KINDS, words.ORDER_STATES, words.BANK_REASONS, words.COST_ACCOUNTS, refunds._WRONG,
    erp.ERRANDS, erp.STATES, erp.READINGS, erp.READING_STATES, erp.STAGES, [w[1:] for w in erp.WRITES], erp.NAMES["folder"],
    agreement._WRONG,
    [(a.title, a.lede, a.button, a.done) for a in acts.ACTS.values()],
    history_rows.PLACES, [said for _, said in history_rows.DEEDS.values()], history_rows.RUNNING, history_rows.OTHER_FIELDS,
    history_rows._GROUPS, level_form.HINTS, levels.MANY_DAYS,
    profile_rows.PART_WORDS, profile_rows.CARDS, profile_rows.WRONG, profile_rows.WRONG_NUMBER, profile_rows.UNDERSTOOD,
    creditor.SCHEDULES, payout_accounts.WRONG,
]  # fmt: skip
SWEDISH = re.compile(r"[A-ZÅÄÖ]|[ åäö{]|påminnelse|notice")
NOT_WORDS = re.compile(r"^[a-z0-9_./-]*$|^#|^arrow|^\d$")


def in_templates() -> Iterator[tuple[str, str]]:
    for path in PAGES.rglob("*.html"):
        for found in TAG.finditer(path.read_text(encoding="utf-8")):
            for part in found.groups():
                if part and part not in ('"', "'"):
                    yield part[1:-1], path.name


def in_code() -> Iterator[tuple[str, str]]:
    for path in PAGES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", ""))
            if isinstance(node, ast.Call) and name in ("t", "tn"):
                for part in (inner for arg in node.args for inner in ast.walk(arg)):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value, path.name


def in_tables(value: Any = None) -> Iterator[tuple[str, str]]:
    value = TABLES if value is None else value
    if isinstance(value, str):
        yield value, "a table"
    elif isinstance(value, dict):
        for inner in value.values():
            yield from in_tables(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from in_tables(inner)


def all_sentences() -> dict[str, str]:
    found = dict(in_templates()) | dict(in_code())
    found |= {said: where for said, where in in_tables() if not NOT_WORDS.match(said)}
    found |= dict(in_tables(words.CLOSED))
    return {said: where for said, where in found.items() if re.search(r"[A-Za-zÅÄÖåäö]", said) and not _is_a_name(said)}


def _is_a_name(said: str) -> bool:
    """Keys, not sentences: `stage`, `disputes` and the like that stand inside the call."""
    return re.fullmatch(r"[a-z_]+", said) is not None and said not in words.english()


def test_every_sentence_has_its_english() -> None:
    missing = {said: where for said, where in all_sentences().items() if said not in words.english()}
    assert missing == {}


def test_no_english_is_left_over() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*PAGES.rglob("*.py"), *PAGES.rglob("*.html")])
    assert [said for said in words.english() if said not in text] == []


def test_both_languages_take_the_same_values() -> None:
    def values(sentence: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", sentence))

    assert {sv: en for sv, en in words.english().items() if values(sv) != values(en)} == {}


@pytest.mark.parametrize("table", [words.STAGES, words.HOLDS, words.WHY_PASSED_OVER], ids=["stages", "holds", "reasons"])
def test_tables_cover_what_the_process_knows(table: dict[str, Any]) -> None:
    from fordran.core.reasons import Reason
    from fordran.process.facts import HoldKind, Stage

    known: dict[int, ModuleType | Any] = {id(words.STAGES): Stage, id(words.HOLDS): HoldKind}
    if id(table) in known:
        assert set(table) == {str(name) for name in known[id(table)]}
    else:
        assert set(table) - {""} <= {str(name) for name in Reason}


def test_values_are_escaped_and_sentences_are_not() -> None:
    with override("sv"):
        assert words.t("Av {who}.", who="<b>") == "Av &lt;b&gt;."
        assert words.t("Av {who}.", who=words.day(None)) == "Av –."
        assert words.tn("{n} dag", "{n} dagar", 1) == "1 dag"
        assert words.tn("{n} dag", "{n} dagar", 1200) == "1\u00a0200 dagar"
    with override("en"):
        assert words.t("Översikt") == "Overview"
        assert words.t("En mening som saknas") == "En mening som saknas"


def test_overviews_titles_name_every_stage_of_the_ramp() -> None:
    assert set(overview.RAMP) == set(words.STAGES) - {"closed"}
