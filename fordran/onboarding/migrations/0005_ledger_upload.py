import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("creditors", "0007_field_origin_wall"),
        ("onboarding", "0004_drafts"),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerUpload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("content_sealed", models.BinaryField()),
                ("by", models.TextField(blank=True, default="")),
                ("on", models.DateField()),
                (
                    "creditor",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ledger_upload", to="creditors.creditor"
                    ),
                ),
            ],
        ),
        migrations.RunSQL("SELECT fordran_tenant('onboarding_ledgerupload')", migrations.RunSQL.noop),
    ]
