"""An approval without a seal is none: an account that was approved before this comes is proposed and approved anew."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("creditors", "0007_field_origin_wall"),
        ("payouts", "0003_four_eyes"),
        ("db", "0001_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountSeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField()),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="seal", to="creditors.payoutaccount"
                    ),
                ),
                ("creditor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor")),
            ],
        ),
        migrations.RunSQL("SELECT fordran_tenant('payouts_accountseal')", migrations.RunSQL.noop),
    ]
