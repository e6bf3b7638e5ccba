"""Words that every room shares: money, dated law, reasons and findings. Pure: no clock, no database, no files."""
