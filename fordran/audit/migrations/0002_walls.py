"""Walls in the database: whose row it is, and what may never be changed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("db", "0001_walls")]

    operations = [
        migrations.RunSQL("SELECT fordran_tenant('audit_event')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_append_only('audit_event')", migrations.RunSQL.noop),
    ]
