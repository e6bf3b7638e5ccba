import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("creditors", "0007_field_origin_wall"),
    ]

    operations = [
        migrations.CreateModel(
            name="CompanyOffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("connector", models.CharField(max_length=20)),
                ("tenant", models.CharField(max_length=100)),
                ("name", models.TextField(blank=True, default="")),
                ("organisation_number", models.CharField(blank=True, default="", max_length=20)),
                ("street", models.TextField(blank=True, default="")),
                ("postcode", models.TextField(blank=True, default="")),
                ("town", models.TextField(blank=True, default="")),
                ("country", models.CharField(default="SE", max_length=2)),
                ("currency", models.CharField(default="SEK", max_length=3)),
                ("email", models.TextField(blank=True, default="")),
                ("phone", models.TextField(blank=True, default="")),
                ("bankgiro", models.TextField(blank=True, default="")),
                ("plusgiro", models.TextField(blank=True, default="")),
                ("iban", models.TextField(blank=True, default="")),
                ("fetched_on", models.DateField(null=True)),
                ("problem", models.CharField(blank=True, default="", max_length=12)),
                ("problem_words", models.TextField(blank=True, default="")),
                ("chosen", models.BooleanField(default=True)),
                (
                    "became",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="offers", to="creditors.creditor"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="offers", to="creditors.organisation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "connector", "tenant"), name="company_offer_once")
                ],
            },
        ),
    ]
