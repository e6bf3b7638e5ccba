"""Money on the pages: files are read in whole, what waits is cleared by hand, and the consequence comes first."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fordran.audit.models import Event
from fordran.bank.models import BankFile, NoFileToday
from fordran.cases.models import Case
from fordran.creditor_pages import uploads
from fordran.creditors.models import Creditor
from fordran.ledger.models import Transfer
from fordran.settlement.models import Allocation, Payment
from tests.books import assert_books_hold
from tests.build import the_case
from tests.settlement.bank_day import bgmax
from tests.web.bank import read_in
from tests.web.conftest import World, a_user
from tests.web.test_pages import text_of

TODAY = "2026-02-04"
ASKED = 106_137
"""What the reminder of case 1001 asks for, öre."""


def the_file(rows: Any, *, serial: str = "00056") -> bytes:
    return bgmax(rows, TODAY, serial=serial)


def send(client: Client, world: World, data: bytes, name: str = "bgmax.txt", **headers: str) -> Any:
    given = {"file": SimpleUploadedFile(name, data)}
    return client.post(world.url("payments/files/add"), given, headers=headers)


def stored() -> tuple[int, ...]:
    return (BankFile.objects.count(), Payment.objects.count(), Transfer.objects.count(), Allocation.objects.count())


def waiting(world: World, minor: int = 50_000, payer: str = "Sven Okänd", reference: str = "") -> Payment:
    read_in(world.office.creditor, [(minor, reference, payer)], TODAY)
    payment = Payment.objects.get(state="suspense")
    assert payment.held_minor == minor
    return payment


# ---- reading a file ---------------------------------------------------------------------------------------------


def test_a_file_is_read_in_its_payments_find_their_cases_and_the_page_says_how(world: World, clerk: Client) -> None:
    rows = [(ASKED, the_case("1001").ocr, "Kund 1"), (20_000, the_case("1002").ocr, "Kund 2"), (12_300, "", "Sven Okänd")]
    done = send(clerk, world, the_file(rows))
    assert done.status_code == 302
    page = text_of(clerk.get(done["Location"]))
    assert "3 betalningar är inlästa." in page and "Ärendets OCR" in page and "1 384,37" in page
    assert the_case("1001").stage == "closed" and the_case("1002").stage == "reminded"
    files = text_of(clerk.get(world.url("payments/files")))
    assert "bgmax.txt" in files and "2 avräknade, 1 väntar på dig" in files
    assert_books_hold()


def test_the_same_file_again_is_said_kindly_and_books_nothing(world: World, clerk: Client) -> None:
    data = the_file([(20_000, the_case("1001").ocr, "")])
    send(clerk, world, data)
    before = stored()
    again = send(clerk, world, data, name="samma fil en gång till.txt")
    assert "redan inläst" in text_of(clerk.get(again["Location"])) and stored() == before


def test_a_broken_file_is_refused_with_the_record_shown_and_nothing_of_it_is_stored(world: World, clerk: Client) -> None:
    data = the_file([(20_000, the_case("1001").ocr, "Hemlig Person")]).replace(b"000000000000020000SEK", b"000000000000020001SEK")
    before = stored()
    answer = send(clerk, world, data, name="trasig.txt")
    page = text_of(answer)
    assert answer.status_code == 422 and stored() == before
    assert "Filen trasig.txt tas inte emot" in page and "Inget av den är sparat" in page
    line = next(n for n, row in enumerate(data.splitlines(), 1) if row.startswith(b"15"))
    assert f" {line} " in page and data.splitlines()[line - 1].decode().split()[0] in page, "the record at fault stands there"
    kept = Event.objects.get(verb="bank file refused")
    assert kept.data["name"] == "trasig.txt" and kept.data["problems"][0][0] == str(line)
    assert "trasig.txt" in text_of(clerk.get(world.url("payments/files")))


def test_what_is_kept_of_a_refused_file_names_nobody(world: World, clerk: Client) -> None:
    data = the_file([(20_000, "123", "Hemlig P?rson")]).replace(b"P?rson", "P\ufffdrson".encode())
    answer = send(clerk, world, data)
    assert answer.status_code == 422 and "Hemlig" in text_of(answer), "the one who sent it sees what was lost"
    kept = Event.objects.get(verb="bank file refused").data["problems"]
    assert kept and "Hemlig" not in str(kept)


def test_a_file_for_an_account_that_is_not_ours_is_refused_in_words(world: World, clerk: Client) -> None:
    answer = send(clerk, world, bgmax([(10_000, "1", "")], TODAY, account="9912346"))
    assert answer.status_code == 422 and "hör inte till" in text_of(answer) and BankFile.objects.count() == 0


def test_another_creditors_account_is_as_unknown_as_any(world: World, other: Any, clerk: Client) -> None:
    Creditor.objects.filter(pk=other.creditor.pk).update(bankgiro="9912346")
    answer = send(clerk, world, bgmax([(10_000, "1", "")], TODAY, account="9912346"))
    assert answer.status_code == 422 and "Kontot 9912346 hör inte till" in text_of(answer)


def test_with_script_the_answer_says_where_to_go(world: World, clerk: Client) -> None:
    answer = send(clerk, world, the_file([(20_000, the_case("1001").ocr, "")]), **{"X-Upload": "1"})
    assert answer.json() == {"go": world.url(f"payments/files/{BankFile.objects.get().pk}")}


def test_no_file_and_one_that_is_too_large_are_refused_with_what_to_do(world: World, clerk: Client, monkeypatch: Any) -> None:
    nothing = clerk.post(world.url("payments/files/add"))
    assert nothing.status_code == 422 and "Välj en fil först" in text_of(nothing)
    monkeypatch.setattr(uploads, "MOST_BYTES", 1000)
    monkeypatch.setattr(uploads, "FORM_BYTES", 100)
    answer = send(clerk, world, b"x" * 3000)
    assert answer.status_code == 413 and "större än 25 MB" in text_of(answer) and BankFile.objects.count() == 0


def test_a_large_file_is_stored_at_once_and_settled_by_the_day(world: World, clerk: Client, monkeypatch: Any) -> None:
    from fordran.day.run import run_day
    from tests.post import PostOffice

    monkeypatch.setattr(uploads, "SETTLED_AT_ONCE", 1)
    done = send(clerk, world, the_file([(ASKED, the_case("1001").ocr, ""), (9_900, "", "Sven Okänd")]))
    page = text_of(clerk.get(done["Location"]))
    assert "2 betalningar är inlästa men inte avräknade än" in page and the_case("1001").stage == "reminded"
    run_day(world.today, {"folder": PostOffice()}, [world.office.creditor])
    assert the_case("1001").stage == "closed" and Payment.objects.get(state="suspense").amount_minor == 9_900


def test_the_pages_own_role_may_read_a_file_in_and_clear_what_waits(world: World, clerk: Client, app_role: None) -> None:
    from fordran.creditor_pages.tenancy import see_only

    see_only([world.office.creditor.pk])
    case = the_case("1002")
    see_only([])
    done = send(clerk, world, the_file([(20_000, case.ocr, "Kund 2"), (50_000, "", "Sven Okänd")]))
    assert done.status_code == 302, text_of(done)
    see_only([world.office.creditor.pk])
    payment = Payment.objects.get(state="suspense")
    for path, form in (("match", {"case": case.number}), ("unmatch", {"reason": "fel"}), ("refund", {})):
        answer = clerk.post(world.url(f"payments/{payment.pk}/{path}"), {**form, "confirm": "yes"})
        assert answer.status_code == 302, path
    see_only([world.office.creditor.pk])
    payment.refresh_from_db()
    assert payment.state == "refunded"


# ---- clearing by hand -------------------------------------------------------------------------------------------


def test_what_waits_stands_beside_what_it_may_be_for_and_why(world: World, clerk: Client) -> None:
    near = the_case("1003").ocr
    near = near[:3] + str((int(near[3]) + 1) % 10) + near[4:]
    waiting(world, ASKED, reference=near)
    page = text_of(clerk.get(world.url("payments")))
    assert "Betalningen nämner inget som är känt här." in page
    assert the_case("1003").number in page and "skiljer sig på en enda siffra" in page and "Troligt" in page
    assert "Säg vad 1 betalning gäller" in text_of(clerk.get(world.url()))


def test_a_payment_is_set_against_a_case_only_when_that_was_confirmed(world: World, clerk: Client) -> None:
    payment, case = waiting(world), the_case("1002")
    address = world.url(f"payments/{payment.pk}/match")
    found = text_of(clerk.get(address, {"q": "Kund 2"}))
    assert case.number in found
    before = stored()
    shown = clerk.post(address, {"case": case.number})
    assert "Kostnaderna går från 60,00 kr till 0,00 kr" in text_of(shown) and "Inget är gjort än" in text_of(shown)
    assert stored() == before
    clerk.post(address, {"case": case.number, "confirm": "yes"})
    payment.refresh_from_db()
    assert (payment.state, payment.matched_by, payment.held_minor) == ("matched", "person", 0)
    assert the_case("1002").costs_minor == 0
    page = text_of(clerk.get(world.url(f"payments/{payment.pk}")))
    assert "En person har valt ärendet." in page and "60,00" in page
    assert_books_hold()


def test_a_part_may_be_set_against_a_case_and_the_rest_goes_on_waiting(world: World, clerk: Client) -> None:
    payment, case = waiting(world), the_case("1002")
    address = world.url(f"payments/{payment.pk}/match")
    too_much = clerk.post(address, {"case": case.number, "amount": "500,01"})
    assert "Bara 500,00 kr väntar" in text_of(too_much)
    shown = clerk.post(address, {"case": case.number, "amount": "100"})
    assert "400,00 kr av betalningen väntar kvar" in text_of(shown)
    clerk.post(address, {"case": case.number, "amount": "100", "confirm": "yes"})
    payment.refresh_from_db()
    assert (payment.state, payment.held_minor) == ("suspense", 40_000)
    assert_books_hold()


def test_more_than_the_debt_is_said_before_and_paid_back_after(world: World, clerk: Client) -> None:
    payment, case = waiting(world, 200_000), the_case("1002")
    address = world.url(f"payments/{payment.pk}/match")
    shown = text_of(clerk.post(address, {"case": case.number}))
    assert re.search(r"93\d,\d\d kr är mer än skulden", shown) and "Ärendet avslutas" in shown
    clerk.post(address, {"case": case.number, "confirm": "yes"})
    payment.refresh_from_db()
    assert payment.refund_minor > 90_000 and the_case("1002").stage == "closed"


def test_money_is_paid_back_and_no_case_changes(world: World, clerk: Client) -> None:
    payment = waiting(world)
    address = world.url(f"payments/{payment.pk}/refund")
    assert "Betala tillbaka 500,00 kr" in text_of(clerk.get(address)) and payment.held_minor == 50_000
    clerk.post(address, {"reason": "fel konto"})
    payment.refresh_from_db()
    assert (payment.state, payment.refund_minor, payment.held_minor) == ("refunded", 50_000, 0)
    assert_books_hold()


def test_money_that_is_the_creditors_own_is_said_to_be_with_a_reason(world: World, clerk: Client) -> None:
    payment = waiting(world)
    address = world.url(f"payments/{payment.pk}/pass-on")
    assert "Bokför 500,00 kr som era egna" in text_of(clerk.get(address))
    assert clerk.post(address, {}).status_code == 422 and Payment.objects.get().state == "suspense"
    clerk.post(address, {"reason": "hyra av släp"})
    assert Payment.objects.get().state == "own"
    assert_books_hold()


def test_taking_a_payment_off_asks_why_says_what_happens_and_brings_the_debt_back(world: World, clerk: Client) -> None:
    read_in(world.office.creditor, [(ASKED, the_case("1001").ocr, "Kund 1")], TODAY)
    payment = Payment.objects.get()
    assert the_case("1001").stage == "closed"
    address = world.url(f"payments/{payment.pk}/unmatch")
    assert "Ta loss betalningen" in text_of(clerk.get(world.url(f"payments/{payment.pk}")))
    assert clerk.post(address, {"reason": " "}).status_code == 422
    shown = text_of(clerk.post(address, {"reason": "fel kund"}))
    number = the_case("1001").number
    assert f"Ärende {number} öppnas igen." in shown and "1 061,37 kr väntar" in shown and the_case("1001").stage == "closed"
    clerk.post(address, {"reason": "fel kund", "confirm": "yes"})
    payment.refresh_from_db()
    assert payment.state == "suspense" and the_case("1001").stage == "reminded"
    page = text_of(clerk.get(world.url(f"payments/{payment.pk}")))
    assert "Lossad från" in page and "fel kund" in page
    case_page = text_of(clerk.get(world.url(f"cases/{number}")))
    assert "Betalning för betalning" in case_page and "Tagen tillbaka" in case_page
    assert_books_hold()


def test_a_deduction_that_names_nothing_is_put_on_the_payment_it_lowers(world: World, clerk: Client) -> None:
    rows = [(50_000, "", "Firma Ett"), (-5_000, "777", "Firma Ett")]
    read_in(world.office.creditor, rows, TODAY)
    entry, payment = Payment.objects.get(kind="deduction"), Payment.objects.get(kind="payment")
    assert (entry.state, payment.state) == ("suspense", "suspense")
    assert "Någon har dragit av ett belopp" in text_of(clerk.get(world.url("payments")))
    address = world.url(f"payments/{entry.pk}/entry")
    assert "Firma Ett" in text_of(clerk.get(address))
    assert "50,00 kr dras av från betalningen. 450,00 kr" in text_of(clerk.post(address, {"payment": payment.pk}))
    clerk.post(address, {"payment": payment.pk, "confirm": "yes"})
    payment.refresh_from_db()
    assert payment.held_minor == 45_000
    assert "Draget från betalningen" in text_of(clerk.get(world.url(f"payments/{payment.pk}")))


def test_a_surplus_goes_to_another_debt_of_the_same_person_once_the_payer_was_told(world: World, clerk: Client) -> None:
    from fordran.day.run import run_day
    from tests.build import an_item, bring_in
    from tests.post import PostOffice

    bring_in(world.office, [an_item("7001", "1")], world.today, name="more")
    run_day(world.today, {"folder": PostOffice()}, [world.office.creditor])
    read_in(world.office.creditor, [(ASKED + 30_000, the_case("1001").ocr, "Kund 1")], TODAY)
    payment, other = Payment.objects.get(), the_case("7001")
    assert payment.refund_minor == 30_000
    address = world.url(f"payments/{payment.pk}/set-off")
    assert other.number in text_of(clerk.get(address))
    untold = clerk.post(address, {"case": other.number})
    assert untold.status_code == 422 and "fick veta" in text_of(untold)
    told = {"case": other.number, "told": "brev 2026-02-04"}
    assert "Kapitalet går från" in text_of(clerk.post(address, told))
    clerk.post(address, {**told, "confirm": "yes"})
    payment.refresh_from_db()
    assert payment.refund_minor == 0 and the_case("7001").capital_minor < 100_000
    assert_books_hold()


def test_a_case_of_another_creditor_cannot_be_chosen(world: World, other: Any, clerk: Client) -> None:
    payment = waiting(world)
    foreign = Case.objects.filter(creditor=other.creditor).first()
    assert foreign is not None
    if foreign.number != the_case("1001").number:  # numbers begin anew for each creditor
        answer = clerk.post(world.url(f"payments/{payment.pk}/match"), {"case": foreign.number, "confirm": "yes"})
        assert answer.status_code == 404
    clerk.post(world.url(f"payments/{payment.pk}/match"), {"case": foreign.number, "confirm": "yes"})
    assert not Allocation.objects.filter(creditor=other.creditor).exists()


def test_a_reader_sees_the_payments_and_changes_nothing(world: World, reader: Client) -> None:
    payment = waiting(world)
    page = reader.get(world.url("payments"))
    assert page.status_code == 200 and "Betala tillbaka" not in text_of(page) and "Läs in bankfil" not in text_of(page)
    for rest in ("match", "refund", "pass-on", "unmatch", "entry", "set-off"):
        assert reader.post(world.url(f"payments/{payment.pk}/{rest}"), {"confirm": "yes", "reason": "x"}).status_code == 403, rest
    assert reader.post(world.url("payments/files/none")).status_code == 403
    assert send(reader, world, the_file([(1_000, "", "")])).status_code == 403


# ---- the day's file, the list, the plots ------------------------------------------------------------------------


def test_a_missing_file_is_told_of_and_a_person_may_say_that_none_comes(world: World, clerk: Client) -> None:
    Creditor.objects.filter(pk=world.office.creditor.pk).update(expects_bank_file=True)
    assert "Dagens bankfil har inte kommit" in text_of(clerk.get(world.url()))
    assert "Ingen fil kommer i dag" in text_of(clerk.get(world.url("payments/files")))
    assert clerk.get(world.url("payments/files/none")).status_code == 405
    for _ in range(2):
        clerk.post(world.url("payments/files/none"))
    assert NoFileToday.objects.get().by == "clara"
    assert "Dagens bankfil har inte kommit" not in text_of(clerk.get(world.url()))


@pytest.mark.parametrize(
    ("query", "found"),
    [({"q": "Okänd"}, 1), ({"q": "200"}, 1), ({"state": "matched"}, 1), ({"since": "2026-02-05"}, 0), ({"q": "zzz"}, 0),
     ({"since": "2026-02-04", "until": "2026-02-04"}, 2), ({"until": "i går"}, 2), ({"via": "creditor"}, 0), ({"q": "OCR"}, 1)],
)  # fmt: skip
def test_the_list_is_searched_and_filtered(world: World, clerk: Client, query: dict[str, str], found: int) -> None:
    read_in(world.office.creditor, [(20_000, the_case("1002").ocr, "Kund 2"), (50_000, "", "Sven Okänd")], TODAY)
    if query.get("q") == "OCR":
        query = {"q": the_case("1002").ocr}
    page = clerk.get(world.url("payments/all"), query)
    assert page.content.decode().count('class="fd-key"') == found
    front, *rows = clerk.get(world.url("payments/all"), {**query, "as": "xlsx"}).headers["Content-Disposition"].split(";")
    assert front == "attachment" and "inbetalningar.xlsx" in rows[0]


def test_money_in_is_counted_by_day_week_and_month_without_what_the_bank_took_back(world: World, clerk: Client) -> None:
    from fordran.creditor_pages.money_in import money_in

    creditor = world.office.creditor
    read_in(creditor, [(20_000, the_case("1002").ocr, "Kund 2"), (50_000, "", "Firma"), (-5_000, "", "Firma")], TODAY)
    assert Payment.objects.get(amount_minor=50_000).taken_minor in (0, 5_000)
    left = 70_000 - Payment.objects.get(amount_minor=50_000).taken_minor
    for per in ("day", "week", "month"):
        spans = money_in(creditor, world.today, per)
        assert (spans[-1].bank_minor, spans[-1].payments) == (left, 2) and sum(s.all_minor for s in spans) == left
        page = clerk.get(world.url(), {"per": per})
        assert page.status_code == 200 and "Kronor per" in text_of(page)
        assert clerk.get(world.url(), {"per": per, "as": "xlsx"})["Content-Disposition"].endswith('inbetalt.xlsx"')


def test_the_case_tells_what_each_payment_took_and_what_was_left(world: World, clerk: Client) -> None:
    from fordran.creditor_pages.case_money import paid_of
    from fordran.settlement.pay import register_direct

    case = the_case("1002")
    read_in(world.office.creditor, [(20_000, case.ocr, "Kund 2")], TODAY)
    register_direct(the_case("1002"), amount_minor=30_000, on=world.today, by="clara", today=world.today)
    first, second = paid_of(case)
    assert (first.costs_minor, first.interest_minor + first.capital_minor) == (6_000, 14_000)
    assert first.left_minor == ASKED - 20_000 and second.left_minor == ASKED - 50_000
    assert "Direkt till er" in text_of(clerk.get(world.url(f"cases/{case.number}")))


def test_a_payment_of_another_creditor_is_not_found(world: World, other: Any, clerk: Client) -> None:
    read_in(other.creditor, [(50_000, "", "Främmande Betalare")], TODAY)
    foreign = Payment.objects.get(creditor=other.creditor)
    for rest in ("", "/match", "/refund", "/unmatch", "/entry", "/set-off"):
        assert clerk.get(world.url(f"payments/{foreign.pk}{rest}")).status_code == 404, rest
    assert clerk.get(world.url(f"payments/files/{BankFile.objects.get().pk}")).status_code == 404
    assert "Främmande Betalare" not in text_of(clerk.get(world.url("payments/all"), {"q": "Främmande"}))
    nobody = Client()
    nobody.force_login(a_user("ingrid"))
    assert nobody.get(world.url("payments")).status_code == 404
