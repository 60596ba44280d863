"""Proof 3: another member, a server's owner and an admin of the house read nothing of anybody's check-ins."""

import inspect
import pickle
from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.errors import UserError
from bot.services.oversight.standings import UserRole
from bot.services.wellbeing.consent import VERSION
from bot.services.wellbeing.entries import CheckInDraft
from bot.services.wellbeing.moods import Moods
from bot.services.wellbeing.reminders import Reminders
from db.models import MoodSource, SaidIn
from db.security_moods import MOOD_FUNCTIONS
from db.work import Actor, Database, Work
from tests.fakes.clock import FakeClock
from tests.oversight.conftest import crown
from tests.wellbeing.moodcraft import Diary, diary

CANARY = "osprey-lantern-93"
TABLES = ("mood_entries", "mood_settings", "person_keys", "mood_reminders")
DAY = date(2026, 5, 4)

Act = Callable[[Moods, Work, UUID, UUID], Awaitable[object]]

READS: dict[str, Act] = {
    "options": lambda moods, work, who, _: moods.options(work, who),
    "choices": lambda moods, work, who, _: moods.choices(work, who),
    "older_than": lambda moods, work, who, _: moods.older_than(work, who, 1),
    "one": lambda moods, work, who, entry: moods.one(work, who, entry),
    "newest": lambda moods, work, who, _: moods.newest(work, who),
    "between": lambda moods, work, who, _: moods.between(work, who, DAY, DAY),
    "everything": lambda moods, work, who, _: moods.everything(work, who),
    "page": lambda moods, work, who, _: moods.page(work, who, search=CANARY),
    "count": lambda moods, work, who, _: moods.count(work, who),
    "today": lambda moods, work, who, _: moods.today(work, who),
    "count_on": lambda moods, work, who, _: moods.count_on(work, who, DAY),
    "export_csv": lambda moods, work, who, _: moods.export_csv(work, who),
    "export_json": lambda moods, work, who, _: moods.export_json(work, who),
    "rules": lambda moods, work, who, _: moods.rules(work, who),
    "needed_options": lambda moods, work, who, _: moods.needed_options(work, who),
}
"""Whatever the service tells, asked for another person: nothing, or a refusal."""

WRITES: dict[str, Act] = {
    "opt_in": lambda moods, work, who, _: moods.opt_in(work, who, version=VERSION, said_in=SaidIn.WEB),
    "add": lambda moods, work, who, _: moods.add(work, who, CheckInDraft("sad"), source=MoodSource.WEB),
    "edit": lambda moods, work, who, entry: moods.edit(work, who, entry, CheckInDraft("sad")),
    "remove": lambda moods, work, who, entry: moods.remove(work, who, entry),
    "remove_between": lambda moods, work, who, _: moods.remove_between(work, who, DAY, DAY),
    "remove_all": lambda moods, work, who, _: moods.remove_all(work, who),
    "withdraw": lambda moods, work, who, _: moods.withdraw(work, who),
    "set_in_discord": lambda moods, work, who, _: moods.set_in_discord(work, who, True),
    "set_in_prompts": lambda moods, work, who, _: moods.set_in_prompts(work, who, True),
    "set_keep_days": lambda moods, work, who, _: moods.set_keep_days(work, who, 1),
    "set_quiet_hours": lambda moods, work, who, _: moods.set_quiet_hours(work, who, 1, 2),
    "set_time_zone": lambda moods, work, who, _: moods.set_time_zone(work, who, "UTC"),
    "add_mood": lambda moods, work, who, _: moods.add_mood(work, who, name="x", score=3),
    "edit_mood": lambda moods, work, who, _: moods.edit_mood(work, who, "x", name="x", score=3),
    "add_activity": lambda moods, work, who, _: moods.add_activity(work, who, name="x"),
    "edit_activity": lambda moods, work, who, _: moods.edit_activity(work, who, "x", name="x"),
    "adopt": lambda moods, work, who, _: moods.adopt(work, who, (), ["x"]),
    "remove_choice": lambda moods, work, who, _: moods.remove_choice(work, who, "x"),
    "hide_choice": lambda moods, work, who, _: moods.hide_choice(work, who, "bored", True),
    "wait_turn": lambda moods, work, who, _: moods.wait_turn(work, who),
}
"""Whatever it changes: afterwards the person's own are as they were."""


async def people(database: Database, clock: FakeClock) -> tuple[Diary, dict[str, Actor]]:
    """Robin, who keeps check-ins and lets them into prompts, and everybody who is not Robin."""
    robin = await diary(database, clock, zone="Europe/Madrid")
    sasha = await diary(database, clock, discord_id=502, moods=robin.moods)
    alex = await diary(database, clock, discord_id=503, moods=robin.moods, opted_in=False)
    await crown(database, alex.id, UserRole.ADMIN)
    async with database.work(robin.me) as work:
        await robin.moods.add_mood(work, robin.id, name=f"my {CANARY}", score=2)
        await robin.moods.set_in_prompts(work, robin.id, True)
        await Reminders(clock).add(work, robin.id, 600)
    await robin.add(CheckInDraft("sad", note=CANARY, activities=[CANARY]))
    await sasha.add(CheckInDraft("happy", note="Sasha's own"))
    somewhere = UUID(int=9)
    return robin, {
        "another member, a server's owner": sasha.me,
        "an admin of the house": Actor.user(alex.id),
        "an admin at work as staff": Actor.admin(alex.id),
        "another's turn": Actor.turn(somewhere, sasha.id),
        "a turn for nobody": Actor.turn(somewhere),
        "a job": Actor.job("reminders"),
        "a visitor": Actor.visitor(),
    }


def test_every_method_of_the_service_is_asked() -> None:
    public = {name for name, _ in inspect.getmembers(Moods, inspect.iscoroutinefunction) if not name.startswith("_")}
    assert public == {*READS, *WRITES}


async def test_nobody_else_is_told_anything(database: Database, clock: FakeClock) -> None:
    robin, others = await people(database, clock)
    entry = (await robin.all())[0]
    told: dict[str, str] = {}
    for name, read in READS.items():
        async with database.work(robin.me) as work:
            told[name] = everything_in(await read(robin.moods, work, robin.id, entry.id))
        for who, actor in others.items():
            async with database.work(actor) as work:
                try:
                    answer = everything_in(await read(robin.moods, work, robin.id, entry.id))
                except (UserError, DBAPIError):
                    continue
            assert CANARY not in answer, (name, who)
            assert str(entry.id) not in answer, (name, who)
    # The control: asked by Robin, the same methods tell.
    for name in ("choices", "one", "newest", "between", "everything", "page", "export_csv", "export_json"):
        assert CANARY in told[name], name


async def test_nobody_else_changes_anything(database: Database, clock: FakeClock) -> None:
    robin, others = await people(database, clock)
    before = await robin.all()
    async with database.work(robin.me) as work:
        options, choices = await robin.moods.options(work, robin.id), await robin.moods.choices(work, robin.id)
    for write in WRITES.values():
        for actor in others.values():
            try:
                async with database.work(actor) as work:
                    await write(robin.moods, work, robin.id, before[0].id)
            except (UserError, DBAPIError):
                continue
    assert await robin.all() == before
    async with database.work(robin.me) as work:
        assert await robin.moods.options(work, robin.id) == options
        assert await robin.moods.choices(work, robin.id) == choices


async def test_by_sql_nobody_else_sees_a_row(database: Database, clock: FakeClock) -> None:
    """The program's own role, with any statement: what an attacker has who can run SQL through the program."""
    robin, others = await people(database, clock)
    async with database.work(robin.me) as work:
        for table in TABLES:
            assert await rows(work, table, robin.id) == 1
    for who, actor in others.items():
        for table in TABLES:
            async with database.work(actor) as work:
                assert await rows(work, table, robin.id) == 0, (who, table)
                for statement in (f"UPDATE {table} SET created_at = now()", f"DELETE FROM {table}"):
                    change = statement.replace("created_at", "updated_at") if table == "mood_settings" else statement
                    changed = await work.session.execute(text(f"{change} WHERE user_id = :who"), {"who": robin.id})
                    assert changed.rowcount == 0, (who, statement)  # type: ignore[attr-defined]
    assert len(await robin.all()) == 1


@pytest.mark.parametrize("function", [one.name for one in MOOD_FUNCTIONS])
async def test_what_looks_past_the_policies_is_for_jobs_and_tells_nothing(
    database: Database, clock: FakeClock, function: str
) -> None:
    robin, others = await people(database, clock)
    calls = {
        "purge_mood_entries": "SELECT purge_mood_entries(now())::text",
        "purge_person_keys": "SELECT purge_person_keys()::text",
        "person_keys_sealed_otherwise": r"SELECT k::text FROM person_keys_sealed_otherwise('\x00', NULL, 9) AS k",
        "reseal_person_key": r"SELECT reseal_person_key(gen_random_uuid(), '\x00', '\x00')::text",
    }
    for actor in (robin.me, *others.values()):
        if actor.label == "reminders":
            continue
        with pytest.raises(DBAPIError, match="is for jobs"):
            async with database.work(actor) as work:
                await work.session.execute(text(calls[function]))
    async with database.work(Actor.job("test")) as work:
        told = "\n".join(str(one) for one in (await work.session.scalars(text(calls[function]))).all())
    # People's keys come out as they are kept, which is sealed by the house's; that is all that ever comes out.
    assert CANARY not in told
    assert (str(robin.id) in told) is (function == "person_keys_sealed_otherwise")


def everything_in(answer: object) -> str:
    """All that an answer holds, also what its repr leaves out."""
    return repr(answer) + pickle.dumps(answer).decode("utf-8", "replace")


async def rows(work: Work, table: str, user_id: UUID) -> int:
    statement = text(f"SELECT count(*) FROM {table} WHERE user_id = :who")
    return int(await work.session.scalar(statement, {"who": user_id}) or 0)
