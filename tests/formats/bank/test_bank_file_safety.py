"""Files that are not what they say, or mean harm: an answer with problems, never a crash, a hang or a full memory."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fordran.formats.bank import BankFile, Payment, Reading, json_pieces, read_bank_file
from tests.formats.bank.bgmax_by_hand import simple
from tests.formats.bank.camt_by_hand import document, entry

ROOT = Path(__file__).parents[3]
SAMPLES = {path.name: path.read_bytes() for path in (ROOT / "samples" / "bank").glob("*.*") if path.suffix != ".md"}


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\0\0\0\0", "empty"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"PK\x03\x04....", "zip"),
        (b"<html><body>hej</body></html>", "XML <html>"),
        (b"<?xml version='1.0'?><Faktura/>", "XML <Faktura>"),
        (b"<not xml at all", "stops early"),
        (b'{"payments": []}', "no file of incoming payments"),
        (bytes(range(256)) * 20, "no file of incoming payments"),
        (b"hej\nhopp", "no file of incoming payments"),
        (b"01bgmax               01", "no file of incoming payments"),
        (b"0120261005AUTOGIRO", "autogiro"),
        (b"00" + b"5050-1055".ljust(78) + b"\n10" + b"50501055".ljust(78), "old OCR"),
        ("01BGMAX".encode("utf-16"), "no file of incoming payments"),
    ],
)
def test_what_is_no_bank_file_is_refused_in_plain_words(content: bytes, part: str) -> None:
    result = read_bank_file(content)
    assert part in result.problems[0].message and result.deposits == () and not result.control_totals_agree


def test_every_refusal_exists_in_swedish() -> None:
    assert "Filen är tom" in read_bank_file(b"", "sv").problems[0].message
    assert "gamla OCR" in read_bank_file(SAMPLES["old-ocr-report.txt"], "sv").problems[0].message


def test_an_endless_line_is_refused_before_it_fills_the_memory() -> None:
    content = simple()[:82] + b"05" + b"0" * 50_000_000
    assert "longer than" in read_bank_file(content).problems[0].message


HARM = {
    "billion laughs": '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>',
    "a file of the machine": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
    "a page of the network": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">',
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM.keys())
def test_a_document_type_is_refused_before_anything_is_read(harm: str) -> None:
    content = document(entry("5", more="<AddtlNtryInf>&b;</AddtlNtryInf>")).replace(b"?>", f"?>{harm}".encode(), 1)
    result = read_bank_file(content)
    assert result.deposits == () and "DOCTYPE" in [problem.field for problem in result.problems]


def test_elements_nested_without_end_are_refused() -> None:
    deep = "<a>" * 100_000
    assert read_bank_file(document(entry("5"), deep)).problems


def test_one_enormous_text_is_refused_or_cut() -> None:
    result = read_bank_file(document(entry("5", more=f"<AddtlNtryInf>{'x' * 11_000_000}</AddtlNtryInf>")))
    assert result.problems or len(result.deposits[0].payments[0].texts[0]) <= 500


def test_a_batch_with_endlessly_many_parts_keeps_only_some_hints() -> None:
    parts = "".join(
        f"<TxDtls><RmtInf><Strd><CdtrRefInf><Ref>{n}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>" for n in range(5_000)
    )
    (deposit,) = read_bank_file(document(entry("5", more=f"<NtryDtls>{parts}</NtryDtls>"))).deposits
    assert len(deposit.payments[0].references) == 100


# ---- mangled ------------------------------------------------------------------------------------------------------------

_BITS = [
    b"\n",
    b"\0",
    b"\xff",
    b"\xef\xbf\xbd",
    b"<",
    b">",
    b"&",
    b"</Ntry>",
    b"<Ntry>",
    b"20",
    b"70",
    b"-",
    b"9" * 30,
    b'"',
    b",",
    b";",
]


@st.composite
def _mangled(draw: st.DrawFn) -> bytes:
    """A sample with some bytes changed, cut out, doubled or put in."""
    content = bytearray(SAMPLES[draw(st.sampled_from(sorted(SAMPLES)))])
    for _ in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, max(0, len(content) - 1)))
        act = draw(st.sampled_from(["change", "cut", "double", "insert", "end"]))
        if act == "change" and content:
            content[place] = draw(st.integers(0, 255))
        elif act == "cut":
            del content[place : place + draw(st.integers(1, 200))]
        elif act == "double":
            content[place:place] = content[place : place + draw(st.integers(1, 200))]
        elif act == "end" and draw(st.booleans()):
            del content[place:]
        else:
            content[place:place] = draw(st.sampled_from(_BITS))
    return bytes(content)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(_mangled(), st.sampled_from(["sv", "en"]))
def test_a_mangled_file_gets_an_answer(content: bytes, lang: str) -> None:
    started = time.process_time()
    _check(read_bank_file(content, lang))
    assert time.process_time() - started < 2


@settings(max_examples=300)
@given(
    st.binary(max_size=300)
    | st.text(alphabet='0123579 BGMAXSEK\n\r<>/NtrySsAmt="&;,-', max_size=400).map(str.encode)
    | st.binary(max_size=200).map(lambda tail: simple()[:246] + tail)
)
def test_junk_gets_an_answer(content: bytes) -> None:
    _check(read_bank_file(content))


def _check(result: BankFile) -> None:
    """What holds for every answer."""
    assert all(problem.message for problem in result.problems) and all(result.notes)
    assert [deposit.number for deposit in result.deposits] == list(range(1, len(result.deposits) + 1))
    for deposit in result.deposits:
        assert all(payment.deposit == deposit.number for payment in deposit.payments)
        if not result.refused:
            assert deposit.date is not None and deposit.currency
            assert deposit.amount_minor == sum(payment.amount_minor for payment in deposit.payments)
    assert result.refused or (result.control_totals_agree and result.format)
    json.dumps(result.as_dict())


# ---- streaming ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_streaming_says_the_same_as_reading_whole(name: str) -> None:
    whole = read_bank_file(SAMPLES[name])
    reading = Reading(io.BytesIO(SAMPLES[name]))
    events = list(reading)
    assert [event for event in events if isinstance(event, Payment)] == [p for d in whole.deposits for p in d.payments]
    assert reading.result().notes == whole.notes and reading.result().problems == whole.problems
    written = json.loads("".join(json_pieces(Reading(io.BytesIO(SAMPLES[name])))))
    assert written == json.loads(json.dumps(whole.as_dict())) and written.keys() == whole.as_dict().keys()


_MEASURE = """
import resource, sys
from fordran.formats.bank import Payment, Reading
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open(sys.argv[1], "rb") as file:
    reading = Reading(file)
    count = sum(isinstance(event, Payment) for event in reading)
assert reading.report.problems == (), reading.report.problems[:1]
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("kind", ["bgmax", "entries", "one batch"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, kind: str) -> None:
    """A file of about 10 MB and twenty thousand payments or more, in a process of its own."""
    count = 60_000 if kind == "bgmax" else 25_000
    path = tmp_path / "file"
    if kind == "bgmax":
        lines = simple().decode().split("\r\n")
        lines[2:3] = [lines[2]] * count
        lines[-3] = lines[-3][:50] + f"{10_000 * count:018d}SEK{count:08d} "
        lines[-2] = f"70{count:08d}{0:08d}{0:08d}{1:08d}".ljust(80)
        path.write_text("\r\n".join(lines))
    else:
        part = '<TxDtls><Amt Ccy="SEK">1.00</Amt><RmtInf><Strd><CdtrRefInf><Ref>17</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>'
        whole = entry(f"{count}.00", more=f"<NtryDtls>{part * count}</NtryDtls>")
        path.write_bytes(
            document(*([whole] if kind == "one batch" else [entry("1.00", more=f"<NtryDtls>{part}</NtryDtls>")] * count))
        )
    done = subprocess.run([sys.executable, "-c", _MEASURE, path], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    seen, kilobytes = map(int, done.stdout.split())
    assert seen == count and kilobytes < 15_000
