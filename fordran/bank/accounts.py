"""Whose an account is. The account in a bank's file says whose file it is."""

from __future__ import annotations

from collections.abc import Iterable

from fordran.creditors.models import Creditor, PayoutAccount


def plain_account(number: str) -> str:
    """For comparing: without blanks, hyphens and zeros in front; an IBAN in capitals."""
    return number.replace("-", "").replace(" ", "").upper().lstrip("0")


def owners(accounts: Iterable[str]) -> dict[str, list[Creditor]]:
    """The creditors that each account belongs to: those printed on their letters, further ones named in their settings, and
    in own collection also those where they want their money, which are their own. An account that nobody has is missing."""
    wanted = {plain_account(a): a for a in accounts if plain_account(a)}
    found: dict[str, list[Creditor]] = {}
    for creditor in Creditor.objects.order_by("id"):
        for number in (creditor.bankgiro, creditor.plusgiro, creditor.iban, creditor.swish, *creditor.more_accounts):
            _add(found, wanted, number, creditor)
    for payout in PayoutAccount.objects.filter(creditor__mode="own").select_related("creditor").order_by("id"):
        _add(found, wanted, payout.number, payout.creditor)
    return found


def _add(found: dict[str, list[Creditor]], wanted: dict[str, str], number: str, creditor: Creditor) -> None:
    account = wanted.get(plain_account(number)) if number else None
    if account is not None and creditor not in found.setdefault(account, []):
        found[account].append(creditor)
