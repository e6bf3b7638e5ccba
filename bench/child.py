"""What is measured, one deed a process, so that its memory is its own: `python -m bench.child DEED DATABASE …`.

A child makes itself ready, says so, waits for the word, works, and answers with one line of JSON. Who starts it holds the
watch.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
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


def _ready(database: str) -> None:
    os.environ["FORDRAN_DATABASE"] = database
    from fordran.config.start import ready

    ready("batch", migrate=False)


# ---- the world ---------------------------------------------------------------------------------------------------


def fill(database: str, wanted_invoices: str, wanted_customers: str, all_due: str) -> None:
    _ready(database)
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


def _step(database: str, step: str, deed: Callable[[Any, Any], int], plan: Callable[[Any], Sequence[tuple[int, int]]]) -> None:
    """What a worker does with one step of the day."""
    _ready(database)
    from django.db import transaction

    import fordran.cases.choose
    import fordran.cases.review  # noqa: F401  (loaded before the watch starts)
    from fordran.cases.office import open_office
    from fordran.creditors.models import Creditor
    from fordran.day import shards
    from fordran.db.bulk import run

    creditor = Creditor.objects.get()
    began = when_told()
    cpu = time.process_time()
    office = open_office(creditor)
    shards.plan(creditor.pk, DAY, step, shards.cut(plan(office)), "bench")
    rows = 0
    while (shard := shards.lease(creditor.pk, DAY, step)) is not None:
        with transaction.atomic():
            done = deed(office, shard)
            shards.finish(shard, {"rows": done})
        rows += done
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    server = server_cpu(run("SELECT pg_backend_pid()")[0][0])
    answer(rows=rows, seconds=seconds, client_cpu=cpu, server_cpu=server)


def choose(database: str) -> None:
    def plan(office: Any) -> Sequence[tuple[int, int]]:
        from fordran.db.bulk import run

        return run(
            """SELECT i.customer_id, count(*) FROM invoices_invoice i WHERE i.creditor_id = %s AND i.kind = 'invoice'
               AND i.open_minor > 0 AND i.due_on < %s AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = i.id)
               GROUP BY i.customer_id ORDER BY i.customer_id""",
            [office.creditor.pk, DAY],
        )

    def deed(office: Any, shard: Any) -> int:
        from fordran.cases.choose import choose_invoices

        return choose_invoices(office, DAY, shard.first, shard.last).looked_at

    _step(database, "choose", deed, plan)


def advance(database: str) -> None:
    def plan(office: Any) -> Sequence[tuple[int, int]]:
        from fordran.db.bulk import run

        return run(
            """SELECT customer_id, count(*) FROM cases_case WHERE creditor_id = %s AND review_on <= %s
               GROUP BY customer_id ORDER BY customer_id""",
            [office.creditor.pk, DAY],
        )

    def deed(office: Any, shard: Any) -> int:
        from fordran.cases.load import due_cases
        from fordran.cases.review import review_cases

        ids = due_cases(office.creditor.pk, DAY, shard.first, shard.last)
        return review_cases(office, ids, DAY).cases

    _step(database, "decide", deed, plan)


# ---- a bank file ---------------------------------------------------------------------------------------------------


def posted(database: str) -> None:
    """The letters have left, on their own day."""
    _ready(database)
    from fordran.db.bulk import run

    when_told()
    run("UPDATE letters_letter SET state = 'sent', approved_on = dated_on, sent_on = dated_on")
    run("UPDATE cases_step SET sent = true")
    answer()


def payments(database: str) -> None:
    """The file as bytes -> read, matched, allocated and booked, as `fordran payments import` does it."""
    _ready(database)
    from bench.payments import bgmax
    from fordran.db.bulk import run
    from fordran.formats.bank import Reading
    from fordran.settlement.take_in import take_in

    file = bgmax(run("SELECT ocr, total_minor FROM letters_letter WHERE currency = 'SEK' ORDER BY id"))
    began = when_told()
    cpu = time.process_time()
    taken = take_in(Reading(file, "en"), name="bench.bgmax", on=PAID, by="bench")
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    server = server_cpu(run("SELECT pg_backend_pid()")[0][0])
    answer(rows=taken.payments, seconds=seconds, client_cpu=cpu, server_cpu=server)


# ---- the limit: the very rows that the product wrote, by COPY and one UPDATE ----------------------------------------


def limit(database: str, folder: str) -> None:
    """Raw COPY of the rows kept in `folder` into an equal database. No thought, no reading: what the tables can take."""
    import psycopg

    from bench.rows import Kept
    from fordran.db import connect

    info = connect.server()
    assert info is not None
    kept = Kept.read(Path(folder))
    with psycopg.connect(**info.parameters("batch", database)) as connection:  # type: ignore[arg-type]
        began = when_told()
        kept.put_back(connection)
        connection.commit()
        seconds = time.perf_counter() - began
        answer(rows=0, seconds=seconds, client_cpu=0.0, server_cpu=server_cpu(connection.info.backend_pid))


# ---- letters ------------------------------------------------------------------------------------------------------


def letters(database: str, number: str) -> None:
    """Letters as the day makes them, from their rows, against Typst alone with the same sheet ready made and no code."""
    from bench.letters import measure

    _ready(database)
    print("ready", flush=True)
    sys.stdin.readline()
    answer(**measure(int(number)))


DEEDS = {f.__name__: f for f in (fill, choose, advance, posted, payments, limit, letters)}

if __name__ == "__main__":
    DEEDS[sys.argv[1]](*sys.argv[2:])
