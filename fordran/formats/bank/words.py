"""The sentences about bank files, in Swedish and English. A problem says what is wrong and, where it helps, what to do."""

from __future__ import annotations

COUNTED = {
    "20": ("betalningar (TK20)", "payments (TK20)"),
    "21": ("avdrag (TK21)", "deductions (TK21)"),
    "22": ("extra referenser (TK22, TK23)", "extra references (TK22, TK23)"),
    "15": ("insättningar (TK15)", "deposits (TK15)"),
}
PLACES = {
    "before_section": ("den hör till ett avsnitt (TK05)", "it belongs in a section (TK05)"),
    "before_payment": ("den hör till en betalning (TK20, TK21)", "it belongs to a payment (TK20, TK21)"),
    "section_open": ("avsnittet före är inte avslutat (TK15)", "the section before it is not closed (TK15)"),
    "second_start": ("filen har redan en startpost", "the file has a start record already"),
}

# code: (Swedish, English)
SENTENCES = {
    # ---- not such a file
    "empty_file": ("Filen är tom.", "The file is empty."),
    "not_a_bank_file": (
        "Det här är ingen fil med inbetalningar ({what}). Lämna BgMax, camt.053, camt.054 eller en Swish-rapport.",
        "This is no file of incoming payments ({what}). Give BgMax, camt.053, camt.054 or a Swish report.",
    ),
    "old_ocr": (
        "Det här är den gamla OCR-redovisningen, som inte läses. Be banken om BgMax eller camt.054.",
        "This is the old OCR report, which is not read. Ask the bank for BgMax or camt.054.",
    ),
    "autogiro": (
        "Det här är en autogirofil, som inte läses. Be banken om BgMax eller camt.054.",
        "This is a direct debit (autogiro) file, which is not read. Ask the bank for BgMax or camt.054.",
    ),
    "interim_report": (
        "Det här är en camt.052, som visar dagen innan den är bokförd. Be banken om camt.053 eller camt.054.",
        "This is a camt.052, which shows the day before it is booked. Ask the bank for camt.053 or camt.054.",
    ),
    "has_doctype": (
        "Filen har en dokumenttypsdeklaration (DOCTYPE), som ingen bankfil har. Hämta den på nytt från banken.",
        "The file has a document type declaration (DOCTYPE), which no bank file has. Fetch it anew from the bank.",
    ),
    "broken_xml": (
        "XML-koden är trasig: {error}. Hämta filen på nytt från banken.",
        "The XML is broken: {error}. Fetch the file anew from the bank.",
    ),
    "long_line": (
        "Raden är längre än {limit} tecken. Det här är ingen bankfil, eller så saknar den radbrytningar.",
        "The line is longer than {limit} characters. This is no bank file, or it has lost its line breaks.",
    ),
    "cannot_open": ("Filen kan inte öppnas: {error}.", "The file cannot be opened: {error}."),
    # ---- not ours
    "unknown_account": (
        "Kontot {account} hör inte till någon borgenär här. Lämna filen för rätt konto, eller skriv in kontot i inställningarna.",
        "Account {account} belongs to no creditor here. Give the file of the right account, or enter it in the settings.",
    ),
    "several_creditors": (
        "Kontot {account} hör till flera borgenärer. Ge var och en ett eget konto, så att pengarna kan hållas isär.",
        "Account {account} belongs to several creditors. Give each its own, so that their money can be kept apart.",
    ),
    # ---- damage
    "stops_early": (
        "Filen slutar för tidigt: {missing} saknas. Hämta den på nytt från banken.",
        "The file stops early: {missing} is missing. Fetch it anew from the bank.",
    ),
    "lost_bytes": (
        "Tecken har gått förlorade i {text}. Filen har sparats om med fel teckenkod; hämta den på nytt från banken.",
        "Characters were lost in {text}. The file was saved with the wrong encoding; fetch it anew from the bank.",
    ),
    "goes_on": (
        "Filen fortsätter efter sin slutpost. Lämna en fil i taget, som banken sände den.",
        "The file goes on after its end record. Give one file at a time, as the bank sent it.",
    ),
    "more_problems": ("… och {count} fel till.", "… and {count} more problems."),
    # ---- fields
    "not_digits": (
        "{value} ska vara {width} siffror.",
        "{value} should be {width} digits.",
    ),
    "not_a_code": ("{value} ska vara något av {codes}.", "{value} should be one of {codes}."),
    "not_a_date": (
        "{value} är inget datum som finns. Det skrivs {pattern}.",
        "{value} is no day that exists. It is written {pattern}.",
    ),
    "not_an_amount": (
        "{value} är inget belopp. Det skrivs med siffror, punkt och högst två decimaler, utan minustecken.",
        "{value} is not an amount. It is digits, a point and at most two decimals, without a minus sign.",
    ),
    "not_a_sum": ("{value} är inget belopp med högst två decimaler.", "{value} is not an amount of at most two decimals."),
    "not_a_currency": ("{value} är ingen valutakod. Den är tre stora bokstäver.", "{value} is not a currency: three capitals."),
    "missing": ("{name} saknas. Det är obligatoriskt.", "{name} is missing. It is compulsory."),
    "layout": ("{value} ska vara BGMAX version 01.", "{value} should be BGMAX version 01."),
    "no_record_type": (
        "Posten börjar inte med en posttyp på två siffror utan med {value}.",
        "The record does not begin with a record type of two digits but with {value}.",
    ),
    "long_record": (
        "Posten är {length} tecken lång. En BgMax-post är 80; texten efter det kan inte läsas.",
        "The record is {length} characters long. A BgMax record is 80; what stands after them cannot be read.",
    ),
    "wrong_place": (
        "Posttyp {code} får inte stå här: {why}.",
        "Record type {code} may not stand here: {why}.",
    ),
    "no_account": (
        "Filen säger inte vilket konto insättningen gäller.",
        "The file does not say which account the deposit is on.",
    ),
    "fields_count": (
        "Raden har {count} fält i stället för {expected}. En text med skiljetecken kan ha förskjutit dem.",
        "The row has {count} fields instead of {expected}. A text with a separator in it may have moved them.",
    ),
    "rows_run_together": (
        "Ett löst citattecken drar ihop rader.",
        "A stray quotation mark joins rows.",
    ),
    "no_column": ("Kolumnen {name} saknas i rubrikraden.", "The header row has no column for {name}."),
    "wrong_sign": ("{value} har ett minustecken, fast posten är en inbetalning.", "{value} has a minus sign on a payment in."),
    # ---- control totals
    "deposit_sum": (
        "Insättningen är {stated}, men dess betalningar minus avdrag är {counted}.",
        "The deposit is {stated}, but its payments less deductions are {counted}.",
    ),
    "deposit_count": (
        "Insättningen säger {stated} betalningar och avdrag, men {counted} finns i filen.",
        "The deposit says {stated} payments and deductions, but the file holds {counted}.",
    ),
    "deposit_currency": (
        "Insättningens valuta är {stated}, men avsnittet är i {counted}.",
        "The deposit's currency is {stated}, but the section is in {counted}.",
    ),
    "file_count": (
        "Slutposten säger {stated} {what}, men {counted} finns i filen.",
        "The end record says {stated} {what}, but the file holds {counted}.",
    ),
    "parts_sum": (
        "Posten är {stated}, men dess delar är {counted}.",
        "The entry is {stated}, but its parts are {counted}.",
    ),
    "part_without_amount": (
        "Delen saknar eget belopp i postens valuta, fast andra delar har det.",
        "The part has no amount of its own in the entry's currency, while other parts have.",
    ),
    "batch_count": (
        "Bunten säger {stated} betalningar, men {counted} finns.",
        "The batch says {stated} payments, but there are {counted}.",
    ),
    "batch_sum": ("Bunten säger {stated}, men dess delar är {counted}.", "The batch says {stated}, but its parts are {counted}."),
    "balance": (
        "Ingående saldo {opening} plus bokförda poster {entries} blir {counted}, men utgående saldo är {stated}.",
        "Opening balance {opening} plus booked entries {entries} is {counted}, but the closing balance is {stated}.",
    ),
    "balance_reversals": (
        "Utgående saldo {stated} stämmer bara om återföringarna vänds. Banken skriver dem åt andra hållet än standarden;"
        " fråga banken vad den menar.",
        "The closing balance {stated} holds only if the reversals are turned. The bank writes them the other way round than"
        " the standard; ask the bank what it means.",
    ),
    "summary_count": (
        "Sammanställningen säger {stated} poster, men {counted} finns.",
        "The summary says {stated} entries, but there are {counted}.",
    ),
    "summary_sum": (
        "Sammanställningen säger {stated}, men posterna är {counted}.",
        "The summary says {stated}, but the entries are {counted}.",
    ),
    "row_number": (
        "Raden har nummer {stated}, men {counted} väntades. En rad kan saknas.",
        "The row has number {stated}, but {counted} was expected. A row may be missing.",
    ),
    "end_sum": (
        "Slutposten säger {stated}, vilket ingen av filens summor är.",
        "The end record says {stated}, which none of the file's sums is.",
    ),
    # ---- notes: what was tolerated. Each has {count} and {first}, the first record.
    "n_short": (
        "Poster kortare än 80 tecken: {count}, först rad {first}.",
        "Records shorter than 80 characters: {count}, first line {first}.",
    ),
    "n_padded": (
        "Poster med blanktecken efter de 80: {count}, först rad {first}.",
        "Records with blanks after the 80: {count}, first line {first}.",
    ),
    "n_unpadded_end": ("Slutposten är inte utfylld till 80 tecken.", "The end record is not filled up to 80 characters."),
    "n_line_ends": (
        "Raderna slutar med {ends} i stället för CR LF.",
        "The lines end with {ends} instead of CR LF.",
    ),
    "n_utf8": (
        "Filen är skriven i UTF-8 i stället för ISO 8859-1.",
        "The file is written in UTF-8 instead of ISO 8859-1.",
    ),
    "n_mark": ("Filen börjar med ett teckenkodsmärke.", "The file begins with an encoding mark."),
    "n_unknown_record": (
        "Poster av en typ som manualen inte har, och som inte lästes: {count}, först {code} på rad {first}.",
        "Records of a type that the manual does not have, not read: {count}, first {code} on line {first}.",
    ),
    "n_blank_line": ("Tomma rader: {count}, först rad {first}.", "Blank lines: {count}, first line {first}."),
    "n_test_file": ("Filen är märkt som test.", "The file is marked as a test."),
    "n_blank_serial": (
        "Betalningar utan löpnummer: {count}, först rad {first}. De känns igen på filens innehåll.",
        "Payments without a serial number: {count}, first line {first}. They are recognised by the file's content.",
    ),
    "n_blank_sender": (
        "Betalningar med blankt avsändarkonto: {count}, först rad {first}.",
        "Payments with a blank sender account: {count}, first line {first}.",
    ),
    "n_zero_account": (
        "Insättningar utan bankkonto: {count}, först rad {first}.",
        "Deposits without a bank account: {count}, first line {first}.",
    ),
    "n_zero_giro": (
        "Avsnitt utan bankgiro och plusgiro: {count}, först rad {first}.",
        "Sections without bankgiro and plusgiro: {count}, first line {first}.",
    ),
    "n_hyphen": (
        "Bankgiro med bindestreck: {count}, först {first}.",
        "Bankgiro numbers with a hyphen: {count}, first {first}.",
    ),
    "n_currency": (
        "Insättningar i annan valuta än SEK: {count}, först {currency} ({first}).",
        "Deposits in another currency than SEK: {count}, first {currency} ({first}).",
    ),
    "n_date": (
        "Ovanliga men giltiga datum: {count}, först {day} ({first}).",
        "Unusual but valid dates: {count}, first {day} ({first}).",
    ),
    "n_zeros": (
        "Referenser som börjar med nolla: {count}, först {first}. De jämförs utan nollorna.",
        "References that begin with zeros: {count}, first {first}. They are compared without the zeros.",
    ),
    "n_organisation_number": (
        "Organisationsnummer som inte är tolv siffror: {count}, först rad {first}.",
        "Organisation numbers that are not twelve digits: {count}, first line {first}.",
    ),
    "n_deposit_type": (
        "Insättningar av en typ som manualen inte har: {count}, först rad {first}.",
        "Deposits of a type that the manual does not have: {count}, first line {first}.",
    ),
    "n_empty_section": (
        "Avsnitt utan betalningar: {count}, först rad {first}.",
        "Sections without payments: {count}, first line {first}.",
    ),
    "n_split_differs": (
        "Betalningar vars delbelopp inte summerar till dem: {count}, först {first}. Delbeloppen används inte.",
        "Payments whose part amounts do not sum to them: {count}, first {first}. The part amounts are not used.",
    ),
    "n_version": (
        "Versionen {version} är okänd; filen lästes efter elementens namn.",
        "Version {version} is unknown; the file was read by the names of its elements.",
    ),
    "n_not_booked": (
        "Poster som inte är bokförda och därför inte räknas: {count}, först {status} ({first}).",
        "Entries that are not booked and so do not count: {count}, first {status} ({first}).",
    ),
    "n_own_status": (
        "Poster med bankens egen status, läst som bokförd: {count}, först {status} ({first}).",
        "Entries with the bank's own status, read as booked: {count}, first {status} ({first}).",
    ),
    "n_whole_batch": (
        "Buntar vars delar saknar belopp i buntens valuta, och som visas hela: {count}, först {first}.",
        "Batches whose parts have no amounts in the batch's currency, shown whole: {count}, first {first}.",
    ),
    "n_batch_without_parts": (
        "Buntar utan delar, som visas hela: {count}, först {first}.",
        "Batches without parts, shown whole: {count}, first {first}.",
    ),
    "n_batch_not_compared": (
        "Buntar med summa i annan valuta än posten, som inte jämförs: {count}, först {first}.",
        "Batches with a sum in another currency than the entry, not compared: {count}, first {first}.",
    ),
    "n_balance_not_compared": (
        "Saldon i annan valuta än posterna, som inte jämförs: {count}, först {first}.",
        "Balances in another currency than the entries, not compared: {count}, first {first}.",
    ),
    "n_summary_not_compared": (
        "Poster i flera valutor, så sammanställningens summor jämförs inte: {count}, först {first}.",
        "Entries in several currencies, so the summary's sums are not compared: {count}, first {first}.",
    ),
    "n_value_date": (
        "Poster utan bokföringsdag, där valutadagen används: {count}, först {first}.",
        "Entries without a booking day, where the value day is used: {count}, first {first}.",
    ),
}


def say(code: str, lang: str, /, **facts: object) -> str:
    """The sentence in Swedish when `lang` is "sv", else in English."""
    return SENTENCES[code][0 if lang == "sv" else 1].format(**facts)
