"""What the database itself refuses, whoever asks."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from tests.conftest import Scratch


def _query(statement: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


#: The books and the evidence. A table that joins them is added here by the one who makes it append-only.
def _append_only_tables() -> list[str]:
    return [row[0] for row in _query("select distinct tgrelid::regclass::text from pg_trigger where tgname = 'append_only'")]


def test_the_books_are_append_only(db: None) -> None:
    assert {"ledger_transfer", "cases_decision", "audit_event"} <= set(_append_only_tables())


def test_no_role_but_the_owner_may_change_append_only_rows(db: None) -> None:
    for table in _append_only_tables():
        for role in ("fordran_app", "fordran_batch", "fordran_read", "fordran_search"):
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                assert _query("select has_table_privilege(%s, %s, %s)", role, table, right) == [(False,)], (role, table, right)


def test_even_the_owner_is_refused_by_the_trigger(scratch_database: Scratch) -> None:
    with scratch_database.connect("owner") as owner:
        for statement in (
            "update ledger_transfer set id = id",
            "delete from ledger_transfer",
            "truncate ledger_transfer cascade",
        ):
            with pytest.raises(Exception, match="append-only"):
                owner.execute(statement)


def test_every_table_of_a_creditor_has_row_level_security_that_also_holds_for_its_owner(db: None) -> None:
    bare = _query(
        """
        select c.relname from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'creditor_id' and not a.attisdropped
        where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
          and not (c.relrowsecurity and c.relforcerowsecurity
                   and exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant'))
        """
    )
    assert [row[0] for row in bare if row[0] not in OPEN_TO_SIGN_IN] == []


#: Tables without a wall, and why none is needed or possible. A table that joins them gets its reason here.
RECEPTION = "tells what a person may see, so it is read before that is known; pages ask by the person or the organisation"
A_PERSON = "a person's own: asked by the signed-in person, before any company"
OF_ALL = "the same for everybody"
FRAMEWORK = "of the framework: no creditor's row"
OPEN = {
    "access_bankidperson": A_PERSON, "access_departure": A_PERSON, "access_formuse": A_PERSON, "access_invitation": RECEPTION,
    "access_roleproposal": RECEPTION, "access_seat": RECEPTION, "access_signedin": A_PERSON,
    "access_tried": "counts of tries under hashes", "agreements_signingorder": "belongs to a browser; what is personal is sealed",
    "creditors_addedrate": OF_ALL, "creditors_creditor": "found by its number to learn who may enter; holds no debtor",
    "creditors_membership": RECEPTION, "creditors_office": OF_ALL, "creditors_officeaccount": "the office's own",
    "creditors_organisation": RECEPTION, "day_today": OF_ALL, "onboarding_companyoffer": RECEPTION, "fordran_state": FRAMEWORK,
}  # fmt: skip
OF_THE_FRAMEWORK = ("auth_", "account_", "mfa_", "socialaccount_", "django_", "procrastinate_")
OPEN_TO_SIGN_IN = set(OPEN)


def test_every_table_without_a_wall_is_known_and_has_its_reason(db: None) -> None:
    bare = _query(
        """
        select c.relname from pg_class c
        where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace
          and not (c.relrowsecurity and c.relforcerowsecurity
                   and exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'tenant'))
        """
    )
    assert {row[0] for row in bare if not row[0].startswith(OF_THE_FRAMEWORK)} - set(OPEN) == set()


def test_without_a_setting_the_pages_see_nothing_and_with_one_only_their_own(scratch_database: Scratch) -> None:
    with scratch_database.connect("owner") as owner:
        owner.execute("create table thing (creditor_id bigint not null)")
        owner.execute("select fordran_tenant('thing')")
    with scratch_database.connect("batch") as batch:
        batch.execute("insert into thing values (1), (1), (2)")
    with scratch_database.connect("app") as app:
        assert app.execute("select count(*) from thing").fetchone() == (0,)
        with app.transaction():
            app.execute("select set_config('fordran.creditors', '1', true)")
            assert app.execute("select count(*) from thing").fetchone() == (2,)
            assert app.execute("update thing set creditor_id = creditor_id where creditor_id = 2").rowcount == 0
        assert app.execute("select count(*) from thing").fetchone() == (0,)
        with pytest.raises(Exception, match="row-level security"), app.transaction():
            app.execute("select set_config('fordran.creditors', '1', true)")
            app.execute("insert into thing values (2)")
    with scratch_database.connect("read") as checker:
        assert checker.execute("select count(*) from thing").fetchone() == (3,)
        with pytest.raises(Exception, match="read-only|permission"):
            checker.execute("insert into thing values (1)")


def test_frozen_columns_keep_what_was_written(scratch_database: Scratch) -> None:
    with scratch_database.connect("owner") as owner:
        owner.execute("create table note (id int, body jsonb, seen boolean)")
        owner.execute("select fordran_frozen('note', 'body')")
        owner.execute("""insert into note values (1, '{"a": 1}', false)""")
        owner.execute("""update note set seen = true, body = '{"a": 1}'""")
        with pytest.raises(Exception, match="frozen"):
            owner.execute("""update note set body = '{"a": 2}'""")


def test_a_search_function_is_handed_to_the_role_that_owns_nothing_else(scratch_database: Scratch) -> None:
    with scratch_database.connect("owner") as owner:
        owner.execute("create function find_it() returns text language sql as 'select current_user::text'")
        owner.execute("select fordran_search_function('find_it()')")
    with scratch_database.connect("app") as app:
        assert app.execute("select find_it()").fetchone() == ("fordran_search",)
    with scratch_database.connect("read") as checker, pytest.raises(Exception, match="permission denied"):
        checker.execute("select find_it()")


@pytest.mark.parametrize("role", ["app", "batch", "read"])
def test_no_role_that_works_can_change_the_tables_or_the_migration_state(scratch_database: Scratch, role: str) -> None:
    with scratch_database.connect(role) as connection_of_role:
        for statement in ("create table sneaky (id int)", "update fordran_state set value = ''", "drop table ledger_transfer"):
            with pytest.raises(Exception, match="permission denied|must be owner|read-only"):
                connection_of_role.execute(statement)


def test_the_tests_run_as_the_batch_role_and_the_fixture_turns_them_to_the_pages(app_role: None) -> None:
    assert _query("select session_user::text, current_user::text") == [("fordran_batch", "fordran_app")]
    with pytest.raises(DatabaseError, match="append-only|permission denied"), transaction.atomic():
        _query("delete from ledger_transfer")
