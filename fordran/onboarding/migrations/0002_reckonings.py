import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("creditors", "0007_field_origin_wall"),
        ("onboarding", "0001_company_offers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reckoning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=8)),
                ("on", models.DateField()),
                ("basis", models.CharField(max_length=64)),
                ("digest", models.CharField(blank=True, default="", max_length=64)),
                ("state", models.CharField(default="waiting", max_length=8)),
                ("share", models.IntegerField(default=0)),
                ("sums", models.JSONField(default=dict)),
                ("asked_by", models.TextField()),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("read_by", models.TextField(blank=True, default="")),
                ("read_on", models.DateField(null=True)),
                ("creditor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor")),
            ],
        ),
        migrations.CreateModel(
            name="PreviewLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.IntegerField()),
                ("on", models.DateField()),
                ("kind", models.CharField(max_length=12)),
                ("last_day", models.DateField(null=True)),
                ("customer_key", models.TextField()),
                ("invoices", models.JSONField(default=list)),
                ("costs", models.JSONField(default=list)),
                ("asked_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("creditor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor")),
                (
                    "reckoning",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="letters", to="onboarding.reckoning"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PreviewInvoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.IntegerField()),
                ("number", models.TextField()),
                ("customer_key", models.TextField()),
                ("due_on", models.DateField()),
                ("amount_minor", models.BigIntegerField()),
                ("open_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("taken", models.BooleanField()),
                ("reason", models.CharField(max_length=40)),
                ("level", models.CharField(max_length=10)),
                ("facts", models.JSONField(default=dict)),
                ("first_kind", models.CharField(blank=True, default="", max_length=12)),
                ("first_on", models.DateField(null=True)),
                ("creditor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor")),
                (
                    "reckoning",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invoices", to="onboarding.reckoning"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LedgerLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("check_name", models.CharField(max_length=20)),
                ("found", models.CharField(max_length=64)),
                ("number", models.IntegerField()),
                ("by", models.TextField()),
                ("on", models.DateField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("creditor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor")),
            ],
            options={
                "indexes": [models.Index(fields=["creditor", "check_name", "-id"], name="ledger_look_latest")],
            },
        ),
        migrations.AddIndex(
            model_name="reckoning",
            index=models.Index(fields=["creditor", "kind", "-id"], name="reckoning_latest"),
        ),
        migrations.AddConstraint(
            model_name="reckoning",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", ["preview", "year"])), name="reckoning_kind"),
        ),
        migrations.AddConstraint(
            model_name="reckoning",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "done", "failed"])), name="reckoning_state"
            ),
        ),
        migrations.AddIndex(
            model_name="previewletter",
            index=models.Index(fields=["creditor", "reckoning", "on", "place"], name="preview_letter_list"),
        ),
        migrations.AddConstraint(
            model_name="previewletter",
            constraint=models.UniqueConstraint(fields=("reckoning", "place"), name="preview_letter_place"),
        ),
        migrations.AddIndex(
            model_name="previewinvoice",
            index=models.Index(fields=["creditor", "reckoning", "taken", "place"], name="preview_invoice_list"),
        ),
        migrations.AddConstraint(
            model_name="previewinvoice",
            constraint=models.UniqueConstraint(fields=("reckoning", "place"), name="preview_invoice_place"),
        ),
    ]
