"""A SIE 4 reader of the tests' own, written from the description of the format alone; it knows nothing of the writer.

It reads bytes as code page 437, splits a record into fields as the format says (blanks between them, text in quotes with `\\"`
inside, an object list in braces) and gathers vouchers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class ReadVoucher:
    series: str
    number: str
    on: str
    text: str
    lines: list[tuple[str, Decimal, str]] = field(default_factory=list)


@dataclass
class ReadFile:
    records: dict[str, list[list[str]]] = field(default_factory=dict)
    vouchers: list[ReadVoucher] = field(default_factory=list)

    def one(self, label: str) -> list[str]:
        [only] = self.records[label]
        return only


def fields_of(line: str) -> list[str]:
    found, place = [], 0
    while place < len(line):
        character = line[place]
        if character in " \t":
            place += 1
        elif character == '"':
            text, place = "", place + 1
            while line[place] != '"':
                if line[place] == "\\" and line[place + 1] == '"':
                    place += 1
                text += line[place]
                place += 1
            found.append(text)
            place += 1
        elif character == "{":
            end = line.index("}", place)
            found.append(line[place : end + 1])
            place = end + 1
        else:
            end = place
            while end < len(line) and line[end] not in " \t":
                end += 1
            found.append(line[place:end])
            place = end
    return found


def read(data: bytes) -> ReadFile:
    file = ReadFile()
    inside = False
    for raw in data.decode("cp437").splitlines():
        line = raw.strip()
        if line == "{":
            inside = True
        elif line == "}":
            inside = False
        elif line:
            label, *rest = fields_of(line)
            assert label.startswith("#"), line
            assert inside == (label == "#TRANS"), line
            if label == "#VER":
                file.vouchers.append(ReadVoucher(*rest[:4]))
            elif label == "#TRANS":
                account, objects, amount, *more = rest
                assert objects == "{}"
                file.vouchers[-1].lines.append((account, Decimal(amount), more[1] if len(more) > 1 else ""))
            else:
                file.records.setdefault(label, []).append(rest)
    assert not inside
    return file
