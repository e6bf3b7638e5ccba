"""camt.053 and camt.054: every version by element names; booked entries only; parts, balances and summaries must agree."""

from __future__ import annotations

from datetime import date

import pytest

from fordran.formats.bank import BankFile, Part, Payment, read_bank_file
from tests.formats.bank import camt_by_hand as by_hand
from tests.formats.bank.camt_by_hand import account, balance, document, entry

VERSIONS = range(2, 14)


def accepted(content: bytes) -> BankFile:
    result = read_bank_file(content)
    assert result.problems == () and result.control_totals_agree
    return result


def refused(content: bytes) -> list[tuple[str, str]]:
    result = read_bank_file(content)
    assert result.problems and all(problem.message for problem in result.problems)
    return [(problem.record, problem.field) for problem in result.problems]


def payments(content: bytes) -> list[Payment]:
    return [payment for deposit in accepted(content).deposits for payment in deposit.payments]


def noted(content: bytes, part: str) -> None:
    assert any(part in note for note in accepted(content).notes), accepted(content).notes


def part(amount: str = "", *references: str, **more: object) -> by_hand.Part:
    return by_hand.Part(amount, references, **more)  # type: ignore[arg-type]


def summary(name: str, count: object = "", total: str = "") -> str:
    held = (f"<NbOfNtries>{count}</NbOfNtries>" if count != "" else "") + (f"<Sum>{total}</Sum>" if total else "")
    return f"<TxsSummry><{name}>{held}</{name}></TxsSummry>"


# ---- what it says -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["053", "054"])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_payment_reads_alike_in_every_version(version: int, kind: str) -> None:
    one = part("1234.50", "2026004187038", payer="Åsa Öberg", texts=["Tack  så mycket"], serial="S1")
    result = accepted(document(entry("1234.50", one, version=version), kind=kind, version=version))
    assert (result.format, result.version) == (f"camt.{kind}", f"{version:02d}")
    (deposit,) = result.deposits
    assert (deposit.account, deposit.currency, deposit.date) == (by_hand.IBAN, "SEK", date(2026, 10, 5))
    assert deposit.payments[0].as_dict() == {
        "kind": "payment", "amount_minor": 123_450, "currency": "SEK", "reference": "2026004187038", "references": [],
        "payer": "Åsa Öberg", "texts": ["Tack så mycket"],
    }  # fmt: skip
    assert deposit.payments[0].serial == "S1"


@pytest.mark.parametrize("namespace", ["", "urn:bank:own", "urn:iso:std:iso:20022:tech:xsd:camt.053.001.99"])
def test_the_names_of_the_elements_decide_and_not_the_namespace(namespace: str) -> None:
    content = document(entry("5", part("5", "1")), namespace=namespace)
    assert [one.amount_minor for one in payments(content)] == [500]
    noted(content, "unknown")


def test_a_prefix_on_every_element_and_an_envelope_around_it() -> None:
    content = document(entry("5", part("5", "17"))).decode().split("?>", 1)[1]
    prefixed = content.replace("</", "\0").replace("<", "<c:").replace("\0", "</c:").replace("xmlns=", "xmlns:c=")
    assert payments(f"<Envelope><Header/>{prefixed}</Envelope>".encode())[0].reference == "17"


def test_every_entry_is_a_deposit_with_its_parts() -> None:
    content = document(entry("10.00", part("4", "1"), part("6", "2"), serial="A"), entry("1.00", part("1", "3")))
    deposits = accepted(content).deposits
    assert [(d.number, d.amount_minor, [p.reference for p in d.payments]) for d in deposits] == [
        (1, 1_000, ["1", "2"]),
        (2, 100, ["3"]),
    ]
    assert deposits[0].serial == "A"


def test_an_entry_is_never_booked_beside_its_parts() -> None:
    content = document(entry("100.00", part("60", "1"), part("40", "2")))
    assert sum(payment.amount_minor for payment in payments(content)) == 10_000


def test_a_lone_part_without_amount_takes_the_entrys() -> None:
    assert payments(document(entry("100.00", part("", "1"))))[0].amount_minor == 10_000
    assert payments(document(entry("98.00", part("", "1", instructed="100.00"))))[0].amount_minor == 9_800


def test_parts_without_amounts_are_one_payment_with_hints() -> None:
    content = document(entry("100.00", part("", "1", payer="Bo"), part("", "2", "3", payer="Bo", texts=["hej"])))
    (whole,) = payments(content)
    assert (whole.amount_minor, whole.reference, whole.references) == (10_000, "", ("1", "2", "3"))
    assert (whole.payer, whole.texts) == ("Bo", ("hej",))
    noted(content, "shown whole")


def test_parts_in_another_currency_are_not_added_up() -> None:
    content = document(entry("100.00", part("9", "1", currency="EUR"), part("1", "2", currency="EUR")))
    assert [payment.amount_minor for payment in payments(content)] == [10_000]


def test_an_entry_without_details_has_its_own_text() -> None:
    content = document(entry("60.00", more="<AddtlNtryInf>Ränta</AddtlNtryInf>"))
    assert payments(content)[0].texts == ("Ränta",)
    batch = document(entry("60.00", batch="<Btch><NbOfTxs>3</NbOfTxs></Btch>", more="<AddtlNtryInf>Giro</AddtlNtryInf>"))
    assert payments(batch)[0].texts == ("Giro",)
    noted(batch, "without parts")


def test_several_references_are_all_told_once_and_invoice_numbers_after_them() -> None:
    one = part("9", "11", "22", "11", documents=[("F7", "RmtdAmt", "9")])
    (payment,) = payments(document(entry("9", one)))
    assert (payment.reference, payment.references) == ("11", ("22", "F7"))


def test_a_split_that_the_payer_states_with_a_credit_note() -> None:
    one = part("70", documents=[("F7", "RmtdAmt", "100.00"), ("K8", "CdtNoteAmt", "30.00")])
    content = document(entry("70", one))
    assert payments(content)[0].parts == (Part("F7", 10_000), Part("K8", -3_000))
    wrong = document(entry("71", part("71", documents=[("F7", "RmtdAmt", "100"), ("K8", "CdtNoteAmt", "30")])))
    assert payments(wrong)[0].parts == ()
    noted(wrong, "do not sum")


def test_a_debit_is_shown_as_such() -> None:
    (debit,) = payments(document(entry("12.00", part("12", texts=["Utbetalning"]), direction="DBIT")))
    assert (debit.kind, debit.amount_minor) == ("other_debit", -1_200)


def test_a_reversed_payment_is_a_reversal_out() -> None:
    (reversal,) = payments(document(entry("12.00", part("12", "1"), direction="DBIT", reversal=True)))
    assert (reversal.kind, reversal.amount_minor, reversal.reference) == ("reversal", -1_200, "1")


def test_a_reversed_debit_is_no_payment() -> None:
    (reversal,) = payments(document(entry("12.00", part("12"), reversal=True)))
    assert (reversal.kind, reversal.amount_minor) == ("reversal", 1_200)


def test_a_returned_payout_is_no_payment() -> None:
    one = part("12", more="<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")
    assert payments(document(entry("12.00", one)))[0].kind == "reversal"


def test_a_negative_part_of_a_credit_is_a_deduction() -> None:
    content = document(entry("7.00", part("10", "1"), part("3", "K", direction="DBIT")))
    assert [(p.kind, p.amount_minor) for p in payments(content)] == [("payment", 1_000), ("deduction", -300)]


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR"])
@pytest.mark.parametrize("version", [2, 8])
def test_what_is_not_booked_does_not_count(version: int, status: str) -> None:
    content = document(
        balance("OPBD", "0"), balance("CLBD", "5"),
        entry("9", part("9", "1"), status=status, version=version), entry("5", part("5", "2"), version=version),
        version=version,
    )  # fmt: skip
    assert [payment.reference for payment in payments(content)] == ["2"]
    noted(content, status)


def test_a_banks_own_word_for_booked() -> None:
    content = document(entry("5", part("5", "2"))).replace(b"<Cd>BOOK</Cd>", b"<Prtry>PAID</Prtry>")
    assert len(payments(content)) == 1
    noted(content, "PAID")


def test_the_account_of_a_bankgiro_loses_its_hyphen() -> None:
    content = document(entry("5", part("5", "2")), acct=account("5050-1055"))
    assert accepted(content).deposits[0].account == "50501055"
    noted(content, "hyphen")


def test_a_bankgiro_that_passes_money_on_to_the_account_is_kept_with_the_payment() -> None:
    more = "<RltdPties><CdtrAcct><Id><Othr><Id>5050-1055</Id></Othr></Id></CdtrAcct></RltdPties>"
    assert payments(document(entry("5", part("5", "2", more=more))))[0].account == "50501055"
    assert payments(document(entry("5", part("5", "2", more=more), direction="DBIT")))[0].account == ""


@pytest.mark.parametrize("name", ["Not available", "NOTPROVIDED"])
def test_a_name_that_says_there_is_none(name: str) -> None:
    assert payments(document(entry("5", part("5", payer=name))))[0].payer == ""


def test_days_with_a_time_and_without_a_booking_day() -> None:
    timed = document(entry("5")).replace(b"<Dt>2026-10-05</Dt></BookgDt>", b"<DtTm>2026-10-05T23:59:59+02:00</DtTm></BookgDt>")
    assert accepted(timed).deposits[0].date == date(2026, 10, 5)
    valued = document(entry("5")).replace(b"BookgDt>", b"ValDt>")
    assert accepted(valued).deposits[0].date == date(2026, 10, 5)
    noted(valued, "value day")


def test_zeros_in_front_and_other_currencies_are_noted() -> None:
    content = document(entry("5", part("5", "00000000000000001245", currency="EUR"), currency="EUR"))
    assert payments(content)[0].reference == "00000000000000001245"
    noted(content, "zeros")
    noted(content, "EUR")


def test_several_statements_of_several_accounts() -> None:
    first = document(entry("5", part("5", "1"))).decode()
    statement = first[first.index("<Stmt>") : first.index("</Stmt>") + 7]
    two = first.replace("</Stmt>", "</Stmt>" + statement.replace(by_hand.IBAN, "SE1850000000054910000049"))
    assert [(d.number, d.account[-2:]) for d in accepted(two.encode()).deposits] == [(1, "03"), (2, "49")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "iso-8859-1", "utf-16"])
def test_other_encodings_that_say_what_they_are(encoding: str) -> None:
    said = {"utf-8-sig": "UTF-8", "iso-8859-1": "ISO-8859-1", "utf-16": "UTF-16"}[encoding]
    content = document(entry("5", part("5", payer="Åsa"))).decode().replace("UTF-8", said).encode(encoding)
    assert payments(content)[0].payer == "Åsa"


# ---- refused ------------------------------------------------------------------------------------------------------------


def test_parts_that_do_not_sum_to_the_entry() -> None:
    content = document(entry("100.00", part("60", "1"), part("39.99", "2")))
    assert refused(content) == [("Ntry 1", "Amt")]
    assert not read_bank_file(content).control_totals_agree
    assert len(read_bank_file(content).deposits[0].payments) == 2
    assert refused(document(entry("100.00", part("99", "1")))) == [("Ntry 1", "Amt")]


def test_a_part_with_an_amount_that_is_none() -> None:
    content = document(entry("100", part("60", "1"), part("40", "2"))).replace(b">60<", b">6O<")
    assert ("Ntry 1 TxDtls 1", "Amt") in refused(content)


def test_a_part_without_amount_among_parts_with() -> None:
    assert ("Ntry 1 TxDtls 2", "Amt") in refused(document(entry("100", part("60", "1"), part("", "2"), part("40", "3"))))


@pytest.mark.parametrize(
    ("batch", "field"),
    [
        ("<Btch><NbOfTxs>3</NbOfTxs></Btch>", "Btch NbOfTxs"),
        ('<Btch><NbOfTxs>2</NbOfTxs><TtlAmt Ccy="SEK">101</TtlAmt></Btch>', "Btch TtlAmt"),
    ],
)
def test_a_batch_that_says_otherwise(batch: str, field: str) -> None:
    assert refused(document(entry("100", part("60", "1"), part("40", "2"), batch=batch))) == [("Ntry 1", field)]


def test_batches_of_one_entry_are_each_compared() -> None:
    def details(count: int, total: str, *amounts: str) -> str:
        parts = "".join(by_hand.part(part(amount, "1"), 8) for amount in amounts)
        return f'<NtryDtls><Btch><NbOfTxs>{count}</NbOfTxs><TtlAmt Ccy="SEK">{total}</TtlAmt></Btch>{parts}</NtryDtls>'

    right = document(entry("60", more=details(1, "10", "10") + details(2, "50", "20", "30")))
    assert [payment.amount_minor for payment in payments(right)] == [1_000, 2_000, 3_000]
    assert refused(document(entry("60", more=details(1, "10", "10") + details(2, "51", "20", "30"))))


def test_a_batch_in_another_currency_is_not_compared() -> None:
    batch = '<Btch><NbOfTxs>7</NbOfTxs><TtlAmt Ccy="CHF">6.30</TtlAmt></Btch>'
    noted(document(entry("100", part("60", "1"), part("40", "2"), batch=batch)), "not compared")


@pytest.mark.parametrize("opening", ["OPBD", "PRCD"])
def test_opening_and_entries_must_give_closing(opening: str) -> None:
    entries = [entry("100", part("100", "1")), entry("30", part("30"), direction="DBIT")]
    assert accepted(document(balance(opening, "200.50"), balance("CLBD", "270.50"), *entries))
    assert refused(document(balance(opening, "200.50"), balance("CLBD", "270.51"), *entries)) == [("Stmt 1", "Bal CLBD")]
    assert accepted(document(balance(opening, "10", direction="DBIT"), balance("CLBD", "60"), *entries))


def test_one_balance_alone_proves_nothing() -> None:
    assert accepted(document(balance("CLBD", "7"), entry("100")))
    noted(document(balance("OPBD", "7", currency="EUR"), balance("CLBD", "9"), entry("1")), "not compared")


def test_reversals_written_the_other_way_round_are_pointed_out() -> None:
    content = document(balance("OPBD", "0"), balance("CLBD", "10"), entry("10", direction="DBIT", reversal=True))
    assert refused(content) == [("Stmt 1", "Bal CLBD"), ("Stmt 1", "RvslInd")]


@pytest.mark.parametrize(
    ("name", "count", "total"), [("TtlNtries", 2, "130"), ("TtlCdtNtries", 1, "100"), ("TtlDbtNtries", 1, "30.00")]
)
def test_the_summary_must_agree(name: str, count: int, total: str) -> None:
    entries = [entry("100", part("100", "1")), entry("30", part("30"), direction="DBIT")]
    assert accepted(document(summary(name, count, total), *entries))
    assert refused(document(summary(name, count + 1), *entries)) == [("Stmt 1", name)]
    assert refused(document(summary(name, count, "129.99"), *entries)) == [("Stmt 1", name)]


def test_a_summary_may_count_what_is_not_booked_or_leave_it_out() -> None:
    entries = [entry("100", part("100", "1")), entry("30", part("30"), status="PDNG")]
    assert accepted(document(summary("TtlNtries", 2, "130"), *entries))
    assert accepted(document(summary("TtlNtries", 1, "100"), *entries))


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('<Amt Ccy="SEK">5</Amt><CdtDbtInd>', "<CdtDbtInd>", "Amt"),
        ('<Ntry><Amt Ccy="SEK">5<', '<Ntry><Amt Ccy="SEK">5,00<', "Amt"),
        ('<Ntry><Amt Ccy="SEK">5<', '<Ntry><Amt Ccy="SEK">-5<', "Amt"),
        ('<Ntry><Amt Ccy="SEK">5<', '<Ntry><Amt Ccy="SEK">5.001<', "Amt"),
        ('<Ntry><Amt Ccy="SEK">5<', '<Ntry><Amt Ccy="SEK"><', "Amt"),
        ('<Ntry><Amt Ccy="SEK">', "<Ntry><Amt>", "Amt Ccy"),
        ('<Ntry><Amt Ccy="SEK">', '<Ntry><Amt Ccy="kr">', "Amt Ccy"),
        ("<CdtDbtInd>CRDT</CdtDbtInd>", "", "CdtDbtInd"),
        ("CRDT", "C", "CdtDbtInd"),
        ("<Sts><Cd>BOOK</Cd></Sts>", "", "Sts"),
        ("<Sts><Cd>BOOK</Cd></Sts>", "<Sts><Cd>9OOK</Cd></Sts>", "Sts"),
        ("<Sts><Cd>BOOK</Cd></Sts>", "<Sts><Prtry>Väntar kanske</Prtry></Sts>", "Sts"),
        ("<BookgDt><Dt>2026-10-05</Dt></BookgDt>", "", "BookgDt"),
        ("<Dt>2026-10-05</Dt></BookgDt>", "<Dt>2026-02-30</Dt></BookgDt>", "BookgDt"),
        ("<Dt>2026-10-05</Dt></BookgDt>", "<Dt>5 oktober</Dt></BookgDt>", "BookgDt"),
        (account(), "", "Acct"),
        (account(), "<Acct><Id/></Acct>", "Acct"),
    ],
)
def test_a_compulsory_element_that_is_not_as_it_should(old: str, new: str, field: str) -> None:
    content = document(entry("5", part("", "1"))).decode()
    assert old in content
    assert field in [found for _, found in refused(content.replace(old, new, 1).encode())]


def test_trailing_zeros_are_no_decimals() -> None:
    assert payments(document(entry("5.10000", part("5.1", "1"))))[0].amount_minor == 510


@pytest.mark.parametrize("where", ["payer", "texts"])
def test_lost_characters(where: str) -> None:
    broken = part("5", **{where: "Pl\ufffdt" if where == "payer" else ["Pl\ufffdt"]})
    assert refused(document(entry("5", broken))) == [("Ntry 1 TxDtls 1", "text")]
    reference = document(entry("5", broken)).replace("\ufffd".encode(), b"&#xFFFD;")
    assert refused(reference) == [("Ntry 1 TxDtls 1", "text")]


def test_lost_characters_where_nobody_reads_them() -> None:
    assert read_bank_file(document(entry("5"), "<AddtlStmtInf>\ufffd</AddtlStmtInf>")).problems


def test_bytes_that_are_not_what_the_file_says() -> None:
    assert refused(document(entry("5", part("5", payer="Bo"))).replace(b"Bo", b"B\xf6"))


def test_a_file_cut_anywhere_is_refused() -> None:
    content = document(balance("OPBD", "0"), balance("CLBD", "15"), entry("10", part("4", "1"), part("6", "2")), entry("5"))
    for length in range(0, len(content.rstrip()) - 1, 7):
        result = read_bank_file(content[:length])
        assert result.problems and not result.control_totals_agree, length
    assert "stops early" in read_bank_file(content[: len(content) // 2]).problems[0].message


def test_what_was_read_before_a_file_broke_off_is_shown() -> None:
    content = document(entry("10", part("10", "1")), entry("15", part("4", "2"), part("5", "3"), part("6", "4")))
    cut = content[: content.index(b"<Ref>4")]
    result = read_bank_file(cut)
    assert [[p.reference for p in d.payments] for d in result.deposits] == [["1"], ["2", "3"]]
    assert sum(p.amount_minor for p in result.deposits[1].payments) == result.deposits[1].amount_minor


def test_no_statement_at_all() -> None:
    assert refused(b"<Document><BkToCstmrStmt><GrpHdr/></BkToCstmrStmt></Document>") == [("", "Stmt")]


def test_the_day_before_it_is_booked_is_refused_by_name() -> None:
    result = read_bank_file(document(entry("5")).replace(b"BkToCstmrStmt", b"BkToCstmrAcctRpt").replace(b"Stmt", b"Rpt"))
    assert "camt.052" in result.problems[0].message and result.deposits == ()


def test_elements_of_the_same_name_elsewhere_are_not_entries() -> None:
    inner = f"<SplmtryData><Envlp>{entry('99', part('99', 'X'))}</Envlp></SplmtryData>"
    assert [payment.amount_minor for payment in payments(document(entry("5", part("5", "1", more=inner))))] == [500]
