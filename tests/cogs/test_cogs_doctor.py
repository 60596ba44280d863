"""/doctor: what stands in the way, in order, for everybody and for their eyes only."""

import discord
import simcord

from bot.errors import Closed
from bot.services.talk.places import Listen, PlaceValues
from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import create, last, summon, words
from tests.services.stagecraft import ROBIN


async def doctor(town: Town, actor: simcord.MemberActor | None = None, character: str | None = None) -> str:
    options = {} if character is None else {"character": character}
    result = await (actor or town.robin).slash(town.channel, "doctor", **options)
    assert last(result).ephemeral
    return "\n".join([last(result).content, *(str(embed.to_dict()) for embed in last(result).embeds)])


async def decide(town: Town, **values: object) -> None:
    by = await town.program.people.arrive(ROBIN)
    await town.program.places.change(by, town.guild.id, PlaceValues(**values))  # type: ignore[arg-type]


async def test_nobody_here_says_what_to_do(town: Town) -> None:
    assert "Nobody listens in this channel. Ask a character in with /character summon." in await doctor(town)


async def test_a_character_that_can_answer_says_by_what(town: Town) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    for actor in (town.robin, town.sasha):
        told = await doctor(town, actor)
        assert "❌" not in told
        assert "Answers when you write its name (**Mira**), reply to it, or mention me." in told
    await decide(town, listen=Listen.CHANCE, chance_percent=30, banter=2, answers_bots=True)
    told = await doctor(town, character="Mira")
    assert "Answers about 30 of 100 other messages here too." in told
    assert "Answers other characters, up to 2 lines until a person writes." in told
    assert "Answers other bots that speak to it." in told
    await decide(town, listen=Listen.ALWAYS)
    assert "Answers every other message here too." in await doctor(town)


async def test_a_character_that_is_elsewhere_is_named_with_the_remedy(town: Town) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    await create(town, town.robin, name="Juno", examples="")
    told = await doctor(town, character="Juno")
    assert "Is not in this channel. Ask it in with /character summon." in told
    assert "Mira" not in told
    refused = await town.robin.slash(town.channel, "doctor", character="nobody")
    assert words(refused) == "There is no such character. Pick one from the suggestions."


async def test_what_an_admin_decided_is_said(town: Town) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    await decide(town, may_speak=False)
    assert "An admin decided that characters do not speak here" in await doctor(town)
    await decide(town, may_speak=None, replies_per_minute=1)
    room = town.program.turns.room(town.channel.id)
    assert room is not None
    town.program.turns.gates.rates.spend(town.channel.id, town.robin.id, 1)
    assert "which is as many as this place allows" in await doctor(town, town.robin)
    assert "which is as many as this place allows" not in await doctor(town, town.sasha)
    room.is_muted = True
    assert "This conversation is muted." in await doctor(town)


async def test_missing_permissions_and_full_webhooks_come_first(town: Town) -> None:
    await create(town, town.robin)
    await summon(town, town.robin)
    for number in range(15):
        town.guild.create_webhook(town.channel, f"Other {number}")
    assert "already has 15 webhooks" in await doctor(town)
    guild = town.client.get_guild(town.guild.id)
    assert guild is not None
    channel = guild.get_channel(town.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.set_permissions(guild.me, manage_webhooks=False, attach_files=False)
    await town.env.settle()
    told = await doctor(town)
    assert "I need the permission **Manage Webhooks**" in told
    assert told.index("Manage Webhooks") < told.index("Attach Files")
    assert "Some things do not work without the permission **Attach Files**" in told


async def test_the_last_trouble_is_told_until_it_is_over(town: Town) -> None:
    await town.program.turns.troubles.met(town.channel.id, Closed.SLOW_MODE.value)
    told = await doctor(town)
    assert "Last time somebody wanted to speak" in told
    assert "Slow mode" in told
    await town.program.turns.troubles.worked(town.channel.id)
    assert "Last time somebody wanted to speak" not in await doctor(town)


async def test_withheld_messages_are_named_with_the_remedy(town: Town) -> None:
    town.client.reads_messages = True
    assert "Message Content Intent" not in await doctor(town)
    town.client.reads_messages = False
    assert "Message Content Intent" in await doctor(town)
