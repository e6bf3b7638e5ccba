"""What stands between a proof and the open door."""

from __future__ import annotations

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest


class SecondStep(AuthenticateStage):  # type: ignore[misc]
    """After a password only: a passkey, BankID and an OpenID provider have asked for more than one thing themselves."""

    def _should_handle(self, request: HttpRequest) -> bool:
        records = get_authentication_records(request, self.login.user)
        return bool(records) and records[0]["method"] == "password" and bool(super()._should_handle(request))
