"""Letters as the day makes them, from the row to the PDF, against Typst alone.

Typst alone gets the same sheets ready made and without the payment code, and sets them to the same standards; a third run
sets them to no standard at all. Seconds are processor time, so that a busy machine does not blur the ratio.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from datetime import time as clock
from typing import Any

MADE = 3
"""Each way so often; the median counts."""


def measure(number: int) -> dict[str, Any]:
    from fordran.db.bulk import run
    from fordran.letters import render
    from fordran.letters.sheet import lay_out
    from fordran.letters.store import from_json

    stored = [row[0] for row in run("SELECT content::text FROM letters_letter ORDER BY id LIMIT %s", [number])]
    contents = [from_json(text) for text in stored]
    compiler = render._compiler(contents[0].template)
    bare = []
    for content in contents:
        sheet = lay_out(content)
        if sheet.slip is not None:
            sheet = replace(sheet, slip=replace(sheet.slip, swish_text=""))
        bare.append((render._data(sheet, render.SWEDISH_H2), datetime.combine(content.dated_on, clock(), UTC)))

    def product() -> None:
        for text in stored:
            render.render_letter(from_json(text))

    def typst_alone(standards: Any) -> None:
        for data, at in bare:
            compiler.compile(format="pdf", sys_inputs={"sheet": data}, pdf_standards=standards, timestamp=at)

    seconds: dict[str, list[float]] = {"product": [], "typst": [], "plain": []}
    typst_alone(render.STANDARDS)  # fonts are read once
    for _ in range(MADE):
        for name, way in (
            ("product", product),
            ("typst", lambda: typst_alone(render.STANDARDS)),
            ("plain", lambda: typst_alone([])),
        ):
            render.qr_svg.cache_clear()
            began = time.process_time()
            way()
            seconds[name].append(time.process_time() - began)
    median = {name: sorted(values)[MADE // 2] for name, values in seconds.items()}
    return {
        "letters": len(stored),
        "with_code": sum('"swish":"123' in text.replace(" ", "") for text in stored),
        "per_second_and_core": round(len(stored) / median["product"], 1),
        "typst_alone_per_second_and_core": round(len(stored) / median["typst"], 1),
        "of_typst_alone": round(median["typst"] / median["product"], 3),
        "archive_and_accessible_of_plain": round(median["plain"] / median["typst"], 3),
    }
