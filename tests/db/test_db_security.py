"""Row security over every table: each person sees and changes exactly their own, a turn its conversation.

The checks that matter have controls: with row security out of the way the same checks must find something.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest
from sqlalchemy import Table, delete, insert, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.local.postgres import USER as OWNER
from db import queue
from db.engine import APP_ROLE, create_engine
from db.functions import conversation_at, conversation_of_turn, hearing, is_participant, unfinished_turns
from db.ids import new_id
from db.models import Base, Character, Conversation, Media, Participant, Turn, User
from db.personal import Sharing
from db.rules_house import FIXED
from db.security import EXEMPT, GRANTED, RULES, TooPrivilegedError, assert_unprivileged
from db.security_functions import DEFINER_ROLE, FUNCTIONS
from db.work import Actor, Database
from tests.db.filled import (
    FILL,
    Filled,
    Person,
    act,
    blind_update,
    fill,
    reached,
    reached_blindly,
    seen,
    tables,
    unchanged,
)
from tests.db.filled_house import HOUSE_FILL

SYSTEM = {
    mapper.local_table.name for mapper in Base.registry.mappers if mapper.class_.personal.sharing is Sharing.SYSTEM
}
PRIVATE = {
    mapper.local_table.name for mapper in Base.registry.mappers if mapper.class_.personal.sharing is Sharing.PRIVATE
}
STAFF_ONLY = {
    mapper.local_table.name for mapper in Base.registry.mappers if mapper.class_.personal.sharing is Sharing.STAFF
}
THE_HOUSES = {
    mapper.local_table.name for mapper in Base.registry.mappers if mapper.class_.personal.sharing is Sharing.PUBLIC
}
"""Read by everybody."""
READ_BY_JOBS = {"audit_log", "audit_details", "daily_figures"}
"""Not of a person alone: the program seals and verifies the log, and adds up the figures."""
OF_PEOPLE = set(FILL) - SYSTEM - STAFF_ONLY - THE_HOUSES
OF_A_CONVERSATION = OF_PEOPLE - PRIVATE - {"grants", "lore_entry_versions"} - set(HOUSE_FILL) | {"inbox"}
"""What a turn sees: everything shared that hangs on its conversation, and what waits in its channel."""
TOLD_BY_THE_ASKER = {"profiles", "personas", "persona_choices"}
"""What a turn sees besides of the person it works for."""


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[AsyncEngine]:
    """The superuser who owns the tables: row security does not bind it."""
    engine = create_engine(owner_url, as_owner=True)
    yield engine
    await engine.dispose()


@pytest.fixture
async def filled(owner: AsyncEngine) -> Filled:
    async with owner.begin() as connection:
        return await fill(connection, people=3)


@pytest.fixture
async def program(owner_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection as the program has it, in a transaction without an actor."""
    engine = create_engine(owner_url)
    async with engine.connect() as connection:
        yield connection
        await connection.rollback()
    await engine.dispose()


# ------------------------------------------------------------------------------------------------ the checks


async def wrongly_seen(
    connection: AsyncConnection,
    filled: Filled,
    actor: Actor,
    expected: Mapping[str, tuple[Person, ...]],
    only: Sequence[Table] | None = None,
) -> set[str]:
    """Tables where the actor does not see exactly the rows of the people expected (nobody's where none is named).

    What is the house's own everybody sees.
    """
    await act(connection, actor)
    everybody = dict.fromkeys(THE_HOUSES, filled.people)
    return {
        table.name
        for table in only or tables()
        if await seen(connection, table) != filled.keys(table, *{**everybody, **expected}.get(table.name, ()))
    }


async def wrongly_reached(
    connection: AsyncConnection,
    filled: Filled,
    actor: Actor,
    allowed: Person | None,
    only: Sequence[Table] | None = None,
    *,
    granted: Mapping[str, str] = GRANTED,
) -> dict[str, list[str]]:
    """Tables where the actor changes or removes a row of somebody else, be it without seeing it.

    What the program's role was not `granted` is not tried: see `test_what_is_not_granted_is_refused`.
    """
    await act(connection, actor)
    found: dict[str, list[str]] = {}
    for table in only or tables():
        if table.name in granted:
            continue
        mine = filled.keys(table, allowed) if allowed else set()
        row = filled.rows[table.name][filled.first.number][0]
        for verb, statement, blindly in (
            ("UPDATE", unchanged(table), blind_update(table, row)),
            ("DELETE", f'DELETE FROM "{table.name}"', delete(table)),
        ):
            known = await reached(connection, statement, table)
            if known - mine or await reached_blindly(connection, blindly) != len(known):
                found.setdefault(table.name, []).append(verb)
    return found


async def wrongly_added(
    connection: AsyncConnection, filled: Filled, actor: Actor, other: Person, only: Sequence[Table] | None = None
) -> list[str]:
    """Tables into which the actor can put a row of the other's."""
    await act(connection, actor)
    return [
        table.name
        for table in only or tables()
        if not await is_refused(
            connection,
            insert(table).values(filled.rows[table.name][other.number][0]),
            "permission denied|row-level" if table.name in GRANTED else "row-level",
        )
    ]


async def is_refused(connection: AsyncConnection, statement, match: str) -> bool:
    async with connection.begin_nested() as undo:
        try:
            await connection.execute(statement)
        except DBAPIError as error:
            await undo.rollback()
            return re.search(match, str(error)) is not None
        await undo.rollback()
    return False


# ------------------------------------------------------------------------------------------------ the matrix


def test_every_table_is_filled_and_has_rules() -> None:
    names = {table.name for table in tables()}
    assert set(FILL) == names
    assert set(RULES) == names


async def test_a_person_sees_exactly_their_own(program: AsyncConnection, filled: Filled) -> None:
    for person in filled.people:
        expected = {name: (person,) for name in OF_PEOPLE}
        for actor in (Actor.user(person.user), Actor.admin(person.user)):
            assert await wrongly_seen(program, filled, actor, expected) == set()


async def test_a_turn_sees_exactly_its_conversation(program: AsyncConnection, filled: Filled) -> None:
    for person in filled.people:
        expected = {name: (person,) for name in OF_A_CONVERSATION}
        assert await wrongly_seen(program, filled, Actor.turn(person.conversation), expected) == set()


async def test_a_turn_sees_what_its_asker_tells_of_themselves_and_of_nobody_else(
    program: AsyncConnection, filled: Filled
) -> None:
    for person in filled.people:
        for asker in filled.people:
            actor = Actor.turn(person.conversation, asker.user)
            expected = {name: (asker,) for name in TOLD_BY_THE_ASKER}
            private = [table for table in tables() if table.name in PRIVATE]
            assert await wrongly_seen(program, filled, actor, expected, private) == set()


async def test_a_job_sees_what_the_program_keeps_and_nothing_of_people(
    program: AsyncConnection, filled: Filled
) -> None:
    expected = {name: filled.people for name in SYSTEM | READ_BY_JOBS}
    assert await wrongly_seen(program, filled, Actor.job("test"), expected) == set()


async def test_nobody_changes_or_removes_what_is_not_theirs(program: AsyncConnection, filled: Filled) -> None:
    first = filled.first
    for actor in (Actor.user(first.user), Actor.turn(first.conversation), Actor.admin(first.user)):
        assert await wrongly_reached(program, filled, actor, first) == {}


async def test_a_job_changes_and_removes_what_the_program_keeps_only(program: AsyncConnection, filled: Filled) -> None:
    found = await wrongly_reached(program, filled, Actor.job("test"), None)
    assert found.pop("daily_figures") == ["UPDATE"]
    assert found == {name: ["UPDATE", "DELETE"] for name in SYSTEM - set(GRANTED)}


async def test_nobody_adds_rows_in_the_name_of_another(program: AsyncConnection, filled: Filled) -> None:
    first, second = filled.first, filled.second
    for actor in (Actor.user(first.user), Actor.turn(first.conversation), Actor.admin(first.user)):
        assert await wrongly_added(program, filled, actor, second) == []


async def test_without_an_actor_everything_raises(program: AsyncConnection, filled: Filled) -> None:
    passed = []
    for table in tables():
        row = filled.rows[table.name][filled.first.number][0]
        for statement in (
            text(f'SELECT count(*) FROM "{table.name}"'),
            insert(table).values(row),
            text(unchanged(table)),
            text(f'DELETE FROM "{table.name}"'),
        ):
            if not await is_refused(program, statement, "no actor is set"):
                passed.append(f"{table.name}: {statement}")
    assert passed == []


async def test_without_an_actor_empty_tables_raise_too(program: AsyncConnection) -> None:
    passed = [
        f"{table.name}: {statement}"
        for table in tables()
        for statement in (f'SELECT 1 FROM "{table.name}"', unchanged(table), f'DELETE FROM "{table.name}"')
        if not await is_refused(program, text(statement), "no actor is set")
    ]
    assert passed == []


async def test_an_actor_of_an_unknown_kind_is_refused(program: AsyncConnection, filled: Filled) -> None:
    await program.execute(text("SELECT set_config('botcafe.actor_kind', 'root', true)"))
    assert await is_refused(program, text("SELECT 1 FROM users"), "no actor of the kind")


async def test_what_is_not_granted_is_refused(program: AsyncConnection, filled: Filled) -> None:
    await act(program, Actor.user(filled.first.user))
    for table in tables():
        row = filled.rows[table.name][filled.first.number][0]
        wanted = (insert(table).values(row), text(unchanged(table)), text(f'DELETE FROM "{table.name}"'))
        refused = [await is_refused(program, statement, "permission denied") for statement in wanted]
        assert refused == [table.name in GRANTED] * 3, table.name


async def test_what_is_fixed_is_never_changed(program: AsyncConnection, filled: Filled) -> None:
    await act(program, Actor.user(filled.first.user))
    for name, columns in FIXED.items():
        for column in columns:
            statement = text(f'UPDATE "{name}" SET "{column}" = "{column}"')
            assert await is_refused(program, statement, "permission denied"), (name, column)


async def test_a_visitor_sees_the_houses_own_and_nothing_of_people(program: AsyncConnection, filled: Filled) -> None:
    assert await wrongly_seen(program, filled, Actor.visitor(), {}) == set()
    assert await wrongly_reached(program, filled, Actor.visitor(), None) == {}
    assert await wrongly_added(program, filled, Actor.visitor(), filled.second) == []


@pytest.mark.parametrize("model", [Media, Character, Conversation])
async def test_nothing_is_given_away(program: AsyncConnection, filled: Filled, model: type[Base]) -> None:
    await act(program, Actor.user(filled.first.user))
    give = update(model).values(owner_id=filled.second.user)
    assert await is_refused(program, give, "row-level security|permission denied")


async def test_a_turn_moves_nothing_into_another_conversation(program: AsyncConnection, filled: Filled) -> None:
    await act(program, Actor.turn(filled.first.conversation))
    for model in (Participant, Turn):
        give = update(model).values(conversation_id=filled.second.conversation)
        assert await is_refused(program, give, "row-level security")


# ------------------------------------------------------------------------------------------------ controls


async def test_control_the_checks_go_red_for_a_superuser(owner: AsyncEngine, filled: Filled) -> None:
    first, everything = filled.first, set(FILL)
    async with owner.connect() as connection:
        actor = Actor.user(first.user)
        expected = dict.fromkeys(THE_HOUSES, ()) | {name: (first,) for name in OF_PEOPLE}
        assert await wrongly_seen(connection, filled, actor, expected) == everything
        assert set(await wrongly_reached(connection, filled, actor, first, granted={})) == everything
        # Whoever row security does not bind is stopped by nothing but the rows being there already.
        assert set(await wrongly_added(connection, filled, actor, filled.second)) == everything
        assert not await is_refused(connection, text("SELECT 1 FROM users"), "no actor is set")


@pytest.mark.parametrize("policy", ["seen", "added", "changed", "removed"])
async def test_control_every_policy_left_open_is_found(owner: AsyncEngine, filled: Filled, policy: str) -> None:
    """A mutation of each policy of each table: opened to everybody, a check must go red."""
    first, second = filled.first, filled.second
    actor = Actor.user(first.user)
    missed: list[str] = []
    for table in tables():
        if policy == "seen" and table.name in THE_HOUSES:
            continue
        async with owner.connect() as connection:
            condition = "WITH CHECK (true)" if policy == "added" else "USING (true)"
            condition += " WITH CHECK (true)" if policy == "changed" else ""
            await connection.execute(text(f"ALTER POLICY {policy} ON {table.name} {condition}"))
            await connection.execute(text(f"GRANT ALL ON {table.name} TO {APP_ROLE}"))
            await connection.execute(text(f"SET LOCAL ROLE {APP_ROLE}"))
            expected = {table.name: (first,)} if table.name in OF_PEOPLE else {}
            red = (
                await wrongly_seen(connection, filled, actor, expected, [table])
                or await wrongly_reached(connection, filled, actor, first, [table], granted={})
                or await wrongly_added(connection, filled, actor, second, [table])
            )
            await connection.rollback()
        if not red:
            missed.append(table.name)
    assert missed == []


# ------------------------------------------------------------------------------------------------ what is shared


async def test_a_public_character_and_its_picture_are_seen_by_everybody_else(
    owner: AsyncEngine, program: AsyncConnection, filled: Filled
) -> None:
    first, second = filled.first, filled.second
    async with owner.begin() as connection:
        await connection.execute(update(Character).where(Character.id == second.character).values(visibility="public"))
    for actor in (Actor.user(first.user), Actor.turn(first.conversation, first.user)):
        await act(program, actor)
        assert await seen(program, _table(Character)) == {(first.character,), (second.character,)}
        assert await seen(program, _table(Media)) == {(first.media,), (second.media,)}
        assert await reached(program, unchanged(_table(Character)), _table(Character)) <= {(first.character,)}
    await act(program, Actor.turn(first.conversation))
    assert await seen(program, _table(Character)) == {(first.character,)}


async def test_a_conversation_is_seen_while_one_takes_part_and_no_longer(
    owner: AsyncEngine, program: AsyncConnection, filled: Filled
) -> None:
    first, second = filled.first, filled.second
    joined = new_id()
    async with owner.begin() as connection:
        await connection.execute(
            insert(Participant).values(
                id=joined, conversation_id=second.conversation, user_id=first.user, role="secondary"
            )
        )
    await act(program, Actor.user(first.user))
    for model, key in ((Conversation, second.conversation), (Turn, second.turn)):
        assert (key,) in await seen(program, _table(model))
    assert (second.user,) not in await seen(program, _table(User))
    async with owner.begin() as connection:
        await connection.execute(text("UPDATE participants SET left_at = now() WHERE id = :id"), {"id": joined})
    for model, key in ((Conversation, second.conversation), (Turn, second.turn)):
        assert (key,) not in await seen(program, _table(model))


async def test_a_turn_knows_the_people_of_its_conversation(
    owner: AsyncEngine, program: AsyncConnection, filled: Filled
) -> None:
    first, second = filled.first, filled.second
    await act(program, Actor.turn(first.conversation))
    assert await seen(program, _table(User)) == {(first.user,)}
    await act(program, Actor.turn(first.conversation, second.user))
    assert await seen(program, _table(User)) == {(first.user,), (second.user,)}
    assert await seen(program, _table(Character)) == {(first.character,), (second.character,)}


async def test_functions_for_jobs_raise_for_everybody_else(program: AsyncConnection, filled: Filled) -> None:
    for actor in (Actor.user(filled.first.user), Actor.turn(filled.first.conversation), Actor.admin(filled.first.user)):
        await act(program, actor)
        assert await is_refused(program, text("SELECT * FROM hearing(NULL)"), "for jobs")
        assert await is_refused(program, text("SELECT * FROM unfinished_turns(gen_random_uuid())"), "for jobs")


async def test_the_reviewed_functions_tell_what_they_say(database: Database, filled: Filled) -> None:
    first, second = filled.first, filled.second
    async with database.work(Actor.job("test")) as work:
        heard = await hearing(work.session)
        assert {(row.conversation_id, row.character_id, row.channel_id, row.picture_sha256) for row in heard} == {
            (person.conversation, person.character, person.channel, person.sha256) for person in filled.people
        }
        assert [row.conversation_id for row in await hearing(work.session, second.conversation)] == [
            second.conversation
        ]
        assert {turn.turn_id for turn in await unfinished_turns(work.session, new_id())} == {
            person.turn for person in filled.people
        }
    async with database.work(Actor.user(first.user)) as work:
        assert await conversation_at(work.session, second.channel) == second.conversation
        assert await conversation_at(work.session, 1) is None
        assert await conversation_of_turn(work.session, second.turn) == second.conversation
        assert await is_participant(work.session, first.conversation)
        assert not await is_participant(work.session, second.conversation)


async def test_the_programs_own_accounts_are_made_by_jobs(database: Database) -> None:
    house = new_id()
    async with database.work(Actor.job("demo")) as work:
        work.session.add(User(id=house, username="botcafe", display_name="BotCafé"))
    async with database.work(Actor.user(house)) as work:
        work.session.add(Character(owner_id=house, name="Mira", slug="mira", visibility="public", is_demo=True))

    async def impersonate() -> None:
        async with database.work(Actor.job("demo")) as work:
            work.session.add(User(discord_id=7, username="robin", display_name="Robin"))

    with pytest.raises(DBAPIError, match="row-level security"):
        await impersonate()


# ------------------------------------------------------------------------------------------------ the catalogue


async def scalars(connection: AsyncConnection, statement: str) -> set[str]:
    return set(await connection.scalars(text(statement)))


async def test_row_security_is_enabled_and_forced_but_for_listed_exceptions(owner: AsyncEngine) -> None:
    async with owner.connect() as connection:
        open_tables = await scalars(
            connection,
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT (relrowsecurity AND relforcerowsecurity)",
        )
        assert open_tables == set(EXEMPT)
        assert all(EXEMPT.values())
        assert (
            await scalars(connection, "SELECT table_name FROM information_schema.views WHERE table_schema = 'public'")
            == set()
        )


async def test_policies_ask_functions_once_a_statement_and_never_the_setting_itself(owner: AsyncEngine) -> None:
    async with owner.connect() as connection:
        policies = (
            (await connection.execute(text("SELECT * FROM pg_policies WHERE schemaname = 'public'"))).mappings().all()
        )
    assert {policy["tablename"] for policy in policies} == set(FILL)
    actor_functions = "|".join(function.name for function in FUNCTIONS if function.name != "actor_present")
    for policy in policies:
        condition = f"{policy['qual']} {policy['with_check']}"
        assert "current_setting" not in condition
        assert not re.search(rf"(?<!SELECT )\b({actor_functions})\(", condition), condition
        if policy["cmd"] in ("INSERT", "UPDATE", "ALL"):
            assert policy["with_check"]


async def test_the_programs_role_owns_nothing_and_passes_over_nothing(owner: AsyncEngine) -> None:
    async with owner.connect() as connection:
        roles = await connection.execute(
            text(
                "SELECT rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb FROM pg_roles"
                " WHERE rolname = ANY(:names)"
            ),
            {"names": [APP_ROLE, DEFINER_ROLE]},
        )
        assert {row[0]: set(row[1:]) for row in roles} == {APP_ROLE: {False}, DEFINER_ROLE: {False}}
        owned = await scalars(
            connection,
            f"SELECT relname FROM pg_class WHERE relowner IN ('{APP_ROLE}'::regrole, '{DEFINER_ROLE}'::regrole)",
        )
        assert owned == set()
        members = await scalars(
            connection,
            f"SELECT member::regrole::text FROM pg_auth_members WHERE roleid = '{DEFINER_ROLE}'::regrole"
            " AND inherit_option",
        )
        assert members == set()


async def test_functions_are_those_on_the_list_with_a_fixed_search_path(owner: AsyncEngine) -> None:
    async with owner.connect() as connection:
        found = await connection.execute(
            text(
                "SELECT p.proname, p.prosecdef, p.proconfig, pg_get_userbyid(p.proowner),"
                " has_function_privilege('public', p.oid, 'EXECUTE') FROM pg_proc AS p"
                " WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS ("
                " SELECT 1 FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')"
                " AND p.proname <> 'fn_pgqueuer_changed'"
            )
        )
        functions = {row[0]: tuple(row[1:]) for row in found}
    path, bound = ["search_path=pg_catalog, public, pg_temp"], ["row_security=on"]
    expected = {
        one.name: path + (bound if one.definer_reason and one.returns == "trigger" else []) for one in FUNCTIONS
    }
    assert functions == {
        one.name: (bool(one.definer_reason), expected[one.name], DEFINER_ROLE, False) for one in FUNCTIONS
    }


async def test_the_program_refuses_to_work_as_a_role_row_security_does_not_bind(
    database: Database, owner: AsyncEngine
) -> None:
    await database.check()
    async with owner.connect() as connection:
        with pytest.raises(TooPrivilegedError, match="superuser"):
            await assert_unprivileged(connection)
        await connection.execute(text("CREATE ROLE strong BYPASSRLS"))
        await connection.execute(text("SET LOCAL ROLE strong"))
        with pytest.raises(TooPrivilegedError, match="BYPASSRLS"):
            await assert_unprivileged(connection)
        await connection.execute(text("SET LOCAL ROLE NONE"))
        await connection.execute(text("CREATE ROLE heir"))
        await connection.execute(text(f"GRANT {OWNER} TO heir"))
        await connection.execute(text("SET LOCAL ROLE heir"))
        with pytest.raises(TooPrivilegedError, match="inherits"):
            await assert_unprivileged(connection)
        await connection.rollback()


async def test_leaving_the_role_leads_back_to_it(program: AsyncConnection) -> None:
    await program.execute(text("RESET ROLE"))
    assert await program.scalar(text("SELECT current_user")) == APP_ROLE


async def test_the_queues_tables_are_those_the_installed_queue_declares(owner: AsyncEngine) -> None:
    async with owner.connect() as connection:
        found = await scalars(connection, "SELECT tablename FROM pg_tables WHERE tablename LIKE 'pgqueuer%'")
        sequences = await scalars(connection, "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
    assert found == set(queue.TABLES)
    assert sequences == set(queue.SEQUENCES)


def _table(model: type[Base]) -> Table:
    return Base.metadata.tables[model.__tablename__]
