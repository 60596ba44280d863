"""Who is kept out is not answered, on any road, and reads why alone; who is let in again is answered as before."""

import asyncio

import pytest

from bot.ports import Caller, Place
from bot.services.oversight.audit import Oversight
from bot.services.oversight.standings import Standings, UserRole
from bot.texts import Say
from db.work import Actor
from tests.services.stagecraft import ROBIN, SASHA, TAVERN, Program, make, said, summon
from tests.services.test_services_turns import rows

ADMIN = Caller(900, "ada", "Ada")


async def decide(program: Program, *, banned: bool) -> None:
    """An admin keeps Robin out, or lets Robin in again; this process hears of it."""
    standings = Standings(program.database, Oversight(program.database), program.clock)
    await standings.crown(ADMIN.discord_id, UserRole.ADMIN)
    admin, robin = await program.people.arrive(ADMIN), await program.people.arrive(ROBIN)
    async with program.database.work(Actor.user(robin)) as work:
        seen = (await standings.of(work, robin)).version
    if banned:
        await standings.ban(admin, robin, reason="Spam", withdraws=False, seen=seen)
    else:
        await standings.restore(admin, robin, why="", seen=seen)
    await program.blocked.refresh(robin)


async def hear(program: Program, words: str, author: Caller = ROBIN) -> int:
    message = said(words, by=author)
    await program.turns.hear(message)
    await program.turns.idle()
    return message.message_id


async def test_who_is_banned_is_not_answered_and_alone_learns_why(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    await hear(program, "Mira, hello")
    assert len(program.channels.texts()) == 1  # the control: red only for what is done next
    await decide(program, banned=True)
    message_id = await hear(program, "Mira, are you there?")
    await hear(program, "Mira, please")
    assert len(program.channels.texts()) == 1
    assert len(program.channels.remarks) == 1  # one neutral line a minute
    assert "Spam" not in str(program.channels.remarks)
    reason = await program.turns.held_back.reason(message_id, ROBIN.discord_id)
    words = Say("en")(reason.sentence, **reason.values)
    assert "banned" in words
    assert "Spam." in words
    await hear(program, "Mira, hello", SASHA)
    assert len(program.channels.texts()) == 2
    await decide(program, banned=False)
    await hear(program, "Mira, I am back")
    assert len(program.channels.texts()) == 3


async def test_what_waits_when_somebody_is_banned_is_not_answered(program: Program) -> None:
    await summon(program, await make(program, greeting=""))
    going_on = asyncio.Event()
    program.models.script.append(["Well", going_on.wait, "."])
    assert await program.turns.hear(said("Mira, tell Sasha of the lanterns", by=SASHA))
    waits = said("Mira, hello")
    assert await program.turns.hear(waits)
    await decide(program, banned=True)
    going_on.set()
    await program.turns.idle()
    assert len(program.channels.texts()) == 1
    ((reason,),) = await rows(program, f"SELECT reason FROM inbox WHERE message_id = {waits.message_id}")
    assert reason == "blocked"


@pytest.mark.parametrize("place", [TAVERN, Place(None, 777, 777)])
async def test_nobody_comes_for_who_is_banned(program: Program, place: Place) -> None:
    await decide(program, banned=True)
    message = said("hello?", place=place, mentions_us=True)
    assert not await program.turns.hear(message)
    await program.turns.idle()
    assert program.channels.remarks == []
