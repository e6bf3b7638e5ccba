"""What was booked for one payment is found at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_walls")]

    operations = [
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["payment_number"], condition=~models.Q(payment_number=0), name="transfer_by_payment"),
        ),
    ]
