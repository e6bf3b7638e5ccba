"""Mirror of the creditor's customer ledger."""
