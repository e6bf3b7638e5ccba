"""How each company of the sandbox begins with Fordran: its settings, its ERP, its bank's folder. As a person would do it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from fordran.creditors.models import Creditor, PayoutAccount
from fordran.day.connecting import connect_and_try, connect_bank_and_try
from fordran.day.world import letter_channels
from fordran.payouts.terms import apply_settings, approve_account
from fordran.ports.post import LetterChannel
from fordran.sandbox.world.companies import Company, Numbers
from fordran.sandbox.world.serve import CLIENT, SECRET
from fordran.sandbox.world.world import Member

CLERK, SECOND = "maria.ek", "johan.berg"
"""Two people: what moves money out needs both."""

_SETTINGS = """
[creditor]
name = "{name}"
organisation_number = "{number}"
mode = "{mode}"
debt_description = "{debt}"
claim_kinds = ["goods_services"]
terms_agreed_from = 2015-01-01
due_agreed = true
interest_text = true
active = true
{agency}
[account]
bankgiro = "{bankgiro}"
iban = "{printed_iban}"
more = {more}

[[payout]]
kind = "bankgiro"
number = "{sales_bankgiro}"
preferred = true
{euro_payout}
[address.sender]
name = "{sender}"
street = "{street}"
postcode = "{postcode}"
town = "{town}"

[contact]
email = "fraga@{key}.example"
phone = "08-465 00 50"

[filter]
days = {days}
import_from = {import_from}
late_payment_compensation = {compensation}

[filter.limits.SEK]
min = 50
max = 500000
{euro_limits}
[[class]]
key = "STAMKUND"
days = 20
friendly_notice = true
"""
_PAYOUTS = """
[payouts]
schedule = "weekly"
weekday = "thursday"
minimum = {{ SEK = 100, EUR = 10 }}
dialect = "{dialect}"

[[payouts.from]]
currency = "SEK"
kind = "{from_kind}"
number = "{from_number}"
{euro_from}
"""
_PRICES = """
[[price]]
from = {first}
commission = 8
office_keeps = ["reminder", "demand"]
vat = 25

[[price]]
from = {later}
commission = 7.5
office_keeps = ["reminder", "demand", "interest"]
case_fee = 25
vat = 25
"""


def settings_of(company: Company, numbers: Numbers, first_day: date) -> str:
    """The company's settings file."""
    agency, euro = company.mode == "agency", bool(company.euro_files)
    text = _SETTINGS.format(
        name=company.name, number=numbers.organisation_number, mode=company.mode,
        debt=", ".join(company.character.things).capitalize(),
        agency=f'permit = "2025-0417"\npermit_until = 2035-12-31\noffice_name = "{company.office}"\n'
               f'office_number = "{numbers.office_number}"' if agency else "",
        bankgiro=numbers.bankgiro, printed_iban=numbers.euro_iban or numbers.iban, more=[numbers.iban] if euro else [],
        sales_bankgiro=numbers.sales_bankgiro, sender=company.office or company.name, street=company.place.street,
        postcode=company.place.postcode, town=company.place.town, key=company.key, days=6 if agency else 5,
        import_from=first_day - timedelta(days=60), compensation="true" if euro else "false",
        euro_payout=f'[[payout]]\nkind = "iban"\nnumber = "{numbers.sales_euro_iban}"' if euro else "",
        euro_limits="[filter.limits.EUR]\nmin = 10\nmax = 100000" if euro else "",
    )  # fmt: skip
    text += _PAYOUTS.format(
        dialect="bic" if euro else "common", from_kind="bankgiro", from_number=numbers.bankgiro,
        euro_from=f'[[payouts.from]]\ncurrency = "EUR"\nkind = "iban"\nnumber = "{numbers.euro_iban}"' if euro else "",
    )  # fmt: skip
    if agency:
        text += _PRICES.format(first=first_day, later=first_day + timedelta(days=180))
    return text


@dataclass(slots=True)
class Lodger:
    """A company of the world with its creditor in the database and the way its letters leave."""

    key: str
    member: Member
    creditor: Creditor
    channels: dict[str, LetterChannel]


def settle_in(
    company: Company, numbers: Numbers, erp: dict[str, Any], bank_folder: Path, first_day: date, more: str = ""
) -> Creditor:
    """Apply the settings (`more` = further tables of the file), approve the payout accounts, connect ERP and bank. Raises
    Refused."""
    creditor = apply_settings(settings_of(company, numbers, first_day) + more)
    for account in PayoutAccount.objects.filter(creditor=creditor).order_by("id"):
        approve_account(creditor, account.number, by=SECOND, today=first_day)
    connect_and_try(
        creditor, erp["kind"], erp["settings"], erp["secrets"], by=CLERK, today=first_day,
        switches=dict.fromkeys(("posts_payments", "posts_vouchers", "attaches_letters", "marks_cases"), True),
        case_url=f"http://localhost:8000/{creditor.organisation_number}/cases",
    )  # fmt: skip
    connect_bank_and_try(creditor, "folder", {"directory": str(bank_folder)}, {}, by=CLERK, today=first_day)
    creditor.refresh_from_db()
    return creditor


def erp_access(company: Company, numbers: Numbers, url: str, page_size: int) -> dict[str, Any]:
    """What a person would write down to connect the ERP that is served at `url`."""
    settings = {
        "tenant_id": numbers.tenant, "client_id": CLIENT, "base_url": url, "token_url": f"{url}/connect/token",
        "amounts": "plain_is_document", "page_size": page_size, "payment_method": "1",
    }  # fmt: skip
    return {"kind": company.erp, "settings": settings, "secrets": {"client_secret": SECRET}}


def letters_to(folder: Path) -> dict[str, LetterChannel]:
    """All letters go to the folder where the world's post fetches them."""
    return {"folder": letter_channels(str(folder))["folder"]}
