"""What lies about and is personal goes: old sessions, tries, forms, addresses of invitations, orders to sign that ended."""

from __future__ import annotations

from django.db import transaction

from fordran.access.sweep import sweep
from fordran.agreements.orders import forget_old_orders
from fordran.audit.trail import log


def tidy() -> dict[str, int]:
    """Once a day, however often it is called. How many of each; empty when it was done today."""
    from fordran.connectors.clock import SystemClock  # as in `world.py`

    with transaction.atomic():
        done = sweep()
        if done:
            done["orders"] = forget_old_orders(SystemClock().now())
    if done:
        log.info("tidied")
    return done
