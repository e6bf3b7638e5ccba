"""What every request of a signed-in person meets first: is the session over, must it change its key, is a second step missing?"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from fordran.access import signed_in

OPEN_WITHOUT = frozenset({
    "second-step-add", "passkey-add", "app-add", "codes", "sign-out", "choose-language", "choose-theme", "csp",
})  # fmt: skip
"""Names of pages that open before a person who signed in by password alone has made a second step."""


class Sessions:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            state = signed_in.look(request)
            if state.over:
                logout(request)
            elif state.renew:
                signed_in.new_key(request)
        response = self.get_response(request)
        return _unsent(request, response) if request.method == "POST" else response

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        if not request.user.is_authenticated or not signed_in.second_step_is_missing(request):
            return None
        name = request.resolver_match.url_name if request.resolver_match else ""
        return None if name in OPEN_WITHOUT else redirect("second-step-add")


def _unsent(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A form that met a session which had ended: to the sign-in page, and from there back to the form's own page, with a
    sentence that it was not sent. What was filled in is not kept: it may hold what the next person must not see."""
    to_sign_in = response.headers.get("Location", "").startswith(f"{resolve_url(settings.LOGIN_URL)}?next=")
    if response.status_code != 302 or not to_sign_in or request.user.is_authenticated:
        return response
    came_from = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    parts = urlsplit(came_from if here else request.path)
    back = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return redirect(f"{reverse('sign-in')}?{urlencode({'next': back, 'unsent': '1'})}")
