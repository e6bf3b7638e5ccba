# Written by makemigrations, for Django 5.2

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bank", "0001_initial"),
        ("creditors", "0003_bank_file"),
        ("settlement", "0002_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="about_case",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payment",
            name="about_invoice",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payment",
            name="account",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="payment",
            name="because",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="payment",
            name="cases",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name="payment",
            name="confidence",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payment",
            name="deposit",
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="bank.deposit"),
        ),
        migrations.AddField(
            model_name="payment",
            name="direction",
            field=models.SmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="payment",
            name="kind",
            field=models.CharField(default="payment", max_length=12),
        ),
        migrations.AddField(
            model_name="payment",
            name="matched_by",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddField(
            model_name="payment",
            name="named",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name="payment",
            name="parts",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="payment",
            name="payer",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="payment",
            name="payer_account",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="payment",
            name="payer_index",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="payment",
            name="plain",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="payment",
            name="record",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="payment",
            name="references",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name="payment",
            name="rounds",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payment",
            name="serial",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="payment",
            name="source",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
        migrations.AddField(
            model_name="payment",
            name="state",
            field=models.CharField(default="matched", max_length=10),
        ),
        migrations.AddField(
            model_name="payment",
            name="taken_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payment",
            name="takes_from",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="settlement.payment"
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="texts",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name="payment",
            name="words",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("state__in", ["new", "found", "suspense", "waiting"])),
                fields=["creditor", "state", "id"],
                name="payment_open",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["creditor", "on", "amount_minor"], name="payment_alike"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["deposit"], name="payment_by_deposit"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("payment", "deduction", "reversal", "other_debit"))), name="payment_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ("new", "found", "matched", "suspense", "waiting", "refunded", "undone", "own", "shown"))
                ),
                name="payment_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(condition=models.Q(("confidence__range", (0, 100))), name="payment_confidence"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken_minor__gte", 0), ("taken_minor__lte", models.F("amount_minor"))), name="payment_taken"
            ),
        ),
    ]
