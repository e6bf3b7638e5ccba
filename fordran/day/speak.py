"""Letters leave: approved first where a person must, by channel, each at most once. What we do not know to have left is
never sent again without a look-up or a person."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction

from fordran.audit.record import record_event
from fordran.audit.trail import in_run, log
from fordran.cases.office import Office, open_office
from fordran.cases.review import review_cases
from fordran.cases.void import lock_cases_of, lock_unsent, void_letters
from fordran.core.findings import Finding
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.day.before_sending import look_before_sending, not_learnt
from fordran.db.bulk import insert_many, run
from fordran.letters.as_parcel import parcel_of
from fordran.letters.models import Batch, Dispatch, Letter
from fordran.letters.render import render_many
from fordran.letters.store import from_json
from fordran.ports.errors import Ambiguous, PortError, Unavailable
from fordran.ports.post import LetterChannel, Parcel
from fordran.process.facts import StepKind

Channels = Mapping[str, LetterChannel]
Progress = Callable[[int], None]

UNUSUAL_TIMES = 2
UNUSUAL_FROM = 10
"""A day with more than twice the usual number of letters waits for a person; below ten letters nobody is asked."""

AT_A_TIME = 100
MOST_ATTEMPTS = 2
"""A letter is tried so often a day and channel; then it waits for tomorrow or a person, and the page says so."""


@dataclass(slots=True)
class Spoken:
    waiting: int = 0
    sent: int = 0
    failed: int = 0
    ambiguous: int = 0
    problems: list[str] = field(default_factory=list)


@transaction.atomic
def make_batch(office: Office, today: date) -> Batch | None:
    """The creditor's letters of today as one batch; None when there are none. Approves it where nobody needs to look."""
    count = Letter.objects.filter(creditor=office.creditor, dated_on=today, state__in=["composed", "approved", "sent"]).count()
    if count == 0:
        Batch.objects.filter(creditor=office.creditor, on=today, approved_on__isnull=True).delete()
        return None
    usual, why = _why_wait(office, today, count)
    batch, _ = Batch.objects.get_or_create(
        creditor=office.creditor, on=today, defaults={"letters": count, "usual": usual, "waits_because": why}
    )
    if batch.approved_on is None:
        Batch.objects.filter(pk=batch.pk).exclude(letters=count, waits_because=why).update(
            letters=count, usual=usual, waits_because=why
        )
        batch.refresh_from_db()
    if batch.approved_on is None and not batch.waits_because:
        _approve(office, batch, "fordran", today)
    elif batch.approved_on is not None:  # more came the same day: the person has seen the day's batch
        _approve_letters(office, batch.approved_by, today)
    return batch


def _why_wait(office: Office, today: date, count: int) -> tuple[int | None, str]:
    earlier = list(
        Batch.objects.filter(creditor=office.creditor, on__lt=today, approved_on__isnull=False)
        .order_by("-on")
        .values_list("letters", flat=True)[:20]
    )
    usual = round(sum(earlier) / len(earlier)) if earlier else None
    if office.creditor.first_batch_approved_on is None:
        return usual, "first_batch"
    if usual is not None and count >= UNUSUAL_FROM and count > UNUSUAL_TIMES * usual:
        return usual, "unusual_number"
    return usual, ""


def _approve(office: Office, batch: Batch, by: str, today: date) -> None:
    Batch.objects.filter(pk=batch.pk).update(approved_on=today, approved_by=by)
    _approve_letters(office, by, today)


def _approve_letters(office: Office, by: str, today: date) -> None:
    Letter.objects.filter(creditor=office.creditor, dated_on=today, state="composed").update(
        state="approved", approved_on=today, approved_by=by
    )


def waiting(creditor: Creditor) -> list[Letter]:
    """Letters composed and not yet let go, oldest first."""
    return list(Letter.objects.filter(creditor=creditor, state__in=["composed", "approved"]).order_by("dated_on", "id"))


def approve_batch(creditor: Creditor, *, by: str, today: date, channels: Channels | None = None) -> Spoken:
    """A person has looked: what waits may leave. Letters dated before today are made anew with today's date first, so that
    the debtor gets the whole lawful time. Raises Refused when nothing waits."""
    if channels is not None:
        look_before_sending(open_office(creditor), today)
    with transaction.atomic():
        Creditor.objects.select_for_update().get(pk=creditor.pk)
        creditor.refresh_from_db()
        office = open_office(creditor)
        if not waiting(creditor):
            raise Refused(f"no letter of {creditor.name} waits for approval")
        Creditor.objects.filter(pk=creditor.pk, first_batch_approved_on__isnull=True).update(first_batch_approved_on=today)
        creditor.refresh_from_db()
        redate(office, today)
        batch = make_batch(open_office(creditor), today)
        if batch is not None and batch.approved_on is None:
            _approve(office, batch, by, today)
        record_event(
            creditor.pk, today, by, "letters approved", creditor.organisation_number, letters=batch.letters if batch else 0
        )
    if channels is None:
        return Spoken()
    spoken = send_approved(office, today, channels)
    _look_again(office, today)
    return spoken


@transaction.atomic
def _look_again(office: Office, today: date) -> None:
    """Cases whose letter has just left wait for its last day, not for the letter."""
    rows = run(
        """SELECT DISTINCT c.id FROM cases_case c JOIN cases_step s ON s.case_id = c.id
           JOIN letters_letter l ON l.id = s.letter_id
           WHERE c.creditor_id = %s AND c.review_on = %s AND c.stage <> 'closed' AND l.sent_on = %s ORDER BY 1""",
        [office.creditor.pk, today, today],
    )
    review_cases(office, [row[0] for row in rows], today)


def redate(office: Office, today: date) -> list[int]:
    """Letters of an earlier day that never left are voided, and their cases decided again at once."""
    cases = void_stale(office, today, waiting_too=True)
    review_cases(office, cases, today)
    return cases


def void_stale(office: Office, today: date, *, waiting_too: bool = False) -> list[int]:
    """Void letters of an earlier day that never left. Their cases fall due today, to be decided together with whatever else
    the same debtors have due: what is ready the same day shares a letter and its cost.

    Letters of a batch that waits for a person are left as they are day by day, and made anew once, when it is approved
    (`waiting_too`); those of a day that was stopped before it asked anybody are made anew today."""
    stale = run(
        """SELECT l.id FROM letters_letter l WHERE l.creditor_id = %s AND l.state IN ('composed', 'approved')
             AND l.dated_on < %s AND NOT EXISTS (
                 SELECT 1 FROM letters_dispatch d WHERE d.letter_id = l.id AND d.state IN ('sending', 'sent', 'ambiguous'))
             AND (%s OR l.state = 'approved' OR NOT EXISTS (
                 SELECT 1 FROM letters_batch b WHERE b.creditor_id = l.creditor_id AND b."on" = l.dated_on
                 AND b.approved_on IS NULL AND b.waits_because <> ''))
           ORDER BY l.id""",
        [office.creditor.pk, today, waiting_too],
    )
    return void_letters(office, lock_unsent([row[0] for row in stale]), today)


def send_approved(office: Office, today: date, channels: Channels, progress: Progress | None = None) -> Spoken:
    """Send what is approved for today. Each letter: reserved and sending committed, then the world, then the answer.

    Nothing leaves while the day's bank file is missing or the ERP cannot be read: who has paid is not reminded
    (docs/adr/0031, 0252)."""
    spoken = Spoken()
    if not office.country.is_banking_day(today) or office.profile.sending_stopped:
        return spoken
    if (missing := not_learnt(office, today)) is not None:
        if Letter.objects.filter(creditor=office.creditor, state="approved", dated_on=today).exists():
            spoken.problems.append(f"{office.creditor.name}: {office.country.say(Finding(missing), 'en')}")
        return spoken
    with in_run(office.creditor.pk, today), _only_sender(office.creditor.pk):
        _finish_begun(office, today, channels, spoken)
        while begun := _begin(office, today, channels):
            _send(office, today, channels, begun, spoken)
            if progress:
                progress(len(begun))
    return spoken


@contextmanager
def _only_sender(creditor: int) -> Iterator[None]:
    """One process at a time sends for a creditor; another waits until that one is done, or gone: the lock ends with its
    database session. So an attempt that is found begun is one that was stopped, never one at work."""
    lock = "hashtextextended('letters of ' || %s::text, 0)"
    run(f"SELECT pg_advisory_lock({lock})", [creditor])
    try:
        yield
    finally:
        run(f"SELECT pg_advisory_unlock({lock})", [creditor])


@dataclass(frozen=True, slots=True)
class _Begun:
    dispatch: int
    letter: int
    channel: str
    key: str
    content: object
    email: str


def _begin(office: Office, today: date, channels: Channels) -> list[_Begun]:
    """Take up to AT_A_TIME approved letters and write down that we are about to send them."""
    creditor = office.creditor.pk
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.id, l.kind, l.content, u.email, u.protected FROM letters_letter l
               JOIN invoices_customer u ON u.id = l.customer_id
               WHERE l.creditor_id = %s AND l.state = 'approved' AND l.dated_on = %s
                 AND NOT EXISTS (SELECT 1 FROM letters_dispatch d WHERE d.letter_id = l.id
                                 AND (d.state IN ('reserved', 'sending', 'sent', 'ambiguous')
                                      OR (d.channel = 'folder' AND d.state = 'failed' AND d."on" = %s AND d.attempt > %s)))
               ORDER BY l.id LIMIT %s FOR UPDATE OF l SKIP LOCKED""",
            [creditor, today, today, MOST_ATTEMPTS, AT_A_TIME],
        )
        letters = cursor.fetchall()
        failed = dict(run(
            "SELECT letter_id, count(*) FROM letters_dispatch WHERE letter_id = ANY(%s) GROUP BY letter_id",
            [[row[0] for row in letters]],
        ))  # fmt: skip
        rows = []
        for letter, kind, _, email, protected in letters:
            for channel in _channels_for(office, kind, email, protected, channels, failed.get(letter, 0)):
                attempt = failed.get(letter, 0) + 1
                rows.append(
                    (creditor, letter, channel, f"letter {letter} {channel} {attempt}", attempt, "sending", today, "", "", "")
                )
        columns = ("creditor_id", "letter_id", "channel", "key", "attempt", "state", "on", "external_id", "error", "pdf_sha256")
        insert_many(cursor, "letters_dispatch", columns, rows)
        contents = {row[0]: (row[2], row[3]) for row in letters}
        found = run(
            """SELECT id, letter_id, channel, key FROM letters_dispatch
               WHERE letter_id = ANY(%s) AND state = 'sending' ORDER BY letter_id, id""",
            [[row[0] for row in letters]],
        )
    return [_Begun(d, letter, channel, key, *contents[letter]) for d, letter, channel, key in found]


def _channels_for(office: Office, kind: str, email: str, protected: bool, channels: Channels, failed: int) -> Sequence[str]:
    """E-mail carries notices and reminders where the creditor switched it on; a demand goes on paper, with a copy by e-mail.
    After a failed e-mail the letter goes on paper."""
    by_mail = office.profile.email_letters and "smtp" in channels and bool(email) and not protected
    if not by_mail or failed:
        return ("folder",)
    return ("folder", "smtp") if kind in ("demand", "residual") else ("smtp",)


def _send(office: Office, today: date, channels: Channels, begun: Sequence[_Begun], spoken: Spoken) -> None:
    parcels = [parcel_of(from_json(b.content), b.channel, b.email) for b in begun]
    answers: list[tuple[_Begun, str, str, str, str]] = []
    for b, parcel, pdf in zip(begun, parcels, render_many([p.content for p in parcels]), strict=True):
        answers.append((b, *_hand_over(channels[b.channel], parcel.with_pdf(pdf), b.key), hashlib.sha256(pdf).hexdigest()))
    _write_answers(office, today, channels, answers, spoken)


def _hand_over(channel: LetterChannel, parcel: Parcel, key: str) -> tuple[str, str, str]:
    """(state, external id, error) of one attempt."""
    try:
        receipt = channel.send(parcel, key)
    except Ambiguous as error:
        return "ambiguous", "", str(error)
    except PortError as error:
        return "failed", "", str(error)
    return receipt.status, receipt.external_id, receipt.note


def _finish_begun(office: Office, today: date, channels: Channels, spoken: Spoken) -> None:
    """Attempts that a stopped run had begun. A channel that knows every key it took gets today's letters once more under
    the same key; any other is asked, and what it cannot tell is ambiguous and waits for a person."""
    rows = run(
        """SELECT d.id, d.letter_id, d.channel, d.key, l.content, l.state = 'approved' AND l.dated_on = %s
           FROM letters_dispatch d JOIN letters_letter l ON l.id = d.letter_id
           WHERE d.creditor_id = %s AND d.state IN ('reserved', 'sending') ORDER BY d.id""",
        [today, office.creditor.pk],
    )
    again, answers = [], []
    for dispatch, letter, channel, key, content, still_good in rows:
        begun, way = _Begun(dispatch, letter, channel, key, content, ""), channels.get(channel)
        if still_good and way is not None and way.assumes_posted_same_day:
            again.append(begun)
        else:
            answers.append((begun, *_look_up(way, key), ""))
    _write_answers(office, today, channels, answers, spoken)
    _send(office, today, channels, again, spoken)


def _look_up(channel: LetterChannel | None, key: str) -> tuple[str, str, str]:
    if channel is None:
        return "ambiguous", "", "the channel is not set up any more"
    try:
        receipt = channel.look_up(key)
    except (Ambiguous, Unavailable) as error:
        return "ambiguous", "", str(error)
    if receipt is not None:
        return receipt.status, receipt.external_id, receipt.note
    if channel.assumes_posted_same_day:  # such a channel knows every key it took: this one never arrived
        return "failed", "", "stopped before it was handed over"
    return "ambiguous", "", "stopped while it was being sent"


def _write_answers(
    office: Office, today: date, channels: Channels, answers: Sequence[tuple[_Begun, str, str, str, str]], spoken: Spoken
) -> None:
    if not answers:
        return
    letters = sorted({a[0].letter for a in answers})
    with transaction.atomic(), connection.cursor() as cursor:
        lock_cases_of(letters)
        cursor.execute(
            """UPDATE letters_dispatch d SET state = v.state, external_id = v.external, error = v.error, pdf_sha256 = v.sha
               FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[]) AS v (id, state, external, error, sha)
               WHERE d.id = v.id""",
            [[a[0].dispatch for a in answers], *([a[n] for a in answers] for n in (1, 2, 3, 4))],
        )
        cursor.execute(
            """UPDATE letters_letter SET state = 'sent', sent_on = dated_on WHERE id = ANY(%s) AND state = 'approved'
               AND EXISTS (SELECT 1 FROM letters_dispatch d WHERE d.letter_id = letters_letter.id AND d.state = 'sent')
               RETURNING id, dated_on""",
            [letters],
        )
        sent = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            """UPDATE cases_step s SET sent = true FROM letters_letter l WHERE l.id = s.letter_id AND s.letter_id = ANY(%s)
               RETURNING s.case_id""",
            [sent],
        )
        cases = sorted({row[0] for row in cursor.fetchall()})
        cursor.execute("UPDATE cases_case SET review_on = %s WHERE id = ANY(%s) AND stage <> 'closed'", [today, cases])
    spoken.sent += len(sent)
    for begun, state, _, error, _ in answers:
        log.info("letter handed over", letter=begun.letter, channel=begun.channel, state=state)
        if state in ("failed", "ambiguous"):
            setattr(spoken, state, getattr(spoken, state) + 1)
            spoken.problems.append(f"letter {begun.letter} by {begun.channel}: {error}")


@transaction.atomic
def correct_sent_on(
    creditor: Creditor, letter_ids: Sequence[int], on: date, *, by: str, today: date
) -> tuple[list[int], list[int]]:
    """The letters were really posted on `on`. Each wait counts from there; one posted later than its date allows the lawful
    time is voided with its cost and made anew. (corrected, voided) letter ids. Raises Refused."""
    office = open_office(creditor)
    lock_cases_of(letter_ids)
    letters = list(Letter.objects.select_for_update().filter(creditor=creditor, pk__in=letter_ids).order_by("id"))
    unknown = set(letter_ids) - {letter.pk for letter in letters}
    if unknown:
        raise Refused(f"there is no letter {sorted(unknown)[0]} of {creditor.name}", field="ID")
    late: list[int] = []
    fine: list[int] = []
    for letter in letters:
        if letter.state != "sent":
            raise Refused(f"letter {letter.number} is {letter.state}, not sent", field="ID", record=letter.number)
        if on < letter.dated_on:
            raise Refused(f"letter {letter.number} is dated {letter.dated_on}; it cannot have been posted before", field="--on")
        least = _least_last_day(office, letter, on)
        (late if letter.last_day is not None and letter.last_day < least else fine).append(letter.pk)
    Letter.objects.filter(pk__in=fine).update(sent_on=on)
    run('UPDATE cases_step SET "on" = %s WHERE letter_id = ANY(%s) AND voided_on IS NULL', [on, fine])
    rows = run("SELECT DISTINCT case_id FROM cases_step WHERE letter_id = ANY(%s) AND voided_on IS NULL ORDER BY 1", [fine])
    cases = sorted({*(row[0] for row in rows), *void_letters(office, late, today)})
    record_event(creditor.pk, today, by, "posting day corrected", "", posted=on, letters=len(letters), voided=len(late))
    review_cases(office, cases, today)
    return fine, late


def _least_last_day(office: Office, letter: Letter, on: date) -> date:
    """The earliest last day that the law, not the creditor's own generosity, asks for a letter posted on `on`."""
    if letter.kind not in list(StepKind):
        return letter.last_day or on
    kind = StepKind(letter.kind)
    days = 0 if kind == StepKind.DEMAND else office.country.policy_least["pay_days"][0]
    return office.country.last_day_to_pay(kind, on, days)


@transaction.atomic
def resolve_ambiguous(dispatch: Dispatch, *, left: bool, by: str, today: date) -> None:
    """A person has found out whether an ambiguous letter left."""
    if dispatch.state != "ambiguous":
        raise Refused(f"the dispatch is {dispatch.state}, not ambiguous", field="ID")
    Dispatch.objects.filter(pk=dispatch.pk).update(state="sent" if left else "failed", error=f"found out by {by}")
    if left:
        Letter.objects.filter(pk=dispatch.letter_id, state="approved").update(state="sent", sent_on=dispatch.on)
        run("UPDATE cases_step SET sent = true WHERE letter_id = %s AND voided_on IS NULL", [dispatch.letter_id])
    run(
        """UPDATE cases_case SET review_on = %s
           WHERE id IN (SELECT case_id FROM cases_step WHERE letter_id = %s) AND stage <> 'closed'""",
        [today, dispatch.letter_id],
    )
    record_event(dispatch.creditor_id, today, by, "ambiguous letter resolved", str(dispatch.letter_id), left=left)
