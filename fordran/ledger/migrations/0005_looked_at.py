"""How far a reader of the ledger has come."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("creditors", "0005_more_accounts"), ("ledger", "0004_one_key"), ("db", "0001_walls")]

    operations = [
        migrations.CreateModel(
            name="LookedAt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reader", models.CharField(max_length=20)),
                ("upto", models.BigIntegerField(default=0)),
                ("noted", models.BigIntegerField(default=0)),
                ("seen_xid", models.BigIntegerField(default=0)),
                (
                    "creditor",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="creditors.creditor"),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("creditor", "reader"), name="looked_at_once")]},
        ),
        migrations.RunSQL("SELECT fordran_tenant('ledger_lookedat')", migrations.RunSQL.noop),
    ]
