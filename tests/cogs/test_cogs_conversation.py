"""/conversation, as people use it."""

from typing import Any

import simcord

from tests.cogs.conftest import Town
from tests.cogs.test_cogs_characters import create, summon, words
from tests.services.test_services_turns import rows


async def conversation(town: Town, actor: simcord.MemberActor, command: str, /, **options: Any) -> str:
    """What somebody is told, who alone reads it."""
    return words(await actor.slash(town.channel, f"conversation {command}", **options))


async def begin(town: Town, *names: str) -> None:
    """Robin's characters stand in the tavern."""
    for name in names or ("Mira",):
        await create(town, town.robin, name=name, examples="")
        await summon(town, town.robin, name)


async def test_a_conversation_is_named_and_tagged(town: Town) -> None:
    await begin(town)
    assert await conversation(town, town.robin, "title", title="The  *Lantern*\nArchive") == (
        "It is called **The \\*Lantern\\* Archive** from now on."
    )
    assert await conversation(town, town.robin, "tags", tags="Lanterns, Night Watch") == (
        "**The \\*Lantern\\* Archive** has these tags now: #lanterns #night-watch"
    )
    assert await rows(town.program, "SELECT title, tags FROM conversations") == [
        ("The *Lantern* Archive", ["lanterns", "night-watch"])
    ]
    assert (await conversation(town, town.robin, "title")).startswith("It has no title any more")
    assert await conversation(town, town.robin, "tags") == "**Conversation with Mira** has no tags."
    assert await rows(town.program, "SELECT title, tags FROM conversations") == [("", [])]


async def test_a_muted_conversation_is_silent_until_it_is_unmuted(town: Town) -> None:
    await begin(town)
    said = len(town.program.channels.texts())
    assert "is muted: its characters stay" in await conversation(town, town.robin, "mute")
    await town.robin.send(town.channel, "Mira?")
    await town.settle()
    assert len(town.program.channels.texts()) == said
    refused = await town.robin.slash(town.channel, "say", character="Mira", text="Hello?")
    assert "This conversation is muted" in words(refused)
    assert await conversation(town, town.robin, "unmute") == "**Conversation with Mira** may speak again."
    await town.robin.slash(town.channel, "say", character="Mira", text="Hello?")
    await town.settle()
    assert len(town.program.channels.texts()) == said + 1
