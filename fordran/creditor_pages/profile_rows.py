"""The page Borgenär field by field: its word, its value, where that comes from, what the ERP says otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.utils.safestring import SafeString

from fordran.core.problems import Refused
from fordran.creditor_pages import words
from fordran.creditor_pages.words import t
from fordran.creditors import accounts, logo, origins, profile_form
from fordran.creditors.models import Creditor, FieldOrigin

PART_WORDS = {
    "name": "Namn",
    "street": "Gata eller box",
    "postcode": "Postnummer",
    "town": "Ort",
    "email": "E-post",
    "phone": "Telefon",
}
AUTOCOMPLETE = {"phone": "tel", "email": "email", "street": "off", "postcode": "off", "town": "off", "name": "off"}
INPUTMODE = {"postcode": "numeric", "phone": "tel", "email": "email"}

CARDS = {"sender": "Avsändaradress", "invoice": "Fakturaadress", "agreement": "Avtalsadress"}

WRONG = {
    profile_form.NO_DEBT: "Skriv vad skulderna avser, till exempel Byggarbeten enligt faktura.",
    profile_form.TOO_LONG: "Texten är för lång. Högst {n} tecken får plats.",
    profile_form.POSTCODE: "Postnumret ska ha fem siffror, till exempel 111 22.",
    profile_form.EMAIL: "E-postadressen stämmer inte. Skriv den som namn@företag.se.",
    profile_form.PHONE: "Telefonnumret är för kort. Skriv det med riktnummer, till exempel 08-123 45 67.",
    profile_form.NAME_IN_NUMBER: "Skriv bara siffror i telefonnumret. Mellanslag, bindestreck och + går bra.",
    accounts.NO_ACCOUNT: "Fyll i minst ett utbetalningskonto.",
    accounts.TAKEN: "Kontot är redan registrerat för ett annat företag här. Kontrollera numret.",
    accounts.CLEARING: "Clearingnumret har fyra siffror, eller fem hos Swedbank, och börjar inte med 0.",
    logo.TOO_LARGE: "Filen är större än 1 MB. Välj en mindre.",
    logo.NO_PICTURE: "Filen går inte att läsa som bild. Välj en PNG- eller JPEG-fil.",
    logo.WRONG_SIZE: "Bilden ska vara mellan 16 och 4 000 bildpunkter på varje ledd.",
}
WRONG_NUMBER = {
    "bankgiro": "Bankgironumret stämmer inte. Sista siffran är en kontrollsiffra; kontrollera att alla siffror är rätt.",
    "plusgiro": "Plusgironumret stämmer inte. Sista siffran är en kontrollsiffra; kontrollera att alla siffror är rätt.",
    "account": "Skriv clearingnumret, ett komma och kontot, till exempel 6112, 123 456 789.",
    "iban": "Ibannumret stämmer inte. Kontrollera varje tecken.",
}
"""What is wrong with a number -> the sentence. The first is by what the room says, this by the kind of account."""

UNDERSTOOD = {
    "bankgiro": "kontrollsiffran stämmer",
    "plusgiro": "kontrollsiffran stämmer",
    "account": "formen stämmer; bankens egen kontrollsiffra prövas inte",
    "iban": "kontrollsiffrorna stämmer",
}


@dataclass(slots=True)
class Row:
    """One field. `source`: erp, person, missing or "" (nobody knows); `offered`: what the ERP says where it differs;
    `stored`: what somebody else has put there since the page was opened."""

    name: str
    label: SafeString
    value: str = ""
    error: str = ""
    most: int = 80
    inputmode: str = "text"
    autocomplete: str = "off"
    source: str = ""
    source_said: str = ""
    offered: str = ""
    stored: str | None = None
    stored_said: str = ""
    understood: str = ""
    kind: str = ""
    waits: bool = False  # what is proposed here waits for a second person
    till: str = ""  # where money comes till then
    preferred: bool = False

    @property
    def id(self) -> str:
        return f"f-{self.name}"

    @property
    def described_by(self) -> str:
        return " ".join(
            [f"{self.id}-s", *([f"{self.id}-e"] if self.error else []), *([f"{self.id}-c"] if self.stored is not None else [])]
        )


@dataclass(slots=True)
class Shown:
    """Everything that the rows need beside the fields themselves."""

    creditor: Creditor
    erp: str  # the ERP's name, "" = none
    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    clashes: Mapping[str, str] = field(default_factory=dict)
    preferred: str = ""
    money_to: str = ""  # the account that is asked first today
    _known: dict[str, FieldOrigin] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._known = origins.origins(self.creditor)
        self._names = full_names([row.by for row in self._known.values()])

    def row(self, name: str) -> Row:
        part = name.rpartition(".")[2]
        row = Row(
            name, t(PART_WORDS[part]) if part in PART_WORDS else SafeString(""), self.values.get(name, ""),
            self.errors.get(name, ""), profile_form.LONGEST.get(part, profile_form.LONGEST_DEBT),
            INPUTMODE.get(part, "text"), AUTOCOMPLETE.get(part, "off"),
        )  # fmt: skip
        self._dress(row)
        return row

    def account(self, one: accounts.Standing) -> Row:
        row = Row(
            f"account.{one.kind}", t(words.ACCOUNT_KINDS[one.kind]), self.values.get(f"account.{one.kind}", ""),
            self.errors.get(f"account.{one.kind}", ""), 60, "text" if one.kind == "iban" else "numeric", kind=one.kind,
            preferred=self.preferred == one.kind,
        )  # fmt: skip
        self._dress(row)
        if row.value and not row.error:
            row.understood = t(UNDERSTOOD[one.kind])
        if one.proposed:
            row.waits, row.till = True, accounts.said(one.kind, one.now) if one.now else self.money_to
        return row

    def _dress(self, row: Row) -> None:
        known = self._known.get(row.name)
        account = row.name.startswith("account.")
        if known is not None:
            if known.origin == origins.ERP and not row.value:
                if row.name.startswith("address."):
                    row.source, row.source_said = "missing", t("Saknas i {erp}", erp=self.erp_name)
            elif known.origin == origins.ERP:
                row.source, row.source_said = "erp", t("Hämtat från {erp} {day}", erp=self.erp_name, day=words.day(known.on))
            elif known.by:
                row.source, row.source_said = "person", t("Ändrat här av {name}", name=self._names.get(known.by, known.by))
            if known.fetched and known.origin == origins.TYPED and self.erp:
                kind = row.name.rpartition(".")[2]
                said = accounts.said(kind, known.fetched) if account else known.fetched
                row.offered = "" if _same(said, row.value) else said
        if row.name in self.clashes:
            row.stored = self.clashes[row.name]
            row.stored_said = self._changed_by(known)

    def _changed_by(self, known: FieldOrigin | None) -> str:
        if known is None:
            return ""
        if known.origin == origins.ERP:
            return t("Hämtat från {erp} {day}", erp=self.erp_name, day=words.day(known.on))
        return t("Ändrat av {name} {day}", name=self._names.get(known.by, known.by), day=words.day(known.on))

    @property
    def erp_name(self) -> str:
        return self.erp or t("affärssystemet")


def _same(one: str, other: str) -> bool:
    plain = [" ".join(text.split()).casefold() for text in (one, other)]
    return plain[0] == plain[1]


def full_names(usernames: Sequence[str]) -> dict[str, str]:
    """Name of account -> the person's name. One statement."""
    wanted = {name for name in usernames if name}
    users = User.objects.filter(username__in=wanted) if wanted else ()
    return {user.username: user.get_full_name() or user.username for user in users}


def errors_of(refused: Refused) -> list[tuple[str, str]]:
    """(field, sentence in the visitor's language) of what a room refused."""
    found = []
    for problem in refused.problems:
        if problem.message in WRONG:
            said = str(t(WRONG[problem.message], n=problem.record))
        else:
            said = str(t(WRONG_NUMBER.get(problem.record, ""))) or problem.message
        found.append((problem.field, said))
    return found


def typed_of(creditor: Creditor, posted: Mapping[str, str]) -> dict[str, str]:
    """What the form held, by field."""
    names = [*profile_form.text_fields(creditor), *(f"account.{kind}" for kind in profile_form.account_kinds(creditor))]
    return {name: posted.get(name, "")[:300] for name in (*names, "preferred")}


def stored_as_typed(creditor: Creditor) -> dict[str, str]:
    """What the form holds when it is opened: the values as they are, accounts as people write them."""
    found = profile_form.stored(creditor)
    standings = accounts.standings(creditor)
    for kind in profile_form.account_kinds(creditor):
        found[f"account.{kind}"] = accounts.said(kind, standings[kind].wished) if standings[kind].wished else ""
    found["preferred"] = next((kind for kind, one in standings.items() if one.preferred), "")
    return found


def understood(form: profile_form.Read) -> dict[str, str]:
    """What a form said, as it is written back when it comes up again."""
    return form.values | {f"account.{k}": accounts.said(k, n) for k, n in form.accounts.items()} | {"preferred": form.preferred}
