"""Our case and our letters on the invoice: its own debt-collection fields, and attachments."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fordran.connectors.exact_json import BadValue, Record
from fordran.connectors.http import segment
from fordran.connectors.visma_net.items import LISTS
from fordran.connectors.visma_net.refusals import Stale
from fordran.connectors.visma_net.values import inner, text, wrapped
from fordran.connectors.visma_net.wire import Answer, Wire
from fordran.ports.erp import CaseMark, Done, LetterCopy
from fordran.ports.errors import Declined, Malformed

_PATHS = {one.document: one.path for one in LISTS.values()}
_FIELDS = {
    "caseNumber": "debtCollectionCaseNbr",
    "caseType": "debtCollectionCaseType",
    "caseStatus": "debtCollectionCaseStatus",
    "caseUrl": "debtCollectionCaseUrl",
}
"""As they are called when read, and when written."""


def path_of(document: str, number: str) -> str:
    """Raises Malformed for a kind of document that the API keeps nowhere."""
    path = _PATHS.get(document or "Invoice")
    if path is None:
        raise Malformed(f"{document} is not a kind of document that can be marked")
    return f"{path}/{segment(number)}"


def etag_of(answer: Answer) -> str:
    """The header's, or the record's own time stamp, which is the same."""
    stamp = answer.body.get("timeStamp") if isinstance(answer.body, Mapping) else None
    return answer.etag or (f'"{stamp}"' if isinstance(stamp, str) and stamp else "")


def at_most_twice(once: Callable[[], Done]) -> Done:
    """Again, from the reading on, when the record was changed in between. A second time is a person's."""
    try:
        return once()
    except Stale:
        return once()


class Marks:
    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.settings = wire.settings

    def mark(self, errand: CaseMark) -> Done:
        """Raises Declined when another agency's case stands there."""
        return at_most_twice(lambda: self._mark_once(errand))

    def _mark_once(self, errand: CaseMark) -> Done:
        path = self._markable(errand)
        found = self._there(path, errand.invoice)
        now, wanted = _mark_on(found), self._wanted(errand)
        if now == wanted:
            return Done(wanted["caseNumber"], "it stood there already")
        if now["caseNumber"] and not now["caseNumber"].startswith(self.settings.case_prefix):
            raise Declined(f"another case, {now['caseNumber']}, stands on the invoice in Visma.net; ours was not written over it")
        body = {_FIELDS[name]: wrapped(value) for name, value in wanted.items()}
        self.wire.write("PUT", path, body, etag=etag_of(found))
        return Done(wanted["caseNumber"])

    def find_mark(self, errand: CaseMark) -> Done | None:
        found = self.wire.read(self._markable(errand))
        wanted = self._wanted(errand)
        return Done(wanted["caseNumber"]) if found is not None and _mark_on(found) == wanted else None

    def attach(self, errand: LetterCopy) -> Done:
        """A file of the same name is taken to be there already: names of letters are their own."""
        return at_most_twice(lambda: self._attach_once(errand))

    def _attach_once(self, errand: LetterCopy) -> Done:
        path = path_of(errand.document, errand.invoice)
        found = self._there(path, errand.invoice)
        done = _attached(found, errand.name)
        if done is not None:
            return done
        file = (errand.name, errand.content, "application/pdf")
        self.wire.write("POST", f"{path}/attachment", etag=etag_of(found), file=file)
        return self.find_copy(errand) or Done(errand.name)

    def find_copy(self, errand: LetterCopy) -> Done | None:
        found = self.wire.read(path_of(errand.document, errand.invoice))
        return None if found is None else _attached(found, errand.name)

    def _there(self, path: str, number: str) -> Answer:
        found = self.wire.read(path)
        if found is None:
            raise Declined(f"document {number} is not in Visma.net any more")
        return found

    def _markable(self, errand: CaseMark) -> str:
        if errand.document not in ("", "Invoice"):
            raise Declined(f"Visma.net has no place for a case on a {errand.document}")
        return path_of(errand.document, errand.invoice)

    def _wanted(self, errand: CaseMark) -> dict[str, str]:
        prefix, number = self.settings.case_prefix, errand.number
        if number and not number.startswith(prefix):
            number = prefix + number
        url = errand.url or (self.settings.case_url.replace("{number}", errand.number) if errand.number else "")
        return {"caseNumber": number, "caseType": _shown(errand.kind), "caseStatus": _shown(errand.status), "caseUrl": url}


def _shown(word: str) -> str:
    """`payment_order` -> `Payment order`: people read it in the ERP. Which words it allows, if it minds, is not published."""
    return word.replace("_", " ").capitalize()


def _record(answer: Answer) -> Record:
    if not isinstance(answer.body, Mapping):
        raise Malformed("Visma.net answered something else than a document")
    return answer.body


def _mark_on(answer: Answer) -> dict[str, str]:
    try:
        return {name: text(_record(answer), "debtCollection", name) for name in _FIELDS}
    except BadValue as error:
        raise Malformed(f"Visma.net's document cannot be read: {error}") from error


def _attached(answer: Answer, name: str) -> Done | None:
    for one in inner(_record(answer), "attachments") or ():
        if isinstance(one, Mapping) and one.get("name") == name:
            return Done(str(one.get("id") or name))
    return None
