"""Visma.net ERP over its public API (v1/v2): the customer ledger in, our cases, payments and vouchers back.

Facts of the wire are the vendor's specification as of August 2026. What could not be known without a live company is a
setting or is refused with a sentence; docs/how-to/connect-visma-net.md lists it.
"""
