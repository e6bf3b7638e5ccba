"""A reader of the ledger begins where it is proved to have been, and misses nothing that was under way meanwhile."""

from __future__ import annotations

from pathlib import Path

from django.db import connection

from fordran.books.make import make_vouchers
from fordran.books.models import Covered
from fordran.cases.office import open_office
from fordran.creditors.models import Creditor
from fordran.day.story import play
from fordran.day.story_file import read_story
from fordran.day.world import letter_channels
from fordran.ledger.looked_at import begin_to_look, note_looked
from fordran.ledger.models import LookedAt, Transfer
from tests.build import an_office, day

STORY = Path(__file__).resolve().parents[2] / "scenarios" / "part-payment-then-residual-claim.toml"


def transfer(creditor: Creditor, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO ledger_transfer (id, creditor_id, key, input_hash, "on", booked_on, debit, credit, case_number,
                   amount_minor, currency, reason, act, section, facts, payment_number)
               VALUES (%s, %s, %s, 'h', '2026-01-01', '2026-01-01', 'own_bank', 'suspense', 0, 1, 'SEK', 'payment_received',
                       '', '', '{}', 0)""",
            [number, creditor.pk, f"t {number}"],
        )


def all_have_ended() -> None:
    """As if every transaction of the last reading had been committed."""
    LookedAt.objects.update(seen_xid=0)


def test_a_place_is_believed_only_when_every_transaction_of_its_time_has_ended(db: None) -> None:
    creditor = an_office().creditor
    transfer(creditor, 1_000_010)
    look = begin_to_look(creditor.pk, "test")
    assert (look.after, look.proved) == (0, 0)
    note_looked(look)
    # One that was under way, with a lower id, has committed: this test's own transaction has not ended either.
    transfer(creditor, 1_000_005)
    look = begin_to_look(creditor.pk, "test")
    assert (look.after, look.proved) == (0, 0)
    note_looked(look)
    assert LookedAt.objects.get().noted == 1_000_010, "the first place is the one that is waited for"
    all_have_ended()
    look = begin_to_look(creditor.pk, "test")
    assert (look.after, look.proved) == (0, 1_000_010)  # read once more, and then never again
    note_looked(look)
    assert begin_to_look(creditor.pk, "test").after == 1_000_010


def test_what_waits_is_read_again_however_much_came_after_it(db: None) -> None:
    creditor = an_office().creditor
    for number in (1_000_001, 1_000_002, 1_000_003):
        transfer(creditor, number)
    for _ in range(3):
        note_looked(begin_to_look(creditor.pk, "test"), waits=1_000_002)
        all_have_ended()
    assert begin_to_look(creditor.pk, "test").after == 1_000_001
    for _ in range(2):
        note_looked(begin_to_look(creditor.pk, "test"))
        all_have_ended()
    assert begin_to_look(creditor.pk, "test").proved == 1_000_003


def test_vouchers_begin_where_they_were_and_every_transfer_is_covered_once(db: None, tmp_path: Path) -> None:
    def each_day(today: object) -> None:
        make_vouchers(open_office(Creditor.objects.get()), today)  # type: ignore[arg-type]
        all_have_ended()

    play(read_story(STORY.read_text("utf-8")), {"folder": letter_channels(str(tmp_path))["folder"]}, each_day)
    kept = LookedAt.objects.get(reader="vouchers")
    assert 0 < kept.upto <= (Transfer.objects.order_by("-id").values_list("id", flat=True)[0])
    covered = Covered.objects.count()
    LookedAt.objects.all().delete()
    made = make_vouchers(open_office(Creditor.objects.get()), day("2027-01-01"))
    assert (made.vouchers, made.transfers, Covered.objects.count()) == (0, 0, covered), "from the beginning nothing more is found"
