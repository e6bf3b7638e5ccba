"""Where browsers report what our policy of content did not let them load. Counted and logged, never believed."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from fordran.access.limits import address_of, too_many
from fordran.audit.trail import log

MOST, LONGEST = 60, 16_000
"""Reports of an address in a quarter of an hour; bytes of one."""
DIRECTIVES = frozenset({
    "default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem", "style-src-attr", "img-src",
    "font-src", "connect-src", "form-action", "frame-ancestors", "base-uri", "object-src", "manifest-src", "frame-src",
})  # fmt: skip


@csrf_exempt
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """204 whatever came. Only the directive is kept: addresses in a report may hold anything."""
    if too_many("csp", address_of(request), most=MOST) or len(request.body) > LONGEST:
        return HttpResponse(status=204)
    directive = _directive(request.body)
    if directive:
        too_many("csp-seen", directive, most=0)
        log.warning("content refused", kind=directive, route=_place(request.body))
    return HttpResponse(status=204)


def _told(body: bytes) -> dict[str, object]:
    try:
        told = json.loads(body)
    except (ValueError, UnicodeDecodeError, RecursionError):
        return {}
    inner = told.get("csp-report") if isinstance(told, dict) else None
    return inner if isinstance(inner, dict) else {}


def _directive(body: bytes) -> str:
    told = _told(body)
    name = str(told.get("effective-directive") or told.get("violated-directive") or "").split(" ")[0]
    return name if name in DIRECTIVES else ""


def _place(body: bytes) -> str:
    """The first word of the path, which names no company and no person."""
    path = urlsplit(str(_told(body).get("document-uri", ""))).path
    first = path.strip("/").partition("/")[0]
    return first if first.isalpha() and first.islower() and len(first) < 20 else ""
