"""Agreements are a creditor's own; what was accepted, and on what evidence, is never changed."""

from django.db import migrations

TENANTS = ("document", "acceptance", "signer", "evidence", "sealedevidence")
EVIDENCE = ("acceptance", "evidence")


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_orders_and_evidence"), ("db", "0001_walls")]

    operations = [
        *(migrations.RunSQL(f"SELECT fordran_tenant('agreements_{name}')", migrations.RunSQL.noop) for name in TENANTS),
        *(migrations.RunSQL(f"SELECT fordran_append_only('agreements_{name}')", migrations.RunSQL.noop) for name in EVIDENCE),
        migrations.RunSQL(
            "SELECT fordran_frozen('agreements_document', 'creditor_id', 'kind', 'version', 'sha256', 'pdf')",
            migrations.RunSQL.noop,
        ),
    ]
