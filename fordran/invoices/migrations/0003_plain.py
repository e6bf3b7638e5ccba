"""References and numbers are found however they are written: blanks and leading zeros do not count, nor do capitals."""

from django.db import migrations

PLAIN = """
CREATE FUNCTION fordran_plain(reference text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN compact ~ '^[0-9]+$' THEN coalesce(nullif(ltrim(compact, '0'), ''), compact) ELSE lower(compact) END
    FROM (SELECT regexp_replace(reference, '\\s', '', 'g') AS compact) r
$$;
CREATE INDEX invoice_by_plain_number ON invoices_invoice (creditor_id, fordran_plain(number)) WHERE kind = 'invoice';
CREATE INDEX invoice_by_plain_reference ON invoices_invoice (creditor_id, fordran_plain(reference))
    WHERE kind = 'invoice' AND reference <> '';
"""

NO_PLAIN = """
DROP INDEX invoice_by_plain_number, invoice_by_plain_reference;
DROP FUNCTION fordran_plain(text);
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0002_walls")]

    operations = [migrations.RunSQL(PLAIN, NO_PLAIN)]
