"""Fordran: the whole job of an automated reminder and debt-collection service.

The rooms of the house, and what each is for, are listed in ARCHITECTURE.md.
"""

__version__ = "0.1.0"
