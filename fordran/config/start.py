"""From nothing to a process that may use the tables: server, migrations, role, Django."""

from __future__ import annotations

import os

from fordran.config.secret import make_secret_key
from fordran.core.problems import Refused
from fordran.db import connect, migrated, roles


def ready(role: str, *, migrate: bool = True) -> None:
    """Start the database when it is ours, bring it up to date, and set Django up as `role` (owner, app, batch or read).

    A second call in the same process with the same role costs nothing. Raises Refused with what to do.
    """
    from django.apps import apps

    if apps.ready:
        if connect.role() != role and (connect.role(), role) != ("batch", "read"):  # who may write may read
            # A page served as the batch role would see every creditor's rows.
            raise RuntimeError(f"this process already works as {connect.role()}; start another one for {role}")
        return
    info = connect.ensure_server()
    make_secret_key(connect.home())
    (connect.home() / "static").mkdir(exist_ok=True)
    connect.use_role(role)
    os.environ["DJANGO_SETTINGS_MODULE"] = "fordran.config.settings"
    if migrate:
        migrated.migrate(info, connect.database_name(info))
    if role == "app":
        with info.connect("app", connect.database_name(info)) as connection:
            if roles.is_powerful(connection):
                raise Refused("the pages' database role is a superuser or bypasses row-level security, so a creditor could see "
                              "another's rows: run `fordran db init` to correct the roles")  # fmt: skip
    import django

    django.setup()
