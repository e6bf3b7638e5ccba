"""The machine: facts in, decision out. Pure; the country is the card one inserts."""
