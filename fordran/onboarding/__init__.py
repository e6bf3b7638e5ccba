"""The first days of a company: registered, its ledger looked at, its settings tried, switched on."""
