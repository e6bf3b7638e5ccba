"""For gunicorn: `gunicorn fordran.config.wsgi`. Runs as the role that row-level security holds for."""

from __future__ import annotations

from fordran.config.start import ready

ready("app")

from django.core.wsgi import get_wsgi_application  # noqa: E402  (Django reads its settings on import)
from django.urls import get_resolver  # noqa: E402

application = get_wsgi_application()
# A page that cannot be loaded stops the start instead of the first visitor.
get_resolver().url_patterns  # noqa: B018
