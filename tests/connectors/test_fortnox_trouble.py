"""Fortnox over HTTP when things go wrong: limits, sign-in, lists that change, and every kind of trouble the simulator knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any

import httpx
import pytest

from fordran.connectors.fortnox.connector import Fortnox
from fordran.connectors.fortnox.lists import OVERLAP, Place, read_slice
from fordran.connectors.fortnox.settings import FortnoxSettings
from fordran.connectors.fortnox.wire import Answer, refusal
from fordran.connectors.registry import erp_sign_in
from fordran.core.problems import Refused
from fordran.ports.erp import CaseMark, Errand, PaidItem, PaymentPosting, Token, VoucherLine
from fordran.ports.errors import Ambiguous, Declined, Malformed, NotAllowed, PortError, Unavailable, Unusable
from fordran.sandbox.faults import KINDS
from fordran.sandbox.fortnox.settings import SCOPES, Behaviours
from tests.connectors.erp_contract import VOUCHER
from tests.connectors.erp_surroundings import GateInMemory, TestTime, TokenInMemory, pages
from tests.connectors.test_fortnox_contract import COMPANY, OURS_ALONE, FortnoxStage, fortnox_stage

NAME = "8VurtMGDTeAI"


@pytest.fixture
def stage() -> Iterator[FortnoxStage]:
    yield from fortnox_stage()


def payment(key: str, *items: tuple[str, int], on: date = date(2026, 11, 17)) -> PaymentPosting:
    return PaymentPosting(key, "1001", "SEK", on, "1930", tuple(PaidItem(number, "", amount) for number, amount in items))


def insist(stage: FortnoxStage, errand: Errand) -> None:
    """As the errands' room does: told; looked up where it is not known; told again where it was not done."""
    for _ in range(80):
        try:
            stage.again().do(errand)
            return
        except Ambiguous:
            while True:
                try:
                    if stage.again().find(errand) is not None:
                        return
                    break
                except (Unavailable, Malformed, Ambiguous):
                    stage.clock.sleep(60)
        except (Unavailable, Malformed):
            stage.clock.sleep(60)
    raise AssertionError(f"{errand.key} was never done")


def patient(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """A page that could not be had is asked for again later, from the same place."""

    def again(place: str) -> Any:
        for _ in range(80):
            try:
                return read(place)
            except (Unavailable, Malformed):
                continue
        raise AssertionError("the page was never had")

    return again


# ---- everything goes wrong -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_with_all_kinds_of_trouble_all_is_read_and_each_errand_written_once(seed: int) -> None:
    runs = fortnox_stage()
    stage = next(runs)
    for n in range(30):
        stage.invoice(f"2{n:04}", 10_000 + n)
    stage.faults.seed = seed
    # A lost answer of the sign-in takes the access away; only a person mends that (tried by itself below).
    stage.faults.rates, stage.faults.only = dict.fromkeys(KINDS, 0.02), "* /3/*"
    found = {item.number for page in pages(patient(lambda place: stage.again().items("", place))) for item in page.records}
    assert found == {f"2{n:04}" for n in range(30)}
    for n in range(8):
        insist(stage, payment(f"P{n}", (f"2{n:04}", 5_000), (f"2{n + 8:04}", 6_000)))
        insist(stage, replace(VOUCHER, key=f"V{n}"))
    stage.faults.calm()
    assert [(r.amount, r.released) for r in stage.book.receipts.values()] == [(5_000, True), (6_000, True)] * 8
    assert [journal.text.split()[0] for journal in stage.book.journals.values()] == [f"(V{n})" for n in range(8)]
    runs.close()


def test_a_payment_half_registered_is_gone_on_with_and_not_begun_again(stage: FortnoxStage) -> None:
    stage.invoice("20001", 10_000)
    stage.invoice("20002", 10_000)
    both = payment("P1", ("20001", 4_000), ("20002", 5_000))
    stage.faults.next("POST */invoicepayments", "timeout_before", skip=1)
    with pytest.raises(Ambiguous):
        stage.erp.do(both)
    assert stage.erp.find(both) is None
    stage.again().do(both)
    assert [r.amount for r in stage.book.receipts.values()] == [4_000, 5_000]


def test_what_was_registered_and_not_booked_is_booked_by_whoever_finds_it(stage: FortnoxStage) -> None:
    document = stage.invoice("20001", 10_000)
    stage.faults.next("PUT */bookkeep", "500")
    one = payment("P1", ("20001", 4_000))
    with pytest.raises(Ambiguous):
        stage.erp.do(one)
    assert (document.balance, [r.released for r in stage.book.receipts.values()]) == (10_000, [False])
    assert stage.again().find(one) is not None
    assert (document.balance, [r.released for r in stage.book.receipts.values()]) == (6_000, [True])


def test_a_clerks_payment_of_the_same_day_and_amount_is_not_ours(stage: FortnoxStage) -> None:
    stage.invoice("20001", 10_000)
    stage.pay("20001", 4_000, on=date(2026, 11, 17))
    one = payment("P1", ("20001", 4_000))
    assert stage.erp.find(one) is None
    stage.erp.do(one)
    assert [r.method for r in stage.book.receipts.values()] == ["", OURS_ALONE]


def test_a_payment_taken_back_by_a_clerk_may_be_posted_anew() -> None:
    for stays in (True, False):
        runs = fortnox_stage(Behaviours(voided_payments_stay=stays))
        stage = next(runs)
        document = stage.invoice("20001", 10_000)
        stage.erp.do(payment("P1", ("20001", 4_000)))
        stage.book.void(next(iter(stage.book.receipts)), date(2026, 11, 18))
        assert stage.erp.find(payment("P2", ("20001", 4_000))) is None
        stage.erp.do(payment("P2", ("20001", 4_000)))
        assert document.balance == 6_000
        runs.close()


def test_more_than_is_open_on_one_invoice_means_nothing_is_registered_on_any(stage: FortnoxStage) -> None:
    stage.invoice("20001", 10_000)
    stage.invoice("20002", 10_000)
    with pytest.raises(Declined, match=r"20002 has 100\.00 open"):
        stage.erp.do(payment("P1", ("20001", 4_000), ("20002", 10_001)))
    assert stage.book.receipts == {}


@pytest.mark.parametrize(
    ("errand", "error"),
    [
        (payment("P1"), Malformed),
        (payment("P1", ("20001", 0)), Malformed),
        (payment("P1", ("20001", 1), ("20001", 2)), Malformed),
        (payment("P1", ("../1", 1)), Malformed),
        (replace(payment("P1", ("20001", 1)), currency="EUR"), Declined),
        (payment("P1", ("77777", 1)), Declined),
        (replace(VOUCHER, key="V 1"), Malformed),
        (replace(VOUCHER, key="[V1]"), Malformed),
        (replace(VOUCHER, currency="EUR"), Declined),
        (replace(VOUCHER, lines=(VoucherLine("19300", 1), VoucherLine("8313", 0, 1))), Declined),
        (replace(VOUCHER, on=date(2019, 1, 1)), Declined),
        (CaseMark("m", "20001", "", "2026-1", "reminder", "sent"), Declined),
    ],
)
def test_an_errand_that_can_never_be_done_says_so_and_leaves_nothing(
    stage: FortnoxStage, errand: Errand, error: type[PortError]
) -> None:
    stage.invoice("20001")
    with pytest.raises(error):
        stage.erp.do(errand)
    assert (stage.book.receipts, stage.book.journals) == ({}, {})


def test_without_a_mode_of_payment_of_our_own_nothing_is_posted() -> None:
    runs = fortnox_stage(mode_of_payment="")
    stage = next(runs)
    stage.invoice("20001")
    with pytest.raises(Declined, match="mode_of_payment"):
        stage.erp.do(payment("P1", ("20001", 1)))
    stage.pay("20001", 100)
    assert [part.amount_minor for part in stage.erp.item("20001").applied] == [100]
    runs.close()


def test_a_record_that_cannot_be_used_is_refused_alone(stage: FortnoxStage) -> None:
    for n in range(12):
        stage.invoice(f"2{n:04}")
    stage.book.documents["invoice", "20003"].currency = "EUR"
    read = list(pages(lambda place: stage.erp.items("", place)))
    assert [(p.number, p.field) for page in read for p in page.refused] == [("20003", "Currency")]
    assert sum(len(page.records) for page in read) == 11
    with pytest.raises(Unusable):
        stage.erp.item("20003")


# ---- the limit -------------------------------------------------------------------------------------------------------


@dataclass
class CountedGate:
    """A gate that holds what it was told, as the workers' shared one does."""

    clock: TestTime
    remaining: int | None = None
    resets_at: float = 0.0
    refused: int = 0

    def wait(self) -> None:
        if self.remaining is not None and self.remaining <= 0 and self.resets_at > self.clock.now():
            self.clock.sleep(self.resets_at - self.clock.now())
        self.remaining = None if self.resets_at <= self.clock.now() or self.remaining is None else self.remaining - 1

    def told(self, *, remaining: int | None, reset_seconds: float | None, retry_after: float | None) -> None:
        self.refused += retry_after is not None
        self.remaining = remaining if remaining is not None else self.remaining
        self.resets_at = self.clock.now() + reset_seconds if reset_seconds is not None else self.resets_at


def test_a_first_load_is_paced_so_that_fortnox_never_says_too_many(stage: FortnoxStage) -> None:
    for n in range(60):
        stage.invoice(f"2{n:04}")
    gate = CountedGate(stage.clock)
    settings = FortnoxSettings(**stage.notes["settings"])
    began = stage.clock.now()
    erp = Fortnox(settings, clock=stage.clock, tokens=stage.notes["tokens"], turnstile=gate)
    assert sum(len(page.records) for page in pages(lambda place: erp.items("", place))) == 60
    assert gate.refused == 0
    assert 12 <= stage.clock.now() - began <= 30  # 66 calls, four a second


def test_too_many_calls_are_waited_out_whether_or_not_fortnox_says_how_long() -> None:
    for says in (True, False):
        runs = fortnox_stage(Behaviours(says_retry_after=says))
        stage = next(runs)
        for n in range(40):
            stage.invoice(f"2{n:04}")
        assert len(stage.first_load()[0]) == 40
        assert 429 in {seen.status for seen in stage.server.requests}
        runs.close()


# ---- signing in ------------------------------------------------------------------------------------------------------


def test_a_person_consents_on_fortnoxs_page_and_the_company_is_read_from_then_on(stage: FortnoxStage) -> None:
    settings = {**stage.notes["settings"], "code": "", "redirect_uri": "http://127.0.0.1:8000/connected"}
    door = erp_sign_in("fortnox", settings, clock=stage.clock)
    address = door.address(state="s1", verifier=door.new_verifier())
    assert {"account_type=service", "access_type=offline"} <= set(address.split("?")[1].split("&"))
    answer = httpx.get(f"{address}&company={COMPANY}", trust_env=False)
    back = dict(httpx.URL(answer.headers["Location"]).params)
    assert back["state"] == "s1"
    tokens = TokenInMemory()
    tokens.renew(None, lambda _: door.exchange(back["code"], ""))
    mine = Fortnox(FortnoxSettings(**settings), clock=stage.clock, tokens=tokens, turnstile=GateInMemory(stage.clock))
    assert mine.company().bankgiro == "123-4567"
    first = tokens.token
    for _ in range(3):
        stage.clock.days_pass(10)
        assert mine.company().name == stage.book.name
    assert first is not None and tokens.token is not None and tokens.token.refresh != first.refresh
    with pytest.raises(NotAllowed, match="invalid_grant"):
        door.exchange(back["code"], "")


def test_a_refresh_token_is_used_once_and_a_second_use_takes_all_access_away(stage: FortnoxStage) -> None:
    tokens: TokenInMemory = stage.notes["tokens"]
    old = tokens.token
    stage.clock.sleep(3_600)
    stage.erp.company()
    door = erp_sign_in("fortnox", stage.notes["settings"], clock=stage.clock)
    with pytest.raises(NotAllowed):
        door(old)  # type: ignore[operator]
    with pytest.raises(NotAllowed, match="sign in to Fortnox again"):
        stage.erp.company()


def test_a_refresh_whose_answer_was_lost_is_left_for_later_and_not_tried_again_at_once(stage: FortnoxStage) -> None:
    stage.clock.sleep(3_600)
    stage.faults.next("POST /oauth-v1/token", "timeout_after")
    with pytest.raises(Unavailable):
        stage.erp.company()
    assert [seen.line for seen in stage.server.requests].count("POST /oauth-v1/token") == 2


def test_a_consent_unused_for_a_month_has_ended(stage: FortnoxStage) -> None:
    stage.clock.days_pass(32)
    with pytest.raises(NotAllowed, match="sign in to Fortnox again"):
        stage.erp.company()


def test_without_anybodys_consent_there_is_no_call(stage: FortnoxStage) -> None:
    settings = FortnoxSettings(**{**stage.notes["settings"], "code": ""})
    erp = Fortnox(settings, clock=stage.clock, tokens=TokenInMemory(), turnstile=GateInMemory(stage.clock))
    before = len(stage.server.requests)
    with pytest.raises(NotAllowed, match="nobody has signed in"):
        erp.company()
    assert len(stage.server.requests) == before


def test_a_consent_that_lacks_a_scope_is_told_by_name(stage: FortnoxStage) -> None:
    code = stage.server.consent(NAME, COMPANY, scopes=SCOPES - {"invoice", "settings"})
    settings = FortnoxSettings(**{**stage.notes["settings"], "code": code})
    erp = Fortnox(settings, clock=stage.clock, tokens=TokenInMemory(), turnstile=GateInMemory(stage.clock))
    assert (erp.company().name, erp.company().bankgiro) == (stage.book.name, "")
    with pytest.raises(NotAllowed, match="licence"):
        erp.items()


def test_a_field_hidden_by_a_scope_is_refused_by_name_and_not_read_as_nothing() -> None:
    runs = fortnox_stage(Behaviours(hidden=frozenset({"Reminders"})))
    stage = next(runs)
    stage.invoice("20001")
    page = stage.erp.items()
    assert [(p.number, p.field) for p in page.refused] == [("20001", "Reminders")] and page.records == ()
    runs.close()


def test_the_secrets_are_never_shown() -> None:
    shown = repr(FortnoxSettings("c", client_secret="s3cr3t", code="c0d3")) + repr(Token("acc3ss", 1.0, "r3fr3sh"))
    assert not any(secret in shown for secret in ("s3cr3t", "c0d3", "acc3ss", "r3fr3sh"))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("client_id", ""), ("base_url", "http://api.fortnox.se"), ("token_url", "apps.fortnox.se"), ("page_size", 501),
        ("page_size", "100"), ("overlap_seconds", 60), ("timeout_seconds", 0), ("voucher_series", ""), ("amounts", "yes"),
        ("left_alone_label", "-1"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused_by_name(setting: str, value: object) -> None:
    with pytest.raises(Refused) as error:
        FortnoxSettings(**{"client_id": "c", setting: value})  # type: ignore[arg-type]
    assert [problem.field for problem in error.value.problems] == [setting]


# ---- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (400, b'{"ErrorInformation":{"error":1,"message":"Kan inte hitta kontot.","code":2000423}}', Declined, "kontot"),
        (400, b'{"ErrorInformation":{"Error":1,"Message":"Stort","Code":1}}', Declined, "Stort"),
        (400, b"<html>", Declined, "without a word"),
        (400, b'{"ErrorInformation":{"error":1,"message":"Ogiltig inloggning","code":2000310}}', NotAllowed, "sign in"),
        (403, b'{"ErrorInformation":{"error":1,"message":"Api-licens saknas.","code":2001103}}', NotAllowed, "licence"),
        (401, b"", NotAllowed, "token"),
        (404, b"", Declined, "does not know"),
        (302, b"", Malformed, "302"),
    ],
)
def test_each_refusal_becomes_what_to_do_next(status: int, body: bytes, error: type[PortError], words: str) -> None:
    found = refusal(status, body)
    assert type(found) is error and words in str(found)


# ---- lists that change while they are read ---------------------------------------------------------------------------


@dataclass
class ChangingList:
    """A list whose records leave it between two slices."""

    keys: list[int]
    random: Random
    most: int
    leaving: int

    def read(self, path: str, query: dict[str, Any]) -> Answer:
        begin, limit = int(query["offset"]), min(int(query["limit"]), self.most)
        rows = [{"Number": key} for key in self.keys[begin : begin + limit]]
        total = len(self.keys)
        for _ in range(self.random.randint(0, self.leaving)):
            if self.keys:
                self.keys.pop(self.random.randrange(len(self.keys)))
        return Answer({"List": rows, "MetaInformation": {"@TotalResources": total}}, "2026-11-24 10:00")


@pytest.mark.parametrize(("leaving", "most"), [(3, 500), (12, 500), (3, 40), (2, 9)])
def test_whatever_leaves_a_list_while_it_is_read_nothing_that_stays_is_overlooked(leaving: int, most: int) -> None:
    for seed in range(200):
        there = ChangingList(list(range(1, 400)), Random(seed), most, leaving)  # noqa: S311
        seen: set[int] = set()
        place: Place | None = Place("x")
        for _ in range(3_000):
            if place is None:
                break
            part = read_slice(there, "/x", "List", "Number", {}, Place.of_text(place.written()) if place.began else place, 30)  # type: ignore[arg-type]
            seen |= {row["Number"] for row in part.records}
            place = part.next
        assert place is None, "the reading does not end"
        missed = [key for key in there.keys if key not in seen]
        # Only when the reading had to go back more often than it may could anything be missed.
        assert not missed or leaving > OVERLAP
        assert len(missed) <= 3


def test_a_place_that_is_none_is_refused() -> None:
    for text in ("", "x", "x|1|2|3|4|5", "x|-1|2026-11-24 10:00|0|0|", "x|1|någon gång|0|0|"):
        with pytest.raises(Malformed):
            Place.of_text(text)
