"""The books: one debit, one credit, never changed."""
