"""A form that is sent twice does its work once: the second time the visitor is shown where the first one led.

A page that changes something carries `{% once %}`, a hidden field with a key of its own. A double click, the back button with
a second press, and a reload of the answer all bring the same key again.

    with once(request) as first:
        if first.answer:
            return redirect(first.answer)
        ...                       # the work
        first.answer = reverse(...)
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from fordran.access.models import FormUse

FIELD = "once"


@dataclass
class Use:
    """`answer`: where the earlier use led; set it when the work is done. Left empty the form may be sent again."""

    answer: str = ""


def new_key() -> str:
    return str(uuid.uuid4())


@contextmanager
def once(request: HttpRequest) -> Iterator[Use]:
    """Inside the request's transaction: two at the same moment wait for each other at the key. A form without a key, or with
    a wrong one, is worked each time. The key holds for its user and its page."""
    try:
        key = uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        yield Use()
        return
    user_id = request.user.pk or 0
    try:
        with transaction.atomic():
            row = FormUse.objects.create(key=key, user_id=user_id, path=request.path)
    except IntegrityError:
        known = FormUse.objects.filter(key=key, user_id=user_id, path=request.path).first()
        yield Use(known.answer if known else request.path)
        return
    use = Use()
    yield use
    if use.answer:
        FormUse.objects.filter(pk=row.pk).update(answer=use.answer)
    else:
        row.delete()
