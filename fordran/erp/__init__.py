"""What we know from the creditor's ERP and tell it: connection, fetching, errands."""
