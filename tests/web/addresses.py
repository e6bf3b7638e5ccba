"""Every address of the pages with real parts filled in, found by walking the address list itself."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern

from fordran.creditor_pages.urls import of_a_creditor

#: only by a form
POSTED = {"first-reading-again", "letters-approve", "bank-file-none", "books-agree", "erp-retry", "payouts-released",
          "agreement-accept",
          "import-filter-card", "reminded-take-back", "check-ledger-looked", "last-year-again", "start-preview-again",
          "start-preview-read"}  # fmt: skip
#: only there once something is signed, or is just being signed; tests/web/test_agreement.py looks at their border
OF_A_SIGNATURE = {"agreement-evidence", "agreement-sign"}


def every_address(creditor: Any) -> Iterator[tuple[str, str]]:
    """Name and address of every page of a creditor that has a case and a letter. A bank file is read in if there is none."""
    sample = Sample(creditor)
    for pattern in of_a_creditor:
        assert isinstance(pattern, URLPattern) and pattern.name
        if pattern.name not in OF_A_SIGNATURE | POSTED:
            yield pattern.name, sample.address(pattern)


class Sample:
    """One row of a creditor for each word of an address; what is missing is made. An address with a word that is not here raises
    KeyError: who adds such an address adds its row."""

    def __init__(self, creditor: Any, order: uuid.UUID | None = None) -> None:
        from fordran.bank.models import BankFile
        from fordran.cases.models import Case
        from fordran.creditors.models import Exclusion
        from fordran.letters.models import Letter
        from fordran.settlement.models import Payment
        from tests.web.bank import read_in

        self.creditor, self.order = creditor, order or uuid.UUID(int=1)
        self.case = Case.objects.filter(creditor=creditor).select_related("customer").order_by("id")[0]
        self.letter = Letter.objects.filter(creditor=creditor).order_by("id")[0]
        self.exclusion = Exclusion.objects.filter(creditor=creditor).first() or Exclusion.objects.create(
            creditor=creditor, level="customer", key="1", reason="prov"
        )
        if not BankFile.objects.filter(creditor=creditor).exists():
            read_in(creditor, [(12_345, "", "Sven Okänd")], self.case.opened_on.isoformat())
        self.file = BankFile.objects.filter(creditor=creditor).order_by("id")[0]
        self.payment = Payment.objects.filter(creditor=creditor, state="suspense").order_by("id")[0]
        self.payout, self.payment_order = a_payout(creditor, self.case)
        self.proposal, self.voucher = _proposal(creditor), _voucher(creditor)
        self.draft = _draft(creditor, self.letter)

    def address(self, pattern: URLPattern) -> str:
        from django.urls import reverse

        words = {name: self.words(pattern.name or "")[name] for name in pattern.pattern.converters}
        return reverse(pattern.name, kwargs={"organisation_number": self.creditor.organisation_number, **words})

    def words(self, page: str) -> dict[str, Any]:
        """Words of an address -> what stands there on that page."""
        return {
            "number": self.letter.number if page.startswith("letter") else self.case.number,
            "act": "hold", "sheet": 1, "on": self.case.opened_on.isoformat(), "exclusion_id": self.exclusion.pk,
            "file_id": self.file.pk, "payment_id": self.payment.pk, "voucher_id": self.voucher, "errand_id": 1,
            "payout": self.payout.number, "order": self.payment_order.number, "form": "json",
            "layer_id": _layer(self.creditor, page), "account_id": self.proposal.pk, "name": "identity", "kind": "preview",
            "place": self.draft, "order_id": self.order,
        }  # fmt: skip


def _draft(creditor: Any, letter: Any) -> int:
    """The place of a letter in a preview that is kept whole; the preview is made here if there is none."""
    from fordran.onboarding.kept_preview import ask, reckon
    from fordran.onboarding.models import PreviewLetter

    kept = PreviewLetter.objects.filter(creditor=creditor).exclude(content=None).first()
    if kept is None:
        row = reckon(ask(creditor, letter.dated_on, "prov"))
        kept = PreviewLetter.objects.create(
            creditor=creditor, reckoning=row, place=9_999, on=letter.dated_on, kind=letter.kind, customer_key="1",
            invoices=[], costs=[], asked_minor=1, currency="SEK", content=letter.content,
        )  # fmt: skip
    return int(kept.place)


def _layer(creditor: Any, page: str) -> int:
    """The row of a customer's or a class's own settings; made here if there is none."""
    from fordran.creditors.models import SettingsLayer

    level = "class" if page.startswith("class") else "customer"
    return int(SettingsLayer.objects.get_or_create(creditor=creditor, level=level, key="1", defaults={"days": 9})[0].pk)


def _proposal(creditor: Any) -> Any:
    """A payout account that waits for a second person."""
    from fordran.creditors.models import PayoutAccount

    known = PayoutAccount.objects.filter(creditor=creditor, approved_on=None).first()
    return known or PayoutAccount.objects.create(creditor=creditor, kind="bankgiro", number="54029681", proposed_by="kim")


def _voucher(creditor: Any) -> int:
    """The number of a voucher; they are made if there is none."""
    from fordran.books.make import make_vouchers
    from fordran.books.models import Voucher
    from fordran.cases.office import open_office

    make_vouchers(open_office(creditor), creditor.last_ledger_on)
    found = Voucher.objects.filter(creditor=creditor).first()
    assert found is not None
    return int(found.pk)


def a_payout(creditor: Any, case: Any) -> tuple[Any, Any]:
    """A payout of one krona for the case, with its order; made here if there is none."""
    from fordran.payouts.models import PaymentOrder, Payout, PayoutLine

    payout, on = Payout.objects.filter(creditor=creditor).first(), case.opened_on
    if payout is None:
        payout = Payout.objects.create(
            creditor=creditor, number="U2026-000001", currency="SEK", day=on, prepared_on=on, amount_minor=100,
            collected_minor=100, earned_minor=0, vat_minor=0,
        )  # fmt: skip
        PayoutLine.objects.create(
            creditor=creditor, payout=payout, kind="collected", component="capital", amount_minor=100, case=case, on=on
        )
        PaymentOrder.objects.create(
            creditor=creditor, number=1, key="payout", kind="payout", payout=payout, to_kind="bankgiro", to_number="9912346",
            to_name=creditor.name, account_by="approved account", amount_minor=100, currency="SEK", proposed_on=on,
            end_to_end_id="1",
        )  # fmt: skip
    return payout, payout.orders.get()
