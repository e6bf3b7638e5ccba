"""Calls that are answered later: 202, an address to ask at, and the answer when it is ready (integrations paper 1.4).

The work itself is done at once; for some seconds of the server's clock it shows as started. After a day it is forgotten.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from fordran.sandbox.visma_net.answers import Answer
from fordran.sandbox.visma_net.wire import Refusal

KEPT_SECONDS = 24 * 3600
_NAMES = UUID("9d0c4f2e-7a35-4a8f-8f0e-0a52f1b7c002")
_HEADER = re.compile(r"none|subscription(:\s*[\w.-]+=[^,]*(,\s*[\w.-]+=[^,]*)*)?", re.ASCII)


@dataclass(slots=True)
class Job:
    id: str
    tenant: str
    uri: str
    had_body: bool
    received: float
    ready: float
    answer: Answer


@dataclass(slots=True)
class Jobs:
    _jobs: dict[str, Job] = field(default_factory=dict)
    _count: int = 0

    def accept(
        self, answer: Answer, *, tenant: str, uri: str, root: str, had_body: bool, now: float, ready: float
    ) -> tuple[str, Answer]:
        """Keep the answer; the job's id, and what the caller gets now."""
        self._count += 1
        for key in [key for key, job in self._jobs.items() if now > job.received + KEPT_SECONDS]:
            del self._jobs[key]
        job = Job(str(uuid5(_NAMES, f"{tenant}:{self._count}")), tenant, uri, had_body, now, ready, answer)
        self._jobs[job.id] = job
        return job.id, Answer.of({"id": job.id, "stateLocation": f"{root}/v1/background/{job.id}"}, 202)

    def state(self, key: str, tenant: str, root: str, now: float) -> Answer:
        job = self._find(key, tenant, now)
        finished = now >= job.ready
        return Answer.of(
            {
                "id": job.id,
                "status": "Finished" if finished else "Started",
                "statusCode": job.answer.status if finished else None,
                "receivedUtc": _utc(job.received),
                "startedUtc": _utc(job.received),
                "finishedUtc": _utc(job.ready) if finished else None,
                "webhookAddress": None,
                "errorMessage": None,
                "reference": None,
                "originalUri": job.uri,
                "hasResponseContent": finished and bool(job.answer.body),
                "hasRequestContent": job.had_body,
                "contentLocation": f"{root}/v1/background/{job.id}/content" if finished and job.answer.body else None,
                "responseHeaders": _told(job.answer) if finished else None,
            }
        )

    def content(self, key: str, tenant: str, now: float) -> Answer:
        job = self._find(key, tenant, now)
        if now < job.ready:
            raise Refusal(404, "The operation has not finished.")
        if not job.answer.body:
            return Answer(204)
        return Answer(200, job.answer.body, {"Content-Type": job.answer.headers["Content-Type"]})

    def _find(self, key: str, tenant: str, now: float) -> Job:
        job = self._jobs.get(key)
        if job is None or job.tenant != tenant or now > job.received + KEPT_SECONDS:
            raise Refusal(404, f"The background operation {key} could not be found.")
        return job


def read_header(value: str) -> dict[str, str] | None:
    """The names the caller wants back with the event; None = no event is wanted. Raises Refusal."""
    if not _HEADER.fullmatch(value):
        raise Refusal(400, "erp-api-background must be none or subscription, with name=value pairs after a colon.")
    kind, _, pairs = value.partition(":")
    if kind == "none":
        return None
    return {name.strip(): text.strip() for name, _, text in (pair.partition("=") for pair in pairs.split(",") if pair)}


def _told(answer: Answer) -> dict[str, Any]:
    return {name: value for name, value in answer.headers.items() if name in ("ETag", "Location")}


def _utc(seconds: float) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
