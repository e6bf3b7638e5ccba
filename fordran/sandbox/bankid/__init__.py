"""BankID on the wire: the Relying Party API 6.0 with certificates on both sides, and a page that plays the telephone.

It really signs, with certificates of its own that nobody else believes. What is known of the real one is copied here as facts;
where nothing is known a sentence beside the code says that the answer is ours. `server.BankIdServer` is the whole of it.
"""
