"""The audit log on a real database: who may write and read it, that nothing changes it, and that tampering shows."""

import contextlib
from collections.abc import Sequence
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from bot.errors import NotFound
from bot.requests import requested
from bot.services.oversight import audit
from bot.services.oversight.checking import Fault, Head, Verdict
from bot.services.oversight.sealing import Sealing
from bot.services.oversight.verifying import verify
from db import functions_oversight as functions
from db.engine import connection_arguments
from db.models import AuditDetail, AuditRecord, AuditSeal
from db.queries.oversight.audit import LoggedRow, Wanted, search
from db.raw import RawConnection, connect
from db.work import Actor, Database
from tests.oversight.conftest import KEYS, House


async def logged(house: House, wanted: Wanted | None = None) -> Sequence[LoggedRow]:
    async with house.database.work(Actor.admin(house.admin)) as work:
        return await search(work.session, wanted or Wanted(), after=None, most=100)


async def note(house: House, who: UUID, *, of: UUID | None = None, which: object = 1) -> UUID:
    async with house.database.work(Actor.user(who)) as work:
        return await audit.record(work, "report.filed", "report", which, of=of, details={"reason": [None, "spam"]})


async def owner(database: Database) -> RawConnection:
    """Whoever owns the tables: an intruder with the database's own rights."""
    return await connect(connection_arguments(database.url, as_owner=True))


async def judged(house: House, expected: Head | None = None) -> Verdict:
    return await verify(house.database, KEYS, expected=expected)


async def sealed(house: House, rounds: int = 3, lines: int = 3) -> Verdict:
    for _ in range(rounds):
        for number in range(lines):
            await note(house, house.robin, of=house.sasha, which=number)
        await Sealing(house.database, KEYS).run()
    return await judged(house)


async def test_a_line_says_who_did_what_to_what_and_on_which_request(house: House) -> None:
    with requested("web-1234"):
        await note(house, house.robin, of=house.sasha, which=77)
    (line,) = await logged(house)
    record = line.record
    assert (record.actor_kind, record.actor_id, line.actor_name) == ("user", house.robin, "Robin")
    assert (record.action, record.target_kind, record.target_id) == ("report.filed", "report", "77")
    assert (record.of_user_id, line.of_name, record.request_id) == (house.sasha, "Sasha", "web-1234")
    assert line.details == {"reason": [None, "spam"]}


async def test_what_is_not_done_is_not_logged(house: House) -> None:
    with contextlib.suppress(RuntimeError):
        async with house.database.work(Actor.user(house.robin)) as work:
            await audit.record(work, "report.filed", "report", 1)
            raise RuntimeError
    assert not await logged(house)


async def test_an_action_nobody_declared_is_refused(house: House) -> None:
    async with house.database.work(Actor.user(house.robin)) as work:
        with pytest.raises(KeyError):
            await audit.record(work, "report.eaten", "report", 1)


async def test_staff_leave_a_line_and_others_find_nothing(house: House) -> None:
    async with house.oversight.at_work(house.moderator, "user.looked_at", "user", house.robin, of=house.robin) as work:
        work.tell(role=["user", "moderator"])
    (line,) = await logged(house)
    assert (line.record.actor_kind, line.record.actor_id) == ("admin", house.moderator)
    assert line.details == {"role": ["user", "moderator"]}
    for who, admin in ((house.robin, False), (uuid4(), False), (house.moderator, True)):
        with pytest.raises(NotFound):
            async with house.oversight.at_work(who, "user.looked_at", "user", house.sasha, admin=admin):
                raise AssertionError("nobody may get here")
    assert len(await logged(house)) == 1


async def test_a_person_sees_the_lines_about_them_and_by_them_and_no_others(house: House) -> None:
    await note(house, house.robin, of=house.sasha)
    for who, sees in ((house.robin, 1), (house.sasha, 1), (house.moderator, 0)):
        async with house.database.work(Actor.user(who)) as work:
            assert len(await search(work.session, Wanted(), after=None, most=9)) == sees
    # A moderator at work as staff sees no more: the log is for admins.
    async with house.database.work(Actor.admin(house.moderator)) as work:
        assert not await search(work.session, Wanted(), after=None, most=9)


@pytest.mark.parametrize("actor", ["user", "admin", "job"])
async def test_nobody_adds_changes_or_removes_a_line_by_hand(house: House, actor: str) -> None:
    record_id = await note(house, house.robin)
    await Sealing(house.database, KEYS).run()
    made = {"user": Actor.user(house.robin), "admin": Actor.admin(house.admin), "job": Actor.job("x")}[actor]
    for statement in (
        insert(AuditRecord).values(id=uuid4(), actor_kind="user", action="x", commitment=b"1"),
        update(AuditRecord).where(AuditRecord.id == record_id).values(action="user.banned"),
        delete(AuditRecord).where(AuditRecord.id == record_id),
        update(AuditDetail).where(AuditDetail.record_id == record_id).values(details={}),
        delete(AuditSeal).where(AuditSeal.record_id == record_id),
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with house.database.work(made) as work:
                await work.session.execute(statement)


async def test_not_even_the_tables_owner_changes_a_line_by_mistake(house: House) -> None:
    await sealed(house, rounds=1)
    connection = await owner(house.database)
    try:
        for statement in (
            "UPDATE audit_log SET action = 'user.banned'",
            "DELETE FROM audit_log",
            "TRUNCATE audit_log CASCADE",
            "DELETE FROM audit_batches",
            "UPDATE audit_seals SET place = 9",
        ):
            with pytest.raises(asyncpg.RestrictViolationError):
                await connection.execute(statement)
    finally:
        await connection.close()


async def test_only_jobs_seal(house: House) -> None:
    async with house.database.work(Actor.admin(house.admin)) as work:
        with pytest.raises(DBAPIError, match="for jobs"):
            await functions.audit_seal(
                work.session,
                1,
                sealed_at=await _now(work.session),
                previous_hash=b"",
                own_hash=b"",
                mac=b"",
                key_id="",
                ids=[],
                leaves=[],
            )


async def _now(session):  # type: ignore[no-untyped-def]
    return (await session.execute(text("SELECT now()"))).scalar_one()


async def test_what_was_sealed_holds_and_what_waits_is_counted(house: House) -> None:
    verdict = await sealed(house)
    assert verdict.holds, verdict.faults
    assert (verdict.batches, verdict.lines, verdict.details, verdict.signed, verdict.waiting) == (3, 9, 9, 3, 0)
    assert await Sealing(house.database, KEYS).run() == 0
    await note(house, house.robin)
    assert (await judged(house)).waiting == 1


_FORGE = "SET session_replication_role = replica;"  # past the triggers, as who owns the server can

TAMPERINGS = {
    "another action": ("UPDATE audit_log SET action = 'user.banned' WHERE id = $1", Fault.LINE_CHANGED),
    "another actor": ("UPDATE audit_log SET actor_id = gen_random_uuid() WHERE id = $1", Fault.LINE_CHANGED),
    "another time": ("UPDATE audit_log SET at = at + interval '1 second' WHERE id = $1", Fault.LINE_CHANGED),
    "another person": ("UPDATE audit_log SET of_user_id = NULL WHERE id = $1", Fault.LINE_CHANGED),
    "a line gone": (
        "WITH a AS (DELETE FROM audit_seals WHERE record_id = $1),"
        " b AS (DELETE FROM audit_details WHERE record_id = $1) DELETE FROM audit_log WHERE id = $1",
        Fault.LINE_MISSING,
    ),
    "other differences": ("UPDATE audit_details SET details = '{}' WHERE record_id = $1", Fault.DETAILS_CHANGED),
    "differences gone": ("DELETE FROM audit_details WHERE record_id = $1", Fault.DETAILS_MISSING),
    "out of its batch": ("DELETE FROM audit_seals WHERE record_id = $1", Fault.LINE_MISSING),
}


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_who_owns_the_server_and_forges_is_found_out(house: House, name: str) -> None:
    statement, fault = TAMPERINGS[name]
    assert (await sealed(house)).holds  # the control: red only for what is done next
    connection = await owner(house.database)
    try:
        await connection.execute(_FORGE)
        victim = await connection.fetchval("SELECT record_id FROM audit_seals WHERE batch = 2 AND place = 1")
        await connection.execute(statement, victim)
    finally:
        await connection.close()
    verdict = await judged(house)
    assert verdict.first is not None
    assert (verdict.first.fault, verdict.first.batch) == (fault, 2)


async def test_a_batch_gone_with_all_its_lines_breaks_the_link(house: House) -> None:
    verdict = await sealed(house)
    connection = await owner(house.database)
    try:
        await connection.execute(_FORGE)
        await connection.execute("DELETE FROM audit_seals WHERE batch = 2; DELETE FROM audit_batches WHERE number = 2")
    finally:
        await connection.close()
    broken = await judged(house)
    assert broken.first is not None
    assert (broken.first.fault, broken.first.batch) == (Fault.NUMBER_MISSING, 3)
    assert verdict.head is not None
    assert (await judged(house, expected=verdict.head)).first is not None


async def test_an_end_cut_off_shows_against_the_head_that_was_noted(house: House) -> None:
    noted = (await sealed(house)).head
    assert noted is not None
    connection = await owner(house.database)
    try:
        await connection.execute(_FORGE)
        await connection.execute(
            "CREATE TEMP TABLE gone AS SELECT record_id FROM audit_seals WHERE batch = 3;"
            " DELETE FROM audit_seals WHERE batch = 3; DELETE FROM audit_batches WHERE number = 3;"
            " DELETE FROM audit_details WHERE record_id IN (SELECT record_id FROM gone);"
            " DELETE FROM audit_log WHERE id IN (SELECT record_id FROM gone)"
        )
    finally:
        await connection.close()
    assert (await judged(house)).holds
    verdict = await judged(house, expected=noted)
    assert verdict.first is not None
    assert verdict.first.fault is Fault.HEAD_MISSING


async def test_erasing_takes_the_details_of_a_person_and_leaves_the_chain(house: House) -> None:
    await sealed(house, rounds=1)
    await note(house, house.moderator, of=house.moderator)
    async with house.database.work(Actor.admin(house.admin)) as work:
        assert await functions.erase_audit_details(work.session, house.sasha) == 3
    verdict = await judged(house)
    assert verdict.holds, verdict.faults
    assert (verdict.erased, verdict.details) == (3, 1)
    assert [line.details is None for line in await logged(house)] == [False, True, True, True]
    with pytest.raises(DBAPIError, match="for jobs and admins"):
        async with house.database.work(Actor.user(house.sasha)) as work:
            await functions.erase_audit_details(work.session, house.sasha)
