"""Walls in the database: whose row it is, and what may never be changed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("creditors", "0001_initial"), ("db", "0001_walls")]

    operations = [
        migrations.RunSQL("SELECT fordran_tenant('creditors_address')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('creditors_payoutaccount')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('creditors_settingslayer')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('creditors_amountlimit')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('creditors_restlimit')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('creditors_exclusion')", migrations.RunSQL.noop),
    ]
