"""Money out: payouts to creditors, refunds to debtors, payment orders to the bank."""
