# Written by makemigrations, for Django 5.2

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("creditors", "0002_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="creditor",
            name="expects_bank_file",
            field=models.BooleanField(default=False),
        ),
    ]
