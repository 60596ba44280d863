"""Who may see and change which rows, as Postgres enforces it.

This module is the whole of it: roles, the functions that name the actor, the short reviewed list of SECURITY DEFINER
functions, and the policies of every table. `apply` brings a database to exactly this state; migrations run it at their
end (`migrations/env.py`), so rules are changed here and never in a revision. A fingerprint makes it a no-op otherwise.

Three roles. The owner (whatever `DATABASE_URL` logs in as) owns the tables and migrates. `botcafe_app` is what the
program works as: it owns nothing and every policy binds it. `botcafe_definer` owns the reviewed functions; it can read
what they need and nobody can log in as it. Row security is forced, so it binds an owner who is no superuser as well.
"""

# ruff: noqa: S608 - every statement here is made of constants of this package
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db import queue
from db.engine import APP_ROLE
from db.models import Base
from db.rules import PRESENT, Rules
from db.rules_first import FIRST_RULES
from db.rules_house import FIXED, HOUSE_RULES
from db.rules_wellbeing import WELLBEING_RULES
from db.security_audit import AUDIT_TRIGGERS
from db.security_functions import (
    DEFINER_ADDS,
    DEFINER_DELETES,
    DEFINER_READS,
    DEFINER_ROLE,
    DEFINER_WRITES,
    FUNCTIONS,
    Function,
)
from db.security_ledger_guards import TRIGGERS
from db.security_limits import LIMIT_TRIGGERS
from db.security_popularity import POPULARITY_TRIGGERS
from db.security_usage import USAGE_TRIGGERS


class TooPrivilegedError(RuntimeError):
    """The program is connected as a role that row security does not bind."""


RULES: Mapping[str, Rules] = {**FIRST_RULES, **HOUSE_RULES, **WELLBEING_RULES}

GRANTED: Mapping[str, str] = {
    name: "SELECT" for name, rules in RULES.items() if rules.insert == rules.update == rules.delete == "false"
}
"""Tables of which the program's role may not do everything whatever policies say: only reviewed functions write."""

EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"

EXEMPT: Mapping[str, str] = {
    "alembic_version": "the schema's revision; the program may read it and nothing else",
    **dict.fromkeys(queue.TABLES, "PgQueuer's own connections set no actor; payloads hold ids only"),
}
"""Tables without row security, each with its reason."""


# ------------------------------------------------------------------------------------------------ statements


def _role_statements() -> Iterable[str]:
    for role in (APP_ROLE, DEFINER_ROLE):
        # Roles belong to the whole server: another database's migration may be making the same one right now.
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN"
            f" CREATE ROLE {role} NOLOGIN; END IF;"
            f" EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
        # Without INHERIT the owner does not work as these roles unless it says so.
        yield (
            f"DO $$ BEGIN IF NOT pg_has_role(current_user, '{role}', 'SET') OR NOT EXISTS ("
            f" SELECT 1 FROM pg_auth_members AS m WHERE m.roleid = '{role}'::regrole"
            f" AND m.member = current_user::regrole AND m.set_option)"
            f" THEN EXECUTE format('GRANT {role} TO %I WITH INHERIT FALSE, SET TRUE', current_user); END IF; END $$"
        )
        yield (
            f"DO $$ BEGIN IF NOT has_schema_privilege('{role}', 'public', 'USAGE')"
            f" THEN GRANT USAGE ON SCHEMA public TO {role}; END IF; END $$"
        )


def _clear_statements() -> Iterable[str]:
    yield (
        "DO $$ DECLARE p record; BEGIN FOR p IN SELECT policyname, tablename FROM pg_policies"
        " WHERE schemaname = 'public'"
        " LOOP EXECUTE format('DROP POLICY %I ON public.%I', p.policyname, p.tablename); END LOOP; END $$"
    )
    # By owner rather than by name, so that what is taken off the list is gone from the database as well.
    yield (
        "DO $$ DECLARE t record; BEGIN FOR t IN SELECT g.tgname, g.tgrelid::regclass AS relation"
        " FROM pg_trigger AS g JOIN pg_proc AS p ON p.oid = g.tgfoid"
        f" WHERE p.proowner = '{DEFINER_ROLE}'::regrole AND NOT g.tgisinternal"
        " LOOP EXECUTE format('DROP TRIGGER %I ON %s', t.tgname, t.relation); END LOOP; END $$"
    )
    yield f"SET LOCAL ROLE {DEFINER_ROLE}"
    yield (
        "DO $$ DECLARE f record; BEGIN FOR f IN SELECT oid::regprocedure AS signature FROM pg_proc"
        f" WHERE pronamespace = 'public'::regnamespace AND proowner = '{DEFINER_ROLE}'::regrole"
        " LOOP EXECUTE format('DROP FUNCTION %s', f.signature); END LOOP; END $$"
    )
    yield "SET LOCAL ROLE NONE"


def _function_statements(functions: Iterable[Function]) -> Iterable[str]:
    yield f"GRANT CREATE ON SCHEMA public TO {DEFINER_ROLE}"
    yield f"SET LOCAL ROLE {DEFINER_ROLE}"
    for function in functions:
        yield function.create()
        yield f"REVOKE ALL ON FUNCTION {function.signature} FROM PUBLIC"
        # A trigger is made by the tables' owner, who must be allowed to call what it calls.
        caller = "SESSION_USER" if function.returns == "trigger" else APP_ROLE
        if function.returns == "trigger" or not function.is_internal:
            yield f"GRANT EXECUTE ON FUNCTION {function.signature} TO {caller}"
    yield "SET LOCAL ROLE NONE"
    yield f"REVOKE CREATE ON SCHEMA public FROM {DEFINER_ROLE}"


def _rights(table: str) -> Iterable[str]:
    """What the program's role may do to a table at all, whoever the actor is."""
    granted = GRANTED.get(table, EVERYTHING)
    fixed = FIXED.get(table)
    if fixed is None:
        yield granted
        return
    yield granted.replace(", UPDATE", "")
    columns = [column.name for column in Base.metadata.tables[table].columns if column.name not in fixed]
    yield f"UPDATE ({', '.join(columns)})"


def _table_statements(table: str, rules: Rules) -> Iterable[str]:
    yield f"ALTER TABLE public.{table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE public.{table} FORCE ROW LEVEL SECURITY"
    yield f"REVOKE ALL ON public.{table} FROM PUBLIC, {APP_ROLE}, {DEFINER_ROLE}"
    yield from (f"GRANT {rights} ON public.{table} TO {APP_ROLE}" for rights in _rights(table))
    # A condition of its own, beside whatever the others say.
    yield (
        f"CREATE POLICY actor_present ON public.{table} AS RESTRICTIVE TO {APP_ROLE}"
        f" USING ({PRESENT}) WITH CHECK ({PRESENT})"
    )
    yield f"CREATE POLICY seen ON public.{table} FOR SELECT TO {APP_ROLE} USING ({rules.select})"
    yield f"CREATE POLICY added ON public.{table} FOR INSERT TO {APP_ROLE} WITH CHECK ({rules.insert})"
    yield (
        f"CREATE POLICY changed ON public.{table} FOR UPDATE TO {APP_ROLE}"
        f" USING ({rules.update}) WITH CHECK ({rules.update})"
    )
    yield f"CREATE POLICY removed ON public.{table} FOR DELETE TO {APP_ROLE} USING ({rules.delete})"
    if table in DEFINER_READS:
        yield f"GRANT SELECT ON public.{table} TO {DEFINER_ROLE}"
        yield f"CREATE POLICY reviewed_reads ON public.{table} FOR SELECT TO {DEFINER_ROLE} USING (true)"
    if table in DEFINER_WRITES or table in DEFINER_ADDS:
        yield f"GRANT INSERT ON public.{table} TO {DEFINER_ROLE}"
        yield f"CREATE POLICY reviewed_inserts ON public.{table} FOR INSERT TO {DEFINER_ROLE} WITH CHECK (true)"
    if table in DEFINER_WRITES:
        yield f"GRANT UPDATE ON public.{table} TO {DEFINER_ROLE}"
        yield (
            f"CREATE POLICY reviewed_updates ON public.{table} FOR UPDATE TO {DEFINER_ROLE}"
            f" USING (true) WITH CHECK (true)"
        )
    if table in DEFINER_DELETES:
        yield f"GRANT DELETE ON public.{table} TO {DEFINER_ROLE}"
        yield f"CREATE POLICY reviewed_deletes ON public.{table} FOR DELETE TO {DEFINER_ROLE} USING (true)"


def _exempt_statements() -> Iterable[str]:
    yield f"REVOKE ALL ON public.alembic_version FROM PUBLIC, {APP_ROLE}"
    yield f"GRANT SELECT ON public.alembic_version TO {APP_ROLE}"
    for table in queue.TABLES:
        yield f"REVOKE ALL ON public.{table} FROM PUBLIC, {APP_ROLE}"
        yield f"GRANT SELECT, INSERT, UPDATE, DELETE ON public.{table} TO {APP_ROLE}"
    for sequence in queue.SEQUENCES:
        yield f"GRANT USAGE, SELECT ON SEQUENCE public.{sequence} TO {APP_ROLE}"


def statements() -> tuple[str, ...]:
    """Everything that makes the state this module describes, in order, for one transaction of the owner."""
    result = [*_role_statements(), *_clear_statements(), *_function_statements(FUNCTIONS)]
    for table, rules in RULES.items():
        result += _table_statements(table, rules)
    triggers = (*TRIGGERS, *AUDIT_TRIGGERS, *POPULARITY_TRIGGERS, *USAGE_TRIGGERS, *LIMIT_TRIGGERS)
    result += [trigger.create() for trigger in triggers]
    return (*result, *_exempt_statements())


def fingerprint() -> str:
    """What `apply` leaves in the database, so that an unchanged state is not applied again."""
    return hashlib.sha256("\n".join(statements()).encode()).hexdigest()


def withdraw(connection: Connection) -> None:
    """Take away policies and functions before revisions run, in the same transaction that applies them again.

    Postgres lets nobody change a column a policy names. Row security itself stays on: until `apply`, the program's role
    sees nothing.
    """
    if connection.execute(text(_APPLIED)).scalar() is not None:
        for statement in _clear_statements():
            connection.exec_driver_sql(statement)


_APPLIED = "SELECT obj_description(to_regprocedure('public.actor_kind()'), 'pg_proc')"


def apply(connection: Connection) -> bool:
    """Bring the database to this state in the owner's open transaction. Says whether anything had to be done."""
    wanted = fingerprint()
    if connection.execute(text(_APPLIED)).scalar() == wanted:
        return False
    for statement in statements():
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"SET LOCAL ROLE {DEFINER_ROLE}")
    connection.exec_driver_sql(f"COMMENT ON FUNCTION public.actor_kind() IS '{wanted}'")
    connection.exec_driver_sql("SET LOCAL ROLE NONE")
    return True


_PRIVILEGES = """
SELECT r.rolsuper, r.rolbypassrls,
       EXISTS (SELECT 1 FROM pg_class AS c WHERE c.relowner = r.oid) AS owns_relations,
       EXISTS (SELECT 1 FROM pg_class AS c
               WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                 AND pg_has_role(r.oid, c.relowner, 'USAGE')) AS works_as_owner
FROM pg_roles AS r WHERE r.rolname = current_user
"""


async def assert_unprivileged(connection: AsyncConnection) -> None:
    """Raise `TooPrivilegedError` unless the current role is bound by row security. Called at every start."""
    row = (await connection.execute(text(_PRIVILEGES))).mappings().one()
    reasons = {
        "rolsuper": "it is a superuser",
        "rolbypassrls": "it has BYPASSRLS",
        "owns_relations": "it owns tables",
        "works_as_owner": "it inherits the rights of the tables' owner",
    }
    found = [reason for column, reason in reasons.items() if row[column]]
    if found:
        raise TooPrivilegedError(
            f"The database role the program works as is not bound by row security: {', '.join(found)}."
        )
