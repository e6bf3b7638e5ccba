"""What is done at no creditor, such as a role at a whole organisation, may be written by the pages too, and read by no page."""

from django.db import migrations

WRITE = "CREATE POLICY of_no_creditor ON audit_event FOR INSERT WITH CHECK (creditor_id IS NULL)"


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_walls")]

    operations = [migrations.RunSQL(WRITE, "DROP POLICY of_no_creditor ON audit_event")]
