"""The open-items file: bytes of a CSV or XLSX list from any ERP -> invoices and credits, checked row by row.

`read_open_items` is the only way in. Bad rows never stop good ones; only a file that cannot be understood is refused
whole. Pure: no database, no clock, no network.
"""

from fordran.formats.open_items.item import FIELDS, CellProblem, LedgerFile, OpenItem, ReadOptions, Total
from fordran.formats.open_items.read import read_open_items

__all__ = ["FIELDS", "CellProblem", "LedgerFile", "OpenItem", "ReadOptions", "Total", "read_open_items"]
