# Written by makemigrations, for Django 5.2

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0005_held"),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="paid_back_minor",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
