"""The command line: `fordran <command>`. A module a command; `main.py` finds them, `output.py` answers."""
