"""The agreements: what a creditor has agreed to, in which version, and the evidence of who signed it."""
