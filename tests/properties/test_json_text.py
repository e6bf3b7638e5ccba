"""Evidence and letters are written by a quick hand; it writes what the slow one would."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordran.core.json_text import json_text, quick_json_text, slim_json_text
from fordran.db.bulk import _COLUMNS
from fordran.process.facts import ClaimKind
from tests.build import demanded


def _slowly(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(ClaimKind)
    | st.dates()
    | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple),
    max_leaves=12,
)


@given(plain)
def test_any_plain_value_is_written_as_the_library_would(value: Any) -> None:
    assert json_text(value) == _slowly(value)


@given(st.dictionaries(st.text(), plain, max_size=5))
def test_a_dictionary_keeps_its_order_and_says_the_same(value: dict[str, Any]) -> None:
    assert list(json.loads(json_text(value))) == list(value)
    assert json.loads(json_text(value)) == json.loads(_slowly(value))


def test_facts_are_written_with_their_fields_in_order() -> None:
    assert json_text(demanded()) == _slowly(asdict(demanded()))


@dataclass(frozen=True, slots=True)
class Told:
    words: str
    name: str | None
    on: date
    rate: Decimal | None
    kind: ClaimKind
    minor: int
    rows: tuple[tuple[str, int], ...]


@given(st.builds(Told, rate=st.none() | st.decimals(allow_nan=False), minor=st.integers(-(2**63), 2**63)))
def test_an_object_is_written_as_the_library_would_write_it(told: Told) -> None:
    assert json_text(told) == _slowly(asdict(told))
    kept = {k: v for k, v in json.loads(_slowly(asdict(told))).items() if v or (k == "name" and v is not None)}
    assert json.loads(slim_json_text(told)) == kept


@given(plain)
def test_the_quick_hand_says_the_same(value: Any) -> None:
    assert json.loads(quick_json_text([value])) == json.loads(_slowly([value]))


def test_slim_leaves_out_what_is_empty_and_nothing_else() -> None:
    def without_empty(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: without_empty(inner) for name, inner in value.items() if inner}
        return [without_empty(inner) for inner in value] if isinstance(value, list) else value

    assert json.loads(slim_json_text(demanded())) == without_empty(json.loads(_slowly(asdict(demanded()))))


def test_equal_decimals_keep_their_own_spelling() -> None:
    @dataclass(frozen=True)
    class Rate:
        percent: Decimal

    assert [json_text(Rate(Decimal(text))) for text in ("8", "8.00")] == ['{"percent":"8"}', '{"percent":"8.00"}']


def test_binary_fractions_are_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        json_text({"rate": 0.1})


@pytest.mark.parametrize(
    "text", ["", "\\N", "\\.", "a\tb", "a\nb", "a\r\nb", "back\\slash", '{"a":"b\\n\\"c\\""}', "åäö \u2028 \x0b", "\\"]
)
def test_a_text_comes_back_from_copy_as_it_went(db: None, text: str) -> None:
    from django.db import connection

    from fordran.db.bulk import insert_many, run

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE told (a text, b int, c date, d boolean, e numeric, f bytea, g text)")
        row = (text, -7, date(2026, 2, 4), True, Decimal("8.500"), b"\x00\\x\xff", None)
        insert_many(cursor, "told", ("a", "b", "c", "d", "e", "f", "g"), [row, row])
        found = run("SELECT a, b, c, d, e, f, g FROM told")
    assert [(*r[:5], bytes(r[5]), r[6]) for r in found] == [row, row]


def test_a_type_that_no_column_knows_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        _COLUMNS[set]
