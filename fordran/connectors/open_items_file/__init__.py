"""A file of open items as a source that can only be read."""
