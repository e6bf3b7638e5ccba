"""Every address begins in the pages' own lists."""

from __future__ import annotations

from django.urls import include, path

from fordran.config import health
from fordran.config.metrics import metrics

urlpatterns = [
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("metrics", metrics, name="metrics"),
    path("", include("fordran.creditor_pages.urls")),
]
