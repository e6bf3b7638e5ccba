#!/usr/bin/env python3
"""Django's own commands, for developers: makemigrations, shell, collectstatic. Users have the command `fordran`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    from fordran.config.start import ready

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fordran.config.settings")
    without_database = {"makemigrations", "collectstatic", "makemessages", "compilemessages", "help", "check"}
    if len(sys.argv) > 1 and sys.argv[1] not in without_database:
        ready("owner" if sys.argv[1] in ("migrate", "sqlmigrate", "showmigrations") else "batch", migrate=False)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
