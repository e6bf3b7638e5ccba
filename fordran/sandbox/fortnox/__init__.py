"""Fortnox on the wire: a company's ledger (`sandbox.book.Book`) served the way Fortnox's API v3 serves it.

What is known of the real one is copied here as facts; where nothing is known a sentence beside the code says that the answer
is ours. `server.FortnoxServer` is the whole of it.
"""
