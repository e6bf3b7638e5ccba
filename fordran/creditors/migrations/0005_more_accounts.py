# Written by makemigrations, for Django 5.2

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("creditors", "0004_approved_accounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="creditor",
            name="more_accounts",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
    ]
