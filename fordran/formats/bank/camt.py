"""camt.053 (statement) and camt.054 (debit and credit notification) of ISO 20022, versions 02 to 13.

The namespace tells the version and nothing else: elements are found by their names, so all versions are read alike. Only
booked entries count. An entry (`Ntry`) is one deposit; its transactions (`TxDtls`) are its payments, and they sum to it:
the entry itself is never a payment beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from fordran.formats.bank.camt_entry import Entry, read_head
from fordran.formats.bank.camt_totals import Totals
from fordran.formats.bank.camt_transaction import account_number, read_transaction
from fordran.formats.bank.camt_tree import Element, below, child, local, text_of
from fordran.formats.bank.fields import tidy
from fordran.formats.bank.report import Report
from fordran.formats.bank.result import Event

_MESSAGES = {
    "BkToCstmrStmt": "camt.053",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
    "BkToCstmrAcctRpt": "camt.052",
}
_STATEMENTS = ("Stmt", "Ntfctn")
_NAMESPACE = re.compile(r"\bcamt\.05[234]\.\d{3}\.(\d{2})$")
_VERSIONS = frozenset(f"{number:02d}" for number in range(2, 14))
_NAMES = ("Ntry", "TxDtls", "NtryDtls", "Acct", "Bal", "TxsSummry", *_STATEMENTS, *_MESSAGES)


class _NotThisFile(Exception):
    """The file is XML, and no camt.053 or camt.054; the problem is already told."""


def read_camt(file: BinaryIO, report: Report, *, what: str, whole: bool) -> Iterator[Event]:
    """Payments, each before its deposit. What is wrong or tolerated is told to `report`.

    `what` names the file when it is other XML; `whole` is False when its first element is not closed at its end.
    """
    reader = _Reader(report, what)
    try:
        for action, element in _elements(file):
            if not reader.checked:
                reader.check_document(element)
            if action == "start":
                reader.start(element)
            else:
                yield from reader.end(element)
        reader.end_of_file()
    except _NotThisFile:
        report.totals_agree = False
    except etree.XMLSyntaxError as error:
        yield from reader.unfinished()
        _tell_broken(error, reader, report, whole)


def _elements(file: BinaryIO) -> Iterator[tuple[str, Element]]:
    # Entities are not unfolded, nothing is fetched, and the parser's own limits of depth and length stay on.
    walker: Any = etree.iterparse(
        file,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        tag=[f"{{*}}{name}" for name in (*_NAMES, "Document")],
    )
    yield from walker


def _tell_broken(error: etree.XMLSyntaxError, reader: _Reader, report: Report, whole: bool) -> None:
    report.totals_agree = False
    line = error.lineno or ""
    if not whole:
        report.problem("stops_early", line, reader.place, missing="</Document>")
    else:
        report.problem("broken_xml", line, reader.place, error=tidy((error.msg or "").split(", line ")[0]))


class _Reader:
    def __init__(self, report: Report, what: str) -> None:
        self.report = report
        self.what = what
        self.checked = False
        self.lacks_account = False
        self.statements = 0
        self.statement = ""  # the one being read, for messages
        self.deposits = 0
        self.entries = 0
        self.account = ""
        self.totals: Totals | None = None
        self.entry: Entry | None = None
        self.element: Element | None = None  # the Ntry of `entry`

    @property
    def place(self) -> str:
        """The entry being read, for messages."""
        if not self.entries:
            return ""
        entry = f"Ntry {self.entries}"
        return entry if self.statements < 2 else f"{self.statement} {entry}"

    def check_document(self, element: Element) -> None:
        """Before anything is read of it: no document type, so no entities of the file's own."""
        self.checked = True
        if element.getroottree().docinfo.doctype:
            self.report.problem("has_doctype", 1, "DOCTYPE")
            raise _NotThisFile

    def start(self, element: Element) -> None:
        name = local(element)
        if name in _MESSAGES:
            self._message(name, element)
        elif self.report.format is None:
            return
        elif name in _STATEMENTS and below(element, *_MESSAGES):
            self.statements += 1
            self.entries = 0
            self.account, self.lacks_account = "", False
            self.statement = f"{name} {self.statements}"
            self.totals = Totals(self.report, self.statement)
        elif name == "Ntry" and self.totals is not None and below(element, *_STATEMENTS):
            self.entries += 1
            self.entry, self.element = None, element

    def _message(self, name: str, element: Element) -> None:
        if _MESSAGES[name] == "camt.052":
            self.report.problem("interim_report", element.sourceline or "", name)
            raise _NotThisFile
        if self.report.format is not None:
            self.report.problem("goes_on", element.sourceline or "", name)
            raise _NotThisFile
        self.report.format = _MESSAGES[name]
        found = _NAMESPACE.search(element.tag.rpartition("}")[0])
        self.report.version = found[1] if found else None
        if self.report.version not in _VERSIONS:
            self.report.note("n_version", element.sourceline or "", version=self.report.version or "?")

    def end(self, element: Element) -> tuple[Event, ...]:
        totals = self.totals
        if totals is None:
            return ()
        name = local(element)
        if name == "TxDtls":
            return self._transaction(element)
        if name == "NtryDtls":
            self._details(element)
        elif name == "Ntry" and element is self.element:
            return self._end_entry(element, totals)
        elif name in _STATEMENTS and below(element, *_MESSAGES):
            totals.check()
            if self.lacks_account or not self.account:
                self.report.problem("no_account", totals.place, "Acct")
            self.totals = None
            _forget(element)
        elif below(element, *_STATEMENTS):
            if name == "Acct":
                self._account(element)
            elif name == "Bal":
                totals.balance(element)
            elif name == "TxsSummry":
                totals.summary(element)
        return ()

    def _account(self, element: Element) -> None:
        self.account = account_number(element, self.place or self.statement, self.report)

    def _head(self) -> Entry:
        if self.entry is None:
            assert self.element is not None
            self.deposits += 1
            self.lacks_account |= not self.account
            self.entry = read_head(self.element, self.place, self.account, self.deposits, self.report)
        return self.entry

    def _transaction(self, element: Element) -> tuple[Event, ...]:
        details = element.getparent()
        if self.element is None or details is None or details.getparent() is not self.element:
            return ()
        entry = self._head()
        events: tuple[Event, ...] = ()
        if entry.counts:
            entry.transactions += 1
            place = f"{entry.place} TxDtls {entry.transactions}"
            events = entry.take(read_transaction(element, entry, place, self.report))
        _forget(element)
        return events

    def _details(self, element: Element) -> None:
        if self.element is not None and element.getparent() is self.element:
            entry = self._head()
            batch = child(element, "Btch")
            if entry.counts and batch is not None:
                entry.check_batch(batch)

    def _end_entry(self, element: Element, totals: Totals) -> tuple[Event, ...]:
        entry = self._head()
        totals.entry(entry)
        if entry.transactions <= 1:
            entry.text = tidy(text_of(element, "AddtlNtryInf"))
        events = entry.finish()
        if not events:
            self.deposits -= 1  # it was not booked, so it was none
        self.entry = self.element = None
        _forget(element)
        return events

    def unfinished(self) -> tuple[Event, ...]:
        """The file broke off: what was already read of the entry that it broke in."""
        return self.entry.broken_off() if self.entry is not None else ()

    def end_of_file(self) -> None:
        if self.report.format is None:
            self.report.problem("not_a_bank_file", "", "", what=self.what)
            raise _NotThisFile
        if not self.statements:
            self.report.problem("missing", "", "Stmt", name="Stmt / Ntfctn")
            self.report.totals_agree = False


def _forget(element: Element) -> None:
    """Free the memory of an element that has been read, and of its read brothers before it."""
    element.clear(keep_tail=False)
    before = element.getprevious()
    while before is not None and before.tag == element.tag:
        parent = before.getparent()
        assert parent is not None
        parent.remove(before)
        before = element.getprevious()
