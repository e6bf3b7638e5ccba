"""Walls in the database: whose row it is, and what may never be changed."""

from django.db import migrations

TABLES = ("pricelist", "payoutplan", "payingaccount", "payout", "payoutline", "paymentfile", "paymentorder")


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial"), ("db", "0001_walls")]

    operations = [
        *(migrations.RunSQL(f"SELECT fordran_tenant('payouts_{table}')", migrations.RunSQL.noop) for table in TABLES),
        migrations.RunSQL("SELECT fordran_append_only('payouts_payout')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_append_only('payouts_payoutline')", migrations.RunSQL.noop),
        migrations.RunSQL(
            """SELECT fordran_frozen('payouts_paymentorder', 'number', 'key', 'kind', 'payout_id', 'payment_id', 'to_kind',
                   'amount_minor', 'currency', 'end_to_end_id')""",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "SELECT fordran_frozen('payouts_paymentfile', 'number', 'message_id', 'made_on', 'dialect', 'version', 'sha256')",
            migrations.RunSQL.noop,
        ),
    ]
