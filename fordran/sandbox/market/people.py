"""Invented customers. Towns do not exist; numbers are of series that nobody has (see `sandbox.numbers`)."""

from __future__ import annotations

import random

from fordran.sandbox.book import Place
from fordran.sandbox.chance import one_of
from fordran.sandbox.numbers import organisation_number, personal_number

FIRST_NAMES = (
    "Agnes", "Ali", "Amira", "Anders", "Arvid", "Astrid", "Åke", "Åsa", "Bengt", "Birgitta", "Björn", "Camilla", "David", "Ebba",
    "Edvin", "Elin", "Emil", "Erik", "Fatima", "Filip", "Frida", "Göran", "Greta", "Gustav", "Hanna", "Henrik", "Ida", "Ingrid",
    "Ivar", "Jasmin", "Johan", "Karin", "Kerstin", "Lars", "Lena", "Linnéa", "Maja", "Märta", "Mikael", "Mohammed", "Nils",
    "Nora", "Olle", "Oskar", "Petra", "Per", "Ragnar", "Rut", "Sara", "Signe", "Sixten", "Sofia", "Stina", "Sven", "Tove",
    "Tuva", "Ulf", "Viktor", "Vera", "Wilma", "Yusuf", "Zahra", "Örjan",
)  # fmt: skip
LAST_NAMES = (
    "Ahlgren", "Andersson", "Berglund", "Björk", "Bergström", "Blomqvist", "Boström", "Claesson", "Dahl", "Ek", "Ekström",
    "Engström", "Eriksson", "Falk", "Forsberg", "Fransson", "Granqvist", "Gustafsson", "Hassan", "Hedlund", "Hellström",
    "Holmgren", "Håkansson", "Isaksson", "Jansson", "Johansson", "Jönsson", "Karlsson", "Kjellberg", "Larsson", "Lindqvist",
    "Lundgren", "Löfgren", "Magnusson", "Mårtensson", "Mohammadi", "Månsson", "Nilsson", "Norberg", "Nyström", "Olofsson",
    "Palm", "Persson", "Pettersson", "Rosén", "Sandberg", "Sjögren", "Ström", "Svensson", "Söderberg", "Wallin", "Wikström",
    "Åkesson", "Åström", "Öberg", "Östlund",
)  # fmt: skip
STREETS = (
    "Almvägen", "Backgatan", "Björkstigen", "Brogatan", "Ekvägen", "Fabriksgatan", "Fjällstigen", "Granvägen", "Hamngatan",
    "Hantverkargatan", "Järnvägsgatan", "Kastanjegatan", "Klockarvägen", "Kvarngatan", "Lönnstigen", "Mejerigatan", "Norra gatan",
    "Parkvägen", "Ringvägen", "Rönnvägen", "Skolgatan", "Smedjegatan", "Storgatan", "Strandvägen", "Tallstigen", "Torggatan",
    "Trädgårdsgatan", "Verkstadsgatan", "Västra gatan", "Åsgatan", "Ängsvägen", "Östra gatan",
)  # fmt: skip
TOWNS = (
    ("113 07", "Storås"), ("187 61", "Mälarstrand"), ("241 19", "Lövhult"), ("268 43", "Havsbro"), ("312 58", "Västanå"),
    ("374 21", "Skärvik"), ("425 36", "Grimstad"), ("461 82", "Kvarnfors"), ("513 94", "Ekeboda"), ("567 15", "Tallhed"),
    ("612 77", "Sjöbacka"), ("645 31", "Österåker by"), ("713 49", "Bergslund"), ("748 26", "Uppvalla"), ("781 63", "Älvdalsby"),
    ("824 18", "Sundhamn"), ("863 55", "Norrsele"), ("891 42", "Örnvik"), ("923 45", "Storbäck"), ("981 37", "Fjällbo"),
)  # fmt: skip
TRADES = ("Bygg", "Rör", "El", "Måleri", "Städ", "Trädgård", "Redovisning", "Transport", "Bageri", "Plåt", "Data", "Glas", "Golv",
          "Konsult", "Mekaniska", "Skog")  # fmt: skip
BODIES = ("kommun", "regionförbund", "kommunalförbund")


def place(draw: random.Random) -> Place:
    postcode, town = draw.choice(TOWNS)
    stair = draw.choice(("", "", "", " A", " B", " C"))
    return Place(f"{draw.choice(STREETS)} {draw.randrange(1, 120)}{stair}", "", postcode, town)


def name_and_number(draw: random.Random, kind: str) -> tuple[str, str]:
    """What a `consumer`, `business` or `public` customer is called, and its identity number."""
    if kind == "consumer":
        return f"{draw.choice(FIRST_NAMES)} {draw.choice(LAST_NAMES)}", personal_number(draw)
    if kind == "public":
        return f"{draw.choice(TOWNS)[1]} {draw.choice(BODIES)}", organisation_number(draw, "21299")
    pattern = one_of(draw, {"family": 4, "town": 3, "two": 2, "sole": 1})
    trade = draw.choice(TRADES)
    if pattern == "family":
        name = f"{draw.choice(LAST_NAMES)}s {trade} AB"
    elif pattern == "town":
        name = f"{draw.choice(TOWNS)[1]} {trade} AB"
    elif pattern == "two":
        name = f"{trade} & {draw.choice(TRADES)} i {draw.choice(TOWNS)[1]} AB"
    else:
        return f"{draw.choice(FIRST_NAMES)} {draw.choice(LAST_NAMES)} {trade}", personal_number(draw)
    return name, organisation_number(draw)


def mail_address(name: str, draw: random.Random) -> str:
    """Below `.example`, which no post can reach."""
    plain = name.lower().translate(str.maketrans("åäöéü", "aaoeu"))
    return f"{'.'.join(word for word in plain.split() if word.isalnum())}{draw.randrange(10, 99)}@post.example"


def telephone(draw: random.Random) -> str:
    """Of the series that the telecom authority keeps for films."""
    return f"070-1740{draw.randrange(605, 700)}"
