import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_one_key"),
        ("creditors", "0007_field_origin_wall"),
    ]

    operations = [
        migrations.CreateModel(
            name="Exemption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="exemptions", to="cases.case"),
                ),
                ("creditor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor")),
                (
                    "exclusion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="exemptions", to="creditors.exclusion"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "exclusion"), name="exemption_once")],
            },
        ),
        migrations.RunSQL("SELECT fordran_tenant('cases_exemption')", migrations.RunSQL.noop),
    ]
