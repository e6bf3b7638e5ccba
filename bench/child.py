"""What is measured, one deed a process, so that its memory is its own: `python -m bench.child DEED DATABASE …`.

A child makes itself ready, says so, waits for the word, works, and answers with one line of JSON; some answer once more, of
the same asked again. Who starts it holds the watch.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.world import CUSTOMER, DAY, INVOICE, PAID, Size, customers, invoices, settings_text


def when_told() -> float:
    print("ready", flush=True)
    sys.stdin.readline()
    return time.perf_counter()


def answer(**found: Any) -> None:
    print(json.dumps(found | {"peak_mb": _peak_mb()}), flush=True)


def _peak_mb() -> int:
    """The most memory of this process. Not `ru_maxrss` where it can be had otherwise: on Linux a child inherits that figure
    from whoever started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def server_cpu(pid: int) -> float:
    """Seconds of processor that the server's process of our session has used; 0 where that cannot be seen."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def be_ready(database: str) -> None:
    os.environ["FORDRAN_DATABASE"] = database
    from fordran.config.start import ready

    ready("batch", migrate=False)


# ---- the world ---------------------------------------------------------------------------------------------------


def fill(database: str, wanted_invoices: str, wanted_customers: str, all_due: str) -> None:
    be_ready(database)
    from django.db import connection, transaction

    from fordran.creditors.apply import apply_profile
    from fordran.creditors.settings_file import read_settings
    from fordran.db.bulk import insert_many

    size = Size(int(wanted_invoices), int(wanted_customers), all_due == "True")
    creditor = apply_profile(read_settings(settings_text(size)))
    with transaction.atomic(), connection.cursor() as cursor:
        for table, columns, rows in (
            ("invoices_customer", CUSTOMER, customers(size, creditor.pk)),
            ("invoices_invoice", INVOICE, invoices(size, creditor.pk)),
        ):
            batch: list[tuple[Any, ...]] = []
            for row in rows:
                batch.append(row)
                if len(batch) == 20_000:
                    insert_many(cursor, table, columns, batch)
                    batch.clear()
            insert_many(cursor, table, columns, batch)


# ---- the product: a step of the day, cut into shards that any number of processes lease -----------------------------


class Watch:
    """Time and processor, ours and the server's, from one moment to another."""

    def __init__(self) -> None:
        self._then = self._now()

    def _now(self) -> tuple[float, float, float]:
        from fordran.db.bulk import run

        server = server_cpu(run("SELECT pg_backend_pid()")[0][0])
        return time.perf_counter(), time.process_time(), server

    def read(self) -> dict[str, float]:
        spent = (now - then for now, then in zip(self._now(), self._then, strict=True))
        return dict(zip(("seconds", "client_cpu", "server_cpu"), spent, strict=True))


def _step(database: str, step: str, number: str, hands: str) -> None:
    """What worker `number` does with one step of the day, with one hand or two (`fordran.day.hands`). The first writes down the
    pieces, and when it is alone it asks afterwards once more for the same step of the same day."""
    be_ready(database)
    from django.db import transaction

    from fordran.cases.office import open_office
    from fordran.creditors.models import Creditor
    from fordran.day import shards, steps
    from fordran.day.hands import work_off
    from fordran.db.bulk import run

    creditor = Creditor.objects.get()
    sessions: dict[int, float] = {}  # what the server spent for each, up to the end of its last piece
    rows: list[int] = []

    def piece(shard: shards.Leased) -> None:
        with transaction.atomic():
            done = steps.deed(office, shard)
            shards.finish(shard, done)
        rows.append(int(done.get("looked_at", 0)) + int(done.get("cases", 0)))
        own = run("SELECT pg_backend_pid()")[0][0]
        sessions[own] = server_cpu(own)

    def pieces() -> int:
        rows.clear()
        work_off(lambda: shards.lease(creditor.pk, DAY, step), piece, two_hands=hands == "2")
        return sum(rows)

    def spent(watch: Watch) -> dict[str, float]:
        own = run("SELECT pg_backend_pid()")[0][0]
        found = watch.read()
        return found | {"server_cpu": found["server_cpu"] + sum(cpu for session, cpu in sessions.items() if session != own)}

    when_told()
    watch = Watch()
    office = open_office(creditor)
    if number == "0":
        steps.lay_out(step, office, DAY)
    while not run("SELECT 1 FROM day_shard WHERE creditor_id = %s AND day = %s AND step = %s LIMIT 1", [creditor.pk, DAY, step]):
        time.sleep(0.005)
    answer(rows=pieces(), **spent(watch))
    watch = Watch()
    sessions.clear()
    if number == "0":
        steps.lay_out(step, office, DAY)
    answer(rows=pieces(), **spent(watch))


def choose(database: str, number: str = "0", hands: str = "1") -> None:
    _step(database, "choose", number, hands)


def advance(database: str, number: str = "0", hands: str = "1") -> None:
    _step(database, "decide", number, hands)


# ---- a bank file ---------------------------------------------------------------------------------------------------


def posted(database: str, file: str) -> None:
    """The letters have left, on their own day, and here is the bank file that pays them."""
    be_ready(database)
    from bench.payments import bgmax
    from fordran.db.bulk import run

    when_told()
    run("UPDATE letters_letter SET state = 'sent', approved_on = dated_on, sent_on = dated_on")
    run("UPDATE cases_step SET sent = true")
    letters = run("SELECT ocr, total_minor FROM letters_letter WHERE currency = 'SEK' ORDER BY id")
    if not letters:  # nothing has been sent yet: paid by the cases' own numbers
        letters = run("SELECT ocr, capital_minor FROM cases_case WHERE currency = 'SEK' ORDER BY id")
    with Path(file).open("w", encoding="iso-8859-1", newline="") as out:
        out.writelines(bgmax(letters))
    answer()


def match(database: str, file: str) -> None:
    """The file on disk -> read, stored, its money in suspense, its payments matched; then the same file again."""
    take, _ = _taker(database, file)
    when_told()
    watch = Watch()
    rows = take()
    answer(rows=rows, **watch.read())
    watch = Watch()
    answer(rows=take(), **watch.read())


def payments(database: str, file: str) -> None:
    """The same, a phase of its own, and then allocated and booked; the same file again."""
    take, settle = _taker(database, file)
    when_told()
    watch = Watch()
    rows = take()
    matched = watch.read() | {"peak_mb": _peak_mb()}
    settle()
    answer(rows=rows, **watch.read(), matched=matched)
    watch = Watch()
    rows = take()
    settle()
    answer(rows=rows, **watch.read())


def _taker(database: str, file: str) -> tuple[Callable[[], int], Callable[[], None]]:
    """What takes the file in and matches it, and what settles the payments."""
    be_ready(database)
    from django.db import transaction

    from fordran.cases.office import open_office
    from fordran.creditors.models import Creditor
    from fordran.formats.bank import Reading
    from fordran.settlement.find import find_cases
    from fordran.settlement.settle_new import settle_new
    from fordran.settlement.take_in import take_in

    office = open_office(Creditor.objects.get())

    def take() -> int:
        with Path(file).open("rb") as opened:
            taken = take_in(Reading(opened, "en"), name="bench.bgmax", on=PAID, by="bench", settle_at_most=0)
        if taken.known:
            return 0
        with transaction.atomic():
            find_cases(office, PAID)
        return taken.payments

    return take, lambda: settle_new(office, PAID)


# ---- the limit: the very rows that the product wrote, by COPY and one UPDATE ----------------------------------------


def _raw(database: str, deed: Callable[[Any], None]) -> None:
    import psycopg

    from fordran.db import connect

    info = connect.server()
    assert info is not None
    with psycopg.connect(**info.parameters("batch", database)) as connection:  # type: ignore[arg-type]
        began, cpu = when_told(), time.process_time()
        deed(connection)
        connection.commit()
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        answer(rows=0, seconds=seconds, client_cpu=cpu, server_cpu=server_cpu(connection.info.backend_pid))


def limit(database: str, folder: str) -> None:
    """Raw COPY of the rows kept in `folder` into an equal database. No thought, no reading: what the tables can take."""
    from bench.rows import put_back

    _raw(database, lambda connection: put_back(connection, Path(folder)))


def limit_of_match(database: str, folder: str) -> None:
    """Raw COPY of ready payments, and one join with the letters they name."""
    from bench.rows import put_back_and_join

    _raw(database, lambda connection: put_back_and_join(connection, Path(folder)))


# ---- letters ------------------------------------------------------------------------------------------------------


def letters(database: str, number: str) -> None:
    """Letters as the day makes them, from their rows, against Typst alone with the same sheet ready made and no code."""
    from bench.letters import measure

    be_ready(database)
    print("ready", flush=True)
    sys.stdin.readline()
    answer(**measure(int(number)))


DEEDS = {f.__name__: f for f in (fill, choose, advance, posted, match, payments, limit, limit_of_match, letters)}

if __name__ == "__main__":
    DEEDS[sys.argv[1]](*sys.argv[2:])
