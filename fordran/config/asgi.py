"""For an ASGI server; the pages need none."""

from __future__ import annotations

from fordran.config.start import ready

ready("app")

from django.core.asgi import get_asgi_application  # noqa: E402  (Django reads its settings on import)

application = get_asgi_application()
