"""Walls in the database: whose row it is, and what may never be changed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial"), ("db", "0001_walls")]

    operations = [
        migrations.RunSQL("SELECT fordran_tenant('invoices_customer')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('invoices_invoice')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('invoices_ledgerfile')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('invoices_invoicechange')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('invoices_selection')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_append_only('invoices_invoicechange')", migrations.RunSQL.noop),
    ]
