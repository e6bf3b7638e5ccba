from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("creditors", "0007_field_origin_wall"),
        ("invoices", "0007_sent_to"),
    ]

    operations = [
        migrations.AddField(
            model_name="invoice",
            name="marked_by",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AddField(
            model_name="invoice",
            name="marked_fee_minor",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="marked_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="marked_reminded_on",
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("marked_on__isnull", False)),
                fields=["creditor", "due_on", "id"],
                name="invoice_marked_by_due",
            ),
        ),
    ]
