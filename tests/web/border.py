"""Two organisations side by side, everybody who may come by, and a mark in every text of the one that is not theirs.

Granholms      A (running), A2 (running), C (its agreement waits)      `rita` reads A, `vera` works, `siri` signs at A and A2,
                                                                       `ada` is administrator alone, `ursula` signs at C
Främmande      B                                                       `bo` signs and administers there, `eva` did once
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import lxml.html
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.conftest import Scratch
from tests.web.addresses import Sample

MARK = "kanarie7"
METHODS = ("get", "head", "options", "post", "put", "delete")


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it stands on a page: where it leads, what is in it, and the buttons that send it."""

    page: str
    action: str
    values: dict[str, Any]
    buttons: tuple[tuple[str, str], ...]

    @property
    def has_mark(self) -> bool:
        return "csrfmiddlewaretoken" in self.values

    @property
    def has_key(self) -> bool:
        return "once" in self.values


@dataclass
class House:
    """An organisation and the words of the addresses that lead to it and to its people."""

    organisation: Any
    words: dict[str, Any]

    def address(self, pattern: URLPattern) -> str:
        return reverse(pattern.name, kwargs={name: self.words[name] for name in pattern.pattern.converters})


@dataclass
class Border:
    own: Sample
    """Of A."""
    other: Sample
    """Of B."""
    locked: Any
    second: Any
    house: House
    other_house: House
    people: dict[str, Any]
    addresses: list[tuple[URLPattern, str, str]] = field(default_factory=list)
    """Of a creditor or an organisation: the pattern, and the address at A and at B."""
    planted: dict[str, set[str]] = field(default_factory=dict)
    forms_of_other: list[Form] = field(default_factory=list)
    links_of_other: list[str] = field(default_factory=list)

    @property
    def org(self) -> str:
        return str(self.own.creditor.organisation_number)

    @property
    def other_org(self) -> str:
        return str(self.other.creditor.organisation_number)


def leaves(patterns: Any = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the installation, as it is written in the lists, with its pattern."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from leaves(one.url_patterns, before + str(one.pattern))
        else:
            yield before + str(one.pattern), one


def is_of_a_creditor(text: str) -> bool:
    return text.startswith("<slug:organisation_number>/")


def is_of_an_organisation(text: str) -> bool:
    return text.startswith("organisation/<int:organisation_id>/")


# ---- the world ----------------------------------------------------------------------------------------------------------


def build() -> Border:
    """In an empty database, with the settings of the demonstration. Commits."""
    from django.contrib.auth.models import User

    from fordran.access.invitations import invite
    from fordran.access.models import Seat
    from fordran.creditors.models import Creditor, Membership, Organisation
    from tests.access.conftest import a_person
    from tests.build import an_office
    from tests.web.conftest import OTHER, OWN, a_week_of_life, set_today

    offices = [an_office(number=number) for number in (OWN, OTHER, "556036-0793", "556703-7485")]
    today = a_week_of_life(offices[0])
    a_week_of_life(offices[1])
    set_today(today)
    a, b, second, locked = (office.creditor for office in offices)
    own, other = (Organisation.objects.create(name=name, created_on=today) for name in ("Granholms", "Främmande"))
    Creditor.objects.filter(pk__in=[a.pk, second.pk, locked.pk]).update(organisation=own)
    Creditor.objects.filter(pk=b.pk).update(organisation=other)
    Creditor.objects.filter(pk=locked.pk).update(signs_here=True, active=False)
    for creditor in (a, b, second, locked):
        creditor.refresh_from_db()
    names = ("rita", "vera", "siri", "ada", "ursula", "bo", "eva", "nils")
    people = {name: a_person(name, f"{name}@firma.example") for name in names}
    for name, creditor, role in (("rita", a, "read"), ("vera", a, "work"), ("siri", a, "sign"), ("siri", second, "sign"),
                                 ("ursula", locked, "sign")):  # fmt: skip
        Membership.objects.create(user=people[name], creditor=creditor, role=role)
    Membership.objects.create(user=people["eva"], creditor=b, role="sign", until_on=today - timedelta(days=1))
    Seat.objects.create(organisation=own, user=people["ada"], administrator=True)
    Seat.objects.create(organisation=other, user=people["bo"], administrator=True, reach="sign")
    rows = {}
    for organisation, by in ((own, people["ada"]), (other, people["bo"])):
        row, secret = invite(organisation, f"ny-{organisation.pk}@firma.example", administrator=False, reach="work",
                             creditor=None, until=None, by=by, today=today)  # fmt: skip
        rows[organisation] = (row, secret)
    bo: User = people["bo"]
    order = _an_order(bo, b)
    _accepted(b, bo, today)
    houses = [
        House(organisation, {
            "organisation_id": organisation.pk, "user_id": user.pk, "invitation_id": rows[organisation][0].pk,
            "proposal_id": _a_proposal(organisation, user, today),
            "secret": rows[organisation][1], "passkey_id": _a_passkey(user), "session_id": 0, "order_id": order,
        })
        for organisation, user in ((own, people["ada"]), (other, bo))
    ]  # fmt: skip
    border = Border(Sample(a), Sample(b, order), locked, second, *houses, people)
    for text, pattern in leaves():
        if is_of_a_creditor(text):
            border.addresses.append((pattern, border.own.address(pattern), border.other.address(pattern)))
        elif is_of_an_organisation(text):
            border.addresses.append((pattern, border.house.address(pattern), border.other_house.address(pattern)))
    return border


def _a_proposal(organisation: Any, by: Any, today: Any) -> int:
    """The right to sign, for somebody who is nobody there yet."""
    from fordran.access.models import RoleProposal
    from tests.access.conftest import a_person

    user = a_person(f"ny-{organisation.pk}")
    row = RoleProposal.objects.create(organisation=organisation, user=user, reach="sign", proposed_by=by, proposed_on=today)
    return int(row.pk)


def _an_order(user: Any, creditor: Any) -> uuid.UUID:
    """An order to sign that another browser has begun."""
    from fordran.agreements.models import SigningOrder

    return SigningOrder.objects.create(
        kind="sign", purpose="agreement", about=creditor.pk, user=user, browser="b" * 64, done_url="/", again_url="/",
        return_hash="r" * 64, ref="ref", first_at=0, started_at=0,
    ).pk  # fmt: skip


def _a_passkey(user: Any) -> int:
    from allauth.mfa.models import Authenticator

    return int(Authenticator.objects.create(user=user, type="webauthn", data={"name": MARK, "credential": {}}).pk)


def _accepted(creditor: Any, user: Any, today: Any) -> None:
    from fordran.agreements.accept import Choice, accept_plainly, paper_of

    accept_plainly(creditor, user, Choice(paper_of(creditor, today).sha256, "Jag får teckna avtal.", True), today)


# ---- who comes ----------------------------------------------------------------------------------------------------------


def visitor(user: Any = None, *, proved: bool = True) -> Client:
    """A browser where the person is signed in and has shown just now who they are; None = nobody is signed in."""
    from django.db.models.functions import Now

    from fordran.access.models import SignedIn

    client = Client(headers={"accept-language": "sv"}, raise_request_exception=False)
    if user is not None:
        client.force_login(user)
        client.get("/theme")
        if proved:
            SignedIn.objects.filter(user=user).update(proved_at=Now())
    return client


def send(client: Client, method: str, address: str, data: Any = None) -> Any:
    answer = getattr(client, method)(address, data) if data is not None else getattr(client, method)(address)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    lacks = {name: answer.headers.get(name) for name, value in HEADERS.items() if value not in answer.headers.get(name, "")}
    assert not lacks, (method, address, answer.status_code, lacks)
    return Answer(answer.status_code, answer.headers.get("Location", ""), content, dict(answer.headers))


HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; manifest-src 'self'; "
    "report-uri /csp",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), publickey-credentials-get=(self)",
}  # fmt: skip
"""What every answer of every sweep carries, refusals and errors too (ux paper 6.3)."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str
    content: bytes
    headers: dict[str, str]

    @property
    def is_marked(self) -> bool:
        return MARK.encode() in self.content or any(MARK in value for value in self.headers.values())


def look_at(client: Client, addresses: list[str]) -> tuple[list[Form], list[str]]:
    """Every form that changes something, and every address of ours, that stands on these pages."""
    forms, links = [], set()
    for address in addresses:
        answer = client.get(address)
        if (
            answer.status_code != 200
            or not answer.content.strip()
            or not answer.headers.get("Content-Type", "").startswith("text/html")
        ):
            continue
        page = lxml.html.fromstring(answer.content.decode())
        links |= {link for link in page.xpath("//@href") if link.startswith("/") and not link.startswith("/static/")}
        for one in page.forms:
            if one.method == "POST":
                forms.append(_form(address, one))
    return forms, sorted(links)


def _form(page: str, form: Any) -> Form:
    values: dict[str, Any] = {}
    for name, value in form.form_values():
        values[name] = value if name not in values or values[name] in ("", value) else [*_listed(values[name]), value]
    for name in form.fields:  # also what nobody has ticked or chosen, with the first thing one could
        if name and name not in values:
            values[name] = _first(form, name)
    buttons = tuple((one.get("name"), one.get("value", "")) for one in form.xpath(".//button[@name]"))
    return Form(page, (form.get("action") or page).partition("#")[0], values, buttons)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _first(form: Any, name: str) -> str:
    found = form.xpath(f".//input[@name='{name}']/@value") + form.xpath(f".//select[@name='{name}']/option/@value")
    return str(found[0]) if found else ""


# ---- what is where ------------------------------------------------------------------------------------------------------


def walled_tables() -> list[str]:
    return _tables_with("creditor_id")


def _tables_with(column: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = %s
               where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
                 and not a.attisdropped order by 1""",
            [column],
        )
        return [row[0] for row in cursor.fetchall()]


def state_of(creditor: Any, house: House) -> dict[str, str]:
    """Table -> fingerprint of every row of the creditor's, its organisation's and its people's."""
    found = {}
    wanted = [(table, "creditor_id", creditor.pk) for table in walled_tables()]
    wanted += [("creditors_creditor", "id", creditor.pk), ("creditors_organisation", "id", house.organisation.pk)]
    wanted += [(table, "organisation_id", house.organisation.pk) for table in _tables_with("organisation_id")]
    wanted += [(table, "user_id", house.words["user_id"])
               for table in ("access_signedin", "mfa_authenticator", "agreements_signingorder")]  # fmt: skip
    wanted += [("auth_user", "id", house.words["user_id"])]
    with connection.cursor() as cursor, _eyes("fordran_read"):
        for table, column, value in wanted:
            cursor.execute(
                f"select coalesce(string_agg(md5(t::text), '' order by md5(t::text)), '') from {table} t where {column} = %s",  # noqa: S608
                [value],
            )
            found[f"{table}.{column}"] = hashlib.sha256(cursor.fetchone()[0].encode()).hexdigest()
    return found


@contextmanager
def as_the_pages(role: str = "fordran_app") -> Iterator[None]:
    """A transaction in the role of the pages, rolled back at the end."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # as django.test.TestCase does, for durable blocks inside
    with block:
        with connection.cursor() as cursor:
            cursor.execute(f"set local role {role}")
        yield
        transaction.set_rollback(True)


@contextmanager
def rolled_back() -> Iterator[None]:
    """What happens in here has not happened afterwards."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


@contextmanager
def _eyes(role: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        before = cursor.fetchone()[0]
        cursor.execute("reset role")
        cursor.execute(f"set local role {role}")
        yield
        cursor.execute("reset role")
        if before != "fordran_batch":
            cursor.execute(f"set local role {before}")


# ---- the mark -----------------------------------------------------------------------------------------------------------

ADDRESSED = {
    ("letters_letter", "number"), ("cases_case", "number"), ("payouts_payout", "number"),
    ("creditors_creditor", "organisation_number"),
    ("agreements_signingorder", "browser"), ("auth_user", "password"), ("access_signedin", "key"),
    ("access_invitation", "token_hash"),
}  # fmt: skip
"""Stand in addresses and cookies; with other words nothing would be found there whoever asks."""


def plant(scratch: Scratch, border: Border) -> dict[str, set[str]]:
    """The mark goes into every text of B's rows that can take it, past every guard. Table -> columns that carry it."""
    creditor, house = border.other.creditor.pk, border.other_house
    where = dict.fromkeys(walled_tables(), ("creditor_id", creditor))
    where |= {
        "creditors_creditor": ("id", creditor), "creditors_organisation": ("id", house.organisation.pk),
        "access_seat": ("organisation_id", house.organisation.pk), "auth_user": ("id", house.words["user_id"]),
        "access_invitation": ("organisation_id", house.organisation.pk),
        "agreements_signingorder": ("user_id", house.words["user_id"]),
        "access_signedin": ("user_id", house.words["user_id"]),
    }  # fmt: skip
    planted: dict[str, set[str]] = {}
    with scratch.connect("owner") as owner:
        for table, (column, value) in where.items():
            owner.execute(f"alter table {table} disable trigger user")
            owner.execute(f"alter table {table} no force row level security")
            for name, kind, length in owner.execute(
                """select column_name, data_type, coalesce(character_maximum_length, 999) from information_schema.columns
                   where table_schema = 'public' and table_name = %s and data_type in ('text', 'character varying', 'jsonb')
                     and is_generated = 'NEVER'""",
                [table],
            ).fetchall():
                if (table, name) in ADDRESSED or length < len(MARK):
                    continue
                new = f"left({name}, {length - len(MARK)}) || '{MARK}'"
                if kind == "jsonb":
                    new = (f"case jsonb_typeof({name}) when 'array' then {name} || '[\"{MARK}\"]' "
                           f"when 'object' then {name} || '{{\"{MARK}\": \"{MARK}\"}}' else {name} end")  # fmt: skip
                try:
                    with owner.transaction():
                        changed = owner.execute(f"update {table} set {name} = {new} where {column} = %s", [value]).rowcount  # noqa: S608
                except Exception:  # noqa: BLE001, S112  a word the database knows all of, such as a kind
                    continue
                if changed:
                    planted.setdefault(table, set()).add(name)
    return planted
