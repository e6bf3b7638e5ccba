"""What belongs to a letter points at letter and creditor together; indexes that others begin with are gone (ADR 0120)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("creditors", "0004_approved_accounts"),
        ("letters", "0002_walls"),
    ]

    operations = [
        migrations.AlterField(model_name="letter", name="content", field=models.TextField()),
        migrations.AlterField(
            model_name="letter",
            name="creditor",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor"),
        ),
        migrations.AlterField(
            model_name="lettercase",
            name="creditor",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, to="creditors.creditor"
            ),
        ),
        migrations.AlterField(
            model_name="lettercase",
            name="letter",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="letters.letter",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(fields=("creditor", "id"), name="letter_of_creditor"),
        ),
        migrations.RunSQL(
            """ALTER TABLE letters_lettercase ADD CONSTRAINT lettercase_of_letter
               FOREIGN KEY (creditor_id, letter_id) REFERENCES letters_letter (creditor_id, id) DEFERRABLE INITIALLY DEFERRED""",
            "ALTER TABLE letters_lettercase DROP CONSTRAINT lettercase_of_letter",
        ),
    ]
