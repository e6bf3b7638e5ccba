"""The switch: a company starts taking invoices when a person has read what that means, and stops without leaving running cases
behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F

from fordran.access import mail
from fordran.access.models import Seat
from fordran.audit.record import record_event
from fordran.cases.acts import stop_sending
from fordran.cases.models import Case
from fordran.creditors.history import record_change
from fordran.creditors.models import Creditor
from fordran.onboarding.kept_preview import is_fresh, latest, mark_read
from fordran.onboarding.models import Reckoning
from fordran.onboarding.steps import Missing, missing

PLACE = "switch"


@dataclass(frozen=True, slots=True)
class Switched:
    """`lacks`: what stands in the way, and nothing was changed. `clash`: somebody else has changed the company meanwhile."""

    done: bool = False
    lacks: tuple[Missing, ...] = ()
    clash: bool = False


UNREAD = Missing(
    "preview", "Förhandsgranskningen är inte läst.", "The preview has not been read.", "start-preview",
)  # fmt: skip
STALE = Missing(
    "preview", "Förhandsgranskningen gäller inte längre. Räkna om den och läs den igen.",
    "The preview does not hold any more. Reckon it again and read it.", "start-preview",
)  # fmt: skip


def stands_in_the_way(creditor: Creditor, today: date) -> tuple[Missing, ...]:
    """Everything that must be done before the switch, in the order of the steps; the preview last."""
    preview = latest(creditor)
    found = missing(creditor, today)
    if preview is None or preview.read_on is None:
        return (*found, UNREAD)
    return found if is_fresh(preview, creditor, today) else (*found, STALE)


@transaction.atomic
def switch_on(creditor: Creditor, *, digest: str, version: int, by: str, today: date, asks_first: bool = True) -> Switched:
    """Start taking invoices. `digest` is that of the preview which was shown beside the switch: what is approved is what was
    read. `asks_first`: the first letters wait for a person, as they do unless somebody says otherwise here."""
    locked = Creditor.objects.select_for_update().get(pk=creditor.pk)
    if locked.active:
        return Switched(done=True)
    if locked.version != version:
        return Switched(clash=True)
    lacks = stands_in_the_way(locked, today)
    preview = latest(locked)
    if not lacks and (preview is None or preview.digest != digest):
        lacks = (STALE,)
    if lacks:
        return Switched(lacks=lacks)
    assert preview is not None
    mark_read(preview, by, today)
    changed = {"active": True, "activated_on": today, "version": F("version") + 1}
    if not asks_first and locked.first_batch_approved_on is None:
        changed["first_batch_approved_on"] = today
    Creditor.objects.filter(pk=locked.pk).update(**changed)
    record_change(locked, today, by, PLACE, {"active": (False, True)})
    record_event(locked.pk, today, by, "switched on", locked.organisation_number, digest=preview.digest, asks_first=asks_first)
    return Switched(done=True)


@transaction.atomic
def switch_off(creditor: Creditor, *, version: int, by: str, today: date, stops_sending: bool = False) -> Switched:
    """Take no new invoices. Running cases go on; with `stops_sending` no letter leaves until somebody says so again."""
    locked = Creditor.objects.select_for_update().get(pk=creditor.pk)
    if not locked.active:
        return Switched(done=True)
    if locked.version != version:
        return Switched(clash=True)
    Creditor.objects.filter(pk=locked.pk).update(active=False, version=F("version") + 1)
    record_change(locked, today, by, PLACE, {"active": (True, False)})
    record_event(
        locked.pk, today, by, "switched off", locked.organisation_number, running=running(locked), stops_sending=stops_sending
    )
    if stops_sending and locked.sending_stopped_on is None:
        locked.refresh_from_db()
        stop_sending(locked, by=by, today=today)
    return Switched(done=True)


def running(creditor: Creditor) -> int:
    """Cases that go on when the switch is turned off."""
    return Case.objects.filter(creditor=creditor).exclude(stage="closed").count()


def preview_of(creditor: Creditor) -> Reckoning | None:
    """The preview that the switch approves."""
    found = latest(creditor)
    return found if found is not None and found.state == "done" else None


def tell_administrators(creditor: Creditor, *, on: bool, today: date) -> int:
    """A letter to each Customer Administrator, where e-mail is set up. How many left."""
    if not mail.can_send():
        return 0
    seats = Seat.objects.filter(organisation_id=creditor.organisation_id or 0, administrator=True).select_related("user")
    if on:
        subject = f"{creditor.name}: tjänsten är igång"
        lines = [
            f"Påminnelser och inkasso aktiverades för {creditor.name} {today}.",
            "Det första utskicket väntar tills någon har godkänt det, om inte annat valdes vid aktiveringen.",
        ]
    else:
        subject = f"{creditor.name}: tjänsten är avstängd"
        lines = [f"Påminnelser och inkasso stängdes av för {creditor.name} {today}.", "Pågående ärenden finns kvar i tjänsten."]
    return sum(mail.send(seat.user.email, subject, lines) for seat in seats.order_by("pk"))
