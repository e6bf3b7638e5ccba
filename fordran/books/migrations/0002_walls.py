"""Walls in the database: whose row it is, and what may never be changed."""

from django.db import migrations

TENANTS = ("plan", "voucher", "voucherline", "covered", "share", "posting", "told", "reconciliation")
EVIDENCE = ("voucher", "voucherline", "covered", "reconciliation")


class Migration(migrations.Migration):
    dependencies = [("books", "0001_initial"), ("db", "0001_walls")]

    operations = [
        *(migrations.RunSQL(f"SELECT fordran_tenant('books_{name}')", migrations.RunSQL.noop) for name in TENANTS),
        *(migrations.RunSQL(f"SELECT fordran_append_only('books_{name}')", migrations.RunSQL.noop) for name in EVIDENCE),
    ]
