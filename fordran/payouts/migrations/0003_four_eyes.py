"""Where money goes is another person's yes than the one who proposed it, or the same person's a day later. The database holds
to it whatever the code does, and a number that was looked at cannot become another."""

from django.db import migrations

FOUR_EYES = """
CREATE FUNCTION fordran_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.approved_on IS NOT NULL AND NEW.approved_by <> '' AND NEW.approved_by = NEW.proposed_by
       AND (NEW.proposed_at IS NULL OR now() - NEW.proposed_at < interval '24 hours') THEN
        RAISE EXCEPTION 'a payout account is approved by another person than the one who proposed it'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER four_eyes BEFORE INSERT OR UPDATE OF approved_on, approved_by ON creditors_payoutaccount
    FOR EACH ROW EXECUTE FUNCTION fordran_four_eyes();
SELECT fordran_frozen('creditors_payoutaccount', 'creditor_id', 'kind', 'number', 'proposed_by', 'proposed_at');
"""

NOT = """
DROP TRIGGER frozen ON creditors_payoutaccount;
DROP TRIGGER four_eyes ON creditors_payoutaccount;
DROP FUNCTION fordran_four_eyes;
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0002_walls"), ("creditors", "0006_setup_on_pages"), ("db", "0001_walls")]

    operations = [migrations.RunSQL(FOUR_EYES, NOT)]
