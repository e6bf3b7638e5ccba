"""Cells that hold one of a few words: yes/no, kind, debtor, claim, currency, country, language."""

from __future__ import annotations

import unicodedata

from fordran.formats.open_items.words import CellRefused, shown


def _table(**lists: str) -> dict[str, str]:
    return {word.strip(): value for value, words in lists.items() for word in words.split(",")}


YES = frozenset("ja j yes y 1 x true sant sann ✓ ✔".split())
NO = frozenset("nej n no 0 false falskt falsk".split())

# A payment that is not yet matched stands open in the customer's favour, as a credit does.
KINDS = _table(
    invoice="invoice,faktura,f,kundfaktura,debet,debetfaktura,debetnota,debit memo,debitmemo,inv,kontantfaktura",
    credit="credit,kredit,k,kreditfaktura,kreditnota,credit note,creditnote,credit memo,creditmemo,crm,kreditering,"
    "kundkreditfaktura,payment,prepayment,betalning,inbetalning,forskott,a conto",
)
DEBTORS = _table(
    consumer="consumer,konsument,privat,privatperson,private,private person,individual,fysisk person,person,b2c",
    business="business,foretag,naringsidkare,bolag,company,b2b,foretagskund",
    public="public,offentlig,offentlig sektor,kommun,region,stat,myndighet,public body,government,municipality",
)
CLAIMS = _table(
    goods_services="goods_services,goods,services,goods and services,vara,varor,tjanst,tjanster,varor och tjanster",
    rent="rent,hyra,hyror,hyresfordran",
    electricity="electricity,el,elektricitet",
    credit="credit,kredit,lan,loan",
    other="other,annat,ovrigt,annan",
)
LANGUAGES = _table(
    sv="svenska,swedish,swe", en="engelska,english,eng", no="norska,norwegian,norsk", da="danska,danish", fi="finska,finnish",
    de="tyska,german",
)  # fmt: skip
CURRENCIES = {"KR": "SEK", "SKR": "SEK", "KRONOR": "SEK", "€": "EUR", "EURO": "EUR", "£": "GBP", "$": "USD"}

# ISO 3166-1 alpha-2, all that are officially assigned.
COUNTRY_CODES = frozenset(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF "
    "CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH "
    "GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW "
    "KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG "
    "NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN "
    "SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT "
    "ZA ZM ZW".split()
)
COUNTRIES = _table(
    SE="sverige,sweden,swe", NO="norge,norway,nor", DK="danmark,denmark,dnk", FI="finland,suomi,fin", IS="island,iceland",
    AX="aland", DE="tyskland,germany,deutschland,deu", NL="nederlanderna,holland,netherlands,the netherlands,nederland",
    BE="belgien,belgium", LU="luxemburg,luxembourg", FR="frankrike,france", ES="spanien,spain,espana", PT="portugal",
    IT="italien,italy,italia", AT="osterrike,austria,osterreich", CH="schweiz,switzerland", PL="polen,poland,polska",
    CZ="tjeckien,czechia,czech republic", SK="slovakien,slovakia", HU="ungern,hungary", RO="rumanien,romania",
    BG="bulgarien,bulgaria", GR="grekland,greece,el", HR="kroatien,croatia", SI="slovenien,slovenia", EE="estland,estonia",
    LV="lettland,latvia", LT="litauen,lithuania", IE="irland,ireland", TR="turkiet,turkey",
    GB="storbritannien,united kingdom,great britain,england,uk,skottland,scotland,gbr",
    US="usa,united states,united states of america,forenta staterna", CA="kanada,canada", CN="kina,china", UA="ukraina,ukraine",
    IN="indien,india", TH="thailand", AU="australien,australia", CY="cypern,cyprus", MT="malta",
)  # fmt: skip


def plain(text: str) -> str:
    """Small letters without accents, single spaces: how words are compared."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ø", "o"))
    return " ".join("".join(c for c in folded if not unicodedata.combining(c)).strip(" .").split())


def read_yes_no(cell: object) -> bool:
    """Raises CellRefused."""
    word = plain(_whole(cell))
    if word in YES:
        return True
    if word in NO:
        return False
    raise CellRefused("not_a_word", value=shown(cell), words="ja, nej, yes, no, 1, 0, x")


def _word(cell: object, words: dict[str, str]) -> str:
    found = words.get(plain(_whole(cell)))
    if found is None:
        raise CellRefused("not_a_word", value=shown(cell), words=", ".join(dict.fromkeys(words.values())))
    return found


def read_kind(cell: object) -> str:
    """invoice or credit. Raises CellRefused."""
    return _word(cell, KINDS)


def read_debtor(cell: object) -> str:
    """consumer, business or public. Raises CellRefused."""
    return _word(cell, DEBTORS)


def read_claim(cell: object) -> str:
    """goods_services, rent, electricity, credit or other. Raises CellRefused."""
    return _word(cell, CLAIMS)


def read_currency(cell: object) -> str:
    """Three capital letters. Raises CellRefused."""
    text = " ".join(str(cell).split()).upper()
    code = CURRENCIES.get(text.rstrip("."), text)
    if len(code) == 3 and code.isascii() and code.isalpha():
        return code
    raise CellRefused("not_a_currency", value=shown(cell))


def read_country(cell: object) -> str:
    """ISO 3166, two capital letters, from the code or a common name. Raises CellRefused."""
    text = str(cell).strip()
    if text.upper() in COUNTRY_CODES:
        return text.upper()
    found = COUNTRIES.get(plain(text))
    if found is None:
        raise CellRefused("not_a_country", value=shown(cell))
    return found


def read_language(cell: object) -> str:
    """Two small letters; `sv-SE` counts as `sv`. Raises CellRefused."""
    text = plain(str(cell))
    code = LANGUAGES.get(text, text.replace("_", "-").partition("-")[0])
    if len(code) == 2 and code.isascii() and code.isalpha():
        return code
    raise CellRefused("not_a_language", value=shown(cell))


def _whole(cell: object) -> str:
    """A number cell 1.0 as `1`."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
