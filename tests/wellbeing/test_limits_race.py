"""Proof 4: fifty messages at the last minute of a limit, from several places, two programs and one database.

Exactly those are answered that are allowed; each other reads the neutral line once. The control takes away the lock
behind which each sees what those before it counted: then more are answered than the limit allows.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest

from bot.ports import Heard, Place
from db.engine import create_engine
from db.work import Database
from tests.services.stagecraft import ROBIN, Channels, Program, make, said, summon
from tests.services.test_services_turns import rows
from tests.wellbeing.limitcraft import DM, after, counted, limit, lines

PLACES = (Place(1, 500, 500), Place(1, 501, 501), Place(2, 600, 600), Place(2, 601, 600), DM)
MESSAGES = 50
LAST = 30
"""The limit's minutes; all but one are used up when the race begins."""


@pytest.fixture
async def two(
    start: Callable[..., Program], database: Database, channels: Channels
) -> AsyncIterator[tuple[Program, Program]]:
    """Two running programs over one database, each hearing the same places."""
    first = start()
    second = start()
    await first.listening.start()
    mira = await make(first, greeting="")
    for place in PLACES:
        await summon(first, mira, place=place)
    await second.listening.start()
    for one in (first, second):
        await one.presence.limited.load()
    yield first, second
    for one in (first, second):
        await one.listening.close()
        await one.turns.close(within_seconds=5)


def burst(at: Callable[[int], datetime]) -> list[Heard]:
    """Fifty messages over the places; `at` tells when each was written."""
    return [
        replace(said("Mira?", place=PLACES[number % len(PLACES)], message_id=700_000 + number), sent_at=at(number))
        for number in range(MESSAGES)
    ]


async def used_up(program: Program, minutes: int) -> UUID:
    """Robin limited a day to `LAST` minutes, and has used so many of them this morning."""
    robin = await program.people.arrive(ROBIN)
    await limit(program, daily_minutes=LAST)
    await rows(
        program,
        "INSERT INTO usage_minutes (user_id, hour, guild_id, mask)"
        f" VALUES ('{robin}', '2026-05-04T08:00Z', 0, {(1 << minutes) - 1}) RETURNING 1",
    )
    return robin


async def race(two: tuple[Program, Program], messages: list[Heard]) -> None:
    """All of them at once, half in each program, every tenth in both."""
    now = max(heard.sent_at for heard in messages)
    for program in two:
        program.clock.moment = now
    hearing = [two[number % 2].turns.hear(heard) for number, heard in enumerate(messages)]
    hearing += [two[(number + 1) % 2].turns.hear(heard) for number, heard in enumerate(messages) if number % 10 == 0]
    await asyncio.gather(*hearing)
    for program in two:
        await program.turns.idle()


async def answered(program: Program) -> set[int]:
    found = await rows(program, "SELECT trigger_message_id FROM turns WHERE state = 'sent' AND kind = 'reply'")
    return {int(str(one)) for (one,) in found}


def held(program: Program) -> list[str]:
    return sorted(lines(program))


async def changed(owner_url: str, statement: str) -> None:
    engine = create_engine(owner_url, as_owner=True)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(statement)
    await engine.dispose()


async def test_in_the_last_minute_all_are_answered_and_later_none(two: tuple[Program, Program]) -> None:
    """Half are written in the last minute there is, half in the next: of an hour's limit 30 of 30 are used."""
    robin = await used_up(two[0], LAST - 1)
    messages = burst(lambda number: after(0.5 if number % 4 < 2 else 1.5))
    await race(two, messages)
    early = {heard.message_id for heard in messages if heard.sent_at < after(1)}
    late = {heard.message_id for heard in messages} - early
    # Whichever minute comes first takes the last one; the other is refused, whole.
    got = await answered(two[0])
    assert got in (early, late)
    refused = early if got == late else late
    assert held(two[0]) == sorted(f"held_back {message_id}" for message_id in refused)
    assert len(await counted(two[0].database, robin)) == LAST


async def test_every_minute_wants_to_be_the_last(two: tuple[Program, Program]) -> None:
    """Each in a minute of its own, and one minute is left: whoever is first is answered, nobody else."""
    robin = await used_up(two[0], LAST - 1)
    await race(two, burst(after))
    got = await answered(two[0])
    assert len(got) == 1
    assert held(two[0]) == sorted(f"held_back {700_000 + n}" for n in range(MESSAGES) if 700_000 + n not in got)
    assert len(await counted(two[0].database, robin)) == LAST


async def test_without_the_lock_more_are_answered_than_allowed(two: tuple[Program, Program], owner_url: str) -> None:
    """The control of both: the same race, the lock taken out of the functions."""
    robin = await used_up(two[0], LAST - 1)
    for name in ("limits_entered", "count_minutes"):
        ((body,),) = await rows(two[0], f"SELECT pg_get_functiondef('{name}'::regproc)")
        assert "pg_advisory_xact_lock" in str(body)
        await changed(owner_url, str(body).replace("PERFORM pg_advisory_xact_lock", "-- "))
    await race(two, burst(after))
    assert len(await answered(two[0])) > 1
    assert len(await counted(two[0].database, robin)) > LAST
