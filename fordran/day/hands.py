"""One process with two hands: while the server writes one piece of a step, Python judges another.

A piece is one transaction of one session, as always; the second hand is a thread with a session of its own, no other than a
second worker. Two hands keep two processors busy, the server's and Python's; a third would find none free.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from threading import Event, Thread

from django.db import connection, connections

from fordran.core.many import many_objects
from fordran.day.shards import Leased

TURNS_SECONDS = 0.001
"""How long a hand may keep Python to itself while the other has an answer of the server to take in."""


def work_off(lease: Callable[[], Leased | None], piece: Callable[[Leased], None], *, two_hands: bool) -> int:
    """Lease pieces and do them until there are none; how many there were. What goes wrong in a piece ends the hand it happened
    in, and is raised when the other has nothing left either.

    Inside a transaction (a click, a test) there is but one session, so one hand does it all.
    """
    stop, done, troubles = Event(), list[int](), list[BaseException]()

    def one_hand() -> None:
        while not stop.is_set() and (shard := lease()) is not None:
            done.append(shard.id)
            piece(shard)

    def other_hand() -> None:
        try:
            one_hand()
        except BaseException as error:
            troubles.append(error)
        finally:
            connections.close_all()  # those of this thread

    if not two_hands or connection.in_atomic_block:
        one_hand()
        return len(done)
    turns = sys.getswitchinterval()
    thread = Thread(target=other_hand, name="the other hand", daemon=True)
    with many_objects():  # here and not in each hand, or one would wake the collector while the other is at work
        sys.setswitchinterval(TURNS_SECONDS)
        try:
            thread.start()
            one_hand()
        except BaseException:
            stop.set()
            raise
        finally:
            thread.join()
            sys.setswitchinterval(turns)
    if troubles:
        raise troubles[0]
    return len(done)
