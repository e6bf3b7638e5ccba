"""What the reader says, in Swedish and English, and how it shows a value without showing a personal number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fordran.core.problems import Problem, Refused

# id -> (Swedish, English). Braces name the facts.
SENTENCES: dict[str, tuple[str, str]] = {
    # ---- the whole file
    "empty_file": ("Filen är tom.", "The file is empty."),
    "too_big": (
        "Filen är större än {limit} MB. Dela den eller spara den som CSV.",
        "The file is larger than {limit} MB. Split it, or save it as CSV.",
    ),
    "not_a_table": (
        "Filen är {what}, inte en tabell. Spara öppna poster som CSV eller Excel (.xlsx) och försök igen.",
        "The file is {what}, not a table. Save the open items as CSV or Excel (.xlsx) and try again.",
    ),
    "old_workbook": (
        "Filen är en äldre eller lösenordsskyddad arbetsbok. Spara den som .xlsx utan lösenord.",
        "The file is an older or password-protected workbook. Save it as .xlsx without a password.",
    ),
    "broken_workbook": (
        "Arbetsboken går inte att läsa: filen är skadad. Öppna den i Excel, spara om den som .xlsx och försök igen.",
        "The workbook cannot be read: the file is damaged. Open it in Excel, save it again as .xlsx and try again.",
    ),
    "from_1904": (
        "Arbetsboken räknar dagar från 1904, så dagarna kan bli fel. Spara listan som CSV och försök igen.",
        "The workbook counts days from 1904, so that days could come out wrong. Save the list as CSV and try again.",
    ),
    "zip_bomb": (
        "Arbetsboken är packad så att den växer orimligt när den öppnas. Spara om den som .xlsx eller CSV.",
        "The workbook is packed so that it grows beyond reason when opened. Save it again as .xlsx or CSV.",
    ),
    "too_many_rows": ("Filen har fler än {limit} rader. Dela den.", "The file has more than {limit} rows. Split it."),
    "too_many_columns": (
        "Filen har fler än {limit} kolumner. Ta bort dem som inte behövs.",
        "The file has more than {limit} columns. Remove those that are not needed.",
    ),
    "no_rows": (
        "Filen har rubriker men inga rader under dem.",
        "The file has headers but no rows below them.",
    ),
    "open_quote": (
        "Ett citattecken på rad {row} stängs aldrig, så rader flyter ihop. Rätta raden och försök igen.",
        "A quotation mark on row {row} is never closed, so that rows run together. Correct the row and try again.",
    ),
    "long_cell": (
        "En cell på rad {row} har fler än {limit} tecken. Troligen saknas ett citattecken.",
        "A cell on row {row} has more than {limit} characters. A quotation mark is probably missing.",
    ),
    "no_header": (
        "Ingen rad med rubriker hittades bland de {limit} första raderna. Första raden lyder: {headers}",
        "No row of headers was found among the first {limit} rows. The first row reads: {headers}",
    ),
    "field_missing": (
        "Ingen kolumn för {field} ({meaning}) hittades. Rubrikerna är: {headers}. Peka ut den med --map {field}=RUBRIK.",
        "No column for {field} ({meaning}) was found. The headers are: {headers}. Point it out with --map {field}=HEADER.",
    ),
    "field_tie": (
        "Flera kolumner kan vara {field}: {headers}. Peka ut en med --map {field}=RUBRIK.",
        "Several columns could be {field}: {headers}. Point one out with --map {field}=HEADER.",
    ),
    "map_form": ("{value} ska skrivas FÄLT=RUBRIK.", "{value} should be written FIELD=HEADER."),
    "map_field": ("Fältet {field} finns inte. Fälten är: {fields}.", "There is no field {field}. The fields are: {fields}."),
    "map_twice": ("Fältet {field} har pekats ut två gånger.", "The field {field} is pointed out twice."),
    "map_header": (
        "Ingen kolumn heter {header}. Rubrikerna är: {headers}.",
        "No column is named {header}. The headers are: {headers}.",
    ),
    "map_header_twice": (
        "Flera kolumner heter {header}. Ge dem olika namn i filen.",
        "Several columns are named {header}. Give them different names in the file.",
    ),
    "currency_option": (
        "{value} är ingen valuta. Skriv tre bokstäver, till exempel SEK.",
        "{value} is not a currency. Write three letters, for example SEK.",
    ),
    "dates_option": (
        "{value} är ingen datumordning. Skriv ymd, dmy eller mdy.",
        "{value} is not a date order. Write ymd, dmy or mdy.",
    ),
    "dates_unclear": (
        "Kolumnen {header} har datum som {value}, där dag och månad kan vara omkastade. "
        "Säg vilken ordning som gäller med --dates dmy eller --dates mdy.",
        "The column {header} has dates such as {value}, where day and month could be swapped. "
        "Say which order holds with --dates dmy or --dates mdy.",
    ),
    "dates_mixed": (
        "Kolumnen {header} blandar två sätt att skriva datum ({value} och {other}). "
        "Säg vilken ordning som gäller med --dates dmy eller --dates mdy, eller rätta filen.",
        "The column {header} mixes two ways of writing dates ({value} and {other}). "
        "Say which order holds with --dates dmy or --dates mdy, or correct the file.",
    ),
    "dates_swapped": (
        "Kolumnen {header} har både riktiga datum och text som {value}. Då har kalkylprogrammet ofta kastat om dag och månad. "
        "Kontrollera datumen; stämmer de, ange ordningen med --dates dmy eller --dates mdy.",
        "The column {header} has both real dates and text such as {value}. The spreadsheet has then often swapped day and "
        "month. Check the dates; if they are right, state the order with --dates dmy or --dates mdy.",
    ),
    # ---- one cell or row
    "missing": ("Värde saknas.", "The value is missing."),
    "too_many_cells": (
        "Raden har {cells} celler men rubrikraden {columns}. Belopp med decimalkomma måste stå inom citattecken "
        "när kolumnerna skiljs åt med komma.",
        "The row has {cells} cells but the header row {columns}. Amounts with a decimal comma must be quoted "
        "when commas separate the columns.",
    ),
    "too_long": ("Fler än {limit} tecken.", "More than {limit} characters."),
    "rounded_number": (
        "Kalkylprogrammet har kortat numret så att siffror gått förlorade. Formatera kolumnen som text och exportera igen.",
        "The spreadsheet has shortened the number and digits are lost. Format the column as text and export again.",
    ),
    "not_text": ("{value} är inte text eller nummer.", "{value} is not text or a number."),
    "not_an_amount": (
        "{value} är inget belopp. Skriv till exempel 1234,50.",
        "{value} is not an amount. Write for example 1234.50.",
    ),
    "amount_unclear": (
        "{value} kan vara {one} eller {other}. Skriv beloppet med två decimaler, eller utan tusentalsavskiljare.",
        "{value} could be {one} or {other}. Write the amount with two decimals, or without a thousands separator.",
    ),
    "amount_decimals": ("{value} har fler än två decimaler.", "{value} has more than two decimals."),
    "amount_too_big": ("{value} är för stort.", "{value} is too large."),
    "amount_grouping": (
        "{value} är inte grupperat i tusental. Skriv beloppet utan tusentalsavskiljare.",
        "{value} is not grouped in thousands. Write the amount without thousands separators.",
    ),
    "amount_currency": (
        "Beloppet är i {value} men radens valuta är {currency}.",
        "The amount is in {value} but the currency of the row is {currency}.",
    ),
    "amount_negative": ("{value} får inte vara negativt.", "{value} must not be negative."),
    "open_above_amount": (
        "Öppet belopp {value} är större än fakturans belopp {amount}.",
        "The open sum {value} is larger than the invoice's amount {amount}.",
    ),
    "signs_differ": (
        "Öppet belopp {value} och fakturans belopp {amount} har olika tecken.",
        "The open sum {value} and the invoice's amount {amount} have different signs.",
    ),
    "not_a_date": ("{value} är inget datum. Skriv ÅÅÅÅ-MM-DD.", "{value} is not a date. Write YYYY-MM-DD."),
    "no_such_day": ("{value} finns inte i kalendern.", "{value} is not in the calendar."),
    "short_year": ("{value}: skriv året med fyra siffror, ÅÅÅÅ-MM-DD.", "{value}: write the year with four digits, YYYY-MM-DD."),
    "odd_year": ("{value}: året kan inte stämma.", "{value}: the year cannot be right."),
    "date_zone": (
        "{value} har klockslag i en annan tidszon, så dagen är oviss. Skriv bara dagen, ÅÅÅÅ-MM-DD.",
        "{value} has a time in another time zone, so that the day is uncertain. Write the day alone, YYYY-MM-DD.",
    ),
    "date_unclear": (
        "{value}: dag och månad kan vara omkastade. Säg vilken ordning som gäller med --dates dmy eller --dates mdy.",
        "{value}: day and month could be swapped. Say which order holds with --dates dmy or --dates mdy.",
    ),
    "date_order": ("{value} följer inte ordningen {order}.", "{value} does not follow the order {order}."),
    "not_a_word": ("{value} känns inte igen. Skriv {words}.", "{value} is not known. Write {words}."),
    "not_a_currency": (
        "{value} är ingen valuta. Skriv tre bokstäver, till exempel SEK.",
        "{value} is not a currency. Write three letters, for example SEK.",
    ),
    "not_a_country": (
        "{value} är inget land som känns igen. Skriv två bokstäver, till exempel SE.",
        "{value} is not a known country. Write two letters, for example SE.",
    ),
    "not_a_language": (
        "{value} är inget språk. Skriv två bokstäver, till exempel sv.",
        "{value} is not a language. Write two letters, for example sv.",
    ),
    "not_an_email": ("Det är ingen e-postadress.", "This is not an e-mail address."),
    "not_a_rate": ("{value} är ingen räntesats mellan 0 och 100 procent.", "{value} is not a rate between 0 and 100 per cent."),
    "rate_unclear": (
        "{value} kan vara {one} eller {other} procent. Skriv räntesatsen som text med procenttecken.",
        "{value} could be {one} or {other} per cent. Write the rate as text with a per cent sign.",
    ),
    "credits_on_invoice": (
        "Raden sägs vara en faktura men krediterar faktura {value}. Ändra slag till credit eller töm cellen.",
        "The row is said to be an invoice but credits invoice {value}. Change its kind to credit, or empty the cell.",
    ),
    "duplicate": (
        "Faktura {value} står också på rad {other}. Ta bort den ena raden.",
        "Invoice {value} also stands on row {other}. Remove one of the rows.",
    ),
    # ---- notes
    "sum_row": ("Rad {row} är en summarad ({value}) och har inte lästs.", "Row {row} is a sum row ({value}) and was not read."),
    "sum_rows": ("Fler summarader som inte har lästs: {count}.", "More sum rows that were not read: {count}."),
    "formula_errors": (
        "Celler med formelfel, som lästes som tomma: {count}.",
        "Cells with formula errors, which were read as empty: {count}.",
    ),
    "guess_dropped": (
        "Kolumnen {header} liknar {field} till namnet men har inga sådana värden; den lästes inte.",
        "The column {header} looks like {field} by its name but holds no such values; it was not read.",
    ),
    "other_sheets": (
        "Bladet {sheet} lästes; övriga blad lästes inte: {others}.",
        "The sheet {sheet} was read; other sheets were not: {others}.",
    ),
    "settled_rows": ("Rader utan något kvar att betala: {count}.", "Rows with nothing left to pay: {count}."),
}

MEANINGS: dict[str, tuple[str, str]] = {
    "invoice": ("fakturanummer", "invoice number"),
    "due": ("förfallodag", "due date"),
    "open": ("kvar att betala", "what is left to pay"),
    "customer": ("kundens namn", "the customer's name"),
}

# A personal or organisation number, with or without century and hyphen.
_NUMBER_OF_A_PERSON = re.compile(r"(?<!\d)(?:\d{2})?\d{6}[-+ ]?\d{4}(?!\d)")


def shown(value: object) -> str:
    """A cell as it may be quoted in a message: short, on one line, personal numbers hidden."""
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    text = _NUMBER_OF_A_PERSON.sub("(nummer/number)", text)
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


def listed(headers: Sequence[str], most: int = 30) -> str:
    """Headers as one phrase."""
    names = [" ".join(h.split())[:40] for h in headers if h.strip()]
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a sentence: `1234.50` in English, `1234,50` in Swedish."""

    text: str

    def __format__(self, lang: str) -> str:
        return self.text.replace(".", ",") if lang == "sv" else self.text


def say(code: str, lang: str, **facts: object) -> str:
    """The sentence in Swedish when `lang` is "sv", else in English."""
    written = {name: format(fact, lang) if isinstance(fact, Figure) else fact for name, fact in facts.items()}
    return SENTENCES[code][0 if lang == "sv" else 1].format(**written)


def refuse(code: str, lang: str, *, record: str = "", field: str = "", **facts: object) -> Refused:
    """The refusal of the whole file or of an option, to be raised."""
    if field:
        facts.setdefault("field", field)
    return Refused([Problem(record, field, say(code, lang, **facts))])


class CellRefused(Exception):
    """One cell cannot be used; `code` names the sentence."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts

    def message(self, lang: str) -> str:
        return say(self.code, lang, **self.facts)
