"""A character deleted where only pages are served: it leaves every channel, and those who hear are told by notice."""

from __future__ import annotations

import pytest

from bot.errors import NotFound
from bot.services.characters.farewells import QuietFarewells
from db.queries.talk import conversations
from db.work import Actor
from tests.services.stagecraft import PARLOUR, ROBIN, SASHA, TAVERN, Program, make, summon, until


async def test_it_leaves_every_channel_and_is_back_in_none(program: Program) -> None:
    mira, tock = await make(program), await make(program, name="Tock")
    for place in (TAVERN, PARLOUR):
        await summon(program, mira, place=place)
    await summon(program, tock, place=TAVERN)
    robin, sasha = await program.people.arrive(ROBIN), await program.people.arrive(SASHA)
    farewells = QuietFarewells(program.database, program.characters)
    with pytest.raises(NotFound):
        await farewells.delete(sasha, mira)
    gone = await farewells.delete(robin, mira)
    assert gone.id == mira
    # The one who hears is told: Tock stays where both were, nobody where Mira was alone.
    await until(lambda: [one.character_id for one in program.turns.listeners(TAVERN.channel_id)] == [tock])
    await until(lambda: not program.turns.listeners(PARLOUR.channel_id))
    async with program.people.at_work(ROBIN) as (user_id, work):
        await program.characters.restore(work, user_id, mira)
    assert [one.character_id for one in program.turns.listeners(TAVERN.channel_id)] == [tock]
    async with program.database.work(Actor.user(robin)) as work:
        assert await conversations.own_active(work.session, robin, PARLOUR.channel_id) is None
