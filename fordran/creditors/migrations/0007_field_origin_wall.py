"""Where a creditor's values come from is the creditor's own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("creditors", "0006_setup_on_pages"), ("db", "0001_walls")]

    operations = [migrations.RunSQL("SELECT fordran_tenant('creditors_fieldorigin')", migrations.RunSQL.noop)]
