"""BankID (Relying Party API 6.0): people identify themselves and sign through `ports.signing.Signing`.

`client.BankId` is the whole; `verify` looks at the evidence by itself; `qr` makes the codes, `messages` the words.
"""
