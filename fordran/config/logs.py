"""How processes say what they do: JSON, one object a line, for machines; readable lines for a person at a terminal.

`FORDRAN_LOG=json` (set by the units in `deploy/`) writes JSON to standard error from level INFO. Without it our own events are
silent, since commands already speak to the person who gave them, unless `FORDRAN_LOG_LEVEL` (debug, info, warning, error) asks
for them; what libraries say is shown from WARNING.

JSON lines hold no personal data. That is not left to good will: of our events only fields in `FIELDS` come through; of what
libraries say, only the template and its numbers; of an error, its kind and where it happened, not its words, which may quote a
row (docs/adr/0266). FORDRAN_DEBUG=1 adds the words.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from fordran.core.problems import Refused

FIELDS = frozenset({
    "event", "level", "timestamp", "logger", "pid",
    "run", "creditor", "day", "step", "piece", "attempt", "worker", "counts",  # a day
    "fetch", "kind", "stage", "pages", "records", "changed", "refused",  # a reading of the ERP
    "letter", "channel", "state", "errand",  # what leaves
    "request", "method", "route", "status", "ms",  # the pages
    "error", "where", "sqlstate", "words", "done", "failed", "version",
})  # fmt: skip
"""Fields that an event may have. A new one is a decision: it must never be able to hold a person's data."""

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_SILENT = logging.CRITICAL + 1
_PACKAGE = Path(__file__).resolve().parent.parent.parent
#: They name addresses, queries or rows already at INFO.
_NEVER_BELOW_WARNING = ("httpx", "httpcore", "django", "procrastinate", "gunicorn", "asyncio", "psycopg", "typst")


def as_json() -> bool:
    """Whether this process logs for machines."""
    return os.environ.get("FORDRAN_LOG") == "json"


def _own_level() -> int:
    wanted = os.environ.get("FORDRAN_LOG_LEVEL", "")
    if wanted and wanted not in _LEVELS:
        raise Refused(f"choose one of {', '.join(_LEVELS)}", field="FORDRAN_LOG_LEVEL")
    return _LEVELS.get(wanted, logging.INFO if as_json() else _SILENT)


def django_logging() -> dict[str, Any]:
    """For Django's LOGGING; also sets structlog up, and what becomes of an error that nobody caught."""
    _configure()
    if as_json():
        sys.excepthook = _log_crash
    libraries = {name: {"level": "WARNING"} for name in _NEVER_BELOW_WARNING}
    # A request's address may hold a search for a name: addresses of missing pages are not logged.
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": _formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": libraries | {"django.request": {"level": "ERROR"}, "fordran": {"level": _own_level()}},
    }


def _configure() -> None:
    structlog.configure(
        processors=[*_common(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(min(_own_level(), logging.CRITICAL)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _common() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter() -> logging.Formatter:
    strict = as_json()
    last: list[Processor] = (
        [_without_words, _kind_of_error, _only_known, structlog.processors.JSONRenderer(_one_line)]
        if strict
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_common(), structlog.stdlib.add_logger_name],
        processors=[_keep_origin, structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        use_get_message=not strict,
        pass_foreign_args=strict,
    )


def _keep_origin(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["pid"] = os.getpid()
    return event


def _without_words(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What a library says: its template, with numbers filled in and anything else as an ellipsis."""
    given = event.pop("positional_args", ())
    if not given:
        return event
    values = given if isinstance(given, tuple) else ()
    plain = tuple(value if isinstance(value, int | float) else "…" for value in values)
    try:
        event["event"] = str(event["event"]) % plain
    except (TypeError, ValueError):
        pass  # the template alone
    return event


def _kind_of_error(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """An error as its kind, the database's code and the places it passed."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else None
    if given is True:
        error = sys.exc_info()[1]
    event.update(about(error) if error is not None else {})
    return event


def about(error: BaseException) -> dict[str, Any]:
    """Fields that say what went wrong without quoting anything."""
    state = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [
        f"{Path(f.filename).relative_to(_PACKAGE)}:{f.lineno}" for f in frames if f.filename.startswith(f"{_PACKAGE}/fordran/")
    ]
    where = ours[-6:] or [f"{Path(f.filename).name}:{f.lineno}" for f in frames[-1:]]
    told: dict[str, Any] = {"error": type(error).__name__, "where": where}
    if state:
        told["sqlstate"] = state
    if os.environ.get("FORDRAN_DEBUG") == "1":
        told["words"] = str(error)
    return told


def _only_known(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: value for name, value in event.items() if name in FIELDS}


def _one_line(event: EventDict, **options: Any) -> str:
    first = {name: event[name] for name in ("timestamp", "level", "event") if name in event}
    return json.dumps(first | dict(event), ensure_ascii=False, default=str)


def _log_crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    structlog.get_logger("fordran").critical("crashed", exc_info=(kind, error, trace))
