"""Letters to the people who sign in. Letters to debtors leave by the post room's own channels."""

from __future__ import annotations

import smtplib
from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from fordran.audit.trail import log


def can_send() -> bool:
    """True where a server for e-mail is named (FORDRAN_SMTP_HOST)."""
    return bool(settings.EMAIL_HOST)


def send(to: str, subject: str, lines: Iterable[str]) -> bool:
    """One letter of plain text, a paragraph a line. False when it did not leave; why is told to the log only."""
    if not can_send() or not to:
        return False
    letter = EmailMessage(" ".join(subject.split()), "\n\n".join(lines) + "\n", to=[to], connection=get_connection())
    try:
        return letter.send() == 1
    except (smtplib.SMTPException, OSError) as error:
        log.warning("mail not sent", error=type(error).__name__)
        return False
