"""The demonstration's people sign in at the sandbox's Visma Connect."""

from __future__ import annotations


def connect_settings(url: str) -> dict[str, str]:
    """What the pages are told of the provider: the sandbox itself, whose clients have no secret worth keeping."""
    from fordran.sandbox.world.serve import CLIENT, SECRET

    return {
        "FORDRAN_CONNECT_URL": url, "FORDRAN_CONNECT_CLIENT": CLIENT, "FORDRAN_CONNECT_SECRET": SECRET,
        "FORDRAN_CONNECT_NAME": "Visma", "FORDRAN_CONNECT_SCOPES": "openid profile email tenants",
    }  # fmt: skip
