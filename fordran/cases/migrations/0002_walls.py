"""Walls in the database: whose row it is, and what may never be changed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("db", "0001_walls")]

    operations = [
        migrations.RunSQL(
            "SELECT fordran_frozen('cases_charge', 'invoice_id', 'kind', 'amount_minor', 'currency', 'on', 'act', 'section')",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("SELECT fordran_tenant('cases_case')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('cases_decision')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('cases_step')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('cases_charge')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('cases_hold')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('cases_instruction')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('cases_interruption')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_append_only('cases_decision')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_append_only('cases_instruction')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_append_only('cases_interruption')", migrations.RunSQL.noop),
    ]
