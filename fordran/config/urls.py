"""Every address begins in the pages' own lists."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def is_alive(request: HttpRequest) -> HttpResponse:
    """For a load balancer: this process answers. Says nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("-/alive", is_alive, name="alive"),
    path("", include("fordran.creditor_pages.urls")),
]
