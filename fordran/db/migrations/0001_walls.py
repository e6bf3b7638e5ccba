"""What the database itself refuses, as functions that later migrations call by name.

Later migrations depend on ("db", "0001_walls") and run, for instance:

    select fordran_append_only('ledger_transfer');
    select fordran_tenant('cases_case');                      -- by its column creditor_id
    select fordran_tenant('creditors_creditor', 'id');
    select fordran_frozen('letters_letter', 'content', 'sha256');
    select fordran_search_function('find_cases(text, int)');
"""

from django.db import migrations

WALLS = r"""
CREATE TABLE fordran_state (key text PRIMARY KEY, value text NOT NULL);
REVOKE ALL ON fordran_state FROM fordran_app, fordran_batch;
GRANT SELECT ON fordran_state TO fordran_app, fordran_batch;

CREATE FUNCTION fordran_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused; correct by a new row', TG_TABLE_NAME, lower(TG_OP)
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION fordran_append_only(tbl regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- For each statement: it also refuses a change that would have met no row, and TRUNCATE.
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
                    FOR EACH STATEMENT EXECUTE FUNCTION fordran_refuse_change()', tbl);
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s
                    FROM PUBLIC, fordran_app, fordran_batch, fordran_read, fordran_search', tbl);
END $$;

CREATE FUNCTION fordran_refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    col text;
BEGIN
    FOREACH col IN ARRAY TG_ARGV LOOP
        IF to_jsonb(NEW) -> col IS DISTINCT FROM to_jsonb(OLD) -> col THEN
            RAISE EXCEPTION '%.% is frozen once it is written', TG_TABLE_NAME, col USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;

CREATE FUNCTION fordran_frozen(tbl regclass, VARIADIC cols text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    col text;
    arguments text;
BEGIN
    FOREACH col IN ARRAY cols LOOP
        PERFORM 1 FROM pg_attribute WHERE attrelid = tbl AND attname = col AND NOT attisdropped;
        IF NOT FOUND THEN
            RAISE EXCEPTION '% has no column %', tbl, col;
        END IF;
    END LOOP;
    SELECT string_agg(quote_literal(c), ', ') INTO arguments FROM unnest(cols) AS c;
    EXECUTE format('CREATE TRIGGER frozen BEFORE UPDATE OF %s ON %s FOR EACH ROW EXECUTE FUNCTION fordran_refuse_frozen(%s)',
                   (SELECT string_agg(quote_ident(c), ', ') FROM unnest(cols) AS c), tbl, arguments);
END $$;

-- The creditors that this transaction may see: select set_config('fordran.creditors', '1,7', true).
CREATE FUNCTION fordran_visible_creditors() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT string_to_array(nullif(current_setting('fordran.creditors', true), ''), ',')::bigint[]
$$;

CREATE FUNCTION fordran_tenant(tbl regclass, col name DEFAULT 'creditor_id') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tbl);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tbl);
    -- The inner select makes it one evaluation a statement instead of one a row, and keeps the index usable.
    EXECUTE format('CREATE POLICY tenant ON %s USING (%I = ANY ((SELECT fordran_visible_creditors())::bigint[]))', tbl, col);
    -- Schema changes that look at rows (a new constraint, a new index) are the owner's; it must see them all.
    EXECUTE format('CREATE POLICY owner ON %s TO fordran_owner USING (true)', tbl);
END $$;

-- Hands a SECURITY DEFINER function to the role that sees every creditor; the function itself must repeat the test
-- against fordran_visible_creditors().
CREATE FUNCTION fordran_search_function(func regprocedure) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = public, pg_temp', func);
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', func);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO fordran_app, fordran_batch', func);
    GRANT CREATE ON SCHEMA public TO fordran_search;
    EXECUTE format('ALTER FUNCTION %s OWNER TO fordran_search', func);
    REVOKE CREATE ON SCHEMA public FROM fordran_search;
END $$;
"""

NO_WALLS = """
DROP FUNCTION fordran_search_function, fordran_tenant, fordran_visible_creditors, fordran_frozen, fordran_refuse_frozen,
    fordran_append_only, fordran_refuse_change;
DROP TABLE fordran_state;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(WALLS, NO_WALLS)]
