"""Where money may go: bankgiro, plusgiro, a Swedish bank account, an IBAN. Read as people write them, kept as digits.

Bankgiro has 7 or 8 digits and plusgiro 2 to 8, both with a check digit (modulus 10). A bank account is a clearing number of
four digits and the account; Swedbank's 8xxx may carry a fifth digit, the check digit of the clearing number (8327-9). Account
numbers have check digits of several kinds and some real ones fail them, so they are not checked beyond their length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fordran.core.checkdigits import luhn_holds
from fordran.core.problems import Refused

KINDS = ("bankgiro", "plusgiro", "account", "iban")


@dataclass(frozen=True, slots=True)
class Payee:
    """`kind` is one of KINDS. `number`: digits; an IBAN in capitals; an account as `clearing-number`."""

    kind: str
    number: str

    @property
    def clearing(self) -> str:
        """The four digits by which banks know each other; of an account only."""
        return self.number.partition("-")[0][:4]

    @property
    def bban(self) -> str:
        """The account without its clearing number. Swedbank's fifth digit goes before it: 8327-9 123456789 is 9123456789."""
        clearing, _, account = self.number.partition("-")
        return clearing[4:] + account


def read_payee(kind: str, text: str) -> Payee:
    """The account as a person or a file wrote it. Raises Refused with one sentence that says what to write."""
    if kind not in KINDS:
        raise Refused(f"{kind!r} is no kind of account; there are {', '.join(KINDS)}", field="kind")
    compact = re.sub(r"[\s.]", "", text).upper()
    if kind == "iban":
        return Payee(kind, _iban(compact, text))
    if kind == "account":
        return Payee(kind, _account(text))
    digits = compact.replace("-", "")
    least, most = (7, 8) if kind == "bankgiro" else (2, 8)
    if not re.fullmatch(r"[0-9]+", digits) or not least <= len(digits) <= most or not luhn_holds(digits):
        raise Refused(f"{text!r} is not a {kind} number: the last digit is a check digit; check every digit", field=kind)
    return Payee(kind, digits)


def _iban(compact: str, text: str) -> str:
    wrong = Refused(f"{text!r} is not an IBAN; check every character", field="iban")
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}", compact) or (compact[:2] == "SE" and len(compact) != 24):
        raise wrong
    turned = compact[4:] + compact[:4]
    if int("".join(str(int(c, 36)) for c in turned)) % 97 != 1:
        raise wrong
    return compact


def _account(text: str) -> str:
    """`8327-9, 123 456 789-0` -> `83279-1234567890`: the clearing number, with Swedbank's fifth digit where it is written."""
    found = re.fullmatch(r"([0-9]{4})(?:-?([0-9])(?=[\s,-]+[0-9]))?[\s,-]*([0-9][0-9\s-]*)", text.strip())
    account = re.sub(r"[^0-9]", "", found[3]) if found else ""
    fifth = (found[2] or "") if found else ""
    if found is None or not 2 <= len(account) <= 10:
        raise Refused(
            f"{text!r} is not a bank account: write the clearing number, a comma and the account, such as 6112, 123 456 789",
            field="account",
        )
    if fifth and not (found[1].startswith("8") and luhn_holds(found[1] + fifth)):
        raise Refused(f"the clearing number {found[1]}-{fifth} is not right; check its five digits", field="account")
    return f"{found[1]}{fifth}-{account}"


def shown(payee: Payee) -> str:
    """As people write it: 5050-1055, 12 34 56-7, 6112, 123456789, IBAN in fours."""
    number = payee.number
    if payee.kind == "bankgiro":
        return f"{number[:-4]}-{number[-4:]}"
    if payee.kind == "plusgiro":
        head = number[:-1]
        pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
        return f"{' '.join(pairs)}-{number[-1]}"
    if payee.kind == "account":
        clearing, _, account = number.partition("-")
        return f"{clearing[:4]}{'-' + clearing[4:] if len(clearing) > 4 else ''}, {account}"
    return " ".join(number[n : n + 4] for n in range(0, len(number), 4))
