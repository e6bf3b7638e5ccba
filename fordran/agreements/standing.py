"""How a creditor stands with its agreement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from fordran.agreements import documents
from fordran.agreements.models import Acceptance
from fordran.creditors.models import Creditor
from fordran.db.seals import unseal


@dataclass(frozen=True, slots=True)
class Standing:
    """`state`: none = no agreement is accepted here; to_sign = nothing else opens; signed; new_version = an earlier version is
    signed and holds, the new one should be signed by `last_day`. `by` is the signer's name, for those with a role only."""

    state: Literal["none", "to_sign", "signed", "new_version"]
    version: int = 0  # the one shown now
    signed_version: int = 0
    on: date | None = None
    at: datetime | None = None
    by: str = ""
    way: str = ""
    last_day: date | None = None


def is_locked(creditor: Creditor) -> bool:
    """True while a creditor that was registered on the pages has not accepted any version: then nothing else opens."""
    return creditor.signs_here and not Acceptance.objects.filter(creditor=creditor).exists()


def new_version(creditor: Creditor, today: date) -> Standing | None:
    """For the frame of every page: how it stands when a new version waits for a signature, else None. No statement is made
    while there is one version only, or where nothing is signed here."""
    if not creditor.signs_here or len(documents.texts(creditor.mode)) < 2:
        return None
    found = standing(creditor, today)
    return found if found.state == "new_version" else None


def standing(creditor: Creditor, today: date) -> Standing:
    """The creditor's rows must be visible. Raises Refused where there is no text of its kind."""
    return standings([creditor], today)[creditor.pk]


def standings(creditors: Iterable[Creditor], today: date) -> dict[int, Standing]:
    """Of several at once, by id, with one statement."""
    wanted = {one.pk: one for one in creditors}
    latest: dict[int, Acceptance] = {}
    for accepted in Acceptance.objects.filter(creditor__in=list(wanted)).select_related("signer").order_by("version", "pk"):
        if accepted.kind == wanted[accepted.creditor_id].mode:
            latest[accepted.creditor_id] = accepted
    return {pk: _standing(one, latest.get(pk), today) for pk, one in wanted.items()}


def _standing(creditor: Creditor, accepted: Acceptance | None, today: date) -> Standing:
    if accepted is None and not creditor.signs_here:
        return Standing("none")
    text = documents.current(creditor.mode, today)
    if accepted is None:
        return Standing("to_sign", text.version)
    newer = text.version > accepted.version
    return Standing(
        "new_version" if newer else "signed", text.version, accepted.version, accepted.on, accepted.at,
        unseal(accepted.signer.name_sealed, creditor.pk), accepted.way, text.last_day if newer else None,
    )  # fmt: skip
