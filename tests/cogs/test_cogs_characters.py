"""/character, used as people use it."""

from typing import Any

import simcord

from tests.cogs.conftest import Town

FILLED = {
    "name": "Mira",
    "description": "Keeper of the Lantern Archive",
    "system_prompt": "You are Mira Vale.",
    "greeting": "Mind the third stair, {{user}}.",
    "examples": "You: Who are you?\nMira: The keeper.",
}


async def create(
    town: Town, actor: simcord.MemberActor, picture: Any = None, **fields: str
) -> simcord.InteractionResult:
    """Fill the form and send it."""
    options = {} if picture is None else {"picture": picture}
    shown = await actor.slash(town.channel, "character create", **options)
    assert shown.modal is not None
    return await actor.submit_modal(shown, {**FILLED, **fields})


def words(result: simcord.InteractionResult) -> str:
    """The last thing an interaction was told, which only who asked can see."""
    told = [*([result.response] if result.response else []), *result.followups]
    assert told
    assert all(one.ephemeral for one in told)
    return told[-1].content


async def test_a_character_is_made_listed_summoned_talked_with_and_dismissed(town: Town) -> None:
    assert "**Mira** is ready" in words(await create(town, town.robin))
    listed = await town.robin.slash(town.channel, "character list")
    assert listed.response is not None
    assert "Mira" in str(listed.response.embeds[0].to_dict())
    (choice,) = await town.robin.autocomplete(town.channel, "character summon", "character", "mi")
    assert choice["name"] == "Mira"
    assert "is here" in words(await town.robin.slash(town.channel, "character summon", character=choice["value"]))
    await town.settle()
    assert town.program.channels.texts() == [("Mira", "Mind the third stair, robin.")]
    said = await town.robin.slash(town.channel, "say", character=choice["value"], text="Good evening!")
    await town.settle()
    assert said.response is not None
    assert not said.response.ephemeral
    assert said.response.content == "**To Mira:** Good evening!"
    assert town.program.channels.texts()[-1] == ("Mira", "Well met.")
    (present,) = await town.robin.autocomplete(town.channel, "character dismiss", "character", "")
    assert present["value"] == choice["value"]
    assert "has left" in words(await town.robin.slash(town.channel, "character dismiss", character=choice["value"]))
    assert await town.robin.autocomplete(town.channel, "character dismiss", "character", "") == []
