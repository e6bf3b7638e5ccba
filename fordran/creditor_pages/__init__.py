"""Pages for creditors and the office's own staff."""
