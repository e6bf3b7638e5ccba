"""Which column holds what: headers guessed from Swedish and English names, overridden by the person's own mapping."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from fordran.core.problems import Refused
from fordran.formats.open_items.item import COMPULSORY, FIELDS, ReadOptions
from fordran.formats.open_items.words import MEANINGS, listed, refuse

# Field -> names, best first; names between two bars are equally good. Compared without case, accents, spaces and marks.
# "Belopp" alone never becomes `open`: it may be the whole invoice, of which a part is paid; the person must say.
# "Er referens" is the customer's contact person, not a payment reference, and stays unknown.
_NAMES = {
    "invoice": "fakturanummer fakturanr fakturano invoicenumber invoiceno invoicenr invoiceid | faktura invoice fakturaid "
    "dokumentnummer dokumentnr documentnumber documentno docno referencenbr referencenumber verifikationsreferens "
    "| lopnummer lopnr nummer number bilagsnummer bilaga",
    "due": "forfallodatum forfallodag forfallodat duedate due forfaller forfdatum forfdat forfallodt | forfall forf "
    "sistabetalningsdag sistabetaldag betalasenast paymentdate payby dateofmaturity maturitydate maturity",
    "open": "restbelopp kvarstar utestaende utestaendebelopp restsaldo "
    "kvarattbetala aterstaende aterstaendebelopp obetaltbelopp obetalt oppetbelopp opensum openamount "
    "openbalance outstanding outstandingamount amountdue balancedue remainingamount amountremaining remaining unpaid "
    "unpaidamount restskuld restvaluta oppetbeloppvaluta oppnabelopp oppensumma kvarstaende kvarstaendebelopp attbetalakvar "
    "residual | saldo balance oppet oppen rest restsek saldosek fakturasaldo invoicebalance balancecury oppetsek | skuld",
    "amount": "fakturabelopp fakturasumma totalbelopp fakturatotal invoiceamount invoicetotal totalamount originalamount "
    "ursprungligtbelopp ursprungsbelopp grossamount bruttobelopp beloppinklmoms totaltinklmoms summainklmoms fakturerat "
    "| belopp total summa totalt amount sum attbetala brutto gross | beloppsek totalsek",
    "customer": "kundnamn kundensnamn customername debtorname clientname galdenar galdenarsnamn kundenamn accountname "
    "| kund customer debtor namn name client foretag foretagsnamn bolag bolagsnamn companyname company | mottagare "
    "betalare payer",
    "customer_id": "kundnummer kundnr kundid kundno customernumber customerno customernr debtornumber debtorno accountnumber "
    "accountno kundkod customercode clientno clientnumber clientid galdenarsnummer galdenarsnr | custno custnr kundref "
    "reskontranr reskontranummer | kund customer debtor client",
    "class": "kundklass kundgrupp kundkategori customerclass customergroup customercategory | klass grupp kategori group "
    "category segment",
    "issued": "fakturadatum fakturadag invoicedate invoicedt dateofinvoice fakturadat issuedate issuedon dateissued "
    "utstallningsdatum | utfardad utfardat dokumentdatum docdate documentdate fakturerad | datum date",
    "arose": "leveransdatum leveransdag avtalsdatum avtalsdag deliverydate contractdate orderdatum orderdate tillkomst "
    "uppkomst uppkom",
    "currency": "valuta valutakod currency currencycode currencyid valutaid | val cur cury curr",
    "text": "fakturatext beskrivning description avser detavser fordranavser invoicetext "
    "| benamning rubrik concerns subject | notering",
    "reference": "ocr ocrnummer ocrnr ocrreferens ocrno ocrnumber betalningsreferens paymentreference | betalreferens paymentref "
    "inbetalningsreferens kid kidnummer",
    "credits": "krediterar kreditavser krediteradfaktura kreditfor credits creditsinvoice creditedinvoice creditof avserfaktura "
    "kreditavfaktura originalinvoice ursprungsfaktura",
    "kind": "fakturatyp dokumenttyp documenttype invoicetype doctype verifikattyp transaktionstyp | typ type slag",
    "identity": "orgnr organisationsnummer organisationsnr personnummer personnr persorgnr orgpersnr personorgnr orgpersonnr "
    "orgnrpersnr persnrorgnr orgnrpersonnr personnrorgnr organisationsnrpersonnr organisationsnummerpersonnummer "
    "organisationspersonnummer personorganisationsnummer organisationnumber organizationnumber orgno orgnumber "
    "corporateid corporateidno identitynumber nationalid ssn companyno companyregistrationnumber registrationnumber "
    "orgnummer persnr | vatnumber vatno vatnr momsregnr",
    "debtor": "kundtyp customertype debtortype galdenarstyp gldnarstyp debtorkind",
    "claim": "fordringstyp fordranstyp claimtype claimkind fordringsslag fordran",
    "street": "gatuadress adress1 address1 addressline1 gata street streetaddress adressrad1 utdelningsadress postadress1 "
    "fakturaadress1 | adress address fakturaadress postadress",
    "street2": "adress2 address2 addressline2 adressrad2 streetaddress2 fakturaadress2 postadress2 | coadress co careof",
    "postcode": "postnummer postnr postalcode zipcode zip postkod",
    "town": "postort ort town city | stad",
    "country": "land landkod landskod country countrycode countryid",
    "email": "epost epostadress email emailaddress mejl mejladress mailadress mail epostfaktura | kontaktepost",
    "phone": "telefon telefonnummer telefonnr phone phonenumber tel telnr mobil mobilnummer mobilnr "
    "mobiltelefon mobile telephone",
    "language": "sprak sprakkod language languagecode languageid",
    "due_agreed": "forfallodagavtalad avtaladforfallodag avtaladforfallodatum dueagreed dueagreedinadvance",
    "interest_text": "rantetext ranteupplysning interestclause rantevillkorpafaktura",
    "interest_rate": "rantesats interestrate drojsmalsrantesats avtaladrantesats ranteprocent",
    "terms_agreed": "avgiftavtalad villkoravtalade avtalsvillkorfran paminnelseavgiftavtalad termsagreedfrom",
    "reminded": "paminnelsedatum paminddatum senastepaminnelse senastpamind reminderdate lastreminder lastreminderdate "
    "lastdunningdate remindedon datumpaminnelse | pamind paminnelse kravdatum senastekrav",
    "reminded_fee": "paminnelseavgift reminderfee dunningfee pamavgift kravavgift",
}
HEADER_ROWS = 20


@lru_cache(maxsize=4096)
def bare(header: str) -> str:
    """`Förfallo-datum ` -> `forfallodatum`."""
    text = unicodedata.normalize("NFKD", header.casefold().replace("ø", "o").replace("æ", "ae"))
    return re.sub(r"[^a-z0-9]", "", text)


def _ranks() -> dict[str, dict[str, int]]:
    """Bare header -> {field: rank}; rank 0 is the FIELD name itself, 1 the best names, and so on."""
    ranks: dict[str, dict[str, int]] = {}
    for field in FIELDS:
        if field != "customer":  # many systems have "Customer" for the number beside "Customer name"
            ranks.setdefault(bare(field), {})[field] = 0
    for field, names in _NAMES.items():
        for rank, tier in enumerate(names.split("|"), 1):
            for name in tier.split():
                ranks.setdefault(name, {}).setdefault(field, rank)
    return ranks


_RANKS = _ranks()


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column (0-based) holds which field. `guessed` are the fields that the person did not point out."""

    columns: dict[str, int]
    headers: tuple[str, ...]
    guessed: frozenset[str]

    def header(self, field: str) -> str:
        return self.headers[self.columns[field]]

    def named(self) -> dict[str, str]:
        return {field: self.header(field) for field in FIELDS if field in self.columns}

    def unknown(self) -> tuple[str, ...]:
        used = set(self.columns.values())
        return tuple(header for number, header in enumerate(self.headers) if header and number not in used)

    def without(self, field: str) -> Mapping:
        return Mapping({f: c for f, c in self.columns.items() if f != field}, self.headers, self.guessed - {field})


def parse_mapping(texts: Sequence[str], lang: str = "en") -> tuple[tuple[str, str], ...]:
    """`FIELD=HEADER` texts -> pairs. Raises Refused for another form or field."""
    pairs = []
    for text in texts:
        field, equals, header = text.partition("=")
        if not equals:
            raise refuse("map_form", lang, field="--map", value=text)
        pairs.append((field.strip(), header.strip()))
    check_mapping(pairs, lang)
    return tuple(pairs)


def check_mapping(pairs: Sequence[tuple[str, str]], lang: str) -> None:
    """Raises Refused for an unknown field, or one that is named twice."""
    seen = set()
    for field, _ in pairs:
        if field not in FIELDS:
            raise refuse("map_field", lang, record="--map", field=field or "--map", fields=", ".join(FIELDS))
        if field in seen:
            raise refuse("map_twice", lang, record="--map", field=field)
        seen.add(field)


def header_score(cells: Sequence[object], mapping: Sequence[tuple[str, str]] = ()) -> int:
    """How many different fields the cells could be headers of; a header that the person named counts double."""
    texts = [cell for cell in cells if isinstance(cell, str) and cell.strip() and len(cell) < 100]
    bares = {bare(text) for text in texts}
    fields = {field for name in bares for field in _RANKS.get(name, {})}
    return min(len(fields), len(texts)) + 2 * sum(1 for _, header in mapping if header and bare(header) in bares)


def best_header(rows: Sequence[tuple[int, Sequence[object]]], mapping: Sequence[tuple[str, str]]) -> tuple[int, int]:
    """(index, score) of the likeliest header row among the first rows; the earliest wins a tie."""
    scores = [header_score(cells, mapping) for _, cells in rows[:HEADER_ROWS]]
    best = max(scores, default=0)
    return (scores.index(best) if scores else 0), best


def map_columns(cells: Sequence[object], options: ReadOptions, name: str) -> Mapping:
    """The header row's cells -> Mapping. Raises Refused when a compulsory field is missing or a choice is a toss-up."""
    headers = tuple(" ".join(str(cell).split()) if cell is not None else "" for cell in cells)
    columns: dict[str, int] = {}
    for field, header in options.mapping:
        if header:
            columns[field] = _pointed_out(header, headers, field, options.lang)
    stated = {field for field, _ in options.mapping}
    _guess(columns, stated, headers, options.lang, name)
    missing = [field for field in COMPULSORY if field not in columns]
    if missing:
        problems = [
            refuse(
                "field_missing",
                options.lang,
                record=name,
                field=field,
                meaning=MEANINGS[field][0 if options.lang == "sv" else 1],
                headers=listed(headers),
            ).problems[0]
            for field in missing
        ]
        raise Refused(problems)
    return Mapping(columns, headers, frozenset(columns) - stated)


def guess_of(cells: Sequence[object], options: ReadOptions, name: str) -> dict[str, str]:
    """Field -> header, as far as it can be told: a toss-up is left to the person."""
    headers = tuple(" ".join(str(cell).split()) if cell is not None else "" for cell in cells)
    columns: dict[str, int] = {}
    with suppress(Refused):
        _guess(columns, set(), headers, options.lang, name)
    return {field: headers[number] for field, number in columns.items()}


def _pointed_out(header: str, headers: tuple[str, ...], field: str, lang: str) -> int:
    wanted = " ".join(header.split())
    hits = [n for n, h in enumerate(headers) if h == wanted]
    if not hits and bare(wanted):
        hits = [n for n, h in enumerate(headers) if bare(h) == bare(wanted)]
    if not hits:
        raise refuse("map_header", lang, record="--map", field=field, header=wanted, headers=listed(headers))
    if len(hits) > 1:
        raise refuse("map_header_twice", lang, record="--map", field=field, header=wanted)
    return hits[0]


def _guess(columns: dict[str, int], stated: set[str], headers: tuple[str, ...], lang: str, name: str) -> None:
    """Fill in `columns`: the best name first; each column and each field once."""
    taken = set(columns.values())
    candidates = sorted(
        (rank, FIELDS.index(field), number)
        for number, header in enumerate(headers)
        for field, rank in _RANKS.get(bare(header), {}).items()
        if field not in stated
    )
    for rank, index, number in candidates:
        field = FIELDS[index]
        if field in columns or number in taken:
            continue
        rivals = [n for r, i, n in candidates if (r, i) == (rank, index) and n not in taken]
        if len(rivals) > 1:
            raise refuse("field_tie", lang, record=name, field=field, headers=listed([headers[n] for n in rivals]))
        columns[field] = number
        taken.add(number)
