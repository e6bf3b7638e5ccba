# Written by makemigrations, for Django 5.2

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0004_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="held_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payment",
            name="refund_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="payment",
            name="shares",
            field=models.JSONField(default=list),
        ),
    ]
