"""A world of companies: the same seed lives the same days, it can be stopped and gone on with, and its truth adds up."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fordran.cli.sandbox import command
from fordran.formats.bank import read_bank_file
from fordran.sandbox.bank.bank import CALM, Temper
from fordran.sandbox.book import Application, Document, OurMark, Receipt
from fordran.sandbox.world import COMPANIES, World
from fordran.sandbox.world.clock import WorldClock, at_local, local_time
from fordran.sandbox.world.keep import plain, rich
from tests.sandbox.office import write_letters

FIRST = date(2026, 1, 7)
BOTH = [COMPANIES["own"].of_size(4), COMPANIES["agency-two"].of_size(4)]


def through(world: World, last: date, *, collect: bool = False) -> World:
    day = world.last_day + timedelta(days=1) if world.last_day else world.first_day
    while day <= last:
        world.day(day)
        if collect:
            for member in world.members.values():
                write_letters(world, member, day)
        day += timedelta(days=1)
    return world


def files(folder: Path) -> dict[str, str]:
    """Name -> digest of all that lies below the folder, but the letters (their folder keeps its own marks)."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "letters" not in path.parts
    }


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two companies, 45 days, with an office that writes letters; the bank is sometimes a day late."""
    world = World(5, FIRST, BOTH, tmp_path_factory.mktemp("world"), temper=Temper(late=60))
    return through(world, FIRST + timedelta(days=45), collect=True)


# ---- the same again --------------------------------------------------------------------------------------------------


def test_the_same_seed_twice_is_the_same_world_byte_for_byte_and_so_are_the_banks_files(tmp_path: Path) -> None:
    worlds = [World(5, FIRST, BOTH, tmp_path / name) for name in ("a", "b")]
    for world in worlds:
        through(world, FIRST + timedelta(days=6), collect=True)
    assert worlds[0].snapshot() == worlds[1].snapshot()
    assert files(tmp_path / "a") == files(tmp_path / "b") != {}
    assert World(6, FIRST, BOTH).snapshot() != World(5, FIRST, BOTH).snapshot()


def test_a_world_that_was_saved_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    whole = through(World(5, FIRST, BOTH), FIRST + timedelta(days=60))
    stopped = through(World(5, FIRST, BOTH), FIRST + timedelta(days=31))
    stopped.save(tmp_path / "world.jsonl")
    again = World.load(tmp_path / "world.jsonl", BOTH)
    assert again.snapshot() == stopped.snapshot() == (tmp_path / "world.jsonl").read_bytes()
    assert _applied(again) == _applied(stopped)
    assert through(again, FIRST + timedelta(days=60)).snapshot() == whole.snapshot()


def _applied(world: World) -> dict[tuple[str, str], list[str]]:
    return {key: sorted(one.number for one in found) for key, found in world.members["own"].book.applied.items()}


def test_what_others_wrote_in_the_ledger_is_kept_too(tmp_path: Path) -> None:
    world = World(5, FIRST, BOTH)
    book = world.members["own"].book
    number, document = next((n, d) for (k, n), d in book.documents.items() if k == "invoice" and d.status == "open")
    document.mark = OurMark("2026-1", "reminder", "sent", "http://localhost/1")
    document.attachments.append(("letter.pdf", b"%PDF\x00\xff"))
    receipt = Receipt("400001", "payment", document.party, FIRST, "SEK", 100, applications=[Application("invoice", number, 100)])
    book.add_receipt(receipt)
    world.save(tmp_path / "w")
    again = World.load(tmp_path / "w", BOTH).members["own"].book
    assert again.documents["invoice", number] == document
    assert again.receipts["400001"] == receipt and again.applied["invoice", number][-1] == receipt


@pytest.mark.parametrize("content", [b"", b"{}\n", b"[1]\n", b'{"fordran_world": 99}\n', b"not json\n"])
def test_a_file_that_is_no_world_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w").write_bytes(content)
    with pytest.raises(ValueError, match="no world"):
        World.load(tmp_path / "w", BOTH)


def test_a_world_of_other_companies_is_refused(tmp_path: Path) -> None:
    World(5, FIRST, BOTH).save(tmp_path / "w")
    with pytest.raises(ValueError, match="other companies"):
        World.load(tmp_path / "w", BOTH[:1])


def test_values_come_back_as_they_were() -> None:
    kind = dict[tuple[str, str], list[Document | None]]
    document = Document("invoice", "1", "2", "SEK", 3, 4, FIRST, FIRST, attachments=[("a", b"\x00")], reminded_on=FIRST)
    value = {("invoice", "1"): [document, None]}
    assert rich(json.loads(json.dumps(plain(value))), kind) == value
    with pytest.raises(TypeError):
        plain(object())


# ---- days and clock --------------------------------------------------------------------------------------------------


def test_days_that_are_skipped_are_lived_all_the_same_and_a_day_is_lived_once() -> None:
    one, other = World(5, FIRST, BOTH), World(5, FIRST, BOTH)
    through(one, FIRST + timedelta(days=20))
    other.day(FIRST + timedelta(days=20))
    assert one.snapshot() == other.snapshot()
    before = one.snapshot()
    one.day(FIRST + timedelta(days=20))
    one.morning(FIRST + timedelta(days=3))
    one.noon(FIRST + timedelta(days=3))
    one.day(FIRST - timedelta(days=1))
    assert one.snapshot() == before


def test_a_morning_and_its_noon_are_the_day_and_something_happens_in_each() -> None:
    halves, whole = World(5, FIRST, BOTH), World(5, FIRST, BOTH)
    mornings, noons = 0, 0
    for number in range(15):
        day = FIRST + timedelta(days=number)
        book = halves.members["own"].book
        counted = book.counter
        halves.morning(day)
        mornings += book.counter - counted
        counted = book.counter
        halves.noon(day)
        noons += book.counter - counted
        whole.day(day)
    assert halves.snapshot() == whole.snapshot()
    assert mornings > noons > 5


def test_the_clock_moves_by_days_and_by_sleep_and_records_bear_its_swedish_time() -> None:
    world = World(5, FIRST, BOTH)
    assert local_time(world.now()) == datetime(2026, 1, 7, 5)  # noqa: DTZ001  on Swedish walls
    world.sleep(90)
    assert local_time(world.now()) == datetime(2026, 1, 7, 5, 1, 30)  # noqa: DTZ001
    world.sleep(-5)
    world.day(date(2026, 1, 8))
    assert world.local().date() == date(2026, 1, 8) and world.local().hour >= 11
    stamps = [document.created_at for document in world.members["own"].book.documents.values()]
    assert stamps == sorted(stamps) and len(set(stamps)) > len(stamps) * 0.9
    assert all(document.created_at.date() == document.issued for document in world.members["own"].book.documents.values())


def test_summer_time_is_kept_by_the_clock_on_the_wall() -> None:
    clock = WorldClock(at_local(date(2026, 3, 28), datetime.min.time()))
    assert clock.local() == datetime(2026, 3, 28)  # noqa: DTZ001
    clock.sleep(86_400 + 3 * 3600)
    assert clock.local() == datetime(2026, 3, 29, 4)  # noqa: DTZ001  an hour was skipped
    for day in (date(2026, 7, 1), date(2026, 12, 1), date(2026, 10, 25)):
        assert local_time(at_local(day, datetime.min.time())).date() == day
    clock.not_before(date(2026, 3, 1), datetime.min.time())
    assert clock.local() == datetime(2026, 3, 29, 4)  # noqa: DTZ001  never back


# ---- the truth -------------------------------------------------------------------------------------------------------


def test_every_krona_that_debtors_paid_is_in_the_banks_files_or_in_the_erp_exactly_once(collected: World) -> None:
    directory = collected.directory
    assert directory is not None
    for key, member in collected.members.items():
        paid = list(member.market.lived.paid.values())
        to_office = Counter((one.currency, one.amount, one.reference) for one in paid if not one.to_creditor and one.seen_on)
        told: dict[str, Counter[tuple[str, int, str]]] = {}
        for path in (directory / key / "bank" / "from-bank").iterdir():
            read = read_bank_file(path.read_bytes())
            assert (read.problems, read.control_totals_agree) == ((), True), path.name
            for deposit in read.deposits:
                assert deposit.account in (member.numbers.bankgiro, member.numbers.iban, member.numbers.euro_iban)
                for payment in deposit.payments:
                    told.setdefault(f"{read.format} {deposit.currency}", Counter())[
                        deposit.currency, payment.amount_minor, payment.reference
                    ] += 1
        first = {"own": ["bgmax SEK"], "agency-two": ["bgmax SEK", "camt.054 EUR"]}[key]
        assert sum((told[name] for name in first), Counter()) == to_office and len(to_office) > 5
        assert told["camt.053 SEK"] <= told["bgmax SEK"]
        receipts = Counter((r.currency, r.amount) for r in member.book.receipts.values() if r.kind == "payment")
        receipts.subtract((r.currency, -r.amount) for r in member.book.receipts.values() if r.kind == "void")
        in_erp = Counter((one.currency, one.amount) for one in paid if one.to_creditor and one.receipt)
        assert {k: n for k, n in receipts.items() if n} == in_erp
        for currency, sums in collected.report()["companies"][key]["money"].items():
            assert sums["paid"] == sums["in_bank_files"] + sums["in_erp"] + sums["not_seen_yet"], currency
            shown = [one for one in paid if one.seen_on and not one.to_creditor and one.currency == currency]
            assert sums["in_bank_files"] == sum(one.amount for one in shown)


def test_the_report_names_letters_to_those_who_had_paid_or_were_left_alone(collected: World) -> None:
    """The office of these tests reads no bank file, so it must be found out."""
    wrong = collected.wrong_letters()
    assert wrong and {one.why for one in wrong} <= {"paid", "credited", "left_alone", "held", "deleted"}
    assert all(one.since <= one.dated_on for one in wrong)
    assert "paid" in {one.why for one in wrong}
    for one in wrong:
        assert one.why != "left_alone", "the office of these tests obeys the ERP"


def test_the_office_that_heeds_the_truth_writes_no_wrong_letter(tmp_path: Path) -> None:
    """The measure can be met: who asks nobody that is clear on the day is reproached with nothing."""
    world = World(5, FIRST, BOTH[:1], tmp_path, temper=CALM)
    fates = world.lived("own").fates

    def asks(document: Document) -> str:
        fate = fates[document.number]
        days = (day - document.due).days
        return "reminder" if days in (8, 9) and fate.clear_since is None and not fate.letters else ""

    for number in range(40):
        day = FIRST + timedelta(days=number)
        world.day(day)
        write_letters(world, world.members["own"], day, asks)
    world.day(day + timedelta(days=1))
    assert sum(len(fate.letters) for fate in fates.values()) > 10
    assert world.wrong_letters() == []


def test_the_report_tells_each_invoice_with_its_payments_and_letters(collected: World) -> None:
    told = json.loads(json.dumps(collected.report(invoices=True)))["companies"]["own"]
    assert len(told["fates"]) == told["invoices"] == len(collected.lived("own").fates)
    some = [one for one in told["fates"] if one["letters"] and one["payments"]]
    assert some and all(one["payments"][0]["amount"] > 0 for one in some)
    assert sum(told["letters"].values()) > 20


def test_debtors_in_euro_pay_euro_to_the_iban_and_their_costs_in_kronor_to_the_giro(collected: World) -> None:
    member = collected.members["agency-two"]
    paid = [one for one in member.market.lived.paid.values() if not one.to_creditor]
    assert {(one.currency, one.account) for one in paid} == {("SEK", member.numbers.bankgiro), ("EUR", member.numbers.euro_iban)}
    euro_cases = [one for one in paid if one.currency == "SEK" and member.market.lived.fates[one.invoices[0]].currency == "EUR"]
    assert euro_cases and all(one.amount <= 240_00 for one in euro_cases)


# ---- over HTTP -------------------------------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Any]:
    pytest.importorskip("werkzeug")
    from fordran.sandbox.world.serve import WorldServer

    world = World(5, FIRST, BOTH, tmp_path)
    with WorldServer(world, save_to=tmp_path / "world.jsonl") as served:
        yield served


def call(server: Any, path: str, body: object = None, *, raw: bytes | None = None, token: str = "") -> tuple[int, Any]:
    data = raw if raw is not None else (json.dumps(body).encode() if body is not None else None)
    request = urllib.request.Request(f"{server.url}{path}", data)  # noqa: S310  of this machine
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_the_world_is_driven_over_http_and_its_erps_are_served_beside(server: Any, tmp_path: Path) -> None:
    status, who = call(server, "/_world/")
    assert status == 200 and set(who["companies"]) == {"own", "agency-two"} and who["last_day"] is None
    assert call(server, "/_world/day", {"to": "2026-01-09", "half": "morning"})[1]["last_day"] == "2026-01-09"
    status, reached = call(server, "/_world/day", {"to": "2026-01-12"})
    assert (status, reached["last_day"]) == (200, "2026-01-12")
    before = call(server, "/_world/clock")[1]["now"]
    assert call(server, "/_world/clock", {"sleep": 61.5})[1]["now"] == before + 61.5
    erp = who["companies"]["own"]["erp"]
    form = "grant_type=client_credentials&scope=vismanet_erp_service_api:read"
    form += f"&client_id={erp['client_id']}&client_secret={erp['client_secret']}&tenant_id={erp['tenant']}"
    status, token = call(server, "/connect/token", raw=form.encode())
    assert status == 200
    status, invoices = call(server, "/v1/customerinvoice?pageNumber=1&pageSize=3", token=token["access_token"])
    assert status == 200 and len(invoices) == 3
    assert invoices[0]["referenceNumber"] in server.world.lived("own").fates
    assert call(server, "/_world/report")[1]["companies"]["own"]["invoices"] == len(server.world.lived("own").fates)
    assert len(call(server, "/_world/report?invoices=1")[1]["companies"]["own"]["fates"]) > 50
    assert World.load(tmp_path / "world.jsonl", BOTH).last_day == date(2026, 1, 12)
    assert call(server, "/_world/save", {}) == (200, {"saved": str(tmp_path / "world.jsonl")})


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/_world/day", {"to": "soon"}, "YYYY-MM-DD"),
        ("/_world/day", {"to": "2025-12-31"}, "before the first"),
        ("/_world/day", {"to": "2999-12-31"}, "ten years"),
        ("/_world/day", {"to": "2026-01-09", "half": "night"}, "two halves"),
        ("/_world/clock", {"sleep": -1}, "sleep"),
        ("/_world/clock", {"sleep": "long"}, "sleep"),
        ("/_world/clock", [], "object"),
        ("/_world/faults", {"rates": {"429": 2}}, "share"),
        ("/_world/faults", {"next": [{"kind": "429"}]}, "cannot be ordered"),
        ("/_world/faults", {"rates": {"earthquake": 0.1}}, "no such trouble"),
        ("/_world/faults", {"failing": [{"company": "none"}]}, "company, kind, number and why"),
        ("/_world/faults", {"closed_periods": [{"company": "own", "month": "October"}]}, "like 2026-10"),
        ("/_world/payment", {"company": "own", "amount": 0, "payer": "Anita Berg"}, "whole öre"),
        ("/_world/payment", {"company": "none", "amount": 100, "payer": "Anita Berg"}, "name the company"),
    ],
)
def test_what_cannot_be_asked_of_the_world_is_answered_with_a_sentence(server: Any, path: str, body: object, says: str) -> None:
    status, answer = call(server, path, body)
    assert status == 400 and says in answer["problem"]
    assert call(server, path, raw=b"{")[0] == 400


def test_an_address_that_is_not_there_says_so(server: Any) -> None:
    assert call(server, "/_world/nothing")[0] == 404
    assert call(server, "/_world/day")[0] == 405


def test_trouble_is_ordered_and_ended(server: Any) -> None:
    wish = {"next": [{"line": "POST /connect/token", "kind": "500"}], "skew_seconds": 90, "closed": ["bankgiro:50501055"]}
    status, ordered = call(server, "/_world/faults", wish)
    assert (status, ordered["skew_seconds"], ordered["closed"]) == (200, 90.0, ["bankgiro:50501055"])
    assert call(server, "/connect/token", raw=b"grant_type=client_credentials")[0] == 500
    assert call(server, "/_world/faults", {"calm": True})[1]["met"] == {"500": 1}
    assert server.world.bank.lived.closed == ["bankgiro:50501055"]


def test_a_strangers_payment_is_in_the_banks_next_file_and_the_market_goes_on_without_it(server: Any) -> None:
    call(server, "/_world/day", {"to": "2026-01-08", "half": "morning"})
    wish = {"company": "own", "amount": 125_000, "payer": "Anita Marklund", "text": "Julklapp till Elsa"}
    assert call(server, "/_world/payment", wish) == (200, {})
    assert call(server, "/_world/day", {"to": "2026-01-08"})[0] == 200
    files = list(server.world.bank.folders["own"].glob("from-bank/*"))
    assert sum("Julklapp till Elsa".encode("iso-8859-1") in path.read_bytes() for path in files) == 1
    assert call(server, "/_world/report")[1]["companies"]["own"]["money"]["SEK"]["in_bank_files"] == 0


def test_a_record_that_is_to_fail_comes_with_the_reason(server: Any) -> None:
    erp = call(server, "/_world/")[1]["companies"]["own"]["erp"]
    number = next(iter(server.world.lived("own").fates))
    fails = [{"company": "own", "kind": "invoice", "number": number, "why": "The location was deleted."}]
    closed = [{"company": "own", "month": "2026-01"}]
    assert call(server, "/_world/faults", {"failing": fails, "closed_periods": closed})[0] == 200
    assert server.visma_net.companies[erp["tenant"]].closed == {("customer", "202601"), ("general", "202601")}
    form = "grant_type=client_credentials&scope=vismanet_erp_service_api:read"
    form += f"&client_id={erp['client_id']}&client_secret={erp['client_secret']}&tenant_id={erp['tenant']}"
    token = call(server, "/connect/token", raw=form.encode())[1]["access_token"]
    assert call(server, f"/v1/customerinvoice/{number}", token=token)[1]["errorInfo"] == "The location was deleted."


def test_many_callers_and_the_days_disturb_each_other_in_nothing(server: Any) -> None:
    alone = World(5, FIRST, BOTH)
    through(alone, FIRST + timedelta(days=10))
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            assert call(server, "/_world/report")[0] == 200

    callers = [threading.Thread(target=ask) for _ in range(3)]
    for one in callers:
        one.start()
    call(server, "/_world/day", {"to": (FIRST + timedelta(days=10)).isoformat()})
    stop.set()
    for one in callers:
        one.join()
    assert server.world.snapshot() == alone.snapshot()


# ---- the command -----------------------------------------------------------------------------------------------------


def test_the_market_alone_is_told_as_a_table_and_as_json() -> None:
    line = ["world", "--from", "2026-01-07", "--to", "2026-01-20", "--size", "4", "--company", "own"]
    told = CliRunner().invoke(command, line, catch_exceptions=False)
    assert told.exit_code == 0 and "new customer" in told.stdout and "billed SEK" in told.stdout
    found = json.loads(CliRunner().invoke(command, [*line, "--json"], catch_exceptions=False).stdout)
    assert found["companies"]["own"]["money"]["SEK"]["in_bank_files"] == 0
    assert CliRunner().invoke(command, ["world", "--from", "2026-01-07", "--to", "2026-01-01"]).exit_code != 0


def test_the_command_serves_until_it_is_told_to_stop_and_keeps_its_world(tmp_path: Path) -> None:
    pytest.importorskip("werkzeug")
    line = [sys.executable, "-m", "fordran.cli.main", "sandbox", "serve", "--dir", str(tmp_path), "--port", "0"]
    line += ["--company", "own", "--days", "2", "--size", "3"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("ready: ").strip()
        with urllib.request.urlopen(f"{url}/_world/", timeout=10) as answer:  # noqa: S310  of this machine
            assert json.load(answer)["last_day"] == "2026-01-08"
        process.terminate()
        assert process.wait(30) == 0
    assert World.load(tmp_path / "world.jsonl", [COMPANIES["own"].of_size(3)]).last_day == date(2026, 1, 8)
