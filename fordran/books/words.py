"""The proof and the vouchers in plain words, Swedish and English: for the page and the command line alike."""

from __future__ import annotations

from fordran.books.compare import Why
from fordran.books.entries import Kind, Without
from fordran.books.plan import Role

# Swedish, English; {about} is an errand's or a payment's number
WHY: dict[Why, tuple[str, str]] = {
    Why.ERRAND_WAITING: (
        "Väntar på att bokföras i affärssystemet ({about}).", "Waits to be booked in the ERP ({about})."
    ),
    Why.ERRAND_REFUSED: (
        "Affärssystemet sade nej till bokningen ({about}). Se varför under kopplingen och försök igen.",
        "The ERP refused the posting ({about}). See why on the connection's page and try again.",
    ),
    Why.ERRAND_AMBIGUOUS: (
        "Vi vet inte om bokningen kom fram ({about}). Kontrollera i affärssystemet.",
        "We do not know whether the posting arrived ({about}). Look in the ERP.",
    ),
    Why.READ_BEFORE: (
        "Bokfört i affärssystemet efter att vi senast läste det ({about}).", "Booked in the ERP after we last read it ({about})."
    ),
    Why.NOT_ASKED: ("Betalt här, inte sänt till affärssystemet än ({about}).", "Paid here, not sent to the ERP yet ({about})."),
    Why.NOT_POSTED: (
        "Betalt här. Betalningen är inte bokförd i er kundreskontra ({about}).",
        "Paid here. The payment is not booked in your customer ledger ({about}).",
    ),
    Why.POSTED_IN_FULL: (
        "Er reskontra har satt hela betalningen mot fakturan; här betalade en del av den ränta och kostnader ({about}).",
        "Your ledger set the whole payment against the invoice; here a part of it paid interest and costs ({about}).",
    ),
    Why.PAST_THE_ITEM: (
        "Betalt här, men posten var redan stängd hos er; beloppet ligger på kontot för kundfordringar ({about}).",
        "Paid here, but your item was closed already; the sum lies on the account of customer claims ({about}).",
    ),
    Why.DIRECT_IN_FULL: (
        "Betalt direkt till er: hos er stängde det fakturan, här betalade det först kostnader och ränta ({about}).",
        "Paid straight to you: in your ledger it closed the invoice, here it paid costs and interest first ({about}).",
    ),
    Why.DIRECT_NOT_SEEN: (
        "Betalt direkt till er enligt uppgift här, men inte bokfört i er reskontra ({about}).",
        "Paid straight to you as told here, but not booked in your ledger ({about}).",
    ),
    Why.CREDIT_NOT_APPLIED: (
        "Krediterat här, men kreditnotan är inte avräknad i er reskontra ({about}).",
        "Credited here, but the credit note is not applied in your ledger ({about}).",
    ),
    Why.LOSS_NOT_BOOKED: (
        "Avskrivet här. Bokför kundförlusten med momsen i ert system, så stängs posten.",
        "Written off here. Book the loss with its VAT in your system, and the item closes.",
    ),
    Why.GIVEN_UP: (
        "Kravet är återkallat eller reglerat hos er. Kreditera fakturan om den inte ska betalas.",
        "The claim is withdrawn or settled at yours. Credit the invoice if it is not to be paid.",
    ),
    Why.ROUNDED_HERE: ("Öresavrundning här ({about}).", "Rounded here ({about})."),
    Why.CHANGED_THERE: (
        "Ändrat hos er sedan vi senast läste. Nästa hämtning tar med det.",
        "Changed in your system since we last read it. The next fetch brings it.",
    ),
    Why.NOT_READ: ("Ny faktura som vi inte har läst än.", "A new invoice that we have not read yet."),
    Why.NOT_THERE: (
        "Öppen här men inte hos er längre. Nästa hämtning tar med det.",
        "Open here but not in your system any more. The next fetch brings it.",
    ),
}  # fmt: skip

UNEXPLAINED = ("Ingen känd orsak. Någon behöver se på posten.", "No known cause. Somebody must look at the item.")

KINDS: dict[Kind, tuple[str, str]] = {
    Kind.PAYMENTS: ("Inbetalningar", "Payments"),
    Kind.REVERSALS: ("Rättelser", "Corrections"),
    Kind.LOSSES: ("Kundförluster", "Losses"),
    Kind.PAYOUTS: ("Redovisning från ombud", "From the agency"),
}

WITHOUT: dict[Without, tuple[str, str]] = {
    Without.DEMANDED: ("Ränta och kostnader blir intäkt när de betalas.", "Interest and costs are income when they are paid."),
    Without.BOOKED_THERE: ("Ni har bokfört det själva.", "You have booked it yourselves."),
    Without.GIVEN_UP: ("Återkallat eller reglerat hos er.", "Withdrawn, or settled at yours."),
    Without.SAID_BY_PARTS: ("Fordringarnas delar säger det.", "The parts of the claims say it."),
    Without.OF_THE_AGENCY: ("Ombudets klientmedel, inte era pengar än.", "The agency's client money, not yours yet."),
    Without.UNDER_WAY: ("Bara en order till banken än.", "Only an order to the bank so far."),
    Without.CANCELS_OUT: ("Tar ut varandra i samma verifikation.", "They cancel each other out in one voucher."),
    Without.BEFORE_US: ("Före den dag då böckerna började komma härifrån.", "Before the day your books began to come from here."),
    Without.UNKNOWN: ("Okänd rörelse.", "An unknown movement."),
}

ROLES: dict[Role, tuple[str, str]] = {
    Role.CUSTOMER_CLAIMS: ("Fakturorna, när kapital betalas", "The invoices, when capital is paid"),
    Role.DIRECT_PAYMENTS: (
        "Ränta och kostnader som ingick i en betalning direkt till er",
        "Interest and costs that were part of a payment straight to you",
    ),
    Role.BANK: ("Pengar som kommer och går på kontot", "Money that comes to the account and leaves it"),
    Role.AGENCY: ("Det ombudet har fått in åt er och inte betalat ut", "What the agency has collected and not paid out"),
    Role.UNIDENTIFIED: ("Inbetalningar som ingen har förklarat än", "Payments that nobody has explained yet"),
    Role.REFUNDS: ("Betalt för mycket, ska tillbaka", "Paid too much, to be paid back"),
    Role.PASSED_ON: ("Betalt för något annat än ett krav; flytta det vidare", "Paid for something else than a claim; move it on"),
    Role.INTEREST_INCOME: ("Dröjsmålsränta som har betalats", "Interest on late payment that was paid"),
    Role.REMINDER_INCOME: ("Påminnelseavgifter som har betalats", "Reminder costs that were paid"),
    Role.DEMAND_INCOME: ("Inkassokostnader som har betalats", "Costs of demands that were paid"),
    Role.PLAN_INCOME: ("Kostnader för avbetalningsplan som har betalats", "Costs of instalment plans that were paid"),
    Role.COMPENSATION_INCOME: ("Förseningsersättning som har betalats", "Late-payment compensation that was paid"),
    Role.COURT_COSTS: ("Rättegångskostnader som har betalats", "Costs of proceedings that were paid"),
    Role.ROUNDING: ("Öresavrundning", "Rounding"),
    Role.LOSSES: (
        "Kapital som har skrivits av, med momsen i; ta ut momsen själva", "Capital written off, with the VAT in it; take that out"
    ),
    Role.COMMISSION: ("Ombudets ersättning, även ränta och kostnader som det behåller", "The agency's pay, with what it keeps"),
    Role.VAT_IN: ("Moms på ombudets ersättning", "VAT on the agency's pay"),
}  # fmt: skip

_MONEY: tuple[tuple[str, str, str], ...] = (
    ("bank", "På kontot", "On the account"),
    ("to_claims", "Har betalat fordringar", "Paid claims"),
    ("own", "Till er för annat", "Yours for something else"),
    ("gone", "Utbetalt till er, eller ombudets", "Paid out to you, or the agency's"),
    ("waits", "Väntar på förklaring", "Waits to be explained"),
    ("to_pay_back", "Ska betalas tillbaka", "To be paid back"),
    ("rounding", "Öresavrundning", "Rounding"),
    ("other", "På väg", "Under way"),
    ("of_files", "Enligt bankens filer", "By the bank's files"),
    ("of_files_booked", "Därav bokfört", "Booked of that"),
    ("vouchers", "Enligt verifikationerna", "By the vouchers"),
    ("not_vouchered", "Ingen verifikation än", "No voucher yet"),
)


def money_rows(proof: dict[str, object], lang: str) -> list[tuple[str, int]]:
    """The sums of a `MoneyProof`, as data, with their names; those that are nothing are left out but for the account."""
    rows = []
    for name, swedish, english in _MONEY:
        minor = proof.get(name)
        if isinstance(minor, int) and (minor or name == "bank"):
            rows.append((swedish if lang == "sv" else english, minor))
    return rows


def because(why: str, about: str, lang: str) -> str:
    """The sentence of a cause; `about` is an errand's key, or `payment` and its number."""
    swedish = lang == "sv"
    return WHY[Why(why)][0 if swedish else 1].format(about=about.replace("payment", "betalning") if swedish else about)
