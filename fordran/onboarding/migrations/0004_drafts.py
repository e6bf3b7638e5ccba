from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("onboarding", "0003_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="previewletter",
            name="content",
            field=models.JSONField(null=True),
        ),
    ]
