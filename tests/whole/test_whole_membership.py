"""What admins decided is kept while the application is away from their server, and it is known since when that is."""

from __future__ import annotations

import asyncio

from bot.services.talk.places import PlaceValues
from db.queries.talk import places
from db.work import Actor
from sandbox import trouble
from tests.whole.cafe import Whole


async def left(here: Whole) -> bool:
    async with here.program.database.work(Actor.job("places")) as work:
        return (await places.servers(work.session))[int(here.sandbox.guild.id)]


async def comes_to_be(here: Whole, is_gone: bool) -> None:
    async with asyncio.timeout(20):
        while await left(here) is not is_gone:  # noqa: ASYNC110 - the other side is a socket
            await asyncio.sleep(0.005)


async def test_leaving_and_coming_back_are_noted_also_while_nobody_listened(here: Whole) -> None:
    alex = await here.cafe.people.arrive(here.caller("alex"))
    guild_id = int(here.sandbox.guild.id)
    await here.cafe.places.change(alex, guild_id, PlaceValues(banter=2))
    assert not await left(here)
    trouble.cause(here.sandbox.core, "remove_bot", guild_id=here.sandbox.guild.id)
    await comes_to_be(here, True)
    trouble.cause(here.sandbox.core, "add_bot", guild_id=here.sandbox.guild.id)
    await comes_to_be(here, False)
    await here.exits.aclose()
    trouble.cause(here.sandbox.core, "remove_bot", guild_id=here.sandbox.guild.id)
    await here.restart()
    await comes_to_be(here, True)
