"""For gunicorn: `gunicorn fordran.config.wsgi`. Runs as the role that row-level security holds for."""

from __future__ import annotations

from fordran.config.start import ready

ready("app")

from django.core.wsgi import get_wsgi_application  # noqa: E402  (Django reads its settings on import)

application = get_wsgi_application()
