# Written by makemigrations, for Django 5.2

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("creditors", "0003_bank_file"),
    ]

    operations = [
        migrations.AddField(
            model_name="payoutaccount",
            name="approved_by",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="payoutaccount",
            name="approved_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="payoutaccount",
            name="proposed_by",
            field=models.TextField(blank=True, default=""),
        ),
    ]
