"""Walls in the database: whose row it is, and what may never be changed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("day", "0001_initial"), ("db", "0001_walls")]

    operations = [
        migrations.RunSQL("SELECT fordran_tenant('day_shard')", migrations.RunSQL.noop),
    ]
