"""The installation's own client at Visma.net: one for all companies that have granted it, told by the environment.

| Variable | |
|---|---|
| `FORDRAN_VISMA_CLIENT` | client id, isv_... Without it this installation has none |
| `FORDRAN_VISMA_SECRET`, `FORDRAN_VISMA_SECRET_FILE` | the secret, or the file that holds it |
| `FORDRAN_VISMA_URL`, `FORDRAN_VISMA_TOKEN_URL` | other addresses than Visma's own |
| `FORDRAN_VISMA_AMOUNTS`, `FORDRAN_VISMA_PAGE_SIZE`, `FORDRAN_VISMA_PAYMENT_METHOD`, `FORDRAN_VISMA_LANGUAGE_ATTRIBUTE` | the \
settings of those names, for every company |
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fordran.core.problems import Refused

_TEXTS = {
    "FORDRAN_VISMA_URL": "base_url", "FORDRAN_VISMA_TOKEN_URL": "token_url", "FORDRAN_VISMA_AMOUNTS": "amounts",
    "FORDRAN_VISMA_PAYMENT_METHOD": "payment_method", "FORDRAN_VISMA_LANGUAGE_ATTRIBUTE": "language_attribute",
}  # fmt: skip


def installed(environment: Mapping[str, str], tenant: str) -> tuple[dict[str, object], dict[str, str]] | None:
    """Settings and secrets to reach the company `tenant` with; None without a client. Raises Refused for a setting that
    cannot be."""
    client = environment.get("FORDRAN_VISMA_CLIENT", "")
    if not client:
        return None
    settings: dict[str, object] = {"tenant_id": tenant, "client_id": client}
    settings |= {name: environment[key] for key, name in _TEXTS.items() if environment.get(key)}
    size = environment.get("FORDRAN_VISMA_PAGE_SIZE", "")
    if size:
        if not size.isdecimal():
            raise Refused("write a whole number", field="FORDRAN_VISMA_PAGE_SIZE")
        settings["page_size"] = int(size)
    return settings, {"client_secret": _secret(environment)}


def _secret(environment: Mapping[str, str]) -> str:
    path = environment.get("FORDRAN_VISMA_SECRET_FILE", "")
    if not path:
        return environment.get("FORDRAN_VISMA_SECRET", "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Refused(f"the file cannot be read: {error.strerror}", field="FORDRAN_VISMA_SECRET_FILE") from None
