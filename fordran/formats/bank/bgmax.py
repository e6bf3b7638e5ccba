"""BgMax, Bankgirot's report of incoming payments, layout version 01: 80 columns, one record a line.

Source: Bankgirot, Bankgiro Inbetalningar, Teknisk manual, November 2019. A file is one TK01, sections and one TK70; a
section is one TK05, payments and one TK15. A payment is one TK20 (or TK21, a deduction) followed by TK22-TK29. The sum
of a deposit is its TK20 less its TK21; the amounts of TK22 and TK23 only split the payment that they follow.
"""

from __future__ import annotations

from collections.abc import Iterator

from fordran.formats.bank.bgmax_payment import Draft, Section
from fordran.formats.bank.fields import compact_day, is_currency, is_digits, note_day, tidy, without_hyphen
from fordran.formats.bank.report import Report, shown
from fordran.formats.bank.result import Deposit, Event, Part
from fordran.formats.bank.source import composed
from fordran.formats.bank.words import COUNTED, PLACES

WIDTH = 80
_REFERENCE_CODES = frozenset("012345")
_CHANNELS = frozenset("1234")
_IMAGE_MARKS = frozenset("01 ")
_DEDUCTION_CODES = frozenset("012 ")
_COUNTERS = (("20", 2, 10), ("21", 10, 18), ("22", 18, 26), ("15", 26, 34))
_NOTHING: tuple[Event, ...] = ()


def is_bgmax(first_line: str) -> bool:
    return first_line[:2] == "01" and first_line[2:22].strip() == "BGMAX"


def read_bgmax(lines: Iterator[tuple[int, str]], report: Report) -> Iterator[Event]:
    """Payments, each before its deposit. What is wrong or tolerated is told to `report`."""
    reader = _Reader(report)
    for line, text in lines:
        yield from reader.take(line, text)
    yield from reader.end()


class _Reader:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.started = False
        self.ended = False
        self.goes_on = False
        self.deposits = 0
        self.counts = {"20": 0, "21": 0, "22": 0, "15": 0}
        self.section: Section | None = None
        self.draft: Draft | None = None
        self.unreadable = False  # the last payment was; its further records are no news
        self.last_line = 0
        self.handlers = {
            "01": self._start,
            "05": self._open_section,
            "20": self._payment,
            "21": self._payment,
            "22": self._extra_reference,
            "23": self._extra_reference,
            "25": self._text,
            "26": self._name,
            "27": self._address,
            "28": self._address,
            "29": self._organisation_number,
            "15": self._deposit,
            "70": self._end_record,
        }

    def take(self, line: int, text: str) -> tuple[Event, ...]:
        self.last_line = line
        if self.ended:
            if text.strip(" \t\x1a") and not self.goes_on:
                self.goes_on = True
                self.report.problem("goes_on", line, "record type")
            return _NOTHING
        if len(text) != WIDTH:
            text = self._to_width(line, text)
            if not text:
                return _NOTHING
        handler = self.handlers.get(text[:2])
        if handler is None:
            return self._unknown(line, text)
        return handler(line, text)

    def _to_width(self, line: int, text: str) -> str:
        """The record with 80 columns; "" for a blank line."""
        if not text.strip(" \t\x1a"):
            self.report.note("n_blank_line", line)
            return ""
        if len(text) < WIDTH:
            if text[:2] == "70":
                self.report.note("n_unpadded_end", line)
            else:
                self.report.note("n_short", line)
            return text.ljust(WIDTH)
        text = composed(text)
        if len(text) > WIDTH:
            if text[WIDTH:].strip():
                self.report.problem("long_record", line, "record", length=len(text))
            else:
                self.report.note("n_padded", line)
        return text[:WIDTH].ljust(WIDTH)

    def _unknown(self, line: int, text: str) -> tuple[Event, ...]:
        if is_digits(text[:2]):
            self.report.note("n_unknown_record", line, code=text[:2])
        else:
            self.report.problem("no_record_type", line, "record type", value=shown(text[:20]))
        return _NOTHING

    def _misplaced(self, line: int, text: str, why: str) -> None:
        words = PLACES[why][0 if self.report.lang == "sv" else 1]
        self.report.problem("wrong_place", line, "record type", code=text[:2], why=words)

    def _number(self, line: int, text: str, start: int, end: int, name: str) -> int | None:
        """Columns `start` (0-based) to `end` as a whole number; a problem and None when they are not all digits."""
        value = text[start:end]
        if is_digits(value):
            return int(value)
        self.report.problem("not_digits", line, name, value=shown(value), width=end - start)
        return None

    def _code(self, line: int, value: str, codes: frozenset[str], name: str) -> None:
        if value not in codes:
            self.report.problem("not_a_code", line, name, value=shown(value), codes=" ".join(sorted(codes)).strip())

    def _giro(self, line: int, value: str, name: str) -> str:
        """A bankgiro or plusgiro number without its filling zeros; "" when it is all zeros or cannot be read."""
        number = value.strip().lstrip("0")
        if number and not is_digits(number):
            number = without_hyphen(number, line, self.report)
            if not is_digits(number):
                self.report.problem("not_digits", line, name, value=shown(value), width=len(value))
                return ""
        return number

    # ---- records -------------------------------------------------------------------------------------------------

    def _start(self, line: int, text: str) -> tuple[Event, ...]:
        if self.started:
            self._misplaced(line, text, "second_start")
            return _NOTHING
        self.started = True
        self.report.version = text[22:24].strip()
        if text[22:24] != "01":
            self.report.problem("layout", line, "version", value=shown(text[2:24]))
        self._number(line, text, 24, 44, "timestamp")
        if text[24:44].isdigit():
            day = compact_day(text[24:32])
            if day is None:
                self.report.problem("not_a_date", line, "timestamp", value=shown(text[24:32]), pattern="YYYYMMDD")
            else:
                note_day(day, line, self.report)
        if text[44] == "T":
            self.report.note("n_test_file", line)
        else:
            self._code(line, text[44], frozenset("PT"), "test mark")
        return _NOTHING

    def _open_section(self, line: int, text: str) -> tuple[Event, ...]:
        events = self._flush()
        if self.section is not None:
            self._misplaced(line, text, "section_open")
            events += (self._unfinished(self.section),)
        account = ""
        if text[2:12].strip():
            account = self._giro(line, text[2:12], "bankgiro")
        else:
            self._number(line, text, 2, 12, "bankgiro")
        if not account and text[12:22].strip():
            account = self._giro(line, text[12:22], "plusgiro")
        currency = text[22:25]
        if not is_currency(currency):
            self.report.problem("not_a_currency", line, "currency", value=shown(currency))
        elif currency != "SEK":
            self.report.note("n_currency", line, currency=currency)
        self.section = Section(line, account, currency.strip())
        self.deposits += 1
        if not account:
            self.report.note("n_zero_giro", line)
        return events

    def _payment(self, line: int, text: str) -> tuple[Event, ...]:
        events = self._flush() if self.draft is not None else _NOTHING
        section = self.section
        self.unreadable = True
        if section is None:
            self._misplaced(line, text, "before_section")
            return events
        kind = text[:2]
        self.counts[kind] += 1
        section.payments += 1
        amount = self._number(line, text, 37, 55, "amount")
        if text[55] not in _REFERENCE_CODES:
            self._code(line, text[55], _REFERENCE_CODES, "reference code")
        if text[56] not in _CHANNELS:
            self._code(line, text[56], _CHANNELS, "channel")
        serial = text[57:69].strip()
        if not serial:
            self.report.note("n_blank_serial", line)
        elif not is_digits(text[57:69]):
            self._number(line, text, 57, 69, "serial number")
        if text[69] not in _IMAGE_MARKS:
            self._code(line, text[69], _IMAGE_MARKS, "image mark")
        sign = 1
        if kind == "21":
            sign = -1
            self._code(line, text[70], _DEDUCTION_CODES, "deduction code")
        sender = text[2:12]
        if sender != "0000000000":
            if sender.strip():
                sender = self._giro(line, sender, "sender bankgiro")
            else:
                self.report.note("n_blank_sender", line)
        if amount is not None:
            self.unreadable = False
            section.total += sign * amount
            sender = sender.strip("0 ") and sender
            self.draft = Draft(line, sign, amount, sender, tidy(text[12:37]), text[55], serial)
        return events

    def _extra_reference(self, line: int, text: str) -> tuple[Event, ...]:
        self.counts["22"] += 1
        draft = self._owner(line, text)
        amount = self._number(line, text, 37, 55, "part amount")
        if text[55] not in _REFERENCE_CODES:
            self._code(line, text[55], _REFERENCE_CODES, "reference code")
        if draft is not None and amount is not None:
            sign = -1 if text[:2] == "23" else 1
            draft.extra.append(Part(tidy(text[12:37]), sign * draft.sign * amount))
        return _NOTHING

    def _owner(self, line: int, text: str) -> Draft | None:
        if self.draft is None and not self.unreadable:
            self._misplaced(line, text, "before_payment")
        return self.draft

    def _text(self, line: int, text: str) -> tuple[Event, ...]:
        draft = self._owner(line, text)
        content = tidy(text[2:52])
        if draft is not None and content:
            draft.texts.append(content)
        return _NOTHING

    def _name(self, line: int, text: str) -> tuple[Event, ...]:
        draft = self._owner(line, text)
        if draft is not None:
            draft.payer = tidy(text[2:37])
        return _NOTHING

    def _address(self, line: int, text: str) -> tuple[Event, ...]:
        """Not kept: the claim has its debtor's address, and who paid is told by the name."""
        self._owner(line, text)
        return _NOTHING

    def _organisation_number(self, line: int, text: str) -> tuple[Event, ...]:
        draft = self._owner(line, text)
        number = text[2:14].strip()
        if not is_digits(text[2:14]):
            self.report.note("n_organisation_number", line)
        elif draft is not None:
            draft.number = number.removeprefix("00")
        return _NOTHING

    def _deposit(self, line: int, text: str) -> tuple[Event, ...]:
        events = self._flush()
        self.counts["15"] += 1
        section = self.section
        if section is None:
            self._misplaced(line, text, "before_section")
            return events
        self.section = None
        report = self.report
        if text[2:37].strip(" 0"):
            if not is_digits(text[2:37].strip()):
                self._number(line, text, 2, 37, "recipient account")
        else:
            report.note("n_zero_account", line)
        bank_account = text[2:37].strip().lstrip("0")
        day = compact_day(text[37:45])
        if day is None:
            report.problem("not_a_date", line, "payment date", value=shown(text[37:45]), pattern="YYYYMMDD")
        else:
            note_day(day, line, report)
        if text[45:50].strip():
            self._number(line, text, 45, 50, "deposit serial number")
        stated = self._number(line, text, 50, 68, "deposit amount")
        if text[68:71] != section.currency:
            report.disagreement("deposit_currency", line, "currency", stated=shown(text[68:71]), counted=shown(section.currency))
        count = self._number(line, text, 71, 79, "number of payments")
        if text[79] not in "KD ":
            report.note("n_deposit_type", line)
        if stated is None or count is None:
            report.totals_agree = False
        if stated is not None and stated != section.total:
            report.disagreement(
                "deposit_sum", line, "deposit amount", stated=report.money(stated), counted=report.money(section.total)
            )
        if count is not None and count != section.payments:
            report.disagreement("deposit_count", line, "number of payments", stated=count, counted=section.payments)
        if section.payments == 0:
            report.note("n_empty_section", section.line)
        deposit = Deposit(
            number=self.deposits,
            account=section.account or bank_account,
            currency=section.currency,
            date=day,
            amount_minor=section.total if stated is None else stated,
            serial=text[45:50].strip("0 ") and text[45:50],
            record=str(line),
            bank_account=bank_account,
        )
        return (*events, deposit)

    def _end_record(self, line: int, text: str) -> tuple[Event, ...]:
        events = self._flush()
        if self.section is not None:
            self._misplaced(line, text, "section_open")
            events += (self._unfinished(self.section),)
            self.section = None
        self.ended = True
        for code, start, end in _COUNTERS:
            stated = self._number(line, text, start, end, f"number of TK{code}")
            if stated is None:
                self.report.totals_agree = False
            elif stated != self.counts[code]:
                what = COUNTED[code][0 if self.report.lang == "sv" else 1]
                self.report.disagreement(
                    "file_count", line, f"number of TK{code}", stated=stated, counted=self.counts[code], what=what
                )
        return events

    # ---- ends ----------------------------------------------------------------------------------------------------

    def _flush(self) -> tuple[Event, ...]:
        """The payment that has just ended, if any."""
        self.unreadable = False
        draft = self.draft
        if draft is None or self.section is None:
            return _NOTHING
        self.draft = None
        return (draft.payment(self.section.currency, self.deposits, self.report),)

    def _unfinished(self, section: Section) -> Deposit:
        """A section without its TK15: what was in it, without a day."""
        self.report.totals_agree = False
        return Deposit(self.deposits, section.account, section.currency, None, section.total, record=str(section.line))

    def end(self) -> tuple[Event, ...]:
        if self.ended:
            return _NOTHING
        events = self._flush()
        missing = "TK70"
        if self.section is not None:
            events += (self._unfinished(self.section),)
            missing = "TK15, TK70"
        self.report.disagreement("stops_early", self.last_line, "record type", missing=missing)
        return events
