"""Headers that every answer carries: what a browser may load, and that nothing signed-in is kept in a cache.

No page has inline script or style. `img-src data:` is for Bootstrap's own carets and check marks. A form may lead to ourselves,
and through us to who signs people in by OpenID Connect. What the policy stops is reported to /csp.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden

CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "manifest-src": "'self'",
}
PERMISSIONS_POLICY = "camera=(), microphone=(), geolocation=(), payment=(), publickey-credentials-get=(self)"


def policy() -> str:
    rules = dict(CONTENT_SECURITY_POLICY)
    if settings.CONNECT is not None:
        rules["form-action"] += f" {settings.CONNECT.origin}"
    parts = [f"{name} {value}" for name, value in rules.items()]
    if settings.HTTPS:
        # Over plain http this would turn the demonstration's own addresses into ones nobody answers.
        parts.append("upgrade-insecure-requests")
    return "; ".join([*parts, "report-uri /csp"])


class SecurityHeaders:
    """Outermost: it also sees what other middleware answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = HttpResponseForbidden("cross-site request") if _is_foreign(request) else self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _is_foreign(request: HttpRequest) -> bool:
    """A change asked for by a page of another site, as the browser itself tells (Fetch Metadata)."""
    return request.method not in ("GET", "HEAD", "OPTIONS") and request.headers.get("Sec-Fetch-Site") == "cross-site"
