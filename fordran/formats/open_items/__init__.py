"""The open-items file: bytes of a CSV or XLSX list from any ERP -> invoices and credits, checked row by row.

`read_open_items` is the only way in. Bad rows never stop good ones; only a file that cannot be understood is refused
whole. `sample_of` shows its beginning to whoever says which column is what. Pure: no database, no clock, no network.
"""

from fordran.formats.open_items.item import COMPULSORY, FIELDS, CellProblem, LedgerFile, OpenItem, ReadOptions, Total
from fordran.formats.open_items.read import Sample, read_open_items, sample_of

__all__ = [
    "COMPULSORY",
    "FIELDS",
    "CellProblem",
    "LedgerFile",
    "OpenItem",
    "ReadOptions",
    "Sample",
    "Total",
    "read_open_items",
    "sample_of",
]
