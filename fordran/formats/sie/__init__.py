"""SIE, the Swedish exchange format between book-keeping programs: vouchers out (type 4I)."""

from fordran.formats.sie.write import SieAccount, SieFile, SieLine, SieVoucher, folded, write

__all__ = ["SieAccount", "SieFile", "SieLine", "SieVoucher", "folded", "write"]
