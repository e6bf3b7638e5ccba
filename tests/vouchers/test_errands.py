"""What the ERP is told: every story again, day by day, with an ERP that books what it is told beside what it sees itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from fordran.books.errands import ask_errands
from fordran.books.make import make_vouchers
from fordran.books.models import Posting, Share, VoucherLine
from fordran.books.reconcile import reconcile
from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.creditors.models import Creditor
from fordran.day.run import run_day
from fordran.day.story import play
from fordran.day.story_file import read_story
from fordran.day.verify import verify
from fordran.day.world import letter_channels
from fordran.erp.errands import _only_teller, run_errands
from fordran.erp.models import Connection, Errand
from fordran.ports.erp import PaymentPosting, PaymentVoid
from fordran.ports.errors import Unavailable
from fordran.settlement.models import Allocation
from fordran.settlement.pay import Money, receive
from fordran.settlement.undo import reverse_payment, unmatch
from tests.book_erp import BookErp
from tests.build import an_item, an_office, bring_in, day, later
from tests.conftest import one_in
from tests.post import PostOffice
from tests.voucher_proofs import given_up

STORIES = sorted((Path(__file__).resolve().parents[2] / "scenarios").glob("*.toml"))[:: one_in(6)]


def connect(creditor: Creditor, since: date = date(2000, 1, 1)) -> None:
    Connection.objects.create(
        creditor=creditor, connector="book", active=False, posts_payments_since=since, posts_vouchers_since=since
    )


@contextmanager
def connected(creditor: Creditor) -> Iterator[None]:
    """The connection is live for this while only: the day of these tests would ask its registry for an ERP called book."""
    Connection.objects.filter(creditor=creditor).update(active=True)
    yield
    Connection.objects.filter(creditor=creditor).update(active=False)


class Ledger:
    """An ERP that is brought up to what happened at the creditor itself before it is told anything."""

    def __init__(self) -> None:
        self.erp = BookErp()
        self.seen: dict[int, int] = {}

    def see(self, creditor: Creditor) -> None:
        for case in Case.objects.filter(creditor=creditor).select_related("invoice", "customer").order_by("id"):
            if case.pk not in self.seen:
                self.erp.invoice(case.invoice.number, case.customer.key, case.opening_minor, currency=case.currency)
                self.seen[case.pk] = 0
            rows = Allocation.objects.filter(case=case, payment__via__in=("credit", "creditor"))
            minor = sum(map(sum, rows.values_list("costs_minor", "interest_minor", "capital_minor")))
            document = self.erp.book.documents["invoice", case.invoice.number]
            document.balance -= minor - self.seen[case.pk]
            self.seen[case.pk] = minor

    def tell(self, office: Office, today: date) -> None:
        self.see(office.creditor)
        make_vouchers(office, today)
        with connected(office.creditor):
            for _ in range(2):  # what is posted anew waits until its void is done
                ask_errands(office, today)
                run_errands(office, self.erp, today)


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_an_erp_that_is_told_day_by_day_ends_with_the_same_sums(path: Path, db: None, tmp_path: Path) -> None:
    ledger = Ledger()

    def each_day(today: date) -> None:
        creditor = Creditor.objects.get()
        if not Connection.objects.exists():
            connect(creditor)
        ledger.tell(open_office(creditor), today)

    play(read_story(path.read_text("utf-8")), {"folder": letter_channels(str(tmp_path))["folder"]}, each_day)
    creditor = Creditor.objects.get()
    assert not Errand.objects.exclude(state__in=["done", "overtaken"]).exists(), list(
        Errand.objects.values("key", "state", "error")
    )
    assert ledger.erp.accounts() == told_vouchers(creditor)
    for case in Case.objects.filter(creditor=creditor):
        assert_item_agrees(ledger, case)
    with connected(creditor):
        result = reconcile(open_office(creditor), date(2027, 1, 1), ledger.erp)
        assert verify([creditor]).findings == []
    assert result.unexplained == 0 and result.source == "erp"
    assert not [d for d in result.differences if "changed_there" in {str(why) for why, _, _ in d.because}]


def told_vouchers(creditor: Creditor) -> dict[str, int]:
    """What our vouchers say by account; losses are the creditor's own to book there."""
    sums: dict[str, int] = {}
    for line in VoucherLine.objects.filter(creditor=creditor).exclude(voucher__kind="losses"):
        sums[line.account] = sums.get(line.account, 0) + line.debit_minor - line.credit_minor
    return {account: minor for account, minor in sums.items() if minor}


def assert_item_agrees(ledger: Ledger, case: Case) -> None:
    """The open item is our capital, but for what only the creditor knows or decides: losses, withdrawn claims, and interest and
    costs that we set a direct payment against."""
    balance = ledger.erp.book.documents["invoice", case.invoice.number].balance
    lost = sum(
        line.credit_minor - line.debit_minor
        for line in VoucherLine.objects.filter(case_number=case.pk, role="customer_claims", voucher__kind="losses")
    )
    direct = Allocation.objects.filter(case=case, payment__via="creditor")
    to_claims = sum(map(sum, direct.values_list("costs_minor", "interest_minor")))
    past_the_item = sum(s.net_minor - s.posted_minor for s in Share.objects.filter(case_number=case.pk))
    told_by_journal = sum(
        line.credit_minor - line.debit_minor
        for line in VoucherLine.objects.filter(case_number=case.pk, role="customer_claims", voucher__kind="payments")
        if line.payment_number in set(direct.values_list("payment_id", flat=True))
    )
    ours = case.capital_minor + given_up(case) + lost - to_claims + past_the_item + told_by_journal
    assert balance == ours, case.number
    if not (lost or to_claims or past_the_item or told_by_journal):
        assert balance == case.capital_minor + given_up(case)


# ---- one payment, closely -----------------------------------------------------------------------------------------


@pytest.fixture
def told(db: None, post: PostOffice) -> tuple[Office, Ledger]:
    """An own-collection creditor with two open invoices of one customer and one of another, reminded of on 4 February."""
    office = an_office()
    bring_in(office, [an_item("1001"), an_item("1002"), an_item("1003", "2")], day("2026-02-02"))
    for n in range(4):
        assert run_day(later(day("2026-02-02"), n), {"folder": post}).problems == []
    connect(office.creditor)
    return office, Ledger()


def _pay(office: Office, minor: int, reference: str, on: str = "2026-02-09") -> object:
    payment = receive(office, Money(f"p {reference} {on}", "bank", day(on), minor, "SEK", reference), day(on))
    assert payment is not None
    return payment


def _postings(erp: BookErp) -> list[tuple[str, int]]:
    return [(e.items[0].invoice, e.amount_minor) for e in erp.calls if isinstance(e, PaymentPosting)]


def test_capital_closes_the_item_and_the_rest_comes_in_one_entry(told: tuple[Office, Ledger]) -> None:
    office, ledger = told
    case = Case.objects.get(invoice__number="1003")
    owed = case.capital_minor + case.interest_minor + case.costs_minor
    _pay(office, owed, "1003")
    ledger.tell(office, day("2026-02-09"))
    assert _postings(ledger.erp) == [("1003", case.capital_minor)]
    assert ledger.erp.book.documents["invoice", "1003"].status == "closed"
    accounts = ledger.erp.accounts()
    assert accounts["1930"] == owed and accounts["1510"] == -case.capital_minor
    assert accounts["3591"] == -case.costs_minor == -6_000


def test_telling_again_writes_nothing_again(told: tuple[Office, Ledger]) -> None:
    office, ledger = told
    _pay(office, 50_000, "1003")
    for _ in range(3):
        ledger.tell(office, day("2026-02-09"))
    assert len(_postings(ledger.erp)) == 1
    assert len(ledger.erp.calls) == 2


def test_a_lost_answer_is_looked_up_and_not_posted_twice(told: tuple[Office, Ledger]) -> None:
    office, ledger = told
    ledger.erp.trouble = ["lost"]
    _pay(office, 50_000, "1003")
    ledger.tell(office, day("2026-02-09"))
    ledger.tell(office, day("2026-02-10"))
    assert len(_postings(ledger.erp)) == 1
    assert set(Errand.objects.values_list("state", flat=True)) == {"done"}


def test_a_payment_that_is_taken_back_is_voided_there_and_the_item_is_open_again(told: tuple[Office, Ledger]) -> None:
    office, ledger = told
    payment = _pay(office, 50_000, "1003")
    ledger.tell(office, day("2026-02-09"))
    reverse_payment(payment, by="test", today=day("2026-02-11"), office=office)  # type: ignore[arg-type]
    ledger.tell(office, day("2026-02-11"))
    assert ledger.erp.book.documents["invoice", "1003"].balance == 100_000
    assert [type(e) for e in ledger.erp.calls].count(PaymentVoid) == 1
    assert ledger.erp.accounts() == {}


def _found(office: Office) -> list[str]:
    return [f"{f.record}: {f.message}" for f in verify([office.creditor]).findings if f.check == "erp"]


def test_verify_names_what_the_erp_was_told_wrong(told: tuple[Office, Ledger]) -> None:
    office, ledger = told
    payment = _pay(office, 50_000, "1003")
    _pay(office, 20_000, "1001")
    ledger.tell(office, day("2026-02-09"))
    assert _found(office) == []
    first, second = Errand.objects.filter(kind="payment").order_by("id")

    Errand.objects.filter(pk=first.pk).update(state="sending")
    assert _found(office) == [
        f"errand {first.key}: it was being told when its run stopped: the next day's run looks up what became of it"
    ]
    with _only_teller(office.creditor.pk):  # somebody is at it
        assert _found(office) == []
    Errand.objects.filter(pk=first.pk).update(state="done")

    Errand.objects.filter(pk=second.pk).update(external_id=first.external_id)
    assert len(_found(office)) == 1 and "is the answer to 2 errands" in _found(office)[0]
    Errand.objects.filter(pk=second.pk).update(external_id=second.external_id)

    reverse_payment(payment, by="test", today=day("2026-02-11"), office=office)  # type: ignore[arg-type]
    assert _found(office) == []  # no voucher says it yet: the day's run will ask
    ledger.tell(office, day("2026-02-11"))
    assert _found(office) == []
    posted = Posting.objects.get(key=first.key)
    Posting.objects.filter(pk=posted.pk).update(void_on=None, void_asked_on=None)
    said = " | ".join(_found(office))
    assert "an errand takes it back, but it stands" in said and "no void was asked for" in said
    assert "öre are said to be" in said


def test_a_run_that_stopped_and_an_erp_that_is_down_leave_an_errand_whose_end_is_said_to_be_unknown(
    told: tuple[Office, Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, ledger = told

    def down(errand: object) -> None:
        raise Unavailable("the ERP does not answer")

    _pay(office, 50_000, "1003")
    ledger.tell(office, day("2026-02-09"))
    errand = Errand.objects.get(kind="payment")
    Errand.objects.filter(pk=errand.pk).update(state="sending")  # killed after the call, before the answer was written
    with monkeypatch.context() as patch:
        patch.setattr(ledger.erp, "find", down)
        for n in range(3):
            ledger.tell(office, later(day("2026-02-10"), n))
            errand.refresh_from_db()
            assert errand.state == "ambiguous"
    assert _found(office) == []
    ledger.tell(office, day("2026-02-13"))
    errand.refresh_from_db()
    assert errand.state == "done" and len(_postings(ledger.erp)) == 1


def test_a_payment_undone_before_the_erp_was_told_is_never_posted(told: tuple[Office, Ledger]) -> None:
    office, ledger = told
    payment = _pay(office, 50_000, "1003")
    ledger.see(office.creditor)
    make_vouchers(office, day("2026-02-09"))
    with connected(office.creditor):
        ask_errands(office, day("2026-02-09"))
    unmatch(payment, reason="wrong", by="test", today=day("2026-02-10"), office=office)  # type: ignore[arg-type]
    ledger.tell(office, day("2026-02-10"))
    assert _postings(ledger.erp) == []
    assert ledger.erp.accounts() == {"1930": 50_000, "2999": -50_000}


def test_a_payment_is_moved_from_one_claim_to_another_in_the_erp_too(told: tuple[Office, Ledger]) -> None:
    from fordran.settlement.suspense import match_by_hand

    office, ledger = told
    payment = _pay(office, 50_000, "1001")
    ledger.tell(office, day("2026-02-09"))
    unmatch(payment, reason="wrong", by="test", today=day("2026-02-11"), office=office)  # type: ignore[arg-type]
    payment.refresh_from_db()  # type: ignore[attr-defined]
    match_by_hand(payment, Case.objects.get(invoice__number="1002"), by="test", today=day("2026-02-11"), office=office)  # type: ignore[arg-type]
    ledger.tell(office, day("2026-02-11"))
    balances = {number: document.balance for (_, number), document in ledger.erp.book.documents.items()}
    for case in Case.objects.select_related("invoice"):
        assert balances[case.invoice.number] == case.capital_minor
    assert ledger.erp.accounts() == told_vouchers(office.creditor)


def test_more_than_the_erp_holds_open_is_never_posted_on_the_item(told: tuple[Office, Ledger]) -> None:
    """The creditor was paid 1 000 itself: its item is closed, while we set some of that against costs and interest."""
    from fordran.settlement.pay import register_direct

    office, ledger = told
    case = Case.objects.get(invoice__number="1003")
    register_direct(case, amount_minor=100_000, on=day("2026-02-09"), by="test", today=day("2026-02-09"), office=office)
    case.refresh_from_db()
    rest = case.capital_minor
    assert rest > 0
    _pay(office, rest, "1003", "2026-02-10")
    ledger.tell(office, day("2026-02-10"))
    assert _postings(ledger.erp) == []
    assert not Errand.objects.exclude(state="done").exists()
    assert ledger.erp.accounts() == told_vouchers(office.creditor)


def test_only_what_comes_after_the_switch_is_told(told: tuple[Office, Ledger]) -> None:
    office, ledger = told
    Connection.objects.update(posts_payments_since=day("2026-02-10"), posts_vouchers_since=day("2026-02-10"))
    _pay(office, 30_000, "1003", "2026-02-09")
    ledger.tell(office, day("2026-02-09"))
    assert ledger.erp.calls == []
    later_one = _pay(office, 20_000, "1003", "2026-02-10")
    ledger.tell(office, day("2026-02-10"))
    assert _postings(ledger.erp) == [("1003", Allocation.objects.get(payment=later_one).capital_minor)]


def test_a_creditor_that_posts_nothing_is_asked_nothing(told: tuple[Office, Ledger]) -> None:
    office, ledger = told
    Connection.objects.update(posts_payments_since=None, posts_vouchers_since=None)
    _pay(office, 30_000, "1003")
    ledger.tell(office, day("2026-02-09"))
    assert not Errand.objects.exists()


def test_many_payments_are_laid_out_with_as_many_statements_as_few(told: tuple[Office, Ledger]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    office, _ = told

    def statements(on: str, payments: int) -> int:
        for n in range(payments):
            receive(office, Money(f"{on} {n}", "bank", day(on), 9_000 + n, "SEK", f"100{1 + n % 3}"), day(on))
        with connected(office.creditor), CaptureQueriesContext(connection) as queries:
            assert ask_errands(office, day(on)).payments >= payments
        return len(queries)

    assert statements("2026-02-09", 3) >= statements("2026-02-10", 24)
