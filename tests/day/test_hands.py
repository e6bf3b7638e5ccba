"""Two hands do what one does, and what goes wrong in either is told."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection

from fordran.day.hands import work_off
from fordran.day.shards import Leased


class Pieces:
    """Pieces that nobody has leased yet, as the table would give them out."""

    def __init__(self, number: int) -> None:
        self.waiting = [Leased(n, n, n, n, 1, 1, date(2026, 2, 4), "decide") for n in range(number)]
        self.done: list[tuple[int, str]] = []
        self.both_at_work = threading.Barrier(2, timeout=20)

    def lease(self) -> Leased | None:
        try:
            return self.waiting.pop(0)
        except IndexError:
            return None

    def piece(self, shard: Leased) -> None:
        if shard.id < 2:
            self.both_at_work.wait()  # passes only when two hands hold a piece at the same time
        self.done.append((shard.id, threading.current_thread().name))


def test_two_hands_work_at_the_same_time_and_each_piece_is_done_once() -> None:
    pieces = Pieces(20)
    assert work_off(pieces.lease, pieces.piece, two_hands=True) == 20
    assert sorted(number for number, _ in pieces.done) == list(range(20))
    assert len({name for _, name in pieces.done}) == 2


def test_one_hand_is_enough_where_one_is_asked_for() -> None:
    pieces = Pieces(0)
    pieces.waiting = Pieces(5).waiting[2:]
    assert work_off(pieces.lease, pieces.piece, two_hands=False) == 3
    assert {name for _, name in pieces.done} == {threading.current_thread().name}


def test_inside_a_transaction_there_is_one_hand(db: None) -> None:
    assert connection.in_atomic_block
    pieces = Pieces(0)
    pieces.waiting = Pieces(5).waiting[2:]
    work_off(pieces.lease, pieces.piece, two_hands=True)
    assert {name for _, name in pieces.done} == {threading.current_thread().name}


@pytest.mark.parametrize("hand", ["the other hand", threading.main_thread().name])
def test_what_goes_wrong_in_either_hand_is_raised_and_nothing_is_left_running(hand: str) -> None:
    pieces = Pieces(2)

    def piece(shard: Leased) -> None:
        pieces.both_at_work.wait()
        if threading.current_thread().name == hand:
            raise ValueError(hand)
        pieces.done.append((shard.id, threading.current_thread().name))

    with pytest.raises(ValueError, match=hand):
        work_off(pieces.lease, piece, two_hands=True)
    assert len(pieces.done) == 1
    assert not any(thread.name == "the other hand" for thread in threading.enumerate())
