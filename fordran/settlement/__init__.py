"""The cashier: payments, allocation."""
