"""The case desk: open, review, act, hold, instruct, explain."""
