"""Who else may say yes to a payout account, and who is told of it by e-mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Q

from fordran.access.mail import send
from fordran.access.models import Seat
from fordran.creditors.models import Creditor, Membership, PayoutAccount


def signers(creditor: Creditor, today: date) -> list[User]:
    """The active people who may sign at the creditor today, by name of account."""
    holds = Q(until_on=None) | Q(until_on__gte=today)
    ids = {
        *Membership.objects.filter(holds, creditor=creditor, role="sign").values_list("user_id", flat=True),
        *Seat.objects.filter(holds, organisation_id=creditor.organisation_id or 0, reach="sign").values_list(
            "user_id", flat=True
        ),
    }
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("username"))


def is_alone(creditor: Creditor, username: str, today: date) -> bool:
    """True when nobody but this person may sign at the creditor today."""
    return all(user.username == username for user in signers(creditor, today))


def told_of(creditor: Creditor, row: PayoutAccount, today: date, *, also: Iterable[str] = ()) -> list[str]:
    """Addresses that hear of the account: who proposed it, everyone who may sign, `also` (names of accounts), the contact."""
    names = {row.proposed_by, row.approved_by, *also, *(user.username for user in signers(creditor, today))}
    found = list(User.objects.filter(username__in=names - {""}, is_active=True).values_list("email", flat=True))
    return sorted({address for address in (*found, creditor.contact_email) if address})


_SAID = {
    "proposed": (
        "Nytt utbetalningskonto väntar på godkännande", "{by} har föreslagit {account} som konto för {company}.",
        "Inga pengar går dit förrän en person till har godkänt det. Känner du inte igen det: avvisa det, och säg till {by}.",
        "A new payout account waits for approval", "{by} has proposed {account} as an account of {company}.",
        "No money goes there until a second person has approved it. If you do not know of it: reject it, and tell {by}.",
    ),
    "approved": (
        "Utbetalningskonto godkänt", "{by} har godkänt {account} som konto för {company}.",
        "Från och med nu går pengarna dit. Känner du inte igen det: föreslå det gamla kontot igen och stoppa utbetalningarna.",
        "A payout account was approved", "{by} has approved {account} as an account of {company}.",
        "From now on money goes there. If you do not know of it: propose the old account again and stop the payouts.",
    ),
    "rejected": (
        "Utbetalningskonto avvisat", "{by} har avvisat {account} som konto för {company}.",
        "Pengarna går dit de gick förut.",
        "A payout account was rejected", "{by} has rejected {account} as an account of {company}.",
        "Money goes where it went before.",
    ),
}  # fmt: skip


def tell(creditor: Creditor, row: PayoutAccount, what: str, *, by: str, today: date) -> int:
    """Write to everybody concerned that the account was proposed, approved or rejected. How many letters left; none where no
    server for e-mail is named. The account itself is told by its last four characters only: letters are read by others."""
    user = User.objects.filter(username=by).first()
    name = (user.get_full_name() if user else "") or by
    words = [
        said.format(by=name, account=f"…{row.number[-4:]}", company=creditor.name) for said in _SAID[what]
    ]  # fmt: skip
    lines = [words[1], words[2], "—", words[4], words[5]]
    return sum(send(to, f"{words[0]} / {words[3]}", lines) for to in told_of(creditor, row, today, also=[by]))
