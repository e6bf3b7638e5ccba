"""Who has this name and this password."""

from __future__ import annotations

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest


def person_with(request: HttpRequest, name: str, password: str) -> User | None:
    """By user name, or by an e-mail address that is one person's only. None whatever was wrong, after as much work."""
    name = name.strip()
    if "@" in name and not User.objects.filter(username=name).exists():
        by_address = User.objects.filter(email__iexact=name, is_active=True).exclude(password__startswith="!")[:2]
        if len(by_address) == 1:
            name = by_address[0].username
    found = authenticate(request, username=name, password=password)
    return found if isinstance(found, User) else None
