"""Walls of what a connected ERP tells."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("invoices", "0004_erp"), ("db", "0001_walls")]

    operations = [
        migrations.RunSQL("SELECT fordran_tenant('invoices_customerchange')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('invoices_application')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_append_only('invoices_customerchange')", migrations.RunSQL.noop),
    ]
