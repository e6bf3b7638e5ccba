"""A worker: takes one piece after another of the days that were left to workers, as long as it lives.

A waking from the queue makes it look at once; an idle loop makes it look every few seconds anyhow, and finds what was left
by workers that died. One piece at a time is in work, in one thread with one database session, whose end gives the piece
back at once. Told to stop, it finishes that piece.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.worker import Worker as Listener

from fordran.audit.trail import in_run, log
from fordran.cases.office import open_office
from fordran.creditors.models import Creditor
from fordran.day import shards, wake
from fordran.day.shards import Leased
from fordran.day.tidy import tidy
from fordran.day.work import plainly, work
from fordran.ports.post import LetterChannel

LOOK_EVERY_SECONDS = 5.0
TIDY_EVERY_LOOKS = 60
LISTEN_AGAIN_SECONDS = 5.0

T = TypeVar("T")
Say = Callable[[str], None]


class Worker:
    """`name` is shown on pages: no person's. Without `channels` it leaves the sending to others. `say` gets a line for each
    piece."""

    def __init__(self, name: str, channels: Mapping[str, LetterChannel] | None, say: Say) -> None:
        self.name, self.channels, self.say = name, channels, say
        self.done = self.failed = 0
        self._hand = ThreadPoolExecutor(1, "hand")  # the only one that touches Django's database session
        self._stopping = threading.Event()
        self._listener: Listener | None = None

    # ---- the work

    def take_one(self) -> bool:
        """Take a piece and do it; False when there was none, or the database does not answer."""
        if self._stopping.is_set():
            return False
        try:
            shard = shards.lease_any(self.name, sends=self.channels is not None)
            if shard is not None:
                with in_run(shard.creditor, shard.day, worker=self.name):
                    self._do(shard)
            return shard is not None
        except Exception as error:
            self.failed += 1
            self.say(f"{self.name}: {plainly(error)}")
            log.error("worker in trouble", exc_info=error)
            connection.close()  # if the session is broken the next look opens another; a lease of ours ends with it
            return False

    def _do(self, shard: Leased) -> None:
        what = f"{shard.day} creditor {shard.creditor}: {shard.step} {shard.number + 1}"
        try:
            counts = work(lambda: open_office(Creditor.objects.get(pk=shard.creditor)), shard, self.channels or {})
        except Exception as error:
            self.failed += 1
            self.say(f"{self.name}: {what} failed: {plainly(error)}")
            if not connection.is_usable():
                connection.close()
            return
        if counts is None:
            self.say(f"{self.name}: {what} was taken over or is to be taken again")
            return
        self.done += 1
        told = ", ".join(f"{value} {name}" for name, value in counts.items() if name != "problems" and value)
        self.say(f"{self.name}: {what} done{f': {told}' if told else ''}")
        for problem in counts.get("problems", []):
            self.say(f"{self.name}: {what}: {problem}")

    def work_off(self) -> None:
        """All there is to take."""
        while self.take_one():
            pass

    # ---- waiting for work

    def run(self, *, once: bool = False) -> None:
        """Until SIGTERM or Ctrl-C; `once`: until there is nothing to take. In the main thread."""
        try:
            asyncio.run(self._once() if once else self._forever())
        finally:
            self._hand.submit(lambda: connection.close()).result()
            self._hand.shutdown()

    async def _once(self) -> None:
        self._heed_signals()
        await self._by_hand(self.work_off)
        await self._by_hand(wake.forget_when_idle)
        await self._by_hand(self._tidy)

    async def _forever(self) -> None:
        self._heed_signals()
        looking = asyncio.create_task(self._look_now_and_then())
        while not self._stopping.is_set():
            try:
                await self._listen()
            except Exception as error:
                self.say(f"{self.name}: the queue does not answer, and work is looked for without it: {plainly(error)}")
                log.warning("queue does not answer", exc_info=error)
            await self._pause(LISTEN_AGAIN_SECONDS)
        await looking

    async def _look_now_and_then(self) -> None:
        looks = 0
        while not self._stopping.is_set():
            await self._by_hand(self.work_off)
            if looks % TIDY_EVERY_LOOKS == 0:
                await self._by_hand(self._tidy)
            looks += 1
            await self._pause(LOOK_EVERY_SECONDS)

    def _tidy(self) -> None:
        try:
            wake.forget_the_dead()
            tidy()
        except Exception as error:
            self.say(f"{self.name}: {plainly(error)}")
            connection.close()

    async def _listen(self) -> None:
        """Be woken by the queue, until told to stop or the queue breaks."""

        async def look() -> None:
            await self._by_hand(self.take_one)

        connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=3)
        async with wake.queue(connector, look).open_async() as app:
            self._listener = Listener(
                app, [wake.QUEUE], self.name, install_signal_handlers=False, delete_jobs="always",
                fetch_job_polling_interval=30.0,
            )  # fmt: skip
            if not self._stopping.is_set():
                await self._listener.run()

    # ---- stopping

    def _heed_signals(self) -> None:
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # its troubles are told by us, and the work goes on
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.stop)

    def stop(self) -> None:
        """After the piece in work."""
        self._stopping.set()
        if self._listener is not None:
            self._listener.stop()

    async def _by_hand(self, what: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._hand, what)

    async def _pause(self, seconds: float) -> None:
        """So long, or until told to stop."""
        for _ in range(int(seconds / 0.1)):
            if self._stopping.is_set():
                return
            await asyncio.sleep(0.1)
