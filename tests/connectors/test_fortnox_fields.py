"""Every field that is read from Fortnox or written to it, and every parameter, against the specification's names and types."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fordran.connectors.fortnox import customers, items, payments, vouchers
from fordran.ports.erp import PaidItem, PaymentPosting
from tests.connectors.erp_contract import VOUCHER
from tests.connectors.erp_surroundings import pages
from tests.connectors.test_fortnox_contract import FortnoxStage, fortnox_stage

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = Path(os.environ.get("FORDRAN_REFERENCE", ROOT.parent / "shared" / "reference")) / "fortnox-v3-receivables.json"


@pytest.fixture
def known() -> dict[str, Any]:
    if not REFERENCE.exists():
        pytest.skip("the reference of Fortnox's fields is not on this machine")
    found: dict[str, Any] = json.loads(REFERENCE.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def stage() -> Iterator[FortnoxStage]:
    yield from fortnox_stage()


def read_in(module: Any) -> set[str]:
    """Names of Fortnox's fields that stand in the module's code: its only texts in PascalCase beside a comma or bracket. What is
    all capitals is a value, but for the few fields that are called so."""
    source = Path(module.__file__).read_text(encoding="utf-8")
    names = set(re.findall(r'(?:\(|, |get\(|\{)"([A-Z][A-Za-z]+\d?)"', source)) - {"InvoicePayments", "Vouchers"}
    return {name for name in names if not name.isupper() or name in ("OCR", "BG", "PG", "IBAN")}


@pytest.mark.parametrize(
    ("module", "resources"),
    [
        (items, ("Invoice",)),
        (customers, ("Customer", "CompanyInformation", "CompanySettings")),
        (payments, ("InvoicePayment", "Invoice", "WriteOff")),
        (vouchers, ("Voucher", "VoucherRow")),
    ],
)
def test_each_field_that_is_read_exists(known: dict[str, Any], module: Any, resources: tuple[str, ...]) -> None:
    names = read_in(module)
    assert len(names) >= 3
    allowed = {name for resource in resources for name in known[resource]} | set(resources) | {"Id"}  # of a label
    assert sorted(names - allowed) == []


def test_what_is_written_are_fields_that_may_be_written(known: dict[str, Any], stage: FortnoxStage) -> None:
    stage.invoice("20001")
    sent: dict[str, dict[str, Any]] = {}
    write = stage.erp.wire.write

    def kept(method: str, path: str, body: dict[str, Any]) -> Any:
        sent[f"{method} {path.split('/')[2]}"] = body
        return write(method, path, body)

    stage.erp.wire.write = kept
    stage.erp.do(PaymentPosting("P1", "1001", "SEK", date(2026, 11, 17), "1930", (PaidItem("20001", "", 1_050),)))
    stage.erp.do(VOUCHER)
    payment, voucher = sent["POST invoicepayments"]["InvoicePayment"], sent["POST vouchers"]["Voucher"]
    assert payment["InvoiceNumber"] == 20001 and str(payment["Amount"]) == "10.50" and payment["PaymentDate"] == "2026-11-17"
    for body, resource in ((payment, "InvoicePayment"), (voucher, "Voucher"), (voucher["VoucherRows"][0], "VoucherRow")):
        assert [name for name in body if "read-only" in known[resource].get(name, "read-only")] == []


def test_each_parameter_and_filter_exists(known: dict[str, Any], stage: FortnoxStage) -> None:
    stage.invoice("20001")
    _, since = stage.first_load()
    stage.changed(since)
    stage.open()
    list(pages(stage.erp.open_items))
    asked = [seen.line.partition("?")[2] for seen in stage.server.requests if seen.line.startswith("GET /3/invoices?")]
    names = {pair.partition("=")[0] for line in asked for pair in line.split("&")}
    everywhere = {"limit", "offset", "sortorder", "lastmodified"}
    assert names - everywhere <= {name.lower() for name in known["InvoiceSearch"]}
    filters = {pair.partition("=")[2] for line in asked for pair in line.split("&") if pair.startswith("filter=")}
    assert filters == {"unpaid"} <= set(known["invoice_filter"])
    assert re.search(r"lastmodified=\d{4}-\d\d-\d\d(%20|\+)\d\d(%3A|:)\d\d(&|$)", "\n".join(asked))
