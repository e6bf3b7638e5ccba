"""Walls in the database: whose row it is, and what may never be changed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("bank", "0001_initial"), ("db", "0001_walls")]

    operations = [
        migrations.RunSQL("SELECT fordran_tenant('bank_bankfile')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('bank_deposit')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('bank_nofiletoday')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_append_only('bank_bankfile')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_append_only('bank_deposit')", migrations.RunSQL.noop),
    ]
