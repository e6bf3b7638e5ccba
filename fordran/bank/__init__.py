"""Files from the bank: what was taken in, and the deposits in them."""
