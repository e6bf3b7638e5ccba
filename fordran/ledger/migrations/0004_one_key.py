"""Indexes that others begin with, or that hold nothing but nulls, are gone (ADR 0120)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("creditors", "0004_approved_accounts"),
        ("ledger", "0003_by_payment"),
    ]

    operations = [
        migrations.AlterField(
            model_name="transfer",
            name="creditor",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor"),
        ),
        # By hand: Django would take `transfer_reversed_once`, which is an index of the same column, along.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "DROP INDEX ledger_transfer_reverses_id_d2a125b2",
                    "CREATE INDEX ledger_transfer_reverses_id_d2a125b2 ON ledger_transfer (reverses_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="transfer",
                    name="reverses",
                    field=models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="ledger.transfer"
                    ),
                )
            ],
        ),
    ]
