"""The diary: learn, judge, speak, settle."""
