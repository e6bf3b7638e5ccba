import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("creditors", "0007_field_origin_wall"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=6)),
                ("version", models.IntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("pdf", models.BinaryField()),
                ("kept_on", models.DateField()),
                (
                    "creditor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="agreement_documents", to="creditors.creditor"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=6)),
                ("version", models.IntegerField()),
                ("way", models.CharField(max_length=10)),
                ("statement", models.TextField()),
                ("by", models.TextField()),
                ("on", models.DateField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("reference", models.CharField(max_length=12)),
                (
                    "creditor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="acceptances", to="creditors.creditor"
                    ),
                ),
                ("document", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agreements.document")),
            ],
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.UUIDField(unique=True)),
                ("reference", models.CharField(max_length=12)),
                ("way", models.CharField(max_length=10)),
                ("ref", models.CharField(max_length=60)),
                ("holds", models.BooleanField()),
                ("verdict", models.JSONField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("started_at", models.FloatField()),
                ("collected_at", models.FloatField()),
                ("on", models.DateField()),
                (
                    "acceptance",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="agreements.acceptance",
                    ),
                ),
                (
                    "creditor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="creditors.creditor"
                    ),
                ),
                ("document", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="agreements.document")),
            ],
        ),
        migrations.CreateModel(
            name="SealedEvidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("request_sealed", models.BinaryField()),
                ("answer_sealed", models.BinaryField()),
                ("creditor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor")),
                (
                    "evidence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sealed", to="agreements.evidence"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Signer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_sealed", models.BinaryField()),
                ("number_sealed", models.BinaryField(null=True)),
                (
                    "acceptance",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signer", to="agreements.acceptance"
                    ),
                ),
                ("creditor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor")),
            ],
        ),
        migrations.CreateModel(
            name="SigningOrder",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=4)),
                ("purpose", models.CharField(max_length=20)),
                ("about", models.BigIntegerField(null=True)),
                ("browser", models.CharField(max_length=64)),
                ("done_url", models.TextField()),
                ("again_url", models.TextField()),
                ("return_hash", models.CharField(max_length=64)),
                ("state", models.CharField(default="pending", max_length=8)),
                ("hint", models.CharField(blank=True, default="", max_length=60)),
                ("ref", models.CharField(max_length=60)),
                ("started_sealed", models.BinaryField(null=True)),
                ("request_sealed", models.BinaryField(null=True)),
                ("answer_sealed", models.BinaryField(null=True)),
                ("first_at", models.FloatField()),
                ("started_at", models.FloatField()),
                ("asked_at", models.FloatField(default=0)),
                ("ended_at", models.FloatField(null=True)),
                ("renewed", models.IntegerField(default=0)),
                ("verdict", models.JSONField(null=True)),
                ("fingerprint", models.CharField(max_length=64, null=True, unique=True)),
                ("taken", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(fields=("creditor", "sha256"), name="document_once"),
        ),
        migrations.AddConstraint(
            model_name="acceptance",
            constraint=models.UniqueConstraint(fields=("creditor", "kind", "version"), name="accepted_once"),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.UniqueConstraint(
                condition=models.Q(("holds", True)), fields=("fingerprint",), name="evidence_serves_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(("holds", True), ("acceptance", None), _connector="OR"), name="evidence_accepts"
            ),
        ),
        migrations.AddConstraint(
            model_name="signingorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["pending", "failed", "error", "answered", "complete", "refused"])),
                name="signing_order_state",
            ),
        ),
    ]
