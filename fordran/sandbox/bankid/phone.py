"""The telephone: a page for people, and the same calls in JSON for tests.

| Call | What |
|---|---|
| `GET /` | a telephone that waits for a code |
| `POST /scan` `{qr, person?}` | read the code on a screen |
| `GET or POST /open` `{autostarttoken, person?}` | the app on the page's own device |
| `POST /pick` `{order}` | as if the code had been read: for people, who have no camera here |
| `POST /identify` `{order, person}` | the telephone is that person's |
| `POST /sign` `{order, defect?}` | the code was right; `defect` makes evidence that must be refused |
| `POST /cancel` `{order, hint?}` | no; `hint` is another way to fail |
| `POST /hint` `{order, hint}` | let it stand at a hint that nothing here leads to |
| `POST /revoke`, `/restore` `{person}` | block a person's BankID, and give it back |
| `POST /trouble` `{path, kind}` | the next call of a relying party to `/collect`, say, meets it |
| `GET /orders`, `GET /people` | what is pending; who there is |

A form gets a page back, JSON gets JSON; what the telephone cannot do is answered 409 with the sentence it would show.
"""

from __future__ import annotations

import json
import logging
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from werkzeug.wrappers import Request, Response

from fordran.sandbox.bankid.evidence import DEFECTS, Defect
from fordran.sandbox.bankid.orders import NoSuch, Order, Orders
from fordran.sandbox.bankid.people import PEOPLE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOG = logging.getLogger("fordran.sandbox.bankid")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
STYLE = """
body { margin: 0; background: #e8eaed; color: #1b1f24; font: 16px/1.5 system-ui, sans-serif }
main { box-sizing: border-box; max-width: 25rem; min-height: 100vh; margin: 0 auto; padding: 1.5rem; background: #fff }
h1 { font-size: 1.25rem } h2 { margin: 2rem 0 0; font-size: 1rem } .quiet { color: #57606a; font-size: .875rem }
label { display: block; margin-top: 1rem; font-weight: 600 }
input, select, textarea, button { box-sizing: border-box; width: 100%; margin-top: .25rem; padding: .6rem; font: inherit;
  border: 1px solid #8c959f; border-radius: .4rem; background: #fff; color: inherit }
button { margin-top: 1rem; background: #183e4f; border-color: #183e4f; color: #fff; font-weight: 600; cursor: pointer }
button.no { background: #fff; color: #183e4f }
pre { padding: 1rem; background: #f3f4f6; border-radius: .4rem; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
.told { padding: .75rem 1rem; border-left: 4px solid #9a3412; background: #fff7ed }
"""


class Phone:
    def __init__(self, orders: Orders, order_trouble: Callable[[str, str], None]) -> None:
        self.orders, self.order_trouble = orders, order_trouble
        self.mistakes: list[Exception] = []
        self._acts: Mapping[str, Callable[[Mapping[str, str]], Order | None]] = {
            "/scan": lambda said: self._named(orders.scan(said["qr"]), said),
            "/open": lambda said: self._named(orders.open(_token(said["autostarttoken"])), said),
            "/pick": lambda said: orders.pick(said["order"]),
            "/identify": lambda said: orders.identify(said["order"], said["person"]),
            "/sign": lambda said: orders.sign(said["order"], _defect(said.get("defect", ""))),
            "/cancel": lambda said: orders.decline(said["order"], said.get("hint") or "userCancel"),
            "/hint": lambda said: orders.show(said["order"], said["hint"]),
            "/revoke": lambda said: orders.revoked.add(_person(said)),
            "/restore": lambda said: orders.revoked.discard(_person(said)),
            "/trouble": lambda said: order_trouble(said["path"], said["kind"]),
        }

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        request = Request(environ)
        try:
            response = self._answer(request)
        except NoSuch as error:
            response = _told(request, 409, str(error))
        except KeyError as error:
            response = _told(request, 400, f"{error.args[0]} saknas.")
        except Exception as error:  # a mistake of the simulator's own: told, and kept for whoever runs it
            LOG.exception("the simulated telephone failed at %s", request.path)
            self.mistakes.append(error)
            response = _told(request, 500, "Telefonen har slutat fungera.")
        response.headers["Content-Security-Policy"] = POLICY
        return iter(response(environ, start_response))

    def _answer(self, request: Request) -> Response:
        path = request.path
        if path in self._acts and (request.method == "POST" or path == "/open"):
            order = self._acts[path](_said(request))
            if _is_json(request):
                return _json(_shown(order) if order else {})
            return _page(_order_page(order)) if order else _page(self._waiting())
        if request.method == "GET" and path == "/orders":
            return _json([_shown(order) for order in self.orders.pending()])
        if request.method == "GET" and path == "/people":
            return _json([{"number": one.number, "name": one.name} for one in PEOPLE.values()])
        if request.method == "GET" and path == "/":
            return _page(self._waiting())
        return _told(request, 404, "Sidan finns inte.")

    def _named(self, order: Order, said: Mapping[str, str]) -> Order:
        """Who holds the telephone may be said at once."""
        return self.orders.identify(order.ref, said["person"]) if said.get("person") else order

    def _on_screens(self) -> str:
        """What lies on somebody's screen now: this telephone has no camera."""
        waiting = [_waiting_order(order) for order in self.orders.pending() if order.picked_up_at is None]
        return (
            "<h2>Koder på skärmen nu</h2><p>Utan kamera: välj den kod du ser.</p>"
            + ("".join(waiting) or '<p class="quiet">Ingen kod visas just nu.</p>')
            + '<p><a href="/">Titta igen</a></p>'
        )

    def _waiting(self) -> str:
        blocked = ", ".join(PEOPLE[number].name for number in sorted(self.orders.revoked))
        return (
            "<h1>BankID</h1><p>Läs av koden på skärmen, eller öppna appen från sidan.</p>"
            '<form method="post" action="/scan"><label for="qr">Kodens text</label>'
            '<input id="qr" name="qr" autocomplete="off" required placeholder="bankid. …"><button>Läs av koden</button></form>'
            '<form method="post" action="/open"><label for="token">Länk eller nyckel från sidan</label>'
            '<input id="token" name="autostarttoken" autocomplete="off" required placeholder="bankid:///?autostarttoken= …">'
            "<button>Öppna på den här enheten</button></form>"
            f"{self._on_screens()}" + (f'<p class="quiet">Spärrat BankID: {escape(blocked)}</p>' if blocked else "")
        )


def _waiting_order(order: Order) -> str:
    act = "Underskrift" if order.asked.signs else "Identifiering"
    return (
        f'<form method="post" action="/pick"><input type="hidden" name="order" value="{escape(order.ref)}">'
        f'<button class="no">{act} hos {escape(order.party.name)}</button></form>'
    )


def _said(request: Request) -> Mapping[str, str]:
    if request.mimetype == "application/json":
        body = request.get_json(silent=True)
        return {str(k): str(v) for k, v in body.items()} if isinstance(body, dict) else {}
    return {**request.args.to_dict(), **request.form.to_dict()}


def _is_json(request: Request) -> bool:
    return request.mimetype == "application/json" or request.accept_mimetypes.best == "application/json"


def _token(said: str) -> str:
    """The token, or a link that holds it."""
    found = parse_qs(urlsplit(said).query).get("autostarttoken")
    return found[0] if found else said.strip()


def _defect(name: str) -> Defect:
    if name and name not in DEFECTS:
        raise NoSuch(f"Det finns inget fel som heter så. Det finns {', '.join(DEFECTS)}.")
    return name


def _person(said: Mapping[str, str]) -> str:
    if said["person"] not in PEOPLE:
        raise NoSuch("Den personen finns inte här.")
    return said["person"]


def _text(order: Order) -> str:
    return b64decode(order.asked.text).decode() if order.asked.text else ""


def _shown(order: Order) -> dict[str, Any]:
    """What a telephone knows of it: no secret of the relying party's."""
    return {
        "order": order.ref,
        "kind": "sign" if order.asked.signs else "auth",
        "party": order.party.name,
        "text": _text(order),
        "status": order.status,
        "hint": order.hint,
        "person": order.person.number if order.person else "",
        "returnUrl": order.asked.return_url,
    }


def _order_page(order: Order) -> str:
    ref, act = escape(order.ref), "Skriv under" if order.asked.signs else "Identifiera"
    if order.status == "complete":
        back = order.asked.return_url
        link = f'<p><a href="{escape(back)}">Tillbaka</a></p>' if back.startswith(("http://", "https://")) else ""
        return f"<h1>Klart</h1><p>{'Underskriften' if order.asked.signs else 'Identifieringen'} är gjord.</p>{link}{_again()}"
    if order.status == "failed":
        blocked = order.hint == "certificateErr"
        return f"<h1>{'BankID är spärrat' if blocked else 'Avbrutet'}</h1>{_again()}"
    top = f"<h1>{act} hos {escape(order.party.name)}</h1><pre>{escape(_text(order))}</pre>"
    hidden = f'<input type="hidden" name="order" value="{ref}">'
    no = f'<form method="post" action="/cancel">{hidden}<button class="no">Avbryt</button></form>'
    if order.person is None:
        people = "".join(f'<option value="{one.number}">{escape(one.name)}, {one.number}</option>' for one in PEOPLE.values())
        return (
            f'{top}<form method="post" action="/identify">{hidden}<label for="person">Vems telefon är det?</label>'
            f'<select id="person" name="person">{people}</select><button>Fortsätt</button></form>{no}'
        )
    return (
        f'{top}<p>{escape(order.person.name)}</p><form method="post" action="/sign">{hidden}'
        '<label for="code">Säkerhetskod</label><input id="code" name="code" type="password" autocomplete="off" required>'
        f'<p class="quiet">Vilken kod som helst duger.</p><button>{act}</button></form>{no}'
    )


def _again() -> str:
    return '<p><a href="/">Läs av en ny kod</a></p>'


def _page(content: str, status: int = 200) -> Response:
    whole = (
        '<!doctype html><html lang="sv"><head><meta charset="utf-8"><title>BankID i sandlådan</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f'<body><main><p class="quiet">En telefon i sandlådan. Inget här är på riktigt.</p>{content}</main></body></html>'
    )
    return Response(whole, status, content_type="text/html; charset=utf-8")


def _json(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status, content_type="application/json")


def _told(request: Request, status: int, words: str) -> Response:
    if _is_json(request):
        return _json({"said": words}, status)
    return _page(f'<h1>BankID</h1><p class="told">{escape(words)}</p>{_again()}', status)
