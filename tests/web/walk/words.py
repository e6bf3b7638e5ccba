"""Buttons and labels that people know from the guide: each is found on the pages, in the guide and in the help."""

WORDS = (
    "Acceptera", "Logga in", "Ok", "Borgenär", "Skuldbeskrivning", "Skuld avser", "Utbetalningsalternativ", "Avsändaradress",
    "Fakturaadress", "Avtalsadress", "Uppdatera", "Importfilter", "Generiska inställningar", "Antal dagar", "Importera efter",
    "SEK", "Lägsta tillåtna belopp", "Högsta tillåtna belopp", "Kundinställningar", "Parameterinställningar",
    "Exkludera kunder", "Lägg till", "Aktiverad", "Spara", "Välj bolaget",
)  # fmt: skip
