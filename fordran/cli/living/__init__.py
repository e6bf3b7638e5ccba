"""Fordran and the sandbox's world, lived together a day at a time: what `fordran live` plays, and what it proves afterwards."""
