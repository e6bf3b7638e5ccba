import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("creditors", "0005_more_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Office",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("organisation_number", models.CharField(max_length=12, unique=True)),
                ("permit", models.TextField()),
                ("permit_until", models.DateField()),
                ("street", models.TextField(blank=True, default="")),
                ("postcode", models.TextField(blank=True, default="")),
                ("town", models.TextField(blank=True, default="")),
                ("contact_email", models.TextField(blank=True, default="")),
                ("contact_phone", models.TextField(blank=True, default="")),
                ("price_list", models.TextField(blank=True, default="")),
            ],
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("created_on", models.DateField()),
                ("erp", models.CharField(blank=True, default="", max_length=20)),
            ],
        ),
        migrations.AddField(
            model_name="creditor",
            name="contact_name",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="creditor",
            name="logo",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="creditor",
            name="registered_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="creditor",
            name="signs_here",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="creditor",
            name="version",
            field=models.IntegerField(default=0),
        ),
        migrations.AddField(
            model_name="membership",
            name="given_by",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="membership",
            name="given_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="membership",
            name="origin",
            field=models.CharField(default="given", max_length=8),
        ),
        migrations.AddField(
            model_name="membership",
            name="until_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="payoutaccount",
            name="becomes_preferred",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="payoutaccount",
            name="proposed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="settingslayer",
            name="changed_by",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="settingslayer",
            name="changed_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="settingslayer",
            name="version",
            field=models.IntegerField(default=0),
        ),
        migrations.CreateModel(
            name="OfficeAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("number", models.TextField(unique=True)),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="accounts", to="creditors.office"
                    ),
                ),
                (
                    "taken_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="office_account",
                        to="creditors.creditor",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="creditor",
            name="organisation",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="creditors", to="creditors.organisation"
            ),
        ),
        migrations.CreateModel(
            name="FieldOrigin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(max_length=40)),
                ("origin", models.CharField(max_length=6)),
                ("fetched", models.TextField(blank=True, default="")),
                ("by", models.TextField(blank=True, default="")),
                ("on", models.DateField()),
                (
                    "creditor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="field_origins", to="creditors.creditor"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("creditor", "field"), name="field_origin_once"),
                    models.CheckConstraint(condition=models.Q(("origin__in", ["erp", "typed"])), name="field_origin_kind"),
                ],
            },
        ),
    ]
