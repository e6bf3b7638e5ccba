"""No personal number lies in the clear, not even where it serves as customer number."""

from __future__ import annotations

import pytest

from fordran.cases.acts import exclude
from fordran.cases.office import Office
from fordran.countries.registry import COUNTRIES
from fordran.creditors.keys import stored_key
from fordran.db.bulk import run
from fordran.invoices.models import Customer
from fordran.invoices.receive import Picture, import_picture
from tests.build import an_item, an_office, day

NUMBER = "19640823-3234"


@pytest.fixture
def office(db: None) -> Office:
    return an_office()


def everything_stored() -> str:
    tables = [row[0] for row in run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return "\n".join(str(row) for table in tables for row in run(f'SELECT t::text FROM "{table}" t'))


def test_a_personal_number_as_customer_number_is_stored_as_a_hash(office: Office) -> None:
    item = an_item(customer_id=NUMBER, identity=NUMBER)
    import_picture(office.creditor, Picture([item], sha256="a"), on=day("2026-02-01"), country=office.country)
    exclude(office.creditor, level="customer", key="640823-3234", reason="test", by="kim", today=day("2026-02-01"))
    stored = everything_stored()
    assert "6408233234" not in stored.replace("-", "")
    assert Customer.objects.get().key == stored_key(NUMBER, COUNTRIES["SE"])


@pytest.mark.parametrize("key", ["1001", "556016-0680", "5560160680", "K-640823", "6408233235"])
def test_any_other_key_stays_as_it_is(key: str) -> None:
    assert stored_key(key, COUNTRIES["SE"]) == key


def test_the_same_number_in_any_spelling_is_the_same_customer() -> None:
    spellings = ("640823-3234", "6408233234", "19640823-3234", "196408233234")
    assert len({stored_key(spelling, COUNTRIES["SE"]) for spelling in spellings}) == 1
