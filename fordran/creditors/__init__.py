"""Client files: creditor, settings in levels, exclusions, people."""
