"""One line for each answered request, and an id that stands in the answer and on all that was logged meanwhile.

Never the address itself: an organisation number in it may be a person's, and a search may be for a name. The route, as
`urls.py` writes it, says which page it was.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fordran.audit.trail import log

HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[0-9a-f-]{16,64}")
_ASKED_BY_MACHINES = ("health/live", "health/ready", "metrics")


class RequestLog:
    """Outermost. An id is taken over from the proxy before us where it is plain hexadecimal; else made here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "") if settings.HTTPS else ""
        name = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        with structlog.contextvars.bound_contextvars(request=name):
            began = time.perf_counter()
            response = self.get_response(request)
            took = round((time.perf_counter() - began) * 1000)
            route = request.resolver_match.route if request.resolver_match else ""
            say = self._voice(request.path, route, response.status_code)
            say("request", method=request.method, route=route, status=response.status_code, ms=took)
        # Said: Django would say it once more, without an id. An error with its place was told by Django where it happened.
        setattr(response, "_has_been_logged", True)  # noqa: B010  (Django's own mark, which its types do not know)
        response.headers[HEADER] = name
        return response

    @staticmethod
    def _voice(path: str, route: str, status: int) -> Callable[..., object]:
        """How loud: machines ask every few seconds, and what they are told is their business."""
        if route in _ASKED_BY_MACHINES or path.startswith(settings.STATIC_URL):
            return log.debug
        return log.error if status >= 500 else log.info
