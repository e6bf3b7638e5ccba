"""How fast the day is, against what the database itself can take of the same rows: `make bench`."""
