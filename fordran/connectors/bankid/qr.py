"""The animated code, and the links that open the app (developers.bankid.com: QR codes; Launching)."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote


def qr_text(token: str, secret: str, seconds: int) -> str:
    """What the code says `seconds` (whole, 0 or more) after the order's answer came."""
    code = hmac.new(secret.encode("ascii"), str(seconds).encode("ascii"), hashlib.sha256).hexdigest()
    return f"bankid.{token}.{seconds}.{code}"


def launch_url(auto_start_token: str, *, mobile: bool) -> str:
    """`redirect` must be there; where the person comes back to is the order's `returnUrl`."""
    base = "https://app.bankid.com/" if mobile else "bankid:///"
    return f"{base}?autostarttoken={quote(auto_start_token, safe='')}&redirect=null"
