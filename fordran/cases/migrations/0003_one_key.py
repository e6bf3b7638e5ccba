"""What belongs to a case points at case and creditor together; indexes that others begin with are gone (ADR 0120)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_walls"),
        ("creditors", "0004_approved_accounts"),
        ("invoices", "0006_by_identity"),
        ("letters", "0003_one_key"),
    ]

    operations = [
        migrations.AlterField(model_name="decision", name="because", field=models.TextField()),
        migrations.AlterField(model_name="decision", name="facts", field=models.TextField()),
        migrations.AlterField(
            model_name="case",
            name="creditor",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor"),
        ),
        migrations.AlterField(
            model_name="charge",
            name="case",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="charges", to="cases.case"
            ),
        ),
        migrations.AlterField(
            model_name="charge",
            name="creditor",
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor"),
        ),
        migrations.AlterField(
            model_name="charge",
            name="invoice",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="invoices.invoice"),
        ),
        migrations.AlterField(
            model_name="decision",
            name="case",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="verdicts",
                to="cases.case",
            ),
        ),
        migrations.AlterField(
            model_name="decision",
            name="creditor",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor"
            ),
        ),
        migrations.AlterField(
            model_name="step",
            name="case",
            field=models.ForeignKey(
                db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="cases.case"
            ),
        ),
        migrations.AlterField(
            model_name="step",
            name="creditor",
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor"),
        ),
        migrations.AlterField(
            model_name="step",
            name="letter",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="letters.letter"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(fields=("creditor", "id"), name="case_of_creditor"),
        ),
        migrations.RunSQL(
            """ALTER TABLE cases_decision ADD CONSTRAINT decision_of_case
               FOREIGN KEY (creditor_id, case_id) REFERENCES cases_case (creditor_id, id) DEFERRABLE INITIALLY DEFERRED""",
            "ALTER TABLE cases_decision DROP CONSTRAINT decision_of_case",
        ),
        migrations.RunSQL(
            """ALTER TABLE cases_step ADD CONSTRAINT step_of_case
               FOREIGN KEY (creditor_id, case_id) REFERENCES cases_case (creditor_id, id) DEFERRABLE INITIALLY DEFERRED""",
            "ALTER TABLE cases_step DROP CONSTRAINT step_of_case",
        ),
        migrations.RunSQL(
            """ALTER TABLE cases_step ADD CONSTRAINT step_of_letter
               FOREIGN KEY (creditor_id, letter_id) REFERENCES letters_letter (creditor_id, id) DEFERRABLE INITIALLY DEFERRED""",
            "ALTER TABLE cases_step DROP CONSTRAINT step_of_letter",
        ),
        migrations.RunSQL(
            """ALTER TABLE cases_charge ADD CONSTRAINT charge_of_case
               FOREIGN KEY (creditor_id, case_id) REFERENCES cases_case (creditor_id, id) DEFERRABLE INITIALLY DEFERRED""",
            "ALTER TABLE cases_charge DROP CONSTRAINT charge_of_case",
        ),
    ]
