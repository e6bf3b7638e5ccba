"""What a payment was is never changed; what became of it may be."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("settlement", "0003_bank_payments"), ("db", "0001_walls")]

    operations = [
        migrations.RunSQL(
            "SELECT fordran_frozen('settlement_payment', 'key', 'via', 'on', 'amount_minor', 'currency', 'kind', 'direction')",
            migrations.RunSQL.noop,
        ),
    ]
