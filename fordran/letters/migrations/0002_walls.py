"""Walls in the database: whose row it is, and what may never be changed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("letters", "0001_initial"), ("db", "0001_walls")]

    operations = [
        migrations.RunSQL(
            "SELECT fordran_frozen('letters_letter', 'sha256', 'kind', 'dated_on', 'last_day', 'total_minor', 'ocr')",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("SELECT fordran_tenant('letters_letter')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('letters_lettercase')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('letters_dispatch')", migrations.RunSQL.noop),
        migrations.RunSQL("SELECT fordran_tenant('letters_batch')", migrations.RunSQL.noop),
    ]
