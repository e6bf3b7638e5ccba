"""The world's one clock. It stands still until somebody sleeps or a day is lived; nothing here reads the machine's."""

from __future__ import annotations

import threading
from datetime import date, datetime, time, timedelta

BEGINNING = datetime(1970, 1, 1)  # noqa: DTZ001  seconds are counted from here, in UTC


class WorldClock:
    """`now` and `sleep` in seconds since 1970; `local` is what clocks on Swedish walls show, and what an ERP stamps."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()

    def now(self) -> float:
        with self._lock:
            return self._seconds

    def sleep(self, seconds: float) -> None:
        """Returns at once; `seconds` later it is. Less than nothing is nothing."""
        with self._lock:
            self._seconds += max(0.0, seconds)

    def local(self) -> datetime:
        return local_time(self.now())

    def not_before(self, on: date, at: time) -> None:
        """Go on to that time of that day, unless it is later already. Local time."""
        wanted = datetime.combine(on, at)
        with self._lock:
            missing = (wanted - local_time(self._seconds)).total_seconds()
            self._seconds += max(0.0, missing)


def local_time(seconds: float) -> datetime:
    utc = BEGINNING + timedelta(seconds=seconds)
    return utc + timedelta(hours=2 if _summer(utc) else 1)


def at_local(on: date, at: time) -> float:
    """Seconds since 1970 at that time of a day in Sweden; the night between two times takes the earlier."""
    wall = datetime.combine(on, at)
    utc = wall - timedelta(hours=1)
    return (utc - timedelta(hours=1 if _summer(utc - timedelta(hours=1)) else 0) - BEGINNING).total_seconds()


def _summer(utc: datetime) -> bool:
    """Between the last Sundays of March and October, at one o'clock UTC (directive 2000/84/EC)."""
    return _last_sunday(utc.year, 3) <= utc < _last_sunday(utc.year, 10)


def _last_sunday(year: int, month: int) -> datetime:
    last = date(year, month, 31)
    return datetime.combine(last - timedelta(days=(last.weekday() + 1) % 7), time(1))
