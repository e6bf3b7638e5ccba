"""What is approved when this comes is taken as seen; from then on an approval without a seal is none."""

import django.db.models.deletion
from django.db import migrations, models


def seal_what_is_approved(apps, schema_editor):
    from fordran.db.seals import blind

    seals = apps.get_model("payouts", "AccountSeal").objects
    for row in apps.get_model("creditors", "PayoutAccount").objects.filter(approved_on__isnull=False):
        said = (row.pk, row.creditor_id, row.kind, row.number, row.approved_by, row.approved_on)
        seals.create(creditor_id=row.creditor_id, account_id=row.pk, digest=blind(f"payout account {said!r}"))


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
        migrations.RunPython(seal_what_is_approved, migrations.RunPython.noop),
        # Rows and a change of the table in one transaction: the deferred checks of the keys first.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('payouts_accountseal')", migrations.RunSQL.noop),
    ]
