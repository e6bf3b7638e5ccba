"""People who sign in, an app that shows codes, and a browser that remembers cookies: what the tests of the doors share."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from typing import Any

from django.test import Client

PASSWORD = "en lång mening att minnas"


def a_person(name: str = "agnes", **more: Any) -> Any:
    from django.contrib.auth.models import User

    return User.objects.create_user(name, password=PASSWORD, first_name=name.title(), last_name="Ek", **more)


def a_browser(**more: Any) -> Client:
    return Client(headers={"accept-language": "sv", "user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}, **more)


def password(browser: Client, name: str = "agnes", text: str = PASSWORD, **more: str) -> Any:
    return browser.post("/sign-in", {"name": name, "password": text, **more})


def code_of(secret: str, *, steps: int = 0) -> str:
    """RFC 6238 by hand; `steps` half minutes from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def an_app(user: Any) -> str:
    """The person has coupled an app before; its secret."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    secret = str(generate_totp_secret())
    TOTP.activate(user, secret)
    return secret


def sign_in(browser: Client, user: Any, secret: str, *, steps: int = 0) -> Any:
    assert password(browser, user.username)["Location"] == "/sign-in/second-step"
    return browser.post("/sign-in/second-step", {"code": code_of(secret, steps=steps)})


def is_in(browser: Client) -> bool:
    return bool(browser.get("/account").status_code == 200)


def turn_back(hours: float = 0, minutes: float = 0) -> None:
    """So much time passes for every session."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE access_signedin SET began_at = began_at - %s * interval '1 minute',
                   seen_at = seen_at - %s * interval '1 minute', proved_at = proved_at - %s * interval '1 minute'""",
            [hours * 60 + minutes] * 3,
        )
