"""What can go wrong at the border, sorted by what a caller should do next."""

from __future__ import annotations


class PortError(Exception):
    """An outside system did not do what we asked. The message is one plain sentence without personal data."""


class Unavailable(PortError):
    """Nothing left us and nothing changed there: try again later."""


class Declined(PortError):
    """The other side understood and said no: a person must look; the same call again will not help."""


class NotAllowed(PortError):
    """We are not let in: credentials, certificate or permission are wrong."""


class Malformed(PortError):
    """What we sent, or got, is not what was agreed: our fault or theirs, never the debtor's."""


class Unusable(Malformed):
    """One record there cannot be used, and the message says why; the others can. Nothing may be concluded from its absence."""


class Ambiguous(PortError):
    """We do not know whether it left. Never do it again without a look-up or a person."""
