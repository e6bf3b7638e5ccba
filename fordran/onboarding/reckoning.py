"""What is reckoned beforehand: asked for, made once whoever makes it, and seen to have stopped when its maker is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fordran.audit.trail import log
from fordran.db.bulk import run
from fordran.onboarding import kept_preview, last_year
from fordran.onboarding.models import Reckoning

_LOCK = "hashtextextended('reckoning ' || %s::text, 0)"

STARTS_WITHIN_SECONDS = 30
"""A maker that has not begun by then is not coming."""


def make(row: Reckoning) -> Reckoning:
    """Make what was asked for, telling the row how far it has come. Not inside a transaction."""
    maker: Callable[..., Reckoning] = kept_preview.reckon if row.kind == "preview" else last_year.reckon
    with _only_maker(row.pk):
        try:
            return maker(row, lambda share: _say(row, share))
        except Exception as error:
            log.error("reckoning failed", exc_info=error)
            kept_preview.fail(row)
            raise


def make_here(row: Reckoning) -> Reckoning:
    """The same inside the caller's transaction, for what is small."""
    maker: Callable[..., Reckoning] = kept_preview.reckon if row.kind == "preview" else last_year.reckon
    return maker(row)


def _say(row: Reckoning, share: int) -> None:
    Reckoning.objects.filter(pk=row.pk, state="waiting").update(share=share)


@contextmanager
def _only_maker(number: int) -> Iterator[None]:
    run(f"SELECT pg_advisory_lock({_LOCK})", [number])
    try:
        yield
    finally:
        run(f"SELECT pg_advisory_unlock({_LOCK})", [number])


def is_under_way(row: Reckoning) -> bool:
    """False when it is done, and when nobody makes it any more. Inside a transaction."""
    if row.state != "waiting":
        return False
    made, late = run(
        """SELECT pg_try_advisory_xact_lock_shared(hashtextextended('reckoning ' || id::text, 0)),
                  made_at < now() - make_interval(secs => %s) FROM onboarding_reckoning WHERE id = %s""",
        [STARTS_WITHIN_SECONDS, row.pk],
    )[0]
    return not made or not late
