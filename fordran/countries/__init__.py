"""One folder a country: its law as dated data with sources, and the words for every reason. Pure."""
