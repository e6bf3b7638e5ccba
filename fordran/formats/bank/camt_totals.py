"""The sums that a statement states about itself: its balances and its summary, against what it holds."""

from __future__ import annotations

from fordran.formats.bank.camt_entry import Entry
from fordran.formats.bank.camt_tree import Element, child, text_of
from fordran.formats.bank.fields import decimal_minor, is_digits
from fordran.formats.bank.report import Report, shown

_OPENING = ("OPBD", "PRCD")
_CLOSING = ("CLBD",)


class Totals:
    """Of one `Stmt` or `Ntfctn`."""

    def __init__(self, report: Report, place: str) -> None:
        self.report = report
        self.place = place
        self.opening: tuple[int, str] | None = None
        self.closing: tuple[int, str] | None = None
        self.summaries: list[tuple[str, int | None, int | None]] = []  # which, count, sum
        self.net: dict[str, int] = {}  # booked, by currency
        self.reversals: dict[str, int] = {}
        self.counted = {which: [0, 0, 0, 0] for which in ("all", "CRDT", "DBIT")}  # number, booked; sum, booked

    def entry(self, entry: Entry) -> None:
        """Count an entry; one that is not booked counts in the summary only."""
        if entry.amount is None:
            return
        signed = entry.signed
        for which in ("all", "CRDT" if signed >= 0 else "DBIT"):
            counts = self.counted[which]
            counts[0] += 1
            counts[2] += abs(signed)
            counts[1] += entry.booked
            counts[3] += abs(signed) if entry.booked else 0
        if entry.booked:
            self.net[entry.currency] = self.net.get(entry.currency, 0) + signed
            if entry.reversal:
                self.reversals[entry.currency] = self.reversals.get(entry.currency, 0) + signed
        else:
            self.net.setdefault(entry.currency, 0)

    def balance(self, element: Element) -> None:
        code = text_of(element, "Tp", "CdOrPrtry", "Cd")
        if code not in (*_OPENING, *_CLOSING):
            return
        amount = child(element, "Amt")
        minor = decimal_minor((amount.text or "").strip()) if amount is not None else None
        direction = text_of(element, "CdtDbtInd")
        if amount is None or minor is None:
            value = (amount.text or "") if amount is not None else ""
            self.report.disagreement("not_an_amount", self.place, f"Bal {code} Amt", value=shown(value))
            return
        if direction not in ("CRDT", "DBIT"):
            self.report.disagreement("not_a_code", self.place, f"Bal {code} CdtDbtInd", value=shown(direction), codes="CRDT DBIT")
            return
        found = (minor if direction == "CRDT" else -minor, amount.get("Ccy") or "")
        if code in _CLOSING:
            self.closing = found
        elif self.opening is None or code == "OPBD":
            self.opening = found

    def summary(self, element: Element) -> None:
        for name, which in (("TtlNtries", "all"), ("TtlCdtNtries", "CRDT"), ("TtlDbtNtries", "DBIT")):
            part = child(element, name)
            if part is None:
                continue
            count, total = text_of(part, "NbOfNtries"), text_of(part, "Sum")
            minor = decimal_minor(total) if total else None
            if count and not is_digits(count):
                self.report.disagreement("not_digits", self.place, f"{name} NbOfNtries", value=shown(count), width="1-15")
            if total and minor is None:
                self.report.disagreement("not_an_amount", self.place, f"{name} Sum", value=shown(total))
            self.summaries.append((which, int(count[:15]) if is_digits(count) else None, minor))

    def check(self) -> None:
        """At the end of the statement."""
        names = {"all": "TtlNtries", "CRDT": "TtlCdtNtries", "DBIT": "TtlDbtNtries"}
        for which, count, total in self.summaries:
            number, booked, sum_all, sum_booked = self.counted[which]
            if count is not None and count not in (number, booked):
                self.report.disagreement("summary_count", self.place, names[which], stated=count, counted=number)
            if total is None:
                continue
            if len(self.net) > 1:
                self.report.note("n_summary_not_compared", self.place)
            elif total not in (sum_all, sum_booked):
                self.report.disagreement(
                    "summary_sum", self.place, names[which],
                    stated=self.report.money(total), counted=self.report.money(sum_all),
                )  # fmt: skip
        self._check_balance()

    def _check_balance(self) -> None:
        if self.opening is None or self.closing is None:
            return
        (opening, currency), (closing, other) = self.opening, self.closing
        if currency != other or any(one != currency for one in self.net):
            self.report.note("n_balance_not_compared", self.place)
            return
        net = self.net.get(currency, 0)
        if opening + net == closing:
            return
        money = self.report.money
        self.report.disagreement(
            "balance", self.place, "Bal CLBD",
            opening=money(opening), entries=money(net), counted=money(opening + net), stated=money(closing),
        )  # fmt: skip
        turned = self.reversals.get(currency, 0)
        if turned and opening + net - 2 * turned == closing:
            self.report.problem("balance_reversals", self.place, "RvslInd", stated=money(closing))
