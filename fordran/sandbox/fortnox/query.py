"""The parameters of a list, and one page of it.

Names are lower case; a name that a list does not have is refused. Of a resource's own filters one may be used at a time, beside
those that all lists share (fortnox.se/developer, "Parameters").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fordran.sandbox.fortnox.wire import Answer, Refusal, read_day, read_moment

PAGING = ("page", "limit", "offset", "sortby", "sortorder", "lastmodified")
DATED = ("financialyear", "financialyeardate", "fromdate", "todate")
USUAL_LIMIT = 100
OWN: Mapping[str, tuple[str, ...]] = {
    "invoices": ("filter", "customernumber", "customername", "documentnumber", "ocr", "credit", "currency", "sent"),
    "customers": ("filter", "customernumber", "name", "organisationnumber", "email", "city", "zipcode"),
    "invoicepayments": ("filter", "invoicenumber"),
    "vouchers": ("filter", "voucherseries", "costcenter"),
}
SORTED: Mapping[str, tuple[str, ...]] = {
    "invoices": ("customername", "customernumber", "documentnumber", "invoicedate", "ocr", "total"),
    "customers": ("customernumber", "name"),
    "invoicepayments": (),
    "vouchers": (),
}
_BAD = "Ogiltig parameter i anropet."


def parse(arguments: Sequence[tuple[str, str]], resource: str) -> dict[str, str]:
    """Raises Refusal."""
    own = OWN.get(resource, ())
    known = (*PAGING, *(DATED if resource in ("invoices", "vouchers") else ()), *own) if own else ()
    asked = dict(arguments)
    if len(asked) != len(arguments) or any(name not in known for name in asked) or len(set(asked) & set(own)) > 1:
        raise Refusal(400, _BAD, "2000588")
    for name in ("page", "limit", "offset"):
        if name in asked and not (asked[name].isascii() and asked[name].isdigit()):
            raise Refusal(400, _BAD, "2000588")
    if "lastmodified" in asked:
        read_moment(asked["lastmodified"])
    for name in ("financialyeardate", "fromdate", "todate"):
        if name in asked:
            read_day(asked[name])
    if "sortby" in asked and asked["sortby"] not in SORTED[resource]:
        raise Refusal(400, "Felaktigt sorteringsfält.", "2000865")
    if asked.get("sortorder", "ascending") not in ("ascending", "descending"):
        raise Refusal(400, _BAD, "2000588")
    return asked


def page(
    asked: Mapping[str, str], name: str, rows: Sequence[Any], view: Callable[[Any], dict[str, Any]], *, most: int, shifted: int
) -> Answer:
    """`shifted`: so many records have left the list before this page. How `page` and `offset` go together is not known: added."""
    limit = max(min(int(asked.get("limit", USUAL_LIMIT)), most), 1)
    number = max(int(asked.get("page", 1)), 1)
    begin = (number - 1) * limit + int(asked.get("offset", 0))
    begin += shifted if begin else 0
    meta = {"@TotalResources": len(rows), "@TotalPages": -(-len(rows) // limit), "@CurrentPage": number}
    return Answer.of({"MetaInformation": meta, name: [view(row) for row in rows[begin : begin + limit]]})
