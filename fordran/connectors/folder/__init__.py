"""Letters as files in a folder, with an index, for a print house or one's own printer."""
