"""Walls in the database: whose row it is, and what may never be changed."""

from django.db import migrations

TENANTS = ("connection", "bankconnection", "fetchrun", "seennumber", "accesstoken", "calllimit", "errand")


class Migration(migrations.Migration):
    dependencies = [("erp", "0001_initial"), ("db", "0001_walls")]

    operations = [
        *(migrations.RunSQL(f"SELECT fordran_tenant('erp_{name}')", migrations.RunSQL.noop) for name in TENANTS),
        migrations.RunSQL("SELECT fordran_frozen('erp_errand', 'key', 'kind', 'payload')", migrations.RunSQL.noop),
    ]
