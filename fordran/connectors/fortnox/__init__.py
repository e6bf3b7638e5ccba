"""Fortnox (API v3): one company's customer ledger read through `ports.erp.Erp`, payments and vouchers written to it.

`connector.Fortnox` is the whole; what Fortnox says of a record is read in `items` and `customers`; `lists` says where a reading
stands.
"""
