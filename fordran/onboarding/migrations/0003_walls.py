"""What was looked at and reckoned is a creditor's own; that somebody looked is never changed."""

from django.db import migrations

TENANTS = ("ledgerlook", "reckoning", "previewinvoice", "previewletter")


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0002_reckonings"), ("db", "0001_walls")]

    operations = [
        *(migrations.RunSQL(f"SELECT fordran_tenant('onboarding_{name}')", migrations.RunSQL.noop) for name in TENANTS),
        migrations.RunSQL("SELECT fordran_append_only('onboarding_ledgerlook')", migrations.RunSQL.noop),
    ]
