"""The bank's files are read by the product's own readers, which share no line with the bank's writers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordran.core.checkdigits import luhn_digit
from fordran.formats.bank import BankFile, read_bank_file
from fordran.sandbox.bank.accounts import BGMAX, NOTICE, STATEMENT, Account, Incoming
from fordran.sandbox.bank.bank import CALM, FROM_BANK, Bank, Temper
from fordran.sandbox.chance import chance
from fordran.sandbox.numbers import bankgiro, iban

DAY = date(2026, 3, 3)
NEXT = date(2026, 3, 4)
GIRO, IBAN, EURO = bankgiro(chance("giro")), iban(chance("iban")), iban(chance("euro"))


def bank(folder: Path, *, version: str = "02", temper: Temper = CALM) -> Bank:
    made = Bank("7", {"own": folder}, temper=temper)
    files = (BGMAX, NOTICE, STATEMENT)
    made.lived.accounts += [
        Account("own", "Granlunds Värmeservice AB", "5599000001", "SEK", IBAN, GIRO, files, version),
        Account("own", "Granlunds Värmeservice AB", "5599000001", "EUR", EURO, "", files, version),
    ]
    return made


def paid(number: int, amount: int, reference: str = "", text: str = "", payer: str = "Elin Åkerström", **more: str) -> Incoming:
    return Incoming(f"own/{number}", GIRO, "SEK", amount, reference, text, payer, **more)


def of_a_day(folder: Path, payments: Sequence[Incoming], *, version: str = "02") -> dict[str, BankFile]:
    """All the files of one banking day, by format; every one is read without a problem."""
    made = bank(folder, version=version)
    made.begin(DAY)
    made.receive(payments, DAY)
    made.tell(DAY)
    made.begin(NEXT)
    found = {}
    for path in sorted((folder / FROM_BANK).iterdir()):
        read = read_bank_file(path.read_bytes())
        assert (read.problems, read.control_totals_agree) == ((), True), path.name
        found.setdefault(f"{read.format} {read.deposits[0].currency if read.deposits else ''}".strip(), read)
    return found


@pytest.mark.parametrize("version", ["02", "08"])
def test_the_same_payments_come_in_three_formats(tmp_path: Path, version: str) -> None:
    payments = [
        paid(1, 1_250_00, "2026004187038", payer_account=bankgiro(chance(3)), payer_number="5599000019"),
        paid(2, 99, text="Faktura 20017, för mars", street="Storgatan 1", postcode="123 45", town="Örnvik"),
        paid(3, 1_250_00, "2026004187030"),
        Incoming("own/4", EURO, "EUR", 77_05, "2026004187038", payer="Norrsele Maskin AB"),
    ]
    files = of_a_day(tmp_path, payments, version=version)
    assert set(files) == {"bgmax SEK", "camt.054 SEK", "camt.054 EUR", "camt.053 SEK", "camt.053 EUR"}
    assert {files["camt.054 SEK"].version, files["camt.053 EUR"].version} == {version}
    for name in ("bgmax SEK", "camt.054 SEK", "camt.053 SEK"):
        (deposit,) = files[name].deposits
        assert (deposit.date, deposit.amount_minor, len(deposit.payments)) == (DAY, 2_500_99, 3)
        assert [p.reference for p in deposit.payments] == ["2026004187038", "", "2026004187030"]
        assert [p.texts for p in deposit.payments] == [(), ("Faktura 20017, för mars",), ()]
        assert {p.account or deposit.account for p in deposit.payments} == {GIRO}
        assert deposit.payments[0].payer_number == "5599000019" and deposit.payments[1].payer == "Elin Åkerström"
        assert len({p.serial for p in deposit.payments}) == 3
    serials = [[p.serial for p in files[name].deposits[0].payments] for name in ("bgmax SEK", "camt.054 SEK", "camt.053 SEK")]
    assert serials[0] == serials[1] == serials[2]
    assert files["bgmax SEK"].deposits[0].payments[0].reference_code == "2"
    assert [p.reference_code for p in files["bgmax SEK"].deposits[0].payments] == ["2", "0", "3"]
    for name in ("camt.054 EUR", "camt.053 EUR"):
        (deposit,) = files[name].deposits
        assert (deposit.account, deposit.amount_minor, deposit.payments[0].kind) == (EURO, 77_05, "payment")


def test_a_statement_comes_every_banking_day_and_goes_on_from_the_one_before(tmp_path: Path) -> None:
    made = bank(tmp_path)
    told = []
    for number, day in enumerate([date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 7), date(2026, 4, 8), date(2026, 4, 9)]):
        made.begin(day)
        if number % 2 == 0:
            made.receive([paid(number, 100_00 + number)], day)
        told += made.tell(day)
        assert made.begin(day) == []
    statements = sorted((tmp_path / FROM_BANK).glob(f"camt053_{IBAN}*"))
    assert [path.stem[-8:] for path in statements] == ["20260401", "20260402", "20260407", "20260408"]
    closings = [path.read_text().split("CLBD")[1].split("</Amt>")[0].rpartition(">")[2] for path in statements]
    openings = [path.read_text().split("OPBD")[1].split("</Amt>")[0].rpartition(">")[2] for path in statements]
    assert closings == ["100.00", "100.00", "200.02", "200.02"] and openings == ["0.00", *closings[:-1]]
    assert list(dict.fromkeys(told)) == ["own/0", "own/2", "own/4"]


def test_nothing_comes_on_a_day_when_banks_are_closed(tmp_path: Path) -> None:
    made = bank(tmp_path)
    made.begin(date(2026, 4, 2))
    for closed in (date(2026, 4, 3), date(2026, 4, 4), date(2026, 4, 5), date(2026, 4, 6)):
        assert made.begin(closed) == []
    assert list((tmp_path / FROM_BANK).iterdir()) == []


def test_a_file_that_is_late_comes_the_next_banking_day_and_is_told_then(tmp_path: Path) -> None:
    made = bank(tmp_path, temper=Temper(0, 0, 0, 0, late=1000))
    made.begin(date(2026, 4, 2))
    made.receive([paid(1, 50_00)], date(2026, 4, 2))
    assert made.tell(date(2026, 4, 2)) == [] and list((tmp_path / FROM_BANK).iterdir()) == []
    assert "own/1" in made.begin(date(2026, 4, 7))
    assert {path.name[:5] for path in (tmp_path / FROM_BANK).iterdir()} == {"BGMAX", "camt0"}


def test_money_for_an_account_of_another_bank_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        bank(tmp_path).receive([Incoming("own/1", "50501055", "SEK", 100)], DAY)


def _is_no_utf8(text: str) -> bool:
    """Signs whose bytes in ISO 8859-1 are by chance UTF-8 say something else to any reader of the file."""
    try:
        return text.encode("latin-1").decode("utf-8") == text
    except UnicodeDecodeError:
        return True


# Anything a payer may write in the field for a message, and a bank passes on.
_WORDS = st.text(
    st.characters(codec="latin-1", categories=("L", "N", "P", "S", "Zs"), exclude_characters="\u00a0"), max_size=120
).filter(_is_no_utf8)
_OCR = st.integers(1, 10**20).map(lambda n: f"{n}{luhn_digit(str(n))}")
_PAYMENTS = st.lists(
    st.tuples(st.integers(1, 10**11), st.one_of(st.just(""), _OCR, st.integers(1, 10**10).map(str)), _WORDS, _WORDS), min_size=1,
    max_size=12,
)  # fmt: skip


@given(rows=_PAYMENTS, version=st.sampled_from(["02", "08"]))
def test_whatever_is_paid_is_read_back_the_same_from_every_format(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str, str, str]], version: str
) -> None:
    payments = [paid(n, amount, ref, text, payer[:35]) for n, (amount, ref, text, payer) in enumerate(rows)]
    files = of_a_day(tmp_path_factory.mktemp("bank"), payments, version=version)
    for name in ("bgmax SEK", "camt.054 SEK", "camt.053 SEK"):
        read = files[name].deposits[0].payments
        assert [p.amount_minor for p in read] == [one.amount for one in payments]
        assert [p.reference for p in read] == [one.reference for one in payments]
        assert [_squeezed("".join(p.texts)) for p in read] == [_squeezed(one.text) for one in payments]
        assert sum(p.amount_minor for p in read) == files[name].deposits[0].amount_minor


def _squeezed(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable() and not sign.isspace())
