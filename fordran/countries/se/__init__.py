"""Sweden. A topic of the law is a module, read top to bottom like a commentary; `country.py` is the card."""
