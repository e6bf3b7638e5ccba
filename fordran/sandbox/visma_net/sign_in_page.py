"""The page on which a person of the sandbox signs in at the simulated Visma Connect: choose who you are, no password.

Its look is our own; how the real page looks is nobody's business here. It carries no script, and its style stands in itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fordran.sandbox.visma_net.answers import Answer
from fordran.sandbox.visma_net.settings import Person

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #566172; --line: #d5dae1; --page: #eef1f5; --card: #fff; }
:root { --mark: #24476b; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ecf1; --soft: #a9b4c2; --line: #3a4452; --page: #161b22; --card: #1f262f; --mark: #9cc3ec; }
}
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 27rem; margin: 8vh auto; padding: 0 16px; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 .25rem; }
p { margin: 0 0 1.25rem; color: var(--soft); }
ul { list-style: none; margin: 0; padding: 0; background: var(--card); border: 1px solid var(--line); border-radius: 4px; }
li + li { border-top: 1px solid var(--line); }
a { display: block; padding: .75rem 1rem; color: var(--mark); font-weight: 600; text-decoration: none; }
a:hover { text-decoration: underline; } a:focus-visible { outline: 3px solid var(--mark); outline-offset: -3px; }
small { display: block; color: var(--soft); font-weight: 400; }
footer { margin-top: 1.25rem; font-size: .875rem; color: var(--soft); }
button { border: 0; background: none; padding: 0; color: var(--mark); font: inherit; text-decoration: underline; }
"""


def page(
    asked: Mapping[str, str], people: Iterable[Person], tenants: Callable[[Person], list[str]], name_of: Callable[[str], str],
    *, redirect: str,
) -> Answer:  # fmt: skip
    """A line a person; and a line a company of theirs where the client asked for the API of one. `redirect`: the way back."""
    wants_company = any(scope.startswith("vismanet_") for scope in asked.get("scope", "").split())
    lines = []
    for person in people:
        seen = tenants(person)
        for tenant in seen if wants_company else [""]:
            named = name_of(tenant) if tenant else ", ".join(name_of(one) for one in seen)
            to = urlencode({**asked, "login_hint": person.email} | ({"tenant_id": tenant} if tenant else {}))
            lines.append(
                f'<li><a href="?{escape(to)}">{escape(person.name)}<small>{escape(person.email)}</small>'
                f"<small>{escape(named)}</small></a></li>"
            )
    body = (
        f"<main><h1>Logga in</h1><p>Välj vem du är. Det här är en låtsad Visma Connect: inget lösenord behövs.</p>"
        f"<ul>{''.join(lines)}</ul><footer>{_cancel(redirect, asked.get('state', ''))}</footer></main>"
    )
    text = (
        f'<!DOCTYPE html>\n<html lang="sv"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        f'initial-scale=1"><title>Logga in · Visma Connect (övning)</title><style>{_STYLE}</style></head>'
        f"<body>{body}</body></html>\n"
    )
    return Answer(200, text.encode(), {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY})


def _cancel(redirect: str, state: str) -> str:
    """Back to the client with a no (RFC 6749 section 4.1.2.1)."""
    parts = urlsplit(redirect)
    fields = [*parse_qsl(parts.query), ("error", "access_denied"), *([("state", state)] if state else [])]
    inputs = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields)
    return f'<form method="get" action="{escape(urlunsplit(parts._replace(query="")))}">{inputs}<button>Avbryt</button></form>'
